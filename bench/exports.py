"""How long the large files take, and what they cost in memory, beside the least that can be done in the same run.

    python bench/exports.py --size 12000

Fills a test database of its own (on DATABASE_URL's server, SQLite when there is none) with `--size` firms. Floors:
rustpy-xlsxwriter's bare writing of the very cells that a workbook holds, openpyxl's write_only, and the bare insert of
the very rows that an import stores (COPY on PostgreSQL, executemany on SQLite). Processor time; ratios compare
machines and versions, seconds do not.
"""

import argparse
import io
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("VAR_DIR", tempfile.mkdtemp())

import openpyxl  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test.utils import setup_databases, teardown_databases  # noqa: E402
from rustpy_xlsxwriter import write_worksheets  # noqa: E402
from summary import AT, fill_period, fill_register  # noqa: E402

from accounts.models import Enterprise, JournalEntry, Residence, User  # noqa: E402
from forms_tables.edition import drafting  # noqa: E402
from forms_tables.edition.catalog import edition_from, shipped_content  # noqa: E402
from forms_tables.edition.credit_code import completed  # noqa: E402
from forms_tables.edition.periods import PeriodCode  # noqa: E402
from reporting.editions.one_by_one import outcomes_of  # noqa: E402
from reporting.models import Filing, Period  # noqa: E402
from reporting.models.in_force import asked_once  # noqa: E402
from reporting.register.imports.importing import import_register, try_import  # noqa: E402
from reporting.register.workbook import write_register  # noqa: E402
from reporting.totals.aggregation import summarise  # noqa: E402
from reporting.totals.tabulation import write_summary  # noqa: E402
from text.tables import Column, write_table  # noqa: E402

TABLE = 80  # columns


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--size", type=int, default=12_000, help="firms (default 12000)")
    size = arguments.parse_args().size
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        measure_table(size * 10 // 3)
        firms, districts, by = fill_register(size)
    finally:
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main()
