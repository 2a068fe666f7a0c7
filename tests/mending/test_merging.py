"""Two entries of one firm become one: what stays, what moves; no total counts it twice or moves when locked."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts import journal, people
from accounts.access import DoneAlready, Refused
from accounts.models import DoubleReport, Enterprise, JournalEntry, Letter, User
from accounts.post.outbox import message_of
from forms_tables.edition.periods import PeriodCode
from reporting import city_columns, workflow
from reporting.certificates import issuing
from reporting.filing.judging import history_of
from reporting.filing.whole import read_whole
from reporting.mending import merging, reports
from reporting.models import BooksMapping, DistrictResult, Filing, Period, SignUp, State
from reporting.practice.choosing import FIRMS, Participants
from reporting.register import upkeep
from reporting.totals.aggregation import as_json, summarise, summary_at_hand
from reporting.totals.history import mark_of_history, summarise_history
from reporting.training import signing_up
from reporting.workflow.period import owe_all
from tests.cast import AT
from tests.history.books import stand
from tests.may import CLEAN_MAY, fresh
from tests.mending.twins import TWIN_CODE, locked_april, make_twins, merge, wanted
from tests.officials import file_may, freeze, make_it_be, sign_in
from tests.practice.training import practised, train
from tests.reading import markup_of, words_on
from tests.training.arranging import arrange

pytestmark = pytest.mark.django_db
INCOME = "2010.c1"


@pytest.fixture
def twins(cast):
    make_it_be(AT.date())
    return make_twins(cast)


def income(period: Period) -> tuple[str | None, int]:
    """The city's total of the period and how many firms it owes."""
    told = as_json(summarise(period, AT))
    rows = [rows for rows in told["totals"].values() if "2010" in rows]
    return rows[0]["2010"]["c1"] if rows else None, told["owed"]


def approved(filing: Filing, by: User, reviewer: User, figure: str) -> Filing:
    sent = freeze(filing, by, {**CLEAN_MAY, INCOME: figure})
    workflow.approve(sent, reviewer, AT)
    return fresh(filing)


def test_what_only_the_other_entry_has_comes_over(cast, twins):
    sent = approved(twins.twin_filing, twins.hu_bin, cast.he_qing, "700.00")
    assert income(twins.may) == ("700.00", 4)
    merge(cast, twins.kept, twins.twin)
    filing = fresh(sent)
    assert (filing.enterprise, filing.district) == (twins.kept, cast.yuzhong)  # counted where the firm is, and once
    assert income(twins.may) == ("700.00", 3)
    aside = Filing.objects.get(enterprise=twins.twin, period=twins.may)
    assert (aside.superseded_by, aside.state) == (filing, State.EXEMPT)


def test_who_comes_over_goes_on_to_see_what_they_did_there(cast, twins):
    approved(twins.twin_filing, twins.hu_bin, cast.he_qing, "700.00")
    journal.record(by=twins.hu_bin, at=AT, action="换联系人", enterprise=twins.twin)
    merge(cast, twins.kept, twins.twin)
    seen = JournalEntry.objects.visible_to(User.objects.get(pk=twins.hu_bin.pk))
    assert seen.filter(action="换联系人", enterprise=twins.twin).exists()
    assert not JournalEntry.objects.visible_to(cast.li_na).filter(action="换联系人").exists()


def test_where_both_filed_the_office_chooses_and_one_counts(cast, twins):
    approved(twins.filing, cast.li_na, cast.chen_yu, "500.00")
    theirs = approved(twins.twin_filing, twins.hu_bin, cast.he_qing, "700.00")
    assert income(twins.may) == ("1200.00", 4)  # the firm twice
    with pytest.raises(Refused, match="2024年5月.*以哪一份为准"):
        merge(cast, twins.kept, twins.twin)
    merge(cast, twins.kept, twins.twin, p2024M05="merged")
    assert income(twins.may) == ("700.00", 3)
    ours = fresh(twins.filing)
    assert (ours.enterprise, ours.superseded_by, ours.counted) == (twins.twin, fresh(theirs), None)
    assert ours.submissions.get().values[INCOME] == "500.00" and ours.state_words == "重复上报，以另一份为准"
    page = sign_in(cast.zhou_tao).get(f"/city/submissions/{ours.in_force.receipt}/")
    assert "500" in words_on(page)  # it is still read
    for act in (workflow.approve, workflow.recall):
        with pytest.raises(Refused):
            act(ours.in_force, cast.he_qing, AT) if act is workflow.approve else act(ours, cast.li_na, AT)


