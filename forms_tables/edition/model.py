"""What an edition of the tables is made of. An edition is data (see definitions/); once published it never changes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from forms_tables.edition.address import CellAddress
from forms_tables.edition.concordance import Concordance
from forms_tables.edition.periods import PeriodCode
from forms_tables.edition.platform import Platform

FIGURE_KINDS = frozenset({"money", "usd", "number", "count", "percent", "coefficient"})
ADDITIVE_KINDS = frozenset({"money", "usd", "number", "count"})
CHOICE_KINDS = frozenset({"code", "codes", "activity"})  # read against a code list
IDENTITY_KINDS = frozenset({"credit_code", "organisation_code", "stock_code"})
CONTACT_KINDS = frozenset({"phone", "mobile", "email", "postal_code"})
TEXT_KINDS = CHOICE_KINDS | IDENTITY_KINDS | CONTACT_KINDS | {"text", "region", "yes_no", "month", "date"}
KINDS = FIGURE_KINDS | TEXT_KINDS | {"heading"}


@dataclass(frozen=True)
class CodeEntry:
    code: str
    name: str
    note: str = ""


@dataclass(frozen=True)
class CodeList:
    code: str
    title: str
    entries: tuple[CodeEntry, ...]
    source: str
    provenance: str
    from_districts: bool = False  # it names the districts
    also: str = ""  # a pattern of codes that may be used though the list does not name them
    cited: str = field(default="", compare=False)  # its source in words

    def name_of(self, code: str) -> str | None:
        return next((entry.name for entry in self.entries if entry.code == code), None)

    def code_of(self, name: str) -> str | None:
        """The one entry of that exact name; None when there is none or more than one."""
        found = [entry.code for entry in self.entries if entry.name == name]
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True)
class Column:
    """A column of a table. An indicator may change what one column of its row holds (A41.v2 is a date)."""

    key: str
    label: str
    carry: str = ""  # what was filed before, in the notation: year_ago(c1)
    auto: str = ""  # what this column is computed from on the same row: growth(c1, c2)
    applies_when: str = ""
    required: bool = False  # a required row must have something here
    kind: str = ""  # instead of the indicator's
    unit: str = ""
    decimals: int | None = None


def symbol_of(code: str) -> str:
    """The name of a row in the notation, where a name cannot begin with a digit."""
    return f"M{code}" if code[:1].isdigit() else code


@dataclass(frozen=True)
class Indicator:
    code: str
    name: str
    table: str
    unit: str
    hint: str  # what may stand here, in the form's words, where there is no unit
    kind: str
    column_definitions: tuple[Column, ...]
    depth: int
    parent: str
    relation: str  # 分项, 其中 or nothing
    required: bool
    required_when: str
    auto: Mapping[str, str]  # column key, or * for every column without a formula of its own
    applies_when: str
    otherwise: str  # what stands in the row when it does not apply: "0" or blank
    starred: bool
    decimals: int | None
    nonnegative_columns: frozenset[str]
    nonnegative_rule: str
    whole_rule: str
    additive: bool
    nature: str  # 累计, 期末 or nothing
    code_list: str
    choices: CodeList | None
    origin: (
        str  # who writes it when the firm does not: "register" (the city's lists), "submission" (the moment of 上报)
    )
    group: str
    note: str
    source: str
    provenance: str
    unreadable_rule: str = ""  # the rule that a text breaks which cannot be what the row asks for
    cited: str = field(default="", compare=False)  # its source in words

    @property
    def symbol(self) -> str:
        """The name of the row in the notation."""
        return symbol_of(self.code)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        return tuple(column.key for column in self.column_definitions)

    @cached_property
    def _columns(self) -> Mapping[str, Column]:
        return {column.key: column for column in self.column_definitions}

    @property
    def is_heading(self) -> bool:
        return self.kind == "heading"

    @property
    def is_figure(self) -> bool:
        return self.kind in FIGURE_KINDS

    @property
    def nonnegative(self) -> bool:
        return bool(self.nonnegative_columns)

    def column(self, key: str) -> Column:
        try:
            return self._columns[key]
        except KeyError:
            raise KeyError(f"{self.code} has no column {key}") from None

    def kind_in(self, key: str) -> str:
        return self.column(key).kind or self.kind

    def decimals_in(self, key: str) -> int | None:
        column = self.column(key)
        return self.decimals if column.decimals is None else column.decimals

    def formula_in(self, key: str) -> str:
        """What computes the cell: the row's formula for this column, else the column's, else the row's for all."""
        return self.auto.get(key) or self.column(key).auto or self.auto.get("*", "")

    def adds_up_in(self, key: str) -> bool:
        """Whether the city's total of this cell means anything."""
        return self.additive and self.kind_in(key) in ADDITIVE_KINDS

    def place(self, key: str = "") -> str:
        """Where a person finds the cell: 软统企6表2020“软件业务收入合计”的“本年本期累计”."""
        row = f"{self.table}表{self.code}“{self.name}”"
        return f"{row}的“{self.column(key).label}”" if key else row


