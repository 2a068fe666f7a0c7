"""Two persons of a firm recover and replace each other."""

import pytest
from django.core.cache import cache

from accounts import people
from accounts.access import DoneAlready, Refused
from accounts.models import DeadAddress, JournalEntry, Letter, User
from reporting.models import ThreadSeen
from reporting.succession import colleagues
from reporting.succession.succeeding import NewPerson
from tests.cast import AT
from tests.may import make_may
from tests.officials import sign_in
from tests.reading import words_on
from tests.succession.papers import ZHOU_LIN


@pytest.fixture(autouse=True)
def untouched():
    cache.clear()


def to(stem: str) -> list[str]:
    return sorted(Letter.objects.filter(stem=stem).values_list("to", flat=True))


def replace(who: User, by: User, person: NewPerson = ZHOU_LIN, why: str = "已离职。") -> User:
    return colleagues.replace(who, person, why=why, by=by, at=AT)


def test_each_sends_the_other_a_link_to_the_registered_address(cast):
    for by, other in ((cast.wang_lei, cast.li_na), (cast.li_na, cast.wang_lei)):
        colleagues.send_link(other, by=by, at=AT)
    letters = Letter.objects.filter(stem="password_reset")
    assert {letter.to: letter.facts["asked_by"] for letter in letters} == {
        cast.li_na.email: "王磊",
        cast.wang_lei.email: "李娜",
    }
    line = JournalEntry.objects.get(action="给同事发找回链接", by=cast.wang_lei)
    assert line.after == {"邮箱": cast.li_na.email}


def test_whoever_never_opened_theirs_gets_the_activation(cast):
    user = people.invite_colleague(name="周琳", mobile="", email=ZHOU_LIN.email, by=cast.li_na, at=AT)
    colleagues.send_link(user, by=cast.wang_lei, at=AT.replace(hour=11))
    assert to("activation") == [ZHOU_LIN.email] * 2 and to("password_reset") == []


def test_no_link_where_it_would_be_of_no_use(cast):
    for by, sentence in ((cast.zhao_min, "本企业"), (cast.chen_yu, "本企业"), (cast.li_na, "自己")):
        with pytest.raises(Refused, match=sentence):
            colleagues.send_link(cast.li_na, by=by, at=AT)
    people.deactivate(cast.wang_lei, by=cast.li_na, at=AT, why="离职")
    with pytest.raises(Refused, match="停用"):
        colleagues.send_link(cast.wang_lei, by=cast.li_na, at=AT)


def test_a_second_press_within_minutes_is_told_and_sends_nothing(cast):
    desk = sign_in(cast.wang_lei)
    said = [words_on(desk.post(f"/account/colleagues/{cast.li_na.pk}/link/", follow=True)) for _ in range(2)]
    assert f"给 {cast.li_na.email} 的链接" in said[0] and "五分钟内已给李娜发过链接" in said[1]
    assert to("password_reset") == [cast.li_na.email]
    assert desk.post(f"/account/colleagues/{cast.zhao_min.pk}/link/").status_code == 404
    assert desk.get(f"/account/colleagues/{cast.zhao_min.pk}/replace/").status_code == 404


def test_whoever_has_the_code_is_replaced_and_the_code_goes_on(cast):
    filing = make_may(cast).filing
    ThreadSeen.objects.create(filing=filing, user=cast.li_na, unread=2)
    desk, code = sign_in(cast.li_na), cast.yuntu.credit_code
    new = replace(cast.li_na, cast.wang_lei)
    before = User.objects.get(pk=cast.li_na.pk)
    assert (new.username, new.is_active, new.has_usable_password()) == (code, True, False)
    assert (before.name, before.username, before.is_active, before.successor) == ("李娜", f"{code}-3", False, new)
    assert desk.get("/account/").status_code == 302
    assert ThreadSeen.objects.get(filing=filing).user == new
    assert (to("activation"), to("succeeded")) == ([ZHOU_LIN.email], [cast.li_na.email])
    assert code in Letter.objects.get(stem="succeeded").facts["username"]
    line = JournalEntry.objects.get(action="更换人员")
    assert (line.by, line.before["姓名"], line.after["姓名"], line.why) == (cast.wang_lei, "李娜", "周琳", "已离职。")


def test_a_second_person_is_replaced_under_a_number_of_their_own(cast):
    new = replace(cast.wang_lei, cast.li_na)
    assert new.username == f"{cast.yuntu.credit_code}-3"
    assert User.objects.get(pk=cast.wang_lei.pk).username == f"{cast.yuntu.credit_code}-2"
    assert people.first_account(cast.yuntu) == cast.li_na


