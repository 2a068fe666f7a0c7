"""立即催报 and the pages around it: whom it reaches, the second press, the letters and how they ended."""

import re
import uuid
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import clock
from accounts.models import DeadAddress, JournalEntry, Letter
from accounts.post.letters import compose
from accounts.post.outbox import message_of
from reporting import tasks, workflow
from reporting.letters.schedule import schedule as set_times
from reporting.letters.schedule import set_schedule
from reporting.models import Period, ReminderChoice, Urging
from reporting.reminders import digests, planner, urging
from reporting.reminders.urging import Chosen
from reporting.succession import takeovers
from tests.cast import AT, make_enterprise, make_user
from tests.may import make_may
from tests.officials import file_may, freeze, make_it_be, sign_in
from tests.reading import markup_of, words_on
from tests.succession.papers import WHY, ZHOU_LIN, propose


@pytest.fixture
def may(cast):
    make_it_be(date(2024, 6, 10))
    return make_may(cast)


def choice(**more) -> dict:
    return {"period": "2024M05", "state": "", "district": "", "q": "", "words": "", **more}


def previewed(client, **more) -> tuple[dict, str]:
    """What the preview page would send on, and the page."""
    page = client.post("/reminders/preview/", choice(**more))
    body = markup_of(page)
    token = re.search(r'name="token" value="([^"]+)"', body)
    at = re.search(r'name="previewed_at" value="([^"]+)"', body)
    seen = re.search(r'name="seen" value="([^"]+)"', body)
    given = {"token": token and token[1], "previewed_at": at and at[1], "seen": seen and seen[1]}
    return choice(**more) | given, body


def press(client, form, callbacks):
    with callbacks(execute=True):
        return client.post("/reminders/send/", form)


@pytest.fixture
def callbacks(django_capture_on_commit_callbacks):
    return django_capture_on_commit_callbacks


def urged() -> set[str]:
    return set(Letter.objects.filter(stem="reminder/urged").values_list("to", flat=True))


def test_a_district_urges_its_own_firms_and_reads_the_letter_first(may, cast, callbacks):
    client = sign_in(cast.chen_yu)
    form, page = previewed(client, words="周五前请务必上报。")
    assert "发送给 2 家企业" in page and "周五前请务必上报。" in page and "渝中区催报" in page and "软统企6" in page
    answer = press(client, form, callbacks)
    assert urged() == {cast.li_na.email, cast.wang_lei.email, cast.zhao_min.email}
    made = Urging.objects.get()
    assert (made.firms, made.letters, made.district, made.words) == (2, 3, cast.yuzhong, "周五前请务必上报。")
    assert "2 家企业，共 3 封" in words_on(client.get(answer.url))
    assert JournalEntry.objects.get(action="立即催报").after["附言"] == "周五前请务必上报。"
    assert sign_in(cast.he_qing).get(answer.url).status_code == 404


def test_a_district_cannot_reach_into_another_by_the_form(may, cast, callbacks):
    client = sign_in(cast.chen_yu)
    form, page = previewed(client, district=cast.nanan.code)
    assert form["token"] and "没有一家企业能收到" in page or form["token"] is None
    press(
        client, choice(district=cast.nanan.code, token=uuid.uuid4(), previewed_at=AT.isoformat(), seen="9"), callbacks
    )
    assert urged() == set()


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        ({}, {"li_na", "wang_lei", "zhao_min", "sun_jie"}),
        ({"state": "not_started"}, {"zhao_min", "sun_jie"}),
        ({"state": "drafting"}, {"li_na", "wang_lei"}),
        ({"state": "returned"}, set()),
        ({"district": "500108"}, {"sun_jie"}),
        ({"q": "嘉陵"}, {"zhao_min"}),
        ({"q": "91500108MA60K5T996"}, {"sun_jie"}),
    ],
)
def test_the_city_narrows_the_group(may, cast, callbacks, chosen, names):
    workflow.save_sheet(may.filing, "软统企6", {"2010.c1": "1"}, 0, may.clerk, AT)
    press(sign_in(may.city), choice(token=uuid.uuid4(), previewed_at=AT.isoformat(), seen="9", **chosen), callbacks)
    assert urged() == {getattr(cast, name).email for name in names}


