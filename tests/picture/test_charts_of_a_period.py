"""The charts themselves, by hand: growth on either base, what parts add to it, arrivals, and what is said beside."""

import json
from datetime import datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest

from forms_tables.edition.periods import PeriodCode
from reporting.picture.levels import Level, PastPeriod
from reporting.picture.parts import GrowthPart, contributions, growths_chart
from reporting.picture.progress import ArrivalSlots, arrivals_chart, slot_at, slot_words
from reporting.picture.series import LevelPoint, growth_chart, level_chart, points_of
from tests.cast import SHANGHAI

MAY = PeriodCode.parse("2024M05")
FIGURE = SimpleNamespace(name="收入", unit="万元", is_cumulative=True, is_first=lambda code: code.month == 2)


def level(now: str, then: str | None = None, month: str | None = None) -> Level:
    return Level(Decimal(now), then and Decimal(then), month and Decimal(month), 1)


def part(name: str, now: str, then: str | None) -> GrowthPart:
    return GrowthPart(name, level(now, then))


def test_growth_is_on_the_same_firms_and_on_what_was_published():
    """May 2023: 110 of firms that had 100. May 2024: 150 of firms that had 120, on 110 published."""
    levels = {"2023M05": level("110", "100"), "2024M05": level("150", "120")}
    periods = [PastPeriod(PeriodCode.parse(code)) for code in levels]
    chart = growth_chart(points_of(periods, lambda each: levels[each.code.code]), FIGURE, "")
    assert chart.labels == ["2023年5月", "2024年5月"]
    same, published = chart.series
    assert same.values == [Decimal("10.0"), Decimal("25.0")] and not same.dashed
    assert published.values == [None, Decimal("36.4")] and published.dashed  # 40 on 110


def test_a_period_that_is_open_is_marked_and_has_no_growth_on_what_was_published():
    points = [LevelPoint(PastPeriod(MAY, is_open=True), level("60", "50"), level("110"))]
    chart = growth_chart(points, FIGURE, "")
    assert [each.values for each in chart.series] == [[Decimal("20.0")], [None]]
    assert chart.marked == [("2024年5月（暂定）", "暂定，未锁定")]
    assert json.loads(chart.drawn)["provisional"] == [0]


def test_the_level_of_a_sum_so_far_is_the_month_by_itself():
    february = LevelPoint(PastPeriod(PeriodCode.parse("2024M02")), level("40", "30", "40"), None)
    may = LevelPoint(PastPeriod(MAY), level("150", "120", "30"), None)
    chart = level_chart([february, may], FIGURE, "")
    assert chart.labels == ["2024年1—2月", "2024年5月"] and chart.series[0].values == [40, 30]
    assert chart.title == "当月收入"


def test_a_month_of_which_nothing_counts_is_left_out():
    assert points_of([PastPeriod(MAY)], lambda each: Level()) == []


def test_what_parts_add_to_growth_comes_to_the_growth():
    """140 on 100: 40 points, 30 and 20 and less 10."""
    parts = [part("甲", "80", "50"), part("乙", "20", None), part("丙", "40", "50")]
    found = contributions(parts)
    assert found == [
        ("甲", Decimal(30), Decimal("30.00")),
        ("乙", Decimal(20), Decimal("20.00")),
        ("丙", Decimal(-10), Decimal("-10.00")),
    ]
    assert sum(points for _, _, points in found) == Level(Decimal(140), Decimal(100)).growth.exact


@pytest.mark.parametrize("then", [None, "0", "-5"])
def test_without_a_base_nothing_adds_to_growth(then):
    assert contributions([part("甲", "80", then)]) == []


def test_a_district_without_last_year_is_named_and_not_ranked():
    chart = growths_chart(
        [part("万州区", "80", "50"), part("渝中区", "20", None), part("南岸区", "9", "5")], FIGURE, ""
    )
    assert chart.labels == ["南岸区", "万州区"] and chart.series[0].values == [Decimal("80.0"), Decimal("60.0")]
    assert chart.note.startswith("渝中区没有上年数")


def test_the_last_moment_is_in_time_and_the_next_second_is_not():
    due = datetime(2024, 6, 12, 23, 59, 59, tzinfo=SHANGHAI)
    assert slot_at(due, due) == -1
    assert slot_at(due, datetime(2024, 6, 13, 0, 0, 0, tzinfo=SHANGHAI)) == 0
    assert slot_at(due, datetime(2024, 6, 12, 17, 59, 59, tzinfo=SHANGHAI)) == -2
    words = [slot_words(slot) for slot in (-9, -5, -2, -1, 0, 3, 4)]
    assert words == ["截止前2天", "截止前1天", "截止前6小时", "截止", "截止后6小时", "截止后1天", "截止后1天6小时"]


def test_arrivals_add_up_and_stop_where_now_is():
    now = ArrivalSlots("2024年5月", 10, {-3: 2, -1: 3}, until=-1)
    before = ArrivalSlots("2024年4月", 20, {-50: 4, -2: 6, 1: 10})
    chart = arrivals_chart(now, before)
    assert chart.labels[0] == "截止前9天18小时" and chart.labels[-1] == "截止后12小时"
    of_now, of_before = (dict(zip(chart.labels, each.values, strict=True)) for each in chart.series)
    assert of_before["截止前9天18小时"] == Decimal("20.0")  # four of twenty were there before
    assert [of_before[label] for label in ("截止前6小时", "截止", "截止后12小时")] == [50, 50, 100]
    assert [of_now[label] for label in ("截止前1天", "截止前12小时", "截止", "截止后6小时")] == [0, 20, 50, None]


def test_nothing_came_in_either_and_there_is_no_chart():
    assert arrivals_chart(ArrivalSlots("2024年5月", 10, {}), None) is None
    assert arrivals_chart(ArrivalSlots("2024年5月", 10, {400: 3}), None) is None  # long after what is shown
