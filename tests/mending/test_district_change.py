"""Many firms go to another district from a day on: earlier periods stay where they counted, later ones go along."""

import uuid
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.access import DoneAlready, Refused
from accounts.models import District, DistrictChange, Enterprise, JournalEntry, Letter, Move, Residence, User
from reporting import tasks, workflow
from reporting.mending import district_change as changing
from reporting.mending.district_choice import WantedChange, codes_in, reach
from reporting.models import Filing, State
from reporting.register import moves
from reporting.totals.aggregation import as_json, summarise
from reporting.workflow.period import owe
from tests.cast import AT, SHANGHAI, make_district, make_user
from tests.history.books import book, stand
from tests.invitations.many import many_firms
from tests.may import CLEAN_MAY, fresh, make_may, open_period
from tests.mending.twins import merge
from tests.officials import freeze, make_it_be, sign_in
from tests.practice.training import practised, train
from tests.reading import markup_of, words_on

pytestmark = pytest.mark.django_db
FIRST_OF_MAY, FIRST_OF_JULY = date(2024, 5, 1), date(2024, 7, 1)


@pytest.fixture
def city(cast):
    make_it_be(AT.date())
    cast.new = make_district("500157", "两江新区", 40, valid_from=date(2024, 5, 1))
    cast.may = make_may(cast)
    return cast


def change(city, since: date = FIRST_OF_MAY, **more) -> WantedChange:
    return WantedChange((city.yuzhong,), city.new, since, "渝府发〔2024〕9号", **more)


def press(city, wanted: WantedChange, at=AT, token=None, by=None) -> DistrictChange:
    return changing.press(token or uuid.uuid4(), wanted, reach(wanted, at).mark, by=by or city.zhou_tao, at=at)


def test_later_periods_go_along_sent_or_not_and_earlier_ones_stay(city):
    april = open_period("2024M04", date(2024, 5, 1))
    earlier = owe(city.yuntu, april)
    freeze(city.may.filing, city.li_na, {**CLEAN_MAY, "2010.c1": "700.00"})
    press(city, change(city))
    assert fresh(earlier).district == city.yuzhong
    assert fresh(city.may.filing).district == city.new  # sent, and not locked
    assert fresh(Filing.objects.get(enterprise=city.jialing)).district == city.new
    assert city.yuntu.district_on(date(2024, 4, 30)) == city.yuzhong and city.yuntu.district == city.new
    assert city.shancheng.district == city.nanan
    lines = JournalEntry.objects.filter(action="迁移区县", enterprise=city.yuntu, why="渝府发〔2024〕9号")
    assert set(lines.values_list("district", flat=True)) == {city.yuzhong.pk, city.new.pk}


def test_a_locked_total_of_an_earlier_period_stays(city):
    april = open_period("2024M04", date(2024, 5, 1))
    sent = freeze(owe(city.yuntu, april), city.li_na, {"2010.c1": "333.00"})
    workflow.approve(sent, city.chen_yu, AT)
    april = workflow.lock(april, city.zhou_tao, AT)
    before = as_json(summarise(april, AT))
    press(city, change(city))
    assert as_json(summarise(april, AT)) == before
    back = WantedChange((city.new,), city.yuzhong, date(2024, 4, 30), "改回")
    with pytest.raises(Refused, match="2024年4月已由市级锁定.*2024-05-01 或以后"):
        press(city, back)


