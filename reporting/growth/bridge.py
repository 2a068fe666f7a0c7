"""From last year's published level to this year's, step by step, to the last digit.

Each firm gives each step its part, so that the steps add up for every group and for all of them: what leaves one group
by moving or by being reclassified comes into another.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from heapq import nlargest

from reporting.growth.figures import FirmRow, Place
from reporting.totals.adding_up import EXACT, ZERO

PUBLISHED, BASE, LEVEL = "published", "base", "level"
CAME, LEFT, MISSING, RESTATED = "came", "left", "missing", "restated"
FILLED, EMPTIED = "filled", "emptied"  # it filed in both years, and left the cell blank in one
MOVED_IN, MOVED_OUT, JOINED, PARTED = "moved_in", "moved_out", "reclassified_in", "reclassified_out"
STAYED, NEW, NEWLY_FILLED = "grew_stayed", "grew_came", "grew_filled"
UNSAID = "unsaid"  # no step: of how many firms the form says no figure of last year, and what they have now
TO_BASE = {
    CAME: "新进企业的上年数",
    LEFT: "退出企业的上年数",
    MISSING: "应报而未计入企业的上年数",
    FILLED: "上年该项空白企业的上年数",
    EMPTIED: "本期该项空白企业的上年数",
    MOVED_IN: "从其他区县迁入",
    MOVED_OUT: "迁往其他区县",
    JOINED: "从其他组归入",
    PARTED: "归入其他组",
    RESTATED: "企业更正上年数",
}
TO_LEVEL = {STAYED: "留存企业的增减", NEW: "新进企业的增减", NEWLY_FILLED: "上年该项空白企业的增减"}
GROWTH_OF = {CAME: NEW, FILLED: NEWLY_FILLED}
LABELS = TO_BASE | TO_LEVEL
CANCEL = ((MOVED_IN, MOVED_OUT), (JOINED, PARTED))  # what one group gives another; nothing where both are looked at
SHORT = {
    CAME: "新进",
    LEFT: "退出",
    MISSING: "未计入",
    FILLED: "上年空白",
    EMPTIED: "本期空白",
    MOVED_IN: "迁入",
    MOVED_OUT: "迁出",
    JOINED: "归入",
    PARTED: "归出",
    RESTATED: "更正上年数",
    STAYED: "留存增减",
    NEW: "新进增减",
    NEWLY_FILLED: "空白增减",
}
MOST = 10
LONG_ENOUGH = Context(prec=60)  # a rate has no last digit; no figure of the forms makes a tie of one that is none


def exact_sum(figures: Iterable[Decimal]) -> Decimal:
    with localcontext(EXACT):
        return sum(figures, ZERO)


@dataclass(frozen=True)
class GrowthRate:
    """Growth of `now` on `base` in percent; none on a base of nought or less, and `why` says so."""

    now: Decimal
    base: Decimal | None
    why_none: str = "没有基期数"

    @property
    def exact(self) -> Decimal | None:
        if self.base is None or self.base <= 0:
            return None
        return LONG_ENOUGH.divide(EXACT.multiply(EXACT.subtract(self.now, self.base), Decimal(100)), self.base)

    @property
    def shown(self) -> Decimal | None:
        """With one decimal, half a unit away from zero."""
        exact = self.exact
        return None if exact is None else exact.quantize(Decimal("0.1"), ROUND_HALF_UP) + 0  # never -0.0

    @property
    def why(self) -> str:
        if self.base is None:
            return self.why_none
        if self.base == 0:
            return "基期数为 0，不计算增速"
        return "基期数为负，不计算增速" if self.base < 0 else ""


@dataclass(frozen=True)
class BridgeLine:
    """One line of the bridge: a level, or a step between two; `total` is what it comes to with those before it."""

    key: str
    amount: Decimal
    total: Decimal
    firms: int

    @property
    def is_level(self) -> bool:
        return self.key not in LABELS


@dataclass
class Bridge:
    """The steps of one group, or of all."""

    amounts: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    firms: Counter[str] = field(default_factory=Counter)

    @property
    def published(self) -> Decimal:
        return self.amounts[PUBLISHED]

    @property
    def base(self) -> Decimal:
        return exact_sum(self.amounts[step] for step in (PUBLISHED, *TO_BASE))

    @property
    def level(self) -> Decimal:
        return exact_sum(self.amounts[step] for step in (PUBLISHED, *TO_BASE, *TO_LEVEL))

    @property
    def on_published(self) -> GrowthRate:
        return GrowthRate(self.level, self.published)

    @property
    def comparable(self) -> GrowthRate:
        return GrowthRate(self.level, self.base)

    @property
    def of_stayed(self) -> GrowthRate:
        """Of the firms that count in both years alone."""
        base = EXACT.subtract(self.base, exact_sum(self.amounts[step] for step in GROWTH_OF))
        return GrowthRate(EXACT.add(base, self.amounts[STAYED]), base)

    def lines(self) -> list[BridgeLine]:
        """Levels and those steps that any firm takes part in."""
        total, lines = self.published, [self._level(PUBLISHED, self.published)]
        for steps, key in ((TO_BASE, BASE), (TO_LEVEL, LEVEL)):
            for step in steps:
                if self.firms[step]:
                    total = EXACT.add(total, self.amounts[step])
                    lines.append(BridgeLine(step, self.amounts[step], total, self.firms[step]))
            lines.append(self._level(key, total))
        return lines

    def _level(self, key: str, figure: Decimal) -> BridgeLine:
        now = sum(self.firms[step] for step in TO_LEVEL)
        return BridgeLine(key, figure, figure, self.firms[PUBLISHED] if key == PUBLISHED else now)


@dataclass
class FirmPair:
    """One firm's rows of both years. A blank is no row: who filed nothing in a cell does not count in it."""

    now: list[FirmRow] = field(default_factory=list)  # figures: this year's, and last year's as it says it now
    then: list[FirmRow] = field(default_factory=list)  # figures: what it filed then
    came: str = CAME  # how it comes to have a figure where it had none last year
    left: str = LEFT  # and how to have none where it had one

    @property
    def home(self) -> FirmRow:
        """Where the firm is counted now: of several rows under merged entries, by its own."""
        return next((row for row in self.now if row.is_own), self.now[0])

    def steps(self) -> Iterator[tuple[Place, str, Decimal]]:
        """Its part in every step, and where."""
        filed = sum((figure_of(row) for row in self.then), ZERO)
        for row in self.then:
            yield row.place, PUBLISHED, figure_of(row)
        if not self.now:
            for row in self.then:
                yield row.place, self.left, -figure_of(row)
            return
        home = self.home
        for row in self.then:
            if row.place != home.place:
                moved = row.place.district != home.place.district
                yield row.place, MOVED_OUT if moved else PARTED, -figure_of(row)
                yield home.place, MOVED_IN if moved else JOINED, figure_of(row)
        for row in self.now:
            level, said = figure_of(row), row.figures[1]
            base = said or ZERO
            if not self.then:
                yield row.place, self.came, base
            elif restated := base - (filed if row is home else ZERO):
                yield row.place, RESTATED, restated
            yield row.place, STAYED if self.then else GROWTH_OF[self.came], level - base
            if said is None:
                yield row.place, UNSAID, level


