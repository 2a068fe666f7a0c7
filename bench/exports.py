"""How long the large files take, and what they cost in memory, beside the least that can be done in the same run.

    python bench/exports.py --size 12000

Fills a test database of its own (on DATABASE_URL's server, SQLite when there is none) with `--size` invented firms.
Floors: rustpy-xlsxwriter's bare writing of the very cells a workbook holds, openpyxl's write_only, and the bare insert
of the very rows that an import stores (COPY on PostgreSQL, executemany on SQLite). Processor time; ratios compare
machines and versions, seconds do not. Memory is the peak of the process while it was measured (Linux).
"""

import argparse
import gc
import io
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("VAR_DIR", tempfile.mkdtemp())

import django  # noqa: E402

django.setup()

import openpyxl  # noqa: E402
import rustpy_xlsxwriter  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import QuerySet  # noqa: E402
from django.test.utils import setup_databases, teardown_databases  # noqa: E402

from accounts.models import District, Enterprise, JournalEntry, Residence  # noqa: E402
from bench.city_parts.filling import AT, fill, office  # noqa: E402
from forms_tables.edition import drafting  # noqa: E402
from forms_tables.edition.catalog import edition_from, load_edition, platform_said, shipped_content  # noqa: E402
from forms_tables.edition.model import Edition  # noqa: E402
from forms_tables.edition.periods import PeriodCode  # noqa: E402
from forms_tables.filling.completion import Facts  # noqa: E402
from reporting.demo.firms import Firm, make_firm  # noqa: E402
from reporting.demo.months import monthly_cells  # noqa: E402
from reporting.demo.year import annual_cells  # noqa: E402
from reporting.editions.one_by_one import outcomes_of  # noqa: E402
from reporting.filing.judging import judge_cells  # noqa: E402
from reporting.models import Filing, Period, Submission  # noqa: E402
from reporting.models.in_force import asked_once  # noqa: E402
from reporting.register.imports.columns import columns  # noqa: E402
from reporting.register.imports.importing import import_register, try_import  # noqa: E402
from reporting.register.workbook import write_register  # noqa: E402
from reporting.totals.aggregation import summarise  # noqa: E402
from reporting.totals.tabulation import write_summary  # noqa: E402
from text.tables import TableColumn, write_table  # noqa: E402

