"""From one waiting filing to the next, in the order of the queue: those of consequence first, and behind them what has
come in since that order was made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from reporting.consequence.ordering import Order, Placed, order_of
from reporting.models import Filing, Period, State


@dataclass(frozen=True)
class Walk:
    """What waits for somebody in a period. `waiting` has the receipts by filing, in order; `places` are those of the
    order, which also knows filings that were decided since."""

    waiting: dict[int, str]
    places: dict[int, int]
    order: Order | None

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

    def placed(self, filing: int) -> Placed | None:
        return self.order.placed([filing]).get(filing) if self.order and filing in self.places else None

    @property
    def stop_in_words(self) -> str:
        return self.order.stop.in_words if self.order else ""


def walk_of(user: User, period: Period, at: datetime) -> Walk:
    """Practice, which is in no columns, goes by when it came."""
    order = None if period.is_practice else order_of(period, at, user.district)
    places = dict(order.frame.select("filing", "place").iter_rows()) if order else {}
    filings = Filing.objects.visible_to(user).of(period).filter(state=State.SUBMITTED)
    came = filings.order_by("in_force__submitted_at", "pk").values_list("pk", "in_force__receipt")
    waiting = sorted(came, key=lambda each: places.get(each[0], len(places) + 1))
    return Walk(dict(waiting), places, order)
