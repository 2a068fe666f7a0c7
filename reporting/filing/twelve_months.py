"""A firm's headline figure month by month over a year, read from the few cells that say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db.models import F, Value
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform

from accounts.models import Enterprise
from forms_tables.edition.catalog import Edition
from forms_tables.edition.continuity import cells_before
from forms_tables.edition.periods import PeriodCode
from forms_tables.edition.shape import so_far_cell
from reporting.filing.past import MONTHS, month_alone, months_until
from reporting.models import Filing, ImportedFiling, Submission, published_edition
from reporting.models.filing import own_last
from reporting.models.standing import UNDER_REVIEW

WAYS = ("approved", "in_force")  # by which a submission may stand
WHERE_IT_STANDS = ("enterprise", "period", "state", *WAYS)


@dataclass(frozen=True)
class MonthValue:
    """What a firm did in a month by itself; February holds January too. None where that is not known."""

    period: PeriodCode
    value: Decimal | None


class SaidSoFar(NamedTuple):
    """What a form says of the headline figure: so far, and so far the month before."""

    now: str | None
    before: str | None


def year_until(submission: Submission) -> list[MonthValue]:
    """The twelve months that end with the submission's period, of an annual one those of its year. A January that
    nobody files is left out."""
    filing, cells = submission.filing, headline_cells(submission.edition)
    if cells is None:
        return []
    own = filing.period.parsed
    last = PeriodCode(own.year, own.month or MONTHS)
    codes = months_until(last, MONTHS)
    said = said_by(filing, submission.edition, cells, codes)
    if own.month:
        said[last.code] = SaidSoFar(*(submission.values.get(cell) for cell in cells))
    months = [MonthValue(code, alone_in(code, said[code.code]) if code.code in said else None) for code in codes]
    return [each for each in months if each.period.month != 1 or each.value is not None]


def headline_cells(edition: Edition) -> tuple[str, str] | None:
    """That of the monthly form, and the one that carries the month before ("" where the form has none)."""
    cell = edition.platform.headline("month")
    return (cell, so_far_cell(edition, cell)) if cell and edition.has_cell(cell) else None


def alone_in(code: PeriodCode, said: SaidSoFar) -> Decimal | None:
    now, before = (Decimal(text) if text else None for text in said)
    return month_alone(code.month or MONTHS, now, before)


def said_by(filing: Filing, edition: Edition, cells: tuple[str, str], codes: list[PeriodCode]) -> dict[str, SaidSoFar]:
    """By period: what stands of the firm. Two queries, and one more where a month is missing, which may be imported."""
    named = [code.code for code in codes]
    texts = {f"{way}_{place}": text_of(way, cell) for way in WAYS for place, cell in enumerate(cells)}
    editions = {f"{way}_edition": F(f"{way}__edition_code") for way in WAYS}
    # The firm's entries are named, or SQLite would read through all filings of the twelve periods.
    firms = list(Enterprise.objects.one_firm(filing.enterprise_id).order_by().values_list("pk", flat=True))
    filings = Filing.everywhere.filter(enterprise__in=firms, period__in=named, superseded_by=None).order_by()
    found: dict[str, SaidSoFar] = {}
    for each in own_last(filings.only(*WHERE_IT_STANDS).annotate(**texts, **editions), {filing.enterprise_id}):
        way = "approved" if each.approved_id else "in_force" if each.meets(UNDER_REVIEW) else ""
        if way and is_alike(edition, published_edition(getattr(each, f"{way}_edition")), cells[0]):
            found[each.period_id] = SaidSoFar(getattr(each, f"{way}_0"), getattr(each, f"{way}_1"))
    missing = [code for code in codes if code.code not in found]
    if all(code.month == 1 for code in missing):  # as a rule nobody files January by itself
        return found
    return {**found, **imported_of(filing, edition, cells, [code.code for code in missing])}


def text_of(way: str, cell: str) -> Combinable:
    return KeyTextTransform(cell, f"{way}__values") if cell else Value(None)


def is_alike(edition: Edition, then: Edition, cell: str) -> bool:
    """Whether the figure had the same cell then and meant the same."""
    return then.digest == edition.digest or cells_before(edition, then).get(cell) == cell


def imported_of(filing: Filing, edition: Edition, cells: tuple[str, str], codes: list[str]) -> Mapping[str, SaidSoFar]:
    imports = ImportedFiling.objects.under(filing.enterprise_id).filter(period__in=codes)
    return {
        each.period: SaidSoFar(*(each.values.get(cell) for cell in cells))
        for each in own_last(imports, {filing.enterprise_id})
        if is_alike(edition, each.edition, cells[0])
    }
