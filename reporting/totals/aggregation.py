"""A period's totals for the city and each district, out of the submissions that count, and how complete they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from hashlib import blake2b

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.fields.json import KT

from accounts.models import District
from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition
from forms_tables.edition.periods import PeriodCode
from reporting.models import Filing, Period, State, Submission
from reporting.totals.adding_up import ZERO, AreaTotals, Frozen, add_areas, add_up, cells_with_totals, total_cells

UNDER_REVIEW = Filing.UNDER_REVIEW
SETTLED = (State.APPROVED, State.LOCKED)
CHUNK = 200


@dataclass
class Coverage:
    """How much of an area is in. Revenue is what these firms reported for the year before (`revenue_before`).
    `approved` are the filings of which a submission counts; `reopened` those among them that are being amended, asked
    about or returned, and count as they were approved last; `after_lock` those filed after the period was locked, of
    which nothing counts but an estimate that was approved before."""

    owed: int = 0
    filed: int = 0
    approved: int = 0
    reopened: int = 0
    after_lock: int = 0
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
        if not listed.exempt_at_lock:  # what the lock found stands still
            self.owed += 1
            self.revenue_owed += revenue
        if listed.is_filed:
            self.filed += 1
            self.revenue_filed += revenue
        if listed.is_approved:
            self.approved += 1
            self.revenue_approved += revenue
        self.reopened += listed.is_reopened
        self.after_lock += listed.after_lock

    def add(self, other: Coverage) -> None:
        self.owed += other.owed
        self.filed += other.filed
        self.approved += other.approved
        self.reopened += other.reopened
        self.after_lock += other.after_lock
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
    after_lock: bool
    exempt_at_lock: bool
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
    revenue_basis, revenue = revenue_before(code)
    areas = add_up(edition, frozen_submissions(period, include_submitted))
    names = {district.code: district.name for district in districts_of(period)}
    coverage = {district: Coverage() for district in names}
    for enterprise, listed in filings:
        coverage[listed.district].count(listed, revenue.get(enterprise, ZERO))
    whole = Coverage()
    for area in coverage.values():
        whole.add(area)
    cells = cells_with_totals(edition, code)

    def area_summary(district: str, name: str, covered: Coverage, totals: AreaTotals) -> AreaSummary:
        return AreaSummary(district, name, covered, totals, total_cells(edition, code, cells, totals))

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
    )


# What listed_filings reads of a filing; with it mark_of_totals sees all that the totals rest on.
RESTS_ON = (
    "pk",
    "district",
    "state",
    "late",
    "after_lock",
    "exempt_at_lock",
    "in_force",
    "counted",
    "enterprise__credit_code",
    "enterprise__name",
)


def mark_of_totals(period: Period) -> str:
    """A short word that changes with anything `summarise` reads: a filing moves, counts or goes to another district, a
    date moves and what came in is reckoned anew, a firm or district is called otherwise, earlier filings carry another
    revenue, the edition is revised."""
    mark = blake2b(period.edition.digest.encode(), digest_size=16)
    of_filings = Filing.objects.of(period).order_by("pk").values_list(*RESTS_ON)
    for row in of_filings.iterator(chunk_size=2000):
        mark.update(repr(row).encode())
    mark.update(repr(list(period.deadlines.order_by("level").values_list("level", "date"))).encode())
    mark.update(repr(list(districts_of(period).values_list("pk", "code", "name", "position"))).encode())
    # A submission only ever counts in the place of an earlier one: the sum rises with each.
    earlier = Filing.objects.filter(period__in=[base.code for base, _, _ in revenue_bases(period.parsed)])
    counting = earlier.exclude(counted=None).order_by("period").values("period")
    mark.update(repr(list(counting.values_list("period", Count("pk"), Sum("counted")))).encode())
    return mark.hexdigest()


def districts_of(period: Period) -> QuerySet[District]:
    """The districts valid at the period's end, and any other one that has a filing: no figure is lost."""
    day = period.parsed.end
    with_filings = Filing.objects.of(period).values("district")
    return District.objects.filter(Q(pk__in=District.objects.valid_on(day)) | Q(pk__in=with_filings))


def counted(period: Period, include_submitted: bool) -> QuerySet[Submission]:
    """The submissions that go into the totals: one of each filing at most, none of those filed after the lock."""
    filings = Filing.objects.of(period)
    chosen = Q(pk__in=filings.exclude(counted=None).values("counted"))
    if include_submitted:
        waiting = filings.filter(counted=None, after_lock=False, state__in=UNDER_REVIEW)
        chosen |= Q(pk__in=waiting.values("in_force"))
    return Submission.objects.filter(chosen)


def frozen_submissions(period: Period, include_submitted: bool) -> Iterator[Frozen]:
    """What `add_up` reads, a few hundred submissions in memory at a time."""
    rows = counted(period, include_submitted).order_by().values_list("filing__district__code", "values", "tables")
    return rows.iterator(chunk_size=CHUNK)


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
    for filing in filings:
        waits = filing.state in UNDER_REVIEW
        is_approved = filing.counted_id is not None
        is_filed = is_approved or (waits and not filing.after_lock)
        after_lock = filing.after_lock and (waits or filing.approved_id != filing.counted_id)
        stands = filing.counted_id or filing.approved_id or (filing.in_force_id if waits else None)
        number, receipt, submitted_at, extended = standing[stands] if stands else (None, "", None, False)
        yield (
            filing.enterprise_id,
            ListedFiling(
                district=filing.district.code,
                credit_code=filing.enterprise.credit_code,
                name=filing.enterprise.name,
                state=filing.state_words if filing.after_lock else filing.get_state_display(),
                late=filing.late,
                extended=extended,
                after_lock=after_lock,
                exempt_at_lock=filing.exempt_at_lock,
                is_filed=is_filed,
                is_approved=is_approved,
                is_reopened=is_approved and filing.state not in SETTLED and not filing.after_lock,
                is_counted=is_approved or (include_submitted and is_filed),
                number=number,
                receipt=receipt,
                submitted_at=submitted_at,
            ),
        )


def revenue_before(period: PeriodCode) -> tuple[str, dict[int, Decimal]]:
    """Where last year's revenue is taken from, in words, and the revenue of each enterprise there.

    Whichever has most approved submissions: while the first annuals come in, last December still speaks for all firms.
    """
    bases = revenue_bases(period)
    approved = {base: Filing.objects.filter(period=base.code).exclude(counted=None) for base, _, _ in bases}
    base, cell, name = max(bases, key=lambda row: approved[row[0]].count())
    rows = Submission.objects.filter(pk__in=approved[base].values("counted"))
    texts = rows.values_list("filing__enterprise", KT(f"values__{cell}"))
    revenue = {enterprise: Decimal(text) for enterprise, text in texts if text}
    return (f"{base.label}{name}" if revenue else ""), revenue


def revenue_bases(period: PeriodCode) -> list[tuple[PeriodCode, str, str]]:
    """The periods last year's revenue may be taken from, each with its cell and the name of that."""
    last_annual, year_ago = period.last_annual(), period.year_ago()
    bases = [(last_annual, "Y2010.y", "主营业务收入"), (last_annual.december(), "2010.c1", "主营业务收入累计")]
    return bases if period.is_annual else [*bases, (year_ago, "2010.c1", "主营业务收入累计")]


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
        "owed": coverage.owed,
        "filed": coverage.filed,
        "approved": coverage.approved,
        "totals": by_table(summary.city),
        "districts": {area.code: by_table(area) for area in summary.districts},
    }
