"""Reading a folder of definitions into an Edition: strictly, so that a slip is found here and not in a figure."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from forms_tables.edition.citations import in_full
from forms_tables.edition.concordance import Concordance
from forms_tables.edition.digest import Content, digest_of
from forms_tables.edition.keys import DefinitionError, take
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
from forms_tables.edition.platform import Platform
from forms_tables.edition.platform_from_toml import FILE as PLATFORM
from forms_tables.edition.platform_from_toml import platform_from

PROVENANCES = ("official", "derived")
BOUND_SIDES = ("above", "least", "most", "below")


def read_edition(folder: Path) -> Edition:
    return edition_from(folder.name, content_of(folder), platform_of(folder))


def content_of(folder: Path) -> dict[str, dict[str, Any]]:
    """What the files of a folder ask of firms: all that its digest is of."""
    return {path.name: _read_toml(path) for path in sorted(folder.glob("*.toml")) if path.name != PLATFORM}


def platform_of(folder: Path) -> dict[str, Any]:
    """What its platform.toml says. It is no part of the content: it may change while the edition stays what it is."""
    path = folder / PLATFORM
    if not path.exists():
        raise DefinitionError(f"{folder.name}: {PLATFORM} is missing")
    return _read_toml(path)


def edition_from(code: str, content: Content, platform: Mapping[str, Any]) -> Edition:
    """The edition a content describes, read by the platform as `platform` says (its family's platform.toml). Raises
    DefinitionError, naming file and code, where it cannot be."""
    try:
        return _edition_from(code, content, platform)
    except DefinitionError:
        raise
    except (
        ArithmeticError,
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
    ) as error:
        raise DefinitionError(f"{code}: a value is not of the kind docs/edition.md says ({error!r})") from error


def _edition_from(code: str, content: Content, platform: Mapping[str, Any]) -> Edition:
    for needed in ("edition.toml", "codes.toml", "districts.toml"):
        if needed not in content:
            raise DefinitionError(f"{code}: {needed} is missing")
    for name, place in (("edition.toml", ""), ("codes.toml", ""), ("districts.toml", ""), ("rules.toml", "")):
        take(name, place, "the file", content.get(name, {}))
    told = platform_from(platform)
    head = content["edition.toml"]
    _require_years(head["valid_from"], head.get("valid_to"))
    for unit, entry in head["units"].items():
        take("edition.toml", "units.*", unit, entry)
    districts = tuple(_district(entry) for entry in content["districts.toml"]["district"])
    _require_unique("districts.toml", (district.code for district in districts))
    for district in districts:
        if district.successor and district.successor not in {other.code for other in districts}:
            raise DefinitionError(f"districts.toml: {district.code}: unknown successor {district.successor}")
    lists = _code_lists(content["codes.toml"], districts, content, told)
    table_files = sorted(name for name in content if re.fullmatch(r"t\d+\.toml", name))
    reader = _Tables(head["units"], lists, told)
    tables = tuple(reader.table(name, content[name]) for name in table_files)
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
        rules=_rules(content.get("rules.toml", {}), told),
        platform=told,
        digest=digest_of(content),
        concordance=_concordance(content.get("concordance.toml", {}), indicators),
    )


def _require_years(valid_from: Any, valid_to: Any) -> None:
    if not all(isinstance(year, int) for year in (valid_from, valid_to) if year is not None):
        raise DefinitionError("edition.toml: valid_from, valid_to: write a year as a number, 2025")
    if valid_to is not None and valid_to < valid_from:
        raise DefinitionError(f"edition.toml: valid_to {valid_to} is before valid_from {valid_from}")


def _read_toml(path: Path) -> dict[str, Any]:
    def refuse_float(text: str) -> None:
        raise DefinitionError(f"{path.name}: write {text} as a string, so that it stays exact")

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=refuse_float)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DefinitionError(f"{path.name}: {error}") from error


def _require_unique(file: str, codes: Iterable[str]) -> None:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            raise DefinitionError(f"{file}: {code}: duplicate code")
        seen.add(code)


def _district(entry: Mapping[str, Any]) -> DistrictDefinition:
    take("districts.toml", "district", entry.get("code", "?"), entry)
    dates = {key: _date(entry[key]) for key in ("valid_from", "valid_to") if entry.get(key)}
    return DistrictDefinition(**{"valid_to": None, "successor": "", "note": "", **entry, **dates})


def _date(value: date | str) -> date:
    """TOML has dates; a content that was stored as JSON has them as text."""
    return value if isinstance(value, date) else date.fromisoformat(value)


def _parameter(name: str, entry: Mapping[str, Any], names: Iterable[str]) -> Parameter:
    take("edition.toml", "parameters.*", name, entry)
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
    take("codes.toml", "size_standard", entry.get("industry", "?"), entry)
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
    codes: Mapping[str, Any],
    districts: tuple[DistrictDefinition, ...],
    content: Mapping[str, Any],
    platform: Platform,
) -> dict[str, CodeList]:
    """Lists written out, the list of districts, and lists of the rows of a table."""
    lists = {}
    for code, entry in codes["lists"].items():
        take("codes.toml", "lists.*", code, entry)
        if entry["provenance"] not in PROVENANCES:
            raise DefinitionError(f"codes.toml: {code}: unknown provenance {entry['provenance']}")
        if entry.get("from_districts"):
            entries = [CodeEntry(district.code, district.name) for district in districts]
        elif "from_table" in entry:
            if entry["from_table"] not in content:
                raise DefinitionError(f"codes.toml: {code}: from_table: there is no {entry['from_table']}")
            rows = content[entry["from_table"]]["indicator"]
            left_out = entry.get("leave_out", [])
            entries = [CodeEntry(row["code"], row["name"]) for row in rows if row["code"] not in left_out]
        else:
            entries = [CodeEntry(*parts) for parts in entry["entries"]]
        _require_unique(f"codes.toml: {code}", (each.code for each in entries))
        lists[code] = CodeList(
            code,
            entry["title"],
            tuple(entries),
            entry["source"],
            entry["provenance"],
            bool(entry.get("from_districts")),
            entry.get("also", ""),
            cited=in_full(entry["source"], platform.sources),
        )
    return lists


TABLE_CONDITION = re.compile(r"\w+ == '[^']+'( or \w+ == '[^']+')*")
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


class _Tables:
    """Reads the files of the tables; holds what every row is read by."""

    def __init__(self, units: Mapping[str, Any], lists: Mapping[str, CodeList], platform: Platform):
        self.units, self.lists, self.platform = units, lists, platform

    def table(self, file: str, entry: Mapping[str, Any]) -> Table:
        take(file, "", "the file", entry)
        head = entry["table"]
        take(file, "table", "table", head)
        if f"{head['key']}.toml" != file:
            raise DefinitionError(f"{file}: {head['code']}: key is the name of the file, {file.removesuffix('.toml')}")
        if head["frequency"] not in ("month", "annual"):
            raise DefinitionError(f"{file}: {head['code']}: unknown frequency {head['frequency']}")
        if head.get("applies_when") and not TABLE_CONDITION.fullmatch(head["applies_when"]):
            raise DefinitionError(f"{file}: {head['code']}: write applies_when as A == '是' or B == '是'")
        if head.get("applies_when") and not (head.get("why") and head.get("why_not")):
            raise DefinitionError(f"{file}: {head['code']}: say why it applies and why_not")
        columns = tuple(_column(file, key, column) for key, column in entry["columns"].items())
        defaults = entry.get("defaults", {})
        take(file, "defaults", "defaults", defaults)
        indicators = tuple(
            self.indicator(file, head["code"], {**defaults, **row}, columns) for row in entry["indicator"]
        )
        optional = {"applies_when": "", "why": "", "why_not": "", "authority": "", "approved_by": "", "document": ""}
        lines = {"header": tuple(head.get("header", ())), "footer": tuple(head.get("footer", ()))}
        return Table(**{**optional, **head, **lines, "columns": columns, "indicators": indicators})

    def indicator(self, file: str, table: str, row: Mapping[str, Any], columns: tuple[Column, ...]) -> Indicator:
        take(file, "indicator", row.get("code", "?"), row)
        row = {**SILENT, **self.units.get(row.get("unit", ""), {"kind": "", "decimals": None}), **row}
        if slip := _slip_in(row, {column.key for column in columns}, self.units, self.lists):
            raise DefinitionError(f"{file}: {row['code']}: {slip}")
        for key, entry in row["column"].items():
            take(file, "indicator.column.*", f"{row['code']}: column {key}", entry)
        known = {column.key: column for column in columns}
        worked_out: dict[str, Any] = {
            "table": table,
            "column_definitions": tuple(replace(known[key], **row["column"].get(key, {})) for key in row["columns"]),
            "nonnegative_columns": frozenset(row["nonnegative"]) & set(row["columns"]),
            "additive": row["kind"] in ADDITIVE_KINDS,
            "choices": self.lists.get(row["code_list"]),
            "unreadable_rule": self.unreadable_rule(row),
            "cited": in_full(row["source"], self.platform.sources),
        }
        said = {key: row[key] for key in Indicator.__dataclass_fields__ if key not in worked_out}
        return Indicator(**said, **worked_out)

    def unreadable_rule(self, row: Mapping[str, Any]) -> str:
        """The rule of the edition that a text breaks which is no credit code, or no place of the list."""
        if row["code"] == self.platform.rows.credit_code:
            return self.platform.rules.get("credit_code", "")
        return self.platform.rules.get("region", "") if row["kind"] == "region" else ""


def _column(file: str, key: str, entry: Mapping[str, Any]) -> Column:
    take(file, "columns.*", f"column {key}", entry)
    if entry.get("kind", "text") not in KINDS:
        raise DefinitionError(f"{file}: column {key}: unknown kind {entry['kind']}")
    return Column(key=key, **entry)


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


def _concordance(content: Mapping[str, Any], indicators: Mapping[str, Indicator]) -> Concordance:
    if not content:
        return Concordance()
    take("concordance.toml", "", "the file", content)
    codes = content["codes"]
    _require_unique("concordance.toml", filter(None, codes.values()))
    for old, new in codes.items():
        if new and new not in indicators:
            raise DefinitionError(f"concordance.toml: {old}: unknown indicator {new}")
    return Concordance(content["follows"], codes)


def _rules(content: Mapping[str, Any], platform: Platform) -> tuple[Rule, ...]:
    rules = []
    for entry in content.get("rule", []):
        name = entry.get("id", "?")
        take("rules.toml", "rule", name, entry)
        if entry["level"] not in ("error", "warning") or entry["kind"] not in ("rule", "cell", "derived", "workflow"):
            raise DefinitionError(f"rules.toml: {name}: unknown level or kind")
        lists = {key: tuple(value) for key, value in entry.items() if isinstance(value, list)}
        rules.append(Rule(**{**entry, **lists}, cited=in_full(entry.get("basis", ""), platform.sources)))
    _require_unique("rules.toml", (rule.id for rule in rules))
    return tuple(rules)
