"""How growth stands on its page: figures written as the form writes them, groups the largest first, firms by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from accounts.models import District, Enterprise
from forms_tables.edition.address import CellAddress
from reporting.cuts.dimensions import DIMENSIONS, UNKNOWN, names_of
from reporting.growth.bridge import (
    CAME,
    EMPTIED,
    FILLED,
    JOINED,
    LEFT,
    MISSING,
    MOVED_IN,
    MOVED_OUT,
    NEW,
    NEWLY_FILLED,
    PARTED,
    RESTATED,
    SHORT,
    STAYED,
    BridgeLine,
    GrowthRate,
    Mover,
    exact_sum,
)
from reporting.growth.comparing import Compared
from reporting.growth.waterfall import Waterfall, WaterfallBar, draw
from reporting.growth.words import (
    COMPARABLE,
    OF_STAYED,
    ON_PUBLISHED,
    is_provisional,
    label_of,
    left_out_words,
    month_on_month,
    months_compared,
    points,
    warning_of_missing,
    where_groups_come_from,
)
from reporting.models import Submission
from reporting.pages.grid import show
from reporting.totals.breaks import breaks_in

# Steps of the table of groups: two that cancel each other over all groups are one column.
TO_BASE_COLUMNS = {
    "新进": (CAME,),
    "退出": (LEFT,),
    "未计入": (MISSING,),
    "空白": (FILLED, EMPTIED),
    "迁移": (MOVED_IN, MOVED_OUT),
    "归类": (JOINED, PARTED),
    "更正": (RESTATED,),
}
TO_LEVEL_COLUMNS = {"留存增减": (STAYED,), "新进增减": (NEW,), "空白增减": (NEWLY_FILLED,)}


@dataclass(frozen=True)
class RateShown:
    """A rate with its name; the sentence where there is none."""

    name: str
    rate: GrowthRate
    warning: str = ""

    @property
    def remark(self) -> str:
        return self.rate.why or self.warning

    @property
    def shown(self) -> str:
        return "" if self.rate.shown is None else f"{self.rate.shown}"


@dataclass(frozen=True)
class LineShown:
    label: str
    short: str
    line: BridgeLine
    amount: str


@dataclass(frozen=True)
class GroupShown:
    code: str | None
    name: str
    level: str
    published: str
    base: str
    rates: tuple[RateShown, ...]
    month: str
    to_base: tuple[tuple[str, str], ...]  # by the name of the column
    to_level: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class MoverShown:
    mover: Mover
    name: str
    district: str
    receipt: str
    before: str
    now: str
    change: str
    points: str

    @property
    def words(self) -> str:
        return "、".join(self.mover.words)


@dataclass(frozen=True)
class GrowthLayout:
    compared: Compared
    group: str | None  # the one whose bridge is drawn; None for all of them

    @property
    def column(self):
        at = CellAddress.parse(self.compared.cells.own)
        return self.compared.indicator.column(at.column)

    @property
    def unit(self) -> str:
        return self.column.unit or self.compared.indicator.unit

    @property
    def dimension(self) -> str:
        return DIMENSIONS[self.compared.asked.by].label if self.compared.asked.by else ""

    @property
    def grouped_by(self) -> str:
        return where_groups_come_from(self.compared)

    @property
    def is_provisional(self) -> bool:
        return is_provisional(self.compared)

    @property
    def breaks(self) -> Sequence[str]:
        return breaks_in(self.compared.period, self.compared.edition)

    @property
    def has_month_values(self) -> bool:
        return self.compared.months is not None and self.compared.months.is_cumulative

    @property
    def months_compared(self) -> str:
        return months_compared(self.compared, self.group)

    @property
    def left_out(self) -> list[str]:
        return left_out_words(self.compared, self.group)

    @cached_property
    def names(self) -> dict[str, str]:
        by = self.compared.asked.by
        return names_of(self.compared.edition, by, list(self.compared.groups)) if by else {}

    @property
    def group_name(self) -> str:
        return "" if self.group is None else self.names[self.group]

    @property
    def rates(self) -> list[RateShown]:
        compared, bridge = self.compared, self.compared.bridge(self.group)
        found = list(self._both(self.group))
        if not compared.no_then and not compared.no_base:
            found.append(RateShown(OF_STAYED, bridge.of_stayed))
        return [*found, *self._month_on_month(self.group)]

    @property
    def whole(self) -> GroupShown:
        return self._group(None)

    @property
    def groups(self) -> list[GroupShown]:
        """The largest first, what nobody said last."""
        levels = {code: self.compared.groups[code].level for code in self.names}
        return [self._group(code) for code in sorted(levels, key=lambda code: (code == UNKNOWN, -levels[code], code))]

    @cached_property
    def to_base(self) -> Mapping[str, tuple[str, ...]]:
        return self._taken(TO_BASE_COLUMNS)

    @cached_property
    def to_level(self) -> Mapping[str, tuple[str, ...]]:
        return self._taken(TO_LEVEL_COLUMNS)

    def _taken(self, columns: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
        """Those in which any group takes part."""
        taken = {step for bridge in self.compared.groups.values() for step, firms in bridge.firms.items() if firms}
        return {name: steps for name, steps in columns.items() if taken & set(steps)}

    @cached_property
    def lines(self) -> list[LineShown]:
        if self.compared.no_then or self.compared.no_base:
            return []
        lines = self.compared.bridge(self.group).lines()
        return [self._line(label_of(line.key, self.compared), line) for line in lines]

    @cached_property
    def waterfall(self) -> Waterfall:
        return draw([shown.line for shown in self.lines])

    @property
    def bars(self) -> list[tuple[WaterfallBar, LineShown]]:
        return list(zip(self.waterfall.bars, self.lines, strict=True))

    @property
    def axis(self) -> str:
        """From where the picture counts, when not from nought."""
        starts_at = self.waterfall.starts_at
        return f"横轴从 {self._figure(starts_at.quantize(Decimal(1)))} 起，不从 0 起。" if starts_at else ""

    @cached_property
    def movers(self) -> list[MoverShown]:
        found = self.compared.movers(self.group)
        names = dict(Enterprise.objects.filter(pk__in=[each.firm for each in found]).values_list("pk", "name"))
        districts = dict(District.objects.values_list("code", "name"))
        filed = Submission.objects.filter(pk__in=[each.row.submission for each in found])
        receipts = dict(filed.values_list("pk", "receipt"))
        return [
            MoverShown(
                each,
                names[each.firm],
                districts.get(each.row.district, each.row.district),
                receipts.get(each.row.submission, ""),
                self._figure(each.before),
                self._figure(each.now),
                self._figure(each.change),
                points(each.points),
            )
            for each in found
        ]

    def _line(self, label: str, line: BridgeLine) -> LineShown:
        return LineShown(label, SHORT.get(line.key, label), line, self._figure(line.amount))

    def _group(self, code: str | None) -> GroupShown:
        compared, bridge = self.compared, self.compared.bridge(code)
        months = compared.months

        def of(columns: Mapping[str, tuple[str, ...]]) -> tuple[tuple[str, str], ...]:
            sums = {name: exact_sum(bridge.amounts[step] for step in steps) for name, steps in columns.items()}
            return tuple((name, self._figure(figure)) for name, figure in sums.items())

        return GroupShown(
            code,
            "合计" if code is None else self.names[code],
            self._figure(bridge.level),
            "" if compared.no_then else self._figure(bridge.published),
            "" if compared.no_base else self._figure(bridge.base),
            (*self._both(code), *self._month_on_month(code)),
            self._figure(months.of(code).value) if months and months.is_cumulative else "",
            of(self.to_base),
            of(self.to_level),
        )

    def _both(self, group: str | None) -> tuple[RateShown, RateShown]:
        bridge = self.compared.bridge(group)
        return (
            RateShown(ON_PUBLISHED, self.compared.on_published(bridge), warning_of_missing(self.compared, group)),
            RateShown(COMPARABLE, self.compared.comparable(bridge)),
        )

    def _month_on_month(self, group: str | None) -> list[RateShown]:
        months = self.compared.months
        return [RateShown(month_on_month(months), months.rate(group))] if months else []

    def _figure(self, figure: Decimal | None) -> str:
        return show(figure, self.compared.indicator.decimals_in(self.column.key))
