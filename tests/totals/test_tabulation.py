"""The city's workbook, opened again as a statistician would find it."""

from dataclasses import replace
from datetime import datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.core.management import call_command

from reporting.totals.aggregation import summarise
from reporting.totals.tabulation import write_summary
from tests.filling.figures import AT, make_city


@pytest.fixture
def city(db):
    return make_city()


def tabulate(period, **options):
    out = BytesIO()
    write_summary(summarise(period, AT.astimezone(ZoneInfo("Asia/Shanghai")), **options), out)
    return openpyxl.load_workbook(out)


def rows_by_key(sheet):
    """The rows below the head as mappings from the small grey keys, found wherever they stand."""
    rows = list(sheet.iter_rows())
    top = next(number for number, row in enumerate(rows) if row[0].value in ("name", "district"))
    keys = [cell.value for cell in rows[top]]
    return [dict(zip(keys, row, strict=True)) for row in rows[top + 2 :]]


def row_of(sheet, code, **wanted):
    return next(
        row
        for row in rows_by_key(sheet)
        if row["code"].value == code and all(row[key].value == value for key, value in wanted.items())
    )


def test_it_holds_each_table_for_the_city_and_by_district_between_notes_and_list(city):
    assert tabulate(city.may).sheetnames == [
        "说明",
        "软统企6",
        "软统企6分区县",
        "软统企7",
        "软统企7分区县",
        "区县报送情况",
        "纳入清单",
    ]


def test_the_citys_table_says_the_hand_worked_totals_in_the_official_layout(city):
    sheet = tabulate(city.may)["软统企6"]
    assert sheet["A1"].value == "软件和信息技术服务业企业月报表（全市汇总）（暂定）"
    head = [cell.value for row in sheet.iter_rows(min_row=1, max_row=4) for cell in row if cell.value]
    assert {"报告期：2024年5月", "表号：软统企6", "制定机关：工业和信息化部"} <= set(head)
    assert any("国统制〔2021〕136号" in text for text in head)
    assert sum("计量单位" in text for text in head) == 1
    row = row_of(sheet, "2010")
    assert [row[key].value for key in ("name", "unit", "c1", "c2", "c3", "c4", "c5", "firms")] == [
        "主营业务收入",
        "万元",
        3000.35,
        900.05,
        2300.15,
        233.4,
        None,
        2,
    ]
    assert row_of(sheet, "20211")["name"].alignment.indent == 3
    assert [cell.value for cell in sheet[6]][:4] == ["指标名称", "计量单位", "代码", "本年本期累计"]


def test_figures_are_values_with_the_formats_of_their_kind(city):
    book = tabulate(city.may)
    sheet = book["软统企6"]
    assert row_of(sheet, "2010")["c1"].number_format == "#,##0.00"
    assert row_of(sheet, "2010")["c4"].number_format == "0.0"
    assert row_of(sheet, "2112")["c1"].number_format == "#,##0"
    assert row_of(sheet, "2010")["c1"].alignment.horizontal == "right"
    formulas = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert formulas == []


def test_what_has_no_total_stays_blank(city):
    sheet = tabulate(city.may)["软统企6"]
    assert [row_of(sheet, "2113")[key].value for key in ("c1", "c2", "c4", "firms")] == [None] * 4
    assert row_of(sheet, "2020a")["c1"].value is None
    assert row_of(sheet, "2090")["c4"].value is None
    assert any("累计指标的环比不由两期累计数相除" in str(cell.value) for cell in sheet["A"])
    assert any("2113订单同比增长不能加总" in str(cell.value) for cell in sheet["A"])


def test_by_district_every_district_has_its_own_rows_under_one_filter(city):
    sheet = tabulate(city.may)["软统企6分区县"]
    assert row_of(sheet, "2010", district="500103")["c1"].value == 3000.35
    assert row_of(sheet, "2010", district="500101")["c1"].value is None  # nobody filled it
    assert row_of(sheet, "2010", district_name="大渡口区")["firms"].value == 0
    rows = rows_by_key(sheet)
    assert len(rows) == 3 * 28  # the form's rows without its two headings
    assert sheet.auto_filter.ref == f"A6:K{6 + len(rows)}"


