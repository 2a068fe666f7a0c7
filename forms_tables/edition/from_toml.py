"""Reading a folder of definitions into an Edition: strictly, so that a slip is found here and not in a figure."""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from forms_tables.edition.model import (
    ADDITIVE_KINDS,
    CHOICE_KINDS,
    FIGURE_KINDS,
    KINDS,
    CodeEntry,
    CodeList,
    Column,
    DistrictDefinition,
    Edition,
    Indicator,
    Parameter,
    ParameterBound,
    Rule,
    SizeStandard,
    Table,
)

PROVENANCES = ("official", "derived")
BOUND_SIDES = ("above", "least", "most", "below")


class DefinitionError(ValueError):
    """A definition that cannot be right; the text names the file and the code."""


Content = Mapping[str, Mapping[str, Any]]  # file name to what it says: all of an edition, as plain values


def read_edition(folder: Path) -> Edition:
    return edition_from(folder.name, content_of(folder))


def content_of(folder: Path) -> dict[str, dict[str, Any]]:
    """What the files of a folder say."""
    return {path.name: _read_toml(path) for path in sorted(folder.glob("*.toml"))}


def edition_from(code: str, content: Content) -> Edition:
    """The edition a content describes; raises DefinitionError, naming file and code, where it cannot be."""
    for needed in ("edition.toml", "codes.toml", "districts.toml"):
        if needed not in content:
            raise DefinitionError(f"{code}: {needed} is missing")
    head = content["edition.toml"]
    districts = tuple(_district(entry) for entry in content["districts.toml"]["district"])
    _require_unique("districts.toml", (district.code for district in districts))
    for district in districts:
        if district.successor and district.successor not in {other.code for other in districts}:
            raise DefinitionError(f"districts.toml: {district.code}: unknown successor {district.successor}")
    lists = _code_lists(content["codes.toml"], districts, content)
    table_files = sorted(name for name in content if re.fullmatch(r"t\d+\.toml", name))
    tables = tuple(_table(name, content[name], head["units"], lists) for name in table_files)
    indicators = _indicators(tables)
    settings = head.get("parameters", {})
    return Edition(
        code=code,
        title=head["title"],
        basis=head["basis"],
        valid_from=head["valid_from"],
        valid_to=head.get("valid_to"),
        tables=tables,
        indicators=indicators,
        code_lists=lists,
        districts=districts,
        size_standards=tuple(_size_standard(entry) for entry in content["codes.toml"].get("size_standard", [])),
        parameters={name: _parameter(name, entry, settings) for name, entry in settings.items()},
        rules=_rules(content.get("rules.toml", {})),
        digest=digest_of(content),
    )


def digest_of(content: Mapping[str, Any]) -> str:
    """The same on every machine: of what the files say, not of how they are laid out."""
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_as_text)
    return hashlib.sha256(canonical.encode()).hexdigest()


def as_plain(content: Content) -> dict[str, dict[str, Any]]:
    """The same content as JSON keeps it; its digest is the same."""
    return json.loads(json.dumps(content, ensure_ascii=False, default=_as_text))


def _as_text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} has no place in a definition")


def _read_toml(path: Path) -> dict[str, Any]:
    def refuse_float(text: str) -> None:
        raise DefinitionError(f"{path.name}: write {text} as a string, so that it stays exact")

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=refuse_float)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DefinitionError(f"{path.name}: {error}") from error


def _take(file: str, what: str, entry: Mapping[str, Any], allowed: Iterable[str], needed: Iterable[str] = ()) -> None:
    if unknown := set(entry) - set(allowed):
        raise DefinitionError(f"{file}: {what}: unknown key {', '.join(sorted(unknown))}")
    if missing := set(needed) - set(entry):
        raise DefinitionError(f"{file}: {what}: missing {', '.join(sorted(missing))}")


def _require_unique(file: str, codes: Iterable[str]) -> None:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            raise DefinitionError(f"{file}: {code}: duplicate code")
        seen.add(code)


def _district(entry: Mapping[str, Any]) -> DistrictDefinition:
    keys = ("code", "name", "kind", "valid_from", "valid_to", "successor", "note")
    _take("districts.toml", entry.get("code", "?"), entry, keys, keys[:4])
    dates = {key: _date(entry[key]) for key in ("valid_from", "valid_to") if entry.get(key)}
    return DistrictDefinition(**{"valid_to": None, "successor": "", "note": "", **entry, **dates})


def _date(value: date | str) -> date:
    """TOML has dates; a content that was stored as JSON has them as text."""
    return value if isinstance(value, date) else date.fromisoformat(value)


