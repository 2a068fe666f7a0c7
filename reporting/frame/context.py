"""What every page shows around its content: who, the period in force with its countdown, where one may go."""

import datetime
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import get_script_prefix
from django.utils.functional import SimpleLazyObject

from accounts import clock
from accounts.models import Ability, Duties, Enterprise, Installation
from reporting.answers.questions import codes_answered
from reporting.conversation import announcements
from reporting.conversation.threads import unread_for
from reporting.dates.arrangements import plainly
from reporting.going_live.standing import has_start_page
from reporting.models import Filing, Period
from reporting.models.practice import practising
from reporting.models.standing import FIRM, next_by
from reporting.practice.going import practices_of
from reporting.register.facts import platform
from reporting.standing_in.owing import firms_of


@dataclass(frozen=True)
class MenuEntry:
    """A place in the navigation for who has the ability; `also` are the addresses its own tabs lead to."""

    label: str
    path: str
    needs: Ability
    also: tuple[str, ...] = ()

    def holds(self, path: str) -> int:
        """How much of `path` lies under this entry: the length of its longest prefix, 0 for none."""
        own = path == self.path if self.path == "/" else path.startswith(self.path)
        return max([len(self.path)] * own + [len(prefix) for prefix in self.also if path.startswith(prefix)], default=0)


FIRMS = (
    "/applications/",
    "/firm-accounts/",
    "/moves/",
    "/takeovers/",
    "/contacts/",
    "/training/",
    "/doubles/",
    "/code-corrections/",
)
REGISTER = ("/firms/", "/users/", *FIRMS, "/key-firms/", "/certificates/")
CITY_READS = ("/city/requests/", "/city/review-limits/", "/recheck/", "/history-objections/")
DISTRICT_READS = ("/district/submissions/", "/recheck/", "/practice/")
DATES = ("/deadlines/", "/calendar/")
PERIODS = (*DATES, "/practice/", "/city/releases/")
OFFICE = (*REGISTER, "/district-changes/", "/journal/", "/announcements/")
EDITIONS = ("/city/governance/", "/city/parameters/", "/city/desk/", "/city/notation/")

# The navigation, from top to bottom. Of the entries in one place a role sees the first it has the ability for, unless
# the tabs of one above lead there. At most seven of at most four characters: they become the bottom bar of a phone.
PLACES = (
    (
        MenuEntry("首页", "/", Ability.FILL, also=("/filings/", "/practice/")),
        MenuEntry("首页", "/district/", Ability.REVIEW, also=("/league/", *DATES)),
        MenuEntry("首页", "/city/", Ability.ADMINISTER, also=("/league/", "/association/")),
        MenuEntry("首页", "/association/", Ability.QUERY, also=("/city/", "/league/")),
        MenuEntry("首页", "/city/", Ability.READ_CITY, also=("/league/",)),
    ),
    (
        MenuEntry("历史", "/history/", Ability.FILL, also=("/record/", "/certificates/", "/year/")),
        MenuEntry(
            "审核", "/district/queue/", Ability.REVIEW, also=("/district/submissions/", "/recheck/", "/practice/")
        ),
        MenuEntry("上报件", "/city/submissions/", Ability.READ_CITY, also=CITY_READS),
    ),
    (MenuEntry("申请", "/district/requests/", Ability.REVIEW, also=("/history-objections/",)),),
    (
        MenuEntry("催报", "/reminders/", Ability.ADMINISTER, also=("/dead-addresses/", "/outbox/")),
        MenuEntry("催报", "/reminders/", Ability.REMIND, also=("/dead-addresses/",)),
    ),
    (
        MenuEntry("汇总", "/district/totals/", Ability.REVIEW, also=("/cuts/", "/district/picture/")),
        MenuEntry("汇总", "/city/totals/", Ability.READ_CITY, also=("/cuts/", "/city/picture/", "/city/map/")),
    ),
    (
        MenuEntry("截止日", "/deadlines/", Ability.FILL, also=("/calendar/",)),
        MenuEntry("报告期", "/city/periods/", Ability.ADMINISTER, also=(*PERIODS, "/city/history/")),
        MenuEntry("报告期", "/city/periods/", Ability.READ_CITY, also=(*PERIODS, "/reminders/schedule/")),
    ),
    (MenuEntry("制度", "/city/editions/", Ability.READ_CITY, also=EDITIONS),),
    (
        MenuEntry("本企业", "/account/firm/", Ability.KEEP_FIRM, also=("/account/", "/journal/", "/my-firms/")),
        MenuEntry("企业", "/firms/", Ability.REVIEW, also=FIRMS),
        MenuEntry("管理", "/firms/", Ability.ADMINISTER, also=OFFICE),
        MenuEntry("用户", "/users/", Ability.MANAGE_USERS, also=REGISTER),
        MenuEntry("名录", "/firms/", Ability.READ_REGISTER, also=REGISTER),
    ),
    (MenuEntry("培训", "/training/", Ability.KEEP_FIRM),),
    (MenuEntry("发信", "/outbox/", Ability.WATCH_MAIL),),
    (MenuEntry("日志", "/journal/", Ability.READ_JOURNAL),),
)


