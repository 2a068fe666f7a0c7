"""What firms are measured by: made of the whole city, kept, and made anew when it is old and no longer true."""

from datetime import timedelta

import pytest

from reporting.city_columns.files import if_free, path_of
from reporting.consequence import tasks, yardstick
from reporting.consequence.board import BEFORE, PREV
from reporting.consequence.suspicion import MIN_PEERS
from reporting.consequence.yardstick import ALL, CITY, LASTS, UNSAID, renewed, yardstick_of
from reporting.models import State
from tests.consequence.ordered_city import LATER, NANAN, NOW, make_ordered_city

pytestmark = pytest.mark.django_db
CELL = "2020.c1"
PRODUCTS = "2021"


@pytest.fixture
def city(db):
    return make_ordered_city()


def test_it_has_the_ratios_of_each_class_and_the_totals_of_each_district(city):
    city.files("南岸一家", 300, 200, district=NANAN)
    found = yardstick_of(city.period, NOW)
    whole = found.peers[BEFORE, CELL, (ALL, ALL)]
    assert (whole.count, whole.ratio) == (13, pytest.approx(1.1))
    assert found.peers[BEFORE, CELL, (PRODUCTS, UNSAID)].count == 13  # nobody said how large it is
    sums = [found.totals[area].sums[0] for area in ("500103", NANAN, CITY)]
    assert sums == [1320, 300, 1620]
    assert found.total_of("500999", 8).sums.tolist() == [0] * 8


def test_what_is_with_its_firm_is_no_part_of_it(city):
    city.files("退回", 9_000, 100, state=State.RETURNED)
    assert yardstick_of(city.period, NOW).totals[CITY].sums[0] == 1320


def test_a_class_with_too_few_ratios_gives_way_to_the_city(city):
    for number in range(MIN_PEERS - 1):
        cells = {"2021.c1": "0", "2021.c2": "0", "2023.c1": "120", "2023.c2": "100"}
        city.files(f"安全{number}", 120, 100, cells=cells, state=State.APPROVED)
    found = yardstick_of(city.period, NOW)
    assert found.peers_of(BEFORE, CELL, (PRODUCTS, UNSAID))[0] == (PRODUCTS, UNSAID)
    assert found.peers_of(BEFORE, CELL, (PRODUCTS, "1"))[0] == (PRODUCTS, ALL)
    assert found.peers_of(BEFORE, CELL, ("2023", UNSAID))[0] == (ALL, ALL)
    assert found.peers_of(PREV, CELL, (PRODUCTS, UNSAID)) is None  # the form said nothing of April


def test_it_stands_for_some_minutes_and_is_made_anew_only_when_something_changed(city, monkeypatch):
    made = []
    measure = yardstick.measure
    monkeypatch.setattr(yardstick, "measure", lambda *given: made.append(given) or measure(*given))
    first = yardstick_of(city.period, NOW)
    city.files("新来", 300, 200)
    assert yardstick_of(city.period, NOW + LASTS - timedelta(seconds=1)).at == NOW and len(made) == 1
    then = yardstick_of(city.period, NOW + LASTS)
    assert then.at == NOW + LASTS and then.totals[CITY].sums[0] == 1620 and then.mark != first.mark
    again = yardstick_of(city.period, NOW + 2 * LASTS)
    assert len(made) == 2 and (again.at, again.mark) == (NOW + 2 * LASTS, then.mark)
    assert again.peers == then.peers


def test_a_clock_set_back_does_not_leave_it_from_the_future(city):
    yardstick_of(city.period, LATER)
    assert yardstick_of(city.period, NOW).at == NOW


def test_a_damaged_file_is_made_again(city):
    before = yardstick_of(city.period, NOW)
    path_of(city.period.code, yardstick.YARDSTICK).write_bytes(b"PAR1 nothing PAR1")
    after = yardstick_of(city.period, NOW)
    assert after.peers == before.peers


def test_the_beat_brings_the_open_periods_up_to_the_record(city, monkeypatch):
    monkeypatch.setattr(tasks.clock, "now", lambda: NOW)
    tasks.measure_classes()
    city.files("新来", 300, 200)
    monkeypatch.setattr(tasks.clock, "now", lambda: NOW + timedelta(minutes=1))
    with if_free("measure_classes"):
        tasks.measure_classes()  # another worker is at it
    assert yardstick_of(city.period, NOW + timedelta(minutes=1)).at == NOW
    tasks.measure_classes()
    assert yardstick_of(city.period, NOW + timedelta(minutes=2)).totals[CITY].sums[0] == 1620


def test_a_period_that_cannot_be_measured_leaves_the_others(city, monkeypatch, caplog):
    def fails(period, at):
        raise ValueError(period.code)

    monkeypatch.setattr(tasks, "renewed", fails)
    tasks.measure_classes()
    assert "2024M05" in caplog.text


def test_a_correction_of_the_year_before_is_seen(city):
    first = renewed(city.period, NOW)
    city.stood_before("2023M05", "平稳0", {"2020.c1": "100.00"})
    assert renewed(city.period, NOW).mark != first.mark
