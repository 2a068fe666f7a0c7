"""The demonstration city: deterministic, agreeing with the rules, in every state, never built over real rows."""

from collections import Counter
from datetime import date
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models

from accounts import journal
from accounts.models import Enterprise, Installation
from config.management.commands import prepare_real
from forms_tables.edition import credit_code
from reporting.dates.deadlines import due_moment
from reporting.demo import city
from reporting.demo.firms import BUSINESSES, make_firm
from reporting.demo.stories import EDITION, OPEN_ANNUAL, OPEN_MONTH, PERIODS, stories_of
from reporting.models import (
    DraftEdition,
    ExtensionRequest,
    Filing,
    ParameterValue,
    Period,
    PublishedEdition,
    Review,
    State,
    Submission,
)
from tests.cast import AT, assemble, make_user
from tests.editions.next_year import NEXT, folders, make_next_year

CODES = ("500103", "500108", "CQ-LJ")


def test_a_firm_is_the_same_in_a_small_and_a_large_city():
    again = make_firm(7, 1, CODES)
    assert make_firm(7, 1, CODES).name == again.name
    assert [story.values for story in stories_of(make_firm(7, 1, CODES))] == [s.values for s in stories_of(again)]
    assert make_firm(7, 2, CODES).credit_code != again.credit_code


def test_every_firm_has_a_right_credit_code_of_its_own():
    codes = [make_firm(number, 1, CODES).credit_code for number in range(2000)]
    assert len(set(codes)) == len(codes)
    assert [credit_code.problem_with(code) for code in codes[::50]] == [None] * 40


@pytest.mark.parametrize("number", range(10, 10 + len(BUSINESSES)))
def test_the_figures_of_every_business_agree_under_the_rules(number):
    """Only a planted mistake blocks; whatever was filed was judged and holds."""
    firm = make_firm(number, 1, CODES)
    for story in stories_of(firm):
        planted = story.state == State.DRAFT and story.period in (OPEN_MONTH.code, OPEN_ANNUAL.code)
        assert story.checked != "errors" or planted, (firm.business.word, story.period)


@pytest.mark.django_db
def test_it_is_built_once_with_every_state_and_two_years_of_months():
    call_command("load_edition", verbosity=0)
    assert city.build(45, 1, lambda words: None) == 45
    states = Counter(Filing.objects.values_list("state", flat=True))
    assert set(states) == set(State.values) - {State.EXEMPT}
    assert len([period for period in PERIODS if not period.is_annual]) == 22
    assert Filing.objects.count() == 45 * len(PERIODS)
    assert Filing.objects.filter(late=True).exists()
    assert {table for tables in Submission.objects.values_list("tables", flat=True) for table in tables} == {
        f"软统企{number}" for number in range(1, 8)
    }
    assert_what_counted_agrees_with_the_stored_dates()
    rows = Filing.objects.count(), Submission.objects.count()
    assert city.build(45, 1, lambda words: None) == 0
    assert (Filing.objects.count(), Submission.objects.count()) == rows


def assert_what_counted_agrees_with_the_stored_dates():
    for sent in Submission.objects.select_related("filing__period").prefetch_related("filing__period__deadlines"):
        filing = sent.filing
        assert sent.due_on == filing.due_on
        assert filing.late == (not sent.on_time)
        assert sent.number > 1 or sent.on_time == (sent.submitted_at <= due_moment(sent.due_on))
        assert sent.extended == (sent.on_time and sent.submitted_at > filing.period.due_at("enterprise"))
    for review in Review.objects.select_related("submission__filing__period"):
        period = review.submission.filing.period
        assert (review.due_on is None) == (review.decision not in ("approve", "send_back"))
        assert review.due_on is None or review.on_time == (review.at <= due_moment(review.due_on))
        assert not period.is_locked or (review.at > period.locked_at) == review.submission.filing.after_lock
    decided = Counter(Review.objects.exclude(due_on=None).values_list("on_time", flat=True))
    assert 0 < decided[False] < decided[True] / 10
    assert {True, None} <= set(ExtensionRequest.objects.values_list("granted", flat=True))
    assert Filing.objects.filter(after_lock=True).exists()


