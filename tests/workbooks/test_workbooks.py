"""A firm's workbook: written as a form, filled and rearranged by people, read back by code and key; or refused."""

import io
import re
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from forms_tables.edition.catalog import load_edition
from forms_tables.edition.periods import PeriodCode
from forms_tables.filling.completion import COMPUTED, ONLY_WHEN
from forms_tables.workbooks.template import (
    Reporter,
    Template,
    Unreadable,
    formula_problems,
    read_workbook,
    write_template,
)
from tests.workbooks import bad_workbooks as bad

EDITION = load_edition("chongqing-2024")
MAY = PeriodCode.parse("2024M05")
YEAR = PeriodCode.parse("2024A")
FIRM = Reporter(
    "重庆渝甲软件有限公司", "91500103MA5U00001X", {"单位详细名称": "重庆渝甲软件有限公司", "报告期": "2024年5月"}
)


def computed(*tables):
    return {
        f"{row.code}.{key}": f"{COMPUTED}：合计"
        for table in tables
        for row in table.indicators
        if not row.is_heading
        for key in row.columns
        if row.formula_in(key) and "k" not in row.formula_in(key)
    }


def template(period=MAY, codes=("软统企6",), values=None, locked=None, **more) -> bytes:
    tables = [EDITION.table(code) for code in codes]
    out = io.BytesIO()
    write_template(Template(EDITION, period, FIRM, tables, values or {}, locked or computed(*tables), **more), out)
    return out.getvalue()


def read(content: bytes, period=MAY, name="上报.xlsx"):
    return read_workbook(io.BytesIO(content), EDITION, period.code, FIRM.credit_code, name=name)


def refusal(content: bytes, **more) -> str:
    with pytest.raises(Unreadable) as refused:
        read(content, **more)
    return str(refused.value)


def sentences(content: bytes, period=MAY) -> str:
    return "\n".join(problem.problem for problem in read(content, period).problems)


@pytest.fixture(scope="module")
def good() -> bytes:
    return template()


FIGURES = {"2010.c1": 1234.5, "2010.c2": 1000, "2021.c1": 0, "20211.c1": 0.1 + 0.2, "2112.c1": 56, "2090.c1": -12.3}


class TestTemplate:
    def test_has_a_guide_first_and_one_sheet_per_table(self):
        book = load_workbook(io.BytesIO(template(codes=("软统企6", "软统企7"), due="2024年6月12日")))
        assert [sheet.title for sheet in book if sheet.sheet_state == "visible"] == ["填报说明", "软统企6", "软统企7"]
        assert book["_meta"].sheet_state == "veryHidden"
        guide = "".join(str(row[0].value) for row in book["填报说明"].iter_rows())
        assert "2024年6月12日" in guide and "万元" in guide

    def test_locks_and_tints_what_is_computed_and_nothing_else(self, good):
        sheet = load_workbook(io.BytesIO(good))["软统企6"]
        assert sheet.protection.sheet and sheet.protection.password is None
        assert bad.cell_of(sheet, "2020.c1").protection.locked
        assert not bad.cell_of(sheet, "2010.c1").protection.locked
        assert bad.cell_of(sheet, "2020.c1").fill.fgColor.rgb != bad.cell_of(sheet, "2010.c1").fill.fgColor.rgb

    def test_writes_live_formulas_for_totals_and_growth(self, good):
        sheet = load_workbook(io.BytesIO(good))["软统企6"]
        parts = [bad.cell_of(sheet, f"{code}.c1").coordinate for code in ("2021", "2022", "2023", "2024")]
        total = bad.cell_of(sheet, "2020.c1").value
        assert total == f'=IF(COUNT({",".join(parts)})=4,ROUND({"+".join(parts)},2),"")'
        now, before = (bad.cell_of(sheet, f"2010.{key}").coordinate for key in ("c1", "c2"))
        assert f"ROUND(({now}/{before}-1)*100,1)" in bad.cell_of(sheet, "2010.c4").value

    def test_refers_to_the_other_sheet_where_a_figure_comes_from_it(self):
        book = load_workbook(io.BytesIO(template(codes=("软统企6", "软统企7"))))
        source = bad.cell_of(book["软统企6"], "20225.c1").coordinate
        assert f"'软统企6'!{source}" in bad.cell_of(book["软统企7"], "G701.c1").value

    def test_shows_carried_figures_as_values(self):
        locked = computed(EDITION.table("软统企6")) | {"2020.c2": "由系统带入：上年同期"}
        content = template(values={"2020.c2": Decimal("88.80")}, locked=locked)
        assert bad.cell_of(load_workbook(io.BytesIO(content))["软统企6"], "2020.c2").value == 88.8

    def test_formats_money_people_and_percent(self, good):
        sheet = load_workbook(io.BytesIO(good))["软统企6"]
        assert [bad.cell_of(sheet, name).number_format for name in ("2010.c1", "2112.c1", "2010.c4")] == [
            "#,##0.00",
            "#,##0",
            "0.0",
        ]

    def test_is_set_up_for_printing_and_scrolling(self, good):
        sheet = load_workbook(io.BytesIO(good))["软统企6"]
        assert sheet.page_setup.orientation == "landscape" and sheet.page_setup.paperSize == 9
        assert sheet.freeze_panes and sheet.print_title_rows and sheet.page_setup.fitToHeight == 0

    def test_offers_code_lists_and_yes_or_no(self):
        book = load_workbook(io.BytesIO(template(YEAR, ("软统企1",))))
        offers = {offer.formula1: str(offer.sqref) for offer in book["软统企1"].data_validations.dataValidation}
        assert bad.cell_of(book["软统企1"], "A36.v").coordinate in offers['"是,否"']
        assert any(
            bad.cell_of(book["软统企1"], "A19.v").coordinate in cells and "_lists" in formula
            for formula, cells in offers.items()
        )
        assert book["_lists"].sheet_state == "hidden"

    @pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+86 23", "-1+2", "@SUM(A1)"])
    def test_keeps_text_that_looks_like_a_formula_as_text(self, text):
        cell = bad.cell_of(load_workbook(io.BytesIO(template(YEAR, ("软统企1",), {"A05.v": text})))["软统企1"], "A05.v")
        assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)

    def test_leaves_rows_open_that_an_answer_in_the_workbook_decides(self):
        tables = [EDITION.table(code) for code in ("软统企1", "软统企4")]
        locked = computed(*tables) | {"E41.v": f"{ONLY_WHEN}A36＝是时填写", "E41.y": f"{ONLY_WHEN}A36＝是时填写"}
        book = load_workbook(io.BytesIO(template(YEAR, ("软统企1", "软统企4"), {"E41.v": Decimal(0)}, locked)))
        opened, total = (bad.cell_of(book["软统企4"], name) for name in ("E41.v", "E41.y"))
        assert (opened.protection.locked, opened.value) == (False, None)
        assert total.protection.locked and "*" in total.value


