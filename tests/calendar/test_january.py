"""A year in which January is reported by itself, beside the usual one in which the first report is of two months."""

from datetime import date, datetime

import pytest

from forms_tables.edition.catalog import load_edition
from forms_tables.edition.periods import PeriodCode
from forms_tables.filling.completion import Facts
from forms_tables.notation.names import earlier
from reporting import workflow
from reporting.dates.deadlines import ClauseReading
from reporting.filing.judging import history_of, judge_cells
from reporting.models import Submission
from reporting.periods.openings import openings_on
from tests.cast import SHANGHAI
from tests.may import CLEAN_MAY, make_may
from tests.officials import file_may

EDITION = load_edition("chongqing-2024")
WITH_JANUARY, WITHOUT = ClauseReading(reports_january=True), ClauseReading()
IN_FEBRUARY = datetime(2025, 2, 5, 9, tzinfo=SHANGHAI)
IN_MARCH = datetime(2025, 3, 5, 9, tzinfo=SHANGHAI)
JANUARY, FEBRUARY = PeriodCode(2025, 1), PeriodCode(2025, 2)
CELLS = {**CLEAN_MAY, "2111.c1": "100"}  # 40 people are paid 100 in a month


def judged(period: PeriodCode, cells: dict, **history):
    facts = Facts(period=period, attributes={"A34": "1"}, history=history)
    return judge_cells(EDITION, cells, facts)


def broken(judgement) -> set[str]:
    return {finding.rule for finding in judgement.findings}


def values(cells: dict) -> dict:
    return EDITION.values_from_text(cells)


def test_february_without_a_january_is_judged_as_ever():
    """Nothing was filed before: what reads the month before does not apply."""
    assert not broken(judged(FEBRUARY, CELLS)) & {"X01", "X02", "X03", "X04"}


def test_february_is_held_to_the_january_that_was_filed():
    """X01 and X02 say what they say of any month: a cumulative figure does not fall below the month before."""
    january = values({**CELLS, "2010.c1": "1200"})
    assert {"X02"} <= broken(judged(FEBRUARY, CELLS, prev=january))  # 1000 < 0.90 × 1200
    assert "X01" in broken(judged(FEBRUARY, CELLS, prev=values({**CELLS, "2010.c1": "1050"})))
    assert not broken(judged(FEBRUARY, CELLS, prev=values(CELLS))) & {"X01", "X02"}


@pytest.mark.parametrize("period", [JANUARY, FEBRUARY])
def test_the_columns_of_the_month_before_stay_shut_until_march(period):
    """The edition opens 上期累计 and 环比 from March on; a January report changes nothing of it (X04, R632)."""
    judgement = judged(period, CELLS, prev=values(CELLS))
    assert {"2010.c3", "2010.c5"} <= judgement.completed.locked.keys()
    assert "2010.c3" not in judgement.completed.values
    assert not broken(judgement) & {"X03", "X04", "R632"}


def test_january_itself_has_nothing_before_it():
    assert earlier(JANUARY) == {"year_ago": PeriodCode(2024, 1), "last_annual": PeriodCode(2024)}
    assert earlier(FEBRUARY)["prev"] == JANUARY


def test_a_january_report_is_filed_and_is_what_februarys_rules_look_back_on(cast):
    may = make_may(cast)
    workflow.choose_reading(WITH_JANUARY, may.city, IN_FEBRUARY, "另行通知")
    january = workflow.open_period("2025M01", may.city, IN_FEBRUARY)
    filing = january.filings.get(enterprise=may.firm)
    submission = file_may(filing, may.clerk, CELLS, at=IN_FEBRUARY)
    assert (submission.on_time, submission.receipt[:7]) == (True, "2025M01")
    workflow.approve(Submission.objects.get(pk=submission.pk), may.reviewer, IN_FEBRUARY)
    february = workflow.open_period("2025M02", may.city, IN_MARCH)
    assert history_of(february.filings.get(enterprise=may.firm))["prev"]["2010.c1"] == 1000


@pytest.mark.parametrize(
    ("day", "without", "with_january"),
    [
        ((2025, 1, 3), "2024M12", "2024M12"),
        ((2025, 2, 5), "", "2025M01"),  # December's date is over; the month to begin with is February
        ((2025, 3, 4), "2025M02", "2025M02"),
    ],
)
def test_the_period_to_open_first_is_the_last_that_is_reported_while_there_is_time(db, day, without, with_january):
    for reading, expected in ((WITHOUT, without), (WITH_JANUARY, with_january)):
        due = openings_on(date(*day), reading).due
        assert "".join(opening.period.code for opening in due if not opening.period.is_annual) == expected
