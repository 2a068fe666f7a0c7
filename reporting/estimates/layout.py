"""The last evening as a page shows it: sentences, tables and charts. An estimate always says that it is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from reporting.consequence.board import Measure
from reporting.estimates.calling import ToRing, to_ring
from reporting.estimates.intervals import FEWEST_PERIODS, RATE, EstimateInterval
from reporting.estimates.night import ArrivalsByHour, Night
from reporting.estimates.replaying import NightMoment
from reporting.models.submission import HEADLINE
from reporting.pages.charts import Chart, Series
from reporting.totals.coverage import share
from reporting.totals.frozen import release_read_for

RATE_WORDS = f"{RATE:.0%}"
NOW_WORDS = "现在"


@dataclass(frozen=True)
class IntervalShown:
    """Its ends, or the sentence why there are none."""

    words: str
    is_figure: bool


@dataclass(frozen=True)
class MeasureShown:
    """One measure of the reader's area: what is in, what is estimated of the rest, and both intervals in words."""

    name: str
    unit: str
    said: str
    missing: str
    total: IntervalShown
    growth: IntervalShown


@dataclass(frozen=True)
class AreaShown:
    """A line of the table of districts."""

    code: str
    name: str
    filed: int
    owed: int
    share: Decimal | None
    missing: str
    total: IntervalShown
    growth: IntervalShown


class NightLayout:
    def __init__(self, night: Night, names: Mapping[str, str]):
        self.night, self.names = night, names
        self.measure: Measure = night.told.measures[HEADLINE]

    @property
    def unit(self) -> str:
        return self.measure.unit

    @property
    def interval_words(self) -> str:
        """What stands over a column of intervals."""
        return f"{RATE_WORDS} 区间"

    @property
    def whole(self) -> float:
        standing = self.night.now.standing
        return float(standing.said[self.night.place] + standing.missing[self.night.place])

    @property
    def in_words(self) -> str:
        """How many are in, and how many were at the same hour of the period before."""
        arrived = self.night.arrivals
        filed, owed = self.filed_now, arrived.owed
        told = f"应报 {owed} 家，已报 {filed} 家（{share(filed, owed)}%）"
        last, hours = self.night.last, arrived.hours
        if last and last.owed and hours and not self.night.is_over and self.night.last_period:
            then = last.filed[last.hours.index(hours[-1])]
            label = self.night.last_period.label
            told += f"；{label}在{at_hour(hours[-1])}已报 {share(then, last.owed)}%"
        return f"{told}。"

    @property
    def filed_now(self) -> int:
        here = self.night.told.frame if self.night.district is None else self._own_rows
        return int(here["is_in"].sum())

    @property
    def _own_rows(self):
        frame = self.night.told.frame
        return frame.filter(frame["district"] == self.night.district)

    @property
    def learnt_in_words(self) -> str:
        periods = self.night.now.periods
        if periods >= FEWEST_PERIODS:
            return (
                f"区间的把握为 {RATE_WORDS}：按此方法给出 100 个区间，约有 {RATE * 100:.0f} 个包含报齐后的结果。"
                f"迟报企业与先报企业的差别，参照此前 {periods} 个已锁定的报告期。"
            )
        known = f"只有 {periods} 个已锁定的报告期可以参照" if periods else "还没有已锁定的报告期可以参照"
        return f"{known}，迟报企业会差多少只能假设。区间可能偏宽，也可能偏窄，把握没有经过检验。"

    @cached_property
    def measures(self) -> list[MeasureShown]:
        now = {HEADLINE: self.night.now} | self.night.others
        return [self._measured(self.night.told.measures[role], moment) for role, moment in now.items()]

    def _measured(self, measure: Measure, moment: NightMoment) -> MeasureShown:
        place = self.night.place
        return MeasureShown(
            measure.name,
            measure.unit,
            f"{moment.standing.said[place]:,.0f}",
            estimated(moment, place),
            shown_total(moment.totals[place]),
            shown_growth(moment.growths[place]),
        )

    @cached_property
    def areas(self) -> list[AreaShown]:
        """For the city each district that owes something."""
        now = self.night.now
        return [
            AreaShown(
                code,
                self.names.get(code, code),
                int(now.standing.filed[place]),
                int(now.standing.owed[place]),
                share(int(now.standing.filed[place]), int(now.standing.owed[place])),
                estimated(now, place),
                shown_total(now.totals[place]),
                shown_growth(now.growths[place]),
            )
            for place, code in enumerate(self.night.told.districts)
            if now.standing.owed[place]
        ]

    @property
    def on_published(self) -> str:
        """Growth on what was published a year ago, where that is released; of the city alone."""
        interval = self.night.now.totals[-1]
        behind = self.night.told.period.parsed.behind("last_annual" if self.night.told.period.is_annual else "year_ago")
        release = release_read_for(behind.code) if behind and self.night.district is None else None
        then = release.figures.get(self.measure.cell) if release else None
        if then is None or release is None or interval.low is None:
            return ""
        growth = growth_in_words(interval.over(float(then)))
        return f"按 {release.period.label}公布的全市合计 {Decimal(then):,f} {self.unit}计，增速为 {growth}。"

    @property
    def verdict(self) -> str:
        """Of a locked period, how the interval did."""
        if not self.night.is_over:
            return ""
        place, final = self.night.place, self.night.now.totals[self.night.place].likely
        if final is None:
            return ""
        asked = [(hour, moment.totals[place]) for hour, moment in self.night.history if still_open(moment, place)]
        answers = [interval.holds(final) for _, interval in asked if interval.low is not None]
        told = f"最终合计 {final:,.0f} {self.unit}。"
        if not answers:
            return told + "各时刻都没有可比的区间。"
        told += f"报齐以前的 {len(answers)} 个时刻给出过区间，{sum(map(bool, answers))} 个包含最终合计。"
        for hour, interval in asked:
            if hour == 0 and interval.low is not None:
                inside = "包含" if interval.holds(final) else "没有包含"
                told += f"截止时的区间是 {total_in_words(interval)}，{inside}最终合计。"
        return told

    @cached_property
    def charts(self) -> list[Chart]:
        found = [self._arrivals]
        if any(moment.growths[self.night.place].low is not None for _, moment in self.points):
            found += [self._narrowing("growth"), self._narrowing("total")]
        return found

    @property
    def points(self) -> list[tuple[str, NightMoment]]:
        """Earlier moments from the first with something in, and how it stands."""
        there = [
            (at_hour(hour), moment) for hour, moment in self.night.history if moment.standing.filed[self.night.place]
        ]
        return [*there, ("最终" if self.night.is_over else NOW_WORDS, self.night.now)]

    @property
    def _arrivals(self) -> Chart:
        now, last = self.night.arrivals, self.night.last
        hours = last.hours if last and len(last.hours) > len(now.hours) else now.hours
        shares = [shares_at(each, hours) if each else [None] * len(hours) for each in (now, last)]
        first = next((place for place, both in enumerate(zip(*shares, strict=True)) if any(both)), 0)
        series = [Series("本期已报", shares[0][first:])]
        if last and self.night.last_period:
            series.append(Series(self.night.last_period.label, shares[1][first:], dashed=True))
        return Chart(
            name="arrivals",
            title="已报企业占应报企业",
            labels=[at_hour(hour) for hour in hours[first:]],
            series=series,
            unit="%",
            note=(
                "以企业截止日 24 时为准；一家企业按第一次上报（未撤回）的时间计，退回后还没有重新上报的不计。"
                "横轴各点间隔不相等：截止前 1 天以内每小时一点，更早每天一点，截止以后间隔渐长。"
            ),
        )

    def _narrowing(self, what: str) -> Chart:
        is_growth = what == "growth"
        intervals = [(moment.growths if is_growth else moment.totals)[self.night.place] for _, moment in self.points]
        likely = [None if each.likely is None else rounded(each.likely, is_growth) for each in intervals]
        band = [
            None if each.low is None or each.high is None
            else (rounded(each.low, is_growth), rounded(each.high, is_growth))
            for each in intervals
        ]  # fmt: skip
        what_of_it = "可比增速" if is_growth else "报齐后的数"
        title = f"{self.measure.name}，{what_of_it}：估计与 {RATE_WORDS} 区间"
        return Chart(
            name=what,
            title=title,
            labels=[label for label, _ in self.points],
            series=[Series("估计", likely, band=band)],
            unit="%" if is_growth else self.unit,
            note="可比口径：只算有上年同期数的企业。" if is_growth else "已报的按上报数，未报的按估计数。",
        )

    @cached_property
    def ringing(self) -> ToRing:
        return to_ring(self.night.told, self.whole, self.night.district)


