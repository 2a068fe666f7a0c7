"""What every page shows around its content: who, the period in force with its countdown, where one may go."""

import datetime
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts import clock
from accounts.models import Enterprise, Installation
from reporting.conversation import announcements
from reporting.conversation.threads import unread_for
from reporting.models import Filing, Period, State


@dataclass(frozen=True)
class MenuEntry:
    """A place in the navigation; `also` are the addresses its own tabs lead to."""

    label: str
    path: str
    also: tuple[str, ...] = ()

    def holds(self, path: str) -> int:
        """How much of `path` lies under this entry: the length of its longest prefix, 0 for none."""
        own = path == self.path if self.path == "/" else path.startswith(self.path)
        return max([len(self.path)] * own + [len(prefix) for prefix in self.also if path.startswith(prefix)], default=0)


REGISTER = ("/firms/", "/users/", "/applications/", "/moves/", "/key-firms/", "/contacts/", "/certificates/")
DATES = ("/deadlines/", "/calendar/")
OFFICE = (*REGISTER, "/journal/", "/announcements/")

# Where each role may go, at most seven entries of at most four characters: they become the bottom bar of a phone.
NAVIGATION = {
    "enterprise": [
        MenuEntry("首页", "/", also=("/filings/",)),
        MenuEntry("历史", "/history/", also=("/record/", "/certificates/")),
        MenuEntry("截止日", "/deadlines/", also=("/calendar/",)),
        MenuEntry("本企业", "/account/firm/", also=("/account/", "/journal/")),
    ],
    "district": [
        MenuEntry("首页", "/district/", also=("/league/", *DATES)),
        MenuEntry("审核", "/district/queue/", also=("/district/submissions/",)),
        MenuEntry("申请", "/district/requests/"),
        MenuEntry("催报", "/reminders/", also=("/dead-addresses/",)),
        MenuEntry("汇总", "/district/totals/"),
        MenuEntry("企业", "/firms/", also=("/applications/", "/moves/", "/contacts/")),
        MenuEntry("日志", "/journal/"),
    ],
    "association": [
        MenuEntry("首页", "/city/", also=("/league/",)),
        MenuEntry("上报件", "/city/submissions/", also=("/city/requests/", "/city/recheck/")),
        MenuEntry("汇总", "/city/totals/"),
        MenuEntry("报告期", "/city/periods/", also=(*DATES, "/reminders/schedule/")),
        MenuEntry("制度", "/city/editions/", also=("/city/parameters/", "/city/desk/", "/city/notation/")),
        MenuEntry("名录", "/firms/", also=REGISTER),
    ],
    "city": [
        MenuEntry("首页", "/city/", also=("/league/",)),
        MenuEntry("上报件", "/city/submissions/", also=("/city/requests/", "/city/recheck/")),
        MenuEntry("催报", "/reminders/", also=("/dead-addresses/", "/outbox/")),
        MenuEntry("汇总", "/city/totals/"),
        MenuEntry("报告期", "/city/periods/", also=DATES),
        MenuEntry("制度", "/city/editions/", also=("/city/parameters/", "/city/desk/", "/city/notation/")),
        MenuEntry("管理", "/firms/", also=OFFICE),
    ],
    "system": [
        MenuEntry("用户", "/users/", also=REGISTER),
        MenuEntry("发信", "/outbox/"),
        MenuEntry("日志", "/journal/"),
    ],
}
LEVEL = {"enterprise": "enterprise", "district": "district", "association": "city", "city": "city"}


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
        day = f"{self.date.month}月{self.date.day}日"
        if self.days_left > 0:
            return f"距 {day}{'（暂定）' if self.provisional else ''} 截止还有 {self.days_left} 天"
        if self.days_left == 0:
            return f"今天（{day}{'，暂定' if self.provisional else ''}）截止"
        return f"已过 {day}{'（暂定）' if self.provisional else ''} 截止 {-self.days_left} 天"

    @property
    def urgency(self) -> str:
        if self.days_left < 0:
            return "past"
        return "soon" if self.days_left <= 3 else ""


def screen(request: HttpRequest) -> dict:
    today = clock.today()
    demo_day = today if Installation.current().is_demo else None
    around = {"today": today, "demo_day": demo_day, "nav": [], "in_force": None}
    # Asked for only by the pages that show them.
    around["on_the_door"] = SimpleLazyObject(lambda: list(announcements.on_the_door(today)))
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        around["unread"] = SimpleLazyObject(lambda: unread_for(user, today))
        around["news"] = SimpleLazyObject(lambda: list(announcements.unread_by(user, today)[:5]))
        around["nav"] = navigation_of(user.role, request.path)
        around["in_force"] = period_in_force(LEVEL.get(user.role, ""), today, user.enterprise)
    return around


def navigation_of(role: str, path: str) -> list[dict]:
    """The role's entries; the one that holds most of the path is where the reader is."""
    here = max(NAVIGATION[role], key=lambda entry: entry.holds(path))
    return [
        {"label": entry.label, "path": entry.path, "current": entry is here and here.holds(path) > 0}
        for entry in NAVIGATION[role]
    ]


def period_in_force(level: str, today: datetime.date, firm: Enterprise | None = None) -> InForce | None:
    """The open period whose date at this level comes next; when all have passed, the last one that did. For a firm only
    a period in which something is still its to do, by its own date there."""
    if not level:
        return None
    if firm:
        owed = Filing.objects.filter(enterprise=firm, state__in=[*Filing.WITH_FIRM, State.QUERIED])
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
