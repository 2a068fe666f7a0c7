"""What was filed under an earlier edition, read under a later one: row by row, over the codes that changed.

A row continues the one of its code, unless the later edition's concordance.toml says otherwise, and only while it is
measured alike: a figure in another unit is no earlier figure of the same row.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TypeVar

from forms_tables.edition.catalog import Edition, edition_codes, load_edition
from forms_tables.edition.concordance import Concordance
from forms_tables.edition.keys import DefinitionError
from forms_tables.edition.model import Indicator

T = TypeVar("T")


@lru_cache(maxsize=64)
def counterparts(edition: Edition, before: Edition) -> Mapping[str, str]:
    """The code each row of `edition` had in `before`; a row that continues none there is left out."""
    if edition.family == before.family:
        return {code: code for code in edition.indicators if code in before.indicators}
    steps = concordances_between(edition, before)
    found = {}
    for code, row in edition.indicators.items():
        old = code
        for step in steps:
            old = step.code_before(old) if old else ""
        if old in before.indicators and measured_alike(row, before.indicators[old]):
            found[code] = old
    return found


def concordances_between(edition: Edition, before: Edition) -> list[Concordance]:
    """From the later one back; where one follows nothing that is here, codes alone connect the rest of the way."""
    steps, at, seen = [], edition, {edition.family}
    while at.family != before.family:
        steps.append(at.concordance)
        if at.concordance.follows in seen or at.concordance.follows not in edition_codes():
            break
        seen.add(at.concordance.follows)
        at = load_edition(at.concordance.follows)
    return steps


@lru_cache(maxsize=1024)
def codes_of(edition: Edition, code: str) -> frozenset[str]:
    """The codes a row of `edition` has in the other editions that are here, before it and after it, and its own."""
    found = {code}
    for family in edition_codes():
        other = load_edition(family)
        if continues(edition, other):
            found.add(counterparts(edition, other).get(code, code))
        elif continues(other, edition):
            found.update(new for new, old in counterparts(other, edition).items() if old == code)
    return frozenset(found)


def slips_in_concordance(edition: Edition) -> Iterator[str]:
    """What its concordance.toml says of the edition before that cannot be: in sentences, where that one is here."""
    follows = edition.concordance.follows
    if follows == edition.family:
        yield f"follows 写的是它自己（{follows}），须写上一个制度版本"
    elif follows in edition_codes():
        try:
            before = load_edition(follows)
        except DefinitionError:
            return  # told of that one
        if before.concordance.follows == edition.family:
            yield f"{edition.family} 与 {follows} 互相写作对方的上一个制度版本"
        for old in edition.concordance.codes:
            if old not in before.indicators:
                yield f"{old} 不是 {follows} 的指标代码"
        for code in before.platform.facts:
            if code in edition.indicators and edition.concordance.code_before(code) != code:
                yield f"{code} 在 {follows} 是名录中的事项，代码不能改作别的行"


def measured_alike(row: Indicator, other: Indicator) -> bool:
    return (row.kind, row.unit, row.decimals) == (other.kind, other.unit, other.decimals)


@lru_cache(maxsize=64)
def cells_before(edition: Edition, before: Edition) -> Mapping[str, str]:
    """Each cell of `edition` that continues one of `before`, with its key there."""
    return {
        f"{code}.{key}": f"{old}.{key}"
        for code, old in counterparts(edition, before).items()
        for key in edition.indicators[code].columns
        if key in before.indicators[old].columns
        and held_in(edition.indicators[code], key) == held_in(before.indicators[old], key)
    }


def cells_after(before: Edition, edition: Edition) -> Mapping[str, str]:
    """Each cell of `before` that goes on in `edition`, with its key there. `edition` may be the earlier of the two,
    where a period is given back to it."""
    if continues(before, edition):
        return cells_before(before, edition)
    return {old: new for new, old in cells_before(edition, before).items()}


def continues(edition: Edition, before: Edition) -> bool:
    """Whether its concordances lead back to the family of the other."""
    steps = concordances_between(edition, before)
    return bool(steps) and steps[-1].follows == before.family


def held_in(row: Indicator, key: str) -> tuple[str, int | None, str]:
    """How the figures of one cell are kept; a column may differ from its row."""
    return row.kind_in(key), row.decimals_in(key), row.column(key).unit or row.unit


def carried_over(values: Mapping[str, T], before: Edition, edition: Edition) -> Mapping[str, T]:
    """What was filed under `before`, under the cells of `edition`."""
    if edition.family == before.family:
        return values
    return {key: values[old] for key, old in cells_before(edition, before).items() if old in values}
