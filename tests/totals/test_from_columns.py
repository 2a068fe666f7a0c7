"""The totals out of the stored columns are, to the last digit, what Decimals add up from the record."""

from decimal import Decimal

import pytest
from django.db import models
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Enterprise
from reporting.city_columns import frozen
from reporting.city_columns.counted import counted
from reporting.models import Filing, State, Submission
from reporting.totals.adding_up import add_areas, add_up, cells_with_totals, total_cells
from reporting.totals.aggregation import frozen_submissions, summarise
from reporting.totals.bases import of_one_firm
from reporting.totals.from_columns import areas_of, cells_in_totals
from reporting.totals.last_year import last_year_of
from tests.filling.figures import AT, make_city

pytestmark = pytest.mark.django_db

PLAIN = st.decimals(-(10**7), 10**7, places=2).map(str)
ODD = st.sampled_from(
    [
        "99999999999999999999999999.99",  # 26 digits
        "-123456789012345678.90",
        "1.005",  # more decimals than the form has
        "0.123456789",
        "5",  # fewer
        "1e5",
        "12.",
        "约5",  # text where a figure should be
        "１２",
        "NaN",
        "",
        None,
    ]
)
FIGURES = st.one_of(PLAIN, PLAIN, PLAIN, ODD)
LARGE = st.integers(-(10**18) + 1, 10**18 - 1).map(lambda n: format(Decimal(n).scaleb(-2), "f"))  # 64 bits hold nine
MAY = ["2010.c1", "2010.c2", "2090.c1", "2112.c1", "2113.c1", "G711.c1"]
ANNUAL = {
    "Y2010.y": FIGURES,
    "A17.v": FIGURES,
    "A18.v": st.sampled_from(["112", "", "190"]),
    "A34.v": st.sampled_from(["1", "1,3A", "", None]),
}
STANDS = st.sampled_from(["counted", "waiting", "after the lock", "let off at the lock", "not filed", "amended"])


def filled(cells):
    return st.fixed_dictionaries({}, optional=cells)


def told(cells):
    return st.lists(st.tuples(STANDS, st.integers(0, 2), filled(cells)), min_size=4, max_size=4)


@pytest.fixture
def city(db):
    city = make_city()
    for filing in Filing.objects.filter(period=city.may):
        if not filing.in_force:
            another(filing, city, {})
        another(filing, city, {"2010.c1": "1.00"})
    merged, kept = city.firms["三峡数据"], city.firms["山城软件"]
    Enterprise.objects.filter(pk=merged.pk).update(merged_into=kept)
    return city


def another(filing: Filing, city, values) -> Submission:
    number = filing.submissions.count() + 1
    return Submission.objects.create(
        filing=filing, number=number, receipt=f"{filing.period_id}-{filing.pk}-{number}", values=values,
        tables=["软统企6"], edition_code=filing.edition.code, edition_digest=filing.edition.digest, signer="负责人",
        on_time=True, submitted_by=city.by, submitted_at=AT, from_state=State.DRAFT,
    )  # fmt: skip


def write(filing: Filing, stands: str, district, values: dict) -> None:
    """Past all that keeps a submission as it was sent."""
    first, *_, second = list(filing.submissions.order_by("number")) * 2
    models.QuerySet(Submission).filter(pk=first.pk).update(values=values)
    known = {"in_force": first, "approved": first, "counted": first, "after_lock": False, "exempt_at_lock": False}
    known |= {
        "counted": {"state": State.APPROVED},
        "waiting": {"state": State.SUBMITTED, "approved": None, "counted": None},
        "after the lock": {"state": State.APPROVED, "after_lock": True, "in_force": second, "approved": second},
        "let off at the lock": {"state": State.APPROVED, "exempt_at_lock": True},
        "not filed": {"state": State.DRAFT, "in_force": None, "approved": None, "counted": None},
        "amended": {"state": State.SUBMITTED, "in_force": second},
    }[stands]
    Filing.objects.filter(pk=filing.pk).update(district=district, **known)


def compare(period) -> None:
    edition, code = period.edition, period.parsed
    cells = cells_with_totals(edition, code)
    for include_submitted in (False, True):
        rows = counted(code, edition, cells_in_totals(edition, code.frequency), include_submitted=include_submitted)
        stored, record = areas_of(rows), add_up(edition, frozen_submissions(period, include_submitted))
        assert stored == record
        summary = summarise(period, AT, include_submitted)
        for area in (summary.city, *summary.districts):
            true = add_areas(record.values()) if not area.code else record.get(area.code, add_areas([]))
            written = {key: value and f"{value:f}" for key, value in total_cells(edition, code, cells, true).items()}
            assert {key: value and f"{value:f}" for key, value in area.cells.items()} == written


ANY = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@ANY
@given(told=told(dict.fromkeys(MAY, FIGURES)))
def test_a_month_adds_up_as_its_record_does(city, told):
    districts = list(city.districts.values())
    for filing, (stands, at, values) in zip(city.may.filings.order_by("pk"), told, strict=True):
        write(filing, stands, districts[at], values)
    frozen.forget(city.may.code)
    compare(city.may)


@ANY
@given(told=told(ANNUAL))
def test_an_annual_adds_up_and_counts_choices_as_its_record_does(city, told):
    for filing, (_, at, values) in zip(city.annual.filings.order_by("pk"), told, strict=False):
        write(filing, "counted", list(city.districts.values())[at], values)
    frozen.forget(city.annual.code)
    compare(city.annual)


@ANY
@given(figures=st.lists(LARGE, min_size=4, max_size=4))
def test_a_sum_that_64_bits_do_not_hold_is_exact(city, figures):
    for filing, figure in zip(city.may.filings.order_by("pk"), figures, strict=True):
        write(filing, "counted", city.districts["500103"], {"2010.c1": figure})
    frozen.forget(city.may.code)
    assert summarise(city.may, AT).city.totals.figures["2010.c1"] == sum(map(Decimal, figures))


@ANY
@given(figures=st.lists(st.one_of(PLAIN, ODD), min_size=3, max_size=3))
def test_last_years_revenue_is_what_was_reported_whatever_it_looks_like(city, figures):
    for filing, figure in zip(city.annual.filings.order_by("pk"), figures, strict=True):
        write(filing, "counted", city.districts["500103"], {"Y2010.y": figure})
    frozen.forget(city.annual.code)
    whose = [filing.enterprise_id for filing in city.annual.filings.order_by("pk")]
    true = {
        firm: Decimal(text) for firm, text in zip(whose, figures, strict=True) if text and text not in ("约5", "NaN")
    }
    assert last_year_of(city.may).of_each() == of_one_firm(true, Enterprise.objects.kept_entries())
