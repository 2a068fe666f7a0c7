"""One function per letter about people and the register."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TypedDict, Unpack

from django.db import transaction
from django.urls import reverse
from django.utils.timezone import localtime

from accounts.links import ACTIVATION_LIFE, RESET_LIFE, activation_link, reset_link
from accounts.models import Ability, Application, Letter, MailTrouble, User
from accounts.post.answers import About
from accounts.post.letters import compose, post, withdraw

FIRST_ACCOUNT = "first_account"
BETWEEN_NOTICES = timedelta(hours=4)
MOST_TOLD = 20  # troubles in one letter; the page has them all


class OfMany(TypedDict, total=False):
    """What an activation that goes to many firms says beside: what waits for them, and the period that is about."""

    waits: str
    period: str


def activation(user: User, at: datetime, told: str = "") -> None:
    activations([user], at, {user.pk: told})


def activations(users: Iterable[User], at: datetime, told: Mapping[int, str], **of_many: Unpack[OfMany]) -> None:
    """Links to accounts that were never opened, with what each is told beside it. When the newest was written is kept
    with the account: who writes to many passes over those that have just got one."""
    users = list(users)
    User.objects.filter(pk__in=[user.pk for user in users]).update(invited_at=at)
    post(activation_letter(user, at, told.get(user.pk, ""), activation_link(user), **of_many) for user in users)


def activation_letter(user: User, at: datetime, told: str, link: str, **of_many: Unpack[OfMany]) -> Letter:
    facts = {"office": user.office, "link": link, "days": ACTIVATION_LIFE.days, "told": told}
    waits = of_many.get("waits", "")
    subject = f"请激活您的账号：{waits}" if waits else "请激活您的账号"
    letter = _to_person("activation", subject, user, at, facts, good_until=at + ACTIVATION_LIFE)
    letter.topic, letter.period = topic_of(user), of_many.get("period", "")
    letter.bulk = bool(of_many)
    return letter


def topic_of(user: User) -> str:
    """What activation letters are withdrawn and counted by: those to a firm's first account are a kind of their own."""
    first = user.enterprise_id is not None and user.username == user.enterprise.credit_code
    return f"{FIRST_ACCOUNT}:{user.enterprise_id}" if first else f"account:{user.pk}"


def account_stopped(user: User, by: User, why: str, contact: str, at: datetime) -> None:
    """A link that has not left yet would open nothing any more."""
    withdraw(topic_of(user))
    facts = {"at": f"{localtime(at):%Y-%m-%d %H:%M}", "by": by.office, "why": why, "contact": contact}
    post([_to_person("account_stopped", "您的账号已停用", user, at, facts)])


def password_reset(user: User, at: datetime) -> None:
    facts = {"link": reset_link(user), "hours": int(RESET_LIFE.total_seconds() // 3600)}
    post([_to_person("password_reset", "重新设置密码", user, at, facts, good_until=at + RESET_LIFE)])


def password_changed(user: User, at: datetime) -> None:
    facts = {"at": f"{localtime(at):%Y-%m-%d %H:%M}"}
    post([_to_person("password_changed", "您的密码已修改", user, at, facts)])


def official_changed(user: User, changes: list[dict], to: list[str], by: User, at: datetime) -> None:
    """To the address that was and the one that is: whoever is not meant learns of it too."""
    facts = {
        "name": user.get_full_name(),
        "username": user.username,
        "by": by.signed,
        "at": f"{localtime(at):%Y-%m-%d %H:%M}",
        "changes": changes,
    }
    row = {"key": f"official_changed:{user.pk}:{at.isoformat()}", "at": at, "district": user.district}
    post(compose("official_changed", "您的账号信息已更改", facts, address, **row) for address in to)


def application_received(application: Application) -> None:
    post([_about("application_received", "注册申请已收到", application, application.email, application.applied_at)])


def application_waiting(application: Application, to: list[str]) -> None:
    subject = "有一家企业申请注册"
    post(_about("application_waiting", subject, application, address, application.applied_at) for address in to)


def application_refused(application: Application) -> None:
    post([_about("application_refused", "注册申请未通过", application, application.email, application.decided_at)])


@transaction.atomic
def plan_mail_refused(at: datetime) -> int:
    """To the system administrators, once of each trouble while it lasts: receiving domains, or the mail server, refuse
    us as such. One letter tells of all that are new, for what is ours is often said by hundreds; the next one not
    within hours. Sent like any letter; until it gets through the pages say so too."""
    administrators = User.objects.who_may(Ability.OPERATE).exclude(email="")
    addresses = sorted(set(administrators.values_list("email", flat=True)))
    if not addresses or MailTrouble.objects.filter(told_at__gt=at - BETWEEN_NOTICES).exists():
        return 0
    troubles = MailTrouble.objects.filter(about=About.OFFICE, over_at=None, told_at=None).order_by("since", "pk")
    new = list(troubles.select_for_update())
    if not new:
        return 0
    MailTrouble.objects.filter(pk__in=[trouble.pk for trouble in new]).update(told_at=at)
    return post(_mail_refused(new, address, at) for address in addresses)


def _mail_refused(troubles: list[MailTrouble], to: str, at: datetime) -> Letter:
    refusals = [{"who": trouble.domain or "邮件服务器", "words": trouble.words} for trouble in troubles]
    facts = {"refusals": refusals[:MOST_TOLD], "number": len(refusals), "path": reverse("outbox")}
    who = refusals[0]["who"] + (f" 等 {len(refusals)} 处" if len(refusals) > 1 else "")
    key = f"mail_refused:{at.isoformat()}"
    return compose("mail_refused", f"{who}拒收本系统的信，请处理", facts, to, key=key, at=at)


def _to_person(
    stem: str, subject: str, user: User, at: datetime, facts: dict, good_until: datetime | None = None
) -> Letter:
    """Each request for such a letter is a letter of its own. A link that opens an account is good for some days, and no
    longer kept than it is needed."""
    return compose(
        stem,
        subject,
        {"name": user.get_full_name(), "username": user.username, **facts},
        user.email,
        key=f"{stem}:{user.pk}:{at.isoformat()}",
        at=at,
        enterprise=user.enterprise,
        district=user.district,
        secret=good_until is not None,
        good_until=good_until,
    )


def _about(stem: str, subject: str, application: Application, to: str, at: datetime) -> Letter:
    facts = {
        "contact": application.contact_name,
        "mobile": application.mobile,
        "firm": application.name,
        "credit_code": application.credit_code,
        "district": application.district.name,
        "lookup_key": application.lookup_key,
        "reason": application.reason,
    }
    key = f"{stem}:{application.pk}"
    return compose(stem, subject, facts, to, key=key, at=at, district=application.district)
