"""Which firms are to go to another district, and what that would mean: asked by the preview, and again by the press."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import blake2b

from django.db.models import Q

from accounts.models import District, DistrictChange, DistrictChangeFirm, Enterprise, Residence, User
from forms_tables.edition import credit_code as credit_codes
from forms_tables.edition.periods import PeriodCode
from reporting.letters import recipients
from reporting.models import Filing, ImportedFiling, Period
from reporting.models.standing import UNSENT

FURTHEST = timedelta(days=366)
EARLIEST = 2000
MOST_LISTED = 300
CODE = re.compile(r"[0-9A-Za-z]{18}")


@dataclass(frozen=True)
class WantedChange:
    """What the office filled in. Without `codes` and `search` it is every firm of these districts; `left` are firms
    unticked on the preview."""

    origins: tuple[District, ...]
    district: District
    since: date
    reason: str
    closes: bool = False
    takes_officials: bool = False
    search: str = ""
    codes: tuple[str, ...] = ()
    left: tuple[int, ...] = ()

    @property
    def from_words(self) -> str:
        return "、".join(district.name for district in self.origins)


@dataclass
class ChangeReach:
    """Whom the change reaches; `obstacles` keep it from being done, each with how to mend it."""

    firms: list[Residence]
    per_origin: list[tuple[District, int]]
    unknown: list[str] = field(default_factory=list)  # codes of the list that are no firm of these districts
    go_along: list[tuple[Period, int, int]] = field(default_factory=list)  # how many unsent, how many sent
    history: int = 0  # imported rows of the day and later, which name the district of when they came in
    stay: list[tuple[Period, int]] = field(default_factory=list)  # open, of before the day: counted where they are
    officials: list[User] = field(default_factory=list)
    obstacles: list[str] = field(default_factory=list)
    to_firms: dict[int, list[str]] = field(default_factory=dict)
    to_offices: dict[int, list[str]] = field(default_factory=dict)
    mark: str = ""

    @property
    def letters(self) -> int:
        return sum(map(len, self.to_firms.values())) + sum(map(len, self.to_offices.values()))

    @property
    def unreached(self) -> int:
        return len(self.firms) - len(self.to_firms)

    @property
    def may_tick(self) -> bool:
        return len(self.firms) <= MOST_LISTED


def codes_in(text: str) -> tuple[str, ...]:
    """The credit codes in what was pasted or read from a file, whatever stands around them."""
    plain = text.translate(credit_codes.FULL_WIDTH).upper()
    return tuple(dict.fromkeys(CODE.findall(plain)))


def living_in(origins: Sequence[District]):
    """Where the firms of these districts live now, but for entries merged into another."""
    return Residence.objects.filter(until=None, district__in=origins, enterprise__merged_into=None)


def reach(wanted: WantedChange, at: datetime) -> ChangeReach:
    homes = living_in(wanted.origins)
    everybody = homes
    if wanted.codes:
        homes = homes.filter(enterprise__credit_code__in=wanted.codes)
    if wanted.search:
        homes = homes.filter(
            Q(enterprise__name__icontains=wanted.search) | Q(enterprise__address__icontains=wanted.search)
        )
    homes = homes.exclude(enterprise__in=wanted.left)
    firms = list(homes.select_related("enterprise", "district").order_by("district__position", "enterprise_id"))
    counted = Counter(home.district_id for home in firms)
    found = ChangeReach(firms, [(origin, counted[origin.pk]) for origin in wanted.origins])
    known = {home.enterprise.credit_code for home in firms}
    known |= set(Enterprise.objects.filter(pk__in=wanted.left).values_list("credit_code", flat=True))
    found.unknown = [code for code in wanted.codes if code not in known]
    pks = [home.enterprise_id for home in firms]
    _filings(found, wanted, pks)
    found.history = sum(PeriodCode.parse(code).end >= wanted.since for code in _imported(wanted, pks))
    found.officials = list(
        User.objects.filter(district__in=wanted.origins, is_active=True).order_by("district__position", "username")
    )
    found.obstacles = list(_obstacles(wanted, found, everybody.count(), at))
    found.to_firms = recipients.of_firms(pks)
    found.to_offices = recipients.of_districts([*(each.pk for each in wanted.origins), wanted.district.pk])
    rests_on = [
        (wanted.district.pk, wanted.since, wanted.closes, wanted.takes_officials),
        [(home.enterprise_id, home.pk) for home in firms],
        [user.pk for user in found.officials],
    ]
    found.mark = blake2b(repr(rests_on).encode(), digest_size=12).hexdigest()
    return found


def periods_from(since: date) -> list[Period]:
    """The open periods that end on that day or later."""
    return [period for period in Period.objects.filter(state=Period.OPEN) if period.parsed.end >= since]


def _filings(found: ChangeReach, wanted: WantedChange, firms: list[int]) -> None:
    along = {period.pk for period in periods_from(wanted.since)}
    filings = Filing.objects.filter(period__state=Period.OPEN, enterprise__in=firms, superseded_by=None)
    filings = filings.exclude(district=wanted.district)
    sent: Counter[str] = Counter()
    unsent: Counter[str] = Counter()
    for rows, counter in ((filings.filter(UNSENT), unsent), (filings.exclude(UNSENT), sent)):
        counter.update(rows.order_by().values_list("period", flat=True))
    for period in Period.objects.filter(pk__in=[*sent, *unsent]):
        if period.pk in along:
            found.go_along.append((period, unsent[period.pk], sent[period.pk]))
        else:
            found.stay.append((period, unsent[period.pk] + sent[period.pk]))


def _imported(wanted: WantedChange, firms: list[int]):
    rows = ImportedFiling.objects.standing().filter(enterprise__in=firms).exclude(district=wanted.district)
    return rows.order_by().values_list("period", flat=True)


def _obstacles(wanted: WantedChange, found: ChangeReach, everybody: int, at: datetime):
    """What keeps the change from being done, in sentences."""
    district, since = wanted.district, wanted.since
    if district in wanted.origins:
        yield f"{district.name}既是原区县又是新区县，请去掉一边。"
    if not found.firms:
        yield "没有一家企业在这个范围里，请核对原区县、名单和筛选。"
    if since.year < EARLIEST:
        yield f"生效日期 {since:%Y-%m-%d} 太早，请核对年份。"
    if not district.holds_on(since):
        yield f"{district.name}在 {since:%Y-%m-%d} 不是报送区县，请先在“制度—适用报告期”登记它的有效期。"
    if since > at.date() + FURTHEST:
        yield f"生效日期 {since:%Y-%m-%d} 在一年以后，请核对年份。"
    locked = [period for period in Period.objects.filter(state=Period.LOCKED) if period.parsed.end >= since]
    if locked:
        last = max(locked, key=lambda period: period.parsed.end)
        yield (
            f"{last.label}已由市级锁定，按当时的区县汇总；"
            f"生效日期应为 {last.parsed.end + timedelta(days=1):%Y-%m-%d} 或以后。"
        )
    planned = DistrictChangeFirm.objects.filter(
        change__state=DistrictChange.State.PLANNED, enterprise__in=[home.enterprise_id for home in found.firms]
    ).count()
    if planned:
        yield f"其中 {planned} 家已在另一份待生效的成批改区县里，请先撤销那一份，或把它们去掉。"
    if wanted.closes and (left := everybody - len(found.firms)):
        yield f"{wanted.from_words}还有 {left} 家企业不在名单里，不能同时撤销；请改为全部企业，或不勾“同时撤销”。"
    if wanted.takes_officials and not wanted.closes:
        yield "区县不撤销的，工作人员不随企业转走；请去掉“工作人员一并转入”，或勾选“同时撤销”。"
