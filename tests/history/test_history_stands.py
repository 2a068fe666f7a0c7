"""What imported history does and does not: later periods are compared with it, and it is no filing."""

from datetime import date
from decimal import Decimal

import pytest

from forms_tables.edition.catalog import load_edition
from reporting import city_columns
from reporting.filing.judging import history_of, imported_behind, judge
from reporting.models import Filing, Period, State
from reporting.recheck import recheck
from reporting.results.timelines import timelines_of
from reporting.totals.aggregation import summarise, summary_at_hand
from reporting.totals.last_year import base_revenue_before
from tests.cast import AT
from tests.editions.next_year import NEXT, THIS, folders, make_next_year
from tests.filling.figures import file_values
from tests.history.books import stand
from tests.may import CLEAN_MAY, fresh, make_may, open_period
from tests.officials import freeze, make_it_be, sign_in
from tests.reading import words_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def may(cast):
    return make_may(cast)


def column(period: Period, label: str) -> list[Decimal | None]:
    stored = city_columns.load(period, [label])
    places = stored.ledger.scales[label]
    return [None if v is None else Decimal(v).scaleb(-places) for v in stored.ledger.frame[label]]


def written(may, cells: dict[str, str] = CLEAN_MAY) -> Filing:
    may.filing.sheets.update_or_create(table="软统企6", defaults={"cells": cells, "version": 1})
    Filing.objects.filter(pk=may.filing.pk).update(state=State.DRAFT)
    return fresh(may.filing)


def test_the_first_month_has_its_growth(may):
    """May 1000 after 800 last May: 25.0%; after 750 to April: 33.3%. Worked by hand: 200/800, 250/750."""
    stand(may.firm, "2023M05", {"2010.c1": "800.00", "2112.c1": "32"})
    stand(may.firm, "2024M04", {"2010.c1": "750.00"})
    values = judge(written(may)).completed.values
    assert (values["2010.c2"], values["2010.c4"]) == (Decimal("800.00"), Decimal("25.0"))
    assert (values["2010.c3"], values["2010.c5"]) == (Decimal("750.00"), Decimal("33.3"))
    assert (values["2112.c2"], values["2112.c4"]) == (Decimal(32), Decimal("25.0"))
    assert "2021.c2" not in values  # nothing was imported of it: its cell stays open
    assert column(may.may, "2010.c4") == [Decimal("25.0")] and column(may.may, "prev(2010.c1)") == [Decimal("750.00")]


def test_a_newcomer_with_an_imported_base_is_not_asked_for_the_source(may):
    typed = {**CLEAN_MAY, "2010.c2": "800"}
    assert "X06" in {finding.rule for finding in judge(written(may, typed)).findings}
    assert "X06" in set(recheck(may.may).findings["rule"])
    stand(may.firm, "2023M05", {"2010.c1": "800.00"})
    assert "X06" not in {finding.rule for finding in judge(written(may, typed)).findings}
    assert "X06" not in set(recheck(may.may).findings["rule"])


def test_a_unit_that_does_not_fit_the_imported_base_is_an_error(may):
    stand(may.firm, "2023M05", {"2010.c1": "0.10", "2021.c1": "5000000.00"})
    assert "X16" in {finding.rule for finding in judge(written(may)).errors}


def test_a_submission_stands_before_it_and_a_draft_does_not(may):
    stand(may.firm, "2024M04", {"2010.c1": "750.00"})
    april = Filing.objects.create(
        enterprise=may.firm, period=open_period("2024M04", date(2024, 5, 1)), district=may.filing.district
    )
    written(may)
    assert history_of(fresh(may.filing))["prev"]["2010.c1"] == 750 and column(may.may, "2010.c3") == [750]
    april.state = State.APPROVED
    file_values(april, {"2010.c1": "760.00"}, may.clerk)
    assert history_of(fresh(may.filing))["prev"]["2010.c1"] == 760 and column(may.may, "2010.c3") == [760]
    assert imported_behind(fresh(may.filing)) == []


def test_what_comes_in_later_reaches_the_stored_columns(may):
    written(may)
    assert column(may.may, "2010.c2") == [None]
    stand(may.firm, "2023M05", {"2010.c1": "800.00"})
    assert column(may.may, "2010.c2") == [Decimal("800.00")]
    stand(may.other_filing.enterprise, "2023M05", {"2010.c1": "5.00"})
    assert column(may.may, "year_ago(2010.c1)") == [Decimal("800.00")]


