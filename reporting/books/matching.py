"""A firm's statements beside one table of its filing: for every cell what the books say, in which unit, what the table
would have, and what stands there now. Nothing here is stored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

from forms_tables.edition.address import CellAddress
from forms_tables.edition.model import Indicator, Table
from forms_tables.edition.shape import own_column
from forms_tables.filling.parsing import Problem, parse
from forms_tables.workbooks.opening import Unreadable
from reporting.books.amounts import UNITS, as_the_table_has_it, converted
from reporting.books.grids import BooksGrid
from reporting.books.heads import CALLED, column_for, columns_fed, kind_wanted, roles_wanted
from reporting.books.memory import Layout, Memory, in_words
from reporting.books.months import names_a_time
from reporting.books.statements import BooksLine, Statement, statements_in
from reporting.books.terms import MINUS, PLUS, is_fed_by_books, reading_of, signs_of
from reporting.filing.judging import Judgement
from reporting.models import Filing

CONFIRMED, CERTAIN, PROPOSED, CHOSEN, NONE = "confirmed", "certain", "proposed", "chosen", ""
REWRITTEN = "rewritten"  # confirmed of a line that says otherwise now which way a loss is written
MOST_TERMS = 12  # that make up one row
FROM_ROUNDING = Decimal("0.1")  # in the table's unit: twenty parts, each rounded by half a hundredth
NO_STATEMENT = (
    "没有找到利润表或资产负债表。表头里要有“项目”（或“资产”）和“本年累计金额”“期末余额”这样的列，下面要有"
    "“营业收入”“资产总计”等项目；请连同表头一起上传或粘贴。科目余额表、现金流量表不读。"
)


@dataclass(frozen=True)
class Choices:
    """What the person chose on the page instead of what was proposed; a row that is not named was left as it is."""

    rows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sheets: Mapping[str, str] = field(default_factory=dict)  # by kind, the statement's place among those of its kind
    units: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)  # by kind and column: profit.c1


@dataclass(frozen=True)
class FedColumn:
    """A column of the table, and the column of the statement that fills it."""

    kind: str
    key: str
    label: str
    source: str  # the statement's column; nothing while it is not known

    @property
    def name(self) -> str:
        return f"{self.kind}.{self.key}"


@dataclass(frozen=True)
class ReadStatement:
    """A statement as it is read for this table."""

    statement: Statement
    others: tuple[Statement, ...]  # all of its kind that were given, itself among them
    unit: str
    columns: tuple[FedColumn, ...]
    new_names: tuple[str, ...] = ()  # since the firm's last statement of the kind
    lost_names: tuple[str, ...] = ()

    @property
    def place(self) -> int:
        return next(place for place, each in enumerate(self.others) if each is self.statement)

    def source_of(self, column: str) -> str:
        return next((fed.source for fed in self.columns if fed.key == column), "")

    @property
    def layout(self) -> Layout:
        columns = {fed.key: fed.source for fed in self.columns}
        names = tuple(line.key for line in self.statement.lines)
        return Layout(self.statement.title, self.unit, columns, self.statement.span, names)


@dataclass(frozen=True)
class CellFromBooks:
    """One cell of the table. `why_not` is a sentence where nothing can be taken."""

    row: Indicator
    column: str
    terms: tuple[str, ...]
    source: str
    unit: str
    now: str  # as the draft has it
    in_books: Decimal | None = None
    exact: Decimal | None = None
    taken: Decimal | None = None
    why_not: str = ""
    notes: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.row.code}.{self.column}"

    @property
    def shown_as(self) -> str:
        """The cell and what it is read from: whether it is ticked goes for just that."""
        return " ".join((self.key, *self.terms))

    @property
    def text(self) -> str:
        return "" if self.taken is None else format(self.taken, "f")

    @property
    def is_rounded(self) -> bool:
        return self.taken is not None and self.taken != self.exact

    @cached_property
    def stands(self) -> Decimal | None:
        value = parse(self.row, self.column, self.now)
        return value if isinstance(value, Decimal) else None

    @property
    def difference(self) -> Decimal | None:
        return None if self.taken is None or self.stands is None else self.taken - self.stands

    @property
    def is_there(self) -> bool:
        return self.difference == 0

    @property
    def can_be_taken(self) -> bool:
        return self.taken is not None and not self.is_there

    @cached_property
    def problem(self) -> str:
        """What the table has against the figure; a draft may be wrong, but nobody should do it unawares."""
        found = parse(self.row, self.column, self.text)
        return found.problem if isinstance(found, Problem) else ""

    @property
    def is_proposed_to_take(self) -> bool:
        return self.can_be_taken and not self.problem and self.source in (CONFIRMED, CERTAIN, CHOSEN)

    @property
    def says(self) -> str:
        return in_words(self.terms) if self.terms else ""


@dataclass(frozen=True)
class Checked:
    """A figure the platform works out itself, beside the books'; it is never taken."""

    row: Indicator
    column: str
    in_books: Decimal  # in the table's unit
    own: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        return None if self.own is None else self.in_books - self.own

    @property
    def is_apart(self) -> bool:
        """By more than rounding its parts explains."""
        return self.difference is not None and abs(self.difference) > FROM_ROUNDING


