"""What was given to be brought in: one row per firm and period in a workbook, or the platform's own forms, one to a
firm and period, alone or many in a zip."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from zipfile import ZIP_DEFLATED

from forms_tables.workbooks.opening import META_SHEET
from reporting.history.reading.beside import Beside
from reporting.history.reading.rows import HistoryReading
from reporting.history.reading.sheets import MOST_CELLS, ROOM, HistorySheet, read_history
from reporting.history.reading.workbooks import Books, WorkbookReading, workbooks_in
from reporting.long_imports import Say
from text.opening import open_book
from text.package import BookSource, Unreadable, read_bounded, refuse_extension, refuse_signature
from text.writing import SteadyPackage

ZIP = ".zip"
OF_HISTORY = {
    ".csv": "这是 CSV 文本（.csv），数字和代码在里面说不清格式。请在 Excel 或 WPS 中打开，核对信用代码和报告期完整，"
    "另存为“Excel 工作簿（.xlsx）”后再上传。",
    ".rar": "这是 RAR 压缩包（.rar）。请压缩为 .zip 后再上传。",
    ".7z": "这是 7z 压缩包（.7z）。请压缩为 .zip 后再上传。",
}
ANOTHER_ZIP = {b"Rar!": OF_HISTORY[".rar"], b"7z\xbc\xaf": OF_HISTORY[".7z"]}
NO_CONCORDANCE = "对照表只用于每家企业每期一行的文件；本平台的表样不需要对照。请去掉对照表，再上传。"


@dataclass(frozen=True)
class GivenHistory:
    """The bytes as they came, and how they are taken: `replaces` is the reason why its rows take the place of imported
    ones, without which such rows are refused."""

    content: bytes
    name: str
    concordance: bytes | None = None
    replaces: str = ""

    @property
    def digest(self) -> str:
        return sha256(self.content).hexdigest()

    @property
    def ending(self) -> str:
        return ZIP if self.name.lower().endswith(ZIP) else ".xlsx"

    def reading(self, today: date, kept: Mapping[str, str], say: Say) -> "HistoryReading | WorkbookReading":
        """Raises Unreadable when it cannot be said what is what."""
        beside = Beside(today)
        if (books := self.workbooks()) is not None:
            if self.concordance:
                raise Unreadable(NO_CONCORDANCE)
            return WorkbookReading(books, beside, say)
        return HistoryReading(self.sheet(kept), beside, say)

    def workbooks(self) -> Books | None:
        refuse_what_it_is_not(self.name, self.content)
        if (books := workbooks_in(self.content)) is not None:
            return books
        book = open_book(io.BytesIO(self.content), self.name, MOST_CELLS, ROOM)
        return [(self.name, lambda: self.content)] if META_SHEET in book else None

    def sheet(self, kept: Mapping[str, str]) -> HistorySheet:
        concordance = io.BytesIO(self.concordance) if self.concordance else None
        return read_history(io.BytesIO(self.content), self.name, concordance, kept)


def given(source: BookSource, name: str, concordance: BookSource | None = None, replaces: str = "") -> GivenHistory:
    """Of a file, or of a folder of filled forms, which is kept as a zip. Raises Unreadable."""
    beside = read_bounded(concordance) if concordance is not None else None
    if isinstance(source, str | Path) and Path(source).is_dir():
        return GivenHistory(zipped(Path(source)), f"{Path(source).name}{ZIP}", beside, replaces)
    return GivenHistory(read_bounded(source, ROOM), name, beside, replaces)


def zipped(folder: Path) -> bytes:
    """The same folder is the same bytes, so that it is known again."""
    out = io.BytesIO()
    with SteadyPackage(out, "w", ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.writestr(str(file.relative_to(folder)), file.read_bytes())
    return out.getvalue()


def refuse_what_it_is_not(name: str, content: bytes) -> None:
    ending = Path(name).suffix.lower()
    other_zips = (why for mark, why in ANOTHER_ZIP.items() if content.startswith(mark))
    if why := OF_HISTORY.get(ending) or next(other_zips, ""):
        raise Unreadable(why)
    if ending == ZIP and not content.startswith(b"PK"):
        raise Unreadable("文件内容不是 .zip 压缩包（可能只是改了扩展名）。请重新压缩后再上传。")
    if ending != ZIP:
        refuse_extension(name)
        refuse_signature(content)
