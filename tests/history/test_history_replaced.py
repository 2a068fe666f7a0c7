"""A wrong file replaced or withdrawn: figures go back to what stood before, everywhere."""

import re

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.access import DoneAlready, Refused
from accounts.models import JournalEntry
from reporting import city_columns
from reporting.filing.judging import history_of
from reporting.history.objections import decide, object_to
from reporting.history.reading.sheets import NEW, OLD
from reporting.history.withdrawing import withdraw
from reporting.models import HistoryCode, HistoryFile, ImportedFiling, Period
from reporting.totals.aggregation import summary_at_hand
from tests.cast import AT
from tests.history.books import book, brought_in, of
from tests.history.test_history_stands import column, written
from tests.may import fresh, make_may
from tests.mending.twins import locked_april, make_twins, merge
from tests.officials import freeze, make_it_be

pytestmark = pytest.mark.django_db


@pytest.fixture
def may(cast):
    return make_may(cast)


def april(firm, figure, **more) -> bytes:
    return book(of(firm, "2024M04", **more) | {"2010.c1": figure})


def standing(firm) -> dict[str, str]:
    return {each.period: each.values["2010.c1"] for each in firm.imported_filings.standing()}


def test_a_second_file_for_the_same_is_refused_until_replacing_is_said(cast):
    brought_in(april(cast.yuntu, 750))
    refused = brought_in(april(cast.yuntu, 760))
    assert refused.taken == 0 and standing(cast.yuntu) == {"2024M04": "750.00"}
    done = brought_in(april(cast.yuntu, 760), replaces="单位错了", by=cast.zhou_tao)
    assert done.replaced == {"历史.xlsx": 1} and standing(cast.yuntu) == {"2024M04": "760.00"}
    assert ImportedFiling.objects.count() == 2 and HistoryFile.objects.last().why == "单位错了"
    office, firm = JournalEntry.objects.filter(action="导入历史", why="单位错了").order_by("pk")
    assert office.after["替换"] == "“历史.xlsx”1 行" and firm.enterprise == cast.yuntu


def test_a_wrong_unit_is_replaced_without_its_own_rows_standing_against_it(cast):
    """All in 元 at first; the register cannot tell, since the figures are small."""
    brought_in(book(*(of(cast.yuntu, f"2023M{month:02}") | {"2010.c1": 1000 * month} for month in (11, 12))))
    right = book(*(of(cast.yuntu, f"2023M{month:02}") | {"2010.c1": f"{0.1 * month:.2f}"} for month in (11, 12)))
    assert brought_in(right, replaces="单位错了").refused == ()


def test_a_withdrawn_file_gives_way_to_what_stood_before(may):
    brought_in(april(may.firm, 750))
    written(may)
    assert column(may.may, "prev(2010.c1)") == [750]
    before = summary_at_hand(may.may, AT)
    brought_in(april(may.firm, 900), replaces="审计")
    assert history_of(fresh(may.filing))["prev"]["2010.c1"] == 900 and column(may.may, "prev(2010.c1)") == [900]
    wrong = HistoryFile.objects.last()
    done = withdraw(wrong, may.city, AT, "审计数尚未定")
    assert (done.rows, done.stand_again) == (1, 1)
    assert history_of(fresh(may.filing))["prev"]["2010.c1"] == 750 and column(may.may, "prev(2010.c1)") == [750]
    assert summary_at_hand(may.may, AT) == before
    office, firm = JournalEntry.objects.filter(action="撤下导入历史").order_by("pk")
    assert office.why == firm.why == "审计数尚未定" and firm.enterprise == may.firm and office.by == may.city
    withdraw(HistoryFile.objects.first(), may.city, AT, "也错了")
    assert "prev" not in history_of(fresh(may.filing)) and column(may.may, "prev(2010.c1)") == [None]


def test_no_statement_grows_with_the_rows_of_a_withdrawn_file(may):
    """A statement takes 65,535 values at most, and two years of a city are 69,600 rows."""
    months = [f"2023M{month:02}" for month in range(2, 13)]
    for figure, why in ((1, ""), (2, "审计")):
        brought_in(book(*(of(may.firm, code) | {"2010.c1": figure} for code in months)), replaces=why)
    row = may.firm.imported_filings.standing().get(period="2023M05")
    decide(object_to(row, "2010.c1", "7", may.clerk, AT, "漏计一份合同，见审计报告。"), True, may.reviewer, AT)
    with CaptureQueriesContext(connection) as asked:
        withdraw(HistoryFile.objects.last(), may.city, AT, "审计数尚未定")
    touching = [query["sql"] for query in asked if "importedfiling" in query["sql"]]
    assert touching and not [sql for sql in touching if re.search(r"IN \([^()]*,[^()]*,", sql)]
    assert standing(may.firm) == {code: "1.00" for code in months} | {"2023M05": "7.00"}


def test_withdrawn_under_a_later_file_nothing_changes_until_that_goes_too(cast):
    brought_in(april(cast.yuntu, 1))
    brought_in(april(cast.yuntu, 2), replaces="第二份")
    brought_in(april(cast.yuntu, 3), replaces="第三份")
    first, second, third = HistoryFile.objects.all()
    assert withdraw(second, cast.zhou_tao, AT, "错").rows == 0
    assert standing(cast.yuntu) == {"2024M04": "3.00"}
    withdraw(third, cast.zhou_tao, AT, "错")
    assert standing(cast.yuntu) == {"2024M04": "1.00"}
    withdraw(first, cast.zhou_tao, AT, "错")
    assert standing(cast.yuntu) == {}