def test_the_kept_one_may_count_as_well(cast, twins):
    approved(twins.filing, cast.li_na, cast.chen_yu, "500.00")
    approved(twins.twin_filing, twins.hu_bin, cast.he_qing, "700.00")
    merge(cast, twins.kept, twins.twin, p2024M05="kept")
    assert income(twins.may) == ("500.00", 3)
    assert fresh(twins.filing).enterprise == twins.kept and fresh(twins.twin_filing).superseded_by == twins.filing


def test_a_locked_total_stays_to_the_digit(cast, twins):
    april, theirs = locked_april(of=twins.twin, with_others=(twins.kept,))
    approved(theirs, twins.hu_bin, cast.he_qing, "333.33")
    approved(Filing.objects.get(enterprise=twins.kept, period=april), cast.li_na, cast.chen_yu, "111.11")
    april = workflow.lock(april, cast.zhou_tao, AT, "到期")
    before = as_json(summarise(april, AT))
    results = list(DistrictResult.objects.order_by("pk").values())
    merge(cast, twins.kept, twins.twin)
    assert as_json(summarise(april, AT)) == before
    assert list(DistrictResult.objects.order_by("pk").values()) == results
    assert fresh(theirs).enterprise == twins.twin


def test_what_stays_under_the_merged_entry_is_the_firms_history(cast, twins):
    april, theirs = locked_april(of=twins.twin)
    approved(theirs, twins.hu_bin, cast.he_qing, "333.00")
    workflow.lock(april, cast.zhou_tao, AT, "到期")
    stand(twins.twin, "2023M05", {INCOME: "800.00"})
    twins.filing.sheets.create(table="软统企6", cells=CLEAN_MAY, version=1)
    Filing.objects.filter(pk=twins.filing.pk).update(state=State.DRAFT)
    assert history_of(fresh(twins.filing)) == {}
    merge(cast, twins.kept, twins.twin)
    history = {"prev": Decimal("333.00"), "year_ago": Decimal("800.00")}
    for filing in (fresh(twins.filing), read_whole(twins.kept.pk, "2024M05")):
        assert {word: values[INCOME] for word, values in history_of(filing).items()} == history
    stored = city_columns.load(twins.may, [f"prev({INCOME})", f"year_ago({INCOME})"]).ledger
    assert [[Decimal(v).scaleb(-stored.scales[name]) for v in stored.frame[name]] for name in stored.frame.columns] == [
        [history["prev"]],
        [history["year_ago"]],
    ]
    with pytest.raises(Filing.DoesNotExist):
        read_whole(twins.kept.pk, "2024M04")  # nobody fills in what was another entry's


def test_the_merged_entry_owes_nothing_more_and_is_still_found(cast, twins):
    merge(cast, twins.kept, twins.twin)
    twin = Enterprise.objects.get(pk=twins.twin.pk)
    assert (twin.merged_into, twin.left_on) == (twins.kept, AT.date() - timedelta(days=1))
    assert owe_all(twins.may) == 0 and not twin.reports_on(date(2022, 6, 30))
    city = sign_in(cast.zhou_tao)
    assert TWIN_CODE in words_on(city.get("/firms/", {"q": TWIN_CODE}))
    assert "已并入 91500103MA5U12346B" in words_on(city.get(f"/firms/{TWIN_CODE}/"))
    assert "登记停报" not in words_on(city.get(f"/firms/{TWIN_CODE}/"))
    with pytest.raises(Refused):
        upkeep.resume_reporting(twin, reason="误停", by=cast.zhou_tao, at=AT)


