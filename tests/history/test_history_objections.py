"""A firm objects to a cell of its imported history: granted, its figure stands; no office writes one."""

from datetime import timedelta

import pytest

from accounts.access import DoneAlready, Refused
from accounts.models import Enterprise, JournalEntry, Letter
from reporting.filing.judging import history_of
from reporting.history import telling
from reporting.history.objections import decide, object_to
from reporting.history.withdrawing import withdraw
from reporting.models import Filing, HistoryFile, HistoryObjection, ImportedFiling, State
from tests.cast import AT
from tests.filling.figures import file_values
from tests.history.books import book, brought_in, of, stand
from tests.history.test_history_stands import column, written
from tests.may import fresh, make_may
from tests.mending.twins import make_twins, merge
from tests.officials import make_it_be, sign_in
from tests.reading import markup_of, words_on

pytestmark = pytest.mark.django_db
OBJECTIONS = "/history-objections/"


@pytest.fixture
def may(cast):
    make_it_be(AT.date())
    return make_may(cast)


@pytest.fixture
def asked(may) -> HistoryObjection:
    row = stand(may.firm, "2024M04", {"2010.c1": "750.00", "2112.c1": "32"})
    return object_to(row, "2010.c1", "760", may.clerk, AT, "漏计一份合同，见审计报告。")


def standing(firm) -> ImportedFiling:
    return firm.imported_filings.standing().get()


def standing_of(firm, period: str) -> ImportedFiling:
    return firm.imported_filings.standing().get(period=period)


def test_granted_the_firms_figure_stands_and_the_files_is_kept_beside(may, asked):
    written(may)
    assert column(may.may, "prev(2010.c1)") == [750]
    decide(asked, True, may.reviewer, AT, "已核对审计报告。")
    row = standing(may.firm)
    assert row.values == {"2010.c1": "760.00", "2112.c1": "32"} and row.in_file == {"2010.c1": "750.00"}
    assert history_of(fresh(may.filing))["prev"]["2010.c1"] == 760 and column(may.may, "prev(2010.c1)") == [760]
    assert ImportedFiling.objects.count() == 2  # what the file said is kept
    line = JournalEntry.objects.get(action="同意更正导入历史")
    assert (line.before, line.after, line.by) == ({"2010.c1": "750.00"}, {"2010.c1": "760.00"}, may.reviewer)
    assert line.enterprise == may.firm and line.why == "已核对审计报告。"


def test_the_firm_and_its_district_are_told(may, asked):
    told = Letter.objects.get(stem="history/objected")
    assert told.to == may.reviewer.email and "750.00" in told.facts["old"]
    decide(asked, False, may.reviewer, AT, "请附审计报告。")
    answers = Letter.objects.filter(stem="history/decided")
    assert {letter.enterprise for letter in answers} == {may.firm} and answers.first().facts["decision"] == "未同意"


def test_refused_nothing_changes_and_a_reason_is_said(may, asked):
    with pytest.raises(Refused, match="不同意时请写明理由"):
        decide(asked, False, may.reviewer, AT, "")
    decide(asked, False, may.reviewer, AT, "请附审计报告。")
    assert standing(may.firm).values["2010.c1"] == "750.00"
    with pytest.raises(DoneAlready, match="未同意"):
        decide(asked, True, may.reviewer, AT)
    object_to(standing(may.firm), "2010.c1", "760", may.clerk, AT, "附上审计报告。")  # it may ask again


def test_only_the_firm_asks_and_only_its_office_decides(may, cast, asked):
    row = standing(may.firm)
    for person in (cast.sun_jie, cast.chen_yu, cast.zhou_tao, cast.liu_fang, cast.wu_gang):
        with pytest.raises(Refused, match="只有本企业的账号"):
            object_to(row, "2112.c1", "33", person, AT, "错")
    for person in (cast.he_qing, cast.liu_fang, cast.wu_gang, cast.li_na, cast.sun_jie):
        with pytest.raises(Refused, match="由企业所在区县或市级决定"):
            decide(asked, True, person, AT)
    assert decide(asked, True, cast.zhou_tao, AT).granted  # the city brought the file in


