"""An official's account changed by the city: journalled, told at both addresses, sessions that end."""

from datetime import timedelta

import pytest

from accounts import people
from accounts.access import Refused
from accounts.models import JournalEntry, Letter, User
from accounts.officials import change_official, name_for
from accounts.post import outbox
from tests.cast import AT
from tests.officials import sign_in
from tests.reading import words_on


def facts_of(user: User, **other) -> dict:
    return {name: getattr(user, name) for name in ("name", "role", "district", "email", "mobile")} | other


def change(user: User, by: User, **other) -> bool:
    return change_official(user, **facts_of(user, **other), by=by, at=AT)


def test_it_is_journalled_with_what_was_and_what_is(cast):
    assert change(cast.chen_yu, cast.zhou_tao, name="陈雨", district=cast.nanan)
    line = JournalEntry.objects.get(action="修改工作账号")
    assert (line.before, line.after) == ({"姓名": "陈宇", "区县": "渝中区"}, {"姓名": "陈雨", "区县": "南岸区"})
    assert (line.by, line.district) == (cast.zhou_tao, cast.nanan)


def test_the_person_is_told_at_the_old_and_the_new_address(cast):
    change(cast.chen_yu, cast.zhou_tao, email="new@example.com")
    letters = Letter.objects.filter(stem="official_changed").order_by("to")
    assert [letter.to for letter in letters] == ["new@example.com", "yuzhong@example.com"]
    assert "邮箱：yuzhong@example.com → new@example.com" in outbox.message_of(letters[0]).body


def test_nothing_changed_is_nothing_done(cast):
    assert not change(cast.chen_yu, cast.zhou_tao)
    assert not Letter.objects.exists() and not JournalEntry.objects.exists()


def test_sessions_end_with_another_district_or_role_and_no_others(cast):
    moved, promoted, renamed = (sign_in(user) for user in (cast.chen_yu, cast.liu_fang, cast.he_qing))
    change(cast.chen_yu, cast.zhou_tao, district=cast.nanan)
    change(cast.liu_fang, cast.zhou_tao, role=cast.zhou_tao.role)
    change(cast.he_qing, cast.zhou_tao, name="何晴")
    assert [client.get("/account/").status_code for client in (moved, promoted, renamed)] == [302, 302, 200]


def test_what_a_page_did_not_change_it_does_not_put_back(cast):
    """One page stands open while a colleague moves the person; then a mobile is saved on it."""
    desk = sign_in(cast.zhou_tao)
    address = f"/users/{cast.he_qing.pk}/edit/"
    form = desk.get(address).context["form"]
    begun = {f"initial-{name}": form[name].value() or "" for name in form.fields}
    change(cast.he_qing, cast.wu_gang, district=cast.yuzhong)
    stale = {name: form[name].value() or "" for name in form.fields} | {"mobile": "13900000007"}
    desk.post(address, begun | stale)
    cast.he_qing.refresh_from_db()
    assert (cast.he_qing.district, cast.he_qing.mobile) == (cast.yuzhong, "13900000007")


def test_who_handed_over_the_desk_keeps_their_name(cast):
    User.objects.filter(pk=cast.he_qing.pk).update(successor=cast.chen_yu, is_active=False)
    with pytest.raises(Refused, match="接替"):
        change(User.objects.get(pk=cast.he_qing.pk), cast.zhou_tao, name="别人")


def test_no_official_takes_a_firms_mailbox_by_any_road(cast):
    facts = {"name": "新人", "role": cast.chen_yu.role, "district": cast.yuzhong, "email": cast.li_na.email.upper()}
    with pytest.raises(Refused, match="企业账号"):
        people.invite_official(username="xinren", mobile="", by=cast.zhou_tao, at=AT, **facts)
    with pytest.raises(Refused, match="企业账号"):
        change(cast.chen_yu, cast.zhou_tao, email=cast.li_na.email)
    own = {"name": "陈宇", "mobile": "", "email": cast.li_na.email}
    assert "企业账号" in words_on(sign_in(cast.chen_yu).post("/account/", own))
    for email, said in ((cast.chen_yu.email, "工作账号"), (cast.wang_lei.email, "已是本企业王磊")):
        assert said in words_on(sign_in(cast.li_na).post("/account/", {"name": "李娜", "email": email}))
    assert User.objects.get(pk=cast.li_na.pk).email == cast.li_na.email