def test_the_overdue_are_those_who_never_submitted(may, cast, callbacks):
    submission = file_may(may.filing, may.clerk)
    workflow.send_back(submission, [{"cell": "", "reason": "请核对"}], may.reviewer, AT)
    make_it_be(date(2024, 6, 13))
    press(
        sign_in(may.city), choice(state="overdue", token=uuid.uuid4(), previewed_at=AT.isoformat(), seen="9"), callbacks
    )
    assert urged() == {cast.zhao_min.email, cast.sun_jie.email}


def test_the_second_press_is_the_first(may, cast, callbacks):
    client = sign_in(may.city)
    form, _ = previewed(client)
    first, second = press(client, form, callbacks), press(client, form, callbacks)
    assert first.url == second.url
    assert Urging.objects.count() == 1 and Letter.objects.filter(stem="reminder/urged").count() == 4
    assert JournalEntry.objects.filter(action="立即催报").count() == 1


def join(may, cast, number: int) -> None:
    for each in range(number):
        firm = make_enterprise(f"9150010{each:011d}", f"新企业{each}", cast.yuzhong)
        make_user(firm.credit_code, "统计员", "enterprise", enterprise=firm)
        workflow.owe(firm, may.may)


def test_no_more_letters_go_than_the_preview_said(may, cast, callbacks):
    client = sign_in(may.city)
    form, _ = previewed(client)
    join(may, cast, 20)
    for seen in (form["seen"], ""):
        page = words_on(press(client, form | {"seen": seen}, callbacks))
        assert "要发的信有变动" in page and "发送给 23 家企业" in page
    assert not Urging.objects.exists() and not Letter.objects.exists()


def test_who_comes_to_owe_after_the_press_is_not_written_to(may, cast):
    made, _ = urging.press(uuid.uuid4(), may.may, Chosen(), "", AT, may.city, AT, seen=4)
    join(may, cast, 20)
    assert urging.write(made.pk, AT).letters == 4


def test_who_submits_after_the_preview_is_left_out_and_counted(may, cast, callbacks):
    client = sign_in(may.city)
    form, page = previewed(client)
    assert "发送给 3 家企业" in page
    file_may(may.filing, may.clerk, at=clock.now())
    answer = press(client, form, callbacks)
    assert urged() == {cast.zhao_min.email, cast.sun_jie.email}
    made = Urging.objects.get()
    assert (made.firms, made.submitted) == (2, 1)
    assert "预览后已上报，不再发</dt><dd>1 家" in markup_of(client.get(answer.url))


def test_who_submitted_before_the_preview_is_not_counted(may, callbacks):
    file_may(may.filing, may.clerk)
    client = sign_in(may.city)
    form, _ = previewed(client)
    press(client, form, callbacks)
    assert Urging.objects.get().submitted == 0


def urged_at(may, at, by=None) -> Urging:
    made, _ = urging.press(uuid.uuid4(), may.may, Chosen(), "", at, by or may.city, at)
    return urging.write(made.pk, at)


def test_a_firm_is_urged_at_most_once_an_hour_by_whomever(may):
    assert urged_at(may, AT).firms == 3
    again = urged_at(may, AT + timedelta(minutes=59, seconds=59), by=may.reviewer)
    assert (again.firms, again.just_urged) == (0, 2)
    assert urged_at(may, AT + timedelta(hours=1)).firms == 3


def test_an_urging_that_was_refused_or_came_back_does_not_count(may):
    urged_at(may, AT)
    Letter.objects.update(state=Letter.State.FAILED)
    assert urged_at(may, AT + timedelta(minutes=1)).just_urged == 0


def test_an_urging_that_was_withdrawn_does_not_count(may):
    urged_at(may, AT)
    Letter.objects.update(state=Letter.State.WITHDRAWN)
    assert urged_at(may, AT + timedelta(minutes=5)).firms == 3


def test_what_a_lost_worker_left_is_finished_by_the_beat(may):
    made, _ = urging.press(uuid.uuid4(), may.may, Chosen(), "", AT, may.city, AT)
    letters = urging.letters_of(made.token, "", may.city, AT)
    planner.write(may.may, [may.filing.pk], letters, AT)  # one batch, then the worker dies
    assert urging.plan(AT + timedelta(minutes=4)) == 0
    urging.plan(AT + timedelta(minutes=6))
    made.refresh_from_db()
    assert (made.firms, made.letters, made.just_urged) == (3, 4, 0)
    assert urging.plan(AT + timedelta(minutes=20)) == 0


