"""An edition read with districts it does not know yet: those its city registered after it was published.

What is published stays what it is. The same code and the same digest stand for the edition and for this reading of it.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import lru_cache

from forms_tables.edition.model import CodeEntry, DistrictDefinition, Edition, Indicator


def with_districts(edition: Edition, registered: Iterable[DistrictDefinition], day: date) -> Edition:
    """The edition with the districts registered beside its own that are valid on that day, wherever it names or judges
    one. What was registered of a district it has goes before what it says."""
    own = {district.code for district in edition.districts}
    return _with(edition, tuple(each for each in registered if each.code in own or each.is_valid_on(day)))


@lru_cache(maxsize=32)
def _with(edition: Edition, registered: tuple[DistrictDefinition, ...]) -> Edition:
    """Kept, since an edition is itself: its rules are bound once for each."""
    if not registered:
        return edition
    districts = {each.code: each for each in (*edition.districts, *registered)}
    entries = tuple(CodeEntry(each.code, each.name) for each in districts.values())
    lists = {
        code: replace(each, entries=entries) if each.from_districts else each
        for code, each in edition.code_lists.items()
    }
    rows = {
        code: replace(row, choices=lists[row.code_list]) if names_district(row) else row
        for code, row in edition.indicators.items()
    }
    tables = [replace(table, indicators=tuple(rows[row.code] for row in table.indicators)) for table in edition.tables]
    return replace(
        edition, districts=tuple(districts.values()), code_lists=lists, indicators=rows, tables=tuple(tables)
    )


@lru_cache(maxsize=64)
def asks_for_district(edition: Edition, frequency: str) -> bool:
    """Whether a form of that frequency, or a rule on one, is about which districts there are."""
    tables = [table for table in edition.tables if table.frequency == frequency]
    texts = [
        text
        for rule in edition.rules
        if any(table.code in rule.where for table in tables)
        for text in (rule.when, *rule.texts)
    ]
    return any(names_district(row) for table in tables for row in table.indicators) or any(
        "is_district" in text for text in texts
    )


def names_district(row: Indicator) -> bool:
    """Whether what stands there is one of the districts."""
    return row.choices is not None and row.choices.from_districts
