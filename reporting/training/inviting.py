"""培训邀请: one letter to every firm and district a session is for, seen with its number before it goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils.timezone import localtime

from accounts import journal
from accounts.access import DoneAlready, Refused
from accounts.models import District, Enterprise, Letter, User
from accounts.post.letters import post
from reporting.letters import about_training, recipients
from reporting.letters.mass import be_as_seen
from reporting.models import TrainingSession
from reporting.training import audiences, signing_up
from reporting.training.sessions import be_a_trainer, locked_session

MOST_LISTED = 100


@dataclass
class SessionReach:
    """Whom the letter goes to: who is for it and has not signed up; who cannot be reached."""

    firms: int = 0
    districts: int = 0
    signed: int = 0
    addresses: list[str] = field(default_factory=list)
    unreached: list[Enterprise] = field(default_factory=list)
    districts_unreached: list[District] = field(default_factory=list)

    @property
    def letters(self) -> int:
        return len(self.addresses)


def reach_of(session: TrainingSession) -> SessionReach:
    """An address that stands for several gets one letter."""
    signed = session.sign_ups.standing()
    called = audiences.firms_called(session)
    unsigned = called.exclude(pk__in=signed.exclude(enterprise=None).values("enterprise"))
    firms = list(unsigned.with_district().only("name", "credit_code", "contact_name", "mobile", "phone").order_by("pk"))
    invited = audiences.districts_called(session)
    districts = list(invited.exclude(pk__in=signed.exclude(district=None).values("district")))
    by_firm = recipients.of_firms([firm.pk for firm in firms])
    by_district = recipients.of_districts([district.pk for district in districts])
    found = SessionReach(len(firms), len(districts))
    found.signed = called.count() + invited.count() - len(firms) - len(districts)
    found.addresses = sorted({to for each in (*by_firm.values(), *by_district.values()) for to in each})
    found.unreached = [firm for firm in firms if firm.pk not in by_firm]
    found.districts_unreached = [district for district in districts if district.pk not in by_district]
    return found


def course_of(session: TrainingSession) -> dict[str, int]:
    """How its invitations go: sent, waiting, failed."""
    letters = Letter.objects.filter(topic=about_training.topic_of(session))
    return letters.aggregate(
        sent=Count("pk", filter=Q(state=Letter.State.SENT)),
        waiting=Count("pk", filter=Q(state__in=Letter.UNSENT)),
        failed=Count("pk", filter=Q(state=Letter.State.FAILED)),
    )


def sample(session: TrainingSession, at: datetime) -> Letter:
    return about_training.invitation(session, "", session.rounds + 1, audiences.in_words(session), at)


@transaction.atomic
def invite(session: TrainingSession, rounds: int, seen: int | None = None, *, by: User, at: datetime) -> int:
    """Write the letters of one round, no more than were `seen`. `rounds` is how many there had been when the preview
    was shown: a second press, or another person's, finds one more and writes nothing."""
    be_a_trainer(by)
    session = locked_session(session)
    if why := signing_up.why_shut(session, at):
        raise Refused(why)
    if session.rounds != rounds:
        last = f"{localtime(session.invited_at):%Y-%m-%d %H:%M}" if session.invited_at else "刚才"
        raise DoneAlready(f"这一轮邀请已于 {last} 发过，没有再发。要再发一轮，请重新预览。")
    reach = reach_of(session)
    if not reach.letters:
        raise Refused("没有一家还没报名、又能收到信的单位，没有发信。")
    be_as_seen(reach.letters, seen)
    whom, number = audiences.in_words(session), rounds + 1
    post(about_training.invitation(session, to, number, whom, at) for to in reach.addresses)
    TrainingSession.objects.filter(pk=session.pk).update(rounds=F("rounds") + 1, invited_at=at)
    after = {"第几轮": number, "企业": reach.firms, "区县": reach.districts, "信": reach.letters}
    journal.record(by=by, at=at, action="发培训邀请", subject=session.title, after=after)
    return reach.letters