@pytest.mark.parametrize(
    ("cell", "new", "reason", "words"),
    [
        ("2010.c1", "七百", "错", "不是数字"),
        ("2010.c1", "", "错", "请填写贵单位认为正确的数"),
        ("2010.c1", "750.00", "错", "与导入的数 750.00 相同"),
        ("2010.c1", "760", " ", "请写明为什么这个数不对"),
        ("2010.c4", "1", "错", "请选择要更正的数据"),
        ("Y2010.y", "1", "错", "请选择要更正的数据"),
        ("2020.c1", "多", "错", "不是数字"),
        ("", "1", "错", "请选择要更正的数据"),
    ],
)
def test_what_is_missing_is_said(may, cell, new, reason, words):
    row = stand(may.firm, "2024M04", {"2010.c1": "750.00"})
    with pytest.raises(Refused, match=words):
        object_to(row, cell, new, may.clerk, AT, reason)
    assert not HistoryObjection.objects.exists()


def test_a_second_press_is_the_first(may, asked):
    with pytest.raises(DoneAlready, match="申请更正为 760.00，正等待决定"):
        object_to(standing(may.firm), "2010.c1", "770", may.clerk, AT, "又一份合同。")
    assert HistoryObjection.objects.count() == 1


def test_where_the_firm_filed_itself_that_stands(may, cast):
    row = stand(may.firm, "2024M05", {"2010.c1": "750.00"})
    Filing.objects.filter(pk=may.filing.pk).update(state=State.APPROVED)
    file_values(fresh(may.filing), {"2010.c1": "760.00"}, may.clerk)
    with pytest.raises(Refused, match="已由贵单位在本平台上报，以上报件为准"):
        object_to(row, "2010.c1", "770", may.clerk, AT, "错")


def test_no_later_file_takes_a_corrected_figure_away(may, cast):
    brought_in(book(of(may.firm, "2024M04") | {"2010.c1": 750, "2112.c1": 32}))
    decide(object_to(standing(may.firm), "2010.c1", "760", may.clerk, AT, "漏计。"), True, may.reviewer, AT)
    again = brought_in(book(of(may.firm, "2024M04") | {"2010.c1": 740, "2112.c1": 33}), replaces="市级新的底册")
    assert again.corrected == 1
    row = standing(may.firm)
    assert row.values == {"2010.c1": "760.00", "2112.c1": "33"} and row.in_file == {"2010.c1": "740.00"}
    withdraw(HistoryFile.objects.last(), cast.zhou_tao, AT, "错")
    row = standing(may.firm)
    assert row.values == {"2010.c1": "760.00", "2112.c1": "32"} and row.in_file == {"2010.c1": "750.00"}


def test_what_stood_before_a_corrected_file_is_corrected_too(may, cast):
    """The correction was made beside the second file; the first one stands again, with the firm's figure in it."""
    brought_in(book(of(may.firm, "2024M04") | {"2010.c1": 700}))
    brought_in(book(of(may.firm, "2024M04") | {"2010.c1": 750}), replaces="审计")
    decide(object_to(standing(may.firm), "2010.c1", "760", may.clerk, AT, "漏计。"), True, may.reviewer, AT)
    withdraw(HistoryFile.objects.last(), cast.zhou_tao, AT, "错")
    row = standing(may.firm)
    assert row.values == {"2010.c1": "760.00"} and row.in_file == {"2010.c1": "700.00"}
    assert row.source == HistoryFile.objects.first()


def test_what_was_withdrawn_has_nothing_to_correct(may, cast):
    brought_in(book(of(may.firm, "2024M04") | {"2010.c1": 750}))
    asked = object_to(standing(may.firm), "2010.c1", "760", may.clerk, AT, "漏计。")
    withdraw(HistoryFile.objects.get(), cast.zhou_tao, AT, "错")
    with pytest.raises(Refused, match="已经撤下，没有可以更正的数"):
        decide(asked, True, may.reviewer, AT)
    assert not HistoryObjection.objects.waiting().exists()


def test_a_firm_may_say_a_figure_that_its_file_does_not_hold(may):
    stand(may.firm, "2024M04", {"2010.c1": "750.00"})
    page = sign_in(may.clerk)
    assert "文件里没有的" in markup_of(page.get("/history/imported/2024M04/"))
    asked = {"cell": "2020.c1", "new": "600", "reason": "当时另表报送。"}
    assert "空 → 600.00" in words_on(page.post("/history/imported/2024M04/", asked, follow=True))
    decide(HistoryObjection.objects.get(), True, may.reviewer, AT)
    row = standing(may.firm)
    assert row.values == {"2010.c1": "750.00", "2020.c1": "600.00"} and row.in_file == {"2020.c1": ""}