def figure_of(row: FirmRow) -> Decimal:
    return row.figures[0] or ZERO


def paired(now: Sequence[FirmRow], then: Sequence[FirmRow], missing: Collection[int] = ()) -> dict[int, FirmPair]:
    """The firms of both years; of `missing` ones nothing counts this year though they owe it."""
    filed, filed_then = {row.firm for row in now}, {row.firm for row in then}
    pairs: defaultdict[int, FirmPair] = defaultdict(FirmPair)
    for row in now:
        if row.figures[0] is not None or row.figures[1] is not None:
            pairs[row.firm].now.append(row)
    for row in then:
        if row.figures[0] is not None:
            pairs[row.firm].then.append(row)
    for firm, pair in pairs.items():
        pair.came = FILLED if firm in filed_then else CAME
        pair.left = EMPTIED if firm in filed else MISSING if firm in missing else LEFT
    return dict(pairs)


def bridges(pairs: Mapping[int, FirmPair], within: str = "") -> tuple[Bridge, dict[str, Bridge]]:
    """The bridge of all groups together, and that of each; `within` a district, of what counts there alone."""
    whole, groups = Bridge(), defaultdict[str, Bridge](Bridge)
    with localcontext(EXACT):
        for pair in pairs.values():
            parts: defaultdict[tuple[str | None, str], Decimal] = defaultdict(Decimal)
            for place, step, amount in pair.steps():
                if within in ("", place.district):
                    parts[None, step] += amount
                    parts[place.group, step] += amount
            within_all = without_what_cancels([step for group, step in parts if group is None])
            for (group, step), amount in parts.items():
                if group is None and step not in within_all:
                    continue
                bridge = whole if group is None else groups[group]
                bridge.amounts[step] += amount
                bridge.firms[step] += 1
    return whole, dict(groups)


