"""Which names of the books mean which row: what terms.toml ships, looked up on one statement. Names are the same or
they are not; what is not certain is proposed and not taken."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from forms_tables.edition.model import Indicator, Table
from reporting.books.amounts import squeezed
from reporting.books.heads import BALANCE, PROFIT, kind_wanted
from reporting.books.statements import BooksLine, Statement, plain_name

PLUS, MINUS = "+", "-"
SAID, DEDUCTED = "损失以", "减"
EITHER_WAY = re.compile("损失|损益")
FEWEST_KNOWN = 4  # rows that statements speak of, before a table is one that books can fill


@dataclass(frozen=True)
class BooksReading:
    """What one row is read from: signed keys of lines ("+营业收入"), and whether nobody need confirm it."""

    terms: tuple[str, ...]
    is_sure: bool


NOTHING = BooksReading((), False)


@cache
def shipped() -> Mapping:
    return tomllib.loads((Path(__file__).parent / "terms.toml").read_text(encoding="utf-8"))


def spellings_of(row: Indicator) -> list[str]:
    name = plain_name(row.name)
    return shipped()[kind_wanted(row)].get(name, [name])


def is_fed_by_books(row: Indicator) -> bool:
    return row.kind == "money"


def can_be_fed(table: Table) -> bool:
    """Whether enough rows of a table are what statements speak of."""
    known = {kind: shipped()[kind].keys() for kind in (BALANCE, PROFIT)}
    rows = [row for row in table.indicators if is_fed_by_books(row)]
    return sum(plain_name(row.name) in known[kind_wanted(row)] for row in rows) >= FEWEST_KNOWN


def reading_of(row: Indicator, statement: Statement) -> BooksReading:
    for spelling in spellings_of(row):
        unsure = spelling.startswith("?")
        if found := looked_up(spelling.lstrip("? "), statement):
            terms, lines, is_alone = found
            return losses_signed(BooksReading(terms, is_alone and not unsure), lines)
    return NOTHING


def looked_up(spelling: str, statement: Statement) -> tuple[tuple[str, ...], list[BooksLine], bool] | None:
    """The terms of one spelling where all its names stand on the statement, and whether each stands there once."""
    terms, lines, is_alone = [], [], True
    for sign, names in split_terms(spelling):
        found = next((there for name in names.split("/") if (there := statement.named(name.strip()))), [])
        if not found:
            return None
        is_alone = is_alone and len(found) == 1
        terms.append(f"{sign}{found[0].key}")
        lines.append(found[0])
    added = {line.name for line, term in zip(lines, terms, strict=True) if term[0] == PLUS}
    if any(line.within in added for line, term in zip(lines, terms, strict=True) if term[0] == PLUS):
        return None
    return tuple(terms), lines, is_alone


def split_terms(spelling: str) -> list[tuple[str, str]]:
    pieces = re.split(r"\s([+-])\s", spelling)
    return list(zip([PLUS, *pieces[1::2]], pieces[::2], strict=True))


def losses_signed(reading: BooksReading, lines: Iterable[BooksLine]) -> BooksReading:
    """A loss of value whose line does not say “损失以” may be written the other way round."""
    signs = {sign_rule(line) for line in lines if line.name in shipped()["signed_losses"]}
    if not signs - {SAID}:
        return reading
    is_deducted = any(sign_rule(line) == DEDUCTED for line in lines)
    terms = tuple(turned(term) for term in reading.terms) if is_deducted else reading.terms
    return BooksReading(terms, False)


def sign_rule(line: BooksLine) -> str:
    """How the line says which way a loss is written: 损失以“-”号填列, 减：, or not at all."""
    written = squeezed(line.written)
    if SAID in written:
        return SAID
    return DEDUCTED if written.startswith(DEDUCTED) else ""


def signs_of(terms: Iterable[str], there: Mapping[str, BooksLine]) -> dict[str, str]:
    """Of those terms that may be written either way, how they are written."""
    return {term: sign_rule(there[term[1:]]) for term in terms if EITHER_WAY.search(there[term[1:]].name)}


def turned(term: str) -> str:
    return f"{MINUS if term[0] == PLUS else PLUS}{term[1:]}"
