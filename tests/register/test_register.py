"""The register: contacts, facts, named lists, moving district, leaving, and the firm page."""

from datetime import date, datetime

import pytest

from accounts import people
from accounts.access import Refused
from accounts.models import Enterprise, JournalEntry
from reporting import workflow
from reporting.models import Filing, Period, State
from reporting.register import upkeep
from reporting.register.facts import UnreadableFact
from reporting.totals.aggregation import summarise
from reporting.totals.progress import progress_of
from reporting.workflow import owe
from tests.cast import AT, SHANGHAI
from tests.may import fresh, make_may, open_period
from tests.officials import file_may, make_it_be
from tests.reading import markup_of, words_on

CONTACT = {"contact_name": "新人", "phone": "023-63890000", "mobile": "", "email": "x@example.com", "address": ""}
JUNE = date(2024, 6, 1)
JULY = datetime(2024, 7, 3, 9, tzinfo=SHANGHAI)


def period(code: str, opens_on: date, state: str = Period.OPEN) -> Period:
    return Period.objects.create(code=code, edition_code="chongqing-2024", opens_on=opens_on, state=state)


def test_the_firm_and_its_district_change_the_contact(cast):
    upkeep.change_contact(cast.yuntu, CONTACT, by=cast.wang_lei, at=AT)
    upkeep.change_contact(cast.yuntu, CONTACT | {"contact_name": "又换"}, by=cast.chen_yu, at=AT)
    entries = JournalEntry.objects.filter(action="修改企业联系方式").order_by("pk")
    assert [entry.after.get("联系人") for entry in entries] == ["新人", "又换"]
    assert entries[1].before == {"联系人": "新人"}


def test_another_firm_or_district_does_not_change_the_contact(cast):
    for by in (cast.zhao_min, cast.he_qing, cast.liu_fang, cast.wu_gang):
        with pytest.raises(Refused, match="企业自己或所在区县"):
            upkeep.change_contact(cast.yuntu, CONTACT, by=by, at=AT)


def test_saving_the_same_contact_leaves_no_trace(cast):
    upkeep.change_contact(cast.yuntu, CONTACT, by=cast.li_na, at=AT)
    upkeep.change_contact(cast.yuntu, CONTACT, by=cast.li_na, at=AT)
    assert JournalEntry.objects.filter(action="修改企业联系方式").count() == 1


def test_the_firm_changes_its_own_facts_and_the_journal_keeps_both_sides(cast):
    upkeep.change_facts(cast.yuntu, {"A37": "是", "A34": "3B,1"}, by=cast.li_na, at=AT)
    cast.yuntu.refresh_from_db()
    assert (cast.yuntu.attributes["A37"], cast.yuntu.attributes["A34"]) == ("是", "1,3B")
    entry = JournalEntry.objects.get(action="修改登记事项")
    assert entry.before["是否有人工智能业务"] == "否"
    assert entry.after["是否有人工智能业务"] == "是"


def test_no_official_says_the_firms_facts_for_it(cast):
    for by in (cast.chen_yu, cast.zhou_tao, cast.zhao_min, cast.wu_gang):
        with pytest.raises(Refused, match="企业自己修改"):
            upkeep.change_facts(cast.yuntu, {"A37": "是"}, by=by, at=AT)


def test_the_firm_does_not_put_itself_on_a_named_list(cast):
    with pytest.raises(Refused, match="市级名单"):
        upkeep.change_facts(cast.yuntu, {"A38": "是"}, by=cast.li_na, at=AT)


def test_a_fact_that_is_no_code_is_refused(cast):
    with pytest.raises(UnreadableFact, match="“99”不在“行业代码"):
        upkeep.change_facts(cast.yuntu, {"A22": "99"}, by=cast.li_na, at=AT)


def test_the_city_names_key_firms_with_a_ground(client, cast):
    client.force_login(cast.zhou_tao)
    said = {"credit_code": cast.yuntu.credit_code, "value": "是", "why": "渝经信〔2024〕8号"}
    client.post("/key-firms/A39/", said)
    cast.yuntu.refresh_from_db()
    assert cast.yuntu.attributes["A39"] == "是"
    assert JournalEntry.objects.get(action="修改重点名单").why == "渝经信〔2024〕8号"
    assert cast.yuntu.name in words_on(client.get("/key-firms/A39/"))
    assert "没有这个代码" in words_on(client.post("/key-firms/A39/", said | {"credit_code": "123"}))
    assert "已经是" in words_on(client.post("/key-firms/A39/", said))
    assert client.get("/key-firms/A22/").status_code == 404


