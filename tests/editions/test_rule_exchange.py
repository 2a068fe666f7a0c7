"""审核关系 out to Excel and in again: a round trip changes nothing, a dry run says everything, and what is wrong is
refused by row, column and place."""

import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from accounts.models import JournalEntry
from forms_tables.edition import drafting
from forms_tables.edition.catalog import load_edition
from reporting.editions import drafts, exchange
from reporting.editions.drafts import Overtaken
from reporting.editions.workbook import COLUMNS, MOST_RULES, SHEET
from reporting.models import PublishedEdition
from reporting.workflow import Refused
from tests.cast import AT, make_user
from tests.edition.test_naming import added
from tests.officials import make_it_be
from tests.reading import markup_of, words_on
from text.package import Unreadable

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
CODE, LATER = "chongqing-2024", AT + timedelta(hours=1)
NEW = {
    "编号": "R699",
    "级别": "提示",
    "在哪里执行": "审核关系",
    "所在的表": "软统企6",
    "列": "c1、c3",
    "公式": "M20211 <= M2010\nM20212 <= M2010",
    "提示语": "基础软件、工业软件收入都不应大于营业收入",
}


@pytest.fixture
def draft(cast):
    shipped = load_edition(CODE)
    PublishedEdition.objects.create(code=CODE, family=CODE, title=shipped.title, digest=shipped.digest, published_at=AT)
    return drafts.begin_draft(CODE, cast.zhou_tao, AT)


def sheet_of(*rows: dict, columns=tuple(COLUMNS), title=SHEET, change=lambda sheet: None) -> io.BytesIO:
    book = Workbook()
    book.active.title = title
    book.active.append(list(columns))
    for row in rows:
        book.active.append([row.get(column) for column in columns])
    change(book.active)
    return saved(book)


def saved(book: Workbook) -> io.BytesIO:
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


def exported(draft, change=lambda sheet, rows: None) -> io.BytesIO:
    """The draft's workbook after somebody changed it; `rows` tells the row of a rule."""
    book = load_workbook(io.BytesIO(exchange.export_draft(draft)))
    sheet = book[SHEET]
    change(sheet, {sheet.cell(row, 1).value: row for row in range(2, sheet.max_row + 1)})
    return saved(book)


def column(name: str) -> int:
    return list(COLUMNS).index(name) + 1


def set_cell(rule: str, name: str, value):
    return lambda sheet, rows: sheet.cell(rows[rule], column(name), value)


def tried(draft, *rows: dict) -> exchange.RulesDryRun:
    return exchange.try_rules(draft, sheet_of(*rows), "审核关系.xlsx")


def row_of(draft, rule: str, **changed) -> dict:
    entry = next(row for row in exchange._rows(draft.content) if row[0] == rule)
    return dict(zip(COLUMNS, entry, strict=True)) | changed


def rules_of(draft) -> dict[str, dict]:
    return {rule["id"]: rule for rule in draft.content[drafting.RULES]["rule"]}


def test_a_round_trip_changes_nothing(draft):
    done = exchange.try_rules(draft, exported(draft), "审核关系.xlsx")
    assert (done.changes, done.problems, done.missing, done.unchanged) == ((), (), (), 187)
    assert done.stems_from_elsewhere == ""
    assert list(done.rules) == draft.content[drafting.RULES]["rule"]


def test_a_rule_that_reads_a_name_of_two_rows_is_refused(draft, cast):
    draft = drafts.change_draft(draft, 0, added(draft.content, "M2010"), cast.zhou_tao, AT, "")
    done = tried(draft, {**row_of(draft, "R604"), "公式": "M2010.c1 > 1"})
    assert [(problem.column, problem.reason) for problem in done.problems] == [
        ("公式", "第1个字符起：“M2010”这个名称现在有两个意思，请先把重名的代码改掉。")
    ]


