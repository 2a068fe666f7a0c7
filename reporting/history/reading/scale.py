"""元 or 万元: a figure some ten thousand times, or a ten thousandth of, what the same firm's other periods say; a
thousand times what it is part of or compared with; more than its people can earn, or a firm of its industry. A
suspicion, that 核对说明 in the row answers."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from statistics import median

from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition
from forms_tables.edition.continuity import carried_over
from forms_tables.edition.model import Indicator
from forms_tables.edition.periods import PeriodCode
from forms_tables.edition.shape import carried_in, own_column
from reporting.filing.judging import submission_values, what_stands
from reporting.history.reading.rows import HistoryRow
from reporting.history.reading.sheets import ANSWER, CHECKED, HistoryProblem, ProblemKind
from reporting.models import Filing, ImportedFiling

LEAST, MOST = 5_000, 20_000  # about ten thousand
APART = 100  # what lies between two groups of figures of which one is in another unit
SMALLEST = 1  # below it ten thousand times is nothing to wonder at
BEYOND_LARGE = 1_000  # times what makes a firm of its industry large
BEYOND_ITS_OWN = 1_000  # times the whole of which it is a part, or the figure it is compared with
YUAN = {"元": 1, "万元": 10_000, "亿元": 100_000_000}
MOST_A_HEAD = 100_000_000  # 元 a year for each person employed: a firm of one 万元 a head, told in 元
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
    """One suspicion to a row at most; of rows that say why nothing is asked."""
    asked = [row for row in rows if not row.note]
    editions = {row.number: row.edition for row in asked}
    here = list(of_what_is_here(rows))
    told: dict[int, tuple[str, str]] = {}
    for (_, cell), rates in rates_of([*of_rows(asked), *here]).items():
        if odd := other_unit(editions, cell, rates):
            told.setdefault(odd[0], (cell, odd[1]))
    earlier = own_figures([*of_rows(rows), *here])
    for row in asked:
        if found := told.get(row.number) or first_of(beside_its_own(row, earlier), beyond_a_firm(row)):
            yield suspected(row, *found)


def first_of(*found: Iterator[tuple[str, str]]) -> tuple[str, str] | None:
    return next(chain(*found), None)


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


def other_unit(editions: Mapping[int, Edition], cell: str, rates: Sequence[Rate]) -> tuple[int, str] | None:
    """The row of the file to tell, and why, where one figure or several are some ten thousand times the others."""
    if not (groups := two_groups(rates)):
        return None
    fewer, more = sorted(groups, key=len)
    if not any(rate.row for rate in fewer) and all(rate.row for rate in more):
        fewer, more = more, fewer  # the whole file beside what is here
    in_file = sorted((rate for rate in fewer if rate.row), key=lambda rate: rate.period)
    if not in_file:
        return None  # it was let in with a reason
    edition = editions[in_file[0].row]
    if len(fewer) == 1 and (len(more) > 1 or not more[0].row):
        middle = median(rate.figure for rate in more)
        nearest = min(more, key=lambda rate: abs(rate.figure - middle))
        return in_file[0].row, ten_thousand_times(edition, cell, fewer[0], nearest)
    return in_file[0].row, in_two_units(edition, cell, *groups)


def two_groups(rates: Sequence[Rate]) -> tuple[Sequence[Rate], Sequence[Rate]] | None:
    """The smaller and the larger, where their middles are some ten thousand times apart and nothing lies between."""
    ordered = sorted(rates, key=lambda rate: rate.figure)
    if ordered[-1].figure < LEAST * ordered[0].figure:
        return None  # most firms, in every cell
    for number in range(1, len(ordered)):
        low, high = ordered[:number], ordered[number:]
        if high[0].figure < APART * low[-1].figure:
            continue
        small, large = (median(rate.figure for rate in group) for group in (low, high))
        if large >= LEAST * SMALLEST and LEAST * small <= large <= MOST * small:
            return low, high
    return None


def named_with_unit(edition: Edition, cell: str) -> tuple[str, str]:
    at = CellAddress.parse(cell)
    row = edition.indicator(at.code)
    return f"{row.code}“{row.name}”", row.column(at.column).unit or row.unit


def ten_thousand_times(edition: Edition, cell: str, rate: Rate, other: Rate) -> str:
    name, unit = named_with_unit(edition, cell)
    larger = rate.figure > other.figure
    much = "约一万倍" if larger else "约一万分之一"
    plain = unit.removeprefix("万")
    meant = plain if larger else f"亿{plain}"
    return f"{name}月均或全年是该企业{other.period.label}的{much}，疑似把{meant}当作{unit}。请换算为{unit}。"


def in_two_units(edition: Edition, cell: str, low: Sequence[Rate], high: Sequence[Rate]) -> str:
    """Of several on either side nobody can say here which is wrong."""
    name, unit = named_with_unit(edition, cell)
    return (
        f"{name}月均或全年分成两组，相差约一万倍：{labels_of(high)}大，{labels_of(low)}小，单位不会相同。"
        f"请核对哪一组不是{unit}，换算为{unit}。"
    )


def labels_of(rates: Iterable[Rate]) -> str:
    labels = [rate.period.label for rate in sorted(rates, key=lambda rate: rate.period)]
    return "、".join(labels[:4]) + (f"等 {len(labels)} 期" if len(labels) > 4 else "")


OwnFigures = Mapping[tuple[int, PeriodCode, str], Decimal]


def own_figures(stated: Iterable[Stated]) -> OwnFigures:
    """What may stand again in a later period's row: the cells that are carried, of each firm and period."""
    return {
        (firm, period, cell): figure
        for firm, edition, period, _, values in stated
        for cell in carried_from(edition)
        if isinstance(figure := values.get(cell), Decimal) and figure > 0
    }


