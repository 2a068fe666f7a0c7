"""How long the city's totals and workbook take, beside what reading the same submissions costs at the least.

    python bench/summary.py --size 3000

Fills a test database of its own (on DATABASE_URL's server, SQLite when there is none) with one month and one annual
of `--size` firms whose every cell is filled, and measures each step. The floor is to fetch and decode the submissions
and do nothing with them; ratios to it compare machines and versions, seconds do not.
"""

import argparse
import os
import random
import resource
import sys
import tempfile
import time
from datetime import date, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402

django.setup()

from django.test.utils import setup_databases, teardown_databases  # noqa: E402

from accounts.clock import SHANGHAI  # noqa: E402
from accounts.models import District, Enterprise, User  # noqa: E402
from forms_tables.edition.catalog import Edition, load_edition  # noqa: E402
from forms_tables.edition.periods import PeriodCode  # noqa: E402
from reporting.models import Filing, Period, State, Submission  # noqa: E402
from reporting.totals.aggregation import frozen_submissions, summarise  # noqa: E402
from reporting.totals.tabulation import write_summary  # noqa: E402

AT = datetime(2024, 6, 14, 9, 0, tzinfo=SHANGHAI)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--size", type=int, default=3000, help="firms (default 3000)")
    size = arguments.parse_args().size
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        firms, districts, by = fill_register(size)
        for code in ("2023A", "2024M05"):
            measure(fill_period(PeriodCode.parse(code), firms, districts, by))
    finally:
        teardown_databases(databases, verbosity=0)


def fill_register(size: int) -> tuple[list[Enterprise], list[District], User]:
    edition = load_edition("chongqing-2024")
    for position, district in enumerate(edition.districts):
        District.objects.get_or_create(
            code=district.code,
            defaults={"name": district.name, "kind": district.kind, "position": position}
            | {"valid_from": district.valid_from, "valid_to": district.valid_to},
        )
    by = User.objects.create(username="bench", role=User.Role.CITY)
    firms = [
        Enterprise(credit_code=f"9150{number:014d}", name=f"企业{number}", joined_on=date(2020, 1, 1))
        for number in range(size)
    ]
    return Enterprise.objects.bulk_create(firms, batch_size=500), list(District.objects.valid_on(date(2024, 5, 31))), by


def fill_period(code: PeriodCode, firms: list[Enterprise], districts: list[District], by: User) -> Period:
    edition = load_edition("chongqing-2024")
    period = Period.objects.create(code=code.code, edition_code=edition.code, opens_on=code.end)
    draw = random.Random(code.code)
    filings = Filing.objects.bulk_create(
        [
            Filing(enterprise=firm, period=period, district=draw.choice(districts), state=State.APPROVED)
            for firm in firms
        ],
        batch_size=500,
    )
    tables = [table.code for table in edition.tables if table.frequency == code.frequency]
    for start in range(0, len(filings), 500):
        submissions = Submission.objects.bulk_create(
            Submission(
                filing=filing,
                number=1,
                receipt=f"{code}-{filing.pk}",
                values=draw_values(edition, code, draw),
                tables=tables,
                edition_code=edition.code,
                edition_digest=edition.digest,
                signer="",
                on_time=True,
                submitted_by=by,
                submitted_at=AT,
                from_state=State.DRAFT,
            )
            for filing in filings[start : start + 500]
        )
        for filing, submission in zip(filings[start:], submissions, strict=False):
            filing.in_force_id = filing.approved_id = filing.counted_id = submission.pk
    Filing.objects.bulk_update(filings, ["in_force", "approved", "counted"], batch_size=200)
    return period


def draw_values(edition: Edition, code: PeriodCode, draw: random.Random) -> dict[str, str]:
    return {
        f"{indicator.code}.{key}": f"{draw.randrange(10**6)}.{draw.randrange(100):02d}"
        for table in edition.tables
        if table.frequency == code.frequency
        for indicator in table.indicators
        if indicator.is_figure
        for key in indicator.columns
    }


def measure(period: Period) -> None:
    start = time.perf_counter()
    submissions = cells = 0
    for _, values, _ in frozen_submissions(period, False):
        submissions += 1
        cells += len(values)
    floor = time.perf_counter() - start

    start = time.perf_counter()
    summary = summarise(period, AT)
    summed = time.perf_counter() - start

    start = time.perf_counter()
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as out:
        write_summary(summary, out.name)
        kilobytes = Path(out.name).stat().st_size // 1024
    written = time.perf_counter() - start

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{period.code}: {submissions} submissions, {cells // max(submissions, 1)} cells each")
    print(f"  read and decode  {floor:6.2f} s   1.0 × floor")
    print(f"  summarise        {summed:6.2f} s   {summed / floor:.1f} × floor")
    print(f"  workbook         {written:6.2f} s   {written / floor:.1f} × floor   {kilobytes} KB")
    print(f"  peak memory of the process so far {peak} MB")


if __name__ == "__main__":
    main()
