"""Text no keyboard types, in every field of every address, and in files made of rows that hold it already."""

# ruff: noqa: F811  (fixtures that come from another file)

import io
import logging
import re
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.db import connection
from openpyxl import load_workbook

from accounts import journal
from accounts.form_words import PlainWords
from accounts.models import District, Enterprise, JournalEntry, Letter
from accounts.post.outbox import message_of
from reporting.models import Message
from tests.cast import AT, FREE_CODE
from tests.test_every_url import EDITION, OPEN, PAGES, address, cast, may, stage  # noqa: F401  the fixtures

ROOT = Path(__file__).resolve().parents[2]
ASKED_FOR = re.compile(r"""(?:POST|GET|posted|asked|typed)(?:\.get|\.getlist)?[(\[]"(\w+)\"""")
# What gets past the choices and formats, so that the words beside it come as far as the database.
VALID = {
    "2010.c1": "1", "version": "0", "draft": "1", "email": "wang@example.com", "mobile": "13912345678",
    "phone": "023-63890000", "credit_code": FREE_CODE, "district": "500103", "A34": "1", "A36": "是",
    "A37": "是", "A22": "6513", "joined_on": "2024-01-01", "left_on": "2024-12-31", "since": "2024-06-01",
    "until": "2024-06-13", "then": "publish", "committed": "yes", "granted": "yes", "receipt": "1", "reason_code": "01",
    "cell": "2010.c1", "period": "2024M05", "code": "2024M05", "first": "2024M05", "last": "2024M05", "value": "是",
    "role": "city", "username": "newcomer", "new": "2", "level": "error", "rule": "R604", "fingerprint": "0",
    "page": "9" * 5000, "sort": "rule", "month": "5", "url": "https://www.gov.cn/", "number": "国办发〔2026〕9号",
}  # fmt: skip
HOSTILE = {  # around what is valid, and inside what somebody says
    "control characters": ("\x0b{}\x00\x7f\x85", "文字\x00\x0b\x1f文字"),
    "hidden marks": ("\u202d\ufeff{}\u202c", "文字\u200b文字"),
    "half a surrogate pair": ("{}", "文字\ud800文字"),
    "an escape of Excel": ("{}", "=文字_x0000__x000B_"),
    "more than is kept": ("{}", "长" + "x" * 2999),
    "nothing but it": ("\x00\x0b\u202e\ufeff", "\x00\x0b\u202e\ufeff"),
}
HELD = "=甲\x0b\ufffe_x0000_\u202e乙"  # what a row may hold from before text was cleaned


def subclasses(kind: type) -> set[type]:
    return {below for each in kind.__subclasses__() for below in (each, *subclasses(each))}


@cache
def names_asked_for() -> list[str]:
    """Every name any form or view reads of what is sent."""
    names = {name for form in subclasses(PlainWords) for name in getattr(form, "base_fields", {})}
    for folder in ("accounts", "reporting"):
        for file in (ROOT / folder).rglob("*.py"):
            names |= set(ASKED_FOR.findall(file.read_text()))
    return sorted(names | VALID.keys())


@cache
def sent(around: str, said: str) -> str:
    given = {name: around.format(VALID.get(name, said)) for name in names_asked_for()}
    return urlencode(given, errors="surrogatepass")


@pytest.mark.parametrize("name", PAGES)
def test_no_field_of_any_address_answers_with_a_fault(name, may, cast, client):
    """PostgreSQL refuses NUL, half a pair and what is too long; SQLite keeps it all, so its lane tries two, of one."""
    url, who = address(name, may), PAGES[name].removeprefix("POST ").split()
    roles, kinds = ["", *cast.one_per_role] if OPEN in who else who, list(HOSTILE.values())
    if connection.vendor == "sqlite":
        roles, kinds = roles[:1], [HOSTILE["control characters"], HOSTILE["half a surrogate pair"]]
    for role in roles:
        for hostile in kinds[: None if role in ("", who[0]) else 1]:
            if role:
                client.force_login(cast.one_per_role[role])
            body = sent(*hostile)
            assert client.post(url, body, content_type="application/x-www-form-urlencoded").status_code < 500
            assert PAGES[name].startswith("POST ") or client.get(f"{url}?{body}").status_code < 500
    for entry in JournalEntry.objects.all():
        assert not re.search("[\x00\x0b\x1f\x85\u202d]", f"{entry.subject}{entry.after_in_words}{entry.why}")


