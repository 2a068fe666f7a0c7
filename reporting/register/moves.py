"""A firm moves to another district: at once where only the future is touched, proposed and accepted where the move
reaches back over open periods, never back over a locked one."""

from __future__ import annotations

import datetime

from django.db import transaction

from accounts import journal, people
from accounts.access import Refused
from accounts.models import DeadAddress, District, Enterprise, Move, Residence, User
from reporting.letters import about_register
from reporting.models import Filing, Period, ThreadSeen
from reporting.models.standing import OWED, UNSENT
from reporting.workflow.guards import locked
from reporting.workflow.owing import labels, practise_in

GOES_ALONG = UNSENT | ~OWED


@transaction.atomic
def move_enterprise(
    enterprise: Enterprise,
    district: District,
    *,
    since: datetime.date,
    reason: str,
    by: User,
    at: datetime.datetime,
) -> Residence:
    """From `since` on the firm belongs to another district, which is told. Refused where periods that are open would
    go with it: that is for the other district to accept (propose_move)."""
    enterprise = _movable(enterprise, reason, by)
    _be_free_to_move(enterprise)
    be_reachable(enterprise, district, since, at.date())
    if periods := reached_back(enterprise, since, at.date()):
        raise Refused(f"{labels(periods)}已经开启，迁移到它们结束之前须由{district.name}接收，请提出迁移。")
    before = enterprise.district
    residence, taken_along = _settle_in(enterprise, district, since, reason.strip(), by, at)
    about_register.moved(enterprise, before, district, since, reason.strip(), labels(taken_along), by, at)
    return residence


@transaction.atomic
def propose_move(
    enterprise: Enterprise,
    district: District,
    *,
    since: datetime.date,
    reason: str,
    by: User,
    at: datetime.datetime,
) -> Move:
    """Ask the other district to take the firm from a day before the end of open periods. Nothing moves until it has
    accepted; proposed once more with the same words while it waits, it is the first one."""
    enterprise = _movable(enterprise, reason, by)
    _be_free_to_move(enterprise, proposed=(district, since))
    be_reachable(enterprise, district, since, at.date())
    if waiting := enterprise.moves.waiting().first():
        return waiting  # the second click
    move = Move.objects.create(
        enterprise=enterprise,
        origin=enterprise.district,
        district=district,
        since=since,
        reason=reason.strip(),
        proposed_by=by,
        proposed_at=at,
    )
    _record(move, "提出迁移", by, at, why=move.reason)
    about_register.move_proposed(move, labels(reached_back(enterprise, since, at.date())))
    return move


@transaction.atomic
def accept_move(move: Move, *, by: User, at: datetime.datetime) -> Move:
    """The district the firm is to go to takes it; judged again as things stand now. What the firm has not sent yet of
    the open periods goes with it, what it has sent is reviewed where it was sent to."""
    move = _before_the_receiver(move, by, Move.State.ACCEPTED)
    if not move.is_waiting:
        return move  # the second click
    enterprise = Enterprise.objects.hold(move.enterprise)
    if enterprise.district != move.origin:
        raise Refused(f"{enterprise.name}现在不属于{move.origin.name}，这次迁移不能再接收。")
    be_reachable(enterprise, move.district, move.since, at.date())
    _decide(move, Move.State.ACCEPTED, by, at)
    _record(move, "接收迁移", by, at)
    _, taken_along = _settle_in(enterprise, move.district, move.since, move.reason, by, at)
    about_register.move_decided(move, labels(taken_along))
    return move


@transaction.atomic
def decline_move(move: Move, *, answer: str, by: User, at: datetime.datetime) -> Move:
    """The other district does not take the firm, and says why: everything stays as it is."""
    move = _before_the_receiver(move, by, Move.State.DECLINED)
    if not move.is_waiting:
        return move  # the second click
    if not answer.strip():
        raise Refused("不接收要写明理由，理由会发给原区县和企业。")
    _decide(move, Move.State.DECLINED, by, at, answer.strip())
    _record(move, "不接收迁移", by, at, why=move.answer)
    about_register.move_decided(move)
    return move


@transaction.atomic
def withdraw_move(move: Move, *, by: User, at: datetime.datetime) -> Move:
    """Whoever may propose the move takes it back while it waits."""
    if not people.looks_after(by, move.enterprise):
        raise Refused("迁移由企业现在所属的区县或市级撤回。")
    move = _held(move)
    if move.state == Move.State.WITHDRAWN:
        return move  # the second click
    if not move.is_waiting:
        raise Refused(f"这次迁移{move.state_words}，不能再撤回。")
    _decide(move, Move.State.WITHDRAWN, by, at)
    _record(move, "撤回迁移", by, at)
    about_register.move_decided(move)
    return move


def reached_back(enterprise: Enterprise, since: datetime.date, today: datetime.date) -> list[Period]:
    """The open periods, over already, in which the firm has something with its present district and which a move from
    that day on would reach back over."""
    if enterprise.residence is None:
        return []
    theirs = Period.objects.filter(state=Period.OPEN, filings__enterprise=enterprise)
    return [period for period in theirs if since <= period.parsed.end < today]


