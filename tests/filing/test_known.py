"""What a firm need not type again: from the register, last year's questionnaire, a cell that a rule holds equal; and
which cells 其余填 0 may fill."""

import json
import re
from datetime import date

import pytest

from forms_tables.edition.catalog import load_edition
from forms_tables.judges.code_lists import list_text
from forms_tables.rules.counterparts import counterparts_of
from reporting import workflow
from reporting.filing.judging import judge
from reporting.filing.known import REGISTER, facts_known, figures_known
from reporting.models import State
from reporting.workflow.period import owe
from tests.cast import AT
from tests.may import fresh, make_may, open_period
from tests.officials import freeze
from tests.reading import markup_of

EDITION = load_edition("chongqing-2024")
T1 = "/filings/2023A/t1/"
ANSWERED = {"A05.v": "渝中区民生路1号", "A17.v": "500", "A18.v": "112", "A22.v": "6519", "A25.v": "77"}


@pytest.fixture
def annual(cast):
    return owe(cast.yuntu, open_period("2023A", date(2024, 1, 1)))


def approved(filing, by, cells):
    """What the firm filed in an earlier period."""
    filing.in_force = filing.approved = freeze(filing, by, cells)
    filing.state = State.APPROVED
    filing.save()


@pytest.fixture
def last_year(cast):
    cast.yuntu.joined_on = date(2022, 1, 1)
    cast.yuntu.save()
    cast.yuntu.residences.update(since=date(2022, 1, 1))
    approved(owe(cast.yuntu, open_period("2022A", date(2023, 1, 1))), cast.li_na, ANSWERED)


@pytest.fixture
def december(cast):
    filing = owe(cast.yuntu, open_period("2023M12", date(2024, 1, 1)))
    approved(filing, cast.li_na, {"2110.c1": "120.5", "2112.c1": "40"})


def facts(filing, reader):
    filing = fresh(filing)
    return facts_known(filing, EDITION.table("软统企1"), judge(filing).facts.history, reader)


def page_of(client, person, address=T1):
    client.force_login(person)
    return markup_of(client.get(address))


def offered_in(page):
    """By cell, from where the text that was filled in is said to be."""
    return dict(re.findall(r'id="offered-([^"]+)">已代填：([^<]+)<', page))


def test_the_register_its_contact_and_the_reader_fill_the_questionnaire(annual, cast):
    known = facts(annual, cast.wang_lei)
    assert known["A03.v"].text == "重庆云图软件有限公司"
    assert (known["A10.v"].text, known["A13.v"].text) == ("统计员", "13800000000")
    assert known["A14.v"].text == "91500103ma5u12346b@example.com"
    assert {known[key].source for key in ("A03.v", "A10.v", "A13.v", "A14.v")} == {REGISTER}
    assert (known["A11.v"].text, known["A11.v"].source) == ("王磊", "当前登录人")
    assert "A12.v" not in known  # it has no telephone in the register
    assert "A02.v" not in known and "A49.v" not in known  # worked out, and written by 上报


def test_last_years_answers_stand_behind_the_register(annual, last_year, cast):
    known = facts(annual, cast.li_na)
    assert (known["A05.v"].text, known["A05.v"].source) == ("渝中区民生路1号", "2022年年报")
    assert known["A17.v"].text == "500"
    assert (known["A22.v"].text, known["A22.v"].source) == ("6513", REGISTER)
    assert "A25.v" not in known  # 77 is in no list of this year's


def test_the_page_says_of_each_cell_where_its_text_is_from_until_it_is_stored(client, annual, last_year, cast):
    page = page_of(client, cast.li_na)
    assert offered_in(page)["A13.v"] == REGISTER
    assert offered_in(page)["A05.v"] == "2022年年报"
    assert 'aria-describedby="offered-A13.v"' in page
    assert annual.sheets.count() == 0  # nobody's word yet
    client.post(T1, {"A13.v": "13911112222", "A05.v": "渝中区民生路1号", "version": "0", "then": "save"})
    assert annual.sheets.get().cells == {"A05.v": "渝中区民生路1号", "A13.v": "13911112222"}
    again = page_of(client, cast.li_na)
    assert offered_in(again) == {}


@pytest.mark.parametrize("then", ["keep", "save"])
def test_what_a_page_was_filled_in_with_is_no_change_of_who_found_it_so(client, annual, last_year, cast, then):
    """Two people open the empty questionnaire, and each finds their own name in it."""
    found = {who: {key: each.text for key, each in facts(annual, who).items()} for who in (cast.li_na, cast.wang_lei)}
    changed = {cast.li_na: {"A05.v": "渝中区五一路9号"}, cast.wang_lei: {"A15.v": "400010"}}
    for who, own in changed.items():
        client.force_login(who)
        sent = {**found[who], **own, "version": "0", "then": then}
        answer = client.post(T1, sent, headers={"Accept": "application/json"})
        assert answer.status_code == 200
    stored = annual.sheets.get().cells
    assert (stored["A05.v"], stored["A11.v"], stored["A15.v"]) == ("渝中区五一路9号", "李娜", "400010")
    assert answer.json()["others"].keys() == {"A05.v", "A11.v"}


