"""A firm applies, its district answers, its first account opens."""

import re
from datetime import date
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import call_command

from accounts import clock
from accounts.access import Refused
from accounts.models import Application, Enterprise, Installation, JournalEntry, User
from reporting.models import Filing, Period
from reporting.register import applications
from reporting.workflow.period import store_deadlines
from tests.cast import ABOLISHED_CODE, AT, ELSEWHERE_CODE, FREE_CODE, make_district
from tests.officials import make_it_be
from tests.reading import markup_of, words_on

DAY = AT.date()


@pytest.fixture
def applied(cast, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        return applications.apply(**facts(cast.yuzhong), at=AT)


def facts(district, **more) -> dict:
    said = {
        "credit_code": FREE_CODE,
        "name": "重庆新桥软件有限公司",
        "district": district,
        "contact_name": "钱进",
        "phone": "",
        "mobile": "13900000001",
        "email": "qj@example.com",
        "scope": "1",
        "attributes": {"A36": "否", "A37": "否"},
    }
    return said | more


def form_of(district, **more) -> dict:
    said = {
        "credit_code": FREE_CODE.lower(),
        "name": "重庆新桥软件有限公司",
        "district": district.pk,
        "A34": ["1", "3B"],
        "A36": "否",
        "A37": "是",
        "A22": "6513",
        "contact_name": "钱进",
        "mobile": "１３９０００００００１",
        "phone": "",
        "email": "qj@example.com",
    }
    return said | more


def open_periods(*codes) -> list[Period]:
    periods = [
        Period.objects.create(code=code, edition_code="chongqing-2024", opens_on=date(2024, 6, 1)) for code in codes
    ]
    for period in periods:
        store_deadlines(period)
    return periods


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("9150", "18位"),
        ("91500103MA5U12346O", "不使用字符"),
        ("91500103MA5U12346C", "第18位"),
        ("91500103MA5U12345B", "校验位"),
        ("91500103MA5U12346B", "已经登记"),
        (FREE_CODE.lower(), "代码有效。按登记机关推荐报送区县：渝中区"),
        (ELSEWHERE_CODE, "登记机关不是重庆的区县"),
    ],
)
def test_the_credit_code_is_judged_while_it_is_typed(client, cast, typed, sentence):
    assert sentence in words_on(client.get("/apply/credit-code/", {"credit_code": typed}))


def test_a_code_of_an_abolished_district_leads_to_its_successor(cast):
    liangjiang = make_district("500157", "两江新区", 42, valid_from=date(2026, 1, 26))
    jiangbei = make_district("500105", "江北区", 5, valid_to=date(2026, 1, 25), successor=liangjiang)
    assert applications.propose_district(ABOLISHED_CODE, date(2024, 6, 5)) == jiangbei
    assert applications.propose_district(ABOLISHED_CODE, date(2026, 3, 1)) == liangjiang


