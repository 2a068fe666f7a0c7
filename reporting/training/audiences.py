"""For whom a session is: everybody, districts, all firms, or firms of a kind the register knows."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import District, Enterprise, Scope, User
from accounts.models.enterprises import EnterpriseQuerySet
from reporting.models import SignUp, TrainingSession
from reporting.register.facts import choices_of, list_name, platform

EVERYBODY, DISTRICTS, FIRMS, NEWCOMERS, NEVER = "everybody", "districts", "firms", "newcomers", "never"
PLAIN = {
    EVERYBODY: "全部企业和区县",
    DISTRICTS: "区县工作人员",
    FIRMS: "全部企业",
    NEWCOMERS: "当年新纳入的企业",
    NEVER: "从未参加过培训的企业",
}


def audiences() -> list[tuple[str, str]]:
    """Codes and words, the city's lists and the scopes of its edition among them."""
    told = platform()
    lists = [(f"list:{code}", f"{told.facts[code].listed_as or list_name(code)}重点企业") for code in told.city_writes]
    scopes = choices_of(told.rows.scope) if told.rows.scope else []
    return [*PLAIN.items(), *lists, *((f"scope:{code}", f"企业：{words}") for code, words in scopes)]


def in_words(session: TrainingSession) -> str:
    whom = dict(audiences()).get(session.audience, "指定的企业")
    among = "、".join(district.name for district in session.districts.all())
    return f"{whom}（限{among}）" if among else whom


def firms_called(session: TrainingSession) -> EnterpriseQuerySet:
    """The firms a session is for: those that have not left by its day."""
    if session.audience == DISTRICTS:
        return Enterprise.objects.none()
    firms = Enterprise.objects.not_gone_by(session.day)
    firms = _of_a_kind(firms, session.audience, session.day)
    if among := [district.pk for district in session.districts.all()]:
        firms = firms.filter(residences__until__isnull=True, residences__district__in=among)
    return firms


def _of_a_kind(firms: EnterpriseQuerySet, audience: str, day: date) -> EnterpriseQuerySet:
    kind, _, code = audience.partition(":")
    if kind == NEWCOMERS:
        return firms.filter(joined_on__year=day.year)
    if kind == NEVER:
        return never_been(firms)
    if kind == "list":
        off = ["", platform().unnamed.get(code, "")]
        return firms.exclude(**{f"attributes__{code}__in": off}).filter(attributes__has_key=code)
    if kind == "scope":
        return firms.filter(**{f"attributes__{platform().rows.scope}__icontains": code})
    return firms


def never_been(firms: EnterpriseQuerySet) -> EnterpriseQuerySet:
    """Of these firms those of which nobody has come to any session."""
    return firms.filter(~Exists(SignUp.objects.came().filter(enterprise=OuterRef("pk"))))


def districts_called(session: TrainingSession) -> QuerySet[District]:
    if session.audience not in (EVERYBODY, DISTRICTS):
        return District.objects.none()
    among = [district.pk for district in session.districts.all()]
    valid = District.objects.valid_on(session.day)
    return valid.filter(pk__in=among) if among else valid


def is_called(session: TrainingSession, user: User) -> bool:
    """Whether the session is for this person's firm or district."""
    if user.enterprise_id:
        return firms_called(session).filter(pk=user.enterprise_id).exists()
    return user.district_id is not None and districts_called(session).filter(pk=user.district_id).exists()


def sessions_for(user: User) -> list[TrainingSession]:
    """What this person's page lists: an office all sessions, a firm those that are for it or that it signed up to."""
    sessions = list(TrainingSession.objects.prefetch_related("districts"))
    if user.scope != Scope.ENTERPRISE:
        return sessions
    own = set(SignUp.objects.filter(enterprise=user.enterprise_id).values_list("session", flat=True))
    called: dict[tuple, bool] = {}  # asked once for all sessions that are for the same firms
    found = []
    for session in sessions:
        kind = (session.audience, session.day.year, *(district.pk for district in session.districts.all()))
        if session.pk not in own and kind not in called:
            called[kind] = is_called(session, user)
        if session.pk in own or called[kind]:
            found.append(session)
    return found


def may_read(session: TrainingSession, user: User) -> bool:
    """Offices read every session; a firm what is for it, and for ever what it signed up to."""
    if user.scope != Scope.ENTERPRISE:
        return True
    return session.sign_ups.filter(enterprise=user.enterprise_id).exists() or is_called(session, user)
