"""Both growths and the bridge against figures worked out by hand, in a month and in an annual."""

import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import District
from reporting.cuts.cutting import CannotCut
from reporting.growth.bridge import GrowthRate
from reporting.growth.comparing import AskedGrowth, compare
from reporting.growth.words import as_json, left_out_words
from reporting.models import Filing, FrozenRelease, Period, Release, State
from reporting.releases.layouts import LAYOUT
from reporting.releases.rows import rows_of
from reporting.totals.aggregation import summarise
from tests.cast import AT
from tests.filling.figures import file_values
from tests.growth.city import NANAN, YUZHONG, a_period, make_growing_city
from tests.history.books import stand

pytestmark = pytest.mark.django_db
PRODUCTS, SERVICES = "2021", "2022"
THEN, NOW = "2023M05", "2024M05"


@pytest.fixture
def city(db):
    return make_growing_city()


def of_class(code: str, now: str, then: str | None = None) -> dict[str, str]:
    """A firm that earns with one class alone."""
    found = {"2020.c1": now, f"{code}.c1": now}
    return found if then is None else found | {"2020.c2": then}


@pytest.fixture
def published_example(city):
    """practice_examples.json: 1000 published, 1180 now with 90 of newcomers (60 last year), leavers 40, 20
    reclassified in, a correction of −15. Of the firms that make products."""
    city.files("留存", THEN, of_class(PRODUCTS, "960"))
    city.files("退出", THEN, of_class(PRODUCTS, "40"))
    city.files("转来", THEN, of_class(SERVICES, "20"))
    city.files("留存", NOW, of_class(PRODUCTS, "1060", "945"))
    city.files("转来", NOW, of_class(PRODUCTS, "30", "20"))
    city.files("新进", NOW, of_class(PRODUCTS, "90", "60"))
    return city


def amounts(bridge):
    return {line.key: (str(line.amount), line.firms) for line in bridge.lines()}


def test_the_bridge_of_the_practice_example(published_example):
    compared = compare(AskedGrowth(NOW, "2020.c1", by="class"))
    bridge = compared.groups[PRODUCTS]
    assert amounts(bridge) == {
        "published": ("1000.00", 2),
        "came": ("60.00", 1),
        "left": ("-40.00", 1),
        "reclassified_in": ("20.00", 1),
        "restated": ("-15.00", 1),
        "base": ("1025.00", 3),
        "grew_stayed": ("125.00", 2),
        "grew_came": ("30.00", 1),
        "level": ("1180.00", 3),
    }
    assert str(compared.on_published(bridge).shown) == "18.0"
    assert str(compared.comparable(bridge).shown) == "15.1"
    assert compared.comparable(bridge).exact.quantize(Decimal("0.01")) == Decimal("15.12")
    assert str(bridge.of_stayed.shown) == "13.0"
    assert bridge.of_stayed.exact.quantize(Decimal("0.01")) == Decimal("12.95")


def test_what_leaves_a_group_by_reclassification_is_in_no_step_of_the_city(published_example):
    compared = compare(AskedGrowth(NOW, "2020.c1", by="class"))
    assert amounts(compared.groups[SERVICES]) == {
        "published": ("20.00", 1),
        "reclassified_out": ("-20.00", 1),
        "base": ("0.00", 0),
        "level": ("0.00", 0),
    }
    whole = compared.whole
    assert "reclassified_in" not in amounts(whole) and "reclassified_out" not in amounts(whole)
    assert (whole.published, whole.base, whole.level) == (Decimal(1020), Decimal(1025), Decimal(1180))


def test_the_ten_say_what_each_firm_did_to_the_published_growth(published_example):
    compared = compare(AskedGrowth(NOW, "2020.c1", by="class"))
    firms = {firm.pk: name for name, firm in published_example.firms.items()}
    assert [firms[each.firm] for each in compared.movers(PRODUCTS) if each.before is None] == ["新进", "转来"]
    assert [each["then"] for each in as_json(compared)["movers"]] == ["960.00", None, "40.00", "20.00"]
    found = [(firms[each.firm], str(each.change), each.words) for each in compared.movers(PRODUCTS)]
    assert found == [
        ("留存", "100.00", ("更正上年数",)),
        ("新进", "90.00", ("新进",)),
        ("退出", "-40.00", ("退出",)),
        ("转来", "30.00", ("归入",)),
    ]
    points = sum(each.points for each in compared.movers(PRODUCTS))
    assert points == compared.on_published(compared.groups[PRODUCTS]).exact


