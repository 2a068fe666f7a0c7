"""A year's arrangement as a file, one day a row: 日期, 年份, 节日, 类型, 节日当天, and where there are any 星期,
周末, 网址. Read row by row; whatever contradicts itself is named with its place."""

from __future__ import annotations

import csv
import datetime
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.styles import Font

from reporting.calendar.entry import NoDate, read_day
from reporting.dates.arrangements import ONE_DAY, WEEKDAYS, Calendar, Festival, in_words
from text.incoming import without_hidden
from text.opening import open_book
from text.package import MAX_FILE_BYTES, Unreadable
from text.sheets import PASTE_VALUES, SheetCell
from text.shortened import shortened
from text.writing import text_cell, write_csv

# What a head is called here; the English ones, as published tables of holidays have them, are read as well.
COLUMNS = {
    "日期": "date", "星期": "weekday", "年份": "notice_year", "节日": "festival", "类型": "type", "周末": "is_weekend",
    "节日当天": "festival_day_itself", "网址": "source_url",
}  # fmt: skip
NEEDED = ("日期", "年份", "节日", "类型", "节日当天")
OFF, WORKED = "放假", "调休上班"
LAST_TIME = "上一次的日期"  # beside the empty ones, to go by
YES = {"yes": True, "no": False, "是": True, "否": False, "true": True, "false": False}
MOST_ROWS = 2_000
LONGEST_NAME = 40
WEB_ADDRESS = re.compile(r"https?://[^\s\"'<>]{1,280}")  # it becomes a link
ASK_FOR_TEMPLATE = "请下载模板，照着列名填写。"


@dataclass(frozen=True)
class NoticeRow:
    """One row as text, and how a person finds it."""

    place: str
    cells: dict[str, str]


@dataclass(frozen=True)
class NoticeProblem:
    place: str
    sentence: str