def test_two_who_urge_at_the_same_moment_send_a_firm_one_letter(may, cast, monkeypatch):
    of_city, _ = urging.press(uuid.uuid4(), may.may, Chosen(), "", AT, may.city, AT)
    of_district, _ = urging.press(uuid.uuid4(), may.may, Chosen(), "", AT, cast.chen_yu, AT)
    batches = urging.batches

    def after_the_district(filings):
        monkeypatch.setattr(urging, "batches", batches)
        urging.write(of_district.pk, AT)
        return batches(filings)

    monkeypatch.setattr(urging, "batches", after_the_district)
    made = urging.write(of_city.pk, AT)
    of_district.refresh_from_db()
    assert (made.firms + of_district.firms, made.just_urged) == (3, of_district.firms)
    assert Letter.objects.filter(topic=f"owed:{may.filing.pk}").count() == 2  # one to each of its addresses


def test_a_returned_firm_is_urged_to_submit_again(may):
    workflow.send_back(file_may(may.filing, may.clerk), [{"cell": "", "reason": "请核对"}], may.reviewer, AT)
    made, _ = urging.press(uuid.uuid4(), may.may, Chosen(), "", AT, may.reviewer, AT)
    urging.write(made.pk, AT)
    letter = Letter.objects.get(to=may.clerk.email, stem="reminder/urged")
    assert "还没有收到贵单位修改后的上报" in message_of(letter).body


def test_firms_no_letter_reaches_are_listed_with_their_telephone(may, cast, callbacks):
    for address in (cast.zhao_min.email, cast.sun_jie.email):
        DeadAddress.objects.create(address=address, reason="550", noticed_at=AT)
    cast.jialing.mobile = "13912345678"
    cast.jialing.save()
    client = sign_in(may.city)
    form, page = previewed(client)
    assert "信送不到、请打电话的企业（2 家）" in page and "13912345678" in page and "/outstanding/2024M05.xlsx" in page
    press(client, form, callbacks)
    assert Urging.objects.get().unreached == 2


@pytest.mark.parametrize(("more", "words"), [({"words": "长" * 501}, "500"), ({"state": "approved"}, "不在可用的选项")])
def test_what_cannot_be_sent_is_refused_with_what_was_typed(may, more, words):
    client = sign_in(may.city)
    page = client.post("/reminders/preview/", choice(q="嘉陵", **more))
    assert words in words_on(page, 422)
    assert page.context["page"].paginator.count == 1  # the group is still the one that was chosen


def test_five_hundred_words_go_out(may, callbacks):
    client = sign_in(may.city)
    press(client, choice(words="长" * 500, token=uuid.uuid4(), previewed_at=AT.isoformat(), seen="9"), callbacks)
    assert Urging.objects.get().words == "长" * 500


def test_a_locked_period_is_not_urged(may, callbacks):
    Period.objects.update(state=Period.LOCKED)
    client = sign_in(may.city)
    assert "不再催报" in words_on(client.get("/reminders/?period=2024M05"))
    answer = press(client, choice(token=uuid.uuid4(), previewed_at=AT.isoformat(), seen="9"), callbacks)
    assert answer.url == "/reminders/" and not Urging.objects.exists()


def test_the_list_of_those_who_owe_asks_as_often_for_many_as_for_few(may, cast):
    client = sign_in(may.city)
    client.get("/reminders/")
    with CaptureQueriesContext(connection) as few:
        client.get("/reminders/")
    for number in range(30):
        workflow.owe(make_enterprise(f"9150010{number:011d}", f"企业{number}", cast.yuzhong), may.may)
    client.get("/reminders/")  # what weighs who is newly listed is worked out once
    with CaptureQueriesContext(connection) as many:
        assert "企业29" in words_on(client.get("/reminders/"))
    assert len(many) == len(few)


def test_an_empty_group_says_so(may):
    page = words_on(sign_in(may.city).get("/reminders/?period=2024M05&state=returned"))
    assert "没有符合条件的企业" in page


# The letters and how they ended.


def some_letter(cast, **more) -> Letter:
    letter = compose(
        "password_changed", "密码已修改", {"name": "李娜", "at": "9点"}, cast.li_na.email, key=uuid.uuid4().hex, at=AT,
        enterprise=cast.yuntu, district=cast.yuzhong,
    )  # fmt: skip
    for name, value in more.items():
        setattr(letter, name, value)
    letter.save()
    return letter


