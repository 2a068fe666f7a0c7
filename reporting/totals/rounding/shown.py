"""A period's totals as they are shown: money in the unit that was asked for, rounded with or without balance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from hashlib import blake2b
from typing import NamedTuple

from django.core.cache import cache

from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition, Indicator
from reporting.totals.adding_up import cells_that_add_up
from reporting.totals.aggregation import AreaSummary, Summary
from reporting.totals.at_hand import at_hand
from reporting.totals.rounding.balance import Unbalanced, balance
from reporting.totals.rounding.relations import in_words, place, relations_in

FILED_IN, LARGE = "万元", "亿元"
TEN_THOUSAND, DECIMALS = Decimal(10_000), 2
TOLD = 5  # refusals on a page
AS_IN_CITY = "本区县的数取自全市舍位平衡的表，与全市表一致。"
ALONE = "本区县单独舍位，与全市表可能差一个末位。"


@dataclass(frozen=True)
class MoneyMeasure:
    """In what money is shown. As it was filed nothing is rounded."""

    key: str
    unit: str
    balanced: bool
    how: str
    in_words: str

    @property
    def label(self) -> str:
        return f"{self.unit}（{self.how}）"

    @property
    def is_as_filed(self) -> bool:
        return self.unit == FILED_IN


AS_FILED = MoneyMeasure("wan", FILED_IN, False, "未舍位", "金额单位万元，未舍位")
BALANCED = MoneyMeasure(
    "yi", LARGE, True, "舍位平衡", "金额单位亿元，保留两位小数，已作舍位平衡；增速、占比按未舍位的数计算"
)
ROUNDED = MoneyMeasure(
    "yi-plain",
    LARGE,
    False,
    "四舍五入",
    "金额单位亿元，四舍五入到两位小数，未作舍位平衡，分项之和可能与合计相差末位；增速、占比按未舍位的数计算",
)
MEASURES = {measure.key: measure for measure in (AS_FILED, BALANCED, ROUNDED)}


class Refusal(NamedTuple):
    """What could not be balanced, told of the area its total is of."""

    area: str
    words: str


@dataclass(frozen=True)
class Rounding:
    figures: Mapping[str, Decimal] = field(default_factory=dict)  # by area and cell, what is not as it was filed
    refusals: tuple[Refusal, ...] = ()
    beside_city: str = ""  # of one district: how its figures stand to the city's table

    def of_one(self, code: str) -> Rounding:
        """What the city's says of one district."""
        own = {key: figure for key, figure in self.figures.items() if key.endswith(f"@{code}")}
        return Rounding(own, tuple(each for each in self.refusals if each.area == code), AS_IN_CITY)


@dataclass(frozen=True)
class ShownTotals:
    summary: Summary
    measure: MoneyMeasure = AS_FILED
    rounding: Rounding = Rounding()

    @property
    def in_words(self) -> list[str]:
        refusals = [each.words for each in self.rounding.refusals]
        more = [f"另有 {len(refusals) - TOLD} 处不能平衡。"] if len(refusals) > TOLD else []
        beside = [self.rounding.beside_city] if self.rounding.beside_city else []
        return [f"{self.measure.in_words}。", *beside, *refusals[:TOLD], *more]

    @property
    def blank_in_words(self) -> str:
        """What a blank says, and what 0 does."""
        small = "" if self.measure.is_as_filed else "，不足 0.005 亿元的显示为 0.00"
        moved = "（舍位平衡可能使末位相差 0.01）" if self.measure.balanced else ""
        return f"没有企业填报的留空；填报的合计数为 0 的写 0{small}{moved}。"

    def figure(self, area: AreaSummary, cell: str) -> Decimal | None:
        """Blank where nobody filled it, though a total of nothing is 0."""
        if not area.totals.filled[cell] and cell in cells_that_add_up(self.summary.edition):
            return None
        return self.rounding.figures.get(place(area, cell), area.cells.get(cell))

    def unit(self, row: Indicator) -> str:
        return self.measure.unit if row.unit == FILED_IN else row.unit

    def decimals(self, row: Indicator, key: str) -> int | None:
        return row.decimals_in(key) if self.measure.is_as_filed or not is_money(row, key) else DECIMALS

    def note(self, words: str) -> str:
        """What the form says of its units."""
        return words.replace(FILED_IN, self.measure.unit)


