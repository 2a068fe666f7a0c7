"""The days of the office: what the calendar asks for, what willing people do, and what is pressed out of order."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.core import mail
from django.urls import reverse

from accounts import clock
from accounts.models import User
from accounts.post import outbox
from forms_tables.edition.periods import PeriodCode
from reporting.models import Certificate, Filing, Period, Submission
from reporting.tasks import remind
from tests.year import actors, checkers
from tests.year.city import EDITION, FIRST_DAY
from tests.year.walk import Walk

# What is pressed without looking whose turn it is, with its weight.
OUT_OF_ORDER = {
    actors.fill: 2, actors.check: 2, actors.submit: 4, actors.recall: 6, actors.amend: 5, actors.abandon: 4,
    actors.answer: 2, actors.ask_extension: 5, actors.ask_late: 3, actors.ask_base: 1, actors.save_stale: 2,
    actors.open_review: 2, actors.approve: 3, actors.send_back: 3, actors.query: 3, actors.answer_city: 2,
    actors.approve_clean: 1, actors.decide: 4, actors.city_query: 2, actors.city_return: 2, actors.move_dates: 1,
    actors.change_estimates: 1, actors.say: 2, actors.urge: 2, actors.urge_again: 1, actors.certify: 1,
    actors.change_contact: 1, actors.name_key_firm: 1, actors.announce: 1,
}  # fmt: skip
WITH_REGISTER = {actors.stop: 3, actors.move_firm: 3, actors.correct_first_day: 1}
BEATS = (9 * 3600 + 300, 20 * 3600)


def walk_days(walk: Walk, days: int, presses: int = 3, looks: int = 2, register: float = 0.08) -> None:
    """So many days on from where the walk stands. `presses` out of order and `looks` at pages each day."""
    for _ in range(days):
        day = FIRST_DAY + timedelta(days=walk.days)
        walk.begin_day(day)
        walk_a_day(walk, presses, looks, register)
        walk.end_day()
        if walk.days % 30 == 0:
            print(story_of(walk), flush=True)


def story_of(walk: Walk) -> str:
    locked = Period.objects.filter(state="locked").count()
    return (
        f"seed {walk.seed}: {walk.days} days, {sum(walk.presses.values())} presses "
        f"({sum(walk.accepted.values())} changed something), {walk.pages} pages, {Period.objects.count()} periods, "
        f"{locked} locks, {Filing.objects.count()} filings, {len(walk.violations)} violations"
    )


def walk_a_day(walk: Walk, presses: int, looks: int, register: float) -> None:
    open_what_is_due(walk)
    walk.pass_time(1800)
    beat(walk)
    work = [lambda filing=filing: take_a_turn(walk, filing) for filing in whose_turn(walk)]
    work += [lambda: press_something(walk, OUT_OF_ORDER) for _ in range(presses)]
    if walk.dice.random() < register:
        work.append(lambda: press_something(walk, WITH_REGISTER))
    if walk.dice.random() < register:
        work.append(lambda: resume_somebody(walk))
    if walk.dice.random() < 0.5:
        work.append(lambda: press_something(walk, {actors.answer_move: 1}))
    if walk.dice.random() < register / 2:
        work.append(lambda: actors.let_in(walk))
    walk.dice.shuffle(work)
    rest = (24 - 10) * 3600 // (len(work) + 2)
    for place, step in enumerate(work):
        if place == len(work) // 2:
            beat(walk)
        walk.pass_time(walk.dice.randint(1, rest))
        step()
    lock_what_is_over(walk)
    look_about(walk, looks)
    if walk.dice.random() < 0.1:
        walk.pass_time(24 * 3600)  # the last second of the day
        press_something(walk, {actors.submit: 1, actors.recall: 1, actors.ask_extension: 1})


def beat(walk: Walk) -> None:
    """What is due is written, and the post goes out."""
    remind.apply(throw=True)
    while letters := outbox.claim(outbox.BATCH, walk.at):
        outbox.send(letters, clock.real_now)
    mail.outbox.clear()
    walk.look_round()
    walk.check(checkers.reminded)


# The calendar


def open_what_is_due(walk: Walk) -> None:
    """A month is opened when it is over, now and then some days later; a year in January. The city may press again,
    for the firms that have come since."""
    for code in due_to_open(walk.today):
        period = Period.objects.filter(pk=str(code)).first()
        if period is None and walk.dice.random() < 0.75:
            actors.open_period(walk, str(code))
            if not code.is_annual and walk.dice.random() < 0.4:
                actors.allow_estimates(walk, str(code), True)
        elif period and not period.is_locked and walk.dice.random() < 0.02:
            actors.open_period(walk, str(code))


def due_to_open(today: date) -> list[PeriodCode]:
    """The month before this one, but January's, and the year before this one."""
    last = today.replace(day=1) - timedelta(days=1)
    month = [PeriodCode(last.year, last.month)] if last.month != 1 else []
    return month + [PeriodCode(today.year - 1)] * (today.month < 4)


