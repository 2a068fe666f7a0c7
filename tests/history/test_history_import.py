"""Past periods from a workbook: what is taken, and each thing that is wrong with its sentence."""

import io
from datetime import date, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook

from accounts.access import Refused
from accounts.models import District, Enterprise, JournalEntry, Residence
from reporting.models import Filing, HistoryFile, ImportedFiling, State
from reporting.workflow.period import owe
from tests.cast import ABOLISHED_CODE, FREE_CODE, SHANGHAI, make_district, make_enterprise
from tests.filling.figures import file_values
from tests.history.books import NAME, book, brought_in, by_command, frozen, of, stand, the_why, tried, whys
from tests.may import open_period
from text.package import Unreadable

pytestmark = pytest.mark.django_db


def december(firm, **more) -> dict:
    return of(firm, "2023M12", **more) | {"2010.c1": 12000, "2112.c1": 40}


def test_a_file_is_taken_whole_and_kept(cast):
    content = book(december(cast.yuntu), december(cast.shancheng), of(cast.yuntu, "2023M11") | {"2010.c1": 11000})
    report = brought_in(content, by=cast.zhou_tao)
    assert (report.rows, report.taken, report.refused) == (3, 3, ())
    assert report.periods == {"2023M11": 1, "2023M12": 2}
    kept = ImportedFiling.objects.get(enterprise=cast.yuntu, period="2023M12")
    assert kept.values == {"2010.c1": "12000.00", "2112.c1": "40"} and kept.edition_code == "chongqing-2024"
    assert (kept.row, kept.district, kept.source.name, kept.source.by) == (2, cast.yuzhong, NAME, cast.zhou_tao)
    with kept.source.file.open("rb") as file:
        assert file.read() == content


def test_it_is_written_in_the_journal_of_the_office_and_of_each_firm(cast):
    brought_in(book(december(cast.yuntu), of(cast.yuntu, "2023M11") | {"2010.c1": 11000}), by=cast.zhou_tao)
    office, firm = JournalEntry.objects.filter(action="导入历史").order_by("pk")
    assert office.after["报告期"] == "2023年11月 1 家、2023年12月 1 家" and office.by == cast.zhou_tao
    assert firm.enterprise == cast.yuntu and firm.after["报告期"] == "2023年11月至2023年12月，共 2 期"


def test_a_dry_run_says_the_same_and_writes_nothing(cast):
    content = book(december(cast.yuntu))
    assert tried(content) == brought_in(content)
    tried(book(december(cast.shancheng)))
    assert ImportedFiling.objects.count() == 1 and HistoryFile.objects.count() == 1


def test_columns_are_named_by_cell_by_code_by_name_or_by_name_with_its_unit(cast):
    row = of(cast.yuntu, "2023M12") | {"2010.c2": 9000, 2020: 8000, "主营业务收入（万元）": 12000, "软件产品收入": 500}
    annual = of(cast.yuntu, "2022A") | {"Y2010": 11000}
    assert brought_in(book(row, annual)).refused == ()
    values = {each.period: each.values for each in ImportedFiling.objects.all()}
    assert values["2023M12"] == {
        "2010.c2": "9000.00", "2020.c1": "8000.00", "2010.c1": "12000.00", "2021.c1": "500.00",
    }  # fmt: skip
    assert values["2022A"] == {"Y2010.y": "11000.00"}


@pytest.mark.parametrize(
    "said", ["2023M12", "2023m12", "2023-12", "2023年12月", "２０２３Ｍ１２", date(2023, 12, 1), "2023.12"]
)
def test_a_period_is_read_as_people_write_it(cast, said):
    report = brought_in(book(of(cast.yuntu, said) | {"2010.c1": 12000}))
    assert report.periods == {"2023M12": 1}, whys(report)


def test_old_codes_are_mapped_by_a_sheet_beside_or_a_file_of_its_own(cast):
    row = of(cast.yuntu, "2023M12") | {"B01": 12000, "B77": 5}
    lines = [["原代码", "现代码"], ["B01", "2010"], ["B77", ""]]
    assert brought_in(book(row, 对照=lines)).taken == 1
    assert ImportedFiling.objects.get().values == {"2010.c1": "12000.00"}
    other = Workbook()
    for line in lines:
        other.active.append(line)
    apart = io.BytesIO()
    other.save(apart)
    row = of(cast.shancheng, "2023M12") | {"B01": 7, "B77": 5}
    assert brought_in(book(row), concordance=apart).taken == 1
    assert ImportedFiling.objects.get(enterprise=cast.shancheng).values == {"2010.c1": "7.00"}