def test_withdrawing_is_the_citys_once_and_with_a_reason(cast):
    brought_in(april(cast.yuntu, 750))
    file = HistoryFile.objects.get()
    for person in (cast.chen_yu, cast.li_na, cast.liu_fang, cast.wu_gang):
        with pytest.raises(Refused, match="市级管理员"):
            withdraw(file, person, AT, "错")
    with pytest.raises(Refused, match="请写明撤下的原因"):
        withdraw(file, cast.zhou_tao, AT, " ")
    withdraw(file, cast.zhou_tao, AT, "错")
    with pytest.raises(DoneAlready, match="已经撤下，没有再撤一次"):
        withdraw(file, cast.zhou_tao, AT, "错")
    assert JournalEntry.objects.filter(action="撤下导入历史").count() == 2


def test_a_withdrawn_file_may_come_in_again(cast):
    content = april(cast.yuntu, 750)
    brought_in(content)
    withdraw(HistoryFile.objects.get(), cast.zhou_tao, AT, "误撤")
    assert brought_in(content).taken == 1 and standing(cast.yuntu) == {"2024M04": "750.00"}
    assert brought_in(content).done_before


def test_stored_columns_forget_what_stands_no_more(may):
    """Two of them change places: neither number nor newest key tells, so the mark does by another sum."""
    for firm, figure in ((may.firm, 1), (may.other_filing.enterprise, 2)):
        brought_in(april(firm, figure))
    written(may)
    assert column(may.may, "prev(2010.c1)") == [1]
    brought_in(april(may.firm, 3), replaces="换")
    assert column(may.may, "prev(2010.c1)") == [3]
    stored = city_columns.past.standing_of("2024M04")
    assert len(stored) == 2 and stored["enterprise"].n_unique() == 2


@pytest.fixture
def merged(cast):
    """云图 with another entry merged into it, of which history was brought in before."""
    make_it_be(AT.date())
    twins = make_twins(cast)
    brought_in(april(twins.twin, 750))
    brought_in(book(of(twins.twin, "2023M06") | {"2010.c1": 90}))
    return twins


def test_what_stands_under_a_merged_entry_is_the_firms_and_replaced_as_such(cast, merged):
    merge(cast, merged.kept, merged.twin)
    refused = brought_in(april(merged.kept, 760))
    assert "已由“历史.xlsx”第 2 行导入" in refused.refused[0].why and not standing(merged.kept)
    done = brought_in(april(merged.kept, 760), replaces="审计")
    assert done.replaced == {"历史.xlsx": 1} and standing(merged.kept) == {"2024M04": "760.00"}
    assert history_of(fresh(merged.filing))["prev"]["2010.c1"] == 760
    withdraw(HistoryFile.objects.last(), cast.zhou_tao, AT, "错")
    assert history_of(fresh(merged.filing))["prev"]["2010.c1"] == 750


def test_over_what_was_filed_under_a_merged_entry_nothing_is_brought_in(cast, merged):
    _, theirs = locked_april(of=merged.twin)
    freeze(theirs, merged.hu_bin, {"2010.c1": "700.00"})
    Period.objects.filter(pk="2024M04").update(state=Period.LOCKED)
    merge(cast, merged.kept, merged.twin)
    (refused,) = brought_in(april(merged.kept, 760), replaces="审计").refused
    assert "已在本平台由企业上报" in refused.why


def test_a_figure_corrected_under_a_merged_entry_outlasts_a_later_file(cast, merged):
    row = merged.twin.imported_filings.standing().get(period="2024M04")
    asked = object_to(row, "2010.c1", "755", merged.hu_bin, AT, "漏计一份合同。")
    decide(asked, True, cast.zhou_tao, AT)
    merge(cast, merged.kept, merged.twin)
    done = brought_in(april(merged.kept, 760), replaces="审计")
    assert done.corrected == 1 and standing(merged.kept) == {"2024M04": "755.00"}


# The concordance, said once


def test_the_concordance_is_kept_and_read_with_the_next_file(cast):
    lines = [[OLD, NEW], ["B01", "2010"], ["B77", ""]]
    brought_in(book(of(cast.yuntu, "2023M12") | {"B01": 12000, "B77": 5}, 对照=lines), by=cast.zhou_tao)
    assert dict(HistoryCode.objects.values_list("old", "new")) == {"B01": "2010", "B77": ""}
    done = brought_in(book(of(cast.shancheng, "2023M12") | {"B01": 7, "B77": 5}))
    assert done.taken == 1 and done.mapped == {"B01": "2010", "B77": ""}
    assert JournalEntry.objects.get(action="留存新旧代码对照").after == {"B01": "2010", "B77": "（不再使用）"}


def test_a_kept_line_that_is_a_code_of_today_is_asked_about(cast):
    HistoryCode.objects.create(old="2020", new="2010", at=AT)
    report = brought_in(book(of(cast.yuntu, "2023M12") | {"2020": 5}))
    assert "“2020”是现行代码，留存的对照表又写作“2010”，分不清" in report.refused[0].why
    lines = [[OLD, NEW], ["2020", "2020"]]
    assert brought_in(book(of(cast.yuntu, "2023M12") | {"2020": 5}, 对照=lines)).taken == 1


def test_a_file_that_is_refused_keeps_no_concordance(cast):
    lines = [[OLD, NEW], ["B01", "2010"]]
    brought_in(book(of(cast.yuntu, "2023M12") | {"B01": "多"}, 对照=lines))
    with pytest.raises(ObjectDoesNotExist):
        HistoryCode.objects.get()
