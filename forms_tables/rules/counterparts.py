"""Which cell says the same as another, by the rules themselves: where a rule wants two cells to be equal, or nearly so,
what stands in the one can be offered in the other. No pair is named here."""

from collections.abc import Mapping
from functools import lru_cache

from forms_tables.edition.model import Edition
from forms_tables.notation.names import Cell, TextScope, reads_of
from forms_tables.notation.trees import BACKWARD, Call, Comparison, Name, Node
from forms_tables.rules.checks import conditions_of


@lru_cache(maxsize=16)
def counterparts_of(edition: Edition, frequency: str) -> Mapping[str, tuple[Cell, ...]]:
    """By cell of a form, the cells of this filing and of earlier ones that a rule holds it equal to, in the order of
    the rules. One that only holds under a premise makes no pair, nor do two cells of one table: there a rule compares
    years, and each is typed for itself."""
    found: dict[str, tuple[Cell, ...]] = {}
    for condition in conditions_of(edition, frequency):
        if condition.premise:
            continue
        pair = [cell for side in _sides(condition.tree) if (cell := _one_cell(side, condition.scope))]
        if len(pair) != 2:
            continue
        for cell, other in (pair, reversed(pair)):
            is_elsewhere = other.period or other.indicator.table != cell.indicator.table
            if not cell.period and is_elsewhere and other not in found.get(cell.key, ()):
                found[cell.key] = (*found.get(cell.key, ()), other)
    return found


def _sides(tree: Node) -> tuple[Node, ...]:
    if isinstance(tree, Comparison) and tree.sign == "==":
        return tree.left, tree.right
    if isinstance(tree, Call) and tree.function == "near":
        return tree.arguments[:2]
    return ()


def _one_cell(side: Node, scope: TextScope) -> Cell | None:
    looked_back = isinstance(side, Call) and side.function in BACKWARD
    if not (looked_back or isinstance(side, Name)):
        return None
    reads = reads_of(side, scope)
    return reads[0] if len(reads) == 1 and isinstance(reads[0], Cell) else None
