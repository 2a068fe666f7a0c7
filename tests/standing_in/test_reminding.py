"""Who stands in is reminded where they asked for it: one letter that lists the firms, beside the firms' own."""

from datetime import datetime

import pytest

from accounts.models import Grant, Letter
from reporting.models import State
from reporting.reminders import planner
from tests.cast import SHANGHAI
from tests.may import make_may
from tests.standing_in.granting import let_stand_in

pytestmark = pytest.mark.django_db


def at(day: int) -> datetime:
    return datetime(2024, 6, day, 9, tzinfo=SHANGHAI)


@pytest.fixture
def may(cast):
    for firm in (cast.yuntu, cast.shancheng):
        let_stand_in(cast, enterprise=firm)
    Grant.objects.update(reminded=True)
    return make_may(cast)


def told() -> list[Letter]:
    return list(Letter.objects.filter(stem="reminder/several").order_by("pk"))


def test_one_letter_lists_all_that_still_owe_and_a_second_beat_writes_none(cast, may):
    planner.plan(at(12))
    [letter] = told()
    assert letter.to == cast.zhao_min.email
    assert letter.facts["firms"] == [cast.yuntu.name, cast.shancheng.name]
    assert (letter.facts["path"], letter.enterprise, letter.district) == ("/my-firms/", cast.jialing, cast.yuzhong)
    before = Letter.objects.count()
    planner.plan(at(12))
    assert Letter.objects.count() == before


def test_the_firms_own_people_are_told_as_ever(cast, may):
    planner.plan(at(12))
    own = Letter.objects.filter(stem="reminder/due", enterprise=cast.yuntu).values_list("to", flat=True)
    assert set(own) == {cast.li_na.email, cast.wang_lei.email}
    assert Letter.objects.filter(stem="reminder/due", to=cast.zhao_min.email).count() == 1  # of the own firm


def test_a_firm_that_has_filed_is_left_out_and_each_time_has_its_letter(cast, may):
    planner.plan(at(3))
    may.filing.state = State.SUBMITTED
    may.filing.save()
    planner.plan(at(12))
    assert [letter.facts["firms"] for letter in told()] == [
        [cast.yuntu.name, cast.shancheng.name],
        [cast.shancheng.name],
    ]


@pytest.mark.parametrize("change", [{"reminded": False}, {"state": Grant.State.ENDED}, {"state": Grant.State.ASKED}])
def test_nobody_is_told_who_did_not_ask_or_has_no_grant_that_holds(cast, may, change):
    Grant.objects.update(**change)
    planner.plan(at(12))
    assert told() == []


def test_a_stopped_account_is_told_nothing(cast, may):
    cast.zhao_min.is_active = False
    cast.zhao_min.save()
    planner.plan(at(12))
    assert told() == []
