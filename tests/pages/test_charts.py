"""A chart's table has the exact figures; what is drawn stands beside it in the same order."""

import json
from decimal import Decimal

import pytest
from django.template.loader import render_to_string

from reporting.pages.charts import Chart, ChartRow, Series

MONTHS = ["1月", "2月", "3月"]
THIS = Series("本年", [Decimal("1234567.50"), Decimal(-3), None])
LAST = Series("上年", [Decimal(10), None, Decimal("0.10")], dashed=True)


def markup(chart: Chart) -> str:
    return render_to_string("charts/_chart.html", {"chart": chart})


def test_the_table_has_every_figure_with_all_its_decimals():
    chart = Chart("revenue", "收入", MONTHS, [THIS, LAST], unit="万元", heads="月份")
    assert chart.table == [
        ChartRow("1月", ("1,234,567.50", "10"), ""),
        ChartRow("2月", ("-3", ""), ""),
        ChartRow("3月", ("", "0.10"), ""),
    ]
    assert chart.heads_of_columns == [("本年", "万元"), ("上年", "万元")]
    assert '<th scope="col">月份</th>' in markup(chart)


def test_figures_that_decimals_write_with_an_exponent_are_written_out():
    chart = Chart("a", "甲", ["乙", "丙", "丁"], [Series("戊", [Decimal("1E+5"), 12000, 0.126])])
    assert [row.cells for row in chart.table] == [("100,000",), ("12,000",), ("0.13",)]


def test_a_unit_of_its_own_stands_over_its_column():
    rate = Series("增速", [Decimal(1)], unit="%", on_right=True)
    chart = Chart("a", "甲", ["乙"], [Series("收入", [Decimal(1)]), rate], unit="万元")
    assert chart.heads_of_columns == [("收入", "万元"), ("增速", "%")]
    assert [each["unit"] for each in json.loads(chart.drawn)["series"]] == ["万元", "%"]


def test_an_interval_is_a_column_of_the_table():
    estimate = Series("估计", [Decimal(5), None], band=[(Decimal(4), Decimal(7)), None])
    chart = Chart("a", "甲", ["乙", "丙"], [estimate], unit="万元")
    assert chart.heads_of_columns == [("估计", ""), ("估计的区间", "万元")]
    assert [row.cells for row in chart.table] == [("5", "4 至 7"), ("", "")]
    assert json.loads(chart.drawn)["series"][0]["band"] == [[4.0, 7.0], None]


def test_what_is_marked_is_marked_in_words():
    chart = Chart("a", "甲", MONTHS, [THIS], marked=[("2月", "与上年相差很大")])
    assert [row.mark for row in chart.table] == ["", "与上年相差很大", ""]
    assert json.loads(chart.drawn)["marked"] == [1]
    assert "※ 与上年相差很大" in markup(chart)


def test_every_figure_of_a_series_is_drawn_with_the_decimals_of_the_table():
    values = [Decimal("27.0"), Decimal("1234.8"), None]
    chart = Chart("a", "甲", ["乙", "丙", "丁"], [Series("戊", values), Series("己", [1, 2, None])])
    assert [each["decimals"] for each in json.loads(chart.drawn)["series"]] == [1, 0]


def test_bars_are_bars_and_lines_are_drawn_each_by_its_kind():
    mixed = [Series("甲", [1], "bar"), Series("乙", [2])]
    kinds = {
        kind: [each["kind"] for each in json.loads(Chart("a", "甲", ["丙"], mixed, kind=kind).drawn)["series"]]
        for kind in ("lines", "bars", "ranked")
    }
    assert kinds == {"lines": ["bar", "line"], "bars": ["bar", "bar"], "ranked": ["bar", "bar"]}


def test_what_is_no_number_is_refused_and_not_drawn_as_something():
    with pytest.raises(ValueError):
        Chart("a", "甲", ["乙"], [Series("丙", [float("nan")])]).drawn  # noqa: B018


def test_names_from_outside_stay_text():
    said = markup(Chart("a", "甲", ["<b>'乙\""], [THIS]))
    assert "<b>" not in said and "&lt;b&gt;" in said


def test_a_chart_of_nothing_says_so_and_has_no_empty_table():
    said = markup(Chart("a", "甲", [], [THIS]))
    assert "还没有可画的数据" in said and "<table" not in said
