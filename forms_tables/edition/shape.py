"""What the shape of a form says by itself, so that no column or table need be named: which earlier figure stands in a
column, which column is a row's own, which table asks about the firm."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from forms_tables.edition.address import CellAddress
from forms_tables.edition.model import CodeEntry, Edition, Indicator, Table

LOOKING_BACK = re.compile(r"(\w+)\((\w+)\)")
GROWTH = re.compile(r"growth\((\w+), (\w+)\)")
CONDITION = re.compile(r"(\w+) == '([^']+)'")


def carried(indicator: Indicator, key: str) -> tuple[str, str] | None:
    """Which earlier filing, by the notation's word, and which of its columns stands behind a column that is filled
    from history: ("prev", "c1")."""
    found = LOOKING_BACK.fullmatch(indicator.column(key).carry) if key in indicator.columns else None
    return (found[1], found[2]) if found else None


def carried_in(edition: Edition, cell: str) -> tuple[str, str] | None:
    """The same of a cell: the word, and the earlier filing's cell."""
    at = CellAddress.parse(cell)
    found = carried(edition.indicators[at.code], at.column) if at.code in edition.indicators else None
    return (found[0], f"{at.code}.{found[1]}") if found else None


def own_column(indicator: Indicator) -> str:
    """The first column of figures that are this period's, as the firm files them."""
    return next((column.key for column in indicator.column_definitions if not column.carry and not column.auto), "")


def column_carrying(indicator: Indicator, word: str, source: str) -> str:
    """The column in which an earlier filing's `source` stands again; nothing where the row has none."""
    return next((key for key in indicator.columns if carried(indicator, key) == (word, source)), "")


def so_far_cell(edition: Edition, cell: str) -> str:
    """Where a cumulative figure has the one of the period before beside it; nothing where its row has none."""
    at = CellAddress.parse(cell)
    column = column_carrying(edition.indicator(at.code), "prev", at.column)
    return f"{at.code}.{column}" if column else ""


def column_behind(indicator: Indicator) -> str:
    """The column beside a row's own that holds what was filed before."""
    own = own_column(indicator)
    found = ((key, carried(indicator, key)) for key in indicator.columns)
    return next((key for key, before in found if before and before[1] == own), "")


def is_questionnaire(table: Table) -> bool:
    """Whether it asks about the firm rather than measures it: most of its rows are answers, not figures."""
    return 2 * sum(row.is_figure for row in table.indicators) < len(table.indicators)


@lru_cache(maxsize=16)
def asked_by_tables(edition: Edition) -> dict[str, Indicator]:
    """The rows on which it depends which tables a firm owes, by their names in the conditions."""
    rows = {row.symbol: row for row in edition.indicators.values()}
    names = (name for table in edition.tables for name, _ in CONDITION.findall(table.applies_when))
    return {name: rows[name] for name in names if name in rows}


def declared(edition: Edition, typed: Mapping[str, str]) -> dict[str, str]:
    """What a form itself says of the firm that decides about its tables."""
    cells = {row.code: f"{row.code}.{row.columns[0]}" for row in asked_by_tables(edition).values()}
    return {code: typed[cell] for code, cell in cells.items() if typed.get(cell)}


def declaring_tables(edition: Edition, frequency: str) -> frozenset[str]:
    """The tables of a form in which it says so."""
    tables = {row.table for row in asked_by_tables(edition).values()}
    return frozenset(table.code for table in edition.tables if table.code in tables and table.frequency == frequency)


def reasons_of(edition: Edition) -> tuple[CodeEntry, ...]:
    """From what a warning's reason is chosen; none where the edition has no list of reasons."""
    told = edition.platform.reasons
    return edition.code_lists[told.list].entries if told else ()


def reason_called(edition: Edition, code: str) -> str | None:
    return next((entry.name for entry in reasons_of(edition) if entry.code == code), None)


def papers_of(edition: Edition, table: Table) -> dict[str, str]:
    """The official form's upper right corner; where a form does not say it itself, what the edition says of all."""
    told = edition.platform.papers
    return {
        "表　　号": table.code,
        "制定机关": table.authority or told.authority,
        "批准机关": table.approved_by or told.approved_by,
        "文　　号": table.document or told.document,
        "有效期至": told.valid_until,
    }


@dataclass(frozen=True)
class Headline:
    """The figure the survey is for, as pages speak of it."""

    cell: str
    name: str
    unit: str

    @property
    def label(self) -> str:
        return f"{self.name}（{self.unit}）"

    @property
    def sent_label(self) -> str:
        return f"涉及已上报的{self.label}"


def headline_of(edition: Edition, frequency: str) -> Headline | None:
    """Nothing where the edition names none for forms of that frequency: pages then leave it out."""
    cell = edition.platform.headline(frequency)
    if not edition.has_cell(cell):
        return None
    indicator = edition.indicator(CellAddress.parse(cell).code)
    return Headline(cell, indicator.name.removesuffix("合计"), indicator.unit)


def divides_running_totals(indicator: Indicator, key: str) -> bool:
    """Whether a column divides a sum since January by the one of the month before: the form asks each firm for it, but
    of a total it says nothing about either month."""
    found = GROWTH.fullmatch(indicator.column(key).auto)
    if found is None or indicator.nature != "累计":
        return False
    return carried(indicator, found[2]) == ("prev", found[1])
