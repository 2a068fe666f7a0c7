"""Totals against figures worked out by hand, to the cent; they run on SQLite and on PostgreSQL."""

import json
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from forms_tables.edition.catalog import load_edition
from forms_tables.edition.periods import PeriodCode
from reporting.models import Filing, Period, State
from reporting.totals.adding_up import AreaTotals, add_areas, add_up, cells_with_totals, total_cells
from reporting.totals.aggregation import as_json, summarise
from reporting.totals.last_year import base_revenue_before
from reporting.totals.rounding.shown import AS_FILED, shown
from reporting.totals.tabulation.notes import notes_on
from tests.filling.figures import AT, file_values, make_city

EDITION = load_edition("chongqing-2024")
MAY = PeriodCode.parse("2024M05")


def totals_of(*submissions, period=MAY):
    areas = add_up(EDITION, (("500103", values, ["软统企6"]) for values in submissions))
    return total_cells(EDITION, period, cells_with_totals(EDITION, period), add_areas(areas.values()))


def test_it_adds_to_the_last_digit():
    tenths = [{"2010.c1": "0.10"}] * 3
    assert totals_of(*tenths)["2010.c1"] == Decimal("0.30")
    assert totals_of({"2010.c1": "99999999999999999999999999.99"}, {"2010.c1": "0.01"})["2010.c1"] == Decimal(10**26)


def test_it_keeps_more_decimals_than_the_form_asks_for():
    assert totals_of({"2010.c1": "1.005"}, {"2010.c1": "1"})["2010.c1"] == Decimal("2.005")


def test_growth_is_worked_out_from_the_totals_not_averaged():
    # 300 after 200 is 50 %, although the firms grew by 0 % and 100 %.
    cells = totals_of({"2010.c1": "100", "2010.c2": "100"}, {"2010.c1": "200", "2010.c2": "100"})
    assert cells["2010.c4"] == Decimal("50.0")


@pytest.mark.parametrize(
    ("now", "before", "growth"), [("200.01", "160", "25.0"), ("1", "8", "-87.5"), ("1", "3", "-66.7")]
)
def test_growth_has_one_decimal(now, before, growth):
    assert totals_of({"2010.c1": now, "2010.c2": before})["2010.c4"] == Decimal(growth)


def test_growth_may_have_as_many_digits_as_it_takes():
    cells = totals_of({"2010.c1": "99999999999999999999999999.99", "2010.c2": "0.01"})
    assert cells["2010.c4"] == Decimal("999999999999999999999999999800.0")


def test_there_is_no_growth_on_a_base_of_zero_or_a_loss():
    assert totals_of({"2090.c1": "5", "2090.c2": "-3"})["2090.c4"] is None
    assert totals_of({"2010.c1": "5", "2010.c2": "0"})["2010.c4"] is None


def test_a_total_divides_no_two_running_totals_but_figures_of_two_months():
    cells = totals_of({"2010.c1": "5", "2010.c3": "4", "2112.c1": "50", "2112.c3": "40"})
    assert "2010.c5" not in cells
    assert cells["2112.c5"] == Decimal("25.0")  # the people employed, now and a month ago


def test_what_does_not_add_up_has_no_total():
    cells = totals_of({"2113.c1": "5.5", "2010.c1": "1"})
    assert not any(key.startswith("2113.") for key in cells)
    annual = {cell.key for cell in cells_with_totals(EDITION, PeriodCode.parse("2023A"))}
    assert "E41.k" not in annual
    assert {"E41.v", "E41.y", "F150.e", "F150.b", "A17.v", "A35.v", "AI10.p"} <= annual


def test_february_has_no_last_month():
    cells = totals_of({"2010.c1": "5", "2010.c2": "4"}, period=PeriodCode.parse("2024M02"))
    assert "2010.c3" not in cells
    assert cells["2010.c4"] == Decimal("25.0")
    assert cells.get("2010.c5") is None


def test_blank_is_not_counted_among_those_who_filled_the_cell():
    areas = add_up(EDITION, [("500103", {"2010.c1": "0"}, ["软统企6"]), ("500103", {}, ["软统企6"])])
    assert areas["500103"].filled["2010.c1"] == 1
    assert areas["500103"].firms["软统企6"] == 2