def test_the_facts_fill_gaps_and_the_office_takes_what_it_ticks(cast, twins):
    merge(cast, twins.kept, twins.twin, take={"name"})
    kept = Enterprise.objects.get(pk=twins.kept.pk)
    assert (kept.name, kept.address, kept.phone) == ("重庆云图软件有限责任公司", "南岸区南坪路1号", "023-62880000")
    assert kept.email == twins.kept.email  # not ticked
    assert kept.joined_on == date(2022, 1, 1) and kept.district_on(date(2022, 3, 1)) == cast.yuzhong


def test_its_people_go_to_the_kept_firm_and_are_told_how_to_sign_in(cast, twins):
    merge(cast, twins.kept, twins.twin)
    hu_bin = User.objects.get(pk=twins.hu_bin.pk)
    assert (hu_bin.enterprise, hu_bin.username) == (twins.kept, TWIN_CODE)
    letters = {letter.to: message_of(letter).body for letter in Letter.objects.filter(stem="register/merged")}
    assert f"以后用 {TWIN_CODE} 登录（用户名和密码都不变）" in letters[hu_bin.email]
    assert {cast.li_na.email, cast.wang_lei.email, cast.chen_yu.email, cast.he_qing.email} < set(letters)
    assert "2024年5月" in words_on(sign_in(hu_bin).get("/"))


def test_the_first_account_takes_the_kept_code_where_nobody_has_it(cast, twins):
    User.objects.filter(enterprise=twins.kept).delete()
    merge(cast, twins.kept, twins.twin)
    hu_bin = User.objects.get(pk=twins.hu_bin.pk)
    assert hu_bin.username == twins.kept.credit_code and people.is_first_account(hu_bin)
    letter = Letter.objects.get(stem="register/merged", to=hu_bin.email)
    assert f"以后用 {twins.kept.credit_code} 登录（用户名已改，密码不变）" in message_of(letter).body


def test_who_signed_up_to_a_training_comes_along_and_nobody_twice(cast, twins):
    session = arrange(cast)
    for name in ("胡斌", "李娜"):
        signing_up.sign_up(session, name, "", by=twins.hu_bin, at=AT)
    signing_up.sign_up(session, "李娜", "", by=cast.li_na, at=AT)
    merge(cast, twins.kept, twins.twin)
    standing = session.sign_ups.standing().filter(enterprise=twins.kept)
    assert sorted(standing.values_list("name", flat=True)) == ["李娜", "胡斌"]
    signed = SignUp.objects.get(name="胡斌")
    signing_up.step_back(signed, by=cast.li_na, at=AT)  # the firm's own now


def test_of_one_person_on_both_lists_the_better_stands_and_the_seat_is_handed_on(cast, twins):
    session = arrange(cast, capacity=2)
    for name, by in (("李娜", twins.hu_bin), ("李娜", cast.li_na), ("赵敏", cast.zhao_min)):
        signing_up.sign_up(session, name, "", by=by, at=AT)
    merge(cast, twins.kept, twins.twin)
    states = SignUp.objects.filter(name="李娜").values_list("enterprise", "state")
    assert sorted(states) == [(twins.kept.pk, "cancelled"), (twins.kept.pk, "signed")]
    assert signing_up.plan(AT) == 1 and SignUp.objects.get(name="赵敏").is_signed
    assert signing_up.plan(AT) == 0
    assert Letter.objects.filter(stem="training/moved_up", to=cast.zhao_min.email).count() == 1


@pytest.mark.parametrize("confirmed_here", [False, True])
def test_how_its_books_are_read_comes_along_where_nobody_confirmed_it_here(cast, twins, confirmed_here):
    said = {"frequency": "month", "edition_code": "chongqing-2024", "confirmed_by": cast.li_na, "confirmed_at": AT}
    BooksMapping.objects.create(enterprise=twins.twin, rows={"2010": ["+营业收入"]}, **said)
    if confirmed_here:
        BooksMapping.objects.create(enterprise=twins.kept, rows={"2010": ["+主营业务收入"]}, **said)
    merge(cast, twins.kept, twins.twin)
    terms = "+主营业务收入" if confirmed_here else "+营业收入"
    assert BooksMapping.objects.get(enterprise=twins.kept).rows == {"2010": [terms]}


