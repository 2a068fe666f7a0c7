"""A cut as an address says it: the whole choice stands in the query, so that an address can be kept, sent and opened by
somebody else, who sees of it what is theirs to see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.http import QueryDict

from accounts.models import District, Scope, User
from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition
from reporting.cuts.coverage import label_of_period
from reporting.cuts.cutting import CannotCut, Cut, CutPeriod, Group, period_of
from reporting.cuts.dimensions import DIMENSIONS, NOW, THEN, UNKNOWN, dimensions_of, names_of
from reporting.pages.chosen_period import period_in_hand
from reporting.totals.adding_up import cells_that_add_up
from reporting.totals.history import imported_periods

UNSAID = "-"  # in an address: the group of those of whom nobody said it
MOST = {"period": 12, "by": 3, "show": 30}
TOO_MANY = {
    "period": "最多并列 12 个报告期，请取消几个。",
    "by": "最多按三个分组依据，请去掉一个。",
    "show": "最多同时看 30 个指标，请取消几个。",
}
Choice = Mapping[str, list[str]]  # the parts of an address, as they are kept


@dataclass(frozen=True)
class CellChoice:
    key: str
    label: str  # without the unit


def cut_asked(query: QueryDict, user: User, today: date) -> Cut | None:
    """What the address asks for, as this person may see it. Without a period the one in hand, and where nothing is
    said of groups and cells the headline; None where there is no period at all."""
    if not any(query.getlist("period")):
        return first_cut(user, today)
    if "by" not in query and "show" not in query:
        return first_cut(user, today, query.get("period", ""))
    several = {name: tuple(dict.fromkeys(filter(None, query.getlist(name)))) for name in MOST}
    where = {key: query.getlist(key) for key in DIMENSIONS if query.getlist(key)}
    asked = Cut(
        periods=several["period"],
        by=several["by"],
        show=several["show"],
        where={key: frozenset(UNKNOWN if code == UNSAID else code for code in codes) for key, codes in where.items()},
        districts=NOW if query.get("districts") == NOW else THEN,
        include_submitted=query.get("submitted") == "yes",
    )
    return as_seen_by(user, asked)


def be_sizeable(asked: Cut) -> None:
    """Raises CannotCut where it asks for more than a page can hold."""
    for name, values in {"period": asked.periods, "by": asked.by, "show": asked.show}.items():
        if len(values) > MOST[name]:
            raise CannotCut(TOO_MANY[name])


def as_seen_by(user: User, asked: Cut) -> Cut:
    """A district cuts what was filed in it, in the district of that time, whatever it asks for."""
    if user.scope == Scope.CITY:
        return replace(asked, within=None)
    own = District.objects.filter(pk__in=user.districts).values_list("code", flat=True)
    return replace(asked, within=frozenset(own), districts=THEN)


def first_cut(user: User, today: date, code: str = "") -> Cut | None:
    """Of the period in hand, or the newest imported one where nothing was ever opened."""
    opened = None if code else period_in_hand(today)
    code = code or (opened.code if opened else next((each.code for each in imported_periods()), ""))
    if not code:
        return None
    try:
        period, edition = period_of(code)
    except CannotCut:
        return as_seen_by(user, Cut((code,)))  # the page says that there is none
    by = "district" if user.scope == Scope.CITY else "class"
    headline = edition.platform.headline(period.frequency)
    return as_seen_by(user, Cut((code,), (by,), (headline,) if headline else ()))


def choice_of(asked: Cut) -> dict[str, list[str]]:
    """The parts of its address, always in the same order; whose it is is no part of it."""
    parts = {"period": list(asked.periods), "by": list(asked.by) or [""], "show": list(asked.show)}
    for key in DIMENSIONS:
        if key in asked.where:
            parts[key] = [code or UNSAID for code in sorted(asked.where[key])]
    if asked.districts == NOW:
        parts["districts"] = [NOW]
    if asked.include_submitted:
        parts["submitted"] = ["yes"]
    return {name: values for name, values in parts.items() if values}


def address_of(choice: Choice) -> str:
    query = QueryDict(mutable=True)
    for name, values in choice.items():
        query.setlist(name, values)
    return query.urlencode()


def behind(asked: Cut, period: CutPeriod, group: Group = ()) -> Cut:
    """What a figure of the table is the sum of: the firms of one group in one period, or of all of them, as that
    period's edition calls cells and rows."""
    where = dict(asked.where) | {key: frozenset({code}) for key, code in zip(asked.by, group, strict=False)}
    if "class" in where:
        where["class"] = frozenset(period.codes.get(code, code) for code in where["class"])
    show = tuple(period.cells.get(cell, cell) for cell in asked.show)
    return replace(asked, periods=(period.period.code,), show=show, where=where)


def cells_to_choose(edition: Edition, frequency: str, additive: bool) -> list[tuple[str, list[CellChoice]]]:
    """Cells of the forms, by table: those that add up, or all that hold something."""
    adds_up = cells_that_add_up(edition)
    return [
        (
            f"{table.code} {table.title}",
            [
                CellChoice(cell, name_of_cell(edition, cell))
                for row in table.indicators
                if not row.is_heading
                for cell in (f"{row.code}.{key}" for key in row.columns)
                if not additive or cell in adds_up
            ],
        )
        for table in edition.tables
        if table.frequency == frequency
    ]


def name_of_cell(edition: Edition, cell: str) -> str:
    """The row and, where it is not the first, the column; one that was dropped by its place in words."""
    if not edition.has_cell(cell):
        return edition.place_of(cell)
    at = CellAddress.parse(cell)
    row = edition.indicator(at.code)
    return row.name if at.column == row.columns[0] else f"{row.name} · {row.column(at.column).label}"


def unit_of_cell(edition: Edition, cell: str) -> str:
    at = CellAddress.parse(cell)
    row = edition.indicator(at.code)
    return row.column(at.column).unit or row.unit


def in_words(asked: Cut, edition: Edition) -> dict[str, str]:
    """The choice as it is printed and journalled."""
    labels = {each.key: each.label for each in dimensions_of(edition)}
    names = {key: names_of(edition, key, sorted(codes)) for key, codes in asked.where.items() if key in labels}
    narrowed = [f"{labels[key]}为{'、'.join(found.values())}" for key, found in names.items()]
    said = {
        "报告期": "、".join(label_of_period(code) for code in asked.periods),
        "分组": "、".join(labels.get(key, key) for key in asked.by),
        "指标": "、".join(name_of_cell(edition, cell) for cell in asked.show),
        "筛选": "；".join(narrowed),
        "区县": "按现在的归属" if asked.districts == NOW else "",
        "范围": "含已上报、待区县审核的" if asked.include_submitted else "",
    }
    return {name: words for name, words in said.items() if words}
