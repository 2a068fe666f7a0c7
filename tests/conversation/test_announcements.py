"""公告: the city tells firms, districts or both; shown until a day, acknowledged, taken down with a reason."""

from datetime import date, timedelta

import pytest
from django.test import Client

from accounts.access import Refused
from accounts.models import JournalEntry, Letter
from accounts.post import pulse
from accounts.post.letters import post
from reporting.conversation.announcements import acknowledge, on_the_door, plan, publish, take_down, unread_by
from reporting.conversation.threads import unread_for
from reporting.models import Announcement, AnnouncementSeen
from tests.cast import AT
from tests.officials import make_it_be, sign_in
from tests.reading import markup_of, words_on

DAY = AT.date()
TYPED = {"title": "五月月报提前", "text": "请于10日前上报。\n\n谢谢。", "to_firms": "on", "to_districts": "on"}


@pytest.fixture
def cast(cast):
    make_it_be(DAY)
    return cast


def announce(by, at=AT, **more) -> Announcement:
    facts = {"title": "五月月报提前", "text": "请于10日前上报。", "to_firms": True, "to_districts": True, **more}
    return publish(Announcement(**facts), by, at)


def unread(user) -> int:
    return unread_for(user, DAY).announcements


# Who writes, to whom


@pytest.mark.parametrize("person", ["li_na", "chen_yu", "liu_fang", "wu_gang"])
def test_only_the_city_publishes_and_takes_down(cast, person):
    other = getattr(cast, person)
    with pytest.raises(Refused, match="只能由市级"):
        announce(other)
    published = announce(cast.zhou_tao)
    with pytest.raises(Refused, match="只能由市级"):
        take_down(published, other, AT, "错了")


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"title": " "}, "标题和正文"),
        ({"text": ""}, "标题和正文"),
        ({"to_firms": False, "to_districts": False}, "请选择发给"),
        ({"shown_until": DAY - timedelta(days=1)}, "不能早于今天"),
    ],
)
def test_it_needs_words_readers_and_a_day_to_come(cast, facts, words):
    with pytest.raises(Refused, match=words):
        announce(cast.zhou_tao, **facts)
    assert not Announcement.objects.exists()


@pytest.mark.parametrize(
    ("to", "numbers"), [("to_firms", [1, 0]), ("to_districts", [0, 1]), ("to_firms to_districts", [1, 1])]
)
def test_it_waits_for_those_it_is_addressed_to(cast, to, numbers):
    announce(cast.zhou_tao, to_firms="to_firms" in to, to_districts="to_districts" in to)
    assert [unread(cast.li_na), unread(cast.chen_yu)] == numbers
    assert [unread(person) for person in (cast.zhou_tao, cast.liu_fang, cast.wu_gang)] == [0, 0, 0]


@pytest.mark.parametrize(("day", "number"), [(date(2024, 6, 10), 1), (date(2024, 6, 11), 0)])
def test_it_is_shown_to_the_end_of_its_last_day(cast, day, number):
    announce(cast.zhou_tao, shown_until=date(2024, 6, 10))
    assert unread_for(cast.li_na, day).announcements == number
    assert unread_by(cast.li_na, day).count() == number
    assert len(on_the_door(day)) == number


def test_the_second_click_is_the_first_and_a_minute_later_it_is_another(cast):
    assert announce(cast.zhou_tao) == announce(cast.zhou_tao, at=AT + timedelta(seconds=59))
    announce(cast.zhou_tao, at=AT + timedelta(seconds=60))
    assert Announcement.objects.count() == 2
    assert JournalEntry.objects.filter(action="发布公告").count() == 2


def test_knowing_of_it_is_said_once_by_each_reader(cast):
    published = announce(cast.zhou_tao)
    for _ in range(2):
        acknowledge(published, cast.li_na, AT)
    assert (unread(cast.li_na), unread(cast.wang_lei), AnnouncementSeen.objects.count()) == (0, 1, 1)


def test_one_taken_down_is_shown_no_more_and_stays_on_record_with_the_reason(cast):
    published = announce(cast.zhou_tao, by_mail=True)
    assert plan(AT) == 6
    with pytest.raises(Refused, match="请写明撤下的原因"):
        take_down(published, cast.zhou_tao, AT, "  ")
    with pytest.raises(Refused, match="最多 300 字"):
        take_down(published, cast.zhou_tao, AT, "错" * 301)
    take_down(published, cast.zhou_tao, AT, "日期写错")
    assert unread(cast.li_na) == 0 and not on_the_door(DAY)
    assert JournalEntry.objects.get(action="撤下公告").why == "日期写错"
    assert set(Letter.objects.values_list("state", flat=True)) == {Letter.State.WITHDRAWN}
    with pytest.raises(Refused, match="已于 2024-06-05 撤下"):
        take_down(published, cast.zhou_tao, AT, "再撤一次")
    assert Announcement.objects.get().why_withdrawn == "日期写错"


