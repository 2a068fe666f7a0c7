"""Filled annual workbooks from file to validated cells, beside what reading them costs at the least; and handed out.

    python bench/workbooks.py --size 500

Writes `--size` annual workbooks of as many firms, all open figures filled, once as a spreadsheet program saves them
(strings shared, formulas with their results) and once as they were handed out, and reads each: found safe, its cells
read by code and key, completed and checked as far as one cell goes. The floors are python-calamine's bare reading of
the same files and, of every tenth, openpyxl's; they are read in turn, file by file, so that what else the machine does
tells in both. Processor time; ratios compare machines and versions, milliseconds do not.
"""

import argparse
import io
import random
import re
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import openpyxl  # noqa: E402
from python_calamine import CalamineWorkbook  # noqa: E402

from forms_tables.edition.catalog import load_edition  # noqa: E402
from forms_tables.edition.periods import PeriodCode  # noqa: E402
from forms_tables.filling.completion import Completed, Facts, complete  # noqa: E402
from forms_tables.workbooks.template import Reporter, Template, read_workbook, write_template  # noqa: E402

EDITION, YEAR = load_edition("chongqing-2024"), PeriodCode.parse("2024A")
TABLES = [table for table in EDITION.tables if table.frequency == "annual"]
INLINE = re.compile(rb'(<c [^>]*)t="inlineStr"([^>]*>)<is>(.*?)</is></c>', re.DOTALL)
WITHOUT_RESULT = re.compile(rb"(<f>[^<]*</f>)<v/>")
SAVED, HANDED_OUT = "saved by a spreadsheet", "as handed out"
MOST_RATIO, MOST_MILLISECONDS = 4, 40


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--size", type=int, default=500, help="workbooks (default 500)")
    size = arguments.parse_args().size
    with tempfile.TemporaryDirectory(prefix="bench-workbooks-") as folder:
        seconds = hand_out(Path(folder), size)
        first, rest = seconds[0], seconds[1:] or seconds
        print(f"{size} annual workbooks handed out: {1000 * statistics.median(rest):.1f} ms each (aim: at most"
              f" {MOST_MILLISECONDS}), the first of its kind {1000 * first:.0f} ms")  # fmt: skip
        for kind in (SAVED, HANDED_OUT):
            read_all(kind, sorted(Path(folder, kind).iterdir()))


def hand_out(folder: Path, size: int) -> list[float]:
    """Writes the files, and says how long each handing out took."""
    for kind in (SAVED, HANDED_OUT):
        Path(folder, kind).mkdir()
    chance, seconds = random.Random(13), []
    past = {"last_annual": figures(chance)}
    facts = Facts(YEAR, {"A34": "1", "A36": "是"}, history=past)
    for number in range(size):
        code = f"9150{number:014d}"
        firm = Reporter(f"重庆第{number}软件有限公司", code, {"统一社会信用代码": code, "报告期": YEAR.label})
        known = complete(EDITION, {name: str(figure) for name, figure in figures(chance).items()}, facts)
        out, begun = io.BytesIO(), time.process_time()
        given = Template(EDITION, YEAR, firm, TABLES, known.values, known.locked, history=past)
        write_template(given, out)
        seconds.append(time.process_time() - begun)
        Path(folder, HANDED_OUT, f"{number:05d}.xlsx").write_bytes(out.getvalue())
        Path(folder, SAVED, f"{number:05d}.xlsx").write_bytes(as_saved(out.getvalue()))
    return seconds


def figures(chance: random.Random) -> dict[str, Decimal]:
    """Something for every figure; more than half of an annual set are 0."""
    rows = [row for table in TABLES for row in table.indicators if row.is_figure]
    return {
        f"{row.code}.{key}": Decimal(chance.choice((0, 0, chance.randrange(1, 10**7)))) / (100 if row.decimals else 1)
        for row in rows
        for key in row.columns
    }


def as_saved(content: bytes) -> bytes:
    """The same workbook as Excel and WPS write it: each string once, in a part of its own, and a result beside each
    formula."""
    strings: dict[bytes, int] = {}

    def shared(found: re.Match[bytes]) -> bytes:
        number = strings.setdefault(found[3], len(strings))
        return found[1] + b't="s"' + found[2] + b"<v>%d</v></c>" % number

    with ZipFile(io.BytesIO(content)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    for name in [name for name in parts if name.startswith("xl/worksheets/sheet")]:
        parts[name] = WITHOUT_RESULT.sub(rb"\1<v>1234.5</v>", INLINE.sub(shared, parts[name]))
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/sharedStrings.xml"] = (
        b'<sst xmlns="' + space + b'">' + b"".join(b"<si>" + text + b"</si>" for text in strings) + b"</sst>"
    )
    kind = "openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    add(parts, "[Content_Types].xml", "Types",
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.{kind}"/>')  # fmt: skip
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    add(parts, "xl/_rels/workbook.xml.rels", "Relationships",
        f'<Relationship Id="rStrings" Type="{relation}" Target="sharedStrings.xml"/>')  # fmt: skip
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return out.getvalue()


def add(parts: dict[str, bytes], name: str, element: str, line: str) -> None:
    parts[name] = parts[name].replace(f"</{element}>".encode(), f"{line}</{element}>".encode())


def read_all(kind: str, files: list[Path]) -> None:
    seconds: dict[str, list[float]] = defaultdict(list)
    for number, file in enumerate(files):
        timed(seconds["calamine"], lambda file=file: bare_calamine(file))
        timed(seconds["ours"], lambda file=file, number=number: to_validated(file, f"9150{number:014d}"))
        if number % 10 == 0:
            timed(seconds["openpyxl"], lambda file=file: bare_openpyxl(file))
    middle = {name: 1000 * statistics.median(each) for name, each in seconds.items()}
    ratio = sum(seconds["ours"]) / sum(seconds["calamine"])
    print(f"{kind}: {middle['ours']:.1f} ms from file to validated cells, {ratio:.2f} × calamine's bare reading"
          f" ({middle['calamine']:.1f} ms; aim: at most {MOST_RATIO}), {middle['ours'] / middle['openpyxl']:.2f} ×"
          f" openpyxl's ({middle['openpyxl']:.1f} ms)")  # fmt: skip


def timed(seconds: list[float], act: Callable) -> None:
    begun = time.process_time()
    act()
    seconds.append(time.process_time() - begun)


def to_validated(file: Path, credit_code: str) -> Completed:
    read = read_workbook(file, EDITION, YEAR.code, credit_code)
    completed = complete(EDITION, read.cells, Facts(YEAR, {"A34": "1", "A36": "是"}))
    if read.problems or any(not problem.missing for problem in completed.problems):
        raise SystemExit(f"{file.name}: {[*read.problems, *completed.problems][0].problem}")
    return completed


def bare_calamine(file: Path) -> list:
    book = CalamineWorkbook.from_path(str(file))
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


def bare_openpyxl(file: Path) -> list:
    book = openpyxl.load_workbook(file, read_only=True)
    return [list(sheet.iter_rows(values_only=True)) for sheet in book]


if __name__ == "__main__":
    main()