def test_the_list_says_how_each_letter_ended_and_narrows(may, cast):
    some_letter(cast, state=Letter.State.FAILED, trouble="550 no such user")
    some_letter(cast, state=Letter.State.SENT, doubtful=True)
    some_letter(cast, state=Letter.State.WITHDRAWN)
    planner.plan(AT)
    client = sign_in(cast.chen_yu)
    body = words_on(client.get("/reminders/letters/"))
    for words in ("发送失败", "550 no such user", "已发送（可能重复）", "不再需要", "待发送", "共 6 条"):
        assert words in body
    assert cast.sun_jie.email not in body  # 南岸区's
    for query, number in {
        "state=failed": 1, "state=doubtful": 1, "state=waiting": 3, "kind=reminder": 3, "kind=urged": 0,
        "period=2024M05": 3, "q=嘉陵": 1, f"q={cast.wang_lei.email}": 1,
    }.items():  # fmt: skip
        page = client.get(f"/reminders/letters/?{query}").context["page"]
        assert page.paginator.count == number, query


def test_the_city_narrows_the_list_to_a_district(may, cast):
    some_letter(cast)
    client = sign_in(may.city)
    for district, number in {"500103": 1, "500108": 0}.items():
        assert client.get(f"/reminders/letters/?district={district}").context["page"].paginator.count == number
    assert 'name="district"' not in markup_of(sign_in(may.reviewer).get("/reminders/letters/"))


def test_the_list_asks_as_often_for_many_letters_as_for_few(may, cast):
    client = sign_in(may.city)
    some_letter(cast)
    client.get("/reminders/letters/")
    with CaptureQueriesContext(connection) as few:
        client.get("/reminders/letters/")
    for _ in range(60):
        some_letter(cast)
    with CaptureQueriesContext(connection) as many:
        client.get("/reminders/letters/")
    assert len(many) == len(few)


def test_one_letter_reads_as_it_was_and_a_secret_one_does_not(may, cast):
    planner.plan(AT.replace(day=4))
    letter = Letter.objects.get(to=cast.li_na.email)
    client = sign_in(cast.chen_yu)
    assert "已经开始填报" in words_on(client.get(f"/reminders/letters/{letter.pk}/"))
    secret = some_letter(cast, secret=True, facts={"link": "http://site/activate/MQ/opens/"})
    body = markup_of(client.get(f"/reminders/letters/{secret.pk}/"))
    assert "内容不显示" in body and "/activate/" not in body


def test_a_failed_letter_is_tried_again_once(may, cast):
    letter = some_letter(cast, state=Letter.State.FAILED, trouble="550 full", attempts=14)
    client = sign_in(cast.chen_yu)
    for _ in range(2):
        client.post(f"/reminders/letters/{letter.pk}/again/")
    letter.refresh_from_db()
    assert (letter.state, letter.attempts, letter.trouble) == (Letter.State.WAITING, 0, "")
    assert JournalEntry.objects.filter(action="重发信件").count() == 1


def test_a_letter_that_was_sent_is_not_sent_again(may, cast):
    letter = some_letter(cast, state=Letter.State.SENT)
    sign_in(cast.chen_yu).post(f"/reminders/letters/{letter.pk}/again/")
    letter.refresh_from_db()
    assert letter.state == Letter.State.SENT


def test_a_secret_letter_and_one_no_longer_needed_are_not_tried_again(may, cast):
    planner.plan(AT)
    reminder = Letter.objects.get(to=cast.li_na.email)
    secret = some_letter(cast, secret=True)
    Letter.objects.update(state=Letter.State.FAILED)
    file_may(may.filing, may.clerk)
    client = sign_in(cast.chen_yu)
    for letter, words in ((reminder, "不必再发"), (secret, "重设密码请本人用“忘记密码”")):
        page = words_on(client.post(f"/reminders/letters/{letter.pk}/again/", follow=True))
        letter.refresh_from_db()
        assert words in page and letter.state == Letter.State.FAILED


def test_a_reminder_of_a_locked_period_is_not_tried_again(may, cast):
    planner.plan(AT)
    Letter.objects.update(state=Letter.State.FAILED)
    Period.objects.update(state=Period.LOCKED)
    letter = Letter.objects.get(to=cast.li_na.email)
    page = words_on(sign_in(cast.chen_yu).post(f"/reminders/letters/{letter.pk}/again/", follow=True))
    letter.refresh_from_db()
    assert "不必再发" in page and letter.state == Letter.State.FAILED


def test_the_citys_home_tells_of_lasting_failures(may, cast):
    client = sign_in(may.city)
    assert "发送失败" not in words_on(client.get("/city/"))
    now = clock.now()
    some_letter(cast, state=Letter.State.FAILED, written_at=now)
    some_letter(cast, state=Letter.State.FAILED, written_at=now - timedelta(days=8))
    assert "1 封信发送失败" in words_on(client.get("/city/"))


