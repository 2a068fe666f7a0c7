"""Filings of nobody, on which rules are tried before anybody files by them: one with nothing in it, one with a 0 in
every cell, and some with figures drawn by lot, always the same. They are completed as a firm's is, and what stands in
them is judged by Decimals, so a rule that fails one of them fails some firm that only did what the form let it do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial
from random import Random

from forms_tables.edition.model import FIGURE_KINDS, Edition, Indicator
from forms_tables.edition.periods import PeriodCode
from forms_tables.filling.completion import Completed, Facts, complete, plans_of
from forms_tables.notation.decimals import Reading
from forms_tables.notation.names import earlier

BLANK, ZEROS, DRAWN = "blank", "zeros", "drawn"
DRAWN_EACH = 3  # for each period tried
MOST = 5000
MONTHS = {"month": (12, 5, 2), "annual": (None,)}


@dataclass(frozen=True, eq=False)
class Trial:
    sort: str
    completed: Completed
    reading: Reading


@lru_cache(maxsize=8)
def trials_of(
    edition: Edition, frequency: str, parameters: tuple[tuple[str, Decimal | None], ...]
) -> tuple[Trial, ...]:
    """`parameters` are those the city has entered; whatever nobody has entered is drawn too."""
    dice = Random("trials")
    known = dict(parameters)
    drawn = {name: _entered(value, dice) for name, value in known.items()}
    trials = []
    for month in MONTHS[frequency]:
        period = PeriodCode(edition.valid_from + 1, month)
        plain = Facts(period, _attributes(edition, lambda codes: codes[0]), known)
        trials.append(_trial(edition, BLANK, plain, lambda indicator, column: ""))
        trials.append(_trial(edition, ZEROS, plain, partial(_zero, plain.attributes)))
        for _ in range(DRAWN_EACH):
            trials.append(_drawn(edition, period, drawn, dice))
    return tuple(trials)


def _entered(value: Decimal | None, dice: Random) -> Decimal:
    return Decimal(dice.randint(1, 99)) / 100 if value is None else value


def _drawn(edition: Edition, period: PeriodCode, parameters: Mapping[str, Decimal], dice: Random) -> Trial:
    attributes = _attributes(edition, dice.choice)

    def draw(indicator: Indicator, column: str) -> str:
        if indicator.kind_in(column) not in FIGURE_KINDS:
            return attributes.get(indicator.code, "")
        return _figure(indicator, column, dice)

    history = {}
    for word, code in earlier(period).items():
        before = _trial(edition, DRAWN, Facts(code, attributes, parameters), draw)
        history[word] = before.completed.values
    return _trial(edition, DRAWN, Facts(period, attributes, parameters, history), draw)


def _trial(edition: Edition, sort: str, facts: Facts, text_for: Callable[[Indicator, str], str]) -> Trial:
    """What the system writes itself nobody types."""
    plans = plans_of(edition, facts.period.frequency)
    typed = {key: text_for(plan.indicator, plan.column) for key, plan in plans.items()}
    completed = complete(edition, typed, facts)
    locked = {key for key in typed if key in completed.locked}
    completed = complete(edition, {key: text for key, text in typed.items() if key not in locked}, facts)
    return Trial(sort, completed, facts.reading(edition, completed.values))


def _zero(attributes: Mapping[str, str], indicator: Indicator, column: str) -> str:
    return "0" if indicator.kind_in(column) in FIGURE_KINDS else attributes.get(indicator.code, "")


def _figure(indicator: Indicator, column: str, dice: Random) -> str:
    decimals = min(indicator.decimals_in(column) or 0, 2)
    return format(Decimal(dice.randint(1, MOST * 10**decimals)).scaleb(-decimals), "f")


def _attributes(edition: Edition, pick: Callable[[list[str]], str]) -> dict[str, str]:
    """A firm of the register: of every row of codes one."""
    found = {}
    for code, indicator in edition.indicators.items():
        if indicator.kind == "yes_no":
            found[code] = pick(["否", "是"])
        elif indicator.choices and indicator.kind in ("code", "codes") and indicator.choices.entries:
            found[code] = pick([entry.code for entry in indicator.choices.entries])
    return found
