"""What the head of a column may say in brackets, and what an old head says of its unit: never passed over unsaid."""

import pytest

from reporting.models import ImportedFiling, Period
from tests.editions.next_year import NEXT, THIS, folders, make_next_year
from tests.history.books import book, brought_in, of, the_why, whys
from text.package import Unreadable

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


def under(firm, head: str, figure=12000, **more) -> dict:
    return of(firm, "2023M12") | {head: figure} | more


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("主营业务收入（单位：元）", "列名写的单位是元，2010“主营业务收入”的单位是万元。请换算为万元，再导入。"),
        ("主营业务收入（人民币元）", "列名写的单位是元"),
        ("主营业务收入（元，累计）", "列名写的单位是元"),
        ("主营业务收入（亿元）", "列名写的单位是亿元"),
        ("主营业务收入（12月当月）", "括号里的“12月当月”不是单位，也不是2010“主营业务收入”的一列，不知道是什么数"),
        ("2010.c1（去年同期）", "列名写的是 2010.c1，括号里又写“去年同期”，分不清"),
    ],
)
def test_what_brackets_say_is_held_against_the_row_and_told_once_of_the_head(cast, head, words):
    row, column, why = the_why(book(under(cast.yuntu, head), under(cast.shancheng, head)))
    assert (row, column) == (1, head) and words in why


@pytest.mark.parametrize(
    ("head", "cell"),
    [
        ("主营业务收入（单位：万元）", "2010.c1"),
        ("主营业务收入（人民币，万元）", "2010.c1"),
        ("主营业务收入（万元，累计）", "2010.c1"),
        ("主营业务收入（本年累计）", "2010.c1"),
        ("主营业务收入（去年同期）", "2010.c2"),
        ("2010（上年同期，万元）", "2010.c2"),
        ("主营业务收入（本年上期累计）", "2010.c3"),
        ("主营业务收入（同比%）", "2010.c4"),
        ("主营业务收入\n（万元）", "2010.c1"),
        ("２０１０.C1", "2010.c1"),
    ],
)
def test_a_unit_and_a_columns_own_name_are_understood(cast, head, cell):
    report = brought_in(book(under(cast.yuntu, head, 12)))
    assert report.refused == () and list(ImportedFiling.objects.get().values) == [cell]


OLD_AND_NEW = ["原代码", "现代码"]


def test_the_unit_of_an_old_head_is_held_against_the_new_row(cast):
    old = "软件业务收入（元）"
    row, column, why = the_why(book(under(cast.yuntu, old), 对照=[OLD_AND_NEW, [old, "2010"]]))
    assert (row, column) == (1, old) and "列名写的单位是元，2010“主营业务收入”的单位是万元" in why
    told = "软件业务收入（万元，旧口径）"  # what the concordance names is settled, but for its unit
    assert brought_in(book(under(cast.yuntu, told), 对照=[OLD_AND_NEW, [told, "2010"]])).taken == 1
    assert ImportedFiling.objects.get().values == {"2010.c1": "12000.00"}


def test_a_concordance_with_a_coefficient_is_refused_and_one_with_names_is_read(cast):
    row = under(cast.yuntu, "B01")
    with pytest.raises(Unreadable, match="不做换算；“系数”一列没有用处"):
        brought_in(book(row, 对照=[[*OLD_AND_NEW, "系数"], ["B01", "2010", "0.0001"]]))
    with pytest.raises(Unreadable, match="列名重复"):
        brought_in(book(row, 对照=[[*OLD_AND_NEW, "现代码"], ["B01", "2010", "2020"]]))
    assert brought_in(book(row, 对照=[[*OLD_AND_NEW, "现名称"], ["B01", "2010", "主营业务收入"]])).taken == 1


def test_figures_that_another_edition_alone_asks_for_do_not_vanish(cast, tmp_path, monkeypatch):
    """2051 of this year's is 2052 in the next; a file of both years has both, and one figure stands in the wrong."""
    with folders(tmp_path / "definitions", monkeypatch) as place:
        make_next_year(place)
        for code, edition in {"2023M12": THIS, "2024M04": NEXT}.items():
            Period.objects.create(code=code, edition_code=edition, opens_on=f"{code[:4]}-06-01")
        right = under(cast.yuntu, "2010.c1", **{"2051": 30})
        later = of(cast.yuntu, "2024M04") | {"2010.c1": 4000}
        report = brought_in(
            book(right, later | {"2051": 10}, of(cast.shancheng, "2024M04") | {"2010.c1": 1, "2051": 1})
        )
        ((row, column, why),) = whys(report)
        assert (row, column) == (3, "2051") and "（重庆2025年口径）”（chongqing-2025）读，其中没有“2051”" in why
        assert brought_in(book(right, later | {"2052": 10})).taken == 2