def test_moves_between_districts_cancel_in_the_city(city):
    city.files("搬家", THEN, of_class(PRODUCTS, "100"), YUZHONG)
    city.files("不动", THEN, of_class(PRODUCTS, "50"), NANAN)
    city.files("搬家", NOW, of_class(PRODUCTS, "130", "100"), NANAN)
    city.files("不动", NOW, of_class(PRODUCTS, "50", "50"), NANAN)
    compared = compare(AskedGrowth(NOW, "2020.c1", by="district"))
    assert amounts(compared.groups[YUZHONG])["moved_out"] == ("-100.00", 1)
    assert amounts(compared.groups[NANAN])["moved_in"] == ("100.00", 1)
    nanan = compared.groups[NANAN]
    assert (nanan.published, nanan.base, nanan.level) == (Decimal(50), Decimal(150), Decimal(180))
    assert str(compared.on_published(nanan).shown) == "260.0"
    assert str(compared.comparable(nanan).shown) == "20.0"
    own = compare(AskedGrowth(NOW, "2020.c1", within=YUZHONG))
    assert amounts(own.whole)["moved_out"] == ("-100.00", 1)
    assert [each.now for each in own.movers(None)] == [None]  # what it has elsewhere is not told


def test_who_owes_and_does_not_count_has_not_left(city):
    city.files("退出", THEN, of_class(PRODUCTS, "40"))
    city.files("未审", THEN, of_class(PRODUCTS, "25"))
    city.files("留存", THEN, of_class(PRODUCTS, "100"))
    city.files("留存", NOW, of_class(PRODUCTS, "110", "100"))
    waiting = city.files("未审", NOW, of_class(PRODUCTS, "30", "25")).filing
    waiting.state, waiting.approved, waiting.counted = State.SUBMITTED, None, None
    waiting.save()
    compared = compare(AskedGrowth(NOW, "2020.c1"))
    told = amounts(compared.whole)
    warning = "应报而未计入 1 家（上年数 25.00万元，占上年公布数的 15.2%），按公布数的增速不宜单独引用。"
    assert as_json(compared)["growth"]["published"]["warning"] == warning  # 25 of 165
    assert (told["left"], told["missing"], told["base"]) == (("-40.00", 1), ("-25.00", 1), ("100.00", 1))


def test_a_firm_that_left_the_cell_blank_in_one_year_neither_came_nor_left(city):
    """All filed in both years: 退填 had 40 and is blank now, 新填 was blank and has 90 after 60."""
    city.files("留存", THEN, of_class(PRODUCTS, "100"))
    city.files("退填", THEN, of_class(PRODUCTS, "40"))
    city.files("新填", THEN, {"2090.c1": "1"})
    city.files("留存", NOW, of_class(PRODUCTS, "110", "100"))
    city.files("退填", NOW, {"2090.c1": "1"})
    city.files("新填", NOW, of_class(PRODUCTS, "90", "60"))
    compared = compare(AskedGrowth(NOW, "2020.c1"))
    assert amounts(compared.whole) == {
        "published": ("140.00", 2),
        "filled": ("60.00", 1),
        "emptied": ("-40.00", 1),
        "base": ("160.00", 2),
        "grew_stayed": ("10.00", 1),
        "grew_filled": ("30.00", 1),
        "level": ("200.00", 2),
    }
    assert str(compared.whole.of_stayed.shown) == "10.0"
    assert {each.words for each in compared.movers(None)} == {("上年空白",), ("本期空白",), ()}


def test_who_was_let_off_has_left(city):
    city.files("迁出", THEN, of_class(PRODUCTS, "40"))
    city.files("留存", THEN, of_class(PRODUCTS, "100"))
    city.files("留存", NOW, of_class(PRODUCTS, "110", "100"))
    let_off = city.files("迁出", NOW, of_class(PRODUCTS, "30")).filing
    let_off.state, let_off.approved, let_off.counted = State.EXEMPT, None, None
    let_off.save()
    compared = compare(AskedGrowth(NOW, "2020.c1"))
    told = amounts(compared.whole)
    assert told["left"] == ("-40.00", 1) and "missing" not in told
    assert "warning" not in as_json(compared)["growth"]["published"]


