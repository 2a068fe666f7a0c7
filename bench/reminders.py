"""Reminders to a whole city: who is due, how fast two workers send, and what ten killed workers lose or repeat.

    python bench/reminders.py --size 40000

Starts PostgreSQL (on disk, with fsync), Valkey and a mail server of its own on loopback, and two real workers. Every
tenth firm has submitted and must get nothing. The floor is one connection that is given the same letters in a bare
loop, with no record of any; ratios to it compare machines and versions, letters per second do not.
"""

import argparse
import multiprocessing
import os
import signal
import smtplib
import sys
import tempfile
import time
from collections import Counter
from datetime import date, datetime
from email import message_from_bytes
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from launch.servers import free_port, place_for_postgres, start_postgres, start_valkey  # noqa: E402
from launch.supervision import Supervisor, start  # noqa: E402

DEMO_DAYS = {"quiet": date(2024, 6, 5), "killed": date(2024, 6, 7)}  # four and two working days before 12 June
KILLS = 10
COUNTED = 500  # letters over which queries are counted


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--size", type=int, default=40_000, help="firms that owe (default 40000)")
    size = arguments.parse_args().size
    folder = Path(tempfile.mkdtemp(prefix="bench-reminders-"))
    with Supervisor() as supervisor:
        supervisor.folders += [folder]
        place = place_for_postgres(folder / "postgres")
        supervisor.folders += [place]
        postgres, os.environ["DATABASE_URL"] = start_postgres(place)
        supervisor.add(postgres)
        valkey, os.environ["REDIS_URL"] = start_valkey(folder / "valkey")
        supervisor.add(valkey)
        mail = MailServer(folder / "received")
        os.environ |= {"EMAIL_URL": f"smtp://127.0.0.1:{mail.port}", "VAR_DIR": str(folder), "LETTER_LEASE": "5"}
        os.environ["MAIL_PACE"] = "1000000"  # all letters go to one domain here, and how fast they can is what is asked
        try:
            measure(size, mail, folder, supervisor)
        finally:
            mail.stop()


class MailServer:
    """Real SMTP in a process of its own; what it accepted is a line in a file: Message-ID, address, repeat or not."""

    def __init__(self, received: Path) -> None:
        self.received, self.port = received, free_port()
        received.touch()
        self.process = multiprocessing.get_context("spawn").Process(target=serve, args=(self.port, received))
        self.process.start()
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                smtplib.SMTP("127.0.0.1", self.port).quit()
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("The mail server did not start.")

    def letters(self) -> list[list[str]]:
        return [line.split("\t") for line in self.received.read_text().splitlines()]

    def forget(self) -> None:
        self.received.write_text("")

    def stop(self) -> None:
        self.process.terminate()
        self.process.join()


def serve(port: int, received: Path) -> None:
    from aiosmtpd.controller import Controller

    class Keep:
        async def handle_DATA(self, server, session, envelope):  # noqa: N802  (aiosmtpd's name)
            letter = message_from_bytes(envelope.content)
            repeat = "repeat" if letter["X-Possible-Repeat"] else "first"
            with open(received, "a") as file:
                file.write(f"{letter['Message-ID']}\t{envelope.rcpt_tos[0]}\t{repeat}\n")
            return "250 OK"

    controller = Controller(Keep(), hostname="127.0.0.1", port=port)
    controller.start()
    signal.sigwait([signal.SIGTERM])
    controller.stop()


