"""Signing in, links, colleagues, officials, contacts, the journal, letters."""

import json
import re
from datetime import date, datetime, timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from accounts import clock, contacts, journal, people
from accounts.access import Refused
from accounts.backends import find_by_sign_in_name
from accounts.demo import make_accounts
from accounts.links import activation_link, reset_link
from accounts.models import DUTIES, District, DistrictContact, Enterprise, Installation, JournalEntry, User
from accounts.models.journal import AppendOnly
from tests.cast import AT, PASSWORD, make_district, make_user
from tests.reading import markup_of, words_on

NEW_PASSWORD = "江风又一程-2024"


@pytest.fixture
def sent(django_capture_on_commit_callbacks, monkeypatch):
    """Run the changes inside, deliver what they wrote at that moment, and look at the letters."""
    monkeypatch.setattr(clock, "real_now", lambda: AT)  # a link that has run out is not sent

    def deliver(change, *args, **kwargs):
        with django_capture_on_commit_callbacks(execute=True):
            answer = change(*args, **kwargs)
        return answer, mail.outbox

    return deliver


def path_in(letter) -> str:
    return re.search(r"https?://[^/]+(/\S+)", letter.body).group(1)


# Signing in


@pytest.mark.parametrize(
    "typed", ["91500103MA5U12346B", "91500103ma5u12346b", "９１５００１０３MA5U12346B", "13800000001"]
)
def test_a_firm_signs_in_by_code_or_mobile_however_it_is_typed(client, cast, typed):
    answer = client.post("/login/", {"username": typed, "password": PASSWORD})
    assert answer.status_code == 302
    assert JournalEntry.objects.get(action="登录").by == cast.li_na


def test_names_differ_in_more_than_case_and_are_found_in_any(cast):
    someone = make_user("qxCQ-LJ", "两江", "district", district=cast.nanan)
    assert find_by_sign_in_name("QXcq-lj") == someone
    with pytest.raises(IntegrityError), transaction.atomic():
        make_user("QXCQ-LJ", "又一个", "district", district=cast.nanan)


def test_a_mobile_two_people_share_signs_nobody_in(cast):
    User.objects.filter(pk=cast.wang_lei.pk).update(mobile=cast.li_na.mobile)
    assert find_by_sign_in_name(cast.li_na.mobile) is None
    assert find_by_sign_in_name(cast.wang_lei.username) == cast.wang_lei


def test_a_wrong_password_is_refused_in_chinese(client, cast):
    answer = client.post("/login/", {"username": "zhoutao", "password": "wrong"})
    assert "账号或密码不对" in words_on(answer)


def test_a_deactivated_person_cannot_sign_in_and_an_open_session_ends(client, cast):
    client.force_login(cast.wang_lei)
    people.deactivate(cast.wang_lei, by=cast.li_na, at=AT, why="离职")
    assert client.get("/account/").status_code == 302
    client.post("/login/", {"username": cast.wang_lei.username, "password": PASSWORD})
    assert client.get("/account/").status_code == 302


def test_five_wrong_passwords_lock_and_the_page_says_how_long(client, cast):
    for _ in range(5):
        answer = client.post("/login/", {"username": "zhoutao", "password": "wrong"})
    said = words_on(answer, 429)
    assert "暂停登录 15 分钟" in said
    again = client.post("/login/", {"username": "ZhouTao", "password": PASSWORD})
    assert "暂停登录 15 分钟" in words_on(again, 429)
    assert "_auth_user_id" not in client.session


def test_a_press_that_met_the_end_of_the_session_is_explained_after_signing_in(client, cast):
    pressed = client.post("/filings/2024M05/recall/")
    signed_in = client.post(pressed.url, {"username": cast.li_na.username, "password": PASSWORD})
    answer = client.get(signed_in.url)
    assert "登录之前按的那一下没有执行" in words_on(answer, 405)
    assert answer["Allow"] == "POST"


def test_signing_out_needs_a_post(client, cast):
    client.force_login(cast.li_na)
    assert client.get("/logout/").status_code == 405
    client.post("/logout/")
    assert "_auth_user_id" not in client.session


def test_a_stranger_is_sent_to_sign_in(client, db):
    for address in ("/account/", "/users/", "/journal/", "/contacts/", "/firms/"):
        assert client.get(address)["Location"].startswith("/login/?next=")


def test_another_role_is_told_whose_page_it_is(client, cast):
    client.force_login(cast.li_na)
    for address in ("/users/", "/users/invite/", "/contacts/", "/firms/", "/key-firms/"):
        assert client.get(address).status_code == 403


