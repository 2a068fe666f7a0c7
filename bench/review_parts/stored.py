"""What the firms of a city of habits reported, as the record has it: the month before and last year's approved, the
month itself waiting for its districts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from accounts.models import District, Enterprise, Residence, User
from bench.city_parts.filling import EDITION, office
from bench.review_parts.plausible import CLASSES, Figures, Habits
from forms_tables.edition.periods import PeriodCode
from forms_tables.filling.completion import Facts
from reporting.filing.judging import Judgement, Values, judge_cells
from reporting.models import Deadline, Filing, Period, State, Submission

AT = datetime(2024, 7, 8, 2, 0, tzinfo=UTC)
YEAR, YEAR_BEFORE = 2024, 2023
PREV, YEAR_AGO = "prev", "year_ago"  # the notation's words for the periods behind a month
SIZES = ((10_000, "1"), (1_000, "2"), (50, "3"), (0, "4"))  # revenue of a year, in 万元, and 单位规模
INDUSTRIES = ("6513", "6531", "6440")


@dataclass(frozen=True)
class City:
    firms: Sequence[Enterprise]
    districts: Sequence[District]
    period: PeriodCode  # the month that waits
    history: Mapping[str, Sequence[Mapping[str, str] | None]]  # by the notation's word, what each firm's cells said
    by: User


def register(habits: Habits, month: int) -> City:
    """The firms in their districts, with what they reported before a month."""
    districts, _, by = office()
    yearly = habits.flows["2010"][:, 0].sum(axis=1)
    firms = Enterprise.objects.bulk_create(
        Enterprise(
            credit_code=f"9150{number:014d}", name=f"重庆第{number}软件有限公司", joined_on=date(2020, 1, 1),
            attributes={
                "A22": INDUSTRIES[habits.klass[number]], "A24": next(code for least, code in SIZES if revenue >= least),
                "A34": "1", "A36": "否", "A37": "否", "A38": "否", "A39": "否", "A40": "0", "A41": "否",
            },
        )
        for number, revenue in enumerate(yearly)
    )  # fmt: skip
    homes = [districts[number % len(districts)] for number in range(len(firms))]
    Residence.objects.bulk_create(
        Residence(enterprise=firm, district=home, since=firm.joined_on) for firm, home in zip(firms, homes, strict=True)
    )
    history = {YEAR_AGO: as_cells(habits.said(YEAR_BEFORE, month), habits.is_new)}
    if month > 2:  # January is reported with February, which has no month before it
        history[PREV] = as_cells(habits.said(YEAR, month - 1))
    city = City(firms, homes, PeriodCode(YEAR, month), history, by)
    for word, cells in history.items():
        be_filed(city, city.period.behind(word), cells, [None] * len(firms), State.APPROVED)
    return city


def as_cells(figures: Figures, nobody: Sequence[bool] | None = None) -> list[Mapping[str, str] | None]:
    """The cells of each firm, its sums worked out; nothing of a firm that was not there."""
    total = sum(figures[code] for code in CLASSES)
    exported = figures["2041"] + figures["2043"]
    columns = {**figures, "2020": total, "2040": exported}
    texts = {
        f"{code}.c1": [f"{value:.0f}" if code == "2112" else f"{value:.2f}" for value in column.tolist()]
        for code, column in columns.items()
    } | {f"{code}.c1": ["0.00"] * len(total) for code in ("2024", "20241", "20421", "2042")}
    texts["2113.c1"] = ["8.0"] * len(total)
    rows = [dict(zip(texts, row, strict=True)) for row in zip(*texts.values(), strict=True)]
    return [None if nobody is not None and nobody[at] else row for at, row in enumerate(rows)]


def judged(city: City, at: int, cells: Mapping[str, str]) -> Judgement:
    """What 数据审核 says of a firm's month, beside what it reported before."""
    history: dict[str, Values] = {
        word: EDITION.values_from_text(cells[at]) for word, cells in city.history.items() if cells[at]
    }
    parameters = {name: parameter.default for name, parameter in EDITION.parameters.items()}
    facts = Facts(period=city.period, attributes=city.firms[at].attributes, parameters=parameters, history=history)
    return judge_cells(EDITION, typed_of(city, at, cells), facts)


def typed_of(city: City, at: int, cells: Mapping[str, str]) -> dict[str, str]:
    """What a firm types: its own column, and noughts for last year where it was not there."""
    computed = ("2020.", "2024.", "2040.", "2042.")
    own = {cell: text for cell, text in cells.items() if not cell.startswith(computed)}
    return own if city.history[YEAR_AGO][at] else own | {cell.replace(".c1", ".c2"): "0" for cell in own}


def be_filed(
    city: City,
    code: PeriodCode,
    cells: Sequence[Mapping[str, str] | None],
    judgements: Sequence[Judgement | None],
    state: State,
) -> list[Filing]:
    """One period in the record, every firm on time."""
    period = Period.objects.create(code=code.code, edition_code=EDITION.code, opens_on=code.end + timedelta(days=1))
    for days, (level, _) in enumerate(Deadline.LEVELS, start=11):
        day = code.end + timedelta(days=days)
        Deadline.objects.create(period=period, level=level, date=day, nominal=day, why="")
    rows = [(at, said, judgement) for at, (said, judgement) in enumerate(zip(cells, judgements, strict=True)) if said]
    filings = Filing.objects.bulk_create(
        Filing(enterprise=city.firms[at], period=period, district=city.districts[at], state=state, checked="passed")
        for at, _, _ in rows
    )
    frozen = Submission.objects.bulk_create(
        Submission(
            filing=filing, number=1, receipt=f"{code}-{filing.pk}", tables=["软统企6"], edition_code=EDITION.code,
            values=judgement.values_as_text() if judgement else said, edition_digest=EDITION.digest,
            attributes=city.firms[at].attributes, findings=judgement.findings_as_json() if judgement else [],
            signer="王经理", on_time=True, submitted_by=city.by, submitted_at=AT, from_state=State.DRAFT,
        )
        for filing, (at, said, judgement) in zip(filings, rows, strict=True)
    )  # fmt: skip
    for filing, submission in zip(filings, frozen, strict=True):
        filing.in_force = submission
        if state == State.APPROVED:
            filing.approved = filing.counted = submission
    Filing.objects.bulk_update(filings, ["in_force", "approved", "counted"], batch_size=500)
    return filings