def test_the_same_file_again_takes_nothing_and_says_so(cast, tmp_path, capsys):
    path = tmp_path / "历史.xlsx"
    path.write_bytes(book(december(cast.yuntu)))
    code, first = by_command(path, capsys=capsys)
    assert (code, first) == (
        0, {"rows": 1, "taken": 1, "refused": [], "periods": {"2023M12": 1}, "missing": []}
    )  # fmt: skip
    code, again = by_command(path, capsys=capsys)
    assert (code, again["rows"], again["taken"], again["periods"]) == (0, 1, 0, {})
    assert "没有再导入一次" in again["refused"][0]["why"] and "历史.xlsx" in again["refused"][0]["why"]
    assert ImportedFiling.objects.count() == HistoryFile.objects.count() == 1


def test_the_command_checks_without_writing_and_refuses_all_for_one(cast, tmp_path, capsys):
    path = tmp_path / "历史.xlsx"
    path.write_bytes(book(december(cast.yuntu), of(cast.yuntu, "2024Q1") | {"2010.c1": 1}))
    for options in ([], ["--check"]):
        code, found = by_command(path, *options, capsys=capsys)
        assert (code, found["rows"], found["taken"], found["periods"]) == (1, 2, 0, {})
        assert [(each["row"], each["column"]) for each in found["refused"]] == [(3, "报告期")]
        assert "季报" in found["refused"][0]["why"]
    path.write_bytes(book(december(cast.yuntu)))
    assert by_command(path, "--check", capsys=capsys)[1]["taken"] == 1
    assert not ImportedFiling.objects.exists()


def test_the_command_says_in_chinese_what_it_did(cast, tmp_path, capsys):
    path = tmp_path / "历史.xlsx"
    path.write_bytes(book(december(cast.yuntu), of(cast.yuntu, "2023M10") | {"2010.c1": 10000}))
    call_command("import_history", str(path), "--by", "zhoutao")
    said = capsys.readouterr().out
    assert "提示：1 家缺2023年11月，前后各期都有。" in said and "共 2 行，已导入 2 行。" in said


def test_a_file_that_is_no_workbook_is_told_in_json_too(tmp_path, capsys):
    path = tmp_path / "历史.xlsx"
    path.write_bytes(b"hello")
    code, found = by_command(path, capsys=capsys)
    assert (code, found["taken"]) == (2, 0) and "不是 Excel 工作簿" in found["refused"][0]["why"]


def test_only_the_city_brings_history_in(cast):
    for person in (cast.chen_yu, cast.li_na, cast.liu_fang):
        with pytest.raises(Refused, match="由市级管理员导入"):
            brought_in(book(december(cast.yuntu)), by=person)
    with pytest.raises(CommandError, match="没有账号"):
        call_command("import_history", "F.xlsx", "--by", "nobody")


# What is wrong with the whole file


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (lambda row: book(row, 另一张=[["统一社会信用代码", "报告期", "2010"]]), "有 2 张有内容的工作表"),
        (lambda row: book(row, 别的=[["说明"], ["随便写的"]]), "有 2 张有内容的工作表"),
        (lambda row: book(row, change=lambda sheet: sheet.merge_cells("C1:D1")), "有合并单元格（C1:D1）"),
        (lambda row: book(row, head=["单位", "报告期", "2010"]), "缺少列：统一社会信用代码"),
        (lambda row: book(row, head=["统一社会信用代码", "报告期", "2010", "2010 "]), "列名重复：2010"),
        (lambda row: book(row, head=["统一社会信用代码", "报告期"]), "没有一列是指标"),
        (lambda row: book(head=["统一社会信用代码", "报告期", "2010"]), "只有列名，没有数据"),
        (lambda row: book(row, 对照=[["原代码", "现代码"], ["B1", "2010"], ["B1", "2020"]]), "又写作“2020”"),
        (lambda row: book(row, 对照=[["原代码", "现代码"], [None, "2010"]]), "没有“原代码”"),
        (lambda row: book(row, 甲=[["原代码", "现代码"]], 乙=[["原代码", "现代码"]]), "有 2 张对照表"),
    ],
)
def test_a_file_of_which_nobody_can_say_what_is_what(cast, content, words):
    with pytest.raises(Unreadable, match=words):
        brought_in(content(december(cast.yuntu)))
    assert not ImportedFiling.objects.exists()


