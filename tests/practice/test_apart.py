"""What is practised is met by nobody who does not practise: every page, figure, letter and count of a city is the same
to the digit with a practice beside the real period and without it."""

# ruff: noqa: F811  (fixtures that come from another file)

import re
from datetime import date, timedelta
from io import BytesIO
from itertools import zip_longest
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.db.models import ForeignKey, OneToOneField
from django.urls import reverse

from accounts.models import JournalEntry, Letter
from reporting import city_columns, recheck, workflow
from reporting.archive.handing_out import hand_out
from reporting.certificates.issuing import record_of
from reporting.city_columns import tasks
from reporting.filing.judging import judge
from reporting.going_live.steps import lines_on
from reporting.models import Filing, Period, Submission, reading_in_force
from reporting.models.in_force import current_edition
from reporting.models.practice import Apart, in_practice
from reporting.periods.openings import openings_on
from reporting.reminders import digests, planner, urging
from reporting.reminders.urging import Chosen
from reporting.results import tallies
from reporting.results.timelines import timelines_of
from reporting.totals.aggregation import as_json, summarise, summary_at_hand
from reporting.totals.progress import city_progress, requests_waiting, revenue_shares
from reporting.workflow.owing import foreseen
from tests.cast import AT
from tests.may import fresh
from tests.officials import make_it_be, sign_in
from tests.practice.training import CODE, MAY, send, train
from tests.reading import words_on
from tests.test_every_url import OPEN, PAGES, address, cast, may, stage  # noqa: F401  (fixtures: a row of everything)

pytestmark = pytest.mark.django_db
DAY = date(2024, 6, 5)
LATER = AT + timedelta(days=4)


@pytest.fixture
def city(may, cast):
    """May really filed, approved by the district, beside an April that stands behind it; nothing practised."""
    make_it_be(DAY)
    workflow.approve(may.submission, may.reviewer, AT)
    return may


def practise_everything(cast) -> None:
    """The same firms practise the same month, the one before and the one after, to the end of the road."""
    for real in (MAY, MAY.previous(), MAY.following):
        train(cast, real=real)
        code = real.to_practise.code
        sent = send(sign_in(cast.li_na), code, _2050="399")
        sign_in(cast.chen_yu).post(reverse("district_approve", args=[sent.receipt]), {"note": ""})
        sign_in(cast.zhao_min).post(reverse("sheet", args=[code, "t6"]), {"2010.c1": "7", "version": 0})
    with in_practice():
        assert Submission.objects.count() == 3 and Filing.objects.count() == 9


def archive_of(period: Period) -> dict[str, bytes]:
    packed = b"".join(hand_out(period, None, AT, unlocked=True))
    with ZipFile(BytesIO(packed)) as package:
        return {name: package.read(name) for name in package.namelist()}


def columns_of(period: Period) -> object:
    tasks.store_columns()
    return city_columns.ledger(period).frame.to_dicts()


def rechecked(period: Period) -> object:
    found = recheck.recheck(period)
    return found.findings.to_dicts(), found.judged.to_dicts()


SUPPLIERS = {
    "totals": lambda c: as_json(summarise(c.may, AT)),
    "totals with what waits": lambda c: as_json(summarise(c.may, AT, include_submitted=True)),
    "what totals rest on": lambda c: summary_at_hand(c.may, AT),
    "columns": lambda c: columns_of(c.may),
    "recheck": lambda c: rechecked(c.may),
    "progress": lambda c: city_progress(c.may),
    "share of revenue": lambda c: revenue_shares(Filing.objects.of(c.may), c.may),
    "requests": lambda c: requests_waiting(c.reviewer),
    "league": lambda c: tallies.results_for(tallies.periods_of_year(2024, LATER), LATER),
    "tallies": lambda c: tallies.count(c.may, LATER),
    "timelines": lambda c: timelines_of(Filing.objects.all(), LATER),
    "record": lambda c: record_of(c.firm, LATER),
    "what may be opened": lambda c: openings_on(DAY, reading_in_force()),
    "start page": lambda c: lines_on(DAY, current_edition()),
    "the current edition": lambda c: current_edition().code,
    "who would be urged": lambda c: list(urging.group(c.city, c.may, Chosen(), LATER).values_list("pk", flat=True)),
    "what a firm would owe": lambda c: foreseen(c.firm, DAY),
    "districts' digest": lambda c: digests.waiting_by_district(LATER),
    "city's digest": lambda c: digests.city_facts(digests.open_periods(DAY), LATER),
    "history of the real filing": lambda c: judge(fresh(c.filing)).facts,
    "what lies behind the next month": lambda c: Filing(enterprise=c.firm, period=Period(code="2024M06")).before,
    "archive": lambda c: archive_of(c.may),
    "journal": lambda c: list(
        JournalEntry.objects.visible_to(c.city).exclude(action__in=["开启演练", "登录", "导出归档包"]).values()
    ),
}


def differing(before: dict, after: dict) -> dict:
    return {name: first_difference(before[name], after[name]) for name in before if before[name] != after[name]}


def first_difference(before: object, after: object) -> object:
    if isinstance(before, list) and isinstance(after, list):
        return next(((one, other) for one, other in zip_longest(before, after) if one != other), None)
    return before, after