# Passwords


def test_the_activation_link_sets_a_password_once(client, cast):
    user = people.invite_colleague(name="周琳", mobile="13800000009", email="zl@example.com", by=cast.li_na, at=AT)
    assert not user.has_usable_password()
    link = activation_link(user).split("8000", 1)[-1]
    page = client.get(link, follow=True)
    where = page.redirect_chain[-1][0]
    client.post(where, {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD})
    user.refresh_from_db()
    assert user.check_password(NEW_PASSWORD)
    assert JournalEntry.objects.filter(action="激活账号", by=user).exists()
    client.logout()
    assert "不能再用" in words_on(client.get(link, follow=True))


@pytest.mark.parametrize(("link", "life"), [(activation_link, timedelta(days=7)), (reset_link, timedelta(hours=24))])
def test_a_link_lives_as_long_as_it_says(client, cast, link, life, monkeypatch):
    from accounts.links import ActivationTokens

    address = link(cast.li_na).split("8000", 1)[-1]
    real = datetime.now()
    monkeypatch.setattr(ActivationTokens, "_now", lambda self: real + life - timedelta(minutes=1))
    assert "再输入一次" in words_on(client.get(address, follow=True))
    monkeypatch.setattr(ActivationTokens, "_now", lambda self: real + life + timedelta(minutes=1))
    assert "不能再用" in words_on(client.get(address, follow=True))


def test_an_activation_link_does_not_reset_nor_the_other_way_round(client, cast):
    crossed = activation_link(cast.li_na).split("8000", 1)[-1].replace("/activate/", "/password/reset/")
    assert "不能再用" in words_on(client.get(crossed, follow=True))


def test_the_link_of_a_deactivated_account_is_dead(client, cast):
    link = reset_link(cast.wang_lei).split("8000", 1)[-1]
    people.deactivate(cast.wang_lei, by=cast.li_na, at=AT, why="离职")
    assert "不能再用" in words_on(client.get(link, follow=True))


def test_a_forgotten_password_sends_one_letter_and_tells_strangers_nothing(client, cast, sent):
    _, letters = sent(client.post, "/password/forgotten/", {"name": cast.li_na.mobile})
    sent(client.post, "/password/forgotten/", {"name": cast.li_na.mobile})
    known = client.post("/password/forgotten/", {"name": cast.li_na.username})
    unknown = client.post("/password/forgotten/", {"name": "nobody"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [letter.to for letter in letters] == [[cast.li_na.email]]
    assert "/password/reset/" in letters[0].body


def test_a_password_is_changed_by_its_owner_only_with_the_old_one(client, cast, sent):
    client.force_login(cast.li_na)
    new = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    client.post("/account/password/", {"old_password": "wrong", **new})
    cast.li_na.refresh_from_db()
    assert cast.li_na.check_password(PASSWORD)
    _, letters = sent(client.post, "/account/password/", {"old_password": PASSWORD, **new})
    cast.li_na.refresh_from_db()
    assert cast.li_na.check_password(NEW_PASSWORD)
    assert "密码已修改" in letters[0].subject
    assert client.get("/account/").status_code == 200


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("", ""),
        ("短", "还不能用：密码太短，至少要有 10 位。"),
        ("12345678901", "密码只包含数字"),
        ("qwqwqwqwqwzk", "强度：弱"),
        ("river boats 9 x", "强度：强"),
        ("riverboat7x", "强度：可以"),
    ],
)
def test_strength_is_said_in_words(client, db, password, words):
    said = words_on(client.post("/password/strength/", {"new_password1": password}))
    assert words in said


# People of a firm, officials


def test_a_colleague_gets_a_letter_and_no_password(cast, sent):
    user, letters = sent(
        people.invite_colleague, name="周琳", mobile="13800000009", email="zl@example.com", by=cast.li_na, at=AT
    )
    assert user.username == f"{cast.yuntu.credit_code}-3"
    assert letters[0].to == ["zl@example.com"]
    assert f"用户名：{user.username}" in letters[0].body
    assert "/activate/" in letters[0].body


