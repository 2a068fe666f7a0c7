"""The ministry's package, unpacked as a statistician would find it, and counted in sheets of paper."""

from dataclasses import replace
from io import BytesIO
from math import ceil
from zipfile import ZipFile

import openpyxl
import pytest
from django.core.management import call_command

from reporting.models import Filing
from reporting.totals.aggregation import summarise
from reporting.totals.package.earlier import totals_before
from reporting.totals.package.packing import package_of
from reporting.totals.rounding.shown import AS_FILED, BALANCED, ROUNDED
from tests.filling.figures import AT as FILED_AT
from tests.filling.figures import file_values, make_city
from tests.totals.imagined import AT, imagined


@pytest.fixture
def city(db):
    """山城软件 amends May: costs of nought, which is no blank."""
    city = make_city()
    filing = Filing.objects.get(period=city.may, enterprise=city.firms["山城软件"])
    file_values(filing, {**filing.counted.values, "2080.c1": "0.00"}, city.by)
    return city


def unpacked(content):
    with ZipFile(BytesIO(content)) as package:
        tables, firms = (BytesIO(package.read(name)) for name in package.namelist())
    return openpyxl.load_workbook(tables), openpyxl.load_workbook(firms)


def may_of(city, measure=AS_FILED, **options):
    return unpacked(package_of(summarise(city.may, FILED_AT, **options), measure))[0]


def row_of(sheet, name):
    """The cells behind a row's name, whatever stands before it in the name."""
    return next([cell.value for cell in row] for row in sheet.iter_rows() if str(row[0].value).endswith(name))


def column_of(sheet, label):
    """What stands below a label."""
    head = next(cell for row in sheet.iter_rows() for cell in row if cell.value == label)
    return [sheet.cell(row, head.column).value for row in range(head.row + 1, sheet.max_row + 1)]


def texts_in(book):
    return [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]


def test_it_holds_two_workbooks_and_first_of_all_what_explains_them(city):
    content = package_of(summarise(city.may, FILED_AT))
    assert ZipFile(BytesIO(content)).namelist() == [
        "重庆市2024年5月汇总表（暂定）.xlsx",
        "重庆市2024年5月企业名单（暂定）.xlsx",
    ]
    tables, firms = unpacked(content)
    assert tables.sheetnames == ["编制说明", "分区县主要指标", "分区县报送情况", "软统企6", "软统企7"]
    assert firms.sheetnames == ["企业名单"]


def test_the_form_that_was_published_is_printed_in_its_rows_and_codes_alone(city):
    sheet = may_of(city)["软统企6"]
    official = [row for row in city.may.edition.table("软统企6").indicators if row.provenance == "official"]
    codes = [code for code in column_of(sheet, "代码") if code and code[0].isdigit()]
    assert codes == [row.code for row in official]
    assert not {"20241", "2040", "2020a"} & set(codes)
    assert [cell.value for cell in sheet[6]] == [
        "指标名称",
        "计量单位",
        "代码",
        "本年本期累计",
        "去年同期累计",
        "本年上期累计",
        "同比（%）",
        "环比（%）",
    ]
    assert row_of(sheet, "主营业务收入")[1:7] == ["万元", "2010", 3000.35, 900.05, 2300.15, 233.4]


def test_no_key_and_no_code_of_the_platforms_own_stands_anywhere():
    summary = imagined("2023A")
    texts = texts_in(unpacked(package_of(summary))[0])
    own = {row.code for table in summary.edition.tables if table.frequency == "annual" for row in table.indicators}
    assert not own & set(texts)
    assert not {"name", "unit", "code", "c1", "y", "firms", "district"} & set(texts)
    assert (
        sum("官方表式未公布，指标据公开资料编列" in text for text in texts) == 6
    )  # five forms, and what explains them


def test_what_nobody_filled_is_blank_and_what_comes_to_nothing_is_nought(city):
    sheet = may_of(city)["软统企6"]
    assert row_of(sheet, "费用总额")[3] == 0
    assert row_of(sheet, "主营业务成本")[3:] == [None] * 5
    assert row_of(sheet, "费用总额")[4:] == [None] * 4
    wanzhou = row_of(may_of(city)["分区县主要指标"], "万州区")
    assert set(wanzhou[1:]) == {None}


def test_a_figure_nobody_filled_this_year_has_not_fallen_by_all_of_last_years(city):
    filing = Filing.objects.get(period=city.may, enterprise=city.firms["山城软件"])
    file_values(filing, {**filing.counted.values, "2110.c2": "80.00"}, city.by)
    assert row_of(may_of(city)["软统企6"], "研发经费")[3:] == [None, 80, None, None, None]