def without_what_cancels(steps: Sequence[str]) -> list[str]:
    """The steps of one firm: what left one place for another of the same area did not leave the area."""
    cancelled = {step for pair in CANCEL if set(pair) <= set(steps) for step in pair}
    return [step for step in dict.fromkeys(steps) if step not in cancelled]


@dataclass(frozen=True)
class Mover:
    """A firm and what it did to the figure of an area: `before` is what counted of it last year, as published or, where
    nothing was, as the form says it now; None of who did not count there. `now` is None of who has no report that
    counts. `words` are the steps it took part in."""

    firm: int
    row: FirmRow  # this year's, or the last one of who left
    before: Decimal | None
    now: Decimal | None
    points: Decimal | None  # of the area's growth
    words: tuple[str, ...]

    @property
    def change(self) -> Decimal:
        return EXACT.subtract(self.now or ZERO, self.before or ZERO)


def movers(
    pairs: Mapping[int, FirmPair], bridge: Bridge, *, group: str | None, within: str, has_then: bool
) -> list[Mover]:
    """The firms that moved the figure of an area most, the largest first."""
    base = bridge.published if has_then else bridge.base

    def here(place: Place) -> bool:
        return within in ("", place.district) and group in (None, place.group)

    def said_before(pair: FirmPair) -> list[Decimal]:
        said = [(row, row.figures[0]) for row in pair.then] if has_then else [(row, row.figures[1]) for row in pair.now]
        return [figure for row, figure in said if figure is not None and here(row.place)]

    def changed() -> Iterator[tuple[Decimal, int, Decimal]]:
        for firm, pair in pairs.items():
            level = sum([figure_of(row) for row in pair.now if here(row.place)], ZERO)
            change = level - sum(said_before(pair), ZERO)
            if change:
                yield abs(change), -firm, level

    def told(pair: FirmPair) -> tuple[str, ...]:
        steps = without_what_cancels([step for place, step, _ in pair.steps() if here(place) and step in TO_BASE])
        return tuple(SHORT[step] for step in steps)

    found = []
    with localcontext(EXACT):
        for _, firm, level in nlargest(MOST, changed()):
            pair = pairs[-firm]
            said = said_before(pair)
            before = sum(said, ZERO) if said else None
            row = next(row for row in (*pair.now, *pair.then) if here(row.place))
            points = LONG_ENOUGH.divide((level - (before or ZERO)) * 100, base) if base > 0 else None
            now = level if any(here(row.place) for row in pair.now) else None
            found.append(Mover(-firm, row, before, now, points, told(pair) if has_then else ()))
    return found