@pytest.mark.parametrize("text", ["约一百", "NaN", "Infinity"])
def test_a_text_that_is_no_figure_is_blank_as_in_the_totals(city, text):
    for period in (THEN, NOW):
        city.files("甲", period, of_class(PRODUCTS, "100", "100"))
        city.files("乙", period, of_class(PRODUCTS, text, text))
    bridge = compare(AskedGrowth(NOW, "2020.c1")).whole
    assert (bridge.published, bridge.base, bridge.level) == (Decimal(100), Decimal(100), Decimal(100))


def test_an_annual_is_compared_with_the_last_one(city):
    for name, figure in (("甲", "300"), ("乙", "200")):
        city.files(name, "2022A", {"Y2020.y": figure, "A22.v": "6513"})
    city.files("甲", "2023A", {"Y2020.y": "330", "Y2020.p": "310", "A22.v": "6513"})
    city.files("丙", "2023A", {"Y2020.y": "50", "A22.v": "6510"})
    compared = compare(AskedGrowth("2023A", by="industry"))
    assert compared.cells.own == "Y2020.y" and compared.months is None
    assert amounts(compared.whole) == {
        "published": ("500.00", 2),
        "came": ("0", 1),
        "left": ("-200.00", 1),
        "restated": ("10.00", 1),
        "base": ("310.00", 2),
        "grew_stayed": ("20.00", 1),
        "grew_came": ("50.00", 1),
        "level": ("380.00", 2),
    }
    assert left_out_words(compared, None) == ["1 家的表里没有上年数，本期 50.00万元 只计入本期，同口径增速因此偏高。"]
    assert compared.groups["6510"].comparable.exact is None
    assert compared.groups["6510"].comparable.why == "基期数为 0，不计算增速"


def test_balances_are_compared_with_what_the_form_says_of_the_beginning_of_the_year(city):
    city.files("甲", "2022A", {"F101.e": "100"})
    city.files("甲", "2023A", {"F101.e": "110", "F101.b": "100"})
    assert compare(AskedGrowth("2023A", "F101.e")).whole.comparable.shown == Decimal("10.0")


def test_entries_that_were_merged_are_one_firm(city):
    city.files("甲", THEN, of_class(PRODUCTS, "100"))
    city.files("甲的旧登记", THEN, of_class(PRODUCTS, "30"), NANAN)
    city.files("甲", NOW, of_class(PRODUCTS, "150", "130"))
    city.firm("甲的旧登记", merged_into="甲")
    bridge = compare(AskedGrowth(NOW, "2020.c1")).whole
    assert amounts(bridge) == {
        "published": ("130.00", 1),
        "base": ("130.00", 1),
        "grew_stayed": ("20.00", 1),
        "level": ("150.00", 1),
    }


def test_imported_history_is_compared_as_it_is_totalled(cast):
    """云图 12,000 after 10,000 in its file, which stood nowhere; 嘉陵 3,000 after 2,500 that were imported."""
    stand(cast.yuntu, "2023M12", {"2010.c1": "12000.00", "2010.c2": "10000.00"})
    stand(cast.jialing, "2023M12", {"2010.c1": "3000.00"})
    stand(cast.jialing, "2022M12", {"2010.c1": "2500.00"})
    stand(cast.jialing, "2023M11", {"2010.c1": "2700.00", "2010.c3": "2450.00"})
    compared = compare(AskedGrowth("2023M12", "2010.c1"))
    assert amounts(compared.whole) == {
        "published": ("2500.00", 1),
        "came": ("10000.00", 1),
        "base": ("12500.00", 2),
        "grew_stayed": ("500.00", 1),
        "grew_came": ("2000.00", 1),
        "level": ("15000.00", 2),
    }
    assert (compared.months.whole.value, compared.months.whole.unknown) == (Decimal(300), 1)
    assert str(compared.months.rate(None).shown) == "20.0"  # 300 after 250


def test_without_last_year_there_is_only_the_comparable_growth(city):
    city.files("甲", NOW, of_class(PRODUCTS, "150", "120"))
    compared = compare(AskedGrowth(NOW))
    assert compared.on_published(compared.whole).why == "没有2023年5月的汇总，不能按公布数计算"
    assert str(compared.comparable(compared.whole).shown) == "25.0"
    assert as_json(compared)["bridge"] == []


