"""People of one firm look after each other: a link to whoever cannot sign in, another person for whoever left."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import contacts, emails, journal, people
from accounts.access import DoneAlready, Refused
from accounts.models import Enterprise, User
from reporting.succession.succeeding import NewPerson, be_free_to_begin, succeed_in_firm


@transaction.atomic
def send_link(colleague: User, *, by: User, at: datetime) -> None:
    """To the address that is registered, and no other: who presses sees nothing of it."""
    colleague = _colleague(colleague, by)
    be_reachable(colleague)
    is_new = not colleague.has_usable_password()
    journal.record(
        by=by,
        at=at,
        action="重发激活邮件" if is_new else "给同事发找回链接",
        subject=f"{colleague}（{colleague.username}）",
        enterprise=colleague.enterprise,
        after={"邮箱": colleague.email},
    )
    if is_new:
        emails.activation(colleague, at)
    else:
        emails.password_reset(colleague, at, asked_by=str(by))


def be_reachable(colleague: User) -> None:
    if not colleague.is_active:
        raise Refused("这个账号已停用，请先启用。")
    if not colleague.email:
        raise Refused("这个账号没有登记邮箱，链接送不到；人已离开的，请用“更换人员”。")


@transaction.atomic
def replace(colleague: User, person: NewPerson, *, why: str, by: User, at: datetime) -> User:
    """Somebody else for a colleague who left: the account of the one stops, the other gets a link, both are told."""
    firm = Enterprise.objects.hold(_firm_of(by))
    before = _colleague(colleague, by)
    if before.successor and before.successor.email.lower() == person.email.lower():
        raise DoneAlready(f"{before}已由{before.successor}接替，激活邮件已发到 {before.successor.email}。")
    people.be_not_succeeded_yet(before)
    if not before.is_active:
        raise Refused(f"{before}的账号已停用，不能用“更换人员”接替：要再用，请先启用；要添人，请“邀请同事”。")
    if not why.strip():
        raise Refused("更换人员要写明事由。")
    be_free_to_begin(person, before, firm)
    was, mailbox = before.username, before.email
    after = succeed_in_firm(before, person, firm)
    journal.record(
        by=by,
        at=at,
        action="更换人员",
        subject=f"{after.name}（{after.username}）",
        enterprise=firm,
        before={"姓名": before.name, "邮箱": mailbox, "用户名": was},
        after=person.in_words,
        why=why.strip(),
    )
    told = f"{by}请您接替{before}，办理本企业的统计填报。"
    emails.activation(after, at, told)
    emails.succeeded(before, was, why, by.signed, contacts.whom_to_ask(before), at)
    return after


def _firm_of(by: User) -> Enterprise:
    if by.enterprise is None:
        raise Refused("只有本企业的人可以互相找回、更换。")
    return by.enterprise


def _colleague(colleague: User, by: User) -> User:
    """Another person of the own firm, held."""
    if _firm_of(by).pk != colleague.enterprise_id:
        raise Refused("只有本企业的人可以互相找回、更换。")
    if by.pk == colleague.pk:
        raise Refused("自己的密码在“账户”里改；要换人接替自己，请同事办理，或由区县办理账号移交。")
    return User.objects.select_for_update(of=("self",)).select_related("enterprise", "successor").get(pk=colleague.pk)