def test_every_cell_of_the_workbook_is_text(draft):
    book = load_workbook(io.BytesIO(exchange.export_draft(draft)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.number_format for cell in cells if cell.row > 1} == {"@"}


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_a_text_that_looks_like_a_formula_stays_text_both_ways(draft, cast, sign):
    note = f'{sign}HYPERLINK("http://x")'
    content = drafting.with_rule(draft.content, "R604", {"note": note})
    draft = drafts.change_draft(draft, draft.version, content, cast.zhou_tao, AT, "修改 R604")
    book = load_workbook(io.BytesIO(exchange.export_draft(draft)))
    [cell] = [cell for row in book[SHEET].iter_rows() for cell in row if cell.value == note]
    assert (cell.data_type, cell.number_format, cell.quotePrefix) == ("s", "@", True)
    assert exchange.try_rules(draft, exported(draft), "审核关系.xlsx").changes == ()


def test_a_dry_run_tells_new_changed_unchanged_dropped_and_what_stays(draft):
    done = tried(
        draft,
        row_of(draft, "R604", 公式="M20211 + M20212 <= M2021", 级别="提示"),
        NEW,
        row_of(draft, "R605"),
        {"编号": "R635", "操作": "删除"},
    )
    assert done.counts == {"新增": 1, "修改": 1, "删除": 1, "不变": 1, "问题": 0}
    changed, new, dropped = done.changes
    assert (changed.row, changed.rule, changed.word) == (2, "R604", "修改")
    assert changed.fields == (
        ("级别", "错误", "提示"),
        ("公式", "M20211 + M20212 <= M2021 + eps(2)", "M20211 + M20212 <= M2021"),
        (
            "公式的文字写法",
            "20211 + 20212 ≤ 2021 + ε（适用条件：各列）",
            "20211＋20212≤2021（列：c1、c2、c3）",
        ),
    )
    assert (new.row, new.rule, new.word) == (3, "R699", "新增") and ("提示语", "", NEW["提示语"]) in new.fields
    assert (dropped.row, dropped.rule, dropped.word) == (5, "R635", "删除")
    assert len(done.missing) == 187 - 3 and "R601" in done.missing
    draft.refresh_from_db()
    assert draft.version == 0 and not JournalEntry.objects.filter(subject__contains="导入").exists()


def test_it_imports_all_of_it_as_one_change_of_the_draft(draft, cast):
    rows = (row_of(draft, "R604", 提示语="基础软件与工业软件之和过大"), NEW, {"编号": "R635", "操作": "删除"})
    before = rules_of(draft)
    exchange.import_rules(draft, 0, sheet_of(*rows), "六月.xlsx", cast.zhou_tao, LATER)
    draft.refresh_from_db()
    after = rules_of(draft)
    assert draft.version == 1
    assert after["R604"] == before["R604"] | {"message": "基础软件与工业软件之和过大"}
    assert after["R699"]["columns"] == ["c1", "c3"] and len(after["R699"]["texts"]) == 2
    assert list(after).index("R699") == list(after).index("R604") + 1
    assert "R635" not in after and len(after) == 187
    entry = JournalEntry.objects.get(subject__contains="导入")
    assert "六月.xlsx" in entry.subject and "新增 1 条，修改 1 条，删除 1 条" in entry.subject
    assert entry.before == {"R604 提示语": before["R604"]["message"], "R635": "删除"}
    assert entry.after == {"R604 提示语": "基础软件与工业软件之和过大", "R699": "新增"}


def test_what_the_sheet_does_not_speak_of_is_kept(draft, cast):
    """waits_for of R609 has a column; a field without one, as a later edition may add, must not be lost."""
    exchange.import_rules(draft, 0, sheet_of(row_of(draft, "R609", 说明="改过的说明")), "x.xlsx", cast.zhou_tao, LATER)
    draft.refresh_from_db()
    before = rules_of(PublishedEdition.objects.get(code=CODE))["R609"]
    assert rules_of(draft)["R609"] == before | {"note": "改过的说明"}


def test_an_empty_cell_takes_away_what_was_there(draft, cast):
    exchange.import_rules(draft, 0, sheet_of(row_of(draft, "R609", 说明="")), "x.xlsx", cast.zhou_tao, LATER)
    draft.refresh_from_db()
    assert "note" not in rules_of(draft)["R609"]


def test_it_is_all_or_nothing(draft, cast):
    rows = (row_of(draft, "R604", 提示语="改过"), NEW | {"公式": "M9999 > 1"})
    done = exchange.import_rules(draft, 0, sheet_of(*rows), "x.xlsx", cast.zhou_tao, LATER)
    draft.refresh_from_db()
    assert not done.is_clean and draft.version == 0


def test_a_draft_that_moved_on_is_not_overwritten(draft, cast):
    content = drafting.with_rule(draft.content, "R605", {"message": "别人改的"})
    drafts.change_draft(draft, 0, content, cast.zhou_tao, LATER, "修改 R605")
    with pytest.raises(Overtaken):
        exchange.import_rules(draft, 0, sheet_of(NEW), "x.xlsx", cast.zhou_tao, LATER)
    draft.refresh_from_db()
    with pytest.raises(Overtaken):
        exchange.import_rules(draft, 0, sheet_of(NEW), "x.xlsx", cast.zhou_tao, LATER)
    assert "R699" not in rules_of(draft)


@pytest.mark.parametrize("who", ["chen_yu", "liu_fang", "li_na", "wu_gang"])
def test_only_the_city_imports(draft, cast, who):
    with pytest.raises(Refused):
        exchange.import_rules(draft, 0, sheet_of(NEW), "x.xlsx", getattr(cast, who), LATER)


def test_a_workbook_of_an_older_draft_says_so(draft, cast):
    old = exported(draft)
    content = drafting.with_rule(draft.content, "R605", {"message": "别人改的"})
    draft = drafts.change_draft(draft, 0, content, cast.zhou_tao, LATER, "修改 R605")
    done = exchange.try_rules(draft, old, "旧.xlsx")
    assert "第0稿" in done.stems_from_elsewhere
    assert [(change.rule, change.fields[0][1:]) for change in done.changes] == [
        ("R605", ("别人改的", rules_of(PublishedEdition.objects.get(code=CODE))["R605"]["message"]))
    ]


@pytest.mark.parametrize(
    ("changed", "wrong_column", "words"),
    [
        ({"编号": ""}, "编号", "没有填编号"),
        ({"编号": "Ｒ６９９"}, "编号", "半角"),
        ({"编号": "r699"}, "编号", "大写"),
        ({"编号": "R604; DROP"}, "编号", "不能作编号"),
        ({"级别": "严重"}, "级别", "请写 错误、提示"),
        ({"级别": ""}, "级别", "没有填"),
        ({"在哪里执行": "规则"}, "在哪里执行", "请写 审核关系"),
        ({"在哪里执行": "流程"}, "在哪里执行", "不能在这里新增"),
        ({"所在的表": ""}, "所在的表", "没有填"),
        ({"提示语": ""}, "提示语", "没有填"),
        ({"提示语": "长" * 201}, "提示语", "有 201 个字，最多 200 个"),
        ({"提示语": "一\n二"}, "提示语", "只能写一行"),
        ({"说明": "长" * 301}, "说明", "最多 300 个"),
        ({"说明": "看不\u200b见"}, "说明", "第3个字是看不见的字符（U+200B）"),
        ({"列": "c1、z"}, "列", "没有一张表有“z”列"),
        ({"列": "ｃ1"}, "列", "没有一张表有“ｃ1”列"),
        ({"行（逐行）": "2010、9999"}, "行（逐行）", "“9999”不是指标"),
        ({"等待参数": "FXX"}, "等待参数", "没有名为“FXX”的参数"),
        ({"公式": ""}, "公式", "没有公式"),
        ({"公式": "M2010.c1 >"}, "公式", "第11个字符起：不合语法：算式没有写完"),
        ({"公式": "M2010 > 1\nM9999.c1 > 1"}, "公式", "第2行，第1个字符起：没有代码为“M9999”的指标"),
        ({"公式": "M2010.z > 1"}, "公式", "没有“z”列"),
        ({"公式": "A22 > 1"}, "公式", "不能拿文字与数字相比"),
        ({"公式": "M2010 + 1"}, "公式", "规则须是一个条件"),
        ({"公式": "M2010 > １"}, "公式", "第9个字符起：“１”是全角字符，请改用半角的“1”"),
        ({"公式": "M2010 / M2020 > 1"}, "公式", "第7个字符起：没有除法"),
        ({"公式": "__import__('os') == 1"}, "公式", "没有名为“__import__”的函数"),
        ({"公式": "M2010 > 1" + " or M2010 > 1" * 38}, "公式", "最多500个"),
        ({"公式": "(" * 41 + "M2010" + ")" * 41 + " > 1"}, "公式", "嵌套超过40层"),
        ({"公式": "\n".join(["M2010 > 1"] * 41)}, "公式", "写了 41 条，最多 40 条"),
        ({"公式": "y" * 21000}, "公式", "有 21,000 个字"),
        ({"适用条件": "A36 == '是' and"}, "适用条件", "不合语法"),
        ({"适用条件": "A36"}, "适用条件", "规则须是一个条件"),
        ({"操作": "删"}, "操作", "“删”不能用"),
        ({"操作": "删除"}, "操作", "修订稿里没有这一条"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_named_by_row_column_and_reason(draft, changed, wrong_column, words):
    problems = tried(draft, row_of(draft, "R604"), NEW | changed).problems
    assert [(problem.row, problem.column) for problem in problems] == [(3, wrong_column)]
    assert words in problems[0].reason and problems[0].reason.endswith("。")


def test_a_number_twice_and_a_rule_the_platform_needs_are_refused(draft):
    [twice] = tried(draft, NEW, NEW).problems
    assert (twice.row, twice.column) == (3, "编号") and "不止一次" in twice.reason
    [needed] = tried(draft, {"编号": "R621", "操作": "删除"}).problems
    assert (needed.column, "不能删除" in needed.reason) == ("操作", True)
    kind, where = tried(draft, row_of(draft, "R621", 在哪里执行="审核关系", 所在的表="软统企6")).problems
    assert (kind.column, where.column) == ("在哪里执行", "所在的表") and "由系统执行" in kind.reason


def test_words_of_a_rule_the_platform_carries_out_may_change(draft):
    assert tried(draft, row_of(draft, "R621", 提示语="收入不应为负")).count("修改") == 1


def test_a_number_is_not_given_twice(draft, cast):
    """R605 was published: findings and explanations are kept under its number."""
    row = row_of(draft, "R605", 提示语="另一条")
    draft = drafts.change_draft(draft, 0, drafting.without_rule(draft.content, "R605"), cast.zhou_tao, AT, "删除 R605")
    [used] = tried(draft, row).problems
    assert used.column == "编号" and "已经用过" in used.reason


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("编号", 604, "数字"),
        ("提示语", 3.5, "数字"),
        ("行（逐行）", 2010, "数字"),
        ("说明", True, "逻辑值"),
        ("依据", AT.date(), "日期"),
        ("公式", "=M20211 <= M2021", "公式"),
        ("公式", '=HYPERLINK("http://x","y")', "公式"),
        ("说明", "=cmd|' /C calc'!A0", "公式"),
        ("提示语", "#REF!", "错误值"),
    ],
)
def test_a_cell_that_is_no_text_is_refused_with_what_to_do(draft, name, value, words):
    done = exchange.try_rules(draft, exported(draft, set_cell("R604", name, value)), "x.xlsx")
    [problem] = done.problems
    assert problem.column == name and words in problem.reason and "请" in problem.reason
    assert "R604" not in done.missing or name == "编号"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: sheet_of(), "表里只有列名"),
        (lambda: saved(Workbook()), "没有名为“审核关系”的工作表"),
        (lambda: sheet_of(columns=(), title=SHEET), "是空的"),
        (lambda: sheet_of(NEW, columns=[c for c in COLUMNS if c != "提示语"]), "缺少列：提示语"),
        (lambda: sheet_of(NEW, columns=[*COLUMNS, "级别"]), "列名重复：级别"),
        (lambda: sheet_of(NEW, columns=[*COLUMNS, "备注"]), "不认识的列：备注"),
        (lambda: sheet_of(NEW, change=lambda sheet: sheet.merge_cells("A2:A3")), "A2:A3 合并了单元格"),
        (lambda: sheet_of(*[NEW] * (MOST_RULES + 1)), "超过 1,000 条的上限"),
        (lambda: sheet_of(NEW, change=lambda sheet: sheet.cell(40_000, 1, "x")), "远在表外"),
        (lambda: sheet_of(NEW, change=lambda sheet: sheet.cell(2, 200, "x")), "远在表外"),
        (lambda: io.BytesIO(b""), "文件是空的"),
        (lambda: io.BytesIO(b"PK\x03\x04 not a zip"), "损坏"),
        (lambda: io.BytesIO("编号,级别\nR1,错误".encode()), "不是 Excel 工作簿"),
    ],
)  # fmt: skip
def test_a_workbook_that_cannot_be_taken_is_refused_in_a_sentence(draft, make, words):
    with pytest.raises(Unreadable) as refused:
        exchange.try_rules(draft, make(), "x.xlsx")
    assert words in str(refused.value) and str(refused.value).endswith("。")


