"""The letters about a firm's place in the register: a move, and what its first and last day make it owe."""

from __future__ import annotations

from datetime import date, datetime

from django.urls import reverse

from accounts.models import District, Enterprise, Letter, Move, User
from accounts.post.letters import compose, post
from reporting.letters import recipients


def owed_changed(enterprise: Enterprise, action: str, owed: str, reason: str, at: datetime) -> None:
    """To the firm, when its district or the city has set its first or last day: `action` is what they did, `owed` in
    words what that changes."""
    facts = {
        "firm": enterprise.name,
        "action": action,
        "joined_on": f"{enterprise.joined_on:%Y-%m-%d}",
        "left_on": f"{enterprise.left_on:%Y-%m-%d}" if enterprise.left_on else "",
        "owed": owed,
        "reason": reason,
        "path": reverse("home"),
    }
    subject, event = f"{action}：须报的报告期有变动", f"owed:{enterprise.pk}:{at.isoformat()}"
    post(_letter("owed_changed", subject, facts, to, event, enterprise, at) for to in _firm(enterprise))


def moved(
    enterprise: Enterprise,
    origin: District | None,
    district: District,
    since: date,
    reason: str,
    along: str,
    by: User,
    at: datetime,
) -> None:
    """A move that holds already: to the district the firm has come to, to the firm, and to the one it has left where
    that did not move it itself."""
    facts = _facts(enterprise, origin, district, since, reason) | {"what": "已办理迁移", "along": along}
    event = f"moved:{enterprise.pk}:{at.isoformat()}"
    subject = f"{enterprise.name}已迁往{district.name}"
    letters = [
        _letter("move", subject, facts | {"path": _page(enterprise)}, to, event, enterprise, at, district)
        for to in _district(district)
    ]
    if origin and by.district_id != origin.pk:
        path = {"path": reverse("firms")}
        letters += [
            _letter("move", subject, facts | path, to, event, enterprise, at, origin) for to in _district(origin)
        ]
    post([*letters, *_to_firm(enterprise, subject, facts, event, at)])


def move_proposed(move: Move, along: str) -> None:
    """To the district that is asked to take the firm, and to the firm; to the one it is in where that did not ask."""
    what = f"{move.proposed_by.office}提出迁移，待{move.district.name}接收；接收之前一切不变"
    facts = _of_move(move) | {"what": what, "along": along}
    event, at = f"move-proposed:{move.pk}", move.proposed_at
    subject = f"{move.enterprise.name}申请迁入，请{move.district.name}接收"
    asked = {"path": reverse("move", args=[move.pk])}
    letters = [
        _letter("move", subject, facts | asked, to, event, move.enterprise, at, move.district)
        for to in _district(move.district)
    ]
    subject = f"{move.enterprise.name}迁往{move.district.name}，待接收"
    if move.proposed_by.district_id != move.origin_id:
        letters += [
            _letter("move", subject, facts | asked, to, event, move.enterprise, at, move.origin)
            for to in _district(move.origin)
        ]
    post([*letters, *_to_firm(move.enterprise, subject, facts, event, at)])


def move_decided(move: Move, along: str = "") -> None:
    """Accepted, declined or taken back: to both districts, but for whoever did it, and to the firm."""
    what = f"{move.decided_by.office}：{move.get_state_display()}"
    stays = move.state != Move.State.ACCEPTED
    facts = _of_move(move) | {"what": what, "along": along, "stays": stays, "path": reverse("move", args=[move.pk])}
    event, at = f"move-decided:{move.pk}", move.decided_at
    subject = f"{move.enterprise.name}迁往{move.district.name}：{move.get_state_display()}"
    letters = [
        _letter("move", subject, facts, to, event, move.enterprise, at, place)
        for place in (move.origin, move.district)
        if place.pk != move.decided_by.district_id
        for to in _district(place)
    ]
    post([*letters, *_to_firm(move.enterprise, subject, facts, event, at)])


def _of_move(move: Move) -> dict:
    return _facts(move.enterprise, move.origin, move.district, move.since, move.reason) | {"answer": move.answer}


def _facts(enterprise: Enterprise, origin: District | None, district: District, since: date, reason: str) -> dict:
    return {
        "firm": enterprise.name,
        "credit_code": enterprise.credit_code,
        "origin": origin.name if origin else "（没有登记）",
        "district": district.name,
        "since": f"{since:%Y-%m-%d}",
        "reason": reason,
        "answer": "",
        "stays": False,
    }


def _to_firm(enterprise: Enterprise, subject: str, facts: dict, event: str, at: datetime) -> list[Letter]:
    facts = facts | {"path": reverse("own_firm")}
    return [_letter("move", subject, facts, to, event, enterprise, at) for to in _firm(enterprise)]


def _letter(
    stem: str,
    subject: str,
    facts: dict,
    to: str,
    event: str,
    enterprise: Enterprise,
    at: datetime,
    district: District | None = None,
) -> Letter:
    """Under the district it is for: each sees its own among the letters sent."""
    district = district or enterprise.district
    return compose(f"register/{stem}", subject, facts, to, key=event, at=at, enterprise=enterprise, district=district)


def _page(enterprise: Enterprise) -> str:
    return reverse("firm", args=[enterprise.credit_code])


def _firm(enterprise: Enterprise) -> list[str]:
    return recipients.of_firms([enterprise.pk]).get(enterprise.pk, [])


def _district(district: District) -> list[str]:
    return recipients.of_districts([district.pk]).get(district.pk, [])
