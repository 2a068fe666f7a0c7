"""分组汇总 and 逐户明细 as the offices read them."""

import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import Enterprise, JournalEntry, Residence
from reporting import workflow
from reporting.cuts.laying_out import block_of
from reporting.workflow import owe
from tests.cast import AT
from tests.cuts.cutting_city import cut_city
from tests.may import open_period
from tests.officials import freeze, sign_in
from tests.reading import markup_of, words_on

BY_DISTRICT = "/cuts/?period=2024M05&by=district&show=2010.c1&show=2020.c1"
FIRMS = "/cuts/firms/?period=2024M05&by=&show=2010.c1&show=2020.c1"


@pytest.fixture
def may(cast):
    return cut_city(cast)


@pytest.fixture
def city(may):
    return sign_in(may.city)


@pytest.fixture
def district(may):
    return sign_in(may.reviewer)


def lines_of(answer) -> list[str]:
    return words_on(answer).splitlines()


def links_behind(answer, shown: str) -> str:
    """The address behind a figure of the table."""
    found = re.search(rf'<a href="([^"]+)">{re.escape(shown)}</a>', markup_of(answer))
    return unescape(found[1])


def test_it_begins_with_the_headline_by_district(city):
    lines = lines_of(city.get("/cuts/"))
    assert "渝中区 2 2,300.15 88.5" in lines
    assert "南岸区 1 300.00 11.5" in lines
    assert "合计 3 2,600.15 100.0" in lines


def test_every_figure_says_that_it_is_provisional(city):
    said = "暂定 2024年5月未锁定，3 家（应报 5 家）。"
    assert said in words_on(city.get(BY_DISTRICT))
    assert said in words_on(city.get(FIRMS))


def test_what_waits_counts_when_asked_and_the_page_says_so(city):
    text = words_on(city.get(f"{BY_DISTRICT}&submitted=yes"))
    assert "渝中区 3 3,050.75 88.4 2,340.15 88.6" in text and "含已上报、待区县审核的数据。" in text


def test_dimensions_filters_and_sorting_stand_in_the_address(city):
    address = f"{BY_DISTRICT}&by=class&class=2021&class=2023&sort=-2024M05/2010.c1"
    lines = lines_of(city.get(address))
    table = lines.index("渝中区 3.信息安全收入 1 2,000.50 66.7 1,500.05 65.2")
    assert lines[table + 1] == "渝中区 1.软件产品收入 1 1,000.25 33.3 800.10 34.8"
    assert lines[table + 2] == "合计 2 3,000.75 100.0 2,300.15 100.0"
    assert "业务大类：已选 2 项" in lines
    rising = lines_of(city.get(address.replace("sort=-", "sort=")))
    assert rising[rising.index(lines[table]) - 1] == lines[table + 1]


def test_periods_stand_side_by_side(city, may):
    april = owe(may.firm, open_period("2024M04", date(2024, 5, 1)))
    workflow.approve(freeze(april, may.clerk, {"2010.c1": "700.00"}), may.reviewer, AT)
    page = city.get(f"{BY_DISTRICT}&period=2024M04")
    lines = lines_of(page)
    assert "渝中区 2 3,000.75 88.2 2,300.15 88.5 1 700.00 100.0" in lines
    assert "南岸区 1 400.00 11.8 300.00 11.5 0" in lines  # a blank is no nought
    assert "重庆云图软件有限公司" in words_on(city.get(links_behind(page, "700.00")))


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("period=2024M05&by=district&show=9999.c1", "没有“9999.c1”这一格：请改选其他指标。"),
        ("period=2024M05&by=district&show=Y2010.y", "2024年5月填的是月报，没有“Y2010.y”"),
        ("period=2024M05&by=district&show=2113.c1", "不能加总"),
        ("period=2024M05&by=colour&show=2010.c1", "不能按“colour”分组"),
        ("period=2099M01", "没有报告期2099M01"),
        ("period=2024M05&by=&district=500104", "没有一家企业：请放宽筛选（区县），或加上待审核的，或换一个报告期。"),
        ("period=2024M05&by=size&by=class&by=district&by=park&show=2010.c1", "最多按三个分组依据"),
    ],
)
def test_what_cannot_be_cut_is_said_on_the_page_and_can_be_mended(city, asked, sentence):
    text = words_on(city.get(f"/cuts/?{asked}"))
    assert sentence in text and "分组（最多三层）" in text
    answer = city.get(f"/cuts/table.xlsx?{asked}", follow=True)
    assert sentence in words_on(answer)


