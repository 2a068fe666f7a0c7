"""A rule can never reach Python: what is hostile is refused in words, at a place and at once; what is not becomes a
tree whose Python is written of our own words alone."""

import io
import re
import time
import tokenize
import unicodedata
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from forms_tables.edition.catalog import load_edition
from forms_tables.notation.decimals import CALCULATIONS, Decimals, Program
from forms_tables.notation.names import TextScope
from forms_tables.notation.trees import MAX_DEPTH, MAX_LENGTH, NotationError, parse, walk
from forms_tables.rules.checks import conditions_of
from forms_tables.rules.proofreading import Kinds
from reporting.editions.drafts import begin_draft
from reporting.editions.exchange import try_rules
from reporting.editions.workbook import COLUMNS, SHEET, TEXTS
from reporting.models import PublishedEdition
from tests.cast import AT
from tests.officials import make_it_be
from tests.reading import words_on

EDITION = load_edition("chongqing-2024")
LISTED = TextScope(EDITION, column="c1", row="2020", rows=("2020", "2010"))
QUICK = 0.5  # seconds; each takes well under a millisecond

HOSTILE = {
    # names of Python that are none of ours
    "import": "__import__('os').system('id') == 0",
    "import of a module": "import os",
    "from import": "from os import system",
    "eval": 'eval("1") == 1',
    "eval of a cell": "eval(A22) == '1'",
    "exec": "exec('1') == 1",
    "open": "open('f') == 'x'",
    "open to write": "open('f', 'w') == 'x'",
    "print": "print(M2010) > 1",
    "getattr": "getattr(M2010, 'real') > 1",
    "globals": "globals() == 1",
    "a dunder name": "__builtins__ == 1",
    "a dunder within a name": "a__b > 1",
    "a private name": "_secret > 1",
    "a name of the written Python": "reading > 1",
    "a variable of the written Python": "v0 > 1",
    "a constant of the written Python": "c0 > 1",
    "a function as a value": "abs > 1",
    "a function in a function": "abs(abs) > 1",
    "a name over 40 characters": "M" + "2" * 40 + " > 1",
    # attributes
    "a class": "M2010.__class__ == 1",
    "a chain of classes": "().__class__.__bases__[0].__subclasses__() == 1",
    "a class of a cell": "M2010.c1.__class__ == 1",
    "an attribute of a cell": "M2010.c1.real > 1",
    "a method of a cell": "M2010.c1() > 1",
    "a method of a text": "'a'.upper() == 'A'",
    "format of a text": "'{0.__class__}'.format(M2010) == 'x'",
    "an attribute of a number": "1 .real > 0",
    "an attribute of a call": "abs(M2010).real > 1",
    "a call of a method": "abs.c1(M2010) > 1",
    # constructs
    "lambda": "(lambda: 1)() == 1",
    "a bare lambda": "lambda x: x",
    "a list comprehension": "[x for x in (1, 2)] == 1",
    "a generator": "abs(x for x in (1, 2)) > 1",
    "a dict comprehension": "{x: 1 for x in (1, 2)} == 1",
    "a list": "[1, 2] == 1",
    "a set": "{1, 2} == 1",
    "a dict": "{'a': 1} == 1",
    "a tuple": "(1, 2) == 1",
    "a list of options": "A22 in ['1']",
    "a tuple of numbers": "M2010 in (1, 2)",
    "membership in a text": "A22 in '123'",
    "membership in a cell": "A22 in A34",
    "a subscript": "M2010[0] > 1",
    "a slice": "A22[0:2] == '65'",
    "a walrus": "(y := 5) > 1",
    "an assignment": "M2010 = 1",
    "a conditional": "M2010 > 1 if M2020 > 1 else M2010 > 2",
    "await": "await M2010",
    "yield": "(yield M2010) > 1",
    "an ellipsis": "... == 1",
    "True": "True",
    "None": "M2010 == None",
    "is": "M2010 is M2020",
    "a keyword argument": "abs(x=1) > 1",
    "star arguments": "min(*A22) > 1",
    "double star arguments": "abs(**M2010) > 1",
    "two statements": "M2010 > 1; M2020 > 1",
    "del": "del M2010",
    "assert": "assert M2010",
    "a decorator": "@abs",
    "a matrix product": "M2010 @ M2020 > 1",
    # texts
    "an f-string": "f'{M2010}' == 'x'",
    "a raw text": "r'x' == A22",
    "bytes": "b'x' == A22",
    "unicode text": "u'x' == A22",
    "raw bytes among options": "A22 in (rb'x',)",
    "an f-string among options": "A22 in (f'{A22}',)",
    "three quotes": "'''a''' == A22",
    "three double quotes": 'A22 == """a"""',
    "texts run together": "A22 == 'a' 'b'",
    "texts run together among options": "A22 in ('a' 'b',)",
    "a multiplied text": "'a' * 99 == A22",
    "an escape": "A22 == '\\x41'",
    "a named escape": "A22 == '\\N{BULLET}'",
    "an open quote": "A22 == 'x",
    "a long text": "A22 == '" + "x" * 41 + "'",
    "a long text among options": "A22 in ('" + "x" * 41 + "',)",
    # numbers
    "infinity": "1e999 > M2010",
    "an exponent": "M2010 > 1E5",
    "hexadecimal": "M2010 > 0x10",
    "octal": "M2010 > 0o17",
    "binary": "M2010 > 0b1",
    "a leading zero": "M2010 > 007",
    "an underscore": "M2010 > 1_000",
    "an imaginary number": "M2010 > 1j",
    "thirteen digits": "M2010 > " + "9" * 13,
    "four hundred digits": "M2010 > " + "9" * 400,
    "seven decimals": "M2010 > 0.1234567",
    "a number without its zero": "M2010 > .5",
    "a number with a dangling point": "M2010 > 5.",
    "a number run into a word": "1if M2010 else 2",
    # operations
    "division": "M2010 / M2020 > 1",
    "whole division": "M2010 // 2 > 1",
    "modulo": "M2010 % 2 == 1",
    "a format by modulo": "'%s' % M2010 == 'x'",
    "a power": "M2010 ** 99999999 > 1",
    "a shift": "M2010 << 99999 > 1",
    "bitwise and": "M2010 & 1 == 1",
    "bitwise or": "M2010 | 1 == 1",
    "bitwise inversion": "~M2010 > 1",
    "a plus sign": "+M2010 > 1",
    # depth and length
    "501 characters": "M2010 > 1" + " or M2010 > 1" * 38,
    "a hundred thousand characters": "M2010 > 1 and " * 10_000,
    "brackets 200 deep": "(" * 200 + "M2010" + ")" * 200 + " > 1",
    "brackets that never close": "(" * 400,
    "square brackets that never close": "[" * 400,
    "calls 45 deep": "abs(" * 45 + "M2010" + ")" * 45 + " > 1",
    "60 minus signs": "-" * 60 + "M2010 > 1",
    "60 times not": "not " * 60 + "M2010 > 1",
    "a chain of 100 comparisons": " < ".join("1" * 101),
    "a chain of four": "1 < M2010 < M2020 < 9",
    "chains within chains": "1<(" * 38 + "M2010" + ")<2" * 38,
    "chains within calls": "1<abs(" * 19 + "M2010" + ")<2" * 19,
    "a sum of 60": "M2010 + " * 60 + "M2010 > 1",
    "rows within rows": "exists(" * 30 + "x.c1 > 1" + ")" * 30,
    "rows within rows by turns": "every(filled(exists(x.c1 > 1)))",
    # characters
    "a full-width name": "Ｍ2020 > 1",
    "a full-width column": "M2020.ｃ1 > 1",
    "a full-width function": "ａbs(M2020) > 1",
    "a full-width number": "M2020 > １",
    "a full-width sign": "M2020 ＞ 1",
    "full-width brackets": "（M2020） > 1",
    "Cyrillic М for M": "М2020 > 1",
    "Greek Μ for M": "Μ2020 > 1",
    "a mathematical letter": "𝐌2020 > 1",
    "Arabic digits": "M2020 > ٣",
    "a Roman numeral": "M2020 > Ⅷ",
    "a no-break space": "M2020\u00a0> 1",
    "an ideographic space": "M2020\u3000> 1",
    "a zero-width space": "M\u200b2020 > 1",
    "a byte order mark": "\ufeffM2020 > 1",
    "text turned round": "A22 == '\u202e56'",
    "a control character": "A22 == '\x01'",
    "an escape character": "M2020 > 1\x1b[2J",
    "delete": "A22 == 'a\x7f'",
    "a null": "M2020 > 1\0",
    "a null in a text": "A22 == '\0'",
    "a lone surrogate": "A22 == '\ud800'",
    "a tab": "M2020\t> 1",
    "a form feed": "M2020\x0c> 1",
    "a new line": "M2020 >\n1",
    "a carriage return": "M2020 > 1\rimport os",
    "a line separator": "M2020 > 1\u2028M2010 > 1",
    "a comment": "M2020 > 1 # note",
    "a continued line": "M2020 > \\\n1",
    "a space before": " M2020 > 1",
    "a space behind": "M2020 > 1 ",
    "nothing": "",
    "a space": " ",
    # sense
    "text against number": "A22 > 1",
    "number against text": "M2010 == '1'",
    "text in arithmetic": "M2010 + A22 > 1",
    "a condition in arithmetic": "M2010 + (M2020 > 1) > 1",
    "a condition compared": "(M2010 > 1) == (M2020 > 1)",
    "a number as condition": "M2010 and M2020 > 1",
    "a text as condition": "not A36",
    "history in history": "prev(prev(M2010)) > 1",
    "the register of a cell": "register(M2010) > 1",
    "a cell that is not there": "M9999.c1 > 1",
    "a column that is not there": "M2010.y > 1",
    "a parameter that is not there": "FXX > 1",
    "a function too full": "abs(1, 2) > 1",
    "a function too empty": "near(1, 2)",
    "a function of nothing": "abs() > 1",
}  # fmt: skip


