"""The findings of a few filings in full: their cells, and the sentence with the figures. A draft's figures are its
firm's until they are sent: of a draft officials see what does not hold and where, not the figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import localcontext

import polars as pl

from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition
from forms_tables.filling.completion import EXACT
from forms_tables.judges.city import labels_of
from forms_tables.notation.decimals import Reading
from forms_tables.rules.checks import Condition
from reporting import city_columns
from reporting.recheck import UNREADABLE, Recheck


@dataclass(frozen=True)
class RecheckedFinding:
    rule: str
    level: str
    cells: tuple[str, ...]
    place: str
    message: str  # the rule's own words
    words: str  # with the figures; empty where they are not shown
    fingerprint: str = ""  # of those figures: an explanation is of just them


def told(found: Recheck, filings: Sequence[int], rule: str = "") -> dict[int, list[RecheckedFinding]]:
    """What was found in each of these filings, of one rule or of all, in the order of the edition."""
    rows = found.findings.filter(pl.col("filing").is_in(list(filings)))
    if rule:
        rows = rows.filter(pl.col("rule") == rule)
    shown = found.judged.filter(
        pl.col("filing").is_in(list(filings)) & pl.col("submission").is_not_null() & pl.col("why").is_null()
    )
    readings = {}
    for code, edition in found.editions.items():
        here = shown.filter(pl.col("edition") == code)["filing"]
        of_edition = rows.filter((pl.col("edition") == code) & pl.col("filing").is_in(here.implode()))
        conditions = [found.condition_of(row) for row in of_edition.iter_rows(named=True)]
        conditions = list(dict.fromkeys(condition for condition in conditions if condition))
        if conditions:
            readings |= readings_of(found, edition, conditions, here)
    listed: dict[int, list[RecheckedFinding]] = {filing: [] for filing in filings}
    with localcontext(EXACT):
        for row in rows.iter_rows(named=True):
            listed[row["filing"]].append(_told(found, row, readings.get(row["filing"])))
    return listed


def _told(found: Recheck, row: dict, reading: Reading | None) -> RecheckedFinding:
    condition = found.condition_of(row)
    if condition:
        finding = condition.finding(reading) if reading else None
        said = (finding.message, finding.fingerprint) if finding else ("", "")
        return RecheckedFinding(
            row["rule"], row["level"], condition.cells, condition.place, condition.rule.message, *said
        )
    rule = found.rules.get(row["rule"])
    place = found.editions[row["edition"]].place_of(CellAddress.parse_place(row["cell"]).cell) if row["cell"] else ""
    message = rule.message if rule else "不能读作数据" if row["cell"] else row["words"]
    return RecheckedFinding(
        row["rule"] if row["rule"] != UNREADABLE else "", row["level"], found.cells_of(row), place, message, ""
    )


def readings_of(
    found: Recheck, edition: Edition, conditions: Sequence[Condition], filings: pl.Series
) -> dict[int, Reading]:
    """These filings as the conditions read them, out of the stored columns."""
    stored = city_columns.load(
        found.period, labels_of(conditions), edition=edition, filed_under=edition.code, fresh=False
    )
    wanted = stored.filings["filing"].is_in(filings.implode())
    chosen = replace(stored.ledger, frame=stored.ledger.frame.filter(wanted))
    return dict(zip(stored.filings.filter(wanted)["filing"], chosen.readings(conditions), strict=True))
