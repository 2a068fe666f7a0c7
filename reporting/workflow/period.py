"""What the city does with a period while it is open: open it, move a date by hand, see what keeps it from a lock."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count

from accounts import journal
from accounts.models import Enterprise, Residence, User
from forms_tables.edition.periods import PeriodCode
from reporting.dates import deadlines
from reporting.dates.arrangements import plainly
from reporting.letters.about_deadlines import deadline_moved
from reporting.models import (
    Deadline,
    Filing,
    Period,
    PublishedEdition,
    State,
    calendar_in_force,
    choice_in_force,
)
from reporting.models.in_force import Ungoverned, edition_in_force
from reporting.models.standing import UNSENT
from reporting.workflow.calendar import dated
from reporting.workflow.guards import Refused, be_the_city
from reporting.workflow.reckoning import reckon_anew
from reporting.workflow.withdrawing import owe_again, void_what_was_granted

FURTHEST = timedelta(days=366)  # a date set by hand


@transaction.atomic
def open_period(code: str, by: User, at: datetime, estimates_allowed: bool = False) -> Period:
    """Open a period: store its three deadlines as they are reckoned today, and note who owes what.

    Opening an open period again adds the firms that have joined since; a withdrawn one is opened as if for the first
    time; a locked one is refused.
    """
    be_the_city(by)
    choice = choice_in_force()
    parsed = _period_code(code, choice.reading if choice else deadlines.DEFAULT)
    if at.date() <= parsed.end:
        raise Refused(f"{parsed.label}尚未结束，{parsed.opens_on:%Y-%m-%d} 起可以开启。")
    PublishedEdition.objects.hold_still()
    try:
        edition_code = edition_in_force(parsed)
    except Ungoverned as why:
        raise Refused(f"{why}，不能开启；{why.remedy}。") from why
    period, created = Period.withdrawn_too.get_or_create(
        code=parsed.code,
        defaults={
            "edition_code": edition_code,
            "opens_on": parsed.opens_on,
            "read_as": choice,
        },
    )
    # Two clicks would both note the same firms, and a lock on its way would have firms added to what it froze.
    period = Period.withdrawn_too.select_for_update().get(pk=period.pk)
    if period.is_locked:
        raise Refused(f"{period.label}已锁定，不能再次开启。")
    again = period.is_withdrawn
    if again:
        period.state, period.times_opened, period.read_as = Period.OPEN, period.times_opened + 1, choice
        period.edition_code, period.estimates_allowed = edition_code, False
        period.save(update_fields=["state", "times_opened", "read_as", "edition_code", "estimates_allowed"])
    if created or again:
        store_deadlines(period)
    newly_owing = owe_all(period) + (owe_again(period) if again else 0)
    if created or again or newly_owing:
        action = "开启报告期" if created or again else "补充应报企业"
        after = {"新增应报": f"{newly_owing} 家"} | (void_what_was_granted(period, at) if again else {})
        journal.record(by=by, at=at, action=action, subject=period.label, period=period.code, after=after)
    return allow_estimates(period, True, by, at, "开启时设定") if estimates_allowed else period


@transaction.atomic
def allow_estimates(period: Period, allowed: bool, by: User, at: datetime, reason: str) -> Period:
    """Whether firms may mark what they submit for a period as estimates (预估数); the actual figures
    are then asked for before the next period. What was submitted as an estimate stays one."""
    be_the_city(by)
    period = Period.objects.select_for_update().get(pk=period.pk)
    if period.is_locked:
        raise Refused(f"{period.label}已锁定，不能再改。")
    if period.estimates_allowed == allowed:
        return period  # the second click
    if not reason.strip():
        raise Refused("请写明允许或不再允许预估的依据。")
    words = {True: "允许", False: "不允许"}
    before, period.estimates_allowed = period.estimates_allowed, allowed
    period.save(update_fields=["estimates_allowed"])
    journal.record(
        by=by,
        at=at,
        action="设定预估",
        subject=period.label,
        period=period.code,
        before={"预估数": words[before]},
        after={"预估数": words[allowed]},
        why=reason.strip(),
    )
    return period


def owe_all(period: Period) -> int:
    """Note in bulk what every firm in the register owes for the period and does not yet; returns how many came."""
    day = period.parsed.end
    owing = Enterprise.objects.reporting_on(day).exclude(filings__period=period)
    homes = Residence.objects.on(day).filter(enterprise__in=owing).values_list("enterprise", "district")
    filings = [Filing(enterprise_id=firm, period=period, district_id=district) for firm, district in homes]
    return len(Filing.objects.bulk_create(filings, batch_size=500))


def store_deadlines(period: Period) -> list[Deadline]:
    """The three dates of a period, frozen with the sentence that explains each. Those of an earlier opening go."""
    reckoned = [
        Deadline(
            period=period,
            level=due.level,
            date=due.date,
            nominal=due.nominal,
            moved=due.moved,
            provisional=due.provisional,
            why=due.why,
        )
        for due in deadlines.deadlines_of(period.parsed, calendar_in_force(), period.reading)
    ]
    anew = ["date", "nominal", "moved", "provisional", "why", "by_hand", "notice_number"]
    return Deadline.objects.bulk_create(
        reckoned, update_conflicts=True, unique_fields=["period", "level"], update_fields=anew
    )


def owe(enterprise: Enterprise, period: Period) -> Filing | None:
    """Note that a firm owes a period, under its district of the period's end; None when it had none then."""
    district = enterprise.district_on(period.parsed.end)
    if district is None:
        return None
    return Filing.objects.get_or_create(enterprise=enterprise, period=period, defaults={"district": district})[0]


