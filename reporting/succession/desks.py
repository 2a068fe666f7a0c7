"""移交工作账号: an official leaves, another takes the desk and what waits on it; what was done stays as it is."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import contacts, emails, journal, people
from accounts.access import DoneAlready, Refused
from accounts.backends import as_typed_plainly
from accounts.models import User
from accounts.post import dead_addresses
from reporting.models import ThreadSeen
from reporting.succession.succeeding import NewPerson, succeed


@transaction.atomic
def hand_over(user: User, person: NewPerson, username: str, *, why: str, by: User, at: datetime) -> User:
    """Filings, requests and letters belong to a district or the city, and follow the role; what belongs to a person is
    their unread messages and their line of 附件2, and these go along."""
    if not by.may.manage_users or user.enterprise_id or user.role not in by.manages:
        raise Refused("您不能移交这个账号。")
    if user.pk == by.pk:
        raise Refused("自己的账号由另一位管理员移交。")
    before = User.objects.select_for_update(of=("self",)).select_related("district", "successor").get(pk=user.pk)
    if before.successor and before.successor.email.lower() == person.email.lower():
        raise DoneAlready(f"{before}的账号已移交给{before.successor}（{before.successor.username}）。")
    people.be_not_succeeded_yet(before)
    people.may_give(before.role, before.district, by)
    username = as_typed_plainly(username).lower()
    _be_free(username, person, before)
    if not why.strip():
        raise Refused("移交要写明事由。")
    unread = ThreadSeen.objects.filter(user=before, unread__gt=0).count()
    after = succeed(before, person, username)
    changed = contacts.take_over(before, after)
    journal.record(
        by=by,
        at=at,
        action="移交工作账号",
        subject=f"{after.name}（{after.username}）",
        district=after.district,
        before={"姓名": before.name, "用户名": before.username, "邮箱": before.email},
        after={**person.in_words, "用户名": after.username, "未读留言": unread, "区县联系人": changed or "没有变动"},
        why=why.strip(),
    )
    emails.activation(after, at, _told(before, unread, changed))
    emails.succeeded(before, before.username, why, by.signed, by.signed, at)
    return after


def _be_free(username: str, person: NewPerson, before: User) -> None:
    if User.objects.filter(username__iexact=username).exists():
        raise Refused(f"用户名“{username}”已被使用，请换一个。")
    if person.email.lower() in dead_addresses.known():
        raise Refused(f"邮箱 {person.email} 收不到信，激活链接送不到，请换一个。")
    others = User.objects.filter(email__iexact=person.email, is_active=True).exclude(pk=before.pk)
    if firm := others.exclude(enterprise=None).select_related("enterprise").first():
        raise Refused(f"邮箱 {person.email} 是{firm.enterprise}账号的；审核报表的人须用自己的工作邮箱。")


def _told(before: User, unread: int, changed: str) -> str:
    words = [f"您接替{before}：{before.office}的待办和信件今后由您处理。"]
    if unread:
        words.append(f"{unread} 处未读留言已转给您。")
    if changed:
        words.append(f"附件2的区县联系人已改为您（{changed}），请登录后核对。")
    return "".join(words)
