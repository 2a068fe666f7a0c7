"""May 2024, open for the cast: every firm owes it, and 云图's 软统企6 is there to be filled."""

from datetime import date, datetime
from types import SimpleNamespace

from accounts.models import User
from reporting import workflow
from reporting.models import Filing, Period
from reporting.workflow.period import owe, store_deadlines
from tests.cast import SHANGHAI, Cast, make_user

LAST_SECOND = datetime(2024, 6, 12, 23, 59, 59, tzinfo=SHANGHAI)
AFTER_DUE = datetime(2024, 6, 13, tzinfo=SHANGHAI)

# A whole 软统企6 of a firm without embedded software; it breaks no rule when nothing was filed before.
CLEAN_MAY = {
    "2010.c1": "1000", "2021.c1": "500", "20211.c1": "100", "20212.c1": "50", "2022.c1": "300", "20221.c1": "60",
    "20222.c1": "40", "20223.c1": "0", "20224.c1": "0", "20225.c1": "0", "2023.c1": "100", "20231.c1": "10",
    "2041.c1": "0", "2043.c1": "0", "2050.c1": "400", "2051.c1": "20", "2080.c1": "300", "2090.c1": "280",
    "2110.c1": "120", "2111.c1": "250", "2112.c1": "40", "2113.c1": "12.5",
}  # fmt: skip


def make_may(cast: Cast) -> SimpleNamespace:
    may = open_period("2024M05", date(2024, 6, 1))
    filings = {firm: owe(firm, may) for firm in (cast.yuntu, cast.jialing, cast.shancheng)}
    return SimpleNamespace(
        may=may,
        firm=cast.yuntu,
        filing=filings[cast.yuntu],
        clerk=cast.li_na,
        reviewer=cast.chen_yu,
        city=cast.zhou_tao,
        analyst=cast.liu_fang,
        system=cast.wu_gang,
        other_filing=filings[cast.shancheng],
        other_clerk=cast.sun_jie,
        other_reviewer=cast.he_qing,
    )


def open_period(code: str, opens_on: date) -> Period:
    period = Period.objects.create(code=code, edition_code="chongqing-2024", opens_on=opens_on)
    store_deadlines(period)
    return period


def lock_by_two(period: Period, city: User, at: datetime, reason: str) -> Period:
    """Where much is missing: one of the city proposes, another one confirms."""
    second = make_user("zhengzhong", "郑重", "city")
    return workflow.confirm_lock(workflow.propose_lock(period, city, at, reason), second, at)


def fresh(filing: Filing) -> Filing:
    return Filing.objects.select_related("period", "in_force", "approved", "enterprise", "district").get(pk=filing.pk)
