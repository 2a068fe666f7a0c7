"""A period's totals for the city and each district, out of the submissions that count, and how complete they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from hashlib import blake2b

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from accounts.models import District
from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition
from forms_tables.edition.periods import PeriodCode
from reporting.models import Filing, ImportedFiling, Period, Submission
from reporting.models.history import IMPORTED
from reporting.models.standing import (
    COUNTED,
    COUNTED_AS_OWED,
    FILED,
    FILED_AFTER_LOCK,
    REOPENED,
    STANDING_SUBMISSION,
    STANDS_BY,
)
from reporting.totals.adding_up import ZERO, AreaTotals, Frozen, add_areas, add_up, cells_with_totals, total_cells
from reporting.totals.bases import GrowthBase, growth_bases, mark_of_bases, standing_imports
from reporting.totals.breaks import breaks_in
from reporting.totals.last_year import base_revenue_before, base_revenues
from reporting.totals.released import LeftOut, Released

CHUNK = 200


@dataclass
class Coverage:
    """How much of an area is in. Revenue is what these firms reported for the year before (`base_revenue_before`).
    `approved` are the filings of which a submission counts; `reopened` those among them that are being amended, asked
    about or returned, and count as they were approved last; `filed_after_lock` those filed after the period was
    locked, of which nothing counts but an estimate that was approved before. `imported` are the firms of which history
    was imported: all there is of a period that was never opened here, and beside the totals of one that was."""

    owed: int = 0
    filed: int = 0
    approved: int = 0
    reopened: int = 0
    filed_after_lock: int = 0
    imported: int = 0
    revenue_owed: Decimal = ZERO
    revenue_filed: Decimal = ZERO
    revenue_approved: Decimal = ZERO

    @property
    def share_filed(self) -> Decimal | None:
        return share(self.revenue_filed, self.revenue_owed)

    @property
    def share_approved(self) -> Decimal | None:
        return share(self.revenue_approved, self.revenue_owed)

    def count(self, listed: ListedFiling, revenue: Decimal) -> None:
        if listed.is_counted_as_owed:  # what the lock found stands still
            self.owed += 1
            self.revenue_owed += revenue
        if listed.is_filed:
            self.filed += 1
            self.revenue_filed += revenue
        if listed.is_approved:
            self.approved += 1
            self.revenue_approved += revenue
        self.reopened += listed.is_reopened
        self.filed_after_lock += listed.is_filed_after_lock

    def add(self, other: Coverage) -> None:
        self.owed += other.owed
        self.filed += other.filed
        self.approved += other.approved
        self.reopened += other.reopened
        self.filed_after_lock += other.filed_after_lock
        self.imported += other.imported
        self.revenue_owed += other.revenue_owed
        self.revenue_filed += other.revenue_filed
        self.revenue_approved += other.revenue_approved


@dataclass(frozen=True)
class ListedFiling:
    """One line of the list of what went in and what did not."""

    district: str
    credit_code: str
    name: str
    state: str
    late: bool
    extended: bool
    is_filed_after_lock: bool
    is_counted_as_owed: bool
    is_filed: bool
    is_approved: bool
    is_reopened: bool
    is_counted: bool
    number: int | None
    receipt: str
    submitted_at: datetime | None


@dataclass(frozen=True)
class AreaSummary:
    """One district, or the city (code ""); `cells` holds every cell that has a total, None where it is blank."""

    code: str
    name: str
    coverage: Coverage
    totals: AreaTotals
    cells: Mapping[str, Decimal | None]
    bases: tuple[GrowthBase, ...] = ()  # where growth stands on imported history


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
    filings: tuple[ListedFiling, ...]
    digests: frozenset[str] = field(default_factory=frozenset)
    breaks: tuple[str, ...] = ()  # where growth compares with figures of another edition
    is_imported: bool = False  # added up from imported history: the period was never opened here
    released: Released | None = None  # which release it is, where it is one
    left_out: tuple[LeftOut, ...] = ()  # of a release: who owed and is not in it, the largest first

    @property
    def is_of_one_district(self) -> bool:
        """Cut down to one district, which then stands in the place of the city."""
        return bool(self.city.code)


def summarise(period: Period, at: datetime, include_submitted: bool = False) -> Summary:
    """Add up what has been approved; with `include_submitted` also what waits for its district, and labelled so.

    A filing is filed while a submission of it stands (approved, or under review), approved once one submission counts;
    the approved one counts until the next is approved. The share of revenue says how much of last year's the filers
    carry: from last year's annual, last December's cumulative figure or the same month last year, whichever has most
    approved submissions, in this order when they have as many; never a mixture of them.
    """
    code, edition = period.parsed, period.edition
    filings = list(listed_filings(period, include_submitted))
    revenue_basis, revenue = base_revenue_before(period)
    areas = add_up(edition, frozen_submissions(period, include_submitted))
    names = {district.code: district.name for district in districts_of(period)}
    coverage = {district: Coverage() for district in names}
    for enterprise, listed in filings:
        coverage[listed.district].count(listed, revenue.get(enterprise, ZERO))
    for district, imported in imported_beside(period):
        if district in coverage:
            coverage[district].imported = imported
    whole = Coverage()
    for area in coverage.values():
        whole.add(area)
    cells = cells_with_totals(edition, code)
    bases = growth_bases(edition, code, firms_counted(period, include_submitted))

    def area_summary(district: str, name: str, covered: Coverage, totals: AreaTotals) -> AreaSummary:
        worked_out = total_cells(edition, code, cells, totals)
        return AreaSummary(district, name, covered, totals, worked_out, bases.get(district, ()))

    return Summary(
        period=code,
        edition=edition,
        at=at,
        include_submitted=include_submitted,
        revenue_basis=revenue_basis,
        city=area_summary("", "全市", whole, add_areas(areas.values())),
        districts=tuple(
            area_summary(district, name, coverage[district], areas.get(district, AreaTotals()))
            for district, name in names.items()
        ),
        filings=tuple(listed for _, listed in filings),
        digests=frozenset(counted(period, include_submitted).values_list("edition_digest", flat=True).distinct()),
        breaks=breaks_in(code, edition),
    )


# What listed_filings reads of a filing; with it mark_of_totals sees all that the totals rest on.
RESTS_ON = (
    "pk",
    "district",
    *STANDS_BY,
    "late",
    "in_force",
    "counted",
    "enterprise__credit_code",
    "enterprise__name",
)


def mark_of_totals(period: Period) -> str:
    """A short word that changes with anything `summarise` reads: a filing moves, counts or goes to another district, a
    date moves and what came in is reckoned anew, a firm or district is called otherwise, earlier filings carry another
    revenue, the edition is revised."""
    bases = base_revenues(period)
    mark = blake2b(f"{period.edition.digest}{bases}".encode(), digest_size=16)
    of_filings = Filing.objects.of(period).order_by("pk").values_list(*RESTS_ON)
    for row in of_filings.iterator(chunk_size=2000):
        mark.update(repr(row).encode())
    mark.update(repr(list(period.deadlines.order_by("level").values_list("level", "date"))).encode())
    mark.update(repr(list(districts_of(period).values_list("pk", "code", "name", "position"))).encode())
    # A submission only ever counts in the place of an earlier one: the sum rises with each.
    earlier = Filing.objects.filter(period__in=[base.code for base, _, _ in bases])
    counting = earlier.filter(COUNTED).order_by("period").values("period")
    mark.update(repr(list(counting.values_list("period", Count("pk"), Sum("counted")))).encode())
    imported = ImportedFiling.objects.standing().filter(period__in=[base.code for base, _, _ in bases])
    imported = imported.order_by("period").values("period")
    sums = {"n": Count("pk"), "first": Sum("pk"), "second": Sum(F("pk") * F("pk"))}  # one may stand for another
    mark.update(repr(list(imported.annotate(**sums))).encode())
    mark.update(mark_of_bases(period.edition, period.parsed).encode())
    return mark.hexdigest()


def districts_of(period: Period) -> QuerySet[District]:
    """The districts valid at the period's end, and any other one that has a filing: no figure is lost."""
    day = period.parsed.end
    with_filings = Filing.objects.of(period).values("district")
    return District.objects.filter(Q(pk__in=District.objects.valid_on(day)) | Q(pk__in=with_filings))


