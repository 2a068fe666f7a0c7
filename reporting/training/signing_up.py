"""报名: a firm or a district names who comes; when the seats are taken the next ones wait, and move up one by one."""

from __future__ import annotations

from datetime import datetime
from typing import Unpack

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localtime

from accounts import journal
from accounts.access import DoneAlready, Refused
from accounts.models import JournalEntry, User
from reporting.letters import about_training
from reporting.models import SignUp, TrainingSession
from reporting.training import audiences
from reporting.workflow.guards import person


def why_shut(session: TrainingSession, at: datetime) -> str:
    """Why nobody can sign up or step back any more, as a sentence; empty while they can."""
    if session.cancelled_at:
        return "这场培训已取消。"
    if session.has_begun(at):
        return "这场培训已经开始，不能再报名或取消报名；人到了的，请在现场登记。"
    return ""


@transaction.atomic
def sign_up(session: TrainingSession, name: str, phone: str, *, by: User, at: datetime) -> SignUp:
    """One person of the own firm or district; on the waiting list when all seats are taken."""
    session = TrainingSession.objects.select_for_update().get(pk=session.pk)
    if not (by.may.keep_firm or by.may.review) or not audiences.is_called(session, by):
        raise Refused("这场培训不是为您的单位安排的，不能报名。")
    if why := why_shut(session, at):
        raise Refused(why)
    name = person(name, "参加人姓名").strip()
    if not name:
        raise Refused("请填写参加人的姓名。")
    own = own_of(session, by)
    if twin := own.filter(name=name).first():
        raise DoneAlready(f"{name}已经{'在候补里' if twin.is_waiting else '报过名'}，没有再报一次。")
    if own.count() >= session.per_office:
        raise Refused(f"每家最多 {session.per_office} 人，已经报满。要换人的，请先取消一位再报。")
    state = SignUp.State.WAITING if seats_left(session) == 0 else SignUp.State.SIGNED
    facts = {"enterprise": by.enterprise, "district": by.district, "name": name, "phone": phone, "state": state}
    signed = SignUp.objects.create(session=session, **facts, by=by, at=at)
    line(signed, by, at, "培训报名", after={"参加人": name, "电话": phone, "状态": signed.get_state_display()})
    return signed


def own_of(session: TrainingSession, user: User) -> QuerySet[SignUp]:
    """Whom this person's firm or district sends."""
    return session.sign_ups.standing().filter(enterprise=user.enterprise_id, district=user.district_id)


@transaction.atomic
def step_back(signed: SignUp, *, by: User, at: datetime) -> None:
    """取消报名; the first who waits gets the seat and is told."""
    session = TrainingSession.objects.select_for_update().get(pk=signed.session_id)
    signed = SignUp.objects.select_related("enterprise", "district").get(pk=signed.pk)
    own = by.enterprise_id == signed.enterprise_id and by.district_id == signed.district_id
    if not own or not (by.may.keep_firm or by.may.review):
        raise Refused("只有报名的单位自己可以取消报名。")
    if signed.is_cancelled:
        raise DoneAlready(f"{signed.name}的报名已经取消过。")
    if why := why_shut(session, at):
        raise Refused(why)
    signed.state, signed.cancelled_at = SignUp.State.CANCELLED, at
    signed.save(update_fields=["state", "cancelled_at"])
    line(signed, by, at, "取消培训报名", before={"参加人": signed.name})
    move_up(session, at)


def move_up(session: TrainingSession, at: datetime) -> list[SignUp]:
    """Who waits gets what seats are free, in the order in which they came; the session's row is locked."""
    if why_shut(session, at):
        return []
    waiting = session.sign_ups.filter(state=SignUp.State.WAITING).select_related("enterprise", "district")
    left = seats_left(session)
    moved = list(waiting if left is None else waiting[:left])
    for signed in moved:
        signed.state = SignUp.State.SIGNED
        signed.save(update_fields=["state"])
        line(signed, None, at, "培训候补转为报名", after={"参加人": signed.name})
    about_training.moved_up(session, moved, at)
    return moved


def plan(at: datetime) -> int:
    """Seats that came free where nobody stepped back, as when a firm's two entries were merged. Returns how many moved
    up."""
    waited_for = SignUp.objects.filter(state=SignUp.State.WAITING).values("session")
    coming = TrainingSession.objects.filter(pk__in=waited_for, cancelled_at=None, day__gte=localtime(at).date())
    return sum(len(_move_up_in(session, at)) for session in coming if seats_left(session) != 0)


@transaction.atomic
def _move_up_in(session: TrainingSession, at: datetime) -> list[SignUp]:
    return move_up(TrainingSession.objects.select_for_update().get(pk=session.pk), at)


def seats_left(session: TrainingSession) -> int | None:
    """None where the seats are not counted."""
    if session.capacity is None:
        return None
    return max(0, session.capacity - session.sign_ups.with_seat().count())


def line(
    signed: SignUp, by: User | None, at: datetime, action: str, **more: Unpack[journal.JournalWords]
) -> JournalEntry:
    subject, firm, district = signed.session.title, signed.enterprise, signed.district
    return journal.record(by=by, at=at, action=action, subject=subject, enterprise=firm, district=district, **more)