def test_a_hidden_sheet_or_row_is_not_brought_in_unseen(cast):
    def hide_sheet(sheet):
        beside = sheet.parent.create_sheet("旧表")
        beside.append(["原代码", "现代码"])
        beside.sheet_state = "hidden"

    with pytest.raises(Unreadable, match="隐藏"):
        brought_in(book(december(cast.yuntu), change=hide_sheet))

    def hide_row(sheet):
        sheet.row_dimensions[2].hidden = True

    assert "这一行是隐藏的" in the_why(book(december(cast.yuntu), change=hide_row))[2]


# What is wrong with a row


def test_a_head_that_is_nothing_of_the_edition_is_told_once(cast):
    rows = [of(cast.yuntu, f"2023M{month:02}") | {"2010.c1": 100 * month, "9999": 1} for month in (2, 3)]
    assert the_why(book(*rows)) == (
        1, "9999", "制度里没有叫“9999”的单元格、指标代码或名称。旧代码请写进对照表；不导入的列请删去。",
    )  # fmt: skip
    row, column, why = the_why(book(december(cast.yuntu) | {"B2": 1}, 对照=[["原代码", "现代码"], ["B2", "2O20"]]))
    assert (row, column) == (1, "B2") and "对照表把“B2”对照为“2O20”，制度里没有它" in why


def test_two_columns_for_one_cell_are_told(cast):
    report = brought_in(book(december(cast.yuntu) | {"主营业务收入": 12000}))
    assert {(row, column) for row, column, _ in whys(report)} == {(1, "2010.c1"), (1, "主营业务收入")}
    assert "这几列都是 2010.c1，请只留一列" in report.refused[0].why


@pytest.mark.parametrize(
    ("changed", "column", "words"),
    [
        ({"统一社会信用代码": FREE_CODE}, "统一社会信用代码", "名录中没有"),
        ({"统一社会信用代码": "91500103MA5U12346C"}, "统一社会信用代码", "校验位（第18位）不符"),
        ({"统一社会信用代码": "91500103"}, "统一社会信用代码", "应为18位，现在是8位"),
        ({"统一社会信用代码": 915001030000000000}, "统一社会信用代码", "当作数字"),
        ({"统一社会信用代码": None}, "统一社会信用代码", "没有统一社会信用代码"),
        ({"单位详细名称": "重庆别家软件有限公司"}, "单位详细名称", "是“重庆云图软件有限公司”"),
        ({"报告期": None}, "报告期", "没有报告期"),
        ({"报告期": "2023"}, "报告期", "不是报告期代码"),
        ({"报告期": "2023M13"}, "报告期", "月份应为01至12"),
        ({"报告期": "2024M06"}, "报告期", "还没有结束"),
        ({"报送区县": "渝北特区"}, "报送区县", "没有叫“渝北特区”的报送区县"),
        ({"报送区县": "南岸区"}, "报送区县", "属渝中区，与“南岸区”不符"),
        ({"2010.c1": "1.2亿"}, "2010.c1", "带有单位或文字"),
        ({"2010.c1": 100.123}, "2010.c1", "小数超过2位"),
        ({"2010.c1": -5}, "2010.c1", "为负数"),
        ({"2010.c1": "=1/0"}, "2010.c1", "是公式"),
        ({"2010.c1": None}, "2010.c1", "为空；没有发生额请填0"),
        ({"2112.c1": 40.5}, "2112.c1", "应为整数"),
        ({"Y2010.y": 5}, "Y2010.y", "不是月报的指标"),
    ],
)
def test_a_row_that_cannot_be_taken_says_where_and_why(cast, changed, column, words):
    row, where, why = the_why(book(december(cast.yuntu) | changed))
    assert (row, where) == (2, column) and words in why


def test_before_there_was_any_edition_a_period_is_read_by_the_first(cast):
    District.objects.update(valid_from=None)
    assert brought_in(book(of(cast.yuntu, "2019M12") | {"2010.c1": 12000})).refused == ()
    assert ImportedFiling.objects.get().edition_code == "chongqing-2024"


