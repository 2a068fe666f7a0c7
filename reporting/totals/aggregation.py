"""A period's totals for the city and each district, out of the submissions that count, and how complete they are.

They are added up from the stored columns. Where the filings of a district stand has a mark, and while it is the same
what the district adds up to is kept: one changed filing adds its own district again, and the city is the sum of its
districts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial

from django.core.cache import cache
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import District
from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition
from forms_tables.edition.periods import PeriodCode
from reporting.city_columns import counted as columns
from reporting.city_columns.frozen import MOVING
from reporting.city_columns.kept import DIGEST
from reporting.models import Filing, Period, Submission
from reporting.models.standing import COUNTED, FILED
from reporting.totals.adding_up import AreaTotals, Frozen, add_areas, cells_with_totals, total_cells
from reporting.totals.at_hand import KEPT
from reporting.totals.bases import GrowthBase, growth_bases, standing_imports
from reporting.totals.breaks import breaks_in
from reporting.totals.coverage import Coverage, Rests, coverage_of, rests_on, together
from reporting.totals.from_columns import areas_of, cells_in_totals
from reporting.totals.last_year import last_year_of
from reporting.totals.listing import ListedFiling, ListOfFilings, listed_filings
from reporting.totals.released import LeftOut, Released

CHUNK = 200
FEW = 10  # districts that are read by themselves; of more the whole file is read at once


@dataclass(frozen=True)
class AreaSummary:
    """One district, or the city (code ""); `cells` holds every cell that has a total, None where it is blank."""

    code: str
    name: str
    coverage: Coverage
    totals: AreaTotals
    cells: Mapping[str, Decimal | None]
    bases: tuple[GrowthBase, ...] = ()  # where growth stands on imported history
    rests: Rests | None = None  # on how many firms, and whether more may come; none of imported history


@dataclass(frozen=True)
class Summary:
    """Everything the city's workbook of a period says."""

    period: PeriodCode
    edition: Edition
    at: datetime
    include_submitted: bool
    revenue_basis: str
    city: AreaSummary
    districts: tuple[AreaSummary, ...]
    filings: Sequence[ListedFiling]
    digests: frozenset[str] = field(default_factory=frozenset)
    breaks: tuple[str, ...] = ()  # where growth compares with figures of another edition
    is_imported: bool = False  # added up from imported history: the period was never opened here
    released: Released | None = None  # which release it is, where it is one
    left_out: tuple[LeftOut, ...] = ()  # of a release: who owed and is not in it, the largest first

    @property
    def is_of_one_district(self) -> bool:
        """Cut down to one district, which then stands in the place of the city."""
        return bool(self.city.code)

    @property
    def provisional(self) -> str:
        """On what the whole rests while it may change; empty once the period is locked."""
        return self.city.rests.in_words if self.city.rests else ""


def summarise(period: Period, at: datetime, include_submitted: bool = False) -> Summary:
    """Add up what has been approved; with `include_submitted` also what waits for its district, and labelled so.

    A filing is filed while a submission of it stands (approved, or under review), approved once one submission counts;
    the approved one counts until the next is approved. The share of revenue says how much of last year's the filers
    carry: from last year's annual, last December's cumulative figure or the same month last year, whichever has most
    approved submissions, in this order when they have as many; never a mixture of them.
    """
    return _summary(period, at, include_submitted, list(districts_of(period)), kept=False, alone=None)


def summary_at_hand(period: Period, at: datetime, include_submitted: bool = False) -> Summary:
    """The same for the pages: what a district adds up to is kept while its filings stand as they do."""
    return _summary(period, at, include_submitted, list(districts_of(period)), kept=True, alone=None)


def district_at_hand(period: Period, at: datetime, district: District) -> Summary | None:
    """The same of one district, which stands in the place of the city; no other is asked for. None where it is neither
    valid then nor owed anything."""
    if not districts_of(period).filter(pk=district.pk).exists():
        return None
    return _summary(period, at, False, [district], kept=True, alone=district)


def _summary(
    period: Period, at: datetime, include_submitted: bool, districts: list[District], kept: bool, alone: District | None
) -> Summary:
    code, edition = period.parsed, period.edition
    stand = columns.refresh(code, None if alone is None else [alone])
    filings = columns.filings_of(code, None if alone is None else [alone])
    last_year = last_year_of(period)
    covered = coverage_of(filings, last_year, [district.code for district in districts])
    for district, imported in imported_beside(period):
        if district in covered:
            covered[district].imported = imported
    added = _kept(period, {each: _mark(edition, stand, each) for each in districts}, include_submitted) if kept else {}
    added |= _added_up(period, [each for each in districts if each.code not in added], include_submitted, kept)
    firms = columns.those_counted(filings, include_submitted).select("enterprise", "district")
    bases = growth_bases(edition, code, firms)

    def summary_of(area: str, name: str, coverage: Coverage, found: Added) -> AreaSummary:
        rests = rests_on(coverage, include_submitted, not period.is_locked)
        return AreaSummary(area, name, coverage, found.totals, found.cells, bases.get(area, ()), rests)

    areas = tuple(summary_of(each.code, each.name, covered[each.code], added[each.code]) for each in districts)
    city = (
        areas[0] if alone else summary_of("", "全市", together(covered.values()), _city(code, edition, added.values()))
    )
    return Summary(
        period=code,
        edition=edition,
        at=at,
        include_submitted=include_submitted,
        revenue_basis=last_year.words,
        city=city,
        districts=areas,
        filings=ListOfFilings(partial(listed_filings, period, include_submitted, alone)),
        digests=frozenset(digest for each in added.values() for digest in each.digests),
        breaks=breaks_in(code, edition),
    )


