"""What a draft's rules say against each other, in words: what stops every firm they are for, and what is worth a look
before it is published (forms_tables.contradictions finds it)."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import localcontext
from functools import cache, lru_cache

from forms_tables.contradictions import findings as found_by
from forms_tables.contradictions.findings import Flaw, flaws_in, flaws_of
from forms_tables.contradictions.rulebook import FREQUENCIES, Surroundings
from forms_tables.edition.address import CellAddress
from forms_tables.edition.model import Edition, Rule
from forms_tables.edition.periods import PeriodCode
from forms_tables.filling.completion import EXACT
from forms_tables.notation.names import Cell, Fact, Meaning, earlier
from forms_tables.notation.names import Setting as ParameterRead
from forms_tables.notation.trees import Call, parts_of
from forms_tables.rules.checks import Condition, conditions_of
from forms_tables.words.rules import plain
from reporting.filing.judging import parameters_in

FORMS = {"month": "月报", "annual": "年报"}
FILLED = "所读的格都填了数时，"
ANY_YEAR = 2024  # which years lie behind a period does not depend on it
JUDGED_BY = ("level", "kind", "columns", "each", "when", "texts")


@dataclass(frozen=True)
class Remark:
    """What is to be said of one text of a rule; `texts` are it and what it is at odds with, each by its name."""

    rule: str
    stops: bool
    words: str
    texts: tuple[str, ...]


def remarks_on(edition: Edition, base: Edition) -> list[Remark]:
    """Of all rules what stops whoever they are for; the rest only of what differs from `base`."""
    return list(_remarks_on(edition, base, setting_of(edition)))


def remarks_on_rule(edition: Edition, rule: Rule) -> list[Remark]:
    """Of one rule as it is being written, beside the others of the edition."""
    return list(_remarks_on_rule(edition, rule, setting_of(edition)))


def setting_of(edition: Edition) -> Surroundings:
    return Surroundings(tuple(sorted(parameters_in(edition, None).items())), _behind())


@lru_cache(maxsize=8)
def _remarks_on(edition: Edition, base: Edition, setting: Surroundings) -> tuple[Remark, ...]:
    """Kept, since each look at an unchanged draft asks for them."""
    found = flaws_in(edition, _touched(edition, base), setting)
    warned = frozenset(flaw.condition.rule.id for flaw in found if not flaw.stops and _is_old(flaw, base))
    before = {_what(flaw) for flaw in flaws_in(base, warned, setting)} if warned else set()
    return tuple(in_words(flaw, setting) for flaw in found if flaw.stops or _what(flaw) not in before)


@lru_cache(maxsize=64)
def _remarks_on_rule(edition: Edition, rule: Rule, setting: Surroundings) -> tuple[Remark, ...]:
    return tuple(in_words(flaw, setting) for flaw in flaws_of(edition, rule, setting))


@cache
def _behind() -> dict[str, dict[str, str]]:
    """Which filing each word of history reads in a form of each frequency, in any of its periods."""
    months = [PeriodCode(ANY_YEAR, month) for month in range(1, 13)]
    behind = {frequency: {} for frequency in FREQUENCIES}
    for period in (*months, PeriodCode(ANY_YEAR)):
        behind[period.frequency] |= {word: code.frequency for word, code in earlier(period).items()}
    return behind


def _touched(edition: Edition, base: Edition) -> frozenset[str]:
    """The rules that are new or judge otherwise, and those that read a row or a parameter which differs."""
    before = {rule.id: rule for rule in base.rules}
    changed = {rule.id for rule in edition.rules if _judging(rule) != _judging(before.get(rule.id))}
    rows = {code for code, row in edition.indicators.items() if base.indicators.get(code) != row}
    names = {name for name, each in edition.parameters.items() if base.parameters.get(name) != each}
    if rows or names:
        for condition in (one for frequency in FREQUENCIES for one in conditions_of(edition, frequency)):
            if any(_reads(meaning, rows, names) for meaning in condition.reads):
                changed.add(condition.rule.id)
    return frozenset(changed)


def _judging(rule: Rule | None) -> tuple | None:
    return rule and tuple(getattr(rule, name) for name in JUDGED_BY)


def _reads(meaning: Meaning, rows: set[str], names: set[str]) -> bool:
    match meaning:
        case Cell(indicator=indicator):
            return indicator.code in rows
        case Fact(code=code):
            return code in rows
        case ParameterRead(name=name):
            return name in names
    return False


def _is_old(flaw: Flaw, base: Edition) -> bool:
    """Whether the rule judged so before: then what is found may have been so before as well."""
    before = next((rule for rule in base.rules if rule.id == flaw.condition.rule.id), None)
    return _judging(before) == _judging(flaw.condition.rule)


def _what(flaw: Flaw) -> tuple:
    return flaw.sort, flaw.condition.rule.id, flaw.condition.text, flaw.rules


# In words


def in_words(flaw: Flaw, setting: Surroundings) -> Remark:
    words = {
        found_by.EMPTY: _empty,
        found_by.NOT_DERIVED: _not_derived,
        found_by.SAME: _same,
        found_by.IMPLIED: _implied,
        found_by.ALWAYS: _always,
        found_by.NEVER: _never,
        found_by.ONLY_ZERO: _only_zero,
        found_by.NOT_ZERO: _not_zero,
        found_by.UNLISTED: _unlisted,
    }[flaw.sort](flaw)
    places = f"（共 {flaw.places} 处）" if flaw.places > 1 else ""
    texts = (*map(_text_of, (flaw.condition, *flaw.others)), *_written(flaw))
    return Remark(flaw.condition.rule.id, flaw.stops, f"{words}{places}{_parameters(flaw, setting)}", texts)


def _empty(flaw: Flaw) -> str:
    if not flaw.others:
        return f"{FILLED}这一条永远不能成立，凡它适用的企业都不能上报。请改写或删去{_written_by_system(flaw)}"
    return (
        f"与{_names(flaw)}不能同时成立：{FILLED}无论填什么总有一条不通过，"
        f"凡这几条都适用的企业都不能上报。请改其中一条，或者删去{_written_by_system(flaw)}"
    )


def _written_by_system(flaw: Flaw) -> str:
    return f"。其中{'、'.join(flaw.cells)}由系统写入，企业改不了" if flaw.cells else ""


def _not_derived(flaw: Flaw) -> str:
    if not any(_source_of(flaw, cell) for cell in flaw.cells):
        return "标为“派生单元格”，但所读的格都由企业填写，不由系统写入。请把“在哪里执行”改为“审核关系”"
    with localcontext(EXACT):
        sides = flaw.condition.teller(flaw.trial.reading).words
    return (
        f"与公式不一致：照公式算出的数不满足这一条，例如{sides}。这些格由系统写入并锁定，企业改不了，"
        "就不能上报。请把这一条改成与公式一致，或者改回公式"
    )


def _same(flaw: Flaw) -> str:
    return f"与{_names(flaw)}说的是同一件事：{FILLED}总是一同成立、一同不成立，企业会被问两遍。请删去一条"


def _implied(flaw: Flaw) -> str:
    return f"已经包含在{_names(flaw)}里：{FILLED}那边成立，这一条必成立，不会再查出什么。请删去，或者写得更严"


def _always(flaw: Flaw) -> str:
    if not flaw.cells:
        return f"{FILLED}总是成立，查不出任何错误。请改写或删去"
    cells = "、".join(flaw.cells)
    return f"{FILLED}总是成立：{cells}由系统写入。要核对这些格有没有被改动，请把“在哪里执行”改为“派生单元格”"


def _never(flaw: Flaw) -> str:
    form = FORMS[flaw.condition.frequency]
    if flaw.missing is None:
        return f"永远不适用（适用于 0 家）：{form}的适用条件“{flaw.condition.rule.when}”没有一家能满足。请改适用条件"
    return f"永远不适用（适用于 0 家）：{_why_missing(flaw.missing, flaw.condition, form)}"


def _why_missing(missing: Meaning, condition: Condition, form: str) -> str:
    if isinstance(missing, Cell) and not missing.period:
        table = condition.scope.edition.table(missing.indicator.table)
        return f"{missing.label}在{table.code}，是{FORMS[table.frequency]}的表，{form}里没有，读到的总是空白"
    words = [*_behind()[condition.frequency]]
    word = missing.period
    if word not in words:
        return f"{form}没有 {word}(…) 所指的那一期，读到的总是空白；{form}可以用{'、'.join(words)}"
    return f"{word}(…) 所指的那一期没有{missing.label}这一格，读到的总是空白"


def _only_zero(flaw: Flaw) -> str:
    place = flaw.condition.scope.edition.place_of(flaw.cells[0])
    beside = f"与{_names(flaw)}合在一起，" if flaw.others else ""
    return f"{beside}使{place}只能填 0：凡它适用的企业，填 1 或更大的数都不能上报。如非有意，请改写"


def _not_zero(flaw: Flaw) -> str:
    with localcontext(EXACT):
        sides = flaw.condition.teller(flaw.trial.reading).words
    return f"没有发生额、各格都填 0 的企业也不能上报（{sides}）。如非有意，请写明适用条件"


def _unlisted(flaw: Flaw) -> str:
    edition = flaw.condition.scope.edition
    said = []
    for cell, code in flaw.unlisted:
        indicator = edition.indicators.get(cell.partition("(")[2].rstrip(")") or CellAddress.parse(cell).code)
        choices = indicator.choices if indicator else None
        title = f"代码表“{choices.title}”" if choices else "“是”“否”"
        also = "（这张表也可填未列出的代码）" if choices and choices.also else ""
        said.append(f"{cell}没有“{code}”这个代码，{title}里查不到{also}")
    return f"{'；'.join(said)}。请核对有没有写错"


def _names(flaw: Flaw) -> str:
    own = flaw.condition.rule.id
    names = dict.fromkeys(one.rule.id if one.rule.id != own else "本条的另一个公式" for one in flaw.others)
    return "、".join(names)


def _text_of(condition: Condition) -> str:
    when = f"（条件：{condition.rule.when}）" if condition.rule.when else ""
    return f"{condition.rule.id or '这一条'}：{condition.text}{when}"


def _written(flaw: Flaw) -> Iterator[str]:
    """What the system writes into the cells that have a part in it."""
    for cell in flaw.cells:
        if source := _source_of(flaw, cell):
            yield f"{cell} ＝ {source}"


def _source_of(flaw: Flaw, cell: str) -> str:
    at = CellAddress.parse(cell)
    indicator = flaw.condition.scope.edition.indicators[at.code]
    return indicator.formula_in(at.column) or indicator.column(at.column).carry or indicator.otherwise


def _parameters(flaw: Flaw, setting: Surroundings) -> str:
    """The values it is proven with."""
    entered = dict(setting.parameters)
    names = dict.fromkeys(name for one in (flaw.condition, *flaw.others) for name in _read_by(one))
    known = [f"{name}＝{plain(entered[name])}" for name in names if entered.get(name) is not None]
    return f"（按参数 {'、'.join(known)} 推出）" if known else ""


def _read_by(condition: Condition) -> Iterator[str]:
    yield from (meaning.name for meaning in condition.reads if isinstance(meaning, ParameterRead))
    calls = [part for tree in (condition.tree, condition.premise) if tree for part in parts_of(tree)]
    if any(isinstance(part, Call) and part.function == "eps" for part in calls):
        yield "EPS"