# What stands before them until a real city is ready (reporting.going_live). For the city it takes the place of 首页,
# which is a tab of it.
STARTING = (
    MenuEntry("上线", "/start/", Ability.ADMINISTER, also=("/city/", "/league/")),
    MenuEntry("上线", "/start/", Ability.OPERATE),
)


@dataclass(frozen=True)
class InForce:
    """The period this person is working in, and how long is left."""

    label: str
    date: datetime.date
    days_left: int
    provisional: bool = False
    code: str = ""

    @property
    def countdown(self) -> str:
        if self.days_left < 0:
            return f"{plainly(self.date)}{'（暂定）' if self.provisional else ''}已截止"
        day = f"{self.date.month}月{self.date.day}日"
        if self.days_left > 0:
            return f"距 {day}{'（暂定）' if self.provisional else ''} 截止还有 {self.days_left} 天"
        return f"今天（{day}{'，暂定' if self.provisional else ''}）截止"

    @property
    def urgency(self) -> str:
        if self.days_left < 0:
            return "past"
        return "soon" if self.days_left <= 3 else ""


def screen(request: HttpRequest) -> dict:
    today = clock.today()
    demo_day = today if Installation.current().is_demo else None
    around = {"today": today, "demo_day": demo_day, "nav": [], "in_force": None, "starting": False}
    around["in_practice"] = practising()
    # Asked for only by the pages that show them.
    around["platform"] = SimpleLazyObject(platform)
    around["answered"] = SimpleLazyObject(codes_answered)
    around["on_the_door"] = SimpleLazyObject(lambda: list(announcements.on_the_door(today)))
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        around["unread"] = SimpleLazyObject(lambda: unread_for(user, today))
        around["news"] = SimpleLazyObject(lambda: list(announcements.unread_by(user, today)[:5]))
        around["practices"] = SimpleLazyObject(lambda: practices_of(user))
        around["starting"] = has_start_page(user)
        around["nav"] = navigation_of(user.duties, request.path_info, around["starting"])
        around["my_firms"] = SimpleLazyObject(lambda: firms_of(user))
        level = user.scope if user.may.fill or user.may.read_filings else ""
        if not practising():  # which has no date that anybody could miss
            around["in_force"] = SimpleLazyObject(lambda: period_in_force(level, today, user.firm))
    return around


def entries_for(duties: Duties, starting: bool = False) -> list[MenuEntry]:
    entries: list[MenuEntry] = []
    for place in (STARTING, *PLACES) if starting else PLACES:
        entry = next((entry for entry in place if entry.needs in duties.abilities), None)
        if entry and not any(entry.path in above.also for above in entries):
            entries.append(entry)
    return entries


def navigation_of(duties: Duties, path: str, starting: bool = False) -> list[dict]:
    """The role's entries; the one that holds most of the path is where the reader is."""
    entries = entries_for(duties, starting)
    here = max(entries, key=lambda entry: entry.holds(path), default=None)
    within = get_script_prefix().rstrip("/")  # the firm somebody works for, which is not their own
    return [
        {"label": entry.label, "path": f"{within}{entry.path}", "current": entry is here and here.holds(path) > 0}
        for entry in entries
    ]


def period_in_force(level: str, today: datetime.date, firm: Enterprise | None = None) -> InForce | None:
    """The open period whose date at this level comes next; when all have passed, the last one that did. For a firm only
    a period in which something is still its to do, by its own date there."""
    if not level:
        return None
    if firm:
        owed = Filing.objects.filter(next_by(FIRM), enterprise=firm)
        owed = owed.filter(period__state=Period.OPEN, period__opens_on__lte=today).select_related("period")
        dated = sorted(
            (filing.due_on, filing.period.label, filing.period.enterprise_deadline.provisional, filing.period_id)
            for filing in owed.prefetch_related("period__deadlines")
        )
    else:
        periods = Period.objects.open_on(today).prefetch_related("deadlines")
        deadlines = [(period.deadline(level), period) for period in periods]
        dated = sorted((due.date, period.label, due.provisional, period.code) for due, period in deadlines)
    if not dated:
        return None
    date, label, provisional, code = next((each for each in dated if each[0] >= today), dated[-1])
    return InForce(label=label, date=date, days_left=(date - today).days, provisional=provisional, code=code)
