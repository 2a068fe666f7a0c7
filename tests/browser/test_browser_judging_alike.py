"""边填边审: what the form's script says while somebody types is what the server says of the same cells."""

from decimal import Decimal
from itertools import product
from random import Random

import pytest

from forms_tables.edition.model import FIGURE_KINDS
from forms_tables.filling.completion import Facts
from forms_tables.filling.parsing import Problem, parse
from forms_tables.judges.sheets import sheet_rules
from reporting.filing.judging import judge_cells
from tests.browser.judging_here import JudgeOfSheets, asked, server_says
from tests.filings import cases
from tests.rules.test_rules import EDITION

pytestmark = pytest.mark.browser

NUMBERS = [
    "", " ", "0", "00", "-0", "+0", "-0.00", "7", "007", "1.", ".5", "-.5", "+.50", "12.5", "12.50", "12.345",
    "12.300", "1234567.89", "1,234.56", "1,234", "12,34", "1,2345", ",123", "1,234,567.8", "1，234", "-1,234.5",
    "（5）", "(5)", "(1,000)", "５", "１２３．４５", "－３", "−3", "﹣3", "1 234", "1　234", " 12 ", "　12　",
    "\u00a012", "\u200b12", "1\u200e2", "\ufeff5", "1\u00ad2", "1e3", "1E-2", ".5e1", "1e", "12万元", "12 万元",
    "3%", "3 ‰", "¥12", "$ 12", "¥1,2", "12元整", "5人", "-", "--", "—", "——", "/", "无", "NA", "N/A", "n/a",
    "=1+1", "＝A1", "#REF!", "#DIV/0!", "#N/A", "#ref!", "＃REF！", "999999999999999", "1000000000000000",
    "0000000000000001", "123456789012345.67", "1234567890123456.78", "-5", "-0.01", "+-5", "--5", "5-", "5,",
    "1..2", "1.2.3", "十二", "1.2亿", "3500万", "12 34", "1 2万", "0x10", "Infinity", "NaN", "1_000", "١٢", "½",
    "²", "1" * 201, "5\t", "5\n", "1\u00853", "1\u20283", "一" * 40, "{typed}", "{0}", "12.{unit}", "￥12",
    "＄12", "1，234．5", "１，２３４", "1.00000000000000000000", "0.0000001", "-1,00", "€5", "5 e 3", "1e+",
    "5.0", "-7.10", "()", "(",
]  # fmt: skip
WORDS = [
    "", " 是 ", "是", "否", "对", "Y", "1", "1,3B", "3B,1", "1，3B", "110", "159", "国有企业", "2023-05",
    "2023-5", "2023年5月", "2023-13", "王芳", "王 芳", "王\u200b芳", "\u202e王", "重庆云图软件有限公司", "=王",
    "#REF!", "6513", "应用软件开发", "E131", "E131 通用", "023-63890000", "13800000001", "a@example.cn",
    "400010", "500103", "500103001001", "91500103MA5U12346B", "2024-02-29", "2024-02-30",
]  # fmt: skip


def is_plain(parsed) -> str | None:
    return format(parsed, "f") if isinstance(parsed, Decimal) else parsed


@pytest.mark.parametrize("table", EDITION.tables, ids=lambda table: table.key)
def test_it_reads_a_text_as_the_server_does_or_says_that_it_cannot(page, table):
    judge, rules = JudgeOfSheets(page), sheet_rules(EDITION, table.code)
    judge.load(rules)
    rows = [row for row in table.indicators if not row.is_heading]
    cells = [(row, column) for row in rows for column in row.columns]
    figures = [cell for cell in cells if cell[0].kind_in(cell[1]) in FIGURE_KINDS]
    others = [cell for cell in cells if cell not in figures]
    asked_for = [*product(figures, NUMBERS), *product(others, WORDS)]
    answers = judge.read([(text, f"{row.code}.{column}") for (row, column), text in asked_for])
    unsure = 0
    for ((row, column), text), answer in zip(asked_for, answers, strict=True):
        server = parse(row, column, text)
        if answer.get("unsure"):
            unsure += 1
        elif isinstance(server, Problem):
            assert f"{row.place(column)}：{answer.get('problem')}。" == server.problem, (row.code, column, text)
        else:
            assert "problem" not in answer, (row.code, column, text, answer, server)
            same = Decimal(answer["value"]) == server if isinstance(server, Decimal) else answer["value"] == server
            assert same, (row.code, column, text, answer, server)
    assert unsure < len(figures) * 6 + len(others) * len(WORDS)  # of a figure it is unsure only of control characters


