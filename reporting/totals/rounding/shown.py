"""A period's totals as they are shown: money in the unit that was asked for, rounded with or without balance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition, Indicator
from reporting.totals.aggregation import AreaSummary, Summary
from reporting.totals.rounding.balance import Unbalanced, balance
from reporting.totals.rounding.relations import in_words, place, relations_in

FILED_IN, LARGE = "万元", "亿元"
TEN_THOUSAND, DECIMALS = Decimal(10_000), 2
TOLD = 5  # refusals on a page


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


@dataclass(frozen=True)
class Rounding:
    figures: Mapping[str, Decimal] = field(default_factory=dict)  # by area and cell, what is not as it was filed
    refusals: tuple[str, ...] = ()  # what could not be balanced


@dataclass(frozen=True)
class ShownTotals:
    summary: Summary
    measure: MoneyMeasure = AS_FILED
    rounding: Rounding = Rounding()

    @property
    def in_words(self) -> list[str]:
        refusals = self.rounding.refusals
        more = [f"另有 {len(refusals) - TOLD} 处不能平衡。"] if len(refusals) > TOLD else []
        return [f"{self.measure.in_words}。", *refusals[:TOLD], *more]

    def figure(self, area: AreaSummary, cell: str) -> Decimal | None:
        return self.rounding.figures.get(place(area, cell), area.cells.get(cell))

    def unit(self, row: Indicator) -> str:
        return self.measure.unit if row.unit == FILED_IN else row.unit

    def decimals(self, row: Indicator, key: str) -> int | None:
        return row.decimals_in(key) if self.measure.is_as_filed or not is_money(row, key) else DECIMALS

    def note(self, words: str) -> str:
        """What the form says of its units."""
        return words.replace(FILED_IN, self.measure.unit)


def shown(summary: Summary, measure: MoneyMeasure) -> ShownTotals:
    return ShownTotals(summary, measure, rounding_of(summary, measure))


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
    refusals: list[str] = []
    while True:
        try:
            return Rounding(balance(figures, relations, TEN_THOUSAND, DECIMALS), tuple(refusals))
        except Unbalanced as refused:
            relations -= set(refused.relations)
            refusals += [in_words(summary, figures, *refusal) for refusal in refused.failures.items()]


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
