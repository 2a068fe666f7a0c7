"""Totals of periods that were never opened here: of them stands what was imported, under the districts of that day.

One rule for every period: one that was opened here is totalled from its submissions alone, whatever was imported of
firms beside; one that was not, from imported history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

from django.db.models import Q

from accounts.models import District
from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition
from forms_tables.edition.continuity import carried_over
from forms_tables.edition.periods import PeriodCode
from forms_tables.edition.shape import carried_in
from reporting.models import ImportedFiling, Period, published_edition
from reporting.models.history import IMPORTED
from reporting.totals.adding_up import (
    AreaTotals,
    Frozen,
    add_areas,
    add_up,
    cells_that_add_up,
    cells_with_totals,
    total_cells,
)
from reporting.totals.aggregation import AreaSummary, Summary
from reporting.totals.bases import FILED as FILED_THEN
from reporting.totals.bases import (
    IN_FILE,
    NONE,
    bases_behind,
    by_district,
    mark_of_bases,
    standing_imports,
    then_in_words,
    what_stood,
)
from reporting.totals.breaks import breaks_in, edition_of
from reporting.totals.coverage import Coverage
from reporting.totals.frozen import totals_of
from reporting.totals.listing import ListedFiling


@dataclass(frozen=True)
class ImportedPeriod:
    """A period of which only imported history is here, as a page lists it among the others."""

    parsed: PeriodCode

    @property
    def code(self) -> str:
        return self.parsed.code

    @property
    def label(self) -> str:
        return f"{self.parsed.label}（{IMPORTED}）"


def imported_periods() -> list[ImportedPeriod]:
    """The newest first."""
    opened = Period.objects.values("code")
    codes = ImportedFiling.objects.standing().exclude(period__in=opened).order_by().values_list("period", flat=True)
    return [ImportedPeriod(code) for code in sorted(map(PeriodCode.parse, codes.distinct()), reverse=True)]


def summary_of(code: str, at: datetime, include_submitted: bool = False) -> Summary | None:
    """The totals of a period that was opened here, as released once it is locked, or imported; None where there is
    neither."""
    if imported := imported_period(code):
        return summarise_history(imported.parsed, at)
    opened = Period.objects.filter(pk=code).first()
    return totals_of(opened, at, include_submitted) if opened else None


def imported_period(code: str) -> ImportedPeriod | None:
    return next((each for each in imported_periods() if each.code == code), None)


def mark_of_history(period: PeriodCode) -> str:
    """A short word that changes with the figures `summarise_history` adds up."""
    edition = edition_read_by(period)
    mark = blake2b(f"{edition.digest}{mark_of_bases(edition, period)}".encode(), digest_size=16)
    mark.update(repr(list(districts_then(period).values_list("pk", "code", "name", "position"))).encode())
    return mark.hexdigest()


def summarise_history(period: PeriodCode, at: datetime) -> Summary:
    edition = edition_read_by(period)
    rows = list(standing_imports(period).one_of_each_firm().select_related("enterprise", "district", "source"))
    rows.sort(key=lambda row: (row.district.position, row.district.code, row.enterprise.credit_code))
    reading = HistoryTotals(edition, period, rows)
    areas = add_up(edition, reading.frozen())
    names = {district.code: district.name for district in districts_then(period)}
    cells = cells_with_totals(edition, period)

    def area_summary(code: str, name: str, totals: AreaTotals) -> AreaSummary:
        firms = sum(not code or row.district.code == code for row in rows)
        worked_out = total_cells(edition, period, cells, totals)
        return AreaSummary(code, name, Coverage(imported=firms), totals, worked_out, reading.bases(code))

    return Summary(
        period=period,
        edition=edition,
        at=at,
        include_submitted=False,
        revenue_basis="",
        city=area_summary("", "全市", add_areas(areas.values())),
        districts=tuple(area_summary(code, name, areas.get(code, AreaTotals())) for code, name in names.items()),
        filings=tuple(map(listed, rows)),
        breaks=breaks_in(period, edition),
        is_imported=True,
    )


def edition_read_by(period: PeriodCode) -> Edition:
    if found := edition_of(period):
        return found
    return published_edition(standing_imports(period).values_list("edition_code", flat=True)[0])


def districts_then(period: PeriodCode):
    """The districts of the period's last day, and any other one that a row stands under: no figure is lost."""
    under = standing_imports(period).order_by().values("district")
    return District.objects.filter(Q(pk__in=District.objects.valid_on(period.end)) | Q(pk__in=under))


def listed(row: ImportedFiling) -> ListedFiling:
    return ListedFiling(
        district=row.district.code,
        credit_code=row.enterprise.credit_code,
        name=row.enterprise.name,
        state=f"{IMPORTED}：{row.source.name} {row.place}",
        late=False,
        extended=False,
        is_filed_after_lock=False,
        is_counted_as_owed=False,
        is_filed=False,
        is_approved=False,
        is_reopened=False,
        is_counted=True,
        number=None,
        receipt="",
        submitted_at=None,
    )


@dataclass
class HistoryTotals:
    """The rows of one imported period on their way into its totals. What a file does not say of an earlier period is
    filled from what stands of that, as a form fills it."""

    edition: Edition
    period: PeriodCode
    rows: Sequence[ImportedFiling]
    kinds: dict[str, dict[int, str]] = field(default_factory=dict)  # by the word of the base: what each firm's is

    def frozen(self) -> Iterator[Frozen]:
        tables = {f"{row.code}.{key}": row.table for row in self.edition.indicators.values() for key in row.columns}
        behind = bases_behind(self.edition, self.period)
        stood = {word: what_stood(base, self.edition) for word, base in behind.items()}
        carried = self.carried()
        self.kinds = {word: {} for word in behind}
        for row in self.rows:
            values = dict(carried_over(row.values, row.edition, self.edition))
            for word, (then, imported) in stood.items():
                firm = row.enterprise.firm_id
                self.kinds[word][firm] = fill(values, carried.get(word, {}), then.get(firm, {}), firm in imported)
            yield row.district.code, values, {tables[cell] for cell in values if cell in tables}

    def carried(self) -> dict[str, dict[str, str]]:
        """By word: the cells that are carried from that period and add up, each with its cell there."""
        found: dict[str, dict[str, str]] = {}
        for cell in cells_that_add_up(self.edition):
            table = self.edition.table(self.edition.indicator(CellAddress.parse(cell).code).table)
            if table.frequency == self.period.frequency and (behind := carried_in(self.edition, cell)):
                found.setdefault(behind[0], {})[cell] = behind[1]
        return found

    def bases(self, code: str):
        firms = [(row.enterprise.firm_id, row.district.code) for row in self.rows]
        behind = bases_behind(self.edition, self.period)
        told = [by_district(firms, self.kinds[word], then_in_words(word, base)) for word, base in behind.items()]
        return tuple(of_area[code] for of_area in told if code in of_area)


def fill(values: dict[str, str], carried: Mapping[str, str], then: Mapping[str, str], is_imported: bool) -> str:
    """Fill what the file leaves out; what the base of this firm is."""
    in_file = any(cell in values for cell in carried)
    filled = {cell: then[source] for cell, source in carried.items() if cell not in values and source in then}
    values |= filled
    if filled:
        return IMPORTED if is_imported else FILED_THEN
    return IN_FILE if in_file else NONE
