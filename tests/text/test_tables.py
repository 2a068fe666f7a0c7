"""Large plain tables: every text stays text, every figure arrives digit by digit, the file says no machine's time."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from text.tables import TableColumn, write_table
from text.writing import TextWorkbook

AT = datetime(2024, 6, 14, 9, 0, tzinfo=UTC)
NAME, FIGURE = TableColumn("名称", 30), TableColumn("数", 12, "figure", 2)


def written(columns, rows) -> bytes:
    out = io.BytesIO()
    write_table(out, "表", columns, rows, AT, fixed=1)
    return out.getvalue()


def cells(columns, *rows) -> list:
    sheet = load_workbook(io.BytesIO(written(columns, rows))).active
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("=1+1", "=1+1"),
        ("@SUM(A1)", "@SUM(A1)"),
        ("0012", "0012"),
        ("甲\x00\x0b乙", "甲\n乙"),
        ("甲\ud800", "甲"),
        (" 前后 ", " 前后 "),
        ("<r><t>甲</t></r>", "<r><t>甲</t></r>"),
        ("", None),
        (None, None),
        ("长" * 40_000, "长" * 32_767),
    ],
)
def test_a_text_stays_what_it_is(text, read):
    content = written([NAME], [[text]])
    cell = load_workbook(io.BytesIO(content)).active["A2"]
    assert cell.value == read and cell.data_type in ("s", "n") and (read is None or cell.number_format == "@")


@pytest.mark.parametrize(
    ("figure", "read"),
    [
        (Decimal("0.10"), 0.1),
        (Decimal("-1234567890123.45"), -1234567890123.45),
        (Decimal("123456789012345"), 123456789012345),
        (Decimal("1234567890123456.78"), "1234567890123456.78"),
        (Decimal("-9007199254740993"), "-9007199254740993"),
        (Decimal("12345678900000000000"), 12345678900000000000),
        (12, 12),
        (None, None),
    ],
)
def test_a_figure_arrives_digit_by_digit(figure, read):
    assert cells([NAME, FIGURE], ["甲", figure]) == [["甲", read]]


def test_days_and_moments_are_such():
    columns = [TableColumn("日", 12, "day"), TableColumn("时", 20, "moment")]
    assert cells(columns, [date(2024, 1, 2), AT], [None, None])[0] == [datetime(2024, 1, 2), AT.replace(tzinfo=None)]


def test_heads_stay_in_sight_under_a_filter_also_without_a_row():
    for rows in ([], [["甲", 1]]):
        sheet = load_workbook(io.BytesIO(written([NAME, FIGURE], rows))).active
        assert [cell.value for cell in sheet[1]] == ["名称", "数"] and sheet["A1"].font.name == "宋体"
        assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", "A1:B2")


def test_the_same_table_is_the_same_bytes_of_the_offices_time():
    content = written([NAME], [["甲"]])
    assert content == written([NAME], [["甲"]])
    assert load_workbook(io.BytesIO(content)).properties.created == AT.replace(tzinfo=None)
    with ZipFile(io.BytesIO(content)) as package:
        assert package.testzip() is None and len(package.namelist()) == len(set(package.namelist()))


def test_two_columns_called_alike_are_refused():
    with pytest.raises(ValueError, match="same label"):
        written([NAME, NAME], [])


def test_what_breaks_in_the_rows_is_heard():
    def rows():
        yield ["甲"]
        raise KeyError("gone")

    with pytest.raises(KeyError):
        written([NAME], rows())


RICH = "<r><t>甲</t></r>"  # how a workbook writes a text of several fonts


@pytest.mark.parametrize("constant_memory", [True, False])
def test_a_laid_out_row_reads_the_same_however_it_is_written(constant_memory):
    out = io.BytesIO()
    texts = [RICH if constant_memory else "<甲>", " 前 & 后 ", "甲\x00\ud800"]
    with TextWorkbook(out, {"constant_memory": constant_memory}, AT) as book:
        sheet, style = book.add_worksheet("表"), book.add_format({"num_format": "0.00"})
        sheet.merge_range(0, 0, 0, 2, texts[0], style)
        sheet.write_cells(1, 1, [(text, style) for text in texts])
        figures = (Decimal("1234567.80"), None, 7, datetime(2024, 1, 2, 12))
        sheet.write_cells(2, 0, [(figure, style) for figure in figures])
        sheet.write_string(3, 2, texts[1], style)
        sheet.write_string(3, 0, "后写的", style)
        sheet.write_number(4, 0, 1.5)
    rows = [[cell.value for cell in row][:4] for row in load_workbook(io.BytesIO(out.getvalue())).active.iter_rows()]
    assert rows == [
        [texts[0], None, None, None],
        [None, texts[0], texts[1], "甲"],
        [1234567.8, None, 7, 45293.5],
        ["后写的", None, texts[1], None],
        [1.5, None, None, None],
    ]
