"""Who people are here: what each role may do, and where. Screens, guards, letters and querysets ask for an ability or
for the scope, never for a role: another role is another line of DUTIES."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.db import models


class Role(models.TextChoices):
    ENTERPRISE = "enterprise", "企业"
    DISTRICT = "district", "区县"
    ASSOCIATION = "association", "行业协会"
    CITY = "city", "市级"
    SYSTEM = "system", "系统管理"


class Scope(StrEnum):
    """Where a role reaches: its own firm, its own district, the whole city."""

    ENTERPRISE = "enterprise"
    DISTRICT = "district"
    CITY = "city"


class Ability(StrEnum):
    FILL = "fill"  # fills, checks and submits a firm's tables, and reads what it filed
    KEEP_FIRM = "keep_firm"  # speaks for the own firm: what it says of itself, its people, who stands in for them
    READ_FILINGS = "read_filings"  # reads what firms filed: submissions, who is outstanding, records, the league
    REVIEW = "review"  # decides on submissions and requests of its district
    RECEIVE = "receive"  # lets firms into its district: applications, moves
    READ_CITY = "read_city"  # reads the city's pages: progress, totals, periods, editions, drafts, rechecks
    QUERY = "query"  # asks a district about what it approved, or sends it back
    TALK = "talk"  # takes part in the conversation about a filing
    ACKNOWLEDGE = "acknowledge"  # announcements are addressed to it
    REMIND = "remind"  # urges firms, follows letters, sees to dead addresses
    READ_REGISTER = "read_register"  # reads the register of firms and the districts' contacts
    KEEP_REGISTER = "keep_register"  # imports and corrects the register, moves, stops and resumes firms
    CERTIFY = "certify"  # issues certificates of how firms reported
    KEEP_ACCOUNTS = "keep_accounts"  # looks after the accounts it sees: activation, on and off
    MANAGE_USERS = "manage_users"  # lists everybody and invites officials
    READ_JOURNAL = "read_journal"  # reads what others did, within its scope
    WATCH_MAIL = "watch_mail"  # sees what carries the letters and sets it going again
    OPERATE = "operate"  # runs the machine: is told when mail is refused, reads letters kept on it
    ADMINISTER = "administer"  # periods, dates, calendar, parameters, the schedule of reminders, lists of key firms
    REVISE = "revise"  # drafts and publishes editions
    ANNOUNCE = "announce"  # publishes announcements
    TRAIN = "train"  # holds training sessions and keeps 常见问题
    PRACTISE = "practise"  # opens periods to practise in, and wipes them


A = Ability
# What has a meaning only where the role reaches so far: its pages, guards and querysets speak of that.
ONLY_WITHIN = {
    Scope.ENTERPRISE: {A.FILL, A.KEEP_FIRM},
    Scope.DISTRICT: {A.REVIEW, A.RECEIVE},
    Scope.CITY: {
        A.READ_CITY,
        A.QUERY,
        A.MANAGE_USERS,
        A.WATCH_MAIL,
        A.OPERATE,
        A.ADMINISTER,
        A.REVISE,
        A.ANNOUNCE,
        A.TRAIN,
        A.PRACTISE,
    },
}
ONLY_OF_OFFICES = {A.READ_FILINGS, A.REMIND, A.READ_REGISTER, A.KEEP_REGISTER, A.CERTIFY}


class May:
    """What somebody may do, as code and templates ask it: user.may.review. A word that is no ability is an error."""

    def __init__(self, abilities: frozenset[Ability]):
        self._abilities = abilities

    def __getattr__(self, name: str) -> bool:
        try:
            return Ability(name) in self._abilities
        except ValueError:
            raise AttributeError(f"There is no ability {name!r}.") from None


@dataclass(frozen=True)
class Duties:
    """One role. `person` is one who has it; `office` the key by which the city names those for whom they act
    (settings.OFFICE_NAMES), where no firm or district says it; `home` the name of their first page; `invited_by` the
    roles that open such an account."""

    label: str
    person: str
    scope: Scope
    home: str
    abilities: frozenset[Ability]
    office: str = ""
    invited_by: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for scope, abilities in ONLY_WITHIN.items():
            if scope != self.scope and (out_of_place := abilities & self.abilities):
                raise ValueError(f"{self.label} reaches {self.scope}: {sorted(out_of_place)} need {scope}.")
        if self.scope == Scope.ENTERPRISE and (of_offices := ONLY_OF_OFFICES & self.abilities):
            raise ValueError(f"{self.label} is no office: {sorted(of_offices)} are theirs.")

    @property
    def may(self) -> May:
        return May(self.abilities)


DUTIES: dict[str, Duties] = {
    Role.ENTERPRISE: Duties(
        label=Role.ENTERPRISE.label,
        person="企业统计员",
        scope=Scope.ENTERPRISE,
        home="home",
        abilities=frozenset({A.FILL, A.KEEP_FIRM, A.TALK, A.ACKNOWLEDGE, A.KEEP_ACCOUNTS, A.READ_JOURNAL}),
    ),
    Role.DISTRICT: Duties(
        label=Role.DISTRICT.label,
        person="区县工作人员",
        scope=Scope.DISTRICT,
        home="district_home",
        abilities=frozenset(
            {A.READ_FILINGS, A.REVIEW, A.RECEIVE, A.TALK, A.ACKNOWLEDGE, A.REMIND, A.CERTIFY}
            | {A.READ_REGISTER, A.KEEP_REGISTER, A.KEEP_ACCOUNTS, A.READ_JOURNAL}
        ),
        invited_by=(Role.CITY, Role.SYSTEM),
    ),
    Role.ASSOCIATION: Duties(
        label=Role.ASSOCIATION.label,
        person="协会分析员",
        office="association",
        scope=Scope.CITY,
        home="association_home",
        abilities=frozenset({A.READ_FILINGS, A.READ_CITY, A.READ_REGISTER, A.QUERY, A.TALK, A.TRAIN, A.PRACTISE}),
        invited_by=(Role.CITY, Role.SYSTEM),
    ),
    Role.CITY: Duties(
        label=Role.CITY.label,
        person="市级管理员",
        office="short_office",
        scope=Scope.CITY,
        home="city_home",
        abilities=frozenset(
            {A.READ_FILINGS, A.READ_CITY, A.READ_REGISTER, A.QUERY, A.TALK, A.REMIND, A.CERTIFY}
            | {A.KEEP_REGISTER, A.KEEP_ACCOUNTS, A.MANAGE_USERS, A.READ_JOURNAL, A.WATCH_MAIL}
            | {A.ADMINISTER, A.REVISE, A.ANNOUNCE, A.TRAIN, A.PRACTISE}
        ),
        invited_by=(Role.CITY, Role.SYSTEM),
    ),
    Role.SYSTEM: Duties(
        label=Role.SYSTEM.label,
        person="系统管理员",
        scope=Scope.CITY,
        home="users",
        abilities=frozenset(
            {A.READ_REGISTER, A.KEEP_ACCOUNTS, A.MANAGE_USERS, A.READ_JOURNAL, A.WATCH_MAIL, A.OPERATE}
        ),
        invited_by=(Role.SYSTEM,),
    ),
}

# 代填: what somebody of another firm may do here while they stand in for its people. No role: nobody is invited as it.
STANDING_IN = Duties(
    label=Role.ENTERPRISE.label,
    person="代填人",
    scope=Scope.ENTERPRISE,
    home="home",
    abilities=frozenset({A.FILL, A.TALK}),
)


def roles_that_may(*abilities: Ability) -> list[str]:
    """The roles with any of these abilities."""
    return [str(role) for role, duties in DUTIES.items() if duties.abilities.intersection(abilities)]


def roles_within(scope: Scope) -> list[str]:
    return [str(role) for role, duties in DUTIES.items() if duties.scope == scope]


def roles_to_invite(role: str) -> list[str]:
    """Whose accounts somebody of this role opens."""
    return [str(invited) for invited, duties in DUTIES.items() if role in duties.invited_by]
