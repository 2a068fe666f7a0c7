"""Statements found on a grid: their heads, lines, unit, period and firm, whichever program or hand laid them out.

A 资产负债表 has two columns of names, each with its own figures to its right; a 利润表 has one. Both may have heads of
two rows, and several may stand on one sheet.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import islice

from reporting.books.amounts import UNITS, NoAmount, read_amount, squeezed, units_said
from reporting.books.grids import MOST_COLUMNS, BooksGrid, GridText
from reporting.books.heads import (
    BALANCE,
    CALLED,
    NO_FIGURES,
    PROFIT,
    BooksColumn,
    is_name_head,
    role_of,
    settled,
    told_apart,
)
from reporting.books.months import month_said, span_said, squeezed_line

MOST_STATEMENTS = 12  # on one sheet
MOST_LINES = 400  # of a statement; the longest form has some ninety
MOST_NAME = 80
MOST_SIDES = 4
OTHER_STATEMENTS = re.compile("现金流量|权益变动|科目余额|余额表|利润分配|序时|明细账|总账")
SIDES_OF_ACCOUNTS = re.compile("借方|贷方")
SIGNED_BELOW = re.compile("(制表|编制|复核|审核|负责人|主管|会计|填表|出纳|日期)[^:]{0,6}:|^注:|^说明:")
NUMBERED = re.compile(
    r"^(?:[一二三四五六七八九十]+[、.]|\([一二三四五六七八九十0-9]+\)|[0-9]+[、.)]|[△▲☆★*#·•-]+|(?:减去?|加上?|其中):)"
)
BRACKETS = re.compile(r"\([^()]*\)")
TELLING = {
    BALANCE: {"资产总计", "资产合计", "货币资金", "流动资产合计", "负债合计"},
    PROFIT: {"营业收入", "营业总收入", "主营业务收入", "营业利润", "利润总额", "净利润"},
}
FIRM = re.compile(
    r"(?:编制单位|编报单位|单位名称|企业名称|公司名称|纳税人名称|核算单位|编制企业|填报单位)"
    r"(?:\(.*?\))?:([^:\t]{4,60})"
)


@dataclass(frozen=True)
class Amount:
    """One figure of a line: blank where there is neither value nor problem."""

    value: Decimal | None
    problem: str = ""
    place: str = ""


@dataclass(frozen=True)
class BooksLine:
    """A row of a statement. `key` is what it is called there and nothing else is; `name` what it is called anywhere."""

    key: str
    name: str
    written: str  # as it stands there: 减：营业成本
    within: str  # the name of the row it is 其中 of
    amounts: Mapping[str, Amount]  # by the labels of the columns


@dataclass(frozen=True)
class Statement:
    kind: str
    title: str  # its sheet's; nothing where it was pasted
    columns: tuple[BooksColumn, ...]
    lines: tuple[BooksLine, ...]
    units: tuple[str, ...]  # all that the words above it and its heads name
    span: str  # what it is of, as the words above it say: a year, a month, neither
    month: tuple[int, int] | None  # the year and the month it is of, 0 where only the year is said
    firm: str
    hidden: int  # cells of its sheet nobody sees

    @property
    def unit(self) -> str:
        """Nothing where none is said, or two."""
        return self.units[0] if len(self.units) == 1 else ""

    @property
    def contradicts_itself(self) -> bool:
        return len(self.units) > 1

    @property
    def called(self) -> str:
        name = CALLED[self.kind]
        if name in self.title:
            return self.title
        return f"{name}（{self.title}）" if self.title else name

    @cached_property
    def by_key(self) -> dict[str, BooksLine]:
        return {line.key: line for line in self.lines}

    def named(self, name: str) -> list[BooksLine]:
        """无形资产：数据资源 is the 其中 of one row."""
        within, _, own = name.rpartition("：")
        return [line for line in self.lines if line.name == own and within in ("", line.within)]


@dataclass
class _Head:
    """Where a statement begins: the rows of its head and its columns, each name column with those of its figures."""

    first: int
    last: int
    sides: dict[int, list[int]] = field(default_factory=dict)


def plain_name(written: str) -> str:
    """一、营业收入, 减：营业成本, 利润总额（亏损总额以“－”号填列）: without what is no part of the name."""
    name = squeezed(written)
    shorter = BRACKETS.sub("", name).rstrip(":") or name
    while (stripped := NUMBERED.sub("", shorter)) != shorter and stripped:
        shorter = stripped
    return shorter.replace('"', "").replace("“", "").replace("”", "")[:MOST_NAME]


def is_part(written: str) -> bool:
    return squeezed(written).startswith("其中:")


def statements_in(grid: BooksGrid, year: int) -> Iterator[Statement]:
    numbers = sorted(grid.rows)
    heads = list(islice(heads_of(grid, numbers), MOST_STATEMENTS))
    for place, head in enumerate(heads):
        above_from = heads[place - 1].last if place else 0
        end = heads[place + 1].first if place + 1 < len(heads) else numbers[-1] + 1
        body = [number for number in numbers if head.last < number < end]
        above = [text_of_row(grid, number) for number in numbers if above_from < number < head.first]
        if (found := statement_at(grid, head, body, above if place == 0 else above[-4:], year)) is not None:
            yield found


def text_of_row(grid: BooksGrid, number: int) -> str:
    """The row in one line; what stands behind a colon belongs to it, though the next cell holds it."""
    texts = ("".join(cell.text.split()) for _, cell in sorted(grid.rows[number].items()))
    return re.sub(r"([:：])\t", r"\1", "\t".join(texts))


def heads_of(grid: BooksGrid, numbers: list[int]) -> Iterator[_Head]:
    taken = 0
    for number in numbers:
        row = grid.rows[number]
        names = sorted(column for column, cell in row.items() if is_name_head(cell.text))[:MOST_SIDES]
        if number <= taken or not names or any(is_number(cell) for cell in row.values()):
            continue
        last = number + 1 if is_second_row(grid, number + 1, names) else number
        head = _Head(number, last, {column: [] for column in names})
        for column in columns_under(grid, head):
            if left := [name for name in names if name < column]:
                head.sides[left[-1]].append(column)
        head.sides = {name: columns for name, columns in head.sides.items() if columns}
        if head.sides:
            taken = last
            yield head


def is_second_row(grid: BooksGrid, number: int, names: list[int]) -> bool:
    row = grid.rows.get(number, {})
    if not row or any(column in row and not is_name_head(row[column].text) for column in names):
        return False
    return all(not is_number(cell) for cell in row.values())


def is_number(cell: GridText) -> bool:
    try:
        return read_amount(cell.text) is not None
    except NoAmount:
        return False


def columns_under(grid: BooksGrid, head: _Head) -> list[int]:
    """Those with a head that may stand over figures."""
    rows = range(head.first, head.last + 1)
    said = {column for number in rows for places in (grid.rows, grid.spread) for column in places.get(number, ())}
    labels = {column: label_of(grid, head, column) for column in sorted(said - head.sides.keys())}
    return [column for column, label in labels.items() if label and not NO_FIGURES.search(label)][:MOST_COLUMNS]


def label_of(grid: BooksGrid, head: _Head, column: int) -> str:
    """What the head says of a column, the upper row before the lower."""
    said = dict.fromkeys(squeezed(grid.said(number, column)) for number in range(head.first, head.last + 1))
    return " ".join(text for text in said if text)


def statement_at(grid: BooksGrid, head: _Head, body: list[int], above: list[str], year: int) -> Statement | None:
    all_labels = [label_of(grid, head, column) for columns in head.sides.values() for column in columns]
    title = "\t".join([grid.title, *above])
    if OTHER_STATEMENTS.search(title) or any(SIDES_OF_ACCOUNTS.search(label) for label in all_labels):
        return None
    lines = distinguished([line for name in head.sides for line in lines_of_side(grid, head, name, body)])
    if (kind := kind_of({line.name for line in lines})) is None:
        return None
    labels = dict.fromkeys(label for line in lines for label in line.amounts)
    units, span = units_said([*above, *all_labels]), span_said(title)
    return Statement(
        kind=kind,
        title=grid.title,
        columns=tuple(BooksColumn(label, settled(role_of(label, kind, year), span)) for label in labels),
        lines=tuple(lines),
        units=tuple(unit for unit in UNITS if unit in units),
        span=span,
        month=month_said(title),
        firm=next((found[1] for line in above if (found := FIRM.search(squeezed_line(line)))), ""),
        hidden=grid.hidden,
    )


def kind_of(names: set[str]) -> str | None:
    """By what only one of them has; a statement of cash names the profit too, and is told by its flows."""
    if any("现金流量" in name for name in names):
        return None
    told = {kind: len(names & telling) for kind, telling in TELLING.items()}
    kind = max(told, key=lambda each: told[each])
    return kind if told[kind] else None


def lines_of_side(grid: BooksGrid, head: _Head, name: int, body: list[int]) -> Iterator[BooksLine]:
    columns = head.sides[name]
    labels = told_apart([label_of(grid, head, column) for column in columns], lambda place: grid.letter(columns[place]))
    whole = ""
    for number in body[:MOST_LINES]:
        row = grid.rows[number]
        written = row[name].text.strip() if name in row else ""
        plain = unsigned(written)
        amounts = {label: amount_in(row.get(column)) for label, column in zip(labels, columns, strict=True)}
        is_blank = all(amount.value is None and not amount.problem for amount in amounts.values())
        if not plain or is_blank and squeezed(written).endswith(":"):
            continue
        part = is_part(written)
        whole = whole if part else plain
        yield BooksLine(plain, plain, written[:MOST_NAME], whole if part else "", amounts)


def unsigned(written: str) -> str:
    """The plain name; nothing of the line below the statement that says who made it."""
    return "" if SIGNED_BELOW.search(squeezed(written)) else plain_name(written)


def amount_in(cell: GridText | None) -> Amount:
    if cell is None:
        return Amount(None)
    if cell.problem:
        return Amount(None, cell.problem.rstrip("。"), cell.place)
    try:
        return Amount(read_amount(cell.text), "", cell.place)
    except NoAmount as none:
        return Amount(None, str(none), cell.place)


def distinguished(lines: list[BooksLine]) -> list[BooksLine]:
    """Names that stand twice get what they are part of, else their turn."""
    twice = {name for name, times in Counter(line.name for line in lines).items() if times > 1}
    keys = [f"{line.within}：{line.name}" if line.name in twice and line.within else line.name for line in lines]
    times = Counter(keys)
    turns: Counter[str] = Counter()
    found = []
    for line, key in zip(lines, keys, strict=True):
        turns[key] += 1
        own = f"{key}（第 {turns[key]} 处）" if times[key] > 1 else key
        found.append(BooksLine(own, line.name, line.written, line.within, line.amounts))
    return found