def test_a_grant_never_writes_over_a_figure_the_firm_did_not_see(may, cast):
    brought_in(book(of(may.firm, "2024M04") | {"2010.c1": 750, "2112.c1": 32}))
    asked = object_to(standing(may.firm), "2010.c1", "760", may.clerk, AT, "漏计。")
    other = object_to(standing(may.firm), "2112.c1", "33", may.clerk, AT, "漏计。")
    brought_in(book(of(may.firm, "2024M04") | {"2010.c1": 740, "2112.c1": 32}), replaces="市级新的底册")
    with pytest.raises(Refused, match="企业看到的是 750.00，现在是 740.00，不能同意。请写明理由，按不同意处理"):
        decide(asked, True, may.reviewer, AT)
    assert standing(may.firm).values["2010.c1"] == "740.00"
    district = sign_in(may.reviewer)
    assert "企业看到的是 750.00，现在是 740.00" in words_on(district.get(OBJECTIONS))
    assert markup_of(district.get(OBJECTIONS)).count(">同意</button>") == 1  # of the figure that is as it was
    decide(other, True, may.reviewer, AT)
    assert standing(may.firm).values == {"2010.c1": "740.00", "2112.c1": "33"}
    decide(asked, False, may.reviewer, AT, "底册已换，请看现在的数。")
    again = object_to(standing(may.firm), "2010.c1", "760", may.clerk, AT, "漏计。")
    assert decide(again, True, may.reviewer, AT).granted and standing(may.firm).values["2010.c1"] == "760.00"


def test_what_was_granted_to_a_merged_entry_does_not_write_over_the_kept_ones_own_row(cast):
    make_it_be(AT.date())
    twins = make_twins(cast)
    stand(twins.kept, "2024M04", {"2010.c1": "700.00"})
    stand(twins.twin, "2024M04", {"2010.c1": "750.00"})
    stand(twins.twin, "2024M03", {"2010.c1": "500.00"})
    granted = object_to(standing_of(twins.twin, "2024M04"), "2010.c1", "760", twins.hu_bin, AT, "漏计。")
    decide(granted, True, cast.zhou_tao, AT)
    decide(
        object_to(standing_of(twins.twin, "2024M03"), "2010.c1", "510", twins.hu_bin, AT, "漏计。"),
        True,
        cast.he_qing,
        AT,
    )
    waits = object_to(standing_of(twins.twin, "2024M04"), "2010.c1", "770", twins.hu_bin, AT, "又漏。")
    merge(cast, twins.kept, twins.twin)
    with pytest.raises(Refused, match="现在是 700.00，不能同意"):  # the kept entry's own row speaks for the firm
        decide(HistoryObjection.objects.get(pk=waits.pk), True, cast.zhou_tao, AT)
    rows = [of(twins.kept, period) | {"2010.c1": figure} for period, figure in (("2024M03", 490), ("2024M04", 690))]
    brought_in(book(*rows), replaces="新的底册", at=AT + timedelta(days=1))
    assert standing_of(twins.kept, "2024M04").values == {"2010.c1": "690.00"}
    assert standing_of(twins.kept, "2024M03").values == {
        "2010.c1": "510.00"
    }  # where it had none the firm's word goes on


def test_after_a_merger_the_kept_entrys_district_decides(cast):
    make_it_be(AT.date())
    twins = make_twins(cast)
    stand(twins.twin, "2024M04", {"2010.c1": "750.00"})
    asked = object_to(standing(twins.twin), "2010.c1", "760", twins.hu_bin, AT, "漏计。")
    merge(cast, twins.kept, twins.twin)
    asked = HistoryObjection.objects.get(pk=asked.pk)
    assert HistoryObjection.objects.visible_to(cast.he_qing).count() == 0  # of 南岸区, where the twin was
    assert list(HistoryObjection.objects.visible_to(cast.chen_yu)) == [asked]
    with pytest.raises(Refused, match="由企业所在区县或市级决定"):
        decide(asked, True, cast.he_qing, AT)
    assert "750.00 → 760.00" in words_on(sign_in(cast.chen_yu).get(OBJECTIONS))
    assert decide(asked, True, cast.chen_yu, AT).granted


