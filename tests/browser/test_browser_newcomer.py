"""A firm nobody knows: it applies, its district lets it in, it sets its own password and sees what it owes."""

import re
from datetime import date
from urllib.parse import urlsplit

import pytest
from django.core import mail
from playwright.sync_api import expect

from accounts.models import User
from tests.browser.desks import press
from tests.browser.soundness import WIDTHS, width_needed
from tests.cast import AT, FREE_CODE, PASSWORD
from tests.may import open_period
from tests.officials import make_it_be

pytestmark = pytest.mark.browser


@pytest.fixture
def may(cast):
    open_period("2024M05", date(2024, 6, 1))
    open_period("2023A", date(2024, 1, 1))
    make_it_be(AT.date())


def test_a_newcomer_applies_is_let_in_and_signs_in(office, cast, may):
    newcomer = office.empty_seat()
    newcomer.goto("/login/")
    newcomer.get_by_role("link", name="申请注册").click()
    code = newcomer.get_by_label("统一社会信用代码")
    code.press_sequentially(FREE_CODE[:-1] + "9")
    expect(newcomer.locator("#credit-code-answer")).to_contain_text("校验")
    code.fill("")
    code.press_sequentially(FREE_CODE)
    expect(newcomer.locator("#credit-code-answer")).to_contain_text("推荐报送区县：渝中区")
    newcomer.set_viewport_size({"width": min(WIDTHS), "height": 900})
    assert width_needed(newcomer) <= min(WIDTHS)
    newcomer.get_by_label("单位详细名称").fill("重庆新来软件有限公司")
    newcomer.get_by_label("报送区县").fill("渝中")
    newcomer.keyboard.press("Enter")
    expect(newcomer.get_by_label("报送区县")).to_have_value("500103 渝中区")
    newcomer.get_by_label("主要做工业软件").check()
    for question in ("有没有嵌入式系统软件业务", "有没有人工智能业务收入"):
        newcomer.get_by_role("group", name=question).get_by_label("没有").check()
    newcomer.get_by_label("统计联系人").fill("钱进")
    newcomer.get_by_label("手机").fill("13900000001")
    newcomer.get_by_label("邮箱").fill("qj@example.com")
    press(newcomer, "提交申请")
    expect(newcomer.get_by_role("heading", level=1)).to_have_text("申请已提交，等渝中区受理")

    reviewer = office.seat(cast.chen_yu)
    reviewer.get_by_role("link", name="1 家新企业申请注册").click()
    reviewer.get_by_role("link", name="重庆新来软件有限公司").click()
    first_day, owed = reviewer.get_by_label("起报日期"), reviewer.locator("#owed")
    expect(first_day).to_have_value("2023-01-01")
    expect(owed).to_have_text("将须报：2024年5月、2023年年报。")
    first_day.fill("2024-06-01")
    expect(owed).to_contain_text("已开启的各期都不须报")
    first_day.fill("2024-05-01")
    expect(owed).to_have_text("将须报：2024年5月。")
    press(reviewer, "批准注册")
    expect(reviewer.locator("#content")).to_contain_text("重庆新来软件有限公司")
    expect(reviewer.get_by_text("起报日期 2024-05-01。须报：2024年5月（2024年6月12日（周三）截止）。")).to_be_visible()

    letter = next(letter for letter in mail.outbox if letter.to == ["qj@example.com"] and "/activate/" in letter.body)
    link = urlsplit(re.search(r"https?://\S+/activate/\S+", letter.body)[0]).path
    newcomer.goto(link)
    newcomer.get_by_label("新密码").fill(PASSWORD)
    newcomer.get_by_label("再输入一次").fill(PASSWORD)
    newcomer.locator("#content form button").click()
    expect(newcomer.get_by_role("link", name="开始填报")).to_be_visible()
    assert User.objects.get(email="qj@example.com").enterprise.name == "重庆新来软件有限公司"

    stranger = office.empty_seat()
    stranger.goto(link)
    expect(stranger.get_by_role("alert")).to_contain_text("这个链接已经用过")