def test_the_page_of_dead_addresses_confirms_one(may, cast):
    task = DeadAddress.objects.create(
        address=cast.li_na.email, enterprise=cast.yuntu, district=cast.yuzhong, reason="550 no such user", noticed_at=AT
    )
    client = sign_in(cast.chen_yu)
    body = words_on(client.get("/dead-addresses/"))
    assert "550 no such user" in body and cast.yuntu.mobile in body and "1 个待处理" in body
    assert "有待核实" not in body
    DeadAddress.objects.update(hearsay=True)
    assert "有待核实" in words_on(client.get("/dead-addresses/"))
    assert "请写明" in words_on(client.post(f"/dead-addresses/{task.pk}/confirm/", {"words": " "}, follow=True))
    client.post(f"/dead-addresses/{task.pk}/confirm/", {"words": "电话核实"})
    body = words_on(client.get("/dead-addresses/"))
    assert "没有失效的邮箱" in body and "电话核实" in body
    assert "没有失效的邮箱" in words_on(sign_in(cast.he_qing).get("/dead-addresses/"))


# The schedule's page.


def typed_schedule(**more) -> dict:
    hours = {f"{name}_hour": "9" for name in ("opened", "early", "soon", "due", "after", "districts", "city")}
    switches = {f"{name.removesuffix('_hour')}_on": "on" for name in hours} | {"approved_on": "on"}
    return hours | switches | {"early_days": "4", "soon_days": "2"} | more


def test_the_city_sets_the_schedule_and_others_read_it(may, cast):
    client = sign_in(may.city)
    client.post("/reminders/schedule/", typed_schedule())
    assert not ReminderChoice.objects.exists()  # as it stood
    client.post("/reminders/schedule/", typed_schedule(early_days="7", city_hour="8"))
    assert set(ReminderChoice.objects.values_list("reminder_time", flat=True)) == {"early", "city"}
    for person in (cast.chen_yu, cast.liu_fang):
        page = words_on(sign_in(person).get("/reminders/schedule/"))
        assert "截止前 7 个工作日" in page and "保存提醒时点" not in page
        assert sign_in(person).post("/reminders/schedule/", typed_schedule(early_days="9")).status_code == 422
    assert ReminderChoice.objects.get(reminder_time="early").days == 7


QUIET = {"districts_on": "", "city_on": "", "early_days": "3"}


def test_a_time_that_is_switched_on_is_asked_about_with_the_letters_it_catches_up(may):
    client, address = sign_in(may.city), "/reminders/schedule/"
    make_it_be(AT.date())
    client.post(address, typed_schedule(**QUIET, opened_on=""))
    planner.plan(AT.replace(hour=23))
    assert not Letter.objects.exists()
    asked = words_on(client.post(address, typed_schedule(**QUIET)))
    assert "保存提醒时点，补发 4 封信" in asked and "开始填报" in asked
    assert "补发 4 封信" in words_on(client.post(address, typed_schedule(**QUIET, seen="3")))
    assert not Letter.objects.exists() and not set_times()["opened"].on
    client.post(address, typed_schedule(**QUIET, seen="4"))
    assert set_times()["opened"].on and not Letter.objects.exists()  # the beat writes them
    assert planner.plan(AT.replace(hour=23)) == 4
    client.post(address, typed_schedule(**QUIET | {"early_days": "7"}))  # before the opening: nothing more goes by it
    assert set_times()["early"].days == 7
    asked = words_on(client.post(address, typed_schedule(**QUIET | {"early_days": "7", "city_on": "on"})))
    assert "补发 1 封信" in asked and "全市进度" in asked


def test_a_time_switched_on_on_a_day_off_is_caught_up_on_the_next_working_day(may):
    set_schedule({"soon": {"on": False}}, may.city, AT)
    make_it_be(date(2024, 6, 8))
    assert "补发 4 封信" in words_on(sign_in(may.city).post("/reminders/schedule/", typed_schedule()))


def test_a_wrong_schedule_says_what_is_wrong(may):
    page = sign_in(may.city).post("/reminders/schedule/", typed_schedule(early_days="2"))
    assert "第一次早于第二次" in words_on(page, 422)


# The daily letters.


def morning(day: int, hour: int = 9):
    return AT.replace(day=day, hour=hour, minute=0)