def _parameter(name: str, entry: Mapping[str, Any], names: Iterable[str]) -> Parameter:
    keys = ("title", "provenance", "default", "unit", "note", "settable", *BOUND_SIDES)
    _take("edition.toml", name, entry, keys, keys[:2])
    default = entry.get("default")
    return Parameter(
        name=name,
        title=entry["title"],
        default=None if default is None else Decimal(default),
        unit=entry.get("unit", ""),
        note=entry.get("note", ""),
        provenance=entry["provenance"],
        settable=entry.get("settable", True),
        bounds=tuple(ParameterBound(side, _limit(name, entry[side], names)) for side in BOUND_SIDES if side in entry),
    )


def _limit(name: str, text: str, names: Iterable[str]) -> Decimal | str:
    """A figure, or the name of the parameter that is the limit."""
    if text in names:
        return text
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise DefinitionError(f"edition.toml: {name}: {text} is no figure and no parameter") from error


def _size_standard(entry: Mapping[str, Any]) -> SizeStandard:
    keys = ("industry", "divisions", "staff", "income")
    _take("codes.toml", entry.get("industry", "?"), entry, keys, keys)
    return SizeStandard(
        entry["industry"],
        tuple(entry["divisions"]),
        _three_bounds(entry["industry"], entry["staff"]),
        _three_bounds(entry["industry"], entry["income"]),
    )


def _three_bounds(industry: str, bounds: Sequence[str]) -> tuple[Decimal, Decimal, Decimal]:
    if len(bounds) != 3:
        raise DefinitionError(f"codes.toml: {industry}: a size standard has three bounds")
    large, medium, small = map(Decimal, bounds)
    return large, medium, small


def _code_lists(
    codes: Mapping[str, Any], districts: tuple[DistrictDefinition, ...], content: Mapping[str, Any]
) -> dict[str, CodeList]:
    """Lists written out, the list of districts, and lists of the rows of a table (main activities: 软统企4)."""
    lists = {}
    for code, entry in codes["lists"].items():
        keys = ("title", "source", "provenance", "entries", "also", "from_districts", "from_table", "leave_out")
        _take("codes.toml", code, entry, keys, keys[:3])
        if entry["provenance"] not in PROVENANCES:
            raise DefinitionError(f"codes.toml: {code}: unknown provenance {entry['provenance']}")
        if entry.get("from_districts"):
            entries = [CodeEntry(district.code, district.name) for district in districts]
        elif "from_table" in entry:
            rows = content[entry["from_table"]]["indicator"]
            left_out = entry.get("leave_out", [])
            entries = [CodeEntry(row["code"], row["name"]) for row in rows if row["code"] not in left_out]
        else:
            entries = [CodeEntry(*parts) for parts in entry["entries"]]
        _require_unique(f"codes.toml: {code}", (each.code for each in entries))
        lists[code] = CodeList(
            code, entry["title"], tuple(entries), entry["source"], entry["provenance"], entry.get("also", "")
        )
    return lists


TABLE_CONDITION = re.compile(r"\w+ == '[^']+'( or \w+ == '[^']+')*")
TABLE_KEYS = set(Table.__dataclass_fields__) - {"columns", "indicators"}
COLUMN_KEYS = tuple(Column.__dataclass_fields__)


def _table(file: str, entry: Mapping[str, Any], units: Mapping[str, Any], lists: Mapping[str, CodeList]) -> Table:
    _take(file, "the file", entry, ("table", "columns", "defaults", "indicator"), ("table", "columns", "indicator"))
    head = entry["table"]
    _take(file, "table", head, TABLE_KEYS, ("code", "key", "title", "frequency", "source", "provenance", "unit_note"))
    if head["frequency"] not in ("month", "annual"):
        raise DefinitionError(f"{file}: {head['code']}: unknown frequency {head['frequency']}")
    if head.get("applies_when") and not TABLE_CONDITION.fullmatch(head["applies_when"]):
        raise DefinitionError(f"{file}: {head['code']}: write applies_when as A38 == '是' or A39 == '是'")
    if head.get("applies_when") and not (head.get("why") and head.get("why_not")):
        raise DefinitionError(f"{file}: {head['code']}: say why it applies and why_not")
    columns = tuple(_column(file, key, column) for key, column in entry["columns"].items())
    defaults = entry.get("defaults", {})
    indicators = tuple(
        _indicator(file, head["code"], {**defaults, **row}, columns, units, lists) for row in entry["indicator"]
    )
    optional = {"applies_when": "", "why": "", "why_not": "", "authority": "", "approved_by": "", "document": ""}
    lines = {"header": tuple(head.get("header", ())), "footer": tuple(head.get("footer", ()))}
    return Table(**{**optional, **head, **lines, "columns": columns, "indicators": indicators})


def _column(file: str, key: str, entry: Mapping[str, Any]) -> Column:
    _take(file, f"column {key}", entry, COLUMN_KEYS, ("label",))
    if entry.get("kind", "text") not in KINDS:
        raise DefinitionError(f"{file}: column {key}: unknown kind {entry['kind']}")
    return Column(key=key, **entry)


