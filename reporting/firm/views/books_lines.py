"""What a firm's books would put into a table, laid out for reading: what can be taken first, then what wants a look."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from forms_tables.edition.model import Indicator
from reporting.books.amounts import UNITS
from reporting.books.heads import CALLED, kind_wanted
from reporting.books.matching import (
    CERTAIN,
    CHOSEN,
    CONFIRMED,
    NONE,
    PROPOSED,
    REWRITTEN,
    BooksPreview,
    CellFromBooks,
    Checked,
    FedColumn,
    ReadStatement,
)
from reporting.books.statements import BooksLine
from reporting.books.terms import MINUS, PLUS
from reporting.firm.forms import TakeBooksPress
from reporting.pages.grid import show

WHENCE = {
    CONFIRMED: "贵单位确认过",
    CERTAIN: "名称对得上",
    PROPOSED: "建议，请核对",
    REWRITTEN: "报表里的写法与确认时不同，正负可能相反，请核对",
    CHOSEN: "刚才选定",
    NONE: "",
}
FEWEST_CHOICES = 3  # lists of names offered for one row
MOST_NAMES = 12  # new or lost ones that are told by name


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class BooksSection:
    heading: str
    lead: str
    lines: list["TakenLine"]
    is_open: bool = True


@dataclass(frozen=True)
class TakenLine:
    cell: CellFromBooks
    whence: str
    can_be_ticked: bool
    is_ticked: bool
    is_first: bool  # of its row: there it can be turned to another name

    @property
    def column(self) -> str:
        return self.cell.row.column(self.cell.column).label

    @property
    def in_books(self) -> str:
        return show(self.cell.in_books, None)

    @property
    def taken(self) -> str:
        return show(self.cell.taken, self.cell.row.decimals_in(self.cell.column))

    @property
    def exact(self) -> str:
        """Where it was rounded, what it was before."""
        return show(self.cell.exact, None) if self.cell.is_rounded else ""

    @property
    def now(self) -> str:
        stands = self.cell.stands
        return self.cell.now if stands is None else show(stands, self.cell.row.decimals_in(self.cell.column))

    @property
    def difference(self) -> str:
        return signed(self.cell.difference)


@dataclass(frozen=True)
class StatementChoices:
    """One statement with what can be chosen about it."""

    read: ReadStatement
    name: str
    sheets: list[Option]
    units: list[Option]
    columns: list[tuple[FedColumn, list[Option]]]
    new_names: str
    lost_names: str


@dataclass(frozen=True)
class RowToTurn:
    """A row that is being turned to other names."""

    row: Indicator
    lists: list[tuple[list[Option], list[Option]]]  # each: to add, to take off


@dataclass(frozen=True)
class Laid:
    statements: list[StatementChoices]
    sections: list[BooksSection]
    opened: RowToTurn | None
    hidden: list[tuple[str, tuple[str, ...]]]  # the rows that were turned to other names, sent along
    shown: list[str]  # cells that can be ticked: one that is not ticked was left out on purpose
    unused: list[str]

    @property
    def ticked(self) -> set[str]:
        return {line.cell.key for section in self.sections for line in section.lines if line.is_ticked}


def laid_out(found: BooksPreview, press: TakeBooksPress) -> Laid:
    lines = list(lines_of(found, press))
    rows = {cell.row.code: cell for cell in reversed(found.cells)}  # of each the first column
    opened = rows.get(press.opened)
    used = {(kind_wanted(cell.row), term[1:]) for cell in found.cells for term in cell.terms}
    unused = [
        line.key
        for each in found.statements
        for line in each.statement.lines
        if (each.statement.kind, line.key) not in used
    ]
    return Laid(
        [choices_about(each) for each in found.statements],
        [section for section in sections_of(lines) if section.lines],
        opened_row(opened, found) if opened else None,
        [(code, cell.terms) for code, cell in rows.items() if cell.source == CHOSEN and code != press.opened],
        [line.cell.shown_as for line in lines if line.can_be_ticked],
        unused,
    )


def lines_of(found: BooksPreview, press: TakeBooksPress) -> Iterator[TakenLine]:
    seen: set[str] = set()
    for cell in found.cells:
        can_be_ticked = cell.can_be_taken and cell.row.code != press.opened
        was_shown = cell.shown_as in press.cells_shown
        ticked = cell.key in press.ticked if was_shown else cell.is_proposed_to_take
        first = cell.row.code not in seen
        seen.add(cell.row.code)
        yield TakenLine(cell, WHENCE[cell.source], can_be_ticked, can_be_ticked and ticked, first)


def sections_of(lines: Iterable[TakenLine]) -> list[BooksSection]:
    by_kind: dict[str, list[TakenLine]] = {"take": [], "look": [], "same": [], "no": [], "none": []}
    for line in lines:
        by_kind[section_for(line.cell)].append(line)
    return [
        BooksSection(
            "可以取",
            "名称对得上，或贵单位确认过。勾选的存入草稿；草稿里已有别的数的，换成“换算后”的数。",
            by_kind["take"],
        ),
        BooksSection(
            "请核对再取",
            "名称不同、只是建议，或者数有疑问。核对后勾选的才取；取过一次，系统记住，下次不再问。",
            by_kind["look"],
        ),
        BooksSection("没有取到数", "找到了项目，没有数可取，原因写在后面。", by_kind["no"]),
        BooksSection("已经一致", "草稿里已是这个数。", by_kind["same"], False),
        BooksSection(
            "没有对应的项目", "报表里没有同名的项目。有的话，点“选项目”指给系统，存入后记住。", by_kind["none"], False
        ),
    ]


def section_for(cell: CellFromBooks) -> str:
    if not cell.terms:
        return "none"
    if cell.taken is None:
        return "no"
    if cell.is_there:
        return "same"
    return "take" if cell.is_proposed_to_take else "look"


def choices_about(read: ReadStatement) -> StatementChoices:
    kind = read.statement.kind
    sheets = [Option(str(place), each.called, each is read.statement) for place, each in enumerate(read.others)]
    units = [Option("", "请选择", not read.unit)] if not read.unit else []
    units += [Option(unit, unit, unit == read.unit) for unit in UNITS]
    labels = [column.label for column in read.statement.columns]
    columns = [
        (fed, [Option("", "不取", not fed.source), *(Option(label, label, label == fed.source) for label in labels)])
        for fed in read.columns
    ]
    told = (named(read.new_names), named(read.lost_names))
    return StatementChoices(read, CALLED[kind], sheets, units, columns, *told)


def opened_row(cell: CellFromBooks, found: BooksPreview) -> RowToTurn:
    read = found.read(kind_wanted(cell.row))
    assert read is not None  # a cell has its statement
    number = max(FEWEST_CHOICES, len(cell.terms) + 1)
    source = read.source_of(cell.column)
    lines, chosen = read.statement.lines, [*cell.terms, *[""] * number][:number]
    added, deducted = ([list(options(lines, sign, source, term)) for term in chosen] for sign in (PLUS, MINUS))
    return RowToTurn(cell.row, list(zip(added, deducted, strict=True)))


def options(lines: Iterable[BooksLine], sign: str, source: str, chosen: str) -> Iterator[Option]:
    for line in lines:
        amount = line.amounts.get(source)
        figure = f"（{show(amount.value, None)}）" if amount and amount.value is not None else ""
        before = "减 " if sign == MINUS else ""
        yield Option(f"{sign}{line.key}", f"{before}{line.key}{figure}", f"{sign}{line.key}" == chosen)


@dataclass(frozen=True)
class CheckedLine:
    """A figure of the books beside the one the platform works out."""

    told: Checked

    @property
    def row(self) -> Indicator:
        return self.told.row

    @property
    def label(self) -> str:
        return self.row.column(self.told.column).label

    @property
    def is_apart(self) -> bool:
        return self.told.is_apart

    @property
    def shown_in_books(self) -> str:
        return show(self.told.in_books, self.row.decimals_in(self.told.column))

    @property
    def shown_own(self) -> str:
        return show(self.told.own, self.row.decimals_in(self.told.column))

    @property
    def difference(self) -> str:
        return signed(self.told.difference)


def named(names: tuple[str, ...]) -> str:
    more = f" 等 {len(names)} 项" if len(names) > MOST_NAMES else ""
    return "、".join(names[:MOST_NAMES]) + more


def signed(value: Decimal | None) -> str:
    return "" if value is None else f"{value:+,f}" if value else f"{value:,f}"
