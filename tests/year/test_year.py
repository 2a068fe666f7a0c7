"""The office walked through its days by people who press what they like, and looked at from outside after each.

Small and always the same in the suite, and smaller on the second database. A year on demand:
YEAR_DAYS=500 YEAR_SEED=7 YEAR_FIRMS=8 pytest tests/year -s
"""

import os

import pytest
from django.db import connection

from tests.year import checkers, forward
from tests.year.city import found
from tests.year.programme import story_of, walk_days
from tests.year.walk import Walk, clock_of

SEED = int(os.environ.get("YEAR_SEED", "1"))
DAYS = int(os.environ.get("YEAR_DAYS", "15" if connection.vendor == "sqlite" else "5"))
FIRMS = int(os.environ.get("YEAR_FIRMS", "3"))
AFTER_DAY = (*checkers.AFTER_DAY, forward.owed, forward.way_forward)


@pytest.fixture
def walk(db, monkeypatch):
    walk = Walk(found(FIRMS, SEED), SEED, checkers.AFTER_EACH, AFTER_DAY)
    with clock_of(walk, monkeypatch):
        yield walk


def test_the_office_gets_through_its_days(walk):
    walk_days(walk, DAYS)
    print(story_of(walk))
    assert [str(each) for each in walk.violations] == [], walk.trail()
