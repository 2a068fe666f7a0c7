"""Statements found in the layouts that are in use, and what of each line is read."""

from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import Workbook

from forms_tables.edition.periods import PeriodCode
from reporting.books.amounts import NoAmount, read_amount, units_said
from reporting.books.grids import grids_of_paste, grids_of_workbook
from reporting.books.heads import column_for
from reporting.books.matching import chosen_among
from reporting.books.statements import Statement, plain_name, statements_in
from tests.books.firm_books import FIRM, saved, small_profit, year_end


def read(content: bytes, year: int = 2024) -> list[Statement]:
    return [each for grid in grids_of_workbook(BytesIO(content), "报表.xlsx") for each in statements_in(grid, year)]


def pasted(text: str, year: int = 2024) -> list[Statement]:
    return [each for grid in grids_of_paste(text) for each in statements_in(grid, year)]


def figures(statement: Statement, key: str) -> list[Decimal | None]:
    return [amount.value for amount in statement.by_key[key].amounts.values()]


def roles(statement: Statement) -> list[str]:
    return [column.role for column in statement.columns]


def test_a_statement_of_a_small_firm_is_read_with_its_head():
    (found,) = read(small_profit())
    assert (found.kind, found.unit, found.month, found.firm) == ("profit", "元", (2024, 5), FIRM)
    assert [column.label for column in found.columns] == ["本年累计金额", "本月金额"]  # 行次 is no figure
    assert roles(found) == ["so_far", "month"]
    assert figures(found, "营业收入") == [Decimal("12345678.9"), Decimal("2500000")]
    assert figures(found, "商品维修费") == [Decimal(0), Decimal(0)] and figures(found, "开办费") == [None, None]
    assert "单位负责人" not in "".join(found.by_key)


def test_both_sides_of_a_balance_are_read_and_the_same_name_is_told_apart():
    balance, profit = read(year_end(), 2023)
    assert (balance.kind, balance.month, roles(balance)) == ("balance", (2023, 12), ["end", "begin"])
    assert figures(balance, "货币资金") == [Decimal("20000000.55"), Decimal("15000000")]
    assert figures(balance, "应付账款") == [Decimal("3000000"), Decimal("2600000")]
    assert figures(balance, "无形资产：数据资源") == [Decimal("700000"), Decimal("300000")]
    assert figures(balance, "存货：数据资源") == [Decimal("100000"), Decimal(0)]
    assert not {"流动资产", "所有者权益"} & balance.by_key.keys()  # headings
    assert (profit.kind, profit.month, roles(profit)) == ("profit", (2023, 0), ["year", "earlier"])


def test_a_head_of_two_rows_over_merged_cells_is_one_head():
    book = Workbook()
    sheet = book.active
    sheet.append(["利润表"])
    sheet.append(["项目", "合并", "", "母公司", ""])
    sheet.append(["", "本期金额", "上期金额", "本期金额", "上期金额"])
    for area in ("A2:A3", "B2:C2", "D2:E2"):
        sheet.merge_cells(area)
    sheet.append(["一、营业收入", 5, 4, 3, 2])
    (found,) = read(saved(book))
    assert [column.label for column in found.columns] == [
        "合并 本期金额",
        "合并 上期金额",
        "母公司 本期金额",
        "母公司 上期金额",
    ]
    assert figures(found, "营业收入") == [Decimal(5), Decimal(4), Decimal(3), Decimal(2)]


def test_two_columns_with_one_head_are_told_apart_by_their_letters():
    book = Workbook()
    book.active.append(["项目", "金额", "金额"])
    book.active.append(["净利润", 1, 2])
    (found,) = read(saved(book))
    assert [column.label for column in found.columns] == ["金额（B 列）", "金额（C 列）"]


def test_columns_named_by_the_year_speak_by_it():
    (found,) = pasted("项目\t2023年度\t2022年度\n净利润\t1\t2", 2023)
    assert roles(found) == ["year", "earlier"]
    (found,) = pasted("资产\t2023年12月31日\t2022年12月31日\n货币资金\t1\t2", 2023)
    assert roles(found) == ["end", "begin"]

    (found,) = pasted("项目\t2024年1-5月\t2023年1-5月\t2024年5月\n净利润\t1\t2\t3")
    assert roles(found) == ["so_far", "year_ago_so_far", "month"]


