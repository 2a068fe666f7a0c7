"""Reading platform.toml, as strictly as the tables. Whether what it names is there is asked by `lacking`."""

from collections.abc import Mapping
from typing import Any

from forms_tables.edition.keys import DefinitionError, take
from forms_tables.edition.platform import (
    CITY,
    FIRM,
    City,
    Coefficient,
    HeadlineCells,
    Papers,
    Platform,
    Reasons,
    RegisterFact,
    Rows,
    ScanRule,
    Tile,
)

FILE = "platform.toml"
MOST_TILES = 12  # to a side: static/app.css has a place for each


def platform_from(said: Mapping[str, Any]) -> Platform:
    """Raises DefinitionError, naming file and key."""
    take(FILE, "", "the file", said)
    register = _lists("register", said)
    findings = _lists("findings", said)
    take(FILE, "figures", "figures", said.get("figures", {}))
    return Platform(
        city=_read(City, "city", said["city"]),
        rows=_read(Rows, "rows", said.get("rows", {})),
        figures={frequency: _figures(frequency, entry) for frequency, entry in said.get("figures", {}).items()},
        classes=_lists("classes", said),
        facts={code: _fact(code, entry) for code, entry in said.get("facts", {}).items()},
        columns=register.get("columns", ()),
        marks=register.get("marks", ()),
        questions=register.get("questions", ()),
        reasons=_optional(Reasons, "reasons", said),
        rules=_texts("rules", said.get("rules", {})),
        about_unit=frozenset(findings.get("about_unit", ())),
        about_growth=frozenset(findings.get("about_growth", ())),
        coefficient=_optional(Coefficient, "coefficient", said),
        scan=_optional(ScanRule, "scan", said),
        papers=_read(Papers, "papers", said.get("papers", {})),
        tiles=_tiles(said),
        outlines=said.get("map", {}).get("outlines", ""),
        industries=_named("industries", said.get("industries", {})),
        sources=_named("sources", said.get("sources", {})),
    )


def _read(kind: type, place: str, entry: Any) -> Any:
    return kind(**_texts(place, entry))


def _optional(kind: type, place: str, said: Mapping[str, Any]) -> Any:
    return _read(kind, place, said[place]) if place in said else None


def _texts(place: str, entry: Any) -> dict[str, str]:
    take(FILE, place, place, entry)
    return _named(place, entry)


def _named(place: str, entry: Any) -> dict[str, str]:
    for key, value in entry.items():
        if not isinstance(value, str) or not value.strip():
            raise DefinitionError(f"{FILE}: {place}: {key}: write some text")
    return dict(entry)


def _figures(frequency: str, entry: Any) -> HeadlineCells:
    place = f"figures.{frequency}"
    take(FILE, "figures.*", place, entry)
    said = dict(entry)
    main = _lists_in(place, {"main": said.pop("main", [])})["main"]
    cells = _named(place, said)
    return HeadlineCells(**cells, main=main)


def _lists(place: str, said: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    entry = said.get(place, {})
    take(FILE, place, place, entry)
    return _lists_in(place, entry)


def _lists_in(place: str, entry: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    for key, value in entry.items():
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise DefinitionError(f"{FILE}: {place}: {key}: write a list of codes")
        if len(set(value)) < len(value):
            raise DefinitionError(f"{FILE}: {place}: {key}: names one twice")
    return {key: tuple(value) for key, value in entry.items()}


def _fact(code: str, entry: Any) -> RegisterFact:
    take(FILE, "facts.*", f"facts.{code}", entry)
    said = dict(entry)
    required, plain = said.pop("required", False), said.pop("plain", {})
    if said.get("by") not in (FIRM, CITY):
        raise DefinitionError(f"{FILE}: facts.{code}: by is {FIRM} or {CITY}")
    if not isinstance(required, bool):
        raise DefinitionError(f"{FILE}: facts.{code}: required is true or false")
    return RegisterFact(
        code, **_named(f"facts.{code}", said), required=required, plain=_named(f"facts.{code}.plain", plain)
    )


def _tiles(said: Mapping[str, Any]) -> dict[str, Tile]:
    if "map" not in said:
        return {}
    take(FILE, "map", "map", said["map"])
    for entry in said["map"]["tiles"]:
        take(FILE, "map.tiles", "map.tiles", entry)
        if not all(entry[key] in range(1, MOST_TILES + 1) for key in ("row", "column")):
            raise DefinitionError(f"{FILE}: map: {entry['code']}: row and column are whole numbers, 1 to {MOST_TILES}")
    return {entry["code"]: Tile(**entry) for entry in said["map"]["tiles"]}