def test_a_name_that_two_rows_have_is_told_where_a_figure_stands_under_it(cast):
    row, column, why = the_why(book(of(cast.yuntu, "2022A") | {"主营业务收入": 11000, "Y2010": 11000}))
    assert (row, column) == (1, "主营业务收入")
    assert why == "有不止一个指标叫“主营业务收入”（F302、Y2010），分不清是哪一个。请写指标代码。"


def test_a_row_without_a_figure_is_told(cast):
    report = brought_in(book(december(cast.yuntu), of(cast.shancheng, "2023M12")))
    assert [(row, why.endswith("请删去这一行或补上数。")) for row, _, why in whys(report)] == [(3, True)]


def test_a_head_in_another_unit_is_told(cast):
    report = brought_in(book(of(cast.yuntu, "2023M12") | {"2010（元）": 120000000}))
    assert whys(report)[0] == (
        1, "2010（元）", "列名写的单位是元，2010“主营业务收入”的单位是万元。请换算为万元，再导入。",
    )  # fmt: skip


def test_a_firm_that_had_left_has_no_later_figures(cast):
    Enterprise.objects.filter(pk=cast.yuntu.pk).update(left_on=date(2023, 6, 30))
    assert "起已停报" in the_why(book(december(cast.yuntu)))[2]


def test_doubles_in_the_file_and_with_what_is_here(cast):
    row, _, why = the_why(book(december(cast.yuntu), december(cast.yuntu)))
    assert (row, why) == (3, "重庆云图软件有限公司2023年12月与第 2 行重复，不知道以哪一行为准。请只留一行。")
    brought_in(book(december(cast.yuntu)))
    again = brought_in(book(december(cast.yuntu), december(cast.shancheng)))
    assert [(each.row, "已由“历史.xlsx”第 2 行导入" in each.why) for each in again.refused] == [(2, True)]
    assert again.taken == 0 and ImportedFiling.objects.count() == 1


def test_what_the_firm_filed_itself_stands_and_what_it_owes_is_its_own_to_file(cast):
    period = open_period("2023M12", date(2024, 1, 1))
    filing = owe(cast.yuntu, period)
    assert "应由企业自己上报" in the_why(book(december(cast.yuntu)))[2]
    filing.state = State.SUBMITTED
    file_values(filing, {"2010.c1": "1.00"}, cast.li_na)
    assert "已在本平台由企业上报，以上报件为准" in the_why(book(december(cast.yuntu)))[2]
    Filing.objects.create(enterprise=cast.shancheng, period=period, district=cast.nanan, state=State.EXEMPT)
    assert brought_in(book(december(cast.shancheng))).taken == 1


# 元 and 万元


def test_one_period_in_yuan_is_told_beside_the_others(cast):
    rows = [of(cast.yuntu, f"2023M{month:02}") | {"2010.c1": 1000 * month} for month in range(2, 13)]
    rows[4]["2010.c1"] *= 10_000
    row, column, why = the_why(book(*rows))
    assert (row, column) == (6, "2010.c1")
    assert "约一万倍，疑似把元当作万元。请换算为万元。" in why and "“核对说明”" in why


def test_a_period_in_yi_is_told_and_a_reason_answers_it(cast):
    rows = [of(cast.yuntu, f"2023M{month:02}") | {"2010.c1": 50000 * month} for month in range(2, 13)]
    rows[4]["2010.c1"] = 30
    assert "约一万分之一" in the_why(book(*rows))[2]
    rows[4]["核对说明"] = "当年停产"
    assert brought_in(book(*rows)).taken == 11
    assert ImportedFiling.objects.get(period="2023M06").note == "当年停产"


def test_what_is_here_already_tells_another_unit(cast):
    brought_in(book(december(cast.yuntu)))
    report = brought_in(book(of(cast.yuntu, "2022M12") | {"2010.c1": 110_000_000}))
    assert [(each.row, "该企业2023年12月的约一万倍" in each.why) for each in report.refused] == [(2, True)]


def test_a_whole_file_in_yuan_is_told_by_the_industry_in_the_register(cast):
    rows = [of(cast.yuntu, f"2023M{month:02}") | {"2010.c1": 10_000_000 * month} for month in (11, 12)]
    report = brought_in(book(*rows))
    assert [(each.row, "大型企业标准（10,000 万元）的一千倍以上" in each.why) for each in report.refused] == [
        (2, True), (3, True),
    ]  # fmt: skip


