"""The explanations of a table's rows beside its form: the same for all firms of an edition, but for the few ways in
which cells are closed. Made once and kept in the process."""

from collections.abc import Set

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.standing_in import PLAIN, addresses_under
from forms_tables.edition.catalog import Edition
from reporting.pages.grid import Grid

MOST_KEPT = 200  # seven tables, as many editions as are under way, a handful of kinds of firm
_kept: dict[tuple, SafeString] = {}


def notes_of(edition: Edition, grid: Grid, answered: Set[str]) -> SafeString:
    """`answered` are the codes of which a frequent question speaks."""
    here = frozenset(answered).intersection(row.indicator.code for row in grid.rows)
    computed = tuple(row.computed for row in grid.rows)
    of = edition.digest, grid.table.code, computed, here
    if of not in _kept:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        notes = [(row.indicator, row.computed) for row in grid.rows if not row.indicator.is_heading]
        with addresses_under(PLAIN):  # whoever asks first may work for another firm
            _kept[of] = render_to_string("firm/_row_notes.html", {"notes": notes, "answered": here})
    return _kept[of]
