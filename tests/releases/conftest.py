"""The small city of tests/filling/figures.py, with two people of its office and the dates of its periods."""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from reporting.models import Filing, LockLimit, State
from reporting.workflow.period import store_deadlines
from tests.cast import SHANGHAI, make_user
from tests.filling.figures import AT, make_city

LOCKED_AT = AT.astimezone(SHANGHAI)


@pytest.fixture(autouse=True)
def two_people_lock(monkeypatch):
    monkeypatch.setattr(LockLimit, "DEFAULT", Decimal(5))


@pytest.fixture
def city(db) -> SimpleNamespace:
    """Four firms in three districts: 山城软件 and 两江芯片 approved, 三峡数据 waiting, 万州云谷 with a draft. Last year
    they had 6000, nothing known, 3000 and 1000: what is missing is 40 %."""
    city = make_city()
    for period in (city.may, city.annual):
        store_deadlines(period)
    Filing.objects.filter(period=city.may, state=State.LOCKED).update(state=State.APPROVED)  # it is open still
    city.second = make_user("second", "郑重", "city")
    return city