def test_every_sheet_prints_on_a4_landscape_with_its_head_on_each_page(city):
    for sheet in tabulate(city.may):
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.print_title_rows
        assert "&P" in sheet.oddFooter.center.text
        assert "内部资料" in sheet.oddHeader.right.text
        assert "暂定：未锁定，2 家（占上年收入 60.0%）" in sheet.oddHeader.center.text
    book = tabulate(city.may)
    assert book["软统企6"].freeze_panes == "D7"
    assert book["软统企6分区县"].freeze_panes == "F7"


def test_the_notes_say_what_went_in(city):
    notes = {row[0].value: row[1].value for row in tabulate(city.may)["说明"].iter_rows(min_row=2)}
    assert notes["报告期"] == "2024年5月（2024M05）"
    assert notes["制度版本摘要"] == city.may.edition.digest
    assert notes["制表时间"] == "2024-06-14 09:30:00"
    assert notes["暂定"].startswith("未锁定，2 家")
    assert "没有企业填报的留空；填报的合计数为 0 的写 0。" in notes["合计"]
    assert notes["纳入口径"].startswith("只纳入区县审核通过")
    assert notes["报送情况"] == "应报 4 家，已报 3 家，审核通过 2 家，本表纳入 2 家。"
    assert "2023年年报主营业务收入" in notes["收入占比"]
    assert "90.0%" in notes["收入占比"]


def test_a_workbook_with_unapproved_figures_says_so_on_every_table(city):
    book = tabulate(city.may, include_submitted=True)
    assert "非审定数" in book["软统企6"]["A3"].value
    assert "非审定数" in book["软统企6分区县"]["A3"].value
    assert row_of(book["软统企6"], "2010")["c1"].value == 3500.35


def test_the_list_names_every_filing_and_whether_it_is_in(city):
    rows = {row["name"].value: row for row in rows_by_key(tabulate(city.may)["纳入清单"])}
    assert {name: row["counted"].value for name, row in rows.items()} == {
        "三峡数据": "否",
        "万州云谷": "否",
        "山城软件": "是",
        "两江芯片": "是",
    }
    assert rows["山城软件"]["number"].value == 1
    assert rows["山城软件"]["submitted_at"].value == datetime(2024, 6, 14, 9, 30)
    assert rows["万州云谷"]["number"].value is None


def test_coverage_stands_beside_each_district_and_the_city(city):
    rows = {row["district_name"].value: row for row in rows_by_key(tabulate(city.may)["区县报送情况"])}
    assert [rows["全市"][key].value for key in ("owed", "filed", "approved", "filed_share")] == [4, 3, 2, 90]
    assert rows["万州区"]["filed_rate"].value == 50
    assert rows["大渡口区"]["filed_rate"].value is None


def test_cut_down_to_one_district_it_names_that_district_and_no_other(city):
    summary = summarise(city.may, AT)
    wanzhou, yuzhong, _ = summary.districts
    filings = tuple(listed for listed in summary.filings if listed.district == yuzhong.code)
    out = BytesIO()
    write_summary(replace(summary, city=yuzhong, districts=(yuzhong,), filings=filings), out)
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["说明", "软统企6", "软统企7", "区县报送情况", "纳入清单"]
    assert book["软统企6"]["A1"].value == "软件和信息技术服务业企业月报表（渝中区汇总）（暂定）"
    words = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row}
    assert not any("全市" in word or wanzhou.name in word or "三峡数据" in word for word in words)


def test_the_annual_counts_what_firms_chose(city):
    book = tabulate(city.annual)
    assert book.sheetnames[1:4] == ["软统企1", "软统企1分区县", "软统企2"]
    row = row_of(book["软统企1"], "A18", value="112")
    assert [row[key].value for key in ("value_name", "firms", "share")] == ["私营有限责任公司", 3, 100]
    assert row_of(book["软统企1"], "A17")["total"].value == 300
    assert row_of(book["软统企1分区县"], "A34", district="500101", value="3A")["firms"].value == 2
    assert row_of(book["软统企3"], "Y2010")["y"].value == 10000


def test_the_command_writes_the_workbook(city, tmp_path):
    out = tmp_path / "2024M05.xlsx"
    call_command("summary", "2024M05", "--out", str(out))
    assert openpyxl.load_workbook(out).sheetnames[0] == "说明"