def test_only_a_firms_own_people_invite_up_to_a_number(cast):
    for by in (cast.chen_yu, cast.zhou_tao):
        with pytest.raises(Refused, match="自己的人"):
            people.invite_colleague(name="周琳", mobile="", email="zl@example.com", by=by, at=AT)
    for number in range(2, people.MOST_OF_A_FIRM):
        people.invite_colleague(name="周琳", mobile="", email=f"zl{number}@example.com", by=cast.wang_lei, at=AT)
    with pytest.raises(Refused, match="最多 5 个"):
        people.invite_colleague(name="周琳", mobile="", email="zl@example.com", by=cast.li_na, at=AT)
    people.deactivate(cast.wang_lei, by=cast.li_na, at=AT, why="离职")
    people.invite_colleague(name="周琳", mobile="", email="zl@example.com", by=cast.li_na, at=AT)
    with pytest.raises(Refused, match="最多 5 个"):
        people.reactivate(cast.wang_lei, by=cast.li_na, at=AT, why="回来了")


def test_two_of_a_firm_have_a_mailbox_each_and_none_of_an_office(cast):
    for email, sentence in ((cast.wang_lei.email.upper(), "已是本企业王磊"), (cast.chen_yu.email, "工作账号")):
        with pytest.raises(Refused, match=sentence):
            people.invite_colleague(name="周琳", mobile="", email=email, by=cast.li_na, at=AT)


def test_nobody_deactivates_themselves_or_another_firms_people(cast):
    with pytest.raises(Refused, match="自己"):
        people.deactivate(cast.li_na, by=cast.li_na, at=AT, why="试试")
    for by in (cast.zhao_min, cast.wang_lei, cast.he_qing, cast.liu_fang):
        with pytest.raises(Refused, match="不能管理"):
            people.deactivate(cast.li_na, by=by, at=AT, why="试试")


def test_switching_an_account_needs_a_reason_and_a_change(cast):
    with pytest.raises(Refused, match="事由"):
        people.deactivate(cast.wang_lei, by=cast.li_na, at=AT, why=" ")
    with pytest.raises(Refused, match="已经是启用状态"):
        people.reactivate(cast.wang_lei, by=cast.li_na, at=AT, why="回来了")


def test_an_account_of_another_firm_is_not_there(client, cast):
    client.force_login(cast.li_na)
    assert client.get(f"/account/{cast.zhao_min.pk}/switch/").status_code == 404
    assert client.post(f"/account/{cast.zhao_min.pk}/resend/").status_code == 404


def test_an_address_can_be_put_right_only_before_the_account_was_opened(cast):
    user = people.invite_colleague(name="周琳", mobile="", email="wrong@example.com", by=cast.li_na, at=AT)
    people.resend_activation(user, by=cast.chen_yu, at=AT, email="right@example.com")
    user.refresh_from_db()
    assert user.email == "right@example.com"
    with pytest.raises(Refused, match="已经激活"):
        people.resend_activation(cast.li_na, by=cast.chen_yu, at=AT, email="official@example.com")
    with pytest.raises(Refused, match="不能管理"):
        people.resend_activation(user, by=cast.he_qing, at=AT)


def official(by, **more):
    facts = {"username": "banan", "name": "巴南", "role": "district", "district": by, "email": "b@example.com"}
    return {**facts, "mobile": "", **more}


def test_the_city_opens_official_accounts_by_link(cast, sent):
    user, letters = sent(people.invite_official, **official(cast.nanan), by=cast.zhou_tao, at=AT)
    assert (user.role, user.district, user.has_usable_password()) == ("district", cast.nanan, False)
    assert letters[0].to == ["b@example.com"]


@pytest.mark.parametrize(
    ("changed", "who", "sentence"),
    [
        ({}, "chen_yu", "只有市级和系统管理员"),
        ({"role": "enterprise"}, "zhou_tao", "企业账号由企业申请"),
        ({"role": "system", "district": None}, "zhou_tao", "系统管理账号只能"),
        ({"district": None}, "zhou_tao", "必须写明区县"),
        ({"role": "city"}, "zhou_tao", "必须写明区县"),
        ({"username": "YUZHONG"}, "zhou_tao", "已被使用"),
    ],
)
def test_official_accounts_are_refused(cast, changed, who, sentence):
    with pytest.raises(Refused, match=sentence):
        people.invite_official(**official(cast.nanan, **changed), by=getattr(cast, who), at=AT)


def test_the_city_does_not_touch_system_accounts(cast):
    with pytest.raises(Refused, match="不能管理"):
        people.deactivate(cast.wu_gang, by=cast.zhou_tao, at=AT, why="试试")


def test_a_role_and_its_place_agree_in_the_database(cast):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_user("nowhere", "无处", "district")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_user("both", "两处", "city", district=cast.nanan)


def test_own_contact_changes_are_journalled_with_before_and_after(client, cast):
    client.force_login(cast.li_na)
    client.post("/account/", {"name": "李娜娜", "mobile": "13800000001", "email": cast.li_na.email})
    entry = JournalEntry.objects.get(action="修改本人信息")
    assert (entry.before, entry.after) == ({"姓名": "李娜"}, {"姓名": "李娜娜"})


