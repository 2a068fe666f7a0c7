"""Which files a package holds, each with how its bytes come about when its turn comes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any

from django.core.files.storage import default_storage

from forms_tables.edition.digest import as_digested
from reporting.archive import lines, tables
from reporting.archive.names import README, UNLOCKED, edition_path, scan_path, workbook_path
from reporting.archive.readme import not_locked, readme
from reporting.archive.record import PeriodRecord, in_order, kept_as
from reporting.models import Submission, published_content
from reporting.totals.aggregation import as_json
from reporting.totals.tabulation import write_summary
from reporting.workbooks.exchange import write_submission_workbook
from text.writing import csv_lines, json_line, steady

TABLES: dict[str, tuple[tables.ArchivedRow, Callable[[PeriodRecord], Iterable[tables.ArchivedRow]]]] = {
    "district_results.csv": (tables.RESULTS, tables.results),
    "explanations.csv": (tables.EXPLANATIONS, tables.explanations),
    "figures.csv": (tables.FIGURES, tables.figures),
    "filings.csv": (tables.FILINGS, tables.filings),
    "journal.csv": (tables.JOURNAL, tables.journal),
    "messages.csv": (tables.MESSAGES, tables.messages),
    "requests.csv": (tables.REQUESTS, tables.requests),
    "reviews.csv": (tables.REVIEWS, tables.reviews),
    "scans.csv": (tables.SCANS, tables.scans),
    "submissions.csv": (tables.SUBMISSIONS, tables.submissions),
}
LINES: dict[str, Callable[[PeriodRecord], Iterable[lines.ArchivedLine]]] = {
    "journal.jsonl": lines.journal,
    "reviews.jsonl": lines.reviews,
    "submissions.jsonl": lines.submissions,
}


@dataclass(frozen=True)
class ArchivedFile:
    name: str
    pieces: Callable[[], Iterable[bytes]]

    @property
    def is_packed_already(self) -> bool:
        return self.name.endswith((".xlsx", ".pdf"))


def files_of(record: PeriodRecord) -> list[ArchivedFile]:
    """In the order of their names."""
    found = [
        ArchivedFile(README, lambda: [readme(record).encode()]),
        ArchivedFile("period.json", lambda: [as_text(lines.period(record))]),
        ArchivedFile("totals.json", lambda: [as_text(as_json(record.summary))]),
        ArchivedFile("totals.xlsx", lambda: [totals(record)]),
        *(ArchivedFile(name, partial(as_csv, record, *told)) for name, told in TABLES.items()),
        *(ArchivedFile(name, partial(as_lines, record, told)) for name, told in LINES.items()),
        *editions(record),
        *scans(record),
        *workbooks(record),
    ]
    if not record.period.is_locked:
        found.append(ArchivedFile(UNLOCKED, lambda: [not_locked(record).encode()]))
    return sorted(found, key=lambda file: file.name)


def as_csv(
    record: PeriodRecord, heads: tables.ArchivedRow, rows: Callable[[PeriodRecord], Iterable[tables.ArchivedRow]]
) -> Iterator[bytes]:
    return csv_lines(tables.in_cells(heads, rows(record)))


def as_lines(record: PeriodRecord, told: Callable[[PeriodRecord], Iterable[lines.ArchivedLine]]) -> Iterator[bytes]:
    return map(json_line, told(record))


def as_text(facts: Mapping[str, Any]) -> bytes:
    return (json.dumps(facts, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "backslashreplace")


def totals(record: PeriodRecord) -> bytes:
    out = BytesIO()
    write_summary(record.summary, out)
    return steady(out.getvalue())


def editions(record: PeriodRecord) -> Iterator[ArchivedFile]:
    """Each twice: to be read, in the order of the forms; and as the digest was taken of it."""
    for code in dict.fromkeys(code for code, _ in record.editions):
        yield ArchivedFile(edition_path(code, "json"), partial(edition, code, as_text))
        yield ArchivedFile(edition_path(code, "canonical.json"), partial(edition, code, as_digested))


def edition(code: str, written: Callable[[Mapping[str, Any]], bytes]) -> Iterator[bytes]:
    yield written(published_content(code))


def scans(record: PeriodRecord) -> Iterator[ArchivedFile]:
    for scan in in_order(record.scans):
        if name := kept_as(scan):
            yield ArchivedFile(scan_path(scan), partial(kept_file, name))


def kept_file(name: str) -> Iterator[bytes]:
    with default_storage.open(name) as file:
        yield from file.chunks()


def workbooks(record: PeriodRecord) -> Iterator[ArchivedFile]:
    for sent in in_order(record.submissions.defer(*Submission.HEAVY)):
        yield ArchivedFile(workbook_path(sent), partial(workbook, record, sent.pk))


def workbook(record: PeriodRecord, pk: int) -> Iterator[bytes]:
    sent = record.submissions.get(pk=pk)
    sent.filing.period = record.period
    out = BytesIO()
    write_submission_workbook(sent, out)
    yield out.getvalue()
