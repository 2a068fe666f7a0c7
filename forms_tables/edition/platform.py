"""What the platform needs of an edition: which of its rows, lists and rules are the ones that screens, totals and the
workflow speak of, and what city and office are called. No row, list or rule stands in Python.

It is the section platform.toml of an edition's folder. It says how the platform reads the tables, not what firms are
asked, so it lies outside the digest; a revision takes its family's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

FIRM, CITY = "firm", "city"


@dataclass(frozen=True)
class City:
    """Names on screens and in letters."""

    name: str  # 重庆市
    short: str  # 重庆
    office: str
    site: str  # as letters sign, and as their sender
    survey: str  # in full
    short_office: str = "市级主管部门"  # behind a person's name
    association: str = "市软件行业协会"
    who_reports: str = ""
    where: str = ""  # beside the choice of the district
    notice: str = ""  # the document the dates rest on


@dataclass(frozen=True)
class Rows:
    """The rows of the questionnaire that are a firm's own."""

    credit_code: str = ""
    organisation_code: str = ""
    name: str = ""
    district: str = ""
    scope: str = ""  # 纳统类别: why the firm reports
    industry: str = ""
    ownership: str = ""
    size: str = ""
    park: str = ""
    founded: str = ""
    key_firm: str = ""  # whether the city follows the firm month by month
    signer: str = ""  # 单位负责人
    # What the register knows of the firm's contact, and who fills in the form: offered in these rows.
    contact: str = ""  # 统计负责人
    filler: str = ""  # 填表人
    phone: str = ""
    mobile: str = ""
    email: str = ""


@dataclass(frozen=True)
class HeadlineCells:
    """Cells of the forms of one frequency."""

    headline: str = ""  # the figure the whole survey is for
    base: str = ""  # by which the filers' share of last year is told
    employed: str = ""  # the people by whom the base is earned
    profit: str = ""  # what is left of the base
    main: tuple[str, ...] = ()  # what the ministry's table of districts shows, in its order


@dataclass(frozen=True)
class RegisterFact:
    """A row of the questionnaire that the register keeps for each firm."""

    code: str
    by: str  # who writes it: the firm, or the city (its named lists)
    short: str = ""  # where there is little room: the head of a column, a mark behind a firm's name
    unnamed: str = ""  # what stands for a firm that is not on the city's list
    required: bool = False  # of the firm, when it changes its facts
    question: str = ""  # of whoever applies
    listed_as: str = ""  # in the filter of the register
    plain: Mapping[str, str] = field(default_factory=dict)  # its codes in plain words


@dataclass(frozen=True)
class Reasons:
    """The list from which a warning's reason is chosen, and its code that wants words of one's own."""

    list: str
    other: str = ""


@dataclass(frozen=True)
class Coefficient:
    """The firm's own coefficient `parameter`: the official ones, each `official` + a row's code, weighted by what the
    firm filed last year in that row's `column`."""

    parameter: str
    official: str
    column: str

    def row_of(self, parameter: str) -> str:
        """The row an official coefficient is for; nothing where it is none."""
        return parameter.removeprefix(self.official) if parameter.startswith(self.official) else ""

    def cell_of(self, parameter: str) -> str:
        return f"{self.row_of(parameter)}.{self.column}"


@dataclass(frozen=True)
class ScanRule:
    """The stamped paper is asked for where this figure of the annual reaches the city's parameter."""

    figure: str
    least: str


@dataclass(frozen=True)
class Papers:
    """What is printed at the upper right of a form that does not say it itself, and until when the survey is approved.
    Where `valid_until` is not known the form leaves room for it."""

    authority: str = ""  # 制定机关
    approved_by: str = ""  # 批准机关
    document: str = ""  # 文号
    valid_until: str = ""  # 有效期至


@dataclass(frozen=True)
class Tile:
    code: str
    name: str
    row: int
    column: int


@dataclass(frozen=True)
class Platform:
    city: City
    rows: Rows = Rows()
    figures: Mapping[str, HeadlineCells] = field(default_factory=dict)  # by frequency
    classes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by frequency: cells the headline consists of
    facts: Mapping[str, RegisterFact] = field(default_factory=dict)  # by code, in the order of the forms
    columns: tuple[str, ...] = ()  # facts in the register's workbook, in its order
    marks: tuple[str, ...] = ()  # facts shown behind a firm's name
    questions: tuple[str, ...] = ()  # facts asked of whoever applies, in order
    reasons: Reasons | None = None
    rules: Mapping[str, str] = field(default_factory=dict)  # what the workflow enforces → the rule that says so
    about_unit: frozenset[str] = frozenset()  # rules that suspect a mistaken unit
    about_growth: frozenset[str] = frozenset()  # rules that can wait while a unit is in doubt
    coefficient: Coefficient | None = None
    scan: ScanRule | None = None
    papers: Papers = Papers()
    tiles: Mapping[str, Tile] = field(default_factory=dict)
    outlines: str = ""  # the file beside platform.toml that draws the districts (forms_tables.edition.outlines)
    industries: Mapping[str, str] = field(default_factory=dict)  # by the first two signs of a firm's industry
    sources: Mapping[str, str] = field(default_factory=dict)  # what the definitions cite by a mark

    def headline(self, frequency: str) -> str:
        """The cell of the headline figure; nothing where the edition names none."""
        return self.figures.get(frequency, HeadlineCells()).headline

    def base(self, frequency: str) -> str:
        return self.figures.get(frequency, HeadlineCells()).base

    def employed(self, frequency: str) -> str:
        return self.figures.get(frequency, HeadlineCells()).employed

    def profit(self, frequency: str) -> str:
        return self.figures.get(frequency, HeadlineCells()).profit

    def main(self, frequency: str) -> tuple[str, ...]:
        return self.figures.get(frequency, HeadlineCells()).main

    @property
    def firm_writes(self) -> tuple[str, ...]:
        return tuple(code for code, fact in self.facts.items() if fact.by == FIRM)

    @property
    def city_writes(self) -> tuple[str, ...]:
        """The city's named lists."""
        return tuple(code for code, fact in self.facts.items() if fact.by == CITY)

    @property
    def unnamed(self) -> dict[str, str]:
        """What the city's lists say of a firm that is on none."""
        return {code: self.facts[code].unnamed for code in self.city_writes}
