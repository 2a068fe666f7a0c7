"""Where a figure stands, and that nobody else takes such a text apart."""

import ast
from pathlib import Path

import pytest

from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import load_edition
from tests.rooms import modules_of

ROOT = Path(__file__).resolve().parent.parent.parent
AT_HOME = "forms_tables.edition.address"
# Whose points and exclamation marks are none of an address.
OTHER_TEXTS = {
    "forms_tables.filling.parsing": "the decimals of a figure",
    "forms_tables.words.rules": "the decimals of a figure",
    "forms_tables.workbooks.filled": "a worksheet's cell: 软统企6!D12",
    "text.package": "the ending of a file's name",
}


def test_a_cell_has_a_row_and_a_column():
    at = CellAddress.parse("2020.c1")
    assert (at.code, at.column, at.table) == ("2020", "c1", "")
    assert at.cell == str(at) == "2020.c1"


def test_a_place_has_a_table_too():
    at = CellAddress.parse_place("软统企6!2020.c1")
    assert at == CellAddress("2020", "c1", "软统企6")
    assert at.cell == "2020.c1" and str(at) == "软统企6!2020.c1"


def test_a_place_without_a_table_is_a_cell():
    assert CellAddress.parse_place("2020.c1") == CellAddress.parse("2020.c1")


@pytest.mark.parametrize("text", ["", "2020", "A01 applies_when"])
def test_what_is_no_cell_has_no_column(text):
    at = CellAddress.parse(text)
    assert at.column == "" and str(at) == text


@pytest.mark.parametrize("text", ["软统企6!2020.c1", "软统企7!2020.c1", "2020.", ".c1", "2020.c1.c2", "2020,c1"])
def test_what_is_no_cell_is_no_cell_of_an_edition(text):
    """What comes from outside names a cell alone; a table in front of it, also a wrong one, is not passed over."""
    assert not load_edition("chongqing-2024").has_cell(text)


def test_every_cell_of_an_edition_is_found_under_its_address():
    edition = load_edition("chongqing-2024")
    for indicator in edition.indicators.values():
        for column in indicator.columns:
            at = CellAddress(indicator.code, column, indicator.table)
            assert CellAddress.parse_place(str(at)) == at and edition.has_cell(at.cell)


def test_nobody_else_takes_an_address_apart():
    taken = {
        f"{module}:{node.lineno}"
        for module, file in modules_of(ROOT).items()
        if module != AT_HOME and module not in OTHER_TEXTS
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if takes_apart(node)
    }
    assert taken == set()


def takes_apart(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr=verb), args=[ast.Constant(value="." | "!"), *_]):
            return verb.lstrip("r") in ("partition", "split")
        case ast.Call(func=ast.Attribute(attr="removesuffix"), args=[ast.Constant(value=str(ending))]):
            return ending.startswith(".") and ending[1:].isidentifier() and len(ending) <= 3
    return False