def test_a_district_is_told_once_a_day_what_waits_for_it(may, cast):
    freeze(may.filing, may.clerk, {"2010.c1": "1000.00"})
    dead = {"address": "x@y.cn", "reason": "550", "noticed_at": AT}
    DeadAddress.objects.create(enterprise=cast.yuntu, district=cast.yuzhong, **dead)
    assert digests.to_districts(morning(10)) == 1  # nothing waits for 南岸区
    assert digests.to_districts(morning(10, 15)) == 0
    assert digests.to_districts(morning(11)) == 1
    letter = Letter.objects.filter(stem="digest/district").earliest("written_at")
    assert letter.to == cast.chen_yu.email and letter.subject == "渝中区今日待办：1 份待审核、1 个失效邮箱"
    assert letter.facts["periods"] == [
        {"label": "2024年5月", "waiting": 1, "from_city": 0, "due": "2024年6月13日（周四）", "left": "还有 3 天"}
    ]


def test_a_district_is_told_of_requests_and_the_citys_questions(may, cast):
    submission = freeze(may.filing, may.clerk, {"2010.c1": "1000.00"})
    workflow.approve(submission, may.reviewer, AT)
    workflow.city_query(submission, may.city, AT, "请核实")
    workflow.ask_late(may.other_filing, may.other_clerk, morning(13), "财务交接")
    digests.to_districts(morning(13))
    subjects = set(Letter.objects.filter(stem="digest/district").values_list("subject", flat=True))
    assert subjects == {"渝中区今日待办：1 份市级查询或退回", "南岸区今日待办：1 份申请"}


def test_the_city_is_told_how_it_stands_while_a_period_is_open(may, cast):
    submission = file_may(may.filing, may.clerk)
    workflow.approve(submission, may.reviewer, AT)
    some_letter(cast, state=Letter.State.FAILED, written_at=morning(12))
    assert digests.to_city(morning(13)) == 1
    assert digests.to_city(morning(13, 20)) == 0
    facts = Letter.objects.get(stem="digest/city").facts
    period = facts["periods"][0]
    assert {name: period[name] for name in ("owed", "filed", "approved", "late", "overdue", "left")} == {
        "owed": 3, "filed": 1, "approved": 1, "late": 0, "overdue": 2, "left": "还有 2 天（1 个工作日）",
    }  # fmt: skip
    assert [row["district"] for row in period["behind"]] == ["南岸区", "渝中区"]  # 0 of 1, then 1 of 2
    assert period["in_the_way"] == "未填报 2 家" and facts["failed"] == 1
    Period.objects.update(state=Period.LOCKED)
    assert digests.to_city(morning(14)) == 0


@pytest.mark.parametrize(("hour", "letters"), [(8, 0), (9, 2)])
def test_digests_wait_for_their_hour(may, hour, letters):
    freeze(may.filing, may.clerk, {"2010.c1": "1000.00"})
    assert digests.plan(morning(11, hour)) == letters


def test_digests_name_the_handovers_that_wait(may, cast, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    asked = takeovers.ask(cast.yuntu.credit_code, ZHOU_LIN, WHY, at=AT)
    assert digests.to_districts(morning(11)) == 1
    letter = Letter.objects.get(stem="digest/district")
    assert letter.district == cast.yuzhong and "1 份账号移交申请" in letter.subject
    assert "1 份账号移交申请待核实" in message_of(letter).body
    propose(cast.yuntu, cast.chen_yu, asked=asked)
    assert digests.to_districts(morning(12)) == 0
    digests.to_city(morning(12))
    assert "待确认的账号移交：1 份" in message_of(Letter.objects.filter(stem="digest/city").first()).body


def test_digests_can_be_switched_off(may):
    freeze(may.filing, may.clerk, {"2010.c1": "1000.00"})
    set_schedule({"city": {"on": False, "hour": 9}, "districts": {"on": False, "hour": 9}}, may.city, AT)
    assert digests.plan(morning(11)) == 0


def test_one_planner_that_fails_does_not_keep_the_others(may):
    done = []

    def fail(at):
        raise ValueError("broken")

    with pytest.raises(ExceptionGroup):
        tasks.plan_all((fail, done.append, fail, done.append), AT)
    assert done == [AT, AT]


def test_the_daily_task_reads_the_clock_once_and_runs_every_planner(may, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: morning(12))
    tasks.remind()
    stems = set(Letter.objects.values_list("stem", flat=True))
    assert {"reminder/due", "digest/city"} <= stems
