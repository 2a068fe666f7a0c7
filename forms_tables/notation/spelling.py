"""The characters of a rule's text, looked over before the parser sees them.

Outside quotation marks only what the notation is written in may stand, all of it plain ASCII: what a person reads is
what is judged, and Python's parser never meets a construct we do not have. Every refusal is a sentence and a place.
"""

import ast
import keyword
import re
import unicodedata
from typing import NamedTuple

from forms_tables.notation.habits import AND, IF_THEN, NO_DIVISION, NOT, OR, instead_of

MAX_LENGTH = 500
MAX_DEPTH = 40
MAX_TEXT = 40
PLAIN_NUMBER = re.compile(r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?")

PLAIN_COLUMN = re.compile(r"[a-z][0-9]?")
NUMBERED_ROW = re.compile(r"[0-9]+\.[a-z][0-9]?")

OWN_WORDS = {"and", "or", "not", "in"}
OWN_SIGNS = {"<", "<=", ">", ">=", "==", "!=", "+", "-", "*", "(", ")", ",", "."}
TOKEN = re.compile(
    r"(?P<space> +)|(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<number>[0-9][A-Za-z0-9_.]*)"
    r"""|(?P<text>'[^']*'|"[^"]*")|(?P<sign><=|>=|==|!=|=<|=>|<>|\*\*|//|<<|>>|:=|&&|\|\||[\x21-\x7e])"""
)
SPACED_SIGN = re.compile(r"[<>!=] +=(?!=)")
NO_NUMBER = "数字最多12位整数、6位小数，不能用千分位、指数、下划线或其他写法"
ONE_EACH = f"一条只写一个条件；{AND}，另一条另起一行"
NO_COLON = "不用冒号，也没有区间；列用点号，例如 M2010.c1，几行相加请逐行写出"
INSTEAD = {
    "/": NO_DIVISION,
    "//": NO_DIVISION,
    "%": "没有百分号，也没有取余；30% 请写 0.30",
    "÷": NO_DIVISION,
    "**": "没有乘方；平方请写成 a * a",
    "^": "没有乘方；平方请写成 a * a",
    "=": "相等请写 ==",
    "=<": "不大于请写 <=",
    "=>": "不小于请写 >=",
    "＝": "相等请写 ==",
    "<>": "不等请写 !=",
    "!": NOT,
    "&": AND,
    "&&": AND,
    "|": f"{OR}；绝对值请写 abs(…)",
    "||": OR,
    "'": "引号没有配对",
    '"': "引号没有配对",
    **dict.fromkeys("[{", "只用圆括号；一列文字请写成 ('1', '2')，列用点号，例如 M2010.c1"),
    "?": IF_THEN,
    "≈": "大致相等请写 near(数, 数, 允许相差)",
    ";": ONE_EACH,
    "；": ONE_EACH,
    ":": NO_COLON,
    "：": NO_COLON,
    "、": "几项之间请用半角逗号 ,",
    "。": "算式末尾不用句号",
    "《": "小于请写 <",
    "》": "大于请写 >",
    "〈": "小于请写 <",
    "〉": "大于请写 >",
    "≤": "不大于请写 <=",
    "≥": "不小于请写 >=",
    "≠": "不等请写 !=",
    "×": "乘号请写 *",
    "“": "引号请用半角的 ' 或 \"",
    "”": "引号请用半角的 ' 或 \"",
    "‘": "引号请用半角的 ' 或 \"",
    "’": "引号请用半角的 ' 或 \"",
    "ε": "容差请写 eps(加数个数)",
    **dict.fromkeys("且并", AND),
    **dict.fromkeys("和与", f"{AND}；相加请写 +"),
    "或": OR,
    **dict.fromkeys("非不", NOT),
    **dict.fromkeys("若如则", IF_THEN),
    "大": "大于请写 >，不小于请写 >=",
    "小": "小于请写 <，不大于请写 <=",
    "等": "相等请写 ==",
    "加": "相加请写 +",
    "减": "相减请写 -",
    "乘": "相乘请写 *",
    "除": NO_DIVISION,
    **dict.fromkeys("万亿千百元", "数后面不写单位；表里的单位是什么，数就按什么写"),
}


class Misspelt(NamedTuple):
    reason: str
    at: int  # a count of characters from 1


def misspelling_in(text: str) -> Misspelt | None:
    """The first thing in a text that is no word, number, text or sign of the notation; None when there is none."""
    if len(text) > MAX_LENGTH:
        return Misspelt(f"算式长{len(text)}个字符，最多{MAX_LENGTH}个", MAX_LENGTH + 1)
    for place, character in enumerate(text, start=1):
        if character in "\\#" or unicodedata.category(character) in ("Cc", "Zl", "Zp"):
            return Misspelt("只能写在一行，不能有注释、反斜杠或控制字符", place)
        if unicodedata.category(character).startswith("C") or character == "\u00a0":
            return Misspelt(f"有看不见的字符（U+{ord(character):04X}），请删去重打", place)
    if text != text.strip():
        return Misspelt("前后不能有空格", 1)
    return _misspelt_token(text) if text else Misspelt("没有写算式", 1)


def _misspelt_token(text: str) -> Misspelt | None:
    opened: list[int] = []
    position, before = 0, ""
    while position < len(text):
        found = TOKEN.match(text, position)
        at = position + 1
        if not found:
            return Misspelt(_stranger(text[position]), at)
        kind, token = found.lastgroup or "", found.group()
        if kind == "sign" and (apart := SPACED_SIGN.match(text, position)):
            return Misspelt(f"{''.join(apart.group().split())} 中间不能有空格", at)
        if token == "=" and position == 0:
            return Misspelt("开头不写等号，直接写条件", at)
        if reason := _slip_in(kind, token, before):
            return Misspelt(reason, at)
        if token == "(":
            opened.append(at)
            if len(opened) > MAX_DEPTH:
                return Misspelt(f"嵌套超过{MAX_DEPTH}层", at)
        elif token == ")":
            if not opened:
                return Misspelt("这个右括号没有配对", at)
            opened.pop()
        position = found.end()
        before = kind if kind != "space" or before != "text" else before
    return Misspelt("这个左括号没有配对", opened[-1]) if opened else None


def _slip_in(kind: str, token: str, before: str) -> str:
    match kind:
        case "word" if keyword.iskeyword(token) and token not in OWN_WORDS:
            return f"没有“{token}”这种写法{_hint(token)}"
        case "word" if token.lower() in OWN_WORDS and token not in OWN_WORDS:
            return instead_of(token)
        case "number" if NUMBERED_ROW.fullmatch(token):
            return f"指标代码以数字开头的，前面加 M：M{token}"
        case "number" if not PLAIN_NUMBER.fullmatch(token):
            return NO_NUMBER
        case "text" if before == "text":
            return "两段文字之间少了逗号，例如 ('1', '2')"
        case "text" if before == "word":
            return "引号前面不能紧接字母"
        case "text" if len(token) > MAX_TEXT + 2:
            return f"引号内的文字最多{MAX_TEXT}个字"
        case "sign" if token not in OWN_SIGNS:
            return INSTEAD.get(token, f"“{token}”不在规则语言之内")
    return ""


def _hint(word: str) -> str:
    instead = instead_of(word)
    return f"；{instead}" if instead else ""


def foreign_word_in(text: str) -> Misspelt | None:
    """What a text that Python's parser stumbled over may have meant: a word from elsewhere, or a sign left out between
    two names."""
    before = ""
    for found in TOKEN.finditer(text):
        kind, token = found.lastgroup, found.group()
        if kind == "space":
            continue
        if kind == "word" and token not in OWN_WORDS and (reason := instead_of(token)):
            return Misspelt(reason, found.start() + 1)
        is_part = kind in ("word", "number", "text") and token not in OWN_WORDS
        if is_part and before:
            return Misspelt(f"“{before}”与“{token}”之间少了运算符或逗号", found.start() + 1)
        before = token if is_part else ""
    return None


def _stranger(character: str) -> str:
    """What to say of a character that is not ASCII and stands outside quotation marks."""
    plain = unicodedata.normalize("NFKC", character)
    if instead := INSTEAD.get(character) or INSTEAD.get(plain):
        return instead
    if plain != character and len(plain) == 1 and plain.isascii():
        return f"“{character}”是全角字符，请改用半角的“{plain}”" if plain != " " else "空格请用半角"
    return f"“{character}”只能写在引号里；名称只用英文字母和数字"


def about_column(column: str) -> str:
    return f"“{column}”不是列名{'；列名用小写' if PLAIN_COLUMN.fullmatch(column.lower()) else ''}"


def about_options(node: ast.expr) -> str:
    """What is wrong with that which stands behind in."""
    match node:
        case ast.Constant(value=str(text)):
            return f"只有一个文字时，括号里要留一个逗号：('{text}',)"
        case ast.Constant() | ast.Tuple(elts=[ast.Constant(), *_]):
            return "in 后面的每一项都是文字，要加引号，例如 ('1', '2')"
    return "in 后面须是括号内的一列文字，例如 ('1', '2')"


def about_function(function: str, arguments: list[ast.expr], known: tuple[str, ...]) -> str:
    """That the notation has no function of this name, and what it has instead."""
    instead = instead_of(function, known)
    match arguments:
        case [ast.Name(id=column)] if not instead and PLAIN_COLUMN.fullmatch(column.lower()):
            instead = f"列用点号：{function}.{column.lower()}"
    return f"没有名为“{function}”的函数{'；' if instead else ''}{instead}"
