"""The product is broken on purpose, one fault at a time, and exactly the checker that looks for it fires."""

from dataclasses import replace
from datetime import date

import pytest
from django.http import HttpResponse
from django.urls import reverse

from accounts.post import letters
from reporting import workflow
from reporting.certificates.views import record
from reporting.filing import judging
from reporting.models import Filing, Period, Submission
from reporting.register import upkeep
from reporting.tasks import remind
from reporting.totals import aggregation
from reporting.totals.adding_up import add_up
from reporting.totals.views import tables as totals_page
from reporting.workflow import locking as workflow_locking
from reporting.workflow import request as workflow_request
from reporting.workflow import review as workflow_review
from tests.year import actors, checkers
from tests.year.city import found, moment
from tests.year.programme import beat
from tests.year.test_year import AFTER_DAY
from tests.year.walk import Walk, clock_of

pytestmark = pytest.mark.one_database

FEBRUARY, MARCH = "2024M02", "2024M03"
NINE = 9 * 3600


class Office(Walk):
    """Two firms that owe February 2024, and the days as a test wants them."""

    def on(self, day: date, seconds: int = NINE) -> None:
        self.at = moment(day, seconds)

    def send(self, *given) -> HttpResponse:
        self.pass_time(60)
        return super().send(*given)

    def filing(self, number: int, code: str = FEBRUARY) -> Filing:
        return actors.fresh(Filing.objects.filter(period=code).order_by("enterprise")[number])

    def file(self, number: int, code: str = FEBRUARY, **changed: str) -> None:
        actors.file_whole(self, self.filing(number, code), changed=changed)

    def approve(self, number: int, code: str = FEBRUARY) -> None:
        actors.approve(self, self.filing(number, code))

    def after_the_dates(self) -> None:
        self.on(date(2024, 3, 28))

    @property
    def fired(self) -> set[str]:
        return {violation.checker for violation in self.violations}


@pytest.fixture
def office(db, monkeypatch):
    office = Office(found(2, seed=1), 1, checkers.AFTER_EACH, AFTER_DAY)
    with clock_of(office, monkeypatch):
        actors.open_period(office, FEBRUARY)
        yield office


def test_nothing_fires_in_a_sound_office(office):
    office.file(0)
    actors.recall(office, office.filing(0))
    beat(office)
    office.end_day()
    office.file(0)
    office.approve(0)
    office.after_the_dates()
    beat(office)
    actors.lock(office, FEBRUARY)
    office.end_day()
    actors.ask_late(office, office.filing(1))
    actors.decide(office, office.filing(1), granted=True)
    office.file(1)
    office.approve(1)
    office.on(date(2024, 4, 2))
    actors.open_period(office, MARCH)
    office.file(0, MARCH)
    office.file(1, MARCH)
    office.end_day()
    assert Period.objects.get(pk=FEBRUARY).is_locked
    assert [str(each) for each in office.violations] == []


def test_a_firm_missing_from_the_totals(office, monkeypatch):
    summed = aggregation.areas_of
    monkeypatch.setattr(
        aggregation,
        "areas_of",
        lambda counted: summed(replace(counted, rows=replace(counted.rows, frame=counted.rows.frame[1:]))),
    )
    office.file(0)
    office.approve(0)
    office.end_day()
    assert office.fired == {"totals"}


def test_totals_kept_too_long(office, monkeypatch):
    old = totals_page.summary_at_hand(Period.objects.get(pk=FEBRUARY), office.at)
    monkeypatch.setattr(totals_page, "summary_at_hand", lambda *given, **more: old)
    of_district = totals_page.of_district
    monkeypatch.setattr(totals_page, "district_at_hand", lambda *given: of_district(old, given[-1].code))
    for number in range(2):
        office.file(number)
        office.approve(number)
    for _ in range(4):  # one of three pages a time
        office.end_day()
    assert office.fired == {"totals"}


