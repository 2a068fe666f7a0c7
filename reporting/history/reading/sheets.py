"""The workbook of past periods: which of its sheets holds them, what stands in its head row, and its rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from text.incoming import without_hidden
from text.opening import open_book
from text.package import BookSource, Unreadable
from text.sheets import Book, SheetCell, SheetRow, Worksheet

CODE, PERIOD, DISTRICT, NAME, CHECKED = "统一社会信用代码", "报告期", "报送区县", "单位详细名称", "核对说明"
NEEDED, KNOWN = (CODE, PERIOD), (CODE, PERIOD, DISTRICT, NAME, CHECKED)
ANSWER = f"确实如此的，在“{CHECKED}”一列写明原因再导入。"
OLD, NEW = "原代码", "现代码"
CONCORDANCE = "对照表"
BESIDE_CODES = ("名称", "备注", "说明")  # what may stand beside the two, for people
ROOM = 8  # times what a page takes: a city's two years of months are some 70,000 rows
MOST_CELLS = 6_000_000
MOST_COLUMNS = 400
FAR_OFF = 500_000
LONGEST_HEAD = 200


class ProblemKind(StrEnum):
    """Of what kind it is, as a page sorts them."""

    FILLED = "填写"
    REGISTER = "与名录不符"
    DOUBLE = "重复"
    SCALE = "疑似元、万元"


@dataclass(frozen=True)
class HistoryProblem:
    """Why nothing is imported: row 0 is of the whole file, no column of the whole row. `part` is the workbook, where
    there are many."""

    row: int
    column: str
    why: str
    part: str = ""
    kind: str = ProblemKind.FILLED


class NotTaken(Exception):
    """Why a row is not taken: column and sentence."""

    def __init__(self, column: str, why: str, kind: ProblemKind = ProblemKind.FILLED):
        super().__init__(why)
        self.column, self.why, self.kind = column, why, kind


@dataclass(frozen=True)
class HistorySheet:
    """The rows below the head; `places` are the columns of what every file has, `cells` the heads of the others."""

    rows: tuple[SheetRow, ...]
    places: Mapping[str, int]
    cells: Mapping[int, str]
    renamed: Mapping[str, str]  # the file's concordance: what a row was called, and how it is now; "" when it ended
    kept: Mapping[str, str] = field(default_factory=dict)  # what earlier files said of that
    title: str = ""

    def now_called(self, head: str) -> str | None:
        """What the concordance says of a head: of this file, then what was kept; None where neither names it."""
        return self.renamed.get(head, self.kept.get(head))


def read_history(
    source: BookSource, name: str = "", concordance: BookSource | None = None, kept: Mapping[str, str] | None = None
) -> HistorySheet:
    """Raises Unreadable when it cannot be said what is what."""
    book = open_book(source, name, MOST_CELLS, ROOM)
    sheet, beside = told_apart(book)
    if concordance is not None:
        if beside:
            raise Unreadable(f"工作表“{beside.title}”已经是对照表，又另给了一份，分不清以哪一份为准。请只留一份。")
        beside = concordance_in(concordance)
    places, cells = heads_of(sheet)
    rows = tuple(row for row in sheet if row.number > 1 and says_something(row))
    if not rows:
        raise Unreadable("表里只有列名，没有数据。")
    return HistorySheet(rows, places, cells, renamed_by(beside) if beside else {}, kept or {}, sheet.title)


def concordance_in(source: BookSource, name: str = "") -> Worksheet:
    sheet = open_book(source, name).first
    if not is_concordance(sheet):
        raise Unreadable(f"另给的文件第一张工作表不是对照表：第 1 行须有“{OLD}”“{NEW}”两列。")
    return sheet


def told_apart(book: Book) -> tuple[Worksheet, Worksheet | None]:
    """The sheet of past periods, and the concordance if there is one. Of two alike nobody can say which is meant."""
    filled = [sheet for sheet in book.sheets if sheet.rows]
    if hidden := [sheet.title for sheet in filled if sheet.hidden]:
        raise Unreadable(f"工作表“{hidden[0]}”是隐藏的，看不见的数不导入。请取消隐藏，或删去后再导入。")
    beside = [sheet for sheet in filled if is_concordance(sheet)]
    others = [sheet for sheet in filled if sheet not in beside]
    if not others:
        raise Unreadable(f"文件里没有历史数据：第 1 行须有“{CODE}”“{PERIOD}”两列，以下每家企业每期一行。")
    if len(others) > 1:
        titles = "、".join(f"“{sheet.title}”" for sheet in others[:4])
        raise Unreadable(
            f"文件里有 {len(others)} 张有内容的工作表（{titles}），分不清以哪一张为准。"
            f"请只留一张历史数据；另一张只能是对照表（第 1 行为“{OLD}”“{NEW}”）。"
        )
    if len(beside) > 1:
        raise Unreadable(f"文件里有 {len(beside)} 张对照表，分不清以哪一张为准。请只留一张。")
    return others[0], beside[0] if beside else None


def is_concordance(sheet: Worksheet) -> bool:
    return {OLD, NEW} <= set(heads_in(sheet).values())


def heads_in(sheet: Worksheet) -> dict[int, str]:
    row = sheet.rows.get(1)
    return {place: head for place, cell in row.cells.items() if (head := head_of(cell))} if row else {}


def head_of(cell: SheetCell) -> str:
    """In one line, however it was broken to fit its column."""
    in_one = "".join(line.strip() for line in without_hidden(cell.text).splitlines())
    return in_one.rstrip("*").strip()


def heads_of(sheet: Worksheet) -> tuple[dict[str, int], dict[int, str]]:
    if sheet.merged:
        raise Unreadable(
            f"工作表“{sheet.title}”有合并单元格（{'、'.join(sheet.merged[:3])}），分不清数属于哪一列、哪一行。"
            "请取消合并：列名只占第 1 行，每列一个，再导入。"
        )
    if sheet.last_row > FAR_OFF or sheet.last_column > MOST_COLUMNS:
        raise Unreadable(f"工作表“{sheet.title}”在表格之外很远的地方还有内容，没有读取。请删去零星的内容，再导入。")
    heads = heads_in(sheet)
    if missing := [head for head in NEEDED if head not in heads.values()]:
        raise Unreadable(f"工作表“{sheet.title}”第 1 行缺少列：{'、'.join(missing)}。列名须在第 1 行，先后不限。")
    named = list(heads.values())
    if twice := [head for head in dict.fromkeys(named) if named.count(head) > 1]:
        raise Unreadable(f"第 1 行的列名重复：{'、'.join(twice[:5])}。请只留一列。")
    cells = {place: head for place, head in heads.items() if head not in KNOWN}
    if not cells:
        raise Unreadable("第 1 行没有一列是指标。列名写单元格（如 2010.c1）、指标代码（如 2010）或指标名称。")
    return {head: place for place, head in heads.items() if head in KNOWN}, cells


def says_something(row: SheetRow) -> bool:
    return any(cell.text.strip() or cell.formula for cell in row.cells.values())


def renamed_by(sheet: Worksheet) -> dict[str, str]:
    """The concordance, given once for the whole file."""
    if sheet.merged:
        raise Unreadable(f"对照表“{sheet.title}”有合并单元格（{'、'.join(sheet.merged[:3])}）。请取消合并后再导入。")
    place = places_in(sheet)
    renamed: dict[str, str] = {}
    for row, old, new in pairs_in(sheet, place):
        if not old and new:
            raise Unreadable(f"对照表第 {row} 行有“{NEW}”，没有“{OLD}”，请补上或删去这一行。")
        if max(len(old), len(new)) > LONGEST_HEAD:
            raise Unreadable(f"对照表第 {row} 行超过 {LONGEST_HEAD} 个字，不像代码或列名。请核对。")
        if renamed.get(old, new) != new:
            raise Unreadable(f"对照表第 {row} 行：{old} 已对照为“{renamed[old]}”，又写作“{new}”。请只留一行。")
        if old:
            renamed[old] = new
    return renamed


def places_in(sheet: Worksheet) -> dict[str, int]:
    """Nothing is worked out by a concordance: what another column says of it (系数) is not passed over unsaid."""
    heads = heads_in(sheet)
    others = [head for head in heads.values() if head not in (OLD, NEW) and not head.endswith(BESIDE_CODES)]
    if others:
        raise Unreadable(
            f"对照表只读“{OLD}”“{NEW}”两列，不做换算；“{others[0]}”一列没有用处。"
            "单位或口径不同的，请先在历史数据里换算好，再删去这一列。"
        )
    if len(set(heads.values())) < len(heads):
        raise Unreadable(f"对照表“{sheet.title}”第 1 行的列名重复。“{OLD}”“{NEW}”请各留一列。")
    return {head: number for number, head in heads.items()}


def pairs_in(sheet: Worksheet, place: Mapping[str, int]) -> Iterator[tuple[int, str, str]]:
    for row in sheet:
        if row.number > 1:
            old, new = (row.cells.get(place[head]) for head in (OLD, NEW))
            yield row.number, head_of(old) if old else "", head_of(new) if new else ""
