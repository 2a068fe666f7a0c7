"""培训场次: arranged, changed, cancelled, with material; whom they are for, and the invitation."""

from datetime import date, time, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.access import DoneAlready, Refused
from accounts.models import DeadAddress, Enterprise, JournalEntry, Letter, User
from reporting.models import SignUp, TrainingSession
from reporting.training import audiences, inviting, materials, sessions, signing_up
from tests.cast import AT
from tests.officials import make_it_be, sign_in
from tests.reading import markup_of, words_on
from tests.training.arranging import AFTER, DURING, FACTS, arrange, changed

MINUTE = timedelta(minutes=1)
PDF = b"%PDF-1.7 slides"


def pdf(name: str = "讲义.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def stems() -> list[str]:
    return sorted(Letter.objects.filter(stem__startswith="training/").values_list("stem", flat=True))


# Arranged, changed, cancelled


def test_the_association_arranges_a_session_once(cast):
    session = arrange(cast)
    with pytest.raises(DoneAlready, match="已经安排过"):
        arrange(cast)
    assert TrainingSession.objects.get() == session
    line = JournalEntry.objects.get(action="安排培训")
    assert line.by == cast.liu_fang and line.after["时间"] == "2024年6月20日 09:00—11:30"
    assert not stems()  # nothing goes without a preview


@pytest.mark.parametrize("who", ["li_na", "chen_yu", "wu_gang"])
def test_nobody_else_does(cast, who):
    by, session = getattr(cast, who), arrange(cast)
    for press in (
        lambda: sessions.arrange(FACTS | {"title": "别的"}, (), by=by, at=AT),
        lambda: sessions.change(session, changed(session, place="别处"), (), 0, by=by, at=AT),
        lambda: sessions.cancel(session, by=by, at=AT, why="不办"),
        lambda: materials.attach(session, pdf(), by=by, at=AT),
        lambda: inviting.invite(session, 0, by=by, at=AT),
    ):
        with pytest.raises(Refused, match="协会和市级"):
            press()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"ends": time(9)}, "结束时间应晚于开始时间"),
        ({"place": ""}, "地点和线上链接|至少填一项"),
        ({"audience": "list:ZZ"}, "参加范围"),
        ({"day": date(2024, 6, 4)}, "已经过去"),
    ],
)
def test_a_session_that_makes_no_sense_is_refused(cast, more, words):
    with pytest.raises(Refused, match=words):
        arrange(cast, **more)
    assert not TrainingSession.objects.exists()


def test_another_time_is_told_to_those_signed_up_and_another_text_is_not(cast):
    session = arrange(cast)
    signing_up.sign_up(session, "李娜", "", by=cast.li_na, at=AT)
    facts = changed(session, about="也讲软统企7。")
    assert sessions.change(session, facts, (), 0, by=cast.zhou_tao, at=AT) == 0
    assert sessions.change(session, facts | {"begins": time(10)}, (), 1, by=cast.zhou_tao, at=AT) == 2
    letters = Letter.objects.filter(stem="training/changed")
    assert {letter.to for letter in letters} == {cast.li_na.email, cast.wang_lei.email}
    assert letters[0].facts["changes"] == [
        {"what": "时间", "before": "2024年6月20日 09:00—11:30", "after": "2024年6月20日 10:00—11:30"}
    ]
    with pytest.raises(DoneAlready, match="没有改动"):
        sessions.change(session, facts | {"begins": time(10)}, (), 2, by=cast.zhou_tao, at=AT)


def test_what_somebody_else_changed_is_not_written_over_unseen(cast):
    session = arrange(cast)
    sessions.change(session, changed(session, place="二号会议室"), (), 0, by=cast.zhou_tao, at=AT)
    with pytest.raises(sessions.SessionOvertaken, match="别人改过"):
        sessions.change(session, changed(session, place="三号会议室"), (), 0, by=cast.liu_fang, at=AT)
    session.refresh_from_db()
    assert session.place == "二号会议室"


