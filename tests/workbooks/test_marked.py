"""A firm's own workbook handed back with the cells marked that were refused or may be a mistake."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts import clock
from reporting import workflow
from tests.cast import AT, Cast
from tests.may import CLEAN_MAY, make_may
from tests.officials import sign_in
from tests.reading import markup_of, words_on
from tests.workbooks import bad_workbooks as bad
from tests.workbooks.uploading import TICKET, confirm, handed_out, upload

pytestmark = pytest.mark.django_db
MAY, TABLE = "2024M05", "软统企6"
RED, YELLOW = "FFF8CBC6", "FFFFE699"


@pytest.fixture
def may(cast: Cast, monkeypatch, settings, tmp_path):
    monkeypatch.setattr(clock, "now", lambda: AT + timedelta(minutes=5))
    settings.MEDIA_ROOT = tmp_path
    may = make_may(cast)
    may.page = sign_in(cast.li_na)
    return may


def save(may, cells):
    sheet = may.filing.sheets.filter(table=TABLE).first()
    return workflow.save_sheet(may.filing, TABLE, cells, sheet.version if sheet else 0, may.clerk, AT)


def ticket_of(answer, status: int) -> str:
    return TICKET.search(markup_of(answer, status)).group(1)


def ask(client, ticket: str, period: str = MAY):
    return client.post(reverse("marked_workbook", args=[period]), {"ticket": ticket})


def marked(client, answer, status: int = 200):
    """The sheet of the file that is handed back."""
    handed = ask(client, ticket_of(answer, status))
    assert handed.status_code == 200 and "attachment" in handed["Content-Disposition"]
    return load_workbook(BytesIO(b"".join(handed.streaming_content)))[TABLE]


def marks_on(sheet) -> dict[str, tuple[str, str]]:
    """The cells that are marked: their colour and what is said."""
    return {
        cell.coordinate: (cell.fill.fgColor.rgb, cell.comment.text)
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment and cell.fill.fgColor.rgb in (RED, YELLOW)
    }


def place(content: bytes, name: str) -> str:
    return bad.cell_of(load_workbook(BytesIO(content))[TABLE], name).coordinate


def test_what_was_refused_is_red_with_its_sentence(may):
    content = bad.filled(handed_out(may.filing), TABLE, {"2010.c1": "约100", "2051.c1": "=1+1", "2090.c1": 3})
    answer = upload(may.page, MAY, content)
    assert "下载标出的工作簿" in words_on(answer, 422) and "涂成红色" in words_on(answer, 422)
    found = marks_on(marked(may.page, answer, 422))
    first, second = place(content, "2010.c1"), place(content, "2051.c1")
    assert set(found) == {first, second}
    assert found[first][0] == RED and "“约100”" in found[first][1]
    assert found[second][0] == RED and "是公式“=1+1”" in found[second][1]


def test_a_figure_beside_a_row_without_a_code_is_marked_where_it_stands(may):
    content = bad.changed(handed_out(may.filing), lambda book: book[TABLE].__setitem__("D60", 7))
    answer = upload(may.page, MAY, content)
    assert marks_on(marked(may.page, answer, 422))["D60"][0] == RED


def test_a_sheet_that_is_wrong_as_a_whole_is_marked_at_its_top(may):
    def take_the_keys(book):
        for row in book[TABLE].iter_rows():
            for cell in row:
                if cell.value == "code":
                    cell.value = None

    answer = upload(may.page, MAY, bad.changed(handed_out(may.filing), take_the_keys))
    assert "找不到栏次标识行" in marks_on(marked(may.page, answer, 422))["A1"][1]


def test_what_may_be_a_mistake_is_yellow(may):
    save(may, CLEAN_MAY)
    content = bad.filled(handed_out(may.filing), TABLE, {"2010.c1": 1200, "2051.c1": None, "2020.c1": 950})
    answer = upload(may.page, MAY, content)
    found = marks_on(marked(may.page, answer))
    blanked, computed = place(content, "2051.c1"), place(content, "2020.c1")
    assert set(found) == {blanked, computed}  # what is only changed is no doubt
    assert found[blanked] == (YELLOW, "存入后草稿里的“20”将被清空。")
    assert found[computed][0] == YELLOW and "不采用工作簿里的“950”" in found[computed][1]


def test_where_nothing_is_in_doubt_no_file_is_offered(may):
    answer = upload(may.page, MAY, bad.filled(handed_out(may.filing), TABLE, {"2010.c1": 1200}))
    assert "下载标出的工作簿" not in words_on(answer)


def test_the_file_is_as_it_was_beside_the_marks(may):
    def note(book):
        book[TABLE]["J3"], book[TABLE].column_dimensions["J"].width = "我的备忘", 33
        book.create_sheet("底稿")["B2"] = "=1+1"
        bad.cell_of(book[TABLE], "2010.c1").value = "约100"

    content = bad.changed(handed_out(may.filing), note)
    sheet = marked(may.page, upload(may.page, MAY, content), 422)
    assert sheet["J3"].value == "我的备忘" and sheet.column_dimensions["J"].width == 33
    assert sheet.parent["底稿"]["B2"].value == "=1+1"
    assert bad.cell_of(sheet, "2010.c1").number_format == "#,##0.00"


def test_a_marked_file_that_was_mended_is_read_and_stored(may):
    content = bad.filled(handed_out(may.filing), TABLE, {"2010.c1": "约100"})
    answer = ask(may.page, ticket_of(upload(may.page, MAY, content), 422))
    mended = bad.filled(b"".join(answer.streaming_content), TABLE, {"2010.c1": 100})
    confirm(may.page, MAY, ticket_of(upload(may.page, MAY, mended), 200))
    assert may.filing.sheets.get(table=TABLE).cells == {"2010.c1": "100"}


def test_it_is_handed_to_nobody_else_and_changes_nothing(may, cast):
    ticket = ticket_of(upload(may.page, MAY, bad.filled(handed_out(may.filing), TABLE, {"2010.c1": "约100"})), 422)
    refused = sign_in(cast.wang_lei).post(reverse("marked_workbook", args=[MAY]), {"ticket": ticket}, follow=True)
    assert "不是您做的" in words_on(refused)
    gone = may.page.post(reverse("marked_workbook", args=[MAY]), {"ticket": "x"}, follow=True)
    assert "只保留 2 小时" in words_on(gone)
    assert ask(may.page, ticket).status_code == ask(may.page, ticket).status_code == 200  # a second press is the same
    assert not may.filing.sheets.exists()