def test_a_figure_leads_to_its_firms_and_they_add_up_to_it(city, may):
    page = city.get(BY_DISTRICT)
    firms = city.get(links_behind(page, "3,000.75"))
    text = words_on(firms)
    assert "2 家，主营业务收入共 3,000.75 万元。" in text
    rows = [line for line in text.splitlines() if line.startswith("重庆")]
    assert [row.split()[0] for row in rows] == ["重庆嘉陵微电子有限公司", "重庆云图软件有限公司"]
    assert "2,000.50" in rows[0] and "66.7" in rows[0] and "1,000.25" in rows[1] and "33.3" in rows[1]
    assert "重庆山城智能装备有限公司" not in text


def test_every_cell_of_a_cut_is_the_sum_of_the_firms_behind_it(city):
    page = markup_of(city.get("/cuts/?period=2024M05&by=district&by=class&by=industry&show=2010.c1"))
    cells = re.findall(r'<td class="num"><a href="(/cuts/firms/[^"]+)">([\d,]+\.\d\d)</a>', page)
    assert len(cells) == 4  # three groups and the whole
    for address, shown in cells:
        rows = city.get(unescape(address).replace("/cuts/firms/", "/cuts/firms.csv")).getvalue().decode("utf-8-sig")
        heads, *lines = [line.split(",") for line in rows.splitlines()]
        column = heads.index("主营业务收入（万元）")
        assert sum(Decimal(line[column]) for line in lines) == Decimal(shown.replace(",", "")), address


def test_a_firm_leads_to_its_submission(city, district, may):
    assert f'href="/city/submissions/{may.receipt}/"' in markup_of(city.get(FIRMS))
    own = markup_of(district.get(FIRMS))
    assert f'href="/district/submissions/{may.receipt}/"' in own
    assert district.get(f"/district/submissions/{may.receipt}/").status_code == 200


@pytest.mark.parametrize("more", ["", "&district=500108", "&districts=now", "&districts=now&district=500108"])
@pytest.mark.parametrize("path", ["/cuts/", "/cuts/firms/", "/cuts/table.csv", "/cuts/firms.csv"])
def test_a_district_sees_its_own_firms_alone_whatever_the_address_says(district, may, path, more):
    answer = district.get(f"{path}?period=2024M05&by=district&show=2010.c1{more}", follow=True)
    content = b"".join(answer) if answer.streaming else answer.content
    text = content.decode("utf-8")
    assert "山城智能" not in text and "400.00" not in text and may.other_receipt not in text
    if "&district=" in more:
        assert "没有一家企业" in text


def move(may):
    """云图 goes to 南岸区 after it has filed in 渝中区."""
    Residence.objects.filter(enterprise=may.firm).update(until=AT.date() - timedelta(days=1))
    Residence.objects.create(enterprise=may.firm, district=may.cast.nanan, since=AT.date())


def test_a_district_still_reads_what_a_firm_filed_there_before_it_moved(may, district):
    move(may)
    assert "重庆云图软件有限公司" in words_on(district.get(FIRMS))
    there = sign_in(may.other_reviewer)
    assert "重庆云图软件有限公司" not in words_on(there.get(f"{FIRMS}&districts=now"))


def test_the_city_counts_firms_that_moved_then_or_now(may, city):
    move(may)
    assert "渝中区 2 3,000.75 88.2 2,300.15 88.5" in lines_of(city.get(BY_DISTRICT))
    now = city.get(f"{BY_DISTRICT}&districts=now")
    assert "渝中区 1 2,000.50 58.8 1,500.05 57.7" in lines_of(now)
    firms = lines_of(city.get(links_behind(now, "1,400.25")))
    assert any(line.startswith("重庆云图软件有限公司 91500103MA5U12346B 南岸区 1,000.25") for line in firms)


def test_the_detail_shows_any_cell_also_those_that_do_not_add_up(city, may):
    workflow.approve(freeze(may.late, may.clerk, {"2113.c1": "12.50", "2010.c1": "9.00"}), may.reviewer, AT)
    lines = lines_of(city.get("/cuts/firms/?period=2024M05&by=class&show=2113.c1&show=2010.c1"))
    assert any(
        line.startswith("重庆后到软件有限公司 91500103MA5U77772B 渝中区 未填报 12.50 9.00 0.3") for line in lines
    )