class TestRoundTrip:
    def test_reads_what_was_filled_in(self, good):
        cells = read(bad.filled(good, "软统企6", FIGURES)).cells
        assert {name: cells[name] for name in FIGURES} == {
            "2010.c1": "1234.5",
            "2010.c2": "1000",
            "2021.c1": "0",
            "20211.c1": "0.3",
            "2112.c1": "56",
            "2090.c1": "-12.3",
        }

    def test_an_untouched_template_has_no_problems_and_no_figures(self, good):
        untouched = read(good)
        assert untouched.problems == [] and not any(untouched.cells.values())

    def test_says_where_each_cell_stands(self, good):
        coordinate = bad.cell_of(load_workbook(io.BytesIO(good))["软统企6"], "2010.c1").coordinate
        assert read(good).places["2010.c1"] == f"软统企6!{coordinate}"

    def test_does_not_mind_rows_and_columns_being_moved(self, good):
        straight = bad.filled(good, "软统企6", FIGURES)
        moved = bad.with_columns_swapped(bad.sorted_by_code(straight, "软统企6"), "软统企6", "D", "E")
        before, after = read(straight), read(moved)
        assert after.problems == [] and after.cells == before.cells
        assert after.places["2010.c1"] != before.places["2010.c1"]

    def test_a_line_repeated_over_the_columns_is_no_code(self, good):
        """As exceljs streams what a merged cell shows."""

        def repeat(book):
            sheet = book["软统企6"]
            for reference in [str(merged) for merged in sheet.merged_cells.ranges]:
                sheet.unmerge_cells(reference)
            for row in (1, 2, sheet.max_row):
                assert sheet.cell(row, 1).value
                for column in range(2, 5):
                    sheet.cell(row, column).value = sheet.cell(row, 1).value

        assert read(bad.changed(good, repeat)).problems == []

    def test_reads_hidden_rows(self, good):
        def hide(book):
            sheet = book["软统企6"]
            sheet.row_dimensions[bad.cell_of(sheet, "2010.c1").row].hidden = True

        assert read(bad.changed(bad.filled(good, "软统企6", FIGURES), hide)).cells["2010.c1"] == "1234.5"

    def test_takes_the_code_out_of_a_listed_choice(self):
        content = bad.filled(
            template(YEAR, ("软统企1",)), "软统企1", {"A19.v": "3 私人控股", "A34.v": "1，3B 工业软件", "A36.v": "是"}
        )
        cells = read(content, YEAR).cells
        assert (cells["A19.v"], cells["A34.v"], cells["A36.v"]) == ("3", "1,3B", "是")

    def test_keeps_numbers_typed_as_codes_and_dates_typed_as_months(self):
        content = bad.filled(
            template(YEAR, ("软统企1",)), "软统企1", {"A13.v": 13800000001, "A15.v": 400000, "A16.v": date(2015, 3, 1)}
        )
        cells = read(content, YEAR).cells
        assert (cells["A13.v"], cells["A15.v"], cells["A16.v"]) == ("13800000001", "400000", "2015-03")

    @pytest.mark.parametrize(
        ("typed", "text"),
        [
            ("1.2亿", "1.2亿"),
            ("１２３", "１２３"),
            ("1,234.5", "1,234.5"),
            ("#REF!", "#REF!"),
            (True, "TRUE"),
            (-5, "-5"),
        ],
    )
    def test_leaves_what_a_figure_means_to_parsing(self, good, typed, text):
        assert read(bad.filled(good, "软统企6", {"2010.c1": typed})).cells["2010.c1"] == text


