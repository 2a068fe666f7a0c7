"""The register from Excel: a dry run row by row, then everything or nothing."""

import io
import zipfile
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook, load_workbook

from accounts.access import Refused
from accounts.models import Enterprise, JournalEntry
from forms_tables.edition.catalog import load_edition
from reporting.register.imports import importing, sheet_rows
from reporting.register.imports.columns import WHO, WHOM_TO_ASK
from reporting.register.workbook import template, write_register
from tests.cast import AT, FREE_CODE
from tests.invented import credit_code_of
from tests.may import open_period
from text.package import Unreadable

TOLD = load_edition("chongqing-2024").platform
COLUMNS = (*WHO, *(TOLD.facts[code].short for code in TOLD.columns), *WHOM_TO_ASK)

NEW = {
    "统一社会信用代码": FREE_CODE,
    "单位详细名称": "重庆新桥软件有限公司",
    "报送区县": "渝中区",
    "纳统类别": "1,3B",
    "行业代码": "6513",
    "嵌入式": "否",
    "人工智能": "是",
    "联系人": "钱进",
    "手机": 13900000001,
    "邮箱": "qj@example.com",
    "起报日期": date(2024, 6, 1),
}


def workbook(*rows: dict, columns=COLUMNS) -> io.BytesIO:
    book = Workbook()
    book.active.append(list(columns))
    for row in rows:
        book.active.append([row.get(column) for column in columns])
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


def tried(by, *rows: dict) -> importing.RegisterDryRun:
    return importing.try_import(workbook(*rows), "名录.xlsx", by=by, at=AT)


def imported(by, *rows: dict) -> importing.RegisterDryRun:
    return importing.import_register(workbook(*rows), "名录.xlsx", by=by, at=AT)


def known(enterprise, **changed) -> dict:
    return {"统一社会信用代码": enterprise.credit_code, **changed}


def test_a_dry_run_counts_and_writes_nothing(cast):
    counts = tried(
        cast.zhou_tao,
        NEW,
        known(cast.yuntu, 单位详细名称="重庆云图数字科技有限公司"),
        known(cast.shancheng, 联系人="统计员"),
    )
    assert (counts.new, counts.changed, counts.unchanged, counts.problems) == (1, 1, 1, [])
    assert not Enterprise.objects.filter(credit_code=FREE_CODE).exists()
    assert not JournalEntry.objects.exists()


def test_a_clean_import_adds_and_changes_and_journals(cast):
    imported(cast.zhou_tao, NEW, known(cast.yuntu, 单位详细名称="重庆云图数字科技有限公司", 人工智能="是"))
    firm = Enterprise.objects.get(credit_code=FREE_CODE)
    assert firm.district_on(date(2024, 6, 1)) == cast.yuzhong
    assert (firm.mobile, firm.joined_on) == ("13900000001", date(2024, 6, 1))
    assert firm.attributes == {
        "A22": "6513", "A34": "1,3B", "A36": "否", "A37": "是", "A38": "否", "A39": "否", "A40": "0"
    }  # fmt: skip
    cast.yuntu.refresh_from_db()
    assert cast.yuntu.attributes["A37"] == "是"
    change = JournalEntry.objects.get(action="导入修改名录")
    assert change.before == {"单位详细名称": "重庆云图软件有限公司", "人工智能": "否"}
    assert change.after == {"单位详细名称": "重庆云图数字科技有限公司", "人工智能": "是"}
    assert change.district == cast.yuzhong
    assert JournalEntry.objects.get(action="导入名录").after == {"新增": 1, "变更": 1, "不变": 0}


def test_a_newcomer_without_a_first_day_reports_from_the_earliest_open_period(cast):
    may, annual = open_period("2024M05", date(2024, 6, 1)), open_period("2023A", date(2024, 1, 1))
    blank, known_day = NEW | {"起报日期": ""}, NEW
    assert tried(cast.zhou_tao, known_day).owed == (
        "新增企业中 1 家自 2024-06-01 起报，已开启的各期都不须报；2024-06-01 当天及以后结束的报告期，开启后须报。",
    )
    assert tried(cast.zhou_tao, blank).owed == ("新增企业中 1 家自 2023-01-01 起报，将须报：2024年5月、2023年年报。",)
    assert imported(cast.zhou_tao, blank).is_clean
    firm = Enterprise.objects.get(credit_code=FREE_CODE)
    assert firm.joined_on == date(2023, 1, 1) and firm.residence_on(date(2023, 1, 1)).district == cast.yuzhong
    assert set(firm.filings.values_list("period", flat=True)) == {may.pk, annual.pk}


