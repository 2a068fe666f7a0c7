"""Workbooks other programs made, and those that are damaged: what each importer reads of them, alike."""

import io
import re
import warnings
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from reporting.calendar.files import read_arrangement
from reporting.editions.workbook import COLUMNS as RULE_COLUMNS
from reporting.editions.workbook import SHEET, read_rules
from reporting.register.imports.sheet_rows import read_register
from tests.register.test_register_import import COLUMNS
from tests.text.foreign_writers import BOOK, BOOK_RELATIONS, TYPES, WRITERS, repacked, replaced
from tests.workbooks import bad_workbooks as bad
from tests.workbooks.test_workbooks import FIGURES, read, template
from text.opening import open_book
from text.package import Unreadable

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]  # the register asks which edition is in force

FIRM = {"统一社会信用代码": "91500112M01000002H", "单位详细名称": "渝乙", "纳统类别": "1", "行业代码": "6513"}
ONE_DECIMAL = '<numFmt numFmtId="176" formatCode="0.0_ "/>'
RICH = "<is><r><t>渝</t></r><r><t>乙</t></r><rPh><t>yu</t></rPh></is>"


def saved(*rows, title="Sheet", change=lambda sheet: None) -> bytes:
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(list(row))
    change(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def register(change=lambda sheet: None) -> bytes:
    return saved(COLUMNS, [FIRM.get(column, "") for column in COLUMNS], change=change)


def calendar(change=lambda sheet: None) -> bytes:
    heads = ("日期", "年份", "节日", "类型", "节日当天")
    return saved(heads, (date(2027, 5, 1), 2027, "劳动节", "放假", "是"), change=change)


def rules(change=lambda sheet: None) -> bytes:
    row = {"编号": "R901", "级别": "错误", "提示语": "收入不得为负"}
    return saved(RULE_COLUMNS, [row.get(column, "") for column in RULE_COLUMNS], title=SHEET, change=change)


def form() -> bytes:
    return bad.filled(template(), "软统企6", FIGURES)


def read_form(content: bytes):
    found = read(content)
    assert not found.problems
    return found.cells


IMPORTERS = {
    "form": (form, read_form),
    "register": (register, lambda content: read_register(io.BytesIO(content), "名录.xlsx").rows),
    "calendar": (calendar, lambda content: read_arrangement(io.BytesIO(content), "a.xlsx", 2027, "国办").festivals),
    "rules": (rules, lambda content: read_rules(io.BytesIO(content), "规则.xlsx").dataset.dict),
}


@pytest.fixture(scope="module", params=IMPORTERS)
def importer(request, django_db_setup, django_db_blocker):
    make, take = IMPORTERS[request.param]
    with django_db_blocker.unblock():
        good = make()
        expected = take(good)
    assert expected
    return good, take, expected


@pytest.mark.parametrize("writer", WRITERS)
def test_every_importer_reads_what_another_program_wrote(importer, writer):
    good, take, expected = importer
    assert take(repacked(good, WRITERS[writer])) == expected


def macros(parts):
    parts["xl/hidden.bin"] = b"\0"
    line = b'<Relationship Id="rM" Type="http://x/vbaProject" Target="hidden.bin"/></Relationships>'
    replaced(parts, BOOK_RELATIONS, b"</Relationships>", line)


def missing_sheet(parts):
    del parts["xl/worksheets/sheet1.xml"]


def binary(parts):
    parts["xl/workbook.bin"] = parts.pop(BOOK)
    for name in (TYPES, "_rels/.rels"):
        replaced(parts, name, b"xl/workbook.xml", b"xl/workbook.bin")


def text_document(parts):
    kept = {name: parts[name] for name in (TYPES, "_rels/.rels")}
    kept["word/document.xml"] = b"<document/>"
    replaced(kept, "_rels/.rels", b"xl/workbook.xml", b"word/document.xml")
    replaced(kept, TYPES, b"xl/workbook.xml", b"word/document.xml")
    replaced(kept, TYPES, b"spreadsheetml.sheet.main", b"wordprocessingml.document.main")
    return kept


def only_a_chart(parts):
    replaced(parts, BOOK_RELATIONS, b"relationships/worksheet", b"relationships/chartsheet")


def twice_of_one_name(parts):
    line = b'<Relationship Id="r9" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    replaced(parts, BOOK_RELATIONS, b"</Relationships>", line)
    last = re.findall(rb'<sheet [^>]*?name="([^"]+)"', parts[BOOK])[-1]
    again = b'<sheet xmlns:r="x" name="' + last.upper() + b'" sheetId="99" r:id="r9"/></sheets>'
    replaced(parts, BOOK, b"</sheets>", again)


def beyond_the_last_column(parts):
    cells = b"<c><v>1</v></c>" * 16_385
    replaced(parts, "xl/worksheets/sheet1.xml", b"</sheetData>", b'<row r="99">' + cells + b"</row></sheetData>")


def many_merged(parts):
    merged = b"".join(b'<mergeCell ref="ZA%d:ZB%d"/>' % (row, row) for row in range(10_001))
    replaced(
        parts, "xl/worksheets/sheet1.xml", b"</sheetData>", b"</sheetData><mergeCells>" + merged + b"</mergeCells>"
    )


def many_sheets(parts):
    replaced(parts, BOOK, b"<sheets>", b"<sheets>" + b"<sheet/>" * 1_002)


def many_relations(parts):
    lines = b"".join(b'<Relationship Id="z%d" Target="a"/>' % number for number in range(1_002))
    replaced(parts, BOOK_RELATIONS, b"</Relationships>", lines + b"</Relationships>")


def endless_tag(parts):
    tag = b"<row " + b"".join(b'a%x="" ' % number for number in range(200_000)) + b"/>"
    replaced(parts, "xl/worksheets/sheet1.xml", b"</sheetData>", tag + b"</sheetData>")


REFUSED = {
    "two sheets of one name": (twice_of_one_name, "有不止一张工作表叫“.+”，分不清以哪一张为准"),
    "more columns than a sheet has": (beyond_the_last_column, "超出了一张工作表的范围"),
    "merged without end": (many_merged, "有超过 10,000 处合并单元格"),
    "sheets without end": (many_sheets, "解压后过大"),
    "relations without end": (many_relations, "解压后过大"),
    "a tag without end": (endless_tag, "解压后过大"),
    "macros under another name": (macros, "宏代码"),
    "a sheet is missing": (missing_sheet, "文件已损坏：工作表“"),
    "cut xml": (lambda parts: replaced(parts, "xl/worksheets/sheet1.xml", b"</worksheet>", b""), "已损坏"),
    "binary": (binary, r"二进制工作簿（.xlsb）"),
    "a text document": (text_document, "不是 Excel 工作簿"),
    "nothing but a chart": (only_a_chart, "没有工作表（只有图表）"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_every_importer_refuses_with_the_same_sentence(importer, kind):
    good, take, _ = importer
    spoil, words = REFUSED[kind]
    with pytest.raises(Unreadable, match=words):
        take(repacked(good, spoil))


def sheet_with(cell: str, styles: str = "") -> bytes:
    """A workbook of one sheet with this cell, whatever a writer puts there."""
    good = saved(("x",))

    def put(parts):
        replaced(parts, "xl/worksheets/sheet1.xml", b'<c r="A1"', cell.encode() + b'<c r="B1"')
        if styles:
            parts["xl/styles.xml"] = f"<styleSheet>{styles}</styleSheet>".encode()

    return repacked(good, put)


def formats(*numbers: int, named: str = "") -> str:
    styles = "".join(f'<xf numFmtId="{number}"/>' for number in numbers)
    return f"<numFmts>{named}</numFmts><cellXfs>{styles}</cellXfs>"


@pytest.mark.parametrize(
    ("cell", "styles", "text"),
    [
        ('<c r="A1"><v>0.30000000000000004</v></c>', "", "0.3"),
        ('<c><v>7</v></c>', "", "7"),
        (f'<c r="a1" t="inlineStr">{RICH}</c>', "", "渝乙"),
        ('<c r="A1" t="str"><v>a_x000B_b</v></c>', "", "a\nb"),
        ('<c r="A1" t="str"><v>a_x0031_b_x005F_x0031_</v></c>', "", "a1b_x0031_"),
        ('<c r="A1" t="b"><v>1</v></c>', "", "TRUE"),
        ('<c r="A1" t="d"><v>2024-05-01T00:00:00</v></c>', "", "2024-05-01"),
        ('<c r="A1" s="1"><v>45413</v></c>', formats(0, 31), "2024-05-01"),
        ('<c r="A1" s="1"><v>45413</v></c>', formats(0, 14), "2024-05-01"),
        ('<c r="A1" s="1"><v>45413</v></c>', formats(0, 176, named=ONE_DECIMAL), "45413"),
        ('<c r="A1" s="9"><v>45413</v></c>', "", "45413"),
        ('<c r="A1"><f>1+1</f><v>2</v></c>', "", "2"),
        ('<c r="A1" t="str"><f>IF(B1="","",B1)</f><v></v></c>', "", ""),
    ],
)  # fmt: skip
def test_a_cell_is_what_a_person_saw(cell, styles, text):
    found = open_book(io.BytesIO(sheet_with(cell, styles))).first.cell(1, 1)
    assert (found.text, found.problem) == (text, "")


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ('<c r="A1" t="e"><v>#REF!</v></c>', "是电子表格的错误值 #REF!"),
        ('<c r="A1" t="str"><v>#N/A</v></c>', "是电子表格的错误值 #N/A"),
        ('<c r="A1" t="inlineStr"><is><t>#VALUE!</t></is></c>', "是电子表格的错误值 #VALUE!"),
        ('<c r="A1"><f>SUM(B1:B9)</f></c>', "是公式，文件里没有它算出的结果"),
        ('<c r="A1"><f>SUM(B1:B9)</f><v></v></c>', "是公式，文件里没有它算出的结果"),
        ('<c r="A1" t="s"><v>99</v></c>', "读不出的内容"),
        ('<c r="A1" t="z"><v>99</v></c>', "读不出的内容"),
        ('<c r="A1" s="1"><v>-3</v></c>', "错误值 ########"),
        ('<c r="A1"><v>一二三</v></c>', "错误值 一二三"),
        ('<c r="A1" s="1"><v>99999999</v></c>', "错误值 ########"),
        ('<c r="A1"><v>NaN</v></c>', "错误值 NaN"),
        ('<c r="A1"><v>1_0</v></c>', "错误值 1_0"),
        (f'<c r="A1"><v>1{"0" * 400}</v></c>', "错误值 1000"),
        ('<c r="A1"><v>1e999</v></c>', "错误值 1e999"),
    ],
)
def test_a_cell_that_says_nothing_says_so(cell, words):
    found = open_book(io.BytesIO(sheet_with(cell, formats(0, 14)))).first.cell(1, 1)
    assert words in found.problem


def test_more_elements_than_any_register_has_are_not_read(monkeypatch):
    """16 MB of empty cells pack into a few kilobytes, and kept a processor for a minute."""
    monkeypatch.setattr("text.package.MOST_MARKS", 5_000)
    with pytest.raises(Unreadable, match="解压后过大"):
        open_book(io.BytesIO(sheet_with("<c/>" * 5_000)))


def test_what_is_given_room_may_be_larger(monkeypatch):
    monkeypatch.setattr("text.package.MOST_MARKS", 5_000)
    assert open_book(io.BytesIO(sheet_with("<c/>" * 5_000)), room=2).titles


def test_an_error_value_is_told_in_a_sentence_of_bearable_length():
    found = open_book(io.BytesIO(sheet_with(f'<c r="A1" t="e"><v>{"x" * 100_000}</v></c>'))).first.cell(1, 1)
    assert len(found.problem) < 300


def test_a_hidden_sheet_hides_its_cells():
    def hide(sheet):
        sheet.parent.create_sheet("看").append(["x"])
        sheet.sheet_state = "hidden"

    hidden, seen = open_book(io.BytesIO(saved(("x",), change=hide))).sheets
    assert (hidden.cell(1, 1).hidden, seen.cell(1, 1).hidden) == (True, False)


def test_a_day_of_which_nobody_saw_the_year_is_none_of_the_arrangement():
    """Typed in November, the 1st of May of next year's notice is stored as one of this year."""

    def without_year(sheet):
        sheet["A2"].value, sheet["A2"].number_format = date(2026, 5, 1), 'm"月"d"日"'

    read = read_arrangement(io.BytesIO(calendar(without_year)), "a.xlsx", 2027, "国办")
    assert [(problem.place, problem.sentence[:36]) for problem in read.problems] == [
        ("A2", "显示的日期没有年份；年份 2026 是 Excel 自己加的（2026-")
    ]
    assert not read.festivals


def test_a_register_is_not_read_far_to_the_right():
    def note(sheet):
        sheet["XFD2"] = "备注"

    with pytest.raises(Unreadable, match="用到了第 16,384 列，超过 200 列的上限"):
        read_register(io.BytesIO(register(note)), "名录.xlsx")


def test_rows_in_any_order_are_read_in_theirs():
    content = sheet_with('<c r="C3"><v>3</v></c><c r="B2"><v>2</v></c>')
    assert [row.number for row in open_book(io.BytesIO(content)).first] == [1, 2, 3]


def test_a_cell_written_twice_is_not_chosen_from():
    with pytest.raises(Unreadable, match="的 A1 写了两次"):
        open_book(io.BytesIO(sheet_with('<c r="A1"><v>1</v></c><c r="A1"><v>2</v></c>')))


def test_two_parts_of_one_name_are_not_chosen_from():
    def twice(parts):
        return {**parts, "XL/Workbook.xml": parts[BOOK] + b" "}

    with pytest.raises(Unreadable, match="分不清以哪一个为准"):
        open_book(io.BytesIO(repacked(form(), twice)))


def test_a_sheet_that_points_nowhere_is_passed_over():
    def add(parts):
        replaced(parts, BOOK, b"<sheets>", b'<sheets><sheet name="\xe6\x97\xa0" sheetId="77"/>')

    assert open_book(io.BytesIO(repacked(form(), add))).titles[0] == "填报说明"


def test_a_long_string_shown_by_many_cells_is_read_once():
    """A file of 2 MB in which a string of a million letters stands in 60,000 cells kept a processor for minutes."""

    def repeat(parts):
        parts["xl/sharedStrings.xml"] = b"<sst><si><t>" + b"_x0031_" * 150_000 + b"</t></si></sst>"
        rows = b"".join(b'<row><c t="s"><v>0</v></c></row>' for _ in range(60_000))
        replaced(parts, "xl/worksheets/sheet1.xml", b"</sheetData>", rows + b"</sheetData>")

    sheet = open_book(io.BytesIO(repacked(saved(("x",)), repeat))).first
    assert len({id(row.cells[1].value) for row in list(sheet)[1:]}) == 1


def test_hidden_rows_and_columns_are_known():
    def hide(sheet):
        sheet.row_dimensions[2].hidden = True
        sheet.column_dimensions["C"].hidden = True

    sheet = open_book(io.BytesIO(saved((1, 2, 3), (4, 5, 6), change=hide))).first
    assert sheet.hidden_rows == [2]
    assert [cell.reference for row in sheet for cell in row.cells.values() if cell.hidden] == ["C1", "A2", "B2", "C2"]


def test_the_first_sheet_is_the_first_a_person_sees():
    book = Workbook()
    book.active.title, book.active.sheet_state = "藏", "hidden"
    book.create_sheet("看").append(["x"])
    out = io.BytesIO()
    book.save(out)
    assert open_book(out).first.title == "看"


def test_dates_count_from_1904_where_the_workbook_says_so():
    def mac(parts):
        parts[BOOK] = parts[BOOK].replace(b"<workbookPr ", b'<workbookPr date1904="1" ')

    day = datetime(2024, 5, 1)
    content = repacked(saved((day,)), mac)
    assert open_book(io.BytesIO(content)).first.cell(1, 1).value == datetime(2028, 5, 2)


def test_nothing_is_warned_of_on_the_console():
    """openpyxl itself warns of a date out of range, of validations it does not know, of a missing default style."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        open_book(io.BytesIO(sheet_with('<c r="A1" s="1"><v>99999999</v></c>', formats(0, 14))))