def test_its_day_is_chongqings_also_in_the_small_hours(cast):
    at = AT.replace(hour=1)  # still the day before in UTC
    cast.jialing.joined_on = DAY
    cast.jialing.save()
    published = announce(cast.zhou_tao, at, by_mail=True, to_districts=False)
    plan(at)
    assert Letter.objects.filter(enterprise=cast.jialing).exists()
    take_down(published, cast.zhou_tao, at, "日期写错")
    with pytest.raises(Refused, match=f"已于 {DAY} 撤下"):
        take_down(published, cast.zhou_tao, at, "再撤一次")


def test_by_mail_it_reaches_each_address_once(cast, mailoutbox, django_capture_on_commit_callbacks):
    cast.shancheng.users.update(is_active=False)  # no account: the address in the register
    cast.jialing.left_on = DAY - timedelta(days=1)
    cast.jialing.save()
    with django_capture_on_commit_callbacks(execute=True):
        published = announce(cast.zhou_tao, by_mail=True)
        assert plan(AT) == 5
        assert plan(AT) == 0  # written once
    reached = {cast.li_na.email, cast.wang_lei.email, cast.shancheng.email, cast.chen_yu.email, cast.he_qing.email}
    assert sorted(letter.to[0] for letter in mailoutbox) == sorted(reached)
    letter = mailoutbox[0]
    assert letter.subject.endswith("公告：五月月报提前") and "请于10日前上报。" in letter.body
    assert f"/announcements/{published.pk}/" in letter.body
    assert all(letter.bulk for letter in Letter.objects.all())


def test_without_mail_or_once_taken_down_no_letter_is_written(cast):
    announce(cast.zhou_tao)
    take_down(announce(cast.zhou_tao, by_mail=True, title="错的"), cast.zhou_tao, AT, "日期写错")
    assert plan(AT) == 0
    assert not Letter.objects.exists()


def test_what_a_lost_worker_left_is_written_and_nothing_twice(cast, monkeypatch):
    published = announce(cast.zhou_tao, by_mail=True)
    monkeypatch.setattr("reporting.conversation.announcements.FIRMS_AT_ONCE", 1)
    monkeypatch.setattr("reporting.conversation.announcements.post", dies_after(2))
    with pytest.raises(KeyboardInterrupt):
        plan(AT)
    assert Letter.objects.count() == 2 + 2  # the districts, and one firm with two people
    monkeypatch.undo()
    plan(AT)
    assert Letter.objects.count() == 6
    assert Announcement.objects.get(pk=published.pk).mailed_at == AT


def dies_after(times: int):
    def posting(letters):
        nonlocal times
        times -= 1
        if times < 0:
            raise KeyboardInterrupt
        return post(letters)

    return posting


def test_one_taken_down_while_its_letters_are_written_goes_to_nobody_more(cast, monkeypatch):
    published = announce(cast.zhou_tao, by_mail=True)

    def take_it_down_after(letters):
        number = post(letters)
        take_down(published, cast.zhou_tao, AT, "日期写错")
        return number

    monkeypatch.setattr("reporting.conversation.announcements.post", take_it_down_after)
    assert plan(AT) == 2
    assert set(Letter.objects.values_list("state", flat=True)) == {Letter.State.WITHDRAWN}


# The pages


def test_the_city_writes_looks_at_it_with_whom_it_reaches_and_publishes(cast):
    client = sign_in(cast.zhou_tao)
    typed = TYPED | {"by_mail": "on", "shown_until": "2024-06-30"}
    preview = words_on(client.post("/announcements/write/", typed | {"then": "preview"}))
    assert "3 家企业、" in preview and "企业邮箱 4 个、" in preview and "区县邮箱 2 个" in preview
    assert not Announcement.objects.exists()
    again = words_on(client.post("/announcements/write/", typed | {"then": "write"}))
    assert "五月月报提前" in again and not Announcement.objects.exists()
    for seen in ({}, {"seen": "5"}):  # nobody has looked at its number, or it has grown since
        unseen = words_on(client.post("/announcements/write/", typed | {"then": "publish"} | seen))
        assert "企业邮箱 4 个" in unseen and ("要发的信有变动" in unseen) is bool(seen)
        assert not Announcement.objects.exists()
    answer = client.post("/announcements/write/", typed | {"then": "publish", "seen": "6"})
    published = Announcement.objects.get()
    assert answer.url == f"/announcements/{published.pk}/"
    assert (published.by, published.shown_until, published.by_mail) == (cast.zhou_tao, date(2024, 6, 30), True)
    page = markup_of(client.get(answer.url))
    assert "请于10日前上报。</p>" in page and "<p>谢谢。" in page and "正在显示" in page


def test_boxes_left_empty_stay_empty_through_the_preview(cast):
    client = sign_in(cast.zhou_tao)
    typed = {"title": "给区县", "text": "正文", "to_districts": "on", "then": "preview"}
    preview = words_on(client.post("/announcements/write/", typed))
    assert "个区县" in preview and "家企业" not in preview and "不发邮件" in preview
    hidden = {"title": "给区县", "text": "正文", "to_firms": "False", "to_districts": "True", "by_mail": "False"}
    client.post("/announcements/write/", hidden | {"then": "publish"})
    published = Announcement.objects.get()
    assert (published.to_firms, published.to_districts, published.by_mail) == (False, True, False)


