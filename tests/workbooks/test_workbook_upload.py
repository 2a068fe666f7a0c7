"""The page between an uploaded workbook and the drafts: what it shows, and that 确认存入 stores just that."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from openpyxl import load_workbook

from accounts import clock
from accounts.models import Enterprise, JournalEntry
from reporting import workflow
from reporting.filing.judging import judge
from reporting.models import Filing, State
from reporting.pages import uploads
from reporting.workbooks.upload import Moved, StoredAlready, store_workbook
from tests.cast import AT, Cast, assemble
from tests.may import CLEAN_MAY, fresh, make_may, open_period
from tests.officials import sign_in
from tests.reading import markup_of, words_on
from tests.workbooks import bad_workbooks as bad
from tests.workbooks.uploading import compare, confirm, handed_out, ticket_on, upload, upload_and_confirm
from tests.workflow.test_locks import while_another

pytestmark = pytest.mark.django_db
MAY, TABLE = "2024M05", "软统企6"
LATER = AT + timedelta(minutes=5)


@pytest.fixture
def may(cast: Cast, monkeypatch, settings, tmp_path):
    monkeypatch.setattr(clock, "now", lambda: LATER)
    settings.MEDIA_ROOT = tmp_path
    may = make_may(cast)
    may.page = sign_in(cast.li_na)
    return may


def save(may, cells, by=None, at=AT, table=TABLE):
    sheet = may.filing.sheets.filter(table=table).first()
    return workflow.save_sheet(may.filing, table, cells, sheet.version if sheet else 0, by or may.clerk, at)


def drafts(may) -> dict[str, str]:
    return {key: text for sheet in may.filing.sheets.all() for key, text in sheet.cells.items()}


def filled(may, values) -> bytes:
    return bad.filled(handed_out(may.filing), TABLE, values)


def numbers(cells) -> dict[str, float]:
    return {key: float(text) for key, text in cells.items()}


def kept_files() -> list[str]:
    return default_storage.listdir("django-import-export")[1] if default_storage.exists("django-import-export") else []


# What the page shows


def test_it_shows_what_would_change_and_stores_nothing(may):
    save(may, CLEAN_MAY)
    page = words_on(upload(may.page, MAY, filled(may, {"2010.c1": 1234567.5, "2080.c1": None})))
    assert "五月.xlsx · 还没有存入，请核对 2 格" in page and "草稿现在还没有动" in page
    assert "2010 主营业务收入 本年本期累计 （万元） D" in page and "1,000.00 1,234,567.50" in page
    assert drafts(may) == CLEAN_MAY


def test_a_cell_that_would_be_blanked_stands_out_before_the_others(may):
    save(may, CLEAN_MAY)
    page = words_on(upload(may.page, MAY, filled(may, {"2010.c1": 1100, "2080.c1": None, "2090.c1": None})))
    assert "将被清空（2 格）" in page and "存入后变为空白" in page
    assert "300.00 （空白）" in page
    assert page.index("将被清空（2 格）") < page.index("改动（1 格）")


def test_it_counts_by_table_and_kind_and_folds_what_is_new(may):
    answer = upload(may.page, MAY, filled(may, numbers(CLEAN_MAY)))
    page = words_on(answer)
    assert f"还没有存入，请核对 {len(CLEAN_MAY)} 格" in page and f"新填（{len(CLEAN_MAY)} 格）" in page
    assert f"软统企6 软件和信息技术服务业企业月报表 {len(CLEAN_MAY)}" in page
    assert '<details class="fold"><summary>软统企6' in markup_of(answer)  # closed


def test_a_figure_typed_over_a_computed_one_is_shown_with_both_and_not_taken(may):
    page = words_on(upload(may.page, MAY, filled(may, {**numbers(CLEAN_MAY), "2020.c1": 950})))
    assert "由系统填写，不采用工作簿里的数（1 格）" in page and "900.00 950.00" in page
    assert "由系统计算" in page


def test_what_no_longer_applies_is_blanked_with_the_reason(may):
    save(may, {**CLEAN_MAY, "2024.c1": "60"})  # 云图 has no embedded software
    page = words_on(upload(may.page, MAY, filled(may, {"2010.c1": 1100})))
    assert "将被清空（1 格）" in page and "嵌入式系统软件收入 只在A36＝是时填写" in page


def test_values_on_a_hidden_sheet_are_told_apart_too(may):
    def hide(book):
        bad.cell_of(book[TABLE], "2051.c1").value = 7
        book[TABLE].sheet_state = "hidden"

    assert "取自隐藏的内容（1 格）" in words_on(upload(may.page, MAY, bad.changed(handed_out(may.filing), hide)))


@pytest.mark.parametrize("by_column", [False, True])
def test_values_nobody_sees_on_the_sheet_are_told_apart_and_named_by_their_rows(may, by_column):
    def hide(book):
        sheet = book[TABLE]
        cell = bad.cell_of(sheet, "2051.c1")
        cell.value = 7
        if by_column:
            sheet.column_dimensions[cell.column_letter].hidden = True
        else:
            sheet.row_dimensions[cell.row].hidden = True

    content = bad.changed(handed_out(may.filing), hide)
    row = bad.cell_of(load_workbook(BytesIO(content))[TABLE], "2051.c1").row
    answer = upload(may.page, MAY, content)
    page = words_on(answer)
    assert "取自隐藏的内容（1 格）" in page and f"1 格，在第 {row} 行" in page and "（空白） 7.00" in page
    assert '<details class="fold" open><summary>软统企6' in markup_of(answer)
    confirm(may.page, MAY, ticket_on(answer))
    assert drafts(may) == {"2051.c1": "7"}


def test_a_workbook_equal_to_the_draft_says_so_and_has_no_button(may):
    save(may, {"2010.c1": "1,000.00"})
    answer = upload(may.page, MAY, filled(may, {"2010.c1": 1000}))
    assert "没有要存的改动" in words_on(answer) and "没有草稿要改的内容" in words_on(answer)
    assert 'name="ticket"' not in markup_of(answer) and kept_files() == []


def test_with_a_problem_nothing_can_be_stored_and_the_references_are_named(may):
    answer = upload(may.page, MAY, filled(may, {"2010.c1": "约100", "2051.c1": 20}))
    page = words_on(answer, 422)
    assert "没有存入，1 处要改" in page and "软统企6!D" in page and "再次上传" in page
    assert "确认存入" not in page and drafts(may) == {}


def test_problems_stand_in_the_order_of_the_sheet(may):
    wrong = {"2010.c1": "约100", "2051.c1": "=1+1", "2090.c1": "约3"}
    page = words_on(upload(may.page, MAY, filled(may, wrong)), 422)
    assert page.index("表2010") < page.index("表2051") < page.index("表2090")


def test_what_is_no_workbook_of_this_filing_is_not_said_to_want_mending_here(may):
    page = words_on(upload(may.page, MAY, b"code,c1", "五月.csv"), 422)
    assert "五月.csv · 没有读取" in page and "CSV" in page
    assert "处要改" not in page and "改好下列各处" not in page


def test_no_file_chosen_is_said(may):
    answer = may.page.post(reverse("workbook", args=[MAY]), {}, follow=True)
    assert "请先选择要上传的工作簿" in words_on(answer)


def test_an_annual_of_hundreds_of_cells_is_grouped_and_folded(may, cast):
    annual = workflow.owe(cast.yuntu, open_period("2023A", AT.date().replace(month=1, day=1)))
    content = handed_out(annual)
    for code in ("软统企2", "软统企3", "软统企4"):
        table = annual.edition.table(code)
        open_to_type = {
            f"{row.code}.{key}": 1
            for row in table.indicators
            for key in row.columns
            if row.is_figure and f"{row.code}.{key}" not in judge(fresh(annual)).completed.locked
        }
        content = bad.filled(content, code, open_to_type)
    answer = upload(may.page, "2023A", content)
    assert markup_of(answer).count('<details class="fold"><summary>') >= 4
    assert "open><summary>" not in markup_of(answer)
    page = confirm(may.page, "2023A", ticket_on(answer))
    assert "已存入草稿：软统企1、软统企2、软统企3、软统企4" in words_on(page)


# What both sides changed


def test_both_sides_are_shown_with_who_saved_and_the_file_is_not_chosen_twice(may, cast):
    save(may, CLEAN_MAY)
    content = filled(may, {"2010.c1": 1200, "2051.c1": 21})
    save(may, {"2010.c1": "1100"}, cast.wang_lei)
    answer = upload(may.page, MAY, content)
    page = words_on(answer)
    assert "两边都改过（1 格）" in page and "1,100.00 1,200.00" in page
    assert "王磊 6月5日 09:30 保存" in page and "您打开" not in page
    nothing_chosen = confirm(may.page, MAY, ticket_on(answer))
    assert "请先选以工作簿为准，还是以草稿为准" in words_on(nothing_chosen, 422)
    assert drafts(may) == {**CLEAN_MAY, "2010.c1": "1100"}
    confirm(may.page, MAY, ticket_on(nothing_chosen, 422), wins="workbook")
    assert drafts(may) == {**CLEAN_MAY, "2010.c1": "1200", "2051.c1": "21"}


def test_the_draft_may_win_in_what_both_sides_changed(may, cast):
    save(may, CLEAN_MAY)
    content = filled(may, {"2010.c1": 1200, "2051.c1": 21})
    save(may, {"2010.c1": "1100"}, cast.wang_lei)
    upload_and_confirm(may.page, MAY, content, wins="draft")
    assert drafts(may) == {**CLEAN_MAY, "2010.c1": "1100", "2051.c1": "21"}


def test_where_the_draft_wins_everything_nothing_is_stored_and_it_is_said(may, cast):
    save(may, CLEAN_MAY)
    content = filled(may, {"2010.c1": 1200})
    save(may, {"2010.c1": "1100"})
    answer = upload(may.page, MAY, content)
    assert "您本人 6月5日 09:30 保存" in words_on(answer)
    for _ in range(2):
        assert "以草稿为准，此外没有别的改动" in words_on(confirm(may.page, MAY, ticket_on(answer), wins="draft"))
    assert may.filing.sheets.get().version == 2


def test_what_others_saved_and_the_workbook_left_alone_is_kept_and_said(may, cast):
    save(may, CLEAN_MAY)
    content = filled(may, {"2051.c1": 21})
    save(may, {"2010.c1": "1100"}, cast.wang_lei)
    answer = upload(may.page, MAY, content)
    assert "保留草稿的内容（1 格）" in words_on(answer) and "王磊" in words_on(answer)
    confirm(may.page, MAY, ticket_on(answer))
    assert drafts(may) == {**CLEAN_MAY, "2010.c1": "1100", "2051.c1": "21"}


def test_a_workbook_mended_and_uploaded_again_is_no_quarrel_with_what_it_stored_itself(may):
    handed = handed_out(may.filing)
    first = bad.filled(handed, TABLE, numbers(CLEAN_MAY))
    upload_and_confirm(may.page, MAY, first)
    answer = upload(may.page, MAY, bad.filled(first, TABLE, {"2010.c1": 1100, "2080.c1": None}))
    page = words_on(answer)
    assert "请核对 2 格" in page and "将被清空（1 格）" in page and "改动（1 格）" in page
    assert "两边都改过" not in page and "保留草稿的内容" not in page
    confirm(may.page, MAY, ticket_on(answer))
    assert drafts(may) == {key: text for key, text in {**CLEAN_MAY, "2010.c1": "1100"}.items() if key != "2080.c1"}


def test_what_a_colleague_saved_between_two_uploads_of_a_workbook_is_still_asked_about(may, cast):
    first = bad.filled(handed_out(may.filing), TABLE, numbers(CLEAN_MAY))
    upload_and_confirm(may.page, MAY, first)
    save(may, {"2010.c1": "1150", "2051.c1": "25"}, cast.wang_lei)
    page = words_on(upload(may.page, MAY, bad.filled(first, TABLE, {"2010.c1": 1100})))
    assert "两边都改过（1 格）" in page and "1,150.00 1,100.00" in page and "王磊" in page
    assert "保留草稿的内容（1 格）" in page  # 2051, which the workbook has as it had it the first time


def test_a_colleagues_own_copy_of_the_workbook_does_not_clear_what_the_other_filled(may, cast):
    handed = handed_out(may.filing)
    upload_and_confirm(may.page, MAY, bad.filled(handed, TABLE, numbers(CLEAN_MAY)))
    colleague = sign_in(cast.wang_lei)
    page = words_on(upload(colleague, MAY, bad.filled(handed, TABLE, {"2010.c1": 1200})))
    assert "两边都改过（1 格）" in page and "将被清空" not in page and f"（{len(CLEAN_MAY) - 1} 格）" in page


# 确认存入


def test_it_stores_what_was_shown_and_the_journal_says_from_where(may):
    save(may, CLEAN_MAY)
    page = words_on(upload_and_confirm(may.page, MAY, filled(may, {"2010.c1": 1100, "2080.c1": None})))
    assert "已存入草稿：软统企6。请核对后做数据审核。" in page
    assert drafts(may) == {key: text for key, text in {**CLEAN_MAY, "2010.c1": "1100"}.items() if key != "2080.c1"}
    line = JournalEntry.objects.latest("pk")
    assert (line.why, line.before, line.after) == (
        "上传工作簿 五月.xlsx",
        {"2010.c1": "1000", "2080.c1": "300"},
        {"2010.c1": "1100", "2080.c1": ""},
    )
    assert kept_files() == []


def test_the_second_press_is_harmless_and_says_that_it_is_stored(may, monkeypatch):
    ticket = ticket_on(upload(may.page, MAY, filled(may, {"2010.c1": 1100})))
    confirm(may.page, MAY, ticket)
    save(may, {"2010.c1": "1200"})
    monkeypatch.setattr(uploads, "HOURS_TO_CONFIRM", -1)
    assert "已经存入草稿，没有再存一次" in words_on(confirm(may.page, MAY, ticket))
    assert drafts(may) == {"2010.c1": "1200"}


@pytest.mark.parametrize(
    ("meanwhile", "moved"),
    [
        (lambda may, cast: save(may, {"2051.c1": "20"}, cast.wang_lei), "软统企6的草稿"),
        (lambda may, cast: Enterprise.objects.update(contact_name="新联系人"), "名录里的企业信息"),
    ],
)
def test_what_moved_since_it_was_shown_keeps_it_from_being_stored(may, cast, meanwhile, moved):
    answer = upload(may.page, MAY, filled(may, {"2010.c1": 1100}))
    meanwhile(may, cast)
    before = drafts(may)
    anew = confirm(may.page, MAY, ticket_on(answer))
    page = words_on(anew, 409)
    assert f"您核对这次上传期间，{moved}有了变动，没有存入" in page and "还没有存入，请核对 1 格" in page
    assert drafts(may) == before
    confirm(may.page, MAY, ticket_on(anew, 409))
    assert drafts(may) == {**before, "2010.c1": "1100"}


def test_of_two_tabs_the_second_is_shown_what_the_first_has_left(may):
    content = filled(may, {"2010.c1": 1100})
    one, other = (ticket_on(upload(may.page, MAY, content)) for _ in range(2))
    confirm(may.page, MAY, one)
    page = words_on(confirm(may.page, MAY, other), 409)
    assert "软统企6的草稿有了变动，现在没有要存入的内容。" in page and "请重新核对" not in page
    assert may.filing.sheets.get().version == 1


def test_a_ticket_is_good_for_two_hours_for_one_person_and_one_period(may, cast, monkeypatch):
    workflow.owe(cast.yuntu, open_period("2024M04", AT.date().replace(month=5, day=1)))
    ticket = ticket_on(upload(may.page, MAY, filled(may, {"2010.c1": 1100})))
    assert "这次上传不是您做的" in words_on(confirm(sign_in(cast.wang_lei), MAY, ticket))
    assert "没有存入。请在本期重新上传" in words_on(confirm(may.page, "2024M04", ticket))
    for spoilt in ("", ticket[:-2] + "xx"):
        assert "没有存入。请重新上传" in words_on(confirm(may.page, MAY, spoilt))
    monkeypatch.setattr(uploads, "HOURS_TO_CONFIRM", -1)
    assert "这一份已经不在，没有存入。请重新上传" in words_on(confirm(may.page, MAY, ticket))
    assert drafts(may) == {}


@pytest.mark.parametrize("state", [State.SUBMITTED, State.LOCKED, State.EXEMPT])
def test_a_filing_that_may_not_be_changed_answers_with_its_state(may, state):
    content = filled(may, {"2010.c1": 1100})
    ticket = ticket_on(upload(may.page, MAY, content))
    Filing.objects.filter(pk=may.filing.pk).update(state=state)
    why = workflow.why_not_saved(fresh(may.filing), may.clerk, LATER)
    assert why and why in words_on(confirm(may.page, MAY, ticket))
    assert why in words_on(may.page.post(reverse("workbook", args=[MAY]), {"workbook": BytesIO(content)}, follow=True))
    assert drafts(may) == {}


def test_what_is_not_owed_is_named_before_it_is_stored(may, cast):
    cast.yuntu.attributes |= {"A38": "是", "A39": "否"}
    cast.yuntu.save()
    content = bad.filled(filled(may, {"2010.c1": 1100}), "软统企7", {"G702.c1": 5})
    cast.yuntu.attributes |= {"A38": "否"}
    cast.yuntu.save()
    answer = upload(may.page, MAY, content)
    assert "本企业现在不用填，不会存入" in words_on(answer) and "名单" in words_on(answer)
    confirm(may.page, MAY, ticket_on(answer))
    assert drafts(may) == {"2010.c1": "1100"}


def test_codes_are_shown_with_their_names(may, cast):
    annual = workflow.owe(cast.yuntu, open_period("2023A", AT.date().replace(month=1, day=1)))
    workflow.save_sheet(annual, "软统企1", {"A34.v": "1"}, 0, may.clerk, AT)
    content = bad.filled(handed_out(annual), "软统企1", {"A34.v": "2,3B"})
    names = {entry.code: entry.name for entry in annual.edition.code_lists["C13"].entries}
    page = words_on(upload(may.page, "2023A", content))
    assert f"1 {names['1']} 2 {names['2']}、3B {names['3B']}" in page


# Two at once


@pytest.mark.worker
def test_of_two_clicks_at_once_one_stores_and_the_other_says_so(transactional_db):
    may = make_may(assemble())
    compared = compare(may.filing, filled(may, {"2010.c1": 1100}), may.clerk, AT)

    def click_again():
        with pytest.raises(StoredAlready):
            store_workbook(compared, may.clerk, AT, upload="3f2a9c1e0b7d")

    while_another(lambda: store_workbook(compared, may.clerk, AT, upload="3f2a9c1e0b7d"), click_again)
    assert may.filing.sheets.get().version == 1


@pytest.mark.worker
def test_a_confirmation_that_waited_for_a_colleagues_save_stores_nothing(transactional_db):
    may = make_may(assemble())
    compared = compare(may.filing, filled(may, {"2010.c1": 1100}), may.clerk, AT)

    def click():
        with pytest.raises(Moved):
            store_workbook(compared, may.clerk, AT)

    while_another(lambda: save(may, {"2051.c1": "20"}), click)
    assert drafts(may) == {"2051.c1": "20"}
