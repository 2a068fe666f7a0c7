"""The last evening of a period: what is read of it, and what its pages say to whom."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command

from reporting.city_columns import frozen
from reporting.city_columns.files import notes_of, path_of
from reporting.city_columns.kept import FILINGS
from reporting.estimates import reading
from reporting.estimates.calling import to_ring
from reporting.estimates.kept import LATE, past_before, periods_before, told_of
from reporting.estimates.night import night_of
from reporting.estimates.predicting import Method, predict
from reporting.estimates.reading import arrivals_of
from reporting.estimates.tasks import keep_past_evenings
from reporting.models import Deadline, Filing, Period, State, Submission
from reporting.picture.progress import FIRST
from reporting.picture.progress import arrivals_of as slots_of_arrivals
from tests.cast import make_enterprise
from tests.estimates.evening import DUE, EVENING, IN, credit_code, files, fill_evening, said, say_again
from tests.growth.city import a_period
from tests.officials import make_it_be, sign_in
from tests.reading import markup_of, words_on

CITY, DISTRICT = "/city/night/2024M05/", "/district/night/2024M05/"


@pytest.fixture
def may(cast):
    make_it_be(EVENING.date())
    return fill_evening(cast)


def test_missing_firms_are_estimated_from_the_year_before_and_their_own_trend(may):
    """April: each grew from 90 to 100. May: those in say 110 on 100, so 110 on 100 × 100/90; each missing firm, too."""
    told = told_of(may)
    figures = told.figures("headline")
    assert figures.trend[-1] == pytest.approx(100 / 90)
    predicted = predict(figures)
    assert [Method(each) for each in predicted.method[~figures.is_in]] == [Method.TREND] * 6
    assert predicted.value[~figures.is_in] == pytest.approx([110.0] * 6)


@pytest.mark.parametrize("left", [None, b"of another layout"])
def test_what_a_firm_had_a_year_before_is_stored_again_where_it_cannot_be_read(may, left):
    told_of(may)
    place = path_of("2023M05", FILINGS)
    place.unlink() if left is None else place.write_bytes(left)
    frozen.forget("2024M05")
    assert told_of(may).figures("headline").base[-1] == 100.0
    assert notes_of("2023M05", FILINGS) is not None


def test_the_evening_adds_what_is_in_to_what_is_estimated(may):
    night = night_of(may, EVENING)
    standing = night.now.standing
    assert (standing.filed[-1], standing.owed[-1]) == (14, 20)
    assert (standing.said[-1], standing.missing[-1]) == (pytest.approx(1540), pytest.approx(660))
    whole = night.now.totals[-1]
    assert whole.likely == pytest.approx(2200) and whole.low < 2200 < whole.high
    growth = night.now.growths[-1]
    assert growth.likely == pytest.approx(10.0)
    assert night.now.periods == 1 and night.last_period.pk == "2024M04"


def test_a_filing_that_comes_takes_the_place_of_its_estimate(may, cast):
    before = night_of(may, EVENING).now.standing.missing[-1]
    filing = Filing.objects.get(period=may, enterprise__credit_code=credit_code(19))
    Filing.objects.filter(pk=filing.pk).delete()
    files(filing.enterprise, may, said(300, 100), cast.li_na, EVENING)
    after = night_of(may, EVENING).now.standing
    assert before == pytest.approx(660) and after.filed[-1] == 15
    assert after.said[-1] == pytest.approx(1840) and after.missing[-1] < 5 * 300


def test_what_is_with_the_firm_again_is_not_in(may):
    filing = Filing.objects.get(period=may, enterprise__credit_code=credit_code(0))
    filing.state, filing.in_force, filing.approved, filing.counted = State.RETURNED, None, None, None
    filing.save()
    assert night_of(may, EVENING).now.standing.filed[-1] == 13


def test_a_returned_firm_has_the_year_before_that_its_form_said(may):
    """Nobody else knows what firm 0 had: it said 100 itself, and April's trend is its own."""
    filing = Filing.objects.get(period=may, enterprise__credit_code=credit_code(0))
    filing.state, filing.in_force, filing.approved, filing.counted = State.RETURNED, None, None, None
    filing.save()
    told = told_of(may)
    place = told.frame["filing"].to_list().index(filing.pk)
    figures = told.figures("headline")
    predicted = predict(figures)
    assert (figures.base[place], predicted.method[place]) == (100.0, Method.TREND)
    assert predicted.value[place] == pytest.approx(110.0)