def test_the_preview_promises_letters_only_while_they_leave(cast, monkeypatch):
    client = sign_in(cast.zhou_tao)
    typed = {"title": "给区县", "text": "正文", "to_districts": "on", "by_mail": "on", "then": "preview"}
    assert "发布后十分钟内开始发出" in words_on(client.post("/announcements/write/", typed))
    monkeypatch.setattr(pulse, "silent", lambda: [pulse.BEAT])
    held_up = words_on(client.post("/announcements/write/", typed))
    assert "信现在发不出去（定时程序（beat）没有应答），恢复后自动发出" in held_up and "十分钟内" not in held_up


@pytest.mark.parametrize("typed", [{"title": ""}, {"to_firms": "", "to_districts": ""}, {"shown_until": "明天"}])
def test_what_is_wrong_is_said_beside_what_was_typed(cast, typed):
    wanted = {key: text for key, text in (TYPED | typed).items() if text or key == "title"}
    answer = sign_in(cast.zhou_tao).post("/announcements/write/", wanted | {"then": "publish"})
    page = markup_of(answer, answer.status_code)
    assert ("errorlist" in page or "notice-block" in page) and "请于10日前上报。" in page
    assert not Announcement.objects.exists()


def test_it_is_shown_as_text_with_its_lines(cast):
    published = announce(cast.zhou_tao, title="<b>标题</b>", text="<script>alert(1)</script>\n第二行")
    for address in ("/", "/messages/", "/announcements/", f"/announcements/{published.pk}/"):
        page = markup_of(sign_in(cast.li_na).get(address))
        assert "&lt;b&gt;标题" in page and "<b>标题</b>" not in page and "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>第二行" in page


@pytest.mark.parametrize(("person", "home"), [("li_na", "/"), ("chen_yu", "/district/")])
def test_it_stands_on_the_first_page_until_it_is_acknowledged(cast, person, home):
    announce(cast.zhou_tao)
    client = sign_in(getattr(cast, person))
    assert "知道了" in words_on(client.get(home))
    assert '<b class="new">1<' in markup_of(client.get("/account/"))
    pk = Announcement.objects.get().pk
    assert client.post(f"/announcements/{pk}/seen/", {"back": home}).url == "/"
    assert client.post(f"/announcements/{pk}/seen/", {"back": "/messages/"}).url == "/messages/"
    assert "知道了" not in words_on(client.get(home))
    assert '<b class="new">' not in markup_of(client.get("/account/"))


def test_opening_it_is_knowing_of_it(cast):
    published = announce(cast.zhou_tao)
    sign_in(cast.li_na).get(f"/announcements/{published.pk}/")
    assert unread(cast.li_na) == 0


def test_one_for_the_districts_is_none_of_the_firms(cast):
    published = announce(cast.zhou_tao, to_firms=False)
    client = sign_in(cast.li_na)
    assert "五月月报提前" not in words_on(client.get("/announcements/"))
    assert client.get(f"/announcements/{published.pk}/").status_code == 404
    assert client.post(f"/announcements/{published.pk}/seen/").status_code == 404
    assert "五月月报提前" not in words_on(Client().get("/login/"))


def test_the_sign_in_page_shows_title_and_day_and_not_the_text(cast):
    published = announce(cast.zhou_tao)
    page = words_on(Client().get("/login/"))
    assert "五月月报提前" in page and "2024年6月5日" in page and "请于10日前上报" not in page
    take_down(published, cast.zhou_tao, AT, "日期写错")
    assert "五月月报提前" not in words_on(Client().get("/login/"))


def test_the_page_of_one_taken_down_says_why_and_hides_its_text_from_others(cast):
    published = announce(cast.zhou_tao)
    url = f"/announcements/{published.pk}/"
    city = sign_in(cast.zhou_tao)
    refused = city.post(f"{url}take-down/", {"why": ""})
    assert "请写明撤下的原因" in words_on(refused, 409)
    assert city.post(f"{url}take-down/", {"why": "日期写错"}).url == url
    firm = words_on(sign_in(cast.li_na).get(url))
    assert "日期写错" in firm and "请于10日前上报" not in firm
    assert "请于10日前上报" in words_on(city.get(url))
    assert "五月月报提前" not in words_on(sign_in(cast.li_na).get("/announcements/"))
    assert "已撤下" in words_on(city.get("/announcements/"))


def test_the_citys_tabs_lead_to_announcements_and_the_journal(cast):
    client = sign_in(cast.zhou_tao)
    for page in ("/firms/", "/announcements/", "/journal/"):
        shown = markup_of(client.get(page))
        assert 'href="/announcements/"' in shown and 'href="/journal/"' in shown and ">管理</a>" in shown
