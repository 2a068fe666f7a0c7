"""One person, several firms: from the grant to the receipt, two tabs on two firms, a grant that ends under a sheet, and
what lies in the browser."""

import re

import pytest
from playwright.sync_api import expect

from reporting.models import State, Submission
from reporting.standing_in import granting
from tests.browser.desks import cell, explain_all, fill, press
from tests.browser.soundness import WIDTHS, must_look_right
from tests.browser.test_browser_saving import KEPT, stored, wait_until_kept
from tests.cast import AT
from tests.may import CLEAN_MAY, fresh, make_may
from tests.officials import make_it_be
from tests.standing_in.granting import at_firm, give, let_stand_in

pytestmark = pytest.mark.browser
SHEET = "/filings/2024M05/t6/"


@pytest.fixture
def may(cast):
    make_it_be(AT.date())
    return make_may(cast)


def saved(page):
    return expect(page.locator("#saved-state"))


def is_the_check(answer) -> bool:
    return "then=check" in (answer.request.post_data or "")


def test_from_the_grant_to_the_receipt(cast, may, office):
    firm = office.seat_without_the_form(cast.li_na)
    firm.goto("/account/")
    firm.get_by_role("link", name="代为填报的人").click()
    firm.get_by_label("代填人姓名").fill("赵敏")
    firm.get_by_label("用户名、手机或邮箱").fill("13800000003")
    firm.get_by_label("事由").fill("集团统一填报")
    press(firm, "授权")
    expect(firm.get_by_text("已授权赵敏代填，待本人接受")).to_be_visible()

    person = office.seat(cast.zhao_min)
    person.get_by_text("切换企业").click()
    person.get_by_role("link", name="全部待报").click()
    person.get_by_role("button", name=re.compile("^接受")).click()
    expect(person.get_by_text("已接受，现在可以为")).to_be_visible()
    person.get_by_role("link", name=f"开始填报 {cast.yuntu} 2024年5月").click()
    expect(person.locator(".top .who")).to_contain_text(f"代填 {cast.yuntu}")
    fill(person, CLEAN_MAY)
    with person.expect_response(is_the_check):  # it saves itself meanwhile, and says so alike
        press(person, "数据审核")
    explain_all(person)
    press(person, "确定上报…")
    person.get_by_label("单位负责人").fill("王经理")
    person.get_by_role("checkbox").check()
    press(person, "确定上报")
    expect(person.get_by_text(f"赵敏（{cast.jialing}，代{cast.yuntu}）").first).to_be_visible()
    sent = Submission.objects.get()
    assert (sent.filing_id, sent.submitted_by) == (may.filing.pk, cast.zhao_min)
    person.get_by_text("切换企业").click()
    person.get_by_role("link", name=f"{cast.jialing}（本企业）").click()
    expect(person.locator(".top .who")).to_contain_text(f"赵敏 · {cast.jialing}")


def test_two_tabs_on_two_firms_keep_to_their_own(cast, may, office):
    let_stand_in(cast)
    own = office.seat_without_the_form(cast.zhao_min)
    own.goto(SHEET)
    other = own.context.new_page()
    other.goto(at_firm(cast.yuntu, SHEET))
    cell(own, "2010.c1").fill("11")
    cell(other, "2010.c1").fill("22")
    press(other, "保存")
    saved(other).to_contain_text("已于")
    press(own, "保存")
    saved(own).to_contain_text("已于")
    cell(own, "2050.c1").fill("33")
    own.keyboard.press("Control+s")
    saved(own).to_contain_text("已于")
    assert stored(may)["2010.c1"] == "22" and "2050.c1" not in stored(may)
    kept = cast.jialing.filings.get().sheets.get(table="软统企6").cells
    assert (kept["2010.c1"], kept["2050.c1"]) == ("11", "33")


def test_a_grant_that_ends_under_an_open_sheet_loses_nothing_that_was_typed(cast, may, office):
    grant = let_stand_in(cast)
    person = office.seat_without_the_form(cast.zhao_min)
    person.goto(at_firm(cast.yuntu, SHEET))
    cell(person, "2010.c1").fill("1000")
    press(person, "保存")
    saved(person).to_contain_text("已于")
    granting.end(grant, why="不再需要", by=cast.li_na, at=AT)
    cell(person, "2010.c1").fill("2000")
    press(person, "保存")
    expect(person.locator("#refusal")).to_contain_text(f"您为{cast.yuntu}代填的授权已于")
    expect(cell(person, "2010.c1")).to_have_value(re.compile("2,?000"))
    wait_until_kept(person, {"2010.c1": "2000"})
    assert stored(may)["2010.c1"] == "1000"
    let_stand_in(cast)  # given anew, what was typed comes back and is stored
    person.reload()
    saved(person).to_contain_text("自动保存")
    assert stored(may)["2010.c1"].startswith("2000")


def test_signing_out_wipes_what_lies_here_of_every_firm(cast, may, office):
    let_stand_in(cast)
    person = office.seat_without_the_form(cast.zhao_min)
    for address in (SHEET, at_firm(cast.yuntu, SHEET)):
        person.goto(address)
        person.context.set_offline(True)
        cell(person, "2010.c1").fill("1000")
        expect(person.locator("#saved-state")).to_contain_text("未连接")
        person.context.set_offline(False)
        saved(person).to_contain_text("自动保存")
    assert fresh(may.filing).state == State.DRAFT
    press(person, "退出")
    person.wait_for_url("**/login/**")
    assert person.evaluate(KEPT) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_its_screens_look_right(cast, may, office, width):
    grant = let_stand_in(cast)
    waits = give(cast, enterprise=cast.shancheng, by=cast.sun_jie)
    invited = give(cast, name="孙洁", account="sun@new.example.com")
    person, firm = office.seat_without_the_form(cast.zhao_min), office.seat_without_the_form(cast.li_na)
    district, other = office.seat_without_the_form(cast.chen_yu), office.seat_without_the_form(cast.sun_jie)
    for address in ("/my-firms/", at_firm(cast.yuntu), at_firm(cast.yuntu, SHEET), f"/grants/{grant.pk}/end/"):
        must_look_right(person, address, width)
    must_look_right(firm, "/account/grants/", width)
    must_look_right(other, f"/my-firms/invitation/{granting.token_of(invited)}/", width)
    must_look_right(district, f"/firms/{cast.yuntu.credit_code}/grants/", width)
    granting.end(grant, why="不再需要", by=cast.li_na, at=AT)
    must_look_right(person, at_firm(cast.yuntu), width, 403)
    assert waits.is_asked
