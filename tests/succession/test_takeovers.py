"""账号移交: a firm's account whose mailbox or person is gone goes to another person."""

from datetime import date, datetime, timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.db import IntegrityError, transaction

from accounts import first_accounts, people
from accounts.access import DoneAlready, Refused
from accounts.first_accounts import WhyNot
from accounts.links import activation_link, objection_link, reset_link
from accounts.models import CodeCorrection, DeadAddress, Enterprise, JournalEntry, Letter, Takeover, User
from reporting import tasks
from reporting.models import ThreadSeen
from reporting.succession import takeovers
from reporting.succession.succeeding import NewPerson
from tests.accounts.test_accounts import path_in  # noqa: F401
from tests.cast import AT, FREE_CODE, PASSWORD, SHANGHAI, UNUSED_CODE, make_enterprise, make_user
from tests.may import make_may
from tests.officials import make_it_be, sign_in
from tests.reading import markup_of, words_on
from tests.succession.papers import WHY, ZHOU_LIN, paper, propose

HOUR = timedelta(hours=1)
LAST = date(2024, 6, 11)  # AT is a Wednesday; Thursday, Friday, then 端午 until Monday the 10th: Tuesday
LAST_MOMENT = datetime(2024, 6, 11, 23, 59, tzinfo=SHANGHAI)
AFTER = datetime(2024, 6, 12, 0, 0, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def untouched(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    cache.clear()  # who asked at the door within five minutes


@pytest.fixture
def proposed(cast):
    return propose(cast.yuntu, cast.chen_yu)


@pytest.fixture
def confirmed(proposed, cast):
    return takeovers.confirm(proposed, by=cast.zhou_tao, at=AT + HOUR)


def stands(takeover: Takeover) -> str:
    return Takeover.objects.get(pk=takeover.pk).state


def letters(stem: str) -> list[str]:
    return sorted(Letter.objects.filter(stem=stem).values_list("to", flat=True))


def test_it_passes_when_the_city_has_confirmed_and_the_days_are_over(confirmed, cast):
    assert confirmed.until == LAST
    tasks.plan_all((takeovers.plan,), LAST_MOMENT)
    assert stands(confirmed) == "confirmed" and people.first_account(cast.yuntu) == cast.li_na
    takeovers.plan(AFTER)
    assert stands(confirmed) == "done"
    new = people.first_account(cast.yuntu)
    assert (new.name, new.email, new.mobile) == ("周琳", ZHOU_LIN.email, ZHOU_LIN.mobile)
    assert new.is_active and not new.has_usable_password()
    assert takeovers.plan(AFTER) == 0


def test_days_to_object_where_a_colleague_uses_the_firms_accounts(cast):
    """李娜 never opened hers; 王磊 works there every day, and may object."""
    User.objects.filter(pk=cast.li_na.pk).update(password=make_password(None))
    passing = takeovers.confirm(propose(cast.yuntu, cast.chen_yu), by=cast.zhou_tao, at=AT + HOUR)
    assert (passing.until, stands(passing)) == (LAST, "confirmed")
    takeovers.object_to(passing, words="没有这回事", at=AT + 2 * HOUR, by=cast.wang_lei)
    assert stands(passing) == "objected"


def test_days_to_object_to_a_second_takeover_too(confirmed, cast):
    takeovers.plan(AFTER)
    User.objects.filter(pk=cast.wang_lei.pk).update(is_active=False)
    other = NewPerson("吴桐", "13800000008", "wutong@example.com")
    again = propose(cast.yuntu, cast.chen_yu, AFTER, other)  # 周琳 has not opened hers yet
    assert again.until


def test_one_that_fails_does_not_keep_the_others(confirmed, cast, monkeypatch):
    other = takeovers.confirm(propose(cast.jialing, cast.chen_yu), by=cast.zhou_tao, at=AT + HOUR)
    succeed = takeovers.succeed_in_firm

    def fail_for_yuntu(before, person, firm):
        if firm == cast.yuntu:
            people.create(username=firm.credit_code, name="", role="city")  # the name is taken
        return succeed(before, person, firm)

    monkeypatch.setattr(takeovers, "succeed_in_firm", fail_for_yuntu)
    with pytest.raises(ExceptionGroup):
        takeovers.plan(AFTER)
    assert (stands(confirmed), stands(other)) == ("confirmed", "done")


def test_under_a_code_that_was_another_firms_by_mistake_it_passes_as_well(cast):
    """云图 was registered under it and corrected since; its second person goes on signing in by the old name."""
    code = cast.yuntu.credit_code
    Enterprise.objects.filter(pk=cast.yuntu.pk).update(credit_code=FREE_CODE)
    User.objects.filter(pk=cast.li_na.pk).update(username=FREE_CODE)
    owner = make_enterprise(code, "重庆真云软件有限公司", cast.yuzhong)
    first = make_user(code, "吴桐", "enterprise", enterprise=owner)
    assert people.next_username(owner) == f"{code}-3"  # -2 is 王磊
    passing = takeovers.confirm(propose(owner, cast.chen_yu), by=cast.zhou_tao, at=AT + HOUR)
    takeovers.plan(AFTER)
    assert stands(passing) == "done"
    assert User.objects.get(pk=first.pk).username == f"{code}-3"


def test_confirmed_after_the_days_it_passes_at_once(proposed, cast):
    takeovers.plan(AFTER)
    assert stands(proposed) == "proposed"
    takeovers.confirm(proposed, by=cast.zhou_tao, at=AFTER)
    assert stands(proposed) == "done"


def test_the_one_before_is_out_at_once_and_what_they_did_stays_theirs(confirmed, cast):
    desk, links = sign_in(cast.li_na), [activation_link(cast.li_na), reset_link(cast.li_na)]
    assert desk.get("/account/").status_code == 200
    takeovers.plan(AFTER)
    assert desk.get("/account/").status_code == 302
    for link in links:
        assert "不能再用" in words_on(desk.get(link.split("8000", 1)[-1], follow=True))
    for name in (cast.yuntu.credit_code, cast.li_na.mobile):
        desk.post("/login/", {"username": name, "password": PASSWORD})
        assert desk.get("/account/").status_code == 302
    before = User.objects.get(pk=cast.li_na.pk)
    assert (before.name, before.username, before.is_active) == ("李娜", f"{cast.yuntu.credit_code}-3", False)
    with pytest.raises(Refused, match="已由周琳"):
        people.reactivate(before, by=cast.chen_yu, at=AFTER, why="回来了")


def test_who_proposed_and_who_confirmed_stand_in_the_journal_and_on_the_firms_pages(confirmed, cast):
    takeovers.plan(AFTER)
    lines = JournalEntry.objects.filter(enterprise=cast.yuntu, action__contains="账号")
    by = {line.action: line.by for line in lines}
    assert (by["提出账号移交"], by["确认账号移交"], by["账号已移交"]) == (cast.chen_yu, cast.zhou_tao, None)
    after = lines.get(action="账号已移交").after
    assert "陈宇" in after["提出"] and "周涛" in after["确认"]
    page = words_on(sign_in(cast.wang_lei).get("/account/colleagues/"))
    for words in ("李娜", "周琳", "陈宇（渝中区）", "周涛", "2024-06-05", "已移交", WHY):
        assert words in page
    assert "账号移交记录" not in words_on(sign_in(cast.zhao_min).get("/account/colleagues/"))


def test_the_register_follows_where_it_named_the_same_mailbox(cast):
    for firm, email, follows in ((cast.yuntu, cast.li_na.email, True), (cast.jialing, "else@example.com", False)):
        firm.email = email
        firm.save()
        person = NewPerson("周琳", "13800000009", f"{firm.pk}@new.example.com")
        takeovers.confirm(propose(firm, cast.chen_yu, person=person), by=cast.zhou_tao, at=AT)
        takeovers.plan(AFTER)
        firm.refresh_from_db()
        assert (firm.email == person.email) == follows
        changed = JournalEntry.objects.filter(enterprise=firm, action="修改企业联系方式", why="账号移交")
        assert changed.exists() == follows


def test_everybody_who_must_know_is_told(proposed, cast):
    has = sorted({cast.li_na.email, cast.wang_lei.email, cast.yuntu.email})
    assert letters("takeover/told") == has
    assert letters("takeover/proposed") == [cast.zhou_tao.email]
    takeovers.confirm(proposed, by=cast.zhou_tao, at=AT)
    assert letters("takeover/state") == [cast.chen_yu.email]
    takeovers.plan(AFTER)
    ends = sorted(Letter.objects.filter(stem="takeover/state", written_at=AFTER).values_list("to", flat=True))
    assert ends == sorted([*has, cast.chen_yu.email])
    assert letters("activation") == [ZHOU_LIN.email]


def test_the_link_in_the_letter_stops_it_without_signing_in(proposed, cast, client):
    make_it_be(AT.date())
    address = objection_link(proposed).split("8000", 1)[-1]
    assert Letter.objects.filter(stem="takeover/told").first().facts["link"].endswith(address)
    page = words_on(client.get(address))
    assert "李娜" in page and "尾号 0009" in page and "2024年6月11日" in page and ZHOU_LIN.email not in page
    assert stands(proposed) == "proposed"  # looking changes nothing
    said = words_on(client.post(address, {"words": "我仍在岗。"}, follow=True))
    assert "已收到异议，移交已经停止" in said
    assert stands(proposed) == "objected"
    again = words_on(client.post(address, {"words": "再说一次"}, follow=True))
    assert "不必再提" in again
    assert JournalEntry.objects.filter(action="对账号移交提出异议").count() == 1
    assert letters("takeover/state") == sorted([cast.chen_yu.email, cast.zhou_tao.email, ZHOU_LIN.email])
    assert not Letter.objects.filter(stem="takeover/told", state=Letter.State.WAITING).exists()


def test_an_objection_after_the_confirmation_still_stops_it(confirmed, cast, client):
    takeovers.object_to(confirmed, words="", at=LAST_MOMENT)
    takeovers.plan(AFTER)
    assert stands(confirmed) == "objected" and people.first_account(cast.yuntu) == cast.li_na
    with pytest.raises(Refused, match="不能再办"):
        takeovers.confirm(confirmed, by=cast.zhou_tao, at=AFTER)


def test_a_link_that_was_pressed_too_late_or_made_by_somebody_else_does_nothing(confirmed, cast, client):
    takeovers.plan(AFTER)
    address = objection_link(confirmed).split("8000", 1)[-1]
    assert "不能再用" in words_on(client.get(address))
    assert "不能再办" in words_on(client.post(address, follow=True))
    assert stands(confirmed) == "done"
    assert client.get(f"/takeover/object/{confirmed.pk}:abc/").status_code == 404
    assert client.get("/takeover/object/abc/").status_code == 404


def test_who_is_signed_in_sees_it_at_home_and_may_object(proposed, cast):
    make_it_be(AT.date())
    desk = sign_in(cast.wang_lei)
    assert "移交给 周琳" in words_on(desk.get("/"))
    stranger = sign_in(cast.zhao_min)
    assert stranger.post(f"/account/takeovers/{proposed.pk}/object/").status_code == 404
    assert "已提出异议" in words_on(desk.post(f"/account/takeovers/{proposed.pk}/object/", {"words": ""}, follow=True))
    assert JournalEntry.objects.get(action="对账号移交提出异议").by == cast.wang_lei
    assert "移交给 周琳" not in words_on(desk.get("/"))


def test_two_offices_and_two_people_decide(proposed, cast):
    with pytest.raises(Refused, match="由市级确认"):
        takeovers.confirm(proposed, by=cast.chen_yu, at=AT)
    for by in (cast.zhou_tao, cast.he_qing, cast.li_na, cast.wu_gang):
        with pytest.raises(Refused, match="所在区县提出"):
            propose(cast.yuntu, by)
    twin = make_user("chenyu2", "陈宇", "city", email=cast.chen_yu.email)
    with pytest.raises(Refused, match="不能自己确认"):
        takeovers.confirm(proposed, by=twin, at=AT)
    User.objects.filter(pk=cast.chen_yu.pk).update(role="city", district=None)
    with pytest.raises(Refused, match="不能自己确认"):
        takeovers.confirm(proposed, by=User.objects.get(pk=cast.chen_yu.pk), at=AT)


def test_second_presses_do_nothing_more(proposed, cast):
    assert propose(cast.yuntu, cast.chen_yu, at=AT + HOUR) == proposed
    with pytest.raises(Refused, match="正在移交给周琳"):
        propose(cast.yuntu, cast.chen_yu, person=NewPerson("别人", "13900000000", "else@example.com"))
    takeovers.confirm(proposed, by=cast.zhou_tao, at=AT)
    with pytest.raises(DoneAlready, match="确认过"):
        takeovers.confirm(proposed, by=cast.zhou_tao, at=AT)
    takeovers.plan(AFTER)
    with pytest.raises(Refused, match="已移交"):
        takeovers.withdraw(proposed, why="填错", by=cast.chen_yu, at=AFTER)
    assert Takeover.objects.count() == 1
    assert [len(letters(stem)) for stem in ("takeover/told", "takeover/proposed", "activation")] == [2, 1, 1]


def test_two_under_way_for_one_firm_are_refused_by_the_database(proposed, cast):
    with pytest.raises(IntegrityError), transaction.atomic():
        Takeover.objects.create(enterprise=cast.yuntu, state="confirmed", name="a", mobile="1", email="a@example.com")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"person": NewPerson("周琳", "13800000009", "YUZHONG@example.com")}, "工作账号"),
        ({"person": NewPerson("周琳", "13800000009", "91500103MA5U12346B@example.com")}, "忘记密码"),
        ({"person": NewPerson("周琳", "13800000009", "91500103ma5u12346b-2@example.com")}, "已是本企业王磊"),
        ({"person": NewPerson("周琳", "13800000009", "dead@example.com")}, "收不到信"),
        ({"reason": " "}, "事由"),
        ({"document": paper(b"PK\x03\x04", "委托书.docx")}, "不是 PDF"),
    ],
)
def test_what_stands_in_the_way_is_said(cast, changed, sentence):
    DeadAddress.objects.create(address="dead@example.com", reason="550", noticed_at=AT)
    with pytest.raises(Refused, match=sentence):
        propose(cast.yuntu, cast.chen_yu, **changed)
    assert not Takeover.objects.exists() and not Letter.objects.exists()