# ---- what nobody made for a demonstration is not touched ----


def anything_written() -> dict:
    return {model: model._base_manager.count() for model in apps.get_models() if model._meta.managed}


def a_person():
    make_user("wugang", "吴刚", "system")


def a_period():
    Period.objects.create(code="2024M05", edition_code=EDITION, opens_on=date(2024, 6, 1))


def a_draft_of_the_rules():
    by = make_user("zhoutao", "周涛", "city")
    acts = {"begun_by": by, "begun_at": AT, "changed_by": by, "changed_at": AT}
    DraftEdition.objects.create(family=EDITION, based_on=PublishedEdition.objects.get(), text="{}", **acts)


def a_parameter():
    ParameterValue.objects.create(name="FX", value=7, source="公告")


def a_line_in_the_journal():
    journal.record(by=None, at=AT, action="停报", subject="重庆云图软件有限公司")


@pytest.mark.django_db
@pytest.mark.parametrize("command", [("demo",), ("prepare", "--demo"), ("prepare",), ("rehearse",)])
@pytest.mark.parametrize(
    ("done", "named"),
    [
        (a_person, "账号"),
        (a_period, "报告期"),
        (a_draft_of_the_rules, "修订稿"),
        (a_parameter, "参数"),
        (a_line_in_the_journal, "日志"),
        (assemble, "企业"),
    ],
)
def test_nothing_is_written_where_somebody_has_worked(done, named, command):
    call_command("load_edition", verbosity=0)
    done()
    before = anything_written()
    with pytest.raises(CommandError, match=f"{named}|演练会锁定报告期"):
        call_command(*command, enterprises=3)
    assert anything_written() == before and not Installation.current().is_demo


@pytest.mark.django_db
def test_an_unused_database_becomes_a_demonstration_only_when_that_is_said(settings):
    before = anything_written()
    with pytest.raises(CommandError, match="没有 --demo 不会写入"):
        call_command("prepare", enterprises=3)
    settings.LOCAL = False
    with pytest.raises(CommandError, match="这是正式环境"):
        call_command("prepare", "--demo", enterprises=3)
    assert anything_written() == before
    settings.LOCAL = True
    call_command("load_edition", verbosity=0)  # deploy/upgrade does, before anybody works here
    call_command("prepare", "--demo", enterprises=3, verbosity=0)
    assert Installation.current().is_demo and Enterprise.objects.count() == 3
    call_command("prepare", enterprises=3, verbosity=0)  # the next day
    with pytest.raises(CommandError, match="演练会锁定报告期"):
        call_command("rehearse", enterprises=3)


@pytest.mark.django_db
def test_tables_of_another_program_are_left_alone():
    assert city.traces_of_work({"wp_posts"}) == ["别的程序的表"]
    assert city.traces_of_work(set()) == [] and not city.is_demonstration(set())


@pytest.mark.django_db
@pytest.mark.parametrize("done", [a_period, a_draft_of_the_rules])
def test_the_text_of_an_edition_in_use_is_not_replaced(done):
    call_command("load_edition", verbosity=0)
    models.QuerySet(PublishedEdition).update(digest="another")
    done()
    with pytest.raises(CommandError, match="不能再改动"):
        call_command("load_edition", verbosity=0)


# ---- all of it or nothing, and only of the city it is written for ----


@pytest.mark.django_db
def test_a_city_that_breaks_off_leaves_nothing(monkeypatch):
    before = anything_written()
    monkeypatch.setattr(city, "talk", lambda at: 1 / 0)  # the last step but the accounts
    with pytest.raises(ZeroDivisionError):
        call_command("demo", enterprises=3, verbosity=0)
    assert anything_written() == before and not Installation.current().is_demo


