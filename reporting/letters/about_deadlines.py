"""Letters about dates: to whom a moved deadline matters, who was told of a period that was withdrawn, and that next
year's days off are not known yet."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max, Q, QuerySet
from django.urls import reverse

from accounts.emails import FIRST_ACCOUNT
from accounts.models import District, JournalEntry, Letter
from accounts.post import dead_addresses
from accounts.post.letters import compose, known_keys, post, withdraw_all
from reporting.dates.arrangements import in_words
from reporting.letters import recipients
from reporting.letters.reminding import OWED
from reporting.models import Deadline, Filing, Period
from reporting.models.in_force import current_edition
from reporting.models.standing import FIRM, next_by


def deadline_moved(
    period: Period, before: Mapping[str, date], after: Mapping[str, date], why: str, number: str, at: datetime
) -> None:
    """Dates of a period changed (by level): the firms that still have something to send, the districts with filings
    of it and the city are told. Each change is told once: the key holds its moment and its new dates."""
    period = Period.objects.prefetch_related("deadlines").get(pk=period.pk)
    of_firms = {level: before[level] for level in before if level == Deadline.ENTERPRISE}
    of_districts = {level: before[level] for level in before if level != Deadline.CITY}
    letters: list[Letter] = []
    if of_firms:
        withdraw_all(period.pk, OWED)  # reminders on their way still name the old date
        letters += letters_to_firms(period, facts_of(period, of_firms, after, why, number), at)
    if of_districts:
        letters += letters_to_districts(period, facts_of(period, of_districts, after, why, number), at)
    facts = facts_of(period, before, after, why, number) | {
        "name": current_edition().platform.city.short_office,
        "path": page_of_city(period),
    }
    letters += [letter(period, facts, to, at, "city") for to in recipients.of_city()]
    post(letters)


def period_withdrawn(period: Period, reason: str, at: datetime) -> int:
    """To every address that was written to about the period since it was opened, or will be: an invitation that names
    it is on its way. Returns how many letters it is."""
    sent = written_about(period).exclude(state__in=[Letter.State.WITHDRAWN, Letter.State.FAILED])
    drafted = set(Filing.objects.filter(period=period, sheets__isnull=False).values_list("enterprise", flat=True))
    asked = sent.order_by("enterprise", "to").values_list("enterprise", "enterprise__name", "district", "to").distinct()
    dead = dead_addresses.known()
    told = {(firm, to): (name, district) for firm, name, district, to in asked if to.lower() not in dead}
    return post(
        _withdrawn(period, reason, at, Told(firm, name, district, to, firm in drafted))
        for (firm, to), (name, district) in told.items()
    )


def written_about(period: Period) -> QuerySet[Letter]:
    """What was written to firms about a period since it was opened: reminders, dates that moved, and the activations of
    those who owe it, which name every period that waits."""
    about = Q(period=period.pk) & (Q(topic__startswith=f"{OWED}:") | Q(stem="deadline/moved"))
    firms = Filing.objects.filter(period=period).values("enterprise")
    found = Letter.objects.filter(about | activations_of(firms), enterprise__isnull=False)
    opened_at = JournalEntry.objects.filter(period=period.pk, action="开启报告期").aggregate(last=Max("at"))["last"]
    return found.filter(written_at__gte=opened_at) if opened_at else found


def activations_of(firms: QuerySet) -> Q:
    return Q(topic__startswith=f"{FIRST_ACCOUNT}:", enterprise__in=firms)


@dataclass(frozen=True)
class Told:
    """A firm's address that was written to."""

    firm: int
    name: str
    district: int | None
    to: str
    has_drafted: bool


def _withdrawn(period: Period, reason: str, at: datetime, told: Told) -> Letter:
    facts = {"name": told.name, "period": period.label, "reason": reason.rstrip("。"), "drafted": told.has_drafted}
    letter = compose(
        "deadline/withdrawn",
        f"{period.label}统计报表已撤回，不需要填报",
        facts | {"path": reverse("home")},
        told.to,
        key=f"period_withdrawn:{period.pk}#{period.times_opened}:firm:{told.firm}",
        at=at,
        period=period.pk,
        bulk=True,
    )
    letter.enterprise_id, letter.district_id = told.firm, told.district
    return letter


def facts_of(period: Period, before: Mapping[str, date], after: Mapping[str, date], why: str, number: str) -> dict:
    names = dict(Deadline.LEVELS)
    return {
        "period": period.label,
        "changes": [
            {"level": names[level], "before": in_words(before[level]), "after": in_words(after[level])}
            for level in names
            if level in before
        ],
        "dates": ",".join(f"{level}={after[level]:%m%d}" for level in names if level in before),
        "why": why.rstrip("。"),
        "number": number,
    }


def letters_to_firms(period: Period, facts: dict, at: datetime) -> Iterator[Letter]:
    """Whoever still has something to send and can open it; others are told by the activation of their account, which
    names the date (reporting/reminders). A firm that was granted a later day keeps it, and is told so."""
    owing = Filing.objects.of(period).filter(next_by(FIRM)).order_by("pk")
    rows = list(owing.values_list("enterprise", "enterprise__name", "district", "extended_to"))
    addresses = recipients.of_filings(owing)
    due, path = period.enterprise_deadline.date, reverse("filing", args=[period.code])
    for firm, name, district, extended_to in rows:
        later = in_words(extended_to) if extended_to and extended_to > due else ""
        told = facts | {"name": name, "extended": later, "path": path}
        for to in addresses.get(firm, []):
            written = letter(period, told, to, at, f"firm:{firm}")
            written.enterprise_id, written.district_id = firm, district  # 40,000 rows need not be fetched for it
            yield written


def letters_to_districts(period: Period, facts: dict, at: datetime) -> Iterator[Letter]:
    districts = District.objects.filter(pk__in=Filing.objects.of(period).values("district")).in_bulk()
    path = reverse("district_home") + f"?period={period.code}"
    for pk, addresses in recipients.of_districts(districts).items():
        told = facts | {"name": districts[pk].name, "path": path}
        yield from (letter(period, told, to, at, f"district:{pk}", district=districts[pk]) for to in addresses)


def page_of_city(period: Period) -> str:
    return reverse("city_period", args=[period.code])


def letter(period: Period, facts: dict, to: str, at: datetime, whose: str, **about) -> Letter:
    first = facts["changes"][0]
    return compose(
        "deadline/moved",
        f"{period.label}{first['level']}截止日改为{first['after']}",
        facts,
        to,
        key=f"deadline_moved:{period.code}:{facts['dates']}:{at.isoformat()}:{whose}",
        at=at,
        period=period.code,
        bulk=True,
        **about,
    )


def calendar_missing(year: int, provisional: list[str], at: datetime) -> int:
    """Once a month from October on, to the city: the State Council's arrangement for `year` is not entered yet."""
    facts = {"year": year, "provisional": provisional, "path": reverse("enter_calendar", args=[year])}
    letters = [
        compose(
            "deadline/calendar_missing",
            f"{year}年放假安排尚未录入，有截止日暂定",
            facts,
            to,
            key=f"calendar_missing:{year}:{at:%Y-%m}",
            at=at,
        )
        for to in recipients.of_city()
    ]
    known = known_keys(each.key for each in letters)
    return post([each for each in letters if each.key not in known])
