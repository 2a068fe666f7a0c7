"""When a workbook says it was made."""

from datetime import UTC, datetime
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter


def save_as_of(book: Workbook, out: IO[bytes], at: datetime) -> None:
    """As `book.save` does, which would stamp the file's properties by the machine's clock and not the office's."""
    book.properties.created = book.properties.modified = at.astimezone(UTC).replace(tzinfo=None)
    ExcelWriter(book, ZipFile(out, "w", ZIP_DEFLATED, allowZip64=True)).save()