def test_of_a_year_without_one_before_it_is_moved_on_from_december(cast):
    """Those in said 200 in December and 220 of the year: 1.1; firm 9 said 50 in December."""
    december, year = a_period("2023M12"), a_period("2023A", Period.OPEN)
    for number in range(10):
        firm = make_enterprise(credit_code(number), f"重庆{number:02d}号软件有限公司", cast.yuzhong, date(2023, 1, 1))
        files(firm, december, {"2020.c1": "50" if number == 9 else "200"}, cast.li_na, EVENING)
        if number < 9:
            files(firm, year, {"Y2020.y": "220"}, cast.li_na, EVENING)
        else:
            Filing.objects.create(enterprise=firm, period=year, district=cast.yuzhong, state=State.NOT_STARTED)
    firm = to_ring(told_of(year), 2200.0).firms[0]
    assert firm.estimate == pytest.approx(55.0)
    assert firm.how.startswith("上年同期不详，12月累计 × 同组变动")


def test_arrivals_are_counted_by_the_hours_before_the_deadline(may):
    """At 21:00, three hours before the end, all fourteen are in; six hours before it eleven were (firms 3 to 13)."""
    arrived = night_of(may, EVENING).arrivals
    assert arrived.hours[-1] == -3 and arrived.filed[-1] == IN
    assert arrived.filed[arrived.hours.index(-6)] == 11
    last = night_of(may, EVENING).last
    assert last.filed[last.hours.index(-6)] == 14 and last.filed[last.hours.index(0)] == 20


def test_arrivals_are_shown_however_far_off_the_deadline_is(may):
    may.deadlines.filter(level=Deadline.ENTERPRISE).update(date=DUE.date() + timedelta(days=29))
    night = night_of(Period.objects.prefetch_related("deadlines").get(pk=may.pk), EVENING)
    assert (night.arrivals.hours[-1], night.arrivals.filed[-1]) == (-30 * 24 - 3, IN)
    assert night.last.hours[: len(night.arrivals.hours)] == night.arrivals.hours


def test_the_night_and_the_picture_end_at_the_same_share(may):
    """Of twenty fourteen came, and firm 0 has its form again."""
    filing = Filing.objects.get(period=may, enterprise__credit_code=credit_code(0))
    filing.state, filing.in_force, filing.approved, filing.counted = State.RETURNED, None, None, None
    filing.save()
    night = night_of(may, EVENING).arrivals
    slots = slots_of_arrivals(may).share_in(FIRST, -1)
    assert night.shares[-1] == slots[-1] == 65


def test_the_interval_of_an_earlier_hour_knows_only_what_was_in_then(may):
    history = dict(night_of(may, EVENING).history)
    assert history[-10].standing.filed[-1] == 7 and history[-3].standing.filed[-1] == 14
    assert history[-24].totals[-1].cannot_say == "还没有企业上报，不能给出区间。"


def test_only_the_submissions_that_came_since_are_read_again(may, django_assert_num_queries):
    assert arrivals_of(may).height == IN
    with django_assert_num_queries(2):
        assert arrivals_of(may).height == IN
    first = Submission.objects.filter(filing__period=may).first()
    Submission.objects.filter(pk=first.pk).update(recalled_at=EVENING)
    assert arrivals_of(may).height == IN - 1


def test_a_locked_period_is_kept_and_made_again_when_another_submission_counts(may, cast):
    past = past_before(may, ["headline"], ["500103", "500108"])["headline"]
    assert len(past.totals) == len(past.comparable) == 2  # May of the year before was locked, too
    april = Period.objects.get(pk="2024M04")
    mark = notes_of("2024M04", LATE)["mark"]
    assert past.totals[0].missing.shape[1] == 3  # two districts and the city
    say_again(april, credit_code(0), said(100, 90))
    past_before(may, ["headline"], ["500103"])
    assert notes_of("2024M04", LATE)["mark"] != mark


def test_the_beat_works_out_what_past_evenings_showed(may):
    keep_past_evenings()
    assert notes_of("2024M04", LATE) is not None


def test_only_locked_periods_of_the_same_kind_are_learnt_from(may):
    a_period("2023A")
    a_period("2024M03", Period.OPEN)
    assert [each.pk for each in periods_before(may, 9)] == ["2024M04", "2023M05"]


def test_the_firms_that_matter_most_are_rung_first(may, cast):
    """Firm 17 had 500 a year before where the others had 100, and firm 15 nobody knows what: it goes on from the 100 of
    April as the others did, to 110 as well."""
    say_again(Period.objects.get(pk="2023M05"), credit_code(17), {"2020.c1": "500"})
    unknown = Filing.objects.filter(period="2023M05", enterprise__credit_code=credit_code(15))
    unknown.update(in_force=None, approved=None, counted=None, state=State.NOT_STARTED)
    ringing = to_ring(night_of(may, EVENING).told, 2200.0)
    assert (ringing.missing, len(ringing.firms), ringing.unsaid) == (6, 6, 0)
    first = ringing.firms[0]
    assert first.filing.enterprise.credit_code == credit_code(17)
    assert (first.estimate_words, first.share_words) == ("550", "25.0%")
    assert first.beside_words == "另算：按同组平均比率为 550"
    how = {each.filing.enterprise.credit_code: each.how for each in ringing.firms}
    assert how.pop(credit_code(15)) == "上年同期不详，上期累计 × 同组变动（同类）"
    assert set(how.values()) == {"上年同期数 × 企业上期增势 × 同组变动（同类）"}
    assert [round(each.estimate) for each in ringing.firms[1:]] == [110] * 5


