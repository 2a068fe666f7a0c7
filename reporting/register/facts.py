"""What the register says about a firm beside its name and place, under the codes of the edition's questionnaire: which
facts those are, and who writes them, is said in its platform.toml."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from forms_tables.edition.continuity import codes_of
from forms_tables.edition.platform import Platform
from forms_tables.filling import parsing
from reporting.models.in_force import current_edition

FIRST_OF_ALL = datetime.date(2000, 1, 1)  # the register of software firms is younger
FAR_AHEAD = datetime.timedelta(days=366)


class UnreadableFact(ValueError):
    """A fact of the register that cannot stand; the words say why."""


def unlikely_day(day: datetime.date, today: datetime.date) -> str:
    """Why a day cannot be meant as a firm's first or last day of reporting, as a sentence; empty when it can."""
    if FIRST_OF_ALL <= day <= today + FAR_AHEAD:
        return ""
    return f"{day:%Y-%m-%d} 不在 {FIRST_OF_ALL.year} 年到今后一年之间，请核对年份。"


def platform() -> Platform:
    return current_edition().platform


def office_called(key: str) -> str:
    """How the city's edition names an office, in short; words it has no key for stand as they are."""
    return getattr(platform().city, key, key)


def under_every_code(facts: Mapping[str, str]) -> dict[str, str]:
    """The same facts, each under all the codes its row has in the editions that are here. The register keeps them so:
    periods of two editions are open side by side, and what either asks of a firm is read by the code alone."""
    edition = current_edition()
    return {name: value for code, value in facts.items() for name in codes_of(edition, code)}


def label_of(code: str) -> str:
    return current_edition().indicator(code).name


def kind_of(code: str) -> str:
    return current_edition().indicator(code).kind


def list_name(code: str) -> str:
    """What one of the city's lists is called."""
    return label_of(code).removeprefix("是否")


def is_marked(code: str, value: str) -> bool:
    """Whether a fact says something of the firm: it is on the list, it has such business."""
    return value not in ("", "否", platform().facts[code].unnamed)


def choices_of(code: str) -> list[tuple[str, str]]:
    """Codes and names a fact may take, for a select."""
    indicator = current_edition().indicator(code)
    if indicator.kind == "yes_no":
        return [("是", "是"), ("否", "否")]
    if plain := platform().facts[code].plain:
        return [(entry.code, plain.get(entry.code, entry.name)) for entry in indicator.choices.entries]
    return [(entry.code, f"{entry.code} {entry.name}") for entry in indicator.choices.entries]


def read_fact(code: str, typed: str) -> str:
    """As the forms read the same cell: one reading of an industry or a scope, wherever it is typed."""
    indicator = current_edition().indicator(code)
    column = indicator.columns[0]
    value = parsing.parse(indicator, column, typed)
    if isinstance(value, parsing.Problem):  # beside its own field or column, the place on the form only confuses
        raise UnreadableFact(value.problem.removeprefix(f"{indicator.place(column)}："))
    return "" if value is None else str(value)


def in_words(facts: Mapping[str, str]) -> dict[str, str]:
    """Facts by the names of the form, for the journal and the firm's page."""
    return {label_of(code): name_of(code, facts[code]) for code in platform().facts if facts.get(code)}


def name_of(code: str, value: str) -> str:
    choices = current_edition().indicator(code).choices
    if not choices or not value:
        return value
    return "、".join(f"{part} {choices.name_of(part) or ''}".strip() for part in value.split(","))
