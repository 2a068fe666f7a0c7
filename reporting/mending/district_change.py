"""成批改区县: the act and its course. Before its day it is planned and may be taken back; on its day, or at once where
that is over, all of it is done in one transaction.

Periods that end before the day count where they were; open ones from then on, sent or not, go to the new district and
its reviewers. What a district that is abolished leaves behind of earlier periods counts as its own and is decided by
the new one (District.reviewed_by).
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial

from django.db import transaction

from accounts import journal, officials
from accounts.access import DoneAlready, Refused
from accounts.models import (
    Ability,
    DeadAddress,
    District,
    DistrictChange,
    DistrictChangeFirm,
    Enterprise,
    Move,
    Residence,
    User,
)
from accounts.models.people import UserQuerySet
from accounts.post import letters
from reporting.due_together import do_each
from reporting.editions.districts import DistrictFacts, place_district
from reporting.letters import about_mending, recipients
from reporting.mending.district_choice import ChangeReach, WantedChange, living_in, periods_from, reach
from reporting.models import Filing, Period, ThreadSeen
from reporting.models.filing import FilingQuerySet
from reporting.models.in_force import asked_once
from reporting.register.moves import withdraw_move
from reporting.workflow.guards import be_the_city, record, said_something
from reporting.workflow.owing import practise_in

BATCH = 1000
MOST_WORDS = 200
DONE = "这一份已经办理，没有重复办理。"
CHANGED = "在您预览之后，名录或工作人员有变化，没有办理。请看过现在的预览再办理。"
FOUNDED = date(1949, 10, 1)  # where a district has no first day
MOVED_ON = "办理之后已改属别的区县"
MERGED_AWAY = "办理之后已并入另一条登记"


@transaction.atomic
def press(token: uuid.UUID, wanted: WantedChange, seen: str, *, by: User, at: datetime) -> DistrictChange:
    """What the preview showed, and no more: asked again, and refused where it is no longer so."""
    be_the_city(by)
    reason = said_something(wanted.reason, "请写明依据，如区划调整文件的名称和文号。", most=MOST_WORDS)
    found = reach(wanted, at)
    list(Enterprise.objects.held([home.enterprise_id for home in found.firms]))
    if DistrictChange.objects.filter(token=token).exists():
        raise DoneAlready(DONE)
    found = reach(wanted, at)  # as they stand now that nobody else can move them
    for obstacle in found.obstacles:
        raise Refused(obstacle)
    if found.mark != seen:
        raise Refused(CHANGED)
    change = DistrictChange.objects.create(
        token=token,
        district=wanted.district,
        since=wanted.since,
        reason=reason,
        closes=wanted.closes,
        takes_officials=wanted.takes_officials,
        by=by,
        at=at,
    )
    rows = [DistrictChangeFirm(change=change, enterprise=home.enterprise, origin=home.district) for home in found.firms]
    DistrictChangeFirm.objects.bulk_create(rows, batch_size=BATCH)
    _record(change, "成批改区县", wanted.origins, found, by, at)
    about_mending.districts_change(change, found, wanted.origins)
    if wanted.since <= at.date():
        carry_out(change, at)
    return change


@transaction.atomic
def carry_out(change: DistrictChange, at: datetime) -> DistrictChange:
    """On its day: whoever has moved on or was merged meanwhile is left out, and it is said why."""
    change = DistrictChange.objects.select_for_update(of=("self",)).select_related("district", "by").get(pk=change.pk)
    if not change.is_planned:
        return change  # a second beat, or one that was taken back
    by = _in_whose_name(change)
    if change.closes:
        _add_newcomers(change)
    rows = list(change.firms.select_related("enterprise", "origin").order_by("enterprise_id"))
    held = Enterprise.objects.held([row.enterprise_id for row in rows]).in_bulk()
    homes = {
        home.enterprise_id: home
        for home in Residence.objects.filter(until=None, enterprise__in=held).select_related("district")
    }
    moving = [row for row in rows if not _left_out(row, held, homes)]
    DistrictChangeFirm.objects.bulk_update([row for row in rows if row.left_out], ["left_out"], batch_size=BATCH)
    firms = [row.enterprise_id for row in moving]
    for move in Move.objects.waiting().filter(enterprise__in=firms):
        withdraw_move(move, by=by, at=at)
    _settle_in(change, [homes[firm] for firm in firms])
    along = _take_along(change, firms)
    DeadAddress.objects.filter(enterprise__in=firms, settled_at=None).update(district=change.district)
    with asked_once():  # each line of the journal names the office of whose act it is
        journal.record_all(list(_lines(change, moving, along, at)))
    if change.closes:
        _close(change, by, at)
    change.state, change.done_at = DistrictChange.State.DONE, at
    change.save(update_fields=["state", "done_at"])
    return change


@transaction.atomic
def take_back(change: DistrictChange, *, why: str, by: User, at: datetime) -> DistrictChange:
    """Entered by mistake, before its day: nothing has moved; who was told is told that nothing does."""
    be_the_city(by)
    change = DistrictChange.objects.select_for_update(of=("self",)).select_related("district", "by").get(pk=change.pk)
    if change.state == DistrictChange.State.TAKEN_BACK:
        raise DoneAlready("这一份已经撤销。")
    if not change.is_planned:
        raise Refused("这一份已经生效，不能撤销；需要改回的，请另办一份，写明新的生效日期。")
    change.why_back = said_something(why, "请写明撤销的事由，它会告诉已经收到信的企业和区县。", most=MOST_WORDS)
    change.state, change.taken_back_by, change.taken_back_at = DistrictChange.State.TAKEN_BACK, by, at
    change.save(update_fields=["state", "taken_back_by", "taken_back_at", "why_back"])
    for district in {*_origins(change), change.district}:
        journal.record(
            by=by, at=at, action="撤销成批改区县", subject=change.district.name, district=district,
            after={"起": change.since, "企业": f"{change.firms.count()} 家"}, why=change.why_back,
        )  # fmt: skip
    letters.withdraw(about_mending.topic_of_change(change))
    about_mending.districts_change_taken_back(change, at)
    return change


def plan(at: datetime) -> int:
    """The changes whose day has come; called by the beat."""
    due = DistrictChange.objects.filter(state=DistrictChange.State.PLANNED, since__lte=at.date()).order_by(
        "since", "pk"
    )
    pieces = [(f"District change {change.pk}", partial(carry_out, change, at)) for change in due]
    do_each(pieces, "Some districts were not changed")
    return len(due)


def _add_newcomers(change: DistrictChange) -> None:
    """Who came to a district that ends since its end was planned goes along, and is told."""
    homes = living_in(_origins(change)).exclude(enterprise__in=change.firms.values("enterprise"))
    homes = list(homes.select_related("enterprise", "district").order_by("enterprise_id"))
    rows = [DistrictChangeFirm(change=change, enterprise=home.enterprise, origin=home.district) for home in homes]
    DistrictChangeFirm.objects.bulk_create(rows, batch_size=BATCH)
    addresses = recipients.of_firms([home.enterprise_id for home in homes])
    letters.post(about_mending.letters_to_firms(change, homes, addresses))


def _in_whose_name(change: DistrictChange) -> User:
    """Its author's; where they no longer are of the city, that of whoever is: the city decided it, and it holds."""
    if change.by.may.administer:
        return change.by
    return User.objects.who_may(Ability.ADMINISTER).order_by("pk").first() or change.by


