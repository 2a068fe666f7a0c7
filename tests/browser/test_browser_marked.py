"""A workbook with mistakes goes up, comes back marked, is mended and stored."""

from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.browser.desks import press
from tests.may import make_may
from tests.officials import make_it_be
from tests.workbooks.bad_workbooks import cell_of, filled

pytestmark = pytest.mark.browser
TABLE = "软统企6"


def send(desk: Page, label: str, content: bytes, path) -> None:
    path.write_bytes(content)
    desk.get_by_label(label).set_input_files(path)
    press(desk, "再次上传" if label == "改好的工作簿" else "上传")


def test_a_workbook_comes_back_marked_and_is_mended(office, cast, tmp_path):
    make_may(cast)
    make_it_be(date(2024, 6, 5))
    desk = office.seat(cast.li_na)
    desk.goto("/filings/2024M05/")
    with desk.expect_download() as coming:
        desk.get_by_role("link", name="下载工作簿").click()
    given = coming.value.path().read_bytes()
    send(desk, "填好的工作簿", filled(given, TABLE, {"2010.c1": "约100", "2051.c1": 20}), tmp_path / "五月.xlsx")
    expect(desk.get_by_role("heading", level=1)).to_contain_text("没有存入，1 处要改")
    with desk.expect_download() as coming:
        desk.get_by_role("button", name="下载标出的工作簿").click()
    assert coming.value.suggested_filename == "五月_标出.xlsx"
    expect(desk.get_by_role("button", name="下载标出的工作簿")).to_be_enabled()
    back = coming.value.path().read_bytes()
    wrong = cell_of(load_workbook(BytesIO(back))[TABLE], "2010.c1")
    assert wrong.fill.fgColor.rgb == "FFF8CBC6" and "“约100”不是数字" in wrong.comment.text
    mended = filled(back, TABLE, {"2010.c1": 100})
    send(desk, "改好的工作簿", mended, tmp_path / "五月_标出.xlsx")
    expect(desk.get_by_role("heading", level=1)).to_contain_text("还没有存入，请核对 2 格")
    press(desk, "确认存入")
    expect(desk.locator(".messages")).to_contain_text("已存入草稿：软统企6")