@dataclass(frozen=True)
class Table:
    code: str
    key: str
    title: str
    frequency: str  # "month" or "annual"
    applies_when: str
    why: str
    why_not: str
    authority: str
    approved_by: str
    document: str
    unit_note: str
    header: tuple[str, ...]
    footer: tuple[str, ...]
    columns: tuple[Column, ...]
    indicators: tuple[Indicator, ...]
    source: str
    provenance: str

    @cached_property
    def rows(self) -> frozenset[str]:
        """The codes of its rows."""
        return frozenset(indicator.code for indicator in self.indicators)

    def column(self, key: str) -> Column:
        for column in self.columns:
            if column.key == key:
                return column
        raise KeyError(f"{self.code} has no column {key}")

    def one_of(self, indicator: Indicator) -> tuple[str, ...]:
        """The rows of which one must be filled (必填其一), each being required while the others are blank."""
        together = {indicator.code, *_blank_before(indicator)}
        rows = [row for row in self.indicators if row.code in together]
        if len(rows) < 2 or any({row.code, *_blank_before(row)} != together for row in rows):
            return ()
        return tuple(row.code for row in rows)


def _blank_before(indicator: Indicator) -> list[str]:
    """The rows that must be blank before this one is required, when that is all that is asked."""
    is_plain = re.fullmatch(r"empty\(\w+\)( and empty\(\w+\))*", indicator.required_when)
    return re.findall(r"empty\(M?(\w+)\)", indicator.required_when) if is_plain else []


@dataclass(frozen=True)
class DistrictDefinition:
    code: str
    name: str
    kind: str  # 区, 县, 自治县, 功能区, 行政区
    valid_from: date
    valid_to: date | None  # the last day it is valid
    successor: str
    note: str

    def is_valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class ParameterBound:
    """What a parameter must be: above, at least, at most or below a figure, or another parameter of that name."""

    side: str  # above, least, most or below
    limit: Decimal | str


@dataclass(frozen=True)
class Parameter:
    name: str
    title: str
    default: Decimal | None  # None: nobody has published it, an administrator must enter it
    unit: str
    note: str
    provenance: str
    settable: bool = True  # whether the city enters it; the note says why not
    bounds: tuple[ParameterBound, ...] = ()


@dataclass(frozen=True)
class SizeStandard:
    """C06: the lower bounds of 大型, 中型, 小型 for one industry; both must be met."""

    industry: str
    divisions: tuple[str, ...]  # first digits of the GB/T 4754 code
    staff: tuple[Decimal, Decimal, Decimal]
    income: tuple[Decimal, Decimal, Decimal]


@dataclass(frozen=True)
class Rule:
    id: str
    level: str  # "error" or "warning"
    kind: str  # "rule", "cell", "derived" or "workflow"
    where: str
    columns: tuple[str, ...] = ()
    each: tuple[str, ...] = ()
    when: str = ""
    texts: tuple[str, ...] = ()
    message: str = ""
    formula: str = ""
    basis: str = ""
    note: str = ""
    waits_for: tuple[str, ...] = ()  # parameters without which it, or a part of it, cannot be judged
    cited: str = field(default="", compare=False)  # its basis in words


