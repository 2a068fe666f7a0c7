"""Last year's revenue of each firm: by which it is said how much of an area is in."""

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.fields.json import KT

from accounts.models import Enterprise
from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition
from forms_tables.edition.periods import PeriodCode
from reporting.models import Filing, ImportedFiling, Period, Submission
from reporting.models.history import IMPORTED
from reporting.models.standing import COUNTED
from reporting.totals.bases import of_one_firm
from reporting.totals.breaks import edition_of


def base_revenue_before(period: Period) -> tuple[str, dict[int, Decimal]]:
    """Where last year's revenue is taken from, in words, and the revenue of each enterprise there. It is the edition's
    base figure, not its headline.

    Whichever has most approved submissions, imported history standing where there are none: while the first annuals
    come in, last December still speaks for all firms.
    """
    bases = base_revenues(period)
    if not bases:
        return "", {}
    base, cell, name = max(bases, key=lambda row: counted_then(row[0]).count() + imported_then(row[0]).count())
    submitted = Submission.objects.filter(pk__in=counted_then(base).values("counted"))
    revenue = _revenues(submitted.order_by("filing_id").values_list("filing__enterprise", KT(f"values__{cell}")))
    imported = _revenues(imported_then(base).order_by("pk").values_list("enterprise", KT(f"values__{cell}")))
    words = f"{base.label}{name}" if revenue or imported else ""
    return words + (f"（其中{IMPORTED} {len(imported)} 家）" if imported else ""), of_one_firm(
        revenue | imported, Enterprise.objects.kept_entries()
    )


def _revenues(texts: Iterable[tuple[int, str | None]]) -> dict[int, Decimal]:
    return {enterprise: Decimal(text) for enterprise, text in texts if text}


def counted_then(base: PeriodCode) -> QuerySet[Filing]:
    return Filing.objects.filter(COUNTED, period=base.code)


def imported_then(base: PeriodCode) -> QuerySet[ImportedFiling]:
    """What was imported of a period for firms of which no submission is counted there."""
    return (
        ImportedFiling.objects.standing()
        .filter(period=base.code)
        .exclude(Exists(counted_then(base).filter(enterprise=OuterRef("enterprise"))))
    )


def base_revenues(period: Period) -> list[tuple[PeriodCode, str, str]]:
    """The periods last year's revenue may be taken from, each with its cell and the name of that, as the edition it
    was filed under has them; none where that has no such figure."""
    code = period.parsed
    last_annual = code.last_annual()
    earlier = [last_annual, last_annual.december(), *([] if code.is_annual else [code.year_ago()])]
    editions = [(before, edition_of(before) or period.edition) for before in earlier]
    cells = [(before, edition, edition.platform.base(before.frequency)) for before, edition in editions]
    return [(before, cell, name_of_base(edition, cell)) for before, edition, cell in cells if edition.has_cell(cell)]


def name_of_base(edition: Edition, cell: str) -> str:
    row = edition.indicator(CellAddress.parse(cell).code)
    is_cumulative = edition.table(row.table).frequency == "month" and row.nature == "累计"
    return f"{row.name}累计" if is_cumulative else row.name