def test_a_seat_of_the_merged_entry_goes_before_the_kept_ones_waiting(cast, twins):
    session = arrange(cast, capacity=1)
    for by in (twins.hu_bin, cast.li_na):
        signing_up.sign_up(session, "李娜", "", by=by, at=AT)
    merge(cast, twins.kept, twins.twin)
    assert [each.is_signed for each in session.sign_ups.standing()] == [True]
    signing_up.step_back(session.sign_ups.standing().get(), by=cast.li_na, at=AT)


def test_what_only_the_other_entry_practises_comes_along(cast, twins):
    both = Participants(FIRMS, firms=(twins.kept.pk, twins.twin.pk))
    train(cast, both)
    train(cast, Participants(FIRMS, firms=(twins.twin.pk,)), real=PeriodCode(2024, 4))
    own, april = practised(twins.kept), practised(twins.twin, "2024P04")
    merge(cast, twins.kept, twins.twin)
    brought = practised(twins.kept, "2024P04")
    assert (brought, brought.district) == (april, cast.yuzhong)
    assert practised(twins.kept) == own and practised(twins.twin).district == cast.nanan


def test_every_part_of_it_is_journalled_with_its_reason(cast, twins):
    merge(cast, twins.kept, twins.twin)
    lines = JournalEntry.objects.filter(why="营业执照核对，同一家企业。")
    assert set(lines.filter(action="合并重复登记").values_list("enterprise", "district")) == {
        (twins.kept.pk, cast.yuzhong.pk),
        (twins.twin.pk, cast.nanan.pk),
    }
    assert {"重复上报，以另一份为准", "账号转入合并后的企业"} < set(lines.values_list("action", flat=True))


def test_a_second_press_and_the_other_way_round_do_no_harm(cast, twins):
    merge(cast, twins.kept, twins.twin)
    lines = JournalEntry.objects.count()
    with pytest.raises(DoneAlready, match="已经并入"):
        merge(cast, twins.kept, twins.twin)
    with pytest.raises(Refused, match="已并入重庆云图软件有限公司"):
        merge(cast, twins.twin, twins.kept)
    with pytest.raises(Refused, match="已并入"):
        merge(cast, cast.jialing, twins.twin)  # merged once
    with pytest.raises(Refused, match="同一条"):
        merge(cast, twins.kept, twins.kept)
    assert JournalEntry.objects.count() == lines


def test_a_merged_firm_may_itself_be_merged_and_the_first_follows(cast, twins):
    merge(cast, twins.kept, twins.twin)
    merge(cast, cast.jialing, twins.kept)
    assert set(cast.jialing.absorbed.all()) == {twins.kept, twins.twin}


def test_a_stale_page_is_refused(cast, twins):
    seen = wanted(twins.kept, twins.twin)
    file_may(twins.twin_filing, twins.hu_bin)
    with pytest.raises(Refused, match="在您查看之后"):
        merging.merge(twins.kept, twins.twin, seen, by=cast.zhou_tao, at=AT)
    assert Enterprise.objects.get(pk=twins.twin.pk).merged_into is None


def test_a_locked_period_that_was_let_in_is_finished_first(cast, twins):
    april, theirs = locked_april(of=twins.twin)
    workflow.lock(april, cast.zhou_tao, AT, "到期")
    Filing.objects.filter(pk=theirs.pk).update(after_lock=True, state=State.DRAFT)
    with pytest.raises(Refused, match="2024年4月正在锁定后补报"):
        merge(cast, twins.kept, twins.twin)