def test_an_address_of_another_firm_is_allowed_and_said(cast):
    person = NewPerson("赵敏", "13800000003", cast.zhao_min.email)
    proposed = propose(cast.yuntu, cast.chen_yu, person=person)
    page = words_on(sign_in(cast.zhou_tao).get(f"/takeovers/{proposed.pk}/"))
    assert "也登记在别的 1 个账号上" in page


def test_a_dead_mailbox_is_not_written_to_and_the_days_still_run(cast):
    for address in (cast.li_na.email, cast.yuntu.email, cast.wang_lei.email):
        DeadAddress.objects.get_or_create(address=address.lower(), defaults={"reason": "550", "noticed_at": AT})
    proposed = propose(cast.yuntu, cast.chen_yu)
    assert letters("takeover/told") == [] and proposed.until == LAST
    assert "没有收得到信的邮箱" in words_on(sign_in(cast.zhou_tao).get(f"/takeovers/{proposed.pk}/"))


def test_an_account_nobody_ever_used_passes_with_the_confirmation(cast):
    user = cast.zhao_min
    user.set_unusable_password()
    user.save()
    proposed = propose(cast.jialing, cast.chen_yu)
    assert proposed.until is None
    takeovers.confirm(proposed, by=cast.zhou_tao, at=AT)
    assert stands(proposed) == "done" and people.first_account(cast.jialing).email == ZHOU_LIN.email


