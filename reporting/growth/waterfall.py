"""The bridge as a picture: a bar a line, each beginning where the one before ended. Places are whole units of the
picture; the table beside it has the figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from reporting.growth.bridge import BridgeLine
from reporting.totals.adding_up import ZERO

LEFT, WIDTH, RIGHT, LINE, THICK, TOP = 160, 350, 170, 28, 16, 8
CUT = 4  # an axis begins at a level when the steps together are less than a quarter of it


@dataclass(frozen=True)
class WaterfallBar:
    line: BridgeLine
    x: int
    y: int
    width: int
    meets: int  # where the next bar begins

    @property
    def kind(self) -> str:
        if self.line.is_level:
            return "level"
        return "less" if self.line.amount < 0 else "more"

    @property
    def middle(self) -> int:
        return self.y + THICK // 2

    @property
    def foot(self) -> int:
        return self.y + THICK

    @property
    def next(self) -> int:
        """The head of the bar below."""
        return self.y + LINE

    @property
    def end(self) -> int:
        return self.x + self.width


@dataclass(frozen=True)
class Waterfall:
    bars: tuple[WaterfallBar, ...]
    starts_at: Decimal  # 0, unless the levels are so much larger than the steps that these could not be seen

    width, left, thick = LEFT + WIDTH + RIGHT, LEFT, THICK

    @property
    def height(self) -> int:
        return TOP + LINE * len(self.bars)


def draw(lines: Sequence[BridgeLine]) -> Waterfall:
    least, most = min(line.total for line in lines), max(line.total for line in lines)
    span = most - least
    starts_at = least - span if least > 0 and span * CUT < least else min(ZERO, least)
    room = (max(most, ZERO) - starts_at) or Decimal(1)

    def place(figure: Decimal) -> int:
        return LEFT + int((figure - starts_at) * WIDTH / room)

    bars, before = [], starts_at
    for number, line in enumerate(lines):
        begins = max(starts_at, ZERO) if line.is_level else before
        one, other = sorted((place(begins), place(line.total)))
        bars.append(WaterfallBar(line, one, TOP + number * LINE, max(other - one, 1), place(line.total)))
        before = line.total
    return Waterfall(tuple(bars), starts_at if starts_at > 0 else ZERO)