@pytest.mark.parametrize("name", ["x.xls", "x.xlsm", "x.csv", "x.et", "x.pdf"])
def test_another_kind_of_file_is_refused(draft, name):
    with pytest.raises(Unreadable):
        exchange.try_rules(draft, sheet_of(NEW), name)


def test_columns_may_stand_in_any_order_and_texts_one_to_a_line(draft):
    done = exchange.try_rules(draft, sheet_of(NEW, columns=tuple(reversed(COLUMNS))), "x.xlsx")
    assert done.is_clean and done.count("新增") == 1


PAGE, CONFIRM = "/city/desk/workbook/", "/city/desk/workbook/confirm/"


@pytest.fixture
def city(draft, cast, client):
    make_it_be(AT.date())
    client.force_login(cast.zhou_tao)
    return client


def upload(client, source: io.BytesIO, name="审核关系.xlsx"):
    return client.post(PAGE, {"workbook": SimpleUploadedFile(name, source.getvalue())})


def ticket_in(page) -> str:
    return re.search('name="ticket" value="([^"]+)"', markup_of(page)).group(1)


def test_the_page_tells_the_dry_run_and_a_second_click_imports_no_more(city, draft):
    page = upload(city, sheet_of(row_of(draft, "R604", 提示语="改过<b>"), NEW, {"编号": "R635", "操作": "删除"}))
    text = markup_of(page)
    assert "确认导入：新增 1 条，修改 1 条，删除 1 条" in text and "改过&lt;b&gt;" in text
    assert rules_of(draft)["R604"]["message"] in text and "工作簿里没有的 185 条照旧保留" in text
    ticket = ticket_in(page)
    assert "已导入修订稿：新增 1 条，修改 1 条，删除 1 条" in words_on(
        city.post(CONFIRM, {"ticket": ticket}, follow=True)
    )
    draft.refresh_from_db()
    assert draft.version == 1 and rules_of(draft)["R604"]["message"] == "改过<b>"
    assert "已过期或已经导入过" in words_on(city.post(CONFIRM, {"ticket": ticket}, follow=True))
    draft.refresh_from_db()
    assert draft.version == 1