def test_nobody_else_names_key_firms(cast):
    for by in (cast.chen_yu, cast.liu_fang, cast.li_na, cast.wu_gang):
        with pytest.raises(Refused, match="只能由市级"):
            upkeep.name_key_firm(cast.yuntu, "A38", "是", by=by, at=AT, why="试")
    with pytest.raises(Refused, match="不是市级名单"):
        upkeep.name_key_firm(cast.yuntu, "A22", "6513", by=cast.zhou_tao, at=AT, why="试")
    with pytest.raises(Refused, match="依据"):
        upkeep.name_key_firm(cast.yuntu, "A38", "是", by=cast.zhou_tao, at=AT, why="")


def test_a_firm_stops_reporting_on_a_day_with_a_reason(cast):
    with pytest.raises(Refused, match="所属区县或市级"):
        upkeep.stop_reporting(cast.yuntu, left_on=JUNE, reason="注销", by=cast.li_na, at=AT)
    with pytest.raises(Refused, match="事由"):
        upkeep.stop_reporting(cast.yuntu, left_on=JUNE, reason="", by=cast.chen_yu, at=AT)
    with pytest.raises(Refused, match="不能早于"):
        upkeep.stop_reporting(cast.yuntu, left_on=date(2022, 1, 1), reason="注销", by=cast.chen_yu, at=AT)
    upkeep.stop_reporting(cast.yuntu, left_on=date(2024, 5, 31), reason="注销", by=cast.chen_yu, at=AT)
    assert cast.yuntu in Enterprise.objects.reporting_on(date(2024, 5, 31))
    assert cast.yuntu not in Enterprise.objects.reporting_on(JUNE)


def test_a_firm_that_left_owes_no_period_that_ends_later(cast, client):
    may = make_may(cast)
    june = open_period("2024M06", date(2024, 7, 1))
    workflow.save_sheet(owe(cast.yuntu, june), "软统企6", {"2010.c1": "1"}, 0, cast.li_na, JULY)
    owe(cast.jialing, june)

    def stop(left_on):
        upkeep.stop_reporting(cast.yuntu, left_on=left_on, reason="注销", by=cast.chen_yu, at=JULY)
        return [Filing.objects.get(enterprise=cast.yuntu, period=period).state for period in (may.may, june)]

    assert stop(date(2024, 6, 29)) == [State.NOT_STARTED, State.EXEMPT]
    entry = JournalEntry.objects.get(action="不须报")
    assert (entry.period, entry.why) == ("2024M06", "注销")
    assert (entry.before, entry.after) == ({"状态": "草稿"}, {"状态": "不须报"})
    assert progress_of(Filing.objects.of(june)).owed == 1
    assert workflow.standing_in_the_way(june) == {"未填报": 1}
    coverage = summarise(june, JULY).city.coverage
    assert (coverage.owed, len(summarise(june, JULY).filings)) == (1, 1)
    assert not Filing.objects.overdue(JULY.replace(year=2025)).filter(enterprise=cast.yuntu, period=june).exists()

    gone = Filing.objects.get(enterprise=cast.yuntu, period=june)
    for change in (
        lambda: workflow.save_sheet(gone, "软统企6", {"2010.c1": "2"}, 1, cast.li_na, JULY),
        lambda: workflow.ask_late(gone, cast.li_na, JULY.replace(month=9), "想补"),
    ):
        with pytest.raises(Refused, match="不须报"):
            change()
    make_it_be(JULY.date())
    client.force_login(cast.li_na)
    home = markup_of(client.get("/"))
    assert "以下报告期不须报：2024年6月" in home and "/filings/2024M06/t6/" not in home
    assert "不须报" in words_on(client.get("/filings/2024M06/"))

    assert stop(date(2024, 5, 30)) == [State.EXEMPT, State.EXEMPT]
    assert stop(date(2024, 6, 30)) == [State.NOT_STARTED, State.DRAFT]
    assert JournalEntry.objects.filter(action="恢复应报").count() == 2


def test_what_a_firm_sent_before_it_left_goes_its_way(cast):
    may = make_may(cast)
    sent = file_may(may.filing, may.clerk)
    upkeep.stop_reporting(cast.yuntu, left_on=date(2024, 5, 1), reason="注销", by=cast.chen_yu, at=AT)
    workflow.approve(sent, cast.chen_yu, AT)
    assert fresh(may.filing).state == State.APPROVED


