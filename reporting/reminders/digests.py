"""The daily letters to the desks: to each district what waits for it, to the city how the open periods stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count
from django.urls import reverse

from accounts.models import DeadAddress, District, Letter, Takeover
from accounts.post.letters import compose, key_to, known_keys, post
from forms_tables.edition.periods import PeriodCode
from reporting import workflow
from reporting.dates.arrangements import in_words, plainly
from reporting.dates.deadlines import time_left
from reporting.letters import recipients
from reporting.letters.schedule import TO_CITY, TO_DISTRICTS, schedule
from reporting.letters.sent import failed_lately
from reporting.models import Deadline, Filing, Period, Standing, calendar_in_force
from reporting.models.standing import DISTRICT, next_by, standing_at
from reporting.totals.progress import REQUESTS, Progress, progress_by_district, progress_of

MOST_BEHIND = 5


@dataclass
class Waiting:
    """What waits for one district."""

    periods: list[dict] = field(default_factory=list)
    requests: int = 0
    takeovers: int = 0
    dead: int = 0

    @property
    def anything(self) -> bool:
        return bool(self.periods or self.requests or self.takeovers or self.dead)


def plan(at: datetime) -> int:
    stands = schedule()
    written = 0
    if not calendar_in_force().is_working_day(at.date()):
        return 0
    if stands[TO_DISTRICTS.name].on and at.hour >= stands[TO_DISTRICTS.name].hour:
        written += to_districts(at)
    if stands[TO_CITY.name].on and at.hour >= stands[TO_CITY.name].hour:
        written += to_city(at)
    return written


def to_districts(at: datetime) -> int:
    """One letter a day to each address of a district for which something waits."""
    districts = {district.pk: district for district in District.objects.valid_on(at.date())}
    unwritten = _unwritten(
        {(pk, to): f"digest:district:{pk}:{at.date()}" for pk, to in _pairs(recipients.of_districts(districts))}
    )
    if not unwritten:
        return 0
    waits = waiting_by_district(at)
    return post(
        district_digest(districts[pk], waits[pk], to, key, at)
        for (pk, to), key in unwritten.items()
        if waits[pk].anything
    )


def district_digest(district: District, waiting: Waiting, to: str, key: str, at: datetime) -> Letter:
    reviews = sum(row["waiting"] for row in waiting.periods)
    asked = sum(row["from_city"] for row in waiting.periods)
    counts = {
        "份待审核": reviews,
        "份市级查询或退回": asked,
        "份申请": waiting.requests,
        "份账号移交申请": waiting.takeovers,
        "个失效邮箱": waiting.dead,
    }
    told = "、".join(f"{number} {words}" for words, number in counts.items() if number)
    facts = {
        "district": district.name,
        "today": in_words(at.date()),
        "periods": waiting.periods,
        "requests": waiting.requests,
        "takeovers": waiting.takeovers,
        "dead": waiting.dead,
        "path": reverse("district_home"),
    }
    return compose("digest/district", f"{district.name}今日待办：{told}", facts, to, key=key, at=at, district=district)


def waiting_by_district(at: datetime) -> dict[int, Waiting]:
    found: dict[int, Waiting] = defaultdict(Waiting)
    periods = {period.pk: period for period in open_periods(at.date())}
    filings = Filing.objects.filter(period__in=periods).filter(next_by(DISTRICT))
    numbers = {
        "waiting": Count("pk", filter=standing_at(Standing.WAITING)),
        "from_city": Count("pk", filter=standing_at(Standing.CITY_QUERIED, Standing.CITY_RETURNED)),
    }
    for row in filings.order_by("period").values("district", "period").annotate(**numbers):
        period = periods[row["period"]]
        due = period.deadline(Deadline.DISTRICT).date
        found[row["district"]].periods.append(
            {"label": period.label, "waiting": row["waiting"], "from_city": row["from_city"], **_until(due, at.date())}
        )
    let_in = Filing.objects.standing_at(Standing.LET_IN_WAITING)
    for row in let_in.order_by("period").values("district", "period").annotate(waiting=Count("pk")):
        label = f"{PeriodCode.parse(row['period']).label}（锁定后补报）"
        found[row["district"]].periods.append({"label": label, "waiting": row["waiting"], "from_city": 0})
    for _, model in REQUESTS.values():
        open_ones = model.objects.waiting().filter(filing__in=Filing.objects.owed()).order_by()
        for row in open_ones.values("filing__district").annotate(number=Count("pk")):
            found[row["filing__district"]].requests += row["number"]
    asked = Takeover.objects.filter(state=Takeover.State.ASKED, enterprise__residences__until=None).order_by()
    for row in asked.values("enterprise__residences__district").annotate(number=Count("pk")):
        found[row["enterprise__residences__district"]].takeovers = row["number"]
    dead = DeadAddress.objects.filter(settled_at=None, enterprise__isnull=False).order_by()
    for row in dead.values("district").annotate(number=Count("pk")):
        found[row["district"]].dead = row["number"]
    return found


def to_city(at: datetime) -> int:
    """One letter a day to the city's people while a period is open."""
    unwritten = _unwritten({("", to): f"digest:city:{at.date()}" for to in recipients.of_city()})
    periods = open_periods(at.date()) if unwritten else []
    if not periods:
        return 0
    facts = city_facts(periods, at)
    return post(city_digest(facts, to, key, at) for (_, to), key in unwritten.items())


