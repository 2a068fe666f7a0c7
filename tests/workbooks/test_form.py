"""What stands in a firm's workbook beside the form: explanations, what was filed before; and that it is made once."""

import io
import zipfile
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from forms_tables.workbooks.template import Reporter, Template, make_form, write_template
from tests.workbooks import bad_workbooks as bad
from tests.workbooks.test_workbooks import EDITION, FIRM, MAY, YEAR, computed, read, template

ANNUAL = [table.code for table in EDITION.tables if table.frequency == "annual"]
LAST_YEAR = {"2010.c1": Decimal("88.80"), "2021.c1": Decimal("7"), "2112.c1": Decimal("0")}


def sheet_of(content: bytes, code: str = "软统企6"):
    return load_workbook(io.BytesIO(content))[code]


def row_of(sheet, code: str) -> int:
    return next(cell.row for cell in sheet["B"] if cell.value == code)


def test_each_row_is_explained_in_a_comment_on_its_name():
    sheet = sheet_of(template())
    said = sheet.cell(row_of(sheet, "2020"), 1).comment.text
    assert said.startswith("2020 软件业务收入合计\n单位：万元，累计数\n关系：2010 的其中项")
    assert "由系统计算" in said and "说明：自动＝2021＋2022＋2023＋2024" in said
    rows = [row.code for row in EDITION.table("软统企6").indicators if not row.is_heading]
    assert all(sheet.cell(row_of(sheet, code), 1).comment for code in rows)
    assert sheet.cell(row_of(sheet, "2020a"), 1).comment is None


def test_a_frozen_workbook_has_neither_comments_nor_another_stamp_than_its_own():
    at = datetime(2024, 6, 5, 2, 0, tzinfo=UTC)
    content = template(frozen_at=at)
    assert content == template(frozen_at=at)
    book = load_workbook(io.BytesIO(content))
    assert book.properties.created == datetime(2024, 6, 5, 2, 0)
    assert not any(cell.comment for row in book["软统企6"].iter_rows() for cell in row)


def test_what_the_form_itself_has_a_column_for_is_not_written_beside_it():
    sheet = sheet_of(template(history={"year_ago": LAST_YEAR, "prev": LAST_YEAR}))
    assert "供参考，不用填" not in {cell.value for row in sheet.iter_rows() for cell in row}


def test_what_was_carried_in_is_grey():
    locked = computed(EDITION.table("软统企6")) | {"2010.c2": "由系统带入：上年同期"}
    sheet = sheet_of(template(values={"2010.c2": Decimal("88.80")}, locked=locked))
    assert bad.cell_of(sheet, "2010.c2").font.color.rgb == "006B7280"
    assert (
        bad.cell_of(sheet, "2021.c2").font.color is None or bad.cell_of(sheet, "2021.c2").font.color.rgb != "006B7280"
    )


@pytest.fixture
def with_past() -> bytes:
    past = {"2900.y": Decimal("5"), "4011.v": Decimal("12.5")}
    rows = EDITION.table("软统企4").indicators
    assert any("v" in row.columns for row in rows)
    first = next(row.code for row in rows if "v" in row.columns and row.is_figure)
    return template(YEAR, ANNUAL, history={"last_annual": {**past, f"{first}.v": Decimal("12.50")}})


def test_what_was_filed_before_stands_beside_the_form_in_grey(with_past):
    sheet = sheet_of(with_past, "软统企4")
    grey = [cell for row in sheet.iter_rows() for cell in row if cell.value == 12.5]
    assert [cell.font.color.rgb for cell in grey] == ["006B7280"]
    head = next(cell for row in sheet.iter_rows() for cell in row if str(cell.value).startswith("上年年报"))
    assert head.column == grey[0].column and sheet.cell(head.row - 1, head.column).value == "供参考，不用填"


def test_a_row_that_has_it_in_a_column_of_the_form_has_it_once():
    every = {f"{row.code}.{key}": Decimal("12.5") for row in EDITION.table("软统企4").indicators for key in row.columns}
    sheet = sheet_of(template(YEAR, ANNUAL, history={"last_annual": every}), "软统企4")
    row = EDITION.table("软统企4").indicators[0]  # its 本年 of last year stands under 上年
    assert "p" in row.columns
    assert [cell.value for cell in sheet[row_of(sheet, row.code)][8:]] == [None, None, None]


def test_it_is_not_read_back(with_past):
    plain = read(template(YEAR, ANNUAL), YEAR)
    found = read(with_past, YEAR)
    assert (found.cells, found.problems) == (plain.cells, [])

    def scribble(book):
        for row in book["软统企4"].iter_rows(min_col=9):
            for cell in row:
                if cell.value == 12.5:
                    cell.value = 99

    assert read(bad.changed(with_past, scribble), YEAR).cells == plain.cells


def test_every_part_is_xml_and_named_once():
    import xml.dom.minidom  # noqa: PLC0415

    with zipfile.ZipFile(io.BytesIO(template(YEAR, ANNUAL))) as package:
        assert len(package.namelist()) == len(set(package.namelist()))
        for name in package.namelist():
            xml.dom.minidom.parseString(package.read(name))


def test_one_form_serves_all_firms_and_none_sees_anothers_cells():
    make_form.cache_clear()
    first = template(values={"2010.c1": Decimal("123.45")})
    other = Reporter("别家", "91500112M01000002H", {"单位详细名称": "别家", "报告期": "2024年5月"})
    out = io.BytesIO()
    table = EDITION.table("软统企6")
    write_template(Template(EDITION, MAY, other, [table], {}, computed(table)), out)
    assert (make_form.cache_info().misses, make_form.cache_info().hits) == (1, 1)
    assert bad.cell_of(sheet_of(first), "2010.c1").value == 123.45
    texts = [str(cell.value) for sheet in load_workbook(out) for row in sheet.iter_rows() for cell in row if cell.value]
    assert not any(FIRM.name in text or FIRM.credit_code in text for text in texts) and "123.45" not in texts
    assert any("别家" in text for text in texts)


def test_another_text_than_a_figure_is_kept_as_it_was_typed():
    content = template(values={"2010.c1": "=1+1", "2021.c1": " 约 <5> & 6 ", "2112.c1": "_x0041_"})
    sheet = sheet_of(content)
    assert [bad.cell_of(sheet, name).data_type for name in ("2010.c1", "2021.c1")] == ["s", "s"]
    assert bad.cell_of(sheet, "2010.c1").quotePrefix
    assert read(content).cells["2021.c1"] == " 约 <5> & 6 "
    assert read(content).cells["2112.c1"] == "_x0041_"
