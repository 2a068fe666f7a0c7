"""Past periods as the platform's own workbooks, one to a firm and period, alone or many in a zip."""

import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import PurePosixPath

from accounts.models import Enterprise
from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition
from forms_tables.edition.periods import PeriodCode
from forms_tables.filling.completion import COMPUTED, Completed, Facts, complete
from forms_tables.filling.parsing import Problem, parse
from forms_tables.workbooks.filled import ReadWorkbook, formula_problems, read_workbook
from forms_tables.workbooks.opening import OpenedWorkbook, WorkbookMeta
from forms_tables.workbooks.template import Reporter, Template, write_template
from reporting.filing.judging import attributes_of, parameters_in
from reporting.history.reading.beside import Beside, edition_code_of
from reporting.history.reading.rows import HistoryRow
from reporting.history.reading.sheets import MOST_CELLS, NEEDED, ROOM, HistoryProblem, NotTaken, heads_in
from reporting.long_imports import Say, say_nothing
from reporting.models import PublishedEdition, published_edition
from text.opening import open_book
from text.package import (
    DAMAGED,
    ENCRYPTED,
    MAX_FILE_BYTES,
    MAX_RATIO,
    MAX_UNPACKED_BYTES,
    RATIO_COUNTS_FROM,
    Unreadable,
)

MOST_WORKBOOKS = 5_000
SAID_EVERY = 20
JUNK = ("__MACOSX", ".DS_Store", "Thumbs.db")
MADE_BY_EXCEL = "~$"  # beside a workbook that is open
NONE_IN_IT = "压缩包里没有 .xlsx 文件。请把填好的表样（每家企业每期一份）放进一个 .zip，再上传。"
ROWS_IN_IT = "这是每家企业每期一行的文件，不是表样。请从压缩包里取出，单独上传。"
UTF8_NAMES = 0x800


Books = Sequence[tuple[str, Callable[[], bytes]]]  # by name; read one at a time, since a city's are many


