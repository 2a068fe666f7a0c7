"""A demonstration city has one clock: its day goes on from where it began, and nothing shown is by the machine's."""

import ast
import smtplib
from datetime import date, datetime, timedelta
from email import message_from_bytes
from io import BytesIO

import pytest
from django.core.management import call_command
from openpyxl import load_workbook

from accounts import clock, journal
from accounts.clock import SHANGHAI
from accounts.models import DeadAddress, Installation, JournalEntry, Letter
from accounts.post import outbox
from accounts.post.letters import compose, post
from reporting.demo import city
from reporting.models import PublishedEdition
from tests.may import make_may
from tests.officials import sign_in
from tests.reading import words_on
from tests.test_structure import LAYERS, ROOT, sources

LATE = datetime(2026, 11, 23, 23, 59, 59, 900_000, SHANGHAI)  # when the machine's day ends


@pytest.fixture
def machine(db, monkeypatch):
    """Sets the machine's clock; the demonstration is made under it the first time."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr(clock, "real_now", lambda: moment)
        monkeypatch.setattr(city, "real_now", lambda: moment)
        city.be_the_demonstration()

    return set_to


def test_the_demonstration_goes_on_past_midnight(machine):
    machine(LATE)
    assert clock.now() == datetime(2024, 6, 6, 23, 59, 59, 900_000, SHANGHAI)
    before = journal.record(by=None, at=clock.now(), action="前")
    machine(LATE + timedelta(seconds=1))
    assert clock.today() == date(2024, 6, 7)
    after = journal.record(by=None, at=clock.now(), action="后")
    assert after.at - before.at == timedelta(seconds=1)
    assert [entry.action for entry in JournalEntry.objects.order_by("at")] == ["前", "后"]


def test_a_start_on_a_later_day_does_not_set_the_clock_back(machine):
    machine(LATE)
    machine(LATE + timedelta(days=3))
    assert clock.today() == date(2024, 6, 9)


def test_a_real_office_has_the_machines_clock(db, monkeypatch):
    monkeypatch.setattr(clock, "real_now", lambda: LATE)
    assert clock.now() == LATE and clock.shown(LATE) == LATE


def test_the_editions_of_a_demonstration_are_published_by_its_clock(machine):
    machine(LATE)
    call_command("load_edition", verbosity=0)
    moments = [*PublishedEdition.objects.values_list("published_at"), *JournalEntry.objects.values_list("at")]
    assert moments and {at.astimezone(SHANGHAI).date() for (at,) in moments} == {city.DEMO_DAY}


def test_what_is_shown_of_a_letter_is_by_the_offices_clock(machine, settings, monkeypatch):
    machine(LATE)
    handed = []

    class Line:
        open = close = staticmethod(lambda: None)
        send_messages = staticmethod(handed.extend)

    monkeypatch.setattr(outbox, "get_connection", Line)
    facts = {"username": "u", "name": "李娜", "at": "2024-06-06 23:59"}
    post([compose("password_changed", "您的密码已修改", facts, "a@example.cn", key="k", at=clock.now())])
    outbox.send(outbox.claim(1, clock.real_now()), clock.real_now)
    letter = Letter.objects.get()
    assert letter.state == Letter.State.SENT and letter.sent_at == clock.now()
    dated = message_from_bytes(handed[0].message().as_bytes())["Date"]
    assert dated == "Thu, 06 Jun 2024 15:59:59 +0000"


def test_a_refused_address_is_noticed_by_the_offices_clock(machine, monkeypatch):
    machine(LATE)

    class Line:
        open = close = staticmethod(lambda: None)

        def send_messages(self, messages):
            raise smtplib.SMTPRecipientsRefused({"a@example.cn": (550, b"5.1.1 User unknown")})

    monkeypatch.setattr(outbox, "get_connection", Line)
    facts = {"username": "u", "name": "李娜", "at": "2024-06-06 23:59"}
    post([compose("password_changed", "您的密码已修改", facts, "a@example.cn", key="k", at=clock.now())])
    outbox.send(outbox.claim(1, clock.real_now()), clock.real_now)
    assert DeadAddress.objects.get().noticed_at == clock.now()


def test_a_sign_in_is_noted_by_the_offices_clock(machine, cast, client):
    machine(LATE)
    cast.li_na.set_password("Tongji-2024-zhibao")
    cast.li_na.save()
    answer = client.post("/login/", {"username": cast.li_na.username, "password": "Tongji-2024-zhibao"})
    cast.li_na.refresh_from_db()
    assert answer.status_code == 302 and cast.li_na.last_login == clock.now()


def test_every_page_of_a_demonstration_names_the_day_its_clock_has(machine, client):
    machine(LATE)
    machine(LATE + timedelta(seconds=1))
    assert "2024年6月7日" in words_on(client.get("/login/"))
    assert Installation.current().demo_day == city.DEMO_DAY  # where it began


@pytest.mark.parametrize(
    "path",
    [
        "/journal/export.xlsx", "/firms/export.xlsx", "/firms/template.xlsx",
        "/outstanding/2024M05.xlsx", "/league/2024M05.xlsx", "/recheck/2024M05.xlsx", "/city/totals/2024M05.xlsx",
    ],
)  # fmt: skip
def test_no_workbook_carries_the_machines_day(machine, cast, path):
    machine(LATE)
    may = make_may(cast)
    answer = sign_in(may.city).get(path)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code == 200, path
    properties = load_workbook(BytesIO(content)).properties
    dated = {moment.date() for moment in (properties.created, properties.modified) if moment}
    assert dated == {city.DEMO_DAY}


def test_only_the_machinery_asks_the_machines_clock():
    asking = {
        str(file.relative_to(ROOT))
        for file in sources(*LAYERS)
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute | ast.Name) and "real_now" in ast.unparse(node)
    }
    views = {
        "reporting/editions/views/rehearsal.py",
        "reporting/register/views/imports.py",
        "reporting/history/views/imports.py",
        "reporting/exports/views/asking.py",
        "reporting/exports/views/waiting.py",
    }
    tasks = {f"reporting/{room}/tasks.py" for room in ("editions", "register", "history", "exports")}
    leases = {"accounts/post/tasks.py", "accounts/management/commands/bounces.py", *tasks, *views}
    begins_a_city = {"reporting/demo/city.py", "config/management/commands/prepare_real.py"}
    assert asking == {"accounts/clock.py", *begins_a_city, *leases}


def test_no_field_stamps_itself():
    for file in sources(*LAYERS):
        assert "auto_now" not in file.read_text(), file.relative_to(ROOT)
