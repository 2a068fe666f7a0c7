"""十二个月: what a firm's monthly figures come to, and who may look."""

from datetime import date
from decimal import Decimal

import pytest

from forms_tables.edition.catalog import edition_from, platform_said, shipped_content
from forms_tables.edition.periods import PeriodCode
from reporting.filing.past import months_until
from reporting.firm.year import FirmMonth, FirmYear, month_of, percent, shares_of, year_of
from reporting.firm.year_charts import charts_of
from reporting.workflow.period import owe
from tests.cast import AT
from tests.history.books import stand
from tests.may import make_may, open_period
from tests.officials import file_may, freeze, make_it_be, sign_in
from tests.reading import words_on

FAMILY = "chongqing-2024"
# c1 this year so far, c2 a year before, c3 up to the month before.
MAY = {
    "2010.c1": "1000", "2020.c1": "500", "2020.c2": "400", "2020.c3": "380", "2090.c1": "125", "2112.c1": "40",
    "2021.c1": "300", "2022.c1": "200", "2021.c2": "100", "2022.c2": "300",
}  # fmt: skip


@pytest.fixture
def may(cast):
    make_it_be(AT.date())
    return make_may(cast)


def d(text: str) -> Decimal:
    return Decimal(text)


def test_a_month_is_told_by_its_own_form(may):
    freeze(may.filing, may.clerk, MAY)
    year = year_of(may.firm, AT)
    # 500 less 380; 500 on 400; 125 of 1000.
    assert year.of(PeriodCode(2024, 5)) == FirmMonth(d("500"), d("120"), d("25.0"), d("40"), d("12.5"))
    assert [(share.name[2:], share.now, share.before) for share in year.shares][:3] == [
        ("软件产品收入", d("60.0"), d("25.0")),
        ("信息技术服务收入", d("40.0"), d("75.0")),
        ("信息安全收入", None, None),
    ]


def test_the_first_form_of_a_year_is_two_months_and_is_compared_with_what_was_filed(may):
    stand(may.firm, "2024M02", {"2020.c1": "90"})
    stand(may.firm, "2023M02", {"2020.c1": "100"})
    february = year_of(may.firm, AT).of(PeriodCode(2024, 2))
    assert (february.so_far, february.alone, february.growth) == (d("90"), d("90"), d("-10.0"))


def test_what_is_not_known_is_not_nought(may):
    stand(may.firm, "2024M04", {"2020.c1": "380", "2010.c1": "0", "2090.c1": "-5"})
    year = year_of(may.firm, AT)
    april = year.of(PeriodCode(2024, 4))
    assert (april.so_far, april.alone, april.growth, april.margin) == (d("380"), None, None, None)
    assert year.of(PeriodCode(2024, 3)) == FirmMonth()
    rows = {row.label: row.cells for chart in charts_of(year) if chart.name == "so-far" for row in chart.table}
    assert rows == {"4月": ("380", "")}


def test_nothing_can_be_told_of_nought_or_less():
    assert (percent(d("1"), d("0")), percent(d("1"), d("-4")), percent(d("-0.01"), d("100"))) == (None, None, d("0.0"))
    assert percent(d("1"), d("8")) == d("12.5") and percent(d("1"), d("16")) == d("6.3")


def test_an_edition_that_names_no_figures_has_nothing_to_draw():
    said = {"city": platform_said(FAMILY)["city"]}
    bare = edition_from(FAMILY, shipped_content(FAMILY), said)
    values = {cell: d(text) for cell, text in MAY.items()}
    assert month_of(bare, PeriodCode(2024, 5), values, None) == FirmMonth()
    assert charts_of(FirmYear(PeriodCode(2024, 5), bare, {}, shares_of(bare, values, None), None, ())) == []


def test_twelve_months_reach_over_new_year():
    assert [code.code for code in months_until(PeriodCode(2024, 2), 3)] == ["2023M12", "2024M01", "2024M02"]


def test_the_pictures_set_this_year_beside_last_year(may):
    freeze(may.filing, may.clerk, MAY)
    stand(may.firm, "2023M05", {"2020.c1": "410", "2020.c3": "300", "2112.c1": "44"})
    stand(may.firm, "2023M12", {"2020.c1": "900"})
    charts = {chart.name: chart for chart in charts_of(year_of(may.firm, AT))}
    tables = {name: {row.label: row.cells for row in chart.table} for name, chart in charts.items()}
    assert tables["so-far"]["5月"] == ("500", "410") and tables["so-far"]["12月"] == ("", "900")
    assert tables["alone"]["2024年5月"] == ("120", "110")
    assert tables["growth"]["2024年5月"] == ("25.0",)  # on the 400 the form itself says, not on the 410 filed then
    assert tables["employed"]["2024年5月"] == ("40", "44")
    assert "2024年1月" not in tables["alone"] and "2024年3月" in tables["alone"]


def test_how_early_each_month_was_sent(may):
    file_may(may.filing, may.clerk)  # on the 5th of June, due on the 12th
    charts = {chart.name: chart for chart in charts_of(year_of(may.firm, AT))}
    assert [(row.label, row.cells, row.mark) for row in charts["in-time"].table] == [("2024年5月", ("7",), "")]


def test_what_was_never_sent_is_marked(may):
    april = open_period("2024M04", date(2024, 5, 1))
    owe(may.firm, april)
    file_may(may.filing, may.clerk)
    charts = {chart.name: chart for chart in charts_of(year_of(may.firm, AT))}
    assert [(row.label, row.cells, row.mark) for row in charts["in-time"].table] == [
        ("2024年4月", ("",), "缺报"),
        ("2024年5月", ("7",), ""),
    ]


def test_a_firm_and_its_officials_read_the_same(cast, may):
    freeze(may.filing, may.clerk, MAY)
    own = words_on(sign_in(may.clerk).get("/year/"))
    theirs = [words_on(sign_in(user).get(address(may))) for user in (may.reviewer, may.analyst, may.city)]
    for words in (own, *theirs):
        assert "到 2024年5月为止的月报" in words and "利润率的数据表" in words and "2024年5月 12.5" in words


def test_another_district_and_another_firm_do_not(may):
    assert sign_in(may.other_reviewer).get(address(may)).status_code == 404
    assert sign_in(may.other_clerk).get(address(may)).status_code == 403
    assert sign_in(may.city).get("/year/").status_code == 403


def test_before_the_first_month_the_page_says_what_will_be_there(cast):
    make_it_be(AT.date())
    assert "上报第一期月报后" in words_on(sign_in(cast.li_na).get("/year/"))
    make_may(cast)
    assert "上报第一期月报后" in words_on(sign_in(cast.li_na).get("/year/"))  # owed, and nothing sent


def test_no_figure_of_somebody_elses_practice_or_draft_is_shown(may):
    """A draft is no figure yet."""
    may.filing.sheets.create(table="软统企6", cells={"2020.c1": "777"})
    assert charts_of(year_of(may.firm, AT)) == []


def address(may) -> str:
    return f"/firms/{may.firm.credit_code}/year/"


def test_the_page_asks_as_much_however_many_months(may, django_assert_max_num_queries):
    freeze(may.filing, may.clerk, MAY)
    for month in range(2, 13):
        stand(may.firm, f"2023M{month:02d}", {"2020.c1": str(month)})
    with django_assert_max_num_queries(11):
        charts_of(year_of(may.firm, AT))
