"""What became of each filing of a firm: typed cells, how far it got, and the judgement that was frozen with it.

Pure: one firm in, its filings out, no database; so thousands can be told on several processors.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from forms_tables.edition.catalog import load_edition
from forms_tables.edition.periods import PeriodCode
from forms_tables.filling.completion import Facts
from forms_tables.notation.names import earlier
from reporting.demo import months, year
from reporting.demo.firms import Firm
from reporting.filing.judging import Judgement, Registered, attributes_for, judge_cells
from reporting.models import State

EDITION = "chongqing-2024"
FX = Decimal("7.10")
FIRST_MONTH = PeriodCode(2022, 6)
OPEN_MONTH = PeriodCode(2024, 5)
OPEN_ANNUAL = PeriodCode(2023)
LAST_LOCKED = OPEN_MONTH.previous()
MONTHS = [PeriodCode(year, month) for year in (2022, 2023, 2024) for month in range(2, 13)]
PERIODS = tuple(sorted([OPEN_ANNUAL, *(month for month in MONTHS if FIRST_MONTH <= month <= OPEN_MONTH)]))

# Fates of the two open periods, in hundredths of the firms; the first firms go through them in turn.
OPEN_FATES = {
    State.NOT_STARTED: 20,
    State.DRAFT: 12,
    State.SUBMITTED: 22,
    State.QUERIED: 2,
    State.RETURNED: 4,
    State.APPROVED: 35,
    State.CITY_QUERIED: 2,
    State.CITY_RETURNED: 1,
    State.AMENDING: 2,
}
REASONS = ("01", "02", "07", "13", "14")


@dataclass
class Story:
    """One filing as it will stand in the record."""

    period: str
    state: str
    typed: dict[str, str]
    judgement: Judgement | None = None
    values: dict[str, str] = field(default_factory=dict)
    findings: list[dict] = field(default_factory=list)
    explanations: list[dict] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    tables: list[str] = field(default_factory=list)
    checked: str = ""
    late: bool = False
    extended: bool = False
    let_in: bool = False
    held_too_long: bool = False  # by its district
    returned_once: bool = False

    @property
    def is_frozen(self) -> bool:
        return bool(self.values)


def stories_of(firm: Firm) -> list[Story]:
    """All filings of a firm in the order of time, each judged against those before it."""
    try:
        return list(_tell(firm))
    finally:
        months.year_of.cache_clear()
        months.flows.cache_clear()
        months.cumulative.cache_clear()


def _tell(firm: Firm) -> Iterator[Story]:
    edition = load_edition(EDITION)
    parameters = {name: parameter.default for name, parameter in edition.parameters.items()} | {"FX": FX}
    attributes = attributes_for(
        edition, Registered(firm.credit_code, firm.name, firm.district, firm.contact), firm.attributes
    )
    filed: dict[PeriodCode, Mapping] = {}
    for period in PERIODS:
        history = {word: filed[code] for word, code in earlier(period).items() if code in filed}
        facts = Facts(period=period, attributes=attributes, parameters=parameters, history=history)
        story = Story(period.code, fate_of(firm, period), typed_for(firm, period, history))
        if story.state == State.NOT_STARTED:
            story.typed = {}
            yield story
            continue
        plant_mistake(firm, period, story)
        judgement = judge_cells(edition, story.typed, facts)
        story.checked = "errors" if judgement.blocks else "passed"
        if story.state == State.DRAFT or judgement.blocks:
            story.state = State.DRAFT if period in (OPEN_MONTH, OPEN_ANNUAL) else State.NOT_STARTED
            yield story
            continue
        freeze(firm, story, judgement)
        filed[period] = judgement.completed.values
        yield story


def freeze(firm: Firm, story: Story, judgement: Judgement) -> None:
    dice = firm.dice(f"filing {story.period}")
    story.values = judgement.values_as_text()
    story.findings = judgement.findings_as_json()
    story.attributes = dict(judgement.facts.attributes)
    story.tables = [table.code for table in judgement.tables]
    story.explanations = [
        {"rule": f.rule, "fingerprint": f.fingerprint, "reason_code": dice.choice(REASONS), "text": ""}
        for f in judgement.warnings
    ]
    story.late = story.state == State.LOCKED and dice.random() < 0.025
    story.returned_once = story.state == State.LOCKED and dice.random() < 0.04
    if story.state == State.LOCKED and not story.late and not story.returned_once:
        story.extended = dice.random() < 0.01
        story.held_too_long = not story.extended and dice.random() < 0.02
    if story.period == LAST_LOCKED.code and story.state == State.LOCKED and firm.number % 45 == 20:
        story.let_in = story.late = True
        story.extended = story.held_too_long = story.returned_once = False


def fate_of(firm: Firm, period: PeriodCode) -> str:
    """How far the filing got by the demonstration's day. Firm 0 has both open periods still before it."""
    dice = firm.dice(f"fate {period}")
    if period not in (OPEN_MONTH, OPEN_ANNUAL):
        return State.NOT_STARTED if dice.random() < 0.015 and firm.number else State.LOCKED
    if firm.number == 0:
        return State.NOT_STARTED
    if firm.number <= len(OPEN_FATES):
        return list(OPEN_FATES)[(firm.number + (period == OPEN_ANNUAL)) % len(OPEN_FATES)]
    return dice.choices(list(OPEN_FATES), list(OPEN_FATES.values()))[0]


def typed_for(firm: Firm, period: PeriodCode, history: Mapping) -> dict[str, str]:
    if period.is_annual:
        return year.annual_cells(firm, period.year)
    return months.monthly_cells(firm, period.year, period.month, "year_ago" in history, "prev" in history)


def plant_mistake(firm: Firm, period: PeriodCode, story: Story) -> None:
    """Half of the drafts have a mistake that clerks make: yuan for 万元, a part above its whole, a blank, words."""
    if story.state != State.DRAFT or firm.number % 2:
        return
    cell = "F302.y" if period.is_annual else "2010.c1"
    part, whole = ("F312.y", "F311.y") if period.is_annual else ("20211.c1", "2021.c1")
    mistake = firm.dice(f"mistake {period}").randrange(4)
    if mistake == 0:
        story.typed[cell] = str(Decimal(story.typed[cell]) * 10_000)
    elif mistake == 1:
        story.typed[part] = str(Decimal(story.typed[whole]) + 100)
    elif mistake == 2:
        del story.typed[part]
    else:
        story.typed[cell] = f"{Decimal(story.typed[cell]) / 10_000:.2f}亿"
