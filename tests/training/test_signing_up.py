"""报名, the waiting list, 签到 at the door, and who has never been to any session."""

import io
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook

from accounts.access import DoneAlready, Refused
from accounts.models import Enterprise, JournalEntry, Letter
from reporting.models import SignUp
from reporting.training import attendance, sessions, signing_up
from tests.cast import AT, make_enterprise, make_user
from tests.officials import make_it_be, sign_in
from tests.reading import markup_of, words_on
from tests.training.arranging import DAY, DURING, ON_THE_DAY, arrange, changed

MINUTE = timedelta(minutes=1)


def states(session) -> dict[str, str]:
    return dict(session.sign_ups.values_list("name", "state"))


# Signing up


def test_a_firm_names_who_comes_once_and_no_more_than_its_share(cast):
    session = arrange(cast)
    signed = signing_up.sign_up(session, " 李娜 ", "13800000001", by=cast.li_na, at=AT)
    assert (signed.name, signed.state, signed.enterprise) == ("李娜", "signed", cast.yuntu)
    with pytest.raises(DoneAlready, match="报过名"):
        signing_up.sign_up(session, "李娜", "", by=cast.wang_lei, at=AT)
    signing_up.sign_up(session, "王磊", "", by=cast.wang_lei, at=AT)
    with pytest.raises(Refused, match="每家最多 2 人"):
        signing_up.sign_up(session, "赵六", "", by=cast.li_na, at=AT)
    line = JournalEntry.objects.filter(action="培训报名").first()
    assert line.enterprise == cast.yuntu and line.subject == session.title


def test_only_whom_it_is_for_and_before_it_begins(cast):
    session = arrange(cast, audience="districts")
    for stranger in (cast.li_na, cast.liu_fang, cast.zhou_tao):
        with pytest.raises(Refused, match="不是为您的单位"):
            signing_up.sign_up(session, "某人", "", by=stranger, at=AT)
    assert signing_up.sign_up(session, "陈宇", "", by=cast.chen_yu, at=AT).district == cast.yuzhong
    signing_up.sign_up(session, "何清", "", by=cast.he_qing, at=DURING.replace(hour=8, minute=59))
    with pytest.raises(Refused, match="已经开始"):
        signing_up.sign_up(session, "陈二", "", by=cast.chen_yu, at=DURING.replace(hour=9, minute=0))
    with pytest.raises(Refused, match="请填写参加人的姓名"):
        signing_up.sign_up(session, "  ", "", by=cast.chen_yu, at=AT)


def test_who_comes_last_waits_and_moves_up_in_order(cast):
    session = arrange(cast, capacity=1)
    first = signing_up.sign_up(session, "李娜", "", by=cast.li_na, at=AT)
    waiting = signing_up.sign_up(session, "赵敏", "", by=cast.zhao_min, at=AT + MINUTE)
    signing_up.sign_up(session, "孙洁", "", by=cast.sun_jie, at=AT + 2 * MINUTE)
    assert states(session) == {"李娜": "signed", "赵敏": "waiting", "孙洁": "waiting"}
    signing_up.step_back(first, by=cast.wang_lei, at=AT + 3 * MINUTE)
    assert states(session) == {"李娜": "cancelled", "赵敏": "signed", "孙洁": "waiting"}
    (letter,) = Letter.objects.filter(stem="training/moved_up")
    assert letter.to == cast.zhao_min.email and letter.facts["people"] == "赵敏"
    assert JournalEntry.objects.get(action="培训候补转为报名").enterprise == cast.jialing
    with pytest.raises(DoneAlready, match="已经取消"):
        signing_up.step_back(first, by=cast.li_na, at=AT + 3 * MINUTE)
    signing_up.step_back(waiting, by=cast.zhao_min, at=AT + 4 * MINUTE)
    assert states(session)["孙洁"] == "signed"
    signing_up.sign_up(session, "李娜", "", by=cast.li_na, at=AT + 5 * MINUTE)  # again, at the end of the list
    assert session.sign_ups.get(name="李娜", state="waiting")