def test_a_cancelled_session_is_told_once_to_signed_and_waiting(cast):
    session = arrange(cast, capacity=1)
    signing_up.sign_up(session, "李娜", "", by=cast.li_na, at=AT)
    signing_up.sign_up(session, "孙洁", "", by=cast.sun_jie, at=AT)
    with pytest.raises(Refused, match="原因"):
        sessions.cancel(session, by=cast.liu_fang, at=AT, why=" ")
    assert sessions.cancel(session, by=cast.liu_fang, at=AT, why="场地停电") == 3
    with pytest.raises(DoneAlready, match="取消过"):
        sessions.cancel(session, by=cast.zhou_tao, at=AT, why="再取消")
    letters = Letter.objects.filter(stem="training/cancelled")
    assert {letter.to for letter in letters} == {cast.li_na.email, cast.wang_lei.email, cast.sun_jie.email}
    for press in (
        lambda: signing_up.sign_up(session, "王磊", "", by=cast.li_na, at=AT),
        lambda: sessions.change(session, changed(session, place="别处"), (), 0, by=cast.liu_fang, at=AT),
        lambda: materials.attach(session, pdf(), by=cast.liu_fang, at=AT),
        lambda: inviting.invite(session, 0, by=cast.liu_fang, at=AT),
    ):
        with pytest.raises(Refused, match="取消"):
            press()


def test_a_session_that_is_over_stays_as_it_was(cast):
    session = arrange(cast)
    with pytest.raises(Refused, match="已经结束"):
        sessions.change(session, changed(session, place="别处"), (), 0, by=cast.liu_fang, at=AFTER)
    with pytest.raises(Refused, match="已经结束"):
        sessions.cancel(session, by=cast.liu_fang, at=AFTER, why="晚了")


# For whom


@pytest.mark.parametrize(
    ("audience", "firms", "districts"),
    [
        ("everybody", {"yuntu", "jialing", "shancheng"}, {"渝中区", "南岸区"}),
        ("districts", set(), {"渝中区", "南岸区"}),
        ("firms", {"yuntu", "jialing", "shancheng"}, set()),
        ("list:A38", {"jialing"}, set()),
        ("scope:3B", {"shancheng"}, set()),
        ("newcomers", {"yuntu"}, set()),
        ("never", {"jialing", "shancheng"}, set()),
    ],
)
def test_a_session_is_for_whom_it_says(cast, audience, firms, districts):
    cast.yuntu.joined_on = date(2024, 3, 1)
    cast.yuntu.save()
    earlier = arrange(cast, title="年报培训")
    signed = signing_up.sign_up(earlier, "李娜", "", by=cast.li_na, at=AT)
    SignUp.objects.filter(pk=signed.pk).update(came_at=AT)
    session = arrange(cast, audience=audience)
    assert set(audiences.firms_called(session)) == {getattr(cast, name) for name in firms}
    assert {district.name for district in audiences.districts_called(session)} == districts


def test_with_districts_it_is_for_those_in_them(cast):
    session = arrange(cast, [cast.nanan])
    assert set(audiences.firms_called(session)) == {cast.shancheng}
    assert set(audiences.districts_called(session)) == {cast.nanan}
    assert audiences.in_words(session) == "全部企业和区县（限南岸区）"


def test_a_firm_that_has_left_is_not_called(cast):
    cast.jialing.left_on = date(2024, 6, 19)
    cast.jialing.save()
    assert cast.jialing not in audiences.firms_called(arrange(cast))


def test_an_entry_that_was_merged_is_not_called_though_its_last_day_is_to_come(cast):
    Enterprise.objects.filter(pk=cast.jialing.pk).update(merged_into=cast.yuntu, left_on=date(2024, 12, 31))
    assert set(audiences.firms_called(arrange(cast))) == {cast.yuntu, cast.shancheng}


def test_a_firm_reads_what_is_for_it_and_what_it_signed_up_to(cast):
    make_it_be(AT.date())
    never = arrange(cast, title="新手培训", audience="never")
    other = arrange(cast, [cast.nanan], title="南岸专场")
    signed = signing_up.sign_up(never, "李娜", "", by=cast.li_na, at=AT)
    SignUp.objects.filter(pk=signed.pk).update(came_at=AT)  # no longer one that has never been
    client = sign_in(cast.li_na)
    page = words_on(client.get("/training/"))
    assert "新手培训" in page and "南岸专场" not in page
    assert client.get(f"/training/{never.pk}/").status_code == 200
    assert client.get(f"/training/{other.pk}/").status_code == 404
    assert client.post(f"/training/{other.pk}/sign-up/", {"name": "李娜"}).status_code == 404
    assert "南岸专场" in words_on(sign_in(cast.chen_yu).get("/training/"))  # offices read all