SPELLED = [
    lambda text: text.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789.-,"}),
    lambda text: f" {text}　",
    lambda text: f"{Decimal(text):,f}" if text.lstrip("-").replace(".", "").isdigit() else text,
    lambda text: f"{text}万元",
    lambda text: f"({text})",
    lambda text: f"{text}.001",
    lambda text: "",
    lambda text: "-5",
    lambda text: "0",
    lambda text: str(len(text) * 37),
    lambda text: f"9{text}",
]


def edited(rules, typed, dice) -> dict[str, str]:
    """Some cells of the table typed anew, each in a way somebody might."""
    own = [plan.key for plan in rules.plans if plan.table == rules.table]
    changes = dice.choice((1, 2, 5, 20))
    return typed | {
        key: dice.choice(SPELLED)(typed.get(key) or "12") for key in dice.sample(own, min(changes, len(own)))
    }


def typed_of(reading, rules_by_table, dice) -> dict[str, str]:
    """A filing's cells as they were typed: mostly those nobody else fills in, some of the others."""
    texts = {key: format(value, "f") if isinstance(value, Decimal) else value for key, value in reading.values.items()}
    keep = dice.choice((0.0, 0.0, 0.1, 1.0))
    filled = {plan.key for rules in rules_by_table.values() for plan in rules.plans if plan.carry or plan.formula}
    return {key: text for key, text in texts.items() if text and (key not in filled or dice.random() < keep)}


@pytest.mark.parametrize("frequency", ["month", "annual"])
def test_random_edits_of_every_table_find_the_same_and_fill_in_the_same(page, frequency):
    judge, dice = JudgeOfSheets(page), Random(f"边填边审 {frequency}")
    rules_by_table = {
        each.code: sheet_rules(EDITION, each.code) for each in EDITION.tables if each.frequency == frequency
    }
    readings = [reading for block in cases(EDITION, frequency, 13, 150) for reading in block]
    compared = {"findings": 0, "silent": 0, "sure": 0}
    for rules in rules_by_table.values():
        judge.load(rules)
        questions, truths = [], []
        for reading in readings:
            facts = Facts(reading.period, reading.attributes, reading.parameters, reading.history)
            typed = typed_of(reading, rules_by_table, dice)
            stored = judge_cells(EDITION, typed, facts)
            if rules.table not in stored.tables:
                continue
            now = edited(rules, typed, dice)
            questions.append(asked(rules, stored, typed, now))
            truths.append(server_says(rules, judge_cells(EDITION, now, facts)))
        for answer, truth in zip(judge.judge(questions), truths, strict=True):
            compare(rules, answer, truth, compared)
    assert compared["findings"] > 2000, compared
    assert compared["sure"] > compared["silent"], compared


def compare(rules, answer, truth, compared) -> None:
    """The same of everything the browser is sure of, and of what it is not sure nothing."""
    own = set(truth["values"])
    unsure = set(answer["unsure"])
    # Whether one must be filled may hang on another that only the server can read.
    asks = {plan.key for plan in rules.plans if plan.required_when and reads_any(plan.required_when, unsure)}
    for name, silent in (("locked", unsure), ("overridden", unsure), ("missing", unsure | asks)):
        assert set(answer[name]) & own - silent == truth[name] - silent, (name, rules.table.code)
    assert set(answer["unreadable"]) - unsure == truth["unreadable"] - unsure
    for key in own - unsure:
        assert answer["values"][key] == truth["values"][key], (key, answer["values"][key], truth["values"][key])
    said = [(each["rule"], each["cells"], each["message"], each["figures"]) for each in answer["findings"]]
    if unsure:
        for finding in said:
            assert finding in truth["findings"]
        silent = {rest for each in rules.conditions for rest in [each.rule.id] if reads_any(each, unsure)}
        assert [each for each in truth["findings"] if each not in said and each[0] not in silent] == []
    else:
        assert said == truth["findings"]
    compared["findings"] += len(said)
    compared["silent" if unsure else "sure"] += 1


def reads_any(judged, cells) -> bool:
    return any(getattr(meaning, "key", None) in cells for meaning in judged.reads)
