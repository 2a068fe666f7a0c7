"""The first page of each role; for a firm: what it owes, how it has reported, what its district said."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts import clock
from accounts.access import for_another_firm_too
from accounts.models import Grant, Takeover
from forms_tables.edition.continuity import cells_before
from forms_tables.edition.periods import PeriodCode
from forms_tables.edition.shape import so_far_cell
from reporting import workflow
from reporting.dates.arrangements import Calendar
from reporting.dates.deadlines import time_left
from reporting.filing.judging import standing_submission, tables_for, typed_cells
from reporting.going_live.standing import has_start_page
from reporting.models import ExtensionRequest, Filing, LateRequest, Review, Standing, calendar_in_force
from reporting.models.handover import handovers_of
from reporting.models.standing import CITY, COUNTED_AS_OWED, DISTRICT, FIRM
from reporting.pages.spark import runs_of
from reporting.results.timelines import Outcome, timelines_of

SIGNS = {
    Outcome.ON_TIME: "✓",
    Outcome.EXTENDED: "✓",
    Outcome.LATE: "△",
    Outcome.AFTER_LOCK: "△",
    Outcome.SENT_BACK: "✗",
    Outcome.MISSING: "✗",
    Outcome.EXEMPT: "—",
    Outcome.NOT_DUE: "·",
}


@for_another_firm_too
def home(request: HttpRequest) -> HttpResponse:
    if not request.user.may.fill:
        return redirect("start" if has_start_page(request.user) else request.user.duties.home)
    at = clock.now()
    filings = Filing.objects.visible_to(request.user).not_withdrawn().filter(period__opens_on__lte=at.date())
    filings = filings.select_related("enterprise", "district", "period", "in_force", "approved").prefetch_related(
        "period__deadlines",
        "sheets",
    )
    filings = sorted(filings, key=lambda filing: filing.period.parsed)
    monthly = [filing for filing in filings if not filing.period.is_annual][-12:]
    left_out = [closed for filing in reversed(filings) if (closed := closing_words(filing, at))]
    calendar = calendar_in_force()
    owed = [owed_line(filing, at, calendar) for filing in filings if is_open(filing)]
    context = {
        "owed": sorted(owed, key=lambda line: line.due),
        "in_hand": [filing for filing in reversed(filings) if is_in_hand(filing)],
        "handovers": handovers_of(
            request.user.firm_id, [filing.period_id for filing in filings if is_open(filing) and filing.is_unsent]
        ),
        "takeovers": Takeover.objects.visible_to(request.user).under_way().select_related("proposed_by__district"),
        "asked_to_stand_in": Grant.objects.filter(person=request.user, state=Grant.State.ASKED).select_related(
            "enterprise"
        ),
        "left_out": left_out,
        "may_ask_late": any(closed["may_ask"] for closed in left_out),
        "exempt": [filing for filing in filings if not filing.is_owed and not filing.period.is_locked],
        "marks": marks_of(monthly, at),
        "line": headline_line(monthly),
        "letters": letters_of(request.user.firm),
    }
    return render(request, "firm/home.html", context)


def is_open(filing: Filing) -> bool:
    """Something is still the firm's to do: fill, correct, answer."""
    return filing.next_by == FIRM


def is_in_hand(filing: Filing) -> bool:
    """Submitted, and not locked yet: with the district or the city."""
    return filing.next_by in (DISTRICT, CITY)


def closing_words(filing: Filing, at: datetime) -> dict | None:
    """What a lock did to a filing that was not settled: it must not vanish from the firm's page without a word."""
    if not filing.is_shut or not filing.is_owed:
        return None
    if filing.approved and filing.approved.estimated:
        words = "已锁定：审核通过的是预估数，请申请补报，区县同意后按实际数上报"
    elif filing.standing.is_let_in:
        return {"filing": filing, "words": filing.state_words, "may_ask": False}
    elif filing.standing is Standing.LOCKED:
        words = ""
    elif filing.approved:
        words = "已锁定：锁定前未办结，按此前审核通过的一份计入汇总"
    elif filing.is_under_review:
        words = "已锁定：您的上报件在锁定前未经区县审核，未计入汇总"
    elif filing.standing is Standing.RETURNED:
        words = "已锁定：您的上报件被退回后没有再次上报，未计入汇总"
    elif not filing.meets(COUNTED_AS_OWED):
        words = "锁定时登记为不须报，现已恢复须报"
    else:
        words = "未报，已锁定"
    may_ask = not workflow.why_not_late(filing, at)
    return {"filing": filing, "words": words, "may_ask": may_ask} if words else None


@dataclass(frozen=True)
class OwedLine:
    filing: Filing
    tables: tuple
    due: date
    days_left: int
    left: str
    button: str
    path: str


def owed_line(filing: Filing, at: datetime, calendar: Calendar) -> OwedLine:
    due = filing.due_on
    tables = tables_for(filing.edition, filing.period.parsed, typed_cells(filing), filing.enterprise.attributes)
    path = reverse("filing", args=[filing.period_id])
    if len(tables) == 1 and filing.is_unsent:
        path = reverse("sheet", args=[filing.period_id, tables[0].key])
    days, left = (due - at.date()).days, time_left(at.date(), due, calendar)
    return OwedLine(filing, tables, due, days, left, filing.standing.next_step, path)


