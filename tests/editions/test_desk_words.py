"""What a page of a filing says: units, 必填其一, the title of one table, and after a return everywhere the same."""

import re

import pytest
from django.urls import reverse

from accounts import clock
from forms_tables.edition.catalog import load_edition
from forms_tables.filling.completion import Completed
from reporting import workflow
from reporting.filing.judging import judge
from reporting.firm.views.overview import Overview
from reporting.models import Period
from reporting.pages.grid import lay_out
from tests.cast import AT, Cast
from tests.may import CLEAN_MAY, fresh, make_may, open_period
from tests.officials import file_may, sign_in
from tests.reading import markup_of

pytestmark = pytest.mark.one_database

EDITION = load_edition("chongqing-2024")
BLANK = Completed({}, (), {}, ())
MAY = "2024M05"


@pytest.fixture
def may(cast: Cast, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)
    return make_may(cast)


@pytest.fixture
def annual(cast: Cast, may):
    cast.yuntu.attributes |= {"A37": "是"}
    cast.yuntu.save()
    return workflow.owe(cast.yuntu, open_period("2023A", AT.date().replace(month=1, day=1)))


def page_of(user, name: str, *args) -> str:
    return markup_of(sign_in(user).get(reverse(name, args=args)))


def title(page: str) -> str:
    return re.search(r"<h1[^>]*>(.*?)</h1>", page, re.S)[1]


def bar(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", page[page.index('id="bar"') :].partition("</div>")[0]).split())


def is_primary(page: str, button: str) -> bool:
    return "btn-primary" in re.search(rf'<(?:a|button) id="{button}"[^>]*>', page)[0]


@pytest.mark.parametrize("table", EDITION.tables, ids=lambda table: table.key)
def test_every_row_shows_its_unit_or_stands_under_the_heads(table):
    grid = lay_out(table, {}, BLANK)
    lost = [
        row.indicator.code
        for row in grid.rows
        if row.indicator.unit and row.indicator.unit not in (row.unit, grid.unit)
    ]
    assert lost == []
    if grid.is_questionnaire:  # its head says no unit
        assert grid.unit == "" and {row.unit for row in grid.rows} >= {"万元", "人"}


def test_one_of_two_rows_is_said_at_both_and_nowhere_else():
    table = EDITION.table("软统企1")
    said = {row.code: table.one_of(row) for row in table.indicators if table.one_of(row)}
    assert said == dict.fromkeys(("A12", "A13"), ("A12", "A13"))


@pytest.mark.django_db
def test_the_questionnaire_says_units_and_one_of(annual, cast):
    page = page_of(cast.li_na, "sheet", "2023A", "t1")
    row = {code: page.partition(f'data-row="{code}"')[2].partition("</th>")[0] for code in ("A12", "A13", "A17", "A02")}
    assert "（万元）" in row["A17"]
    assert "（A12、A13 必填其一）" in row["A12"] and "（A12、A13 必填其一）" in row["A13"]
    assert "必填其一" not in row["A02"]


@pytest.mark.django_db
def test_the_title_of_a_table_counts_that_table_as_its_tab_and_its_list_do(annual, cast):
    workflow.save_sheet(annual, "软统企1", {"A15.v": "四十", "A16.v": "去年"}, 0, cast.li_na, AT)
    workflow.save_sheet(annual, "软统企2", {"F101.e": "一百"}, 0, cast.li_na, AT)
    desk = Overview(fresh(annual), AT)
    for code in ("软统企1", "软统企2"):
        table = annual.edition.table(code)
        wrong, blank = desk.count_wrong(table), len(desk.missing_in(table))
        assert 0 < wrong < desk.count_wrong()
        assert f"{wrong} 处须修改，{blank} 格未填" in desk.summary(table)
        page = page_of(cast.li_na, "sheet", "2023A", table.key)
        assert f"{code} · 草稿，{wrong} 处须修改，{blank} 格未填" in title(page)
        assert page.count('class="kind">须修改') == wrong
        assert desk.mark(table) == (f"{wrong} 处错误", "block")
    assert f"{desk.count_wrong()} 处须修改" in title(page_of(cast.li_na, "filing", "2023A"))
    assert desk.summary(annual.edition.table("软统企4")) == "草稿"  # nobody has begun it


@pytest.fixture
def returned(may):
    submission = file_may(may.filing, may.clerk)
    reasons = [{"cell": "2112.c1", "reason": "请核对人数"}, {"cell": "", "reason": "请附说明"}]
    workflow.send_back(submission, reasons, may.reviewer, AT)
    return may


@pytest.mark.django_db
def test_after_a_return_the_bar_the_list_and_the_button_agree(returned):
    for name, args in (("sheet", (MAY, "t6")), ("filing", (MAY,))):
        page = page_of(returned.clerk, name, *args)
        assert page.count("区县退回，尚未改动") == 2 and "请核对人数" in page and "请附说明" in page
        assert "没有发现" not in page  # the list is not empty
        assert "上报前：请先做“数据审核”。区县退回的有 2 处没有改动。" in bar(page)
        assert is_primary(page, "first-step") and not is_primary(page, "last-step")


@pytest.mark.django_db
def test_what_was_returned_and_changed_is_said_to_be(returned):
    workflow.save_sheet(returned.filing, "软统企6", {"2112.c1": "41"}, 1, returned.clerk, AT)
    workflow.check(returned.filing, returned.clerk, AT)
    for warning in judge(fresh(returned.filing)).warnings:
        workflow.explain(returned.filing, warning.rule, warning.fingerprint, returned.clerk, AT, reason_code="01")
    page = page_of(returned.clerk, "sheet", MAY, "t6")
    assert page.count("区县退回，已改动") == 2 and "尚未改动" not in page
    assert "可以上报。" in bar(page) and "没有改动" not in bar(page)
    assert is_primary(page, "last-step") and not is_primary(page, "first-step")


@pytest.mark.django_db
def test_a_return_that_changes_nothing_may_be_sent_again_and_is_told_what_to_write(returned):
    workflow.check(returned.filing, returned.clerk, AT)
    page = page_of(returned.clerk, "filing", MAY)
    assert "可以上报。区县退回的有 2 处没有改动，上报时请在“修订原因”中说明。" in bar(page)
    assert is_primary(page, "last-step")


@pytest.mark.django_db
def test_the_list_says_that_the_check_is_still_to_be_done(may):
    workflow.save_sheet(may.filing, "软统企6", CLEAN_MAY, 0, may.clerk, AT)
    for warning in judge(fresh(may.filing)).warnings:
        workflow.explain(may.filing, warning.rule, warning.fingerprint, may.clerk, AT, reason_code="01")
    assert Overview(fresh(may.filing), AT).needs_check
    assert "上报前：请先做“数据审核”。" in bar(page_of(may.clerk, "sheet", MAY, "t6"))


@pytest.mark.django_db
def test_a_filing_that_cannot_be_sent_says_why_in_place_of_the_button(returned):
    Period.objects.update(state=Period.LOCKED, locked_at=AT)
    page = page_of(returned.clerk, "filing", MAY)
    assert "2024年5月已由市级锁定，不能再上报。" in bar(page) and 'id="last-step"' not in page
    Period.objects.update(state=Period.OPEN, opens_on=AT.date().replace(day=6))
    page = page_of(returned.clerk, "filing", MAY)
    assert "2024年5月于 2024-06-06 开始填报，还不能上报。" in bar(page) and 'id="last-step"' not in page