def lock_what_is_over(walk: Walk) -> None:
    for period in Period.objects.filter(state="open").order_by("pk"):
        if period.deadline("city").date < walk.today and walk.dice.random() < 0.3:
            actors.lock(walk, period.pk)
        elif walk.dice.random() < 0.02:
            actors.lock(walk, period.pk)  # too early


# Whose turn it is


def whose_turn(walk: Walk) -> list[Filing]:
    """Filings that somebody willing takes up today: the nearer the date, the likelier."""
    found = []
    for filing in Filing.objects.exclude(state__in=("80", "99")).select_related("period", "enterprise", "district"):
        if filing.is_shut:
            likely = 0.02 if filing.state in actors.WITH_FIRM and not filing.approved_id else 0
        elif filing.state == "50":
            likely = 0
        elif filing.state in actors.WITH_FIRM:
            left = (filing.due_on - walk.today).days
            likely = 0.06 if left > 12 else 0.22 if left >= 0 else 0.3
        else:
            likely = 0.4
        if walk.dice.random() < likely:
            found.append(filing)
    return found


def take_a_turn(walk: Walk, filing: Filing) -> None:
    """The next step; the firm does not always do it well."""
    filing, chance = actors.fresh(filing), walk.dice.random()
    if filing.state in actors.WITH_FIRM and chance < 0.12:
        actors.fill(walk, filing, leave_out=1 if chance < 0.06 else 0)
    elif filing.state in actors.WITH_FIRM and chance < 0.5 and not filing.period.is_annual:
        actors.file_whole(walk, filing, estimated=filing.period.estimates_allowed, changed=other_wages(walk, filing))
    elif filing.state == "30" and chance < 0.2:
        actors.send_back(walk, filing) if chance < 0.12 else actors.query(walk, filing)
    elif filing.state == "30" and chance < 0.5:
        actors.open_review(walk, filing)
        actors.approve(walk, filing)
    else:
        actors.go_on(walk, filing, estimated=filing.period.estimates_allowed and chance < 0.8)


def other_wages(walk: Walk, filing: Filing) -> dict[str, str]:
    """Wages up to a hundredth above the habit of the firm: figures that an amendment changes, and the next month's
    cumulative ones still exceed."""
    if filing.period.parsed.month == 12:
        return {}
    cells = actors.cells_for(walk.city.habits[filing.enterprise.credit_code], filing)
    wages = Decimal(cells["2111.c1"]) * (1 + Decimal(walk.dice.randint(1, 100)).scaleb(-4))
    orders = f"{walk.dice.randint(-9, 9)}.{walk.dice.randint(0, 9)}"
    return {"2111.c1": f"{wages:.2f}", "2113.c1": orders}


def press_something(walk: Walk, verbs: dict) -> None:
    """Any verb on any filing, the open periods' oftener; sometimes twice, as an impatient hand does."""
    filings = list(Filing.objects.select_related("period", "enterprise", "district").order_by("pk"))
    if not filings:
        return
    lately = [filing for filing in filings if not filing.period.is_locked]
    filing = walk.dice.choice(lately if lately and walk.dice.random() < 0.8 else filings)
    verb = walk.dice.choices(list(verbs), list(verbs.values()))[0]
    for _ in range(2 if walk.dice.random() < 0.15 else 1):
        verb(walk, actors.fresh(filing))
        walk.pass_time(5)


