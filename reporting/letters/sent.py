"""The letters that were written: how they ended, and trying a failed one again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts import journal
from accounts.access import Refused
from accounts.models import Letter, User
from accounts.post import by_domain, letters, pacing
from reporting.letters.reminding import OWED
from reporting.models import Filing, Period

LATELY = timedelta(days=7)
AT_ONCE = 500  # letters put back in one transaction, so that nobody waits long for a filing
# The kinds of letter one may narrow the list to, with how their templates' names begin.
KINDS = {
    "reminder": ("截止提醒", ("reminder/opened", "reminder/before", "reminder/due", "reminder/after")),
    "urged": ("立即催报", ("reminder/urged",)),
    "filing": ("填报、审核与申请", ("filing/",)),
    "deadline": ("截止日变动、撤回", ("deadline/",)),
    "message": ("留言与公告", ("message", "announcement")),
    "digest": ("待办与日报", ("digest/",)),
    "account": ("账号与注册", ("activation", "password", "application")),
}
# The states in the words of the page, with the rows behind each.
GROUPS = {
    "waiting": ("待发送", Q(state__in=Letter.UNSENT)),
    "sent": ("已发送", Q(state=Letter.State.SENT)),
    "doubtful": ("可能重复", Q(doubtful=True)),
    "failed": ("发送失败", Q(state=Letter.State.FAILED)),
    "withdrawn": ("不再需要", Q(state=Letter.State.WITHDRAWN)),
}


def of_kind(found: QuerySet[Letter], kind: str) -> QuerySet[Letter]:
    wanted = Q()
    for beginning in KINDS[kind][1]:
        wanted |= Q(stem__startswith=beginning)
    return found.filter(wanted)


def failed_lately(found: QuerySet[Letter], at: datetime) -> QuerySet[Letter]:
    """Lasting failures of the last days: nobody tries these again by themselves."""
    return found.filter(state=Letter.State.FAILED, written_at__gt=at - LATELY)


@transaction.atomic
def try_again(letter: Letter, by: User, at: datetime) -> Letter:
    """Put a failed letter back into the outbox; a reminder only while the firm still owes what it is about."""
    if not by.may.remind:
        raise Refused("信件由区县或市级重发。")
    owed = _owed_behind(letter)
    letter = Letter.objects.select_for_update().get(pk=letter.pk)
    if letter.state != Letter.State.FAILED:
        return letter  # the second click
    if letter.secret:
        raise Refused(
            "这封信带有激活或重设密码的链接，失败后不留内容；请在账号页面重发激活邮件，或请本人用“忘记密码”。"
        )
    if owed == []:
        raise Refused(f"{letter.enterprise}这一期不需要再报了，不必再发这封提醒。")
    letters.try_again(Letter.objects.filter(pk=letter.pk), at)
    journal.record(
        by=by,
        at=at,
        action="重发信件",
        subject=f"{letter.subject} → {letter.to}",
        enterprise=letter.enterprise,
        district=letter.district,
        period=letter.period,
        before={"未送达原因": letter.trouble},
    )
    return letter


def try_all_again(domain: str, by: User, at: datetime) -> tuple[int, int]:
    """The trouble is mended: what failed lately for another reason than its mailbox, or waits because the office was
    refused, goes at once, to this domain or ("") to all. Letters about what is no longer owed are not needed any more.
    Returns how many wait, and how many of these were."""
    if not by.may.watch_mail:
        raise Refused("失败的信由市级或系统管理员一并重发。")
    again = by_domain.may_go_again(at)
    again = again.filter(domain=domain) if domain else again
    rows = list(again.order_by("pk").values_list("pk", "topic", "domain"))
    if not rows:
        return 0, 0
    pacing.go_on({pacing.SERVER, *(name for _, _, name in rows)})
    waiting = spared = 0
    for start in range(0, len(rows), AT_ONCE):
        again, no_more = _try_batch_again(rows[start : start + AT_ONCE], at)
        waiting, spared = waiting + again, spared + no_more
    journal.record(
        by=by,
        at=at,
        action="重发失败的信",
        subject=domain or "全部域名",
        after={"重发": str(waiting), "不再需要": str(spared)},
    )
    return waiting, spared


@transaction.atomic
def _try_batch_again(rows: list[tuple[int, str, str]], at: datetime) -> tuple[int, int]:
    about = {pk: int(topic.partition(":")[2]) for pk, topic, _ in rows if topic.startswith(f"{OWED}:")}
    owed = set(_owed(set(about.values())))
    spared = [pk for pk, filing in about.items() if filing not in owed]
    wanted = Letter.objects.filter(pk__in={pk for pk, _, _ in rows} - set(spared))
    no_more = Letter.objects.filter(pk__in=spared, state=Letter.State.FAILED).update(state=Letter.State.WITHDRAWN)
    return letters.try_again(wanted, at), no_more


def _owed_behind(letter: Letter) -> list[int] | None:
    """The filing a reminder is about, locked, while it is owed; None for other letters."""
    kind, _, pk = letter.topic.partition(":")
    if kind != OWED:
        return None
    return _owed([pk])


def _owed(filings: Iterable[int]) -> list[int]:
    owed = Filing.objects.filter(pk__in=filings).exclude(period__state=Period.LOCKED).outstanding()
    return list(owed.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