def test_more_seats_move_the_waiting_up_and_fewer_send_nobody_away(cast):
    session = arrange(cast, capacity=1)
    for by, name in ((cast.li_na, "李娜"), (cast.zhao_min, "赵敏"), (cast.sun_jie, "孙洁")):
        signing_up.sign_up(session, name, "", by=by, at=AT)
    sessions.change(session, changed(session, capacity=2), (), 0, by=cast.liu_fang, at=AT)
    assert states(session) == {"李娜": "signed", "赵敏": "signed", "孙洁": "waiting"}
    session.refresh_from_db()
    sessions.change(session, changed(session, capacity=1), (), 1, by=cast.liu_fang, at=AT)
    assert states(session) == {"李娜": "signed", "赵敏": "signed", "孙洁": "waiting"}
    session.refresh_from_db()
    sessions.change(session, changed(session, capacity=None), (), 2, by=cast.liu_fang, at=AT)
    assert set(states(session).values()) == {"signed"}


def test_nobody_takes_anothers_name_off_the_list(cast):
    make_it_be(AT.date())
    session = arrange(cast)
    signed = signing_up.sign_up(session, "李娜", "", by=cast.li_na, at=AT)
    for stranger in (cast.sun_jie, cast.chen_yu, cast.liu_fang):
        with pytest.raises(Refused, match="报名的单位自己"):
            signing_up.step_back(signed, by=stranger, at=AT)
    assert sign_in(cast.sun_jie).post(f"/training/sign-ups/{signed.pk}/cancel/").status_code == 404
    assert sign_in(cast.he_qing).post(f"/training/sign-ups/{signed.pk}/cancel/").status_code == 404
    assert states(session) == {"李娜": "signed"}


def test_the_firms_page_signs_up_and_steps_back(cast):
    make_it_be(AT.date())
    session = arrange(cast, capacity=1)
    client, address = sign_in(cast.li_na), f"/training/{session.pk}/sign-up/"
    wrong = words_on(client.post(address, {"name": "李娜", "phone": "12"}), 422)
    assert "电话应为 11 位手机号" in wrong and "李娜" in wrong
    assert "李娜已报名" in words_on(client.post(address, {"name": "李娜", "phone": "13800000001"}, follow=True))
    assert "没有再报一次" in words_on(client.post(address, {"name": "李娜"}), 422)
    assert "排在候补里" in words_on(sign_in(cast.sun_jie).post(address, {"name": "孙洁"}, follow=True))
    page = words_on(client.get(f"/training/{session.pk}/"))
    assert "李娜 13800000001 已报名" in page and "孙洁" not in page
    signed = session.sign_ups.get(name="李娜")
    assert "报名已取消" in words_on(client.post(f"/training/sign-ups/{signed.pk}/cancel/", follow=True))
    assert states(session) == {"李娜": "cancelled", "孙洁": "signed"}


def test_a_firm_that_has_its_share_is_told_so_instead_of_a_form(cast):
    make_it_be(AT.date())
    session = arrange(cast, per_office=1)
    client, address = sign_in(cast.li_na), f"/training/{session.pk}/sign-up/"
    assert f'action="{address}"' in markup_of(client.get(f"/training/{session.pk}/"))
    client.post(address, {"name": "李娜"})
    page = client.get(f"/training/{session.pk}/")
    assert f'action="{address}"' not in markup_of(page) and "已经报满" in words_on(page)


def test_a_district_sees_its_own_people_and_firms(cast):
    make_it_be(AT.date())
    session = arrange(cast)
    for by, name in ((cast.li_na, "李娜"), (cast.sun_jie, "孙洁"), (cast.chen_yu, "陈宇"), (cast.he_qing, "何清")):
        signing_up.sign_up(session, name, "", by=by, at=AT)
    page = words_on(sign_in(cast.chen_yu).get(f"/training/{session.pk}/"))
    assert "李娜 重庆云图软件有限公司" in page and "陈宇 渝中区" in page
    assert "孙洁" not in page and "何清" not in page and "报名 2 人（1 家企业）" in page
    content = sign_in(cast.chen_yu).get(f"/training/{session.pk}/roster.xlsx").content
    rows = list(load_workbook(io.BytesIO(content)).active.iter_rows(min_row=2, values_only=True))
    assert [(row[0], row[2], row[3], row[5]) for row in rows] == [
        ("重庆云图软件有限公司", "渝中区", "李娜", "已报名"),
        ("渝中区", "渝中区", "陈宇", "已报名"),
    ]


# At the door