@dataclass(frozen=True)
class Added:
    """What an area adds up to, and of which texts of its edition its submissions are; of a district under its mark."""

    mark: str
    totals: AreaTotals
    cells: Mapping[str, Decimal | None]
    digests: frozenset[str]


def _kept(period: Period, marks: Mapping[District, str], include_submitted: bool) -> dict[str, Added]:
    places = {_place(period, each, include_submitted): each for each in marks}
    found = cache.get_many(places)
    return {places[at].code: each for at, each in found.items() if each.mark == marks[places[at]]}


def _place(period: Period, district: District, include_submitted: bool) -> str:
    return f"totals-{period.code}-{district.pk}-{include_submitted}"


def _mark(edition: Edition, parts: Mapping[str, str], district: District) -> str:
    return f"{edition.digest}/{parts.get(str(district.pk), '')}"


def _added_up(period: Period, districts: Sequence[District], include_submitted: bool, kept: bool) -> dict[str, Added]:
    """Of these districts, from the columns as they are stored now, which may be newer than what was asked before: each
    is kept under the mark its rows were read with, unless they moved while they were listed."""
    if not districts:
        return {}
    code, edition = period.parsed, period.edition
    of_few = list(districts) if len(districts) <= FEW else None
    wanted = [DIGEST, *cells_in_totals(edition, code.frequency)]
    counted = columns.counted(code, edition, wanted, include_submitted=include_submitted, fresh=False, districts=of_few)
    areas, cells = areas_of(counted), cells_with_totals(edition, code)
    digests: dict[str, set[str]] = {}
    for district, digest in counted.rows.frame.select("district", DIGEST).unique().iter_rows():
        digests.setdefault(district, set()).add(digest)
    found = {}
    for district in districts:
        totals = areas.get(district.code, AreaTotals())
        worked_out = total_cells(edition, code, cells, totals)
        mark = _mark(edition, counted.parts, district)
        found[district.code] = Added(mark, totals, worked_out, frozenset(digests.get(district.code, ())))
    if kept:
        at_rest = [each for each in districts if counted.parts.get(str(each.pk)) != MOVING]
        cache.set_many({_place(period, each, include_submitted): found[each.code] for each in at_rest}, KEPT)
    return found


def _city(code: PeriodCode, edition: Edition, districts: Iterable[Added]) -> Added:
    totals = add_areas(each.totals for each in districts)
    return Added("", totals, total_cells(edition, code, cells_with_totals(edition, code), totals), frozenset())


def districts_of(period: Period) -> QuerySet[District]:
    """The districts valid at the period's end, and any other one that has a filing: no figure is lost."""
    day = period.parsed.end
    of_district = Filing.objects.of(period).order_by().filter(district=OuterRef("pk"))
    return District.objects.filter(Q(pk__in=District.objects.valid_on(day)) | Exists(of_district))


def counted(period: Period, include_submitted: bool) -> QuerySet[Submission]:
    """The record of the totals, which proves the columns: the submissions that go in, one of each filing at most, none
    of those filed after the lock."""
    filings = Filing.objects.of(period)
    chosen = Q(pk__in=filings.filter(COUNTED).values("counted"))
    if include_submitted:
        waiting = filings.filter(FILED & ~COUNTED)
        chosen |= Q(pk__in=waiting.values("in_force"))
    return Submission.objects.filter(chosen)


def imported_beside(period: Period) -> Iterator[tuple[str, int]]:
    """Of how many firms, by district, history was imported of a period that is opened here; it counts in no total."""
    imported = standing_imports(period.parsed).one_of_each_firm().order_by().values("district__code")
    return imported.values_list("district__code", Count("pk")).iterator()


def frozen_submissions(period: Period, include_submitted: bool) -> Iterator[Frozen]:
    """The same as `add_up` reads them, a few hundred submissions in memory at a time."""
    rows = counted(period, include_submitted).order_by().values_list("filing__district__code", "values", "tables")
    return rows.iterator(chunk_size=CHUNK)


def as_json(summary: Summary) -> dict:
    """What `summary --json` prints: figures as decimal strings, blank cells left out."""
    coverage = summary.city.coverage
    codes = {indicator.code: indicator.table for indicator in summary.edition.indicators.values()}

    def by_table(area: AreaSummary) -> dict[str, dict[str, dict[str, str]]]:
        tables: dict[str, dict[str, dict[str, str]]] = {}
        for cell, figure in area.cells.items():
            if figure is not None:
                at = CellAddress.parse(cell)
                tables.setdefault(codes[at.code], {}).setdefault(at.code, {})[at.column] = f"{figure:f}"
        return tables

    return {
        "period": summary.period.code,
        **({"imported": coverage.imported} if summary.is_imported else {}),
        "owed": coverage.owed,
        "filed": coverage.filed,
        "approved": coverage.approved,
        "totals": by_table(summary.city),
        "districts": {area.code: by_table(area) for area in summary.districts},
    }