def test_several_codes_in_one_cell_count_once_each():
    areas = add_up(EDITION, [("500103", {"A34.v": "1,3A"}, ["软统企1"]), ("500101", {"A34.v": "1"}, ["软统企1"])])
    city = add_areas(areas.values())
    assert city.choices["A34.v"] == {"1": 2, "3A": 1}
    assert isinstance(city, AreaTotals)


@pytest.fixture
def city(db):
    return make_city()


def test_only_approved_submissions_go_in(city):
    summary = summarise(city.may, AT)
    cells = summary.city.cells
    assert cells["2010.c1"] == Decimal("3000.35")  # 1000.10 + 2000.25
    assert cells["2010.c2"] == Decimal("900.05")
    assert cells["2010.c3"] == Decimal("2300.15")
    assert cells["2010.c4"] == Decimal("233.4")  # 3000.35 / 900.05 = 3.33359
    assert "2010.c5" not in cells  # 3000.35 / 2300.15 are sums of five and of four months
    assert cells["2090.c1"] == Decimal("7.66")  # 20.00 - 12.34
    assert cells["2090.c4"] is None
    assert cells["2112.c1"] == Decimal(55)
    assert summary.city.totals.filled["2010.c2"] == 1
    assert summary.city.totals.firms == {"软统企6": 2, "软统企7": 1}


def test_what_waits_for_its_district_goes_in_only_when_asked(city):
    summary = summarise(city.may, AT, include_submitted=True)
    assert summary.include_submitted
    assert summary.city.cells["2010.c1"] == Decimal("3500.35")
    assert [listed.name for listed in summary.filings if listed.is_counted] == ["三峡数据", "山城软件", "两江芯片"]


def test_an_approved_submission_counts_until_the_next_is_approved(city):
    filing = Filing.objects.get(enterprise=city.firms["山城软件"], period=city.may)
    filing.state = State.SUBMITTED
    file_values(filing, {"2010.c1": "9999.99"}, city.by)
    for include_submitted in (False, True):
        summary = summarise(city.may, AT, include_submitted)
        district = next(area for area in summary.districts if area.code == "500103")
        assert district.cells["2010.c1"] == Decimal("3000.35")
    assert {listed.number for listed in summary.filings if listed.name == "山城软件"} == {1}


REOPENED = [State.SUBMITTED, State.QUERIED, State.RETURNED, State.CITY_QUERIED, State.CITY_RETURNED, State.AMENDING]


@pytest.mark.parametrize("state", REOPENED)
def test_it_says_how_many_count_although_they_are_open_again(city, state):
    settled = summarise(city.may, AT)
    assert settled.city.coverage.reopened == 0
    Filing.objects.filter(enterprise=city.firms["山城软件"], period=city.may).update(state=state)
    summary = summarise(city.may, AT)
    assert (summary.city.coverage.approved, summary.city.coverage.reopened) == (2, 1)
    assert {area.code: area.coverage.reopened for area in summary.districts} == {"500101": 0, "500103": 1, "500104": 0}
    assert as_json(summary) == as_json(settled)
    assert dict(notes_on(shown(summary, AS_FILED)))["报送情况"].endswith(
        "审核通过 2 家，本表纳入 2 家。其中 1 家的上报件在修订、查询或退回中，仍以已审核的一份计入。"
    )


def test_districts_are_those_valid_at_the_end_of_the_period(city):
    summary = summarise(city.may, AT)
    assert [area.name for area in summary.districts] == ["万州区", "渝中区", "大渡口区"]
    empty = summary.districts[2]
    assert (empty.coverage.owed, empty.cells["2010.c1"], empty.cells["2010.c4"]) == (0, Decimal("0.00"), None)


def test_a_district_that_has_ended_keeps_its_figures(city):
    ended = city.districts["500103"]
    ended.valid_to = city.may.parsed.end.replace(day=1)
    ended.save()
    assert summarise(city.may, AT).city.cells["2010.c1"] == Decimal("3000.35")


def test_coverage_says_how_many_and_what_share_of_last_years_revenue(city):
    summary = summarise(city.may, AT)
    coverage = summary.city.coverage
    assert (coverage.owed, coverage.filed, coverage.approved) == (4, 3, 2)
    assert summary.revenue_basis == "2023年年报主营业务收入"
    assert coverage.share_filed == Decimal("90.0")  # 6000 + 3000 of 10000
    assert coverage.share_approved == Decimal("60.0")
    wanzhou = summary.districts[0].coverage
    assert (wanzhou.owed, wanzhou.filed, wanzhou.approved) == (2, 1, 0)
    assert wanzhou.share_filed == Decimal("75.0")
    assert summary.districts[2].coverage.share_filed is None


