"""How long works take, and what that says of the targets."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Took:
    """Seconds on the wall, and of the processor: what else the machine does falls on the first only."""

    wall: float
    processor: float

    def __str__(self) -> str:
        return f"{self.wall:.3f} s"


def took(work: Callable[[], Any]) -> Took:
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return Took(time.perf_counter() - wall, time.process_time() - processor)


def medians(runs: int, *works: Callable[[], Any]) -> list[Took]:
    """Of works done in turn, so that what else the machine does falls on all."""
    rounds = [[took(work) for work in works] for _ in range(runs)]
    return [
        Took(median(one.wall for one in times), median(one.processor for one in times))
        for times in zip(*rounds, strict=True)
    ]


def report(title: str, more: Took, less: Took, target: str, note: str = "") -> None:
    """How many times `more` is of `less`, beside the target (≤ 2, ≥ 20); the processor's ratio tells of a machine that
    others use as well."""
    ratio, (sign, bound) = more.wall / less.wall, target.split()
    reached = ratio <= float(bound) if sign == "≤" else ratio >= float(bound)
    remark(
        f"{title:<64} {ratio:7.2f} × {target:>6} {'reached' if reached else 'MISSED':<8}"
        f" {more} / {less}; processor {more.processor / less.processor:.2f} ×{note and f'; {note}'}"
    )


def report_seconds(title: str, time_taken: Took, limit: float) -> None:
    reached = "reached" if time_taken.wall < limit else "MISSED"
    remark(
        f"{title:<64} {time_taken.wall:7.2f} s {f'< {limit:g}':>6} {reached:<8} processor {time_taken.processor:.2f} s"
    )


def remark(text: str) -> None:
    print(f"  {text}", flush=True)
