"""The order as it is kept: nothing is scored twice, and who works through it goes from one to the next."""

from datetime import timedelta
from decimal import Decimal

import pytest

from reporting import workflow
from reporting.city_columns.files import path_of, read, write
from reporting.consequence import keeping
from reporting.consequence.keeping import Area
from reporting.consequence.ordering import order_as_kept, order_of
from reporting.consequence.yardstick import YARDSTICK
from reporting.models import State
from tests.consequence.ordered_city import NANAN, NOW, make_ordered_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db):
    """Three wait in 渝中, by what they move 三, 二, 一; one in 南岸."""
    city = make_ordered_city()
    for name, revenue in (("一", 150), ("二", 200), ("三", 900)):
        city.files(name, revenue, 100)
    city.files("南岸", 400, 100, district=NANAN)
    return city


@pytest.fixture
def scorings(monkeypatch):
    """How often something was scored."""
    made, scored = [], keeping.scored
    monkeypatch.setattr(keeping, "scored", lambda *given: made.append(given[0].period) or scored(*given))
    return made


def names(city, district=None, at=NOW) -> list[str]:
    return city.names(order_of(city.period, at, district).frame["filing"].to_list())


def test_an_order_asked_for_again_is_not_scored_again(city, scorings):
    assert names(city, city.yuzhong) == names(city, city.yuzhong) == ["三", "二", "一"]
    assert names(city) == names(city) == ["三", "南岸", "二", "一"]
    assert len(scorings) == 2  # of the district, of the city


def test_the_kept_order_says_what_the_scored_one_said(city):
    first = order_of(city.period, NOW, city.yuzhong)
    again = order_of(city.period, NOW, city.yuzhong)
    assert again.frame.equals(first.frame) and again.stop == first.stop
    filings = first.frame["filing"].to_list()
    assert again.placed(filings) == first.placed(filings)


def test_what_is_decided_leaves_the_others_as_they_were_scored(city, scorings):
    before = order_of(city.period, NOW, city.yuzhong)
    city.stands("三", State.APPROVED)
    after = order_of(city.period, NOW, city.yuzhong)
    assert city.names(after.frame["filing"].to_list()) == ["二", "一"] and len(scorings) == 1
    assert after.frame["score"].to_list() == before.frame["score"].to_list()[1:]  # it counts on, so the total stays
    city.stands("二", State.RETURNED)
    left = order_of(city.period, NOW, city.yuzhong)
    assert left.frame["score"][0] == pytest.approx(before.frame["score"][2] * (1320 + 1250) / (1320 + 1050))
    assert len(scorings) == 1


def test_what_comes_in_is_scored_and_takes_its_place(city, scorings):
    names(city, city.yuzhong)
    city.files("新来", 800, 100)
    assert names(city, city.yuzhong) == ["三", "新来", "二", "一"] and len(scorings) == 2


def test_a_corrected_submission_is_scored_anew(city):
    names(city, city.yuzhong)
    city.stands("三", State.RETURNED)
    city.filings["三"].state = State.SUBMITTED
    city.submits("三", city.filings["三"].in_force.values | {"2020.c1": "110", "2021.c1": "110", "2010.c1": "220"})
    assert names(city, city.yuzhong) == ["二", "一", "三"]


def test_other_limits_make_another_order(city):
    city.files("人多", 11, 10, people=(900, 10))
    assert names(city, city.yuzhong)[0] == "人多"
    limits = workflow.Limits(Decimal("0.1"), ["headline"], Decimal(1))
    workflow.choose_review_limits(limits, city.city, NOW, "只看收入")
    assert names(city, city.yuzhong) == ["三", "二", "一", "人多"]


def test_a_damaged_file_is_made_again(city):
    before = names(city, city.yuzhong)
    path_of(city.period.code, Area(city.period, city.yuzhong).name).write_bytes(b"PAR1 nothing PAR1")
    assert names(city, city.yuzhong) == before


def test_what_is_taken_back_stands_where_it_stood(city, scorings):
    before = order_of(city.period, NOW, city.yuzhong)
    city.stands("三", State.APPROVED)
    names(city, city.yuzhong)
    city.stands("三", State.SUBMITTED)
    again = order_of(city.period, NOW, city.yuzhong)
    assert again.frame.equals(before.frame) and again.stop == before.stop and len(scorings) == 1


def test_the_order_as_kept_does_not_jump_while_somebody_works(city, scorings):
    names(city, city.yuzhong)
    city.files("新来", 5_000, 100)
    city.stands("三", State.APPROVED)
    kept = order_as_kept(city.period, NOW, city.yuzhong)
    assert city.names(kept.frame["filing"].to_list()) == ["三", "二", "一"] and len(scorings) == 1
    assert names(city, city.yuzhong) == ["新来", "二", "一"]


def test_without_a_kept_order_it_is_made(city):
    kept = order_as_kept(city.period, NOW, city.yuzhong)
    assert city.names(kept.frame["filing"].to_list()) == ["三", "二", "一"]


def test_the_city_and_a_district_are_kept_apart(city):
    assert names(city)[1] == "南岸" and names(city, city.nanan) == ["南岸"]
    assert names(city, city.yuzhong, NOW + timedelta(hours=1)) == ["三", "二", "一"]


@pytest.mark.parametrize(("of", "asked"), [("district", 2), ("city", 3)])
def test_an_unchanged_order_asks_for_what_waits_and_the_limits_alone(city, of, asked, django_assert_num_queries):
    """The city's also for the codes of its districts."""
    district = city.yuzhong if of == "district" else None
    names(city, district)
    with django_assert_num_queries(asked):
        names(city, district)


def test_an_edition_of_other_figures_is_measured_and_scored_anew(city, scorings):
    names(city, city.yuzhong)
    for name in (Area(city.period, city.yuzhong).name, YARDSTICK):
        stored, notes = read(city.period.code, name)
        write(city.period.code, name, stored, **notes | {"edition": "another"})
    assert names(city, city.yuzhong, NOW + timedelta(minutes=1)) == ["三", "二", "一"] and len(scorings) == 2
    assert order_of(city.period, NOW + timedelta(minutes=1), city.yuzhong).yardstick_at > NOW
