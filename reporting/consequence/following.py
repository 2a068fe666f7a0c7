"""From one waiting filing to the next, in the order that was kept: nothing is scored, and the order does not jump under
whoever works through it.

What came in since the order was kept is not in it: it takes its place when a page asks for the order again, which ranks
it among the others. What was decided since, by whomever, is passed over. A filing that is not in the order (it came
later) is followed by the first of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from accounts.models import District, User
from reporting.consequence.keeping import Area, filings_as_kept, kept_order
from reporting.models import Filing, Period, State

AT_ONCE = 200  # asked of the database together


def next_waiting(period: Period, at: datetime, by: User, after: int, district: District | None = None) -> str | None:
    """The receipt of the next that still waits and that they may see; None behind the last."""
    order = _order(Area(period, district), at)
    return first_waiting(order[order.index(after) + 1 :] if after in order else order, by)


def previous_waiting(
    period: Period, at: datetime, by: User, before: int, district: District | None = None
) -> str | None:
    """The same towards the first."""
    order = _order(Area(period, district), at)
    return first_waiting(order[: order.index(before)][::-1] if before in order else [], by)


def first_waiting(filings: Sequence[int], by: User) -> str | None:
    """Of filings in any order, such as another one a page shows: one question, unless two hundred were decided."""
    for start in range(0, len(filings), AT_ONCE):
        some = filings[start : start + AT_ONCE]
        waiting = Filing.objects.visible_to(by).filter(pk__in=some, state=State.SUBMITTED)
        receipts = dict(waiting.order_by().values_list("pk", "in_force__receipt"))
        for filing in some:
            if filing in receipts:
                return receipts[filing]
    return None


def _order(area: Area, at: datetime) -> list[int]:
    return filings_as_kept(area) or kept_order(area, at).waiting["filing"].to_list()