def test_the_new_district_decides_what_an_abolished_one_left(city):
    april = open_period("2024M04", date(2024, 5, 1))
    waits = freeze(owe(city.yuntu, april), city.li_na, CLEAN_MAY)
    press(city, change(city, closes=True))
    new_clerk = User.objects.create(
        username="new", name="刘洋", role="district", district=city.new, email="n@example.com"
    )
    closed = District.objects.get(pk=city.yuzhong.pk)
    assert (closed.valid_to, closed.successor, closed.reviewed_by) == (date(2024, 4, 30), city.new, city.new)
    assert set(Filing.objects.visible_to(new_clerk)) >= set(Filing.objects.filter(enterprise=city.yuntu))
    assert waits.receipt in markup_of(sign_in(new_clerk).get("/district/queue/2024M04/"))
    old = User.objects.get(pk=city.chen_yu.pk)
    assert waits.filing in Filing.objects.visible_to(old)  # still reads its past
    assert "1000" in words_on(sign_in(old).get(f"/district/submissions/{waits.receipt}/")).replace(",", "")
    with pytest.raises(Refused, match="渝中区已撤销，由两江新区审核"):
        workflow.approve(waits, old, AT)
    workflow.approve(waits, new_clerk, AT)
    assert fresh(waits.filing).state == State.APPROVED and fresh(waits.filing).district == city.yuzhong
    assert Letter.objects.filter(stem="filing/approved").exists()


def test_letters_of_the_abolished_one_go_to_who_decides_now(city):
    april = open_period("2024M04", date(2024, 5, 1))
    waits = freeze(owe(city.yuntu, april), city.li_na, CLEAN_MAY)
    press(city, change(city, closes=True, takes_officials=True))
    chen_yu = User.objects.get(pk=city.chen_yu.pk)
    assert chen_yu.district == city.new
    workflow.approve(waits, chen_yu, AT)
    workflow.city_query(fresh(waits.filing).approved, city.zhou_tao, AT, "请核实")
    assert Letter.objects.filter(stem="filing/city_asked", to=chen_yu.email).exists()
    assert Letter.objects.filter(stem="official_changed", to=chen_yu.email).exists()


def test_one_that_is_planned_waits_for_its_day_and_the_beat_does_it(city):
    wanted = change(city, since=FIRST_OF_JULY, closes=True)
    planned = press(city, wanted)
    assert planned.is_planned and city.yuntu.district == city.yuzhong
    tasks.plan_all((changing.plan,), datetime(2024, 6, 30, 23, 59, tzinfo=SHANGHAI))
    assert city.yuntu.district == city.yuzhong
    day = datetime(2024, 7, 1, 0, 10, tzinfo=SHANGHAI)
    tasks.plan_all((changing.plan,), day)
    tasks.plan_all((changing.plan,), day)  # a second beat
    assert city.yuntu.district == city.new and fresh(city.may.filing).district == city.yuzhong  # May ended before
    assert Residence.objects.filter(enterprise=city.yuntu).count() == 2
    assert DistrictChange.objects.get().state == DistrictChange.State.DONE
    assert changing.plan in tasks.PLANNERS


def test_who_came_since_to_a_district_that_ends_goes_along_and_is_told(city):
    planned = press(city, change(city, since=FIRST_OF_JULY, closes=True))
    [newcomer] = many_firms(city, 1)  # registered in 渝中区 before the day
    changing.plan(datetime(2024, 7, 1, 0, 10, tzinfo=SHANGHAI))
    assert newcomer.district == city.new
    assert planned.firms.filter(enterprise=newcomer, origin=city.yuzhong, left_out="").exists()
    assert not city.yuzhong.residences.filter(until=None).exists()
    assert Letter.objects.filter(stem="register/district_change", to=newcomer.email).count() == 1
    assert JournalEntry.objects.filter(action="迁移区县", enterprise=newcomer, district=city.new).exists()


def test_what_is_practised_goes_along(city):
    train(city)
    assert practised(city.yuntu).district == city.yuzhong
    press(city, change(city))
    assert practised(city.yuntu).district == city.new
    moves.move_enterprise(city.shancheng, city.new, since=AT.date(), reason="搬迁", by=city.he_qing, at=AT)
    assert practised(city.shancheng).district == city.new


def test_imported_history_of_the_day_and_later_is_told(city):
    for code in ("2024M03", "2024M04"):
        stand(city.yuntu, code, {"2010.c1": "1.00"})
    wanted = replace(change(city), since=date(2024, 4, 2), district=city.nanan)
    assert reach(wanted, AT).history == 1
    answer = sign_in(city.zhou_tao).post(
        "/district-changes/preview/", posted(city, since="2024-04-02", district=city.nanan.pk)
    )
    assert "还有 1 份导入的历史" in words_on(answer)


