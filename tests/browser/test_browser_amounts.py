"""A figure as the form's script reads it and as the server does: the same, in any spelling; and what is worked out."""

import random
from decimal import Decimal

import pytest
from django.templatetags.static import static

from forms_tables.edition.catalog import load_edition
from forms_tables.filling.parsing import Problem, parse
from reporting.pages.grid import as_measure

pytestmark = pytest.mark.browser

EDITION = load_edition("chongqing-2024")
CELLS = ["2010.c2", "2090.c1", "2112.c1", "2041.c1", "E41.k", "F190.e", "2113.c1", "2020.c4"]
READ = """async ([url, asked]) => {
  const { meaningOf, readFigure, shapeOf } = await import(url);
  return asked.map(([text, decimals, unit]) => ({ ...readFigure(text, { decimals, unit }), meaning: meaningOf(text) }));
}"""


def measure(cell: str) -> tuple[int | None, str]:
    code, _, column = cell.partition(".")
    indicator = EDITION.indicator(code)
    return indicator.decimals_in(column), indicator.column(column).unit or indicator.unit


def on_server(cell: str, text: str):
    code, _, column = cell.partition(".")
    return parse(EDITION.indicator(code), column, text)


@pytest.fixture
def ask(page):
    """What the script reads in each of many (cell, text)."""
    page.goto("/login/")

    def asked(pairs):
        return page.evaluate(READ, [static("sheet/amounts.js"), [[text, *measure(cell)] for cell, text in pairs]])

    return asked


def spellings() -> list[str]:
    """Figures in every dress people and programs give them, and texts that are none."""
    draw = random.Random(13)
    alphabet = "0123456789.,-+−－﹣，．０１２３４５６７８９ \u3000\u00a0\u200b\u202d\ufeff()（）万亿元%e#=/—–。"
    plain = " 0 -0 -0.00 00012 .5 5. +5 1.230 １２，３４５．６ 1,234,567.89 1，234 12e3 \u202d1,234.50\u202c".split(" ")
    found = [*plain, " ", "1\u00a0234", "\u00a01,200.00\u00a0", "1\t2", "\x0b12", "12\x85", "1\u20282", "９" * 16]
    for _ in range(1500):
        whole = str(draw.randrange(10 ** draw.randrange(1, 17)))
        text = draw.choice([whole, f"{int(whole):,}"])
        if draw.random() < 0.6:
            text += f".{draw.randrange(10 ** draw.randrange(1, 5))}{draw.choice(['', '0', '00'])}"
        text = draw.choice(["", "-", "+", "−", "－", "﹣"]) + text
        if draw.random() < 0.3:
            text = text.translate({code: chr(code + 0xFEE0) for code in range(ord("!"), ord("~"))})
        before, after = draw.choice(["", " ", "\u3000", "\u00a0", "\u200e", "\ufeff"]), draw.choice(["", " ", "\u202c"])
        found.append(before + text + after)
    found += ["".join(draw.choice(alphabet) for _ in range(draw.randrange(1, 9))) for _ in range(3000)]
    return found


def test_the_script_and_the_server_read_the_same_figures(ask):
    pairs = [(CELLS[at % len(CELLS)], text) for at, text in enumerate(spellings())]
    read_as_figures = 0
    for (cell, text), script in zip(pairs, ask(pairs), strict=True):
        server, told = on_server(cell, text), (cell, text, script)
        meant = on_server(cell, script["meaning"])
        if isinstance(server, Decimal):
            read_as_figures += 1
            assert script["kind"] == "figure" and not script["isWorkedOut"], told
            shaped = on_server(cell, script["shape"])
            assert (shaped, meant) == (server, server), told
            assert str(shaped) == str(script["shape"]).replace(",", ""), told  # nothing of it is left to be guessed
        elif server is None:
            assert (script["kind"], script["meaning"], meant) == ("blank", "", None), told
        else:
            assert isinstance(meant, Problem), told  # what the server cannot read is never made readable unseen
            assert script["kind"] == "refused" or script["isWorkedOut"] or "负数" in server.problem, told
        if script["kind"] == "figure":
            shaped = on_server(cell, script["shape"])
            assert isinstance(shaped, Decimal) or "负数" in shaped.problem, told
    assert read_as_figures > 700