def city_digest(facts: dict, to: str, key: str, at: datetime) -> Letter:
    stands = "；".join(f"{row['label']}已报 {row['filed']}/{row['owed']}" for row in facts["periods"])
    return compose("digest/city", f"全市进度 {plainly(at.date())}：{stands}"[:200], facts, to, key=key, at=at)


def city_facts(periods: Iterable[Period], at: datetime) -> dict:
    return {
        "today": in_words(at.date()),
        "periods": [period_facts(period, at) for period in periods],
        "requests": sum(model.objects.waiting().count() for _, model in REQUESTS.values()),
        "failed": failed_lately(Letter.objects.all(), at).count(),
        "takeovers": Takeover.objects.filter(state=Takeover.State.PROPOSED).count(),
        "dead": DeadAddress.objects.filter(settled_at=None).count(),
        "path": reverse("city_home"),
    }


def period_facts(period: Period, at: datetime) -> dict:
    filings = Filing.objects.of(period)
    progress = progress_of(filings)
    return {
        "label": period.label,
        "owed": progress.owed,
        "filed": progress.filed,
        "approved": progress.approved,
        "late": progress.late,
        "overdue": filings.overdue(at).count(),
        "behind": furthest_behind(period),
        "in_the_way": workflow.period.in_words(workflow.standing_in_the_way(period)),
        **_until(period.deadline(Deadline.CITY).date, at.date()),
    }


def furthest_behind(period: Period) -> list[dict]:
    """The districts of which the smallest part has filed; among equals the one with more to come."""
    stands = progress_by_district(Filing.objects.of(period))
    behind = [(pk, progress) for pk, progress in stands.items() if progress.filed < progress.owed]
    behind.sort(key=lambda row: (row[1].filed / row[1].owed, -_to_come(row[1])))
    names = District.objects.in_bulk([pk for pk, _ in behind[:MOST_BEHIND]])
    return [
        {"district": names[pk].name, "filed": progress.filed, "owed": progress.owed, "to_come": _to_come(progress)}
        for pk, progress in behind[:MOST_BEHIND]
    ]


def open_periods(today: date) -> list[Period]:
    found = Period.objects.open_on(today).prefetch_related("deadlines")
    return sorted(found, key=lambda period: period.deadline(Deadline.CITY).date)


def _to_come(progress: Progress) -> int:
    return progress.owed - progress.filed


def _until(due: date, today: date) -> dict:
    return {"due": in_words(due), "left": time_left(today, due, calendar_in_force())}


def _pairs(addresses: dict[int, list[str]]) -> list[tuple[int, str]]:
    return [(pk, to) for pk, emails in addresses.items() for to in emails]


def _unwritten(keys: dict[tuple, str]) -> dict[tuple, str]:
    """Those that are not in the outbox yet."""
    known = known_keys(key_to(key, to) for (_, to), key in keys.items())
    return {(pk, to): key for (pk, to), key in keys.items() if key_to(key, to) not in known}
