"""A large plain table as an .xlsx, written row by row by rustpy-xlsxwriter: heads, then rows, nothing else. What has
titles, merged cells or several formats in a column is a TextWorkbook (text.writing)."""

import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from os import PathLike
from typing import BinaryIO, Literal
from zipfile import ZIP_DEFLATED

from rustpy_xlsxwriter import Format, write_worksheet

from text.incoming import without_control
from text.writing import SteadyPackage

FONT, HEAD = "宋体", "#E9F0F9"
LONGEST = 32_767  # what a cell holds
EXACT = 15  # digits that a number of a spreadsheet, a double, holds whatever they are
FORMATS = {"text": "@", "day": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm:ss"}
STAMPED = re.compile(rb"(<dcterms:(created|modified) [^>]*>)[^<]*")

Held = str | Decimal | int | date | datetime | None


@dataclass(frozen=True)
class TableColumn:
    """No two of a table have the same label: people filter by them, and scripts read by them."""

    label: str
    width: float  # in characters
    kind: Literal["text", "figure", "day", "moment"] = "text"
    decimals: int | None = None  # of a figure; None shows what there is

    @property
    def style(self) -> Format:
        style = Format().set_font_name(FONT).set_font_size(10)
        if self.kind != "figure":
            return style.set_num_format(FORMATS[self.kind])
        style = style.set_align("right")
        if self.decimals is None:
            return style
        return style.set_num_format("#,##0" + ("." + "0" * self.decimals if self.decimals else ""))


def write_table(
    out: str | PathLike[str] | BinaryIO,
    title: str,
    columns: Sequence[TableColumn],
    rows: Iterable[Sequence[Held]],
    at: datetime,
    *,
    fixed: int = 0,
) -> None:
    """The heads and the first `fixed` columns stay in sight. Into a file it takes the memory of one row. A text is
    never a formula, and stays text when it is typed over; a figure arrives digit by digit: one of more than 15 digits,
    which no number of a spreadsheet holds, as text."""
    labels = [column.label for column in columns]
    if len(set(labels)) < len(labels):
        raise ValueError("two columns of one table have the same label")
    read = [_figure if column.kind == "figure" else _text if column.kind == "text" else _as_it_is for column in columns]
    head = Format().set_font_name(FONT).set_font_size(10).set_bold().set_background_color(HEAD)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a column it does not know would be left out
        write_worksheet(
            _at_least_one(_records(labels, read, rows), labels),
            out,
            sheet_name=title,
            freeze_row=1,
            freeze_col=fixed,
            autofilter=True,
            header_format=head.set_border_bottom("thin").set_align("vcenter"),
            column_widths=[float(column.width) for column in columns],
            column_formats=[column.style for column in columns],
            datetime_format=FORMATS["moment"],
        )
    _stamp(out, at)


def _records(labels: Sequence[str], read: Sequence, rows: Iterable[Sequence[Held]]) -> Iterator[dict]:
    for row in rows:
        yield {label: tell(held) for label, tell, held in zip(labels, read, row, strict=True)}


def _at_least_one(records: Iterator[dict], labels: Sequence[str]) -> Iterator[dict]:
    """Without a record it would write no heads."""
    yield next(records, dict.fromkeys(labels))
    yield from records


def _text(text: str | None) -> str | None:
    return without_control(text)[:LONGEST] if text else None


def _figure(figure: Decimal | int | None) -> float | str | None:
    if figure is None:
        return None
    text = str(figure)
    return float(text) if len(text) <= EXACT or digits_of(text) <= EXACT else text


def digits_of(text: str) -> int:
    """How many digits a figure has from its first that is not 0."""
    return len(re.sub(r"E.*|[^0-9]", "", text).strip("0"))


def _as_it_is(held: date | datetime | None) -> date | datetime | None:
    return held.replace(tzinfo=None) if isinstance(held, datetime) else held


def _stamp(out: str | PathLike[str] | BinaryIO, at: datetime) -> None:
    """When it was made by the office's clock; the library says what the machine's shows. What tells it comes last in
    the package, after the sheet, and is written again in its place."""
    moment = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}".encode()
    with SteadyPackage(out, "a", ZIP_DEFLATED) as package:
        told = {each: package.read(each) for each in package.infolist() if each.filename.startswith("docProps/")}
        package.start_dir = min(each.header_offset for each in told)
        for each in told:
            package.filelist.remove(each)
            del package.NameToInfo[each.filename]
        for each, content in told.items():
            package.writestr(each.filename, STAMPED.sub(rb"\g<1>" + moment, content))
