"""Random rules in the notation over the cells of an edition, for comparing judges on what no rule says today."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from forms_tables.edition.model import Edition, Rule
from forms_tables.notation.trees import MAX_LENGTH
from forms_tables.rules.checks import Condition, slips_in_rule, spread
from tests.spoiling import figures_of

LISTS = {
    "month": (("2020", "2021", "2112"), ("2010", "2040", "2113", "G711"), ("软统企7:万元",)),
    "annual": (("F101", "F301"), ("E41", "E42", "E43"), ("Y2020", "AI10", "E0", "F191")),
}
ROW_COLUMNS = {"month": ("c1", "c2", "c3", "c4"), "annual": ("y", "p", "e", "b")}
FACTS = ("A01", "A02", "A04", "A07", "A16", "A22", "A34", "A36", "A37", "A38", "contact_name", "register(A07)")
WORDS = ("是", "否", "1", "3", "65", "6513", "", "3A", "500112", "2024-05", ",", "1,3")
NUMBERS = ("0", "1", "2", "0.5", "0.30", "100", "0.01", "1.000001", "5000", "12.25")
HISTORY = ("prev", "year_ago", "december", "last_annual")


def random_conditions(edition: Edition, frequency: str, seed: int, rules: int) -> list[Condition]:
    """The conditions of so many random rules, which all pass proofreading."""
    found: list[Condition] = []
    for number, rule in enumerate(random_rules(edition, frequency, seed)):
        if number == rules:
            return found
        found += (condition for text in rule.texts for condition in spread(edition, rule, text))
    return found


def random_rules(edition: Edition, frequency: str, seed: int) -> Iterator[Rule]:
    dice = Random(f"rules {seed}/{frequency}")
    while True:
        author = Author(edition, frequency, dice, tuple(dice.sample(cells_of(edition, frequency), 5)))
        text = author.truth(dice.randint(1, 5))
        when = author.truth(dice.randint(1, 2)) if dice.random() < 0.25 else ""
        each = dice.choice(LISTS[frequency])
        rule = Rule(f"Z{dice.randrange(10**6)}", "error", "rule", "", each=each, when=when, texts=(text,))
        if len(text) <= MAX_LENGTH and not slips_in_rule(edition, rule):
            yield rule


@lru_cache(maxsize=16)
def cells_of(edition: Edition, frequency: str) -> tuple[str, ...]:
    """The figures of one frequency as the notation names them."""
    rows = [key.partition(".") for key in figures_of(edition, frequency)]
    return tuple(f"{edition.indicator(code).symbol}.{column}" for code, _, column in rows)


@dataclass(frozen=True)
class Author:
    """Writes texts of which every part is about a few cells, so that they bear on one another."""

    edition: Edition
    frequency: str
    dice: Random
    cells: Sequence[str]

    def one_of(self, *ways: Callable[[], str]) -> str:
        return self.dice.choice(ways)()

    def figure(self, depth: int) -> str:
        if depth <= 0:
            return self.one_of(self.cell, self.cell, self.cell, self.number, self.parameter, self.row_cell)

        def below() -> str:
            return self.figure(depth - self.dice.randint(1, 2))

        return self.one_of(
            self.cell,
            lambda: f"({below()} {self.dice.choice('+-*')} {below()})",
            lambda: f"({below()} {self.dice.choice('+-')} {below()})",
            lambda: f"{self.number()} * {below()}",
            lambda: f"-{below()}",
            lambda: f"or_zero({below()})",
            lambda: f"abs({below()})",
            lambda: f"{self.dice.choice(('min', 'max'))}({below()}, {below()})",
            lambda: f"max({below()}, {below()}, {self.number()})",
            lambda: f"eps({self.dice.choice((self.number, below))()})",
            lambda: f"growth({below()}, {below()})",
            self.earlier,
        )

    def cell(self) -> str:
        return self.dice.choice(self.cells)

    def row_cell(self) -> str:
        return f"x.{self.dice.choice(ROW_COLUMNS[self.frequency])}"

    def number(self) -> str:
        return self.dice.choice(NUMBERS)

    def parameter(self) -> str:
        return self.dice.choice(("FX", "k", "EPS", "YOY_LIMIT", "month", "year", "RATIO_IC"))

    def earlier(self) -> str:
        plain = self.one_of(self.cell, self.cell, lambda: f"{self.cell()} + {self.cell()}", lambda: "M2010.c1")
        return f"{self.dice.choice(HISTORY)}({plain})"

    def words(self, depth: int = 1) -> str:
        if depth <= 0 or self.dice.random() < 0.6:
            return self.one_of(self.fact, self.fact, self.literal, lambda: "x", lambda: "period_month")
        return self.one_of(
            lambda: f"first({self.words(0)}, {self.dice.choice(('0', '1', '2', '6', '-1', '1.5', self.cell()))})",
            lambda: f"organisation_code({self.words(0)})",
            lambda: f"size_class({self.fact()}, {self.figure(0)}, {self.figure(0)})",
            lambda: "prev(A36)",
        )

    def fact(self) -> str:
        return self.dice.choice(FACTS)

    def literal(self) -> str:
        return f"'{self.dice.choice(WORDS)}'"

    def truth(self, depth: int) -> str:
        def below() -> str:
            return f"({self.truth(depth - self.dice.randint(1, 2))})"

        def figure() -> str:
            return self.figure(self.dice.randint(0, max(depth, 1)))

        def sign() -> str:
            return self.dice.choice(("<", "<=", ">", ">=", "==", "!="))

        plain = (
            lambda: f"{figure()} {sign()} {figure()}",
            lambda: f"{figure()} {sign()} {figure()}",
            lambda: f"{figure()} <= {figure()} {sign()} {figure()}",
            lambda: f"near({figure()}, {figure()}, {self.one_of(lambda: 'eps(2)', figure)})",
            lambda: f"{self.words()} {sign()} {self.words()}",
            lambda: f"{self.words()} {self.dice.choice(('in', 'not in'))} ({self.literal()}, {self.literal()})",
            lambda: f"has({self.fact()}, {self.words()}, {self.literal()})",
            lambda: f"starts_with({self.words()}, {self.words()}, {self.literal()})",
            lambda: f"{self.dice.choice(('filled', 'empty'))}({self.one_of(figure, self.words)})",
            lambda: f"is_whole({figure()})",
            lambda: f"valid_credit_code({self.words()})",
            lambda: f"is_district({self.words()})",
        )
        if depth <= 0:
            return self.one_of(*plain)
        return self.one_of(
            *plain[:4],
            lambda: f"{below()} and {below()}",
            lambda: f"{below()} or {below()}",
            lambda: f"{below()} and {below()} or {below()}",
            lambda: f"not {below()}",
            lambda: f"implies({below()}, {below()})",
            lambda: f"iff({below()}, {below()})",
            lambda: f"filled({below()})",
            lambda: f"{self.dice.choice(('exists', 'every'))}({self.in_a_row(depth)})",
        )

    def in_a_row(self, depth: int) -> str:
        x = self.row_cell
        figure = self.figure(depth - 2)
        return self.one_of(
            lambda: f"{x()} >= {figure}",
            lambda: f"or_zero({x()}) == {figure}",
            lambda: f"filled({x()})",
            lambda: f"x != '2020' and {x()} < {figure}",
            lambda: f"({self.truth(depth - 2)}) or {x()} == {x()}",
        )
