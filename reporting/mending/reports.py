"""疑似重复: a district or the city says that two entries are one firm; the city merges them or tells them apart."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from accounts import journal, people
from accounts.access import DoneAlready, Refused
from accounts.models import DoubleReport, Enterprise, User
from forms_tables.edition import credit_code as credit_codes
from reporting.letters import about_mending
from reporting.workflow.guards import be_the_city, said_something

MOST_WORDS = 200


def of_pair(one: Enterprise, other: Enterprise):
    return DoubleReport.objects.filter(Q(enterprise=one, other=other) | Q(enterprise=other, other=one))


def named(typed: str, beside: Enterprise) -> Enterprise:
    """The other entry, by the code somebody typed."""
    code = credit_codes.normalise(typed)
    other = Enterprise.objects.filter(credit_code=code).first()
    if other is None:
        raise Refused(f"名录中没有代码为 {code or '空'} 的登记，请核对另一条登记的统一社会信用代码。")
    if other.pk == beside.pk:
        raise Refused("这就是它自己的代码，请填另一条登记的统一社会信用代码。")
    return other


@transaction.atomic
def report(enterprise: Enterprise, other: Enterprise, *, reason: str, by: User, at: datetime) -> DoubleReport:
    """A district for a firm of its own; where the other entry lives does not matter. The city is told."""
    if not people.looks_after(by, enterprise):
        raise Refused("重复登记由企业所在区县或市级提出。")
    if other.merged_into:
        raise Refused(f"{other.credit_code} 的登记已并入{other.merged_into.name}，不必再提出。")
    reason = said_something(reason, "请写明为什么是同一家企业，例如营业执照、电话核实。", most=MOST_WORDS)
    list(Enterprise.objects.held([enterprise.pk, other.pk]))
    if of_pair(enterprise, other).waiting().exists():
        raise DoneAlready("这一对登记已经提出，正在等市级处理。")
    said = DoubleReport.objects.create(
        enterprise=enterprise, other=other, reason=reason, proposed_by=by, proposed_at=at
    )
    _record(said, "提出重复登记", by, at, reason)
    about_mending.double_reported(said)
    return said


@transaction.atomic
def tell_apart(one: Enterprise, other: Enterprise, *, answer: str, by: User, at: datetime) -> DoubleReport:
    """The city says that they are two firms: who reported them is told, and they are proposed no more."""
    be_the_city(by)
    answer = said_something(answer, "请写明为什么不是同一家企业，理由会告诉提出的区县。", most=MOST_WORDS)
    list(Enterprise.objects.held([one.pk, other.pk]))
    known = of_pair(one, other).select_for_update(of=("self",)).first()
    if known and known.state == DoubleReport.State.MERGED:
        raise Refused("这两条登记已经合并。")
    if known and not known.is_waiting:
        raise DoneAlready("已经认定不是重复登记。")
    said = known or DoubleReport(enterprise=one, other=other, reason=answer, proposed_by=by, proposed_at=at)
    _decide(said, DoubleReport.State.APART, by, at, answer)
    _record(said, "认定不是重复登记", by, at, answer)
    if known:
        about_mending.told_apart(said)
    return said


def note_merged(kept: Enterprise, merged: Enterprise, by: User, at: datetime) -> None:
    """Whoever reported the pair finds it merged; other reports of the merged entry are settled with it."""
    waiting = DoubleReport.objects.waiting().filter(Q(enterprise=merged) | Q(other=merged))
    for said in waiting.select_for_update(of=("self",)):
        same = {said.enterprise_id, said.other_id} == {kept.pk, merged.pk}
        answer = "" if same else f"{merged.name}（{merged.credit_code}）已并入另一条登记，如仍有重复请重新提出。"
        _decide(said, DoubleReport.State.MERGED if same else DoubleReport.State.APART, by, at, answer)


def _decide(said: DoubleReport, state: str, by: User, at: datetime, answer: str) -> None:
    said.state, said.decided_by, said.decided_at, said.answer = state, by, at, answer
    said.save()


def _record(said: DoubleReport, action: str, by: User, at: datetime, why: str) -> None:
    journal.record(
        by=by,
        at=at,
        action=action,
        subject=said.enterprise.name,
        enterprise=said.enterprise,
        after={"另一登记": said.other.credit_code},
        why=why,
    )
