"""How a rule and a figure read on screen: 2021＋2022, 120.00 万元. The same walker, bound to words."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from forms_tables.notation.names import Cell, Fact, Meaning, Moment, RowCode, Scoped, Setting, TextScope
from forms_tables.notation.trees import Name, Node, walk

PERIODS = {
    "": "",
    "prev": "上期",
    "year_ago": "上年同期",
    "december": "12月月报",
    "last_annual": "上年年报",
    "register": "名录",
}
MOMENTS = {"month": "月份", "year": "年份", "period_month": "报告期末"}
LIMITS = {"<": "小于", "<=": "不超过", ">": "大于", ">=": "不低于", "==": "为", "!=": "不同于"}
SIGNS = {"<": "＜", "<=": "≤", ">": "＞", ">=": "≥", "==": "＝", "!=": "≠", "+": "＋", "-": "－", "*": "×"}

# How tightly a part holds together; a looser part inside a tighter one gets brackets.
LOOSE, COMPARED, ADDED, MULTIPLIED, WHOLE = range(5)


@dataclass(frozen=True)
class Phrase:
    words: str
    strength: int = WHOLE

    def within(self, strength: int) -> str:
        return self.words if self.strength >= strength else f"（{self.words}）"


def plain(value: Decimal) -> str:
    """A number without the zeros that say nothing."""
    return f"{value.normalize():f}" if value else "0"


class Words(Scoped):
    """The binding that says a tree in the words of the form. Cells outside the current column name their column."""

    def number(self, value: Decimal) -> Phrase:
        return Phrase(plain(value))

    def text(self, value: str) -> Phrase:
        return Phrase(value)

    def name(self, name: Name) -> Phrase:
        return Phrase(words_of(self.scope.meaning(name), self.scope.column))

    def negative(self, operand: Phrase) -> Phrase:
        return Phrase(f"－{operand.within(MULTIPLIED)}", ADDED)

    def arithmetic(self, sign: str, left: Phrase, right: Phrase) -> Phrase:
        strength = MULTIPLIED if sign == "*" else ADDED
        return Phrase(
            f"{left.within(strength)}{SIGNS[sign]}{right.within(strength + (sign == '-'))}",
            strength,
        )

    def comparison(self, sign: str, left: Phrase, right: Phrase) -> Phrase:
        return Phrase(f"{left.within(ADDED)}{SIGNS[sign]}{right.within(ADDED)}", COMPARED)

    def membership(self, inside: bool, left: Phrase, options: tuple[str, ...]) -> Phrase:
        return Phrase(f"{left.words}{'属于' if inside else '不属于'}{'、'.join(options)}", COMPARED)

    def both(self, parts: Sequence[Phrase]) -> Phrase:
        return Phrase("且".join(part.within(COMPARED) for part in parts), LOOSE)

    chain = both  # read as it is written, whatever is blank

    def either(self, parts: Sequence[Phrase]) -> Phrase:
        return Phrase("或".join(part.within(COMPARED) for part in parts), LOOSE)

    def opposite(self, operand: Phrase) -> Phrase:
        return Phrase(f"并非{operand.within(WHOLE)}", COMPARED)

    def when(self, premise: Phrase, conclusion: Phrase) -> Phrase:
        return conclusion  # that a row must apply goes without saying

    def call(self, function: str, arguments: Sequence[Phrase]) -> Phrase:
        words = [argument.words for argument in arguments]
        match function:
            case "abs":
                return Phrase(f"|{words[0]}|")
            case "or_zero":
                return arguments[0]
            case "near":
                return Phrase(f"{words[0]}＝{words[1]}（允许相差{words[2]}）", COMPARED)
            case "eps":
                return Phrase("容差")
            case "growth":
                return Phrase(f"（{words[0]}÷{words[1]}－1）×100", MULTIPLIED)
            case "filled" | "empty":
                return Phrase(f"{words[0]}{'已填' if function == 'filled' else '为空'}", COMPARED)
            case "has":
                return Phrase(f"{words[0]}含{'、'.join(words[1:])}", COMPARED)
            case "implies":
                return Phrase(f"若{words[0]}，则{words[1]}", LOOSE)
            case "iff":
                return Phrase(f"{words[0]}，当且仅当{words[1]}", LOOSE)
            case "exists" | "every":
                return Phrase(f"{'至少一行' if function == 'exists' else '每一行'}{words[0]}", COMPARED)
        return Phrase(f"{FUNCTIONS.get(function, function)}（{'，'.join(words)}）")


FUNCTIONS = {
    "min": "取小",
    "max": "取大",
    "is_whole": "为整数",
    "starts_with": "开头为",
    "first": "前几位",
    "valid_credit_code": "校验位相符",
    "organisation_code": "组织机构代码",
    "is_district": "现行区划",
    "size_class": "划型",
}


def words_of(meaning: Meaning, column: str = "") -> str:
    match meaning:
        case Cell(period=period, indicator=indicator, column=key):
            label = "" if key == column or len(indicator.columns) == 1 else f"〔{indicator.column(key).label}〕"
            return f"{PERIODS[period]}{indicator.code}{label}"
        case Fact(period=period, code=code):
            return f"{PERIODS[period]}{'联系人' if code == 'contact_name' else code}"
        case Setting(name=name, title=title):
            return title or name
        case Moment(name=name):
            return MOMENTS[name]
        case RowCode(code=code):
            return code
    raise TypeError(meaning)


def name_of(meaning: Meaning, scope: TextScope) -> str:
    """A cell or an attribute with the name the form gives it: 上期 2010“主营业务收入”的“本年本期累计”."""
    match meaning:
        case Cell(period=period, indicator=indicator, column=key):
            before = f"{PERIODS[period]} " if period else ""
            label = "" if key == scope.column or len(indicator.columns) == 1 else f"的“{indicator.column(key).label}”"
            return f"{before}{indicator.code}“{indicator.name}”{label}"
        case Fact(period=period, code=code) if code in scope.edition.indicators:
            return f"{PERIODS[period]}{scope.edition.indicator(code).name}"
    return words_of(meaning, scope.column)


def say(node: Node, scope: TextScope) -> str:
    return walk(node, Words(scope)).words


def figure(value: Decimal, unit: str = "") -> str:
    """1,234.50 万元: money keeps two decimals, everything else what it needs."""
    if unit in ("万元", "万美元") and value.as_tuple().exponent == -2:
        return f"{value:,f} {unit}"
    places = len(plain(value).partition(".")[2])
    if unit in ("万元", "万美元"):
        places = max(2, places)
    space = " " if unit and unit != "%" else ""
    return f"{value:,.{min(places, 6)}f}{space}{unit}"


def unit_of(meanings: Sequence[Meaning]) -> str:
    """The one unit of all the cells read; nothing when they differ."""
    units = {
        meaning.indicator.column(meaning.column).unit or meaning.indicator.unit
        for meaning in meanings
        if isinstance(meaning, Cell)
    }
    return units.pop() if len(units) == 1 else ""