def test_what_no_firm_brings_along_goes_with_an_abolished_district(city):
    """嘉陵 moved after sending, 云图 was registered and sent twice: both sent to 渝中区, which ends before May does."""
    [twin] = many_firms(city, 1)
    clerk = make_user(twin.credit_code, "胡斌", "enterprise", enterprise=twin)
    moved = Filing.objects.get(enterprise=city.jialing, period="2024M05")
    aside = owe(twin, moved.period)
    for filing, by in ((moved, city.zhao_min), (aside, clerk), (city.may.filing, city.li_na)):
        freeze(filing, by, CLEAN_MAY)
    april = open_period("2024M04", date(2024, 5, 1))
    freeze(owe(city.jialing, april), city.zhao_min, CLEAN_MAY)
    merge(city, city.yuntu, twin, p2024M05="kept")
    asked = moves.propose_move(city.jialing, city.nanan, since=date(2024, 5, 20), reason="搬迁", by=city.chen_yu, at=AT)
    moves.accept_move(asked, by=city.he_qing, at=AT)
    assert fresh(moved).district == fresh(aside).district == city.yuzhong
    press(city, change(city, closes=True))
    assert District.objects.get(pk=city.yuzhong.pk).valid_to == date(2024, 4, 30)
    assert fresh(moved).district == fresh(aside).district == city.new
    assert Filing.objects.get(enterprise=city.jialing, period=april).district == city.yuzhong  # ended before
    told = JournalEntry.objects.filter(action="随区县撤销转交", district=city.new)
    assert set(told.values_list("enterprise", flat=True)) == {city.jialing.pk, twin.pk}


def test_what_the_city_planned_is_done_though_its_author_has_another_office(city):
    make_user("city2", "郑敏", "city")
    press(city, change(city, since=FIRST_OF_JULY, closes=True, takes_officials=True))
    moves.propose_move(city.yuntu, city.nanan, since=date(2024, 5, 10), reason="搬迁", by=city.chen_yu, at=AT)
    User.objects.filter(pk=city.zhou_tao.pk).update(role="district", district=city.nanan)
    changing.plan(datetime(2024, 7, 1, 0, 10, tzinfo=SHANGHAI))
    assert city.yuntu.district == city.new and DistrictChange.objects.get().state == DistrictChange.State.DONE
    assert User.objects.get(pk=city.chen_yu.pk).district == city.new
    assert JournalEntry.objects.filter(action="变更区县").get().by.username == "city2"
    assert city.yuntu.residence.by == city.zhou_tao  # who decided it


def test_one_planned_change_that_fails_does_not_keep_the_others(city, monkeypatch):
    first = press(city, change(city, since=FIRST_OF_JULY))
    other = press(city, replace(change(city, since=FIRST_OF_JULY), origins=(city.nanan,)))
    settle_in = changing._settle_in

    def fail_for_the_first(planned, homes):
        if planned == first:
            raise Refused("不行")
        settle_in(planned, homes)

    monkeypatch.setattr(changing, "_settle_in", fail_for_the_first)
    with pytest.raises(ExceptionGroup):
        changing.plan(datetime(2024, 7, 1, tzinfo=SHANGHAI))
    states = [DistrictChange.objects.get(pk=each.pk).state for each in (first, other)]
    assert states == [DistrictChange.State.PLANNED, DistrictChange.State.DONE]


