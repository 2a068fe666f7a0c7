"""Firms' first accounts, one or thousands by the same path: how each stands, where its letter would go and why not,
opening, the letter again.

Many are done in batches, each a transaction of its own that holds its firms and asks again how they stand: whoever
presses a second time, or beside somebody else, finds what the first has written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from django.db import models, transaction
from django.db.models import Case, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Concat

from accounts import emails, journal
from accounts.access import Refused
from accounts.links import ACTIVATION_LIFE
from accounts.models import District, Enterprise, JournalEntry, Letter, Residence, Role, User
from accounts.models.enterprises import EnterpriseQuerySet
from accounts.post import dead_addresses

BATCH = 500
NOT_WITHIN = timedelta(hours=1)  # a firm gets no second letter of a mass within the hour, from whomever


class AccountState(models.TextChoices):
    NONE = "no-account", "没有账号"
    INVITED = "invited", "已发邀请"
    EXPIRED = "expired", "链接过期"
    ACTIVATED = "activated", "已激活"
    STOPPED = "stopped", "已停用"


class WhyNot(models.TextChoices):
    """Why a firm would get no letter."""

    NO_ADDRESS = "no-address", "没有登记邮箱"
    DEAD_ADDRESS = "dead-address", "邮箱收不到信"
    OFFICE_ADDRESS = "office-address", "邮箱是工作账号的"
    NAME_TAKEN = "name-taken", "信用代码已是别的账号的用户名"
    JUST_WRITTEN = "just-written", "一小时内已发过，或上一封还在排队"
    ACTIVATED = "activated", "账号已激活"
    STOPPED = "stopped", "账号已停用"


NOTHING_TO_WRITE = {AccountState.ACTIVATED: WhyNot.ACTIVATED, AccountState.STOPPED: WhyNot.STOPPED}


def looked_after_by(by: User | None) -> EnterpriseQuerySet:
    """A district looks after the firms that are its own now, the city after all; a command of the machine too. Nobody
    looks after an entry that was merged into another."""
    entries = Enterprise.objects.filter(merged_into=None)
    if by is None:
        return entries
    return entries.visible_to(by) if by.may.keep_register else Enterprise.objects.none()


def with_account(firms: QuerySet[Enterprise], at: datetime) -> QuerySet[Any]:
    """Adds of each firm's first account: account_state, account_id, account_email, invited_at; whether a letter to it
    has not left yet, whether it took another's place, and whether its name is somebody else's."""
    topic = Concat(Value(f"{emails.FIRST_ACCOUNT}:"), Cast(OuterRef("pk"), models.CharField()))
    waiting = Letter.objects.filter(topic=topic, state__in=Letter.UNSENT, good_until__gt=at)
    named = User.objects.filter(username=OuterRef("credit_code"))
    predecessors = User.objects.filter(enterprise=OuterRef("pk"), successor__username=OuterRef("credit_code"))
    first = FilteredRelation("users", condition=Q(users__username=F("credit_code")))
    state = Case(
        When(first__pk=None, then=Value(AccountState.NONE)),
        When(first__is_active=False, then=Value(AccountState.STOPPED)),
        When(~Q(first__password__startswith=UNUSABLE_PASSWORD_PREFIX), then=Value(AccountState.ACTIVATED)),
        When(first__invited_at__gt=at - ACTIVATION_LIFE, then=Value(AccountState.INVITED)),
        default=Value(AccountState.EXPIRED),
        output_field=models.CharField(),
    )
    return firms.alias(first=first).annotate(
        account_state=state,
        account_id=F("first__pk"),
        account_email=F("first__email"),
        invited_at=F("first__invited_at"),
        letter_waits=Exists(waiting),
        took_over=Exists(predecessors),
        name_taken=Exists(named.exclude(enterprise=OuterRef("pk"))),
    )


def mailboxes_of_offices() -> set[str]:
    """An official who reads a firm's activation letter could write its figures."""
    return {email.lower() for email in User.objects.filter(enterprise=None).values_list("email", flat=True)}


@dataclass(frozen=True)
class LetterAddresses:
    """Mailboxes to which no activation goes, read once for many firms."""

    dead: set[str] = field(default_factory=dead_addresses.known)
    of_offices: set[str] = field(default_factory=mailboxes_of_offices)

    def why_not(self, address: str) -> WhyNot | None:
        if address.lower() in self.of_offices:
            return WhyNot.OFFICE_ADDRESS
        return WhyNot.DEAD_ADDRESS if address.lower() in self.dead else None

    def for_letter(self, firm, not_since: datetime) -> tuple[str, WhyNot | None]:
        """The register's address, which is where a mistyped one is put right, or the account's where that one takes no
        mail; else why there is none. An account that took another's place was confirmed with its address, and the link
        goes to no other."""
        if firm.account_state in NOTHING_TO_WRITE:
            return "", NOTHING_TO_WRITE[firm.account_state]
        if firm.account_state == AccountState.NONE and firm.name_taken:
            return "", WhyNot.NAME_TAKEN
        known = [address for address in ("" if firm.took_over else firm.email, firm.account_email) if address]
        if not known:
            return "", WhyNot.NO_ADDRESS
        address = next((address for address in known if not self.why_not(address)), "")
        if not address:
            return "", self.why_not(known[0])
        is_new = firm.invited_at and firm.invited_at > not_since
        if address == firm.account_email and (is_new or firm.letter_waits):
            return "", WhyNot.JUST_WRITTEN
        return address, None


