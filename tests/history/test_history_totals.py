"""Totals of imported periods: shown, labelled, under the districts of that day; growth says on what base it stands."""

import io
import json
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command
from openpyxl import load_workbook

from reporting.models import Filing, Period, State
from reporting.totals.aggregation import summarise, summary_at_hand
from reporting.totals.history import imported_periods, summarise_history
from reporting.workflow.period import owe
from tests.cast import AT, make_district
from tests.filling.figures import file_values
from tests.history.books import stand
from tests.may import make_may, open_period
from tests.officials import make_it_be, sign_in
from tests.reading import words_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def may(cast):
    make_it_be(AT.date())
    return make_may(cast)


@pytest.fixture
def december(may, cast) -> None:
    """云图 12,000 after 10,000 (in the file), 嘉陵 3,000 after 2,500 (imported), 山城 500 and nothing before."""
    stand(cast.yuntu, "2023M12", {"2010.c1": "12000.00", "2010.c2": "10000.00"})
    stand(cast.jialing, "2023M12", {"2010.c1": "3000.00"})
    stand(cast.jialing, "2022M12", {"2010.c1": "2500.00"})
    stand(cast.shancheng, "2023M12", {"2010.c1": "500.00"})


def of_december():
    return summarise_history(next(each for each in imported_periods() if each.code == "2023M12").parsed, AT)


def test_an_imported_period_is_added_up_by_the_districts_of_that_day(december):
    """By hand: 12,000 + 3,000 + 500 = 15,500 after 12,500, which is 24.0% more; 渝中区 15,000."""
    summary = of_december()
    assert summary.city.cells["2010.c1"] == Decimal("15500.00") and summary.city.cells["2010.c2"] == Decimal("12500.00")
    assert summary.city.cells["2010.c4"] == Decimal("24.0")
    assert {area.name: area.cells["2010.c1"] for area in summary.districts if area.coverage.imported} == {
        "渝中区": Decimal("15000.00"), "南岸区": Decimal("500.00"),
    }  # fmt: skip
    assert summary.is_imported and summary.city.coverage.imported == 3


def test_growth_of_an_imported_period_says_its_bases(december):
    (base, *_) = of_december().city.bases
    said = "上年同期（2022年12月）：1 家的基期为导入历史，1 家为文件所列，1 家没有基期数，只计入本期，增速因此偏高。"
    assert base.in_words == said
    nanan = next(area for area in of_december().districts if area.name == "南岸区")
    assert [base.in_words for base in nanan.bases][:1] == ["上年同期（2022年12月）：1 家没有基期数，不能计算增速。"]


def test_the_city_reads_it_marked_and_downloads_it(december, may):
    city = sign_in(may.city)
    said = words_on(city.get("/city/totals/?period=2023M12"))
    assert "全市汇总 · 2023年12月（导入历史）" in said and "未在本平台上报和审核" in said
    assert "15,500.00" in said and "1 家的基期为导入历史" in said and "区县按 2023年12月31日 的划分" in said
    assert "2023年12月（导入历史）" in words_on(city.get("/city/totals/"))  # among the periods to choose
    book = load_workbook(io.BytesIO(city.get("/city/totals/2023M12.xlsx").content))
    text = " ".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value)
    assert "本表由导入历史合计，纳入 3 家企业" in text and "综合范围：导入历史 3 家" in text
    assert "导入历史：历史.xlsx 第 2 行" in text and "区县报送情况" not in book.sheetnames


def test_a_district_reads_its_own_and_no_others(december, may, cast):
    said = words_on(sign_in(may.other_reviewer).get("/district/totals/?period=2023M12"))
    assert "南岸区汇总 · 2023年12月（导入历史）" in said and "500.00" in said and "15,500.00" not in said
    book = load_workbook(io.BytesIO(sign_in(may.other_reviewer).get("/district/totals/2023M12.xlsx").content))
    text = " ".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value)
    assert cast.shancheng.name in text and cast.yuntu.name not in text


def test_the_command_gives_it_too(december, capsys):
    call_command("summary", "2023M12", "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["imported"] == 3 and found["totals"]["软统企6"]["2010"]["c1"] == "15500.00"
    call_command("summary", "2023M12")
    assert "2023年12月（导入历史）：3 家。" in capsys.readouterr().out


def test_districts_are_those_of_that_day(may, cast):
    old = make_district("500105", "江北区", 5, valid_to=date(2023, 12, 31))
    row = stand(cast.yuntu, "2023M12", {"2010.c1": "1.00"})
    type(row).objects.filter(pk=row.pk).stand_back()
    type(row).objects.create(
        enterprise=cast.yuntu, period="2023M12", edition_code="chongqing-2024", district=old,
        values={"2010.c1": "7.00"}, source=row.source, row=3,
    )  # fmt: skip
    named = {area.name: area.cells["2010.c1"] for area in of_december().districts if area.coverage.imported}
    assert named == {"江北区": Decimal("7.00")}


def approved(filing: Filing, figures: dict[str, str], by) -> None:
    filing.state = State.APPROVED
    file_values(filing, figures, by)
    Filing.objects.filter(pk=filing.pk).update(counted=filing.approved_id)


def test_a_period_that_was_opened_here_is_added_up_from_submissions_alone(may):
    approved(may.filing, {"2010.c1": "1000.00"}, may.clerk)
    before = summary_at_hand(may.may, AT)
    stand(may.other_filing.enterprise, "2024M05", {"2010.c1": "9.00"})
    assert summary_at_hand(may.may, AT) != before
    summary = summarise(may.may, AT)
    assert summary.city.cells["2010.c1"] == Decimal("1000.00") and not summary.is_imported
    assert "2024M05" not in {each.code for each in imported_periods()}
    said = words_on(sign_in(may.city).get("/city/totals/?period=2024M05"))
    assert "另有 1 家的导入历史，供以后各期比对，不计入本期汇总。" in said


def test_growth_of_a_period_filed_here_says_which_bases_are_imported(may, cast):
    approved(may.filing, {"2010.c1": "1000.00", "2010.c2": "800.00"}, may.clerk)
    approved(may.other_filing, {"2010.c1": "50.00", "2010.c2": "40.00"}, may.other_clerk)
    assert summarise(may.may, AT).city.bases == ()
    before = summary_at_hand(may.may, AT)
    stand(may.firm, "2023M05", {"2010.c1": "800.00"})
    assert summary_at_hand(may.may, AT) != before
    summary = summarise(may.may, AT)
    assert [base.in_words for base in summary.city.bases] == [
        "上年同期（2023年5月）：1 家的基期为导入历史，1 家为企业自填。"
    ]
    said = words_on(sign_in(may.reviewer).get("/district/totals/?period=2024M05"))
    assert "上年同期（2023年5月）：1 家的基期为导入历史。" in said
    earlier = owe(cast.yuntu, open_period("2023M05", date(2023, 6, 1)))
    approved(earlier, {"2010.c1": "810.00"}, may.clerk)
    assert summarise(may.may, AT).city.bases == ()  # the firm's own submission stands now


def test_where_nothing_was_opened_yet_the_newest_imported_period_is_shown(cast):
    make_it_be(AT.date())
    city = sign_in(cast.zhou_tao)
    assert "导入历史" not in words_on(city.get("/city/totals/")).split("主")[0]
    stand(cast.yuntu, "2023M12", {"2010.c1": "12000.00"})
    assert not Period.objects.exists()
    assert "2023年12月（导入历史）" in words_on(city.get("/city/totals/"))
