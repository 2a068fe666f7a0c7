"""Cuts against figures worked out by hand in the small city of tests/filling/figures.py, and against Decimal sums."""

from decimal import Decimal

import pytest

from forms_tables.edition.catalog import load_edition
from reporting.cuts.cutting import CannotCut, Cut, cut
from reporting.cuts.dimensions import names_of
from reporting.models import Submission
from reporting.totals.aggregation import summarise
from tests.filling.figures import AT, make_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db):
    return make_city()


def figures_of(table, cell):
    return {group: sums.figures[cell] for group, sums in table.periods[0].groups.items()}


def test_it_adds_up_by_district_what_counts(city):
    table = cut(Cut(("2024M05",), by=("district",), show=("2010.c1", "2020.c1")))
    assert figures_of(table, "2010.c1") == {("500103",): Decimal("3000.35")}
    assert table.periods[0].whole.figures["2020.c1"] == Decimal("700.40")
    assert table.periods[0].whole.firms == 2


def test_what_waits_counts_only_when_asked(city):
    table = cut(Cut(("2024M05",), by=("district",), show=("2010.c1",), include_submitted=True))
    assert figures_of(table, "2010.c1") == {("500101",): Decimal("500.00"), ("500103",): Decimal("3000.35")}


def test_a_month_takes_what_a_firm_is_from_last_years_questionnaire(city):
    table = cut(Cut(("2024M05",), by=("scope",), show=("2010.c1",)))
    assert figures_of(table, "2010.c1") == {("1,3A",): Decimal("1000.10"), ("",): Decimal("2000.25")}


def test_the_parts_of_every_cut_are_the_whole_of_the_summary(city):
    whole = summarise(city.may, AT).city.cells["2010.c1"]
    for key in ("district", "class", "size", "scope", "industry", "founded", "park", "key", "ownership", "division"):
        table = cut(Cut(("2024M05",), by=(key,), show=("2010.c1",)))
        assert sum(figures_of(table, "2010.c1").values()) == whole, key


def test_a_figure_that_no_column_holds_is_added_from_the_record(city):
    submission = city.may.filings.get(enterprise=city.firms["山城软件"]).counted
    long = "99999999999999999999999999.99"
    super(type(Submission.objects.all()), Submission.objects.filter(pk=submission.pk)).update(
        values=submission.values | {"2010.c1": long}
    )
    table = cut(Cut(("2024M05",), by=("district",), show=("2010.c1",)))
    assert figures_of(table, "2010.c1") == {("500103",): Decimal("100000000000000000000002000.24")}


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Cut(("2024M13",)), "没有报告期2024M13"),
        (Cut(("2024M05",), by=("colour",)), "不能按“colour”分组"),
        (Cut(("2024M05",), show=("9999.c1",)), "没有“9999.c1”这一格"),
        (Cut(("2024M05",), show=("2113.c1",)), "不能加总"),
        (Cut(("2024M05",), by=("district",), where={"district": frozenset({"x"})}), "没有一家企业"),
    ],
)
def test_what_cannot_be_cut_is_said_in_a_sentence(city, asked, words):
    with pytest.raises(CannotCut, match=words):
        cut(asked)


def test_industries_outside_the_list_are_called_by_their_division():
    edition = load_edition("chongqing-2024")
    assert names_of(edition, "division", ["65", "39", "99"]) == {
        "65": "65 软件和信息技术服务业", "39": "39 计算机、通信和其他电子设备制造业", "99": "99",
    }  # fmt: skip
    assert names_of(edition, "industry", ["6513", "3990", "9999"]) == {
        "6513": "应用软件开发", "3990": "3990（计算机、通信和其他电子设备制造业）", "9999": "9999",
    }  # fmt: skip