def be_reachable(enterprise: Enterprise, district: District, since: datetime.date, today: datetime.date) -> None:
    """What stands in the way of the move whoever asks for it, now or when it is accepted."""
    now_in = enterprise.residence
    if since > today:
        raise Refused("迁移日期不能晚于今天。")
    if now_in and now_in.district_id == district.pk:
        raise Refused(f"{enterprise.name}已经属于{district.name}。")
    if not district.holds_on(today):
        raise Refused(f"{district.name}现在不是报送区县，请另选。")
    if now_in and since <= now_in.since:
        raise Refused(f"迁移日期应晚于归属{now_in.district.name}的起始日期 {now_in.since:%Y-%m-%d}。")
    shut = [period for period in Period.objects.filter(state=Period.LOCKED) if period.parsed.end >= since]
    if shut:
        last = max(shut, key=lambda period: period.parsed.end)
        earliest = last.parsed.end + datetime.timedelta(days=1)
        raise Refused(
            f"{last.label}已由市级锁定，锁定的各期按当时的区县汇总；迁移日期应为 {earliest:%Y-%m-%d} 或以后。"
        )


def _movable(enterprise: Enterprise, reason: str, by: User) -> Enterprise:
    """The firm, held, when this person may move it so."""
    enterprise = Enterprise.objects.hold(enterprise)
    if not people.looks_after(by, enterprise):
        raise Refused("迁移由企业现在所属的区县或市级办理。")
    if not reason.strip():
        raise Refused("迁移要写明事由。")
    return enterprise


def _be_free_to_move(enterprise: Enterprise, proposed: tuple[District, datetime.date] | None = None) -> None:
    """A waiting proposal stands in the way of any other move."""
    waiting = enterprise.moves.waiting().select_related("district").first()
    if waiting and proposed != (waiting.district, waiting.since):
        raise Refused(
            f"{enterprise.name}迁往{waiting.district.name}（自 {waiting.since:%Y-%m-%d}）的迁移正在等待接收，"
            "请等答复，或先撤回。"
        )


def _settle_in(
    enterprise: Enterprise, district: District, since: datetime.date, reason: str, by: User, at: datetime.datetime
) -> tuple[Residence, list[Period]]:
    now_in = enterprise.residence
    if now_in:
        now_in.until = since - datetime.timedelta(days=1)
        now_in.save(update_fields=["until"])
    residence = Residence.objects.create(enterprise=enterprise, district=district, since=since, reason=reason, by=by)
    taken_along = _take_along(enterprise, district, since)
    before = now_in.district if now_in else None
    for place in filter(None, (before, district)):
        journal.record(
            by=by,
            at=at,
            action="迁移区县",
            subject=enterprise.name,
            enterprise=enterprise,
            district=place,
            before={"区县": before.name if before else ""},
            after={"区县": district.name, "起": since, "随迁报告期": [period.label for period in taken_along]},
            why=reason,
        )
    return residence, taken_along


def _take_along(enterprise: Enterprise, district: District, since: datetime.date) -> list[Period]:
    """What is unsent of the open periods goes along (also what was recalled, or is not owed for now), with what waits
    in its conversation; so do the tasks about the firm's addresses."""
    # Periods before filings, as the lock takes them.
    open_ones = list(Period.objects.filter(state=Period.OPEN).order_by("pk").select_for_update())
    reached = [period for period in open_ones if period.parsed.end >= since]
    moved = []
    for filing in Filing.objects.filter(enterprise=enterprise, period__in=reached).exclude(district=district):
        filing = locked(filing)
        if not filing.meets(GOES_ALONG):
            continue
        filing.district = district
        filing.save(update_fields=["district"])
        ThreadSeen.objects.hand_over(filing)
        if filing.is_owed:
            moved.append(filing.period)
    practise_in(district, [enterprise.pk])
    DeadAddress.objects.filter(enterprise=enterprise, settled_at=None).update(district=district)
    return sorted(moved, key=lambda period: (period.opens_on, period.pk), reverse=True)


def _before_the_receiver(move: Move, by: User, wanted: Move.State) -> Move:
    """The move, held, before the district that is to take the firm; waiting, or decided as is wanted now."""
    if not by.may.receive or by.district_id != move.district_id:
        raise Refused("迁入由迁往的区县决定。")
    move = _held(move)
    if not move.is_waiting and move.state != wanted:
        raise Refused(f"这次迁移{move.state_words}，不能再作决定。")
    return move


def _held(move: Move) -> Move:
    Move.objects.select_for_update().get(pk=move.pk)
    return Move.objects.select_related("enterprise", "origin", "district").get(pk=move.pk)


def _decide(move: Move, state: Move.State, by: User, at: datetime.datetime, answer: str = "") -> None:
    move.state, move.decided_by, move.decided_at, move.answer = state, by, at, answer
    move.save(update_fields=["state", "decided_by", "decided_at", "answer"])


def _record(move: Move, action: str, by: User, at: datetime.datetime, why: str = "") -> None:
    """A line for each of the two districts, so that each finds it in its own journal."""
    for place in (move.origin, move.district):
        journal.record(
            by=by,
            at=at,
            action=action,
            subject=move.enterprise.name,
            enterprise=move.enterprise,
            district=place,
            after={"迁出": move.origin.name, "迁入": move.district.name, "起": move.since},
            why=why,
        )