def test_a_firms_list_asks_little_however_many_sessions_there_are(cast, django_assert_max_num_queries):
    for number in range(12):
        arrange(cast, title=f"第 {number} 场", audience=("firms", "never")[number % 2])
    with django_assert_max_num_queries(6):
        assert len(audiences.sessions_for(cast.li_na)) == 12


# The invitation


def test_the_invitation_has_its_number_and_goes_once_a_round(cast):
    make_it_be(AT.date())
    session = arrange(cast)
    signing_up.sign_up(session, "孙洁", "", by=cast.sun_jie, at=AT)
    client = sign_in(cast.liu_fang)
    page = client.get(f"/training/{session.pk}/invite/")
    assert "发送 5 封邀请信" in words_on(page) and "软件园一号会议室" in words_on(page)
    assert not stems()  # looking writes nothing
    address = f"/training/{session.pk}/invite/send/"
    for seen in ({}, {"seen": "4"}):  # somebody has come in since the preview, or nobody has looked
        assert "要发的信有变动" in words_on(client.post(address, {"rounds": "0", **seen})) and not stems()
    assert "5 封邀请信已排队" in words_on(client.post(address, {"rounds": "0", "seen": "5"}, follow=True))
    assert "已于" in words_on(client.post(address, {"rounds": "0"}, follow=True))
    assert "请重新预览" in words_on(client.post(address, {}, follow=True))
    letters = Letter.objects.filter(stem="training/invitation")
    assert {letter.to for letter in letters} == {
        user.email for user in (cast.li_na, cast.wang_lei, cast.zhao_min, cast.chen_yu, cast.he_qing)
    }
    assert all(letter.bulk for letter in letters)
    assert JournalEntry.objects.get(action="发培训邀请").after["信"] == 5
    assert "发送 5 封邀请信" in words_on(client.get(f"/training/{session.pk}/invite/"))  # a second round, if wanted
    letters.filter(to=cast.li_na.email).update(state=Letter.State.FAILED)
    letters.filter(to=cast.zhao_min.email).update(state=Letter.State.SENT)
    page = words_on(client.get(f"/training/{session.pk}/"))
    assert "发过 1 轮" in page and "已发出 1 封，待发 3 封，失败 1 封" in page
    client.post(address, {"rounds": "1", "seen": "5"})
    assert letters.all().count() == 10


def test_who_cannot_be_reached_is_listed_with_a_telephone(cast):
    make_it_be(AT.date())
    DeadAddress.objects.create(address=cast.zhao_min.email.lower(), enterprise=cast.jialing, noticed_at=AT)
    User.objects.filter(pk=cast.he_qing.pk).update(is_active=False)
    session = arrange(cast)
    page = words_on(sign_in(cast.liu_fang).get(f"/training/{session.pk}/invite/"))
    assert "重庆嘉陵微电子有限公司 渝中区 统计员 13800000000" in page and "南岸区 没有可用的工作账号邮箱" in page


def test_an_invitation_that_has_not_left_says_what_holds_now(cast):
    session = arrange(cast)
    inviting.invite(session, 0, by=cast.liu_fang, at=AT)
    sessions.change(session, changed(session, place="二号会议室"), (), 0, by=cast.liu_fang, at=AT)
    assert {letter.facts["place"] for letter in Letter.objects.filter(stem="training/invitation")} == {"二号会议室"}
    session.refresh_from_db()
    sessions.cancel(session, by=cast.liu_fang, at=AT, why="不办了")
    assert set(Letter.objects.values_list("state", flat=True)) == {Letter.State.WITHDRAWN}


def test_nobody_is_invited_to_what_has_begun(cast):
    session = arrange(cast)
    with pytest.raises(Refused, match="已经开始"):
        inviting.invite(session, 0, by=cast.liu_fang, at=DURING)


# Material


