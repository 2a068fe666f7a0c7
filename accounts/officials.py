"""Officials as the city keeps them: changed with everybody told, and a user name for who brings none."""

from __future__ import annotations

import datetime
import re
from itertools import chain, count
from typing import TypedDict, Unpack

from django.db import transaction

from accounts import emails, journal, people
from accounts.access import Refused
from accounts.models import District, User

NO_NAME_SIGN = re.compile(r"[^A-Za-z0-9_.-]")
MOST_OF_NAME = 26  # leaves room for a number


class OfficialFacts(TypedDict, total=False):
    """What is to be changed; what is not named stays as it is now."""

    name: str
    role: str
    district: District | None
    email: str
    mobile: str


@transaction.atomic
def change_official(user: User, *, by: User, at: datetime.datetime, **facts: Unpack[OfficialFacts]) -> bool:
    """Whether anything changed. With another role or district every session ends, since none holds good for it
    (User._get_session_auth_hash); a link that was sent to another address opens nothing any more."""
    if not by.may.manage_users or user.enterprise_id or user.role not in by.manages:
        raise Refused("您不能修改这个账号。")
    if user.pk == by.pk:
        raise Refused("自己的姓名、手机和邮箱在“账户”里改，角色和区县请另一位管理员改。")
    user = User.objects.select_for_update(of=("self",)).select_related("district").get(pk=user.pk)
    people.may_give(facts.get("role", user.role), facts.get("district", user.district), by)
    people.be_not_succeeded_yet(user)
    if facts.get("email", user.email).lower() != user.email.lower():
        people.be_an_offices_mailbox(facts["email"])
    before, old_address = in_words(user), user.email
    waits_for = emails.topic_of(user)
    for name, value in facts.items():
        setattr(user, name, value)
    before, after = journal.changes(before, in_words(user))
    if not after:
        return False
    user.save(update_fields=list(facts))
    journal.record(
        by=by,
        at=at,
        action="修改工作账号",
        subject=f"{user.name}（{user.username}）",
        district=user.district,
        before=before,
        after=after,
    )
    changes = [{"what": what, "before": before[what] or "空", "after": after[what] or "空"} for what in after]
    emails.official_changed(user, changes, sorted({old_address, user.email} - {""}), by, at)
    if "邮箱" in after and user.is_active and not user.has_usable_password():
        emails.withdraw(waits_for)
        emails.activation(user, at)
    return True


def in_words(user: User) -> dict[str, str]:
    return {
        "姓名": user.name,
        "角色": user.duties.label,
        "区县": user.district.name if user.district else "",
        "邮箱": user.email,
        "手机": user.mobile,
    }


def name_for(email: str, role: str, taken: set[str]) -> str:
    """A user name nobody has, from what stands before the @; `taken` are in lower case."""
    begun = NO_NAME_SIGN.sub("", email.partition("@")[0]).lower()
    begun = begun if re.match("[a-z]", begun) and len(begun) > 2 else f"{role}-{begun}"
    begun = begun[:MOST_OF_NAME]
    names = chain([begun], (f"{begun}-{number}" for number in count(2)))
    return next(name for name in names if name not in taken)
