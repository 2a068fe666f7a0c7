"""A district the city registers by hand is in no edition's list; its firms file their annual all the same."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from forms_tables.edition.catalog import DistrictDefinition, load_edition
from forms_tables.edition.districts import with_districts
from forms_tables.judges.browser import surroundings_as_json
from reporting import workflow
from reporting.editions.districts import DistrictFacts, place_district
from reporting.filing.judging import judge
from reporting.models import Filing, Period
from reporting.recheck import recheck
from reporting.workbooks.exchange import judge_workbook
from tests.cast import AT, FREE_CODE, make_enterprise, make_user
from tests.editions.next_year import THIS
from tests.may import fresh, open_period
from tests.officials import make_it_be, sign_in
from tests.reading import markup_of
from tests.workbooks import bad_workbooks as bad
from tests.workbooks.uploading import handed_out

pytestmark = pytest.mark.django_db
GAOXIN, T1 = "500160", "软统企1"
EDITION = load_edition(THIS)
HOME = {"A04.v": f"{GAOXIN}001001", "A07.v": GAOXIN}


@pytest.fixture
def place(cast):
    def place(valid_from: date = date(2023, 7, 1)):
        facts = DistrictFacts(GAOXIN, "高新东区", "区", valid_from)
        return place_district(facts, cast.zhou_tao, AT, "渝府〔2023〕7号")

    return place


@pytest.fixture
def firm(place):
    return make_enterprise(FREE_CODE, "重庆东区软件有限公司", place())


@pytest.fixture
def clerk(firm):
    return make_user(firm.credit_code, "周敏", "enterprise", enterprise=firm, mobile="13800000009")


@pytest.fixture
def annual(firm) -> Filing:
    return workflow.owe(firm, open_period("2023A", date(2024, 1, 1)))


def told_of(filing: Filing) -> list[str]:
    """What is said of the two places, by parsing and by K23."""
    judged = judge(fresh(filing), HOME)
    problems = [problem.problem for problem in judged.completed.problems if problem.code in ("A04", "A07")]
    return problems + [finding.rule for finding in judged.findings if finding.rule == "K23"]


# In the core


def test_an_edition_read_with_a_district_is_the_same_edition():
    east = DistrictDefinition(GAOXIN, "高新东区", "区", date(2023, 7, 1), None, "", "")
    read = with_districts(EDITION, [east], date(2023, 12, 31))
    assert (read.code, read.digest) == (EDITION.code, EDITION.digest)
    assert read.code_lists["C18"].name_of(GAOXIN) == "高新东区" and EDITION.code_lists["C18"].name_of(GAOXIN) is None
    assert read.indicators["A07"].choices is read.code_lists["C18"]
    assert read.table(T1).indicators == tuple(read.indicators[row.code] for row in EDITION.table(T1).indicators)
    assert with_districts(EDITION, [east], date(2023, 12, 31)) is read  # its rules are bound once
    assert with_districts(EDITION, [east], date(2023, 6, 30)) is EDITION


def test_what_was_registered_of_a_district_of_the_list_goes_before_it():
    ended = DistrictDefinition("500103", "渝中区", "区", date(2000, 1, 1), date(2023, 6, 30), "", "")
    read = with_districts(EDITION, [ended], date(2023, 12, 31))
    assert "500103" not in {each.code for each in read.districts_on(date(2023, 12, 31))}
    assert len(read.districts) == len(EDITION.districts)


# Judged


def test_its_firms_can_say_where_they_are(annual):
    assert told_of(annual) == []


def test_one_that_is_not_there_yet_at_the_period_s_end_is_none(annual, place):
    place(date(2024, 1, 1))
    told = told_of(annual)
    assert "不在“报送区县”代码表中" in told[1] and len(told) == 2


def test_the_browser_judges_by_it_too(annual):
    assert GAOXIN in surroundings_as_json(fresh(annual).edition, annual.period.parsed)["districts"]


def test_the_whole_city_judged_at_once_says_the_same(annual, clerk, place):
    workflow.save_sheet(annual, T1, HOME, 0, clerk, AT)

    def found() -> list[str]:
        told = recheck(Period.objects.get()).findings.filter(filing=annual.pk)
        return [row["cell"] for row in told.rows(named=True) if row["cell"] in (f"{T1}!A04.v", f"{T1}!A07.v")]

    assert found() == []
    place(date(2024, 1, 1))  # a draft that is stored as a column is completed again
    assert found() == [f"{T1}!A04.v", f"{T1}!A07.v"]


def test_a_month_s_filing_asks_nobody_for_districts(firm, django_assert_num_queries):
    month = Period.objects.get(pk=open_period("2024M05", date(2024, 6, 1)).pk)
    with django_assert_num_queries(0):
        assert month.edition.districts == EDITION.districts


# Offered


def test_the_form_offers_it_filled_in_from_the_register(annual, clerk):
    make_it_be(AT.date())
    page = markup_of(sign_in(clerk).get(reverse("sheet", args=["2023A", "t1"])))
    assert f'<option value="{GAOXIN}" selected>{GAOXIN} 高新东区</option>' in page


def test_the_workbook_offers_it_and_is_read(annual):
    content = handed_out(annual)
    texts = [cell.value for sheet in load_workbook(BytesIO(content)) for row in sheet.iter_rows() for cell in row]
    assert any("高新东区" in text for text in texts if isinstance(text, str))
    read = judge_workbook(BytesIO(bad.filled(content, T1, HOME)))
    assert [problem for problem in read.problems if problem.code in ("A04", "A07")] == []
