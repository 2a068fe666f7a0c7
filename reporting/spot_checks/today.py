"""The lists of the association's first page, each short: what does not fit into a day is no list for a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import polars as pl
from django.db.models import F

from accounts.clock import SHANGHAI
from reporting.consequence.ordering import Order, Placed, order_of
from reporting.consequence.wording import part_in_words
from reporting.dates.arrangements import ONE_DAY
from reporting.dates.deadlines import working_day
from reporting.models import Filing, Period, Review, Standing, Submission
from reporting.models.calendar import calendar_in_force
from reporting.models.standing import SHUT
from reporting.pages.grid import signed
from reporting.recheck import last_found
from reporting.recheck.tallies import most_often
from reporting.spot_checks.checking import submissions_checked

ASKED = (Review.Decision.CITY_QUERY, Review.Decision.CITY_RETURN)
MOST = 20
RULES = 5
HEAVY = [f"in_force__{name}" for name in ("values", "attributes")]


@dataclass(frozen=True)
class Doubted:
    """What waits for its district and may move the city most, with the reasons for its place."""

    filing: Filing
    placed: Placed

    @property
    def figures(self) -> list[str]:
        return figures_of(self.placed)


@dataclass(frozen=True)
class PassedUnopened:
    """What a district approved without having opened it, and why it would have stood before the line."""

    review: Review
    placed: Placed

    @property
    def filing(self) -> Filing:
        return self.review.submission.filing

    @property
    def figures(self) -> list[str]:
        return figures_of(self.placed)


@dataclass(frozen=True)
class Unanswered:
    filing: Filing
    review: Review


def orders_of(periods: Sequence[Period], at: datetime) -> dict[str, Order]:
    return {period.code: order_of(period, at) for period in periods}


def most_doubted(periods: Sequence[Period], orders: Mapping[str, Order]) -> list[Doubted]:
    """Of all the periods together, each in points of its own total, without what somebody has looked at."""
    found: list[tuple[float, int, str]] = []
    for period in periods:
        checked = submissions_checked(period)
        frame = orders[period.code].frame.filter(~pl.col("submission").is_in(checked)).head(MOST)
        found += [(-score, filing, period.code) for score, filing in frame.select("score", "filing").iter_rows()]
    found = sorted(found)[:MOST]
    filings = Filing.objects.select_related("enterprise", "district", "period", "in_force").defer(*HEAVY)
    known = filings.in_bulk([filing for _, filing, _ in found])
    placed: dict[int, Placed] = {}
    for code, order in orders.items():
        placed |= order.placed([filing for _, filing, of in found if of == code])
    return [Doubted(known[filing], placed[filing]) for _, filing, _ in found if filing in known and filing in placed]


def passed_unopened(periods: Sequence[Period], orders: Mapping[str, Order], at: datetime) -> list[PassedUnopened]:
    """Since the working day before today, of what counts: whatever was expected to be wrong by the limit or more would
    have stood before the line, wherever else anything stood."""
    found: list[tuple[float, int]] = []
    placed: dict[int, Placed] = {}
    for period in periods:
        those = Review.objects.filter(
            decision=Review.Decision.APPROVE,
            at__gte=since(at),
            submission__filing__period=period,
            submission__opened_at=None,
            submission=F("submission__filing__counted"),
        ).exclude(submission__in=submissions_checked(period))
        passed = dict(those.order_by("pk").values_list("submission__filing", "pk"))
        if passed:
            order = orders[period.code].had_they_waited(passed)
            weighty = order.frame.filter(pl.col("score") >= float(order.stop.limit)).head(MOST)
            found += [(-score, passed[filing]) for score, filing in weighty.select("score", "filing").iter_rows()]
            placed |= {passed[filing]: place for filing, place in order.placed(weighty["filing"].to_list()).items()}
    found = sorted(found)[:MOST]
    read = ("by__district", "submission__filing__enterprise", "submission__filing__district")
    reviews = Review.objects.select_related(*read, "submission__filing__period")
    known = reviews.defer(*(f"submission__{name}" for name in Submission.HEAVY)).in_bulk([pk for _, pk in found])
    return [PassedUnopened(known[pk], placed[pk]) for _, pk in found]


def figures_of(placed: Placed) -> list[str]:
    """The headline figure in words: what it says, its growth, its part of the city and what it may move there."""
    weight = next(iter(placed.weights.values()), None)
    if weight is None:
        return []
    said = [] if weight.now is None else [f"{weight.measure.name} {weight.now:,.2f} {weight.measure.unit}"]
    said += [] if weight.change is None else [f"同比 {signed(Decimal(f'{weight.change:.1f}'))}%"]
    said += [] if weight.share_city is None else [f"占全市 {part_in_words(weight.share_city, '')}%"]
    return said + ([] if weight.moves_city is None else [f"影响全市 {part_in_words(weight.moves_city)}%"])


def since(at: datetime) -> datetime:
    """The beginning of the last working day before this one."""
    day = working_day(at.astimezone(SHANGHAI).date() - ONE_DAY, 0, calendar_in_force())
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def unanswered() -> list[Unanswered]:
    """What the city or the association asked or returned and no district has answered, the oldest first."""
    standing = Filing.objects.standing_at(Standing.CITY_QUERIED, Standing.CITY_RETURNED, Standing.LET_IN_WAITING)
    said = Review.objects.filter(submission__filing__in=standing.exclude(SHUT))
    read = ("by", "submission__filing__enterprise", "submission__filing__district", "submission__filing__period")
    said = said.select_related(*read).defer(*(f"submission__{name}" for name in Submission.HEAVY))
    newest = {review.submission.filing_id: review for review in said.order_by("at", "pk")}
    rows = [Unanswered(review.submission.filing, review) for review in newest.values() if review.decision in ASKED]
    return sorted(rows, key=lambda row: (row.review.at, row.review.pk))


def rules_that_fire(period: Period) -> list[tuple[str, str, int]]:
    """Those that fire on most submissions, as the last recheck found; nothing where there was none."""
    found = last_found(period)
    return most_often(found, RULES) if found else []