@dataclass
class MassOutcome:
    """What became of many."""

    opened: int = 0
    resent: int = 0
    left_out: Counter[WhyNot] = field(default_factory=Counter)

    @property
    def letters(self) -> int:
        return self.opened + self.resent


@dataclass(frozen=True)
class MassLetter:
    """Whose act it is and when; `not_since`: who was written to after that is passed over; `told`: what each firm's
    letter says beside the link; `waits`: what its subject names, and the `period` that is about; `among`: of which
    firms they are, where not of those the author looks after."""

    by: User | None
    at: datetime
    not_since: datetime
    told: Callable[[Sequence[Enterprise]], Mapping[int, str]]
    waits: str = ""
    period: str = ""
    among: QuerySet[Enterprise] | None = None


def write_to_many(firms: Sequence[int], mass: MassLetter) -> MassOutcome:
    """Open the accounts of those that have none, and write again to those that never used theirs."""
    if mass.by is not None and not mass.by.may.keep_register:
        raise Refused("企业账号由企业所在区县或市级开通。")
    outcome, in_order = MassOutcome(), sorted(set(firms))
    for start in range(0, len(in_order), BATCH):
        _write_to(in_order[start : start + BATCH], mass, outcome)
    return outcome


@transaction.atomic
def _write_to(batch: list[int], mass: MassLetter, outcome: MassOutcome) -> None:
    hold(batch)
    among = looked_after_by(mass.by) if mass.among is None else mass.among
    firms = list(with_account(among.filter(pk__in=batch), mass.at).order_by("pk"))
    addresses, found = LetterAddresses(), []
    for firm in firms:
        address, why_not = addresses.for_letter(firm, mass.not_since)
        if why_not:
            outcome.left_out[why_not] += 1
        else:
            found.append((firm, address))
    new = [pair for pair in found if pair[0].account_state == AccountState.NONE]
    again = {firm.account_id: (firm, address) for firm, address in found if firm.account_id}
    users = open_accounts(new, by=mass.by, at=mass.at)
    known = User.objects.filter(pk__in=again).order_by("pk")
    users += write_again([(user, *again[user.pk]) for user in known], by=mass.by, at=mass.at)
    told = mass.told([firm for firm, _ in found])
    told_to = {user.pk: told.get(user.enterprise_id or 0, "") for user in users}
    emails.activations(users, mass.at, told_to, waits=mass.waits, period=mass.period)
    outcome.opened, outcome.resent = outcome.opened + len(new), outcome.resent + len(again)


def hold(firms: Sequence[int]) -> None:
    """Their rows and those of their people, in one order."""
    list(Enterprise.objects.held(firms).values_list("pk"))
    list(User.objects.filter(enterprise__in=firms).order_by("pk").select_for_update(no_key=True).values_list("pk"))


def open_accounts(firms: list[tuple[Enterprise, str]], *, by: User | None, at: datetime) -> list[User]:
    """The accounts named by these firms' codes, with the address each letter goes to. The caller holds the firms, has
    asked whether they may, and writes the letters."""
    users = [account_of(firm, address) for firm, address in firms]
    User.objects.bulk_create(users, batch_size=BATCH)
    where = Residence.objects.districts_of(firm.pk for firm, _ in firms)
    journal.record_all([_line(user, where, "开通账号", by, at, after={"邮箱": user.email}) for user in users])
    return users


def account_of(firm: Enterprise, address: str) -> User:
    return User(
        username=firm.credit_code,
        name=firm.contact_name,
        role=Role.ENTERPRISE,
        enterprise=firm,
        email=address,
        mobile=firm.mobile,
        password=make_password(None),
    )


def write_again(accounts: list[tuple[User, Enterprise, str]], *, by: User | None, at: datetime) -> list[User]:
    """Accounts that were never opened, with the address the letter goes to now."""
    where, lines = Residence.objects.districts_of(firm.pk for _, firm, _ in accounts), []
    for user, firm, address in accounts:
        user.enterprise = firm
        before, user.email = user.email, address
        lines.append(_line(user, where, "重发激活邮件", by, at, before={"邮箱": before}, after={"邮箱": address}))
    users = [user for user, _, _ in accounts]
    User.objects.bulk_update(users, ["email"], batch_size=BATCH)
    journal.record_all(lines)
    return users


def _line(user: User, where: dict[int, District], action: str, by, at, **more) -> JournalEntry:
    return journal.compose(
        by=by,
        at=at,
        action=action,
        subject=user.username,
        enterprise=user.enterprise,
        district=where.get(user.enterprise_id or 0),
        **more,
    )
