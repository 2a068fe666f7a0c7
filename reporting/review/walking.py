"""From one waiting filing to the next, in the order of the queue: those of consequence first, and behind them what has
come in since that order was kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

import polars as pl

from accounts.models import User
from reporting.consequence.ordering import Order, Placed, order_as_kept, order_of
from reporting.models import Filing, Period, State, Submission
from reporting.review.weighing import FIGURES, SIGNED, WEIGHT

CAME = "in_force__submitted_at"


@dataclass(frozen=True)
class Walk:
    """What waits for somebody in a period. `waiting` has the receipts by filing, in order; `places` are those of the
    order, which also knows filings that were decided since; `still` those of it that wait as they
    were weighed."""

    waiting: dict[int, str]
    places: dict[int, int]
    weighed: frozenset[tuple[int, int]]  # filings with the submission that was weighed
    order: Order | None
    still: frozenset[int] = frozenset()

    def place_of(self, filing: int) -> int | None:
        """The how many-th it is of those that wait."""
        return next((place for place, each in enumerate(self.waiting, start=1) if each == filing), None)

    def after(self, filing: int) -> str:
        """The receipt of the next one; behind the last come those that were passed over. Empty where nothing waits."""
        behind, before = self.around(filing)
        return self.waiting[(behind or before)[0]] if behind or before else ""

    def before(self, filing: int) -> str:
        _, before = self.around(filing)
        return self.waiting[before[-1]] if before else ""

    def around(self, filing: int) -> tuple[list[int], list[int]]:
        """The others that wait, behind it and before it."""
        listed = list(self.waiting)
        if filing in self.waiting:
            at = listed.index(filing)
            return listed[at + 1 :], listed[:at]
        at = self.places.get(filing, 0)
        before = [each for each in listed if self.places.get(each, len(listed) + at) < at]
        return listed[len(before) :], before

    def knows(self, submission: Submission) -> bool:
        """Whether it was weighed; in practice nothing is."""
        return self.order is None or (submission.filing_id, submission.pk) in self.weighed

    def placed(self, submission: Submission) -> Placed | None:
        if self.order is None or not self.knows(submission):
            return None
        return self.order.placed([submission.filing_id]).get(submission.filing_id)

    def without(self, filing: int) -> Walk:
        """Once it is decided."""
        waiting = {each: receipt for each, receipt in self.waiting.items() if each != filing}
        return replace(self, waiting=waiting, still=self.still - {filing})

    @cached_property
    def stop_in_words(self) -> str:
        """Of what still waits: what was decided since the order was kept is in doubt no more."""
        if self.order is None:
            return ""
        came = len(self.waiting) - len(self.still)
        besides = f"另有 {came} 家是排好顺序之后上报的，排在最后，没有算在内。" if came else ""
        return self.order.stop_among(self.still).in_words + besides


def walk_of(user: User, submission: Submission, at: datetime, seen: str = WEIGHT) -> Walk:
    """The order as the queue showed it last, for it must not jump under who works through it; but anew for a submission
    that waits and is not in it. Practice, which is in no columns, goes by when it came. `seen` is what the queue is
    sorted by: its weight or a figure of the order, else a field of filings; with "-" the other way round."""
    period, district = submission.filing.period, user.district
    if period.is_practice:
        return walk_by(user, period, None, seen)
    walk = walk_by(user, period, order_as_kept(period, at, district), seen)
    waits = submission.filing_id in walk.waiting and submission.filing.in_force_id == submission.pk
    if waits and not walk.knows(submission):
        return walk_by(user, period, order_of(period, at, district), seen)
    return walk


def walk_by(user: User, period: Period, order: Order | None, seen: str) -> Walk:
    rows = list(as_seen(order, seen).iter_rows()) if order else []
    by_figure = seen.removeprefix("-") in (WEIGHT, *FIGURES)
    places = {filing: place for place, (filing, _) in enumerate(rows, start=1)} if by_figure else {}
    filings = Filing.objects.visible_to(user).of(period).filter(state=State.SUBMITTED)
    came = filings.order_by(CAME if by_figure else seen, "pk").values_list("pk", "in_force", "in_force__receipt")
    waiting = sorted(came, key=lambda each: places.get(each[0], len(places) + 1))
    weighed = frozenset(rows)
    still = frozenset(pk for pk, submission, _ in waiting if (pk, submission) in weighed)
    return Walk({pk: receipt for pk, _, receipt in waiting}, places, weighed, order, still)


def as_seen(order: Order, seen: str) -> pl.DataFrame:
    """The filings with their submissions, sorted as `weighing.Weighed.keys` sorts them."""
    name, down = seen.removeprefix("-"), seen.startswith("-")
    rows = order.frame
    if name in FIGURES:
        by = pl.col(name).abs() if name in SIGNED else pl.col(name)
        rows = rows.sort(by, "filing", descending=[down, False], nulls_last=True)
    elif name == WEIGHT and down:
        rows = rows.reverse()
    return rows.select("filing", "submission")