def test_a_locked_period_that_takes_in_what_came_after(office, monkeypatch):
    office.file(0)
    office.approve(0)
    office.after_the_dates()
    actors.lock(office, FEBRUARY)
    office.end_day()
    actors.ask_late(office, office.filing(1))
    actors.decide(office, office.filing(1), granted=True)
    office.file(1)
    office.approve(1)
    office.end_day()
    assert office.fired == set()
    approved = Submission.objects.filter(pk__in=Filing.objects.exclude(approved=None).values("approved"))
    rows = approved.filter(filing__period=FEBRUARY).values_list("filing__district__code", "values", "tables")
    monkeypatch.setattr(aggregation, "areas_of", lambda counted: add_up(counted.edition, rows))
    office.end_day()
    assert office.fired == {"locked_stands_still"}


def test_history_of_what_was_recalled(office, monkeypatch):
    monkeypatch.setattr(judging, "standing_submission", lambda filing: filing.submissions.filter(number=1).first())
    office.file(0, **{"2111.c1": "1.00"})
    actors.recall(office, office.filing(0))
    office.file(0)
    office.approve(0)
    office.on(date(2024, 4, 2))
    actors.open_period(office, MARCH)
    office.file(0, MARCH)
    office.end_day()
    assert office.fired == {"history"}


def test_late_that_is_not_noticed(office, monkeypatch):
    office.on(date(2024, 3, 16))
    monkeypatch.setattr(Filing, "is_past_due", lambda filing, at: False)
    office.file(0)
    office.end_day()
    assert office.fired == {"on_time"}


def test_a_reminder_to_those_who_have_filed(office, monkeypatch):
    """Written in the morning, not posted yet, and not withdrawn when the firm files."""
    monkeypatch.setattr(letters, "withdraw", lambda topic: 0)
    office.on(office.filing(0).due_on)
    remind.apply(throw=True)
    office.file(0)
    beat(office)
    assert office.fired == {"reminded"}


def test_a_reminder_to_a_firm_that_has_left(office, monkeypatch):
    monkeypatch.setattr(letters, "withdraw", lambda topic: 0)
    office.on(office.filing(0).due_on)
    remind.apply(throw=True)
    actors.stop(office, office.filing(0), left_on=date(2024, 2, 1))
    beat(office)
    assert office.fired == {"reminded"}


def test_a_change_without_its_line(office, monkeypatch):
    recorded = workflow_review.record

    def forgetful(filing, by, at, action, **more):
        if action != "区县审核通过":
            recorded(filing, by, at, action, **more)

    monkeypatch.setattr(workflow_review, "record", forgetful)
    office.file(0)
    office.approve(0)
    office.end_day()
    assert office.fired == {"journal"}


def test_a_line_without_its_change(office, monkeypatch):
    recorded = workflow_review.record

    def twice(*given, **more):
        recorded(*given, **more)
        recorded(*given, **more)

    monkeypatch.setattr(workflow_review, "record", twice)
    office.file(0)
    office.approve(0)
    office.end_day()
    assert office.fired == {"journal"}


def test_a_page_that_breaks(office, monkeypatch):
    monkeypatch.setattr(record, "show_record", lambda *given: 1 / 0)
    office.look(actors.person_for(office, office.filing(0)), reverse("own_record"))
    office.end_day()
    assert office.fired == {"no_500"}


def test_a_firm_that_left_and_is_still_asked(office, monkeypatch):
    monkeypatch.setattr(upkeep.workflow, "settle_owed", lambda *given, **more: workflow.Owing())
    actors.stop(office, office.filing(0), left_on=date(2024, 2, 1))
    office.end_day()
    assert office.fired == {"owed"}


def test_a_firm_that_can_never_file(office, monkeypatch):
    monkeypatch.setattr(workflow_request, "why_not_late", lambda filing, at: "不受理补报。")
    office.on(date(2024, 3, 16))
    office.end_day()
    assert office.fired == {"way_forward"}


def test_a_period_that_can_never_be_locked(office, monkeypatch):
    monkeypatch.setattr(workflow_locking, "too_early_to_lock", lambda period, at: "为时过早。")
    office.after_the_dates()
    office.end_day()
    assert office.fired == {"way_forward"}