def test_one_that_was_opened_meanwhile_has_its_days(cast):
    user = cast.zhao_min
    user.set_unusable_password()
    user.save()
    proposed = propose(cast.jialing, cast.chen_yu)
    user.set_password(PASSWORD)
    user.save()
    confirmed = takeovers.confirm(proposed, by=cast.zhou_tao, at=AT + HOUR)
    assert (confirmed.state, confirmed.until) == ("confirmed", LAST)
    assert letters("takeover/told") == [user.email] * 2


def test_a_stopped_account_comes_alive_with_its_new_person(cast):
    people.deactivate(cast.zhao_min, by=cast.chen_yu, at=AT, why="离职")
    takeovers.confirm(propose(cast.jialing, cast.chen_yu), by=cast.zhou_tao, at=AT)
    takeovers.plan(AFTER)
    assert people.first_account(cast.jialing).is_active
    assert not User.objects.get(pk=cast.zhao_min.pk).is_active


def test_a_firm_without_an_account_gets_one_the_usual_way(cast):
    User.objects.filter(pk=cast.zhao_min.pk).delete()
    with pytest.raises(Refused, match="还没有账号"):
        propose(cast.jialing, cast.chen_yu)


def test_an_office_alone_does_not_redirect_the_link_of_whoever_takes_over(confirmed, cast):
    """Before it is opened, an address may otherwise be put right by the district: here the city has agreed to one."""
    takeovers.plan(AFTER)
    new = people.first_account(cast.yuntu)
    people.resend_activation(new, by=cast.chen_yu, at=AFTER)
    with pytest.raises(Refused, match="重新办理移交"):
        people.resend_activation(new, by=cast.chen_yu, at=AFTER, email="crony@example.com")
    DeadAddress.objects.create(address=new.email, reason="550", noticed_at=AFTER)
    [firm] = first_accounts.with_account(type(cast.yuntu).objects.filter(pk=cast.yuntu.pk), AFTER)
    address, why_not = first_accounts.LetterAddresses().for_letter(firm, AFTER - timedelta(days=9))
    assert (address, why_not) == ("", WhyNot.DEAD_ADDRESS)


