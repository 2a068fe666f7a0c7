"""Finding and loading editions. Another city or another year's tables is another folder under definitions/."""

import json
from functools import cache
from pathlib import Path

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


def shipped_content(code: str) -> dict:
    """All that a shipped edition says, as plain values, dates as text: what a revision of it starts from."""
    return json.loads(_shipped_text(load_edition(code).code))


@cache
def _shipped_text(code: str) -> str:
    """Kept as text, so that each caller has a content of its own."""
    return json.dumps(as_plain(content_of(DEFINITIONS / code)), ensure_ascii=False)
