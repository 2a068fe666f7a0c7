"""A firm's filing record over any span, and the certificate that freezes it (填报情况证明). What is said of a period is
when it was due, when it came and how it went; not one figure of the firm's tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.timezone import localtime

from accounts import journal
from accounts.access import Refused
from accounts.models import Enterprise, User
from forms_tables.edition.periods import BadPeriod, PeriodCode
from reporting.dates.deadlines import is_past
from reporting.models import Certificate, Filing
from reporting.models.filing import own_last
from reporting.results.timelines import WORDS, Outcome, Timeline, timelines_of
from reporting.workflow.guards import brief
from text.codes import new_code

MOST_OF_PURPOSE = 200
SECOND_CLICK = timedelta(minutes=1)
COUNTED = {
    "on_time": "按时上报",
    "extended": "其中延期内上报",
    "late": "迟报",
    "missing": "缺报",
    "sent_back": "退回后未再报",
    "after_lock": "锁定后补报",
    "exempt": "不须报",
}


def record_of(enterprise: Enterprise, at: datetime) -> list[Timeline]:
    """Every filing of the firm that has begun, wherever it lived then, the oldest first; of a period for which entries
    that were merged have several, the one that later periods read."""
    begun = Filing.objects.of_one_firm(enterprise.pk).not_withdrawn()
    begun = begun.filter(period__opens_on__lte=localtime(at).date())
    chosen = {filing.period_id: filing.pk for filing in own_last(begun, {enterprise.pk})}
    return sorted(timelines_of(Filing.objects.filter(pk__in=chosen.values()), at), key=period_of)


def period_of(timeline: Timeline) -> PeriodCode:
    return PeriodCode.parse(timeline.period)


def within(timelines: Iterable[Timeline], first: str, last: str) -> list[Timeline]:
    """Those of a span, both ends included; an empty end is open. Refused when the ends are exchanged."""
    try:
        start, end = (PeriodCode.parse(code) if code else None for code in (first, last))
    except BadPeriod as bad:
        raise Refused(str(bad)) from bad
    if start and end and start > end:
        raise Refused(f"起始报告期（{start.label}）晚于截止报告期（{end.label}），请调换。")
    return [c for c in timelines if (not start or start <= period_of(c)) and (not end or period_of(c) <= end)]


def is_due(timeline: Timeline, at: datetime) -> bool:
    """Whether the firm's date has passed: before, nobody can say that something is missing."""
    return is_past(timeline.due_on, at)


def counts_of(outcomes: Iterable[str]) -> list[tuple[str, int]]:
    """How many periods of each kind, in words; those of which there are none are left out, but for the first ones."""
    counted = Counter(outcomes)
    counted[Outcome.ON_TIME] += counted[Outcome.EXTENDED]
    owed = sum(counted[name] for name in COUNTED if name not in (Outcome.EXTENDED, Outcome.EXEMPT))
    always = (Outcome.ON_TIME, Outcome.LATE, Outcome.MISSING)
    rest = [(words, counted[name]) for name, words in COUNTED.items() if counted[name] or name in always]
    return [("应报", owed), *rest]


@transaction.atomic
def issue(enterprise: Enterprise, first: str, last: str, by: User, at: datetime, purpose: str = "") -> Certificate:
    """Freeze the record of the periods of the span whose date has passed. The second click is the first."""
    if not may_issue(by, enterprise):
        raise Refused("填报情况证明由企业本身、所属区县或市级开具。")
    purpose = brief(purpose, MOST_OF_PURPOSE, "用途")
    Enterprise.objects.select_for_update().get(pk=enterprise.pk)
    due = [timeline for timeline in within(record_of(enterprise, at), first, last) if is_due(timeline, at)]
    if not due:
        raise Refused("所选期间里没有企业截止日已过的报告期，不能开具证明；请把起止报告期选得早一些。")
    span = {"first": due[0].period, "last": due[-1].period, "purpose": purpose}
    same = Certificate.objects.filter(enterprise=enterprise, issued_by=by, issued_at__gt=at - SECOND_CLICK, **span)
    if clicked := same.first():
        return clicked
    certificate = Certificate.objects.create(
        code=new_code(),
        enterprise=enterprise,
        name=enterprise.name,
        rows=[row_of(timeline) for timeline in due],
        issued_by=by,
        issued_at=at,
        **span,
    )
    words = span_in_words(certificate)
    journal.record(by=by, at=at, action="开具填报情况证明", subject=words, enterprise=enterprise, why=purpose)
    return certificate


def may_issue(user: User, enterprise: Enterprise) -> bool:
    wanted = user.may.keep_firm or user.may.certify
    return wanted and Enterprise.objects.visible_to(user).filter(pk=enterprise.pk).exists()


def row_of(timeline: Timeline) -> dict:
    """One period as it is printed, in plain values."""
    return {
        "period": timeline.period,
        "label": period_of(timeline).label,
        "due_on": timeline.due_on.isoformat(),
        "submitted_on": day_of(timeline.submitted_at),
        "outcome": timeline.outcome,
        "rounds": timeline.rounds,
        "approved_on": day_of(timeline.approved_at),
    }


def day_of(at: datetime | None) -> str:
    return localtime(at).date().isoformat() if at else ""


def rows_to_print(certificate: Certificate) -> list[dict]:
    dates = ("due_on", "submitted_on", "approved_on")
    return [
        row
        | {name: date.fromisoformat(row[name]) if row[name] else None for name in dates}
        | {"words": WORDS[row["outcome"]]}
        for row in certificate.rows
    ]


def certified_counts(certificate: Certificate) -> list[tuple[str, int]]:
    return counts_of(row["outcome"] for row in certificate.rows)


def span_in_words(certificate: Certificate) -> str:
    first, last = (PeriodCode.parse(code).label for code in (certificate.first, certificate.last))
    return first if first == last else f"{first}至{last}"


def codes_of(timelines: Sequence[Timeline]) -> list[tuple[str, str]]:
    """The periods one may choose from, code and name."""
    return [(timeline.period, period_of(timeline).label) for timeline in timelines]
