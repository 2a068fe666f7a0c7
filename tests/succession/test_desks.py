"""移交工作账号: another takes an official's desk, and what was done stays with who did it."""

import pytest

from accounts import people
from accounts.access import DoneAlready, Refused
from accounts.models import DeadAddress, DistrictContact, JournalEntry, Letter, User
from reporting.letters import recipients
from reporting.models import ThreadSeen
from reporting.succession import desks
from reporting.succession.succeeding import NewPerson
from tests.cast import AT, PASSWORD, make_user
from tests.may import make_may
from tests.officials import sign_in
from tests.reading import words_on

TANG = NewPerson("唐敏", "13900000008", "tangmin@example.com")


def hand_over(user: User, by: User, person: NewPerson = TANG, username: str = "tangmin", why: str = "调离。") -> User:
    return desks.hand_over(user, person, username, why=why, by=by, at=AT)


def test_the_desk_goes_on_and_the_history_stays(cast):
    filing = make_may(cast).filing
    ThreadSeen.objects.create(filing=filing, user=cast.chen_yu, unread=3)
    DistrictContact.objects.create(district=cast.yuzhong, clerk="陈宇", phone="023-1", email="other@example.com")
    done = JournalEntry.objects.create(at=AT, by=cast.chen_yu, by_name=cast.chen_yu.signed, action="审核通过")
    desk = sign_in(cast.chen_yu)
    new = hand_over(cast.chen_yu, cast.zhou_tao)
    assert (new.role, new.district, new.is_active) == ("district", cast.yuzhong, True)
    before = User.objects.get(pk=cast.chen_yu.pk)
    assert (before.name, before.username, before.is_active, before.successor) == ("陈宇", "yuzhong", False, new)
    assert desk.get("/district/").status_code == 302
    desk.post("/login/", {"username": "yuzhong", "password": PASSWORD})
    assert desk.get("/district/").status_code == 302
    assert ThreadSeen.objects.get(filing=filing).user == new
    assert recipients.of_districts([cast.yuzhong.pk]) == {cast.yuzhong.pk: [TANG.email]}
    contact = DistrictContact.objects.get(district=cast.yuzhong)
    assert (contact.clerk, contact.phone, contact.email) == ("唐敏", "023-1", "other@example.com")
    done.refresh_from_db()
    assert (done.by, done.by_name) == (before, "陈宇（渝中区）")


def test_both_are_told_and_the_journal_names_both(cast):
    hand_over(cast.chen_yu, cast.zhou_tao)
    [new, old] = Letter.objects.filter(stem__in=("activation", "succeeded")).order_by("stem")
    assert (new.to, old.to) == (TANG.email, cast.chen_yu.email)
    assert "您接替陈宇" in new.facts["told"] and old.facts["successor"] == "唐敏"
    line = JournalEntry.objects.get(action="移交工作账号")
    assert (line.by, line.district, line.why) == (cast.zhou_tao, cast.yuzhong, "调离。")
    assert (line.before["姓名"], line.after["姓名"], line.after["用户名"]) == ("陈宇", "唐敏", "tangmin")


def test_a_second_press_is_told_and_another_is_refused(cast):
    hand_over(cast.chen_yu, cast.zhou_tao)
    with pytest.raises(DoneAlready, match="已移交给唐敏"):
        hand_over(cast.chen_yu, cast.zhou_tao)
    with pytest.raises(Refused, match="不能再办"):
        hand_over(cast.chen_yu, cast.zhou_tao, NewPerson("别人", "", "else@example.com"), "other")
    with pytest.raises(Refused, match="不能再启用"):
        people.reactivate(cast.chen_yu, by=cast.zhou_tao, at=AT, why="回来了")


def test_only_who_opens_such_accounts_hands_them_over(cast):
    for by, user, sentence in (
        (cast.he_qing, cast.chen_yu, "不能移交"),
        (cast.zhou_tao, cast.wu_gang, "不能移交"),
        (cast.zhou_tao, cast.li_na, "不能移交"),
        (cast.zhou_tao, cast.zhou_tao, "另一位管理员"),
    ):
        with pytest.raises(Refused, match=sentence):
            hand_over(user, by)
    assert hand_over(cast.zhou_tao, cast.wu_gang).role == "city"


@pytest.mark.parametrize(
    ("person", "username", "why", "sentence"),
    [
        (TANG, "NANAN", "调离", "已被使用"),
        (TANG, "tangmin", " ", "事由"),
        (NewPerson("唐敏", "", "dead@example.com"), "tangmin", "调离", "收不到信"),
        (NewPerson("唐敏", "", "91500103MA5U12346B@example.com"), "tangmin", "调离", "须用自己的工作邮箱"),
    ],
)
def test_what_stands_in_the_way_is_said(cast, person, username, why, sentence):
    DeadAddress.objects.create(address="dead@example.com", reason="550", noticed_at=AT)
    with pytest.raises(Refused, match=sentence):
        hand_over(cast.chen_yu, cast.zhou_tao, person, username, why)
    assert User.objects.get(pk=cast.chen_yu.pk).is_active


def test_a_shared_mailbox_of_an_office_may_go_on(cast):
    person = NewPerson("唐敏", "", cast.chen_yu.email)
    assert hand_over(cast.chen_yu, cast.zhou_tao, person).email == cast.chen_yu.email


def test_the_desk_of_a_stopped_account_is_taken_too(cast):
    people.deactivate(cast.chen_yu, by=cast.zhou_tao, at=AT, why="离职")
    assert hand_over(cast.chen_yu, cast.zhou_tao).is_active


def test_the_page_shows_what_goes_along(cast):
    city = sign_in(cast.zhou_tao)
    address = f"/users/{cast.chen_yu.pk}/desk/"
    assert "移交陈宇的工作账号" in words_on(city.get(address))
    typed = {"username": "tangmin", "name": "唐敏", "mobile": "13900000008", "email": TANG.email, "why": "调离。"}
    assert "请写明事由" in words_on(city.post(address, {**typed, "why": ""}))
    said = words_on(city.post(address, typed, follow=True))
    assert "陈宇的账号已移交给唐敏" in said and "已停用 由唐敏接替" in said
    assert "不能再移交" in words_on(city.get(address))
    assert sign_in(cast.he_qing).get(address).status_code == 403
    make_user("sys2", "系统二", "system")
    assert city.get(f"/users/{cast.wu_gang.pk}/desk/").status_code == 404
    assert city.get(f"/users/{cast.li_na.pk}/desk/").status_code == 404
