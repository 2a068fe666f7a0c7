"""The letters about somebody of another firm who fills for a firm: to them, and to the firm whatever happens."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.timezone import localtime

from accounts.models import Grant
from accounts.post import dead_addresses
from accounts.post.letters import compose, post
from reporting.letters import recipients


def asked(grant: Grant, at: datetime, token: str) -> None:
    """To whoever is to stand in; a mailbox without an account gets a link that says which invitation it is."""
    path = reverse("invitation_to_stand_in", args=[token]) if token else reverse("my_firms")
    facts = _facts(grant) | {"name": grant.name, "invited": bool(token), "path": path}
    post([_letter("grant/asked", f"{grant.enterprise}请您代为填报", grant, grant.email, at, facts)])


def told_the_firm(grant: Grant, what: str, at: datetime) -> None:
    """To its contact in the register always, and to all its people."""
    firm = grant.enterprise
    to = {*recipients.of_firms([firm.pk]).get(firm.pk, []), firm.email} - {""}
    dead = dead_addresses.known()
    facts = _facts(grant) | {"what": what, "path": reverse("grants")}
    subject = f"{firm}的代填：{grant.get_state_display()}"
    post(
        _letter("grant/told", subject, grant, address, at, facts)
        for address in sorted(to)
        if address.lower() not in dead
    )


def told_the_person(grant: Grant, what: str, at: datetime) -> None:
    facts = _facts(grant) | {"what": what, "path": reverse("my_firms")}
    to = grant.person.email if grant.person else grant.email
    post([_letter("grant/told", f"您为{grant.enterprise}的代填已结束", grant, to, at, facts)])


def _letter(stem: str, subject: str, grant: Grant, to: str, at: datetime, facts: dict):
    firm = grant.enterprise
    key = f"{stem}:{grant.pk}:{at.isoformat()}"
    return compose(stem, subject, facts, to, key=key, at=at, enterprise=firm, district=firm.district)


def _facts(grant: Grant) -> dict:
    firm, person = grant.enterprise, grant.person
    return {
        "firm": firm.name,
        "credit_code": firm.credit_code,
        "who": f"{person}（{person.enterprise}）" if person else grant.name,
        "by": grant.given_by.signed,
        "basis": grant.basis,
        "given": f"{localtime(grant.given_at):%Y-%m-%d %H:%M}",
        "why": grant.why,
    }
