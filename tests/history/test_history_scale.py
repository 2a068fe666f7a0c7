"""元 for 万元 where it is likeliest: all of a firm, one column of its rows, most of its months."""

import pytest

from tests.history.books import book, brought_in, of, stand, tried, whys

pytestmark = pytest.mark.django_db
YEAR = range(2, 13)


def months(firm, figure=100, **cells) -> list[dict]:
    return [of(firm, f"2023M{month:02}") | {"2010.c1": figure * month} | cells for month in YEAR]


def test_most_months_in_yuan_name_both_groups_once_and_accuse_neither(cast):
    rows = months(cast.yuntu, 20)
    for row in rows[:8]:
        row["2010.c1"] *= 10_000
        row["2020.c1"] = row["2010.c1"]
    ((row, column, why),) = whys(tried(book(*rows)))
    assert (row, column) == (10, "2010.c1") and "亿" not in why
    assert "分成两组，相差约一万倍：2023年2月、2023年3月、2023年4月、2023年5月等 8 期大" in why
    assert "2023年10月、2023年11月、2023年12月小，单位不会相同。请核对哪一组不是万元，换算为万元。" in why
    for row in rows[8:]:
        row["核对说明"] = "十月起停产"
    assert tried(book(*rows)).refused == ()


def test_a_whole_file_in_yuan_beside_what_is_here_is_told_once(cast):
    brought_in(book(*months(cast.yuntu, 20)))
    later = [of(cast.yuntu, f"2022M{month:02}") | {"2010.c1": 200_000 * month} for month in YEAR]
    ((row, _, why),) = whys(tried(book(*later)))
    assert row == 2 and "2022年2月、2022年3月、2022年4月、2022年5月等 11 期大，2023年2月" in why


def test_what_was_let_in_with_a_reason_accuses_no_later_file(cast):
    for month in (2, 3):
        stand(cast.yuntu, f"2022M{month:02}", {"2010.c1": "0.03"})
    assert tried(book(*months(cast.yuntu))).refused == ()


def test_a_firm_in_yuan_in_all_its_periods_is_told_by_its_people(cast):
    """100 万元 a month and 20 people are 60 万元 a head; in 元 they are 600,000."""
    report = tried(book(*months(cast.yuntu, 1_000_000, **{"2112.c1": 20})))
    assert len(report.refused) == len(YEAR)
    assert (
        "按2023年2月的数推算，全年人均为 600,000 万元（20 人），疑似把元当作万元。请换算为万元。"
        in report.refused[0].why
    )
    assert tried(book(*months(cast.yuntu, 100, **{"2112.c1": 20}))).refused == ()
    assert tried(book(*months(cast.yuntu, 100, **{"2112.c1": 0}))).refused == ()
    annual = of(cast.yuntu, "2022A") | {"Y2010": 12_000_000, "Y2112": 20}
    assert "按2022年年报的数推算，全年人均为 600,000 万元" in tried(book(annual)).refused[0].why


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"2021.c1": 500_000}, "2021.c1", "是2020“软件业务收入合计”的一千倍以上，疑似把元当作万元。请换算为万元。"),
        ({"2010.c2": 9_000_000}, "2010.c2", "是本期的软统企6表2010“主营业务收入”的“本年本期累计”的一千倍以上"),
        ({"2020.c3": 7_000_000}, "2020.c3", "的一千倍以上，疑似把元当作万元"),
        ({"2010.c2": 3}, "", ""),
        ({"2021.c1": 400, "2010.c2": 90_000}, "", ""),
    ],
)
def test_a_column_in_yuan_is_told_beside_its_own_row(cast, cells, column, words):
    row = of(cast.yuntu, "2023M12") | {"2010.c1": 1200, "2020.c1": 450} | cells
    assert [(where, words in why) for _, where, why in whys(tried(book(row)))] == [(column, True)] * bool(column)
    assert tried(book(row | {"核对说明": "已核对合同"})).refused == ()


def test_last_years_figure_is_held_against_what_was_imported_of_last_year(cast):
    brought_in(book(of(cast.yuntu, "2022M12") | {"2021.c1": 900, "2010.c1": 1000}))
    row = of(cast.yuntu, "2023M12") | {"2010.c1": 1200, "2021.c2": 9_000_000}
    ((number, column, why),) = whys(tried(book(row)))
    assert (number, column) == (2, "2021.c2") and "是该企业2022年12月的软统企6表2021“" in why and "一千倍以上" in why
