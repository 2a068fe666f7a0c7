"""Judging a form: which findings it gets, what they say, and when an explanation of one ends."""

from dataclasses import replace
from decimal import Decimal

import pytest

from forms_tables.edition.catalog import load_edition
from forms_tables.edition.model import Rule
from forms_tables.edition.periods import PeriodCode
from forms_tables.filling.completion import Facts, complete
from forms_tables.rules.checks import examine, proofread, rows_of

EDITION = load_edition("chongqing-2024")
MAY = Facts(PeriodCode(2024, 5), {"A36": "否"})


def figures(**cells):
    return {f"{key[1:-3]}.{key[-2:]}": Decimal(value) for key, value in cells.items()}


def with_rule(**entries):
    rule = Rule(**{"id": "T1", "level": "error", "kind": "rule", "where": "软统企6", "message": "不对", **entries})
    return replace(EDITION, rules=(rule,))


def findings_of(edition, values, facts=MAY, tables=None):
    return examine(edition, values, facts, tables)


def test_a_clean_form_has_no_findings():
    assert findings_of(EDITION, figures(M2021_c1="5", M20211_c1="4")) == []


def test_findings_come_in_the_order_of_the_edition():
    values = figures(M20211_c1="6", M20212_c1="7", M2021_c1="5")
    assert [finding.rule for finding in findings_of(EDITION, values)] == ["R602", "R603", "R604"]


def test_each_column_is_judged_by_itself():
    values = figures(M20211_c1="6", M2021_c1="5", M20211_c3="6", M2021_c3="5")
    assert [finding.cells[0] for finding in findings_of(EDITION, values)] == ["软统企6!20211.c1", "软统企6!20211.c3"]


def test_findings_can_be_asked_for_one_table():
    values = figures(M20211_c1="6", M2021_c1="5")
    assert findings_of(EDITION, values, tables=["软统企7"]) == []
    assert len(findings_of(EDITION, values, tables=["软统企6", "软统企7"])) == 1


def test_a_rule_of_two_tables_is_found_from_either():
    facts = Facts(PeriodCode(2024, 5), {"A38": "是", "A36": "否"})
    values = {"G701.c1": Decimal(5), "20225.c1": Decimal(6)}
    for table in ("软统企6", "软统企7"):
        (finding,) = [found for found in findings_of(EDITION, values, facts, [table]) if found.rule == "R702"]
        assert finding.cells == ("软统企7!G701.c1", "软统企6!20225.c1")


def test_annual_rules_leave_monthly_forms_alone():
    values = {"F190.e": Decimal(-5)}
    assert findings_of(EDITION, values) == []
    assert [f.rule for f in findings_of(EDITION, values, Facts(PeriodCode(2024)))] == ["S06", "R222"][::-1]


def test_facts_of_the_firm_are_cells_of_the_annual_form_only():
    monthly = with_rule(texts=("M2010.c1 > 5",), when="A36 == '否'")
    assert findings_of(monthly, figures(M2010_c1="5"))[0].cells == ("软统企6!2010.c1",)
    annual = with_rule(texts=("Y2010.y > 5",), when="A36 == '否'")
    facts = Facts(PeriodCode(2024), {"A36": "否"})
    assert findings_of(annual, {"Y2010.y": Decimal(5)}, facts)[0].cells == ("软统企3!Y2010.y", "软统企1!A36.v")


def test_figures_of_other_filings_are_shown_but_are_no_cells_of_this_one():
    facts = Facts(PeriodCode(2024, 5), {"A36": "否"}, {}, {"prev": figures(M2010_c1="2000")})
    (finding,) = findings_of(EDITION, figures(M2010_c1="1500.5"), facts)
    assert finding.rule == "X02" and finding.cells == ("软统企6!2010.c1",)
    assert finding.message == (
        "软统企6表2010“主营业务收入”的“本年本期累计”：本期累计较上期累计下降超过10%，须先申请修订上期报表。"
        "现为 1,500.50 万元，而 0.9×上期2010 为 1,800.00 万元，相差 299.50 万元。"
    )
    assert finding.figures["prev(2010.c1)"] == "2000"


def test_a_limit_is_said_as_a_limit():
    (finding,) = findings_of(with_rule(texts=("-100 <= M2113 <= 1000",), columns=("c1",)), figures(M2113_c1="1500"))
    assert finding.message == ("软统企6表2113“订单同比增长”的“本年本期累计”：不对。现为 1,500%，应不超过 1,000%。")


