"""The pages 图 as the city, the association and a district see them."""

import pytest

from reporting.models import Filing, Period, State
from reporting.picture import firms
from reporting.picture.firms import names_of
from tests.cast import make_enterprise
from tests.filling.figures import file_values
from tests.growth.city import a_period
from tests.officials import sign_in
from tests.reading import markup_of, words_on

THEN, NOW = "2023M05", "2024M05"
CITY, DISTRICT = "/city/picture/{}/", "/district/picture/{}/"


@pytest.fixture
def filed(cast):
    """渝中区: 云图 100 → 130 (said 90), 嘉陵 50 (said 40); 南岸区: 山城 777 → 888 (said 777)."""

    def files(firm, code, district, **values):
        filing = Filing.objects.create(enterprise=firm, period=a_period(code), district=district, state=State.LOCKED)
        return file_values(filing, {f"2020.{key}": figure for key, figure in values.items()}, cast.zhou_tao)

    files(cast.yuntu, THEN, cast.yuzhong, c1="100", c2="80")
    files(cast.shancheng, THEN, cast.nanan, c1="777", c2="700")
    files(cast.yuntu, NOW, cast.yuzhong, c1="130", c2="90", c3="100")
    files(cast.jialing, NOW, cast.yuzhong, c1="50", c2="40", c3="41")
    files(cast.shancheng, NOW, cast.nanan, c1="888", c2="777", c3="700")
    return cast


@pytest.mark.parametrize("who", ["zhou_tao", "liu_fang"])
def test_the_city_sees_level_growth_and_its_districts(filed, who):
    page = words_on(sign_in(getattr(filed, who)).get(CITY.format(NOW)))
    assert "2024年5月 227.00" in page  # 30 and 9 and 188
    assert "2024年5月 17.8 21.8" in page  # 1068 on 907, and on 877
    assert "南岸区 888.00" in page and "渝中区 180.00" in page
    assert "渝中区 38.5" in page and "南岸区 14.3" in page  # 180 on 130, 888 on 777
    assert "南岸区 12.24" in page and "渝中区 5.51" in page  # 111 and 50 on 907
    assert "暂定" not in page


def test_arrivals_are_counted_from_the_firms_last_day(filed):
    """All came at 9:30 on the second day after it, 34 hours late; those of the year before long after what is shown."""
    page = words_on(sign_in(filed.zhou_tao).get(CITY.format(NOW)))
    assert "截止后1天12小时 100.0 0.0" in page and "截止后1天6小时" not in page


def test_firms_are_named_and_those_of_one_name_told_apart(filed):
    page = words_on(sign_in(filed.zhou_tao).get(CITY.format(NOW)))
    assert "重庆山城智能装备有限公司 888.00 14.30" in page and "重庆云图软件有限公司 130.00 44.40" in page
    assert "图中 3 家（共 3 家有本期数和上年数），占软件业务收入合计的 100.0%。" in page
    twin = make_enterprise("91500103MA7AAAA12K", filed.yuntu.name, filed.yuzhong)
    assert names_of([filed.yuntu.pk, twin.pk, filed.jialing.pk]) == [
        "重庆云图软件有限公司（346B）",
        "重庆云图软件有限公司（A12K）",
        filed.jialing.name,
    ]


def test_the_largest_firms_are_drawn_and_how_many_are_not_is_said(filed, monkeypatch):
    monkeypatch.setattr(firms, "LARGEST", 1)
    page = words_on(sign_in(filed.zhou_tao).get(CITY.format(NOW)))  # 888 of 1068
    assert "图中 1 家（共 3 家有本期数和上年数，其余 2 家没有画），占软件业务收入合计的 83.1%。" in page
    assert "重庆云图软件有限公司 130.00" not in page


def test_a_district_sees_its_own_alone(filed):
    page = words_on(sign_in(filed.chen_yu).get(DISTRICT.format(NOW)))
    assert "2024年5月 39.00" in page and "2024年5月 38.5 80.0" in page  # 180 on 130, and on 100
    assert "山城" not in page and "南岸区" not in page and "888" not in page and "各区县" not in page