@lru_cache(maxsize=16)
def carried_cells(edition: Edition) -> Mapping[str, tuple[str, str]]:
    """The amounts that stand again from before: of each the word that looks back, and the cell they come from."""
    cells = [f"{row.code}.{key}" for row in edition.indicators.values() for key in row.columns if is_money(row, key)]
    return {cell: before for cell in cells if (before := carried_in(edition, cell))}


@lru_cache(maxsize=16)
def carried_from(edition: Edition) -> frozenset[str]:
    return frozenset(source for _, source in carried_cells(edition).values())


@lru_cache(maxsize=16)
def wholes(edition: Edition) -> Mapping[str, str]:
    """The amounts that are part of another, with that one's cell."""
    return {
        f"{row.code}.{key}": f"{row.parent}.{key}"
        for row in edition.indicators.values()
        if row.relation and (whole := edition.indicators.get(row.parent)) and whole.unit == row.unit
        for key in row.columns
        if is_money(row, key) and key in whole.columns
    }


def is_money(row: Indicator, key: str) -> bool:
    return row.kind_in(key) in MONEY


def beside_its_own(row: HistoryRow, earlier: OwnFigures) -> Iterator[tuple[str, str]]:
    """Amounts of one row: a part beside its whole; what stood before beside today's, and beside the period's own."""
    edition, parts, carried = row.edition, wholes(row.edition), carried_cells(row.edition)
    for cell, figure in row.values.items():
        if not isinstance(figure, Decimal) or figure <= BEYOND_ITS_OWN * SMALLEST:
            continue
        if far_above(figure, row.values.get(parts.get(cell, ""))):
            yield cell, thousand_times(edition, cell, named_with_unit(edition, parts[cell])[0])
        if cell in carried:
            word, source = carried[cell]
            if far_above(figure, row.values.get(source)):
                yield cell, thousand_times(edition, cell, f"本期的{edition.place_of(source)}")
            before = row.period.behind(word)
            if before and far_above(figure, earlier.get((row.enterprise.pk, before, source))):
                yield cell, thousand_times(edition, cell, f"该企业{before.label}的{edition.place_of(source)}")


def far_above(figure: Decimal, other: object) -> bool:
    return isinstance(other, Decimal) and other >= SMALLEST and figure > BEYOND_ITS_OWN * other


def thousand_times(edition: Edition, cell: str, other: str) -> str:
    unit = named_with_unit(edition, cell)[1]
    return f"{edition.place_of(cell)}是{other}的一千倍以上，疑似把{unit.removeprefix('万')}当作{unit}。请换算为{unit}。"


def beyond_a_firm(row: HistoryRow) -> Iterator[tuple[str, str]]:
    """Where every period is in 元, none looks odd beside another: beside its people, and the register."""
    base = row.edition.platform.base(row.period.frequency)
    figure = row.values.get(base)
    if isinstance(figure, Decimal) and (
        why := beyond_its_people(row, base, figure) or beyond_its_industry(row, figure)
    ):
        yield base, why


def yearly(row: HistoryRow, figure: Decimal) -> Decimal:
    return figure / row.period.month * MONTHS if row.period.month else figure


def beyond_its_people(row: HistoryRow, base: str, figure: Decimal) -> str:
    people = row.values.get(row.edition.platform.employed(row.period.frequency))
    unit = named_with_unit(row.edition, base)[1]
    if not isinstance(people, Decimal) or people <= 0 or unit not in YUAN:
        return ""
    a_head = yearly(row, figure) / people
    if a_head * YUAN[unit] <= MOST_A_HEAD:
        return ""
    return (
        f"按{row.period.label}的数推算，全年人均为 {a_head:,.0f} {unit}（{people:,.0f} 人），疑似把元当作{unit}。"
        f"请换算为{unit}。"
    )


def beyond_its_industry(row: HistoryRow, figure: Decimal) -> str:
    large, whole_year = income_of_a_large_firm(row), yearly(row, figure)
    if large is None or whole_year <= large * BEYOND_LARGE:
        return ""
    return (
        f"按{row.period.label}的数推算，全年为 {whole_year:,.0f} 万元，是名录中该行业大型企业标准"
        f"（{large:,.0f} 万元）的一千倍以上，疑似把元当作万元。请换算为万元。"
    )


def income_of_a_large_firm(row: HistoryRow) -> Decimal | None:
    industry = row.enterprise.attributes.get(row.edition.platform.rows.industry, "")
    for standard in row.edition.size_standards:
        if industry.startswith(standard.divisions):
            return standard.income[0]
    return None