def test_the_detail_is_of_one_period(city):
    assert "逐户明细一次看一个报告期：请只留一个。" in words_on(city.get(f"{FIRMS}&period=2024M04"))


def test_the_detail_is_paged_and_sorted(city, monkeypatch):
    monkeypatch.setattr("reporting.cuts.views.firms.PAGE", 2)
    first, second = words_on(city.get(FIRMS)), words_on(city.get(f"{FIRMS}&page=2"))
    assert "重庆嘉陵微电子有限公司" in first and "重庆山城智能装备有限公司" not in first
    assert "重庆山城智能装备有限公司" in second and "第 2 / 2 页，共 3 条" in second
    rising = words_on(city.get(f"{FIRMS}&sort=2010.c1"))
    assert rising.index("重庆山城") < rising.index("重庆云图")
    by_code = words_on(city.get(f"{FIRMS}&sort=-code"))
    assert by_code.index("重庆山城") < by_code.index("重庆嘉陵")


def test_who_reads_and_who_takes_away_the_detail_is_journalled(district, may):
    district.get(FIRMS)
    district.get(FIRMS.replace("/cuts/firms/", "/cuts/firms.csv"))
    district.get(f"{FIRMS}&district=500108")  # shows nobody, and is no reading
    read, taken = JournalEntry.objects.filter(action__endswith="逐户明细").order_by("pk")
    assert (read.action, taken.action) == ("查看逐户明细", "导出逐户明细")
    assert read.by == taken.by == may.reviewer and read.district == may.cast.yuzhong and read.period == "2024M05"
    assert read.after["家数"] == taken.after["家数"] == 2 and read.after["页"] == 1


def book_of(answer):
    assert answer.status_code == 200
    return load_workbook(BytesIO(answer.content))


def test_the_workbook_of_a_cut_is_ready_to_print(city):
    book = book_of(city.get(BY_DISTRICT.replace("/cuts/", "/cuts/table.xlsx")))
    sheet = book["分组汇总"]
    assert sheet["A1"].value == "全市分组汇总 · 2024年5月"
    assert sheet["A2"].value == "计量单位：万元"
    assert sheet["A3"].value.startswith("2024年5月未锁定，3 家（应报 5 家）。")
    head = next(number for number in range(1, 9) if sheet.cell(number, 1).value == "区县")
    said = [sheet.cell(number, 1).value for number in range(2, head)]
    assert said[-1] == "分组：区县；指标：主营业务收入、软件业务收入合计。"
    assert [cell.value for cell in sheet[head + 1]][:3] == ["渝中区", 2, 3000.75]
    assert [cell.value for cell in sheet[head + 3]][:3] == ["合计", 3, 3400.75]
    assert sheet.page_setup.orientation == "landscape" and str(sheet.page_setup.paperSize) == "9"
    assert sheet.print_title_rows == f"${head}:${head}" and sheet.page_setup.fitToHeight == 0


def test_the_csv_opens_in_excel_and_runs_nothing(city, may):
    Enterprise.objects.filter(pk=may.firm.pk).update(name="=1+1")
    answer = city.get(FIRMS.replace("/cuts/firms/", "/cuts/firms.csv"))
    content = answer.getvalue()
    assert content.startswith(b"\xef\xbb\xbf") and "attachment" in answer["Content-Disposition"]
    heads, *rows = [line.split(",") for line in content.decode("utf-8-sig").splitlines()]
    assert heads[:3] == ["企业", "统一社会信用代码", "区县"] and heads[-2:] == ["回执号", "数据依据"]
    assert {row[0] for row in rows} == {"'=1+1", "重庆嘉陵微电子有限公司", "重庆山城智能装备有限公司"}
    assert "2000.50" in rows[0] and may.receipt in rows[1]


def test_the_workbook_of_the_detail_keeps_text_text(city, may):
    Enterprise.objects.filter(pk=may.firm.pk).update(name="=1+1")
    sheet = book_of(city.get(FIRMS.replace("/cuts/firms/", "/cuts/firms.xlsx")))["逐户明细"]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value == "=1+1"]
    assert [cell.data_type for cell in cells] == ["s"]


