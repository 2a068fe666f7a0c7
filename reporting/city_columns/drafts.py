"""The drafts that are with the firms, completed and stored as columns. A draft is completed again when what was typed,
the firm's entry in the register, a parameter, what stands of its earlier filings or its edition is another."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2b
from uuid import uuid4

import polars as pl
from django.db.models import Count, F, Max, Q, Sum, TextField
from django.db.models.functions import Cast

from accounts.models import Enterprise, JournalEntry
from forms_tables.edition.catalog import Edition
from forms_tables.edition.periods import PeriodCode
from forms_tables.filling.completion import Completed, Facts, plans_of
from forms_tables.filling.completion import complete as complete_form
from forms_tables.notation.names import Cell, Fact, earlier
from reporting.city_columns.files import Broken, notes_of, read, write
from reporting.city_columns.frozen import CHUNK, fact_codes
from reporting.city_columns.kept import FILINGS
from reporting.city_columns.past import coefficients, granted_bases, past_cells, standing_of
from reporting.city_columns.scaling import UNSTORABLE, ScaledColumns, decimal_of, decimals_of_cells, scaled, together
from reporting.filing.judging import Registered, attributes_for, cells_in, facts_for, parameters_in, tables_for
from reporting.models import BaseAdjustment, Filing, ParameterValue, Period, Sheet, published_edition
from reporting.models.asking import asked_of
from reporting.models.standing import WITH_FIRM

DRAFTS = "drafts"
NOT_OF_THE_REGISTER = ("登录", "退出", "修改密码", "导出操作日志", "导出企业名录")
AT_ONCE = 100  # more changes of the register than are ever under way together
Report = Callable[[int, int], None]


def mark_of(period: Period, marks: Mapping[str, str]) -> str:
    """A short word for everything the drafts rest on; four small questions. What stands of the periods is in `marks`;
    a change of the register is known by its line in the journal."""
    weight = F("filing") % 997 + 1
    sheets = Sheet.objects.filter(filing__period=period).aggregate(
        n=Count("pk"), last=Max("pk"), typed=Sum(weight * F("version"))
    )
    bases = BaseAdjustment.objects.filter(filing__period=period, granted=True).aggregate(n=Count("pk"), which=Sum("pk"))
    entered = ParameterValue.objects.filter(Q(period=None) | Q(period=period)).order_by("pk")
    register = JournalEntry.objects.filter(period="").exclude(action__in=NOT_OF_THE_REGISTER).order_by("-pk")
    # Several, not the last alone: a line numbered earlier may be committed later.
    lines = list(register.values_list("pk", flat=True)[:AT_ONCE])
    rests_on = [
        sorted((code.code, marks.get(code.code, "")) for code in {period.parsed, *earlier(period.parsed).values()}),
        list(sheets.values()),
        list(bases.values()),
        [(row.pk, str(row.value)) for row in entered],
        lines,
        period.edition.digest,
    ]
    return blake2b(repr(rests_on).encode(), digest_size=12).hexdigest()


def is_current(period: Period, mark: str) -> bool:
    notes = notes_of(period.code, DRAFTS)
    return bool(notes) and notes["mark"] == mark


def refresh(period: Period, mark: str, again: Callable[[], str], say: Report | None = None) -> str:
    """Bring the stored drafts of a period up to `mark`; the filings of it and of the earlier periods are current. Says
    under which mark they stand now: what moved while they were read (`again` says where it stands) stands under one
    that nobody asks for, since it may move back."""
    if is_current(period, mark):
        return mark
    stamps = stamps_of(period)
    try:
        found = read(period.code, DRAFTS)
    except Broken:
        found = None
    parts = []
    if found and len(found[0]):
        kept = found[0].frame
        current = pl.DataFrame(
            {"filing": list(stamps), "stamp": list(stamps.values())}, schema={"filing": pl.Int64, "stamp": pl.String}
        )
        parts.append(ScaledColumns(kept.join(current, on=["filing", "stamp"], how="semi"), found[0].scales))
    done = set(parts[0].frame["filing"]) if parts else set()
    changed = [pk for pk in stamps if pk not in done]
    parts += completed_drafts(period, changed, stamps, say)
    stored = together(parts)
    if not len(stored):
        stored = ScaledColumns(pl.DataFrame(schema={"filing": pl.Int64, "stamp": pl.String, UNSTORABLE: pl.String}), {})
    if again() != mark:
        mark = uuid4().hex
    write(period.code, DRAFTS, stored, mark=mark)
    return mark


def stamps_of(period: Period) -> dict[int, str]:
    """Every filing with the firm in which something is typed, and a word for what its completion rests on."""
    sheets: dict[int, list] = {}
    drafted = Sheet.objects.filter(asked_of("filing", WITH_FIRM), filing__period=period).exclude(cells={})
    for filing, *sheet in drafted.order_by("filing", "pk").values_list("filing", "pk", "version", "saved_at"):
        sheets.setdefault(filing, []).append(sheet)
    found = read(period.code, FILINGS)
    if not sheets or found is None:
        return {}
    filings = found[0].frame.filter(pl.col("filing").is_in(list(sheets)) & pl.col("with_firm"))
    before = filings.select("enterprise")
    for word, code in earlier(period.parsed).items():
        beside = standing_of(code.code).rename({"standing": word})
        before = before.join(beside, on="enterprise", how="left", maintain_order="left")
    register = registered(filings["enterprise"].to_list())
    granted = granted_bases(period.code)
    common = {
        code: _rests_on(period.judged_by(published_edition(code)), period) for code in filings["edition"].unique()
    }
    stamps = {}
    for row, standing in zip(filings.iter_rows(named=True), before.drop("enterprise").rows(), strict=True):
        pk = row["filing"]
        rests_on = (
            common[row["edition"]],
            row["district"],
            register.get(row["enterprise"]),
            sheets[pk],
            standing,
            granted.get(pk),
        )
        stamps[pk] = blake2b(repr(rests_on).encode(), digest_size=12).hexdigest()
    return stamps


def _rests_on(edition: Edition, period: Period) -> str:
    districts = blake2b(repr(edition.districts).encode(), digest_size=12).hexdigest()  # some are beside its digest
    return repr((edition.code, edition.digest, districts, sorted(parameters_in(edition, period).items())))


def registered(enterprises: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """What the register says of each, its attributes still as the text they are stored in."""
    found = {}
    for start in range(0, len(enterprises), CHUNK):
        rows = Enterprise.objects.filter(pk__in=enterprises[start : start + CHUNK]).order_by()
        for pk, *facts in rows.values_list(
            "pk", "credit_code", "name", "contact_name", Cast("attributes", TextField())
        ):
            found[pk] = tuple(facts)
    return found


@dataclass(frozen=True)
class Open:
    """One filing to be completed: what was typed and what is known about it."""

    filing: int
    typed: Mapping[str, str]
    facts: Facts


def completed_drafts(
    period: Period, filings: Sequence[int], stamps: Mapping[int, str], say: Report | None = None
) -> list[ScaledColumns]:
    """These drafts, completed under their own editions."""
    listed = read(period.code, FILINGS)[0].frame.filter(pl.col("filing").is_in(list(filings)))
    parts, done = [], 0
    for (code,), group in listed.group_by("edition", maintain_order=True):
        edition = period.judged_by(published_edition(code))
        for chunk in group.iter_slices(CHUNK):
            part = columns_of_completed(edition, period.parsed, opened(edition, period, chunk))
            words = [stamps[pk] for pk in part.frame["filing"]]
            parts.append(
                ScaledColumns(part.frame.with_columns(pl.Series("stamp", words, dtype=pl.String)), part.scales)
            )
            done += len(part)
            if say:
                say(done, len(filings))
    return parts


def opened(edition: Edition, period: Period, filings: pl.DataFrame) -> Iterator[Open]:
    """What each of these filings (filing, enterprise, district) is completed from under its edition."""
    code = period.parsed
    typed = typed_in(filings["filing"].to_list())
    register = registered(filings["enterprise"].to_list())
    parameters = parameters_in(edition, period)
    own = coefficients(edition, code, filings, parameters)
    histories = histories_of(edition, code, filings)
    rows = filings.select("filing", "enterprise", "district").rows()
    for number, ((pk, enterprise, district), history) in enumerate(zip(rows, histories, strict=True)):
        if history is None:
            facts = facts_for(_filing(pk))
        else:
            credit_code, name, contact, said = register[enterprise]
            now = attributes_for(edition, Registered(credit_code, name, district, contact), json.loads(said))
            mine = parameters if own is None else parameters | {edition.platform.coefficient.parameter: own[number]}
            facts = Facts(code, now, mine, history)
        yield Open(pk, typed[pk], facts)


def typed_in(filings: Sequence[int]) -> dict[int, dict[str, str]]:
    """The drafts of each, its tables together."""
    typed: dict[int, dict[str, str]] = {pk: {} for pk in filings}
    for pk, cells in Sheet.objects.filter(filing__in=filings).order_by("pk").values_list("filing", "cells"):
        typed[pk] |= cells
    return typed


def histories_of(
    edition: Edition, period: PeriodCode, filings: pl.DataFrame
) -> Iterator[dict[str, dict[str, Decimal | str]] | None]:
    """What fills the form of each from earlier filings; None where one of those is odd."""
    past = past_cells(edition, period, filings, cells_read_back(edition, period))
    labels = [label for label in past.frame.columns if "(" in label]
    names = [(*label.rstrip(")").split("("), past.scales.get(label)) for label in labels]
    rows = past.frame.select(labels).rows() if labels else [()] * filings.height
    for unstorable, row in zip(past.frame[UNSTORABLE], rows, strict=True):
        history: dict[str, dict[str, Decimal | str]] = {}
        for (word, cell, places), value in zip(names, row, strict=True):
            if value is not None:
                history.setdefault(word, {})[cell] = value if places is None else decimal_of(value, places)
        yield None if unstorable else history


def _filing(pk: int) -> Filing:
    return Filing.objects.select_related("period", "enterprise", "district", "in_force").get(pk=pk)


def cells_read_back(edition: Edition, period: PeriodCode) -> dict[str, list[str]]:
    """The cells of earlier filings that fill a form, by the word of their period."""
    wanted: dict[str, dict[str, None]] = {}
    for plan in plans_of(edition, period.frequency).values():
        texts = (
            plan.carry,
            plan.formula,
            plan.table_applies,
            plan.row_applies,
            plan.column_applies,
            plan.required_when,
        )
        for formula in filter(None, texts):
            for meaning in formula.reads:
                if isinstance(meaning, Cell | Fact) and meaning.period not in ("", "register"):
                    wanted.setdefault(meaning.period, {})[meaning.key] = None
    return {word: list(cells) for word, cells in wanted.items()}


def columns_of_completed(edition: Edition, period: PeriodCode, filings: Iterator[Open]) -> ScaledColumns:
    """Each completed as reporting.filing.judging does it. One that cannot be is odd and says why."""
    decimals = decimals_of_cells(edition, period.frequency)
    codes = fact_codes(edition)
    known, texts, register, unstorable = [], [], [], {}
    for row, each in enumerate(filings):
        try:
            completed = completed_form(edition, each)
            values = {key: as_text(value) for key, value in completed.values.items() if value is not None}
        except (ArithmeticError, ValueError, TypeError, AttributeError, KeyError) as error:
            completed, values = Completed({}, (), {}, ()), {}
            unstorable[row] = f"草稿不能算完（{type(error).__name__}）"
        known.append((each.filing, edition.code, problems_as_text(completed)))
        texts.append(values)
        register.append({f"register({code})": each.facts.attributes.get(code) or None for code in codes})
    schema = {"filing": pl.Int64, "edition": pl.String, "problems": pl.String}
    frames = [
        pl.DataFrame(known, schema=schema, orient="row"),
        pl.DataFrame(texts, schema=dict.fromkeys(decimals, pl.String)),
        pl.DataFrame(register, schema={f"register({code})": pl.String for code in codes}),
    ]
    return scaled(pl.concat(frames, how="horizontal"), decimals, unstorable)


def completed_form(edition: Edition, each: Open) -> Completed:
    tables = tables_for(edition, each.facts.period, each.typed, each.facts.attributes)
    return complete_form(edition, cells_in(tables, each.typed), each.facts)


def as_text(value: Decimal | str) -> str:
    return value if isinstance(value, str) else format(value, "f")


def problems_as_text(completed: Completed) -> str | None:
    """The cells that cannot stand as they are: table, row, column, sentence and rule of each."""
    rows = [[p.table, p.code, p.column, p.problem, p.rule] for p in completed.problems]
    return json.dumps(rows, ensure_ascii=False) if rows else None
