"""The letters about a firm's account that goes to another person: to offices, to who has it, to who shall have it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.timezone import localtime

from accounts.links import objection_link
from accounts.models import Letter, Takeover, User
from accounts.post import dead_addresses
from accounts.post.letters import compose, post, withdraw
from reporting.letters import recipients


@dataclass(frozen=True)
class TakeoverNews:
    """What happened, told to several in one text; offices see the person's telephone and the page beside."""

    stem: str
    subject: str
    takeover: Takeover
    at: datetime

    def to_offices(self, addresses: Iterable[str], **more: str) -> None:
        takeover = self.takeover
        of_person = {"mobile": takeover.mobile, "email": takeover.email}
        post(self._to(addresses, of_person | more | {"path": reverse("takeover", args=[takeover.pk])}))

    def to_persons(self, addresses: Iterable[str], **more: str) -> None:
        post(self._to(addresses, more))

    def to_who_has(self, addresses: Iterable[str], link: str) -> None:
        """With a link that is theirs alone, and of no use when it is over."""
        letters = self._to(addresses, {"link": link})
        for letter in letters:
            letter.topic, letter.secret = topic_of(self.takeover), True
        post(letters)

    def _to(self, addresses: Iterable[str], more: dict[str, str]) -> list[Letter]:
        firm = self.takeover.enterprise
        key = f"{self.stem}:{self.takeover.pk}:{self.at.isoformat()}"
        facts = _facts(self.takeover) | more
        return [
            compose(self.stem, self.subject, facts, to, key=key, at=self.at, enterprise=firm, district=firm.district)
            for to in sorted(set(addresses))
        ]


def asked(takeover: Takeover, at: datetime) -> None:
    """To the district, to find out who that is."""
    subject = f"{takeover.enterprise.name}申请移交账号，请核实"
    TakeoverNews("takeover/asked", subject, takeover, at).to_offices(_district(takeover))


def told(takeover: Takeover, at: datetime) -> None:
    """To every mailbox known of the firm that takes mail, each with the link that stops it."""
    subject = f"{takeover.enterprise.name}的账号将移交给{takeover.name}，如有异议请提出"
    news = TakeoverNews("takeover/told", subject, takeover, at)
    news.to_who_has(who_has(takeover), objection_link(takeover))


def proposed(takeover: Takeover, at: datetime) -> None:
    subject = f"{takeover.enterprise.name}的账号移交，请确认"
    TakeoverNews("takeover/proposed", subject, takeover, at).to_offices(recipients.of_city())


def confirmed(takeover: Takeover, by: User, at: datetime) -> None:
    """To the district: it passes by itself when the days are over."""
    news = TakeoverNews("takeover/state", f"{takeover.enterprise.name}的账号移交：市级已确认", takeover, at)
    what = f"市级已确认，{_last_day(takeover)}过后没有异议即自动移交"
    news.to_offices(_district(takeover), what=what, by=by.signed)


def ended(takeover: Takeover, by: User | None, at: datetime) -> None:
    """However it ended: to the offices, but for whoever did it, and to the persons, but for whoever objected. What was
    only asked for nobody in the firm knows of, nor the city. Whoever has it now gets the activation."""
    is_done = takeover.state == Takeover.State.DONE
    is_objected = takeover.state == Takeover.State.OBJECTED
    state = "原账号的人提出异议，移交已停止" if is_objected else takeover.get_state_display()
    news = TakeoverNews("takeover/state", f"{takeover.enterprise.name}的账号移交：{state}", takeover, at)
    said = {"what": state, "by": by.signed if by else ""}
    if takeover.proposed_at:
        offices = {*_district(takeover), *([] if is_done else recipients.of_city())}
        news.to_offices(offices - {by.email if by else ""}, **said)
    persons = set() if is_done else {takeover.email}
    if takeover.proposed_at and not is_objected:
        persons |= set(who_has(takeover))
    news.to_persons(persons, **said)


def no_more_to_object(takeover: Takeover) -> None:
    withdraw(topic_of(takeover))


def topic_of(takeover: Takeover) -> str:
    return f"takeover:{takeover.pk}"


def letters_to_who_has(takeover: Takeover) -> QuerySet[Letter]:
    """Whom the notice went to, and how it fared: for the two offices that decide."""
    return Letter.objects.filter(topic=topic_of(takeover)).order_by("pk")


def who_has(takeover: Takeover) -> list[str]:
    """The account's address when it was proposed, those of its people, the register's; not the one it is to go to."""
    firm = takeover.enterprise
    people = User.objects.filter(enterprise=firm, is_active=True).values_list("email", flat=True)
    known = {address.lower(): address for address in (firm.email, *people, takeover.before_email) if address}
    passed_over = dead_addresses.known() | {takeover.email.lower()}
    return sorted(address for lower, address in known.items() if lower not in passed_over)


def _facts(takeover: Takeover) -> dict:
    firm = takeover.enterprise
    return {
        "firm": firm.name,
        "credit_code": firm.credit_code,
        "before": takeover.before_name,
        "after": takeover.name,
        "mobile_end": takeover.mobile[-4:],
        "reason": takeover.reason,
        "by": takeover.proposed_by.office if takeover.proposed_by else "",
        "until": _last_day(takeover),
        "at": f"{localtime(takeover.ended_at):%Y-%m-%d %H:%M}" if takeover.ended_at else "",
        "proposed": takeover.proposed_by.signed if takeover.proposed_by else "",
        "decided": takeover.decided_by.signed if takeover.decided_by else "",
        "done": takeover.state == Takeover.State.DONE,
        "answer": takeover.answer,
        "contact": firm.district.to_ask if firm.district else "",
        "mobile": "",
        "email": "",
    }


def _last_day(takeover: Takeover) -> str:
    day = takeover.until
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def _district(takeover: Takeover) -> list[str]:
    district = takeover.enterprise.district
    return recipients.of_districts([district.pk]).get(district.pk, []) if district else []