def test_history_under_a_merged_entry_is_the_firms_to_read_and_to_object_to(cast):
    make_it_be(AT.date())
    twins = make_twins(cast)
    stand(twins.twin, "2024M04", {"2010.c1": "750.00"})
    merge(cast, twins.kept, twins.twin)
    letters = telling.reach(HistoryFile.objects.get(), AT).letters
    assert {(letter.enterprise, letter.to) for letter in letters} >= {(twins.kept, cast.li_na.email)}
    firm, page = sign_in(cast.li_na), "/history/imported/2024M04/"
    assert f'href="{page}"' in markup_of(firm.get("/history/")) and "750.00" in words_on(firm.get(page))
    said = words_on(firm.post(page, {"cell": "2010.c1", "new": "760", "reason": "漏计"}, follow=True))
    assert "750.00 → 760.00" in said and "待决定" in said
    asked = HistoryObjection.objects.get()
    with pytest.raises(Refused, match="只有本企业的账号"):
        object_to(standing(twins.twin), "2010.c1", "770", cast.sun_jie, AT, "错")
    decide(asked, True, cast.zhou_tao, AT)
    assert standing(twins.twin).values == {"2010.c1": "760.00"}
    assert set(Letter.objects.filter(stem="history/decided").values_list("to", flat=True)) >= {cast.li_na.email}


def test_what_was_filed_under_the_other_entry_stands_before_what_was_imported(cast):
    make_it_be(AT.date())
    twins = make_twins(cast)
    Filing.objects.filter(pk=twins.twin_filing.pk).update(state=State.APPROVED)
    file_values(fresh(twins.twin_filing), {"2010.c1": "760.00"}, twins.hu_bin)
    row = stand(twins.kept, "2024M05", {"2010.c1": "750.00"})
    Enterprise.objects.filter(pk=twins.twin.pk).update(merged_into=twins.kept)
    with pytest.raises(Refused, match="以上报件为准"):
        object_to(row, "2010.c1", "770", cast.li_na, AT, "错")


# On the pages


def test_the_firm_asks_on_the_page_of_the_period(may):
    stand(may.firm, "2024M04", {"2010.c1": "750.00"})
    firm, page = sign_in(may.clerk), "/history/imported/2024M04/"
    assert 'href="/history/imported/2024M04/"' in markup_of(firm.get("/history/"))
    assert "750.00" in words_on(firm.get(page))
    wrong = firm.post(page, {"cell": "2010.c1", "new": "多", "reason": "漏计"})
    assert "不是数字" in words_on(wrong, 409) and "漏计" in words_on(wrong, 409)
    said = words_on(firm.post(page, {"cell": "2010.c1", "new": "760", "reason": "漏计"}, follow=True))
    assert "750.00 → 760.00" in said and "待决定" in said
    assert sign_in(may.other_clerk).get(page).status_code == 404


def test_the_district_decides_on_its_page_and_sees_no_other_districts(may, asked):
    district = sign_in(may.reviewer)
    assert "1 份导入历史的更正申请待决定" in words_on(district.get("/district/"))
    said = words_on(district.get(OBJECTIONS))
    assert may.firm.name in said and "750.00 → 760.00" in said
    assert may.firm.name not in words_on(sign_in(may.other_reviewer).get(OBJECTIONS))
    assert sign_in(may.other_reviewer).post(f"{OBJECTIONS}{asked.pk}/decide/", {"granted": "yes"}).status_code == 404
    refused = district.post(f"{OBJECTIONS}{asked.pk}/decide/", {"granted": "no", "answer": ""})
    assert "不同意时请写明理由" in words_on(refused, 409)
    done = district.post(f"{OBJECTIONS}{asked.pk}/decide/", {"granted": "yes", "answer": "好"}, follow=True)
    assert f"{may.firm.name}：已同意。" in words_on(done)
    again = district.post(f"{OBJECTIONS}{asked.pk}/decide/", {"granted": "yes"}, follow=True)
    assert "已于 2024-06-05 决定：已同意" in words_on(again, 409)
    assert "企业更正" in words_on(sign_in(may.clerk).get("/history/imported/2024M04/"))


def test_the_city_sees_all_and_the_association_only_reads(may, asked):
    assert may.firm.name in words_on(sign_in(may.city).get(OBJECTIONS))
    analyst = sign_in(may.analyst)
    assert "同意</button>" not in markup_of(analyst.get(OBJECTIONS))
    assert analyst.post(f"{OBJECTIONS}{asked.pk}/decide/", {"granted": "yes"}).status_code == 403