def resume_somebody(walk: Walk) -> None:
    gone = [firm for firm in walk.city.firms if firm.left_on and firm.left_on < walk.today]
    if gone:
        actors.resume(walk, walk.dice.choice(gone))


# Pages


def look_about(walk: Walk, looks: int) -> None:
    """Some of the roles open their first page and others; none of them breaks."""
    for person in walk.glance.sample(one_of_each(walk), k=looks):
        walk.look(person, reverse("home"))
        for path in walk.glance.sample(pages_of(walk, person), k=looks):
            walk.look(person, path)


def one_of_each(walk: Walk) -> list[User]:
    firms = [person for firm in walk.city.firms if (person := walk.city.person_of(firm))]
    clerk = walk.glance.choice(list(walk.city.clerks.values()))
    return [walk.city.city, walk.city.association, walk.city.system, clerk, walk.glance.choice(firms)]


def pages_of(walk: Walk, person: User) -> list[str]:
    """Addresses this person may want today, some of them of things long over."""
    code = walk.glance.choice(list(Period.objects.values_list("pk", flat=True)) or ["2024M02"])
    filing = walk.glance.choice(list(Filing.objects.visible_to(person).select_related("period")) or [None])
    sent = list(Submission.objects.filter(filing=filing)) if filing else []
    firm = walk.glance.choice(walk.city.firms).credit_code
    year = walk.today.year
    paths = [
        reverse("account"),
        reverse("announcements"),
        reverse("deadlines_of_year", args=[year]),
        reverse("calendar_year", args=[year]),
    ]
    if person.role != "association":
        paths += [reverse("journal"), reverse("export_journal", args=["xlsx"]), reverse("export_journal", args=["csv"])]
    if person.role == "enterprise":
        paths += [reverse("history"), reverse("own_record"), reverse("own_firm"), reverse("inbox")]
        if filing:
            page = filing.period_id
            table = walk.glance.choice(EDITION.tables)
            paths += [
                reverse("filing", args=[page]),
                reverse("submit", args=[page]),
                reverse("adjustments", args=[page]),
            ]
            paths += [reverse("sheet", args=[page, table.key])]
            paths += [reverse("submission", args=[page, each.number]) for each in sent]
            paths += [reverse("thread", args=[filing.pk])]
        paths += [
            reverse("certificate", args=[each.code])
            for each in Certificate.objects.filter(enterprise=person.enterprise_id)
        ]
        return paths
    paths += [reverse("firms"), reverse("firm", args=[firm]), reverse("contacts")]
    if person.role == "system":
        return [*paths, reverse("letters"), reverse("users")]
    paths += [reverse("record", args=[firm]), reverse("current_league"), reverse("league", args=[code])]
    paths += [reverse("league_year", args=[year]), reverse("league_workbook", args=[code])]
    paths += [reverse("outstanding", args=[code]), reverse("inbox"), reverse("reminder_schedule")]
    if filing:
        paths.append(reverse("thread", args=[filing.pk]))
    if person.role == "district":
        paths += [f"{reverse(name)}?period={code}" for name in ("district_home", "district_totals", "reminders")]
        paths += [reverse("district_queue", args=[code]), reverse("district_requests"), reverse("applications")]
        paths += [reverse("district_workbook", args=[code]), reverse("sent_letters"), reverse("dead_addresses")]
        return paths
    paths += [f"{reverse(name)}?period={code}" for name in ("city_home", "city_submissions", "city_totals")]
    paths += [reverse("city_periods"), reverse("city_period", args=[code]), reverse("city_workbook", args=[code])]
    paths += [reverse("city_requests"), reverse("city_parameters"), reverse("recheck")]
    paths += [reverse("city_submission", args=[each.receipt]) for each in sent]
    return paths
