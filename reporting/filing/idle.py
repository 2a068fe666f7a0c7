"""Cells of a form that stay idle: not for this firm or period, and nothing in them. Paper strikes them out."""

from forms_tables.edition.catalog import Edition
from forms_tables.filling.completion import Facts, plans_of
from reporting.filing.judging import Values


def idle_cells(edition: Edition, facts: Facts, values: Values) -> set[str]:
    return {key for key in not_applying(edition, facts, values) if not values.get(key)}


def not_applying(edition: Edition, facts: Facts, values: Values) -> set[str]:
    """The cells whose row or column is not for this firm or period, by what the filing itself says: a condition that
    reads anything outside it is passed over."""
    reading = facts.reading(edition, values)
    return {
        key
        for key, plan in plans_of(edition, facts.period.frequency).items()
        for condition in (plan.row_applies, plan.column_applies)
        if condition and not condition.outside and not condition.value(reading)
    }