def test_a_stranger_applies_and_can_look_the_state_up(client, cast, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/apply/", form_of(cast.yuzhong))
    assert answer["Location"] == "/apply/sent/"
    application = Application.objects.get()
    assert (application.credit_code, application.scope, application.mobile) == (FREE_CODE, "1,3B", "13900000001")
    assert application.attributes == {"A36": "否", "A37": "是", "A22": "6513"}
    assert application.lookup_key in words_on(client.get("/apply/sent/"))
    assert {letter.to[0] for letter in mail.outbox} == {"qj@example.com", cast.chen_yu.email}
    for key in (application.lookup_key.lower(), "13900000001"):
        page = words_on(client.post("/apply/state/", {"credit_code": FREE_CODE, "key": key}))
        assert "待区县受理" in page
    assert "没有找到" in words_on(client.post("/apply/state/", {"credit_code": FREE_CODE, "key": "XXXXXXXX"}))


def test_a_wrong_form_says_what_is_wrong_and_keeps_the_rest(client, cast):
    page = words_on(client.post("/apply/", form_of(cast.yuzhong, mobile="123", A34=[], email="x")))
    assert "手机号应为 11 位" in page and "至少选一项" in page and "name@example.com" in page and "钱进" in page
    assert not Application.objects.exists()


def test_a_second_application_and_a_registered_firm_are_refused(cast, applied):
    with pytest.raises(Refused, match="已有一份申请"):
        applications.apply(**facts(cast.yuzhong), at=AT)
    with pytest.raises(Refused, match="已经登记"):
        applications.apply(**facts(cast.yuzhong, credit_code=cast.yuntu.credit_code), at=AT)


def test_an_application_to_an_abolished_district_is_refused(cast):
    gone = make_district("500105", "江北区", 5, valid_to=date(2024, 1, 1))
    with pytest.raises(Refused, match="不是报送区县"):
        applications.apply(**facts(gone), at=AT)


def test_the_district_lets_a_firm_in(client, cast, applied, django_capture_on_commit_callbacks):
    open_month, _ = open_periods("2024M06", "2024M05")
    client.force_login(cast.chen_yu)
    assert applied.name in words_on(client.get("/applications/"))
    assert client.get(f"/applications/{applied.pk}/").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/applications/{applied.pk}/approve/", {"joined_on": "2024-06-01"})
    enterprise = Enterprise.objects.get(credit_code=FREE_CODE)
    assert enterprise.district_on(date(2024, 6, 1)) == cast.yuzhong
    assert enterprise.attributes == {"A34": "1", "A36": "否", "A37": "否", "A38": "否", "A39": "否", "A40": "0"}
    assert [filing.period for filing in Filing.objects.filter(enterprise=enterprise)] == [open_month]
    user = User.objects.get(username=FREE_CODE)
    assert not user.has_usable_password()
    assert "/activate/" in mail.outbox[-1].body and mail.outbox[-1].to == ["qj@example.com"]
    assert JournalEntry.objects.filter(action="批准注册", enterprise=enterprise, by=cast.chen_yu).exists()


def test_the_district_refuses_with_a_reason_and_the_firm_may_apply_again(
    cast, applied, django_capture_on_commit_callbacks
):
    with pytest.raises(Refused, match="写明理由"):
        applications.refuse_application(applied, reason=" ", by=cast.chen_yu, at=AT)
    with django_capture_on_commit_callbacks(execute=True):
        applications.refuse_application(applied, reason="单位名称与执照不一致", by=cast.chen_yu, at=AT)
    assert "单位名称与执照不一致" in mail.outbox[-1].body
    assert applications.apply(**facts(cast.yuzhong), at=AT).state == "applied"


def test_only_its_own_district_answers_and_only_once(client, cast, applied):
    for by in (cast.he_qing, cast.zhou_tao, cast.li_na):
        with pytest.raises(Refused, match="所报区县"):
            applications.approve_application(applied, joined_on=DAY, by=by, at=AT)
        with pytest.raises(Refused, match="所报区县"):
            applications.refuse_application(applied, reason="不行", by=by, at=AT)
    client.force_login(cast.he_qing)
    assert client.post(f"/applications/{applied.pk}/approve/", {"joined_on": "2024-06-01"}).status_code == 404
    applications.approve_application(applied, joined_on=DAY, by=cast.chen_yu, at=AT)
    with pytest.raises(Refused, match="不能再次受理"):
        applications.refuse_application(applied, reason="后悔", by=cast.chen_yu, at=AT)


def test_a_firm_registered_meanwhile_is_not_let_in_twice(cast, applied):
    Enterprise.objects.create(credit_code=FREE_CODE, name="先来的", joined_on=DAY)
    with pytest.raises(Refused, match="已经登记"):
        applications.approve_application(applied, joined_on=DAY, by=cast.chen_yu, at=AT)


def test_a_forgotten_password_before_activation_sends_the_activation_again(
    client, cast, applied, django_capture_on_commit_callbacks
):
    applications.approve_application(applied, joined_on=DAY, by=cast.chen_yu, at=AT)
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/password/forgotten/", {"name": FREE_CODE})
    assert "/activate/" in mail.outbox[0].body


# What a newcomer owes


def test_the_first_day_proposed_is_the_beginning_of_the_earliest_open_period(cast):
    assert applications.propose_first_day(DAY) == date(2024, 5, 1)  # nothing is open: May is opened next
    month, april = open_periods("2024M05", "2024M04")
    Period.objects.filter(pk=april.pk).update(state=Period.LOCKED)
    assert applications.propose_first_day(DAY) == date(2024, 5, 1)
    open_periods("2023A")
    assert applications.propose_first_day(DAY) == date(2023, 1, 1)
    Period.objects.update(state=Period.LOCKED)
    assert applications.propose_first_day(DAY) == date(2024, 6, 1)


def test_approved_as_proposed_a_firm_owes_every_open_period_and_is_told(
    client, cast, applied, django_capture_on_commit_callbacks
):
    make_it_be(DAY)
    open_periods("2024M05", "2023A")
    client.force_login(cast.chen_yu)
    page = markup_of(client.get(f"/applications/{applied.pk}/"))
    assert 'value="2023-01-01"' in page and "将须报：2024年5月、2023年年报。" in page
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(f"/applications/{applied.pk}/approve/", {"joined_on": "2023-01-01"}, follow=True)
    told = (
        "起报日期 2023-01-01。须报：2024年5月（2024年6月12日（周三）截止）、2023年年报（2024年3月20日（周三）截止）。"
    )
    assert told in words_on(answer)
    assert told in mail.outbox[-1].body and told in mail.outbox[-1].alternatives[0].content
    enterprise = Enterprise.objects.get(credit_code=FREE_CODE)
    assert set(Filing.objects.filter(enterprise=enterprise).values_list("period", flat=True)) == {"2024M05", "2023A"}
    line = JournalEntry.objects.get(action="批准注册")
    assert line.after == {"起报日期": "2023-01-01", "须报": "2024年5月、2023年年报"}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2023-01-01", "将须报：2024年5月、2023年年报。"),
        ("2023-12-31", "将须报：2024年5月、2023年年报。"),
        ("2024-01-01", "将须报：2024年5月。"),
        ("2024-05-31", "将须报：2024年5月。"),
        ("2024-06-01", "已开启的各期都不须报；2024-06-01 当天及以后结束的报告期，开启后须报。"),
        ("2024-06", "请把日期写成 2024-01-01"),
    ],
)
def test_what_a_date_makes_a_newcomer_owe_is_said_while_it_is_chosen(client, cast, typed, sentence):
    open_periods("2024M05", "2023A")
    client.force_login(cast.chen_yu)
    assert sentence in words_on(client.get("/applications/owed/", {"joined_on": typed}))


