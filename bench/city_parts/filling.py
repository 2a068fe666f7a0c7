"""A city of any size, twelve months and one annual, filled in bulk: every figure drawn anew, half of them nought."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial

import numpy as np
from django.core.management.color import no_style
from django.db import connection, transaction

from accounts.models import District, Enterprise, Residence, User
from forms_tables.edition.catalog import Edition, load_edition
from forms_tables.edition.model import FIGURE_KINDS
from forms_tables.edition.periods import PeriodCode
from reporting.models import Deadline, Filing, Period, State, Submission

EDITION = load_edition("chongqing-2024")
AT = datetime(2024, 6, 14, 1, 30, tzinfo=UTC)
NIGHT = datetime(2025, 1, 12, 12, 0, tzinfo=UTC)  # the last month may be filed and decided on
MONTHS = [f"2024M{month:02d}" for month in range(1, 13)]
ANNUAL = "2023A"
CHUNK = 2000
WAITING = 20  # one filing in so many waits for its district
DIVISIONS = ["6410", "6421", "6422", "6511", "6512", "6513", "6520", "6531", "6540", "6550", "6560", "6571", "6579"]


@dataclass(frozen=True)
class Filled:
    codes: list[str]  # the annual, then the months; of the last some wait for their districts
    reviewers: dict[int, User]  # of each district
    city: User
    seconds: float


def office() -> tuple[list[District], dict[int, User], User]:
    """The districts of the day, who reviews in each, and the city; made once."""
    for position, each in enumerate(EDITION.districts):
        District.objects.update_or_create(
            code=each.code,
            defaults={"name": each.name, "kind": each.kind, "position": position, "valid_from": each.valid_from}
            | {"valid_to": each.valid_to},
        )
    districts = list(District.objects.valid_on(date(2024, 5, 31)))
    reviewers = {
        each.pk: User.objects.get_or_create(username=each.code, name=each.name, role="district", district=each)[0]
        for each in districts
    }
    return districts, reviewers, User.objects.get_or_create(username="bench-city", name="市级", role=User.Role.CITY)[0]


def fill(size: int, months: int = len(MONTHS), seed: int = 14) -> Filled:
    """Firms, and what each filed. What is waiting may be approved; it has the newest submissions."""
    begun = time.perf_counter()
    districts, reviewers, city = office()
    dice = np.random.default_rng(seed)
    with transaction.atomic():
        firms = [
            Enterprise(credit_code=f"9150{number:014d}", name=f"重庆第{number}软件有限公司", joined_on=date(2020, 1, 1))
            for number in range(size)
        ]
        firms = Enterprise.objects.bulk_create(firms, batch_size=CHUNK)
        homes = dice.integers(0, len(districts), size)
        Residence.objects.bulk_create(
            [
                Residence(enterprise=firm, district=districts[home], since=date(2020, 1, 1))
                for firm, home in zip(firms, homes, strict=True)
            ],
            batch_size=CHUNK,
        )
        keys = [firm.pk for firm in firms]
        codes = [ANNUAL, *MONTHS[:months]]
        for code in codes:
            waiting = dice.random(size) < (1 / WAITING if code == codes[-1] else 0)
            fill_period(code, keys, [districts[home].pk for home in homes], waiting.tolist(), city, dice)
    return Filled(codes, reviewers, city, time.perf_counter() - begun)


def fill_period(
    code: str, firms: list[int], homes: list[int], waiting: list[bool], by: User, dice: np.random.Generator
) -> None:
    parsed = PeriodCode.parse(code)
    period = Period.objects.create(code=code, edition_code=EDITION.code, opens_on=parsed.end + timedelta(days=1))
    for days, (level, _) in enumerate(Deadline.LEVELS, start=11):
        day = parsed.end + timedelta(days=days)
        Deadline.objects.create(period=period, level=level, date=day, nominal=day, why="")
    first_filing, first = next_key(Filing), next_key(Submission)
    tables = json.dumps([table.code for table in EDITION.tables if table.frequency == parsed.frequency])

    def filings() -> Iterator[dict]:
        for number, (firm, home) in enumerate(zip(firms, homes, strict=True)):
            counts = None if waiting[number] else first + number
            yield {
                "id": first_filing + number, "enterprise": firm, "period": code, "district": home, "checked": "passed",
                "state": State.SUBMITTED if waiting[number] else State.APPROVED, "checked_at": None, "late": False,
                "extended_to": None, "after_lock": False, "exempt_at_lock": False, "in_force": first + number,
                "approved": counts, "counted": counts, "superseded_by": None,
            }  # fmt: skip

    def submissions() -> Iterator[dict]:
        for number, values in enumerate(texts(EDITION, parsed, len(firms), dice)):
            yield {
                "id": first + number, "filing": first_filing + number, "number": 1, "receipt": f"{code}-{number}",
                "verification": f"{code}{number}", "values": values, "attributes": "{}", "tables": tables,
                "edition_code": EDITION.code, "edition_digest": EDITION.digest, "findings": "[]", "explanations": "[]",
                "signer": "王经理", "reason": "", "estimated": False, "on_time": True, "due_on": None,
                "extended": False, "submitted_by": by.pk, "stood_in": "", "submitted_at": AT,
                "from_state": State.DRAFT, "opened_at": None, "opened_by": None, "recalled_at": None,
            }  # fmt: skip

    insert(Filing, filings())
    insert(Submission, submissions())


def next_key(model) -> int:
    last = model.everywhere.order_by("-pk") if hasattr(model, "everywhere") else model.objects.order_by("-pk")
    return (last.values_list("pk", flat=True).first() or 0) + 1


def insert(model, rows: Iterator[dict]) -> None:
    """Past the models, which would write each JSON again."""
    fields = model._meta.concrete_fields
    names = ", ".join(f'"{field.column}"' for field in fields)
    statement = f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({", ".join(["%s"] * len(fields))})'
    is_text = {"values", "attributes", "tables", "findings", "explanations"}

    def given(row: dict) -> list:
        return [row[f.name] if f.name in is_text else f.get_db_prep_save(row[f.name], connection) for f in fields]

    batch: list[list] = []
    with connection.cursor() as cursor:
        for row in rows:
            batch.append(given(row))
            if len(batch) == CHUNK:
                cursor.executemany(statement, batch)
                batch = []
        if batch:
            cursor.executemany(statement, batch)
        for sql in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(sql)


def texts(edition: Edition, period: PeriodCode, size: int, dice: np.random.Generator) -> Iterator[str]:
    """The JSON of each submission's cells."""
    rows = [row for table in edition.tables if table.frequency == period.frequency for row in table.indicators]
    said: list[str] = []
    drawers: list[Callable[[int], list[list]]] = []
    for row, key in [(each, key) for each in rows for key in each.columns]:
        spelt = row.code
        if row.kind_in(key) in FIGURE_KINDS:
            places = row.decimals_in(key) or 0
            spelt = f"%d.%0{places}d" if places else "%d"
            drawers.append(partial(figures, dice, places))
        elif row.choices is not None or row.kind == "yes_no":
            codes = [entry.code for entry in row.choices.entries] if row.choices else ["是", "否"]
            spelt = "%s"
            drawers.append(partial(answers, dice, [code for code in codes if code in DIVISIONS] or codes))
        said.append(f'"{row.code}.{key}": "{spelt}"')
    template = "{" + ", ".join(said) + "}"
    for start in range(0, size, CHUNK):
        many = min(CHUNK, size - start)
        columns = [column for draw in drawers for column in draw(many)]
        for drawn in zip(*columns, strict=True):
            yield template % drawn


def figures(dice: np.random.Generator, places: int, many: int) -> list[list]:
    """Whole numbers and, where there are any, decimals."""
    is_nought = dice.random(many) < 0.5
    drawn = [dice.integers(1, 10**6, many), *([dice.integers(0, 10**places, many)] if places else [])]
    return [np.where(is_nought, 0, each).tolist() for each in drawn]


def answers(dice: np.random.Generator, codes: list[str], many: int) -> list[list]:
    return [[codes[at] for at in dice.integers(0, len(codes), many)]]
