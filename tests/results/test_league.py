"""The league on the pages: who sees whose line, where each number leads, the year, the workbook."""

from datetime import date
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from reporting.results.measures import MEASURES
from reporting.workflow.period import owe
from tests.cast import make_district, make_enterprise, make_user
from tests.officials import make_it_be, sign_in
from tests.reading import markup_of, words_on
from tests.results.test_results import decided, june, may, sent  # noqa: F401  (may is the fixture)

pytestmark = pytest.mark.django_db


@pytest.fixture
def fourteenth(may):  # noqa: F811
    make_it_be(date(2024, 6, 20))
    return may


def line_of(page, name: str) -> dict:
    """The line of a district on the page: measure → value."""
    line = next(line for line in page.context["lines"] if line.name == name)
    return {name: cell.value for name, cell in zip(MEASURES, line.cells, strict=True)} | {"rank": line.rank}


def test_the_city_sees_every_district_ranked(fourteenth, cast):
    page = sign_in(cast.zhou_tao).get("/league/2024M05/")
    assert [line.name for line in page.context["lines"]] == ["南岸区", "渝中区"]  # 66.7 before 50.0
    assert line_of(page, "南岸区")["rank"] == 1 and line_of(page, "渝中区")["rank"] == 2
    assert line_of(page, "渝中区")["owed"] == 4
    assert "全市" in words_on(page)


def test_the_association_sees_the_same_table(fourteenth, cast):
    assert len(sign_in(cast.liu_fang).get("/league/2024M05/").context["lines"]) == 2


def test_a_district_sees_its_own_line_its_rank_and_the_middle_and_nobody_elses(fourteenth, cast):
    page = sign_in(cast.chen_yu).get("/league/2024M05/")
    text = words_on(page)
    assert [line.name for line in page.context["lines"]] == ["渝中区"]
    assert "南岸区" not in text and "\n全市 " not in text
    assert "2 / 2" in text
    assert "58.4" in text  # the middle of 50.0 and 66.7, half up


def test_a_district_sees_only_its_own_line_in_the_year_and_in_the_workbook(fourteenth, cast):
    desk = sign_in(cast.chen_yu)
    assert "南岸区" not in words_on(desk.get("/league/year/2024/"))
    book = load_workbook(BytesIO(desk.get("/league/2024M05.xlsx").content))
    cells = {str(cell.value) for row in book["区县评比"].iter_rows() for cell in row}
    assert "渝中区" in cells and not cells & {"南岸区", "全市"}


def test_a_districts_list_is_closed_to_another_and_the_citys_to_all_districts(fourteenth, cast):
    desk = sign_in(cast.he_qing)
    assert desk.get("/league/2024M05/500108/owed/").status_code == 200
    assert desk.get("/league/2024M05/500103/owed/").status_code == 404
    assert desk.get("/league/2024M05/all/owed/").status_code == 404
    assert sign_in(cast.zhou_tao).get("/league/2024M05/all/owed/").status_code == 200


@pytest.mark.parametrize(
    "path", ["2024M05/500103/nothing/", "2024M05/999999/owed/", "2023M02/500103/owed/", "2023M02/"]
)
def test_what_is_not_there_is_not_found(path, fourteenth, cast):
    assert sign_in(cast.zhou_tao).get(f"/league/{path}").status_code == 404


def test_each_number_leads_to_as_many_filings(fourteenth, cast):
    desk = sign_in(cast.zhou_tao)
    page = desk.get("/league/2024M05/")
    for name in ("owed", "filed", "on_time", "extended", "late", "missing", "returned"):
        listed = desk.get(f"/league/2024M05/500103/{name}/").context["page"].paginator.count
        assert listed == line_of(page, "渝中区")[name], name


def test_a_quotient_leads_to_what_is_counted_and_to_what_it_is_counted_among(fourteenth, cast):
    desk = sign_in(cast.zhou_tao)
    assert desk.get("/league/2024M05/500103/on_time_rate/").context["page"].paginator.count == 2
    assert desk.get("/league/2024M05/500103/on_time_rate/?of=whole").context["page"].paginator.count == 4


def test_the_list_says_how_each_filing_went(fourteenth, cast):
    text = words_on(sign_in(cast.zhou_tao).get("/league/2024M05/500103/owed/"))
    for words in ("延期内按时", "2024-06-17", "1.0、0.5、1.3", "重庆迟到软件有限公司"):
        assert words in text