def test_one_that_is_planned_can_be_taken_back_and_who_was_told_is_told(city):
    planned = press(city, change(city, since=FIRST_OF_JULY))
    Letter.objects.filter(to=city.li_na.email).update(state=Letter.State.SENT)
    browser = sign_in(city.zhou_tao)
    assert "请写明事由" in words_on(browser.post(f"/district-changes/{planned.pk}/take-back/", {}), 422)
    browser.post(f"/district-changes/{planned.pk}/take-back/", {"why": "日期写错"})
    assert set(Letter.objects.filter(stem="register/district_change_back").values_list("to", flat=True)) == {
        city.li_na.email
    }
    unsent = Letter.objects.filter(stem__startswith="register/district_change").exclude(state=Letter.State.SENT)
    assert set(unsent.exclude(stem="register/district_change_back").values_list("state", flat=True)) == {
        Letter.State.WITHDRAWN
    }
    changing.plan(datetime(2024, 7, 2, tzinfo=SHANGHAI))
    assert city.yuntu.district == city.yuzhong
    with pytest.raises(DoneAlready):
        changing.take_back(planned, why="再点", by=city.zhou_tao, at=AT)


def test_one_that_holds_is_not_taken_back(city):
    done = press(city, change(city))
    with pytest.raises(Refused, match="已经生效"):
        changing.take_back(done, why="错了", by=city.zhou_tao, at=AT)


def test_who_moved_on_or_was_merged_before_the_day_is_left_out_and_it_is_said(city):
    twin = make_twins_here(city)
    planned = press(city, change(city, since=FIRST_OF_JULY))
    moves.move_enterprise(city.jialing, city.nanan, since=date(2024, 6, 1), reason="搬迁", by=city.zhou_tao, at=AT)
    merge(city, city.shancheng, twin)
    changing.plan(datetime(2024, 7, 1, tzinfo=SHANGHAI))
    left = dict(planned.firms.exclude(left_out="").values_list("enterprise", "left_out"))
    assert set(left) == {city.jialing.pk, twin.pk} and "已改属别的区县" in left[city.jialing.pk]
    assert city.jialing.district == city.nanan
    assert "没有改的" in words_on(sign_in(city.zhou_tao).get(f"/district-changes/{planned.pk}/"))


def make_twins_here(city) -> Enterprise:
    [twin] = many_firms(city, 1)  # in 渝中区
    return twin


def test_a_waiting_move_is_taken_back_with_it(city):
    asked = moves.propose_move(city.yuntu, city.nanan, since=date(2024, 5, 10), reason="搬迁", by=city.chen_yu, at=AT)
    press(city, change(city))
    assert Move.objects.get(pk=asked.pk).state == Move.State.WITHDRAWN


def test_a_second_press_and_a_stale_page_do_nothing(city):
    token, wanted = uuid.uuid4(), change(city)
    seen = reach(wanted, AT).mark
    changing.press(token, wanted, seen, by=city.zhou_tao, at=AT)
    with pytest.raises(DoneAlready, match="没有重复办理"):
        changing.press(token, wanted, seen, by=city.zhou_tao, at=AT)
    with pytest.raises(Refused, match="没有一家企业"):
        press(city, wanted)
    assert DistrictChange.objects.count() == 1
    with pytest.raises(Refused, match="在您预览之后"):
        changing.press(uuid.uuid4(), replace(wanted, origins=(city.nanan,)), seen, by=city.zhou_tao, at=AT)


def test_firms_of_another_planned_change_are_not_planned_twice(city):
    press(city, change(city, since=FIRST_OF_JULY))
    with pytest.raises(Refused, match="2 家已在另一份待生效"):
        press(city, change(city, since=FIRST_OF_JULY))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"since": date(2024, 4, 1)}, "两江新区在 2024-04-01 不是报送区县"),
        ({"since": date(2026, 1, 1)}, "一年以后"),
        ({"since": date(1, 1, 1)}, "太早"),
        ({"closes": True, "search": "云图"}, "还有 1 家企业不在名单里"),
        ({"takes_officials": True}, "工作人员不随企业转走"),
        ({"search": "没有这家"}, "没有一家企业"),
    ],
)
def test_what_keeps_it_from_being_done_is_said(city, more, words):
    with pytest.raises(Refused, match=words):
        press(city, change(city, **more))


