"""Every key that the files of an edition may hold, by file and place. docs/edition.md says what each is for; a test
holds the two together. What is not here is refused, with the file and the key."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatch
from typing import Any


class DefinitionError(ValueError):
    """A definition that cannot be right; the text names the file and the code."""


@dataclass(frozen=True)
class Keys:
    needed: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    named: bool = False  # the keys are names of its own choosing: units, lists, columns, facts

    @property
    def all(self) -> tuple[str, ...]:
        return self.needed + self.optional


def keys(needed: str = "", optional: str = "") -> Keys:
    return Keys(tuple(needed.split()), tuple(optional.split()))


NAMES = Keys(named=True)
OF_A_ROW = (
    "unit hint kind depth parent relation required required_when auto applies_when otherwise starred decimals"
    " nonnegative nonnegative_rule whole_rule nature code_list origin group note column"
)
OF_A_COLUMN = "carry auto applies_when required kind unit decimals"

# File → place in it, as TOML writes it (* is a name of the file's own choosing, "" its top) → keys.
KEYS: Mapping[str, Mapping[str, Keys]] = {
    "edition.toml": {
        "": keys("title basis units valid_from", "valid_to parameters"),
        "units": NAMES,
        "units.*": keys("kind", "decimals"),
        "parameters": NAMES,
        "parameters.*": keys("title provenance", "default unit note settable above least most below"),
    },
    "codes.toml": {
        "": keys("lists", "size_standard"),
        "lists": NAMES,
        "lists.*": keys("title source provenance", "entries also from_districts from_table leave_out"),
        "size_standard": keys("industry divisions staff income"),
    },
    "districts.toml": {
        "": keys("district"),
        "district": keys("code name kind valid_from", "valid_to successor note"),
    },
    "concordance.toml": {
        "": keys("follows codes"),
        "codes": NAMES,
    },
    "rules.toml": {
        "": keys("", "rule"),
        "rule": keys("id level kind where", "columns each when texts message formula basis note waits_for"),
    },
    "t*.toml": {
        "": keys("table columns indicator", "defaults"),
        "table": keys(
            "code key title frequency source provenance unit_note",
            "applies_when why why_not authority approved_by document header footer",
        ),
        "columns": NAMES,
        "columns.*": keys("label", OF_A_COLUMN),
        "defaults": keys("", f"columns source provenance {OF_A_ROW}"),
        "indicator": keys("code name columns source provenance", OF_A_ROW),
        "indicator.column": NAMES,
        "indicator.column.*": keys("", f"label {OF_A_COLUMN}"),
    },
    "platform.toml": {
        "": keys(
            "city",
            "rows figures classes facts register reasons rules findings coefficient scan papers map industries sources",
        ),
        "city": keys("name short office site survey", "short_office association who_reports where notice"),
        "rows": keys(
            "",
            "credit_code organisation_code name district scope industry ownership size signer"
            " park founded key_firm contact filler phone mobile email",
        ),
        "figures": keys("", "month annual"),
        "figures.*": keys("", "headline base employed profit main"),
        "classes": keys("", "month annual"),
        "facts": NAMES,
        "facts.*": keys("by", "short unnamed required question listed_as plain"),
        "facts.*.plain": NAMES,
        "register": keys("", "columns marks questions"),
        "reasons": keys("list", "other"),
        "rules": keys(
            "",
            "checked explained in_time late returned_with_words actual amended_with_words complete one_filing"
            " no_january scan required credit_code region",
        ),
        "findings": keys("", "about_unit about_growth"),
        "coefficient": keys("parameter official column"),
        "scan": keys("figure least"),
        "papers": keys("", "authority approved_by document valid_until"),
        "map": keys("tiles", "outlines"),
        "map.tiles": keys("code name row column"),
        "industries": NAMES,
        "sources": NAMES,
    },
}


# What stands under a key is text, unless it is said here: of the same kinds wherever the key may stand.
TEXTS = (list, str)  # a list of texts
PARTS = (list, dict)  # a list of tables of keys
LISTS = (list, list)
OTHER_THAN_TEXT: Mapping[str, tuple[type | tuple[type, type], ...]] = {
    key: kinds
    for keys, kinds in {
        "decimals depth row": (int,),
        "valid_from valid_to": (int, date, str),  # JSON has no dates
        "starred settable from_districts": (bool,),
        "texts each waits_for leave_out header footer nonnegative": (TEXTS,),
        "divisions staff income marks questions about_unit about_growth main": (TEXTS,),
        "entries": (LISTS,),
        "indicator size_standard tiles": (PARTS,),
        "district rule": (PARTS, str),
        "table defaults units parameters lists codes city rows figures classes facts register": (dict,),
        "reasons rules findings papers map industries sources plain": (dict,),
        "coefficient scan": (dict, str),
        "columns month annual": (TEXTS, dict),
        "column": (int, str, dict),
        "required": (bool, str),
        "auto formula": (str, dict),  # of a row: for each of its columns
    }.items()
    for key in keys.split()
}
TEXT_THERE = {("columns.*", "auto"), ("indicator.column.*", "auto")}
WORDS: Mapping[type | tuple[type, type], str] = {
    str: "text",
    int: "a number",
    date: "a date",
    bool: "true or false",
    dict: "a table of keys",
    TEXTS: "a list of texts",
    PARTS: "a list of tables of keys",
    LISTS: "a list of lists",
}


def keys_of(file: str, place: str) -> Keys:
    pattern = next(pattern for pattern in KEYS if fnmatch(file, pattern))
    return KEYS[pattern][place]


def take(file: str, place: str, what: str, entry: Any) -> None:
    """Refuses what has no place there, and what is missing."""
    if not isinstance(entry, Mapping):
        raise DefinitionError(f"{file}: {what}: {entry!r} is no table of keys")
    known = keys_of(file, place)
    if unknown := set(entry) - set(known.all):
        raise DefinitionError(f"{file}: {what}: unknown key {', '.join(sorted(unknown))}")
    if missing := set(known.needed) - set(entry):
        raise DefinitionError(f"{file}: {what}: missing {', '.join(sorted(missing))}")
    if known.named:
        return
    for key, value in entry.items():
        kinds = (str,) if (place, key) in TEXT_THERE else OTHER_THAN_TEXT.get(key, (str,))
        if not any(_is_of(kind, value) for kind in kinds):
            wanted = " or ".join(WORDS[kind] for kind in kinds)
            raise DefinitionError(f"{file}: {what}: {key}: {value!r} is not {wanted}")


def _is_of(kind: type | tuple[type, type], value: Any) -> bool:
    if isinstance(kind, tuple):
        return isinstance(value, list) and all(isinstance(each, kind[1]) for each in value)
    return isinstance(value, kind) and not (kind is int and isinstance(value, bool))
