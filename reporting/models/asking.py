"""One condition, asked two ways: of many rows in SQL, of one row in Python. Nothing is written twice."""

from typing import Any

from django.db.models import F, Model, Q

LOOKUPS = {
    "exact": lambda value, asked: value == asked,
    "in": lambda value, asked: value in asked,
    "isnull": lambda value, asked: (value is None) == asked,
    "lt": lambda value, asked: value is not None and value < asked,
    "gt": lambda value, asked: value is not None and value > asked,
}


def holds(condition: Q, row: Model) -> bool:
    """Whether the row meets the condition, as the database would say. A name the database knows by an alias is a
    property of the row."""
    answers = (holds(child, row) if isinstance(child, Q) else _compares(row, *child) for child in condition.children)
    together = {Q.AND: all, Q.OR: any}[condition.connector](answers)
    return together != condition.negated


def asked_of(relation: str, condition: Q) -> Q:
    """The condition, asked of the row a relation leads to: `asked_of("filing", SHUT)` of a request."""
    return Q(
        *(
            asked_of(relation, child) if isinstance(child, Q) else (f"{relation}__{child[0]}", _led(relation, child[1]))
            for child in condition.children
        ),
        _connector=condition.connector,
        _negated=condition.negated,
    )


def _led(relation: str, asked: Any) -> Any:
    return F(f"{relation}__{asked.name}") if isinstance(asked, F) else asked


def _compares(row: Model, path: str, asked: Any) -> bool:
    *names, last = path.split("__")
    names, lookup = (names, last) if last in LOOKUPS else ([*names, last], "exact")
    asked = _value(row, [asked.name]) if isinstance(asked, F) else asked
    return LOOKUPS[lookup](_value(row, names), asked)


def _value(row: Model | None, names: list[str]) -> Any:
    """The value at the end of the path; of a relation its key, which is at hand without fetching the other row."""
    for name in names[:-1]:
        row = None if row is None else getattr(row, name)
    if row is None:
        return None
    return getattr(row, f"{names[-1]}_id" if hasattr(row, f"{names[-1]}_id") else names[-1])