def test_the_page_says_when_there_is_nothing_to_import(city, draft):
    text = words_on(upload(city, exported(draft)))
    assert "没有改动" in text and "确认导入" not in text


def test_the_page_names_what_is_wrong_and_offers_nothing_to_confirm(city, draft):
    page = words_on(upload(city, sheet_of(row_of(draft, "R604"), NEW | {"公式": "M2010 > １"})))
    assert "有 1 处问题，没有导入" in page and "第9个字符起" in page and "确认导入" not in page
    assert "只接收 .xlsx" in words_on(upload(city, io.BytesIO(b"x"), "规则.pdf"))
    assert "请选择文件" in words_on(city.post(PAGE))


def test_a_dry_run_of_a_draft_that_moved_on_is_not_confirmed(city, cast, draft):
    ticket = ticket_in(upload(city, sheet_of(NEW)))
    content = drafting.with_rule(draft.content, "R605", {"message": "别人改的"})
    drafts.change_draft(draft, 0, content, cast.zhou_tao, LATER, "修改 R605")
    said = words_on(city.post(CONFIRM, {"ticket": ticket}, follow=True))
    assert "已由周涛改动过" in said and "重新上传" in said
    draft.refresh_from_db()
    assert "R699" not in rules_of(draft)


def test_a_dry_run_of_an_abandoned_draft_is_not_confirmed(city, cast, draft):
    ticket = ticket_in(upload(city, sheet_of(NEW)))
    drafts.abandon_draft(draft, cast.zhou_tao, LATER)
    assert "不能再改" in words_on(city.post(CONFIRM, {"ticket": ticket}, follow=True))
    assert upload(city, sheet_of(NEW)).status_code == 302
    assert "现在没有修订稿，可能刚被发布或放弃；没有导入。" in words_on(city.get(PAGE))