def at_hour(hour: int) -> str:
    if not hour:
        return "截止时"
    before, many = ("截止前" if hour < 0 else "截止后"), abs(hour)
    days, rest = divmod(many, 24) if many > 36 else (0, many)
    return " ".join([before, *([f"{days} 天"] if days else []), *([f"{rest} 小时"] if rest else [])])


def shares_at(arrived: ArrivalsByHour, hours: tuple[int, ...]) -> list[Decimal | None]:
    filed = dict(zip(arrived.hours, arrived.filed, strict=True))
    return [share(filed[hour], arrived.owed) if hour in filed else None for hour in hours]


def still_open(moment: NightMoment, place: int) -> bool:
    return bool(moment.standing.filed[place] < moment.standing.owed[place])


def rounded(figure: float, is_growth: bool) -> Decimal:
    return Decimal(f"{figure:.1f}" if is_growth else f"{figure:.0f}")


def estimated(moment: NightMoment, place: int) -> str:
    """What is estimated of the missing firms, and of how many nothing can be."""
    unsaid = int(moment.standing.unsaid[place])
    return f"{moment.standing.missing[place]:,.0f}" + (f"（另 {unsaid} 家不能推算）" if unsaid else "")


def shown_total(interval: EstimateInterval) -> IntervalShown:
    return IntervalShown(total_in_words(interval), interval.low is not None)


def shown_growth(interval: EstimateInterval) -> IntervalShown:
    return IntervalShown(growth_in_words(interval), interval.low is not None)


def total_in_words(interval: EstimateInterval) -> str:
    if interval.low is None or interval.high is None:
        return interval.cannot_say
    low, high = f"{interval.low:,.0f}", f"{interval.high:,.0f}"
    return low if low == high else f"{low} 至 {high}"


def growth_in_words(interval: EstimateInterval) -> str:
    if interval.low is None or interval.high is None:
        return interval.cannot_say
    low, high = f"{interval.low:.1f}%", f"{interval.high:.1f}%"
    return low if low == high else f"{low} 至 {high}"