# 附件2


def test_a_district_keeps_its_own_line_of_the_contact_list(client, cast):
    client.force_login(cast.chen_yu)
    line = {"leader": "张局", "clerk": "陈宇", "post": "科员", "phone": "023-63890000", "email": ""}
    client.post("/contacts/edit/", line)
    assert DistrictContact.objects.get(district=cast.yuzhong).leader == "张局"
    assert "张局" in words_on(client.get("/contacts/"))
    assert JournalEntry.objects.get(action="修改区县联系人").district == cast.yuzhong


def test_nobody_but_the_city_writes_anothers_line(client, cast):
    line = dict.fromkeys(contacts.FIELDS, "")
    for by in (cast.he_qing, cast.liu_fang, cast.wu_gang, cast.li_na):
        with pytest.raises(Refused, match="本区县自己或市级"):
            contacts.change_contact(cast.yuzhong, line, by=by, at=AT)
    client.force_login(cast.zhou_tao)
    assert client.get("/contacts/edit/").status_code == 403
    line = {"leader": "张局", "clerk": "陈宇", "post": "科员", "phone": "023-63890000", "email": ""}
    client.post("/contacts/districts/500103/", line)
    assert DistrictContact.objects.get(district=cast.yuzhong).leader == "张局"
    assert client.post("/contacts/districts/999999/", line).status_code == 404
    client.force_login(cast.chen_yu)
    assert client.get("/contacts/districts/500108/").status_code == 403


# Journal


def test_the_journal_only_grows(cast):
    entry = journal.record(by=cast.zhou_tao, at=AT, action="试")
    for change in (entry.save, entry.delete, JournalEntry.objects.all().delete):
        with pytest.raises(AppendOnly):
            change()
    with pytest.raises(AppendOnly):
        JournalEntry.objects.update(why="改")
    assert JournalEntry.objects.count() == 1


def test_everyone_sees_their_part_of_the_journal(client, cast):
    journal.record(by=cast.li_na, at=AT, action="填报", enterprise=cast.yuntu)
    journal.record(by=cast.sun_jie, at=AT, action="填报", enterprise=cast.shancheng)
    journal.record(by=cast.he_qing, at=AT, action="审核", enterprise=cast.shancheng)
    seen = {
        user: JournalEntry.objects.visible_to(user).count()
        for user in (cast.li_na, cast.zhao_min, cast.chen_yu, cast.he_qing, cast.zhou_tao, cast.wu_gang)
    }
    assert list(seen.values()) == [1, 0, 1, 2, 3, 3]
    client.force_login(cast.liu_fang)
    assert client.get("/journal/").status_code == 403


def test_the_journal_is_filtered_and_exported(client, cast):
    journal.record(by=cast.li_na, at=AT, action="保存", enterprise=cast.yuntu, period="2024M05", why="=1+1")
    journal.record(by=cast.sun_jie, at=AT - timedelta(days=9), action="确定上报", enterprise=cast.shancheng)
    client.force_login(cast.zhou_tao)
    page = words_on(client.get("/journal/", {"enterprise": "云图", "period": "2024m05", "since": "2024-06-05"}))
    assert "李娜" in page and "孙洁" not in page
    for written in ("2024年5月", "2024年05月", " 2024 年 5 月"):
        page = words_on(client.get("/journal/", {"period": written}))
        assert "李娜" in page and "孙洁" not in page
    text = client.get("/journal/export.csv", {"action": "保存"}).content.decode("utf-8-sig")
    assert "'=1+1" in text and "确定上报" not in text
    workbook = client.get("/journal/export.xlsx")
    assert workbook.content[:2] == b"PK"
    assert JournalEntry.objects.filter(action="导出操作日志", by=cast.zhou_tao).count() == 2


def test_a_journal_line_goes_under_the_district_of_its_time(cast):
    home = cast.yuntu.residence
    home.until = date(2024, 5, 31)
    home.save()
    cast.yuntu.residences.create(district=cast.nanan, since=date(2024, 6, 1))
    before = journal.record(by=None, at=AT - timedelta(days=10), action="试", enterprise=cast.yuntu)
    after = journal.record(by=None, at=AT, action="试", enterprise=cast.yuntu)
    assert (before.district, after.district) == (cast.yuzhong, cast.nanan)


# Clock, installation, letters, districts