def test_a_ticket_is_its_makers_and_cannot_be_made_up(city, cast, draft):
    ticket = ticket_in(upload(city, sheet_of(NEW)))
    assert "已过期或已经导入过" in words_on(city.post(CONFIRM, {"ticket": ticket[:-2] + "xx"}, follow=True))
    city.force_login(make_user("another", "吴月", "city"))
    assert "不是您做的" in words_on(city.post(CONFIRM, {"ticket": ticket}, follow=True))
    assert "R699" not in rules_of(draft)


def test_the_association_takes_the_rules_out_and_brings_none_in(draft, cast, client):
    make_it_be(AT.date())
    client.force_login(cast.liu_fang)
    assert "试导入</button>" not in markup_of(client.get(PAGE))
    for path in ("/city/desk/workbook/draft.xlsx", f"/city/desk/workbook/{CODE}.xlsx"):
        book = load_workbook(io.BytesIO(client.get(path).content))
        assert book[SHEET].max_row == 188 and book[SHEET]["A2"].value == "R601"
    assert upload(client, sheet_of(NEW)).status_code in (302, 403)
    assert client.post(CONFIRM, {"ticket": "x"}).status_code == 403


def test_without_a_draft_the_page_offers_what_is_published(cast, draft, client):
    drafts.abandon_draft(draft, cast.zhou_tao, LATER)
    make_it_be(AT.date())
    client.force_login(cast.zhou_tao)
    text = markup_of(client.get(PAGE))
    assert "现在没有修订稿" in text and f"{CODE}.xlsx" in text and "试导入</button>" not in text
    assert client.get("/city/desk/workbook/draft.xlsx").status_code == 404
    assert client.get("/city/desk/workbook/no-such.xlsx").status_code == 404