class TestCellsThatCannotStand:
    def test_a_formula_in_an_open_cell_must_be_pasted_as_a_value(self, good):
        found = read(bad.filled(good, "软统企6", {"2010.c1": "=1+1"}))
        problems = formula_problems(found, EDITION, computed(EDITION.table("软统企6")))
        assert [(problem.code, problem.column) for problem in problems] == [("2010", "c1")]
        assert "选择性粘贴" in problems[0].problem and found.places["2010.c1"] in problems[0].problem
        assert "2010.c1" not in found.cells

    def test_a_formula_in_a_computed_cell_is_nobodys_business(self, good):
        assert formula_problems(read(good), EDITION, computed(EDITION.table("软统企6"))) == []

    @pytest.mark.parametrize("shape", ["General", "yyyy-mm-dd"])
    def test_what_says_nothing_is_no_text_either(self, shape):
        """Words may be anything, so a number that shows as ######## would have been stored as a person's name."""

        def spoil(book):
            cell = bad.cell_of(book["软统企1"], "A11.v")
            cell.value, cell.number_format = ("#NAME?" if shape == "General" else 99_999_999), shape

        found = read(bad.changed(template(YEAR, ("软统企1",)), spoil), YEAR)
        (problem,) = formula_problems(found, EDITION, {})
        assert (problem.code, problem.column) == ("A11", "v") and "是电子表格的错误值 #" in problem.problem
        assert formula_problems(found, EDITION, {"A11.v": "由系统填写"}) == []

    def test_merged_input_cells_are_named(self, good):
        said = sentences(bad.with_merged(good, "软统企6", "2010.c1", "2010.c2"))
        assert "合并单元格" in said and "软统企6!D" in said and "主营业务收入" in said

    def test_a_percent_format_is_asked_about(self, good):
        def style(book):
            cell = bad.cell_of(book["软统企6"], "2113.c1")
            cell.value, cell.number_format = 0.125, "0.0%"

        said = sentences(bad.changed(good, style))
        assert "百分比格式" in said and "0.125" in said

    def test_duplicate_unknown_and_missing_codes_are_named(self, good):
        def spoil(book):
            sheet = book["软统企6"]
            for old, new in (("2051.c1", "2050"), ("2090.c1", "9999")):
                cell = bad.cell_of(sheet, old)
                sheet.cell(cell.row, 2).value = new

        said = sentences(bad.changed(good, spoil))
        assert "代码 2050 出现了两次" in said and "“9999”不在本表中" in said and "缺少代码 2090" in said

    def test_a_figure_without_a_code_is_not_dropped_silently(self, good):
        def lose(book):
            sheet = book["软统企6"]
            cell = bad.cell_of(sheet, "2010.c1")
            cell.value = 77
            sheet.cell(cell.row, 2).value = None

        assert "有数 77，但这一行没有指标代码" in sentences(bad.changed(good, lose))

    def test_a_missing_or_doubled_column_key_is_named(self, good):
        def double(book):
            sheet = book["软统企6"]
            cell = bad.cell_of(sheet, "2010.c2")
            next(row for row in sheet.iter_rows() if row[1].value == "code")[cell.column - 1].value = "c1"

        said = sentences(bad.changed(good, double))
        assert "“c1”出现了两次" in said and "缺少栏次“去年同期累计”" in said

    def test_a_missing_key_row_is_named(self, good):
        def clear(book):
            sheet = book["软统企6"]
            for cell in next(row for row in sheet.iter_rows() if row[1].value == "code"):
                cell.value = None

        assert "找不到栏次标识行" in sentences(bad.changed(good, clear))

    def test_a_missing_sheet_is_named_with_what_is_there(self, good):
        def rename(book):
            book["软统企6"].title = "Sheet1"

        said = sentences(bad.changed(good, rename))
        assert "找不到工作表“软统企6”" in said and "“Sheet1”" in said