def test_a_demonstration_lives_on_its_own_day(db):
    real = clock.now()
    assert real.utcoffset() == timedelta(hours=8)
    Installation.objects.create(pk=1, is_demo=True, demo_day=date(2024, 6, 5))
    assert clock.today() == date(2024, 6, 5)


def test_only_a_demonstration_may_keep_passwords_or_another_day(db):
    for facts in ({"demo_day": date(2024, 6, 5)}, {"demo_secrets": [{"password": "x"}]}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Installation.objects.create(pk=1, **facts)


def test_demo_accounts_are_shown_in_a_demonstration_only(cast, capsys, client):
    with pytest.raises(CommandError, match="不是演示库"):
        call_command("demo_accounts", "--json")
    with pytest.raises(Refused, match="不是演示库"):
        make_accounts(cast.yuntu, AT)
    Installation.objects.create(pk=1, is_demo=True, demo_day=AT.date())
    with pytest.raises(CommandError, match="还没有建好"):
        call_command("demo_accounts", "--json")
    assert make_accounts(cast.yuntu, AT) == make_accounts(cast.yuntu, AT)
    call_command("demo_accounts", "--json")
    known = json.loads(capsys.readouterr().out)
    assert [account["role"] for account in known] == list(DUTIES)
    assert client.post("/login/", {"username": known[0]["user"], "password": known[0]["password"]}).status_code == 302


def test_a_letter_is_chinese_in_both_parts_and_goes_out_after_the_commit(cast, settings, sent):
    settings.DEFAULT_FROM_EMAIL = "noreply@tj.example.cn"
    _, letters = sent(people.resend_activation, pending(cast), by=cast.li_na, at=AT)
    letter = letters[-1]
    parsed = letter.message()
    assert str(parsed["From"]).startswith("=?utf-8?") and "noreply@tj.example.cn" in str(parsed["From"])
    assert letter.subject == "〔软统直报〕请激活您的账号"
    assert parsed["Message-ID"].endswith("@127.0.0.1>")
    html = letter.alternatives[0].content
    assert path_in(letter) in html and "重庆云图软件有限公司" in html


def pending(cast) -> User:
    return make_user(
        f"{cast.yuntu.credit_code}-9",
        "待激活",
        "enterprise",
        enterprise=cast.yuntu,
        password="!",
        email="p@example.com",
    )


def test_no_letter_leaves_a_change_that_was_rolled_back(cast, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(ZeroDivisionError), transaction.atomic():
        people.invite_colleague(name="周琳", mobile="", email="zl@example.com", by=cast.li_na, at=AT)
        raise ZeroDivisionError
    assert mail.outbox == []
    assert not User.objects.filter(name="周琳").exists()


def test_kept_letters_are_shown_to_the_system_and_in_a_demonstration(client, cast, settings, tmp_path, sent):
    assert client.get("/letters/").status_code == 404
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    sent(people.resend_activation, pending(cast), by=cast.li_na, at=AT)
    assert client.get("/letters/").status_code == 302
    client.force_login(cast.zhou_tao)
    assert client.get("/letters/").status_code == 403
    client.force_login(cast.wu_gang)
    page = markup_of(client.get("/letters/"))
    assert "请激活您的账号" in page and 'href="http' in page and "/activate/" in page and "p@example.com" in page
    assert "还没有邮件" in words_on(client.get("/letters/", {"to": "nobody"}))
    Installation.objects.create(pk=1, is_demo=True)
    client.logout()
    assert client.get("/letters/").status_code == 200


def test_districts_are_valid_between_their_days(db):
    make_district("500105", "江北区", 5, valid_to=date(2026, 1, 25))
    make_district("500157", "两江新区", 42, valid_from=date(2026, 1, 26))

    def valid(day):
        return set(District.objects.valid_on(day).values_list("code", flat=True))

    assert valid(date(2026, 1, 25)) == {"500105"}
    assert valid(date(2026, 1, 26)) == {"500157"}


def test_a_firm_resides_where_it_did_on_each_day(cast):
    home = cast.yuntu.residence
    home.until = date(2024, 3, 31)
    home.save()
    cast.yuntu.residences.create(district=cast.nanan, since=date(2024, 4, 1))
    assert cast.yuntu.district_on(date(2022, 12, 31)) is None
    assert cast.yuntu.district_on(date(2024, 3, 31)) == cast.yuzhong
    assert cast.yuntu.district_on(date(2024, 4, 1)) == cast.nanan
    assert cast.yuntu in Enterprise.objects.visible_to(cast.he_qing)
    assert cast.yuntu not in Enterprise.objects.visible_to(cast.chen_yu)