def test_a_blank_cell_keeps_what_is_there(cast):
    before = dict(cast.yuntu.attributes)
    imported(cast.zhou_tao, known(cast.yuntu, 联系人="新人"))
    cast.yuntu.refresh_from_db()
    assert (cast.yuntu.contact_name, cast.yuntu.name, cast.yuntu.attributes) == ("新人", "重庆云图软件有限公司", before)


@pytest.mark.parametrize(
    ("changed", "column", "words"),
    [
        ({"统一社会信用代码": "91500103MA7AAAA12L"}, "统一社会信用代码", "第18位"),
        ({"统一社会信用代码": ""}, "统一社会信用代码", "应为18位"),
        ({"单位详细名称": ""}, "单位详细名称", "必须填写"),
        ({"单位详细名称": "长" * 121}, "单位详细名称", "超过 120 个字"),
        ({"报送区县": "江北县"}, "报送区县", "不是现在的报送区县"),
        ({"报送区县": ""}, "报送区县", "必须写明"),
        ({"纳统类别": "9"}, "纳统类别", "“9”不在“纳统类别”代码表中"),
        ({"行业代码": "66"}, "行业代码", "“66”不在“行业代码"),
        ({"嵌入式": "也许"}, "嵌入式", "“也许”不是“是”或“否”"),
        ({"手机": "123"}, "手机", "11 位"),
        ({"固定电话": "电话"}, "固定电话", "区号-号码"),
        ({"邮箱": "qj"}, "邮箱", "name@example.com"),
        ({"起报日期": "六月"}, "起报日期", "不是日期"),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column(cast, changed, column, words):
    problems = tried(cast.zhou_tao, known(cast.yuntu), NEW | changed).problems
    assert [(problem.row, problem.column) for problem in problems] == [(3, column)]
    assert words in problems[0].reason
    assert "软统企1" not in problems[0].reason  # the register's column is the place, not the form's cell


def test_several_problems_of_a_row_are_all_said(cast):
    problems = tried(cast.zhou_tao, NEW | {"手机": "1", "邮箱": "x", "报送区县": "无"}).problems
    assert {problem.column for problem in problems} == {"手机", "邮箱", "报送区县"}


def test_the_same_code_twice_is_refused(cast):
    (problem,) = tried(cast.zhou_tao, NEW, NEW | {"单位详细名称": "又一家"}).problems
    assert (problem.row, problem.column) == (3, "统一社会信用代码")
    assert problem.reason == "这个代码在第 2 行已经有了，请只留一行。"


def test_one_wrong_row_keeps_everything_out(cast):
    done = imported(cast.zhou_tao, NEW, known(cast.yuntu, 手机="1"))
    assert not done.is_clean
    assert not Enterprise.objects.filter(credit_code=FREE_CODE).exists()
    assert not JournalEntry.objects.exists()


def test_an_import_does_not_move_a_firm_or_its_first_day(cast):
    problems = tried(cast.zhou_tao, known(cast.yuntu, 报送区县="南岸区", 起报日期="2024-01-01")).problems
    assert {problem.column: problem.reason[:12] for problem in problems}.keys() == {"报送区县", "起报日期"}
    assert any("办理迁移" in problem.reason for problem in problems)


def test_a_district_imports_its_own_firms_only(cast):
    assert tried(cast.chen_yu, NEW | {"报送区县": ""}, known(cast.yuntu, 联系人="新人")).is_clean
    (wrong,) = tried(cast.chen_yu, NEW | {"报送区县": "南岸区"}).problems
    assert "只能导入自己的企业" in wrong.reason
    (other,) = tried(cast.chen_yu, known(cast.shancheng, 联系人="新人")).problems
    assert "由南岸区管理" in other.reason


def test_a_district_does_not_name_key_firms(cast):
    (wrong,) = tried(cast.chen_yu, NEW | {"IC重点": "是"}).problems
    assert (wrong.column, "市级写入" in wrong.reason) == ("IC重点", True)
    assert tried(cast.chen_yu, known(cast.jialing, IC重点="是")).is_clean
    assert tried(cast.zhou_tao, NEW | {"IC重点": "是"}).is_clean


def test_only_districts_and_the_city_import(cast):
    for by in (cast.li_na, cast.liu_fang, cast.wu_gang):
        with pytest.raises(Refused, match="区县和市级"):
            tried(by, NEW)
        with pytest.raises(Refused, match="区县和市级"):
            imported(by, NEW)


def zip_bomb() -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 80_000_000)
    out.seek(0)
    return out


@pytest.mark.parametrize(
    ("source", "name", "words"),
    [
        (io.BytesIO(b"a,b\n1,2"), "名录.csv", "CSV"),
        (io.BytesIO(b"hello"), "名录.xlsx", "不是 Excel 工作簿"),
        (io.BytesIO(b""), "名录.xlsx", "空的"),
        (workbook(NEW), "名录.xlsm", "启用宏"),
        (workbook(), "名录.xlsx", "只有列名"),
        (workbook(NEW, columns=COLUMNS[:-2]), "名录.xlsx", "缺少列：邮箱、起报日期"),
        (workbook({}, columns=("标题",)), "名录.xlsx", "第一张工作表“Sheet”不是企业名录。请下载名录模板"),
        (workbook(NEW, columns=(*COLUMNS, "手机")), "名录.xlsx", "重复：手机"),
        (zip_bomb(), "名录.xlsx", "没有打开"),
    ],
)
def test_a_file_that_is_no_register_gets_a_sentence(cast, source, name, words):
    with pytest.raises(Unreadable, match=words):
        importing.try_import(source, name, by=cast.zhou_tao, at=AT)


def test_too_many_rows_are_not_read(cast, monkeypatch):
    monkeypatch.setattr(sheet_rows, "MOST_ROWS", 2)
    assert tried(cast.zhou_tao, NEW, known(cast.yuntu)).is_clean
    with pytest.raises(Unreadable, match="超过 2 行"):
        tried(cast.zhou_tao, NEW, known(cast.yuntu), known(cast.jialing))


def exported() -> bytes:
    out = io.BytesIO()
    write_register(out, Enterprise.objects.with_district(), AT)
    return out.getvalue()


def test_what_was_exported_imports_unchanged(cast):
    content = exported()
    again = importing.try_import(io.BytesIO(content), "名录.xlsx", by=cast.zhou_tao, at=AT)
    assert (again.new, again.changed, again.unchanged, again.problems) == (0, 0, 3, [])


def test_the_template_names_the_columns_and_explains_them(cast):
    book = load_workbook(io.BytesIO(template(AT)))
    assert [cell.value for cell in book["企业名录"][1]] == list(COLUMNS)
    assert "渝中区" in [cell.value for cell in book["填写说明"]["C"]]
    sheet = book["企业名录"]
    assert sheet.column_dimensions["A"].number_format == "@"  # a code that is typed there stays whole
    assert [rule.formula1 for rule in sheet.data_validations.dataValidation] == ['"是,否"'] * 4


def test_a_name_like_a_formula_is_exported_as_text(cast):
    Enterprise.objects.filter(pk=cast.yuntu.pk).update(name="=cmd|calc")
    content = exported()
    cell = load_workbook(io.BytesIO(content))["企业名录"]["B2"]
    assert (cell.value, cell.data_type) == ("=cmd|calc", "s")


def test_the_register_is_downloaded_by_those_who_see_it(client, cast):
    client.force_login(cast.chen_yu)
    book = load_workbook(io.BytesIO(client.get("/firms/export.xlsx").content))
    names = [row[1].value for row in book["企业名录"].iter_rows(min_row=2)]
    assert sorted(names) == sorted([cast.yuntu.name, cast.jialing.name])
    assert client.get("/firms/template.xlsx").content[:2] == b"PK"
    client.force_login(cast.li_na)
    assert client.get("/firms/export.xlsx").status_code == 403


def test_a_dry_run_asks_nothing_for_a_single_row(cast):
    def queries(rows: int) -> int:
        many = [{**NEW, "统一社会信用代码": credit_code_of(number)} for number in range(rows)]
        source = workbook(*many, known(cast.yuntu, 联系人="新人"))
        with CaptureQueriesContext(connection) as asked:
            assert importing.try_import(source, "名录.xlsx", by=cast.zhou_tao, at=AT).new == rows
        return len(asked)

    assert queries(30) == queries(3)
