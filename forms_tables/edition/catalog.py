"""Finding and loading editions. Another city or another year's tables is another folder under definitions/."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from forms_tables.edition.from_toml import DefinitionError, as_plain, content_of, edition_from, read_edition
from forms_tables.edition.model import (
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
from forms_tables.edition.periods import PeriodCode

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
    "edition_from",
    "load_edition",
    "read_edition",
    "shipped_content",
]

DEFINITIONS = Path(__file__).parent.parent / "definitions"


def edition_codes() -> tuple[str, ...]:
    return tuple(sorted(path.parent.name for path in DEFINITIONS.glob("*/edition.toml")))


@cache
def load_edition(code: str) -> Edition:
    if code not in edition_codes():
        raise DefinitionError(f"没有名为“{code}”的制度版本；现有：{'、'.join(edition_codes())}")
    return read_edition(DEFINITIONS / code)


def shipped_content(code: str) -> dict[str, dict[str, Any]]:
    """All that a shipped edition says, as plain values, dates as text: what a revision of it starts from."""
    return json.loads(_shipped_text(load_edition(code).code))


@cache
def _shipped_text(code: str) -> str:
    """Kept as text, so that each caller has a content of its own."""
    return json.dumps(as_plain(content_of(DEFINITIONS / code)), ensure_ascii=False)


def editions_governing(period: PeriodCode) -> list[Edition]:
    return [edition for code in edition_codes() if (edition := load_edition(code)).governs(period)]


def edition_for(period: PeriodCode) -> Edition:
    """The edition that governs a period; the definitions must leave exactly one."""
    governing = editions_governing(period)
    if len(governing) != 1:
        found = "、".join(edition.code for edition in governing) or "无"
        raise DefinitionError(f"{period.label}应恰有一个制度版本，现有：{found}")
    return governing[0]
