"""The words of the screens and letters: one each, the office's own, and none that says another thing than it means."""

import ast
import itertools
import re
from datetime import timedelta

import pytest

from accounts import journal
from accounts.access import Refused
from forms_tables.edition.catalog import edition_codes, load_edition
from forms_tables.edition.citations import MARK
from reporting import workflow
from reporting.models import Filing, Review, State
from tests.cast import AT
from tests.may import make_may
from tests.officials import freeze, make_it_be, sign_in
from tests.reading import markup_of, words_on
from tests.test_structure import LAYERS, ROOT, sources

LATER = AT + timedelta(days=90)
GIVEN_UP = {  # what nobody says any more, and what is said instead
    r"读法": "口径",
    r"写成时间": "生成时间",
    r"新不通过(?<!新增不通过)|将新不通过": "新增不通过",
    r"(?<![账用客门开逐])户(?!籍)": "家",
    r"企业家(?!数据)": "企业",
    r"操作留痕": "操作日志",
    r"重新审核|各审核一遍": "重新做数据审核",
    r"不能成列": "格式异常",
    r"动笔": "开始填报",
    r"留下 ": "须逐份审核",
    r"拦": "不能上报",
    r"（P0\d）": "a rule's number where nobody works with them",
}
# Names of columns that stand on no screen; to change them costs a migration.
ON_NO_SCREEN = {"截止日读法", "写成时间", "信件写成时间"}


def said_in_python() -> list[tuple[str, str]]:
    found = []
    for file in sources(*LAYERS):
        if "/demo/" in str(file) or "/migrations/" in str(file):
            continue
        tree = ast.parse(file.read_text())
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        found += [
            (f"{file.relative_to(ROOT)}:{node.lineno}", node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
        ]
    return [(place, text) for place, text in found if text not in ON_NO_SCREEN]


def said_in_files() -> list[tuple[str, str]]:
    files = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("templates/**/*.txt"), *ROOT.glob("static/*.js")]
    files += [ROOT / "reporting/results/measures.toml", ROOT / "docs/manual.md"]
    return [
        (f"{file.relative_to(ROOT)}:{number}", line)
        for file in files
        for number, line in enumerate(file.read_text().splitlines(), start=1)
    ]


def test_words_that_were_given_up_are_in_no_screen_letter_or_manual():
    said = [
        f"{place} says {found.group()}, not {instead}"
        for place, text in [*said_in_python(), *said_in_files()]
        for word, instead in GIVEN_UP.items()
        if (found := re.search(word, text))
    ]
    assert said == []


@pytest.fixture
def may(cast):
    make_it_be(AT.date())
    return make_may(cast)


def test_no_line_says_that_a_filing_was_returned_and_passed(may):
    """The machine's check finds errors or none; people pass and return."""
    for state, checked in itertools.product(State.values, (Filing.UNCHECKED, Filing.ERRORS, Filing.PASSED)):
        may.filing.state, may.filing.checked = state, checked
        words = may.filing.state_words
        assert not ("退回" in words and "通过" in words), words
        assert "通过" not in words or words.startswith("区县审核通过"), words
    may.filing.state, may.filing.checked = State.RETURNED, Filing.PASSED
    assert may.filing.state_words == "区县退回，数据审核无错误"


def test_an_empty_return_asks_for_the_reason_of_a_return(may):
    submission = freeze(may.filing, may.clerk, {})
    desk = sign_in(may.reviewer)
    answer = desk.post(f"/district/submissions/{submission.receipt}/send-back/", {"cell": [""], "reason": ["  "]})
    text = words_on(answer, answer.status_code)
    assert "请写明退回的理由" in text and "质疑" not in text and "P05" not in text


def test_refusals_to_firms_and_officials_carry_no_rule_number(may):
    refusals = []
    tries = (
        lambda: workflow.submit(may.filing, may.clerk, AT, signer="王经理", committed=True),
        lambda: workflow.send_back(freeze(may.filing, may.clerk, {}), [], may.reviewer, AT),
        lambda: workflow.submit(
            may.other_filing, may.other_clerk, AT + timedelta(days=90), signer="李", committed=True
        ),
    )
    for attempt in tries:
        with pytest.raises(Refused) as refused:
            attempt()
        refusals.append(str(refused.value))
    assert [words for words in refusals if re.search(r"P\d\d", words)] == []
    assert (
        workflow.guards.words(may.filing, "in_time", "截止日为某日。") == "已过截止日期，请提交补报申请。截止日为某日。"
    )


def test_the_mark_of_a_return_is_not_green(may):
    submission = freeze(may.filing, may.clerk, {})
    workflow.send_back(submission, [{"cell": "", "reason": "单位错了"}], may.reviewer, AT)
    for reader, path in (
        (may.reviewer, f"/district/submissions/{submission.receipt}/record/"),
        (may.city, f"/city/submissions/{submission.receipt}/"),
        (may.clerk, f"/filings/2024M05/submissions/{submission.number}/"),
    ):
        page = sign_in(reader).get(path)
        assert page.status_code == 200, path
        steps = re.findall(r'<li class="(\w*)">[^<]*(?:<b>)?[^<]*退回企业', markup_of(page))
        assert steps == ["block"], path
    assert {review.tone for review in Review.objects.all()} == {"block"}


def test_a_clerk_reads_documents_and_not_the_marks_of_a_list():
    cited = 0
    for code in edition_codes():
        edition = load_edition(code)
        for one in [*edition.indicators.values(), *edition.rules, *edition.code_lists.values()]:
            assert not MARK.search(one.cited), one
            cited += "渝经信软件〔2024〕8号" in one.cited
    assert cited


def test_the_page_of_a_table_names_no_mark(may):
    text = markup_of(sign_in(may.clerk).get("/filings/2024M05/t6/"))
    said = re.findall(r"<dt>(?:依据|说明)</dt>\s*<dd\s*>(.*?)</dd", text, re.S)
    said = ["".join(words.split()) for words in said]
    assert "官方表式：公开的报表样式" in said and [words for words in said if MARK.search(words)] == []


def test_a_name_is_said_once_in_the_journal(may, cast):
    cast.chen_yu.name = f"{cast.chen_yu.office}统计员"
    entry = journal.record(by=cast.chen_yu, at=AT, action="迁移区县", subject=may.firm.name, enterprise=may.firm)
    assert (entry.by_name, entry.subject_in_words) == (cast.chen_yu.name, "")
    twice = journal.record(
        by=may.clerk, at=AT, action="批准注册", subject=f"{may.firm.name}（91X）", enterprise=may.firm
    )
    assert twice.subject_in_words == "91X" and twice.by_name == f"{may.clerk}（{may.firm.name}）"
    lines = words_on(sign_in(may.city).get("/journal/")).split("\n")
    (row,) = (line for line in lines if "批准注册" in line and "91X" in line)
    assert row.count(may.firm.name) == 1 and "李娜" in row