@pytest.mark.parametrize("who", ["chen_yu", "li_na", "liu_fang", "wu_gang"])
def test_only_the_city_merges(cast, twins, who):
    with pytest.raises(Refused, match="只有市级"):
        merge(cast, twins.kept, twins.twin, by=getattr(cast, who))


def test_a_reason_is_needed(cast, twins):
    with pytest.raises(Refused, match="请写明合并的依据"):
        merge(cast, twins.kept, twins.twin, reason=" ")


def test_a_district_reports_its_own_firm_and_the_city_merges_it(cast, twins):
    clerk = sign_in(cast.he_qing)
    assert clerk.get(f"/firms/{twins.kept.credit_code}/double/").status_code == 404  # another district's
    said = {"other": twins.kept.credit_code, "reason": "同一执照"}
    assert clerk.post(f"/firms/{TWIN_CODE}/double/", said).status_code == 302
    assert "已经提出" in words_on(clerk.post(f"/firms/{TWIN_CODE}/double/", said))
    assert clerk.get(f"/doubles/{twins.kept.credit_code}/{TWIN_CODE}/").status_code == 403
    city = sign_in(cast.zhou_tao)
    assert "同一执照" in words_on(city.get("/doubles/"))
    page = markup_of(city.get(f"/doubles/{twins.kept.credit_code}/{TWIN_CODE}/"))
    seen = page.split('name="seen" value="')[1].split('"')[0]
    answer = city.post(f"/doubles/{twins.kept.credit_code}/{TWIN_CODE}/", {"seen": seen, "reason": "执照"}, follow=True)
    assert "已合并" in words_on(answer)
    assert DoubleReport.objects.get().state == DoubleReport.State.MERGED
    assert Letter.objects.filter(stem="register/double", to=cast.zhou_tao.email).exists()


def test_a_refusal_is_said_on_the_page_and_nothing_is_changed(cast, twins):
    city = sign_in(cast.zhou_tao)
    address = f"/doubles/{twins.kept.credit_code}/{TWIN_CODE}/"
    assert "在您查看之后" in words_on(city.post(address, {"seen": "alt", "reason": "执照"}))
    assert "请写明事由" in words_on(city.post(address, {"seen": "alt"}))
    assert city.get(f"/doubles/{twins.kept.credit_code}/{'9' * 18}/").status_code == 404
    assert Enterprise.objects.filter(merged_into=None).count() == 4


def test_two_that_are_no_double_are_told_apart_and_proposed_no_more(cast, twins):
    reports.report(twins.twin, twins.kept, reason="同名", by=cast.he_qing, at=AT)
    city = sign_in(cast.zhou_tao)
    city.post(f"/doubles/{twins.kept.credit_code}/{TWIN_CODE}/apart/", {"answer": "母子公司"})
    assert DoubleReport.objects.get().state == DoubleReport.State.APART
    Enterprise.objects.update(mobile="")
    assert "0 对疑似重复" in words_on(city.get("/doubles/"))
    assert "母子公司" in message_of(Letter.objects.get(to=cast.he_qing.email)).body
    assert "已经认定" in words_on(
        city.post(f"/doubles/{twins.kept.credit_code}/{TWIN_CODE}/apart/", {"answer": "母子公司"}, follow=True)
    )


# Imported history under both entries


def cells_of(period: str) -> dict[str, Decimal | None]:
    return dict(summarise_history(PeriodCode.parse(period), AT).city.cells)


def test_imported_history_of_both_entries_is_added_up_once(cast, twins):
    stand(twins.kept, "2023M04", {INCOME: "700.00"})
    stand(twins.twin, "2023M04", {INCOME: "800.00"})
    stand(twins.twin, "2023M03", {INCOME: "300.00"})
    before = mark_of_history(PeriodCode.parse("2023M04"))
    assert cells_of("2023M04")[INCOME] == Decimal("1500.00")
    merge(cast, twins.kept, twins.twin)
    summary = summarise_history(PeriodCode.parse("2023M04"), AT)
    assert (summary.city.cells[INCOME], summary.city.coverage.imported) == (Decimal("700.00"), 1)
    assert cells_of("2023M03")[INCOME] == Decimal("300.00")
    assert mark_of_history(PeriodCode.parse("2023M04")) != before


