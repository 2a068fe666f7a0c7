"""The rows of the workbook read: whose, of which period, under which district, and every figure as its form asks."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from accounts.models import District, Enterprise
from accounts.old_codes import OldCodes
from forms_tables.edition import credit_code as credit_codes
from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition
from forms_tables.edition.periods import BadPeriod, PeriodCode
from forms_tables.filling.parsing import Problem, parse
from reporting.history.districts import Districts, NoDistrict
from reporting.history.heads import FREQUENCIES, NOT_OF_THESE, Heads, Meant
from reporting.history.sheets import CHECKED, CODE, DISTRICT, NAME, PERIOD, HistoryProblem, HistorySheet
from reporting.models import published_edition
from reporting.models.in_force import Ungoverned, edition_in_force, stretches
from reporting.models.period import Period
from text.incoming import hidden_mark, without_hidden
from text.sheets import SheetCell, SheetRow
from text.shortened import shortened

MONTH = re.compile(r"([12][0-9]{3})(?:-|/|\.|年)([0-9]{1,2})月?")
YEAR = re.compile(r"([12][0-9]{3})年年报")
LONGEST_NOTE = 200


@dataclass(frozen=True)
class HistoryRow:
    """One firm's figures of one period, as they would be kept."""

    number: int
    enterprise: Enterprise
    period: PeriodCode
    edition: Edition
    district: District
    values: Mapping[str, Decimal | str]
    heads: Mapping[str, str]  # how the file calls its cells
    note: str = ""

    @property
    def whose(self) -> tuple[int, str]:
        return self.enterprise.pk, self.period.code


class _NotTaken(Exception):
    """Why a row is not taken: column and sentence."""

    def __init__(self, column: str, why: str):
        self.column, self.why = column, why