def test_growth_that_is_only_fast_is_no_slip(cast):
    rows = [of(cast.yuntu, f"2023M{month:02}") | {"2010.c1": 5 * 3**month, "2021.c1": 0.01} for month in range(2, 9)]
    assert brought_in(book(*rows)).refused == ()


# Districts as they were


def test_a_firm_entered_now_stands_where_it_was_first_entered(cast):
    firm = make_enterprise(FREE_CODE, "重庆新桥软件有限公司", cast.yuzhong, joined_on=date(2024, 6, 1))
    assert brought_in(book(december(firm))).taken == 1
    assert ImportedFiling.objects.get().district == cast.yuzhong
    assert not firm.reports_on(date(2023, 12, 31)) and not Filing.objects.exists()


def test_a_district_of_today_is_none_of_the_past_and_one_of_the_past_is(cast):
    new = make_district("500157", "两江新区", 40, valid_from=date(2026, 1, 25))
    old = make_district("500105", "江北区", 5, valid_to=date(2026, 1, 24), successor=new)
    firm = make_enterprise(ABOLISHED_CODE, "重庆江北软件有限公司", new, joined_on=date(2026, 2, 1))
    later = datetime(2026, 3, 1, 9, tzinfo=SHANGHAI)
    row, column, why = the_why(book(december(firm, 报送区县="两江新区")), later)
    assert (row, column, why) == (2, "报送区县", "“两江新区”在 2023-12-31 还没有设立。请写当时的报送区县。")
    report = brought_in(book(december(firm, 报送区县="江北区"), of(firm, "2023M11") | {"2010.c1": 11000}), at=later)
    assert report.refused == ()  # the only one that went into it needs no name
    assert {each.district for each in ImportedFiling.objects.all()} == {old}
    why = brought_in(book(of(firm, "2026M02", 报送区县="江北区") | {"2010.c1": 2000}), at=later).refused[0].why
    assert why == "“江北区”在 2026-02-28 已经撤销。请写当时的报送区县。"


def test_of_several_that_went_into_one_nobody_can_say_which(cast):
    new = make_district("500157", "两江新区", 40, valid_from=date(2026, 1, 25))
    for code, name in (("500105", "江北区"), ("500112", "渝北区")):
        make_district(code, name, 5, valid_to=date(2026, 1, 24), successor=new)
    firm = make_enterprise(ABOLISHED_CODE, "重庆江北软件有限公司", new, joined_on=date(2026, 2, 1))
    later = datetime(2026, 3, 1, 9, tzinfo=SHANGHAI)
    assert "请在“报送区县”一列写明当时属哪里" in the_why(book(december(firm)), later)[2]


def test_a_move_is_followed(cast):
    Residence.objects.filter(enterprise=cast.yuntu).update(until=date(2023, 6, 30))
    Residence.objects.create(enterprise=cast.yuntu, district=cast.nanan, since=date(2023, 7, 1))
    brought_in(book(of(cast.yuntu, "2023M06") | {"2010.c1": 6000}, december(cast.yuntu)))
    found = {each.period: each.district for each in ImportedFiling.objects.all()}
    assert found == {"2023M06": cast.yuzhong, "2023M12": cast.nanan}


# What is kept is frozen


def test_imported_history_never_changes(cast):
    kept = stand(cast.yuntu, "2023M12", {"2010.c1": "1.00"})
    with frozen():
        kept.save()
    with frozen():
        kept.delete()
    with frozen():
        ImportedFiling.objects.update(row=3)
    with frozen():
        ImportedFiling.objects.all().delete()


def test_many_firms_are_asked_for_in_as_few_questions_as_one(cast, django_assert_max_num_queries):
    def of_each(*firms):
        return book(*(of(firm, f"2023M{month:02}") | {"2010.c1": 1000 * month} for firm in firms for month in (11, 12)))

    with CaptureQueriesContext(connection) as alone:
        assert tried(of_each(cast.yuntu)).taken == 2
    with django_assert_max_num_queries(len(alone)):
        assert tried(of_each(cast.yuntu, cast.jialing, cast.shancheng)).taken == 6
