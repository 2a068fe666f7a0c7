"""A stopped account is told so: by a letter when it is stopped, and at the door after the right password."""

import pytest

from accounts import people
from accounts.models import DistrictContact, Letter
from accounts.post import outbox
from tests.cast import AT, PASSWORD
from tests.officials import sign_in
from tests.reading import words_on


@pytest.fixture
def stopped(cast):
    DistrictContact.objects.create(district=cast.yuzhong, clerk="陈宇", phone="023-63890000")
    people.deactivate(cast.li_na, by=cast.chen_yu, at=AT, why="企业已注销。")
    return cast


def test_a_letter_says_when_by_whom_why_and_whom_to_ask(stopped):
    letter = Letter.objects.get(stem="account_stopped")
    assert letter.to == stopped.li_na.email
    body = outbox.message_of(letter).body
    for words in ("2024-06-05 09:30", "渝中区停用", "企业已注销。", "渝中区 陈宇 023-63890000"):
        assert words in body


def test_the_door_says_so_after_the_right_password_only(stopped, client):
    for name in (stopped.li_na.username, stopped.li_na.mobile):
        page = words_on(client.post("/login/", {"username": name, "password": PASSWORD}))
        assert "这个账号已停用，不能登录" in page and "023-63890000" in page
    assert "_auth_user_id" not in client.session
    page = words_on(client.post("/login/", {"username": stopped.li_na.username, "password": "不对的密码-2024"}))
    assert "账号或密码不对" in page and "账号已停用" not in page


def test_a_mobile_is_the_active_accounts_where_another_with_it_is_stopped(stopped, client):
    type(stopped.li_na).objects.filter(pk=stopped.wang_lei.pk).update(mobile=stopped.li_na.mobile)
    assert client.post("/login/", {"username": stopped.li_na.mobile, "password": PASSWORD}).status_code == 302


def test_an_official_is_told_to_ask_who_opens_such_accounts(cast, client):
    people.deactivate(cast.chen_yu, by=cast.zhou_tao, at=AT, why="调离。")
    page = words_on(client.post("/login/", {"username": "yuzhong", "password": PASSWORD}))
    assert "请联系市级管理员、系统管理员" in page


def test_who_is_signed_in_when_stopped_is_out_at_once(cast):
    client = sign_in(cast.li_na)
    assert client.get("/account/").status_code == 200
    people.deactivate(cast.li_na, by=cast.chen_yu, at=AT, why="停业。")
    assert "/login/" in client.get("/account/").url
