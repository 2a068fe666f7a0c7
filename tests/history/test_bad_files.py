"""Each bad file of history with its sentence: what is wrong, where, and how to mend it. All of them by real writers."""

import csv
import io
import json
import zipfile
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from openpyxl import Workbook

from reporting.history.reading.given import given
from reporting.models import HistoryFile, ImportedFiling, State
from reporting.workflow.period import owe
from tests.cast import FREE_CODE, make_district, make_enterprise
from tests.filling.figures import file_values
from tests.history.books import CODE, PERIOD, book, brought_in, by_command, of, tried, whys
from tests.may import open_period
from tests.text.foreign_writers import WRITERS, repacked
from text.package import OLE_SIGNATURE, Unreadable

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


def good(cast) -> dict:
    return of(cast.yuntu, "2023M12") | {"2010.c1": 12000}


def as_csv(encoding: str) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([[CODE, PERIOD, "主营业务收入"], ["91500103MA5U12346B", "2023M12", "12000"]])
    return out.getvalue().encode(encoding)


def merged_heads(cast) -> bytes:
    """The head as an official table has it: two rows, the first one merged."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.append([CODE, PERIOD, "主营业务收入", None])
    sheet.append([None, None, "本年累计", "去年同期"])
    sheet.append([cast.yuntu.credit_code, "2023M12", 12000, 11000])
    sheet.merge_cells("C1:D1")
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def zip_of(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


WHOLE_FILES = {
    "xls": ("历史.xls", lambda cast: OLE_SIGNATURE + bytes(512), "（.xls）。请在 Excel 或 WPS 中另存为"),
    "xls called xlsx": ("历史.xlsx", lambda cast: OLE_SIGNATURE + bytes(512), "旧版 Excel 97—2003 文件"),
    "csv in gbk": ("历史.csv", lambda cast: as_csv("gb18030"), "CSV 文本（.csv），数字和代码"),
    "csv in gbk called xlsx": ("历史.xlsx", lambda cast: as_csv("gb18030"), "不是 Excel 工作簿（可能只是改了扩展名）"),
    "csv in utf-8": ("历史.CSV", lambda cast: as_csv("utf-8-sig"), "CSV 文本"),
    "rar": ("历史.rar", lambda cast: b"Rar!\x1a\x07\x00", "RAR 压缩包（.rar）。请压缩为 .zip"),
    "rar called zip": ("历史.zip", lambda cast: b"Rar!\x1a\x07\x00", "RAR 压缩包"),
    "text called zip": ("历史.zip", lambda cast: b"hello", "不是 .zip 压缩包"),
    "empty": ("历史.xlsx", lambda cast: b"", "文件是空的"),
    "empty zip": ("历史.zip", lambda cast: zip_of({"__MACOSX/._a": b"", "~$a.xlsx": b""}), "压缩包里没有 .xlsx 文件"),
    "half a file": ("历史.xlsx", lambda cast: book(good(cast))[:900], "文件已损坏或没有传完"),
    "merged heads": ("历史.xlsx", merged_heads, "有合并单元格（C1:D1），分不清数属于哪一列、哪一行。请取消合并"),
    "two sheets": ("历史.xlsx", lambda cast: book(good(cast), 去年=[[CODE, PERIOD, "2010"]]), "有 2 张有内容的工作表"),
    "no sheet": ("历史.xlsx", lambda cast: book(), "没有历史数据：第 1 行须有“统一社会信用代码”“报告期”两列"),
    "another register": ("历史.xlsx", lambda cast: book(head=["企业", "收入"]), "缺少列：统一社会信用代码"),
}  # fmt: skip


@pytest.mark.parametrize("which", WHOLE_FILES)
def test_a_file_nobody_can_read_says_why_and_what_to_do(cast, which):
    name, content, words = WHOLE_FILES[which]
    with pytest.raises(Unreadable) as told:
        brought_in(content(cast), name=name)
    assert words in str(told.value) and str(told.value).endswith("。")
    assert not ImportedFiling.objects.exists() and not HistoryFile.objects.exists()


ROWS = {
    "another unit in the head": ({"主营业务收入（元）": 120000000, "2010.c1": None}, "“主营业务收入”的单位是万元"),
    "an unknown code": ({"B9": 1}, "制度里没有叫“B9”的单元格、指标代码或名称。旧代码请写进对照表"),
    "an unknown district": ({"报送区县": "高新区"}, "没有叫“高新区”的报送区县。请写区县全称或 6 位区划代码"),
    "another district": ({"报送区县": "南岸区"}, "名录中该企业 2023-12-31 属渝中区，与“南岸区”不符"),
    "a firm that is not registered": ({CODE: FREE_CODE}, "这家企业。请先导入名录，再导入历史"),
    "text in a number": ({"2010.c1": "约1200"}, "不是数字，请填以万元为单位的数字"),
    "a formula without a value": ({"2010.c1": "=A1+1"}, "是公式"),
    "a period to come": ({PERIOD: "2025M12"}, "2025年12月还没有结束，不是历史"),
    "a sum": ({CODE: "合计", PERIOD: None}, "“合计”不是统一社会信用代码。合计、小计、第二行列名"),
    "a second row of heads": ({CODE: None, PERIOD: None, "2010.c1": "万元"}, "没有统一社会信用代码，请补上。合计"),
    "a note": ({CODE: "注：2023年以前按旧口径", PERIOD: None, "2010.c1": None}, "单位和注释这样的行，请删去"),
    "a practised period": ({PERIOD: "2024P05"}, "“2024P05”是演练的报告期，演练的数不是历史"),
    "a negative without a reason": ({"2010.c1": -5, "核对说明": "无"}, "不得为负。确实如此的，在“核对说明”一列"),
    "a quarter": ({PERIOD: "2023Q4"}, "现行制度没有季报"),
}  # fmt: skip


@pytest.mark.parametrize("which", ROWS)
def test_a_row_that_is_wrong_says_where_and_how_to_mend_it(cast, which):
    changed, words = ROWS[which]
    report = brought_in(book(good(cast) | changed))
    assert any(words in why for _, _, why in whys(report)), whys(report)
    assert all(row in (1, 2) for row, _, _ in whys(report)) and report.taken == 0
    assert not ImportedFiling.objects.exists()


def test_a_city_in_yuan_is_told_by_row_and_kind(cast):
    rows = [of(cast.yuntu, f"2023M{month:02}") | {"2010.c1": 1000 * month} for month in range(2, 13)]
    rows[5]["2010.c1"] *= 10_000
    report = tried(book(*rows))
    assert [(problem.row, problem.kind) for problem in report.refused] == [(7, "疑似元、万元")]
    assert report.by_kind == [("疑似元、万元", 1)]


def test_a_period_with_real_submissions_is_the_firms_own(cast):
    filing = owe(cast.yuntu, open_period("2023M12", date(2024, 1, 1)))
    filing.state = State.SUBMITTED
    file_values(filing, {"2010.c1": "1.00"}, cast.li_na)
    (row, _, why) = whys(brought_in(book(good(cast)), replaces="以文件为准"))[0]
    assert row == 2 and "已在本平台由企业上报，以上报件为准。请删去这一行。" in why


def test_doubles_in_the_file_and_with_an_earlier_one_each_say_which(cast):
    brought_in(book(good(cast)))
    report = brought_in(book(good(cast), good(cast)))
    said = [why for _, _, why in whys(report)]
    assert any("与第 2 行重复，不知道以哪一行为准。请只留一行。" in why for why in said)
    assert any("已由“历史.xlsx”第 2 行导入，没有再导入。请删去这一行；确实要以这份文件为准的" in why for why in said)


def test_another_programs_workbook_is_read_alike(cast):
    plain = book(good(cast))
    wanted = tried(plain).listed
    for name, change in WRITERS.items():
        assert tried(repacked(plain, change)).listed == wanted, name


def test_the_json_is_as_it_was_agreed(cast, tmp_path, capsys):
    """{"rows","taken","refused":[{"row","column","why"}],"periods":{"2023M12":n}} and what was added since."""
    path = tmp_path / "历史.xlsx"
    path.write_bytes(book(good(cast), of(cast.shancheng, "2023M12") | {"2010.c1": "多"}))
    code, found = by_command(path, capsys=capsys)
    assert code == 1 and set(found) == {"rows", "taken", "refused", "periods", "missing"}
    assert (found["rows"], found["taken"], found["periods"]) == (2, 0, {})
    (refused,) = found["refused"]
    assert set(refused) == {"row", "column", "why"} and (refused["row"], refused["column"]) == (3, "2010.c1")
    path.write_bytes(book(good(cast)))
    assert by_command(path, capsys=capsys) == (
        0, {"rows": 1, "taken": 1, "refused": [], "periods": {"2023M12": 1}, "missing": []}
    )  # fmt: skip
    again = tmp_path / "再来.xlsx"
    again.write_bytes(book(good(cast) | {"2010.c1": 12001}))
    code, found = by_command(again, "--replace", "更正单位", capsys=capsys)
    assert (code, found["taken"], found["replaced"]) == (0, 1, {"历史.xlsx": 1})
    assert json.dumps(found, ensure_ascii=False)


def test_a_folder_is_known_again(tmp_path):
    (tmp_path / "二.txt").write_text("b")
    (tmp_path / "一.txt").write_text("a")
    first = given(Path(tmp_path), "x")
    assert first.digest == given(Path(tmp_path), "x").digest and first.name.endswith(".zip")


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ("0%", "C2 是百分比格式，实际存的数是 12000"),
        ('0!.0,"万"', "C2 的显示格式缩小了数字，实际存的数是 12000"),
        ("#,##0,", "的显示格式缩小了数字"),
        ("0!.0000", "的显示格式缩小了数字"),
        ("#,##0.00", ""),
        ('0"万元"', ""),
    ],
)
def test_a_format_that_shows_another_figure_is_told(cast, shape, words):
    def shown(sheet):
        sheet["C2"].number_format = shape

    said = [why for _, _, why in whys(tried(book(good(cast), change=shown)))]
    assert [words in why for why in said] == [True] * bool(words)


@pytest.mark.parametrize(
    "changed",
    [
        {CODE: "9150 0103 MA5U 1234 6B"},
        {CODE: "'91500103MA5U12346B"},
        {CODE: "９１５００１０３ＭＡ５Ｕ１２３４６Ｂ"},
        {PERIOD: 202312},
        {PERIOD: "2022年度", "2010.c1": None, "Y2010": 11000},
        {"报送区县": "重庆市渝中区"},
        {"报送区县": "500103000000"},
        {"报送区县": "５００１０３"},
        {"2010.c1": -5, "核对说明": "红字冲销，见审计报告"},
    ],
)
def test_what_can_be_meant_in_one_way_alone_is_read(cast, changed):
    row = good(cast)
    assert row[CODE] == "91500103MA5U12346B"
    report = tried(book(row | changed))
    assert (report.refused, report.taken) == ((), 1)


@pytest.mark.parametrize("note", ["无", "-", "——", " / ", "没有"])
def test_a_note_that_says_nothing_answers_no_suspicion(cast, note):
    rows = [of(cast.yuntu, f"2023M{month:02}") | {"2010.c1": 1000 * month} for month in range(2, 13)]
    rows[5]["2010.c1"] *= 10_000
    rows[5]["核对说明"] = note
    assert [problem.row for problem in tried(book(*rows)).refused] == [7]
    rows[5]["核对说明"] = "当年并表"
    assert tried(book(*rows)).refused == ()


def test_a_figure_in_a_column_without_a_head_is_told_once(cast):
    def beside(sheet):
        sheet["I2"], sheet["I3"], sheet["H2"] = 5, "1,234.5", "看着不对"

    report = tried(book(good(cast), good(cast) | {PERIOD: "2023M11"}, change=beside))
    assert whys(report) == [(2, "I", "第 2 行 I 列有数 5，没有列名，不知道是什么数。请补上列名，或删去这一列。")]


def test_what_is_drawn_so_small_that_nobody_sees_it_is_hidden(cast):
    def narrow(sheet):
        sheet.column_dimensions["C"].width = 0.05

    def low(sheet):
        sheet.row_dimensions[2].height = 0.05

    assert ["隐藏的列里" in why for _, _, why in whys(tried(book(good(cast), change=narrow)))] == [True]
    assert ["这一行是隐藏的" in why for _, _, why in whys(tried(book(good(cast), change=low)))] == [True]


def test_the_command_says_what_the_concordance_did(cast, tmp_path, capsys):
    path = tmp_path / "历史.xlsx"
    codes = [["原代码", "现代码"], ["B01", "2010"], ["B77", ""]]
    path.write_bytes(book(of(cast.yuntu, "2023M12") | {"B01": 12000, "B77": 5}, 对照=codes))
    call_command("import_history", str(path), "--check")
    said = capsys.readouterr().out
    assert "按对照表，“B01”作“2010”读。" in said and "按对照表，不导入的列：B77。" in said
    code, found = by_command(path, capsys=capsys)
    assert (code, found["mapped"], found["left_out"]) == (0, {"B01": "2010"}, ["B77"])


def test_a_file_that_is_not_there_is_said_in_chinese(tmp_path, capsys):
    code, found = by_command(tmp_path / "没有.xlsx", capsys=capsys)
    assert code == 2 and "没有.xlsx”：没有这个文件。" in found["refused"][0]["why"]


@pytest.mark.parametrize("named", ["两江新区（经信部门）", "两江新区(经信部门)", "重庆市两江新区（经信部门）"])
def test_a_district_with_brackets_in_its_name_is_found(cast, named):
    place = make_district("500191", "两江新区（经信部门）", 41)
    new = make_enterprise("91500103MA7AAAA12K", "重庆新来软件有限公司", place)
    taken = brought_in(book(of(new, "2024M03", 报送区县=named) | {"2010.c1": 5}))
    assert (taken.taken, taken.refused) == (1, ())