def test_only_the_city_does_it(city):
    for by in (city.chen_yu, city.li_na, city.liu_fang, city.wu_gang):
        with pytest.raises(Refused, match="只有市级"):
            press(city, change(city), by=by)
    assert sign_in(city.chen_yu).get("/district-changes/").status_code == 403


def posted(city, **more) -> dict:
    return {
        "origin": city.yuzhong.pk,
        "district": city.new.pk,
        "since": "2024-05-01",
        "reason": "渝府发〔2024〕9号",
        **more,
    }


def test_the_preview_has_numbers_a_letter_and_the_press(city):
    browser = sign_in(city.zhou_tao)
    answer = browser.post("/district-changes/preview/", posted(city, closes="on"))
    page = words_on(answer)
    assert "2 家由渝中区改到两江新区" in page and "未上报 2，已上报 0" in page
    assert "自 2024年5月1日 起，贵单位的报送区县由渝中区改为两江新区" in page
    assert "陈宇（yuzhong，渝中区）：账号保留，只能查阅" in page
    assert not DistrictChange.objects.exists() and not Letter.objects.exists()
    markup = markup_of(answer)
    hidden = {name: markup.split(f'name="{name}" value="')[1].split('"')[0] for name in ("token", "seen")}
    done = browser.post("/district-changes/press/", posted(city, closes="on", **hidden), follow=True)
    assert "已生效" in words_on(done)
    letters = Letter.objects.filter(stem__startswith="register/district_change")
    assert f"发 {letters.count()} 封信" in page
    again = browser.post("/district-changes/press/", posted(city, closes="on", **hidden), follow=True)
    assert "没有重复办理" in words_on(again) and DistrictChange.objects.count() == 1


def test_single_firms_are_chosen_by_list_by_file_by_address_and_unticked(city):
    browser = sign_in(city.zhou_tao)
    code = city.yuntu.credit_code

    def number(**more) -> str:
        return words_on(browser.post("/district-changes/preview/", posted(city, **more))).splitlines()

    def says(words: str, **more) -> bool:
        return any(words in line for line in number(**more))

    assert says("1 家由渝中区", codes=f"序号 代码\n1 {code.lower()}\n2 {city.shancheng.credit_code}")
    assert says("名单里有 1 个代码不是这些区县现在的企业", codes=f"{code} {city.shancheng.credit_code}")
    listed = SimpleUploadedFile("名单.xlsx", book({"统一社会信用代码": code}))
    assert says("1 家由渝中区", file=listed)
    Enterprise.objects.filter(pk=city.jialing.pk).update(address="龙兴镇1号")
    assert says("1 家由渝中区", search="龙兴镇")
    assert says("1 家由渝中区", left=[city.yuntu.pk])
    wrong = browser.post("/district-changes/preview/", posted(city, codes="没有代码"))
    assert "没有找到 18 位的统一社会信用代码" in words_on(wrong, 422)
    broken = SimpleUploadedFile("名单.xlsx", b"PK no book")
    assert "名单文件读不出" in words_on(browser.post("/district-changes/preview/", posted(city, file=broken)), 422)
    assert codes_in(f"{code},{code}") == (code,)


def test_a_stale_press_shows_the_preview_anew(city):
    browser = sign_in(city.zhou_tao)
    press_it = posted(city, token=str(uuid.uuid4()), seen="old")
    assert "在您预览之后" in words_on(browser.post("/district-changes/press/", press_it), 409)
    assert "预览页的内容不完整" in words_on(browser.post("/district-changes/press/", posted(city)), 422)


def test_as_many_questions_for_a_hundred_firms_as_for_ten(city):
    def asked(number: int, begin: int) -> int:
        many_firms(city, number, begin)
        at = AT + timedelta(minutes=begin)
        with CaptureQueriesContext(connection) as questions:
            press(city, change(city, since=date(2024, 5, 1)), at=at)
        return len(questions)

    few = asked(10, 0)
    make_it_be(AT.date())
    assert asked(100, 100) <= few
