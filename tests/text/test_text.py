"""Text from outside is cleaned once where it comes in: forms, worksheets, mail."""

import io
from decimal import Decimal

import pytest
from django import forms
from django.db import connection
from openpyxl import Workbook, load_workbook

from accounts.backends import as_typed_plainly
from accounts.form_words import NameField, PlainForm
from accounts.models import Enterprise, Residence
from accounts.post import returned
from forms_tables.edition import credit_code
from forms_tables.filling.parsing import Problem
from reporting.register.imports import importing
from reporting.workflow.guards import Refused, person, said_something
from tests.cast import AT, FREE_CODE
from tests.filling.test_parsing import read as read_cell
from tests.register.test_register_import import NEW, known, workbook
from tests.workbooks.test_workbooks import read, template
from text.incoming import hidden_mark, of_cell, without_control, without_hidden
from text.writing import FORMULA_SIGNS, text_cell, write_csv


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("一\x0b二\x85三\u2028四", "一\n二\n三\n四"),
        ("\x00a\x1fb\x7fc\x9fd", "abcd"),
        ("a\ud800b\udfffc\ufffe\uffff", "abc"),
        ("行\t一\r\n二", "行\t一\r\n二"),
        ("名\u202e字", "名\u202e字"),
    ],
)
def test_no_control_character_comes_in(text, clean):
    assert without_control(text) == clean


def test_no_hidden_mark_is_left_where_none_is_meant():
    directions = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    marks = f"{directions}\xad\u180e\u200b\u200c\u200d\u2060\ufeff"
    assert without_hidden(marks.join("215.5")) == "215.5"
    assert all(hidden_mark(f"重庆{mark}软件") for mark in marks)
    assert not hidden_mark("重庆（软件）Ｃo., Ltd — 𠮷")


@pytest.mark.parametrize(
    ("text", "clean"),
    [("a_x000B_b", "a\nb"), ("a_x0000_b_xD800_", "ab"), ("_x000D_\n", "\r\n"), ("_x005F_x0000_", "_x0000_")],
)
def test_an_escape_of_a_worksheet_is_the_character_it_stands_for(text, clean):
    assert of_cell(text) == clean


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@a", "_x0041_", "a\x0bb", "#N/A", "a\ud800", "0012"])
def test_what_is_written_is_read_back_as_text(text):
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append([text_cell(sheet, text)])
    out = io.BytesIO()
    book.save(out)
    cell = load_workbook(out).active["A1"]
    assert cell.data_type == "s" or cell.data_type == "inlineStr"
    assert of_cell(cell.value) == without_control(text)
    assert cell.quotePrefix == text.startswith(FORMULA_SIGNS)


def test_a_csv_runs_nothing_and_holds_nothing_strange():
    assert write_csv([["=1", "a\x00b", "甲\ud800"]]).decode("utf-8-sig") == "'=1,ab,甲\r\n"


# Figures, codes, names


def test_a_figure_as_a_calculator_copies_it_is_read():
    assert read_cell("2010.c1", "\u202d215.5\u202c") == Decimal("215.5")
    assert read_cell("2010.c1", "\ufeff1,2\u200b34\x0b") == Decimal("1234")


def test_a_workbook_with_such_a_figure_is_read():
    book = load_workbook(io.BytesIO(template()))
    sheet = book["软统企6"]
    place = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "2010")
    sheet.cell(place.row, 4).value = "\u202d215.5\u202c"
    out = io.BytesIO()
    book.save(out)
    assert read_cell("2010.c1", read(out.getvalue()).cells["2010.c1"]) == Decimal("215.5")


def test_a_name_with_a_hidden_mark_is_refused_with_its_place():
    problem = read_cell("A03.v", "重庆\u202e软件公司")
    assert isinstance(problem, Problem)
    assert "第 3 个字符（“重庆”之后）是看不见的改变书写方向的标记（U+202E），请删去后手工重新输入" in problem.problem


def test_a_code_and_a_name_to_sign_in_with_lose_what_cannot_be_seen():
    assert credit_code.normalise(f"\u202d{FREE_CODE.lower()}\u202c\u200b") == FREE_CODE
    assert as_typed_plainly("\ufeff138 0000 0000\u202c") == "13800000000"


