"""docs/notation.md says what the code does: every function, word, limit, example and message is looked up in it."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from forms_tables.edition.catalog import load_edition
from forms_tables.edition.model import Rule
from forms_tables.edition.periods import PeriodCode
from forms_tables.filling.completion import PRECISION
from forms_tables.notation import spelling
from forms_tables.notation.decimals import Decimals, Reading
from forms_tables.notation.names import MOMENTS, PEOPLE, TextScope
from forms_tables.notation.trees import BACKWARD, FUNCTIONS, OVER_ROWS, NotationError, parse, walk
from forms_tables.rules.checks import slips_in_rule
from forms_tables.rules.magnitudes import MOST_OPERATIONS
from forms_tables.rules.proofreading import ANY, IN_WORDS, SIGNATURES, TRUTH, kind_of

PAGE = (Path(__file__).parents[2] / "docs" / "notation.md").read_text(encoding="utf-8")
EDITION = load_edition("chongqing-2024")
SPOKEN = {**{word: kind for kind, word in IN_WORDS.items()}, "数": "number"}
ROWS = ("2010", "2020")
ANNUAL_ROW = TextScope(EDITION, column="y", row="F301", rows=("F301",))


def tables() -> dict[str, list[list[str]]]:
    """The rows of the one table under each heading, without its head."""
    found = {}
    for section in re.split(r"^## ", PAGE, flags=re.M)[1:]:
        rows = [
            [cell.strip() for cell in line.strip("|").split("|")]
            for line in section.splitlines()
            if line.startswith("|") and not line.startswith("|---")
        ]
        found[section.splitlines()[0]] = rows[1:]
    return found


TABLES = tables()
FUNCTION_ROWS = TABLES["函数"]


def code(cell: str) -> str:
    return cell.removeprefix("`").removesuffix("`")


def kind_in_some_place(text: str) -> str:
    """The kind of value a text gives where it makes sense: in a month, on a row, in an annual table."""
    places = [
        TextScope(EDITION, column="c1"),
        TextScope(EDITION, column="c1", row="2010", rows=ROWS),
        TextScope(EDITION, column="y"),
        TextScope(EDITION, column="b", row="F190", rows=("F190",)),
        ANNUAL_ROW,
    ]
    slips = []
    for place in places:
        try:
            return kind_of(text, place)
        except NotationError as error:
            slips.append(str(error))
    raise AssertionError(f"{text}: {slips}")


def texts_of(rule_id: str) -> tuple[str, ...]:
    rule = EDITION.rule(rule_id)
    return (*rule.texts, rule.when)


def test_every_function_is_there_and_no_other():
    told = [code(row[0]).partition("(")[0] for row in FUNCTION_ROWS]
    assert sorted(told) == sorted(set(FUNCTIONS) - set(BACKWARD))
    assert [code(row[0]).partition("(")[0] for row in TABLES["以往各期和名录"]] == list(BACKWARD)


@pytest.mark.parametrize("row", FUNCTION_ROWS, ids=lambda row: row[0])
def test_a_function_takes_and_gives_what_the_page_says(row):
    name, arguments = re.fullmatch(r"(\w+)\((.*)\)", code(row[0])).groups()
    told = [part.strip() for part in arguments.split(",")]
    fewest, most = FUNCTIONS[name]
    assert len([part for part in told if part != "…"]) == fewest
    assert ("…" in told) == (most is None) and most in (None, fewest)
    wanted, result = SIGNATURES[name]
    kinds = [SPOKEN[part] for part in told if part != "…"]
    assert kinds == [wanted[min(place, len(wanted) - 1)] for place in range(fewest)]
    assert SPOKEN[row[1]] == result


@pytest.mark.parametrize("row", FUNCTION_ROWS, ids=lambda row: row[0])
def test_a_function_does_with_a_blank_what_the_page_says(row):
    name, arguments = re.fullmatch(r"(\w+)\((.*)\)", code(row[0])).groups()
    blank = {"number": "M2010.c1", "text": "A22", TRUTH: "x.c1 > 0" if name in OVER_ROWS else "M2010.c1 > 0"}
    blank[ANY] = blank["number"]
    kinds = [SPOKEN[part.strip()] for part in arguments.split(",") if part.strip() != "…"]
    given = [blank[kind] for kind in kinds]
    if name == "first":
        given[1] = "6"
    if name == "has":
        given[1] = "'1'"
    expected = {"不适用": None, "不成立": False, "成立": True, "当作 0": Decimal(0)}[row[3]]
    assert judged(f"{name}({', '.join(given)})") == expected


def judged(text: str):
    """What it comes to for a firm that filled in nothing."""
    scope = TextScope(EDITION, column="c1", row="2010", rows=ROWS)
    reading = Reading(EDITION, PeriodCode.parse("2024M05"), {}, {}, {})
    return walk(parse(text), Decimals(scope)).value(reading)


def test_a_function_whose_example_is_a_rule_is_quoted_rightly():
    for row in [*FUNCTION_ROWS, *TABLES["以往各期和名录"]]:
        example, source = row[-2], row[-1]
        name = code(row[0]).partition("(")[0]
        assert f"{name}(" in example
        assert source == "—" or code(example) in texts_of(source), f"{example} is no text of {source}"
        assert kind_in_some_place(code(example)) == TRUTH
    for example, _, source in TABLES["先看三条"]:
        assert code(example) in texts_of(source)


def test_every_example_of_the_grammar_is_what_its_row_says():
    part = ""
    for row in TABLES["由什么组成"]:
        part, example = row[0] or part, code(row[-1])
        kinds = {"条件": {TRUTH}, "比较": {TRUTH}, "值": {"number", "text"}, "数": {"number"}, "文字": {"text"}}[part]
        assert kind_in_some_place(example) in kinds, example
    for row in TABLES["名称代表什么"]:
        told = "text" if "是文字" in row[1] or "联系人" in row[1] else "number"
        assert kind_in_some_place(code(row[2])) == told, row
    for _, example in TABLES["比率写成乘积"]:
        assert kind_in_some_place(code(example)) == TRUTH


def test_every_name_of_its_own_kind_is_there():
    names = {code(row[0]) for row in TABLES["名称代表什么"]}
    assert {*MOMENTS, *PEOPLE, "x"} <= names
    quoted = re.search(r"^常用参数：.*$", PAGE, flags=re.M).group()
    assert set(re.findall(r"`(\w+)`", quoted)) <= set(EDITION.parameters)
    assert EDITION.parameters["EPS"].default == Decimal("0.01") and "`EPS` 加总容差（0.01）" in quoted


def test_the_columns_are_those_of_the_tables():
    told = re.search(r"^各表的列：.*$", PAGE, flags=re.M).group()
    for table in EDITION.tables:
        sentence = next(part for part in told.split("；") if table.code in part)
        assert re.findall(r"`(\w+)`", sentence) == [column.key for column in table.columns]
        if table.code != "软统企1":
            labels = re.findall(r"`\w+` ([^、，；。]+)", sentence)
            assert labels == [column.label.removesuffix("（%）") for column in table.columns]


VALUES = {"成立": "2 > 1", "不成立": "1 > 2", "空白": "M2010.c1 > 0"}
VERDICTS = {"成立": True, "不成立": False, "不适用": None}


def test_the_table_of_truth_is_strict():
    assert len(TABLES["空白不是零"]) == 9
    for one, other, both, either, implied, same, opposite in TABLES["空白不是零"]:
        left, right = f"({VALUES[one]})", f"({VALUES[other]})"
        texts = (f"{left} and {right}", f"{left} or {right}", f"implies({left}, {right})", f"iff({left}, {right})")
        found = [judged(text) for text in (*texts, f"not {left}")]
        assert found == [VERDICTS[told] for told in (both, either, implied, same, opposite)], (one, other)


def test_the_limits_are_those_of_the_code():
    told = {row[0]: re.match(r"(\d+)", row[1]).group() for row in TABLES["限度"]}
    assert told == {
        "一条文字的长度": str(spelling.MAX_LENGTH),
        "嵌套（括号、函数、连加连乘）": str(spelling.MAX_DEPTH),
        "引号里的文字": str(spelling.MAX_TEXT),
        "写出的数：整数部分": "12",
        "写出的数：小数部分": "6",
        "连着比较": "3",
        "计算中出现的数": "38",
        "展开后的运算": str(MOST_OPERATIONS),
        "名称": "40",
    }
    assert is_taken("M2010.c1 > " + "9" * 12) and not is_taken("M2010.c1 > " + "9" * 13)
    assert is_taken("M2010.c1 > 0." + "9" * 6) and not is_taken("M2010.c1 > 0." + "9" * 7)
    assert is_taken("1 < M2010.c1 < 3") and not is_taken("1 < M2010.c1 < 3 < 4")
    assert "不能作为名称" not in say_of("A" * 40 + " > 1") and "不能作为名称" in say_of("A" * 41 + " > 1")
    assert PRECISION >= 38


def test_lists_of_rows_are_not_run_through_within_one_another():
    assert "两个不能一个套一个" in PAGE
    assert say_of("M2010.c1 > 0 and exists(filled(every(x.c1 > 0)))") == "第18个字符起：exists、every 不能嵌套"


def say_of(text: str) -> str:
    """What the desk says of a text as the one text of a rule over c1; nothing when it is right."""
    rule = Rule("T1", "error", "rule", "软统企6", columns=("c1",), texts=(text,))
    return "；".join(
        f"{f'第{slip.at}个字符起：' if slip.at else ''}{slip.reason}" for slip in slips_in_rule(EDITION, rule)
    )


def is_taken(text: str) -> bool:
    return say_of(text) == ""


@pytest.mark.parametrize("row", TABLES["常见错误"], ids=lambda row: row[0])
def test_a_mistake_gets_the_very_message_and_its_correction_none(row):
    wrong, message, right = row
    assert say_of(code(wrong)) == message
    assert say_of(code(right)) == ""
