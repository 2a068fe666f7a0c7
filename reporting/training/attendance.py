"""签到: who came, ticked at the door; and over all sessions which firms have been and which never were."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Case, Count, IntegerField, Max, Q, QuerySet, Value, When
from django.utils.timezone import localtime

from accounts.access import DoneAlready, Refused
from accounts.models import District, Enterprise, User
from reporting.models import SignUp, TrainingSession
from reporting.training import audiences
from reporting.training.sessions import be_a_trainer, be_held, locked_session
from reporting.training.signing_up import line
from reporting.workflow.guards import person

HAVE_BEEN = {"never": "从未到过", "been": "到过", "signed": "报过名没到过"}


def be_at_the_door(session: TrainingSession, by: User, at: datetime) -> None:
    be_a_trainer(by)
    be_held(session)
    if not session.has_come(localtime(at).date()):
        raise Refused(f"培训在 {session.when}，当天才能签到。")


@transaction.atomic
def tick(signed: SignUp, came: bool, *, by: User, at: datetime) -> None:
    """Came, or did not after all. Who waited and has come anyway sits there, so counts as signed up."""
    session = locked_session(signed.session)
    be_at_the_door(session, by, at)
    signed = SignUp.objects.select_related("enterprise", "district", "session").get(pk=signed.pk)
    if signed.is_cancelled:
        raise Refused(f"{signed.name}已取消报名；人到了的，请在下面现场登记。")
    if came == bool(signed.came_at):
        raise DoneAlready(f"{signed.name}{'已经签到' if came else '本来就没有签到'}，没有改动。")
    signed.came_at = at if came else None
    if came and signed.is_waiting:
        signed.state = SignUp.State.SIGNED
    signed.save(update_fields=["came_at", "state"])
    line(signed, by, at, "培训签到" if came else "撤销培训签到", after={"参加人": signed.name})


@transaction.atomic
def walk_in(session: TrainingSession, whose: str, name: str, phone: str, *, by: User, at: datetime) -> SignUp:
    """现场登记: somebody who had not signed up; `whose` is a credit code, or the full name of a firm or district."""
    session = locked_session(session)
    be_at_the_door(session, by, at)
    name = person(name, "参加人姓名").strip()
    if not name:
        raise Refused("请填写参加人的姓名。")
    office = office_called(whose, session.day)
    key = "district" if isinstance(office, District) else "enterprise"
    twin = session.sign_ups.standing().filter(**{key: office}, name=name).first()
    if twin and twin.came_at:
        raise DoneAlready(f"{name}（{office}）已经签到，没有再记一次。")
    if twin:
        tick(twin, True, by=by, at=at)
        twin.refresh_from_db()
        return twin
    facts = {key: office, "name": name, "phone": phone, "at_the_door": True, "came_at": at}
    signed = SignUp.objects.create(session=session, state=SignUp.State.SIGNED, by=by, at=at, **facts)
    line(signed, by, at, "培训现场登记", after={"参加人": name, "电话": phone})
    return signed


def office_called(words: str, day: date) -> Enterprise | District:
    words = words.strip()
    if not words:
        raise Refused("请填写单位：企业的统一社会信用代码或全称，或区县的名称。")
    firms = list(Enterprise.objects.filter(Q(credit_code__iexact=words) | Q(name=words))[:2])
    if len(firms) == 1:
        return firms[0]
    if firms:
        raise Refused(f"叫“{words}”的企业不止一家，请改填统一社会信用代码。")
    district = District.objects.valid_on(day).filter(Q(name=words) | Q(code=words)).first()
    if district is None:
        raise Refused(f"名录里没有“{words[:40]}”。请填企业的统一社会信用代码或全称，或区县的名称。")
    return district


# Over all sessions


def firms_by_attendance(user: User, been: str, newcomers: bool, search: str, today: date) -> Any:
    """The firms this person sees, those that have left aside, with how often somebody signed up and came."""
    found: Any = Enterprise.objects.visible_to(user)
    found = found.not_gone_by(today).with_district()
    standing = Q(sign_ups__isnull=False) & ~Q(sign_ups__state=SignUp.State.CANCELLED)
    came = Q(sign_ups__came_at__isnull=False)
    found = found.annotate(
        times_signed=Count("sign_ups__session", filter=standing, distinct=True),
        times_come=Count("sign_ups__session", filter=came, distinct=True),
        last_come=Max("sign_ups__session__day", filter=came),
    )
    if been == "never":
        found = audiences.never_been(found)
    elif been == "been":
        found = found.filter(times_come__gt=0)
    elif been == "signed":
        found = found.filter(times_signed__gt=0, times_come=0)
    if newcomers:
        found = found.filter(joined_on__year=today.year)
    if search:
        found = found.filter(Q(name__icontains=search) | Q(credit_code__icontains=search))
    return found.order_by("name", "pk")


def numbers_of(sessions: list[TrainingSession], user: User) -> dict[int, dict[str, int]]:
    """By session how many signed up, wait and came, of those this person sees, in one query."""
    rows = SignUp.objects.visible_to(user).standing().filter(session__in=sessions).order_by()
    counted = rows.values("session").annotate(
        signed=Count("pk", filter=Q(state=SignUp.State.SIGNED)),
        waiting=Count("pk", filter=Q(state=SignUp.State.WAITING)),
        came=Count("pk", filter=Q(came_at__isnull=False)),
        firms=Count("enterprise", filter=Q(state=SignUp.State.SIGNED), distinct=True),
        firms_came=Count("enterprise", filter=Q(came_at__isnull=False), distinct=True),
    )
    return {row.pop("session"): row for row in counted}


def at_the_door(session: TrainingSession, search: str) -> QuerySet[SignUp]:
    """Who is expected, those not yet there first."""
    found = session.sign_ups.standing().select_related("enterprise", "district")
    if search:
        found = found.filter(
            Q(name__icontains=search) | Q(phone__icontains=search) | Q(enterprise__name__icontains=search)
        )
    is_there = Case(When(came_at__isnull=False, then=Value(1)), default=Value(0), output_field=IntegerField())
    return found.order_by(is_there, "enterprise__name", "district__position", "pk")