def _left_out(row: DistrictChangeFirm, held, homes) -> str:
    home = homes.get(row.enterprise_id)
    if held[row.enterprise_id].merged_into_id:
        row.left_out = MERGED_AWAY
    elif home is None or home.district_id != row.origin_id:
        row.left_out = MOVED_ON
    return row.left_out


def _settle_in(change: DistrictChange, homes: Sequence[Residence]) -> None:
    """Each firm's new home, from the day on; one that came later than that has been there for a day."""
    ends: dict[date, list[int]] = defaultdict(list)
    new = []
    for home in homes:
        begins = max(change.since, home.since + timedelta(days=1))
        ends[begins - timedelta(days=1)].append(home.pk)
        facts = {"district": change.district, "since": begins, "reason": change.reason, "by": change.by}
        new.append(Residence(enterprise_id=home.enterprise_id, **facts))
    for last_day, ended in ends.items():
        Residence.objects.filter(pk__in=ended).update(until=last_day)
    Residence.objects.bulk_create(new, batch_size=BATCH)


def _take_along(change: DistrictChange, firms: Sequence[int]) -> list[Period]:
    """What is open of periods from the day on, with what waits in its conversations. Periods before filings, as the
    lock takes them."""
    list(Period.objects.filter(state=Period.OPEN).order_by("pk").select_for_update().values_list("pk"))
    periods = periods_from(change.since)
    _hand_to(change.district, Filing.objects.filter(enterprise__in=firms, period__in=periods))
    practise_in(change.district, firms)
    return periods