class TestRefusedWorkbooks:
    @pytest.mark.parametrize("name", ["报表.xls", "报表.xlsm", "报表.XLSB", "报表.csv", "报表.et", "报表.pdf"])
    def test_other_extensions(self, good, name):
        assert "." + name.rsplit(".", 1)[1].lower() in refusal(good, name=name)

    @pytest.mark.parametrize(
        ("spoil", "word"),
        [
            (bad.zip_bomb, "解压后有"),
            (bad.lying_zip_bomb, "损坏"),
            (bad.macro_workbook, "宏"),
            (bad.with_external_link, "外部链接"),
            (bad.with_entities, "实体"),
            (bad.truncated, "损坏"),
            (lambda good: b"", "空的"),
            (lambda good: "代码,c1\n2010,5\n".encode(), "不是 Excel"),
            (lambda good: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, ".xls"),
            (
                lambda good: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
                "密码",
            ),
            (lambda good: good + b"\0" * 6_000_000, "5 MB"),
            (lambda good: bad.with_part(good, "xl/workbook.xml", b"<workbook"), "损坏"),
        ],
        ids="bomb lying_bomb macro link entities truncated empty csv xls encrypted large broken_xml".split(),
    )
    def test_each_with_its_sentence(self, good, spoil, word):
        assert word in refusal(spoil(good))

    def test_macro_content_under_an_innocent_name(self, good):
        types = bad.part(good, "[Content_Types].xml").replace(
            b"officedocument.spreadsheetml.sheet.main", b"ms-excel.sheet.macroEnabled.main"
        )
        assert "宏" in refusal(bad.with_part(good, "[Content_Types].xml", types))

    def test_xml_under_a_name_that_hides_it(self, good):
        relations = bad.part(good, "xl/_rels/workbook.xml.rels").replace(b"styles.xml", b"styles.dat")
        hidden = bad.with_part(good, "xl/_rels/workbook.xml.rels", relations)
        entities = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>' + bad.part(good, "xl/styles.xml").split(b"?>", 1)[-1]
        assert "实体" in refusal(bad.with_part(hidden, "xl/styles.dat", entities))

    def test_a_hundred_thousand_rows_with_sheet_and_count(self, good):
        assert re.search("工作表“软统企6”有 100,0[0-9]{2} 行", refusal(bad.with_100_000_rows(good)))

    @pytest.mark.parametrize(
        ("row", "word"),
        [
            ('<row r="1048576"><c r="D1048576"><v>1</v></c></row>', "第 1,048,576 行"),
            ('<row r="99"><c r="XFD99"><v>1</v></c></row>', "第 16,384 列"),
            (f'<row r="99">{"<c><v>1</v></c>" * 5_000}</row>', "第 5,000 列"),
        ],
    )
    def test_content_far_outside_the_form(self, good, row, word):
        assert word in refusal(bad.with_rows(good, row))

    def test_styles_are_read_as_far_as_any_program_writes_them(self, good):
        styles = bad.part(good, "xl/styles.xml").replace(b"</cellXfs>", b"<xf/>" * 1_000_000 + b"</cellXfs>")
        assert read(bad.with_part(good, "xl/styles.xml", styles)).problems == []

    def test_strings_that_would_fill_memory(self, good):
        strings = b"<sst><si><t>" + b"x" * 17_000_000 + b"</t></si></sst>"
        assert "远超正常的工作簿" in refusal(bad.with_part(good, "xl/sharedStrings.xml", strings))

    def test_another_firm_period_or_edition_stating_both(self, good):
        said = refusal(bad.with_meta(good, "credit_code", "91500000OTHER00000"))
        assert "91500000OTHER00000" in said and FIRM.credit_code in said
        said = refusal(bad.with_meta(good, "period", "2024M04"))
        assert "2024年4月" in said and "2024年5月" in said
        said = refusal(bad.with_meta(good, "digest", "0" * 64))
        assert "00000000" in said and EDITION.digest[:8] in said

    @pytest.mark.parametrize(
        ("mark", "versions"),
        [("软统企6=3 软统企7=0", {"软统企6": 3, "软统企7": 0}), ("软统企6=-1 软统企7=1x =2", {}), ("", {})],
    )
    def test_says_which_drafts_it_was_filled_with(self, good, mark, versions):
        assert dict(read(bad.with_meta(good, "versions", mark)).meta.versions) == versions

    @pytest.mark.parametrize("tables", ["软统企9", "软统企1", "软统企6 软统企6a", " "])
    def test_tables_that_are_not_of_the_period(self, good, tables):
        assert "隐藏页被改动过" in refusal(bad.with_meta(good, "tables", tables))

    def test_a_workbook_that_is_not_ours(self, good):
        def forget(book):
            del book["_meta"]

        assert "不是从本平台下载的表样" in refusal(bad.changed(good, forget))
