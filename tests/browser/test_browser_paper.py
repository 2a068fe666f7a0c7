"""What a browser prints of a form, and the PDF it downloads."""

from datetime import date
from pathlib import Path

import pytest

from reporting import workflow
from reporting.workflow.period import owe
from tests.browser.desks import fill, save
from tests.cast import AT
from tests.may import fresh, make_may, open_period
from tests.officials import file_may, make_it_be
from tests.paper.reading import as_characters, pages_of

pytestmark = pytest.mark.browser

BUTTONS = ("保存", "数据审核", "确定上报", "下载PDF", "操作手册")


@pytest.fixture
def may(cast):
    make_it_be(AT.date())
    return make_may(cast)


def printed(page) -> list[str]:
    """As 打印 gives it."""
    return [as_characters(page) for page in pages_of(page.pdf(prefer_css_page_size=True))]


def test_a_sheet_prints_as_the_official_form_and_downloads_as_pdf(office, may, tmp_path):
    clerk = office.seat_without_the_form(may.clerk)
    clerk.goto("/filings/2024M05/t6/")
    fill(clerk, {"2010.c1": "1234.5"})
    save(clerk)
    pages = printed(clerk)
    said = "".join(pages)
    assert len(pages) <= 2
    for words in (
        "软件和信息技术服务业企业月报表", "表号：软统企6", "制定机关：工业和信息化部", "国统制〔2021〕136号", "草稿",
        "单位详细名称：重庆云图软件有限公司", "1,234.50", "单位负责人：", "报出日期：", "单位（盖章）：",
    ):  # fmt: skip
        assert words in said, words
    assert [words for words in BUTTONS if words in said] == []
    assert not clerk.locator(".form-head").is_visible()
    with clerk.expect_download() as handed:
        clerk.get_by_role("link", name="下载 PDF").click()
    assert handed.value.suggested_filename == "重庆云图软件有限公司_2024年5月_软统企6_草稿.pdf"
    handed.value.save_as(tmp_path / "draft.pdf")
    assert "1,234.50" in pages_of(Path(tmp_path / "draft.pdf").read_bytes())[0]


def test_a_submission_prints_its_receipt_and_then_each_table_on_its_own_sheet(office, may):
    sent = file_may(may.filing, may.clerk)
    clerk = office.seat_without_the_form(may.clerk)
    clerk.goto("/filings/2024M05/submissions/1/")
    pages = printed(clerk)
    assert sent.receipt in pages[0] and "表号：软统企6" not in pages[0]
    assert "表号：软统企6" in pages[1] and "主营业务收入" in pages[1] and "1,000.00" in pages[1]
    assert "单位负责人：王经理" in pages[-1] and not any("草稿" in page for page in pages)
    workflow.recall(fresh(may.filing), may.clerk, AT)
    clerk.reload()
    assert "已撤回" in printed(clerk)[1]


def test_the_table_of_classes_prints_on_four_sheets_at_most(office, may):
    annual = open_period("2023A", date(2024, 1, 1))
    owe(may.firm, annual)
    clerk = office.seat_without_the_form(may.clerk)
    clerk.goto("/filings/2023A/t4/")
    pages = printed(clerk)
    assert 1 < len(pages) <= 4 and "表号：软统企4" in pages[0] and "单位（盖章）" in pages[-1]
    clerk.goto("/filings/2023A/t1/")
    assert len(printed(clerk)) <= 4


SCREEN_WORDS = ("代码或名称", "可从列表选", "已代填", "（请选择）", "▪", "第2项", "第3项")


def test_the_questionnaire_prints_answers_and_no_word_of_the_screen(office, may):
    annual = open_period("2023A", date(2024, 1, 1))
    owe(may.firm, annual)
    clerk = office.seat_without_the_form(may.clerk)
    clerk.goto("/filings/2023A/t1/")
    assert "已代填" in clerk.locator("#grid").inner_text()
    fill(clerk, {"A22.v": "6431", "A41.v2": "2026-12-31"})
    clerk.locator("[id='cell-A22.v']").blur()
    clerk.wait_for_function("document.querySelector('#grid').textContent.includes('互联网生产服务平台')")
    said = "".join(printed(clerk))
    assert [words for words in SCREEN_WORDS if words in said] == []
    for words in ("13800000000", "6431互联网生产服务平台", "证书有效期至：2026-12-31"):
        assert words in said, words


def test_a_sheet_strikes_out_on_paper_what_does_not_apply(office, may):
    """No embedded software: four rows of five columns."""
    clerk = office.seat_without_the_form(may.clerk)
    clerk.goto("/filings/2024M05/t6/")
    assert "／" not in clerk.locator("#grid").inner_text()
    assert "".join(printed(clerk)).count("／") == 20
    file_may(may.filing, may.clerk)
    clerk.goto("/filings/2024M05/submissions/1/")
    assert "".join(printed(clerk)).count("／") == 20


def test_a_sheet_that_was_sent_prints_who_sent_it_and_its_receipt(office, may):
    sent = file_may(may.filing, may.clerk)
    clerk = office.seat_without_the_form(may.clerk)
    clerk.goto("/filings/2024M05/t6/")
    said = "".join(printed(clerk))
    for words in ("单位负责人：王经理", "填表人：李娜", "报出日期：2024年", sent.receipt, "本年本期累计"):
        assert words in said, words
    assert "必填" not in said