def test_what_would_not_be_confirmed_any_more_ends_it(confirmed, cast):
    make_user("new", "新来的", "city", email=ZHOU_LIN.email)
    takeovers.plan(AFTER)
    ended = Takeover.objects.get(pk=confirmed.pk)
    assert ended.state == "refused" and "工作账号" in ended.answer
    assert people.first_account(cast.yuntu) == cast.li_na
    assert cast.chen_yu.email in letters("takeover/state") and cast.zhou_tao.email in letters("takeover/state")


def test_the_city_is_told_when_what_it_confirms_cannot_pass(cast):
    user = cast.zhao_min
    user.set_unusable_password()
    user.save()
    proposed = propose(cast.jialing, cast.chen_yu)
    make_user("new", "新来的", "city", email=ZHOU_LIN.email)
    said = words_on(sign_in(cast.zhou_tao).post(f"/takeovers/{proposed.pk}/confirm/", follow=True))
    assert "不能移交：邮箱 zhoulin@example.com 是工作账号的" in said and stands(proposed) == "refused"


def test_unread_messages_wait_for_the_new_person(confirmed, cast):
    filing = make_may(cast).filing
    ThreadSeen.objects.create(filing=filing, user=cast.li_na, unread=2)
    takeovers.plan(AFTER)
    assert ThreadSeen.objects.get(filing=filing).user == people.first_account(cast.yuntu)


