"""The page 增长 as the city, the association and a district see it."""

import pytest

from reporting.models import Filing, Period, State
from tests.filling.figures import file_values
from tests.growth.city import a_period
from tests.officials import sign_in
from tests.reading import markup_of, words_on

THEN, NOW = "2023M05", "2024M05"
CITY, DISTRICT = "/city/totals/growth/", "/district/totals/growth/"


@pytest.fixture
def filed(cast):
    """渝中区: 云图 100 → 130 (says 90 now), 嘉陵 comes with 50; 南岸区: 山城 777 → 888, which was in 渝中区 then."""

    def files(firm, code, district, **values):
        filing = Filing.objects.create(enterprise=firm, period=a_period(code), district=district, state=State.LOCKED)
        return file_values(filing, {f"2020.{key}": figure for key, figure in values.items()}, cast.zhou_tao)

    files(cast.yuntu, THEN, cast.yuzhong, c1="100")
    files(cast.shancheng, THEN, cast.yuzhong, c1="777")
    cast.submission = files(cast.yuntu, NOW, cast.yuzhong, c1="130", c2="90")
    files(cast.jialing, NOW, cast.yuzhong, c1="50", c2="40")
    files(cast.shancheng, NOW, cast.nanan, c1="888", c2="777")
    return cast


@pytest.mark.parametrize("who", ["zhou_tao", "liu_fang"])
def test_the_city_and_the_association_see_both_growths_and_the_bridge(filed, who):
    page = words_on(sign_in(getattr(filed, who)).get(CITY, {"period": NOW, "cell": "2020.c1"}))
    assert "按公布数\n21.8 %" in page  # 1068 on 877
    assert "同口径\n17.8 %" in page  # 1068 on 907
    assert "留存企业\n17.4 %" in page  # 1018 on 867
    for line in (
        "2023年5月公布数 877.00 2",
        "新进企业的上年数 40.00 1",
        "企业更正上年数 -10.00 1",
        "同口径基数 907.00 3",
    ):
        assert line in page
    assert "重庆山城智能装备有限公司 南岸区 777.00 888.00 111.00 +12.66" in page
    assert "陵微电子有限公司 渝中区 50.00 50.00 +5.70 新进" in page  # 上年 blank
    assert "初步" not in page


def test_the_ten_lead_to_the_firms_submissions(filed):
    page = markup_of(sign_in(filed.zhou_tao).get(CITY, {"period": NOW}))
    assert f'href="/city/submissions/{filed.submission.receipt}/"' in page


def test_the_bridge_is_drawn_without_any_style_of_its_own(filed):
    page = markup_of(sign_in(filed.zhou_tao).get(CITY, {"period": NOW}))
    drawn = page[page.index('<svg class="waterfall"') : page.index("</svg>")]
    assert drawn.count("<rect") == 7 and "style=" not in drawn
    assert '<rect class="less"' in drawn and '<rect class="more"' in drawn


def test_by_district_moves_are_told_and_cancel(filed):
    client = sign_in(filed.zhou_tao)
    page = words_on(client.get(CITY, {"period": NOW, "by": "district"}))
    assert "渝中区 877.00 40.00 -777.00 -10.00 130.00 40.00 10.00 180.00" in page
    assert "南岸区 0.00 0.00 777.00 0.00 777.00 111.00 0.00 888.00" in page
    assert "合计 877.00 40.00 0.00 -10.00 907.00 151.00 10.00 1,068.00" in page
    one = words_on(client.get(CITY, {"period": NOW, "by": "district", "group": "500108"}))
    assert "从其他区县迁入 777.00 1" in one and "基期数为 0，不计算增速" in one


def test_it_says_where_what_firms_are_described_by_comes_from(filed):
    client = sign_in(filed.zhou_tao)
    said = "再没有的取上一年有效的年报（本期取2023年年报，上年同期取2022年年报）；都没有的列为“未填报”"
    page = words_on(client.get(CITY, {"period": NOW, "by": "size"}))
    assert "单位规模取自当期报表" in page and said in page
    assert said not in words_on(client.get(CITY, {"period": NOW, "by": "class"}))


def test_a_district_sees_its_own_alone(filed):
    page = words_on(sign_in(filed.chen_yu).get(DISTRICT, {"period": NOW}))
    assert "迁往其他区县 -777.00 1" in page
    assert "按公布数\n-79.5 %" in page  # 180 on 877
    assert "同口径\n38.5 %" in page  # 180 on 130
    assert "888" not in page and "1,068" not in page and "南岸区" not in page
    refused = words_on(sign_in(filed.chen_yu).get(DISTRICT, {"period": NOW, "by": "district"}))
    assert "本页只有本区县的数" in refused and "增长分解" not in refused


def test_a_district_cannot_open_the_citys(filed):
    assert sign_in(filed.chen_yu).get(CITY).status_code == 403


def test_beside_the_growth_on_what_was_published_stands_who_is_not_in_yet(filed):
    filed.submission.filing.state, filed.submission.filing.counted = State.SUBMITTED, None
    filed.submission.filing.save()
    page = words_on(sign_in(filed.chen_yu).get(DISTRICT, {"period": NOW}))
    assert "应报而未计入 1 家（上年数 100.00万元，占上年公布数的 11.4%）" in page  # of 877


def test_figures_of_a_period_that_is_open_are_provisional(filed):
    Period.objects.filter(pk=NOW).update(state=Period.OPEN)
    page = words_on(sign_in(filed.zhou_tao).get(CITY, {"period": NOW}))
    assert "2024年5月尚未锁定，为初步数。应报 3 家，计入审核通过的 3 家" in page
    assert "按公布数（初步）" in page


def test_a_figure_of_another_periods_tables_gives_way_to_the_headline(filed):
    page = words_on(sign_in(filed.zhou_tao).get(CITY, {"period": NOW, "cell": "Y2020.y"}))
    assert "2024年5月的表里没有“Y2020.y”这一格的同比，改看下面的指标。" in page
    assert "同口径\n17.8 %" in page


def test_a_cut_that_is_none_is_refused_in_a_sentence(filed):
    assert "不能按“colour”分组" in words_on(sign_in(filed.zhou_tao).get(CITY, {"period": NOW, "by": "colour"}))


def test_before_any_period_there_is_a_page_that_says_so(cast):
    assert "还没有报告期" in words_on(sign_in(cast.zhou_tao).get(CITY))
    assert "还没有报告期" in words_on(sign_in(cast.chen_yu).get(DISTRICT))


def test_the_totals_lead_to_it_and_divide_no_two_running_totals(filed):
    answer = sign_in(filed.zhou_tao).get("/city/totals/", {"period": NOW})
    assert f'href="{CITY}?period={NOW}"' in markup_of(answer)
    assert "环比不由两期累计数相除" in words_on(answer)
