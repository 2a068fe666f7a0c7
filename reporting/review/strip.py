"""What a reviewer reads of a submission before anything else: its key figures, what it moves, why it stands where it
stands in the queue, and the firm's last twelve months."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from forms_tables.edition.catalog import Edition
from reporting.consequence.board import Measure, measure_of
from reporting.consequence.ordering import Placed
from reporting.consequence.wording import part_in_words
from reporting.filing.judging import submission_values
from reporting.filing.twelve_months import MonthValue, year_until
from reporting.models import Submission
from reporting.pages.comparison import growth_words
from reporting.pages.spark import SmallLine, spark_of

TENTH, HUNDREDTH = Decimal("0.1"), Decimal("0.01")


@dataclass(frozen=True)
class KeyFigure:
    name: str
    shown: str
    unit: str
    beside: str  # what it is measured by, in words


@dataclass(frozen=True)
class Strip:
    figures: tuple[KeyFigure, ...]
    moves: tuple[KeyFigure, ...]
    reasons: tuple[str, ...]
    cell: str  # the first to look at
    months: tuple[MonthValue, ...]
    spark: SmallLine | None
    headline: str

    @property
    def months_in_words(self) -> str:
        said = (f"{each.period.label} {shown(each.value, HUNDREDTH) or '没有数'}" for each in self.months)
        return "，".join(said)


def strip_of(submission: Submission, placed: Placed | None) -> Strip:
    """`placed` is None for what does not wait for review."""
    edition = submission.filing.period.judged_by(submission.edition)
    frequency = submission.filing.period.parsed.frequency
    months = year_until(submission)
    main = measured(edition, frequency, edition.platform.headline(frequency))
    return Strip(
        figures_of(edition, frequency, submission_values(submission)),
        moves_of(placed, main) if placed and main else (),
        placed.reasons if placed else (),
        placed.cell if placed else "",
        tuple(months),
        spark_of([each.value for each in months]),
        main.name if main else "",
    )


def measured(edition: Edition, frequency: str, cell: str) -> Measure | None:
    return measure_of(edition, frequency, cell) if cell and edition.has_cell(cell) else None


def figures_of(edition: Edition, frequency: str, values: Mapping[str, Decimal | str | None]) -> tuple[KeyFigure, ...]:
    platform = edition.platform
    named = (platform.headline(frequency), platform.base(frequency), platform.profit(frequency))
    main, base, profit = (measured(edition, frequency, cell) for cell in named)
    people = measured(edition, frequency, platform.employed(frequency))
    levels = [level_of(measure, values) for measure in dict.fromkeys((main, base)) if measure]
    margin = ratio_of(profit, base, values, Decimal(100))
    before = ratio_of(profit, base, values, Decimal(100), before=True)
    told = [
        KeyFigure(
            "利润率", shown(margin, TENTH), "%", f"上年同期 {shown(before, TENTH)}%" if before is not None else ""
        )
    ]
    a_head, then = ratio_of(base, people, values), ratio_of(base, people, values, before=True)
    beside = f"同比 {growth_words(a_head, then)}%" if growth_words(a_head, then) else ""
    told.append(KeyFigure("人均收入", shown(a_head, HUNDREDTH), base.unit if base else "", beside))
    return tuple(figure for figure in (*levels, *told) if figure.shown)


def level_of(measure: Measure, values: Mapping[str, Decimal | str | None]) -> KeyFigure:
    now, before = number(values.get(measure.cell)), number(values.get(measure.before))
    growth = growth_words(now, before)
    return KeyFigure(measure.name, shown(now, HUNDREDTH), measure.unit, f"同比 {growth}%" if growth else "没有同比")


def ratio_of(
    above: Measure | None,
    below: Measure | None,
    values: Mapping[str, Decimal | str | None],
    times: Decimal = Decimal(1),
    before: bool = False,
) -> Decimal | None:
    """Nothing where a part is not known or what it is divided by is not above nought."""
    if above is None or below is None:
        return None
    over, under = (number(values.get(each.before if before else each.cell)) for each in (above, below))
    return None if over is None or under is None or under <= 0 else over / under * times


def moves_of(placed: Placed, main: Measure) -> tuple[KeyFigure, ...]:
    """How much it is of its totals, and what they would move by, did it say what it was expected to say."""
    weight = placed.weights.get(main.cell)
    if weight is None:
        return ()
    places = (
        ("占本区县", weight.share_district, weight.moves_district),
        ("占全市", weight.share_city, weight.moves_city),
    )
    return tuple(
        KeyFigure(name, part_in_words(share, ""), "%", f"影响合计 {part_in_words(moves)}%" if moves is not None else "")
        for name, share, moves in places
        if share is not None
    )


def number(value: Decimal | str | None) -> Decimal | None:
    return value if isinstance(value, Decimal) else None


def shown(value: Decimal | None, step: Decimal) -> str:
    return "" if value is None else f"{value.quantize(step, ROUND_HALF_UP) + 0:,}"
