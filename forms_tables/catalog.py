"""Finding and loading editions. Another city or another year's tables is another folder under definitions/."""

from functools import cache
from pathlib import Path

from forms_tables.edition import (
    CodeEntry,
    CodeList,
    Column,
    DistrictDefinition,
    Edition,
    Indicator,
    Parameter,
    Rule,
    SizeStandard,
    Table,
)
from forms_tables.periods import PeriodCode
from forms_tables.reading import DefinitionError, read_edition

__all__ = [
    "CodeEntry",
    "CodeList",
    "Column",
    "DefinitionError",
    "DistrictDefinition",
    "Edition",
    "Indicator",
    "Parameter",
    "Rule",
    "SizeStandard",
    "Table",
    "edition_codes",
    "edition_for",
    "load_edition",
    "read_edition",
]

DEFINITIONS = Path(__file__).parent / "definitions"


def edition_codes() -> tuple[str, ...]:
    return tuple(sorted(path.parent.name for path in DEFINITIONS.glob("*/edition.toml")))


@cache
def load_edition(code: str) -> Edition:
    if code not in edition_codes():
        raise DefinitionError(f"没有名为“{code}”的制度版本；现有：{'、'.join(edition_codes())}")
    return read_edition(DEFINITIONS / code)


def edition_for(period: PeriodCode) -> Edition:
    """The edition that governs a period; the definitions must leave exactly one."""
    governing = [edition for code in edition_codes() if (edition := load_edition(code)).governs(period)]
    if len(governing) != 1:
        found = "、".join(edition.code for edition in governing) or "无"
        raise DefinitionError(f"{period.label}应恰有一个制度版本，现有：{found}")
    return governing[0]
