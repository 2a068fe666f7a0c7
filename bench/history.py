"""How long a city's history takes to come in: examined, stored, replaced by a second file, withdrawn, added up.

    python bench/history.py --size 2900 --months 24

Fills a test database of its own (on DATABASE_URL's server, SQLite when there is none) with `--size` firms and brings in
one row of 22 figures for each of them and month. Seconds by the clock and of the processor: of a machine that does
other things besides only the second say anything.
"""

import argparse
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("VAR_DIR", tempfile.mkdtemp())

import django  # noqa: E402

django.setup()

import xlsxwriter  # noqa: E402
from django.test.utils import setup_databases, teardown_databases  # noqa: E402

from accounts.models import Enterprise, Residence  # noqa: E402
from bench.city_parts.filling import AT, office  # noqa: E402
from forms_tables.edition.periods import PeriodCode  # noqa: E402
from reporting.history.importing import import_history, try_history  # noqa: E402
from reporting.history.reading.given import GivenHistory  # noqa: E402
from reporting.history.withdrawing import withdraw  # noqa: E402
from reporting.models import HistoryFile, ImportedFiling  # noqa: E402
from reporting.models.in_force import asked_once  # noqa: E402
from reporting.totals.history import summarise_history  # noqa: E402

CELLS = (
    "2010 2021 20211 20212 2022 20221 20222 20223 20224 20225 2023 20231 2041 2043 2050 2051 2080 2090 2110 2111 2112 "
    "2113"
).split()
LAST = PeriodCode(2024, 4)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--size", type=int, default=2900, help="firms (default 2900)")
    arguments.add_argument("--months", type=int, default=24)
    said = arguments.parse_args()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        districts, _, by = office()
        firms = [  # a code of digits alone would look as if Excel had cut it
            Enterprise(credit_code=f"9150MA{number:012d}", name=f"企业{number}", joined_on=date(2020, 1, 1))
            for number in range(said.size)
        ]
        firms = Enterprise.objects.bulk_create(firms, batch_size=500)
        Residence.objects.bulk_create(
            Residence(enterprise=firm, district=districts[number % len(districts)], since=firm.joined_on)
            for number, firm in enumerate(firms)
        )
        periods = months_to(LAST, said.months)
        first, second = (book_of(firms, periods, change) for change in (0, 1))
        print(f"{said.size} firms × {said.months} months, {len(first) / 1024 / 1024:.1f} MB")
        tried = timed("examined", lambda: try_history(GivenHistory(first, "a.xlsx"), by=by, at=AT))
        assert tried.taken == said.size * said.months, tried.refused[:3]
        timed("brought in", lambda: import_history(GivenHistory(first, "a.xlsx"), by=by, at=AT))
        again = GivenHistory(second, "b.xlsx", replaces="again")
        timed("replaced", lambda: import_history(again, by=by, at=AT))
        timed("one period added up", lambda: summarise_history(LAST, AT))
        timed("withdrawn", lambda: withdraw(HistoryFile.objects.latest("pk"), by, AT, "again"))
        assert ImportedFiling.objects.standing().count() == tried.taken
    finally:
        teardown_databases(databases, verbosity=0)


def months_to(last: PeriodCode, count: int) -> list[PeriodCode]:
    found = [last]
    while len(found) < count:
        before = found[-1].preceding
        found.append(before.preceding if before.is_annual else before)
    return found


def book_of(firms: Sequence[Enterprise], periods: Sequence[PeriodCode], change: int) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["统一社会信用代码", "报告期", *CELLS])
        row = 0
        for number, firm in enumerate(firms):
            for period in periods:
                row += 1
                figures = [(number % 97 + place + 2) * (period.month or 12) + change for place in range(len(CELLS))]
                sheet.write_row(row, 0, [firm.credit_code, period.code, *figures])
    return out.getvalue()


def timed(what: str, act: Callable):
    clock, processor = time.perf_counter(), time.process_time()
    with asked_once():  # as a request and a worker do
        found = act()
    spent = time.perf_counter() - clock, time.process_time() - processor
    print(f"{what}: {spent[0]:.1f} s, {spent[1]:.1f} s of the processor", flush=True)
    return found


if __name__ == "__main__":
    main()
