"""What can go wrong with a filing: blanks, odd figures, tables and earlier filings that are missing, figures on the
very edge of a rule. Each changes a Reading in place."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal, localcontext
from functools import cache, lru_cache
from random import Random

from forms_tables.edition.model import FIGURE_KINDS, Edition
from forms_tables.filling.completion import PRECISION
from forms_tables.notation.decimals import Decimals, JudgeFunction, Reading
from forms_tables.notation.names import HISTORY, Cell, TextScope, reads_of
from forms_tables.notation.trees import BACKWARD, OVER_ROWS, Arithmetic, Call, Comparison, Node, walk
from forms_tables.rules.checks import Condition
from forms_tables.rules.proofreading import NUMBER, Kinds
from tests.invented import FACTS, Filed, text_for

MOST = Decimal("999999999999999.99")
ODD_TEXTS = ["0", "是", "1,3A", "3", "6520", "𠮷野", "9999-12", "a", "E1", "500112000000"]


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

    distance: JudgeFunction
    cells: tuple[Cell, ...]


def meet_an_edge(reading: Reading, edges: Sequence[Edge], dice: Random) -> None:
    """One cell of a random condition is set so that two sides differ by exactly what they may, or one unit more or
    less."""
    for _ in range(dice.choice((1, 4, 12))):
        edge = dice.choice(edges)
        if dice.random() < 0.3:
            stir(reading, edge, dice)
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


def stir(reading: Reading, edge: Edge, dice: Random) -> None:
    """Nothing, or anything, in all the cells of one comparison."""
    most = dice.choice((1, 1, 100, 10**9))
    for cell in edge.cells:
        filed = reading.history.get(cell.period) if cell.period else reading.values
        if filed is not None:
            filed[cell.key] = Decimal(dice.randrange(most)) * unit_of(reading.edition, cell.key)


@lru_cache(maxsize=16)
def edges_of(conditions: tuple[Condition, ...]) -> tuple[Edge, ...]:
    return tuple(edge for condition in conditions for edge in edges_in(condition))


def edges_in(condition: Condition) -> Iterator[Edge]:
    for tree in filter(None, (condition.tree, condition.premise)):
        for node in differences_in(tree, condition.scope):
            cells = tuple(m for m in reads_of(node, condition.scope) if isinstance(m, Cell))
            figures = tuple(cell for cell in cells if cell.indicator.kind_in(cell.column) in FIGURE_KINDS)
            if figures:
                yield Edge(walk(node, Decimals(condition.scope)).value, figures)


def differences_in(node: Node, scope: TextScope) -> Iterator[Node]:
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


def file_the_same_again(reading: Reading, dice: Random) -> None:
    """A column copied over another, as when a form is filled from the one before."""
    source, target = dice.choice((("c1", "c2"), ("c1", "c3"), ("y", "p"), ("e", "b")))
    for key in [key for key in reading.values if key.endswith(f".{source}")]:
        copied = f"{key.partition('.')[0]}.{target}"
        if reading.edition.has_cell(copied):
            reading.values[copied] = reading.values[key]


SPOILINGS = (
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
    file_the_same_again,
)