def read(text: str) -> str:
    return walk(parse(text), Kinds(LISTED))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_it_is_refused_in_words_and_at_a_place_at_once(text):
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # nothing of the text is worth a word of Python's own
        begun = time.perf_counter()
        with pytest.raises(NotationError) as refused:
            read(text)
        assert time.perf_counter() - begun < QUICK
    assert any("\u4e00" <= character <= "\u9fff" for character in refused.value.reason)
    assert 1 <= refused.value.at <= min(len(text), MAX_LENGTH) + 1


def test_the_list_is_long_and_the_limits_are_what_it_says():
    assert len(HOSTILE) == len(set(HOSTILE.values())) >= 150
    assert (MAX_LENGTH, MAX_DEPTH) == (500, 40)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 40 + "M2010" + ")" * 40 + " > 1",
        "abs(" * 36 + "M2010" + ")" * 36 + " > 1",
        "M2010 > 1" + " or M2010>1" * 44,
        "M2010 > " + "9" * 12 + ".999999",
        "A22 == '" + "软" * 40 + "'",
    ],
)
def test_what_just_keeps_the_limits_is_taken(text):
    assert len(text) <= MAX_LENGTH and read(text) == "truth"


# What the Decimals binding may write: its own variables and constants, its own words and signs.
OWN_WORDS = {"reading", "values", "get", "filed", "fact", "setting", "moment", "None", "True", *CALCULATIONS}
OWN_WORDS |= {"and", "or", "not", "is", "in", "if", "else"}
OWN_SIGNS = set("()[]+-*<>,.") | {"<=", ">=", "==", "!="}