@pytest.mark.parametrize(
    ("above", "of"),
    [
        ("2023年度", ["year", "earlier"]),
        ("2023年1-12月", ["year", "earlier"]),
        ("2023年1月1日至2023年12月31日", ["year", "earlier"]),
        ("所属期起：2023-01-01\t所属期止：2023-12-31", ["year", "earlier"]),
        ("2023年度\t打印日期：2024年1月5日", ["year", "earlier"]),
        ("编制单位：重庆四季软件公司\t2023年度", ["year", "earlier"]),
        ("2023年12月", ["month", "month_before"]),
        ("2023年\t12月", ["month", "month_before"]),
        ("2023年十二月", ["month", "month_before"]),
        ("2023年12月31日", ["month", "month_before"]),
        ("所属期起：2023-12-01\t所属期止：2023-12-31", ["month", "month_before"]),
        ("2023年10-12月", ["month", "month_before"]),
        ("2023年第四季度", ["month", "month_before"]),
        ("2023年下半年", ["month", "month_before"]),
        ("利润表", ["period", "previous"]),
    ],
)
def test_what_本期_means_is_said_above_it(above, of):
    (found,) = pasted(f"{above}\n项目\t本期金额\t上期金额\n净利润\t1\t2", 2023)
    assert roles(found) == of


@pytest.mark.parametrize(
    ("head", "role"),
    [
        ("2023年12月", "month"),
        ("2023年12月 本期金额", "month"),
        ("2023年度 本期金额", "year"),
        ("2022年度 本期金额", "earlier"),
        ("2021年度 本期金额", ""),
        ("2021年1-12月", ""),
        ("2022年 本年金额", "earlier"),
        ("本年金额", "year"),
        ("上年金额", "earlier"),
        ("上年同期", "year_ago"),
        ("上年同月", "month_year_ago"),
        ("上月金额", "month_before"),
    ],
)
def test_a_head_speaks_of_the_year_only_where_it_says_so(head, role):
    (found,) = pasted(f"项目\t{head}\n净利润\t1", 2023)
    assert roles(found) == [role]


def test_a_sheet_named_by_its_month_is_not_the_one_of_the_next():
    (found,) = pasted("项目\t本年累计\n净利润\t1")
    june, may, own = (replace(found, title=title) for title in ("6月", "5月", "母公司"))
    assert chosen_among([june, may], "", "5月") is june
    assert chosen_among([june, own], "", "母公司") is own


@pytest.mark.parametrize(
    ("heads", "period", "wanted", "label"),
    [
        ("2023年1-6月", "2023A", ("so_far",), ""),
        ("1-5月\t1-6月", "2023M06", ("so_far",), "1-6月"),
        ("1-5月", "2023M06", ("so_far",), ""),
        ("2023年12月 本年累计", "2023A", ("so_far",), "2023年12月本年累计"),
        ("本年累计", "2023A", ("so_far",), "本年累计"),
    ],
)
def test_a_column_that_ends_with_another_month_is_not_it(heads, period, wanted, label):
    (found,) = pasted(f"项目\t{heads}\n净利润" + "\t1" * (heads.count("\t") + 1), 2023)
    assert column_for(found.columns, wanted, PeriodCode.parse(period)) == label


@pytest.mark.parametrize(
    ("above", "month"),
    [
        ("2024年5月", (2024, 5)),
        ("2024年1-5月", (2024, 5)),
        ("会计期间：2024年1月至5月", (2024, 5)),
        ("报送日期：2024-06-05\t所属期起：2024-05-01\t所属期止：2024-05-31", (2024, 5)),
        ("2024 年 5 月 31 日", (2024, 5)),
        ("2024年第2季度", (2024, 6)),
        ("2024年二季度", (2024, 6)),
        ("2024年第5期", (2024, 5)),
        ("2023年度", (2023, 0)),
        ("财会〔2019〕6号", None),
    ],
)
def test_the_month_of_a_statement_is_what_it_is_of_and_not_when_it_was_made(above, month):
    (found,) = pasted(f"{above}\n项目\t本年累计\n净利润\t1")
    assert found.month == month