def test_while_the_period_is_open_everything_says_provisional(filed):
    Period.objects.filter(pk=NOW).update(state=Period.OPEN)
    page = words_on(sign_in(filed.zhou_tao).get(CITY.format(NOW)))
    assert "2024年5月暂定：未锁定，3 家（应报 3 家）。" in page
    assert "2024年5月（暂定） 17.8 ※ 暂定，未锁定" in page  # none on what was published
    assert page.count("2024年5月暂定：") == 8  # above, and below every chart but that of arrivals


def test_a_month_of_two_firms_one_without_last_year(cast):
    def files(firm, **values):
        period = a_period("2024M04", Period.OPEN)
        filing = Filing.objects.create(enterprise=firm, period=period, district=cast.yuzhong, state=State.APPROVED)
        file_values(filing, {f"2020.{key}": figure for key, figure in values.items()}, cast.zhou_tao)

    files(cast.yuntu, c1="-5")
    files(cast.jialing, c1="10", c2="0")
    page = words_on(sign_in(cast.zhou_tao).get(CITY.format("2024M04")))
    assert "渝中区 5.00" in page
    assert "拉动" not in page and "同口径增速（%）" not in page and "企业软件业务收入合计与增速" not in page


def test_of_a_period_nobody_filed_it_says_what_to_do(cast):
    a_period(NOW, Period.OPEN)
    page = words_on(sign_in(cast.zhou_tao).get(CITY.format(NOW)))
    assert "2024年5月还没有可画的数据" in page
    assert "2024年5月还没有可画的数据" in words_on(sign_in(cast.chen_yu).get(DISTRICT.format(NOW)))


def test_another_main_figure_can_be_looked_at(filed):
    filing = Filing.objects.get(enterprise=filed.shancheng, period=NOW)
    file_values(filing, {"2020.c1": "888", "2010.c1": "1000", "2010.c2": "800"}, filed.zhou_tao)
    page = words_on(sign_in(filed.zhou_tao).get(CITY.format(NOW), {"cell": "2010.c1"}))
    assert "2024年5月 25.0" in page and "当月主营业务收入" in page
    assert "业务构成" not in page  # of which classes are parts is the headline


def test_who_may(filed):
    assert sign_in(filed.chen_yu).get(CITY.format(NOW)).status_code == 403
    assert sign_in(filed.zhou_tao).get(DISTRICT.format(NOW)).status_code == 403
    assert sign_in(filed.li_na).get(CITY.format(NOW)).status_code == 403
    assert sign_in(filed.zhou_tao).get(CITY.format("2030M05")).status_code == 404


def test_a_practice_has_no_picture(filed):
    answer = sign_in(filed.zhou_tao).get(CITY.format("2024P05"))
    assert "演练" in words_on(answer, 404)


def test_totals_and_first_pages_lead_to_it(filed):
    client = sign_in(filed.zhou_tao)
    for page in ("/city/", "/city/totals/"):
        assert f'href="{CITY.format(NOW)}"' in markup_of(client.get(page, {"period": NOW}))
    own = sign_in(filed.chen_yu)
    for page in ("/district/", "/district/totals/"):
        assert f'href="{DISTRICT.format(NOW)}"' in markup_of(own.get(page, {"period": NOW}))
    assert client.get("/city/picture/", {"period": NOW}).url == CITY.format(NOW)
    assert client.get("/city/map/", {"period": NOW}).url == f"/city/map/{NOW}/"


def test_before_any_period_there_is_a_page_that_says_so(cast):
    for page in ("/city/picture/", "/city/map/"):
        assert "还没有报告期" in words_on(sign_in(cast.zhou_tao).get(page))
    assert "还没有报告期" in words_on(sign_in(cast.chen_yu).get("/district/picture/"))
