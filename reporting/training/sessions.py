"""The association makes, changes and cancels a session; whoever signed up is told by letter."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localtime

from accounts import journal
from accounts.access import DoneAlready, Refused
from accounts.models import District, User
from accounts.post.letters import withdraw
from reporting.letters import about_training
from reporting.models import SignUp, TrainingSession
from reporting.training import audiences, signing_up
from reporting.workflow.guards import brief

FIELDS = (
    *("title", "day", "begins", "ends", "place", "link", "to_ask", "about"),
    *("audience", "capacity", "per_office"),
)
LABELS = {each.name: str(each.verbose_name) for each in TrainingSession._meta.fields}
TOLD = ("day", "begins", "ends", "place", "link")  # what whoever signed up has to know when it changes


class SessionOvertaken(Refused):
    """Somebody else changed it since the page was opened."""


def be_a_trainer(by: User) -> None:
    if not by.may.train:
        raise Refused("培训由协会和市级安排。")


def be_held(session: TrainingSession) -> None:
    if session.cancelled_at:
        raise Refused(f"这场培训已于 {localtime(session.cancelled_at):%Y-%m-%d} 取消，不能再办理。")


def locked_session(session: TrainingSession) -> TrainingSession:
    return TrainingSession.objects.select_for_update().get(pk=session.pk)


@transaction.atomic
def arrange(facts: dict, districts: Iterable[District], *, by: User, at: datetime) -> TrainingSession:
    """A new session. One of the same title, day and hour is the second press."""
    be_a_trainer(by)
    User.objects.select_for_update().get(pk=by.pk)
    same = {name: facts[name] for name in ("title", "day", "begins")}
    if twin := TrainingSession.objects.filter(**same, cancelled_at=None).first():
        raise DoneAlready(f"“{twin.title}”（{twin.when}）已经安排过，没有再建一场。")
    session = TrainingSession(**facts, by=by, at=at)
    make_sense(session)
    if session.has_begun(at):
        raise Refused("培训的时间已经过去，请核对日期和开始时间。")
    session.save()
    session.districts.set(districts)
    journal.record(by=by, at=at, action="安排培训", subject=session.title, after=said_of(session))
    return session


@transaction.atomic
def change(
    session: TrainingSession, facts: dict, districts: Iterable[District], version: int, *, by: User, at: datetime
) -> int:
    """What is changed; whoever signed up is told of another time or place, and more seats move the waiting up. Gives
    the number of letters."""
    be_a_trainer(by)
    session = locked_session(session)
    be_held(session)
    if session.is_over(at):
        raise Refused("这场培训已经结束，不能再修改。")
    if session.version != version:
        raise SessionOvertaken("您打开之后，别人改过这场培训。下面是您填写的；请与现在的安排核对，再保存就以您的为准。")
    before, told_before, reminder = said_of(session), told_of(session), about_training.soon_topic(session)
    for name in FIELDS:
        setattr(session, name, facts[name])
    make_sense(session)
    session.districts.set(districts)
    after = said_of(session)
    if before == after:
        raise DoneAlready("内容没有改动。")
    session.version += 1
    session.save(update_fields=[*FIELDS, "version"])
    before, after = journal.changes(before, after)
    journal.record(by=by, at=at, action="修改培训", subject=session.title, before=before, after=after)
    about_training.correct_unsent(session, audiences.in_words(session))
    letters = 0
    if changes := differences(told_before, told_of(session)):
        withdraw(reminder)  # what has not left would name what no longer holds
        letters = about_training.changed(session, still_coming(session), changes, at)
    signing_up.move_up(session, at)
    return letters


@transaction.atomic
def cancel(session: TrainingSession, *, by: User, at: datetime, why: str) -> int:
    """取消: nothing is deleted; those signed up or waiting are told. Gives the number of letters."""
    be_a_trainer(by)
    session = locked_session(session)
    if session.cancelled_at:
        raise DoneAlready(f"这场培训已于 {localtime(session.cancelled_at):%Y-%m-%d} 取消过，没有再发信。")
    if session.is_over(at):
        raise Refused("这场培训已经结束，不能取消。")
    why = brief(why, 300, "取消原因")
    if not why:
        raise Refused("请写明取消的原因，它会写进给已报名的人的信里。")
    session.cancelled_at, session.cancelled_by, session.why_cancelled = at, by, why
    session.save(update_fields=["cancelled_at", "cancelled_by", "why_cancelled"])
    journal.record(by=by, at=at, action="取消培训", subject=session.title, why=why)
    return about_training.cancelled(session, still_coming(session), at)


def make_sense(session: TrainingSession) -> None:
    if session.ends <= session.begins:
        raise Refused("结束时间应晚于开始时间，请核对。")
    if not session.place and not session.link:
        raise Refused("请写明地点，线上举办的写线上链接，至少填一项。")
    if session.audience not in dict(audiences.audiences()):
        raise Refused("请从列出的选项中选择参加范围。")


def still_coming(session: TrainingSession) -> list[SignUp]:
    return list(session.sign_ups.standing().select_related("enterprise", "district"))


def said_of(session: TrainingSession) -> dict[str, str]:
    """All of a session in the journal's words."""
    said = {name: str(getattr(session, name) or "") for name in FIELDS if name not in ("audience", *TOLD)}
    return {
        **told_of(session),
        **{LABELS[name]: words for name, words in said.items()},
        "参加范围": audiences.in_words(session),
    }


def told_of(session: TrainingSession) -> dict[str, str]:
    return {"时间": session.when, "地点": session.place, "线上链接": session.link}


def differences(before: dict[str, str], after: dict[str, str]) -> list[dict[str, str]]:
    changed = [what for what in after if before[what] != after[what]]
    return [
        {"what": what, "before": before[what] or "（没有）", "after": after[what] or "（没有）"} for what in changed
    ]
