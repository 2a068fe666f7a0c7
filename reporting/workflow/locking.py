"""市级锁定, by one person or by two, and what comes after it: corrections of what was released."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.db.models import F

from accounts import journal
from accounts.access import DoneAlready
from accounts.models import User
from accounts.post import letters
from reporting.letters.reminding import OWED
from reporting.models import (
    Filing,
    LateRequest,
    LockLimit,
    LockProposal,
    Period,
    Release,
    State,
    lock_limit,
    lock_limit_for,
)
from reporting.releases.correcting import freeze_correction, taken_in, to_take_in
from reporting.releases.making import LOCKED, Act, as_journalled, freeze_lock
from reporting.releases.missing import Missing, MissingReasons, changed_since, missing_of
from reporting.results import tallies
from reporting.totals.frozen import latest
from reporting.workflow.guards import Refused, be_the_city, brief
from reporting.workflow.period import in_words, standing_in_the_way, too_early_to_lock

NO_REASONS: MissingReasons = MappingProxyType({})
TOLD = 5  # of what changed since a proposal


@dataclass(frozen=True)
class WhyMissing:
    """Why what is missing is missing: by group (see `reporting.releases.missing`), and of all the rest."""

    reason: str
    reasons: dict[str, str]

    @classmethod
    def of(cls, reason: str, reasons: MissingReasons) -> "WhyMissing":
        return cls(brief(reason), {group: why for group, said in reasons.items() if (why := brief(said))})


@dataclass(frozen=True)
class Situation:
    """What a lock finds, read once while nothing can change: what is missing, and what is unfinished, by state."""

    missing: Missing
    in_the_way: dict[str, int]

    @property
    def as_seen(self) -> dict[str, Any]:
        return self.missing.seen_with(self.in_the_way)


@transaction.atomic
def lock(period: Period, by: User, at: datetime, reason: str = "", reasons: MissingReasons = NO_REASONS) -> Period:
    """市级锁定: nothing changes any more, and release 1 is made. While a firm may still file in time, only what is
    wholly approved is locked; later each firm that is missing, and what is an estimate still, needs a reason. What was
    never approved stays out of the totals; what is being amended or was returned by the city counts as it was approved
    last. A 补报 granted and not used ends with the lock. Where more is missing than the city has set, two people lock.
    """
    be_the_city(by)
    period = _held(period)
    if period.is_locked:
        return period  # the second click
    said = WhyMissing.of(reason, reasons)
    found = _looked_at(period, at, said)
    missing = found.missing
    if missing.is_above(limit := lock_limit_for(period, by)):
        raise Refused(f"{missing.in_words}超过 {plainly(limit)}%，须由市级两个人办理：一人提出，另一人确认。")
    return _locked(period, found, said, by, at)


@transaction.atomic
def propose_lock(
    period: Period, by: User, at: datetime, reason: str, reasons: MissingReasons = NO_REASONS
) -> LockProposal:
    """The first of two: says why, and what is missing is noted as it was seen. One proposal stands at a time; what the
    situation has overtaken gives way."""
    be_the_city(by)
    period = _held(period)
    if period.is_locked:
        raise DoneAlready(f"{period.label}已经锁定。")
    said = WhyMissing.of(reason, reasons)
    found = _looked_at(period, at, said)
    missing, seen = found.missing, found.as_seen
    if standing := period.lock_proposals.filter(outcome="").first():
        if not changed_since(standing.seen, seen):
            if standing.by_id == by.pk and WhyMissing(standing.reason, standing.reasons) == said:
                return standing  # the second click
            raise Refused(f"{standing.by}已提出锁定{period.label}，请由另一人确认；要改原因，先撤回。")
        _close(standing, LockProposal.OVERTAKEN, by, at)
    proposal = LockProposal.objects.create(
        period=period, by=by, at=at, reason=said.reason, reasons=said.reasons, seen=seen
    )
    journal.record(
        by=by,
        at=at,
        action="提出锁定",
        subject=period.label,
        period=period.code,
        after={"缺少": missing.in_words, **in_the_journal(missing, said)},
        why=said.reason,
    )
    return proposal


@transaction.atomic
def confirm_lock(proposal: LockProposal, by: User, at: datetime) -> Period:
    """The second: somebody else, and of what was proposed. What has changed since is told and needs a new proposal."""
    be_the_city(by)
    period = _held(proposal.period)
    proposal = LockProposal.objects.select_for_update().select_related("by").get(pk=proposal.pk)
    if proposal.outcome == LockProposal.CONFIRMED:
        return period  # the second click
    if proposal.outcome:
        raise Refused(f"{proposal.by}提出的锁定{proposal.get_outcome_display()}，请重新提出。")
    if proposal.by_id == by.pk:
        raise Refused("提出锁定的人不能自己确认，请由市级另一人确认。")
    said = WhyMissing(proposal.reason, proposal.reasons)
    found = _looked_at(period, at, said)
    if changed := changed_since(proposal.seen, found.as_seen):
        more = f"等 {len(changed)} 处" if len(changed) > TOLD else ""
        raise Refused(f"提出以后情况有变：{'；'.join(changed[:TOLD])}{more}。请看过后重新提出。")
    _close(proposal, LockProposal.CONFIRMED, by, at)
    return _locked(period, found, said, by, at, proposal.by)


@transaction.atomic
def withdraw_lock(proposal: LockProposal, by: User, at: datetime) -> LockProposal:
    """By anybody of the city: who proposed it may be away."""
    be_the_city(by)
    proposal = LockProposal.objects.select_for_update().get(pk=proposal.pk)
    if proposal.outcome == LockProposal.CONFIRMED:
        raise Refused(f"{proposal.period.label}已由另一人确认锁定，不能再撤回。")
    if proposal.outcome:
        return proposal  # the second click
    _close(proposal, LockProposal.WITHDRAWN, by, at)
    period = proposal.period
    journal.record(by=by, at=at, action="撤回拟锁定", subject=period.label, period=period.code)
    return proposal


@transaction.atomic
def choose_lock_limit(percent: Decimal, by: User, at: datetime, reason: str) -> LockLimit:
    be_the_city(by)
    if not reason.strip():
        raise Refused("请写明依据。")
    if not 0 <= percent <= 100:
        raise Refused("比例应在 0 与 100 之间。")
    before = lock_limit()
    if percent == before:
        raise DoneAlready(f"现在就是 {plainly(before)}%，没有改动。")
    chosen = LockLimit.objects.create(percent=percent, reason=reason.strip(), by=by, at=at)
    journal.record(
        by=by,
        at=at,
        action="设定锁定确认比例",
        subject="锁定双人确认",
        before={"比例": f"{plainly(before)}%"},
        after={"比例": f"{plainly(percent)}%"},
        why=reason.strip(),
    )
    return chosen


@transaction.atomic
def correct(period: Period, by: User, at: datetime, reason: str) -> Release:
    """更正发布: what was filed after the lock and approved since counts from now on, in the next release. What was
    released before stays as it was."""
    be_the_city(by)
    period = _held(period)
    if not period.is_locked:
        raise Refused(f"{period.label}还没有锁定，不用更正：审核通过的随即计入汇总。")
    if not reason.strip():
        raise Refused("请写明更正的原因。")
    before = latest(period.code)
    if before is None:
        raise Refused(f"{period.label}还没有发布，没有可以更正的：请先补建第一次发布。")
    coming = list(to_take_in(period))
    if not coming:
        raise Refused(f"{period.label}没有锁定后补报并审核通过的上报件，没有要更正的。")
    came = [taken_in(filing) for filing in coming]
    Filing.objects.filter(pk__in=[filing.pk for filing in coming]).update(counted=F("approved"))
    release = freeze_correction(period, before, came, Act(Release.CORRECTION, by, at, brief(reason)))
    journal.record(
        by=by,
        at=at,
        action="更正发布",
        subject=period.label,
        period=period.code,
        after=as_journalled(release) | {"纳入": f"{len(came)} 家"},
        why=reason.strip(),
    )
    return release


def _held(period: Period) -> Period:
    """Every change locks its filing first: what is under way is waited for, what comes later finds the period as it is
    left here."""
    period = Period.objects.select_for_update().get(pk=period.pk)
    list(Filing.objects.of(period).order_by("pk").select_for_update().values_list("pk"))
    return period


def _looked_at(period: Period, at: datetime, said: WhyMissing) -> Situation:
    """Is it time, and is everything said? What is there, then. An estimate, and what is counted and open again, is not
    missing, and the reason is of it as well."""
    if too_early := too_early_to_lock(period, at):
        raise Refused(too_early)
    missing = missing_of(period)
    unsaid = missing.unexplained(said.reasons, said.reason)
    in_the_way = standing_in_the_way(period)
    open_again = sum(in_the_way.values()) > len(missing.firms)
    if unsaid or (open_again and not said.reason):
        names = "、".join(firm.name for firm in unsaid[:TOLD])
        of_whom = f"没有写明原因的有 {len(unsaid)} 家：{names}{'等' if len(unsaid) > TOLD else ''}。" if unsaid else ""
        raise Refused(f"尚有未完成的填报：{in_words(in_the_way)}。如确需锁定，请写明原因。{of_whom}")
    return Situation(missing, in_the_way)


def _locked(
    period: Period, found: Situation, said: WhyMissing, by: User, at: datetime, proposed_by: User | None = None
) -> Period:
    missing = found.missing
    period.state, period.locked_at = Period.LOCKED, at
    period.save(update_fields=["state", "locked_at"])
    Filing.objects.of(period).filter(state=State.APPROVED).update(state=State.LOCKED)
    LateRequest.objects.filter(filing__period=period).in_hand().update(spent_at=at)
    tallies.freeze(period, at)
    letters.withdraw_all(period.pk, OWED)
    for standing in period.lock_proposals.filter(outcome=""):
        _close(standing, LockProposal.OVERTAKEN, by, at)
    release = freeze_lock(period, by, at, said.reason, missing.explained(said.reasons, said.reason))
    after = found.in_the_way | in_the_journal(missing, said) | as_journalled(release)
    if proposed_by:
        after["提出人"] = proposed_by.signed
    journal.record(by=by, at=at, action=LOCKED, subject=period.label, period=period.code, after=after, why=said.reason)
    return period


def _close(proposal: LockProposal, outcome: str, by: User, at: datetime) -> None:
    proposal.outcome, proposal.closed_by, proposal.closed_at = outcome, by, at
    proposal.save(update_fields=["outcome", "closed_by", "closed_at"])


def in_the_journal(missing: Missing, said: WhyMissing) -> dict[str, Any]:
    part: dict[str, Any] = {"未纳入企业占上年收入": missing.city.part} if missing.firms and missing.city.part else {}
    return part | ({"分项原因": said.reasons} if said.reasons else {})


def plainly(percent: Decimal) -> str:
    return f"{percent.normalize():f}"
