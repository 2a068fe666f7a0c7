"""Whether what is stored as columns is the record: every row, every cell and every sum of a period."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import polars as pl

from accounts.models import Enterprise
from forms_tables.edition.periods import PeriodCode
from reporting.city_columns import frozen
from reporting.city_columns.counted import counted
from reporting.city_columns.files import Broken, folder, notes_of, read
from reporting.city_columns.frozen import fact_codes, key_of_imported, listed
from reporting.city_columns.kept import (
    DIGEST,
    ESTIMATED,
    FILINGS,
    IMPORTED_FOR,
    KEPT,
    TABLES,
    WARNINGS,
    read_submissions,
)
from reporting.city_columns.marks import parts_of
from reporting.city_columns.scaling import UNSTORABLE, decimal_of, decimals_of_cells
from reporting.models import ImportedFiling, Period, Submission, published_edition
from reporting.totals.adding_up import add_up
from reporting.totals.aggregation import frozen_submissions
from reporting.totals.from_columns import areas_of, cells_in_totals

CHUNK = 2000
LOOKS = 3
SOME = (False, True)  # with what waits for its district, and without


@dataclass(frozen=True)
class Difference:
    """One place where the columns say another thing than the record."""

    period: str
    firm: str  # its code and name; a district where it is a sum
    cell: str
    stored: str
    recorded: str

    @property
    def place(self) -> tuple[str, str]:
        return self.firm, self.cell

    @property
    def in_words(self) -> str:
        return f"{self.period} {self.firm} {self.cell}：列存为“{self.stored}”，记录为“{self.recorded}”。"


def stored_periods() -> list[str]:
    """Those opened here, and those of which history was imported: all that has columns, or should."""
    imported = ImportedFiling.objects.standing().order_by().values_list("period", flat=True).distinct()
    codes = set(Period.objects.values_list("code", flat=True)) | set(imported)
    return [str(code) for code in sorted(map(PeriodCode.parse, codes))]


def lasting_differences(code: str, most: int) -> list[Difference]:
    """So many at the most. What is approved while the two are compared is in one of them alone: where the marks have
    moved by the end it is stored, and only what differs in the same place at each look is a difference."""
    places: set[tuple[str, str]] = set()
    for look in range(LOOKS):
        notes = notes_of(code, FILINGS)
        found = [each for each in differences(code) if not look or each.place in places][:most]
        if not found or notes is None or notes["parts"] == parts_of([code])[code]:
            break
        places = {each.place for each in found}
        frozen.refresh([code])
    return found


def differences(code: str) -> Iterator[Difference]:
    """Of the columns as they lie."""
    try:
        filings, stored = read(code, FILINGS), read_submissions(code)
    except Broken as broken:
        yield Difference(code, "", str(broken.path.relative_to(folder())), "文件损坏", "")
        return
    if filings is None or stored is None:
        yield Difference(code, "", FILINGS, "没有列存", "")
        return
    yield from _of_filings(code, filings[0].frame)
    yield from _of_submissions(code, filings[0].frame, stored[0].frame, stored[0].scales)
    if period := Period.objects.filter(pk=code).first():
        yield from _of_sums(period)


def _of_filings(code: str, stored: pl.DataFrame) -> Iterator[Difference]:
    """Whose each filing is, where it counts, under which edition, and which submission of it."""
    recorded = {row["filing"]: row for row in listed(code).iter_rows(named=True)}
    rows = {row["filing"]: row for row in stored.iter_rows(named=True)}
    firms = _firms([row["enterprise"] for row in (*recorded.values(), *rows.values())])
    if len(rows) != stored.height:
        yield Difference(code, "", FILINGS, f"{stored.height} 行", f"{len(rows)} 份填报")
    for key in sorted(rows.keys() | recorded.keys()):
        there, true = rows.get(key), recorded.get(key)
        if there is None or true is None:
            firm = firms[(there or true)["enterprise"]]  # type: ignore[index]
            yield Difference(code, firm, "填报", "有" if there else "没有", "有" if true else "没有")
            continue
        for name, value in true.items():
            if there[name] != value:
                yield Difference(code, firms[true["enterprise"]], name, str(there[name]), str(value))


def _of_submissions(
    code: str, filings: pl.DataFrame, stored: pl.DataFrame, scales: Mapping[str, int]
) -> Iterator[Difference]:
    """Each cell of each submission that something rests on, the figures as Decimals."""
    needed = pl.concat([filings[name].drop_nulls().alias("submission") for name in KEPT]).unique().to_list()
    imported = ImportedFiling.objects.standing().filter(period=code)
    needed += [key_of_imported(pk) for pk in imported.values_list("pk", flat=True)]
    at = {key: number for number, key in enumerate(stored["submission"])}
    if len(at) != stored.height:
        yield Difference(code, "", "submissions", f"{stored.height} 行", f"{len(at)} 份上报件")
    gone = stored.filter(
        (pl.col("submission") < 0) & ~pl.col("submission").is_in(pl.Series(needed, dtype=pl.Int64).implode())
    )
    firms = _firms(gone[IMPORTED_FOR].to_list()) if len(gone) else {}
    for stays, firm in gone.select("submission", IMPORTED_FOR).iter_rows():
        yield Difference(code, firms.get(firm, ""), "导入历史", str(stays), "没有")
    frequency = PeriodCode.parse(code).frequency
    for start in range(0, len(needed), CHUNK):
        keys = sorted(needed[start : start + CHUNK])
        known = [key for key in keys if key in at]
        rows = {row["submission"]: row for row in stored[[at[key] for key in known]].iter_rows(named=True)}
        for key, firm, record in _recorded(keys):
            if key not in rows:
                yield Difference(code, firm, "上报件", "没有", str(key))
                continue
            for cell, there, true in _of_one(rows[key], record, frequency, scales):
                yield Difference(code, firm, cell, str(there), str(true))


def _recorded(keys: list[int]) -> Iterator[tuple[int, str, dict]]:
    """The key, the firm, and what is to be found of it."""
    rows = Submission.objects.filter(pk__in=[key for key in keys if key > 0]).order_by("pk").values_list(
        "pk", "filing__enterprise__credit_code", "filing__enterprise__name", "edition_code", "edition_digest", "tables",
        "attributes", "values", "findings", "estimated",
    )  # fmt: skip
    for key, credit_code, name, edition, digest, tables, attributes, values, findings, estimated in rows:
        warnings = sum(finding["level"] == "warning" for finding in findings)
        known = {"edition": edition, DIGEST: digest, TABLES: tables, IMPORTED_FOR: None}
        known |= {WARNINGS: warnings, ESTIMATED: estimated}
        yield key, f"{credit_code} {name}", known | {"attributes": attributes, "values": values}
    imported = ImportedFiling.objects.filter(pk__in=[-key for key in keys if key < 0]).order_by("pk").values_list(
        "pk", "enterprise", "enterprise__credit_code", "enterprise__name", "edition_code", "values"
    )  # fmt: skip
    for pk, enterprise, credit_code, name, edition, values in imported:
        known = {"edition": edition, DIGEST: None, TABLES: None, IMPORTED_FOR: enterprise}
        known |= {WARNINGS: 0, ESTIMATED: False}
        yield key_of_imported(pk), f"{credit_code} {name}", known | {"attributes": {}, "values": values}


def _of_one(row: dict, record: dict, frequency: str, scales: Mapping[str, int]) -> Iterator[tuple[str, object, object]]:
    """The places where a row is not what was recorded. What cannot be in its columns is left out there and says why."""
    edition = published_edition(record["edition"])
    tables = None if row[TABLES] is None else json.loads(row[TABLES])
    as_they_lie = ("edition", DIGEST, IMPORTED_FOR, WARNINGS, ESTIMATED)
    for name, there in (*((each, row[each]) for each in as_they_lie), (TABLES, tables)):
        if there != record[name]:
            yield name, there, record[name]
    attributes = record["attributes"]
    for fact in fact_codes(edition):
        there, true = row.get(f"register({fact})"), attributes.get(fact) or None
        if there != true and not (row[UNSTORABLE] and there is None):
            yield f"register({fact})", there, true
    values = record["values"]
    for cell in decimals_of_cells(edition, frequency):
        true, there = values.get(cell), row.get(cell)
        if cell in scales:
            there = decimal_of(there, scales[cell])
            is_same = there == true if there is None or true is None else _same(there, true)
        else:
            is_same = there == true
        if not is_same and not (row[UNSTORABLE] and there is None):
            yield cell, there, true


def _same(stored: Decimal, recorded: str) -> bool:
    try:
        return Decimal(recorded) == stored
    except InvalidOperation:
        return False


def _of_sums(period: Period) -> Iterator[Difference]:
    """What each district adds up to."""
    edition = period.edition
    for include_submitted in SOME:
        rows = counted(
            period.parsed,
            edition,
            cells_in_totals(edition, period.parsed.frequency),
            include_submitted=include_submitted,
            fresh=False,
        )
        stored, record = areas_of(rows), add_up(edition, frozen_submissions(period, include_submitted))
        for district in sorted(stored.keys() | record.keys()):
            there, true = stored.get(district), record.get(district)
            if there is None or true is None:
                yield Difference(period.code, district, "合计", "有" if there else "没有", "有" if true else "没有")
                continue
            for name in ("figures", "filled", "firms", "choices"):
                one, other = getattr(there, name), getattr(true, name)
                for cell in sorted(one.keys() | other.keys()):
                    if one.get(cell) != other.get(cell):
                        yield Difference(
                            period.code, district, f"{name} {cell}", str(one.get(cell)), str(other.get(cell))
                        )


def _firms(keys: list[int]) -> dict[int, str]:
    rows = Enterprise.objects.values_list("pk", "credit_code", "name")
    wanted = set(keys)
    return {pk: f"{code} {name}" for pk, code, name in rows if pk in wanted}


def rebuild(code: str) -> None:
    """From nothing."""
    frozen.forget(code)
    frozen.refresh([code])
