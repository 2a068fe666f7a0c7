"""A workbook's cells coloured and commented by others than its writer, and all else of the file as it was."""

import io
import zipfile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment

from tests.text.foreign_writers import WRITERS, repacked
from text.marking import Mark, marked
from text.opening import open_book

RED = "FFF8CBC6"
MARKS = {"表": {place: Mark(RED, f"{place} 不是<数字>") for place in ("B2", "D9", "AA40")}}


def book(change=lambda book: None) -> bytes:
    made = Workbook()
    made.active.title = "表"
    for row in ((1, "x", 2.5), (3, "甲", "=A1+A2")):
        made.active.append(row)
    made.active["B2"].number_format = "@"
    made.create_sheet("别的")["A1"] = "原样"
    change(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert len(package.namelist()) == len(set(package.namelist()))
        return {name: package.read(name) for name in package.namelist()}


def test_each_marked_cell_has_its_colour_and_its_sentence():
    sheet = load_workbook(io.BytesIO(marked(book(), MARKS, "核对")))["表"]
    assert {place: (sheet[place].fill.fgColor.rgb, sheet[place].comment.text) for place in MARKS["表"]} == {
        place: (RED, f"{place} 不是<数字>") for place in MARKS["表"]
    }
    assert sheet["B2"].number_format == "@"
    assert (sheet["A1"].fill.fgColor.rgb, sheet["A1"].comment) == ("00000000", None)


def test_nothing_else_of_the_file_is_changed():
    before = parts_of(repacked(book(), lambda parts: parts.update({"xl/charts/新.xml": b"<a/>", "custom.bin": b"\0"})))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, content in before.items():
            package.writestr(name, content)
    after = parts_of(marked(out.getvalue(), MARKS, "核对"))
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"xl/worksheets/sheet1.xml", "xl/styles.xml", "[Content_Types].xml"}
    assert {name.rpartition(".")[2] for name in after.keys() - before.keys()} == {"xml", "vml", "rels"}


def test_the_figures_and_formulas_are_read_as_before():
    def cells(content):
        return [[(cell.reference, cell.value, cell.formula) for row in sheet for cell in row.cells.values()]
                for sheet in open_book(io.BytesIO(content)).sheets]  # fmt: skip

    assert cells(marked(book(), MARKS, "核对")) == cells(book())


def test_comments_that_are_there_stay_and_the_sentence_follows():
    def comment(made):
        made["表"]["B2"].comment, made["表"]["A1"].comment = Comment("我的批注", "我"), Comment("别的批注", "我")

    sheet = load_workbook(io.BytesIO(marked(book(comment), MARKS, "核对")))["表"]
    assert sheet["B2"].comment.text == "我的批注\nB2 不是<数字>"
    assert sheet["A1"].comment.text == "别的批注"
    assert sheet["D9"].comment.text == "D9 不是<数字>"


def test_it_can_be_marked_twice():
    once = marked(book(), MARKS, "核对")
    sheet = load_workbook(io.BytesIO(marked(once, {"表": {"A1": Mark(RED, "又一处")}}, "核对")))["表"]
    assert [sheet[place].comment.text for place in ("A1", "D9")] == ["又一处", "D9 不是<数字>"]


@pytest.mark.parametrize("writer", WRITERS)
def test_whatever_program_wrote_it(writer):
    made = marked(repacked(book(), WRITERS[writer]), MARKS, "核对")
    found = open_book(io.BytesIO(made))
    assert [cell.text for row in found.sheet("表") for cell in row.cells.values()][:3] == ["1", "x", "2.5"]
    texts = "".join(content.decode("utf-8", "replace") for name, content in parts_of(made).items() if "omment" in name)
    assert "D9 不是&lt;数字&gt;" in texts


def test_a_sheet_that_is_not_there_is_passed_over():
    content = book()
    assert parts_of(marked(content, {"没有": MARKS["表"]}, "核对")) == parts_of(content)