def test_who_came_is_ticked_once_and_can_be_unticked(cast):
    session = arrange(cast)
    signed = signing_up.sign_up(session, "李娜", "", by=cast.li_na, at=AT)
    with pytest.raises(Refused, match="当天才能签到"):
        attendance.tick(signed, True, by=cast.liu_fang, at=AT)
    with pytest.raises(Refused, match="协会和市级"):
        attendance.tick(signed, True, by=cast.chen_yu, at=ON_THE_DAY)
    attendance.tick(signed, True, by=cast.liu_fang, at=ON_THE_DAY)
    with pytest.raises(DoneAlready, match="已经签到"):
        attendance.tick(signed, True, by=cast.zhou_tao, at=DURING)
    signed.refresh_from_db()
    assert signed.came_at == ON_THE_DAY
    attendance.tick(signed, False, by=cast.liu_fang, at=DURING)
    with pytest.raises(DoneAlready, match="本来就没有"):
        attendance.tick(signed, False, by=cast.liu_fang, at=DURING)
    assert [line.action for line in JournalEntry.objects.filter(action__contains="签到").order_by("pk")] == [
        "培训签到",
        "撤销培训签到",
    ]


def test_who_waited_and_came_sits_there(cast):
    session = arrange(cast, capacity=1)
    signing_up.sign_up(session, "李娜", "", by=cast.li_na, at=AT)
    waiting = signing_up.sign_up(session, "孙洁", "", by=cast.sun_jie, at=AT)
    attendance.tick(waiting, True, by=cast.liu_fang, at=ON_THE_DAY)
    assert states(session) == {"李娜": "signed", "孙洁": "signed"}


@pytest.mark.parametrize("whose", ["91500103MA5U12346B", "91500103ma5u12346b", "重庆云图软件有限公司"])
def test_who_had_not_signed_up_is_noted_at_the_door(cast, whose):
    session = arrange(cast)
    came = attendance.walk_in(session, whose, "张三", "", by=cast.liu_fang, at=ON_THE_DAY)
    assert came.enterprise == cast.yuntu and came.at_the_door and came.came_at == ON_THE_DAY
    with pytest.raises(DoneAlready, match="没有再记一次"):
        attendance.walk_in(session, whose, "张三", "", by=cast.liu_fang, at=DURING)


def test_at_the_door_somebody_signed_up_is_ticked_and_a_district_is_known(cast):
    session = arrange(cast)
    signing_up.sign_up(session, "李娜", "", by=cast.li_na, at=AT)
    attendance.walk_in(session, cast.yuntu.name, "李娜", "", by=cast.liu_fang, at=ON_THE_DAY)
    attendance.walk_in(session, "南岸区", "何清", "", by=cast.liu_fang, at=ON_THE_DAY)
    assert session.sign_ups.came().count() == session.sign_ups.count() == 2
    with pytest.raises(Refused, match="名录里没有“云图”"):
        attendance.walk_in(session, "云图", "李四", "", by=cast.liu_fang, at=ON_THE_DAY)
    make_enterprise("91500108MA5U12346X", cast.yuntu.name, cast.nanan)
    with pytest.raises(Refused, match="不止一家"):
        attendance.walk_in(session, cast.yuntu.name, "李四", "", by=cast.liu_fang, at=ON_THE_DAY)


def test_the_page_at_the_door(cast):
    session = arrange(cast)
    signed = signing_up.sign_up(session, "李娜", "13800000001", by=cast.li_na, at=AT)
    signing_up.sign_up(session, "孙洁", "", by=cast.sun_jie, at=AT)
    make_it_be(AT.date())
    client, address = sign_in(cast.liu_fang), f"/training/{session.pk}/door/"
    assert "培训当天才能签到" in words_on(client.get(address))
    make_it_be(DAY)
    client = sign_in(cast.liu_fang)
    assert "李娜 重庆云图软件有限公司 · 13800000001" in words_on(client.get(address)).replace("\n", " ")
    tick = f"/training/sign-ups/{signed.pk}/came/"
    answer = client.post(tick, {"came": "yes", "q": "云图"}, follow=True)
    assert "李娜（重庆云图软件有限公司）已签到" in words_on(answer) and "孙洁" not in words_on(answer)
    assert "没有改动" in words_on(client.post(tick, {"came": "yes"}, follow=True))
    walk_in = f"{address}walk-in/"
    assert "名录里没有" in words_on(client.post(walk_in, {"office": "某公司", "name": "王五"}), 422)
    said = {"office": "重庆嘉陵微电子有限公司", "name": "赵敏"}
    assert "已登记并签到" in words_on(client.post(walk_in, said, follow=True))
    assert "已到 2 人，报名 3 人" in words_on(client.get(address))