@transaction.atomic
def set_deadlines(
    period: Period, dates: Mapping[str, date], by: User, at: datetime, reason: str, notice_number: str
) -> Period:
    """Set dates of a period by hand, level → date, all for one reason and under one notice (无 where there is none);
    the three stay in order, none is set to a day that is over (nobody is late the moment a date is set) or beyond a
    year (a slip of the pen), and the district's is not set before a day to which it has granted an extension. A level
    that is not named, or already has its date for good, is left as it is; a provisional date that is named as it is
    becomes one set by hand. What came in before is reckoned anew by the new dates. Everybody whose date changed is
    told."""
    be_the_city(by)
    period = Period.objects.select_for_update().get(pk=period.pk)
    if period.is_locked:
        raise Refused(f"{period.label}已锁定，截止日不能再改。")
    if not reason.strip():
        raise Refused("请写明调整截止日的原因。")
    if not notice_number.strip():
        raise Refused("请写明调整截止日的文号；没有发文的，写“无”。")
    deadlines = {deadline.level: deadline for deadline in period.deadlines.all()}
    wanted = {level: deadline.date for level, deadline in deadlines.items()} | dict(dates)
    if not wanted[Deadline.ENTERPRISE] <= wanted[Deadline.DISTRICT] <= wanted[Deadline.CITY]:
        raise Refused("企业、区县、市级三个截止日须依次不早于前一级，请一并调整。")
    changed = [deadline for level, deadline in deadlines.items() if deadline.date != wanted[level]]
    confirmed = [deadlines[level] for level in dates if deadlines[level].provisional]
    settled = [*changed, *(deadline for deadline in confirmed if deadline not in changed)]
    if not settled:
        return period  # the second click
    for deadline in changed:
        if (day := wanted[deadline.level]) < at.date():
            raise Refused(f"{deadline.get_level_display()}截止日不能设为已经过去的 {day:%Y-%m-%d}，请设为今天或以后。")
        if day > at.date() + FURTHEST:
            raise Refused(f"{deadline.get_level_display()}截止日 {day:%Y-%m-%d} 在一年以后，请核对年份。")
    _spare_extensions(period, wanted[Deadline.DISTRICT])
    before = {deadline.level: deadline.date for deadline in settled}
    moved = {deadline.level: deadline.date for deadline in changed}
    for deadline in settled:
        day = wanted[deadline.level]
        deadline.date, deadline.by_hand, deadline.moved = day, True, day != deadline.nominal
        deadline.why, deadline.notice_number = f"市级人工设定：{reason.strip()}", notice_number.strip()
        deadline.provisional = False
        deadline.save(update_fields=["date", "by_hand", "moved", "why", "notice_number", "provisional"])
    reckoned = reckon_anew(period) if moved else {}
    journal.record(
        by=by,
        at=at,
        action="调整截止日" if moved else "确认暂定截止日",
        subject=period.label,
        period=period.code,
        before=dated(before),
        after=dated({level: wanted[level] for level in before}) | {"文号": notice_number.strip()} | reckoned,
        why=reason.strip(),
    )
    if moved:
        deadline_moved(period, moved, wanted, reason.strip(), notice_number.strip(), at)
    return period


def _spare_extensions(period: Period, due_to_district: date) -> None:
    """The firms' own date may move either way: each firm has until the later of it and of its extension."""
    granted = Filing.objects.of(period).filter(extended_to__gt=due_to_district)
    if number := granted.count():
        last = granted.latest("extended_to").extended_to
        raise Refused(
            f"区县已同意 {number} 家企业延期，最晚到 {last:%Y-%m-%d}；区县截止日不能早于这一天，请改为这一天或以后。"
        )


ESTIMATES = "审核通过，仍是预估数"


def standing_in_the_way(period: Period) -> dict[str, int]:
    """How many filings of the period a lock would leave unfinished, by state in words: those that are not approved yet,
    and the approved ones that are estimates still."""
    filings = Filing.objects.of(period)
    unfinished = filings.exclude(state=State.APPROVED).order_by("state").values_list("state")
    counts = {State(state).label: number for state, number in unfinished.annotate(Count("pk"))}
    estimates = filings.filter(state=State.APPROVED, approved__estimated=True).count()
    return counts | ({ESTIMATES: estimates} if estimates else {})


def too_early_to_lock(period: Period, at: datetime) -> str:
    """Why the period cannot be locked yet: before the firms' date only when every filing is approved, and before the
    date of an extension only when nobody waits with one."""
    due = period.enterprise_deadline.date
    is_past = deadlines.is_past(due, at)
    extended = Filing.objects.of(period).with_due().filter(UNSENT, due_on__gte=deadlines.day_of(at))
    if is_past and not extended.exists():
        return ""
    missing = standing_in_the_way(period)
    if not missing:
        return ""
    if is_past:
        last = extended.latest("due_on").due_on
        return f"有 {extended.count()} 家企业经区县同意延期，最晚到 {plainly(last)}，届时才能锁定。"
    return f"企业上报截止日 {plainly(due)} 未到，还有 {sum(missing.values())} 家未办结，截止后才能锁定。"


def in_words(counts: Mapping[str, int]) -> str:
    return "、".join(f"{words} {count} 家" for words, count in counts.items())


def _period_code(code: str, reading: deadlines.ClauseReading) -> PeriodCode:
    """The code of a period there can be: January's only while the city has January reported by itself."""
    example = "2024M05（月报）或 2024A（年报）"
    try:
        parsed = PeriodCode.parse(code)
    except ValueError as error:
        no_january = "" if reading.reports_january else "；1月无月报"
        raise Refused(f"“{code}”不是报告期编码，应如 {example}{no_january}。") from error
    if parsed.month == 1 and not reading.reports_january:
        raise Refused(f"“{code}”不是报告期编码，应如 {example}；1月无月报。")
    return parsed
