"""What does not change of a period that is locked, in two files beside its stored columns: what each firm said and when
it came (`evening`), and what was estimated of the late ones beside what they came to say (`late`). Made again when what
counts in the period is another, and rebuilt from the record like the columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np
import polars as pl

from forms_tables.edition.periods import PeriodCode
from reporting.city_columns.counted import refresh
from reporting.city_columns.files import Broken, identity, in_turn, layout, notes_of, path_of, read, write
from reporting.city_columns.kept import FILINGS
from reporting.city_columns.marks import counting_of, mark_of
from reporting.city_columns.scaling import ScaledColumns
from reporting.estimates.lateness import STAGES, LateOnes, late_ones
from reporting.estimates.reading import Evening, own_rows, told
from reporting.estimates.replaying import Past, those_who_came
from reporting.models import Period
from reporting.totals.aggregation import districts_of
from reporting.totals.at_hand import at_hand

EVENING, LATE = "evening", "late"
MADE_AS = 2  # of which shape the files are, and by which method what is in them
LEARNT = 24  # past periods an interval learns from, at most
CITY = ""  # where a district's code stands
COLUMNS = ("missing", "came", "variance", "could_say", "lowest")


def last_before(period: Period) -> Period | None:
    """The one before of the same kind, as far as it was opened here."""
    return next(iter(periods_before(period, 1, locked=False)), None)


def periods_before(period: Period, most: int, locked: bool = True) -> list[Period]:
    """Of the same kind, the newest first."""
    periods = Period.objects.filter(state=Period.LOCKED) if locked else Period.objects.all()
    code, frequency = period.parsed.real, period.parsed.frequency
    coded = [(PeriodCode.parse(each.code), each) for each in periods]
    earlier = sorted((each for each in coded if each[0] < code and each[0].frequency == frequency), reverse=True)
    return [each for _, each in earlier[:most]]


def told_of(period: Period) -> Evening:
    """What a period says; of a locked one as it is kept."""
    last, december = last_before(period), december_of(period)
    areas = [district.code for district in districts_of(period)]
    there = [each for each in (period, last, december) if each]
    marks = counting_of([each.pk for each in there])
    rows = {each.pk: rows_of(each, marks.get(each.pk, "")) for each in there}
    found = [rows[each.pk] if each else None for each in (last, december)]
    return told(period, rows[period.pk], found[0], areas, found[1])


def december_of(period: Period) -> Period | None:
    """Of a year, as far as it was opened here."""
    code = period.parsed.behind("december")
    return Period.objects.filter(pk=code.code).first() if code else None


def rows_of(period: Period, mark: str) -> pl.DataFrame:
    if not period.is_locked:
        stand = (layout(), mark_of(refresh(period.parsed)), identity(path_of(period.pk, FILINGS)))
        return at_hand(f"evening/{period.pk}", stand, lambda: own_rows(period, fresh=False))
    kept = kept_file(period.pk, EVENING, mark)
    if kept is None:
        with in_turn(f"{period.pk}-{EVENING}"):
            kept = own_rows(period)
            write(period.pk, EVENING, ScaledColumns(kept, {}), mark=mark, made_as=MADE_AS)
    return kept


def kept_file(code: str, name: str, mark: str) -> pl.DataFrame | None:
    """None where it is to be made anew."""
    try:
        found = read(code, name)
    except Broken:
        return None
    return found[0].frame if found is not None and is_current(found[1], mark) else None


def past_before(period: Period, roles: Iterable[str], districts: Sequence[str]) -> dict[str, Past]:
    """What the locked periods before showed of their late ones, for each measure, the oldest first."""
    past = periods_before(period, LEARNT + 1)
    marks = counting_of([each.pk for each in past])
    kept: list[tuple[str, str, object]] = []
    for place, each in enumerate(past[:LEARNT]):
        before = past[place + 1].pk if place + 1 < len(past) else ""
        mark = f"{marks.get(each.pk, '')} {before} {marks.get(before, '')}"
        make_sure_of(each, mark)
        kept.insert(0, (each.pk, mark, identity(path_of(each.pk, LATE))))

    def known(role: str, comparable: bool) -> list[LateOnes]:
        found = (as_kept(*each, (role, comparable, tuple(districts))) for each in kept)
        return [each for each in found if each is not None]

    return {role: Past(known(role, False), known(role, True)) for role in roles}


def make_sure_of(period: Period, mark: str) -> None:
    notes = notes_of(period.pk, LATE)
    if notes is None or not is_current(notes, mark):
        with in_turn(f"{period.pk}-{LATE}"):
            write(period.pk, LATE, ScaledColumns(work_out(told_of(period)), {}), mark=mark, made_as=MADE_AS)


def is_current(notes: Mapping[str, object], mark: str) -> bool:
    return notes["mark"] == mark and notes["made_as"] == MADE_AS


def work_out(now: Evening) -> pl.DataFrame:
    """A row for each measure, total and growth, stage and district; none of a period nobody came to."""
    frames = [pl.DataFrame(schema=LATE_ROWS)]
    came, order = those_who_came(now)
    for role in now.measures if len(order) else ():
        figures = came.figures(role)
        for comparable in (False, True):
            late = late_ones(figures, order, comparable)
            places = [*now.districts, CITY]
            flat = {name: getattr(late, name).ravel() for name in COLUMNS}
            stages = np.repeat(np.arange(len(STAGES)), len(places))
            whose = {"stage": stages, "district": places * len(STAGES)}
            rows = pl.DataFrame(whose | flat).with_columns(role=pl.lit(role), comparable=pl.lit(comparable))
            frames.append(rows.select(*LATE_ROWS).cast(pl.Schema(LATE_ROWS)))
    return pl.concat(frames)


LATE_ROWS: dict[str, type[pl.DataType]] = {
    "role": pl.String,
    "comparable": pl.Boolean,
    "stage": pl.Int64,
    "district": pl.String,
    **dict.fromkeys(COLUMNS, pl.Float64),
}


@lru_cache(maxsize=512)
def as_kept(code: str, mark: str, seen: object, asked: tuple[str, bool, tuple[str, ...]]) -> LateOnes | None:
    """Of one measure, its districts in the order asked for; one that the period did not have has nothing missing.
    `seen` tells one file from another."""
    role, comparable, districts = asked
    frame = kept_file(code, LATE, mark)
    if frame is None:
        return None
    rows = frame.filter((pl.col("role") == role) & (pl.col("comparable") == comparable))
    if not rows.height:
        return None
    wanted = pl.DataFrame({"district": [*districts, CITY]})
    columns: dict[str, list] = {name: [] for name in COLUMNS}
    for stage in range(len(STAGES)):
        there = wanted.join(rows.filter(pl.col("stage") == stage), on="district", how="left", maintain_order="left")
        for name in COLUMNS:
            columns[name].append(there[name].fill_null(0.0).to_numpy())
    return LateOnes(**{name: np.array(column) for name, column in columns.items()})
