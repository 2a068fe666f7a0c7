"""The rows of the workbook read: whose, of which period, under which district, and every figure as its form asks."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from openpyxl.utils import get_column_letter

from accounts.models import District, Enterprise
from forms_tables.edition import credit_code as credit_codes
from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition
from forms_tables.edition.model import FIGURE_KINDS, Indicator
from forms_tables.edition.periods import BadPeriod, PeriodCode
from forms_tables.filling.parsing import Problem, parse
from reporting.history.reading.beside import Beside
from reporting.history.reading.heads import FREQUENCIES, NOT_OF_THESE, Heads, Meant
from reporting.history.reading.sheets import (
    ANSWER,
    CHECKED,
    CODE,
    DISTRICT,
    NAME,
    PERIOD,
    HistoryProblem,
    HistorySheet,
    NotTaken,
    ProblemKind,
)
from reporting.long_imports import Say, say_nothing
from text.incoming import hidden_mark, without_hidden
from text.sheets import SheetCell, SheetRow
from text.shortened import shortened, shown_otherwise

MONTH = re.compile(r"([12][0-9]{3})(?:(?:-|/|\.|年)([0-9]{1,2})月?|([01][0-9]))")  # 2023年1月, 202301
YEAR = re.compile(r"([12][0-9]{3})年(?:年报|度|年度|度年报)")
NO_PART_OF_A_CODE = re.compile(r"[\s'’‘`]")  # as people set it apart, and make text of it
CHINESE = re.compile("[\u4e00-\u9fff]")
FIGURE = re.compile(r"[+-]?[0-9][0-9,]*(\.[0-9]+)?")
NO_FIRM = "合计、小计、第二行列名、单位和注释这样的行，请删去。"
NO_WORDS = re.compile(r"[\W_]")
SAYS_NOTHING = ("", "无", "没有", "空", "NA", "na")
LONGEST_NOTE = 200
SAID_EVERY = 500


@dataclass(frozen=True)
class HistoryRow:
    """One firm's figures of one period, as they would be kept."""

    number: int
    enterprise: Enterprise
    period: PeriodCode
    edition: Edition
    district: District
    values: Mapping[str, Decimal | str]
    heads: Mapping[str, str]  # how the file calls its cells
    note: str = ""
    part: str = ""  # the workbook it was read from, where there are many

    @property
    def place(self) -> str:
        return f"“{self.part}”" if self.part else f"第 {self.number} 行"

    @property
    def this(self) -> str:
        return "这一份" if self.part else "这一行"

    @property
    def base(self) -> Decimal | str | None:
        """The figure that growth and shares rest on."""
        return self.values.get(self.edition.platform.base(self.period.frequency))

    @property
    def whose(self) -> tuple[int, str]:
        return self.enterprise.pk, self.period.code


