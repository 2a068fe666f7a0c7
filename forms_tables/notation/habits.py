"""What people write who come from Excel, SQL or another rule language, and what the notation has instead."""

from difflib import get_close_matches

NO_DIVISION = "没有除法；比率请写成乘积，例如 a <= 3 * b"
AND, OR, NOT = "并且请写 and", "或者请写 or", "不成立请写 not"
ADD = "求和请用加号，例如 M2021 + M2022"
COUNT = "没有计数；至少一行请写 exists(…)，每一行请写 every(…)，填了没有请写 filled(…)"
AVERAGE = "没有平均数；请写成乘积，例如 M2111 <= 6 * M2112 * month"
ROUND = "没有取整；允许的误差请写 near(…, …, eps(2))，是不是整数请写 is_whole(…)"
IF_THEN = "若……则……请写 implies(条件, 条件)"
BLANK = "没有填请写 empty(…)，填了请写 filled(…)"
OR_ZERO = "空白当 0 请写 or_zero(…)"
BEGINNING = "前几个字符请写 first(文字, 个数)"
STARTS = "以某段文字开头请写 starts_with(文字, '…')"
CHOSEN = f"选了某一项请写 has(…, '…')；{STARTS}"
POWER = "没有乘方、开方和对数；平方请写 a * a"
BETWEEN = "在两数之间请写 a <= b <= c"
TRUTH = "没有“真”“假”这两个值，请直接写条件"
OF = "某一行的某一列请写成 代码.列，例如 M2010.c1"

INSTEAD_OF_WORDS = {
    **dict.fromkeys(("sum", "sumif", "sumifs", "total", "add"), ADD),
    **dict.fromkeys(("count", "counta", "countif", "countifs", "len", "length"), COUNT),
    **dict.fromkeys(("avg", "average", "mean", "median"), AVERAGE),
    **dict.fromkeys(("round", "roundup", "rounddown", "trunc", "int", "ceil", "ceiling", "floor"), ROUND),
    **dict.fromkeys(("if", "iif", "ifs", "case", "switch", "when", "then", "else", "elif", "imply", "imp"), IF_THEN),
    **dict.fromkeys(("isnull", "isblank", "isempty", "isna", "null", "none", "nil", "nan", "blank"), BLANK),
    **dict.fromkeys(("nvl", "coalesce", "ifnull", "iferror", "ifna", "nz", "zeroifnull"), OR_ZERO),
    **dict.fromkeys(("left", "right", "mid", "substr", "substring"), BEGINNING),
    **dict.fromkeys(("like", "startswith", "begins_with"), STARTS),
    **dict.fromkeys(("contains", "find", "search", "instr", "match", "match_characters", "regexp"), CHOSEN),
    **dict.fromkeys(("power", "pow", "sqrt", "exp", "log", "ln"), POWER),
    **dict.fromkeys(("mod", "div", "divide", "rem", "quotient", "ratio"), NO_DIVISION),
    **dict.fromkeys(("between", "to"), BETWEEN),
    **dict.fromkeys(("true", "false"), TRUTH),
    **dict.fromkeys(("any", "exist", "some"), "至少一行请写 exists(…)"),
    **dict.fromkeys(("all", "each", "foreach"), "每一行请写 every(…)"),
    **dict.fromkeys(("lag", "previous", "prior", "last_month"), "上期请写 prev(…)"),
    **dict.fromkeys(("last_year", "lastyear", "sply"), "去年同期请写 year_ago(…)"),
    **dict.fromkeys(("yoy", "rate", "pct_change"), "增长率请写 growth(本期, 上年同期)"),
    **dict.fromkeys(("isnumber", "isint", "isinteger"), "是不是整数请写 is_whole(…)"),
    **dict.fromkeys(("diff", "tolerance"), "允许的误差请写 near(数, 数, 允许相差)"),
    "is": f"相等请写 ==；{BLANK}",
    "equals": "相等请写 ==",
    "xor": "两个条件只有一个成立请写 not iff(…, …)",
    "of": OF,
}  # fmt: skip
TAKEN_FOR_DIGITS = str.maketrans("OIL", "011")
OPERATORS = {"and": AND, "or": OR, "not": NOT, "in": "在其中请写 in"}


def instead_of(word: str, known: tuple[str, ...] = ()) -> str:
    """What to write for a word the notation does not have; nothing where nobody can guess what was meant. `known` are
    the words that might be meant."""
    lower = word.lower()
    if lower in OPERATORS:
        return f"{OPERATORS[lower]}（小写）"
    if lower in known:
        return f"请用小写：{lower}"
    upper = word.upper()
    for twin in (upper, upper[:1] + upper[1:].translate(TAKEN_FOR_DIGITS)):
        if twin in known:
            return f"请写 {twin}"
    if lower in INSTEAD_OF_WORDS:
        return INSTEAD_OF_WORDS[lower]
    close = get_close_matches(lower, known, 1, 0.8)
    return f"最接近的是 {close[0]}" if close else ""