@dataclass
class ReadFile:
    festivals: tuple[Festival, ...] = ()
    problems: list[NoticeProblem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    url: str = ""


@dataclass(frozen=True)
class NoticeDay:
    place: str
    date: datetime.date
    festival: str
    type: str
    is_festival: bool


def read_arrangement(source: BinaryIO, name: str, year: int, number: str) -> ReadFile:
    """The rows of the notice for `year` as festivals. Raises Unreadable when there is no table to read at all."""
    is_workbook = name.lower().endswith(".xlsx")
    read = ReadFile()
    rows = list(rows_of_workbook(source, name, read) if is_workbook else rows_of_text(source))
    of_year = [row for row in rows if plain(row.cells["年份"]) in (str(year), "")]
    if left := len(rows) - len(of_year):
        read.notes.append(f"文件里还有 {left} 行属于别的年份（年份不是 {year}），没有读取。")
    undated = [row for row in of_year if not plain(row.cells["日期"])]
    if undated and len(undated) == len(of_year):
        read.problems.append(NoticeProblem("日期", f"{len(undated)} 行都没有日期。请照通知逐行填写日期，再上传。"))
    elif undated:
        read.notes.append(f"{len(undated)} 行没有日期，已略过。")
    days = [day for row in of_year if row not in undated for day in day_in(row, year, read.problems)]
    if not of_year and not read.problems:
        read.problems.append(NoticeProblem("整个文件", f"没有{year}年的日期。请核对“年份”一列，或换一个文件。"))
    refuse_repeats(days, read.problems)
    if not read.problems:
        read.festivals = tuple(festivals_in(days, number, read.problems))
    addresses = (row.cells.get("网址", "").strip() for row in of_year)
    read.url = next(filter(WEB_ADDRESS.fullmatch, addresses), "")
    return read


def rows_of_text(source: BinaryIO) -> Iterator[NoticeRow]:
    source.seek(0)
    content = source.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise Unreadable("文件超过 5 MB，不是放假安排。请检查是否选错了文件。")
    text = decoded(content)
    if "\0" in text:
        raise Unreadable("文件内容不是 CSV 文本（可能只是改了扩展名）。请另存为 CSV 后再上传。")
    try:
        table = list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error as error:
        raise Unreadable("文件不是完整的 CSV：引号没有配对。请在 Excel 里打开确认后重新保存。") from error
    heads = heads_of(table[0] if table else [])
    if len(table) > MOST_ROWS:
        raise Unreadable(f"文件有 {len(table):,} 行，超过 {MOST_ROWS:,} 行，不是放假安排。请检查是否选错了文件。")
    for number, cells in enumerate(table[1:], start=2):
        if any(cell.strip() for cell in cells):
            yield NoticeRow(
                f"第 {number} 行", {head: cells[at] if at < len(cells) else "" for head, at in heads.items()}
            )


def decoded(content: bytes) -> str:
    """UTF-8, or what a Chinese Excel writes."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("看不出文件的文字编码。请在 Excel 里另存为“CSV UTF-8”后再上传。")


def heads_of(names: Iterable[object]) -> dict[str, int]:
    chinese = {english: column for column, english in COLUMNS.items()}
    written = [without_hidden(str(name or "")).strip().lower() for name in names]
    known = [chinese.get(name, name) for name in written]
    if missing := [column for column in NEEDED if column not in known]:
        raise Unreadable(f"第 1 行缺少列：{'、'.join(missing)}。{ASK_FOR_TEMPLATE}")
    if twice := [column for column in COLUMNS if known.count(column) > 1]:
        raise Unreadable(f"第 1 行的列名重复：{'、'.join(twice)}。请只留一列。")
    return {column: known.index(column) for column in COLUMNS if column in known}


def rows_of_workbook(source: BinaryIO, name: str, read: ReadFile) -> Iterator[NoticeRow]:
    sheet = open_book(source, name).first
    if sheet.last_row > MOST_ROWS:
        raise Unreadable(
            f"表里到第 {sheet.last_row:,} 行还有内容，超过 {MOST_ROWS:,} 行。"
            "请检查是否选错了文件；是零星内容的，请删去后再上传。"
        )
    for merged in sheet.merged:
        read.problems.append(NoticeProblem(merged, "合并了单元格，看不出每一天的内容。请取消合并，每一天各占一行。"))
    if sheet.hidden_rows:
        numbers = "、".join(map(str, sheet.hidden_rows[:10]))
        read.notes.append(f"第 {numbers} 行在表里是隐藏的，也一样读取。")
    first = sheet.rows[1].cells if 1 in sheet.rows else {}
    heads = heads_of([first[place].text if place in first else "" for place in range(1, max(first, default=0) + 1)])
    for row in list(sheet)[1:]:
        known = {head: cell for head, place in heads.items() if (cell := row.cells.get(place + 1))}
        wrong = {head: problem for head, cell in known.items() if (problem := problem_in(cell, head))}
        read.problems += [NoticeProblem(known[head].reference, problem) for head, problem in wrong.items()]
        if known and "日期" not in wrong:
            texts = {head: known[head].text if head in known and head not in wrong else "" for head in heads}
            yield NoticeRow(f"第 {row.number} 行", texts)


def problem_in(cell: SheetCell, head: str) -> str:
    if cell.formula:
        return f"是公式。{PASTE_VALUES}"
    return cell.problem or (shortened(cell, "date") if head == "日期" else "")


def plain(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", without_hidden(text)))


def day_in(row: NoticeRow, year: int, problems: list[NoticeProblem]) -> Iterator[NoticeDay]:
    """The row's day, unless something in it is wrong."""
    wrong = []
    cells = {head: plain(text) for head, text in row.cells.items()}
    try:
        date = read_day(cells["日期"], year)
    except NoDate as sentence:
        problems.append(NoticeProblem(f"{row.place} 日期", f"{sentence}"))
        return
    if not cells["年份"]:
        wrong.append(("年份", f"没有填写，请填 {year}。"))
    if not cells["节日"]:
        wrong.append(("节日", "没有写节日名称，请填写，例如 春节。"))
    elif len(cells["节日"]) > LONGEST_NAME:
        wrong.append(("节日", f"节日名称超过 {LONGEST_NAME} 字，请核对是不是填错了列。"))
    if cells["类型"] not in (OFF, WORKED):
        wrong.append(("类型", f"“{cells['类型']}”不认识，请写“{OFF}”或“{WORKED}”。"))
    elif cells["类型"] == WORKED and date.weekday() < 5:
        wrong.append(("类型", f"{in_words(date)}不是周六或周日，不能是调休上班日。请对照通知更正日期。"))
    itself = YES.get(cells["节日当天"].lower())
    if itself is None:
        wrong.append(("节日当天", f"“{cells['节日当天']}”不认识，请写“是”或“否”。"))
    elif itself and cells["类型"] == WORKED:
        wrong.append(("节日当天", "调休上班日不能是节日当天，请改为“否”。"))
    wrong += wrong_weekday(cells, date)
    problems += [NoticeProblem(f"{row.place} {column}", sentence) for column, sentence in wrong]
    if not wrong:
        yield NoticeDay(row.place, date, cells["节日"], cells["类型"], bool(itself))


def wrong_weekday(cells: dict[str, str], date: datetime.date) -> Iterator[tuple[str, str]]:
    """The columns that only say again what the date says must agree with it."""
    said, is_so = cells.get("星期", ""), f"周{WEEKDAYS[date.weekday()]}"
    if said and said.replace("星期", "周").replace("周天", "周日") != is_so:
        yield "星期", f"{date}是{is_so}，表里写的是“{said}”。请核对日期和星期，改正错的一处。"
    weekend = cells.get("周末", "")
    if weekend and YES.get(weekend.lower()) != (date.weekday() >= 5):
        yield "周末", f"{date}是{is_so}，表里写的是“{weekend}”。请核对日期，改正错的一处。"


def refuse_repeats(days: list[NoticeDay], problems: list[NoticeProblem]) -> None:
    seen: dict[datetime.date, NoticeDay] = {}
    for day in days:
        first = seen.setdefault(day.date, day)
        if first is not day:
            said = f"{first.place}已写为{first.festival}{first.type}"
            problems.append(NoticeProblem(f"{day.place} 日期", f"{in_words(day.date)}重复：{said}。请只留一行。"))


def festivals_in(days: list[NoticeDay], number: str, problems: list[NoticeProblem]) -> Iterator[Festival]:
    """Each festival's days as one run; a gap in it is named."""
    for name in dict.fromkeys(day.festival for day in days):
        of_festival = [day for day in days if day.festival == name]
        off = sorted(day.date for day in of_festival if day.type == OFF)
        if not off:
            problems.append(
                NoticeProblem(of_festival[0].place, f"{name}只有调休上班日，没有放假的日子。请补上放假日期。")
            )
            continue
        missing = [day for day in run(off[0], off[-1]) if day not in off]
        if missing:
            sentence = f"{name}的放假日期不连续，中间缺{'、'.join(map(in_words, missing[:5]))}。请补上或更正日期。"
            problems.append(NoticeProblem(of_festival[0].place, sentence))
            continue
        yield Festival(
            name=name,
            first_day_off=off[0],
            last_day_off=off[-1],
            festival_days=frozenset(day.date for day in of_festival if day.is_festival),
            working_weekends=frozenset(day.date for day in of_festival if day.type == WORKED),
            notice=number,
        )


def run(first: datetime.date, last: datetime.date) -> list[datetime.date]:
    return [first + n * ONE_DAY for n in range((last - first).days + 1)]


def rows_to_fill(calendar: Calendar, year: int) -> list[dict[str, str]]:
    """A template for `year`: the rows of the latest notice before it, without their dates, which stand beside."""
    before = max((notice for notice in calendar.notices if notice.year < year), key=lambda n: n.year, default=None)
    rows = []
    for festival in before.festivals if before else ():
        for day in sorted({*festival.days_off, *festival.working_weekends}):
            rows.append(
                {
                    "日期": "",
                    "年份": str(year),
                    "节日": festival.name,
                    "类型": OFF if day in festival.days_off else WORKED,
                    "节日当天": "是" if day in festival.festival_days else "否",
                    LAST_TIME: in_words(day),
                }
            )
    return rows


FILLED = (*NEEDED, LAST_TIME)


def write_rows(rows: list[dict[str, str]]) -> bytes:
    return write_csv([FILLED, *([row[column] for column in FILLED] for row in rows)])


def write_workbook(rows: list[dict[str, str]]) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = "放假安排"
    sheet.append(FILLED)
    for row in rows:
        sheet.append([text_cell(sheet, row[column]) for column in FILLED])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row in sheet.iter_rows(min_row=2, max_col=1):
        row[0].number_format = "yyyy-mm-dd"
    for letter, width in zip("ABCDEF", (14, 13, 18, 12, 20, 24), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