def test_a_second_press_changes_nothing(cast):
    replace(cast.li_na, cast.wang_lei)
    before = User.objects.get(pk=cast.li_na.pk)
    with pytest.raises(DoneAlready, match="已由周琳接替"):
        replace(before, cast.wang_lei)
    with pytest.raises(Refused, match="不能再办"):
        replace(before, cast.wang_lei, NewPerson("别人", "", "else@example.com"))
    assert cast.yuntu.users.count() == 3


def test_whom_an_office_or_a_colleague_stopped_nobody_replaces(cast):
    """The code would be alive again under a name of the presser's choosing, and a sixth account in use."""
    people.deactivate(cast.li_na, by=cast.chen_yu, at=AT, why="冒名。")
    with pytest.raises(Refused, match="请先启用"):
        replace(cast.li_na, cast.wang_lei)
    assert not people.first_account(cast.yuntu).is_active


def test_a_link_refused_is_not_counted_as_sent(cast):
    desk = sign_in(cast.li_na)
    people.deactivate(cast.wang_lei, by=cast.li_na, at=AT, why="离职")
    address = f"/account/colleagues/{cast.wang_lei.pk}/link/"
    assert "请先启用" in words_on(desk.post(address, follow=True))
    people.reactivate(cast.wang_lei, by=cast.li_na, at=AT, why="回来")
    assert f"给 {cast.wang_lei.email} 的链接" in words_on(desk.post(address, follow=True))


def test_the_second_press_of_an_invitation_is_told(cast):
    desk, person = sign_in(cast.li_na), {"name": "周琳", "mobile": "13800000009", "email": ZHOU_LIN.email}
    said = [words_on(desk.post("/account/colleagues/", person, follow=True)) for _ in range(2)]
    assert "的激活邮件" in said[0] and "没有再邀请一次" in said[1]
    assert to("activation") == [ZHOU_LIN.email]


@pytest.mark.parametrize(
    ("email", "why", "sentence"),
    [
        ("zl@example.com", " ", "事由"),
        ("YUZHONG@example.com", "离职", "工作账号"),
        ("91500103ma5u12346b-2@example.com", "离职", "已是本企业王磊"),
        ("91500103MA5U12346B@example.com", "离职", "忘记密码"),
        ("dead@example.com", "离职", "收不到信"),
    ],
)
def test_nobody_is_replaced_by_an_address_that_cannot_be(cast, email, why, sentence):
    DeadAddress.objects.create(address="dead@example.com", reason="550", noticed_at=AT)
    with pytest.raises(Refused, match=sentence):
        replace(cast.li_na, cast.wang_lei, NewPerson("周琳", "", email), why)
    assert not JournalEntry.objects.filter(action="更换人员").exists()


def test_only_people_of_the_firm_replace_each_other(cast):
    for by in (cast.zhao_min, cast.chen_yu, cast.zhou_tao):
        with pytest.raises(Refused, match="本企业"):
            replace(cast.li_na, by)
    with pytest.raises(Refused, match="自己"):
        replace(cast.li_na, cast.li_na)


def test_the_page_offers_it_and_says_who_came(cast):
    desk = sign_in(cast.wang_lei)
    page = words_on(desk.get("/account/colleagues/"))
    assert "发找回链接" in page and "更换人员" in page and "还可以邀请 3 人" in page
    person = {"name": "周琳", "mobile": "13800000009", "email": ZHOU_LIN.email, "reason": "李娜已离职。"}
    said = words_on(desk.post(f"/account/colleagues/{cast.li_na.pk}/replace/", person, follow=True))
    assert "李娜的账号已由周琳接替" in said and "已停用 由周琳接替" in said
    again = words_on(desk.post(f"/account/colleagues/{cast.li_na.pk}/replace/", person, follow=True))
    assert "已由周琳接替" in again


def test_five_are_the_most_and_the_page_says_so(cast):
    for number in range(3):
        people.invite_colleague(name="周", mobile="", email=f"{number}@example.com", by=cast.wang_lei, at=AT)
    page = words_on(sign_in(cast.wang_lei).get("/account/colleagues/"))
    assert "已有 5 个在用的账号，不能再邀请" in page
    assert replace(cast.li_na, cast.wang_lei).is_active  # one goes as another comes
