"""A filing's paper, whole or one table of it: the file and what it is called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from forms_tables.edition.catalog import Table
from reporting.filing.judging import judge
from reporting.models import Filing, Submission
from reporting.paper.contents import PaperContents, PaperSource, drafted, paper_of, receipt_of, submitted
from reporting.paper.typesetting import typeset

NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f\\/:*?"<>|_]+')
LONGEST_FIRM = 40  # in a file's name: systems take 255 bytes, three to a character


class NoSuchTable(LookupError):
    """The filing has no table of that key."""


@dataclass(frozen=True)
class Paper:
    name: str
    pdf: bytes


def print_drafts(filing: Filing, key: str, at: datetime) -> Paper:
    """The drafts as they stand: all tables the firm owes, or the one of that key."""
    judgement = judge(filing)
    return _printed(drafted(filing, judgement, at), judgement.tables, key, "草稿")


def print_submission(submission: Submission, key: str) -> Paper:
    """A submission as it was sent: all its tables with the receipt, or the one of that key."""
    filed = submitted(submission)
    tables = [filed.edition.table(code) for code in submission.tables]
    receipt = None if key else receipt_of(submission, filed)
    return _printed(filed, tables, key, f"第{submission.number}次上报", receipt)


def _printed(
    filed: PaperSource, tables: Sequence[Table], key: str, kind: str, receipt: PaperContents | None = None
) -> Paper:
    chosen = [table for table in tables if not key or table.key == key]
    if not chosen:
        raise NoSuchTable(key)
    firm = NOT_IN_NAMES.sub("_", filed.firm)[:LONGEST_FIRM]
    parts = (firm, filed.filing.period.label, chosen[0].code if key else "", *filed.marks, kind)
    name = "_".join(dict.fromkeys(part for part in parts if part))
    return Paper(f"{name}.pdf", typeset(paper_of(filed, chosen, receipt)))