WORKED_OUT = {"table", "column_definitions", "nonnegative_columns", "additive", "choices"}
INDICATOR_KEYS = set(Indicator.__dataclass_fields__) - WORKED_OUT | {"columns", "column", "nonnegative"}


VOCABULARY = {
    "provenance": PROVENANCES,
    "relation": ("", "分项", "其中"),
    "nature": ("", "累计", "期末"),
    "origin": ("", "register", "submission"),
}
# What a row need not say.
SILENT = {
    **dict.fromkeys(("unit", "hint", "parent", "relation", "required_when", "applies_when", "otherwise"), ""),
    **dict.fromkeys(("nonnegative_rule", "whole_rule", "nature", "code_list", "origin", "group", "note"), ""),
    **{"depth": 0, "required": False, "starred": False, "auto": {}, "nonnegative": [], "column": {}},
}


def _indicator(
    file: str,
    table: str,
    row: Mapping[str, Any],
    columns: tuple[Column, ...],
    units: Mapping[str, Any],
    lists: Mapping[str, CodeList],
) -> Indicator:
    _take(file, row.get("code", "?"), row, INDICATOR_KEYS, ("code", "name", "columns", "source", "provenance"))
    row = {**SILENT, **units.get(row.get("unit", ""), {"kind": "", "decimals": None}), **row}
    if slip := _slip_in(row, {column.key for column in columns}, units, lists):
        raise DefinitionError(f"{file}: {row['code']}: {slip}")
    known = {column.key: column for column in columns}
    worked_out: dict[str, Any] = {
        "table": table,
        "column_definitions": tuple(replace(known[key], **row["column"].get(key, {})) for key in row["columns"]),
        "nonnegative_columns": frozenset(row["nonnegative"]) & set(row["columns"]),
        "additive": row["kind"] in ADDITIVE_KINDS,
        "choices": lists.get(row["code_list"]),
    }
    said = {key: row[key] for key in Indicator.__dataclass_fields__ if key not in worked_out}
    return Indicator(**said, **worked_out)


def _slip_in(row: Mapping[str, Any], keys: set[str], units: Mapping[str, Any], lists: Mapping[str, Any]) -> str:
    """What cannot be right in a row of a table, or nothing."""
    if row["unit"] and row["unit"] not in units:
        return f"unknown unit {row['unit']}"
    if row["kind"] not in KINDS:
        return f"unknown kind {row['kind'] or '(none)'}"
    if row["kind"] in FIGURE_KINDS and not row["unit"]:
        return "a figure needs a unit"
    if row["code_list"] not in lists and (row["code_list"] or row["kind"] in CHOICE_KINDS):
        return f"unknown code list {row['code_list'] or '(none)'}"
    for key, words in VOCABULARY.items():
        if row[key] not in words:
            return f"unknown {key} {row[key]}"
    if unknown := {*row["columns"], *row["nonnegative"], *row["column"]} - keys:
        return f"unknown column {', '.join(sorted(unknown))}"
    if unknown := set(row["auto"]) - {*row["columns"], "*"}:
        return f"formula for unknown column {', '.join(sorted(unknown))}"
    if row["starred"] and not row["applies_when"]:
        return "a starred row must say when it applies"
    return ""


def _indicators(tables: tuple[Table, ...]) -> dict[str, Indicator]:
    rows = [indicator for table in tables for indicator in table.indicators]
    _require_unique("tables", (indicator.code for indicator in rows))
    indicators = {indicator.code: indicator for indicator in rows}
    for indicator in rows:
        if indicator.parent and indicator.parent not in indicators:
            raise DefinitionError(f"{indicator.table}: {indicator.code}: unknown parent {indicator.parent}")
        above, seen = indicator.parent, {indicator.code}
        while above:
            if above in seen:
                raise DefinitionError(f"{indicator.table}: {indicator.code}: is its own ancestor")
            seen.add(above)
            above = indicators[above].parent
    return indicators


def _rules(content: Mapping[str, Any]) -> tuple[Rule, ...]:
    rules = []
    for entry in content.get("rule", []):
        name = entry.get("id", "?")
        _take("rules.toml", name, entry, Rule.__dataclass_fields__, ("id", "level", "kind", "where"))
        if entry["level"] not in ("error", "warning") or entry["kind"] not in ("rule", "cell", "derived", "workflow"):
            raise DefinitionError(f"rules.toml: {name}: unknown level or kind")
        lists = {key: tuple(value) for key, value in entry.items() if isinstance(value, list)}
        rules.append(Rule(**{**entry, **lists}))
    _require_unique("rules.toml", (rule.id for rule in rules))
    return tuple(rules)
