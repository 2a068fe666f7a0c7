"""Accounts for many firms at once: which were chosen, whom the letters would reach, and the press that writes them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from accounts import first_accounts, journal
from accounts.access import DoneAlready, Refused
from accounts.contacts import why_out_of_call
from accounts.first_accounts import NOT_WITHIN, AccountState, LetterAddresses, MassLetter, MassOutcome, WhyNot
from accounts.models import District, Scope, User
from accounts.models.enterprises import EnterpriseQuerySet
from reporting.letters.mass import be_as_seen
from reporting.models.in_force import asked_once
from reporting.register.first_letters import told_to_firms

ACTION = "批量邀请企业"
MOST_LISTED = 100


@dataclass(frozen=True)
class ChosenFirms:
    """What the firms were narrowed to. `district` is a code and the city's choice only; `ticked` are single firms, and
    without any it is all of the filter."""

    state: str = ""
    district: str = ""
    search: str = ""
    ticked: tuple[int, ...] = ()

    @property
    def in_words(self) -> str:
        if self.ticked:
            return f"勾选的 {len(self.ticked)} 家"
        words = [AccountState(self.state).label if self.state else "全部"]
        return "、".join([*words, *([f"“{self.search}”"] if self.search else [])])


@dataclass
class InvitationReach:
    """Whom the letters would go to, and who would get none, why; of those the first are `listed`."""

    to_open: int = 0
    to_resend: int = 0
    reached: list[int] = field(default_factory=list)
    why_not: Counter[WhyNot] = field(default_factory=Counter)
    without: list[tuple[int, WhyNot]] = field(default_factory=list)

    @property
    def letters(self) -> int:
        return self.to_open + self.to_resend

    @property
    def first(self) -> int | None:
        return self.reached[0] if self.reached else None

    @property
    def by_reason(self) -> list[tuple[str, int]]:
        return [(WhyNot(reason).label, number) for reason, number in self.why_not.most_common()]


def reporting_firms(by: User | None, at: datetime) -> EnterpriseQuerySet:
    """Of the firms this person looks after those that report or will; who left needs no account any more."""
    firms = first_accounts.looked_after_by(by)
    return firms.not_gone_by(at.date())


def group(by: User | None, chosen: ChosenFirms, at: datetime) -> Any:
    firms = first_accounts.with_account(reporting_firms(by, at), at)
    if chosen.ticked:
        return firms.filter(pk__in=chosen.ticked)
    if chosen.state:
        firms = firms.filter(account_state=chosen.state)
    if chosen.district:
        firms = firms.filter(residences__until__isnull=True, residences__district__code=chosen.district)
    if chosen.search:
        firms = firms.filter(Q(name__icontains=chosen.search) | Q(credit_code__icontains=chosen.search))
    return firms


def reach(firms: QuerySet[Any], at: datetime, previewed_at: datetime | None = None) -> InvitationReach:
    """In three queries, however many firms there are."""
    not_since = passed_over_since(at, previewed_at)
    addresses, found = LetterAddresses(), InvitationReach()
    for firm in firms.order_by("pk").only("email").iterator(2000):
        _, why_not = addresses.for_letter(firm, not_since)
        if why_not:
            found.why_not[why_not] += 1
            found.without.append((firm.pk, why_not))
            continue
        is_new = firm.account_state == AccountState.NONE
        found.to_open, found.to_resend = found.to_open + is_new, found.to_resend + (not is_new)
        found.reached.append(firm.pk)
    return found


def passed_over_since(at: datetime, previewed_at: datetime | None) -> datetime:
    return min(at - NOT_WITHIN, previewed_at or at)


def invite(
    chosen: ChosenFirms,
    *,
    by: User | None,
    at: datetime,
    previewed_at: datetime | None = None,
    seen: int | None = None,
) -> MassOutcome:
    """Ask the choice again and write to whom it names now. Whoever was written to since the preview, or within the
    hour, is passed over: a second press writes nothing. Of so many letters as were `seen` announced, or fewer."""
    if by is not None and not by.may.keep_register:
        raise Refused("企业账号由企业所在区县或市级开通。")
    if chosen.state and chosen.state not in AccountState.values:
        raise Refused("请重新选择账号状态。")
    firms = group(by, chosen, at)
    if why_not := why_out_of_call(firms):
        raise Refused(why_not)
    found = reach(firms, at, previewed_at)
    be_as_seen(found.letters, seen)
    with asked_once():  # each line of the journal names the office of who pressed
        mass = MassLetter(by, at, passed_over_since(at, previewed_at), told_to_firms)
        outcome = first_accounts.write_to_many(found.reached, mass)
    outcome.left_out.update(found.why_not)
    if not outcome.letters:
        raise DoneAlready("没有要写的信：这些企业刚刚已经发过，或者没有一家能收到。")
    journal.record(
        by=by,
        at=at,
        action=ACTION,
        subject=chosen.in_words,
        district=district_of(chosen, by),
        after={"开通账号": outcome.opened, "重发激活邮件": outcome.resent, "没有发": outcome.left_out.total()},
    )
    return outcome


def district_of(chosen: ChosenFirms, by: User | None) -> District | None:
    if by is not None and by.scope == Scope.DISTRICT:
        return by.district
    return District.objects.filter(code=chosen.district).first() if chosen.district else None
