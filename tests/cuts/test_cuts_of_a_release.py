"""Cuts of a locked period are of what its newest release froze, and say so."""

import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from reporting import workflow
from reporting.cuts.coverage import coverage_of_cut
from reporting.cuts.cutting import Cut, cut
from reporting.cuts.detail import detail
from reporting.models import Submission
from tests.officials import sign_in
from tests.reading import words_on
from tests.releases.conftest import LOCKED_AT, city  # noqa: F401

pytestmark = pytest.mark.django_db
ASKED = Cut(("2024M05",), by=("district",), show=("2010.c1",))
ADDRESS = "?period=2024M05&by=district&show=2010.c1"


@pytest.fixture
def changed(city):  # noqa: F811
    """Locked, and then a figure of 山城软件 is another."""
    proposal = workflow.propose_lock(city.may, city.by, LOCKED_AT, "多次催报未果")
    workflow.confirm_lock(proposal, city.second, LOCKED_AT)
    counted = city.may.filings.get(enterprise=city.firms["山城软件"]).counted
    queryset = Submission.objects.filter(pk=counted.pk)
    super(type(queryset), queryset).update(values=counted.values | {"2010.c1": "5000.00"})
    return city


def test_a_locked_period_is_cut_as_it_was_released(changed):
    table = cut(ASKED)
    assert table.periods[0].whole.figures["2010.c1"] == Decimal("3000.35")
    assert coverage_of_cut(ASKED, "2024M05").in_words == "2024年5月已锁定，按发布 2024M05-1，2 家（应报 4 家）"
    assert {line.name: line.cells[0].value for line in detail(ASKED).lines()}["山城软件"] == Decimal("1000.10")
    assert [group for group in cut(Cut(("2024M05",), by=("scope",))).groups] == [("",), ("1,3A",)]


def test_what_adds_up_now_is_told_apart_from_the_release(changed):
    asked = Cut(("2024M05",), by=("district",), show=("2010.c1",), districts="now")
    said = coverage_of_cut(asked, "2024M05").in_words
    assert said.endswith("按现在的上报件另行汇总，不是发布 2024M05-1 的数")
    with_waiting = Cut(("2024M05",), show=("2010.c1",), include_submitted=True)
    assert coverage_of_cut(with_waiting, "2024M05").is_frozen is False


def test_a_district_reads_its_own_part_of_the_release(changed):
    asked = Cut(("2024M05",), show=("2010.c1",), within=frozenset({"500101"}), by=("district",))
    assert coverage_of_cut(asked, "2024M05").coverage.owed == 2
    own = Cut(("2024M05",), show=("2010.c1",), within=frozenset({"500103"}), by=("district",))
    assert cut(own).groups == [("500103",)]


def test_page_file_and_command_name_the_release(changed):
    desk = sign_in(changed.by)
    assert "按发布 2024M05-1" in words_on(desk.get(f"/cuts/{ADDRESS}"))
    rows = desk.get(f"/cuts/table.csv{ADDRESS}").getvalue().decode("utf-8-sig").splitlines()
    assert rows[0].endswith(",数据依据") and all(row.endswith(",发布 2024M05-1") for row in rows[1:])
    out = StringIO()
    call_command("cut", "2024M05", "--show", "2010.c1", "--json", stdout=out)
    [period] = json.loads(out.getvalue())["periods"]
    assert period["release"] == "2024M05-1" and period["whole"]["2010.c1"] == "3000.35"
