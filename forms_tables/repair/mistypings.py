"""How a wrong figure may have come about: digits swapped, the sign, 元 for 万元, the figure of the next row. Of the
figures with which the rules hold, one that explains itself so comes first."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from forms_tables.repair.elimination import Interval

TIMES, SIGN, SWAPPED, SHIFTED = "times", "sign", "swapped", "shifted"
UNIT_MISTAKEN = Decimal(10_000)
FACTORS = (UNIT_MISTAKEN, Decimal(1000), Decimal(100), Decimal(10))
CHANCE = 50  # a figure met within a fiftieth of itself, or a limit passed by as much, is no accident
LEEWAY = Decimal("0.4")  # a range this narrow is the rounding an equation allows: its middle is what it asks for


@dataclass(frozen=True)
class Mistyping:
    kind: str
    factor: Decimal | None = None
    beside: str = ""  # the cell whose figure it is


@dataclass(frozen=True)
class Picked:
    value: Decimal
    low: Decimal | None
    high: Decimal | None
    mistyping: Mistyping | None = None

    @property
    def is_settled(self) -> bool:
        """Whether an equation leaves no more than its rounding to choose from."""
        width = self.width
        return width is not None and (width == 0 or (self.low != 0 and width <= LEEWAY))

    @property
    def width(self) -> Decimal | None:
        return None if self.low is None or self.high is None else self.high - self.low

    def holds(self, value: Decimal) -> bool:
        return (self.low is None or self.low <= value) and (self.high is None or value <= self.high)

    def pins(self, value: Decimal) -> bool:
        """Whether the range is so narrow that a figure in it is no accident."""
        return self.is_settled and self.width is not None and self.width <= abs(value) / CHANCE


def pick(
    now: Decimal, unit: Decimal, interval: Interval, beside: Mapping[str, Decimal], alike: Sequence[Decimal]
) -> Picked | None:
    """The likeliest figure of an interval, with the cell's decimals; None where no such figure lies in it. `beside` are
    the figures above and below, `alike` those of the same row at other times."""
    low, high = _lowest(interval, unit), _highest(interval, unit)
    if low is not None and high is not None and low > high:
        return None
    range_ = Picked(now, low, high)
    for value, mistyping in _mistypings(now, unit, beside, range_.is_settled):
        if value != now and range_.holds(value) and (range_.pins(value) or _is_other_unit(now, value, high, alike)):
            return Picked(value, low, high, mistyping)
    if low is not None and high is not None and range_.is_settled:
        return Picked(((low + high) / 2).quantize(unit, ROUND_HALF_UP), low, high)
    nearest = now if low is None else max(now, low)
    return Picked(nearest if high is None else min(nearest, high), low, high)


def _mistypings(
    now: Decimal, unit: Decimal, beside: Mapping[str, Decimal], settled: bool
) -> Iterator[tuple[Decimal, Mistyping]]:
    """Within a wide range many figures would do, and only the mistaken unit is worth saying."""
    for factor in FACTORS if settled else FACTORS[:1]:
        for value in (now / factor, now * factor) if settled else (now / factor,):
            yield value.quantize(unit, ROUND_HALF_UP), Mistyping(TIMES, factor)
    if not settled:
        return
    yield -now, Mistyping(SIGN)
    for value in _swapped(now):
        yield value, Mistyping(SWAPPED)
    for cell, value in beside.items():
        if value:
            yield value, Mistyping(SHIFTED, beside=cell)


def _is_other_unit(now: Decimal, value: Decimal, high: Decimal | None, alike: Sequence[Decimal]) -> bool:
    """Whether a figure far above a limit may be 元 for 万元, or one that in the other unit is much as it was before."""
    if high is None or now <= high:
        return False
    return now >= high * CHANCE >= CHANCE or any(other <= value * 3 and value <= other * 3 for other in alike if other)


def _swapped(now: Decimal) -> Iterator[Decimal]:
    text = format(abs(now), "f")
    places = [place for place, sign in enumerate(text) if sign != "."]
    for one, other in zip(places, places[1:], strict=False):
        signs = list(text)
        signs[one], signs[other] = signs[other], signs[one]
        yield Decimal("".join(signs)).copy_sign(now)


def _lowest(interval: Interval, unit: Decimal) -> Decimal | None:
    if interval.low is None:
        return None
    steps = interval.low / Fraction(unit)
    count = math.ceil(steps)
    return unit * (count + (interval.low_excluded and count == steps))


def _highest(interval: Interval, unit: Decimal) -> Decimal | None:
    if interval.high is None:
        return None
    steps = interval.high / Fraction(unit)
    count = math.floor(steps)
    return unit * (count - (interval.high_excluded and count == steps))
