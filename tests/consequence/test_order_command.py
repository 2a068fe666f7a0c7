"""manage.py order: what waits, in order, with the reasons and the line."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.consequence.ordered_city import NANAN, make_ordered_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db):
    city = make_ordered_city()
    city.files("万倍软件", 1100, 100)
    city.files("如常软件", 11, 10)
    city.files("南岸软件", 12, 10, district=NANAN)
    return city


def run(*given: str) -> str:
    said = StringIO()
    call_command("order", *given, stdout=said)
    return said.getvalue()


def test_it_prints_the_order_with_reasons_and_the_line(city):
    said = run("2024M05")
    assert said.startswith("待审 3 家，审完前 1 家后，其余的预期误差合计不超过各项合计的 0.1%。")
    lines = said.splitlines()
    assert "万倍软件：多项指标约为预期的 10 倍，疑似单位填错" in lines[2] and "审到这里可以停" in lines[3]
    assert "南岸软件" in lines[4] and "如常软件" in lines[5]


def test_a_district_is_named_or_coded(city):
    assert "南岸软件" in run("2024M05", "--district", "南岸区") and "万倍" not in run("2024M05", "--district", NANAN)


def test_json_has_the_same(city):
    said = json.loads(run("2024M05", "--json"))
    assert said["stop"]["first"] == 1 and said["stop"]["limit"] == "0.1"
    first = said["rows"][0]
    assert (first["place"], first["firm"], first["cell"], first["before_stop"]) == (1, "万倍软件", "2020.c1", True)


@pytest.mark.parametrize(
    ("given", "sentence"), [(["2024M09"], "没有报告期 2024M09"), (["2024M05", "--district", "江北"], "“江北”的区县")]
)
def test_what_there_is_not_is_said(city, given, sentence):
    with pytest.raises(CommandError, match=sentence):
        run(*given)