@dataclass(frozen=True)
class BooksPreview:
    filing: Filing
    table: Table
    statements: tuple[ReadStatement, ...]
    cells: tuple[CellFromBooks, ...]
    locked: Mapping[str, Decimal] = field(default_factory=dict)  # of computed cells what the books say, in their unit
    memory: Memory = field(default_factory=Memory)

    def read(self, kind: str) -> ReadStatement | None:
        return next((each for each in self.statements if each.statement.kind == kind), None)

    @property
    def doubts(self) -> list[str]:
        """Why these may be the books of another month or another firm."""
        return [doubt for each in self.statements for doubt in doubts_about(each.statement, self.filing)]

    @property
    def fingerprint(self) -> str:
        """What was shown: where it is another, the person has not seen what would be stored."""
        cells = [(cell.key, cell.text, cell.now, *cell.terms) for cell in self.cells]
        how = [(each.unit, each.layout.sheet, sorted(each.layout.columns.items())) for each in self.statements]
        said = json.dumps([cells, how, self.filing.edition.digest], ensure_ascii=False)
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def vanished(self) -> list[tuple[Indicator, list[str]]]:
        """Rows whose confirmed names are not all in these books."""
        found = []
        for row in self.table.indicators:
            each = self.read(kind_wanted(row))
            terms = self.memory.rows.get(row.code, ())
            if each and (gone := [term[1:] for term in terms if term[1:] not in each.statement.by_key]):
                found.append((row, gone))
        return found


def statements_for(grids: Iterable[BooksGrid], filing: Filing, table: Table) -> list[Statement]:
    """Those this table reads. Raises Unreadable when there is none."""
    kinds = {kind_wanted(row) for row in table.indicators if is_fed_by_books(row)}
    found = [each for grid in grids for each in statements_in(grid, filing.period.parsed.year)]
    wanted = [each for each in found if each.kind in kinds]
    if wanted:
        return wanted
    if found:
        here = "、".join(dict.fromkeys(CALLED[each.kind] for each in found))
        needed = "、".join(CALLED[kind] for kind in sorted(kinds))
        raise Unreadable(f"这里只有{here}，{table.code}要的是{needed}。请换一份再上传或粘贴。")
    raise Unreadable(NO_STATEMENT)


def preview(
    filing: Filing, judgement: Judgement, table: Table, statements: list[Statement], memory: Memory, choices: Choices
) -> BooksPreview:
    rows = [row for row in table.indicators if is_fed_by_books(row)]
    kinds = dict.fromkeys(kind_wanted(row) for row in rows)
    read = [
        read_as(kind, of_kind, [row for row in rows if kind_wanted(row) == kind], judgement, memory, choices)
        for kind in kinds
        if (of_kind := [each for each in statements if each.kind == kind])
    ]
    by_kind = {each.statement.kind: each for each in read}
    stored = filing.drafts[table.code].cells if table.code in filing.drafts else {}
    cells, locked = [], {}
    for row in rows:
        if (each := by_kind.get(kind_wanted(row))) is None:
            continue
        terms, source = terms_of(row, each.statement, memory, choices)
        for fed in each.columns:
            if fed.key not in row.columns or not (fed.source or fed.key == own_column(row)):
                continue  # earlier figures are asked for by their column alone
            key = f"{row.code}.{fed.key}"
            cell = CellFromBooks(row, fed.key, terms, source, each.unit, stored.get(key, ""))
            cell = figured(cell, each, fed)
            if key not in judgement.completed.locked:
                cells.append(cell)
            elif cell.taken is not None and row.formula_in(fed.key):
                locked[key] = cell.taken
    return BooksPreview(filing, table, tuple(read), tuple(cells), locked, memory)


def read_as(
    kind: str, given: list[Statement], rows: list[Indicator], judgement: Judgement, memory: Memory, choices: Choices
) -> ReadStatement:
    layout = memory.layout(kind)
    statement = chosen_among(given, choices.sheets.get(kind, ""), layout.sheet)
    remembered = "" if statement.contradicts_itself else layout.unit
    unit = choices.units.get(kind) or statement.unit or remembered
    columns = tuple(fed_columns(statement, rows, judgement, layout, choices))
    names = [line.key for line in statement.lines]
    new = [name for name in names if layout.names and name not in layout.names]
    lost = [name for name in layout.names if name not in names]
    return ReadStatement(statement, tuple(given), unit if unit in UNITS else "", columns, tuple(new), tuple(lost))


def chosen_among(given: list[Statement], place: str, title: str) -> Statement:
    """As chosen, else the sheet the firm took last, else the first. A sheet that is named by its month is another's."""
    if place in map(str, range(len(given))):
        return given[int(place)]
    return next((each for each in given if each.title == title and not names_a_time(title)), given[0])