@dataclass
class HistoryReading:
    """Reads the rows of one file, one to a firm and period, beside the register as it is."""

    sheet: HistorySheet
    beside: Beside
    say: Say = say_nothing
    problems: list[HistoryProblem] = field(default_factory=list)
    forms: dict[tuple[str, str], dict[int, Meant]] = field(default_factory=dict)  # what its heads mean in those it has

    doubtful: dict[int, str] = field(default_factory=dict)  # the columns that stand in the way, and why
    unread: set[int] = field(default_factory=set)  # the rows with a figure in a column of which the head is told

    # by column and edition, where the edition does not have the column at all: the first row with a figure in it
    left_over: dict[tuple[int, str], tuple[int, PeriodCode, Edition]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return len(self.sheet.rows)

    @cached_property
    def heads(self) -> Heads:
        return Heads(self.sheet)

    def rows(self) -> list[HistoryRow]:
        found = []
        for done, row in enumerate(self.sheet.rows):
            if done % SAID_EVERY == 0:
                self.say(done, len(self.sheet.rows))
            if read := self.row(row):
                found.append(read)
        self.tell_unknown_heads()
        self.tell_figures_without_a_head()
        return found

    def row(self, row: SheetRow) -> HistoryRow | None:
        try:
            return self.taken(row)
        except NotTaken as refused:
            self.problems.append(HistoryProblem(row.number, refused.column, refused.why, kind=refused.kind))
            return None

    def taken(self, row: SheetRow) -> HistoryRow | None:
        if row.hidden:
            raise NotTaken("", "这一行是隐藏的，看不见的数不导入。请取消隐藏，或删去这一行。")
        firm, period = self.firm(row), self.period(row)
        self.beside.is_history(firm, period)
        edition = self.beside.edition(period)
        district = self.beside.district(firm, period, self.text(row, DISTRICT))
        before, note = len(self.problems), self.note(row)
        values = dict(self.values(row, edition, period, note))
        if len(self.problems) > before:
            return None
        if not values and row.number in self.unread:
            return None
        if not values:
            raise NotTaken("", f"{period.label}这一行没有一个数。没有数的期不用列，请删去这一行或补上数。")
        self.has_its_base(edition, period, values)
        return HistoryRow(row.number, firm, period, edition, district, values, self.called(edition, period), note)

    def said(self, row: SheetRow, head: str) -> SheetCell | None:
        return row.cells.get(self.sheet.places[head]) if head in self.sheet.places else None

    def text(self, row: SheetRow, head: str) -> str:
        cell = self.said(row, head)
        if cell is None:
            return ""
        if cell.problem:
            raise NotTaken(head, f"{cell.reference} {cell.problem}")
        return without_hidden(cell.text).strip()

    def note(self, row: SheetRow) -> str:
        """What the row says of itself; 无 and a dash say nothing, and answer no suspicion."""
        said = self.text(row, CHECKED)[:LONGEST_NOTE]
        return "" if NO_WORDS.sub("", said) in SAYS_NOTHING else said

    def firm(self, row: SheetRow) -> Enterprise:
        text, cell = NO_PART_OF_A_CODE.sub("", self.text(row, CODE)), self.said(row, CODE)
        if cell is None or not text:
            raise NotTaken(CODE, f"没有统一社会信用代码，请补上。{NO_FIRM}")
        if CHINESE.search(text):
            raise NotTaken(CODE, f"“{text[:30]}”不是统一社会信用代码。{NO_FIRM}")
        if cut := shortened(cell, "credit_code"):
            raise NotTaken(CODE, cut)
        named = self.text(row, NAME)
        firm = self.beside.firm(text, named)
        if named and (named != firm.name or hidden_mark(named)):
            why = f"名录中 {firm.credit_code} 是“{firm.name}”，这里写的是“{named}”。请核对代码。"
            raise NotTaken(NAME, why, ProblemKind.REGISTER)
        return firm

    def period(self, row: SheetRow) -> PeriodCode:
        text, cell = self.text(row, PERIOD).translate(credit_codes.FULL_WIDTH), self.said(row, PERIOD)
        if cell is None or not text:
            raise NotTaken(PERIOD, "没有报告期，请补上，写作 2023M12 或 2023A。")
        if no_year := shortened(cell, "month"):
            raise NotTaken(PERIOD, no_year)
        if isinstance(cell.value, date):
            text = text[:7]  # of a month Excel makes its first day
        try:
            if month := MONTH.fullmatch(text):
                return PeriodCode(int(month[1]), int(month[2] or month[3]))
            year = YEAR.fullmatch(text)
            return PeriodCode(int(year[1])) if year else self.beside.period(text.upper())
        except BadPeriod as wrong:
            raise NotTaken(PERIOD, str(wrong)) from wrong

    def values(
        self, row: SheetRow, edition: Edition, period: PeriodCode, note: str
    ) -> Iterator[tuple[str, Decimal | str]]:
        """Every cell with something in it; of one that cannot be read the file is told, and the others are read."""
        key = edition.code, period.frequency
        meant = self.forms[key] = self.forms.get(key) or self.heads.read_by(edition, period.frequency)
        for place, head in self.sheet.cells.items():
            cell = row.cells.get(place)
            text = cell.text.strip() if cell else ""
            if cell is None or not (text or cell.formula) or self.heads.ended(place):
                continue
            if cell.problem or cell.hidden:
                why = cell.problem or "在隐藏的列里，看不见的数不导入。请取消隐藏，或删去这一列。"
                self.problems.append(HistoryProblem(row.number, head, f"{cell.reference} {why}"))
                continue
            if meant[place] is NOT_OF_THESE:
                if self.is_asked(place, edition, period):
                    form = FREQUENCIES[period.frequency]
                    why = f"“{head}”不是{form}的指标，{period.label}这一行不应有数。请核对报告期。"
                    self.problems.append(HistoryProblem(row.number, head, why))
                else:
                    self.left_over.setdefault((place, edition.code), (row.number, period, edition))
                self.unread.add(row.number)
                continue
            if meant[place].why:
                self.doubtful.setdefault(place, meant[place].why)
                self.unread.add(row.number)
                continue
            value = self.value(cell, text, edition, meant[place].cell, note)
            if isinstance(value, Problem):
                self.problems.append(HistoryProblem(row.number, head, value.problem))
            elif value is not None:
                yield meant[place].cell, value

    def called(self, edition: Edition, period: PeriodCode) -> Mapping[str, str]:
        meant = self.forms[edition.code, period.frequency]
        return {one.cell: self.sheet.cells[place] for place, one in meant.items() if one.cell}

    def has_its_base(self, edition: Edition, period: PeriodCode, values: Mapping[str, Decimal | str]) -> None:
        """Where the file has the column that growth and shares rest on, no row may leave it blank."""
        base = edition.platform.base(period.frequency)
        for place, meant in self.forms[edition.code, period.frequency].items():
            if meant.cell == base != "" and base not in values:
                raise NotTaken(self.sheet.cells[place], f"{edition.place_of(base)}为空；没有发生额请填0。")

    def value(
        self, cell: SheetCell, text: str, edition: Edition, key: str, note: str
    ) -> Decimal | str | None | Problem:
        at = CellAddress.parse(key)
        row = edition.indicator(at.code)
        value = parse(row, at.column, text)
        if isinstance(value, Problem):
            value = below_zero(row, at.column, text, note) or value
        if cut := shortened(cell, row.kind_in(at.column)):
            return Problem(row.table, at.code, at.column, cut)
        if row.kind_in(at.column) in FIGURE_KINDS and (other := shown_otherwise(cell)):
            return Problem(row.table, at.code, at.column, f"{cell.reference} {other}")
        return value

    def is_asked(self, place: int, edition: Edition, period: PeriodCode) -> bool:
        """Whether the other forms of the edition have this column, so that its figure stands in a wrong row."""
        other = next(frequency for frequency in FREQUENCIES if frequency != period.frequency)
        return self.heads.read_by(edition, other)[place] is not NOT_OF_THESE

    def tell_unknown_heads(self) -> None:
        """Once of the head, and not of each row below it."""
        editions = set(self.beside.editions.values())
        forms = [self.heads.read_by(edition, frequency) for edition in editions for frequency in FREQUENCIES]
        known = {place for meant in forms for place, one in meant.items() if one is not NOT_OF_THESE}
        for place, head in self.sheet.cells.items():
            if place in self.doubtful:
                self.problems.append(HistoryProblem(1, head, self.doubtful[place]))
            elif forms and not self.heads.ended(place) and place not in known:
                self.problems.append(HistoryProblem(1, head, unknown(head, self.sheet.now_called(head) or "")))
        for (place, _), (number, period, edition) in self.left_over.items():
            if place in known:
                head = self.sheet.cells[place]
                self.problems.append(HistoryProblem(number, head, of_another_edition(head, period, edition)))

    def tell_figures_without_a_head(self) -> None:
        """Once of the column."""
        named = {*self.sheet.places.values(), *self.sheet.cells}
        nameless: dict[int, SheetCell] = {}
        for row in self.sheet.rows:
            for place, cell in row.cells.items():
                if place not in named and FIGURE.fullmatch(cell.text.strip()):
                    nameless.setdefault(place, cell)
        for cell in nameless.values():
            letter = get_column_letter(cell.column)
            why = f"第 {cell.row} 行 {letter} 列有数 {cell.text}，没有列名，不知道是什么数。请补上列名，或删去这一列。"
            self.problems.append(HistoryProblem(cell.row, letter, why))


def below_zero(row: Indicator, column: str, text: str, note: str) -> Decimal | Problem | None:
    """A figure that is refused for nothing but its sign stands, where the row says why: of the past it may be true."""
    signed = parse(replace(row, nonnegative_columns=frozenset()), column, text)
    if not isinstance(signed, Decimal) or note:
        return signed if isinstance(signed, Decimal) else None
    why = f"{row.place(column)}：“{text}”为负数，该指标不得为负。{ANSWER}"
    return Problem(row.table, row.code, column, why, row.nonnegative_rule)


def of_another_edition(head: str, period: PeriodCode, edition: Edition) -> str:
    return (
        f"{period.label}按“{edition.title}”（{edition.code}）读，其中没有“{head}”，这一列是别的制度版本的。"
        "请写这一版本的代码；各版本代码不同的，分成几个文件导入。"
    )


def unknown(head: str, now: str) -> str:
    said = f"对照表把“{head}”对照为“{now}”，制度里没有它" if now else f"制度里没有叫“{head}”的单元格、指标代码或名称"
    return f"{said}。旧代码请写进对照表；不导入的列请删去。"
