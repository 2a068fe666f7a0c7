"""A wrong credit code is corrected when the firm says so, and its old code still leads to it."""

import io

import pytest

from accounts.access import DoneAlready, Refused
from accounts.backends import find_by_sign_in_name
from accounts.models import CodeCorrection, Enterprise, JournalEntry, Letter, User
from accounts.old_codes import OldCodes
from accounts.post.outbox import message_of
from forms_tables.workbooks.template import OpenedWorkbook, Unreadable
from reporting.mending import codes
from reporting.models import Filing, Submission
from reporting.register.applications import judge_credit_code
from reporting.workbooks.exchange import judge_opened, write_filing_template
from tests.cast import AT, FREE_CODE, make_enterprise, make_user
from tests.history.books import book, of, the_why
from tests.may import fresh, make_may
from tests.mending.twins import TWIN_CODE, make_twins, merge
from tests.officials import freeze, make_it_be, sign_in
from tests.reading import words_on
from tests.register.test_register_import import NEW, tried

pytestmark = pytest.mark.django_db
OLD = "91500103MA5U12346B"


@pytest.fixture
def office(cast):
    make_it_be(AT.date())
    return cast


def propose(cast, right: str = FREE_CODE, by=None, reason: str = "登记时抄错，已核对执照。") -> CodeCorrection:
    firm = Enterprise.objects.get(pk=cast.yuntu.pk)
    return codes.propose(firm, right, reason=reason, by=by or cast.chen_yu, at=AT)


def firm(cast) -> Enterprise:
    return Enterprise.objects.get(pk=cast.yuntu.pk)


def test_the_firm_confirms_and_signs_in_by_the_right_code(office):
    sent = freeze(make_may(office).filing, office.li_na, {"2010.c1": "1"})
    correction = propose(office)
    assert firm(office).credit_code == OLD  # until the firm has said so
    own = sign_in(office.li_na)
    assert FREE_CODE in words_on(own.get("/account/firm/"))
    assert "确认更正" in words_on(own.get("/account/firm/code/"))
    own.post(f"/code-corrections/{correction.pk}/confirm/")
    assert firm(office).credit_code == FREE_CODE
    assert User.objects.get(pk=office.li_na.pk).username == FREE_CODE
    assert User.objects.get(pk=office.wang_lei.pk).username == f"{OLD}-2"  # as he knows it
    assert find_by_sign_in_name(FREE_CODE) == office.li_na and find_by_sign_in_name(OLD) is None
    letters = {letter.to: message_of(letter).body for letter in Letter.objects.filter(key__contains="code-done")}
    assert f"以后用 {FREE_CODE} 登录" in letters[office.li_na.email]
    assert Submission.objects.get().receipt == sent.receipt
    line = JournalEntry.objects.get(action="更正信用代码")
    assert (line.by, line.before, line.after) == (
        office.li_na,
        {"统一社会信用代码": OLD},
        {"统一社会信用代码": FREE_CODE},
    )


def test_the_old_code_leads_to_the_firm_for_who_may_see_it(office):
    codes.confirm(propose(office), by=office.li_na, at=AT)
    clerk = sign_in(office.chen_yu)
    assert FREE_CODE in words_on(clerk.get("/firms/", {"q": OLD}))
    assert "更正信用代码" in words_on(clerk.get("/journal/", {"enterprise": OLD}))
    assert f"代码 {OLD} 已更正为 {FREE_CODE}" in words_on(clerk.get(f"/firms/{OLD}/", follow=True))
    assert sign_in(office.he_qing).get(f"/firms/{OLD}/").status_code == 404
    assert sign_in(office.li_na).get(f"/firms/{OLD}/").status_code == 403


def test_files_that_bring_an_old_code_are_told_the_right_one(office):
    codes.confirm(propose(office), by=office.li_na, at=AT)
    number, column, why = the_why(book(of(OLD, "2023年12月", **{"2010": 1})))
    assert column == "统一社会信用代码" and f"请改用 {FREE_CODE}" in why
    told = tried(office.zhou_tao, NEW | {"统一社会信用代码": OLD, "单位详细名称": "重庆云图软件有限公司"})
    assert [(each.column, f"请改用 {FREE_CODE}" in each.reason) for each in told.problems] == [(column, True)]


def test_a_workbook_handed_out_under_the_old_code_is_taken(office):
    filing, out = make_may(office).filing, io.BytesIO()
    write_filing_template(filing, out)
    codes.confirm(propose(office), by=office.li_na, at=AT)
    judged = judge_opened(fresh(filing), OpenedWorkbook(io.BytesIO(out.getvalue())))
    assert judged.read.meta.credit_code == FREE_CODE
    other = Filing.objects.get(enterprise=office.shancheng)
    with pytest.raises(Unreadable, match="没有读取"):
        judge_opened(fresh(other), OpenedWorkbook(io.BytesIO(out.getvalue())))