def counted(period: Period, include_submitted: bool) -> QuerySet[Submission]:
    """The submissions that go into the totals: one of each filing at most, none of those filed after the lock."""
    filings = Filing.objects.of(period)
    chosen = Q(pk__in=filings.filter(COUNTED).values("counted"))
    if include_submitted:
        waiting = filings.filter(FILED & ~COUNTED)
        chosen |= Q(pk__in=waiting.values("in_force"))
    return Submission.objects.filter(chosen)


def firms_counted(period: Period, include_submitted: bool) -> Iterator[tuple[int, str]]:
    """Each with the district its submission counts in."""
    found = counted(period, include_submitted).order_by()
    return found.values_list("filing__enterprise", "filing__district__code").iterator()


def imported_beside(period: Period) -> Iterator[tuple[str, int]]:
    """Of how many firms, by district, history was imported of a period that is opened here; it counts in no total."""
    imported = standing_imports(period.parsed).one_of_each_firm().order_by().values("district__code")
    return imported.values_list("district__code", Count("pk")).iterator()


def frozen_submissions(period: Period, include_submitted: bool) -> Iterator[Frozen]:
    """What `add_up` reads, a few hundred submissions in memory at a time."""
    rows = counted(period, include_submitted).order_by().values_list("filing__district__code", "values", "tables")
    return rows.iterator(chunk_size=CHUNK)


