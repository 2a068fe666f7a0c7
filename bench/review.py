"""A reviewer's day: what its pages cost, the clock of forty decisions, and whether the order finds what is wrong.

    python bench/review.py --size 40000
    python bench/review.py --clock --way keys
    python bench/review.py --planted --size 2000

The clock starts a PostgreSQL and gunicorn of its own, lets forty firms of one district send in a month (eight of them
with warnings they explained), and drives a real browser through all of them: thirty-five are approved, three returned
with a reason at one cell, two asked about. Counted are clicks and keys as the browser is given them, what the server is
asked (documents and what scripts fetch), pages loaded, and the server's processor time with PostgreSQL's.

Measured before reviewing was changed (commit ed330c9e, 30 November 2026, two cores that others used as well), each
filing opened, decided by a click and the next one asked for by another:

                          clicks   keys  requests  pages processor s   wall s
      40 filings, clicks      85     31       121     81        5.24     19.0

And after, when a decision is answered by the next filing (three times as busy a machine; by mouse it waits 0.4 s
before each press, within which the page takes a click for the second of a double one):

      40 filings, clicks      49     22        43      3        5.25     37.9
      40 filings, keys         2     77        43      3        4.09     19.9

Sizes and planted errors (bench/review_parts/planted.py) are measured in a test database of their own.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.desk import server
from bench.keystrokes import chromium_here

FILINGS = 40
SEEDS = (1, 2)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--clock", action="store_true", help="a reviewer's forty decisions in a browser")
    arguments.add_argument("--way", default="clicks", help="how they are decided")
    arguments.add_argument("--filings", type=int, default=FILINGS, help="how many wait for the clock")
    arguments.add_argument("--planted", action="store_true", help="where planted errors stand in the queue")
    arguments.add_argument("--size", type=int, help="firms of a city (default 40000; planted 2000)")
    given = arguments.parse_args()
    if given.clock:
        clock(given.way, given.filings)
    if given.planted:
        planted(given.size or 2000)
    if not given.clock and not given.planted:
        sized(given.size or 40_000)


def clock(way: str, number: int) -> None:
    executable = chromium_here()
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps an event loop on this thread
    with tempfile.TemporaryDirectory(prefix="bench-review-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # root's PostgreSQL runs as nobody and passes through
        with server(folder) as (port, open_site):
            import django

            django.setup()
            from django.core.management import call_command
            from playwright.sync_api import sync_playwright

            from bench.review_parts.clock import HEAD, measure
            from bench.review_parts.waiting import district_that_waits

            call_command("migrate", verbosity=0)
            district_that_waits(number)
            processes = open_site()
            with sync_playwright() as playwright:
                chromium = playwright.chromium.launch(
                    executable_path=executable, args=["--no-sandbox", "--disable-gpu"]
                )
                print(HEAD)
                took = measure(chromium, f"http://127.0.0.1:{port}", way, number, processes)
                print(f"  {number} filings, {way:<10}{took}")
                chromium.close()


@contextmanager
def database() -> Iterator[None]:
    """A test database of its own."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.test.utils import override_settings, setup_databases, teardown_databases

    with override_settings(ALLOWED_HOSTS=["localhost"]):
        databases = setup_databases(verbosity=0, interactive=False)
        try:
            yield
        finally:
            teardown_databases(databases, verbosity=0)


@contextmanager
def columns_of_its_own() -> Iterator[None]:
    from django.test.utils import override_settings

    with tempfile.TemporaryDirectory(prefix="bench-review-") as media, override_settings(MEDIA_ROOT=media):
        yield


def sized(size: int) -> None:
    with database(), columns_of_its_own():
        from bench.review_parts.sized import fill, measure

        begun = time.perf_counter()
        period = fill(size)
        print(f"{size} firms, all waiting, filled in {time.perf_counter() - begun:.0f} s; {os.cpu_count()} cores")
        measure(period)


def planted(size: int) -> None:
    """Four cities, each in a database that is empty before and after."""
    with database():
        plant_all(size)


def plant_all(size: int) -> None:
    from django.db import transaction

    from bench.review_parts.planted import Outcome, plant, told

    def one(seed: int, month: int) -> Outcome:
        with columns_of_its_own(), transaction.atomic():
            found = plant(size, seed, month)
            transaction.set_rollback(True)
            return found

    outcomes = [one(seed, month) for seed in SEEDS for month in (2, 6)]
    print(f"{len(outcomes)} months of {size} firms, all waiting; the first {outcomes[0].first} of each queue")
    print("\n".join(told(outcomes)))


if __name__ == "__main__":
    main()
