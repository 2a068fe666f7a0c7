"""What the stored columns of a period add up to, district by district: the same as adding_up.add_up finds in the
record, which is the proof of it."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence

import polars as pl
from django.db.models import QuerySet

from forms_tables.edition.catalog import Edition
from forms_tables.edition.continuity import carried_over
from forms_tables.notation.decimals import chosen_codes
from reporting.city_columns.counted import Counted
from reporting.city_columns.frozen import key_of_imported
from reporting.city_columns.kept import TABLES
from reporting.city_columns.sums import groups_of, parted, summed, there
from reporting.models import ImportedFiling, Submission, published_edition
from reporting.totals.adding_up import ZERO, AreaTotals, add_up, cells_that_add_up, cells_to_choose, in_order

BY = ["district"]


def cells_in_totals(edition: Edition, frequency: str) -> list[str]:
    """What is to be read of the columns for the totals of a period."""
    wanted = cells_that_add_up(edition) | cells_to_choose(edition)
    return in_order(edition, frequency, wanted)


def areas_of(counted: Counted) -> dict[str, AreaTotals]:
    """The totals of each district that has rows; they are to hold `cells_in_totals`."""
    rows, edition = counted.rows, counted.edition
    plain, odd = parted(rows.frame)
    cells = there(rows, in_order(edition, counted.period.frequency, cells_that_add_up(edition)))
    areas: dict[str, AreaTotals] = {}
    found = summed(plain, BY, cells)
    for (district,), _, figures, filled in groups_of(found, BY, cells, rows.scales):
        counts = {cell: number for cell, number in filled.items() if number}
        area = areas[district] = AreaTotals({cell: figures[cell] or ZERO for cell in counts})
        area.filled.update(counts)
    for district, tables, firms in plain.group_by("district", TABLES).len().iter_rows():
        areas[district].firms.update(dict.fromkeys(json.loads(tables or "[]"), firms))
    _choose(plain, edition, areas)
    for district, area in _added_from_the_record(edition, odd).items():
        areas.setdefault(district, AreaTotals()).add_exactly(area)
    return areas


def _choose(plain: pl.DataFrame, edition: Edition, areas: Mapping[str, AreaTotals]) -> None:
    cells = [cell for cell in cells_to_choose(edition) if plain.schema.get(cell) == pl.String]
    asked = [plain.lazy().group_by("district", cell).len() for cell in cells]
    for cell, answers in zip(cells, pl.collect_all(asked), strict=True):
        for district, text, firms in answers.iter_rows():
            if text:
                counts = areas[district].choices.setdefault(cell, Counter())
                for code in chosen_codes(text):
                    counts[code] += firms


def _added_from_the_record(edition: Edition, odd: pl.DataFrame) -> dict[str, AreaTotals]:
    if odd.is_empty():
        return {}
    record = record_of(odd["submission"].to_list())
    rows = odd.select("submission", "district").iter_rows()
    return add_up(edition, ((district, *record[key]) for key, district in rows))


def record_of(keys: Sequence[int]) -> dict[int, tuple[Mapping[str, str], list[str]]]:
    """The recorded cells and tables behind these keys of submissions, and of imported history (below nought)."""
    filed, imported = _behind(keys)
    found = {pk: (values, tables) for pk, values, tables in filed.values_list("pk", "values", "tables")}
    return found | {key_of_imported(pk): (values, []) for pk, values in imported.values_list("pk", "values")}


def record_named_by(keys: Sequence[int], named_by: Edition) -> dict[int, Mapping[str, str]]:
    """The recorded cells behind these keys, each under the name it has in an edition that may be a later one."""
    filed, imported = (rows.values_list("pk", "values", "edition_code") for rows in _behind(keys))
    found = [*filed, *((key_of_imported(pk), values, code) for pk, values, code in imported)]
    return {key: carried_over(values, published_edition(code), named_by) for key, values, code in found}


def _behind(keys: Sequence[int]) -> tuple[QuerySet[Submission], QuerySet[ImportedFiling]]:
    imported = [key_of_imported(key) for key in keys if key < 0]
    filed = Submission.objects.filter(pk__in=[key for key in keys if key > 0])
    return filed, ImportedFiling.objects.filter(pk__in=imported)