@pytest.mark.django_db
def test_another_city_is_refused_in_a_sentence(tmp_path, monkeypatch):
    with folders(tmp_path / "definitions", monkeypatch) as place:
        (place / EDITION).rename(place / "nanjing-2024")
        before = anything_written()
        for _ in range(2):
            with pytest.raises(CommandError, match=f"演示数据是按制度“{EDITION}”编的，这里的制度是nanjing-2024"):
                call_command("demo", enterprises=3, verbosity=0)
        assert anything_written() == before and not Installation.current().is_demo


@pytest.mark.django_db
def test_periods_that_another_edition_governs_are_not_filled(tmp_path, monkeypatch):
    with folders(tmp_path / "definitions", monkeypatch) as place:
        make_next_year(place)
        call_command("load_edition", NEXT, "--from", "2024M01", "--reason", "通知", verbosity=0)
        before = anything_written()
        with pytest.raises(CommandError, match="演示数据的报告期2024年2月等 4 期在这里不适用制度"):
            call_command("demo", enterprises=3, verbosity=0)
        assert anything_written() == before and not Installation.current().is_demo


# ---- a real city and a demonstration never mix ----


@pytest.mark.django_db
def test_a_real_city_begins_empty_and_by_the_machines_clock():
    call_command("prepare_real", verbosity=0)
    assert PublishedEdition.objects.exists() and not Enterprise.objects.exists() and not Period.objects.exists()
    installation = Installation.objects.get()
    assert not installation.is_demo and installation.demo_day is None and installation.is_starting
    rows = anything_written()
    call_command("prepare_real", verbosity=0)  # the next day
    assert anything_written() == rows


def test_the_first_start_says_by_whose_system_and_why_the_numbers_of_districts_differ(monkeypatch):
    monkeypatch.delenv("DEFINITIONS_DIR", raising=False)
    said = prepare_real.whose_system(date(2026, 11, 29))
    assert said.startswith("按重庆市的制度启动，42 个区县（含已撤销和新设的，今天有效的 39 个）；别的城市请先看 README")
    assert "今天有效的 41 个" in prepare_real.whose_system(date(2026, 1, 24))
    monkeypatch.setenv("DEFINITIONS_DIR", "/theirs")
    assert "别的城市" not in prepare_real.whose_system(date(2026, 11, 29))


@pytest.mark.django_db
def test_a_later_start_does_not_say_it_again():
    said = StringIO()
    call_command("prepare_real", stdout=said)  # the tables are there
    assert "按重庆市的制度" not in said.getvalue() and "今天有效的" in said.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("command", [("demo",), ("prepare", "--demo"), ("prepare",)])
def test_no_demonstration_is_written_into_a_real_city_though_nobody_has_worked_there(command):
    call_command("prepare_real", verbosity=0)
    before = anything_written()
    with pytest.raises(CommandError, match="里是一座实际城市，不会装入演示数据"):
        call_command(*command, enterprises=3)
    assert anything_written() == before and not Installation.current().is_demo


@pytest.mark.django_db
def test_a_demonstration_is_no_real_city():
    city.be_the_demonstration()
    before = anything_written()
    with pytest.raises(CommandError, match="是演示城市，不能当作实际城市用"):
        call_command("prepare_real", verbosity=0)
    assert anything_written() == before and Installation.current().is_demo


@pytest.mark.django_db
def test_a_real_city_that_has_people_is_started_again(cast):
    make_user("shiji", "周莉", "city")
    call_command("prepare_real", verbosity=0)
    assert Enterprise.objects.count() == 3


@pytest.mark.django_db
def test_a_real_city_does_not_move_in_with_another_program(monkeypatch):
    monkeypatch.setattr(prepare_real.connection.introspection, "table_names", lambda: ["wp_posts"])
    with pytest.raises(CommandError, match="别的程序的表"):
        call_command("prepare_real", verbosity=0)
