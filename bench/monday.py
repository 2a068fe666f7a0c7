"""A scripted Monday: an empty installation becomes a city whose first month is locked and whose second carries it.

    python bench/monday.py --size 2900

Starts a PostgreSQL, a queue, a mail server, web, worker and beat of its own and walks tests/going_live/monday:
officials from a file, the register, two years of history, accounts in bulk of which half are activated, the month
filed by those, approved and locked, the next opened. Four people at a time. Beside each step its floor: as many
requests of the page that asks for nothing, commands that only start, letters handed to the same mail server and rows
copied into a bare table as were in it. Ratios to it compare machines and versions, seconds do not.
"""

import argparse
import json
import smtplib
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psycopg  # noqa: E402

from launch.environment import VAR  # noqa: E402
from launch.servers import place_for_postgres, start_postgres  # noqa: E402
from launch.supervision import Supervisor  # noqa: E402
from tests.going_live.monday.machine import Machine, empty_machine  # noqa: E402
from tests.going_live.monday.walk import AT_ONCE, MONDAY, Monday, Step  # noqa: E402

TRIED = 200  # requests, letters
ROWS = 20_000
LETTERS_A_LINE = 20


@dataclass
class Floors:
    """Seconds that one of each costs at the least."""

    request: float = 0
    command: float = 0
    letter: float = 0
    row: float = 0

    def of(self, step: Step) -> float:
        requests, commands = step.requests * self.request, step.commands * self.command
        return requests + commands + step.letters * self.letter + step.rows * self.row


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--size", type=int, default=2_900, help="firms (default 2900)")
    size = arguments.parse_args().size
    VAR.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-monday-", dir=VAR))
    folder.chmod(0o711)  # root's PostgreSQL runs as nobody and passes through
    with Supervisor() as supervisor:
        place = place_for_postgres(folder / "postgres")
        supervisor.folders += [place, folder]
        postgres, url = start_postgres(place, keep=False)
        supervisor.add(postgres)
        with empty_machine(folder, url, MONDAY) as machine:
            walk(machine, size)


def walk(machine: Machine, size: int) -> None:
    monday = Monday(machine, size, tell=lambda step: print(f"  {step.name:56} {step.seconds:8.1f} s", flush=True))
    print(f"{size} firms", flush=True)
    monday.walk()
    summary = monday.found["summary"]
    floors = Floors(least_request(machine), least_command(machine), least_letter(machine), least_row(machine))
    print("\n  seconds, floor, ratio")
    for step in monday.steps:
        floor = floors.of(step)
        print(f"  {step.name:56} {step.seconds:8.1f} {floor:8.1f} {step.seconds / floor:6.1f}")
    whole, floor = sum(step.seconds for step in monday.steps), sum(map(floors.of, monday.steps))
    print(f"  {'the whole':56} {whole:8.1f} {floor:8.1f} {whole / floor:6.1f}")
    if (summary["owed"], summary["approved"]) != (size, len(monday.active)):
        raise SystemExit(f"Owed {summary['owed']}, approved {summary['approved']}, filed by {len(monday.active)}.")


def least_request(machine: Machine) -> float:
    def ask(number: int) -> None:
        browser = machine.browser()
        for _ in range(number):
            browser.get("/login/")

    began = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as people:
        list(people.map(ask, [TRIED // AT_ONCE] * AT_ONCE))
    return (time.monotonic() - began) / TRIED


def least_command(machine: Machine) -> float:
    began = time.monotonic()
    machine.manage("first_administrator")
    return time.monotonic() - began


def least_letter(machine: Machine) -> float:
    url, letter = urlsplit(machine.mailbox.url), EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "a@stat.example.cn", "b@firm.example.com", "请激活您的账号"
    letter.set_content("激活" * 300)
    began = time.monotonic()
    for _ in range(TRIED // LETTERS_A_LINE):
        with smtplib.SMTP(url.hostname, url.port) as line:
            for _ in range(LETTERS_A_LINE):
                line.send_message(letter)
    return (time.monotonic() - began) / TRIED


def least_row(machine: Machine) -> float:
    """A firm's month as one line of JSON."""
    cells = json.dumps({f"2010.c{number}": "12345.67" for number in range(30)})
    with psycopg.connect(machine.environment["DATABASE_URL"]) as database:
        database.execute("CREATE TEMPORARY TABLE bare (firm text, period text, cells jsonb)")
        began = time.monotonic()
        with database.cursor().copy("COPY bare FROM STDIN") as copy:
            for number in range(ROWS):
                copy.write_row((str(number), "2025M05", cells))
        return (time.monotonic() - began) / ROWS


if __name__ == "__main__":
    main()
