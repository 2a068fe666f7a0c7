"""Cells that are picked out of a worksheet's XML and those that a parser reads come to the same, side by side."""

import io
import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.text.foreign_writers import repacked
from tests.text.test_opening import saved
from text import cells, opening
from text.opening import open_book
from text.package import Unreadable

SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRINGS = (
    "<si><t>甲</t></si><si><r><t>乙</t></r><r><t>丙</t></r></si><si><t/></si><si><t>#N/A</t></si>"
    "<si><t>a&amp;b</t></si>"
)


def sheet_of(rows: str, head: str = "", tail: str = "", start: str = "") -> bytes:
    def put(parts):
        parts[SHEET] = (
            f'{start}<worksheet xmlns="{MAIN}">{head}<sheetData>{rows}</sheetData>{tail}</worksheet>'.encode()
        )
        parts["xl/styles.xml"] = b'<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
        parts["xl/sharedStrings.xml"] = f"<sst>{STRINGS}</sst>".encode()
        kind = b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"'
        line = b'<Relationship Id="rS" ' + kind + b' Target="sharedStrings.xml"/></Relationships>'
        name = "xl/_rels/workbook.xml.rels"
        parts[name] = parts[name].replace(b"</Relationships>", line)

    return repacked(saved(("x",)), put)


def read(content: bytes):
    sheet = open_book(io.BytesIO(content)).first
    return [(row.number, row.hidden, list(row.cells.values())) for row in sheet], sheet.merged


def read_by_the_parser_alone(content: bytes, monkeypatch):
    with monkeypatch.context() as only:
        only.setattr(cells, "is_plain", lambda _: False)
        only.setattr(opening, "is_plain", lambda _: False)
        return read(content)


WAYS = [
    '<c r="{0}"><v>12.50</v></c>',
    '<c r="{0}" s="1" t="n"><v>45413</v></c>',
    '<c r="{0}" s="1"/>',
    '<c r="{0}" s="0" t="n" />',
    '<c r="{0}" t="s"><v>0</v></c>',
    '<c r="{0}" t="s"><v>1</v></c>',
    '<c r="{0}" t="s"><v>2</v></c>',
    '<c r="{0}" t="s"><v>3</v></c>',
    '<c r="{0}" t="s"><v>4</v></c>',
    '<c r="{0}" t="s"><v>77</v></c>',
    '<c r="{0}" t="s"><v> 1 </v></c>',
    '<c r="{0}" t="str"><f>A1&amp;"x"</f><v>甲</v></c>',
    '<c r="{0}" t="str"><f>A1</f><v></v></c>',
    '<c r="{0}" t="str"><f>A1&gt;2</f><v/></c>',
    '<c r="{0}" s="0"><f>SUM(A1:B2)</f><v>3</v></c>',
    '<c r="{0}" s="0"><f>SUM(A1:B2)</f><v /></c>',
    '<c r="{0}" s="0"><f>SUM(A1:B2)</f></c>',
    '<c r="{0}" t="inlineStr"><is><t>丁</t></is></c>',
    '<c r="{0}" t="inlineStr"><is><t xml:space="preserve"> 戊 </t></is></c>',
    '<c r="{0}" t="inlineStr"><v>3</v></c>',
    '<c r="{0}" t="n"><is><t>3</t></is></c>',
    '<c r="{0}"><v>123456789012345678901234567890</v></c>',
    '<c r="{0}"><v>-0.30000000000000004</v></c>',
    '<c r="{0}"><v>1E3</v></c>',
    '<c r="{0}"><v> 7 </v></c>',
    '<c r="{0}"><v>七</v></c>',
    '<c r="{0}" t="e"><v>#REF!</v></c>',
    '<c r="{0}" t="b"><v>1</v></c>',
    "<c s='1' r='{0}'><v>45413</v></c>",
    '<c t="s" r="{0}"><v>0</v></c>',
    '<c r="{0}"><v>1<!-- 2 -->3</v></c>',
    '<c r="{0}" t="str"><v><![CDATA[<v>9</v>]]></v></c>',
]