def test_it_is_read_across_a_change_of_the_edition(tmp_path, monkeypatch, cast):
    """2051 of 2024 is 2052 of 2025; both imported under the edition of their time and submitted ones are read."""
    with folders(tmp_path / "definitions", monkeypatch) as place:
        make_next_year(place)
        period = Period.objects.create(code="2025M05", edition_code=NEXT, opens_on=date(2025, 6, 1))
        for firm in (cast.yuntu, cast.shancheng):
            filing = Filing.objects.create(enterprise=firm, period=period, district=firm.district, state=State.DRAFT)
            filing.sheets.create(table="软统企6", cells={"2010.c1": "1000", "2052.c1": "66"}, version=1)
        stand(cast.yuntu, "2024M05", {"2051.c1": "33.00", "2010.c1": "900.00"}, THIS)
        stand(cast.shancheng, "2024M05", {"2052.c1": "44.00", "2010.c1": "800.00"}, NEXT)
        alone = {filing.enterprise_id: history_of(filing)["year_ago"]["2052.c1"] for filing in Filing.objects.all()}
        assert alone == {cast.yuntu.pk: 33, cast.shancheng.pk: 44}
        stored = city_columns.load(period, ["year_ago(2052.c1)", "2052.c4"])
        together = dict(zip(stored.filings["enterprise"], stored.ledger.frame["year_ago(2052.c1)"], strict=True))
        assert together == {cast.yuntu.pk: 3300, cast.shancheng.pk: 4400}
        assert stored.ledger.frame["2052.c4"].to_list() == [1000, 500]


def test_it_is_no_filing_and_nobody_owes_it(may):
    stand(may.firm, "2023M05", {"2010.c1": "800.00"})
    assert not Period.objects.filter(pk="2023M05").exists()
    assert Filing.objects.filter(enterprise=may.firm).count() == 1
    assert [timeline.filing for timeline in timelines_of(Filing.objects.filter(enterprise=may.firm), AT)] == [
        may.filing.pk
    ]


def test_last_years_revenue_is_taken_from_it_and_says_so(may):
    stand(may.firm, "2023A", {"Y2010.y": "2400.00"})
    stand(may.other_filing.enterprise, "2023A", {"Y2010.y": "600.00"})
    before = summary_at_hand(may.may, AT)
    words, revenue = base_revenue_before(may.may)
    assert words == "2023年年报主营业务收入（其中导入历史 2 家）"
    assert revenue == {may.firm.pk: Decimal("2400.00"), may.other_filing.enterprise_id: Decimal("600.00")}
    annual = Filing.objects.create(
        enterprise=may.firm,
        period=open_period("2023A", date(2024, 1, 1)),
        district=may.filing.district,
        state=State.APPROVED,
    )
    file_values(annual, {"Y2010.y": "2500.00"}, may.clerk)
    words, revenue = base_revenue_before(may.may)
    assert (words, revenue[may.firm.pk]) == ("2023年年报主营业务收入（其中导入历史 1 家）", Decimal("2500.00"))
    assert summary_at_hand(may.may, AT) != before
    assert summarise(may.may, AT).city.coverage.revenue_owed == Decimal("3100.00")


def test_totals_kept_are_added_up_anew_when_history_comes_in(may):
    before = summary_at_hand(may.may, AT)
    stand(may.firm, "2023A", {"Y2010.y": "2400.00"})
    assert summary_at_hand(may.may, AT) != before


def test_a_page_of_a_filing_says_what_is_imported(may):
    make_it_be(AT.date())
    firm = sign_in(may.clerk)
    assert "导入历史" not in words_on(firm.get("/filings/2024M05/t6/"))
    stand(may.firm, "2023M05", {"2010.c1": "800.00"})
    said = words_on(firm.get("/filings/2024M05/t6/"))
    assert "以往数中2023年5月的取自导入历史" in said and "800.00" in said


def test_a_reviewer_reads_that_the_base_is_imported(may):
    make_it_be(AT.date())
    stand(may.firm, "2023M05", {"2010.c1": "800.00"})
    submission = freeze(may.filing, may.clerk, {"2010.c1": "1000.00", "2010.c2": "810.00"})
    said = words_on(sign_in(may.reviewer).get(f"/district/submissions/{submission.receipt}/"))
    assert "以往数中2023年5月的取自导入历史" in said and "导入历史 800.00" in said and "以往上报" not in said


def test_a_firm_sees_what_was_imported_of_it_and_its_office_from_which_file(may):
    make_it_be(AT.date())
    firm = sign_in(may.clerk)
    assert "导入历史" not in words_on(firm.get("/history/"))
    stand(may.firm, "2023M05", {"2010.c1": "800.00"})
    stand(may.other_filing.enterprise, "2022M05", {"2010.c1": "5.00"})
    said = words_on(firm.get("/history/"))
    assert "导入历史" in said and "历史.xlsx 第 2 行" in said and "未在本平台上报和审核" in said
    place = load_edition(THIS).place_of("2010.c1")
    assert f"{place}：800.00" in said and "2022年5月" not in said
    office = words_on(sign_in(may.reviewer).get(f"/firms/{may.firm.credit_code}/"))
    assert "导入历史 1 期：来自“历史.xlsx”" in office
