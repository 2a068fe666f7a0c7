"""The pictures of a firm's two years (firm.year), each with its table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from django.utils.timezone import localtime

from forms_tables.edition.address import CellAddress
from forms_tables.edition.model import Indicator
from forms_tables.edition.periods import PeriodCode
from reporting.firm.year import MONTHLY, FirmMonth, FirmYear, period_of
from reporting.pages.charts import Chart, Series
from reporting.results.timelines import Outcome, Timeline

SAID_BY_ITSELF = {Outcome.ON_TIME, Outcome.EXTENDED, Outcome.NOT_DUE}  # how a filing went that needs no mark
THIS_YEAR, A_YEAR_BEFORE, PERIODS = "本期", "上年同期", "报告期"


def charts_of(year: FirmYear) -> list[Chart]:
    """Those of which anything is known."""
    charts = [*_of_the_headline(year), *_of_the_firm(year), _classes(year), _in_time(year)]
    return [chart for chart in charts if any(v is not None for each in chart.series for v in each.values)]


def _of_the_headline(year: FirmYear) -> Iterator[Chart]:
    headline = year.headline
    if headline is None:
        return
    name, unit = headline.name, headline.unit
    if year.is_cumulative:
        yield _so_far(year, f"{name}，1月至当月累计", unit)
    note = "1月不单独报，2月是1—2月合计。当月数是本期累计减上期累计，都按当期报表。" if year.is_cumulative else ""
    labels, series = _two_years(year, lambda month: month.alone)
    yield Chart("alone", f"{name}，当月数", labels, series, unit, note, kind="bars", heads=PERIODS)
    labels, (growth, _) = _two_years(year, lambda month: month.growth)
    note = "本期数比当期报表中的上年同期数；报表没有上年同期数的，比上年同期所报的数。"
    yield Chart("growth", f"{name}，同比增速", labels, [growth], "%", note, heads=PERIODS)


def _of_the_firm(year: FirmYear) -> Iterator[Chart]:
    platform = year.edition.platform
    people, profit, base = (_row(year, cell(MONTHLY)) for cell in (platform.employed, platform.profit, platform.base))
    if people:
        labels, series = _two_years(year, lambda month: month.employed)
        yield Chart("employed", people.name, labels, series, people.unit, heads=PERIODS)
    if profit and base:
        labels, series = _two_years(year, lambda month: month.margin)
        note = f"{profit.name}占{base.name}的百分比，都按当期报表；{base.name}为 0 的不计算。"
        yield Chart("margin", "利润率", labels, series, "%", note, heads=PERIODS)


def _so_far(year: FirmYear, title: str, unit: str) -> Chart:
    """This year over last year, by the months of the calendar; those that nobody filed at either end are left out."""
    last = year.newest.year

    def of(number: int) -> list[Decimal | None]:
        return [year.of(PeriodCode(number, month)).so_far for month in range(1, 13)]

    these, those = of(last), of(last - 1)
    known = [place for place in range(12) if these[place] is not None or those[place] is not None]
    span = slice(known[0], known[-1] + 1) if known else slice(0)
    labels = [f"{month}月" for month in range(1, 13)][span]
    series = [Series(f"{last}年", these[span]), Series(f"{last - 1}年", those[span], dashed=True)]
    return Chart("so-far", title, labels, series, unit, heads="月份")


def _two_years(year: FirmYear, asked: Callable[[FirmMonth], Decimal | None]) -> tuple[list[str], tuple[Series, Series]]:
    """The twelve months, and beside each the same month a year before. A January nobody filed has no place."""
    pairs = [(code, asked(year.of(code)), asked(year.of(code.year_ago()))) for code in year.months]
    shown = [pair for pair in pairs if pair[0].month != 1 or pair[1:] != (None, None)]
    these = Series(THIS_YEAR, [now for _, now, _ in shown])
    those = Series(A_YEAR_BEFORE, [before for _, _, before in shown], dashed=True)
    return [code.label for code, _, _ in shown], (these, those)


def _classes(year: FirmYear) -> Chart:
    period = year.shares_in
    series = [
        Series(THIS_YEAR, [share.now for share in year.shares], "bar"),
        Series(A_YEAR_BEFORE, [share.before for share in year.shares], "bar", dashed=True),
    ]
    title = f"{period.label if period else ''}各类收入占比"
    return Chart("classes", title, [share.name for share in year.shares], series, unit="%", kind="bars", heads="类别")


def _in_time(year: FirmYear) -> Chart:
    """How many days before its date each month was sent for the first time."""
    labels = [period_of(each).label for each in year.timelines]
    marked = [
        (label, each.words)
        for label, each in zip(labels, year.timelines, strict=True)
        if each.outcome not in SAID_BY_ITSELF
    ]
    days = Series("提前", [_days_early(each) for each in year.timelines], "bar")
    note = "按企业自己的截止日（含延期）计：截止日当天首次上报为 0，晚于截止日的为负。"
    return Chart(
        "in-time", "截止日前几天上报", labels, [days], unit="天", kind="bars", marked=marked, note=note, heads=PERIODS
    )


def _days_early(timeline: Timeline) -> Decimal | None:
    sent = timeline.submitted_at
    return None if sent is None else Decimal((timeline.due_on - localtime(sent).date()).days)


def _row(year: FirmYear, cell: str) -> Indicator | None:
    return year.edition.indicator(CellAddress.parse(cell).code) if year.edition.has_cell(cell) else None
