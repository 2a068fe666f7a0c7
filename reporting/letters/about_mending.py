"""The letters about wrong registrations: entries merged, a credit code corrected, districts changed for many firms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.timezone import localtime

from accounts.models import CodeCorrection, District, DistrictChange, DoubleReport, Enterprise, Letter, Residence, User
from accounts.post.letters import Row, compose, post
from reporting.letters import recipients


def double_reported(said: DoubleReport) -> None:
    """To the city, which decides; not where the city itself noted it."""
    if said.proposed_by.may.administer:
        return
    path = reverse("merge_doubles", args=[said.enterprise.credit_code, said.other.credit_code])
    facts = _of_pair(said) | {"what": f"{said.proposed_by.office}提出，请市级核对", "path": path}
    subject, event = f"疑似重复登记：{said.enterprise.name}", f"double-reported:{said.pk}"
    row: Row = {"key": event, "at": said.proposed_at, "enterprise": said.enterprise}
    post(compose("register/double", subject, facts, to, **row) for to in recipients.of_city())


def told_apart(said: DoubleReport) -> None:
    """To who reported it."""
    if not said.proposed_by.email or said.decided_by == said.proposed_by:
        return
    facts = _of_pair(said) | {"what": "市级核对：不是重复登记，两条都保留", "answer": said.answer}
    subject, event = f"不是重复登记：{said.enterprise.name}", f"double-apart:{said.pk}"
    row: Row = {"key": event, "at": said.decided_at or said.proposed_at, "district": said.proposed_by.district}
    post([compose("register/double", subject, facts | {"path": reverse("doubles")}, said.proposed_by.email, **row)])


def _of_pair(said: DoubleReport) -> dict:
    return {
        "firm": said.enterprise.name,
        "credit_code": said.enterprise.credit_code,
        "other_code": said.other.credit_code,
        "reason": said.reason,
        "answer": "",
    }


def merged(merger, names, former: District | None, reason: str, by: User, at: datetime) -> None:
    """To everybody of the firm, each with the name to sign in by, or to its mailbox where nobody is; to the districts
    of both entries."""
    post(letters_of_merger(merger, names, former, reason, by, at))


def letters_of_merger(merger, names, former: District | None, reason: str, by: User, at: datetime) -> list[Letter]:
    kept, district = merger.kept, merger.kept.district
    facts = {
        "firm": kept.name,
        "credit_code": kept.credit_code,
        "merged_name": merger.merged.name,
        "merged_code": merger.merged.credit_code,
        "by": by.office,
        "reason": reason,
        "ask": district.to_ask if district else by.office,
        "username": "",
        "is_new": False,
    }
    subject, event = f"两条登记已合并：{kept.name}", f"merged:{merger.merged.pk}"

    def letter(to: str, key: str, place: District | None, **more) -> Letter:
        row: Row = {"key": key, "at": at, "enterprise": kept, "district": place}
        return compose("register/merged", subject, facts | more, to, **row)

    now, written, home = {name.user.pk: name for name in names}, [], reverse("home")
    for user in (*merger.colleagues, *(name.user for name in names)):
        if user.email and user.is_active:
            is_new = user.pk in now and now[user.pk].is_new
            key = f"{event}:{user.pk}"
            written.append(letter(user.email, key, district, username=user.username, is_new=is_new, path=home))
    if not written:
        boxes = sorted({each.email for each in (kept, merger.merged) if each.email})
        written = [letter(to, event, district, path=home) for to in boxes]
    offices = {place.pk: place for place in (former, district) if place}
    page = reverse("firm", args=[kept.credit_code])
    for pk, addresses in recipients.of_districts(offices).items():
        path = page if district and pk == district.pk else reverse("firms")
        written += [letter(to, event, offices[pk], path=path) for to in addresses]
    return written


def code_proposed(correction: CodeCorrection, to_the_firm: bool) -> None:
    """To who is to confirm it: the firm, else the city."""
    subject, what = f"请核对统一社会信用代码：{correction.enterprise.name}", "请核对并确认"
    if to_the_firm:
        facts = _of_code(correction, what) | {"path": reverse("own_code")}
        addresses = _firm(correction.enterprise)
    else:
        what = "企业还没有人激活账号，请市级另一位工作人员核对并确认"
        facts = _of_code(correction, what) | {"path": reverse("code_correction", args=[correction.pk])}
        addresses = recipients.of_city()
    post(_about_code(correction, subject, facts, to, "proposed", correction.proposed_at) for to in addresses)


def code_corrected(correction: CodeCorrection) -> None:
    """To everybody of the firm with the name to sign in by, and to who proposed it."""
    subject = f"统一社会信用代码已更正：{correction.enterprise.name}"
    facts = _of_code(correction, "信用代码已更正，以前的报表、回执和证明仍是原代码，照旧有效")
    written = []
    for user in correction.enterprise.users.filter(is_active=True).exclude(email="").order_by("pk"):
        told = facts | {"username": user.username, "path": reverse("own_firm")}
        written.append(_about_code(correction, subject, told, user.email, f"done:{user.pk}", correction.decided_at))
    if not written:
        told = facts | {"path": reverse("own_firm")}
        written = [
            _about_code(correction, subject, told, to, "done", correction.decided_at)
            for to in _firm(correction.enterprise)
        ]
    post([*written, *_to_proposer(correction, subject, facts)])


def code_answered(correction: CodeCorrection) -> None:
    """The firm objects: to who proposed it. Taken back: to the firm."""
    if correction.state == CodeCorrection.State.OBJECTED:
        facts = _of_code(correction, f"{correction.decided_by.office}不同意更正，代码没有变")
        post(_to_proposer(correction, f"不同意更正信用代码：{correction.enterprise.name}", facts))
        return
    facts = _of_code(correction, "更正已撤回，代码没有变，不必再确认") | {"path": reverse("own_firm")}
    subject = f"信用代码更正已撤回：{correction.enterprise.name}"
    post(
        _about_code(correction, subject, facts, to, "withdrawn", correction.decided_at)
        for to in _firm(correction.enterprise)
    )


def _to_proposer(correction: CodeCorrection, subject: str, facts: dict) -> list[Letter]:
    to = correction.proposed_by.email
    told = facts | {"path": reverse("code_correction", args=[correction.pk])}
    return [_about_code(correction, subject, told, to, "proposer", correction.decided_at)] if to else []


def _about_code(
    correction: CodeCorrection, subject: str, facts: dict, to: str, event: str, at: datetime | None
) -> Letter:
    firm = correction.enterprise
    key = f"code-{event}:{correction.pk}"
    return compose(
        "register/code",
        subject,
        facts,
        to,
        key=key,
        at=at or correction.proposed_at,
        enterprise=firm,
        district=firm.district,
    )


def _of_code(correction: CodeCorrection, what: str) -> dict:
    firm = correction.enterprise
    district = firm.district
    return {
        "firm": firm.name,
        "what": what,
        "wrong": correction.wrong,
        "right": correction.right,
        "reason": correction.reason,
        "answer": correction.answer,
        "username": "",
        "ask": district.to_ask if district else correction.proposed_by.office,
    }


def topic_of_change(change: DistrictChange) -> str:
    return f"district-change:{change.pk}"


def districts_change(change: DistrictChange, found, origins: Sequence[District]) -> None:
    """To every firm that goes, paced, and to the offices of both sides."""
    post([*letters_to_firms(change, found.firms, found.to_firms), *_to_offices(change, found, origins)])


def letters_to_firms(
    change: DistrictChange, homes: Iterable[Residence], addresses: dict[int, list[str]]
) -> list[Letter]:
    """Written for the preview as well: the change need not be stored."""
    ask, written = change.district.to_ask, []
    for home in homes:
        facts = _of_change(change, home.district.name, ask) | {
            "firm": home.enterprise.name,
            "path": reverse("own_firm"),
        }
        for to in addresses.get(home.enterprise_id, []):
            written.append(
                compose(
                    "register/district_change",
                    f"报送区县改为{change.district.name}",
                    facts,
                    to,
                    key=f"{topic_of_change(change)}:{home.enterprise_id}",
                    at=change.at,
                    topic=topic_of_change(change),
                    enterprise=home.enterprise,
                    district=home.district,
                    bulk=True,
                )
            )
    return written


def _to_offices(change: DistrictChange, found, origins: Sequence[District]) -> list[Letter]:
    places = {place.pk: place for place in (*origins, change.district)}
    counted = {origin.pk: number for origin, number in found.per_origin}
    written = []
    for pk, addresses in found.to_offices.items():
        place = places[pk]
        names = "、".join(origin.name for origin in origins)
        facts = _of_change(change, names, change.district.to_ask) | {
            "office": place.name,
            "firms": len(found.firms) if pk == change.district.pk else counted.get(pk, 0),
            "closes": change.closes and pk != change.district.pk,
            "takes_officials": change.takes_officials,
            "path": reverse("firms"),
        }
        for to in addresses:
            subject = f"{names}的企业改由{change.district.name}管理"
            topic = topic_of_change(change)
            row: Row = {"key": f"{topic}:office:{pk}", "at": change.at, "district": place, "topic": topic}
            written.append(compose("register/district_change_office", subject, facts, to, **row))
    return written


def districts_change_taken_back(change: DistrictChange, at: datetime) -> None:
    """To whoever got the first letter, or was getting it."""
    told = Letter.objects.filter(topic=topic_of_change(change), state__in=[Letter.State.SENT, Letter.State.HANDED])
    subject = f"撤销：企业改由{change.district.name}管理一事"
    written = []
    for letter in told.select_related("enterprise", "district").order_by("pk"):
        facts = {
            "whom": letter.facts.get("firm") or letter.facts.get("office", ""),
            "district": change.district.name,
            "since": _day(change),
            "reason": change.why_back,
            "ask": change.taken_back_by.office,
            "path": reverse("home") if letter.enterprise_id else reverse("firms"),
        }
        row: Row = {"key": f"{topic_of_change(change)}:back:{letter.pk}", "at": at, "bulk": True}
        row["enterprise"], row["district"] = letter.enterprise, letter.district
        written.append(compose("register/district_change_back", subject, facts, letter.to, **row))
    post(written)


def _of_change(change: DistrictChange, origin: str, ask: str) -> dict:
    return {
        "origin": origin,
        "district": change.district.name,
        "since": _day(change),
        "reason": change.reason,
        "ask": ask,
        "at": f"{localtime(change.at):%Y-%m-%d}",
    }


def _day(change: DistrictChange) -> str:
    return f"{change.since.year}年{change.since.month}月{change.since.day}日"


def _firm(enterprise: Enterprise) -> list[str]:
    return recipients.of_firms([enterprise.pk]).get(enterprise.pk, [])