def foreign_words(text: str, scope: TextScope) -> set[str]:
    """What is in the Python written for a text that is not ours."""
    program = Program()
    written = walk(parse(text), Decimals(scope, program))
    foreign = set()
    for source in (written.or_else("None"), *program.variables):
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            own_name = token.type == tokenize.NAME and (
                token.string in OWN_WORDS or (token.string[0] in "vc" and token.string[1:].isdecimal())
            )
            own_sign = token.type == tokenize.OP and token.string in OWN_SIGNS
            if not (own_name or own_sign or token.type in (tokenize.NEWLINE, tokenize.ENDMARKER)):
                foreign.add(token.string)
    return foreign


def test_every_rule_of_the_edition_is_written_in_our_words_alone():
    conditions = conditions_of(EDITION, "month") + conditions_of(EDITION, "annual")
    found = {word for condition in conditions for word in foreign_words(condition.text, condition.scope)}
    assert len(conditions) > 1000 and found == set()


RULES = sorted({text for rule in EDITION.rules for text in rule.texts})
PIECES = [
    *"()[]{}<>=!+-*/%.,'\"\\#:;@~^&|_ ", "M2010", "c1", "x.c1", "prev(", "min(", "and", "not ", "or", " in ", "lambda:",
    "__class__", "if", "1e9", "f'", "b'", "'是'", "EPS", "Ｍ", "\u00a0", "**", ":=", "eval(", "A22", "0.5",
    "999999999999",
]  # fmt: skip