def test_where_nothing_was_ever_opened_the_page_says_what_will_come(cast):
    desk = sign_in(cast.chen_yu)
    for name in ("cut", "cut_firms"):
        assert "还没有开启任何报告期" in words_on(desk.get(reverse(name)))
    assert "还没有开启任何报告期" in words_on(desk.get("/cuts/firms.xlsx", follow=True))


def test_the_choice_offers_what_there_is(city):
    text = words_on(city.get(BY_DISTRICT))
    for words in ("再加一期", "再加一个", "2010.c1", "按当时的归属", "含待审核的", "控股情况", "成立年份"):
        assert words in text


def test_a_district_is_not_offered_where_firms_are_now(district):
    assert "按现在的归属" not in words_on(district.get(BY_DISTRICT))


@pytest.mark.parametrize("path", [BY_DISTRICT, FIRMS])
def test_the_association_reads_the_whole_city_and_a_firm_nothing(may, path):
    text = words_on(sign_in(may.analyst).get(path))
    assert "南岸区" in text and "400.00" in text
    assert sign_in(may.clerk).get(path).status_code == 403
    assert sign_in(may.system).get(path).status_code == 403


def test_the_address_of_a_choice_is_the_same_wherever_it_is_made(city):
    """So that it can be kept and sent: the same choice is the same address, and leads to itself."""
    given = (
        "/cuts/?submitted=yes&show=2010.c1&district=500108&by=&by=district&period=&period=2024M05&district=500103&by="
    )
    kept = re.search(r'name="choice" value="([^"]+)"', markup_of(city.get(given)))[1]
    again = re.search(r'name="choice" value="([^"]+)"', markup_of(city.get(f"/cuts/?{unescape(kept)}")))[1]
    assert (
        unescape(kept)
        == again.replace("&amp;", "&")
        == ("period=2024M05&by=district&show=2010.c1&district=500103&district=500108&submitted=yes")
    )


def test_groups_of_which_nobody_said_it_are_asked_for_by_a_sign_of_their_own(city):
    page = city.get("/cuts/?period=2024M05&by=size&show=2010.c1")
    address = links_behind(page, "3,400.75")
    assert "size=-" in address and "合计 3 3,400.75 100.0" in words_on(page)
    assert "3 家，主营业务收入共 3,400.75 万元。" in words_on(city.get(address))


def test_only_the_lines_of_the_page_are_laid_out(city, monkeypatch):
    monkeypatch.setattr("reporting.cuts.views.table.PAGE", 1)
    made = []
    monkeypatch.setattr("reporting.cuts.laying_out.block_of", lambda *of: made.append(1) or block_of(*of))
    first, second = (lines_of(city.get(f"{BY_DISTRICT}&sort=2024M05/2010.c1&page={page}")) for page in (1, 2))
    assert "南岸区 1 400.00 11.8 300.00 11.5" in first and "渝中区 2 3,000.75 88.2 2,300.15 88.5" in second
    assert len(made) == 4  # on each page its line and the whole


def test_a_cut_too_large_to_be_read_is_refused_in_words(city, monkeypatch):
    monkeypatch.setattr("reporting.cuts.cutting.MOST_FIGURES", 5)
    said = "这样分成 2 组，1 个报告期、2 个指标共 6 个数，最多 5 个：请去掉一个分组依据"
    assert said in words_on(city.get(BY_DISTRICT))
    assert said in words_on(city.get(BY_DISTRICT.replace("/cuts/", "/cuts/table.xlsx"), follow=True))


def test_it_says_where_a_month_has_what_describes_a_firm_from(city):
    said = (
        "单位规模、成立年份：月报不填，按企业上报时的名录登记，名录没有的按企业现行有效的2023年年报；"
        "都没有的列为“未填报”。"
    )
    asked = "?period=2024M05&by=size&by=district&show=2010.c1&founded=-"
    assert said in words_on(city.get(f"/cuts/{asked}")) and said in words_on(city.get(f"/cuts/firms/{asked}"))
    assert "月报不填" not in words_on(city.get(BY_DISTRICT))


def test_on_a_narrow_screen_the_first_column_names_all_groups(city):
    page = markup_of(city.get("/cuts/?period=2024M05&by=district&by=class&show=2010.c1"))
    assert '<th scope="row" data-more="1.软件产品收入">渝中区</th>' in page
    assert '<th scope="row" class="in-first">1.软件产品收入</th>' in page
