"""Any number of random filings, for tests that compare judges: completed forms of invented firms, and what can go wrong
with them. The same seed always gives the same filings."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal, localcontext
from functools import cache, lru_cache
from random import Random

from forms_tables.bindings import Decimals, Judged, Reading
from forms_tables.checks import Condition, conditions_of
from forms_tables.completion import PRECISION, Facts, complete
from forms_tables.credit_code import check_character, organisation_check_character
from forms_tables.edition import FIGURE_KINDS, Edition, Indicator
from forms_tables.expressions import BACKWARD, OVER_ROWS, Arithmetic, Call, Comparison, Node, walk
from forms_tables.periods import PeriodCode
from forms_tables.proofreading import NUMBER, Kinds
from forms_tables.scopes import HISTORY, Cell, Scope, reads_of

Filed = dict[str, Decimal | str | None]

FIRMS = 12  # sound firms of a frequency and month, from which all others are spoiled
BLOCK = 100  # filings that share a period and parameters
MONTHS = (2, 3, 5, 12)
MOST = Decimal("999999999999999.99")
PLAIN_PARAMETERS = {"FX": Decimal("7.1087"), "k": Decimal("0.35")}
ODD_PARAMETERS = {
    "FX": [None, Decimal("6.8"), Decimal("99.999999")],
    "EPS": [None, Decimal("0.005"), Decimal("1"), Decimal("123.456")],
    "YOY_LIMIT": [None, Decimal("33.5"), Decimal("999999999999.999999")],
    "UNIT_BAND_LOW": [None, Decimal("0.000001"), Decimal("4999.5")],
    "UNIT_BAND_HIGH": [None, Decimal("5000"), Decimal("20000.25")],
    "RATIO_SW": [None, Decimal("0.01"), Decimal("100")],
    "RATIO_IC": [None, Decimal("59.999999")],
}
FACTS = {
    "A22": ["6513", "6520", "6410", "3990", "6"],
    "A34": ["1", "2", "3A", "1,3B", "1,2", "13"],
    **{code: ["是", "否"] for code in ("A36", "A37", "A38", "A39", "A41", "A42", "A43")},
    "A40": ["0", "1", "2"],
    "contact_name": ["王敏", "李强"],
}
YES_NO_TEXTS = ["是", "否"]
ODD_TEXTS = ["0", "是", "1,3A", "3", "6520", "𠮷野", "9999-12", "a", "E1", "500112000000"]


def cases(edition: Edition, frequency: str, seed: int, count: int) -> Iterator[list[Reading]]:
    """Blocks of filings of one period and parameters (except k, which is each firm's own): `count` in all."""
    dice = Random(f"{seed}/{frequency}")
    for start in range(0, count, BLOCK):
        month = dice.choice(MONTHS) if frequency == "month" else None
        parameters = parameters_for(edition, dice)
        yield [random_filing(edition, month, parameters, dice) for _ in range(min(BLOCK, count - start))]


def parameters_for(edition: Edition, dice: Random) -> dict[str, Decimal | None]:
    parameters = {name: parameter.default for name, parameter in edition.parameters.items()} | PLAIN_PARAMETERS
    for name, odd in ODD_PARAMETERS.items():
        if dice.random() < 0.1:
            parameters[name] = dice.choice(odd)
    if dice.random() < 0.2:
        del parameters[dice.choice(list(parameters))]  # then the edition's default counts
    return parameters


def random_filing(
    edition: Edition, month: int | None, parameters: Mapping[str, Decimal | None], dice: Random
) -> Reading:
    sound = sound_filing(edition, month, dice.randrange(FIRMS))
    reading = replace(
        sound,
        values=dict(sound.values),
        attributes=dict(sound.attributes),
        parameters=parameters | {"k": dice.choice([Decimal("0.35")] * 4 + [Decimal(0), Decimal("0.333333"), None])},
        history={word: dict(filed) for word, filed in sound.history.items()},
    )
    for _ in range(dice.choice((0, 1, 1, 2, 3, 5))):
        spoil = dice.choice(SPOILINGS)
        spoil(reading, dice)
    return reading


# Sound firms


@lru_cache(maxsize=256)
def sound_filing(edition: Edition, month: int | None, number: int) -> Reading:
    """A firm's completed form, with the filings before it."""
    dice = Random(f"firm {number}")
    attributes = {code: dice.choice(texts) for code, texts in FACTS.items()}
    attributes["A01"] = credit_code_of(number)
    attributes["A02"] = attributes["A01"][8:17]
    attributes["A07"] = "500112"
    income = Decimal(10) ** dice.randint(2, 7)
    if month is None:
        before = {"last_annual": filed(edition, PeriodCode(2023), attributes, income, {}, dice)}
        december = filed(edition, PeriodCode(2024, 12), attributes, income, {}, dice)
        history = before | {"december": december}
    else:
        history = {
            "prev": filed(edition, PeriodCode(2024, month), attributes, income * (month - 1) / 12, {}, dice),
            "year_ago": filed(edition, PeriodCode(2023, month), attributes, income * month / 12, {}, dice),
            "last_annual": filed(edition, PeriodCode(2023), attributes, income, {}, dice),
        }
        income = income * month / 12
    period = PeriodCode(2024, month)
    values = filed(edition, period, attributes, income, history, dice)
    return Reading(edition, period, values, attributes, PLAIN_PARAMETERS, history)


def filed(
    edition: Edition,
    period: PeriodCode,
    attributes: Mapping[str, str],
    income: Decimal,
    history: Mapping[str, Filed],
    dice: Random,
) -> Filed:
    """What stands in a form when the firm has typed its share and the system the rest."""
    typed: dict[str, str] = {}
    for table in edition.tables:
        if table.frequency == period.frequency:
            for indicator in table.indicators:
                for column in indicator.columns:
                    type_cell(typed, edition, indicator, column, attributes, income, dice)
    facts = Facts(period, attributes, PLAIN_PARAMETERS, history)
    return dict(complete(edition, typed, facts).values)


def type_cell(
    typed: dict[str, str],
    edition: Edition,
    indicator: Indicator,
    column: str,
    attributes: Mapping[str, str],
    income: Decimal,
    dice: Random,
) -> None:
    key = f"{indicator.code}.{column}"
    if indicator.is_heading or indicator.formula_in(column):
        return
    if indicator.kind_in(column) in FIGURE_KINDS:
        whole = Decimal(typed.get(f"{indicator.parent}.{column}", income))
        if indicator.kind in ("percent", "coefficient"):
            whole = Decimal("0.35")
        elif indicator.kind == "count":
            whole = whole / 30
        share = Decimal(dice.randint(1, 30)).scaleb(-2) if typed else Decimal(1)
        typed[key] = format((whole * share).quantize(Decimal(1).scaleb(-indicator.decimals_in(column))), "f")
    else:
        typed[key] = attributes.get(indicator.code) or text_for(edition, indicator, dice)


def text_for(edition: Edition, indicator: Indicator, dice: Random) -> str:
    match indicator.kind:
        case "yes_no":
            return dice.choice(YES_NO_TEXTS)
        case "code" | "codes" | "activity":
            return dice.choice(indicator.choices.entries).code
        case "region":
            return dice.choice(["500112000000", "500107", "500112"])
        case "month":
            return dice.choice(["2024-05", "1999-12", "2024-12"])
        case "date":
            return "2024-05-31"
        case "credit_code":
            return credit_code_of(dice.randrange(FIRMS))
        case "text":
            return dice.choice(["王敏", "李强", "重庆某某软件有限公司"])
    return "123456"


def credit_code_of(number: int) -> str:
    body = f"M{number:07d}"
    first = f"91500112{body}{organisation_check_character(body)}"
    return first + check_character(first)


# What can go wrong


def some_cell(reading: Reading, dice: Random) -> tuple[Filed, str]:
    """Where one of the figures of this filing or of an earlier one stands, filled or not."""
    word = dice.choice(("", "", "", *reading.history))
    filed = reading.history[word] if word else reading.values
    frequency = {"last_annual": "annual", "december": "month"}.get(word, reading.period.frequency)
    return filed, dice.choice(figures_of(reading.edition, frequency))


@lru_cache(maxsize=16)
def figures_of(edition: Edition, frequency: str) -> tuple[str, ...]:
    return tuple(
        f"{indicator.code}.{column}"
        for table in edition.tables
        if table.frequency == frequency
        for indicator in table.indicators
        for column in indicator.columns
        if indicator.kind_in(column) in FIGURE_KINDS
    )


@cache
def unit_of(edition: Edition, key: str) -> Decimal:
    code, _, column = key.partition(".")
    return Decimal(1).scaleb(-edition.indicator(code).decimals_in(column))


def blank(reading: Reading, dice: Random) -> None:
    for _ in range(dice.choice((1, 5, 40))):
        filed, key = some_cell(reading, dice)
        filed.pop(key, None)


def set_odd_figures(reading: Reading, dice: Random) -> None:
    """Zeros, negatives, the least and the greatest figure a cell takes."""
    for _ in range(dice.choice((1, 5, 40))):
        filed, key = some_cell(reading, dice)
        unit = unit_of(reading.edition, key)
        most = MOST.quantize(unit, ROUND_FLOOR)
        usual = Decimal(dice.randrange(10 ** dice.randint(1, 9))) * unit
        filed[key] = dice.choice((Decimal(0), -usual, usual, unit, most, -most))


def lose_a_table(reading: Reading, dice: Random) -> None:
    tables = [table for table in reading.edition.tables if table.frequency == reading.period.frequency]
    for indicator in dice.choice(tables).indicators:
        for column in indicator.columns:
            reading.values.pop(f"{indicator.code}.{column}", None)


def lose_an_earlier_filing(reading: Reading, dice: Random) -> None:
    reading.history.pop(dice.choice(HISTORY), None)


def scale_an_earlier_filing(reading: Reading, dice: Random) -> None:
    """Figures of another order, as when 元 was filed for 万元."""
    word = dice.choice(list(reading.history) or [""])
    filed = reading.history[word] if word else reading.values
    times = dice.choice((Decimal("0.0001"), Decimal("0.5"), Decimal(2), Decimal(7), Decimal(10000)))
    with localcontext() as context:
        context.prec = PRECISION
        for key, value in filed.items():
            if isinstance(value, Decimal):
                filed[key] = (value * times).quantize(unit_of(reading.edition, key), ROUND_FLOOR)


def change_facts(reading: Reading, dice: Random) -> None:
    for _ in range(dice.choice((1, 3, 8))):
        code = dice.choice([*FACTS, "A01", "A02", "A07"])
        texts = dice.choice((FACTS.get(code, ODD_TEXTS), ODD_TEXTS, [""]))
        reading.attributes[code] = dice.choice(texts)
        if dice.random() < 0.3:
            reading.attributes.pop(code)


def change_texts(reading: Reading, dice: Random) -> None:
    texts = [key for key, value in reading.values.items() if isinstance(value, str)]
    for key in dice.sample(texts, min(len(texts), dice.choice((1, 3, 8)))):
        indicator = reading.edition.indicator(key.partition(".")[0])
        odd = spoiled_code(reading.values[key], dice) if indicator.kind == "credit_code" else dice.choice(ODD_TEXTS)
        reading.values[key] = dice.choice((None, odd, text_for(reading.edition, indicator, dice)))


def spoiled_code(code: str, dice: Random) -> str:
    place = dice.randrange(len(code))
    return code[:place] + dice.choice("0123456789AIO中") + code[place + 1 :]


# Figures on the very edge of a rule


@dataclass(frozen=True)
class Edge:
    """Two sides of a comparison as one figure, zero on the edge, and the cells that move it."""

    distance: Judged
    cells: tuple[Cell, ...]


def meet_an_edge(reading: Reading, dice: Random) -> None:
    """One cell of a random condition is set so that two sides differ by exactly what they may, or one unit more or
    less."""
    for _ in range(dice.choice((1, 4, 12))):
        edge = dice.choice(edges_of(reading.edition, reading.period.frequency))
        cell = dice.choice(edge.cells)
        filed = reading.history.get(cell.period) if cell.period else reading.values
        if filed is not None and not set_on_edge(reading, edge, cell, filed, dice):
            for other in edge.cells:  # a blank is in the way
                fill(reading, other, dice)


def set_on_edge(reading: Reading, edge: Edge, cell: Cell, filed: Filed, dice: Random) -> bool:
    before, unit = filed.get(cell.key), unit_of(reading.edition, cell.key)
    with localcontext() as context:
        context.prec = PRECISION
        for _ in range(3):  # once where the sides are straight lines, again where one bends
            here, value = distance_at(edge, reading, filed, cell.key), filed.get(cell.key)
            if here is None:
                break
            there = distance_at(edge, reading, filed, cell.key, value + 1)
            if there is None or there == here:
                break
            filed[cell.key] = (value - here / (there - here)).quantize(unit, ROUND_FLOOR)
        else:
            met = filed[cell.key] + dice.choice((-1, 0, 0, 1)) * unit
            filed[cell.key] = met if abs(met) <= MOST else before
            return True
    filed[cell.key] = before
    return False


def distance_at(edge: Edge, reading: Reading, filed: Filed, key: str, value: Decimal | None = None) -> Decimal | None:
    if value is not None:
        before, filed[key] = filed.get(key), value
        distance = edge.distance(reading)
        filed[key] = before
        return distance
    if filed.get(key) is None:
        filed[key] = Decimal(1)
    return edge.distance(reading)


def fill(reading: Reading, cell: Cell, dice: Random) -> None:
    filed = reading.history.setdefault(cell.period, {}) if cell.period else reading.values
    if filed.get(cell.key) is None:
        filed[cell.key] = Decimal(dice.randrange(1, 10**5)) * unit_of(reading.edition, cell.key)


@lru_cache(maxsize=16)
def edges_of(edition: Edition, frequency: str) -> tuple[Edge, ...]:
    return tuple(
        edge for condition in conditions_of(edition, frequency) for edge in edges_in(condition) if edge is not None
    )


def edges_in(condition: Condition) -> Iterator[Edge]:
    for tree in filter(None, (condition.tree, condition.premise)):
        for node in differences_in(tree, condition.scope):
            cells = tuple(m for m in reads_of(node, condition.scope) if isinstance(m, Cell))
            figures = tuple(cell for cell in cells if cell.indicator.kind_in(cell.column) in FIGURE_KINDS)
            if figures:
                yield Edge(walk(node, Decimals(condition.scope)).value, figures)


def differences_in(node: Node, scope: Scope) -> Iterator[Node]:
    """What is zero where a comparison of figures turns."""
    match node:
        case Comparison(at=at, left=left, right=right):
            if walk(left, Kinds(scope)) == NUMBER:
                yield Arithmetic(at, "-", left, right)
        case Call(at=at, function="near", arguments=(left, right, tolerance)):
            apart = Arithmetic(at, "-", left, right)
            yield Arithmetic(at, "-", apart, tolerance)
            yield Arithmetic(at, "+", apart, tolerance)
        case Call(function=function) if function in BACKWARD or function in OVER_ROWS:
            return
        case _:
            for field in ("operand", "parts", "arguments"):
                below = getattr(node, field, ())
                for part in below if isinstance(below, tuple) else (below,):
                    yield from differences_in(part, scope)


def meet_half_a_tenth(reading: Reading, dice: Random) -> None:
    """Growth of exactly so many tenths of a percent and a half, up and down."""
    keys = [key for key in reading.values if key.endswith(".c4")]
    for key in dice.sample(keys, min(len(keys), 8)):
        code = key.partition(".")[0]
        base = Decimal(dice.randrange(1, 10**6)) * 2000  # whole also where there are no decimals
        tenths = dice.randrange(-3000, 3000)
        reading.values[f"{code}.c1"] = base + base * (2 * tenths + 1) / 2000
        reading.values[f"{code}.c2"] = base
        reading.values[key] = Decimal(tenths + dice.choice((0, 1))).scaleb(-1)


SPOILINGS = (
    *(meet_an_edge,) * 8,
    blank,
    set_odd_figures,
    set_odd_figures,
    lose_a_table,
    lose_an_earlier_filing,
    scale_an_earlier_filing,
    change_facts,
    change_facts,
    change_texts,
    meet_half_a_tenth,
)
