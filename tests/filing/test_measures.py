"""The decimals and the unit the form reads figures in: said by the row, and by a cell only where it differs."""

import pytest

from forms_tables.edition.catalog import load_edition
from reporting.pages.grid import measure_in, measure_of

EDITION = load_edition("chongqing-2024")


@pytest.mark.parametrize(
    ("code", "column", "row", "cell"),
    [
        ("2010", "c1", "2 万元", ""),
        ("2010", "c4", "2 万元", "1 %"),  # growth in a row of money
        ("2112", "c1", "0 人", ""),
        ("2041", "c1", "2 万美元", ""),
        ("E41", "k", "2 万元", "6 系数"),
        ("A03", "v", "", ""),  # words
        ("A41", "v2", "", ""),
    ],
)
def test_a_row_says_its_measure_and_a_cell_only_its_own(code, column, row, cell):
    indicator = EDITION.indicator(code)
    assert (measure_of(indicator), measure_in(indicator, indicator.column(column))) == (row, cell)


def test_every_figure_has_one():
    for indicator in EDITION.indicators.values():
        for column in indicator.column_definitions:
            if indicator.kind_in(column.key) in {"money", "usd", "number", "count", "percent", "coefficient"}:
                decimals, unit = (measure_in(indicator, column) or measure_of(indicator)).split(" ", 1)
                assert (decimals, unit) == (str(indicator.decimals_in(column.key)), column.unit or indicator.unit)