def test_what_is_hidden_in_the_books_is_not_read():
    book = Workbook()
    sheet = book.active
    sheet.append(["项目", "本年累计"])
    sheet.append(["营业收入", 1])
    sheet.append(["净利润", 2])
    sheet.row_dimensions[3].hidden = True
    book.create_sheet("利润表 2").append(["项目", "本年累计"])
    book["利润表 2"].append(["净利润", 9])
    book["利润表 2"].sheet_state = "hidden"
    (found,) = read(saved(book))
    assert list(found.by_key) == ["营业收入"] and found.hidden == 2


def test_a_formula_without_a_value_and_an_error_say_so_at_their_place():
    book = Workbook()
    sheet = book.active
    sheet.append(["项目", "本年累计"])
    sheet.append(["净利润", "=1+1"])
    sheet.append(["营业收入", "#REF!"])
    (found,) = read(saved(book))
    assert "文件里没有它算出的结果" in found.by_key["净利润"].amounts["本年累计"].problem
    assert "错误值 #REF!" in found.by_key["营业收入"].amounts["本年累计"].problem
    assert found.by_key["营业收入"].amounts["本年累计"].place == "Sheet!B3"


@pytest.mark.parametrize(
    "text",
    [
        "现金流量表\n项目\t本年累计\n经营活动产生的现金流量净额\t1\n净利润\t2",
        "科目余额表\n科目名称\t期末余额\n货币资金\t1",
        "科目\t期末余额 借方\t期末余额 贷方\n货币资金\t1\t2",
        "所有者权益变动表\n项目\t本年金额\n净利润\t1",
    ],
)
def test_other_tables_of_a_ledger_are_no_statements(text):
    assert pasted(text) == []


def test_columns_may_be_parted_by_spaces_and_a_total_is_no_head():
    (found,) = pasted("项    目      本年累计\n一、营业收入    1,000.00\n净利润   (20.5)")
    assert figures(found, "净利润") == [Decimal("-20.5")]
    (found,) = pasted("资产\t期末余额\t负债和所有者权益\t期末余额\n资产总计\t5\t负债和所有者权益总计\t5")
    assert figures(found, "负债和所有者权益总计") == [Decimal(5)]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("一、营业收入", "营业收入"),
        ("  减：营业成本", "营业成本"),
        ("三、利润总额（亏损总额以“－”号填列）", "利润总额"),
        ("其中：数据资源", "数据资源"),
        ("加:公允价值变动收益", "公允价值变动收益"),
        ("（一）持续经营净利润（净亏损以“-”号填列）", "持续经营净利润"),
        ("资 产 总 计", "资产总计"),
        ("△拆入资金", "拆入资金"),
        ("所有者权益（或股东权益）合计", "所有者权益合计"),
    ],
)
def test_a_name_is_read_without_what_is_no_part_of_it(written, name):
    assert plain_name(written) == name


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.56", "1234.56"),
        ("１２３．４", "123.4"),
        ("(1,234.50)", "-1234.50"),
        ("（20）", "-20"),
        ("500-", "-500"),
        ("¥ 7.00", "7.00"),
        ("-0.01", "-0.01"),
        ("0", "0"),
    ],
)
def test_an_amount_is_read_as_accountants_write_it(text, value):
    assert str(read_amount(text)) == value


def test_blank_is_none_and_what_is_no_figure_is_refused():
    assert read_amount("  ") is None
    for text in ("-", "—", "约100", "1,23", "1e5", "12%", "9" * 30):
        with pytest.raises(NoAmount):
            read_amount(text)


@pytest.mark.parametrize(
    ("line", "units"),
    [
        ("单位：元", {"元"}),
        ("金额单位：人民币万元", {"万元"}),
        ("单位： 元会小企02表", {"元"}),
        ("本年累计（千元）", {"千元"}),
        ("编制单位：元丰软件公司", set()),
        ("编制单位：重庆百万元科技公司", set()),
        ("单位：元\t金额（万元）", {"元", "万元"}),
    ],
)
def test_a_unit_is_what_is_said_of_the_sheet(line, units):
    assert units_said([line]) == units