def test_refused_with_a_reason_and_proposed_anew(proposed, cast):
    with pytest.raises(Refused, match="理由"):
        takeovers.refuse(proposed, answer=" ", by=cast.zhou_tao, at=AT)
    with pytest.raises(Refused, match="由市级答复"):
        takeovers.refuse(proposed, answer="不行", by=cast.chen_yu, at=AT)
    takeovers.refuse(proposed, answer="委托书没有盖章。", by=cast.zhou_tao, at=AT)
    with pytest.raises(DoneAlready):
        takeovers.refuse(proposed, answer="不行", by=cast.zhou_tao, at=AT)
    assert {cast.chen_yu.email, cast.li_na.email, ZHOU_LIN.email} <= set(letters("takeover/state"))
    again = propose(cast.yuntu, cast.chen_yu, at=AT + HOUR)
    assert again != proposed and again.state == "proposed"
    page = words_on(sign_in(cast.zhou_tao).get(f"/takeovers/{again.pk}/"))
    assert "其他申请和移交" in page and "未通过" in page


def test_it_is_taken_back_until_it_has_passed(confirmed, cast):
    for by in (cast.he_qing, cast.li_na):
        with pytest.raises(Refused, match="撤回"):
            takeovers.withdraw(confirmed, why="填错", by=by, at=AT)
    takeovers.withdraw(confirmed, why="邮箱填错。", by=cast.chen_yu, at=AT)
    with pytest.raises(DoneAlready):
        takeovers.withdraw(confirmed, why="邮箱填错。", by=cast.chen_yu, at=AT)
    takeovers.plan(AFTER)
    assert stands(confirmed) == "withdrawn" and people.first_account(cast.yuntu) == cast.li_na