def test_the_second_press_of_an_invitation_is_told(cast):
    desk = sign_in(cast.zhou_tao)
    asked = {"username": "xinren", "name": "新人", "role": cast.chen_yu.role, "district": cast.yuzhong.pk,
             "email": "xinren@cq.gov.cn", "mobile": ""}  # fmt: skip
    said = [words_on(desk.post("/users/invite/", asked, follow=True)) for _ in range(2)]
    assert "的激活邮件" in said[0] and "没有再开通一次" in said[1]
    assert Letter.objects.filter(stem="activation").count() == 1


def test_an_account_that_was_never_opened_gets_its_link_at_the_new_address(cast):
    facts = {"name": "新人", "role": cast.chen_yu.role, "district": cast.yuzhong, "email": "wrong@example.com"}
    new = people.invite_official(username="xinren", mobile="", by=cast.zhou_tao, at=AT, **facts)
    change_official(
        new, **facts | {"email": "right@example.com"}, mobile="", by=cast.zhou_tao, at=AT + timedelta(hours=1)
    )
    links = {letter.to: letter.state for letter in Letter.objects.filter(stem="activation")}
    assert links == {"wrong@example.com": "withdrawn", "right@example.com": "waiting"}


def test_who_may_not_is_refused(cast):
    with pytest.raises(Refused, match="不能修改"):
        change(cast.he_qing, cast.chen_yu, name="别人")
    with pytest.raises(Refused, match="不能修改"):
        change(cast.li_na, cast.zhou_tao, name="别人")
    with pytest.raises(Refused, match="不能修改"):  # the city does not open the system's accounts
        change(cast.wu_gang, cast.zhou_tao, name="别人")
    with pytest.raises(Refused, match="只能由系统管理员"):
        change(cast.chen_yu, cast.zhou_tao, role=cast.wu_gang.role, district=None)
    with pytest.raises(Refused, match="另一位管理员"):
        change(cast.zhou_tao, cast.zhou_tao, name="别人")
    with pytest.raises(Refused, match="必须写明区县"):
        change(cast.chen_yu, cast.zhou_tao, district=None)
    assert not JournalEntry.objects.exists()


def test_the_page_changes_what_the_body_names_and_no_more(cast):
    client = sign_in(cast.zhou_tao)
    page = f"/users/{cast.chen_yu.pk}/edit/"
    assert "陈宇" in words_on(client.get(page))
    assert "并写信告诉了本人" in words_on(client.post(page, {"mobile": "13900000009"}, follow=True))
    cast.chen_yu.refresh_from_db()
    assert (cast.chen_yu.mobile, cast.chen_yu.name, cast.chen_yu.district) == ("13900000009", "陈宇", cast.yuzhong)
    assert "手机号应为 11 位" in words_on(client.post(page, {"mobile": "139"}))
    assert client.get(f"/users/{cast.li_na.pk}/edit/").status_code == 404
    assert client.get(f"/users/{cast.wu_gang.pk}/edit/").status_code == 404


@pytest.mark.parametrize(
    ("email", "taken", "name"),
    [
        ("Chen.Yu@cq.gov.cn", set(), "chen.yu"),
        ("chen.yu@cq.gov.cn", {"chen.yu", "chen.yu-2"}, "chen.yu-3"),
        ("123456@qq.com", set(), "district-123456"),
        ("ab@qq.com", set(), "district-ab"),
    ],
)
def test_a_user_name_comes_from_the_mailbox(email, taken, name):
    assert name_for(email, "district", taken) == name