def test_districts_by_main_indicators_have_their_growth_beside_them(city):
    sheet = may_of(city)["分区县主要指标"]
    assert row_of(sheet, "全市")[1:5] == [3000.35, 233.4, 700.4, 40.0]
    assert row_of(sheet, "渝中区")[1:3] == [3000.35, 233.4]
    heads = [cell.value for cell in sheet[4] if cell.value]
    assert heads[0] == "主营业务收入\n（万元）" and heads[-1] == "平均用工人数\n（人）"


def test_an_edition_that_names_no_main_indicators_has_no_table_of_them():
    summary = imagined("2024M05")
    platform = replace(summary.edition.platform, figures={})
    book = unpacked(package_of(replace(summary, edition=replace(summary.edition, platform=platform))))[0]
    assert book.sheetnames == ["编制说明", "分区县报送情况", "软统企6", "软统企7"]
    assert not any("主要指标及同比" in text for text in texts_in(book))


WORDS = "未锁定，2 家（占上年收入 60.0%）"


def locked(summary):
    """The same, as it would be once its period is locked."""
    city = summary.city
    return replace(summary, city=replace(city, rests=replace(city.rests, is_provisional=False)))


def test_what_is_not_locked_is_marked_on_every_sheet_and_has_no_day(city):
    books = unpacked(package_of(summarise(city.may, FILED_AT)))
    for sheet in (sheet for book in books for sheet in book):
        assert sheet["A1"].value.endswith("（暂定）"), sheet.title
        assert f"暂定：{WORDS}" in sheet.oddHeader.right.text
        assert sheet.cell(sheet.max_row, 1).value.rstrip("　").endswith("报出日期：")
    explained = {row[0].value: row[1].value for row in books[0]["编制说明"].iter_rows() if row[0].value}
    assert explained["暂定"].startswith(f"{WORDS}。")


def test_what_is_locked_has_no_such_mark(city):
    content = package_of(locked(summarise(city.may, FILED_AT)))
    assert "暂定" not in "".join(ZipFile(BytesIO(content)).namelist())
    assert not any("暂定" in text for book in unpacked(content) for text in texts_in(book))


def test_each_sheet_is_signed_at_its_foot(city):
    for book in unpacked(package_of(locked(summarise(city.may, AT)))):
        for sheet in book:
            foot = sheet.cell(sheet.max_row, 1).value
            assert foot.startswith("综合机关：重庆市经济和信息化委员会"), sheet.title
            assert "负责人：" in foot and "填表人：" in foot and foot.endswith("报出日期：2024年6月14日")


def test_it_says_what_is_missing_and_on_what_growth_rests(city):
    explained = {row[0].value: row[1].value for row in may_of(city)["编制说明"].iter_rows() if row[0].value}
    assert explained["缺报情况"] == (
        "应报而未纳入的企业 2 家：万州区 2 家。逐家见企业名单。\n没有纳入任何企业的区县：万州区、大渡口区，各表中留空。"
    )
    assert "上年同期（2023年5月）的数由本期纳入的企业填报" in explained["增速口径"]
    assert explained["增速口径"].endswith("累计指标的环比不由两期累计数相除，各表留空。")
    assert "软统企6中平台补列的" in explained["表式"]
    assert explained["金额单位"] == "金额单位万元，未舍位。"


def test_the_annual_says_how_many_firms_answered_what(city):
    filing = Filing.objects.get(period=city.annual, enterprise=city.firms["山城软件"])
    file_values(filing, {**filing.counted.values, "A37.v": "是", "A07.v": "500103"}, city.by)
    sheet = unpacked(package_of(summarise(city.annual, FILED_AT)))[0]["软统企1"]
    assert row_of(sheet, "登记注册统计类别") == ["登记注册统计类别", "私营有限责任公司", 3, 100, None]
    assert row_of(sheet, "是否有人工智能业务")[1:4] == ["是", 1, 33.3]
    asked = city.annual.edition.indicator("A07").name
    assert asked not in [cell.value for cell in sheet["A"]]  # districts have sheets of their own


def test_the_list_names_every_firm_that_owed(city):
    firms = unpacked(package_of(summarise(city.may, FILED_AT)))[1]["企业名单"]
    assert column_of(firms, "单位详细名称")[:4] == ["三峡数据", "万州云谷", "山城软件", "两江芯片"]
    assert column_of(firms, "是否纳入")[:4] == ["否", "否", "是", "是"]


def test_of_a_locked_period_the_list_says_who_is_in(city):
    summary = summarise(city.may, FILED_AT)
    filings = tuple(listed._replace(state="已锁定") for listed in summary.filings if listed.is_counted)
    firms = unpacked(package_of(replace(summary, filings=filings)))[1]["企业名单"]
    assert column_of(firms, "报送情况")[:2] == ["已计入", "已计入"]


