"""Finding and loading editions. Another year's tables are another folder under definitions/; another city is another
installation, whose DEFINITIONS_DIR names its own folder of such folders."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

from forms_tables.edition.digest import as_plain
from forms_tables.edition.from_toml import (
    DefinitionError,
    content_of,
    edition_from,
    platform_of,
    read_edition,
)
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
    "platform_said",
    "read_edition",
    "shipped_content",
]

DEFINITIONS = Path(os.environ.get("DEFINITIONS_DIR") or Path(__file__).parent.parent / "definitions")


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


def platform_said(family: str) -> dict[str, Any]:
    """How the platform reads the tables of a family (its platform.toml): its revisions are read the same way."""
    return _platform_said(load_edition(family).code)


@cache
def _platform_said(code: str) -> dict[str, Any]:
    return platform_of(DEFINITIONS / code)
