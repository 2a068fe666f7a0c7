"""A workbook of past periods checked, and brought in whole or not at all. It is history and no filing: nothing of it is
owed, judged or counted as in time or late, and where a firm has filed by itself nothing is brought in over it."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from io import BytesIO

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts import journal
from accounts.access import Refused
from accounts.models import Enterprise, User
from forms_tables.edition.periods import PeriodCode
from reporting.dates.deadlines import day_of
from reporting.history.rows import HistoryReading, HistoryRow
from reporting.history.scale import out_of_scale
from reporting.history.sheets import ROOM, HistoryProblem, HistorySheet, read_history
from reporting.models import Filing, HistoryFile, ImportedFiling, PublishedEdition, Submission
from reporting.models.history import IMPORTED
from reporting.models.standing import OWED
from text.package import BookSource, read_bounded

BATCH = 1000
FILED = "已在本平台由企业上报，以上报件为准"
OWES = "在本平台应由企业自己上报（过期的可申请补报）"


@dataclass(frozen=True)
class HistoryReport:
    """What an import would take, or has taken: all rows, or none while anything is refused."""

    rows: int
    taken: int = 0
    refused: tuple[HistoryProblem, ...] = ()
    periods: dict[str, int] = field(default_factory=dict)
    missing: tuple[tuple[str, str], ...] = ()  # credit code and period: between two that are there
    done_before: str = ""  # this very file was brought in already: when, and under which name

    def as_json(self) -> dict:
        return {
            "rows": self.rows,
            "taken": self.taken,
            "refused": [vars(problem) for problem in self.refused],
            "periods": self.periods,
            "missing": [{"enterprise": code, "period": period} for code, period in self.missing],
        }


def try_history(
    source: BookSource, name: str, *, by: User | None, at: datetime, concordance: BookSource | None = None
) -> HistoryReport:
    """The dry run: the same checks, and nothing is written."""
    be_the_city(by)
    content = read_bounded(source, ROOM)
    sheet = read_history(BytesIO(content), name, concordance)
    if before := brought_in_before(content):
        return already_here(sheet, before)
    return checked(sheet, day_of(at))[0]


def import_history(
    source: BookSource, name: str, *, by: User | None, at: datetime, concordance: BookSource | None = None
) -> HistoryReport:
    """All rows or none. While it is checked and stored no period is opened and no other history comes in."""
    be_the_city(by)
    content = read_bounded(source, ROOM)
    sheet = read_history(BytesIO(content), name, concordance)
    with transaction.atomic():
        PublishedEdition.objects.hold_still()
        if before := brought_in_before(content):
            return already_here(sheet, before)
        report, rows = checked(sheet, day_of(at))
        if not report.refused:
            store(rows, content, name, by, at)
            write_down(rows, report, name, by, at)
    return report


def be_the_city(by: User | None) -> None:
    """Whoever works on the machine itself may leave the name out."""
    if by is not None and not by.may.administer:
        raise Refused(f"{IMPORTED}由市级管理员导入。")


def brought_in_before(content: bytes) -> HistoryFile | None:
    return HistoryFile.objects.filter(digest=sha256(content).hexdigest()).first()


def already_here(sheet: HistorySheet, before: HistoryFile) -> HistoryReport:
    why = f"这份文件已于 {day_of(before.at):%Y-%m-%d} 以“{before.name}”导入，没有再导入一次。"
    return HistoryReport(len(sheet.rows), refused=(HistoryProblem(0, "", why),), done_before=why)


def checked(sheet: HistorySheet, today: date) -> tuple[HistoryReport, list[HistoryRow]]:
    """What is wrong in the file, against what is here, and in the size of the figures."""
    reading = HistoryReading(sheet, today)
    rows = reading.rows()
    refused = [*reading.problems, *doubles_in(rows), *doubles_here(rows), *out_of_scale(rows)]
    refused.sort(key=lambda problem: problem.row)
    if refused:
        return HistoryReport(len(sheet.rows), refused=tuple(refused), missing=tuple(gaps(rows))), []
    in_order = sorted(rows, key=lambda row: (row.period, row.enterprise.credit_code))
    periods = Counter(row.period.code for row in in_order)
    return HistoryReport(len(sheet.rows), len(rows), (), dict(periods), tuple(gaps(rows))), in_order


def doubles_in(rows: Sequence[HistoryRow]) -> Iterator[HistoryProblem]:
    first: dict[tuple[int, str], int] = {}
    for row in rows:
        if row.whose in first:
            who = f"{row.enterprise.name}{row.period.label}"
            why = f"{who}与第 {first[row.whose]} 行重复，不知道以哪一行为准。请只留一行。"
            yield HistoryProblem(row.number, "", why)
        first.setdefault(row.whose, row.number)


def doubles_here(rows: Sequence[HistoryRow]) -> Iterator[HistoryProblem]:
    """What was imported before, what the firm has filed by itself, and what it owes here and is to file by itself."""
    codes = {row.period.code for row in rows}
    imported = ImportedFiling.objects.filter(period__in=codes).values_list(
        "enterprise", "period", "source__name", "row"
    )
    here = {(firm, code): f"已由“{name}”第 {row} 行导入，没有再导入" for firm, code, name, row in imported}
    has_filed = Exists(Submission.objects.filter(filing=OuterRef("pk")))
    filings = Filing.objects.filter(period__in=codes).annotate(has_filed=has_filed)
    theirs = filings.filter(OWED | has_filed).values_list("enterprise", "period", "has_filed")
    for firm, code, filed in theirs:
        here[firm, code] = (
            "已在本平台由企业上报，以上报件为准" if filed else "在本平台应由企业自己上报（过期的可申请补报）"
        )
    for row in rows:
        if why := here.get(row.whose):
            yield HistoryProblem(row.number, "", f"{row.enterprise.name}{row.period.label}{why}。请删去这一行。")


def gaps(rows: Sequence[HistoryRow]) -> Iterator[tuple[str, str]]:
    """The periods a firm has none of between its first and its last: told, not refused. January need not be there."""
    of_firm: dict[tuple[str, str], set[PeriodCode]] = defaultdict(set)
    for row in rows:
        of_firm[row.enterprise.credit_code, row.period.frequency].add(row.period)
    for (code, _), there in sorted(of_firm.items()):
        at, last = min(there), max(there)
        while at < last:
            at = at.following
            if at.is_annual == last.is_annual and at.month != 1 and at not in there:
                yield code, at.code


def store(rows: Sequence[HistoryRow], content: bytes, name: str, by: User | None, at: datetime) -> None:
    """The file is kept for good, under its own name."""
    source = HistoryFile.objects.create(name=name[-255:], digest=sha256(content).hexdigest(), by=by, at=at)
    ImportedFiling.objects.bulk_create(
        (
            ImportedFiling(
                enterprise=row.enterprise,
                period=row.period.code,
                edition_code=row.edition.code,
                district=row.district,
                values=row.edition.values_as_text(row.values),
                source=source,
                row=row.number,
                note=row.note,
            )
            for row in rows
        ),
        batch_size=BATCH,
    )
    source.file.save("history.xlsx", ContentFile(content))


def write_down(rows: Sequence[HistoryRow], report: HistoryReport, name: str, by: User | None, at: datetime) -> None:
    """A line for the office, and one for each firm, whose own journal says what was brought in of it."""
    of_firm: dict[Enterprise, list[HistoryRow]] = defaultdict(list)
    for row in rows:
        of_firm[row.enterprise].append(row)
    lines = [
        journal.compose(
            by=by,
            at=at,
            action=IMPORTED,
            subject=name,
            enterprise=firm,
            district=its[-1].district,
            after={"报告期": f"{its[0].period.label}至{its[-1].period.label}，共 {len(its)} 期", "来源文件": name},
        )
        for firm, its in of_firm.items()
    ]
    periods = "、".join(f"{PeriodCode.parse(code).label} {n} 家" for code, n in report.periods.items())
    counts = {"行数": report.rows, "企业": len(of_firm), "报告期": periods}
    journal.record_all([journal.compose(by=by, at=at, action=IMPORTED, subject=name, after=counts), *lines])
