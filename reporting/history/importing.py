"""A file of past periods checked, and brought in whole or not at all. It is history and no filing: nothing of it is
owed, judged or counted as in time or late, and where a firm has filed by itself nothing is brought in over it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from accounts import journal
from accounts.access import Refused
from accounts.models import Enterprise, User
from forms_tables.edition.periods import PeriodCode
from reporting.dates.deadlines import day_of
from reporting.history.concordance import keep_codes, kept_codes
from reporting.history.correcting import Whose, corrections_of, with_corrections
from reporting.history.reading.given import GivenHistory
from reporting.history.reading.rows import HistoryReading, HistoryRow
from reporting.history.reading.scale import out_of_scale
from reporting.history.reading.sheets import HistoryProblem, ProblemKind
from reporting.history.report import HistoryReport, listed
from reporting.long_imports import Say, say_nothing
from reporting.models import Filing, HistoryFile, ImportedFiling, PublishedEdition, Submission
from reporting.models.history import IMPORTED
from reporting.models.standing import OWED

BATCH = 1000
FILED = "已在本平台由企业上报，以上报件为准"
OWES = "在本平台应由企业自己上报（过期的可申请补报）"
FIRM = Coalesce("enterprise__merged_into", "enterprise")  # under which entry it goes on
Seal = Callable[[HistoryReport, HistoryFile], None]


def try_history(file: GivenHistory, *, by: User | None, at: datetime, say: Say = say_nothing) -> HistoryReport:
    """The dry run: the same checks, and nothing is written. Raises Unreadable when nobody can say what is what."""
    be_the_city(by)
    return Examination(file, at, say).report


def import_history(
    file: GivenHistory,
    *,
    by: User | None,
    at: datetime,
    say: Say = say_nothing,
    shown: str = "",
    seal: Seal = lambda report, source: None,
) -> HistoryReport:
    """All rows or none. Where what would be done is not what was `shown` (the report's digest) nothing is. It is
    checked without holding anything; while it is stored no period is opened and no other history comes in, so what may
    have changed meanwhile is asked again. `seal` is called in that transaction, and may break it off by raising."""
    be_the_city(by)
    found = Examination(file, at, say)
    if found.report.refused or (shown and found.report.digest != shown):
        return found.report
    with transaction.atomic():
        PublishedEdition.objects.hold_still()
        if found.has_moved():
            return Examination(file, at, say_nothing).report
        source = store(found, by, at)
        write_down(found, source, by, at)
        if isinstance(found.reading, HistoryReading):
            keep_codes(found.reading.sheet.renamed, by, at)
        seal(found.report, source)
    return found.report


def be_the_city(by: User | None) -> None:
    """Whoever works on the machine itself may leave the name out."""
    if by is not None and not by.may.administer:
        raise Refused(f"{IMPORTED}由市级管理员导入。")


class Examination:
    """A file examined: its rows, what is wrong in it, against what is here, and in the size of its figures."""

    def __init__(self, file: GivenHistory, at: datetime, say: Say):
        self.file = file
        self.reading = file.reading(day_of(at), kept_codes(), say)
        self.rows: list[HistoryRow] = []
        if before := brought_in_before(file):
            self.report = already_here(self.reading.count, before)
            return
        rows = self.reading.rows()
        self.here = what_is_here(rows)
        refused = [*self.reading.problems, *doubles_in(rows), *doubles_here(rows, self.here, file.replaces)]
        refused = sorted([*refused, *out_of_scale(rows)], key=lambda problem: problem.row)
        self.rows = sorted(rows, key=lambda row: (row.period, row.enterprise.credit_code))
        self.report = self.refuse(refused) if refused else self.take()

    def refuse(self, refused: list[HistoryProblem]) -> HistoryReport:
        return HistoryReport(self.reading.count, refused=tuple(refused), missing=tuple(gaps(self.rows)), **self.told())

    def take(self) -> HistoryReport:
        giving_way = {row.whose: self.here[row.whose].imported for row in self.rows if row.whose in self.here}
        return HistoryReport(
            self.reading.count,
            len(self.rows),
            periods=dict(Counter(row.period.code for row in self.rows)),
            missing=tuple(gaps(self.rows)),
            replaced=dict(Counter(each.source.name for each in giving_way.values() if each)),
            corrected=len({row.whose for row in self.rows} & corrections_of(self.rows).keys()),
            listed=listed(self.rows, set(giving_way)),
            **self.told(),
        )

    def told(self) -> dict:
        """What is said of the reading, whether or not anything is refused."""
        if not isinstance(self.reading, HistoryReading):
            return {}
        return {"mapped": self.reading.heads.mapped(), "title": self.reading.sheet.title}

    def has_moved(self) -> bool:
        """Whether anything came in or was opened since it was examined."""
        return brought_in_before(self.file) is not None or what_is_here(self.rows) != self.here


def brought_in_before(file: GivenHistory) -> HistoryFile | None:
    return HistoryFile.objects.filter(digest=file.digest, withdrawn_at=None).first()


def already_here(rows: int, before: HistoryFile) -> HistoryReport:
    why = f"这份文件已于 {day_of(before.at):%Y-%m-%d} 以“{before.name}”导入，没有再导入一次。"
    return HistoryReport(rows, refused=(HistoryProblem(0, "", why, kind=ProblemKind.DOUBLE),), done_before=why)


def doubles_in(rows: Sequence[HistoryRow]) -> Iterator[HistoryProblem]:
    first: dict[Whose, HistoryRow] = {}
    for row in rows:
        if row.whose in first:
            who, one = f"{row.enterprise.name}{row.period.label}", "份" if row.part else "行"
            why = f"{who}与{first[row.whose].place}重复，不知道以哪一{one}为准。请只留一{one}。"
            yield HistoryProblem(row.number, "", why, row.part, ProblemKind.DOUBLE)
        first.setdefault(row.whose, row)


@dataclass(frozen=True)
class Here:
    """What stands in the way of a row: a filing, whether something was filed in it, or imported history."""

    filed: bool = False
    owed: bool = False
    imported: ImportedFiling | None = None


def what_is_here(rows: Sequence[HistoryRow]) -> dict[Whose, Here]:
    """What was imported before, what the firm has filed by itself, and what it owes here and is to file by itself; also
    under entries merged into its own, which owe nothing more."""
    wanted, codes = {row.whose for row in rows}, {row.period.code for row in rows}
    imported = ImportedFiling.objects.standing().one_of_each_firm().filter(period__in=codes)
    imported = imported.select_related("source", "enterprise").defer("values")
    here = {
        whose: Here(imported=each) for each in imported if (whose := (each.enterprise.firm_id, each.period)) in wanted
    }
    has_filed = Exists(Submission.objects.filter(filing=OuterRef("pk")))
    filings = Filing.objects.filter(period__in=codes).annotate(has_filed=has_filed, firm=FIRM)
    filings = filings.filter(Q(OWED, enterprise__merged_into=None) | has_filed).order_by("has_filed")
    theirs = filings.values_list("firm", "period", "has_filed")
    here |= {(firm, code): Here(filed, not filed) for firm, code, filed in theirs if (firm, code) in wanted}
    return here


def doubles_here(rows: Sequence[HistoryRow], here: dict[Whose, Here], replaces: str) -> Iterator[HistoryProblem]:
    for row in rows:
        if (found := here.get(row.whose)) and (why := why_not_over(found, replaces, row)):
            told = f"{row.enterprise.name}{row.period.label}{why}"
            yield HistoryProblem(row.number, "", told, row.part, ProblemKind.DOUBLE)


def why_not_over(here: Here, replaces: str, row: HistoryRow) -> str:
    if here.imported is None:
        return f"{FILED if here.filed else OWES}。请删去{row.this}。"
    if replaces:
        return ""
    source = here.imported.source
    return (
        f"已由“{source.name}”{here.imported.place}导入，没有再导入。请删去{row.this}；"
        "确实要以这份文件为准的，选“替换已导入的”并写明原因。"
    )


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


def store(found: Examination, by: User | None, at: datetime) -> HistoryFile:
    """The file is kept for good, under its own name. What its rows take the place of stands no more; but under an entry
    merged into the firm's it does, where nobody reads it beside the firm's own, and again when this is withdrawn."""
    file = found.file
    why = file.replaces if found.report.replaced else ""
    source = HistoryFile.objects.create(name=file.name[-255:], digest=file.digest, by=by, at=at, why=why)
    give_way([here.imported.pk for whose, here in found.here.items() if here.imported and here.imported.whose == whose])
    corrections = corrections_of(found.rows)
    ImportedFiling.objects.bulk_create(
        (with_corrections(imported_from(row, source), corrections.get(row.whose, ())) for row in found.rows),
        batch_size=BATCH,
    )
    source.file.save(f"history{file.ending}", ContentFile(file.content))
    return source


def give_way(keys: Sequence[int]) -> None:
    for start in range(0, len(keys), BATCH):
        ImportedFiling.objects.filter(pk__in=keys[start : start + BATCH]).stand_back()


def imported_from(row: HistoryRow, source: HistoryFile) -> ImportedFiling:
    return ImportedFiling(
        enterprise=row.enterprise,
        period=row.period.code,
        edition_code=row.edition.code,
        district=row.district,
        values=row.edition.values_as_text(row.values),
        source=source,
        part=row.part[-255:],
        row=row.number,
        note=row.note,
    )


def write_down(found: Examination, source: HistoryFile, by: User | None, at: datetime) -> None:
    """A line for the office, and one for each firm, whose own journal says what was brought in of it."""
    of_firm: dict[Enterprise, list[HistoryRow]] = defaultdict(list)
    for row in found.rows:
        of_firm[row.enterprise].append(row)
    said: dict[str, Any] = {"by": by, "at": at, "action": IMPORTED, "subject": source.name, "why": source.why}
    lines = [
        journal.compose(
            **said,
            enterprise=firm,
            district=its[-1].district,
            after={
                "报告期": f"{its[0].period.label}至{its[-1].period.label}，共 {len(its)} 期",
                "来源文件": source.name,
            },
        )
        for firm, its in of_firm.items()
    ]
    report = found.report
    periods = "、".join(f"{PeriodCode.parse(code).label} {n} 家" for code, n in report.periods.items())
    counts: dict[str, object] = {"行数": report.rows, "企业": len(of_firm), "报告期": periods}
    if report.replaced:
        counts["替换"] = "、".join(f"“{name}”{n} 行" for name, n in report.replaced.items())
    journal.record_all([journal.compose(**said, after=counts), *lines])


def span_of(rows: Sequence[HistoryRow]) -> str:
    return f"{rows[0].period.label}至{rows[-1].period.label}，共 {len(rows)} 期"
