"""The characters of a rule's text, looked over before the parser sees them.

Outside quotation marks only what the notation is written in may stand, all of it plain ASCII: what a person reads is
what is judged, and Python's parser never meets a construct we do not have. Every refusal is a sentence and a place.
"""

import keyword
import re
import unicodedata
from typing import NamedTuple

MAX_LENGTH = 500
MAX_DEPTH = 40
MAX_TEXT = 40
PLAIN_NUMBER = re.compile(r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?")

NUMBERED_ROW = re.compile(r"[0-9]+\.[a-z][0-9]?")

OWN_WORDS = {"and", "or", "not", "in"}
OWN_SIGNS = {"<", "<=", ">", ">=", "==", "!=", "+", "-", "*", "(", ")", ",", "."}
TOKEN = re.compile(
    r"(?P<space> +)|(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<number>[0-9][A-Za-z0-9_.]*)"
    r"""|(?P<text>'[^']*'|"[^"]*")|(?P<sign><=|>=|==|!=|<>|\*\*|//|<<|>>|:=|&&|\|\||[\x21-\x7e])"""
)
NO_NUMBER = "数字最多12位整数、6位小数，不能用千分位、指数、下划线或其他写法"
NO_DIVISION = "没有除法；比率请写成乘积，例如 a <= 3 * b"
INSTEAD = {
    "/": NO_DIVISION,
    "//": NO_DIVISION,
    "%": "没有百分号，也没有取余；30% 请写 0.30",
    "÷": NO_DIVISION,
    "**": "没有乘方；平方请写成 a * a",
    "^": "没有乘方；平方请写成 a * a",
    "=": "相等请写 ==",
    "＝": "相等请写 ==",
    "<>": "不等请写 !=",
    "!": "不成立请写 not",
    "&": "并且请写 and",
    "&&": "并且请写 and",
    "|": "或者请写 or；绝对值请写 abs(…)",
    "||": "或者请写 or",
    "'": "引号没有配对",
    '"': "引号没有配对",
    "[": "一列文字请用圆括号，例如 ('1', '2')",
    "≤": "不大于请写 <=",
    "≥": "不小于请写 >=",
    "≠": "不等请写 !=",
    "×": "乘号请写 *",
    "“": "引号请用半角的 ' 或 \"",
    "”": "引号请用半角的 ' 或 \"",
    "‘": "引号请用半角的 ' 或 \"",
    "’": "引号请用半角的 ' 或 \"",
    "ε": "容差请写 eps(加数个数)",
    "且": "并且请写 and",
    "或": "或者请写 or",
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
        kind, token = found.lastgroup, found.group()
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


def _slip_in(kind: str | None, token: str, before: str) -> str:
    match kind:
        case "word" if keyword.iskeyword(token) and token not in OWN_WORDS:
            return f"“{token}”不在规则语言之内"
        case "number" if NUMBERED_ROW.fullmatch(token):
            return f"指标代码以数字开头的，前面加 M：M{token}"
        case "number" if not PLAIN_NUMBER.fullmatch(token):
            return NO_NUMBER
        case "text" if before in ("word", "text"):
            return "引号前面不能紧接字母或另一段文字"
        case "text" if len(token) > MAX_TEXT + 2:
            return f"引号内的文字最多{MAX_TEXT}个字"
        case "sign" if token not in OWN_SIGNS:
            return INSTEAD.get(token, f"“{token}”不在规则语言之内")
    return ""


def _stranger(character: str) -> str:
    """What to say of a character that is not ASCII and stands outside quotation marks."""
    plain = unicodedata.normalize("NFKC", character)
    if character in INSTEAD:
        return INSTEAD[character]
    if plain != character and len(plain) == 1 and plain.isascii():
        return f"“{character}”是全角字符，请改用半角的“{plain}”" if plain != " " else "空格请用半角"
    return f"“{character}”只能写在引号里；名称只用英文字母和数字"