@pytest.mark.parametrize("code", ["2023A", "2024M05"])
def test_in_yi_parts_add_up_in_every_direction(code):
    summary = imagined(code)
    book = unpacked(package_of(summary, BALANCED))[0]
    table = book["软统企6" if code == "2024M05" else "软统企3"]
    column = 3 if code == "2024M05" else 2
    classes = ("1.软件产品收入", "2.信息技术服务收入", "3.信息安全收入", "4.嵌入式系统软件收入")
    cents = lambda figure: round(100 * figure)  # noqa: E731
    whole = row_of(table, "软件业务收入合计")
    assert whole[1] == "亿元"
    assert cents(whole[column]) == sum(cents(row_of(table, name)[column]) for name in classes)
    main = book["分区县主要指标"]
    lines = [[cell.value for cell in row] for row in main.iter_rows(min_row=6, max_row=6 + len(summary.districts))]
    assert [line[0] for line in lines] == ["全市", *(area.name for area in summary.districts)]
    for line in lines:
        assert cents(line[3]) == sum(cents(line[place]) for place in (5, 7, 9, 11)), line[0]
    for place in (1, 3, 5, 7, 9, 11):
        assert cents(lines[0][place]) == sum(cents(line[place]) for line in lines[1:])
    assert cents(lines[0][3]) == cents(whole[column])


def test_rates_are_those_of_figures_that_were_not_rounded():
    summary = imagined("2024M05")
    filed, balanced, plain = (
        unpacked(package_of(summary, measure))[0]["分区县主要指标"] for measure in (AS_FILED, BALANCED, ROUNDED)
    )
    rates = [[row[2].value for row in sheet.iter_rows(min_row=6)] for sheet in (filed, balanced, plain)]
    assert rates[0] == rates[1] == rates[2]
    assert "亿元（舍位平衡）" in texts_in(balanced.parent) and "亿元（四舍五入）" in texts_in(plain.parent)


def test_the_year_before_stands_beside_a_column_the_form_has_nothing_for():
    summary = imagined("2023A")
    before = {"last_annual": imagined("2022A", seed=2)}
    sheet = unpacked(package_of(summary, earlier=before))[0]["软统企4"]
    assert column_of(sheet, "上年产品收入")[-12:] != [None] * 12
    then = before["last_annual"].city.cells["E41.v"]
    assert row_of(sheet, "通信设备类")[-1] == float(then)
    assert "上年产品收入" not in texts_in(unpacked(package_of(summary))[0])


def test_the_totals_before_are_found_where_the_form_says_nothing(city):
    summary = summarise(city.annual, FILED_AT)
    assert totals_before(summary) == {}  # no annual of 2022 here
    assert totals_before(summarise(city.may, FILED_AT)) == {}  # the form of a month has them all


def test_the_same_totals_are_the_same_bytes():
    one, other = package_of(imagined("2024M05"), BALANCED), package_of(imagined("2024M05"), BALANCED)
    assert one == other
    assert package_of(replace(imagined("2024M05"), at=FILED_AT), BALANCED) != one
    assert {part.date_time for part in ZipFile(BytesIO(one)).infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_year_is_a_dozen_pages_and_a_month_half_of_that():
    for code, most in (("2023A", 14), ("2024M05", 7)):
        book = unpacked(package_of(imagined(code)))[0]
        assert sum(map(pages_of, book)) <= most, {sheet.title: pages_of(sheet) for sheet in book}


def pages_of(sheet):
    """Reckoned from what a spreadsheet would print: A4, fitted to the width, its head on every page."""
    assert sheet.page_setup.paperSize == 9 and sheet.sheet_properties.pageSetUpPr.fitToPage
    long, short = 842, 595
    wide, high = (long, short) if sheet.page_setup.orientation == "landscape" else (short, long)
    margins = sheet.page_margins
    wide, high = wide - 72 * (margins.left + margins.right), high - 72 * (margins.top + margins.bottom)
    width = sum(0.75 * (7 * each.width + 5) * (each.max - each.min + 1) for each in sheet.column_dimensions.values())
    scale = min(1, wide / width)
    repeated = int(sheet.print_title_rows.split("$")[-1])
    heights = [sheet.row_dimensions[row].height or 15 for row in range(1, sheet.max_row + 1)]
    head, body = sum(heights[:repeated]), sum(heights[repeated:])
    return ceil(body * scale / (high - head * scale))


def test_the_command_writes_the_package(city, tmp_path, capsys):
    out = tmp_path / "2024M05.zip"
    call_command("summary", "2024M05", "--package", str(out), "--unit", "yi")
    assert f"已写入 {out}。" in capsys.readouterr().out
    assert unpacked(out.read_bytes())[0]["软统企6"]["A5"].value == "计量单位：金额：亿元；出口：万美元（舍位平衡）"
