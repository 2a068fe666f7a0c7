"""撤回报告期: a period that was opened by mistake is taken back while nobody has filed, and may be opened again.

Nobody owes it any more, and no list, record or count has it: its filings are let off and the period is hidden
(reporting.models.period.PeriodManager). What was typed stays where it is and is there again when it is opened anew.
"""

from datetime import datetime

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction
from django.db.models import F, OuterRef, Subquery

from accounts import journal
from accounts.emails import FIRST_ACCOUNT
from accounts.models import Enterprise, Letter, Residence, User
from accounts.post import letters
from reporting.letters.about_deadlines import period_withdrawn, written_about
from reporting.letters.reminding import OWED
from reporting.models import Filing, LateRequest, Period, State, Submission
from reporting.workflow.guards import Refused, be_the_city, brief

MOST_NAMED = 5


def drafts_of(period: Period) -> list[str]:
    """The firms that have saved something, by name."""
    saved = Filing.objects.of(period).filter(sheets__isnull=False)
    return list(saved.order_by("enterprise__name").values_list("enterprise__name", flat=True).distinct())


def why_not_withdrawn(period: Period) -> str:
    """Why it can not be withdrawn; nothing while it can."""
    if period.is_locked:
        return f"{period.label}已锁定，不能撤回。"
    filed = Submission.objects.filter(filing__period=period).values("filing").distinct().count()
    if filed:
        return (
            f"{period.label}已有 {filed} 家企业上报过，不能撤回：上报件是记录，不能消失。"
            "截止日不合适的，请改截止日；个别企业不该报的，请在企业页更正起报、停报日期。"
        )
    return ""


@transaction.atomic
def withdraw_period(period: Period, by: User, at: datetime, reason: str, drafts_seen: int = 0) -> Period:
    """Take an open period back. `drafts_seen`: of so many firms' drafts the person was told, and agrees."""
    be_the_city(by)
    period = Period.withdrawn_too.select_for_update().get(pk=period.pk)
    if period.is_withdrawn:
        return period  # the second click
    # Whoever is saving or submitting at this moment is waited for, and seen.
    list(Filing.objects.filter(period=period).order_by("pk").select_for_update().values_list("pk"))
    if why_not := why_not_withdrawn(period):
        raise Refused(why_not)
    if not (reason := brief(reason, 200, "撤回原因")):
        raise Refused("请写明撤回的原因，已经收到通知的企业会收到它。")
    drafts = drafts_of(period)
    if len(drafts) > drafts_seen:
        named = "、".join(drafts[:MOST_NAMED]) + ("等" if len(drafts) > MOST_NAMED else "")
        raise Refused(f"有 {len(drafts)} 家企业已经保存草稿（{named}）。同意收起这些草稿的，请勾选后再撤回。")
    let_off = Filing.objects.of(period).update(state=State.EXEMPT)
    period.state = Period.WITHDRAWN
    period.save(update_fields=["state"])
    cancelled = letters.withdraw_all(period.pk, OWED) + take_back_activations(period)
    journal.record(
        by=by,
        at=at,
        action="撤回报告期",
        subject=period.label,
        period=period.pk,
        after={"不再应报": f"{let_off} 家", "收起的草稿": f"{len(drafts)} 家", "取消的提醒": f"{cancelled} 封"},
        why=reason,
    )
    period_withdrawn(period, reason, at)
    return period


def take_back_activations(period: Period) -> int:
    """Activations that were written because of the period and have not left; an invitation that only names it stays.
    Their firms count as written to when the letter before was: where something else waits for them they are written to
    again, the others may be invited."""
    because = written_about(period).filter(stem="activation", period=period.pk)
    firms = list(because.filter(state__in=Letter.UNSENT).values_list("enterprise", flat=True))
    taken_back = letters.withdraw_unsent(because)
    others = Letter.objects.filter(topic__startswith=f"{FIRST_ACCOUNT}:", enterprise=OuterRef("enterprise"))
    last = others.exclude(state=Letter.State.WITHDRAWN).order_by("-written_at").values("written_at")[:1]
    never_opened = User.objects.filter(
        enterprise__in=firms, username=F("enterprise__credit_code"), password__startswith=UNUSABLE_PASSWORD_PREFIX
    )
    never_opened.update(invited_at=Subquery(last))
    return taken_back


def void_what_was_granted(period: Period, at: datetime) -> dict[str, str]:
    """A later day and a 补报 were granted by the dates of an earlier opening. How many, in the journal's words."""
    extended = Filing.objects.filter(period=period).exclude(extended_to=None).update(extended_to=None)
    late = LateRequest.objects.filter(filing__period=period).in_hand().update(spent_at=at)
    return {words: f"{number} 家" for words, number in (("作废的延期", extended), ("作废的补报", late)) if number}


def owe_again(period: Period) -> int:
    """A withdrawn period that is opened anew is owed by whoever reports then: under the district of its end, with the
    draft that was left. Returns how many firms that is."""
    day = period.parsed.end
    homes = dict(Residence.objects.on(day).values_list("enterprise", "district"))
    reporting = set(Enterprise.objects.reporting_on(day).values_list("pk", flat=True))
    begun = set(Filing.objects.filter(period=period, sheets__isnull=False).values_list("pk", flat=True))
    owed = []
    for filing in Filing.objects.filter(period=period, state=State.EXEMPT).order_by("pk").select_for_update():
        if filing.enterprise_id in reporting and filing.enterprise_id in homes:
            filing.state = State.DRAFT if filing.pk in begun else State.NOT_STARTED
            filing.district_id, filing.checked = homes[filing.enterprise_id], Filing.UNCHECKED
            owed.append(filing)
    Filing.objects.bulk_update(owed, ["state", "district", "checked"], batch_size=500)
    return len(owed)