def test_each_office_lists_its_own_firms(client, cast):
    for user, there, absent in (
        (cast.chen_yu, cast.yuntu, cast.shancheng),
        (cast.he_qing, cast.shancheng, cast.yuntu),
    ):
        client.force_login(user)
        page = words_on(client.get("/firms/"))
        assert there.name in page and absent.name not in page
        assert client.get(f"/firms/{absent.credit_code}/").status_code == 404
        assert client.post(f"/firms/{absent.credit_code}/open-account/").status_code == 404
    client.force_login(cast.zhou_tao)
    page = words_on(client.get("/firms/", {"district": "500108", "key": "", "scope": "3B"}))
    assert cast.shancheng.name in page and cast.yuntu.name not in page
    assert cast.jialing.name in words_on(client.get("/firms/", {"key": "A38"}))
    assert cast.jialing.name not in words_on(client.get("/firms/", {"key": "A40"}))
    assert "没有符合条件" in words_on(client.get("/firms/", {"q": "不存在"}))


def test_the_firm_edits_its_own_page(client, cast):
    client.force_login(cast.li_na)
    assert client.get("/account/firm/").status_code == 200
    client.post(
        "/account/firm/",
        {"part": "contact", "contact-contact_name": "李娜", "contact-mobile": "13800000001", "contact-email": "a@b.cn"},
    )
    client.post(
        "/account/firm/",
        {"part": "facts", "facts-A22": "6513", "facts-A34": ["1", "3A"], "facts-A36": "否", "facts-A37": "是"},
    )
    cast.yuntu.refresh_from_db()
    assert (cast.yuntu.contact_name, cast.yuntu.attributes["A34"]) == ("李娜", "1,3A")


def test_a_firm_without_account_gets_its_first_letter_from_its_district(client, cast, mailoutbox):
    cast.jialing.users.all().delete()
    with pytest.raises(Refused, match="所在区县"):
        people.open_first_account(cast.jialing, by=cast.he_qing, at=AT)
    client.force_login(cast.chen_yu)
    client.post(f"/firms/{cast.jialing.credit_code}/open-account/", {"email": ""})
    user = people.first_account(cast.jialing)
    assert not user.has_usable_password()
    with pytest.raises(Refused, match="已有账号"):
        people.open_first_account(cast.jialing, by=cast.chen_yu, at=AT)
    Enterprise.objects.filter(pk=cast.shancheng.pk).update(email="")
    cast.shancheng.refresh_from_db()
    cast.shancheng.users.all().delete()
    with pytest.raises(Refused, match="没有登记邮箱"):
        people.open_first_account(cast.shancheng, by=cast.he_qing, at=AT)


def test_a_firm_without_a_mailbox_is_to_have_one_before_its_letter(client, cast):
    cast.jialing.users.all().delete()
    Enterprise.objects.filter(pk=cast.jialing.pk).update(email="")
    client.force_login(cast.chen_yu)
    page = client.get(f"/firms/{cast.jialing.credit_code}/")
    assert "请先补登邮箱" in words_on(page) and "发送激活邮件到" not in words_on(page)
    assert f"/firms/{cast.jialing.credit_code}/contact/" in markup_of(page).split("请先")[1][:100]


def test_no_official_gets_a_firms_activation_letter(cast, mailoutbox):
    cast.jialing.users.all().delete()
    Enterprise.objects.filter(pk=cast.jialing.pk).update(email=cast.chen_yu.email.upper())
    cast.jialing.refresh_from_db()
    with pytest.raises(Refused, match="工作账号"):
        people.open_first_account(cast.jialing, by=cast.chen_yu, at=AT)
    Enterprise.objects.filter(pk=cast.jialing.pk).update(email="firm@example.com")
    cast.jialing.refresh_from_db()
    user = people.open_first_account(cast.jialing, by=cast.chen_yu, at=AT)
    with pytest.raises(Refused, match="工作账号"):
        people.resend_activation(user, by=cast.chen_yu, at=AT, email=cast.zhou_tao.email)
    assert people.first_account(cast.jialing).email == "firm@example.com"
    assert JournalEntry.objects.get(action="开通账号").after == {"邮箱": "firm@example.com"}
