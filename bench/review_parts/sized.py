"""Scores, queues and the step from one filing to the next in a city of any size, all of whose firms wait."""

from collections.abc import Callable
from datetime import date
from statistics import median

import numpy as np
import polars as pl
from django.urls import reverse

from accounts.models import District, Installation, User
from bench.city_parts.pages import signed_in
from bench.review_parts import plain_scores
from bench.review_parts.plausible import habits_of
from bench.review_parts.stored import AT, YEAR, as_cells, be_filed, register
from bench.rules_judges.timing import Took, medians, remark, report, took
from reporting import workflow
from reporting.city_columns import frozen
from reporting.city_columns.files import path_of
from reporting.consequence import keeping, yardstick
from reporting.consequence.board import BEFORE, NOW, PREV, Board, board_of
from reporting.consequence.ordering import order_of
from reporting.consequence.scoring import scored
from reporting.models import Filing, Period, State, Submission, review_limits
from reporting.picture.pages import Picture
from reporting.totals.aggregation import summary_at_hand
from reporting.totals.handing_out import of_district

MONTH = 6
RUNS, PAGES = 3, 9
SAME = 1e-9


def fill(size: int) -> Period:
    """A month that all firms sent in, with what they sent before; the clock stands in the districts' days for it."""
    Installation.objects.update_or_create(pk=1, defaults={"is_demo": True, "demo_day": date(2024, 7, 12)})
    habits = habits_of(size, seed=15)
    city = register(habits, MONTH)
    cells = as_cells(habits.said(YEAR, MONTH))
    be_filed(city, city.period, cells, [None] * size, State.SUBMITTED)
    for district in {each.pk: each for each in city.districts}.values():
        User.objects.get_or_create(username=district.code, name=district.name, role="district", district=district)
    period = Period.objects.get(pk=city.period.code)
    frozen.refresh([period.code, *(city.period.behind(word).code for word in city.history)])
    return period


def measure(period: Period) -> None:
    measure_scores(period)
    measure_orders(period)
    measure_queues(period)
    measure_next(period)
    measure_pictures(period)


def measure_scores(period: Period) -> None:
    """From the stored columns, nothing kept; beside the same over arrays that are there already."""
    area, limits = keeping.Area(period), review_limits()

    def ours() -> tuple[Board, pl.DataFrame, keeping.StopLine]:
        board = board_of(period, fresh=False)
        rows = scored(board, yardstick.measure(board, AT, ""), [])
        waiting = rows.filter("waits")
        totals = yardstick.Totals.of(yardstick.figures_of(rows.filter("in_total"), board, NOW))
        return board, waiting, keeping._lined_up(area, waiting, totals, limits)[1]

    board, waiting, line = ours()
    city = arrays_of(area, board)
    theirs = plain_scores.scored(city)
    apart = np.abs(line.scores - theirs.scores) / np.maximum(1, np.abs(theirs.scores))
    if apart.max() > SAME or line.first != theirs.first:
        raise SystemExit(f"The scores differ by up to {apart.max():g}; the line is {line.first} and {theirs.first}.")
    remark(f"{len(theirs.scores)} scores equal to {max(apart.max(), 1e-16):.0e}, the line after {line.first} in both")
    from_columns, plain = medians(RUNS, ours, lambda: plain_scores.scored(city))
    told("scores and line, from the stored columns", [from_columns], 1)
    report("the same, of numpy over arrays in memory", from_columns, plain, "≤ 5")


def arrays_of(area: keeping.Area, board: Board) -> plain_scores.City:
    frame, cells = board.frame, [measure.cell for measure in board.measures]
    figures = board.edition.platform.figures[board.period.frequency]
    parts = board.edition.platform.classes[board.period.frequency]
    now, before, prev = (
        frame.select(pl.col(name.format(cell)) for cell in cells).to_numpy().astype(float)
        for name in (NOW, BEFORE, PREV)
    )
    limits = review_limits()
    return plain_scores.City(
        now, before, prev, codes_of(frame["class"]), codes_of(frame["size"]),
        frame["warnings"].to_numpy().astype(float), frame["estimated"].to_numpy().astype(bool),
        core=[cells.index(cell) for cell in (figures.headline, figures.base, figures.employed)],
        flows=[at for at, cell in enumerate(cells) if cell != figures.employed],
        parts=[cells.index(cell) for cell in parts],
        watched=keeping.watched_of(area, limits), limit=float(limits.points),
    )  # fmt: skip


