"""Why a filing stands where it stands, in words: what speaks against it, the weightiest first, and how large it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from forms_tables.edition.catalog import Edition
from reporting.consequence.board import BEFORE, NOW, PREV, Measure
from reporting.consequence.evidence import (
    APPEARED,
    COPIED_LAST,
    COPIED_STEP,
    COPIED_YEAR,
    DIGIT,
    ESTIMATE,
    LATE,
    MONTH,
    NEW,
    PARTS,
    SIGN,
    TABLE,
    UNIT,
    VANISHED,
    WARNED,
    YEAR,
)
from reporting.consequence.scoring import EXPECTED, WEIGHT
from reporting.consequence.yardstick import ALL, UNSAID, PeerGroup, Yardstick
from reporting.cuts.dimensions import DIMENSIONS, names_of

OF_ALL = (PARTS, COPIED_LAST, COPIED_YEAR, COPIED_STEP, SIGN, NEW)
WORTH_SAYING = 0.03  # a weight below it is no reason
NOTHING_STRANGE = "与自身以往和同类相比未见异常"
NOTHING_COMPARED = "没有可以与以往和同类比较的数"
HUNDREDTH = Decimal("0.01")
LARGE = 1.0  # per cent of the total


@dataclass(frozen=True)
class Wording:
    """Of one period, in one area (本区县, 全市)."""

    edition: Edition
    measures: Sequence[Measure]
    yardstick: Yardstick
    area: str
    is_annual: bool

    def reasons(self, row: Mapping, share: float | None) -> tuple[str, ...]:
        """Of a scored row (`reporting.consequence.scoring`) with its share of the headline total in per cent."""
        weighed = [(row[WEIGHT.format(key)], key) for key in TABLE]
        told = [SENTENCES[key](self, row) for weight, key in sorted(weighed, reverse=True) if weight >= WORTH_SAYING]
        if row["let_in"]:
            told.append("锁定后补报，不在本期合计内")
        if share is not None and abs(share) >= LARGE:
            told.append(f"占{self.area}{called(self.measures[0])} {share:.1f}%")
        return tuple(told) or (NOTHING_STRANGE if self._is_compared(row) else NOTHING_COMPARED,)

    def cell(self, row: Mapping) -> str:
        """The first to look at: off by a power of ten, else strangest; the headline figure where all is in doubt. What
        was warned of has cells of its own, and an estimate or lateness has none."""
        weight = {key: row[WEIGHT.format(key)] for key in TABLE}
        if row["power_of"] >= 0:
            return self.measures[row["power_of"]].cell
        strangest = max((YEAR, MONTH), key=lambda key: weight[key])
        if weight[strangest] >= WORTH_SAYING:
            return self.measures[row[f"{strangest}_of"]].cell
        for key in (VANISHED, APPEARED):
            if weight[key]:
                return self.measures[row[f"{key}_of"]].cell
        return self.measures[0].cell if any(weight[key] for key in OF_ALL) else ""

    def _is_compared(self, row: Mapping) -> bool:
        """Whether any figure has an earlier one and a class to be held against."""
        own = (row["class"] or UNSAID, row["size"] or UNSAID)
        return any(
            (row[NOW.format(measure.cell)] or 0) > 0
            and (row[base.format(measure.cell)] or 0) > 0
            and self.yardstick.peers_of(base, measure.cell, own)
            for measure in self.measures
            for base in (BEFORE, PREV)
        )

    def _year(self, row: Mapping) -> str:
        return self._change(row, BEFORE, row["year_of"], "同比")

    def _month(self, row: Mapping) -> str:
        return self._change(row, PREV, row["month_of"], "比上期累计")

    def _change(self, row: Mapping, base: str, at: int, words: str) -> str:
        measure = self.measures[at]
        change = per_cent(row[NOW.format(measure.cell)] / row[base.format(measure.cell)])
        own = (row["class"] or UNSAID, row["size"] or UNSAID)
        found = self.yardstick.peers_of(base, measure.cell, own)
        peers = f"，{self.group(found[0])}中位数 {per_cent(found[1].ratio)}" if found else ""
        return f"{called(measure)}{words} {change}{peers}"

    def group(self, group: PeerGroup) -> str:
        own, size = group
        if own == ALL:
            return "全市"
        named = [self._name("class", own), *([] if size in (ALL, UNSAID) else [self._name("size", size)])]
        return f"同类（{'·'.join(named)}）"

    def _name(self, key: str, code: str) -> str:
        if code == UNSAID:
            return f"{DIMENSIONS[key].label}未填"
        name = names_of(self.edition, key, [code])[code]
        return name.lstrip("*0123456789.、").removesuffix("收入") if key == "class" else name

    def _unit(self, row: Mapping) -> str:
        return f"多项指标约为预期的 {times(row['power'])}，疑似单位填错"

    def _digit(self, row: Mapping) -> str:
        name = called(self.measures[row["power_of"]])
        return f"{name}约为预期的 {times(row['power'])}，疑似多填或少填了数位"

    def _parts(self, row: Mapping) -> str:
        return f"各类业务收入相加与{called(self.measures[0])}不符"

    def _copied_last(self, row: Mapping) -> str:
        return "与上期累计数完全相同，疑似照抄"

    def _copied_year(self, row: Mapping) -> str:
        return f"与{'上年' if self.is_annual else '上年同期'}数完全相同，疑似照抄"

    def _copied_step(self, row: Mapping) -> str:
        return "本月增加额与上月完全相同，疑似照抄"

    def _warned(self, row: Mapping) -> str:
        return f"{row['warnings']} 条提示"

    def _sign(self, row: Mapping) -> str:
        return "收入或人数为负，或由负转正"

    def _vanished(self, row: Mapping) -> str:
        measure = self.measures[row["vanished_of"]]
        said = "没有填" if row[NOW.format(measure.cell)] is None else "填 0"
        return f"{called(measure)}{said}，按以往预期约 {row[EXPECTED.format(measure.cell)]:,.0f}"

    def _appeared(self, row: Mapping) -> str:
        return f"{called(self.measures[row['appeared_of']])}以往为 0，本期有数"

    def _new(self, row: Mapping) -> str:
        return "没有上年数和上期数，不能与自身以往比较"

    def _estimate(self, row: Mapping) -> str:
        return "企业注明是预估数"

    def _late(self, row: Mapping) -> str:
        return "迟报"


SENTENCES = {
    YEAR: Wording._year, MONTH: Wording._month, UNIT: Wording._unit, DIGIT: Wording._digit, PARTS: Wording._parts,
    COPIED_LAST: Wording._copied_last, COPIED_YEAR: Wording._copied_year, COPIED_STEP: Wording._copied_step,
    WARNED: Wording._warned, SIGN: Wording._sign, NEW: Wording._new, ESTIMATE: Wording._estimate, LATE: Wording._late,
    VANISHED: Wording._vanished, APPEARED: Wording._appeared,
}  # fmt: skip


def called(measure: Measure) -> str:
    return measure.name.removesuffix("合计")


def per_cent(ratio: float) -> str:
    change = (ratio - 1) * 100
    said = f"{change:+,.0f}%" if abs(change) >= 10 else f"{change:+.1f}%"
    return "0.0%" if said in ("+0.0%", "-0.0%") else said


def part_in_words(part: float, sign: str = "+") -> str:
    """A part of a total in per cent, with two decimals; what is less and not nought says so. The % stands behind it, or
    in the head of its column."""
    rounded = Decimal(repr(part)).quantize(HUNDREDTH, ROUND_HALF_UP) + 0
    return "不足 0.01" if part and not rounded else f"{rounded:{sign if rounded else ''},f}"


def times(power: int) -> str:
    return f"{10**power} 倍" if power > 0 else f"1/{10**-power}"