def marks_of(filings: list[Filing], at: datetime) -> list[dict]:
    """How each period was reported, just as the firm's filing record says it."""
    chosen = Filing.objects.filter(pk__in=[filing.pk for filing in filings])
    timelines = {timeline.filing: timeline for timeline in timelines_of(chosen, at)}
    return [
        {"filing": filing, "sign": SIGNS[timeline.outcome], "words": timeline.words, "tone": timeline.tone}
        for filing in filings
        if (timeline := timelines[filing.pk])
    ]


def headline_line(monthly: list[Filing]) -> dict | None:
    """The firm's headline figure as filed, per period (this cumulative less the last; February holds two months).
    Where the last cumulative is not known there is no point: it is not nought. Nor is there one where the figure was
    another one, which the newest does not continue."""
    alike = [filing for filing in monthly if has_the_headline_of(monthly[-1], filing)]
    known = {each.period.parsed: alone for each in alike if (alone := month_alone(each)) is not None}
    if len(known) < 2:
        return None
    months = months_of(known)
    width, height, left, top = 640, 120, 10, 24
    low, high = min(Decimal(0), *known.values()), max(Decimal(1), *known.values())
    step = width // (len(months) - 1)
    dots = [
        {
            "x": left + n * step,
            "y": top + int((high - known[month]) / (high - low) * height),
            "label": month.label,
            "month": month.label.partition("年")[2],
            "figure": f"{known[month]:,.2f}",
        }
        if month in known
        else None
        for n, month in enumerate(months)
    ]
    return {
        "headline": monthly[-1].period.headline,
        "changed": len(alike) < len(monthly),
        "dots": [dot for dot in dots if dot],
        "runs": [" ".join(f"{dot['x']},{dot['y']}" for dot in run) for run in runs_of(dots)],
        "base": top + int(high / (high - low) * height),
        "right": left + width,
    }


def months_of(known: Iterable[PeriodCode]) -> list[PeriodCode]:
    """Every month from the first to the last: where nothing is known of one the line has a gap. A January that nobody
    files is none."""
    first, last = min(known), max(known)
    months = [first]
    while months[-1] < last:
        months.append(months[-1].following)
    return [each for each in months if each.month and (each.month != 1 or each in known)]


def has_the_headline_of(newest: Filing, filing: Filing) -> bool:
    now, then = newest.period.headline, filing.period.headline
    return bool(now and then) and cells_before(newest.edition, filing.edition).get(now.cell) == then.cell


def month_alone(filing: Filing) -> Decimal | None:
    """The headline figure of one period without those before it; nothing where it is not known."""
    submission, headline = standing_submission(filing), filing.period.headline
    if submission is None or headline is None or headline.cell not in submission.values:
        return None
    now, before = Decimal(submission.values[headline.cell]), so_far_cell(filing.edition, headline.cell)
    if not before or filing.period.parsed.month <= 2:
        return now
    return now - Decimal(submission.values[before]) if before in submission.values else None


def letters_of(enterprise) -> list[dict]:
    """What the district said lately: returns, questions, approvals, answers to what the firm asked for."""
    reviews: QuerySet[Review] = Review.objects.filter(submission__filing__enterprise=enterprise)
    reviews = reviews.exclude(decision__in=[Review.Decision.ANSWER, "city_query", "city_return"])
    reviews = reviews.select_related("submission__filing__period", "submission__filing__district")
    said = [
        {
            "at": review.at,
            "filing": review.submission.filing,
            "what": review.get_decision_display(),
            "words": review.note or "；".join(reason["reason"] for reason in review.reasons),
            "path": reverse("filing", args=[review.submission.filing.period_id]),
        }
        for review in reviews.order_by("-at")[:8]
    ]
    decided = LateRequest.objects.of_standing_periods().filter(filing__enterprise=enterprise, granted__isnull=False)
    said += [
        {
            "at": asked.decided_at,
            "filing": asked.filing,
            "what": "同意补报" if asked.granted else "不同意补报",
            "words": asked.answer,
            "path": reverse("filing", args=[asked.filing.period_id]),
        }
        for asked in decided.select_related("filing__period", "filing__district").order_by("-decided_at")[:8]
    ]
    extended = ExtensionRequest.objects.of_standing_periods().filter(
        filing__enterprise=enterprise, granted__isnull=False
    )
    said += [
        {
            "at": asked.decided_at,
            "filing": asked.filing,
            "what": f"同意延期至 {asked.granted_until:%Y-%m-%d}" if asked.granted else "不同意延期",
            "words": asked.answer,
            "path": reverse("filing", args=[asked.filing.period_id]),
        }
        for asked in extended.select_related("filing__period", "filing__district").order_by("-decided_at")[:8]
    ]
    return sorted(said, key=lambda letter: letter["at"], reverse=True)[:8]
