"""What has to be there before a city can work: each line there and not there, by one query; and the page of them, which
stands first until all of it is."""

import re
from dataclasses import replace
from datetime import date

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.urls import Resolver404, resolve

from accounts.models import DUTIES, District, DistrictContact, Enterprise, Installation, JournalEntry, User
from forms_tables.edition.catalog import load_edition
from reporting.frame.context import entries_for, navigation_of
from reporting.going_live import steps
from reporting.going_live.standing import go_live, has_start_page
from reporting.models import Arrangement, ParameterValue, Period
from tests.cast import AT, make_district
from tests.may import open_period
from tests.officials import make_it_be, sign_in
from tests.reading import markup_of, words_on

EDITION = load_edition("chongqing-2024")
TODAY = date(2024, 6, 5)
TO_ENTER = ["FX", "k_E41", "k_E42", "k_E43", "k_E44", "k_E45", "k_E49"]
NOT_YET = make_password(None)


def tally(key: str, today: date = TODAY) -> tuple[int, int]:
    step = next(step for step in steps.STEPS if step.key == key)
    found = step.ask(today, EDITION)
    return found.there, found.wanted


def is_done(key: str, today: date = TODAY) -> bool:
    step = next(step for step in steps.STEPS if step.key == key)
    return step.ask(today, EDITION).is_done


@pytest.mark.parametrize("step", steps.STEPS, ids=lambda step: step.key)
def test_each_line_is_one_query(step, cast, django_assert_num_queries):
    with django_assert_num_queries(1):
        step.ask(TODAY, EDITION)


def test_the_city_has_an_account_once_its_person_has_chosen_a_password(cast):
    assert is_done("city_account")
    User.objects.filter(pk=cast.zhou_tao.pk).update(password=NOT_YET)
    assert not is_done("city_account")


def test_an_account_that_was_stopped_is_none(cast):
    User.objects.filter(pk__in=[cast.zhou_tao.pk, cast.he_qing.pk]).update(is_active=False)
    assert not is_done("city_account")
    assert tally("officials") == (1, 2)


def test_every_district_of_today_has_somebody_who_can_review(cast):
    make_district("500199", "撤并区", 99, valid_to=date(2023, 12, 31))
    assert tally("officials") == (2, 2) and is_done("officials")
    User.objects.filter(pk=cast.he_qing.pk).update(password=NOT_YET)
    assert tally("officials") == (1, 2) and not is_done("officials")


def test_a_contact_has_a_name_and_a_telephone(cast):
    assert tally("contacts") == (0, 2)
    DistrictContact.objects.create(district=cast.yuzhong, clerk="陈宇", phone="023-63000000")
    DistrictContact.objects.create(district=cast.nanan, clerk="何清")
    assert tally("contacts") == (1, 2) and not is_done("contacts")
    DistrictContact.objects.update(phone="023-63000000")
    assert is_done("contacts")


@pytest.mark.parametrize("key", ["officials", "contacts"])
def test_once_there_is_a_register_only_districts_with_firms_count(cast, key):
    make_district("500230", "丰都县", 50)
    assert tally(key)[1] == 2
    Enterprise.objects.now_in(cast.nanan).update(left_on=date(2024, 6, 4))
    assert tally(key)[1] == 1
    Enterprise.objects.update(left_on=date(2024, 6, 4))
    assert tally(key)[1] == 3


def test_the_city_names_a_telephone(cast):
    assert not is_done("city_phone")
    Installation.objects.update_or_create(pk=1, defaults={"phone": "023-63000001"})
    assert is_done("city_phone")


def test_the_register_has_firms_that_still_report(cast):
    assert tally("register")[0] == 3 and is_done("register")
    Enterprise.objects.update(left_on=date(2024, 6, 4))
    assert not is_done("register")


def test_every_firm_that_still_reports_has_an_account(cast):
    assert tally("accounts_of_firms") == (3, 3) and is_done("accounts_of_firms")
    User.objects.filter(pk=cast.sun_jie.pk).update(is_active=False)
    assert tally("accounts_of_firms") == (2, 3) and not is_done("accounts_of_firms")
    Enterprise.objects.filter(pk=cast.shancheng.pk).update(left_on=date(2024, 5, 31))
    assert is_done("accounts_of_firms")


def test_an_entry_that_was_merged_needs_no_account(cast):
    Enterprise.objects.filter(pk=cast.jialing.pk).update(merged_into=cast.yuntu, left_on=date(2024, 12, 31))
    assert tally("accounts_of_firms") == (2, 2)


def test_an_account_that_waits_for_its_person_is_opened_all_the_same(cast):
    User.objects.update(password=NOT_YET)
    assert is_done("accounts_of_firms")


def test_without_a_register_the_firms_have_no_accounts(db):
    assert tally("accounts_of_firms") == (0, 0) and not is_done("accounts_of_firms")


def test_the_calendar_of_the_year_is_shipped_or_entered(cast):
    assert is_done("calendar") and not is_done("calendar", date(2031, 1, 4))
    entered = {"number": "国办发明电", "title": "安排", "festivals": [], "entered_by": cast.zhou_tao, "entered_at": AT}
    Arrangement.objects.create(year=2031, **entered)
    assert is_done("calendar", date(2031, 1, 4))


def test_what_nobody_has_published_is_entered(cast):
    assert tally("parameters") == (0, len(TO_ENTER))
    for name in TO_ENTER[1:]:
        ParameterValue.objects.create(name=name, value=1, source="公告")
    ParameterValue.objects.create(name="YOY_LIMIT", value=1, source="公告")  # which has a figure without it
    assert not is_done("parameters")
    period = Period.objects.create(code="2024M05", edition_code=EDITION.code, opens_on=date(2024, 6, 1))
    ParameterValue.objects.create(name="FX", period=period, value=7, source="公告")
    assert is_done("parameters")