def test_every_supplier_says_the_same_to_the_digit(city, cast):
    before = {name: supplied(city) for name, supplied in SUPPLIERS.items()}
    practise_everything(cast)
    after = {name: supplied(city) for name, supplied in SUPPLIERS.items()}
    assert differing(before, after) == {}


def test_no_reminder_and_no_digest_speaks_of_it(city, cast):
    """The same letters go with a practice as without one; and none at all where nothing but practice is open."""
    practise_everything(cast)
    Letter.objects.all().delete()
    for day in range(20):
        for plan in (planner.plan, digests.plan, urging.plan):
            plan(AT + timedelta(days=day))
    letters = list(Letter.objects.all())
    assert letters
    for letter in letters:
        assert not re.search(r"演练|2024P", f"{letter.subject} {letter.facts} {letter.period}")


SAYS_IT = {"journal", "export_journal", "account"}  # that a practice was opened, and who signed in since
IS_MAIL = {"outbox", "sent_letters", "sent_letter"}  # a letter about practice is a letter that went
OF_PRACTICE = {"practice", "open_practice", "wipe_practice"}
NOT_THE_SAME_TWICE = {"register_import", "marked_import", "archive", "city_history"}


# The entry on a first page, letters that wait to be sent, of whatever, and the minute at which a page was asked for.
NOT_COMPARED = re.compile(r"演练.*|信现在发不出去.*|\d\d:\d\d")


READ_ONCE = {name: PAGES[name] for name in ("announcement", "announcements", "thread", "inbox", "district_review")}


def compared(pages: dict[str, str]) -> dict[str, str]:
    """The pages that are compared, and who may open each."""
    aside = SAYS_IT | IS_MAIL | OF_PRACTICE | NOT_THE_SAME_TWICE
    return {
        name: who
        for name, who in pages.items()
        if not who.startswith("POST") and OPEN not in who and name not in aside and "desk" not in name
    }


def pages_of(city, cast, pages=PAGES) -> dict[str, list[str]]:
    """The words of every page as every role that may open it, without the way into a practice."""
    seen = {}
    clients = {role: sign_in(person) for role, person in cast.one_per_role.items()}
    for name, who in compared(pages).items():
        url = address(name, city)
        for role in who.split():
            page = clients[role].get(url)
            if page.status_code == 200 and not page.streaming and page["Content-Type"].startswith("text/html"):
                seen[f"{name} {role}"] = NOT_COMPARED.sub("", words_on(page)).split()
    return seen


def test_every_page_of_every_role_says_the_same(city, cast):
    pages_of(city, cast, READ_ONCE)  # looking at them changes what is unread or opened
    for name in compared(PAGES):
        address(name, city)  # makes what it speaks of, an import of history say, at the first asking
    before = pages_of(city, cast)
    practise_everything(cast)
    after = pages_of(city, cast)
    assert len(before) > 100
    assert differing(before, after) == {}


# By construction

HANGS_ON_ALL = {"ParameterValue"}  # the city's figures of a real period
CLOSED_IN_PRACTICE = {
    "BaseAdjustment", "DistrictResult", "ExtensionRequest", "FrequentQuestion", "FrozenRelease", "LateRequest",
    "LockProposal", "Message", "Rehearsal", "Release", "Thread", "ThreadSeen", "Urging",
}  # fmt: skip
ASKED_BY_THEIR_PERIOD = {"Deadline"}


def hanging_on_periods() -> set[type]:
    """Every model from which foreign keys lead to a period."""
    found, grown = {Period}, True
    while grown:
        more = {
            model
            for model in apps.get_app_config("reporting").get_models()
            for field in model._meta.get_fields()
            if isinstance(field, (ForeignKey, OneToOneField)) and field.related_model in found
        }
        grown = bool(more - found)
        found |= more
    return found


def test_every_model_of_a_period_is_kept_apart_or_has_no_practice():
    """A model that is new answers here for what becomes of it in practice."""
    apart = {model.__name__ for model in hanging_on_periods() if isinstance(model._default_manager, Apart)}
    assert apart == {"Period", "Filing", "Sheet", "Explanation", "Submission", "Review", "Scan"}
    others = {model.__name__ for model in hanging_on_periods()} - apart
    assert others == HANGS_ON_ALL | CLOSED_IN_PRACTICE | ASKED_BY_THEIR_PERIOD


def test_a_practice_walked_to_its_end_leaves_nothing_where_it_is_closed(city, cast):
    rows = {name: apps.get_model("reporting", name).objects.count() for name in CLOSED_IN_PRACTICE | HANGS_ON_ALL}
    practise_everything(cast)
    assert {name: apps.get_model("reporting", name).objects.count() for name in rows} == rows


def test_what_is_reported_is_not_met_in_practice_either(city, cast):
    train(cast)
    with in_practice():
        assert list(Period.objects.values_list("code", flat=True)) == [CODE]
        assert not Submission.objects.exists()
        assert not city.firm.filings.exclude(period=CODE).exists()
    assert not city.firm.filings.filter(period=CODE).exists()
