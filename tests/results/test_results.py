"""Who did well, worked by hand: eight firms of two districts in May 2024, looked at on the morning of 14 June."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import District
from reporting.demo import city
from reporting.models import Deadline, DistrictResult, Filing, Period, Review, State, Submission
from reporting.results import tallies as results
from reporting.results.measures import FILINGS, MEASURES, NUMBERS, Tally, total
from reporting.results.timelines import timelines_of
from reporting.totals.progress import revenue_shares
from reporting.workflow.period import owe
from tests.cast import SHANGHAI, make_district, make_enterprise
from tests.may import lock_by_two, make_may, open_period

DUE = datetime(2024, 6, 12, 23, 59, 59, tzinfo=SHANGHAI)
LOOKED_AT = datetime(2024, 6, 14, 10, 0, tzinfo=SHANGHAI)
LAST_YEAR = {"云图": "100", "嘉陵": "200", "迟到": "60", "山城": "50", "退回": "150"}


def june(day: int, hour: int = 9, minute: int = 30) -> datetime:
    return datetime(2024, 6, day, hour, minute, tzinfo=SHANGHAI)


def sent(filing, by, at, on_time=True, **more) -> Submission:
    number = filing.submissions.count() + 1
    submission = Submission.objects.create(
        filing=filing, number=number, receipt=f"{filing.period_id}-{filing.pk}-{number}", values=more.pop("values", {}),
        edition_code="chongqing-2024", edition_digest="", signer="王经理", on_time=on_time, submitted_by=by,
        submitted_at=at, from_state=State.DRAFT, **more,
    )  # fmt: skip
    put(filing, in_force=submission, state=State.SUBMITTED)
    return submission


def decided(submission, decision, by, at, on_time=True) -> None:
    Review.objects.create(submission=submission, decision=decision, by=by, at=at, on_time=on_time)
    if decision == "approve":
        counts = {} if Period.objects.get(pk=submission.filing.period_id).is_locked else {"counted": submission}
        put(submission.filing, state=State.APPROVED, approved=submission, **counts)
    else:
        put(submission.filing, state=State.RETURNED)


def put(filing, **facts) -> None:
    Filing.objects.filter(pk=filing.pk).update(**facts)


@pytest.fixture
def may(cast):
    """渝中区: 云图 on time after two returns, 嘉陵 within its extension, one late and waiting, one recalled, one
    exempt. 南岸区: 山城 in the last second and decided a day late, one never seen to, one returned and not sent again.
    """
    may = make_may(cast)
    new = {
        name: make_enterprise(code, f"重庆{name}软件有限公司", district)
        for code, name, district in [
            ("91500103MA00000010", "迟到", cast.yuzhong),
            ("91500103MA00000020", "撤回", cast.yuzhong),
            ("91500103MA00000030", "停报", cast.yuzhong),
            ("91500108MA00000040", "等候", cast.nanan),
            ("91500108MA00000050", "退回", cast.nanan),
        ]
    }
    may.firms = {"云图": cast.yuntu, "嘉陵": cast.jialing, "山城": cast.shancheng, **new}
    may.filings = {name: owe(firm, may.may) for name, firm in may.firms.items()}
    last_december = open_period("2023M12", date(2024, 1, 1))
    for name, revenue in LAST_YEAR.items():
        base = owe(may.firms[name], last_december)
        decided(sent(base, cast.li_na, june(1), values={"2010.c1": revenue}), "approve", cast.chen_yu, june(2))
    by, filings = cast.li_na, may.filings

    decided(sent(filings["云图"], by, june(5)), "send_back", cast.chen_yu, june(6))  # a day
    decided(sent(filings["云图"], by, june(8)), "send_back", cast.chen_yu, june(8, 21))  # half a day
    decided(sent(filings["云图"], by, june(10)), "approve", cast.chen_yu, june(11, 15))  # thirty hours
    put(filings["嘉陵"], extended_to=date(2024, 6, 17))
    decided(sent(filings["嘉陵"], by, june(13, 8), extended=True), "approve", cast.chen_yu, june(14, 8))  # a day
    sent(filings["迟到"], by, june(13, 12), on_time=False)
    sent(filings["撤回"], by, june(5), recalled_at=june(5, 10))
    put(filings["撤回"], state=State.DRAFT)
    put(filings["停报"], state=State.EXEMPT)

    last_second = sent(filings["山城"], by, DUE)
    decided(last_second, "approve", cast.he_qing, DUE + timedelta(hours=34), on_time=False)
    sent(filings["等候"], by, june(5))
    decided(sent(filings["退回"], by, june(5)), "send_back", cast.he_qing, june(7))  # two days
    return may


def values(tally: Tally) -> dict:
    return {name: measure.of(tally) for name, measure in MEASURES.items()}


def test_the_time_in_which_the_firm_was_asked_is_not_the_districts(may, cast):
    # 等候: sent on the 5th 9:30, asked on the 6th, answered on the 8th, approved on the 9th: one day and one day.
    submission = may.filings["等候"].submissions.get()
    Review.objects.create(submission=submission, decision="query", by=cast.he_qing, at=june(6))
    Review.objects.create(submission=submission, decision="answer", by=cast.sun_jie, at=june(8))
    decided(submission, "approve", cast.he_qing, june(9))
    [timeline] = timelines_of(Filing.objects.filter(pk=may.filings["等候"].pk), LOOKED_AT)
    assert timeline.days_held == [Decimal("2.0")]


def test_a_question_without_an_answer_ends_with_the_return(may, cast):
    submission = may.filings["等候"].submissions.get()
    Review.objects.create(submission=submission, decision="query", by=cast.he_qing, at=june(6))
    decided(submission, "send_back", cast.he_qing, june(9))
    [timeline] = timelines_of(Filing.objects.filter(pk=may.filings["等候"].pk), LOOKED_AT)
    assert timeline.days_held == [Decimal("1.0")]


def test_every_measure_of_the_first_district(may, cast):
    assert values(results.count(may.may, LOOKED_AT)[cast.yuzhong.pk]) == {
        "owed": 4,  # 停报 owes nothing
        "filed": 3,  # 撤回 took its submission back
        "on_time": 2,
        "extended": 1,
        "on_time_rate": Decimal("50.0"),  # 2 of 4
        "late": 1,
        "missing": 1,
        "returned": 1,
        "rounds": Decimal("2.0"),
        "most_rounds": 2,
        "held": Decimal("0.9"),  # (1 + 0.5 + 1.25 + 1) / 4 = 0.9375
        "longest_held": Decimal("1.3"),  # 30 hours are 1.25 days
        "district_late": 0,  # 迟到 came on the 13th and may wait until the end of the 14th
        "district_on_time_rate": Decimal("100.0"),  # 4 of 4
        "revenue_share": Decimal("83.3"),  # 300 of 360
    }


def test_every_measure_of_the_second_district(may, cast):
    assert values(results.count(may.may, LOOKED_AT)[cast.nanan.pk]) == {
        "owed": 3,
        "filed": 2,
        "on_time": 2,
        "extended": 0,
        "on_time_rate": Decimal("66.7"),  # 2 of 3
        "late": 0,
        "missing": 1,  # 退回 was not sent again
        "returned": 1,
        "rounds": Decimal("1.0"),
        "most_rounds": 1,
        "held": Decimal("1.7"),  # (34 + 48) hours / 2 = 41 hours
        "longest_held": Decimal("2.0"),
        "district_late": 2,  # 山城 decided late, 等候 not decided at all
        "district_on_time_rate": Decimal("33.3"),  # 1 of 3
        "revenue_share": Decimal("25.0"),  # 50 of 200
    }


def test_the_share_of_revenue_is_that_of_the_districts_first_page(may, cast):
    shares = revenue_shares(Filing.objects.of(may.may), may.may)
    for district, tally in results.count(may.may, LOOKED_AT).items():
        if tally.owed:
            assert MEASURES["revenue_share"].of(tally) == shares[district].percent


def test_nobody_is_missing_in_the_last_second_and_everybody_in_the_next(may, cast):
    at_last = results.count(may.may, DUE)[cast.yuzhong.pk]
    assert (at_last.missing, results.count(may.may, DUE + timedelta(seconds=1))[cast.yuzhong.pk].missing) == (
        0,
        2,
    )  # 撤回, and 迟到 for a while


def test_a_firm_with_an_extension_is_missing_only_after_it(may, cast):
    put(may.filings["撤回"], extended_to=date(2024, 6, 17))
    end = datetime(2024, 6, 17, 23, 59, 59, tzinfo=SHANGHAI)
    assert results.count(may.may, end)[cast.yuzhong.pk].missing == 0
    assert results.count(may.may, end + timedelta(seconds=1))[cast.yuzhong.pk].missing == 1


def test_a_decision_whose_date_is_unknown_is_neither_in_time_nor_late(may, cast):
    before = results.count(may.may, LOOKED_AT)[cast.nanan.pk]
    waiting = may.filings["等候"].submissions.get()
    decided(waiting, "approve", cast.he_qing, june(14, 9), on_time=None)
    after = results.count(may.may, LOOKED_AT)[cast.nanan.pk]
    assert (before.district_judged, before.district_late) == (3, 2)
    assert (after.district_judged, after.district_late) == (2, 1)


def test_a_second_decision_about_the_same_submission_is_not_another_wait(may, cast):
    submission = may.filings["云图"].submissions.get(number=3)
    before = results.count(may.may, LOOKED_AT)[cast.yuzhong.pk]
    decided(submission, "send_back", cast.chen_yu, june(13, 12), on_time=None)  # the city had returned it
    after = results.count(may.may, LOOKED_AT)[cast.yuzhong.pk]
    assert (after.decided, after.held, after.longest_held) == (before.decided, before.held, before.longest_held)
    assert (before.rounds, after.rounds) == (2, 3)


def test_the_number_of_queries_does_not_grow_with_the_filings(may, cast):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            results.count(may.may, LOOKED_AT)
        return len(asked)

    queries()  # what is stored of the year before is stored by whoever looks first
    before = queries()
    for n in range(20):
        firm = make_enterprise(f"91500108MA0000{n:03d}X", f"第{n}家", cast.nanan)
        decided(sent(owe(firm, may.may), cast.li_na, june(5)), "approve", cast.he_qing, june(6))
    assert queries() == before


def test_each_number_and_the_list_behind_it_are_counted_alike(may, cast):
    may.filings["山城"].refresh_from_db()
    for district, tally in results.count(may.may, LOOKED_AT).items():
        own = Filing.objects.filter(period=may.may, district=district)
        for name in ("owed", "filed", "on_time", "extended", "late", "missing", "returned"):
            assert len(results.timelines_behind(may.may, own, name, LOOKED_AT)) == getattr(tally, name)


def test_the_five_outcomes_of_what_is_owed_exclude_one_another(may, cast):
    columns = ("on_time", "late", "missing")
    for timeline in timelines_of(Filing.objects.filter(period=may.may), LOOKED_AT):
        assert sum(FILINGS[name](timeline) for name in columns) == FILINGS["owed"](timeline)


def lock(may) -> datetime:
    at = datetime(2024, 6, 20, 10, 0, tzinfo=SHANGHAI)
    lock_by_two(may.may, may.city, at, "逾期未报的按缺报处理")
    may.may.refresh_from_db()
    return at


def test_what_counted_when_the_period_was_locked_counts_for_ever(may, cast):
    at = lock(may)
    frozen = results.results_of(may.may, at)
    assert frozen.frozen_at == at
    assert (frozen.tallies[cast.yuzhong.pk].missing, frozen.tallies[cast.nanan.pk].owed) == (1, 3)

    Deadline.objects.filter(period=may.may).update(date=date(2024, 6, 1))  # another reading
    late = sent(may.filings["撤回"], cast.li_na, june(28), on_time=False)
    decided(late, "approve", cast.chen_yu, june(29))
    put(may.filings["撤回"], after_lock=True, late=True)
    put(may.filings["等候"], state=State.EXEMPT)
    later = results.results_of(may.may, june(30))
    assert later == frozen


def test_the_lists_of_a_locked_period_show_what_counted_then(may, cast):
    lock(may)
    late = sent(may.filings["撤回"], cast.li_na, june(28), on_time=False)
    decided(late, "approve", cast.chen_yu, june(29))
    put(may.filings["撤回"], after_lock=True, late=True)
    own = Filing.objects.filter(period=may.may, district=cast.yuzhong)
    for name, number in {"owed": 4, "filed": 3, "late": 1, "missing": 1, "decided": 2, "approved": 2}.items():
        assert len(results.timelines_behind(may.may, own, name, june(30))) == number, name
    missing = results.timelines_behind(may.may, own, "missing", june(30))
    assert [timeline.filing for timeline in missing] == [may.filings["撤回"].pk]


def test_a_period_locked_before_results_were_kept_is_counted_as_of_its_lock(may, cast):
    at = lock(may)
    frozen = results.results_of(may.may, june(30))
    DistrictResult.objects.all().delete()
    late = sent(may.filings["撤回"], cast.li_na, june(28), on_time=False)
    put(may.filings["撤回"], after_lock=True, late=True)
    decided(late, "approve", cast.chen_yu, june(29))
    assert results.results_of(may.may, june(30)) == frozen
    assert frozen.frozen_at == at


def test_freezing_twice_keeps_the_first(may, cast):
    at = lock(may)
    before = list(DistrictResult.objects.order_by("pk").values())
    put(may.filings["山城"], state=State.EXEMPT)
    results.freeze(may.may, at + timedelta(days=1))
    assert list(DistrictResult.objects.order_by("pk").values()) == before


def test_the_demonstration_freezes_once_and_again_only_when_it_has_grown(may, cast):
    lock(may)
    DistrictResult.objects.all().delete()
    city.freeze_results(anew=False)
    before = list(DistrictResult.objects.order_by("pk").values())
    put(may.filings["山城"], state=State.EXEMPT)
    city.freeze_results(anew=False)
    assert list(DistrictResult.objects.order_by("pk").values()) == before
    city.freeze_results(anew=True)
    assert results.results_of(may.may, june(30)).tallies[cast.nanan.pk].owed == 2


def test_a_frozen_result_cannot_be_written_again(may):
    lock(may)
    with pytest.raises(TypeError):
        DistrictResult.objects.first().save()


def test_an_open_period_is_counted_afresh(may, cast):
    assert results.results_of(may.may, LOOKED_AT).frozen_at is None
    put(may.filings["撤回"], state=State.EXEMPT)
    assert results.results_of(may.may, LOOKED_AT).tallies[cast.yuzhong.pk].owed == 3


def test_a_tally_is_stored_to_the_last_digit():
    tally = Tally(**{name: n for n, name in enumerate(NUMBERS, start=1)} | {"revenue": Decimal("12345678901234.56")})
    assert Tally.from_json(tally.as_json()) == tally
    assert tally.as_json()["revenue"] == "12345678901234.56"


def ranks(measure: str, **tallies: Tally) -> list[tuple[str, int | None]]:
    districts = [District(pk=n, name=name) for n, name in enumerate(tallies, start=1)]
    counted = dict(zip((district.pk for district in districts), tallies.values(), strict=True))
    return [(row.district.name, row.rank) for row in results.ranked(districts, counted, MEASURES[measure])]


def test_equal_values_share_a_rank_and_the_next_is_left_out():
    assert ranks(
        "on_time_rate",
        甲=Tally(owed=10, on_time=8),
        乙=Tally(owed=10, on_time=9),
        丙=Tally(),  # owes nothing
        丁=Tally(owed=5, on_time=4),
        戊=Tally(owed=10, on_time=0),
    ) == [("乙", 1), ("甲", 2), ("丁", 2), ("戊", 4), ("丙", None)]


def test_where_less_is_better_the_least_comes_first():
    assert ranks("late", 甲=Tally(owed=9, late=3), 乙=Tally(owed=9)) == [("乙", 1), ("甲", 2)]


def test_a_measure_without_better_ranks_nobody():
    assert ranks("owed", 甲=Tally(owed=9), 乙=Tally(owed=3)) == [("甲", None), ("乙", None)]


def test_who_has_no_value_has_no_rank():
    one = Tally(owed=9, decided=1, held=86400)
    assert ranks("held", 甲=Tally(owed=9), 乙=one) == [("乙", 1), ("甲", None)]


def test_the_median_is_that_of_the_districts_that_owe_something():
    tallies = [Tally(owed=10, on_time=n) for n in (9, 6, 1)] + [Tally()]
    assert results.median_of(tallies, MEASURES["on_time_rate"]) == Decimal("60.0")
    assert results.median_of(tallies[:2], MEASURES["on_time_rate"]) == Decimal("75.0")
    assert results.median_of([Tally()], MEASURES["on_time_rate"]) is None


def test_a_year_adds_up_numerators_and_denominators_and_averages_no_percentages():
    year = total([Tally(owed=4, on_time=2, most_rounds=2), Tally(owed=1, on_time=1, most_rounds=3)])
    assert MEASURES["on_time_rate"].of(year) == Decimal("60.0")  # 3 of 5, not the mean of 50 and 100
    assert year.most_rounds == 3


def test_the_year_is_made_of_its_periods_that_have_begun(may, cast):
    open_period("2024A", date(2025, 1, 1))
    april = open_period("2024M04", date(2024, 5, 1))
    periods = results.periods_of_year(2024, LOOKED_AT)
    assert [period.code for period in periods] == ["2024M04", "2024M05"]
    owe(cast.yuntu, april)
    year = results.over_the_year(results.results_for(periods, LOOKED_AT))
    assert (year[cast.yuzhong.pk].owed, year[cast.yuzhong.pk].missing) == (5, 2)


def test_a_district_without_filings_still_has_its_line(may):
    empty = make_district("500120", "璧山区", 20)
    assert results.count(may.may, LOOKED_AT)[empty.pk] == Tally()


def test_a_district_that_is_gone_and_where_nothing_is_owed_does_not_stand_in_the_way_of_a_lock(may, cast):
    """Its last firm left, and so did the district, before the period's end."""
    gone = make_district("500199", "旧区", 99)
    put(may.filings["停报"], district=gone)
    District.objects.filter(pk=gone.pk).update(valid_to=date(2023, 12, 31))
    lock_by_two(may.may, cast.zhou_tao, LOOKED_AT, "逾期未报")
    assert not DistrictResult.objects.filter(district=gone).exists()


def test_half_is_rounded_up_and_only_once():
    assert MEASURES["on_time_rate"].of(Tally(owed=8, on_time=1)) == Decimal("12.5")
    assert MEASURES["on_time_rate"].of(Tally(owed=16, on_time=1)) == Decimal("6.3")  # 6.25
    assert MEASURES["held"].of(Tally(decided=1, held=86400 + 4320)) == Decimal("1.1")  # 1.05 days
    assert MEASURES["held"].of(Tally(decided=1, held=86400 + 4319)) == Decimal("1.0")


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_says_what_it_is(name):
    measure = MEASURES[name]
    assert measure.label and measure.unit and measure.definition.endswith("。")
    assert measure.behind in FILINGS and (not measure.whole or measure.among in FILINGS)
    assert measure.whole == "" or "÷" in measure.definition


def test_times_of_other_zones_are_the_same_moments(may, cast):
    """The database hands out UTC."""
    assert results.count(may.may, LOOKED_AT.astimezone(UTC)) == results.count(may.may, LOOKED_AT)
