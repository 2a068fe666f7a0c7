"""What every page shows around its content: who, the period in force with its countdown, where one may go."""

import datetime
from dataclasses import dataclass

from django.http import HttpRequest

from accounts import clock
from accounts.models import Installation
from reporting.models import Period

# Where each role may go, at most seven entries of at most four characters: they become the bottom bar of a phone.
NAVIGATION = {
    "enterprise": [("首页", "/"), ("历史", "/history/"), ("本企业", "/account/")],
    "district": [
        ("首页", "/district/"),
        ("审核", "/district/queue/"),
        ("企业", "/firms/"),
        ("汇总", "/district/totals/"),
        ("联系人", "/contacts/"),
        ("留痕", "/journal/"),
    ],
    "association": [("首页", "/city/"), ("汇总", "/city/totals/"), ("上报件", "/city/submissions/")],
    "city": [
        ("首页", "/city/"),
        ("汇总", "/city/totals/"),
        ("上报件", "/city/submissions/"),
        ("报告期", "/city/periods/"),
        ("制度", "/city/editions/"),
        ("用户", "/users/"),
        ("留痕", "/journal/"),
    ],
    "system": [("用户", "/users/"), ("留痕", "/journal/")],
}
LEVEL = {"enterprise": "enterprise", "district": "district", "association": "city", "city": "city"}


@dataclass(frozen=True)
class InForce:
    """The period this person is working in, and how long is left."""

    label: str
    date: datetime.date
    days_left: int

    @property
    def countdown(self) -> str:
        day = f"{self.date.month}月{self.date.day}日"
        if self.days_left > 0:
            return f"距 {day} 截止还有 {self.days_left} 天"
        if self.days_left == 0:
            return f"今天（{day}）截止"
        return f"已过 {day} 截止 {-self.days_left} 天"

    @property
    def urgency(self) -> str:
        if self.days_left < 0:
            return "past"
        return "soon" if self.days_left <= 3 else ""


def screen(request: HttpRequest) -> dict:
    demo_day = Installation.current().demo_day
    today = clock.today()
    around = {"today": today, "demo_day": demo_day, "nav": [], "in_force": None}
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        around["nav"] = navigation_of(user.role, request.path)
        around["in_force"] = period_in_force(LEVEL.get(user.role, ""), today)
    return around


def navigation_of(role: str, path: str) -> list[dict]:
    """The role's entries; the one with the longest matching path is where the reader is."""
    entries = NAVIGATION[role]
    here = max((entry for _, entry in entries if path.startswith(entry)), key=len, default="")
    if here == "/" and path != "/" and not path.startswith("/filings/"):
        here = ""
    return [{"label": label, "path": entry, "current": entry == here} for label, entry in entries]


def period_in_force(level: str, today: datetime.date) -> InForce | None:
    """The open period whose date at this level comes next; when all have passed, the last one that did."""
    if not level:
        return None
    periods = Period.objects.filter(state=Period.OPEN, opens_on__lte=today).prefetch_related("deadlines")
    dated = sorted((period.deadline(level).date, period.label) for period in periods)
    if not dated:
        return None
    date, label = next(((date, label) for date, label in dated if date >= today), dated[-1])
    return InForce(label=label, date=date, days_left=(date - today).days)