def workbooks_in(content: bytes) -> Books | None:
    """The files of a zip, in the order of their names; None where it is one workbook itself."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = [member for member in archive.infolist() if not member.is_dir()]
        if any(member.filename.lower() == "[content_types].xml" for member in members):
            return None
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as damaged:
        raise Unreadable(DAMAGED) from damaged
    named = [(name, member) for member in members if not is_junk(name := name_of(member))]
    wanted = sorted(named, key=lambda pair: pair[0])
    refuse_odd_zip([name for name, _ in wanted], [member for _, member in wanted], len(content))
    return [(name, partial(bounded, archive, member)) for name, member in wanted]


def refuse_odd_zip(names: Sequence[str], members: Sequence[zipfile.ZipInfo], packed: int) -> None:
    if not names:
        raise Unreadable(NONE_IN_IT)
    if len(names) > MOST_WORKBOOKS:
        raise Unreadable(f"压缩包里有 {len(names):,} 个文件，一次最多 {MOST_WORKBOOKS:,} 个。请分成几个压缩包。")
    if twice := [name for name, number in Counter(names).items() if number > 1]:
        raise Unreadable(f"压缩包里有不止一个文件叫“{twice[0]}”，分不清以哪一个为准。请只留一个。")
    if any(member.flag_bits & 0x1 for member in members):
        raise Unreadable(ENCRYPTED)
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED_BYTES * ROOM or unpacked > max(RATIO_COUNTS_FROM, MAX_RATIO * packed):
        raise Unreadable(
            f"压缩包解压后有 {unpacked // 1024 // 1024:,} MB，没有打开。请分成几个压缩包，只放填好的表样。"
        )


def bounded(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """One byte more than a workbook may have, for its reading to refuse; no more comes out than the zip says."""
    try:
        with archive.open(member) as file:
            return file.read(MAX_FILE_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError) as damaged:
        raise Unreadable(DAMAGED) from damaged


def holds_rows(name: str, content: bytes) -> bool:
    """Whether it is a file of one row per firm and period."""
    try:
        return set(NEEDED) <= set(heads_in(open_book(io.BytesIO(content), name, MOST_CELLS).first).values())
    except Unreadable:
        return False


def name_of(member: zipfile.ZipInfo) -> str:
    """Windows writes Chinese names as GBK and does not say so."""
    if member.flag_bits & UTF8_NAMES:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename


def is_junk(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return any(part in JUNK for part in parts) or parts[-1].startswith(MADE_BY_EXCEL)


@dataclass
class WorkbookReading:
    """Reads each workbook beside the register, as HistoryReading does with rows; one that is wrong is told by its
    name."""

    books: Books
    beside: Beside
    say: Say = say_nothing
    problems: list[HistoryProblem] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.books)

    def rows(self) -> list[HistoryRow]:
        found = []
        for number, (name, read) in enumerate(self.books, start=1):
            if number % SAID_EVERY == 1:
                self.say(number - 1, self.count)
            if row := self.row(number, name, read):
                found.append(row)
        return found

    def row(self, number: int, name: str, read: Callable[[], bytes]) -> HistoryRow | None:
        content = b""
        try:
            content = read()
            return self.taken(number, name, content)
        except Unreadable as unreadable:
            self.tell(number, name, "", ROWS_IN_IT if holds_rows(name, content) else str(unreadable))
        except NotTaken as refused:
            self.problems.append(HistoryProblem(number, refused.column, refused.why, name, refused.kind))
        return None

    def tell(self, number: int, name: str, place: str, why: str) -> None:
        self.problems.append(HistoryProblem(number, place, why, name))

    def taken(self, number: int, name: str, content: bytes) -> HistoryRow | None:
        opened = OpenedWorkbook(io.BytesIO(content), name)
        firm, period = self.beside.firm(opened.meta.credit_code), self.beside.period(opened.meta.period)
        self.beside.is_history(firm, period)
        edition = edition_made_by(opened.meta)
        district = self.beside.district(firm, period, "")
        read = read_workbook(opened, edition, period.code, firm.credit_code)
        values = self.values(number, name, read, edition, facts_of(firm, period, edition, district.code))
        if values is None:
            return None
        base = edition.platform.base(period.frequency)
        if not values:
            raise NotTaken("", "这份工作簿里没有一个数。没有数的期不用导入，请删去这一份或补上数。")
        if base and base not in values:
            raise NotTaken(read.places.get(base, ""), f"{edition.place_of(base)}为空；没有发生额请填0。")
        return HistoryRow(number, firm, period, edition, district, values, read.places, part=name)

    def values(
        self, number: int, name: str, read: ReadWorkbook, edition: Edition, facts: Facts
    ) -> dict[str, Decimal | str] | None:
        """What was typed, and what its formulas work out; None where a cell cannot be read."""
        typed = {cell: text for cell, text in read.cells.items() if text.strip()}
        worked_out = complete(edition, typed, facts) if read.formulas or read.errors else Completed({}, (), {}, ())
        found = [(problem, problem.problem) for problem in read.problems]
        found += [(problem, problem.problem) for problem in formula_problems(read, edition, worked_out.locked)]
        values: dict[str, Decimal | str] = {}
        for cell, text in typed.items():
            at = CellAddress.parse(cell)
            value = parse(edition.indicator(at.code), at.column, text)
            if cell in read.hidden:
                self.tell(number, name, read.places[cell], "这一格所在的行或列是隐藏的，看不见的数不导入。请取消隐藏。")
            elif isinstance(value, Problem):
                found.append((value, value.problem))
            elif value is not None:
                values[cell] = value
        for cell in read.formulas:
            if (value := worked_out.values.get(cell)) is not None:
                values[cell] = value
        for problem, why in found:
            self.tell(number, name, read.places.get(f"{problem.code}.{problem.column}", problem.table), why)
        return None if found or read.hidden & typed.keys() else values


def edition_made_by(meta: WorkbookMeta) -> Edition:
    """The very text the workbook was made by: its figures are read by no other."""
    try:
        edition = published_edition(meta.edition)
    except PublishedEdition.DoesNotExist:
        edition = None
    if edition is None or edition.digest != meta.digest:
        made = f"{meta.edition}（{meta.digest[:8]}）"
        raise Unreadable(f"这份工作簿按制度版本 {made}制作，本平台没有这一版。请重新下载表样，填好后再导入。")
    return edition


def facts_of(firm: Enterprise, period: PeriodCode, edition: Edition, district: str) -> Facts:
    return Facts(period, attributes_of(edition, firm, district), parameters_in(edition, None))


def write_blank(firm: Enterprise, period: PeriodCode, beside: Beside, out: io.BytesIO) -> None:
    """The form of a past period for one firm, empty but for what the register says. Raises NotTaken as an import
    would."""
    beside.is_history(firm, period)
    edition = published_edition(edition_code_of(period))
    facts = facts_of(firm, period, edition, beside.district(firm, period, "").code)
    tables = edition.tables_for(period, facts.attributes)
    completed = complete(edition, {}, facts)
    computed = {cell: why for cell, why in completed.locked.items() if why.startswith(COMPUTED)}
    header: Mapping[str, str] = {
        "统一社会信用代码": firm.credit_code,
        "单位详细名称": firm.name,
        "报告期": f"{period.label}（以往报告期，供导入历史）",
    }
    reporter = Reporter(firm.name, firm.credit_code, header)
    write_template(Template(edition, period, reporter, tables, {}, computed, parameters=facts.parameters), out)
