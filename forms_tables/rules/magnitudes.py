"""Whether what a text calculates can pass 38 digits, which is all that columns hold, or grows out of hand when written
as columns. The binding of columns knows how far from zero each part can lie; here it is bound to no column at all, with
every cell as long as it can be typed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from forms_tables.columns.conditions import Columns
from forms_tables.columns.figures import TooLarge
from forms_tables.columns.parts import WIDE, Part, Source
from forms_tables.edition.model import FIGURE_KINDS
from forms_tables.edition.periods import PeriodCode
from forms_tables.filling.parsing import MOST_WHOLE_DIGITS
from forms_tables.notation.names import Cell, Moment, RowCode, Setting, TextScope
from forms_tables.notation.trees import Name, Node, walk

# A parameter is entered with at most 12 digits before its point and 6 behind it, like a number in a text.
PARAMETER = Part(None, 6, 10**18 - 1)
MOST_OPERATIONS = 1000  # of one text; rules of today need 150. A column that is read twice is written out twice
MOMENTS = {"month": 12, "year": 9999}


class Hollow:
    """A column that holds nothing but of how many operations it is made, and the engine of such columns."""

    most = WIDE

    def __init__(self, operations: int = 0):
        self.operations = operations

    def __getattr__(self, operation: str) -> Callable[..., "Hollow"]:
        return self._combined

    def _combined(self, *others: Any) -> "Hollow":
        columns = [part for other in others for part in (other if isinstance(other, list) else [other])]
        made_of = 1 + self.operations + sum(part.operations for part in columns if isinstance(part, Hollow))
        if made_of > MOST_OPERATIONS:
            raise TooLarge("算式展开后太繁，请分成几条")
        return Hollow(made_of)

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __or__ = _combined
    __lt__ = __le__ = __gt__ = __ge__ = _combined
    __eq__ = __ne__ = _combined  # type: ignore[assignment]  # of columns, == makes a column and no truth
    __hash__ = None  # type: ignore[assignment]  # so nothing may look one up


NOTHING = Hollow()


@dataclass(frozen=True)
class Magnitudes(Columns):
    """The binding that asks how long figures can become; raises TooLarge where they pass 38 digits."""

    def name(self, name: Name) -> Part:
        match self.scope.meaning(name):
            case RowCode(code=code):
                return self.text(code)
            case Setting(name=setting):
                return self.parameter(setting)
            case Moment(name=moment) if moment in MOMENTS:
                return Part(NOTHING, 0, MOMENTS[moment])
            case Cell(indicator=indicator, column=column) if indicator.kind_in(column) in FIGURE_KINDS:
                decimals = indicator.decimals_in(column) or 0
                return Part(NOTHING, decimals, longest_typed(decimals))
        return Part(NOTHING)

    def parameter(self, name: str) -> Part:
        return Part(NOTHING, PARAMETER.scale, PARAMETER.greatest)


def longest_typed(decimals: int) -> int:
    """How far from zero a figure of so many decimals can be typed, in its last decimal."""
    return 10 ** (MOST_WHOLE_DIGITS + decimals) - 1


def refuse_overflow(tree: Node, scope: TextScope) -> None:
    """Raises NotationError at the place where 38 digits may not do, or so many operations."""
    period = PeriodCode(scope.edition.valid_from)
    walk(tree, Magnitudes(scope, Source(scope.edition, period, {}, {}, {}, frozenset()), NOTHING))
