"""What all who take another's place have in common."""

from __future__ import annotations

from dataclasses import dataclass

from accounts import emails, people
from accounts.access import Refused
from accounts.models import Enterprise, User
from accounts.post import dead_addresses
from reporting.models import ThreadSeen


@dataclass(frozen=True)
class NewPerson:
    name: str
    mobile: str
    email: str

    @property
    def in_words(self) -> dict[str, str]:
        return {"姓名": self.name, "手机": self.mobile, "邮箱": self.email}


def succeed(before: User, person: NewPerson, username: str) -> User:
    """An account of its own for whoever comes, with the role and place of the one that stops. What waits unread for the
    one waits for the other. The caller holds the rows, journals and writes the letters."""
    emails.withdraw(emails.topic_of(before))
    person_of = {"name": person.name, "mobile": person.mobile, "email": person.email}
    place = {"role": before.role, "enterprise": before.enterprise, "district": before.district}
    if before.enterprise and before.username == username:  # the firm is known by its code, and signs in with it
        before.username = people.next_username(before.enterprise)
    before.is_active = False
    before.save(update_fields=["username", "is_active"])
    after = people.create(username=username, **person_of, **place)
    before.successor = after
    before.save(update_fields=["successor"])
    ThreadSeen.objects.filter(user=before).update(user=after)
    return after


def succeed_in_firm(before: User, person: NewPerson, firm: Enterprise) -> User:
    """A firm's first account keeps the credit code as its name, whoever has it; the one before gets a number."""
    first = people.is_first_account(before)
    return succeed(before, person, firm.credit_code if first else people.next_username(firm))


def be_free_to_begin(person: NewPerson, before: User, enterprise: Enterprise) -> None:
    """What stands in the way of this person in the firm, whoever asks for it."""
    people.be_the_firms_mailbox(person.email)
    if person.email.lower() == before.email.lower():
        raise Refused("新邮箱和账号现在登记的一样；只是忘记密码的，请在登录页用“忘记密码”找回。")
    people.be_nobody_elses_in_the_firm(person.email, enterprise)
    if person.email.lower() in dead_addresses.known():
        raise Refused(f"邮箱 {person.email} 收不到信，激活链接送不到，请换一个。")