def codes_of(column: pl.Series) -> np.ndarray:
    return np.unique(column.to_numpy(), return_inverse=True)[1]


def measure_orders(period: Period) -> None:
    district = District.objects.filter(filings__period=period).first()
    order_of(period, AT), order_of(period, AT, district)
    for name, where in (("the city's", None), ("a district's", district)):
        [kept] = medians(RUNS, lambda where=where: order_of(period, AT, where))
        remark(f"{name} order as it is kept: processor {1000 * kept.processor:.1f} ms")
    path_of(period.code, keeping.Area(period).name).unlink()
    anew = took(lambda: order_of(period, AT))
    remark(f"the city's order scored and kept anew: processor {anew.processor:.2f} s, wall {anew.wall:.2f} s")


def measure_queues(period: Period) -> None:
    reviewer = User.objects.filter(role="district", district__filings__period=period).order_by("pk").first()
    city = User.objects.get(username="bench-city")
    addresses = {
        "a district's queue": (reviewer, f"{reverse('district_queue', args=[period.code])}?state=waiting"),
        "the city's list": (city, f"{reverse('city_submissions')}?period={period.code}"),
    }
    for name, (person, address) in addresses.items():
        client = signed_in(person)
        told(f"{name}, a page", [taken(client.get, address) for _ in range(PAGES + 1)], 0.06)


def measure_next(period: Period) -> None:
    """One press, one answer: it passes this filing and shows the next."""
    reviewer = User.objects.filter(role="district", district__filings__period=period).order_by("pk").first()
    client, times = signed_in(reviewer), []
    order = order_of(period, AT, reviewer.district).frame["filing"].to_list()
    for filing in order[: PAGES + 1]:
        receipt = Submission.objects.get(filing=filing).receipt
        address = reverse("district_approve", args=[receipt])
        times.append(taken(client.post, address, {"note": ""}, headers={"HX-Request": "true"}))
    passed = Filing.objects.filter(period=period, state=State.APPROVED).count()
    if passed != len(times):
        raise SystemExit(f"{passed} were approved, not {len(times)}.")
    told("审核通过 and the next filing's page", times, 0.04)


def measure_pictures(period: Period) -> None:
    """What the charts of the city's page, and of a district's, are drawn from, each time after an approval there."""
    reviewer = User.objects.filter(role="district", district__filings__period=period).order_by("pk").first()
    own = reviewer.district
    waiting = Submission.objects.filter(filing__period=period, filing__district=own, filing__state=State.SUBMITTED)
    coming = iter(waiting[: 2 * (RUNS + 1)])

    def approve_one() -> None:
        if submission := next(coming, None):  # a small city runs out of them
            workflow.approve(submission, reviewer, AT)

    def of_the_city() -> Took:
        approve_one()
        picture = Picture(period, summary_at_hand(period, AT), AT)
        return took(picture.charts)

    def of_the_district() -> Took:
        approve_one()
        picture = Picture(period, of_district(summary_at_hand(period, AT), own.code), AT, own)
        return took(picture.charts)

    told("the data of the city's charts", [of_the_city() for _ in range(RUNS + 1)], 0.03)
    told("the data of a district's charts", [of_the_district() for _ in range(RUNS + 1)], 0.03)


def taken(ask: Callable, address: str, *given, **more) -> Took:
    answers = []
    time_taken = took(lambda: answers.append(ask(address, *given, **more)))
    if answers[0].status_code != 200:
        raise SystemExit(f"{address}: {answers[0].status_code}")
    return time_taken


def told(name: str, times: list[Took], most: float) -> None:
    """The first is left out: what a worker reads once is read then."""
    processor = median(each.processor for each in times[1:] or times)
    reached = "reached" if processor <= most else "MISSED"
    remark(f"{name:<40} processor {1000 * processor:6.1f} ms ≤ {1000 * most:.0f} {reached}")