def test_the_first_period_is_opened(cast):
    assert not is_done("first_period")
    Period.objects.create(code="2024M05", edition_code=EDITION.code, opens_on=date(2024, 6, 1))
    assert is_done("first_period")


# ---- the page ----


@pytest.fixture
def ready(cast):
    """Everything there but the first period."""
    for district in (cast.yuzhong, cast.nanan):
        DistrictContact.objects.create(district=district, clerk="统计员", phone="023-63000000")
    for name in TO_ENTER:
        ParameterValue.objects.create(name=name, value=1, source="公告")
    Installation.objects.update_or_create(pk=1, defaults={"phone": "023-63000001"})
    return cast


def open_the_first_period():
    open_period("2024M05", date(2024, 6, 1))


@pytest.fixture(autouse=True)
def a_day_of_which_the_calendar_is_known(monkeypatch):
    monkeypatch.setattr("accounts.clock.real_now", lambda: AT)


def test_it_is_the_first_page_of_those_who_set_a_city_up_and_of_nobody_else(cast):
    for person in (cast.zhou_tao, cast.wu_gang):
        assert sign_in(person).get("/").url == "/start/"
    assert sign_in(cast.chen_yu).get("/").url == "/district/"
    assert sign_in(cast.liu_fang).get("/").url == "/association/"
    assert sign_in(cast.liu_fang).get("/start/").status_code == 403


def test_it_says_what_is_there_what_is_next_and_who_may_do_it(ready):
    ParameterValue.objects.filter(name="FX").delete()
    said = words_on(sign_in(ready.zhou_tao).get("/start/"))
    assert "7 / 9 项" in said and "2 / 2 个区县" in said and "3 家在报" in said and "6 / 7 项" in said
    lines = {line for line in said.splitlines() if "下一步" in line or "未就绪" in line}
    assert len(lines) <= 2 and said.count("下一步") == 1
    assert "区县、市级" in said


def test_it_proposes_the_month_to_begin_with_and_says_why(ready):
    assert "建议从2024年5月开始：刚刚结束" in words_on(sign_in(ready.zhou_tao).get("/start/"))
    open_the_first_period()
    assert "建议从" not in words_on(sign_in(ready.zhou_tao).get("/start/"))


def test_it_links_only_where_the_reader_may_go(ready):
    links = markup_of(sign_in(ready.wu_gang).get("/start/"))
    assert 'href="/users/"' in links and 'href="/city/periods/"' not in links and "请市级办理" in links
    links = markup_of(sign_in(ready.zhou_tao).get("/start/"))
    assert 'href="/city/periods/"' in links and 'href="/firms/import/"' in links


def test_it_leaves_by_itself_when_everything_is_there(ready):
    city = sign_in(ready.zhou_tao)
    assert 'href="/start/"' in markup_of(city.get("/city/periods/"))
    open_the_first_period()
    assert "全部就绪。" in words_on(city.get("/start/"))
    assert Installation.current().live_since == AT
    assert 'href="/start/"' not in markup_of(city.get("/city/periods/"))
    assert city.get("/").url == "/city/"
    assert JournalEntry.objects.filter(action="上线准备完成", by=None).count() == 1


def test_it_does_not_come_back(ready):
    open_the_first_period()
    assert go_live(AT) and not go_live(AT)
    User.objects.filter(pk=ready.he_qing.pk).update(is_active=False)
    assert not has_start_page(ready.zhou_tao)
    assert JournalEntry.objects.filter(action="上线准备完成").count() == 1


def test_it_stays_while_one_line_is_not_there(ready):
    assert "全部就绪。" not in words_on(sign_in(ready.zhou_tao).get("/start/"))
    assert has_start_page(ready.zhou_tao) and not Installation.objects.exclude(live_since=None).exists()


def test_a_demonstration_never_starts(cast):
    make_it_be(TODAY)
    assert not has_start_page(cast.zhou_tao) and not go_live(AT)
    assert sign_in(cast.zhou_tao).get("/").url == "/city/"
    assert Installation.current().live_since is None


def test_the_system_administrator_may_open_every_page_that_deploy_sends_them_to(cast):
    text = (settings.BASE_DIR / "deploy" / "README.md").read_text(encoding="utf-8")
    pages = {path for path in re.findall(r"`(/[a-z/-]+/)`", text) if is_a_page(path)}
    assert pages == {"/outbox/"}
    for path in pages:
        assert sign_in(cast.wu_gang).get(path).status_code == 200


def is_a_page(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:  # a folder of the machine
        return False
    return True


@pytest.mark.parametrize("role", ["city", "system"])
def test_the_navigation_begins_with_it_and_still_fits_a_phone(role):
    entries = entries_for(DUTIES[role], starting=True)
    assert entries[0].path == "/start/" and len(entries) <= 7


def test_the_citys_progress_is_under_it_meanwhile():
    current = [each["label"] for each in navigation_of(DUTIES["city"], "/city/", True) if each["current"]]
    assert current == ["上线"]
    current = [each["label"] for each in navigation_of(DUTIES["city"], "/city/periods/", True) if each["current"]]
    assert current == ["报告期"]


def test_a_city_whose_districts_are_not_loaded_is_not_ready(db):
    assert not District.objects.exists() and not is_done("officials")


def test_an_edition_that_leaves_nothing_to_enter_does_not_hold_a_city_up(cast):
    published = replace(EDITION, parameters={"YOY_LIMIT": EDITION.parameters["YOY_LIMIT"]})
    assert steps.parameters(TODAY, published).is_done
