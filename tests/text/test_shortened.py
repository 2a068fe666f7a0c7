"""A code Excel took for a number is never read as another code: the form and the register tell of Excel."""

from datetime import datetime

import pytest

from forms_tables.edition.periods import PeriodCode
from tests.register.test_register_import import NEW, tried
from tests.workbooks import bad_workbooks as bad
from tests.workbooks.test_workbooks import read, template
from text.sheets import SheetCell
from text.shortened import shortened

YEAR = PeriodCode.parse("2024A")


@pytest.fixture(scope="module")
def form() -> bytes:
    return template(YEAR, ("软统企1",))


def said(form: bytes, cell: str, value, shape: str = "General") -> str:
    def fill(book):
        there = bad.cell_of(book["软统企1"], cell)
        there.value, there.number_format = value, shape

    return "\n".join(problem.problem for problem in read(bad.changed(form, fill), YEAR).problems)


@pytest.mark.parametrize(
    ("cell", "value", "words"),
    [
        ("A16.v", 2010.1, "“2010.1”分不清是 2010 年 1 月还是 10 月：Excel 把 2010.10 当作数字"),
        ("A29.v", 1, "“1”是数字：Excel 会去掉代码前面的 0（000001 变成 1）"),
        ("A29.v", 2405, "“2405”是数字：Excel 会去掉代码前面的 0"),
        ("A12.v", 2363890000, "“2363890000”不是完整的号码：Excel 把它当作数字，去掉了区号前面的 0"),
        ("A12.v", 75588880000, "去掉了区号前面的 0"),
        ("A15.v", 10000, "“10000”不足 6 位：Excel 把邮政编码当作数字"),
        ("A31.v", 915001120000010000, "Excel 把它当作数字，只保留前 15 位"),
        ("A31.v", "9.15001E+17", "Excel 把它当作数字，只保留前 15 位"),
        ("A11.v", 6222021234567890123, "超过 15 位：Excel 把它当作数字，只保留前 15 位"),
    ],
)
def test_the_form_asks_about_what_a_number_lost(form, cell, value, words):
    found = said(form, cell, value)
    assert words in found and "软统企1!" in found


@pytest.mark.parametrize(
    ("cell", "shape"),
    [("A16.v", 'm"月"d"日"'), ("A49.v", "d-mmm"), ("A49.v", "[$-en-US]d-mmm;@"), ("A16.v", 'm"月"'), ("A16.v", "h:mm")],
)
def test_a_date_shown_without_its_year_is_asked_about(form, cell, shape):
    assert "年份 2026 是 Excel 自己加的" in said(form, cell, datetime(2026, 5, 24), shape)


@pytest.mark.parametrize(
    ("cell", "value", "text"),
    [
        ("A16.v", 2010.11, "2010.11"),
        ("A16.v", 2010.2, "2010.2"),
        ("A16.v", datetime(2010, 10, 1), "2010-10"),
        ("A29.v", 600000, "600000"),
        ("A12.v", 63890000, "63890000"),
        ("A12.v", 13800000000, "13800000000"),
        ("A12.v", 4008008000, "4008008000"),
        ("A15.v", 400000, "400000"),
        ("A29.v", "000001", "000001"),
        ("A12.v", "023-63890000", "023-63890000"),
    ],
)
def test_what_lost_nothing_is_read(form, cell, value, text):
    shape = "yyyy-mm" if isinstance(value, datetime) else "General"
    assert said(form, cell, value, shape) == ""
    found = read(bad.filled(form, "软统企1", {cell: value}), YEAR)
    assert found.cells[cell][: len(text)] == text


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("统一社会信用代码", 915001120000010000, "Excel 把它当作数字，只保留前 15 位"),
        ("固定电话", 2363890000, "去掉了区号前面的 0"),
        ("起报日期", "24-1-1", "“24-1-1”的年份只有两位；如果是 2024 年，请写成 2024-01-01"),
        ("起报日期", "2204-01-01", "2204-01-01 不在 2000 年到今后一年之间"),
        ("起报日期", "1924-01-01", "1924-01-01 不在 2000 年到今后一年之间"),
        ("起报日期", 45292, "“45292”是 Excel 存日期用的数"),
        ("邮箱", "mailto:qj@example.com", "请删去前面的“mailto:”，只写邮箱地址"),
        ("邮箱", "http://example.com/qj@example.com", "请删去前面的“http://”"),
        ("邮箱", "钱进 <qj@example.com>", "请删去姓名和尖括号"),
        ("邮箱", "a@example.com;b@example.com", "只能写一个邮箱地址"),
        ("单位详细名称", "#N/A", "是电子表格的错误值 #N/A"),
        ("单位详细名称", "重庆\n渝乙", "单元格里有换行，请删去，写在一行里"),
        ("联系人", 6222021234567890123, "超过 15 位：Excel 把它当作数字"),
        ("联系人", "=VLOOKUP(A2,B:C,2)", "是公式，文件里没有它算出的结果"),
    ],
)
@pytest.mark.django_db
def test_the_register_says_it_by_the_cell(cast, column, value, words):
    found = tried(cast.zhou_tao, {**NEW, column: value})
    (problem,) = [problem for problem in found.problems if problem.column == column]
    assert words in problem.reason and problem.row == 2


def test_an_organisation_code_too():
    assert "“12345678”不足 9 位" in shortened(SheetCell(1, 1, 12345678), "organisation_code")