def test_what_was_imported_beside_an_open_period_counts_the_firm_once(cast, twins):
    for entry in (twins.kept, twins.twin):
        stand(entry, "2024M05", {INCOME: "700.00"})
    before = summary_at_hand(twins.may, AT)
    merge(cast, twins.kept, twins.twin)
    assert summarise(twins.may, AT).city.coverage.imported == 1 and summary_at_hand(twins.may, AT) != before


@pytest.mark.parametrize(("now", "then"), [("kept", "twin"), ("twin", "kept")])
def test_growth_of_imported_history_looks_back_across_the_entries(cast, twins, now, then):
    stand(getattr(twins, now), "2023M12", {INCOME: "1200.00"})
    stand(getattr(twins, then), "2022M12", {INCOME: "1000.00"})
    merge(cast, twins.kept, twins.twin)
    summary = summarise_history(PeriodCode.parse("2023M12"), AT)
    assert summary.city.cells["2010.c4"] == Decimal("20.0")
    assert summary.city.bases[0].in_words == "上年同期（2022年12月）：1 家的基期为导入历史。"


def test_growth_of_what_was_filed_looks_back_across_the_entries(cast, twins):
    approved(twins.filing, cast.li_na, cast.chen_yu, "500.00")
    stand(twins.twin, "2023M05", {INCOME: "400.00"})
    merge(cast, twins.kept, twins.twin)
    (base,) = summarise(twins.may, AT).city.bases
    assert base.in_words == "上年同期（2023年5月）：1 家的基期为导入历史。"


# What was filed under the merged entry, on the firm's own pages


@pytest.fixture
def april_under_the_other(cast, twins):
    april, theirs = locked_april(of=twins.twin, with_others=(twins.kept,))
    approved(theirs, twins.hu_bin, cast.he_qing, "333.33")
    workflow.lock(april, cast.zhou_tao, AT, "到期")
    merge(cast, twins.kept, twins.twin)
    return fresh(theirs)


def test_the_record_knows_what_was_filed_under_the_other_entry(cast, twins, april_under_the_other):
    record = {timeline.period: timeline for timeline in issuing.record_of(twins.kept, AT)}
    assert record["2024M04"].filing == april_under_the_other.pk and record["2024M04"].outcome != "missing"
    certificate = issuing.issue(twins.kept, "2024M04", "2024M04", by=cast.li_na, at=AT)
    assert [row["outcome"] for row in certificate.rows] == [record["2024M04"].outcome]


def test_the_firm_reads_what_was_filed_under_the_other_entry_and_presses_nothing(cast, twins, april_under_the_other):
    firm, address = sign_in(cast.li_na), f"/filings/2024M04/submissions/1/?entry={TWIN_CODE}"
    assert f'href="{address}"' in markup_of(firm.get("/history/"))
    page = firm.get(address)
    assert "333.33" in words_on(page) and TWIN_CODE in words_on(page)
    assert 'href="/filings/2024M04/"' not in markup_of(page)
    assert firm.get(f"/filings/2024M04/submissions/1/workbook.xlsx?entry={TWIN_CODE}").status_code == 200
    assert firm.get("/filings/2024M04/submissions/1/").status_code == 404  # nothing was sent under its own
    assert sign_in(cast.sun_jie).get(address).status_code == 404
    with pytest.raises(Refused, match="只有本企业的账号"):
        workflow.recall(april_under_the_other, cast.li_na, AT)


def test_without_a_filing_of_its_own_the_plain_address_leads_there(cast, twins):
    april, theirs = locked_april(of=twins.twin)
    approved(theirs, twins.hu_bin, cast.he_qing, "333.33")
    workflow.lock(april, cast.zhou_tao, AT, "到期")
    merge(cast, twins.kept, twins.twin)
    assert "333.33" in words_on(sign_in(twins.hu_bin).get("/filings/2024M04/submissions/1/"))