def fed_columns(
    statement: Statement, rows: list[Indicator], judgement: Judgement, layout: Layout, choices: Choices
) -> Iterator[FedColumn]:
    """The columns of the table with a cell to fill or to compare, in their order."""
    labels = {column.label for column in statement.columns}
    known: dict[str, FedColumn] = {}
    for row in rows:
        for key in columns_fed(row):
            is_open = f"{row.code}.{key}" not in judgement.completed.locked
            if key in known or not (is_open or row.formula_in(key)):
                continue
            period = judgement.facts.period
            found = column_for(statement.columns, roles_wanted(row, key, period), period)
            confirmed = layout.columns.get(key, "") if is_laid_out_as(statement, layout) else ""
            source = confirmed if confirmed in labels and not names_a_time(confirmed) else found
            source = choices.columns.get(f"{statement.kind}.{key}", source)
            known[key] = FedColumn(statement.kind, key, row.column(key).label, source if source in labels else "")
    yield from known.values()


def is_laid_out_as(statement: Statement, layout: Layout) -> bool:
    """Whether a head means what it meant on the firm's last statement: 本期 of a month is not that of a year."""
    return layout.span == statement.span


def terms_of(row: Indicator, statement: Statement, memory: Memory, choices: Choices) -> tuple[tuple[str, ...], str]:
    """What the person chose, else what the firm confirmed, else what is shipped; names that are not there are none."""
    confirmed, shipped = memory.rows.get(row.code), reading_of(row, statement)
    there = statement.by_key
    proposed = shipped.terms, (CERTAIN if shipped.is_sure else PROPOSED) if shipped.terms else NONE
    if confirmed is not None and all(term[1:] in there for term in confirmed):
        is_same = signs_of(confirmed, there).items() <= memory.layout(statement.kind).signs.items()
        proposed = (confirmed, CONFIRMED) if is_same else (shipped.terms or confirmed, REWRITTEN)
    elif confirmed is not None:
        proposed = shipped.terms, PROPOSED if shipped.terms else NONE
    chosen = choices.rows.get(row.code)
    if chosen is None or chosen == proposed[0] or not all(is_term(term, there) for term in chosen):
        return proposed
    return chosen[:MOST_TERMS], CHOSEN


def is_term(term: str, there: Mapping[str, BooksLine]) -> bool:
    return term[:1] in (PLUS, MINUS) and term[1:] in there


def figured(cell: CellFromBooks, read: ReadStatement, fed: FedColumn) -> CellFromBooks:
    """With the figure of the books, where its names, its column and its unit are known."""
    if not cell.terms:
        return cell
    if not fed.source:
        return replace(cell, why_not=f"还没有选哪一列是{fed.label}")
    amounts = [(term, read.statement.by_key[term[1:]].amounts.get(fed.source)) for term in cell.terms]
    if problem := next((f"{each.place} {each.problem}" for _, each in amounts if each and each.problem), ""):
        return replace(cell, why_not=problem)
    given = [(term, each.value) for term, each in amounts if each and each.value is not None]
    if not given:
        return replace(cell, why_not="账上空白，不取；没有发生额的请在表里自己填 0")
    total = sum((-value if term[0] == MINUS else value for term, value in given), Decimal())
    blank = [term[1:] for term, each in amounts if not each or each.value is None]
    notes = (f"“{'”“'.join(blank)}”账上空白，没有计入",) if blank else ()
    if not read.unit:
        return replace(cell, in_books=total, why_not="还没有选报表的单位", notes=notes)
    exact = converted(total, read.unit, cell.row.unit)
    taken = as_the_table_has_it(exact, cell.row, cell.column)
    return replace(cell, in_books=total, exact=exact, taken=taken, notes=notes)


def doubts_about(statement: Statement, filing: Filing) -> Iterator[str]:
    period = filing.period.parsed
    if statement.month:
        year, month = statement.month
        wanted = period.month or 12
        if year != period.year or month and month != wanted:
            said = f"{year}年{month}月" if month else f"{year}年"
            yield f"{statement.called}写的是{said}，本期是{filing.period.label}"
    own = plain_firm(filing.enterprise.name)
    if statement.firm and plain_firm(statement.firm) not in own and own not in plain_firm(statement.firm):
        yield f"{statement.called}写的单位是“{statement.firm}”，本企业是“{filing.enterprise.name}”"


def plain_firm(name: str) -> str:
    return "".join(letter for letter in name if letter.isalnum())


def checked_against(found: BooksPreview, after: Judgement) -> list[Checked]:
    """What the books say of figures the platform works out, once the proposed ones were taken: `after` judges that."""

    def check(key: str, in_books: Decimal) -> Checked:
        at, own = CellAddress.parse(key), after.completed.values.get(key)
        row = found.filing.edition.indicator(at.code)
        return Checked(row, at.column, in_books, own if isinstance(own, Decimal) else None)

    return [check(key, in_books) for key, in_books in found.locked.items()]