def test_material_is_handed_to_those_the_session_is_for(cast):
    make_it_be(AT.date())
    session = arrange(cast, [cast.nanan])
    material = materials.attach(session, pdf(), by=cast.liu_fang, at=AT)
    with pytest.raises(DoneAlready, match="已经上传过"):
        materials.attach(session, pdf("另一个名字.pdf"), by=cast.zhou_tao, at=AT)
    address = f"/training/materials/{material.pk}/"
    answer = sign_in(cast.sun_jie).get(address)
    assert b"".join(answer.streaming_content) == PDF and "attachment" in answer["Content-Disposition"]
    assert sign_in(cast.li_na).get(address).status_code == 404
    materials.withdraw(material, by=cast.liu_fang, at=AT)
    assert sign_in(cast.sun_jie).get(address).status_code == 404
    with pytest.raises(DoneAlready):
        materials.withdraw(material, by=cast.liu_fang, at=AT)
    materials.attach(session, pdf(), by=cast.liu_fang, at=AFTER)  # it may come back, after the session too


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (pdf("讲义.exe"), "不是可以上传的文件"),
        (pdf("讲义"), "不是可以上传的文件"),
        (pdf("讲义.pdf", b"MZ\x90"), "内容不是 .pdf 文件"),
        (pdf("讲义.pptx", PDF), "内容不是 .pptx 文件"),
        (pdf("讲义.pdf", b""), "是空的"),
        (pdf("讲义.pdf", PDF + b" " * materials.LARGEST), "超过 20 MB"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(cast, file, words):
    session = arrange(cast)
    with pytest.raises(Refused, match=words):
        materials.attach(session, file, by=cast.liu_fang, at=AT)
    assert not session.materials.exists()


# The pages


def test_the_page_arranges_and_changes(cast):
    make_it_be(AT.date())
    client = sign_in(cast.liu_fang)
    said = FACTS | {"day": "2024-06-20", "begins": "09:00", "ends": "11:30", "capacity": ""}
    assert "请按 09:30 的样子填写时间" in words_on(client.post("/training/arrange/", said | {"begins": "早上"}), 422)
    assert "至少填一项" in words_on(client.post("/training/arrange/", said | {"place": ""}), 422)
    page = words_on(client.post("/training/arrange/", said, follow=True))
    session = TrainingSession.objects.get()
    assert "培训已安排" in page and "软件园一号会议室" in page and "刘芳 023-63890000" in page
    address = f"/training/{session.pk}/change/"
    assert 'name="version" value="0"' in markup_of(client.get(address))
    assert "别人改过" in words_on(client.post(address, said | {"place": "二号会议室"}), 422)
    client.post(address, said | {"place": "二号会议室", "version": "0"})
    session.refresh_from_db()
    assert (session.place, session.capacity) == ("二号会议室", None)


def test_a_change_that_is_told_is_asked_first(cast):
    make_it_be(AT.date())
    session = arrange(cast)
    signing_up.sign_up(session, "李娜", "", by=cast.li_na, at=AT)
    client, address = sign_in(cast.liu_fang), f"/training/{session.pk}/change/"
    said = {name: value or "" for name, value in FACTS.items()} | {"place": "二号会议室", "version": "0"}
    assert "修改，发出 2 封信" in words_on(client.post(address, said))
    session.refresh_from_db()
    assert session.place == FACTS["place"] and not Letter.objects.exists()
    assert "2 封信已排队" in words_on(client.post(address, said | {"seen": "2"}, follow=True))
    session.refresh_from_db()
    assert session.place == "二号会议室"


def test_the_page_of_a_cancellation_says_how_many_are_told(cast):
    make_it_be(AT.date())
    session = arrange(cast)
    signing_up.sign_up(session, "李娜", "", by=cast.li_na, at=AT)
    client, address = sign_in(cast.liu_fang), f"/training/{session.pk}/cancel/"
    assert "已报名和候补的有 1 人" in words_on(client.get(address))
    assert "请写明取消的原因" in words_on(client.post(address, {"why": ""}), 409)
    assert "取消培训，发出 2 封信" in words_on(client.post(address, {"why": "停电"}))
    assert not Letter.objects.exists()
    told = client.post(address, {"why": "停电", "seen": "2"}, follow=True)
    assert "写给已报名的 2 封信已排队" in words_on(told)
    assert "取消过" in words_on(client.post(address, {"why": "停电"}), 409)
    assert "取消：停电" in words_on(sign_in(cast.li_na).get(f"/training/{session.pk}/"))
