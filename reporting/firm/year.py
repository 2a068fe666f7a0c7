"""Two years of one firm, month by month, as its filings stand: twelve months and those a year before each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils.timezone import localtime

from accounts.models import Enterprise
from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition
from forms_tables.edition.periods import PeriodCode
from forms_tables.edition.shape import Headline, column_carrying, headline_of, so_far_cell
from reporting.filing.past import MONTHS, month_alone, months_until, standing_in
from reporting.growth.bridge import GrowthRate
from reporting.models import Filing
from reporting.models.filing import own_last
from reporting.results.timelines import Timeline, timelines_of

FormCells = Mapping[str, Decimal | str | None]  # the cells of a form
TENTH = Decimal("0.1")
MONTHLY = "month"


@dataclass(frozen=True)
class FirmMonth:
    """What is not known is None: nothing filed, or what a rate is reckoned on is nought or less."""

    so_far: Decimal | None = None  # the headline figure as the form has it
    alone: Decimal | None = None  # of the month itself; the first form of a year has two months in one
    growth: Decimal | None = None  # of what there is so far, on what the firm says it had a year before
    employed: Decimal | None = None
    margin: Decimal | None = None  # the profit in percent of the base


@dataclass(frozen=True)
class ClassShare:
    """Of the headline figure, in percent, now and a year before."""

    name: str
    now: Decimal | None
    before: Decimal | None


@dataclass(frozen=True)
class FirmYear:
    newest: PeriodCode
    edition: Edition
    figures: Mapping[PeriodCode, FirmMonth]
    shares: tuple[ClassShare, ...]
    shares_in: PeriodCode | None  # the newest month of which anything is known
    timelines: tuple[Timeline, ...]  # of the twelve months, the oldest first

    @property
    def months(self) -> list[PeriodCode]:
        return months_until(self.newest, MONTHS)

    @property
    def headline(self) -> Headline | None:
        return headline_of(self.edition, MONTHLY)

    @property
    def is_cumulative(self) -> bool:
        cell = self.edition.platform.headline(MONTHLY)
        return self.edition.has_cell(cell) and is_sum(self.edition, cell)

    def of(self, period: PeriodCode) -> FirmMonth:
        return self.figures.get(period, FirmMonth())


def year_of(firm: Enterprise, at: datetime) -> FirmYear | None:
    """Up to the newest month that the firm has had to file; nothing where it has had none."""
    timelines = months_owed(firm, at)
    if not timelines:
        return None
    newest = Filing.objects.select_related("period").get(pk=timelines[-1].filing)
    last, edition = newest.period.parsed, newest.period.edition
    stood = {
        PeriodCode.parse(code): values for code, values in standing_in(newest, months_until(last, 2 * MONTHS)).items()
    }
    figures = {code: month_of(edition, code, values, stood.get(code.year_ago())) for code, values in stood.items()}
    known = max((code for code, month in figures.items() if month.so_far is not None), default=None)
    shares = shares_of(edition, stood[known], stood.get(known.year_ago())) if known else ()
    within = months_until(last, MONTHS)
    lately = tuple(each for each in timelines if period_of(each) in within)
    return FirmYear(last, edition, figures, shares, known, lately)


def months_owed(firm: Enterprise, at: datetime) -> list[Timeline]:
    """How each of its months went, the oldest first; of a period filed under entries that were merged the one that
    later periods read."""
    begun = Filing.objects.of_one_firm(firm.pk).not_withdrawn().filter(period__opens_on__lte=localtime(at).date())
    chosen = {
        each.period_id: each.pk for each in own_last(begun, {firm.pk}) if not PeriodCode.parse(each.period_id).is_annual
    }
    return sorted(timelines_of(Filing.objects.filter(pk__in=chosen.values()), at), key=period_of)


def period_of(timeline: Timeline) -> PeriodCode:
    return PeriodCode.parse(timeline.period)


def month_of(edition: Edition, period: PeriodCode, now: FormCells, a_year_ago: FormCells | None) -> FirmMonth:
    platform = edition.platform
    cell = platform.headline(MONTHLY)
    base, profit = figure(now, platform.base(MONTHLY)), figure(now, platform.profit(MONTHLY))
    so_far = figure(now, cell)
    return FirmMonth(
        so_far,
        alone_in(edition, period, now, cell),
        None if so_far is None else GrowthRate(so_far, a_year_before(edition, cell, now, a_year_ago)).shown,
        figure(now, platform.employed(MONTHLY)),
        None if profit is None or base is None else percent(profit, base),
    )


def alone_in(edition: Edition, period: PeriodCode, now: FormCells, cell: str) -> Decimal | None:
    so_far = figure(now, cell)
    if so_far is None or not is_sum(edition, cell):
        return so_far
    return month_alone(period.month or 1, so_far, figure(now, so_far_cell(edition, cell)))


def a_year_before(edition: Edition, cell: str, now: FormCells, a_year_ago: FormCells | None) -> Decimal | None:
    """As this year's form says it, which may be by another 口径 than last year's did; else as it was filed."""
    at = CellAddress.parse(cell)
    column = column_carrying(edition.indicator(at.code), "year_ago", at.column)
    said = figure(now, f"{at.code}.{column}") if column else None
    return figure(a_year_ago or {}, cell) if said is None else said


def shares_of(edition: Edition, now: FormCells, a_year_ago: FormCells | None) -> tuple[ClassShare, ...]:
    cells = [cell for cell in edition.platform.classes.get(MONTHLY, ()) if edition.has_cell(cell)]
    these = in_shares([figure(now, cell) for cell in cells])
    those = in_shares([a_year_before(edition, cell, now, a_year_ago) for cell in cells])
    names = [edition.indicator(CellAddress.parse(cell).code).name for cell in cells]
    return tuple(ClassShare(*each) for each in zip(names, these, those, strict=True))


def in_shares(parts: list[Decimal | None]) -> list[Decimal | None]:
    """A blank among the classes is no part; where all are blank, nothing is known."""
    whole = sum((part for part in parts if part is not None), Decimal(0))
    return [None if part is None else percent(part, whole) for part in parts]


def figure(values: FormCells, cell: str) -> Decimal | None:
    value = values.get(cell)
    return value if isinstance(value, Decimal) else None


def percent(part: Decimal, whole: Decimal) -> Decimal | None:
    """With one decimal, half a unit away from zero; nothing of nought or less."""
    return (100 * part / whole).quantize(TENTH, ROUND_HALF_UP) + 0 if whole > 0 else None


def is_sum(edition: Edition, cell: str) -> bool:
    """Whether a figure is of all months since January."""
    return edition.indicator(CellAddress.parse(cell).code).nature == "累计"
