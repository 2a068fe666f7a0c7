"""A session of the named cast's city, a fortnight after their fifth of June."""

from datetime import date, time

from reporting.models import TrainingSession
from reporting.training import audiences, sessions
from tests.cast import AT, SHANGHAI, Cast

DAY = date(2024, 6, 20)
ON_THE_DAY = AT.replace(day=20, hour=8, minute=50)
DURING = AT.replace(day=20, hour=9, minute=30)
AFTER = AT.replace(day=20, hour=18)
FACTS = {
    "title": "月报填报培训",
    "day": DAY,
    "begins": time(9),
    "ends": time(11, 30),
    "place": "软件园一号会议室",
    "link": "",
    "to_ask": "刘芳 023-63890000",
    "about": "讲软统企6。",
    "audience": audiences.EVERYBODY,
    "capacity": None,
    "per_office": 2,
}
assert DURING.tzinfo == SHANGHAI


def arrange(cast: Cast, districts=(), **more) -> TrainingSession:
    return sessions.arrange(FACTS | more, districts, by=cast.liu_fang, at=AT)


def changed(session: TrainingSession, **more) -> dict:
    """The facts of a session with some of them changed, as a form gives them."""
    return {name: getattr(session, name) for name in sessions.FIELDS} | more