def measure(size: int, mail: MailServer, folder: Path, supervisor: Supervisor) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    fill(size)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(
        f"{size} firms owe 2024M05, {size // 9} more have submitted; PostgreSQL with fsync, two workers, loopback SMTP"
    )
    compute(DEMO_DAYS["quiet"])
    queries = queries_per_letter(min(COUNTED, size // 2))
    floor = bare_loop(mail, min(2_000, size))
    mail.forget()

    repeats = report("without kills", *send_all(folder, supervisor, kills=0), floor, mail)
    print(f"  database queries per letter    {queries:8.2f}")
    if repeats:
        raise SystemExit("A letter was sent twice although no worker was killed.")

    mail.forget()
    written = compute(DEMO_DAYS["killed"])
    kills = min(KILLS, written // 20)
    report(f"with {kills} kills (SIGKILL)", *send_all(folder, supervisor, kills), floor, mail)


def fill(size: int) -> None:
    from django.contrib.auth.hashers import make_password

    from accounts.models import District, Enterprise, Installation, User
    from forms_tables.edition.periods import PeriodCode
    from reporting.models import Filing, Period, State
    from reporting.workflow.period import store_deadlines

    Installation.objects.create(pk=1, is_demo=True, demo_day=DEMO_DAYS["quiet"])
    code = PeriodCode.parse("2024M05")
    district = District.objects.create(code="500103", name="渝中区", kind="区")
    period = Period.objects.create(code=code.code, edition_code="chongqing-2024", opens_on=date(2024, 6, 1))
    store_deadlines(period)
    whole = size + size // 9
    firms = Enterprise.objects.bulk_create(
        [
            Enterprise(credit_code=f"9150{n:014d}", name=f"重庆第{n}软件有限公司", joined_on=date(2020, 1, 1))
            for n in range(whole)
        ],
        batch_size=1000,
    )
    User.objects.bulk_create(
        [
            User(username=firm.credit_code, role="enterprise", enterprise=firm, name="统计员", password="!")
            for firm in firms
        ],
        batch_size=1000,
    )
    opened = make_password("nobody signs in")  # whoever never opened their account gets an activation instead
    User.objects.filter(role="enterprise").update(email=mail_of(), password=opened)
    Filing.objects.bulk_create(
        [
            Filing(
                enterprise=firm,
                period=period,
                district=district,
                state=State.NOT_STARTED if n < size else State.SUBMITTED,
            )
            for n, firm in enumerate(firms)
        ],
        batch_size=1000,
    )


def mail_of():
    from django.db.models import F, Value
    from django.db.models.functions import Concat

    return Concat(Value("firm"), F("username"), Value("@example.cn"))


def compute(day: date) -> int:
    """The daily computation: who is due, then their letters written; and once more, when there is nothing to write."""
    from accounts.clock import SHANGHAI
    from accounts.models import Installation, Letter
    from reporting.letters.schedule import in_force, schedule
    from reporting.models import Period, calendar_in_force
    from reporting.reminders import planner

    Installation.objects.update(demo_day=day)
    at = datetime(day.year, day.month, day.day, 10, tzinfo=SHANGHAI)
    period = Period.objects.get()
    due = period.enterprise_deadline.date
    begun = time.perf_counter()
    reminder_time = in_force(schedule(), planner.moment_of_opening(period), due, at, calendar_in_force())
    found = planner.to_remind(period, due, reminder_time)
    print(f"{reminder_time.name}: who is due             {time.perf_counter() - begun:8.2f} s for {len(found)} firms")
    before, begun = Letter.objects.count(), time.perf_counter()
    hold_back(lambda: planner.plan(at))
    written = Letter.objects.count() - before
    print(f"  writing their letters          {time.perf_counter() - begun:8.2f} s for {written} letters")
    begun = time.perf_counter()
    planner.plan(at)
    again = Letter.objects.count() - before - written
    print(f"  asking again                   {time.perf_counter() - begun:8.2f} s for {again} letters")
    return written


def hold_back(change) -> None:
    """Write without waking the workers, so that writing and sending are measured apart."""
    from accounts.post import letters

    wake, letters.send_letters.delay = letters.send_letters.delay, lambda: None
    try:
        change()
    finally:
        letters.send_letters.delay = wake


def queries_per_letter(number: int) -> float:
    """Counted in this process, with the same code as the workers'."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from accounts import clock
    from accounts.post import outbox

    with CaptureQueriesContext(connection) as captured:
        done = 0
        while done < number:
            batch = outbox.claim(outbox.BATCH, clock.real_now())
            outbox.send(batch, clock.real_now)
            done += len(batch)
    return len(captured) / done


def bare_loop(mail: MailServer, number: int) -> float:
    """Letters per second over one connection by a loop that writes and sends and records nothing."""
    from django.core.mail import get_connection

    from accounts.models import Letter
    from accounts.post import outbox

    letters = list(Letter.objects.order_by("pk")[:number])
    connection = get_connection()
    connection.open()
    begun = time.perf_counter()
    for letter in letters:
        connection.send_messages([outbox.message_of(letter)])
    seconds = time.perf_counter() - begun
    connection.close()
    return len(letters) / seconds


def send_all(folder: Path, supervisor: Supervisor, kills: int) -> tuple[set[str], float]:
    """Let two workers send everything, killing one after each further eleventh; the beat is hastened to a second.
    Returns the Message-IDs of what there was to send, and the seconds."""
    from accounts.models import Letter
    from accounts.post.tasks import send_letters

    waiting = Letter.objects.exclude(state=Letter.State.SENT)
    wanted = set(waiting.values_list("message_id", flat=True))
    whole = len(wanted)
    workers = [start_worker(folder, supervisor) for _ in range(2)]
    time.sleep(5)  # they are up before the clock runs
    begun, killed, last_beat = time.perf_counter(), 0, 0.0
    while left := waiting.count():
        if time.monotonic() - last_beat > 1:
            send_letters.delay()
            last_beat = time.monotonic()
        if killed < kills and whole - left >= whole * (killed + 1) // (kills + 1):
            victim = workers.pop(0)
            os.kill(victim.process.pid, signal.SIGKILL)
            victim.process.wait()
            supervisor.children.remove(victim)
            workers.append(start_worker(folder, supervisor))
            killed += 1
        time.sleep(0.1)
    seconds = time.perf_counter() - begun
    for worker in workers:
        worker.stop()
        supervisor.children.remove(worker)
    return wanted, seconds


def start_worker(folder: Path, supervisor: Supervisor):
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--pool", "solo", "--loglevel", "WARNING"]
    with open(folder / "workers.log", "a") as log:
        return supervisor.add(start("worker", command, dict(os.environ), stdout=log, stderr=log))


def report(title: str, wanted: set[str], seconds: float, floor: float, mail: MailServer) -> int:
    """Print what was measured, and return how many letters arrived more than once."""
    from accounts.models import Letter
    from reporting.models import Filing, State

    rate = len(wanted) / seconds
    received = mail.letters()
    times = Counter(message_id for message_id, _, _ in received)
    repeated = {message_id for message_id, count in times.items() if count > 1}
    doubtful = set(Letter.objects.filter(doubtful=True).values_list("message_id", flat=True))
    marked = {message_id for message_id, _, repeat in received if repeat == "repeat"}
    submitted = Filing.objects.filter(state=State.SUBMITTED).values_list("enterprise__users__email", flat=True)
    spared = set(submitted) & {address for _, address, _ in received}
    print(title)
    print(f"  letters per second            {rate:8.0f}  ({len(wanted)} in {seconds:.0f} s)")
    print(f"  against a bare loop           {rate / floor:8.2f}  (one connection: {floor:.0f} per second)")
    print(
        f"  sent more than once            {len(repeated):8}  of these not marked doubtful: {len(repeated - doubtful)}"
    )
    print(f"  marked doubtful                {len(doubtful):8}  with the mark in the letter: {len(marked)}")
    missing = wanted - set(times)
    print(f"  missing                       {len(missing):8}")
    print(f"  sent to firms that submitted   {len(spared):8}")
    if repeated - doubtful or missing or spared:
        raise SystemExit("A letter is missing, was repeated without a mark, or went to a firm that had submitted.")
    return len(repeated)


if __name__ == "__main__":
    main()