def test_a_corrected_code_may_be_another_firms_own(office):
    codes.confirm(propose(office), by=office.li_na, at=AT)
    assert OldCodes().sentence(OLD, "重庆别家软件有限公司") == ""
    assert judge_credit_code(OLD, AT.date()).may_apply


def test_files_that_bring_a_merged_code_are_told_the_kept_one(office):
    twins = make_twins(office)
    merge(office, twins.kept, twins.twin)
    assert f"请改用 {OLD}" in the_why(book(of(TWIN_CODE, "2023年12月", **{"2010": 1})))[2]
    answer = judge_credit_code(TWIN_CODE, AT.date())
    assert not answer.may_apply and f"请用 {OLD} 登录" in answer.sentence


def test_the_firm_objects_and_nothing_changes(office):
    correction = propose(office)
    own = sign_in(office.li_na)
    assert "请写明事由" in words_on(own.post(f"/code-corrections/{correction.pk}/object/", {}), 422)
    own.post(f"/code-corrections/{correction.pk}/object/", {"answer": "执照上就是原代码"})
    assert firm(office).credit_code == OLD
    assert "执照上就是原代码" in message_of(Letter.objects.get(to=office.chen_yu.email)).body
    with pytest.raises(Refused, match="企业有异议"):
        codes.confirm(correction, by=office.li_na, at=AT)


def test_without_an_account_a_second_person_of_the_city_confirms(office):
    User.objects.filter(enterprise=office.yuntu).delete()
    correction = propose(office, by=office.zhou_tao)
    with pytest.raises(Refused, match="须是两个人"):
        codes.confirm(correction, by=office.zhou_tao, at=AT)
    with pytest.raises(Refused, match="市级另一位"):
        codes.confirm(correction, by=office.chen_yu, at=AT)
    codes.confirm(correction, by=make_user("second", "吴静", "city"), at=AT)
    assert firm(office).credit_code == FREE_CODE


def test_with_an_account_nobody_but_the_firm_confirms(office):
    correction = propose(office)
    for by in (office.zhou_tao, office.chen_yu, office.sun_jie):
        with pytest.raises(Refused, match="企业自己"):
            codes.confirm(correction, by=by, at=AT)
    assert sign_in(office.sun_jie).post(f"/code-corrections/{correction.pk}/confirm/").status_code == 404
    assert sign_in(office.he_qing).get(f"/code-corrections/{correction.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("right", "words"),
    [
        ("91500103MA7AAAA12", "应为18位"),
        ("91500103MA7AAAA12L", "校验位"),
        (OLD, "就是现在登记的代码"),
        ("91500103MA5X88079D", "合并重复登记"),
    ],
)
def test_a_code_it_cannot_have_is_refused_with_why(office, right, words):
    with pytest.raises(Refused, match=words):
        propose(office, right)


def test_a_code_that_became_somebody_elses_meanwhile_is_refused(office):
    correction = propose(office)
    make_enterprise(FREE_CODE, "重庆后来软件有限公司", office.nanan)
    with pytest.raises(Refused, match="已是重庆后来软件有限公司的代码"):
        codes.confirm(correction, by=office.li_na, at=AT)


def test_second_presses_do_no_harm(office):
    correction = propose(office)
    with pytest.raises(DoneAlready, match="正在等确认"):
        propose(office)
    with pytest.raises(Refused, match="请先撤回"):
        propose(office, TWIN_CODE)
    codes.confirm(correction, by=office.li_na, at=AT)
    with pytest.raises(DoneAlready):
        codes.confirm(correction, by=office.li_na, at=AT)
    assert Letter.objects.filter(key__contains="code-done", to=office.li_na.email).count() == 1


def test_it_is_taken_back_by_the_office_that_keeps_the_firm(office):
    correction = propose(office)
    with pytest.raises(Refused, match="所属的区县"):
        codes.withdraw(correction, by=office.he_qing, at=AT)
    sign_in(office.chen_yu).post(f"/code-corrections/{correction.pk}/withdraw/")
    with pytest.raises(Refused, match="已撤回"):
        codes.confirm(correction, by=office.li_na, at=AT)
    assert propose(office, by=office.chen_yu).is_waiting


def test_only_who_looks_after_the_firm_proposes(office):
    for by in (office.he_qing, office.li_na, office.liu_fang):
        with pytest.raises(Refused, match="所属的区县或市级"):
            propose(office, by=by)