# At the door


def asking(code: str, **more) -> dict[str, str]:
    person = {"name": "周琳", "mobile": "13800000009", "email": ZHOU_LIN.email}
    return {"credit_code": code, **person, "reason": WHY, **more}


def test_the_door_tells_nobody_which_firms_there_are(cast, client):
    known, unknown = (client.post("/takeover/", asking(code)) for code in (cast.yuntu.credit_code, FREE_CODE))
    assert (
        (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"]) == (302, "/takeover/sent/")
    )
    asked = Takeover.objects.get()
    assert (asked.enterprise, asked.state, asked.proposed_by) == (cast.yuntu, "asked", None)
    assert letters("takeover/asked") == [cast.chen_yu.email]
    assert Letter.objects.count() == 1
    assert "未登记" not in words_on(client.get("/takeover/sent/"))


@pytest.mark.parametrize("former", ["merged", "corrected", "both"])
def test_a_former_code_leads_to_the_firm_as_it_stands_today(cast, client, former):
    """Of 嘉陵: its entry was merged into 云图's, its code was corrected, or first the one and then the other."""
    asked_with = cast.jialing.credit_code if former == "merged" else UNUSED_CODE
    if former != "merged":
        CodeCorrection.objects.create(
            enterprise=cast.jialing, wrong=UNUSED_CODE, right=cast.jialing.credit_code, state="done",
            proposed_by=cast.chen_yu, proposed_at=AT,
        )  # fmt: skip
    if former != "corrected":
        Enterprise.objects.filter(pk=cast.jialing.pk).update(merged_into=cast.yuntu)
    answer = client.post("/takeover/", asking(asked_with))
    assert (answer.status_code, answer["Location"]) == (302, "/takeover/sent/")
    assert Takeover.objects.get().enterprise == (cast.jialing if former == "corrected" else cast.yuntu)


def test_what_is_asked_at_the_door_is_limited_and_asked_once(cast, client):
    client.post("/takeover/", asking(cast.yuntu.credit_code))
    client.post("/takeover/", asking(cast.yuntu.credit_code, email="other@example.com"))
    assert Takeover.objects.count() == 1  # within five minutes
    for number in range(5):
        person = NewPerson("周琳", "13800000009", f"{number}@example.com")
        for _ in range(2):
            takeovers.ask(cast.yuntu.credit_code, person, WHY, at=AT)
    assert Takeover.objects.count() == takeovers.MOST_ASKED


def test_a_wrong_code_is_said_with_what_is_wrong(client, db):
    page = words_on(client.post("/takeover/", asking("91500103MA5U12346X")))
    assert "校验" in page and not Takeover.objects.exists()


def test_what_was_asked_changes_nothing_until_the_district_proposes_it(cast):
    asked = takeovers.ask(cast.yuntu.credit_code, ZHOU_LIN, WHY, at=AT)
    assert letters("takeover/told") == []
    assert "账号移交记录" not in words_on(sign_in(cast.li_na).get("/account/colleagues/"))
    desk = sign_in(cast.chen_yu)
    assert "1 份待您办理" in words_on(desk.get("/takeovers/"))
    assert "身份没有核对过" in words_on(desk.get(f"/takeovers/{asked.pk}/"))
    form = desk.get(f"/firms/{cast.yuntu.credit_code}/takeover/?asked={asked.pk}")
    assert f'value="{ZHOU_LIN.email}"' in markup_of(form)
    answer = desk.post(form.request["PATH_INFO"] + f"?asked={asked.pk}", asking("", document=paper()))
    assert answer["Location"] == f"/takeovers/{asked.pk}/"
    asked.refresh_from_db()
    assert (asked.state, asked.proposed_by) == ("proposed", cast.chen_yu) and asked.asked_at
    assert desk.get(f"/takeovers/{asked.pk}/document/").getvalue().startswith(b"%PDF-")


def test_the_district_answers_a_request_it_does_not_propose(cast):
    asked = takeovers.ask(cast.yuntu.credit_code, ZHOU_LIN, WHY, at=AT)
    with pytest.raises(Refused, match="由所在区县答复"):
        takeovers.refuse(asked, answer="不认识", by=cast.zhou_tao, at=AT)
    takeovers.refuse(asked, answer="企业说没有这个人。", by=cast.chen_yu, at=AT)
    assert letters("takeover/state") == [ZHOU_LIN.email]
    assert takeovers.ask(cast.yuntu.credit_code, ZHOU_LIN, WHY, at=AT).state == "asked"


def test_a_request_that_was_answered_is_not_proposed(cast):
    asked = takeovers.ask(cast.yuntu.credit_code, ZHOU_LIN, WHY, at=AT)
    takeovers.refuse(asked, answer="不对", by=cast.chen_yu, at=AT)
    with pytest.raises(Refused, match="不能再提出"):
        propose(cast.yuntu, cast.chen_yu, asked=asked)
    other = takeovers.ask(cast.jialing.credit_code, ZHOU_LIN, WHY, at=AT)
    with pytest.raises(Refused, match="另一家"):
        propose(cast.yuntu, cast.chen_yu, asked=other)


# The desks


def test_each_office_sees_its_own_and_what_is_its_to_do(proposed, cast):
    make_it_be(AT.date())
    city, district, other = (sign_in(user) for user in (cast.zhou_tao, cast.chen_yu, cast.he_qing))
    assert "1 份待您办理" in words_on(city.get("/takeovers/"))
    assert "0 份待您办理" in words_on(district.get("/takeovers/")) and "周琳" in words_on(district.get("/takeovers/"))
    assert "周琳" not in words_on(other.get("/takeovers/"))
    for address in ("", "document/"):
        assert other.get(f"/takeovers/{proposed.pk}/{address}").status_code == 404
    assert "账号移交给周琳" in words_on(district.get(f"/firms/{cast.yuntu.credit_code}/"))
    assert "撤回移交" in words_on(district.get(f"/takeovers/{proposed.pk}/"))
    assert "撤回移交" not in words_on(city.get(f"/takeovers/{proposed.pk}/"))  # the city refuses, or confirms
    assert "确认移交" not in words_on(district.get(f"/takeovers/{proposed.pk}/"))
    said = words_on(city.post(f"/takeovers/{proposed.pk}/confirm/", follow=True))
    assert "2024-06-11 过后没有异议即自动移交" in said
    assert "确认过" in words_on(city.post(f"/takeovers/{proposed.pk}/confirm/", follow=True))


def test_a_press_without_its_reason_is_told_beside_the_field(proposed, cast):
    for by, act in ((cast.zhou_tao, "refuse"), (cast.chen_yu, "withdraw")):
        assert "请写明事由" in words_on(sign_in(by).post(f"/takeovers/{proposed.pk}/{act}/", {}), 422)
    assert stands(proposed) == "proposed"
