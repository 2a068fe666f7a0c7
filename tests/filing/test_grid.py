"""The form grid in a real browser: keys, saving in place, a stale tab, a lost line."""

import pytest
from django.test import Client

from accounts import clock
from reporting import workflow
from tests.cast import AT, assemble
from tests.may import CLEAN_MAY, make_may

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHEET = "/filings/2024M05/t6/"


@pytest.fixture
def cast(transactional_db):
    return make_may(assemble())


@pytest.fixture
def form(page, cast, live_server, settings, monkeypatch):
    """云图's 软统企6, open in a window of 李娜's."""
    monkeypatch.setattr(clock, "now", lambda: AT)
    client = Client()
    client.force_login(cast.clerk, backend=settings.AUTHENTICATION_BACKENDS[-1])
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.goto(SHEET)
    return page


def cell(form, key):
    return form.locator(f'[name="{key}"]')


def saved_state(form):
    return form.locator("#saved-state")


def wait_for(form, words):
    form.wait_for_function("words => document.getElementById('saved-state').textContent.includes(words)", arg=words)


def test_enter_and_the_arrows_move_down_and_up_the_column(form):
    cell(form, "2010.c1").focus()
    form.keyboard.type("1000")
    form.keyboard.press("Enter")
    assert form.evaluate("document.activeElement.name") == "2021.c1"
    form.keyboard.press("ArrowUp")
    assert form.evaluate("document.activeElement.name") == "2010.c1"


def test_a_save_in_place_brings_the_totals_and_keeps_the_cursor(form, cast):
    for key in ("2021.c1", "2022.c1", "2023.c1"):
        cell(form, key).fill("100")
    assert saved_state(form).inner_text() == "有未保存的修改"
    cell(form, "2023.c1").press("Control+s")
    wait_for(form, "已于")
    assert form.locator('[data-cell="2020.c1"]').inner_text().strip() == "300.00"
    assert form.evaluate("document.activeElement.name") == "2023.c1"
    assert cast.filing.sheets.get().version == 1


def test_a_stale_tab_loses_nothing_and_takes_over_what_it_did_not_touch(form, cast):
    workflow.save_sheet(cast.filing, "软统企6", CLEAN_MAY, 0, cast.clerk, AT)
    cell(form, "2010.c1").fill("77")
    form.click("button[value=save]")
    wait_for(form, "没有保存")
    assert cell(form, "2010.c1").input_value() == "77.00"
    assert "已存：1000；您（李娜）填的：77" in form.locator('[data-cell="2010.c1"]').inner_text()
    assert cell(form, "2050.c1").input_value() == "400.00"
    form.click("button[value=save]")
    wait_for(form, "已于")
    assert cast.filing.sheets.get().cells == CLEAN_MAY | {"2010.c1": "77"}


def test_without_a_network_the_text_stays_and_is_sent_later(form, cast):
    cell(form, "2010.c1").fill("88")
    form.context.set_offline(True)
    form.click("button[value=save]")
    wait_for(form, "网络连接中断")
    assert cell(form, "2010.c1").input_value() == "88.00"
    form.context.set_offline(False)
    form.click("button[value=save]")
    wait_for(form, "已于")
    assert cast.filing.sheets.get().cells == {"2010.c1": "88"}


def test_signing_out_elsewhere_does_not_cost_the_text(form, cast):
    cell(form, "2010.c1").fill("99")
    form.context.clear_cookies(name="sessionid")
    form.click("button[value=save]")
    wait_for(form, "登录已过期")
    assert cell(form, "2010.c1").input_value() == "99.00"
    assert not cast.filing.sheets.exists()


def test_a_link_to_a_cell_lands_in_it(form):
    form.goto(f"{SHEET}#cell-2050.c1")
    assert form.evaluate("document.activeElement.name") == "2050.c1"
