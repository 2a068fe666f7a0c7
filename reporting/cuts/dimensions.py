"""What totals may be cut by. A firm is in exactly one group of each, so that groups add up to the whole; what nobody
said of it is a group of its own (`UNKNOWN`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from accounts.models import District
from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition
from forms_tables.edition.periods import PeriodCode
from reporting.city_columns.counted import Counted, described, districts_now

UNKNOWN = ""
UNKNOWN_WORDS = "未填报"
SEVERAL = "、"  # between the names of several codes of one row


@dataclass(frozen=True)
class Dimension:
    """One way to cut. `row` names the questionnaire's row it is read from, by its role in `platform.toml`; one without
    is worked out of the rows themselves."""

    key: str
    label: str
    row: str = ""
    shorten: int = 0  # how many signs of the code count: the division of an industry, the year of a month

    def is_in(self, edition: Edition) -> bool:
        return not self.row or bool(getattr(edition.platform.rows, self.row))


DIMENSIONS = {
    each.key: each
    for each in (
        Dimension("district", "区县"),
        Dimension("industry", "行业小类", "industry"),
        Dimension("division", "行业大类", "industry", 2),
        Dimension("class", "业务大类"),
        Dimension("size", "单位规模", "size"),
        Dimension("ownership", "控股情况", "ownership"),
        Dimension("park", "产业园区", "park"),
        Dimension("scope", "纳统类别", "scope"),
        Dimension("key", "月报重点", "key_firm"),
        Dimension("founded", "成立年份", "founded", 4),
    )
}
THEN, NOW = "then", "now"  # in which district a firm is counted: where it reported from, or where it belongs today


def dimensions_of(edition: Edition) -> list[Dimension]:
    """Those the edition can be cut by."""
    return [each for each in DIMENSIONS.values() if each.is_in(edition)]


def grouped(counted: Counted, by: Sequence[str], districts: str = THEN, fresh: bool = True) -> pl.DataFrame:
    """For each counted row its group in every dimension of `by`, as codes ("" where nobody said), in their order."""
    edition = counted.edition
    rows = {DIMENSIONS[key].row for key in by} - {""}
    codes = {row: getattr(edition.platform.rows, row) for row in rows}
    said = described(counted, list(dict.fromkeys(filter(None, codes.values()))), fresh)
    own: dict[str, Callable[[], pl.Series]] = {
        "district": lambda: _districts(counted, districts),
        "class": lambda: _classes(counted),
    }
    columns = []
    for key in by:
        dimension = DIMENSIONS[key]
        if key in own:
            column = own[key]()
        elif code := codes[dimension.row]:
            column = said[code].fill_null(UNKNOWN)
        else:
            column = pl.repeat(UNKNOWN, len(counted.rows), dtype=pl.String, eager=True)
        columns.append((column.str.head(dimension.shorten) if dimension.shorten else column).alias(key))
    return pl.DataFrame(columns)


def _districts(counted: Counted, districts: str) -> pl.Series:
    if districts == THEN:
        return counted.rows.frame["district"]
    return pl.Series(list(districts_now(counted.rows.frame["enterprise"].to_list())), dtype=pl.String)


def cells_of_classes(edition: Edition, frequency: str) -> tuple[str, ...]:
    return edition.platform.classes.get(frequency, ())


def _classes(counted: Counted) -> pl.Series:
    """The class a firm earns most with; of equal ones the first, none where it earns nothing. The cells of the classes
    are to be among the rows' own."""
    frame, scales = counted.rows.frame, counted.rows.scales
    cells = [c for c in cells_of_classes(counted.edition, counted.period.frequency) if c in frame.columns]
    if not cells:
        return pl.repeat(UNKNOWN, frame.height, dtype=pl.String, eager=True)
    most = max(scales[cell] for cell in cells)
    figures = frame.select((pl.col(cell).fill_null(0).cast(pl.Int128) * 10 ** (most - scales[cell])) for cell in cells)
    largest = figures.max_horizontal()
    first = [
        pl.when((largest > 0) & (figures[cell] == largest)).then(pl.lit(CellAddress.parse(cell).code)) for cell in cells
    ]
    return figures.select(pl.coalesce([*first, pl.lit(UNKNOWN)]).alias("class"))["class"]


def origin_in_words(keys: Sequence[str], periods: Sequence[PeriodCode]) -> tuple[str, ...]:
    """A sentence where these dimensions come from (reporting.city_columns.counted.described) in months, whose forms do
    not ask; none where that needs no words."""
    labels = [DIMENSIONS[key].label for key in dict.fromkeys(keys) if DIMENSIONS[key].row]
    annuals = sorted({period.last_annual() for period in periods if not period.is_annual})
    if not labels or not annuals:
        return ()
    return (
        f"{'、'.join(labels)}：月报不填，按企业上报时的名录登记，名录没有的按企业现行有效的"
        f"{'、'.join(each.label for each in annuals)}；都没有的列为“{UNKNOWN_WORDS}”。",
    )


def names_of(edition: Edition, key: str, codes: Sequence[str]) -> dict[str, str]:
    """What the groups of a dimension are called, for these codes."""
    known = _known_names(edition, key)
    dimension = DIMENSIONS[key]
    row = edition.indicators.get(getattr(edition.platform.rows, dimension.row)) if dimension.row else None
    several = row is not None and row.kind == "codes"

    def name(code: str) -> str:
        if code == UNKNOWN:
            return UNKNOWN_WORDS
        if several:
            return SEVERAL.join(known.get(each, each) for each in code.split(","))
        if key == "industry" and code not in known and code[:2] in edition.platform.industries:
            return f"{code}（{edition.platform.industries[code[:2]]}）"  # the list need not have every one
        return known.get(code, code)

    return {code: name(code) for code in codes}


def _known_names(edition: Edition, key: str) -> dict[str, str]:
    dimension = DIMENSIONS[key]
    if key == "district":
        return dict(District.objects.values_list("code", "name"))
    if key == "class":
        cells = [cell for listed in edition.platform.classes.values() for cell in listed]
        rows = [edition.indicators[CellAddress.parse(cell).code] for cell in cells if edition.has_cell(cell)]
        return {row.code: row.name for row in rows}
    row = edition.indicators.get(getattr(edition.platform.rows, dimension.row))
    if key == "division":
        return {code: f"{code} {name}" for code, name in edition.platform.industries.items()}
    if row is None or row.choices is None or dimension.shorten:
        return {}
    return {entry.code: entry.name for entry in row.choices.entries}