def test_the_reader_may_rank_by_another_measure_and_sort_by_any(fourteenth, cast):
    desk = sign_in(cast.zhou_tao)
    by_late = desk.get("/league/2024M05/?by=late")
    assert [(line.name, line.rank) for line in by_late.context["lines"]] == [("南岸区", 1), ("渝中区", 2)]
    by_owed = desk.get("/league/2024M05/?sort=-owed")
    assert [line.name for line in by_owed.context["lines"]] == ["渝中区", "南岸区"]
    assert desk.get("/league/2024M05/?by=owed&sort=nonsense").status_code == 200


def test_every_measure_is_defined_on_the_page(fourteenth, cast):
    text = markup_of(sign_in(cast.chen_yu).get("/league/2024M05/"))
    for measure in MEASURES.values():
        assert measure.definition in text and f'id="def-{measure.name}"' in text


def test_the_first_page_is_the_newest_period_whose_firms_date_has_passed(fourteenth, cast):
    desk = sign_in(cast.zhou_tao)
    assert desk.get("/league/").url == "/league/2024M05/"
    make_it_be(date(2024, 6, 12))
    assert desk.get("/league/").url == "/league/2023M12/"
    assert desk.get("/league/?period=2024M05&by=held").url == "/league/2024M05/?by=held"
    for nonsense in ("2023M02", "a/b"):
        assert desk.get("/league/", {"period": nonsense}).status_code == 404


def test_without_a_period_it_says_what_to_wait_for(cast):
    assert "还没有开启任何报告期" in words_on(sign_in(cast.zhou_tao).get("/league/"))
    assert sign_in(cast.chen_yu).get("/league/").status_code == 200
    assert sign_in(cast.chen_yu).get("/league/year/2024/").status_code == 404


def test_a_district_that_owes_nothing_is_told_so(fourteenth, cast):
    clerk = make_user("bishan", "璧山", "district", district=make_district("500120", "璧山区", 20))
    text = words_on(sign_in(clerk).get("/league/2024M05/"))
    assert "没有本区县应报的企业，不参加排名" in text and "不排名" in text


def test_the_workbook_says_what_the_page_says_and_what_the_columns_mean(fourteenth, cast):
    book = load_workbook(BytesIO(sign_in(cast.zhou_tao).get("/league/2024M05.xlsx").content))
    sheet = book["区县评比"]
    heads = [cell.value for cell in sheet[4]]
    assert heads[:3] == ["名次", "区县", "应报（家）"]
    yuzhong = dict(zip(heads, (cell.value for cell in sheet[6]), strict=True))
    assert (yuzhong["区县"], yuzhong["名次"], yuzhong["按时率（%）"], yuzhong["区县平均用时（天）"]) == (
        "渝中区",
        2,
        50,
        0.9,
    )
    assert [row[0].value for row in book["指标定义"].iter_rows(min_row=2)] == [m.label for m in MEASURES.values()]


def test_the_year_sums_what_the_periods_count(fourteenth, cast):
    page = sign_in(cast.zhou_tao).get("/league/year/2024/?measure=owed")
    assert [[cell.value for cell in line.cells] for line in page.context["lines"]] == [[4, 4], [3, 3]]
    assert [cell.value for cell in page.context["whole"]] == [7, 7]
    assert 'href="/league/2024M05/all/owed/">7</a>' in markup_of(page)


def test_the_year_leaves_out_what_is_not_due_yet(fourteenth, cast):
    make_it_be(date(2024, 6, 12))
    page = sign_in(cast.zhou_tao).get("/league/year/2024/")
    assert page.context["whole"][-1].value is None
    assert {line.rank for line in page.context["lines"]} == {None}
    assert [line.cells[0].value is None for line in page.context["lines"]] == [False, False]


def test_pages_ask_the_database_as_often_for_more_firms(fourteenth, cast):
    desk = sign_in(cast.zhou_tao)
    paths = ["/league/2024M05/", "/league/year/2024/", "/league/2024M05/all/owed/"]

    def queries() -> list[int]:
        counted = []
        for path in paths:
            with CaptureQueriesContext(connection) as asked:
                desk.get(path)
            counted.append(len(asked))
        return counted

    queries()  # what is stored of the year before is stored by whoever looks first
    before = queries()
    for n in range(10):
        firm = make_enterprise(f"91500108MA0000{n:03d}X", f"第{n}家", cast.nanan)
        decided(sent(owe(firm, fourteenth.may), cast.li_na, june(5)), "approve", cast.he_qing, june(6))
    assert queries() == before