@pytest.mark.parametrize("who, path", [("zhou_tao", CITY), ("liu_fang", CITY), ("chen_yu", DISTRICT)])
def test_the_page_says_who_is_in_and_marks_every_estimate(may, cast, who, path):
    page = words_on(sign_in(getattr(cast, who)).get(path))
    assert "截止之夜" in page and "未报企业（估计）" in page
    assert "只有 1 个已锁定的报告期可以参照" in page and "区间可能偏宽，也可能偏窄，把握没有经过检验" in page
    assert "可比增速，90% 区间" in page and ("另算：按同组平均比率为 110" in page) == (path == CITY)
    assert "估计数只在本页，不进入任何汇总" in page


def test_a_district_sees_its_own_firms_and_no_other_one(may, cast):
    page = markup_of(sign_in(cast.he_qing).get(DISTRICT))
    assert "重庆14号软件有限公司" in page and "各区县" not in page
    assert "应报 10 家，已报 4 家（40.0%）" in page
    page = markup_of(sign_in(cast.chen_yu).get(DISTRICT))
    assert "应报的企业都已上报，不需要催报。" in page and "重庆14号软件有限公司" not in page


def test_whom_to_ring_leads_to_their_letter_and_only_who_may_write_one_sees_it(may, cast):
    link = f"?period=2024M05&amp;q={credit_code(14)}"
    assert link in markup_of(sign_in(cast.zhou_tao).get(CITY))
    assert link not in markup_of(sign_in(cast.liu_fang).get(CITY))


@pytest.mark.parametrize(
    "who, path, status", [("he_qing", CITY, 403), ("zhou_tao", DISTRICT, 403), ("li_na", CITY, 403)]
)
def test_others_are_refused(may, cast, who, path, status):
    assert sign_in(getattr(cast, who)).get(path).status_code == status


def test_a_period_that_is_not_there_has_no_evening(may, cast):
    assert sign_in(cast.zhou_tao).get("/city/night/2030M05/").status_code == 404


def test_nobody_owes_anything(cast):
    make_it_be(EVENING.date())
    a_period("2024M05", Period.OPEN)
    assert "没有应报的企业" in words_on(sign_in(cast.zhou_tao).get(CITY))
    assert "没有本区县应报的企业" in words_on(sign_in(cast.chen_yu).get(DISTRICT))


def test_an_edition_that_names_no_figure_has_nothing_to_estimate(may, cast, monkeypatch):
    monkeypatch.setattr(reading, "measures_by_role", lambda edition, frequency: {})
    assert night_of(may, EVENING) is None
    assert "没有写明这一期的主要指标" in words_on(sign_in(cast.zhou_tao).get(CITY))
    keep_past_evenings()


def test_nothing_is_in_yet(may, cast):
    Filing.objects.filter(period=may).update(in_force=None, approved=None, counted=None, state=State.NOT_STARTED)
    page = words_on(sign_in(cast.zhou_tao).get(CITY))
    assert "还没有企业上报，不能给出区间。" in page


def test_a_locked_period_says_how_the_interval_did_and_asks_no_more(may, cast):
    Filing.objects.filter(period=may, counted=None).update(state=State.NOT_STARTED)
    Period.objects.filter(pk=may.pk).update(state=Period.LOCKED, locked_at=DUE + timedelta(days=7))
    make_it_be((DUE + timedelta(days=8)).date())
    answer = sign_in(cast.zhou_tao).get(CITY)
    page = words_on(answer)
    assert "最终合计 1,540 万元" in page and "先给谁打电话" not in page
    assert 'hx-trigger="refresh"' not in markup_of(answer)


def test_the_home_pages_lead_to_the_evening(may, cast):
    assert CITY in markup_of(sign_in(cast.zhou_tao).get("/city/?period=2024M05"))
    assert DISTRICT in markup_of(sign_in(cast.chen_yu).get("/district/?period=2024M05"))


def test_a_locked_period_is_played_again_by_the_command(may, capsys):
    call_command("replay", "2024M04", "--every", "6")
    told = capsys.readouterr().out
    assert "05-12 12:00  8/20" in told and "05-13 00:00  20/20  2,000  11.1%  包含" in told
    assert "2024年4月：区间的把握 90%，参照此前 0 期；全市给出 2 次，包含 2 次" in told


@pytest.mark.parametrize(
    "asked, words",
    [
        (["2024M05"], "还没有锁定"),
        (["2030M01"], "没有开启过报告期 2030M01"),
        (["五月"], "不是报告期代码"),
        (["2024M04", "--every", "0"], "不小于 1"),
    ],
)
def test_the_command_says_what_it_cannot_play(may, asked, words):
    with pytest.raises(CommandError, match=words):
        call_command("replay", *asked)