@dataclass
class HistoryReading:
    """Reads the rows of one file beside the register as it is; `today` is the office's day."""

    sheet: HistorySheet
    today: date
    problems: list[HistoryProblem] = field(default_factory=list)
    editions: dict[str, Edition] = field(default_factory=dict)  # by the period
    forms: dict[tuple[str, str], dict[int, Meant]] = field(default_factory=dict)  # what its heads mean in those it has

    doubtful: dict[int, str] = field(default_factory=dict)  # the columns that stand in the way, and why

    @cached_property
    def heads(self) -> Heads:
        return Heads(self.sheet)

    @cached_property
    def firms(self) -> dict[str, Enterprise]:
        return {firm.credit_code: firm for firm in Enterprise.objects.all()}

    @cached_property
    def old_codes(self) -> OldCodes:
        return OldCodes()

    @cached_property
    def districts(self) -> Districts:
        return Districts()

    def rows(self) -> list[HistoryRow]:
        found = [read for row in self.sheet.rows if (read := self.row(row))]
        self.tell_unknown_heads()
        return found

    def row(self, row: SheetRow) -> HistoryRow | None:
        try:
            return self.taken(row)
        except _NotTaken as refused:
            self.problems.append(HistoryProblem(row.number, refused.column, refused.why))
            return None

    def taken(self, row: SheetRow) -> HistoryRow | None:
        if row.hidden:
            raise _NotTaken("", "这一行是隐藏的，看不见的数不导入。请取消隐藏，或删去这一行。")
        firm, period = self.firm(row), self.period(row)
        self.is_history(firm, period)
        edition = self.edition(period)
        district = self.district(row, firm, period)
        before = len(self.problems)
        values = dict(self.values(row, edition, period))
        if len(self.problems) > before:
            return None
        if not values:
            raise _NotTaken("", f"{period.label}这一行没有一个数。没有数的期不用列，请删去这一行或补上数。")
        self.has_its_base(edition, period, values)
        note = self.text(row, CHECKED)[:LONGEST_NOTE]
        return HistoryRow(row.number, firm, period, edition, district, values, self.called(edition, period), note)

    def said(self, row: SheetRow, head: str) -> SheetCell | None:
        return row.cells.get(self.sheet.places[head]) if head in self.sheet.places else None

    def text(self, row: SheetRow, head: str) -> str:
        cell = self.said(row, head)
        if cell is None:
            return ""
        if cell.problem:
            raise _NotTaken(head, f"{cell.reference} {cell.problem}")
        return without_hidden(cell.text).strip()

    def firm(self, row: SheetRow) -> Enterprise:
        text, cell = self.text(row, CODE), self.said(row, CODE)
        if cell is None or not text:
            raise _NotTaken(CODE, "没有统一社会信用代码，请补上。")
        if cut := shortened(cell, "credit_code"):
            raise _NotTaken(CODE, cut)
        code = credit_codes.normalise(text)
        called = self.firms[code].name if code in self.firms else self.text(row, NAME)
        if became := self.old_codes.sentence(code, called):
            raise _NotTaken(CODE, became)
        if (firm := self.firms.get(code)) is None:
            wrong = credit_codes.problem_with(code)
            raise _NotTaken(CODE, wrong or f"名录中没有 {code} 这家企业。请先导入名录，再导入历史。")
        named = self.text(row, NAME)
        if named and (named != firm.name or hidden_mark(named)):
            raise _NotTaken(NAME, f"名录中 {code} 是“{firm.name}”，这里写的是“{named}”。请核对代码。")
        return firm

    def period(self, row: SheetRow) -> PeriodCode:
        text, cell = self.text(row, PERIOD).translate(credit_codes.FULL_WIDTH), self.said(row, PERIOD)
        if cell is None or not text:
            raise _NotTaken(PERIOD, "没有报告期，请补上，写作 2023M12 或 2023A。")
        if no_year := shortened(cell, "month"):
            raise _NotTaken(PERIOD, no_year)
        if isinstance(cell.value, date):
            text = text[:7]  # of a month Excel makes its first day
        try:
            if month := MONTH.fullmatch(text):
                return PeriodCode(int(month[1]), int(month[2]))
            year = YEAR.fullmatch(text)
            return PeriodCode(int(year[1])) if year else PeriodCode.parse(text.upper())
        except BadPeriod as wrong:
            raise _NotTaken(PERIOD, str(wrong)) from wrong

    def is_history(self, firm: Enterprise, period: PeriodCode) -> None:
        if period.end >= self.today:
            raise _NotTaken(PERIOD, f"{period.label}还没有结束，不是历史。由企业到期自己上报。")
        if firm.left_on and firm.left_on < period.begin:
            raise _NotTaken(PERIOD, f"名录中该企业 {firm.left_on:%Y-%m-%d} 起已停报，没有{period.label}的数。请核对。")

    def edition(self, period: PeriodCode) -> Edition:
        if period.code not in self.editions:
            try:
                self.editions[period.code] = published_edition(edition_code_of(period))
            except Ungoverned as ungoverned:
                raise _NotTaken(PERIOD, f"{ungoverned}，不知道按哪一套表读。{ungoverned.remedy}。") from ungoverned
        return self.editions[period.code]

    def district(self, row: SheetRow, firm: Enterprise, period: PeriodCode) -> District:
        try:
            return self.districts.on(firm, period.end, self.text(row, DISTRICT))
        except NoDistrict as none:
            raise _NotTaken(DISTRICT, str(none)) from none

    def values(self, row: SheetRow, edition: Edition, period: PeriodCode) -> Iterator[tuple[str, Decimal | str]]:
        """Every cell with something in it; of one that cannot be read the file is told, and the others are read."""
        key = edition.code, period.frequency
        meant = self.forms[key] = self.forms.get(key) or self.heads.read_by(edition, period.frequency)
        for place, head in self.sheet.cells.items():
            cell = row.cells.get(place)
            text = cell.text.strip() if cell else ""
            if cell is None or not (text or cell.formula) or self.heads.ended(place):
                continue
            if cell.problem or cell.hidden:
                why = cell.problem or "在隐藏的列里，看不见的数不导入。请取消隐藏，或删去这一列。"
                self.problems.append(HistoryProblem(row.number, head, f"{cell.reference} {why}"))
                continue
            if meant[place] is NOT_OF_THESE:
                if self.is_asked(place, edition, period):
                    form = FREQUENCIES[period.frequency]
                    why = f"“{head}”不是{form}的指标，{period.label}这一行不应有数。请核对报告期。"
                    self.problems.append(HistoryProblem(row.number, head, why))
                continue
            if meant[place].why:
                self.doubtful.setdefault(place, meant[place].why)
                continue
            value = self.value(cell, text, edition, meant[place].cell)
            if isinstance(value, Problem):
                self.problems.append(HistoryProblem(row.number, head, value.problem))
            elif value is not None:
                yield meant[place].cell, value

    def called(self, edition: Edition, period: PeriodCode) -> Mapping[str, str]:
        meant = self.forms[edition.code, period.frequency]
        return {one.cell: self.sheet.cells[place] for place, one in meant.items() if one.cell}

    def has_its_base(self, edition: Edition, period: PeriodCode, values: Mapping[str, Decimal | str]) -> None:
        """Where the file has the column that growth and shares rest on, no row may leave it blank."""
        base = edition.platform.base(period.frequency)
        for place, meant in self.forms[edition.code, period.frequency].items():
            if meant.cell == base != "" and base not in values:
                raise _NotTaken(self.sheet.cells[place], f"{edition.place_of(base)}为空；没有发生额请填0。")

    def value(self, cell: SheetCell, text: str, edition: Edition, key: str) -> Decimal | str | None | Problem:
        at = CellAddress.parse(key)
        row = edition.indicator(at.code)
        value = parse(row, at.column, text)
        if cut := shortened(cell, row.kind_in(at.column)):
            return Problem(row.table, at.code, at.column, cut)
        return value

    def is_asked(self, place: int, edition: Edition, period: PeriodCode) -> bool:
        """Whether the other forms of the edition have this column, so that its figure stands in a wrong row."""
        other = next(frequency for frequency in FREQUENCIES if frequency != period.frequency)
        return self.heads.read_by(edition, other)[place] is not NOT_OF_THESE

    def tell_unknown_heads(self) -> None:
        """Once of the head, and not of each row below it."""
        both = [
            self.heads.read_by(edition, frequency)
            for edition in set(self.editions.values())
            for frequency in FREQUENCIES
        ]
        for place, head in self.sheet.cells.items():
            if place in self.doubtful:
                self.problems.append(HistoryProblem(1, head, self.doubtful[place]))
            elif both and not self.heads.ended(place) and all(meant[place] is NOT_OF_THESE for meant in both):
                self.problems.append(HistoryProblem(1, head, unknown(head, self.sheet.renamed.get(head, ""))))


def unknown(head: str, now: str) -> str:
    said = f"对照表把“{head}”对照为“{now}”，制度里没有它" if now else f"制度里没有叫“{head}”的单元格、指标代码或名称"
    return f"{said}。旧代码请写进对照表；不导入的列请删去。"


def edition_code_of(period: PeriodCode) -> str:
    """Under which edition a past period's cells are named: its own where it was opened here, the one that governs it,
    or, before any did, the first there is."""
    opened = Period.objects.filter(pk=period.code).values_list("edition_code", flat=True).first()
    if opened:
        return opened
    known = stretches()
    return known[0].family if known and period < known[0].first else edition_in_force(period)
