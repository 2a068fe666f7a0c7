"""docs/edition.md lists every key an edition may hold, and the reader takes no other."""

import copy
import re
from contextlib import suppress
from fnmatch import fnmatch
from pathlib import Path

import pytest

from forms_tables.edition.catalog import DefinitionError, edition_from, platform_said, shipped_content
from forms_tables.edition.keys import KEYS
from forms_tables.edition.lacking import lacking_in
from forms_tables.rules.checks import proofread

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "edition.md").read_text(encoding="utf-8")
FAMILY = "chongqing-2024"


def documented() -> dict[tuple[str, str], dict[str, str]]:
    """File and place → the keys the page lists there, with must or may."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    file = place = ""
    for line in DOCUMENT.splitlines():
        if heading := re.fullmatch(r"## (\S+\.toml)", line):
            file, place = heading[1], ""
        elif heading := re.fullmatch(r"### \[+([^\]]+)\]+", line):
            place = heading[1]
        elif row := re.match(r"\| `(\w+)` \| (must|may) \|", line):
            found.setdefault((file, place), {})[row[1]] = row[2]
    return found


def test_it_lists_every_key_the_reader_takes_and_no_other():
    read = {
        (file, place): {**dict.fromkeys(keys.needed, "must"), **dict.fromkeys(keys.optional, "may")}
        for file, places in KEYS.items()
        for place, keys in places.items()
        if not keys.named
    }
    assert documented() == read


def places_in(value, where: tuple = ()):
    """Every table of keys in a file, each with the way to it."""
    if isinstance(value, dict):
        yield where, value
        for key, each in value.items():
            yield from places_in(each, (*where, key))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from places_in(each, (*where, number))


def pattern_of(file: str, where: tuple) -> str | None:
    """The place of KEYS that a way leads to; nothing for names of the file's own choosing and for formulas."""
    places = KEYS["t*.toml" if re.fullmatch(r"t\d+\.toml", file) else file]
    words = [step for step in where if not isinstance(step, int)]
    for place, keys in places.items():
        steps = place.split(".") if place else []
        alike = len(steps) == len(words) and all(map(fnmatch, words, steps))
        if alike and not keys.named:
            return place
    return None


FOLLOWING = {"follows": "before", "codes": {"2009": "2010"}}  # the first of a city follows none


def whole() -> dict:
    return shipped_content(FAMILY) | {"platform.toml": platform_said(FAMILY), "concordance.toml": FOLLOWING}


WAYS = {
    (re.sub(r"t\d+", "t*", file), pattern_of(file, where)): (file, where)
    for file, said in whole().items()
    for where, _ in places_in(said)
}


def reached(content: dict, file: str, where: tuple) -> dict:
    found = content[file]
    for step in where:
        found = found[step]
    return found


def read(content: dict):
    content = copy.deepcopy(content)
    return edition_from(FAMILY, content, content.pop("platform.toml"))


def test_there_is_an_example_of_every_place():
    places = {(file, place) for file, of_file in KEYS.items() for place, keys in of_file.items() if not keys.named}
    assert places - WAYS.keys() == set()


@pytest.mark.parametrize(("file", "place"), [way for way in WAYS if way[1] is not None])
def test_a_key_that_is_not_listed_is_refused_with_file_and_key(file, place):
    content = copy.deepcopy(whole())
    name, where = WAYS[file, place]
    reached(content, name, where)["zzz"] = "1"
    with pytest.raises(DefinitionError) as refused:
        read(content)
    assert "zzz" in str(refused.value) and name in str(refused.value)


@pytest.mark.parametrize(
    ("file", "place", "key"),
    [(file, place, key) for file, place in WAYS if place is not None for key in KEYS[file][place].needed],
)
def test_a_key_that_must_be_there_is_missed_with_file_and_key(file, place, key):
    content = copy.deepcopy(whole())
    name, where = WAYS[file, place]
    entry = reached(content, name, where)
    entry.pop(key, None)
    if place == "indicator":
        content[name].get("defaults", {}).pop(key, None)
    with pytest.raises(DefinitionError) as refused:
        read(content)
    assert key in str(refused.value) and name in str(refused.value)


@pytest.mark.parametrize(("file", "place"), [way for way in WAYS if way[1] is not None])
def test_a_value_of_another_kind_is_refused_or_harmless(file, place):
    """Whatever stands there, start-up says a sentence and no page meets it."""
    for key in KEYS[file][place].all:
        for value in (7, [{"a": 7}]):
            content = copy.deepcopy(whole())
            name, where = WAYS[file, place]
            reached(content, name, where)[key] = value
            with suppress(DefinitionError):
                edition = read(content)
                list(lacking_in(edition)) + list(proofread(edition))
