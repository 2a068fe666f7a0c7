"""The letters about a training session: the invitation to many, and what those who signed up are told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from accounts.models import Letter
from accounts.post.letters import Row, compose, post, withdraw_each
from reporting.letters import recipients
from reporting.models import SignUp, TrainingSession


def topic_of(session: TrainingSession) -> str:
    return f"training:{session.pk}"


def invitation(session: TrainingSession, to: str, number: int, whom: str, at: datetime) -> Letter:
    """One to each address in each round, the same words for all: see `correct_unsent`."""
    key = f"{topic_of(session)}:{number}"
    subject = f"培训邀请：{session.title}"
    facts = _facts(session) | {"whom": whom, "seats": seats_of(session)}
    return compose("training/invitation", subject, facts, to, key=key, at=at, topic=topic_of(session), bulk=True)


def correct_unsent(session: TrainingSession, whom: str) -> None:
    """What has not left yet says what holds now."""
    facts = _facts(session) | {"whom": whom, "seats": seats_of(session)}
    waiting = Letter.objects.filter(topic=topic_of(session), state__in=Letter.UNSENT)
    waiting.update(facts=facts, subject=f"培训邀请：{session.title}")


def changed(session: TrainingSession, signed: Iterable[SignUp], changes: list[dict[str, str]], at: datetime) -> int:
    key = f"training-changed:{session.pk}:{session.version}"
    told = _Told("training/changed", f"培训有变动：{session.title}", key, {"changes": changes})
    return _tell(session, signed, told, at)


def cancelled(session: TrainingSession, signed: Iterable[SignUp], at: datetime) -> int:
    """Invitations and reminders that have not left stay where they are."""
    withdraw_each([topic_of(session), soon_topic(session)])
    facts, key = {"why": session.why_cancelled}, f"training-cancelled:{session.pk}"
    return _tell(session, signed, _Told("training/cancelled", f"培训取消：{session.title}", key, facts), at)


def moved_up(session: TrainingSession, signed: Iterable[SignUp], at: datetime) -> int:
    key = f"training-moved-up:{session.pk}:{at.isoformat()}"
    return _tell(session, signed, _Told("training/moved_up", f"候补已转为报名：{session.title}", key, {}), at)


def soon(session: TrainingSession, signed: Iterable[SignUp], at: datetime) -> int:
    told = _Told("training/soon", f"培训提醒：{session.title}", soon_topic(session), {}, soon_topic(session))
    return _tell(session, signed, told, at)


def soon_topic(session: TrainingSession) -> str:
    """Of the day and hour it has: a session that was moved is told of anew."""
    return f"training-soon:{session.pk}:{session.begins_at.isoformat()}"


@dataclass(frozen=True)
class _Told:
    stem: str
    subject: str
    key: str
    facts: dict
    topic: str = ""


def _tell(session: TrainingSession, signed: Iterable[SignUp], told: _Told, at: datetime) -> int:
    """One letter to each address of the firms and districts of those who signed up, naming whom they sent."""
    firms: dict[int, list[SignUp]] = {}
    districts: dict[int, list[SignUp]] = {}
    for each in signed:
        if each.enterprise_id:
            firms.setdefault(each.enterprise_id, []).append(each)
        elif each.district_id:
            districts.setdefault(each.district_id, []).append(each)
    letters = []
    for known, theirs in ((recipients.of_firms(firms), firms), (recipients.of_districts(districts), districts)):
        for office, addresses in known.items():
            first, people = theirs[office][0], "、".join(each.name for each in theirs[office])
            facts = _facts(session) | {"office": first.office, "people": people} | told.facts
            whose = Row(key=told.key, at=at, topic=told.topic, enterprise=first.enterprise, district=first.district)
            letters += [compose(told.stem, told.subject, facts, to, **whose) for to in addresses]
    return post(letters)


def seats_of(session: TrainingSession) -> str:
    whole = f"共 {session.capacity} 个名额，满后排候补；" if session.capacity else ""
    return f"{whole}每家最多 {session.per_office} 人"


def _facts(session: TrainingSession) -> dict:
    return {
        "title": session.title,
        "when": session.when,
        "place": session.place,
        "link": session.link,
        "to_ask": session.to_ask,
        "about": session.about,
        "path": reverse("training", args=[session.pk]),
    }