# Over all sessions


def test_who_has_never_been_is_found(cast):
    newcomer = make_enterprise("91500108MA7NEW0001", "重庆新来软件有限公司", cast.nanan, date(2024, 2, 1))
    session = arrange(cast)
    came = signing_up.sign_up(session, "李娜", "", by=cast.li_na, at=AT)
    signing_up.sign_up(session, "王磊", "", by=cast.li_na, at=AT)
    signing_up.sign_up(session, "孙洁", "", by=cast.sun_jie, at=AT)
    attendance.tick(came, True, by=cast.liu_fang, at=ON_THE_DAY)

    def found(user, been="", newcomers=False, search=""):
        return set(attendance.firms_by_attendance(user, been, newcomers, search, DAY))

    assert found(cast.zhou_tao) == {cast.yuntu, cast.jialing, cast.shancheng, newcomer}
    assert found(cast.zhou_tao, "never") == {cast.jialing, cast.shancheng, newcomer}
    assert found(cast.zhou_tao, "been") == {cast.yuntu}
    assert found(cast.zhou_tao, "signed") == {cast.shancheng}
    assert found(cast.zhou_tao, newcomers=True) == {newcomer}
    assert found(cast.he_qing, "never") == {cast.shancheng, newcomer}
    assert found(cast.zhou_tao, search="云图") == {cast.yuntu}
    Enterprise.objects.filter(pk=newcomer.pk).update(merged_into=cast.yuntu, left_on=date(2024, 12, 31))
    assert found(cast.zhou_tao, "never") == {cast.jialing, cast.shancheng}
    (firm,) = attendance.firms_by_attendance(cast.chen_yu, "been", False, "", DAY)
    assert (firm.times_signed, firm.times_come, firm.last_come) == (1, 1, DAY)


def test_the_page_of_the_firms_and_its_workbook(cast):
    make_it_be(DAY)
    session = arrange(cast)
    came = signing_up.sign_up(session, "李娜", "", by=cast.li_na, at=AT)
    attendance.tick(came, True, by=cast.liu_fang, at=ON_THE_DAY)
    client = sign_in(cast.liu_fang)
    page = client.get("/training/firms/", {"been": "never", "district": "500108"})
    assert "1 家" in words_on(page) and "重庆山城智能装备有限公司" in words_on(page)
    assert 'href="/training/firms.xlsx?been=never&amp;district=500108"' in markup_of(page)
    content = client.get("/training/firms.xlsx", {"been": "been"}).content
    rows = list(load_workbook(io.BytesIO(content)).active.iter_rows(min_row=2, values_only=True))
    assert [row[:7] for row in rows] == [
        ("重庆云图软件有限公司", cast.yuntu.credit_code, "渝中区", "2023-01-01", 1, 1, "2024-06-20")
    ]
    district = sign_in(cast.he_qing)
    assert "重庆云图" not in words_on(district.get("/training/firms/"))
    assert load_workbook(io.BytesIO(district.get("/training/firms.xlsx").content)).active.max_row == 2


def test_past_sessions_stay_with_their_numbers(cast):
    session = arrange(cast)
    came = signing_up.sign_up(session, "李娜", "", by=cast.li_na, at=AT)
    signing_up.sign_up(session, "孙洁", "", by=cast.sun_jie, at=AT)
    attendance.tick(came, True, by=cast.liu_fang, at=ON_THE_DAY)
    make_it_be(date(2025, 3, 1))
    page = words_on(sign_in(cast.zhou_tao).get("/training/"))
    assert "月报填报培训 2024年6月20日 09:00—11:30 软件园一号会议室 全部企业和区县 2 1 1" in page
    assert "孙洁" in words_on(sign_in(cast.sun_jie).get(f"/training/{session.pk}/"))
    assert "没有到" in words_on(sign_in(cast.sun_jie).get(f"/training/{session.pk}/"))


def test_two_persons_of_one_name_in_two_firms_are_two(cast):
    session = arrange(cast)
    make_user("third", "李娜", "enterprise", enterprise=cast.jialing)
    signing_up.sign_up(session, "李娜", "", by=cast.li_na, at=AT)
    signing_up.sign_up(session, "李娜", "", by=cast.zhao_min, at=AT)
    assert SignUp.objects.filter(name="李娜").count() == 2