CODE, SEED, COLUMNS, MOST_REHEARSED = "chongqing-2024", 20240614, 80, 1_000
NEW_ROW = {"name": "新增收入", "columns": ["c1"], "unit": "万元", "required": True, "provenance": "derived"}
REHEARSED = {"2024M05": ("软统企6", "c1"), "2023A": ("软统企2", "y")}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--size", type=int, default=12_000, help="firms (default 12000)")
    size = arguments.parse_args().size
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        with tempfile.TemporaryDirectory() as folder:
            measure_table(size * 10 // 3, Path(folder))
            register_in_and_out(size, Path(folder))
            city_workbooks(size, Path(folder))
            rehearsals(min(size, MOST_REHEARSED))
    finally:
        teardown_databases(databases, verbosity=0)


def took(act: Callable) -> tuple[float, int]:
    """Seconds of the processor, and MB that the process needed at the most beyond what it had."""
    gc.collect()
    before = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    begun = time.process_time()
    with asked_once():  # as a request and a worker do
        act()
    return time.process_time() - begun, memory("VmHWM") - before


def memory(what: str) -> int:
    return int(re.search(rf"{what}:\s+(\d+)", Path("/proc/self/status").read_text())[1]) // 1024


def say(what: str, spent: tuple[float, int], floor: float, of: str) -> None:
    seconds, megabytes = spent
    print(f"{what:44} {seconds:8.3f} s  {seconds / floor:5.1f} × {of} ({floor:.3f} s)   +{megabytes} MB", flush=True)


def bare(book: Path) -> float:
    """The very cells of a workbook, written by rustpy-xlsxwriter without a format."""
    sheets = [
        (sheet.title, [{f"c{place}": held for place, held in enumerate(row)} for row in sheet.values])
        for sheet in openpyxl.load_workbook(book, read_only=True)
    ]
    return took(lambda: rustpy_xlsxwriter.write_worksheets(sheets, str(book.with_suffix(".bare.xlsx"))))[0]


def measure_table(rows: int, folder: Path) -> None:
    """Five texts and figures beside them."""
    names = [f"列{number}" for number in range(COLUMNS)]
    table = [TableColumn(name, 12, "text" if number < 5 else "figure", 2) for number, name in enumerate(names)]

    def made(figure: Callable) -> list:
        figures = [[figure(row * place) for place in range(COLUMNS - 5)] for row in range(100)]
        return [[f"企业{row % 100}"] * 5 + figures[row % 100] for row in range(rows)]

    def openpyxl_writes() -> None:
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet()
        sheet.append(names)
        for row in made(lambda amount: amount / 100):
            sheet.append(row)
        book.save(folder / "openpyxl.xlsx")

    records = ({name: held for name, held in zip(names, row, strict=True)} for row in made(lambda amount: amount / 100))
    floor = took(lambda: rustpy_xlsxwriter.write_worksheet(records, str(folder / "bare.xlsx")))[0]
    ours = took(lambda: write_table(folder / "table.xlsx", "表", table, made(lambda amount: Decimal(amount) / 100), AT))
    theirs = took(openpyxl_writes)[0]
    say(f"table of {rows} × {COLUMNS}", ours, floor, "rustpy")
    print(f"{'':44} openpyxl write_only takes {theirs / ours[0]:.1f} times as long ({theirs:.3f} s)")


def register_in_and_out(size: int, folder: Path) -> None:
    _, _, by = office()
    Period.objects.create(code="2024M05", edition_code=CODE, opens_on=date(2024, 5, 31))
    upload, changed = register_of(size, ""), register_of(size, "改")
    tried = took(lambda: try_import(io.BytesIO(upload), "a.xlsx", by=by, at=AT))
    stored = took(lambda: import_register(io.BytesIO(upload), "a.xlsx", by=by, at=AT))
    assert Enterprise.objects.count() == size
    floor = bare_insert([Enterprise, Residence, Filing, JournalEntry])
    insert = "COPY" if connection.vendor == "postgresql" else "executemany"
    say(f"register of {size} new firms, dry run", tried, floor, insert)
    say(f"register of {size} new firms, imported", stored, floor, insert)
    again = took(lambda: try_import(io.BytesIO(upload), "a.xlsx", by=by, at=AT))
    say(f"register of {size} firms, nothing changed", again, floor, insert)
    other = took(lambda: import_register(io.BytesIO(changed), "a.xlsx", by=by, at=AT))
    say(f"register of {size} firms, every one changed", other, floor, insert)
    book = folder / "register.xlsx"

    def export() -> None:
        with book.open("wb") as out:
            write_register(out, Enterprise.objects.visible_to(by).with_district(), AT)

    spent = took(export)
    say(f"register of {size} firms, exported", spent, bare(book), "rustpy")
    for model in (JournalEntry, Filing, Residence, Enterprise, Period):
        with connection.cursor() as cursor:  # the journal lets nobody delete through its model
            cursor.execute(f"DELETE FROM {model._meta.db_table}")


def register_of(size: int, mark: str) -> bytes:
    districts = tuple(district.code for district in District.objects.valid_on(AT.date()))
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    heads = columns()
    sheet.append(heads)
    for number in range(size):
        firm = make_firm(number, SEED, districts)
        told = {"统一社会信用代码": firm.credit_code, "单位详细名称": firm.name, "报送区县": firm.district}
        told |= {"纳统类别": "1", "行业代码": "6513", "嵌入式": "否", "人工智能": "是", "联系人": firm.contact + mark}
        told |= {"手机": f"139{number:08d}", "邮箱": f"firm{number}@example.com", "起报日期": "2024-01-01"}
        sheet.append([told.get(head) for head in heads])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def bare_insert(models: list) -> float:
    """All rows of these tables once more into the same tables, indexes and all; taken back."""
    tables = []
    for model in models:
        name, fields = model._meta.db_table, ", ".join(field.column for field in model._meta.concrete_fields)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {fields} FROM {name}")
            tables.append((name, fields, cursor.fetchall()))
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for name, _, _ in reversed(tables):
            cursor.execute(f"DELETE FROM {name}")
        begun = time.perf_counter() if connection.vendor == "postgresql" else time.process_time()
        for name, fields, rows in tables:
            insert(cursor, name, fields, rows)
        spent = (time.perf_counter() if connection.vendor == "postgresql" else time.process_time()) - begun
        transaction.set_rollback(True)
    return spent


def insert(cursor, name: str, fields: str, rows: list[tuple]) -> None:
    if connection.vendor != "postgresql":
        marks = ", ".join(["%s"] * len(rows[0]))
        cursor.executemany(f"INSERT INTO {name} ({fields}) VALUES ({marks})", rows)
        return
    with cursor.copy(f"COPY {name} ({fields}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([json.dumps(held) if isinstance(held, dict | list) else held for held in row])


def city_workbooks(size: int, folder: Path) -> None:
    fill(size, months=5)
    for code in REHEARSED:
        summary = summarise(Period.objects.get(pk=code), AT)
        book = folder / f"{code}.xlsx"
        spent = took(partial(write_summary, summary, str(book)))
        say(f"city's workbook of {code}, {size} firms", spent, bare(book), "rustpy")


def rehearsals(size: int) -> None:
    """Filings as firms send them, judged by the edition they were sent under and by one with a row more."""
    districts = tuple(district.code for district in District.objects.valid_on(AT.date()))
    firms = [make_firm(number, SEED, districts) for number in range(size)]
    for code, (table, column) in REHEARSED.items():
        content = drafting.with_new_indicator(
            shipped_content(CODE), table, {**NEW_ROW, "code": "2999", "columns": [column]}
        )
        period = Period.objects.get(pk=code)
        in_force, draft = load_edition(CODE), edition_from(CODE, content, platform_said(CODE))
        filed = list(Filing.objects.filter(period=period).select_related("enterprise")[:size])
        for firm, filing in zip(firms, filed, strict=True):
            send(firm, filing, period.judged_by(in_force))
        judged = Filing.objects.filter(pk__in=[filing.pk for filing in filed])
        found: list = []
        judging = outcomes_of(period, judged, period.judged_by(in_force), period.judged_by(draft))
        spent, _ = took(partial(found.extend, judging))
        broken = sum(len(outcome.before.broken) for outcome in found) / size
        print(
            f"rehearsal of {code}, {size} filings: {1000 * spent / size:.2f} ms each, {broken:.1f} rules broken in each"
        )


def send(firm: Firm, filing: Filing, edition: Edition) -> None:
    """What the invented firm reports, completed as it is when it is frozen."""
    period = PeriodCode.parse(filing.period_id)
    typed = annual_cells(firm, period.year)
    if not period.is_annual:
        typed = monthly_cells(firm, period.year, period.month, has_year_ago=False, has_prev=False)
    QuerySet(Enterprise).filter(pk=filing.enterprise_id).update(attributes=firm.attributes)
    judged = judge_cells(edition, typed, Facts(period, firm.attributes))
    told = {"values": judged.values_as_text(), "attributes": firm.attributes}
    QuerySet(Submission).filter(pk=filing.in_force_id).update(**told, tables=[table.code for table in judged.tables])


if __name__ == "__main__":
    main()
