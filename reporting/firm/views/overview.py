"""How a filing stands, put in words for the firm's pages: tabs, findings, what stands in the way of 确定上报."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import CodeEntry, Table
from forms_tables.edition.shape import reasons_of
from forms_tables.filling.parsing import Problem
from forms_tables.rules.checks import Finding
from reporting import workflow
from reporting.dates.arrangements import ONE_DAY
from reporting.filing.judging import Judgement, judge, typed_cells
from reporting.firm.views.findings import (
    CellLink,
    Shown,
    alike_together,
    are_from_the_past,
    cells_to_mark,
    message_of,
    places_of,
    to_tell,
)
from reporting.models import ExtensionRequest, Filing, LateRequest, PublishedEdition, Review, Standing
from reporting.pages.grid import BLANK, Remarks, Theirs, show

CHECK_FIRST = "请先做“数据审核”。"
NOTHING: Mapping[str, Theirs] = {}


@dataclass(frozen=True)
class Tab:
    table: Table
    applies: bool
    why: str
    mark: str = ""
    tone: str = ""
    saved_at: datetime | None = None
    current: bool = False


@dataclass(frozen=True)
class ChangedCell:
    link: CellLink
    before: str
    after: str


@dataclass(frozen=True)
class Returned:
    """One reason of a return."""

    reason: str
    link: CellLink | None  # None: the whole filing
    changed: bool


class Overview:
    """One reading of a filing for one page; it computes what the page asks for and stores nothing."""

    def __init__(self, filing: Filing, at: datetime, typed: dict[str, str] | None = None):
        self.filing = filing
        self.at = at
        self.typed = typed_cells(filing) if typed is None else typed
        self.sheets = filing.drafts

    @classmethod
    def of(cls, judgement: Judgement, at: datetime) -> "Overview":
        """The overview of a filing that was judged just now, as it was read for that."""
        overview = cls(judgement.filing, at)
        overview.judgement = judgement
        return overview

    @cached_property
    def judgement(self) -> Judgement:
        return judge(self.filing, self.typed)

    @property
    def may_write(self) -> bool:
        filing = self.filing
        return filing.is_with_firm and not filing.is_shut and filing.period.has_begun(self.at.date())

    @cached_property
    def revision(self) -> PublishedEdition | None:
        """The revision that overtook the last 数据审核: publishing takes its verdict away and leaves its time."""
        filing = self.filing
        if not self.may_write or filing.checked or not filing.checked_at:
            return None
        revisions = PublishedEdition.objects.exclude(reason="").defer("text", "effect")
        return revisions.filter(code=filing.period.edition_code).first()

    @property
    def may_abandon(self) -> bool:
        """Whether an amendment is under way that may be given up."""
        return self.may_write and not workflow.why_not_abandoned(self.filing)

    def has_text(self, table: Table) -> bool:
        return table.code in self.begun

    @cached_property
    def begun(self) -> set[str]:
        """The tables somebody has begun; what is wrong with the others can wait."""
        return {code for code, sheet in self.sheets.items() if sheet.cells}

    def saved_at(self, table: Table) -> datetime | None:
        return self.sheets[table.code].saved_at if table.code in self.sheets else None

    # What is wrong

    @cached_property
    def missing(self) -> list[Problem]:
        """Cells that must not be blank and are."""
        return [problem for problem in self.told_problems if self.is_blank(problem)]

    @cached_property
    def problems(self) -> list[Problem]:
        """Cells whose text cannot be read or may not stand."""
        return [problem for problem in self.told_problems if not self.is_blank(problem)]

    @cached_property
    def told_problems(self) -> list[Problem]:
        """The problems of the begun tables, in the order of the form."""
        row = {code: position for position, code in enumerate(self.filing.edition.indicators)}
        told = [problem for problem in self.judgement.completed.problems if problem.table in self.begun]
        return sorted(told, key=lambda problem: row[problem.code])

    def is_blank(self, problem: Problem) -> bool:
        return not self.typed.get(f"{problem.code}.{problem.column}", "").strip()

    def problems_of(self, table: Table | None = None) -> list[tuple[Problem, CellLink]]:
        """What cannot be read, with the way to its cell."""
        told = [problem for problem in self.problems if table is None or problem.table == table.code]
        return [(problem, self.link_cell(f"{problem.code}.{problem.column}")) for problem in told]

    def missing_in(self, table: Table | None = None) -> list[CellLink]:
        told = [problem for problem in self.missing if table is None or problem.table == table.code]
        return [self.link_cell(f"{problem.code}.{problem.column}") for problem in told]

    def findings(self, level: str, table: Table | None = None) -> list[Shown]:
        wanted = [f for f in self.judgement.findings if f.level == level and self.touches(f, table)]
        return [
            Shown(
                findings,
                message_of(findings, self.judgement),
                tuple(self.link(place) for place in places_of(findings, self.judgement)),
                are_from_the_past(findings, self.judgement),
                explanation,
                self.may_write,
            )
            for findings, explanation in alike_together(to_tell(self.judgement, wanted), self.filing.said)
        ]

    def touches(self, finding: Finding, table: Table | None) -> bool:
        """Findings about tables nobody has begun wait until then."""
        tables = {CellAddress.parse_place(place).table for place in finding.cells}
        if table:
            return table.code in tables
        return not tables or bool(tables & self.begun)

    def link(self, place: str) -> CellLink:
        """From "软统企6!2020.c1" to the cell on its page."""
        return self.link_cell(CellAddress.parse_place(place).cell)

    def link_cell(self, cell: str) -> CellLink:
        at, edition = CellAddress.parse(cell), self.filing.edition
        indicator = edition.indicator(at.code)
        words = f"{at.code} {indicator.name}·{indicator.column(at.column).label}"
        return CellLink(edition.table(indicator.table), cell, words)

    def remarks(self, table: Table, theirs: Mapping[str, Theirs] = NOTHING) -> Remarks:
        """What is written beside each cell of a table. Blanks are pointed out once the firm has asked for the check."""
        errors, warnings, returned = defaultdict(list), defaultdict(list), defaultdict(list)
        asked = self.filing.checked == Filing.ERRORS
        for problem in self.told_problems if asked else self.problems:
            if problem.table == table.code:
                errors[f"{problem.code}.{problem.column}"].append(self.beside_cell(problem))
        if self.has_text(table):
            for finding in [*self.judgement.errors, *self.unexplained(table)]:
                marks, words = (errors, "须修改") if finding.level == "error" else (warnings, "须说明")
                for place in cells_to_mark(finding, self.judgement):
                    at, mark = CellAddress.parse_place(place), f"{words} {finding.rule}"
                    if at.table == table.code and mark not in marks[at.cell]:
                        marks[at.cell].append(mark)
        for reason in self.returned_cells:
            if reason["cell"]:
                returned[reason["cell"]].append(reason["reason"])
        return Remarks(errors, warnings, returned, theirs)

    def beside_cell(self, problem: Problem) -> str:
        """The problem without its place, which goes without saying there."""
        if self.is_blank(problem):
            return BLANK
        place = self.filing.edition.indicator(problem.code).place(problem.column)
        return problem.problem.removeprefix(f"{place}：")

    # What the page says at its top and foot

    def tabs(self, here: Table | None = None) -> list[Tab]:
        tables = [t for t in self.filing.edition.tables if t.frequency == self.filing.period.parsed.frequency]
        owed = {table.code for table in self.judgement.tables}
        return [
            Tab(table, True, table.why, *self.mark(table), self.saved_at(table), current=table == here)
            if table.code in owed
            else Tab(table, False, table.why_not)
            for table in tables
        ]

    def mark(self, table: Table) -> tuple[str, str]:
        """The word on a table's tab and its tone."""
        if not self.has_text(table):
            return "空", ""
        wrong = self.count_wrong(table)
        if wrong:
            return f"{wrong} 处错误", "block"
        blank = len(self.missing_in(table))
        if blank:
            return f"草稿，还缺 {blank} 格", ""
        unexplained = len(self.unexplained(table))
        return (f"{unexplained} 处须说明", "warn") if unexplained else ("无错", "done")

    def unexplained(self, table: Table | None = None) -> list[Finding]:
        found = workflow.unexplained(self.filing, self.judgement)
        return [finding for finding in to_tell(self.judgement, found) if self.touches(finding, table)]

    def count_wrong(self, table: Table | None = None) -> int:
        """How many things must be corrected, in one table or in all that were begun."""
        problems = [problem for problem in self.problems if table is None or problem.table == table.code]
        errors = [f for f in to_tell(self.judgement, self.judgement.errors) if self.touches(f, table)]
        return len(problems) + len(errors)

    def summary(self, table: Table | None = None) -> str:
        """ "草稿，2 处须修改，1 处须说明": the second half of the page's title, of the table it names or of all."""
        words = [self.filing.standing.words]
        if self.filing.is_with_firm and (self.has_text(table) if table else self.begun):
            wrong, blank, unexplained = self.count_wrong(table), self.missing_in(table), self.unexplained(table)
            words += [f"{wrong} 处须修改"] * bool(wrong) + [f"{len(blank)} 格未填"] * bool(blank)
            words += [f"{len(unexplained)} 处须说明"] * bool(unexplained)
            words += ["数据审核无错误"] * (len(words) == 1 and self.filing.checked == Filing.PASSED)
        said = "，".join(words)
        if self.filing.standing is Standing.LET_IN_APPROVED:
            said = self.filing.state_words
        return f"{said}（迟报）" if self.filing.late and "迟报" not in said else said

    @cached_property
    def obstacles(self) -> list[str]:
        """Everything that stands between this filing and 确定上报, in full sentences."""
        if not self.filing.is_with_firm:
            return [f"当前状态为“{self.filing.standing.words}”，不需要上报。"]
        if self.filing.is_shut:
            return [f"{self.filing.period.label}已由市级锁定，不能再上报。"]
        if not self.filing.period.has_begun(self.at.date()):
            return [f"{self.filing.period.label}于 {self.filing.period.opens_on:%Y-%m-%d} 开始填报，还不能上报。"]
        empty = "、".join(table.code for table in self.judgement.tables if not self.has_text(table))
        said = [f"{empty} 还没有填。"] if empty else []
        wrong, unexplained = self.count_wrong(), self.unexplained()
        if wrong:
            said.append(f"{wrong} 处错误须修改。")
        if self.missing:
            said.append(f"{len(self.missing)} 个必填格还空着。")
        if unexplained:
            said.append(f"{len(unexplained)} 处提示须说明。")
        if not said and self.filing.checked != Filing.PASSED:
            said.append(CHECK_FIRST)
        if self.needs_late_request:
            said.append("已过截止日，须先申请补报并经区县同意。")
        if why_not := workflow.why_not_actual(self.filing):
            said.append(why_not)
        return said

    @property
    def needs_check(self) -> bool:
        """Nothing is wrong that the firm could see, but 数据审核 has not been pressed since the last change."""
        return self.obstacles[:1] == [CHECK_FIRST]

    @cached_property
    def late_request(self) -> LateRequest | None:
        return self.filing.late_requests.order_by("-asked_at").first()

    @cached_property
    def needs_late_request(self) -> bool:
        """Past the date, never on time before, and no 补报 in hand; or shut by the lock with nothing approved, or
        only an estimate."""
        return not workflow.why_not_late(self.filing, self.at)

    @property
    def let_in_late(self) -> LateRequest | None:
        """The 补报 granted for what the firm has still to submit."""
        if self.filing.is_shut or not (self.filing.is_with_firm and self.filing.is_past_due(self.at)):
            return None
        return self.late_request if self.late_request and self.late_request.is_in_hand else None

    @cached_property
    def extension_request(self) -> ExtensionRequest | None:
        return self.filing.extension_requests.order_by("-asked_at", "-pk").first()

    @cached_property
    def may_ask_extension(self) -> bool:
        waits = self.extension_request is not None and self.extension_request.is_open
        return self.may_write and not waits and not workflow.why_not_extended(self.filing, self.at)

    @property
    def latest_extension(self) -> date:
        return workflow.latest_extension(self.filing)

    @property
    def earliest_extension(self) -> date:
        return self.filing.due_on + ONE_DAY

    # The district's words, and what has changed

    @cached_property
    def last_return(self) -> Review | None:
        """The return the firm is working on: only while the filing is with the firm because of it. It may be about an
        earlier submission than the newest, when that was sent in answer and recalled."""
        if self.filing.standing not in (Standing.RETURNED, Standing.LET_IN_RETURNED):
            return None
        returns = Review.objects.filter(submission__filing=self.filing, decision=Review.Decision.SEND_BACK)
        return returns.order_by("-at", "-pk").first()

    @property
    def returned_cells(self) -> list[dict]:
        return self.last_return.reasons if self.last_return else []

    @cached_property
    def returned(self) -> list[Returned]:
        """The district's reasons, in its order, each with whether the firm has changed the figure since."""
        if not self.last_return:
            return []
        sent, now = self.last_return.submission.values, self.judgement.values_as_text()
        return [
            Returned(
                reason["reason"],
                self.link_cell(cell) if cell else None,
                sent.get(cell) != now.get(cell) if cell else sent != now,
            )
            for reason in self.returned_cells
            for cell in [reason["cell"]]
        ]

    def returned_in(self, table: Table) -> list[Returned]:
        """What was returned of one table, or of the whole filing without naming a cell."""
        return [returned for returned in self.returned if not returned.link or returned.link.table == table]

    @property
    def untouched_returns(self) -> int:
        """How many returned figures say what they said when they were returned."""
        return sum(not returned.changed for returned in self.returned)

    @cached_property
    def question(self) -> Review | None:
        """The district's open question (查询), waiting for the firm's answer."""
        if self.filing.standing not in (Standing.QUERIED, Standing.LET_IN_QUERIED):
            return None
        return self.filing.in_force.reviews.filter(decision=Review.Decision.QUERY).order_by("-at", "-pk").first()

    @cached_property
    def changes(self) -> list[ChangedCell]:
        """What the draft says differently from the last submission."""
        if not self.filing.in_force or not self.filing.is_with_firm:
            return []
        return self.changes_between(self.filing.in_force.values, self.judgement.values_as_text())

    def changes_between(self, before: dict[str, str], after: dict[str, str]) -> list[ChangedCell]:
        edition = self.filing.edition
        old, new = edition.values_from_text(before), edition.values_from_text(after)
        keys = [key for key in sorted({**old, **new}) if old.get(key) != new.get(key)]
        return [ChangedCell(self.link_cell(key), self.show(key, old), self.show(key, new)) for key in keys]

    def show(self, cell: str, values: dict) -> str:
        at = CellAddress.parse(cell)
        return show(values.get(cell), self.filing.edition.indicator(at.code).decimals_in(at.column)) or "（空白）"

    @property
    def reasons(self) -> tuple[CodeEntry, ...]:
        """What a warning's reason is chosen from."""
        return reasons_of(self.filing.edition)