@st.composite
def mutations(draw) -> str:
    """A real rule, cut and patched."""
    text = draw(st.sampled_from(RULES))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 6)))
        text = text[:start] + draw(st.sampled_from(PIECES) | st.text(max_size=2)) + text[end:]
    return text


def is_refused_or_harmless(text: str) -> bool:
    """Whether it was taken; refused otherwise, in our own words."""
    try:
        kind = read(text)
    except NotationError as refused:
        assert refused.reason and 1 <= refused.at <= min(len(text), MAX_LENGTH) + 1
        return False
    assert kind in ("number", "text", "truth")
    assert foreign_words(text, LISTED) == set()
    return True


printable = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=80)


@settings(max_examples=1500, deadline=None)
@given(st.text(max_size=80) | printable | st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_random_text_is_refused_or_harmless(text):
    is_refused_or_harmless(text)


@settings(max_examples=1500, deadline=None)
@given(mutations())
def test_a_damaged_rule_is_refused_or_harmless(text):
    is_refused_or_harmless(text)


def test_no_character_outside_quotes_is_taken_for_another():
    """Python reads Ｍ2010 as M2010; no character beyond ASCII may stand for one that we have."""
    twins = [chr(code) for code in range(128, 0x30000) if unicodedata.normalize("NFKC", chr(code)).isascii()]
    assert len(twins) > 1000
    for twin in twins:
        for text in (f"M2010{twin} > 1", f"{twin}M2010 > 1", f"M2010 >{twin} 1"):
            with pytest.raises(NotationError):
                parse(text)


ENTRY = ["import", "a class of a cell", "lambda", "an f-string", "infinity", "chains within chains", "501 characters"]
ENTRY += ["brackets 200 deep", "a full-width name", "a no-break space", "text against number", "history in history"]


@pytest.fixture
def draft(cast):
    make_it_be(AT.date())
    shipped = load_edition("chongqing-2024")
    PublishedEdition.objects.create(
        code=shipped.code, family=shipped.code, title=shipped.title, digest=shipped.digest, published_at=AT
    )
    return begin_draft(shipped.code, cast.zhou_tao, AT)


def typed_into(draft, text: str) -> dict[str, str]:
    rule = next(rule for rule in draft.content["rules.toml"]["rule"] if rule["id"] == "R604")
    typed = {name: value for name, value in rule.items() if isinstance(value, str)}
    return typed | {"columns": "c1 c2 c3", "texts": text, "draft": draft.pk, "version": draft.version}


@pytest.mark.django_db
@pytest.mark.parametrize("name", ENTRY)
def test_the_rule_desk_refuses_it_in_words_and_keeps_the_draft(name, draft, cast, client):
    client.force_login(cast.zhou_tao)
    with pytest.raises(NotationError) as refused:
        read(HOSTILE[name])
    for path in ("save", "effect"):
        answer = client.post(f"/city/desk/rules/R604/{path}/", typed_into(draft, HOSTILE[name]))
        assert answer.status_code in (200, 422)
        assert " ".join(refused.value.reason.split()) in words_on(answer, answer.status_code)
    draft.refresh_from_db()
    assert draft.version == 0


@pytest.mark.django_db
def test_the_workbook_refuses_them_all_in_words_and_by_row(draft):
    """One row each; what the workbook cannot hold, could not hold in one line, or is cleaned of, never comes so far."""
    shut_out = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800]")
    texts = [text for text in HOSTILE.values() if text.strip() == text and text and not shut_out.search(text)]
    heads = list(COLUMNS)
    book = Workbook()
    book.active.title = SHEET
    book.active.append(heads)
    for number, text in enumerate(texts):
        row = {
            "编号": f"T{number}",
            "级别": "错误",
            "在哪里执行": "审核关系",
            "所在的表": "软统企6",
            "列": "c1",
            "提示语": "恶意",
        }
        book.active.append([(row | {TEXTS: text[:32_000]}).get(head) for head in heads])
        cell = book.active.cell(number + 2, heads.index(TEXTS) + 1)
        cell.data_type = "s"  # =… stays text
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    tried = try_rules(draft, out, "x.xlsx")
    assert len(texts) > 130 and not tried.changes
    assert {problem.row for problem in tried.problems} == set(range(2, len(texts) + 2))
    assert {problem.column for problem in tried.problems} == {TEXTS}