def test_different_units_are_shown_one_by_one():
    edition = with_rule(texts=("M2040 * FX <= M2020",), columns=("c1",))
    facts = Facts(PeriodCode(2024, 5), {}, {"FX": Decimal("7.1")})
    (finding,) = findings_of(edition, figures(M2040_c1="100", M2020_c1="700"), facts)
    assert "2040×期内平均汇率 为 710，而 2020“软件业务收入合计”为 700，相差 10" in finding.message
    assert "其中 2040 100.00 万美元，期内平均汇率 7.1，2020 700.00 万元" in finding.message


def test_the_part_at_fault_is_shown():
    edition = with_rule(texts=("M2010 >= 0 and M2020 <= M2010",), columns=("c1",))
    (finding,) = findings_of(edition, figures(M2010_c1="5", M2020_c1="6"))
    assert "2020“软件业务收入合计”为 6.00 万元，而 2010“主营业务收入”为 5.00 万元，相差 1.00 万元" in finding.message


def test_a_condition_without_sides_shows_what_it_rests_on():
    (finding,) = findings_of(EDITION, figures(M2111_c1="5", M2112_c1="0", M2010_c1="0"), tables=["软统企6"])[:1]
    assert finding.rule == "R624" and "现为 5.00 万元，2112“平均用工人数”为 0 人" in finding.message


def test_two_cells_are_named_with_both_figures_after_what_the_rule_says():
    (finding,) = findings_of(EDITION, figures(M20211_c1="501", M2021_c1="500"))
    assert finding.message == (
        "软统企6表20211“其中：基础软件收入”的“本年本期累计”：基础软件收入不得大于软件产品收入。"
        "现为 501.00 万元，而 2021“1.软件产品收入”为 500.00 万元，相差 1.00 万元。"
    )


def test_a_limit_on_the_left_is_said_of_the_figure():
    facts = Facts(PeriodCode(2024, 5), {}, {"YOY_LIMIT": Decimal(50)})
    finding = findings_of(EDITION, figures(M2010_c2="200", M2010_c4="-60"), facts)[-1]
    assert finding.rule == "X07" and finding.message.endswith("现为 -60%，应不低于 -50%。")


def test_the_tolerance_of_a_sum_is_said_apart_from_the_sum():
    values = figures(M2020_c1="100.02", M2010_c1="100")
    (finding,) = [found for found in findings_of(EDITION, values) if found.rule == "R608"]
    assert finding.message.endswith("而 2010“主营业务收入”为 100.00 万元，相差 0.02 万元（容差 0.01）。")
    assert finding.figures["right"] == "100" and finding.figures["allowed"] == "0.01"


def test_a_mistaken_unit_is_told_as_so_many_times():
    facts = Facts(PeriodCode(2024, 5), {}, {"UNIT_BAND_LOW": Decimal(5000), "UNIT_BAND_HIGH": Decimal(20000)})
    values = figures(M2110_c1="2342300", M2110_c2="234.23")
    (finding,) = [found for found in findings_of(EDITION, values, facts) if found.rule == "X16"]
    assert finding.message == (
        "软统企6表2110“研发经费”的“本年本期累计”：与对比期相差约一万倍，疑似元与万元填错，请更正单位。"
        "现为 2,342,300.00 万元，去年同期累计为 234.23 万元，相差约 10,000 倍。"
    )


def test_a_blank_that_stands_for_zero_is_told_as_not_filled_in():
    edition = with_rule(texts=("or_zero(M2110.c1) < 10 or or_zero(M2110.c2) > 1",))
    (finding,) = findings_of(edition, figures(M2110_c1="20"))
    assert finding.message.endswith("现为 20.00 万元，去年同期累计未填。")


def test_an_attribute_is_called_by_its_name():
    annual = with_rule(texts=("Y2010.y > 5 or has(A34, '2')",))
    (finding,) = findings_of(annual, {"Y2010.y": Decimal(5)}, Facts(PeriodCode(2024), {"A34": "1"}))
    assert finding.message.endswith("现为 5.00 万元，纳统类别 1。")


def fingerprint(**cells):
    return findings_of(EDITION, figures(**cells))[0].fingerprint


def test_the_fingerprint_lasts_as_long_as_the_figures_it_rests_on():
    first = fingerprint(M2050_c1="6", M2010_c1="5")
    assert first == fingerprint(M2050_c1="6", M2010_c1="5", M2090_c1="1")
    assert first == fingerprint(M2050_c1="6.00", M2010_c1="5.0")
    assert first != fingerprint(M2050_c1="6.01", M2010_c1="5")