def shown(summary: Summary, measure: MoneyMeasure, whole: Summary | None = None) -> ShownTotals:
    """One cell has one published value: a district's are taken out of the city's balanced table where that is at hand.
    `whole` is the city's, where the district was cut out of it."""
    if not measure.balanced:
        return ShownTotals(summary, measure, rounding_of(summary, measure))
    if not summary.is_of_one_district:
        return ShownTotals(summary, measure, balanced_at_hand(summary, measure))
    city = balanced_at_hand(whole, measure) if whole else kept_of_city(summary, measure)
    own = city.of_one(summary.city.code) if city else replace(rounding_of(summary, measure), beside_city=ALONE)
    return ShownTotals(summary, measure, own)


def balanced_at_hand(summary: Summary, measure: MoneyMeasure) -> Rounding:
    """Balancing a city's annual takes seconds: kept while its figures do not change."""
    areas = (summary.city, *summary.districts)
    marks = {area.code: mark_of(summary, area) for area in areas}
    return at_hand(place_of(summary, measure), marks, lambda: rounding_of(summary, measure))


def kept_of_city(summary: Summary, measure: MoneyMeasure) -> Rounding | None:
    """The city's, where it was balanced lately with this district's figures as they are now. Nothing is added up."""
    kept: tuple[dict[str, str], Rounding] | None = cache.get(place_of(summary, measure))
    if kept is None or kept[0].get(summary.city.code) != mark_of(summary, summary.city):
        return None
    return kept[1]


def place_of(summary: Summary, measure: MoneyMeasure) -> str:
    return f"balanced-{summary.period.code}-{summary.include_submitted}-{measure.key}"


def mark_of(summary: Summary, area: AreaSummary) -> str:
    return blake2b(f"{summary.edition.digest}{sorted(area.cells.items())}".encode(), digest_size=16).hexdigest()


def rounding_of(summary: Summary, measure: MoneyMeasure) -> Rounding:
    """What cannot be balanced is left as near as the rest allows, and told."""
    if measure.is_as_filed:
        return Rounding()
    cells = money_cells(summary)
    areas = {area.code: area for area in (summary.city, *summary.districts)}
    figures = {
        place(area, cell): figure
        for area in areas.values()
        for cell in cells
        if (figure := area.cells[cell]) is not None
    }
    if not measure.balanced:
        return Rounding({key: nearest(figure) for key, figure in figures.items()})
    relations = set(relations_in(summary, cells))
    refusals: list[Refusal] = []
    while True:
        try:
            return Rounding(balance(figures, relations, TEN_THOUSAND, DECIMALS), tuple(refusals))
        except Unbalanced as refused:
            relations -= set(refused.relations)
            refusals += [
                Refusal(relation.total.partition("@")[2], in_words(summary, figures, relation, failure))
                for relation, failure in refused.failures.items()
            ]


def nearest(figure: Decimal) -> Decimal:
    return (figure / TEN_THOUSAND).quantize(Decimal(1).scaleb(-DECIMALS), ROUND_HALF_UP)


def money_cells(summary: Summary) -> frozenset[str]:
    """The totals in 万元."""
    return frozenset(cell for cell in summary.city.cells if is_money_cell(summary.edition, cell))


def is_money_cell(edition: Edition, cell: str) -> bool:
    at = CellAddress.parse(cell)
    return is_money(edition.indicator(at.code), at.column)


def is_money(row: Indicator, key: str) -> bool:
    return key in row.columns and row.adds_up_in(key) and (row.column(key).unit or row.unit) == FILED_IN