class Card(PlainForm):
    name = NameField(label="姓名")
    why = forms.CharField(widget=forms.Textarea)
    day = forms.DateField()
    count = forms.IntegerField()


def test_a_form_takes_marks_away_but_in_names():
    typed = {
        "name": "王\n芳",
        "why": "一\u202e\n二",
        "day": "\u202d2024-06-01\u202c",
        "count": "\ufeff7",
    }
    card = Card(typed)
    assert card.is_valid(), card.errors
    assert card.cleaned_data["name"] == "王 芳"
    assert card.cleaned_data["why"] == "一\n二"
    assert card.cleaned_data["count"] == 7
    assert Card({**typed, "name": "王\u202e芳"}).errors["name"] == [
        "姓名里，第 2 个字符（“王”之后）是看不见的改变书写方向的标记（U+202E），请删去后手工重新输入。"
    ]


def test_what_somebody_says_is_what_can_be_seen_of_it():
    assert said_something("\u202e正常\u200b", "请说明。") == "正常"
    with pytest.raises(Refused, match="请说明"):
        said_something("\u202e\ufeff ", "请说明。")
    with pytest.raises(Refused, match="单位负责人姓名里，第 2 个字符（“王”之后）"):
        person("王\u200b芳", "单位负责人姓名")


# The register


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["单位详细名称", "联系人", "报送区县", "行业代码", "手机", "邮箱"])
@pytest.mark.parametrize("hostile", ["_x0000_", "_x000B_", "\u202d", "_xD800_", "长" * 300, "a" * 64 + "." + "b" * 300])
def test_what_passes_the_dry_run_is_stored(cast, column, hostile):
    row = NEW | {column: f"{NEW[column]}{hostile}"}
    how = {"by": cast.zhou_tao, "at": AT}
    tried = importing.try_import(workbook(row), "名录.xlsx", **how)
    assert not Enterprise.objects.filter(contact_name=NEW["联系人"]).exists()
    done = importing.import_register(workbook(row), "名录.xlsx", **how)
    assert (tried.new, tried.problems) == (done.new, done.problems)
    assert Enterprise.objects.filter(credit_code=FREE_CODE).count() == done.new
    if hostile == "_x0000_":
        assert done.is_clean
        assert "\x00" not in Enterprise.objects.get(credit_code=FREE_CODE).name


@pytest.mark.django_db
def test_a_long_address_is_refused_in_the_dry_run_on_both_databases(cast):
    """SQLite would store it, PostgreSQL would not."""
    mail = f"{'a' * 60}@{'.'.join(['b' * 60] * 4)}.cn"
    tried = importing.try_import(workbook(known(cast.yuntu, 邮箱=mail)), "名录.xlsx", by=cast.zhou_tao, at=AT)
    assert [problem.column for problem in tried.problems] == ["邮箱"], connection.vendor


@pytest.mark.django_db
def test_the_dry_run_is_the_import_itself(cast, monkeypatch):
    """Whatever the import stumbles over, the dry run has stumbled over before."""

    def stumble(*args, **kwargs):
        raise ArithmeticError

    monkeypatch.setattr(Residence.objects, "bulk_create", stumble)  # the last but one thing that is stored
    with pytest.raises(ArithmeticError):
        importing.try_import(workbook(NEW), "名录.xlsx", by=cast.zhou_tao, at=AT)


# Mail


def test_a_bounce_in_bytes_of_no_charset_is_kept_as_it_can_be():
    report = (
        b"From: MAILER-DAEMON@mx.example\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        b"Reporting-MTA: dns; mx.example\r\n\r\n"
        b"Final-Recipient: rfc822; wang@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        b"Diagnostic-Code: smtp; 550 \xd3\xca\xcf\xe4\x00\x0b\xe4\xb8\r\n\r\n--b--\r\n"
    )
    bounce = returned.read(report)
    assert isinstance(bounce, returned.Bounce), bounce
    assert bounce.words.encode("utf-8")
    assert bounce.words == without_hidden(bounce.words)