@pytest.mark.parametrize("way", WAYS)
def test_a_cell_is_read_alike_by_both(way, monkeypatch):
    content = sheet_of(f'<row r="2" spans="1:3">{WAYS[0].format("A2")}{way.format("B2")}{WAYS[4].format("C2")}</row>')
    assert read(content) == read_by_the_parser_alone(content, monkeypatch)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.lists(st.sampled_from(WAYS[:-2]), max_size=5), max_size=4),
    st.sampled_from(["", ' hidden="1"', ' ht="0"', ' ht="15.5" customHeight="1"', " ht='0'"]),
)
def test_whole_sheets_are_read_alike_by_both(rows, shown):
    lines = ""
    for row, ways in zip(itertools.count(2), rows, strict=False):
        written = (way.format(f"{letter}{row}") for letter, way in zip("ABCDE", ways, strict=False))
        lines += f'<row r="{row}"{shown}>{"".join(written)}</row>'
    head = '<cols><col min="2" max="3" width="9" hidden="1"/></cols>'
    content = sheet_of(lines, head, '<mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>')
    with pytest.MonkeyPatch.context() as patch:
        assert read(content) == read_by_the_parser_alone(content, patch)


def test_a_cell_without_its_place_stands_after_the_one_before(monkeypatch):
    content = sheet_of('<row r="2"><c r="B2" s="1"/><c><v>7</v></c></row><row><c><v>8</v></c></row>')
    rows, _ = read(content)
    assert [[cell.reference for cell in row[2]] for row in rows] == [["C2"], ["A3"]]
    assert read(content) == read_by_the_parser_alone(content, monkeypatch)


def test_what_a_comment_or_an_instruction_holds_is_no_cell():
    hidden = '<c r="A1"><v>1</v></c>'
    for content in (
        sheet_of("", head=f"<!--{hidden}-->"),
        sheet_of("", head=f"<?a {hidden}?>", start="<?xml version='1.0'?>"),
    ):
        assert read(content) == ([], [])


def test_what_is_plain_inside_and_no_xml_outside_is_refused():
    for broken in (
        '<c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c>',
        '<c r="A1"><v>1</v></c><c r="B1"',
    ):
        with pytest.raises(Unreadable, match="已损坏"):
            read(sheet_of(broken))


def test_strings_under_a_prefix_are_counted_with_the_others():
    def prefix(parts):
        name = "xl/sharedStrings.xml"
        parts[name] = f'<x:sst xmlns:x="{MAIN}"><x:si><x:t>甲</x:t></x:si><x:si><x:t>乙</x:t></x:si></x:sst>'.encode()

    rows, _ = read(repacked(sheet_of('<row r="1"><c r="A1" t="s"><v>1</v></c></row>'), prefix))
    assert rows[0][2][0].value == "乙"


def test_a_figure_of_more_digits_than_a_float_holds_stays_whole():
    rows, _ = read(sheet_of('<row r="1"><c r="A1"><v>9007199254740993</v></c></row>'))
    assert rows[0][2][0].value == 9007199254740993


def test_cells_beyond_the_limit_are_refused_before_they_are_kept(monkeypatch):
    line = "".join(f'<c r="{letter}1"><v>1</v></c>' for letter in "ABCDEF")
    with pytest.raises(Unreadable, match="解压后过大"):
        open_book(io.BytesIO(sheet_of(f'<row r="1">{line}</row>')), most_cells=5)


def test_a_sheet_cut_into_blocks_is_read_as_one(monkeypatch):
    lines = "".join(
        f'<row r="{row}"><c r="A{row}"><v>{row}</v></c><c r="B{row}" t="s"><v>0</v></c></row>' for row in range(1, 60)
    )
    whole = read(sheet_of(lines))
    monkeypatch.setattr(cells, "BLOCK", 100)
    assert read(sheet_of(lines)) == whole