def test_what_is_empty_in_a_begun_table_is_offered_and_not_filled_in(client, annual, cast):
    workflow.save_sheet(annual, "软统企1", {"A09.v": "王经理"}, 0, cast.li_na, AT)
    page = page_of(client, cast.li_na)
    assert offered_in(page) == {}
    assert re.search(r'data-cell="A13\.v"[^>]* data-known="13800000000" data-source="登记信息"', page)
    assert not re.search(r'data-cell="A09\.v"[^>]* data-known', page)
    assert 'id="cell-A13.v" name="A13.v" value=""' in page


def test_a_firms_own_change_outlives_the_registers(client, annual, cast):
    client.force_login(cast.li_na)
    client.post(T1, {"A13.v": "13800000000", "version": "0", "then": "save"})
    cast.yuntu.mobile = "13999999999"
    cast.yuntu.save()
    assert 'name="A13.v" value="13800000000"' in page_of(client, cast.li_na)


def test_pairs_come_from_the_rules_and_never_from_one_table():
    pairs = counterparts_of(EDITION, "annual")
    assert [cell.label for cell in pairs["Y2110.y"]] == ["december(2110.c1)"]
    assert [cell.label for cell in pairs["Y2010.y"]] == ["F302.y", "december(2010.c1)"]
    monthly = counterparts_of(EDITION, "month")
    assert "2090.c1" not in monthly  # near(c1, c2) compares two years
    assert "Y2041.y" not in pairs


def test_december_is_offered_where_a_rule_wants_the_year_to_be_near_it(client, annual, december, cast):
    filing = fresh(annual)
    known = figures_known(judge(filing), EDITION.table("软统企3"))
    assert {key: known[key].text for key in ("Y2110.y", "Y2112.y")} == {"Y2110.y": "120.5", "Y2112.y": "40"}
    assert known["Y2110.y"].source == "软统企6 2110 研发经费（2023年12月）"
    assert "Y2111.y" not in known  # blank is not zero
    page = page_of(client, cast.li_na, "/filings/2023A/t3/")
    assert re.search(r'data-cell="Y2110\.y"[^>]* data-known="120\.5"', page)
    assert 'id="cell-Y2110.y" name="Y2110.y" value=""' in page  # a figure is taken in by the firm alone


def zeros_in(page):
    return dict(re.findall(r'data-cell="([^"]+)"(?: data-measure="[^"]*")? data-zero="(\w+)"', page))


def test_a_nought_may_stand_where_there_can_be_none_of_it(client, annual, cast):
    make_may(cast)
    monthly = zeros_in(page_of(client, cast.li_na, "/filings/2024M05/t6/"))
    assert (monthly["2010.c1"], monthly["2010.c2"], monthly["2010.c3"]) == ("own", "past", "past")
    assert "2010.c4" not in monthly and "2113.c1" not in monthly  # growth is a share
    classes = zeros_in(page_of(client, cast.li_na, "/filings/2023A/t4/"))
    assert classes["E111.y"] == "own" and "E41.k" not in classes  # no coefficient
    assert zeros_in(page_of(client, cast.li_na)) == {}  # 软统企1 asks what the firm is


def test_a_code_list_is_kept_for_ever_under_its_mark(client, annual, cast):
    page = page_of(client, cast.li_na)
    address = re.search(r'id="codes-C05" value="([^"]+)"', page)[1]
    answer = client.get(address)
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert ["6513", "应用软件开发"] in json.loads(answer.content)
    older = client.get("/filings/2023A/codes/C05/anothermark/")
    assert (older.headers["Cache-Control"], older.content) == ("private, no-cache", answer.content)
    assert client.get("/filings/2023A/codes/C99/x/").status_code == 404
    assert list_text(EDITION.code_lists["C05"]).mark in address


def test_every_firm_of_a_period_asks_at_the_same_address(client, annual, cast):
    owe(cast.shancheng, annual.period)
    mine, theirs = (
        set(re.findall(r'id="codes-\w+" value="([^"]+)"', page_of(client, who))) for who in (cast.li_na, cast.sun_jie)
    )
    assert mine == theirs and mine
    client.force_login(cast.chen_yu)
    assert client.get(mine.pop()).status_code == 403


def test_lists_too_long_for_a_page_are_only_fetched(client, annual, cast, monkeypatch):
    monkeypatch.setattr("reporting.pages.grid.LONGEST_IN_PAGE", 20)
    page = page_of(client, cast.li_na)
    assert re.search(r'<input id="cell-A18\.v"[^>]* data-list="C01" data-choose="code"', page)
    assert '<select id="cell-A19.v"' in page
