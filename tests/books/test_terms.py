"""Which names of the books mean which row: certain, only likely, or not at all."""

import pytest

from forms_tables.edition.catalog import load_edition
from reporting.books.grids import grids_of_paste
from reporting.books.statements import Statement, statements_in
from reporting.books.terms import can_be_fed, reading_of

EDITION = load_edition("chongqing-2024")
COSTS = ["销售费用", "管理费用", "研发费用", "财务费用"]
WITHIN = ["销售费用", "管理费用", "其中：研发费用", "财务费用"]


def books(kind: str, *names: str) -> Statement:
    head, telling = ("资产\t期末余额", "货币资金") if kind == "balance" else ("项目\t本年累计", "净利润")
    lines = [f"{name}\t{number}" for number, name in enumerate([*names, telling], start=1)]
    (found,) = statements_in(grids_of_paste("\n".join([head, *lines]))[0], 2024)
    return found


@pytest.mark.parametrize(
    ("row", "kind", "names", "terms", "is_sure"),
    [
        ("F320", "profit", ["减：营业税金及附加"], ["+营业税金及附加"], True),
        ("2010", "profit", ["一、营业收入"], ["+营业收入"], False),
        ("2010", "profit", ["一、营业收入", "其中：主营业务收入"], ["+主营业务收入"], True),
        ("2010", "profit", ["营业收入", "其他业务收入"], ["+营业收入", "-其他业务收入"], False),
        ("2080", "profit", COSTS, [f"+{name}" for name in COSTS], True),
        ("2080", "profit", ["营业费用", "管理费用", "财务费用"], ["+营业费用", "+管理费用", "+财务费用"], True),
        # What is 其中 of another is not added to it.
        ("2080", "profit", WITHIN, ["+销售费用", "+管理费用", "+财务费用"], True),
        ("F332", "profit", ["管理费用", "其中：研发费用"], ["+管理费用", "-研发费用"], False),
        ("F332", "profit", ["管理费用", "研发费用"], ["+管理费用"], True),
        ("2110", "profit", ["研发费用"], ["+研发费用"], False),
        # Old forms deduct a loss, new ones add it with a minus.
        ("F346", "profit", ["资产减值损失（损失以“-”号填列）"], ["+资产减值损失"], True),
        ("F346", "profit", ["减：资产减值损失"], ["-资产减值损失"], False),
        ("F346", "profit", ["资产减值损失"], ["+资产减值损失"], False),
        ("F162", "balance", ["应付票据", "应付账款"], ["+应付票据", "+应付账款"], True),
        ("F162", "balance", ["应付账款"], ["+应付账款"], False),
        ("F163", "balance", ["合同负债", "预收账款"], ["+合同负债", "+预收账款"], True),
        ("F104", "balance", ["预付账款"], ["+预付账款"], True),
        ("F124", "balance", ["固定资产账面价值"], ["+固定资产账面价值"], True),
        ("F124", "balance", ["固定资产净值"], ["+固定资产净值"], False),
        ("F127", "balance", ["存货", "其中：数据资源"], [], False),
        ("F391", "profit", ["应付职工薪酬"], [], False),
        ("F101", "balance", ["现金"], ["+货币资金"], True),
        ("2020", "profit", ["软件收入"], [], False),  # nothing that only resembles
    ],
)  # fmt: skip
def test_a_row_is_read_from(row, kind, names, terms, is_sure):
    found = reading_of(EDITION.indicator(row), books(kind, *names))
    assert (list(found.terms), found.is_sure) == (terms, is_sure)


def test_a_name_that_stands_twice_is_not_certain():
    found = reading_of(EDITION.indicator("F336"), books("profit", "利息收入", "财务费用", "利息收入"))
    assert found.terms == ("+利息收入（第 1 处）",) and not found.is_sure


def test_books_feed_the_tables_that_ask_what_they_say():
    assert [table.code for table in EDITION.tables if can_be_fed(table)] == ["软统企2", "软统企3", "软统企6"]
