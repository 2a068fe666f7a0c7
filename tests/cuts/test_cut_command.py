"""./manage.py cut over the small city of tests/filling/figures.py."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.filling.figures import make_city

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = StringIO()
    call_command("cut", *words, stdout=out)
    return out.getvalue()


def test_it_gives_the_cut_as_json():
    make_city()
    told = json.loads(run("2024M05", "--by", "district,scope", "--show", "2020.c1,2010.c1", "--json"))
    assert told["cut"] == {
        "by": ["district", "scope"],
        "show": ["2020.c1", "2010.c1"],
        "where": {},
        "districts": "then",
        "include_submitted": False,
    }
    [period] = told["periods"]
    assert {name: period[name] for name in ("period", "provisional", "owed", "filed", "counted")} == {
        "period": "2024M05", "provisional": True, "owed": 4, "filed": 3, "counted": 2,
    }  # fmt: skip
    assert period["share_of_last_year"] == "60.0"  # 6000 of the 10000 of those who owe
    assert period["rows"] == [
        {
            "district": "500103", "scope": "", "names": {"district": "渝中区", "scope": "未填报"},
            "firms": 1, "2020.c1": "0.07", "2010.c1": "2000.25",
        },
        {
            "district": "500103", "scope": "1,3A",
            "names": {"district": "渝中区", "scope": period["rows"][1]["names"]["scope"]},
            "firms": 1, "2020.c1": "700.33", "2010.c1": "1000.10",
        },
    ]  # fmt: skip
    assert period["whole"] == {"firms": 2, "2020.c1": "700.40", "2010.c1": "3000.35"}


def test_what_nobody_filled_is_null_and_not_nought():
    make_city()
    told = json.loads(run("2024M05", "--by", "scope", "--show", "2010.c2", "--json"))
    assert [row["2010.c2"] for row in told["periods"][0]["rows"]] == [None, "900.05"]


def test_it_is_narrowed_to_groups_also_to_those_that_hold_a_comma():
    make_city()
    several = json.loads(run("2024M05", "--show", "2010.c1", "--where", "scope=1,3A;", "--json"))
    assert several["periods"][0]["whole"] == {"firms": 1, "2010.c1": "1000.10"}
    unsaid = json.loads(run("2024M05", "--show", "2010.c1", "--where", "scope=-", "--json"))
    assert unsaid["periods"][0]["whole"] == {"firms": 1, "2010.c1": "2000.25"}
    waiting = ["--include-submitted", "--where", "district=500101"]
    assert json.loads(run("2024M05", *waiting, "--json"))["periods"][0]["whole"] == {"firms": 1}


def test_without_json_it_is_a_table():
    make_city()
    said = run("2024M05", "--by", "district", "--show", "2010.c1")
    assert "2024年5月未锁定，2 家（占上年收入 60.0%）。" in said
    assert said.splitlines()[-2].split() == ["渝中区", "2", "3,000.35"]
    assert said.splitlines()[-1].split() == ["合计", "2", "3,000.35"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("2024M13",), "没有报告期2024M13"),
        (("2024M05", "--by", "colour"), "不能按“colour”分组；可用的有 district（区县）"),
        (("2024M05", "--show", "9999.c1"), "没有“9999.c1”这一格"),
        (("2024M05", "--show", "Y2010.y"), "2024年5月填的是月报，没有“Y2010.y”"),
        (("2024M05", "--show", "2113.c1"), "不能加总"),
        (("2024M05", "--where", "size"), "--where size 写法不对，应像 --where size=1,2。"),
        (("2024M05", "--where", "district=500104"), "没有一家企业：请放宽筛选（区县），或加上待审核的"),
    ],
)
def test_what_cannot_be_cut_is_one_sentence(words, sentence):
    make_city()
    with pytest.raises(CommandError, match=sentence):
        run(*words)