def _hand_to(district: District, filings: FilingQuerySet) -> list[int]:
    """The caller holds their periods. Which of them were another district's."""
    moved = list(filings.exclude(district=district).order_by("pk").select_for_update().values_list("pk", flat=True))
    Filing.objects.filter(pk__in=moved).update(district=district)
    for filing in Filing.objects.filter(pk__in=moved, thread__isnull=False):
        ThreadSeen.objects.hand_over(filing)
    return moved


def _lines(change: DistrictChange, moving: Sequence[DistrictChangeFirm], along: Sequence[Period], at: datetime):
    """For each firm one under the district it leaves and one under that it comes to, as a single move writes them."""
    after = {"区县": change.district.name, "起": change.since, "随迁报告期": [period.label for period in along]}
    for row in moving:
        for place in (row.origin, change.district):
            yield journal.compose(
                by=change.by, at=at, action="迁移区县", subject=row.enterprise.name, enterprise=row.enterprise,
                district=place, before={"区县": row.origin.name}, after=after, why=change.reason,
            )  # fmt: skip


def _origins(change: DistrictChange) -> list[District]:
    return list(District.objects.filter(pk__in=change.firms.order_by().values("origin")))


def _close(change: DistrictChange, by: User, at: datetime) -> None:
    """The districts end the day before. What they leave under way is decided by the new one; their people go there, or
    stay to read."""
    last_day, origins = change.since - timedelta(days=1), _origins(change)
    _take_the_rest(change, origins, by, at)
    for origin in origins:
        ends = min(origin.valid_to or last_day, last_day)  # the list of districts may have said so before
        successor = origin.successor or change.district
        begins = origin.valid_from or FOUNDED
        facts = DistrictFacts(origin.code, origin.name, origin.kind, begins, ends, successor.code)
        place_district(facts, by, at, change.reason)
        District.objects.filter(reviewed_by=origin).update(reviewed_by=change.district)
        District.objects.filter(pk=origin.pk).update(reviewed_by=change.district)
        if change.takes_officials:
            for user in officials_of(origin):
                officials.change_official(user, district=change.district, by=by, at=at)


def _take_the_rest(change: DistrictChange, origins: Sequence[District], by: User, at: datetime) -> None:
    """What is open of periods from the day on and no firm brings along: put aside when entries were merged, or sent
    before its firm moved to a third district."""
    left = Filing.objects.filter(district__in=origins, period__in=periods_from(change.since))
    before = {filing.pk: filing.district.name for filing in left.select_related("district")}
    moved = _hand_to(change.district, left)
    for filing in Filing.objects.filter(pk__in=moved).select_related("enterprise", "period", "district").order_by("pk"):
        was, now = {"区县": before[filing.pk]}, {"区县": change.district.name}
        record(filing, by, at, "随区县撤销转交", before=was, after=now, why=change.reason)


def officials_of(district: District) -> UserQuerySet:
    return User.objects.filter(district=district, is_active=True).order_by("pk")


def _record(
    change: DistrictChange, action: str, origins: Sequence[District], found: ChangeReach, by: User, at: datetime
) -> None:
    after = {
        "改到": change.district.name,
        "起": change.since,
        "企业": f"{len(found.firms)} 家",
        "原区县同时撤销": change.closes,
        "工作人员一并转入": change.takes_officials,
        "信": f"{found.letters} 封",
    }
    for place in (*origins, change.district):
        journal.record(
            by=by, at=at, action=action, subject=f"改到{change.district.name}", district=place, after=after,
            why=change.reason,
        )  # fmt: skip
