"""The figures firms have corrected in their imported history: an office wrote none of them, and no later file of an
office takes them away."""

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Exists, OuterRef

from reporting.history.reading.rows import HistoryRow
from reporting.models import HistoryObjection, ImportedFiling

Whose = tuple[int, str]  # firm and period


def corrections_of(rows: Iterable[HistoryRow | ImportedFiling]) -> Mapping[Whose, Sequence[HistoryObjection]]:
    """What was granted to the firms of these rows, the latest last. What was granted under an entry merged since goes
    over to the kept one only where that had no row of the period then: nobody asked about the figures of such a row."""
    wanted = {row.whose for row in rows}
    found: dict[Whose, list[HistoryObjection]] = {}
    kept = ImportedFiling.objects.filter(
        enterprise=OuterRef("enterprise__merged_into"),
        period=OuterRef("period"),
        source__at__lte=OuterRef("decided_at"),
    )
    done = HistoryObjection.objects.filter(granted=True).annotate(kept_had_one=Exists(kept))
    for granted in done.select_related("enterprise").order_by("decided_at", "pk"):
        entries = (
            {granted.enterprise_id} if granted.kept_had_one else {granted.enterprise_id, granted.enterprise.firm_id}
        )
        for entry in entries:
            if (whose := (entry, granted.period)) in wanted:
                found.setdefault(whose, []).append(granted)
    return found


def with_corrections(row: ImportedFiling, granted: Iterable[HistoryObjection]) -> ImportedFiling:
    """A row that is yet to be stored: the firm's figures stand in it, and beside them what the file says."""
    for each in granted:
        if row.edition.has_cell(each.cell):
            row.in_file = {each.cell: row.values.get(each.cell, ""), **row.in_file}
            row.values = {**row.values, each.cell: each.new}
    return row


def corrected(rows: Sequence[ImportedFiling]) -> None:
    """Where a granted figure does not stand in these rows yet, a row in which it does takes the place of each."""
    corrections = corrections_of(rows)
    for row in rows:
        granted = corrections.get(row.whose, ())
        if any(row.values.get(each.cell) != each.new for each in granted):
            ImportedFiling.objects.filter(pk=row.pk).stand_back()
            with_corrections(twin_of(row), granted).save()


def twin_of(row: ImportedFiling) -> ImportedFiling:
    """The same again, yet to be stored."""
    kept = [field for field in row._meta.concrete_fields if not field.primary_key and field.name != "stands"]
    return ImportedFiling(**{field.attname: getattr(row, field.attname) for field in kept})