@dataclass(frozen=True, eq=False)  # an edition is itself: what is worked out from it once is kept by it
class Edition:
    code: str
    title: str
    basis: str
    valid_from: int
    valid_to: int | None
    tables: tuple[Table, ...]
    indicators: Mapping[str, Indicator]
    code_lists: Mapping[str, CodeList]
    districts: tuple[DistrictDefinition, ...]
    size_standards: tuple[SizeStandard, ...]
    parameters: Mapping[str, Parameter]
    rules: tuple[Rule, ...]
    digest: str
    platform: Platform  # outside the digest: how the platform reads the tables
    concordance: Concordance = Concordance()

    def __repr__(self) -> str:
        return f"<Edition {self.code}>"  # not its thousands of parts, in every message that shows a scope

    @property
    def family(self) -> str:
        """The code of the first edition of which this is one, or a revision."""
        return self.code.partition("@")[0]

    def table(self, code: str) -> Table:
        for table in self.tables:
            if table.code == code:
                return table
        raise KeyError(f"{self.code} has no table {code}")

    def indicator(self, code: str) -> Indicator:
        return self.indicators[code]

    def rule(self, rule_id: str) -> Rule:
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise KeyError(f"{self.code} has no rule {rule_id}")

    def has_cell(self, key: str) -> bool:
        """Whether "2020.c1" is a cell of one of the tables."""
        at = CellAddress.parse(key)
        return at.code in self.indicators and at.column in self.indicators[at.code].columns

    def is_carried(self, key: str) -> bool:
        """Whether the cell's column is filled from what was filed before."""
        at = CellAddress.parse(key)
        return bool(self.indicators[at.code].column(at.column).carry)

    def place_of(self, key: str) -> str:
        """The place of a cell in the form's words. One that a revision dropped is told by its code."""
        if not self.has_cell(key):
            return f"单元格 {key}（现行表式已无此项）"
        at = CellAddress.parse(key)
        return self.indicators[at.code].place(at.column)

    def values_as_text(self, values: Mapping[str, Decimal | str | None]) -> dict[str, str]:
        """Cells as they are frozen: figures with the decimals of their row, text as it is, blanks left out."""
        formats = self._formats
        return {
            key: value if isinstance(value, str) else format(value, formats[key])
            for key, value in values.items()
            if value is not None
        }

    @cached_property
    def _formats(self) -> Mapping[str, str]:
        """How a figure in each cell is written: “.2f” with two decimals, “” as it is."""
        return {
            f"{indicator.code}.{key}": "" if (decimals := indicator.decimals_in(key)) is None else f".{decimals}f"
            for indicator in self.indicators.values()
            for key in indicator.columns
        }

    def values_from_text(self, texts: Mapping[str, str]) -> dict[str, Decimal | str]:
        """Frozen cells (decimal strings and text) as values; cells the edition lacks are left out."""
        reads = self._reads
        return {key: read(text) for key, text in texts.items() if (read := reads.get(key))}

    @cached_property
    def _reads(self) -> Mapping[str, type[Decimal] | type[str]]:
        """How the frozen text of each cell is read."""
        return {
            f"{indicator.code}.{key}": Decimal if indicator.kind_in(key) in FIGURE_KINDS else str
            for indicator in self.indicators.values()
            for key in indicator.columns
        }

    def districts_on(self, day: date) -> tuple[DistrictDefinition, ...]:
        return tuple(district for district in self.districts if district.is_valid_on(day))

    def tables_for(self, period: PeriodCode, attributes: Mapping[str, str]) -> tuple[Table, ...]:
        """The tables an enterprise owes for a period; attributes are its row in the register, by code."""
        return tuple(
            table
            for table in self.tables
            if table.frequency == period.frequency and _holds(table.applies_when, attributes)
        )


def _holds(condition: str, attributes: Mapping[str, str]) -> bool:
    """Conditions of a table are plain: a row == '是', or one of several."""
    wanted = re.findall(r"(?:M(?=[0-9]))?(\w+) == '([^']+)'", condition)
    return not wanted or any(attributes.get(name, "") == value for name, value in wanted)