ASKED = {
    "is_filed": FILED,
    "is_approved": COUNTED,
    "is_reopened": REOPENED,
    "is_filed_after_lock": FILED_AFTER_LOCK,
    "is_counted_as_owed": COUNTED_AS_OWED,
}


def listed_filings(period: Period, include_submitted: bool) -> Iterator[tuple[int, ListedFiling]]:
    """Every filing owed, in the order of districts and credit codes, with the enterprise it belongs to."""
    filings = (
        Filing.objects.of(period)
        .select_related("enterprise", "district")
        .order_by("district__position", "district__code", "enterprise__credit_code")
    )
    named = [Q(pk__in=filings.order_by().values(name)) for name in ("counted", "approved", "in_force")]
    standing = {
        pk: row
        for pk, *row in Submission.objects.filter(named[0] | named[1] | named[2]).values_list(
            "pk", "number", "receipt", "submitted_at", "extended"
        )
    }
    for filing in filings.annotate(shown=Coalesce("counted", STANDING_SUBMISSION), **ASKED):
        stands = filing.shown
        number, receipt, submitted_at, extended = standing[stands] if stands else (None, "", None, False)
        yield (
            filing.enterprise_id,
            ListedFiling(
                district=filing.district.code,
                credit_code=filing.enterprise.credit_code,
                name=filing.enterprise.name,
                state=filing.state_words if filing.standing.is_let_in else filing.standing.words,
                late=filing.late,
                extended=extended,
                is_filed_after_lock=filing.is_filed_after_lock,
                is_counted_as_owed=filing.is_counted_as_owed,
                is_filed=filing.is_filed,
                is_approved=filing.is_approved,
                is_reopened=filing.is_reopened,
                is_counted=filing.is_approved or (include_submitted and filing.is_filed),
                number=number,
                receipt=receipt,
                submitted_at=submitted_at,
            ),
        )


def share(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """Per cent with one decimal; blank when there is nothing to compare with."""
    return (Decimal(part) / whole * 100).quantize(Decimal("0.1"), ROUND_HALF_UP) if whole > 0 else None


def reopened_in_words(coverage: Coverage) -> str:
    """Which of the approved figures may still be replaced; empty when none."""
    if not coverage.reopened:
        return ""
    return f"其中 {coverage.reopened} 家的上报件在修订、查询或退回中，仍以已审核的一份计入。"


def after_lock_in_words(count: int) -> str:
    """How many filed after the lock, and that no figure here holds theirs; empty when nobody did."""
    return f"锁定后补报 {count} 家，不计入本期已锁定的汇总。" if count else ""


def imported_in_words(coverage: Coverage) -> str:
    """Beside the totals of a period that was opened here; empty when nothing of it was imported."""
    if not coverage.imported:
        return ""
    return f"另有 {coverage.imported} 家的{IMPORTED}，供以后各期比对，不计入本期汇总。"


def share_in_words(city: Coverage, basis: str) -> str:
    if city.share_filed is None:
        return "没有上年数据，无法计算已报企业的收入占比。"
    return (
        f"按{basis}计，已报企业占应报企业的 {city.share_filed}%，审核通过企业占 {city.share_approved}%；"
        "没有该项数据的企业按 0 计。"
    )


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