@pytest.fixture
def held(may, cast):
    """Rows as they were written before text was cleaned."""
    Enterprise.objects.filter(pk=may.firm.pk).update(name=HELD, contact_name=HELD, address=HELD)
    District.objects.filter(pk=cast.yuzhong.pk).update(name=HELD)
    Message.objects.create(filing=may.filing, text=HELD, by=may.clerk, at=AT)
    # What PostgreSQL refuses in JSON, SQLite keeps.
    facts = HELD if connection.vendor == "postgresql" else f"{HELD}\x00\ud800"
    may.firm.refresh_from_db()
    journal.record(
        by=may.clerk,
        at=AT,
        action="保存",
        subject=HELD,
        enterprise=may.firm,
        before={HELD: facts},
        after=HELD,
        why=HELD,
    )
    return may


@pytest.mark.one_database
@pytest.mark.parametrize("name", PAGES)
def test_every_file_opens_in_spite_of_what_the_record_holds(name, held, cast, client):
    """Also as a page; and nothing in a file is run by the spreadsheet that opens it."""
    who = PAGES[name].removeprefix("POST ").split()
    client.force_login(cast.one_per_role[who[0] if OPEN not in who else "enterprise"])
    addresses = [address(name, held)]
    if name == "export_journal":
        addresses.append(addresses[0].replace(".csv", ".xlsx"))
    for url in addresses:
        answer = client.get(url)
        assert answer.status_code < 500
        content = b"".join(answer) if answer.streaming else answer.content
        if "spreadsheetml" in answer["Content-Type"]:
            for sheet in load_workbook(io.BytesIO(content)):
                formulas = [cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
                assert not [formula for formula in formulas if "甲" in str(formula)]
        elif "csv" in answer["Content-Type"]:
            assert "\x0b" not in content.decode("utf-8-sig")
            assert not re.search('(^|[,"])=', content.decode("utf-8-sig"))


def test_the_journal_shows_what_a_text_held_but_for_what_no_file_can(held, cast, client):
    client.force_login(cast.zhou_tao)
    book = load_workbook(io.BytesIO(client.get("/journal/export.xlsx").content))
    whys = [row[10].value for row in book.active.iter_rows(min_row=2)]
    assert "=甲\n_x005F_x0000_\u202e乙" in whys  # as Excel writes and reads the six characters _x0000_


def test_a_letter_is_written_in_spite_of_what_its_facts_hold(held):
    letter = Letter.objects.filter(enterprise=held.firm).first()
    letter.subject, letter.facts = HELD, {**letter.facts, "firm": f"{HELD}\ud800"}
    message = message_of(letter).message()
    assert message.as_bytes()
    assert "\x0b" not in str(message["Subject"])


def test_an_address_with_nul_is_not_there(client, cast):
    for url in ("/filings/2024M05%00/", "/verify/%00", "/a%00b/"):
        assert client.get(url).status_code == 404
    client.force_login(cast.zhou_tao)
    assert client.get("/city/periods/2024M05%00/").status_code == 404


@pytest.mark.parametrize("charset", ["hex", "utf-7", "utf-16", "gb18030", "undefined", "nonsense"])
def test_a_body_in_a_strange_charset_is_a_bad_request(client, db, charset):
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=b"):
        body = b'--b\r\nContent-Disposition: form-data; name="username"\r\n\r\nx\r\n--b--\r\n'
        assert client.generic("POST", "/login/", body, f"{kind}; charset={charset}").status_code == 400


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8"])
def test_a_browser_that_names_our_own_charset_is_understood(client, cast, charset):
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    assert client.post("/login/", "username=x&password=y", content_type=kind).status_code == 200


def test_a_refusal_is_one_line_in_the_log(client, cast, monkeypatch):
    console = next(handler for handler in logging.getLogger().handlers if handler.name == "console")
    monkeypatch.setattr(console, "stream", log := io.StringIO())
    client.force_login(cast.one_per_role["enterprise"])
    assert client.get("/users/").status_code == 403
    assert client.get("/login/", CONTENT_TYPE="text/plain; charset=hex").status_code == 400
    assert len(log.getvalue().splitlines()) == 2
    assert "/users/" in log.getvalue()


def test_every_file_is_written_through_the_one_writer():
    writers = re.compile(r"import csv\b|xlsxwriter\.Workbook\(|WriteOnlyCell\(|\bcsv\.(Dict)?[wW]riter")
    strangers = {
        str(file.relative_to(ROOT)): found[0]
        for folder in ("accounts", "forms_tables", "reporting")
        for file in (ROOT / folder).rglob("*.py")
        if (found := writers.search(file.read_text())) and file != ROOT / "reporting/calendar/files.py"  # reads a CSV
    }
    assert strangers == {}