def test_the_first_annuals_do_not_speak_for_all_firms(city):
    december = Period.objects.create(code="2023M12", edition_code="chongqing-2024", opens_on=date(2024, 1, 1))
    for name, revenue in (("山城软件", "100"), ("三峡数据", "100"), ("万州云谷", "100"), ("两江芯片", "100")):
        firm = city.firms[name]
        district = Filing.objects.get(enterprise=firm, period=city.may).district
        filing = Filing.objects.create(enterprise=firm, period=december, district=district, state=State.LOCKED)
        file_values(filing, {"2010.c1": revenue}, city.by)
    summary = summarise(city.may, AT)
    assert summary.revenue_basis == "2023年12月主营业务收入累计"  # four firms against three annuals
    assert summary.city.coverage.share_approved == Decimal("50.0")


def test_on_a_tie_the_annual_speaks_before_december_and_december_before_the_same_month(city):
    def file_for(code: str, revenue: dict[str, str]) -> None:
        period = Period.objects.create(code=code, edition_code="chongqing-2024", opens_on=date(2024, 1, 1))
        for name, figure in revenue.items():
            district = Filing.objects.get(enterprise=city.firms[name], period=city.may).district
            filing = Filing.objects.create(
                enterprise=city.firms[name], period=period, district=district, state=State.LOCKED
            )
            file_values(filing, {"2010.c1": figure}, city.by)

    three = dict.fromkeys(("山城软件", "三峡数据", "两江芯片"), "100")
    file_for("2023M05", three)
    file_for("2023M12", three)
    assert base_revenue_before(city.may)[0] == "2023年年报主营业务收入"  # three of each
    Filing.objects.filter(period=city.annual, enterprise=city.firms["万州云谷"]).update(counted=None)
    assert base_revenue_before(city.may)[0] == "2023年12月主营业务收入累计"  # two annuals against three and three


def test_without_a_last_year_the_share_is_blank(city):
    assert summarise(city.annual, AT).city.coverage.share_filed is None


def test_the_annual_sums_figures_and_counts_choices(city):
    summary = summarise(city.annual, AT)
    assert summary.city.cells["Y2010.y"] == Decimal("10000.00")
    assert summary.city.cells["A17.v"] == Decimal("300.00")
    assert summary.city.totals.choices["A18.v"] == {"112": 3}
    assert summary.city.totals.choices["A34.v"] == {"1": 3, "3A": 3}


def test_json_holds_decimal_strings_and_leaves_blanks_out(city):
    printed = as_json(summarise(city.may, AT))
    assert printed["period"] == "2024M05"
    assert (printed["owed"], printed["filed"], printed["approved"]) == (4, 3, 2)
    assert printed["totals"]["软统企6"]["2010"] == {
        "c1": "3000.35",
        "c2": "900.05",
        "c3": "2300.15",
        "c4": "233.4",
    }
    assert printed["totals"]["软统企6"]["2112"]["c1"] == "55"
    assert "2113" not in printed["totals"]["软统企6"]
    assert printed["totals"]["软统企7"]["G711"]["c1"] == "12.50"
    assert set(printed["districts"]) == {"500101", "500103", "500104"}
    assert printed["districts"]["500104"]["软统企6"]["2010"] == {"c1": "0.00", "c2": "0.00", "c3": "0.00"}


def test_the_command_prints_json_for_scripts_and_a_sentence_for_people(city):
    out = StringIO()
    call_command("summary", "2024M05", "--json", stdout=out)
    assert json.loads(out.getvalue())["totals"]["软统企6"]["2090"]["c1"] == "7.66"
    out = StringIO()
    call_command("summary", "2024M05", stdout=out)
    assert "应报 4 家，已报 3 家，审核通过 2 家" in out.getvalue()


def test_the_command_refuses_a_period_that_was_never_opened(db):
    with pytest.raises(CommandError, match="没有报告期2031M05"):
        call_command("summary", "2031M05", "--json")
