"""The notation: what it accepts, what it refuses and where, and what a text means to a binding."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_tables.edition.catalog import load_edition
from forms_tables.edition.periods import PeriodCode
from forms_tables.notation.decimals import Blank, Decimals, Reading
from forms_tables.notation.names import TextScope, reads_of
from forms_tables.notation.trees import (
    MAX_DEPTH,
    MAX_LENGTH,
    Arithmetic,
    Call,
    Chain,
    Comparison,
    Name,
    NotationError,
    Number,
    names_in,
    parse,
    walk,
)
from forms_tables.rules.proofreading import kind_of
from forms_tables.words.rules import say

EDITION = load_edition("chongqing-2024")
MONTHLY = TextScope(EDITION, column="c1")
LISTED = TextScope(EDITION, column="c1", row="2020", rows=("2020", "2010", "2113"))


def judged(text, values=None, scope=MONTHLY, **more):
    reading = Reading(
        edition=EDITION,
        period=PeriodCode.parse(more.pop("period", "2024M05")),
        values={key: Decimal(value) for key, value in (values or {}).items()},
        attributes=more.pop("attributes", {}),
        parameters=more.pop("parameters", {}),
        history=more.pop("history", {}),
    )
    return walk(parse(text), Decimals(scope))(reading)


def test_a_text_becomes_a_small_tree_of_our_own():
    tree = parse("M20211 + 0.50 * M2021.c2 <= abs(M2010)")
    assert isinstance(tree, Comparison) and tree.sign == "<="
    assert isinstance(tree.left, Arithmetic) and isinstance(tree.right, Call)
    assert tree.left.right.left == Number(10, Decimal("0.50"))
    assert names_in(tree) == (Name(1, "M20211", ""), Name(17, "M2021", "c2"), Name(33, "M2010", ""))


def test_a_chain_judges_what_stands_in_the_middle():
    tree = parse("-100 <= M2113 <= 1000")
    assert isinstance(tree, Chain)
    assert [(part.sign, part.left.code) for part in tree.parts] == [(">=", "M2113"), ("<=", "M2113")]


HOSTILE = [
    "().__class__.__bases__[0].__subclasses__()",
    "__import__('os').system('id')",
    "M2010.__class__",
    "M2010.c1.real",
    "M2010.c1()",
    "abs.c1(M2010)",
    "(lambda: 1)()",
    "lambda x: x",
    "[x for x in (1, 2)]",
    "{x: 1}",
    "M2010[0]",
    "M2010 ** 99999999",
    "M2010 / M2020",
    "M2010 // 2",
    "M2010 % 2",
    "M2010 << 99999",
    "~M2010",
    "+M2010",
    "1e999 > M2010",
    "1E5",
    "0x10",
    "1_000",
    "9" * 13,
    "1j",
    "0.1234567",
    "f'{M2010}'",
    "b'x'",
    "'a' 'b' * 99",
    "'" + "x" * 41 + "'",
    "True",
    "None",
    "...",
    "(y := 5)",
    "M2010 if M2020 else 5",
    "M2010 is M2020",
    "A22 in A34",
    "A22 in ('1', 2)",
    "A22 in ()",
    "eval('1')",
    "open('x')",
    "abs(*M2010)",
    "abs(x=1)",
    "abs(1, 2)",
    "near(1, 2)",
    "_secret > 1",
    "a__b > 1",
    "M2010 > 1 # note",
    "M2010 >\n1",
    "M2010 > '\\x41'",
    "M2010 > 1\0",
    " M2010 > 1",
    "Ｍ2010 > 1",
    "",
    "M2010 >",
    "(" * 300 + "1" + ")" * 300,
    "-" * 60 + "1",
    "1" + " + 1" * 60,
    "M2010 + " * 100 + "M2010 > 1",
    "await M2010",
    "yield M2010",
    "M2010; M2020",
    "import os",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_not_in_the_notation_is_refused_with_a_reason_and_a_place(text):
    with pytest.raises(NotationError) as refused:
        parse(text)
    assert refused.value.reason
    assert 1 <= refused.value.at <= MAX_LENGTH + 1
    assert str(refused.value).startswith(f"第{refused.value.at}个字符起：")


def test_the_place_is_counted_in_characters():
    with pytest.raises(NotationError) as refused:
        parse("A22 == '软件' and M2010 ** 2 > 1")
    assert refused.value.at == 23


@given(st.text(max_size=60))
def test_no_text_gets_through_as_anything_but_a_tree_or_a_refusal(text):
    try:
        tree = parse(text)
    except NotationError:
        return
    assert all(name.code.isascii() and "__" not in name.code for name in names_in(tree))


PIECES = (
    "M2010 M2020.c2 A36 x.c1 x FX month 1 0.5 'x' ( ) , . + - * / ** < <= == != and or not in abs near if for __x__ [ ]"
)


@given(st.lists(st.sampled_from(PIECES.split()), max_size=14).map(" ".join))
def test_texts_of_familiar_pieces_never_escape_either(text):
    try:
        kind = kind_of(text, LISTED)
    except NotationError as refused:
        assert refused.at >= 1
    else:
        assert kind in ("number", "text", "truth")


MEANINGLESS = [
    ("M2999 > 1", "没有名为“M2999”"),
    ("M2010.c9 > 1", "没有“c9”列"),
    ("M2010.y > 1", "没有“y”列"),
    ("F301 > 1", "须写明列"),
    ("unheard > 1", "没有名为“unheard”"),
    ("M2020a > 1", "没有名为“M2020a”"),
    ("A36 > 1", "不能拿文字与数字相比"),
    ("M2010 == '是'", "不能拿数字与文字相比"),
    ("A36 + 1 > 1", "这里要数字"),
    ("M2010 and M2020 > 1", "这里要条件"),
    ("not M2010", "这里要条件"),
    ("(M2010 > 1) == (M2020 > 1)", "条件不能再拿来比较"),
    ("implies(M2010, M2020 > 1)", "这里要条件"),
    ("abs(A36) > 1", "这里要数字"),
    ("M2010 in ('1', '2')", "这里要文字"),
    ("prev(prev(M2010)) > 1", "不能嵌套"),
    ("register(M2010) > 1", "只能是企业属性"),
    ("x.c1 > 1", "x 只能用于"),
    ("exists(x.c1 > 1)", "只能用于列出了指标的规则"),
]


@pytest.mark.parametrize(("text", "reason"), MEANINGLESS)
def test_a_name_that_means_nothing_is_refused_at_its_place(text, reason):
    with pytest.raises(NotationError, match=reason) as refused:
        kind_of(text, MONTHLY)
    assert refused.value.at >= 1


MENDED = [
    ("A22 in {'65'}", "只用圆括号；一列文字请写成 ('1', '2')"),
    ("M2010 > 0 ? 1 : 0", "请写 implies(条件, 条件)"),
    ("=M2010 > 0", "开头不写等号，直接写条件"),
    ("M2010 > = 1", ">= 中间不能有空格"),
    ("M2010 ! = 1", "!= 中间不能有空格"),
    ("M2010 ≈ M2020", "大致相等请写 near("),
    ("M2010 > 50％", "30% 请写 0.30"),
    ("M2010c1 > 1", "列用点号：M2010.c1"),
    ("m2010.c1 > 1", "请写 M2010"),
    ("M2O10 > 1", "请写 M2010"),
    ("count(x) > 1", "没有计数；"),
    ("abs(M2010 - M2020) <= eps", "eps 是函数，后面要有括号：eps(…)"),
    ("A22 == '6511' or '6513'", "几项里选一项请写 in ('1', '2')"),
]


@pytest.mark.parametrize(("text", "mending"), MENDED)
def test_what_others_write_is_answered_with_what_to_write(text, mending):
    with pytest.raises(NotationError) as refused:
        kind_of(text, MONTHLY)
    assert mending in refused.value.reason


def test_names_mean_cells_facts_parameters_and_moments():
    assert judged("M2010 - M2020.c2", {"2010.c1": 5, "2020.c2": 3}) == 2
    assert judged("A36", attributes={"A36": "是"}) == "是"
    assert judged("FX * 2", parameters={"FX": Decimal(7)}) == 14
    assert judged("YOY_LIMIT") == 50  # the edition's default where the city entered nothing
    assert judged("month") == 5 and judged("year") == 2024 and judged("period_month") == "2024-05"
    assert judged("month", period="2024A") == 12
    assert judged("x.c1", {"2020.c1": 8}, LISTED) == 8
    assert judged("x", scope=LISTED) == "2020"


def test_no_word_of_a_rule_becomes_python():
    text = "A22 in ('__import__(1)', '2') and first(A34, 2) == 'exec' and prev(M2020.c2) > 0.50"
    written = walk(parse(text), Decimals(MONTHLY))
    assert written.needs and written.source.startswith("(")
    words = set(re.findall(r"[^\W\d]\w*", " ".join([written.source, *written.program.variables])))
    ours = {word for word in words if not re.fullmatch("[cv][0-9]+", word)}
    assert ours == {"in", "and", "or", "first", "reading", "values", "get", "fact", "filed"}


@pytest.mark.parametrize(("before", "after"), [("-", ""), ("abs(", ")"), ("or_zero(", ")"), ("min(900, ", ")")])
def test_the_deepest_texts_can_be_judged(before, after):
    deepest = MAX_DEPTH - 1
    assert abs(judged(before * deepest + "M2010" + after * deepest, {"2010.c1": 200})) == 200


def test_history_is_read_by_words():
    history = {word: {"2010.c1": Decimal(number)} for number, word in enumerate(("prev", "year_ago", "december"))}
    for number, word in enumerate(history):
        assert judged(f"{word}(M2010)", history=history) == number
    with pytest.raises(Blank):
        judged("last_annual(Y2010.y)", history=history)


def test_a_fact_of_the_form_goes_before_the_register():
    reading = Reading(EDITION, PeriodCode(2024), {"A07.v": "500107"}, {"A07": "CQ-GX", "A36": "是"}, {})
    judge = lambda text: walk(parse(text), Decimals(TextScope(EDITION)))(reading)  # noqa: E731
    assert judge("A07") == "500107" and judge("register(A07)") == "CQ-GX" and judge("A36") == "是"


@pytest.mark.parametrize(
    "text",
    [
        "M2010 > 1",
        "M2020 > 1 or M2010 > 1",  # the half that can be read decides nothing
        "M2020 > 9 and M2010 > 1",
        "implies(M2020 > 9, M2010 > 1)",
        "not M2010 > 1",
        "abs(M2010) > 1",
        "max(M2010, M2020) > 1",
        "FX * M2020 > 1",
        "growth(M2020, M2020 - M2020) > 1",
    ],
)
def test_reading_a_blank_makes_the_whole_not_apply(text):
    with pytest.raises(Blank):
        judged(text, {"2020.c1": 5})


def test_some_functions_may_read_a_blank():
    assert judged("or_zero(M2010)") == 0
    assert judged("filled(M2010)") is False and judged("empty(M2010)") is True
    assert judged("has(A34, '1')") is False
    assert judged("or_zero(M2010 + M2020)", {"2020.c1": 5}) == 0


def test_a_list_is_judged_on_the_rows_that_are_filled_in():
    values = {"2020.c1": 1, "2020.c2": 1, "2010.c1": 2}
    assert judged("exists(x.c1 != x.c2)", values, LISTED) is False
    assert judged("every(x.c1 == x.c2)", values, LISTED) is True
    assert judged("exists(x.c1 != x.c2)", {**values, "2010.c2": 3}, LISTED) is True
    with pytest.raises(Blank):
        judged("exists(x.c1 != x.c2)", {}, LISTED)


def test_a_list_leaves_out_rows_without_the_column():
    assert {meaning.key for meaning in reads_of(parse("exists(x.c4 > 0)"), LISTED)} == {"2020.c4", "2010.c4"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("eps(4)", "0.04"),
        ("growth(110.05, 100)", "10.1"),
        ("growth(110.04, 100)", "10.0"),
        ("growth(89.95, 100)", "-10.1"),
        ("min(3, 1, 2)", "1"),
        ("-abs(-3) * 2 + 1", "-5"),
        ("2 - 3 - 4", "-5"),
        ("0.1 + 0.2", "0.3"),
    ],
)
def test_figures_are_exact_and_growth_is_rounded_half_up(text, value):
    assert judged(text) == Decimal(value)


def test_a_growth_of_nothing_has_no_sign():
    assert str(judged("growth(99.99, 100)")) == "0.0"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("is_whole(3.00)", True),
        ("is_whole(3.01)", False),
        ("near(1.04, 1, 0.04)", True),
        ("near(0.95, 1, 0.04)", False),
        ("iff(1 > 2, 2 > 3)", True),
        ("implies(1 > 2, 1 > 3)", True),
        ("implies(2 > 1, 1 > 3)", False),
        ("1 < 2 < 3", True),
        ("1 < 2 < 2", False),
        ("'a' in ('a', 'b')", True),
        ("'a' not in ('a', 'b')", False),
        ("has('1,3A', '3')", True),
        ("has('1,3A', '2', '4')", False),
        ("starts_with('6513', '64', '65')", True),
        ("first('500107001000', 6) == '500107'", True),
        ("organisation_code('91440300708461136T') == '708461136'", True),
        ("is_district('500105')", True),
        ("is_district('500157')", False),
    ],
)
def test_functions_give_verdicts(text, verdict):
    assert kind_of(text, MONTHLY) == "truth"
    assert judged(text) is verdict


def test_districts_are_those_of_the_period():
    assert judged("is_district('500157')", period="2026M05") is True
    assert judged("is_district('500105')", period="2026M05") is False


def test_a_text_can_be_said_in_the_words_of_the_form():
    assert say(parse("M2020 <= M2021 - (M2022 - 3) * 0.50"), MONTHLY) == "2020≤2021－（2022－3）×0.5"
    assert say(parse("prev(M2020) == M2020.c3"), MONTHLY) == "上期2020＝2020〔本年上期累计〕"
    assert say(parse("A36 == '是' and month > 2"), MONTHLY) == "A36＝是且月份＞2"