def test_the_same_figures_in_another_column_have_another_fingerprint():
    here, there = fingerprint(M20211_c1="6", M2021_c1="5"), fingerprint(M20211_c2="6", M2021_c2="5")
    assert here != there


def test_large_amounts_are_compared_exactly():
    edition = with_rule(texts=("x.c1 * x.c2 == x.c3 * x.c2",), each=("2010",))
    most = "999999999999999.99"
    assert findings_of(edition, figures(M2010_c1=most, M2010_c2=most, M2010_c3=most)) == []
    assert len(findings_of(edition, figures(M2010_c1=most, M2010_c2=most, M2010_c3="999999999999999.98"))) == 1


def test_a_list_stands_for_rows_by_table_unit_and_nature():
    rule = EDITION.rule("X01")
    rows = rows_of(EDITION, rule)
    assert {"2010", "20421", "G701", "G768"} <= set(rows)
    assert not {"2090", "2112", "2113", "G761", "G715", "2020a"} & set(rows)
    assert rows_of(EDITION, replace(rule, each=("软统企6:万美元", "-2040"))) == ("2041", "20421", "2042", "2043")


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ({"texts": ("M2010 >",)}, "不合语法"),
        ({"texts": ("M2010 > 1",)}, "须写明列"),
        ({"texts": ("M2010.c1 + 1",)}, "规则须是一个条件"),
        ({"texts": ("M2010.c1 > 1",), "when": "A36"}, "规则须是一个条件"),
        ({"texts": ("M2010.c1 > 1",), "when": "A3600 == '是'"}, "没有名为“A3600”"),
        ({"texts": ("x.y > 1",), "each": ("2010",)}, "没有一个指标或列"),
        ({"texts": ("M2010 > 1",), "columns": ("y",)}, "须写明列"),
        ({"texts": ("x.c1 > 1",), "each": ("软统企9",)}, "“软统企9”不是"),
        ({"texts": ("M2010.c1 > 1",), "each": ("-2010",)}, "“-2010”不是"),
    ],
)
def test_a_rule_that_makes_no_sense_is_found_before_anybody_is_judged(entries, reason):
    slips = [str(slip) for slip in proofread(with_rule(**entries))]
    assert len(slips) == 1 and slips[0].startswith("T1：") and reason in slips[0]


def test_a_formula_that_makes_no_sense_is_found_too():
    table = EDITION.table("软统企6")
    broken = replace(EDITION.indicator("2020"), auto={"*": "M2021 + A36"}, applies_when="A99 == '是'")
    rows = tuple(broken if row.code == "2020" else row for row in table.indicators)
    tables = tuple(replace(table, indicators=rows) if each is table else each for each in EDITION.tables)
    slips = [str(slip) for slip in proofread(replace(EDITION, tables=tables, rules=()))]
    assert any(slip.startswith("2020 applies_when：") and "没有名为“A99”" in slip for slip in slips)
    assert any(slip.startswith("2020.c1：") and "这里要数字" in slip for slip in slips)


def test_the_system_check_reports_slips(monkeypatch):
    from reporting import system_checks

    assert list(system_checks.check_editions_make_sense(None)) == []
    monkeypatch.setattr(system_checks, "load_edition", lambda code: with_rule(texts=("M2999.c1 > 1",)))
    (error,) = (each for each in system_checks.check_editions_make_sense(None) if each.id == "reporting.E002")
    assert "M2999" in error.msg


def test_an_edition_of_its_own_rules_judges_by_them():
    """What is prepared once per edition is not mixed up between editions that share a digest."""
    strict, mild = with_rule(texts=("M2010.c1 > 5",)), with_rule(texts=("M2010.c1 > 1",))
    assert strict.digest == mild.digest
    assert len(findings_of(strict, figures(M2010_c1="3"))) == 1
    assert findings_of(mild, figures(M2010_c1="3")) == []


def test_completed_forms_are_judged_as_completed():
    done = complete(EDITION, {"2021.c1": "5", "2022.c1": "5", "2023.c1": "5", "2010.c1": "14"}, MAY)
    (finding,) = [finding for finding in examine(EDITION, done, MAY) if finding.rule == "R608"]
    assert finding.figures["left"] == "15" and finding.figures["right"] == "14" and finding.figures["allowed"] == "0.01"