def test_the_opening_letter_sent_again_says_what_is_owed_too(client, cast, applied, django_capture_on_commit_callbacks):
    make_it_be(DAY)
    open_periods("2024M05")
    applications.approve_application(applied, joined_on=date(2024, 5, 1), by=cast.chen_yu, at=AT)
    mail.outbox.clear()
    client.force_login(cast.chen_yu)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/firms/{FREE_CODE}/open-account/", {"email": "right@example.com"})
    assert "须报：2024年5月（2024年6月12日（周三）截止）。" in mail.outbox[-1].body


def test_the_published_district_can_approve_the_newcomer_of_the_manual(db):
    """The manual names a code; its district is the one whose account the demonstration shows."""
    manual = (Path(__file__).resolve().parents[2] / "docs" / "manual.md").read_text()
    code = re.search(r"代码填 (\w{18})", manual)[1]
    call_command("demo", enterprises=1, seed=1, verbosity=0)
    shown = {known["role"]: known["user"] for known in Installation.current().demo_secrets}
    clerk = User.objects.get(username=shown["district"])
    answer = applications.judge_credit_code(code, clock.today())
    assert answer.may_apply and answer.district == clerk.district
    application = applications.apply(**facts(answer.district, credit_code=code), at=clock.now())
    first_day = applications.propose_first_day(clock.today())
    enterprise = applications.approve_application(application, joined_on=first_day, by=clerk, at=clock.now())
    assert set(enterprise.filings.values_list("period", flat=True)) == {"2024M05", "2023A"}