def test_levels_are_those_of_the_totals(published_example):
    compared = compare(AskedGrowth(NOW, "2020.c1"))
    now, then = (summarise(Period.objects.get(pk=code), AT).city.cells for code in (NOW, THEN))
    bridge = compared.whole
    assert (bridge.level, bridge.base, bridge.published) == (now["2020.c1"], now["2020.c2"], then["2020.c1"])
    assert compared.comparable(bridge).shown == now["2020.c4"]


@pytest.mark.parametrize(
    ("now", "base", "shown"), [("112.25", "100", "12.3"), ("87.75", "100", "-12.3"), ("99.96", "100", "0.0")]
)
def test_a_rate_is_rounded_half_away_from_zero_and_kept_unrounded(now, base, shown):
    rate = GrowthRate(Decimal(now), Decimal(base))
    assert str(rate.shown) == shown
    assert rate.exact == (Decimal(now) - Decimal(base))


def test_there_is_no_rate_on_nought_or_a_loss():
    assert GrowthRate(Decimal(1), Decimal(0)).why == "基期数为 0，不计算增速"
    assert GrowthRate(Decimal(1), Decimal(-1)).why == "基期数为负，不计算增速"
    assert GrowthRate(Decimal(1), Decimal(-1)).shown is None


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (AskedGrowth("2031M05"), "没有报告期2031M05"),
        (AskedGrowth(NOW, "2020.c2"), "不能计算同比：请选2024年5月各表中本期数的一格"),
        (AskedGrowth(NOW, "Y2020.y"), "请改选月报的指标"),
        (AskedGrowth(NOW, "9999.c1"), "没有“9999.c1”这一格"),
        (AskedGrowth(NOW, by="colour"), "不能按“colour”分组"),
    ],
)
def test_what_cannot_be_compared_is_said_in_a_sentence(db, asked, words):
    a_period(NOW)
    with pytest.raises(CannotCut, match=words):
        compare(asked)


def test_the_command_tells_people_and_scripts(published_example):
    out = StringIO()
    call_command("growth", NOW, "--cell", "2020.c1", "--by", "class", "--json", stdout=out)
    told = json.loads(out.getvalue())
    products = told["groups"][PRODUCTS]
    assert products["growth"]["published"]["rate"] == "18.0"
    assert products["growth"]["comparable"] | {"unrounded": ""} == {"base": "1025.00", "rate": "15.1", "unrounded": ""}
    assert products["growth"]["comparable"]["unrounded"].startswith("15.1219512195")
    assert {"step": "restated", "amount": "-15.00", "firms": 1} in products["bridge"]
    assert told["provisional"] is False
    assert [(each["name"], each["points"]) for each in told["movers"]][:2] == [("留存", "+9.80"), ("新进", "+8.82")]
    out = StringIO()
    call_command("growth", NOW, stdout=out)
    assert "按公布数 15.7%，同口径 15.1%" in out.getvalue()
    with pytest.raises(CommandError, match="没有报告期2031M05"):
        call_command("growth", "2031M05")


def release_rows_of(period: Period) -> None:
    """What of a release growth reads."""
    made = Release.objects.create(
        period=period, number=1, kind=Release.LOCK, at=AT, layout=LAYOUT, edition_code=period.edition_code
    )
    FrozenRelease.objects.create(release=made, content=b"", rows=rows_of(period, LAYOUT), workbook=b"")


def test_a_released_level_stays_though_firms_move_and_are_amended_afterwards(published_example):
    long = "123456789012345.12345678"  # no column holds it
    published_example.files("长数", THEN, of_class(PRODUCTS, long), NANAN)
    asked = AskedGrowth(NOW, "2020.c1", by="class")
    before = as_json(compare(asked))
    for code in (THEN, NOW):
        release_rows_of(Period.objects.get(pk=code))
    for filing in Filing.objects.all():
        file_values(filing, {"2020.c1": "7", "2022.c1": "7"}, published_example.by)
        Filing.objects.filter(pk=filing.pk).update(district=District.objects.get(code=NANAN))
    assert as_json(compare(asked)) == before
    assert compare(AskedGrowth(NOW, "2020.c1", by="district")).groups[NANAN].published == Decimal(long)
    Period.objects.filter(pk=NOW).update(state=Period.OPEN)
    assert compare(asked).whole.level == Decimal(7 * 3)


def test_a_period_that_is_not_locked_makes_growth_provisional(published_example):
    Period.objects.filter(pk=THEN).update(state=Period.OPEN)
    assert as_json(compare(AskedGrowth(NOW)))["provisional"] is True