WORKED_OUT = [
    ("2010.c2", "1.2亿", "12,000.00"),
    ("2010.c2", "1.2 亿元", "12,000.00"),
    ("2010.c2", "3500万", "3,500.00"),
    ("2010.c2", "３，５００．５万元", "3,500.50"),
    ("2010.c2", "500元", "0.05"),
    ("2010.c2", "1,234,500元", "123.45"),
    ("2010.c2", "￥1,234,500", "123.45"),
    ("2010.c2", "人民币1,234,500元", "123.45"),
    ("2010.c2", "RMB 1,234,500.00", "123.45"),
    ("2010.c2", "2千万", "2,000.00"),
    ("2010.c2", "3百万元", "300.00"),
    ("2010.c2", "0.3万亿", "30,000,000.00"),
    ("2010.c2", "(500)", "-500.00"),
    ("2010.c2", "（1,200.50）", "-1,200.50"),
    ("2010.c2", "（500元）", "-0.05"),
    ("2010.c2", "(3)亿", "-30,000.00"),
    ("2010.c2", "500-", "-500.00"),
    ("2010.c2", "1,200.50–", "-1,200.50"),
    ("2010.c2", "—12", "-12.00"),
    ("2010.c2", "- 12", "-12.00"),
    ("2010.c2", "¥-500万", "-500.00"),
    ("2010.c2", "-1.2亿", "-12,000.00"),
    ("2010.c2", "12。5", "12.50"),
    ("2010.c2", "\u202d1.2亿\u202c", "12,000.00"),
    ("2112.c1", "1.2万", "12,000"),
    ("2112.c1", "120人", "120"),
    ("2041.c1", "500万美元", "500.00"),
    ("2041.c1", "$1,234,500", "123.45"),
    ("2041.c1", "US$50000", "5.00"),
    ("2041.c1", "3亿", "30,000.00"),
    ("2020.c4", "12.5%", "12.5"),
    ("2020.c4", "12.5％", "12.5"),
    ("2020.c4", "(3.0%)", "-3.0"),
]
REFUSED = [
    ("2010.c2", "1.23456789亿", "是12,345.6789万元，小数超过2位；系统不代为四舍五入"),
    ("2010.c2", "1,200.50元", "是0.12005万元，小数超过2位"),
    ("2010.c2", "500美元", "单位与本行的“万元”不同"),
    ("2010.c2", "$500", "单位与本行的“万元”不同"),
    ("2010.c2", "12%", "单位与本行的“万元”不同"),
    ("2010.c2", "12个", "单位与本行的“万元”不同"),
    ("2010.c2", "(-5)", "写了两次正负号"),
    ("2010.c2", "-5-", "写了两次正负号"),
    ("2010.c2", "1,23元", "不是数字"),
    ("2010.c2", "1,23", "千分位逗号位置不对"),
    ("2010.c2", "1 234", "中间有空格"),
    ("2010.c2", "-", "没有发生额请填0，不适用请清空"),
    ("2010.c2", "—", "没有发生额请填0，不适用请清空"),
    ("2010.c2", "无", "没有发生额请填0，不适用请清空"),
    ("2010.c2", "#DIV/0!", "错误值"),
    ("2010.c2", "=A1", "公式"),
    ("2010.c2", "1.2E+05", "科学计数法"),
    ("2010.c2", "1亿2000万", "不是数字"),
    ("2010.c2", "2024-05", "不是数字"),
    ("2010.c2", "99999999万亿", "整数部分超过15位"),
    ("2112.c1", "0.5人", "应为整数"),
    ("2112.c1", "12.5", "应为整数"),
    ("2112.c1", "12家", "单位与本行的“人”不同"),
    ("2041.c1", "500元", "单位与本行的“万美元”不同"),
    ("2020.c4", "3万%", "单位与本行的“%”不同"),
    ("2020.c4", "125‰", "单位与本行的“%”不同"),
]


def test_amounts_are_worked_out_to_the_last_digit_or_refused_with_the_reason(ask):
    for (cell, text, shape), script in zip(WORKED_OUT, ask([row[:2] for row in WORKED_OUT]), strict=True):
        assert (script["kind"], script.get("shape"), script.get("isWorkedOut")) == ("figure", shape, True), script
        assert isinstance(on_server(cell, text), Problem)  # or there was nothing to work out
    for (_cell, text, why), script in zip(REFUSED, ask([row[:2] for row in REFUSED]), strict=True):
        assert script["kind"] == "refused" and why in script["why"], (text, script)


def test_every_unit_of_the_edition_takes_a_figure_with_itself(ask):
    """12万元 in a row of 万元, 12台 and 12万台 in one of 万台（套）: nothing about it is another unit."""
    figures = [row for row in EDITION.indicators.values() if row.is_figure]
    cells = {f"{row.code}.{key}": row.unit for row in figures for key in row.columns}
    one_each = {unit: cell for cell, unit in cells.items() if unit and "／" not in unit and measure(cell)[1] == unit}
    assert len(one_each) > 12
    pairs = [(cell, f"12{unit}") for unit, cell in one_each.items() if not unit.endswith("）") or "万" in unit]
    for (cell, text), script in zip(pairs, ask(pairs), strict=True):
        assert script["kind"] == "figure" and on_server(cell, script["shape"]) == 12, (cell, text, script)
    assert as_measure(*measure("2010.c1")) == "2 万元"
