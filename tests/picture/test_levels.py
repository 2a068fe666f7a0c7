"""What a figure comes to in each district, worked out by hand, and under what it is kept."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from forms_tables.edition.periods import PeriodCode
from reporting import workflow
from reporting.models import Period, Release
from reporting.picture import levels
from reporting.picture.figure import classes_of, figures_to_choose
from reporting.picture.levels import Level, levels_of, periods_until, together
from reporting.picture.marks import mark_of_filings, mark_of_release
from reporting.workflow.period import store_deadlines
from tests.filling.figures import make_city
from tests.growth.city import NANAN, YUZHONG, a_period, make_growing_city

pytestmark = pytest.mark.django_db
NOW = "2024M05"
LOCKED_AT = datetime(2024, 6, 16, 10, 0, tzinfo=UTC)


@pytest.fixture
def city(db):
    return make_growing_city()


def figure(code: str, now: str, then: str = "", before: str = "") -> dict[str, str]:
    return {key: text for key, text in {f"{code}.c1": now, f"{code}.c2": then, f"{code}.c3": before}.items() if text}


def asked(code: str = NOW):
    edition = Period.objects.get(pk=code).edition
    chosen = figures_to_choose(edition, PeriodCode.parse(code))["2020.c1"]
    [period] = [each for each in periods_until(PeriodCode.parse(code), 0) if each.code.code == code]
    return period, edition, chosen.cells


def levels_in(code: str = NOW):
    period, edition, cells = asked(code)
    mark = mark_of_release(period.release) if period.release else mark_of_filings(period.code)
    return levels_of(period, edition, cells, mark)


def test_of_each_district_now_last_year_the_month_and_the_firms(city):
    """丁 says neither last year's nor last month's: it counts in the level alone."""
    city.files("甲", NOW, figure("2020", "150", "100", "120"))
    city.files("乙", NOW, figure("2020", "100", "50", "60"), NANAN)
    city.files("丁", NOW, figure("2020", "33"), NANAN)
    found = levels_in()
    assert found == {
        YUZHONG: Level(Decimal(150), Decimal(100), Decimal(30), 1),
        NANAN: Level(Decimal(133), Decimal(50), Decimal(40), 2),
    }
    whole = together(found)
    assert whole == Level(Decimal(283), Decimal(150), Decimal(70), 3)
    assert str(whole.growth.shown) == "88.7"  # 133 on 150
    assert together(found, NANAN).growth.shown == Decimal("166.0")  # 83 on 50
    assert together(found, "500999") == Level()


def test_the_first_form_of_a_year_is_the_two_months_it_says(city):
    city.files("甲", "2024M02", figure("2020", "40", "30"))
    assert levels_in("2024M02")[YUZHONG] == Level(Decimal(40), Decimal(30), Decimal(40), 1)


def test_a_figure_no_column_holds_is_added_from_the_record(city):
    long = "12345678901234567890.25"
    city.files("甲", NOW, figure("2020", long, "100", "120"))
    city.files("乙", NOW, figure("2020", "100", "50", "60"))
    level = levels_in()[YUZHONG]
    assert level.now == Decimal("12345678901234567990.25") and level.then == Decimal(150)
    assert level.month == Decimal("12345678901234567810.25")  # less 120 and less 60


def test_it_is_added_up_once_while_nothing_moves_and_again_when_something_does(city, monkeypatch):
    counted, added_up = [], levels._added_up

    def counting(*given):
        counted.append(given)
        return added_up(*given)

    monkeypatch.setattr(levels, "_added_up", counting)
    a_period(NOW, Period.OPEN)
    city.files("甲", NOW, figure("2020", "150"))
    assert together(levels_in()).now == together(levels_in()).now == 150
    assert len(counted) == 1
    city.files("乙", NOW, figure("2020", "100"))
    assert together(levels_in()).now == 250 and len(counted) == 2


def test_of_a_locked_period_it_is_what_its_release_froze():
    may = make_city()
    store_deadlines(may.may)
    workflow.lock(may.may, may.by, LOCKED_AT, "多次催报未果")
    found, release = levels_in(), Release.objects.get()
    assert Decimal(release.figures["2020.c1"]) == together(found).now == Decimal("700.40")  # 700.33 and 0.07
    assert found["500103"].then == Decimal("500.11") and set(found) == {"500103"}


def test_periods_are_those_of_its_frequency_and_the_years_before(city):
    for code in ("2021M12", "2022M05", "2023A", "2023M05", NOW, "2024M06"):
        a_period(code)
    assert [each.code.code for each in periods_until(PeriodCode.parse(NOW), 2)] == ["2022M05", "2023M05", NOW]
    assert [each.code.code for each in periods_until(PeriodCode.parse("2023A"), 2)] == ["2023A"]


def test_the_headline_figure_is_first_and_classes_have_last_years_beside_them(city):
    edition = a_period(NOW).edition
    assert next(iter(figures_to_choose(edition, PeriodCode.parse(NOW)))) == "2020.c1"
    classes = classes_of(edition, PeriodCode.parse(NOW))
    assert {cell: cells.then for cell, cells in classes.items()} == {
        "2021.c1": "2021.c2",
        "2022.c1": "2022.c2",
        "2023.c1": "2023.c2",
        "2024.c1": "2024.c2",
    }
