"""元 or 万元: a figure some ten thousand times, or a ten thousandth of, what the same firm's other periods say, or more
than a firm of its industry can take in. A suspicion, that 核对说明 in the row answers."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition
from forms_tables.edition.continuity import carried_over
from forms_tables.edition.periods import PeriodCode
from forms_tables.edition.shape import own_column
from reporting.filing.judging import submission_values, what_stands
from reporting.history.reading.rows import HistoryRow
from reporting.history.reading.sheets import ANSWER, CHECKED, HistoryProblem, ProblemKind
from reporting.models import Filing, ImportedFiling

LEAST, MOST = 5_000, 20_000  # about ten thousand
SMALLEST = 1  # below it ten thousand times is nothing to wonder at
BEYOND_LARGE = 1_000  # times what makes a firm of its industry large
MONEY = ("money", "usd")
MONTHS = 12
ANSWER_ELSEWHERE = f"确实如此的，改用每家企业每期一行的文件导入，在“{CHECKED}”一列写明原因。"
CHUNK = 500


@dataclass(frozen=True)
class Rate:
    """A figure as of a month or a year, whichever row it stands in; row 0 is what is here already."""

    period: PeriodCode
    row: int
    figure: Decimal


def out_of_scale(rows: Sequence[HistoryRow]) -> Iterator[HistoryProblem]:
    answered = {row.number for row in rows if row.note}
    told = {}
    for (_, cell), rates in rates_of([*of_rows(rows), *of_what_is_here(rows)]).items():
        for rate, other in suspicious(rates):
            if rate.row and rate.row not in answered and rate.row not in told:
                told[rate.row] = cell, rate, other
    for row in rows:
        base = row.edition.platform.base(row.period.frequency)
        if row.number in told:
            cell, rate, other = told[row.number]
            why = ten_thousand_times(row.edition, cell, rate, other)
            yield suspected(row, cell, why)
        elif row.number not in answered and (why := beyond_its_industry(row, base)):
            yield suspected(row, base, why)


def suspected(row: HistoryRow, cell: str, why: str) -> HistoryProblem:
    answer = ANSWER_ELSEWHERE if row.part else ANSWER
    return HistoryProblem(row.number, row.heads.get(cell, cell), f"{why}{answer}", row.part, ProblemKind.SCALE)


Stated = tuple[int, Edition, PeriodCode, int, Mapping[str, Decimal | str | None]]


def of_rows(rows: Iterable[HistoryRow]) -> Iterator[Stated]:
    for row in rows:
        yield row.enterprise.pk, row.edition, row.period, row.number, row.values


def of_what_is_here(rows: Sequence[HistoryRow]) -> Iterator[Stated]:
    """What stands of these firms, submitted or imported, as the edition of their rows reads it; not what a row of the
    file would take the place of."""
    editions = {row.enterprise.pk: row.edition for row in rows}
    replaced = {row.whose for row in rows}
    firms = sorted(editions)
    for start in range(0, len(firms), CHUNK):
        of_these = {"enterprise__in": firms[start : start + CHUNK]}
        filings = Filing.objects.filter(**of_these).select_related("in_force", "approved")
        filed = {(filing.enterprise_id, filing.period_id): filing for filing in filings}
        standing = ImportedFiling.objects.standing().filter(**of_these)
        imported = {(each.enterprise_id, each.period): each for each in standing}
        for firm, code in (filed | imported).keys() - replaced:
            if stands := what_stands(filed.get((firm, code)), imported.get((firm, code))):
                edition = editions[firm]
                values = carried_over(submission_values(stands), stands.edition, edition)
                yield firm, edition, PeriodCode.parse(code), 0, values


def rates_of(stated: Iterable[Stated]) -> dict[tuple[int, str], list[Rate]]:
    """The own figures of each firm, by cell: what was carried from before is another period's."""
    found: dict[tuple[int, str], list[Rate]] = defaultdict(list)
    for firm, edition, period, number, values in stated:
        for key, figure in values.items():
            at = CellAddress.parse(key)
            row = edition.indicators.get(at.code)
            if row is None or row.kind_in(at.column) not in MONEY or at.column != own_column(row):
                continue
            if isinstance(figure, Decimal) and figure > 0:
                months = period.month if period.month and row.nature == "累计" else 1
                found[firm, key].append(Rate(period, number, figure / months))
    return found


def suspicious(rates: Sequence[Rate]) -> Iterator[tuple[Rate, Rate]]:
    """Each that is about ten thousand times the middle of the others, or a ten thousandth, with the one nearest it."""
    figures = [rate.figure for rate in rates]
    if max(figures) < LEAST * min(figures):
        return  # most firms, in every cell
    for rate in rates:
        others = [other for other in rates if other is not rate]
        if not others:
            continue
        middle = median(other.figure for other in others)
        larger, smaller = max(rate.figure, middle), min(rate.figure, middle)
        large_enough = smaller >= SMALLEST if rate.figure > middle else larger >= SMALLEST * LEAST
        if large_enough and LEAST * smaller <= larger <= MOST * smaller:
            yield rate, min(others, key=lambda other: abs(other.figure - middle))


def ten_thousand_times(edition: Edition, cell: str, rate: Rate, other: Rate) -> str:
    at = CellAddress.parse(cell)
    row = edition.indicator(at.code)
    unit = row.column(at.column).unit or row.unit
    larger = rate.figure > other.figure
    much = "约一万倍" if larger else "约一万分之一"
    plain = unit.removeprefix("万")
    meant = plain if larger else f"亿{plain}"
    return (
        f"{row.code}“{row.name}”月均或全年是该企业{other.period.label}的{much}，疑似把{meant}当作{unit}。"
        f"请换算为{unit}。"
    )


def beyond_its_industry(row: HistoryRow, base: str) -> str:
    """Beside the register: where a whole file is in 元, no period of it looks odd beside another."""
    figure, large = row.values.get(base), income_of_a_large_firm(row)
    if not isinstance(figure, Decimal) or large is None:
        return ""
    yearly = figure / row.period.month * MONTHS if row.period.month else figure
    if yearly <= large * BEYOND_LARGE:
        return ""
    return (
        f"按{row.period.label}的数推算，全年为 {yearly:,.0f} 万元，是名录中该行业大型企业标准（{large:,.0f} 万元）的"
        f"一千倍以上，疑似把元当作万元。请换算为万元。"
    )


def income_of_a_large_firm(row: HistoryRow) -> Decimal | None:
    industry = row.enterprise.attributes.get(row.edition.platform.rows.industry, "")
    for standard in row.edition.size_standards:
        if industry.startswith(standard.divisions):
            return standard.income[0]
    return None
