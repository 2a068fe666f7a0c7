"""Any number of random filings, for tests that compare judges: completed forms of invented firms, and what can go wrong
with them (tests/spoiling.py). The same seed always gives the same filings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from random import Random

from forms_tables.edition.model import FIGURE_KINDS, Edition, Indicator
from forms_tables.edition.periods import PeriodCode
from forms_tables.filling.completion import Facts, complete
from forms_tables.notation.decimals import Reading
from forms_tables.rules.checks import Condition, conditions_of
from tests.invented import FACTS, FIRMS, Filed, credit_code_of, text_for
from tests.spoiling import SPOILINGS, Edge, edges_of, meet_an_edge

BLOCK = 100  # filings that share a period and parameters
MONTHS = (2, 3, 5, 12)
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


def cases(
    edition: Edition, frequency: str, seed: int, count: int, conditions: Sequence[Condition] = ()
) -> Iterator[list[Reading]]:
    """Blocks of filings of one period and parameters (except k, which is each firm's own): `count` in all. Figures are
    put on the edges of the conditions, of all of the edition's unless others are given."""
    dice = Random(f"{seed}/{frequency}")
    edges = edges_of(tuple(conditions or conditions_of(edition, frequency)))
    for start in range(0, count, BLOCK):
        month = dice.choice(MONTHS) if frequency == "month" else None
        parameters = parameters_for(edition, dice)
        yield [random_filing(edition, month, parameters, edges, dice) for _ in range(min(BLOCK, count - start))]


def parameters_for(edition: Edition, dice: Random) -> dict[str, Decimal | None]:
    parameters = {name: parameter.default for name, parameter in edition.parameters.items()} | PLAIN_PARAMETERS
    for name, odd in ODD_PARAMETERS.items():
        if dice.random() < 0.1:
            parameters[name] = dice.choice(odd)
    if dice.random() < 0.2:
        del parameters[dice.choice(list(parameters))]  # then the edition's default counts
    return parameters


def random_filing(
    edition: Edition,
    month: int | None,
    parameters: Mapping[str, Decimal | None],
    edges: Sequence["Edge"],
    dice: Random,
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
        if dice.random() < 0.4:
            meet_an_edge(reading, edges, dice)
        else:
            dice.choice(SPOILINGS)(reading, dice)
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
    december = history.get("december", {})
    # The annual form says again what December's said: Y2010.y is its 2010.c1.
    typed = {
        f"Y{code}.y": format(value, "f")
        for code, _, column in (key.partition(".") for key in december)
        if column == "c1" and (value := december[f"{code}.c1"]) is not None and edition.has_cell(f"Y{code}.y")
    }
    for table in edition.tables:
        if table.frequency == period.frequency:
            for indicator in table.indicators:
                for column in indicator.columns:
                    if not (history and indicator.column(column).carry):
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
    if indicator.is_heading or indicator.formula_in(column) or key in typed:
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
