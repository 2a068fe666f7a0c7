"""Every filing of the firm, every submission, every change."""

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import clock
from accounts.access import needs
from accounts.models import Ability, JournalEntry
from forms_tables.edition.periods import PeriodCode
from reporting.models import Filing, ImportedFiling, Submission

PER_PAGE = 50


@needs(Ability.FILL)
def history(request: HttpRequest) -> HttpResponse:
    filings = Filing.objects.of_one_firm(request.user.firm_id).not_withdrawn()
    filings = filings.filter(period__opens_on__lte=clock.today())
    filings = filings.select_related("period", "district", "enterprise").prefetch_related(
        "period__deadlines", Prefetch("submissions", Submission.objects.defer("values", "findings"))
    )
    entries = JournalEntry.objects.visible_to(request.user)
    period = request.GET.get("period", "")
    if period:
        entries = entries.filter(period=period)
    page = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "filings": sorted(filings, key=lambda filing: filing.period.parsed, reverse=True),
        "own": request.user.firm_id,
        "imported": [(each, figures_of(each)) for each in imported_of(request.user.firm_id)],
        "page": page,
        "lines": [{"entry": entry, "period": label_of(entry.period), "changes": changes_of(entry)} for entry in page],
        "period": period,
        "period_label": label_of(period),
    }
    return render(request, "firm/history.html", context)


def imported_of(enterprise: int) -> list[ImportedFiling]:
    """What was imported of a firm, also under an entry merged into its own, the newest period first."""
    found = ImportedFiling.objects.of_one_firm(enterprise).select_related("source", "district")
    return sorted(found, key=lambda each: PeriodCode.parse(each.period), reverse=True)


def figures_of(imported: ImportedFiling) -> list[tuple[str, str]]:
    """Its cells by their places in the form."""
    edition = imported.edition
    return [(edition.place_of(cell), text) for cell, text in imported.values.items()]


def label_of(code: str) -> str:
    """A period's name in words; the journal keeps its code."""
    try:
        return PeriodCode.parse(code).label
    except ValueError:
        return code


def changes_of(entry: JournalEntry) -> list[tuple[str, str, str]]:
    """What a journal line changed: (what, before, after)."""
    before, after = entry.before or {}, entry.after or {}
    if isinstance(after, list):  # the reasons of a return: one cell may have several
        return [(row["数据"], "", row["理由"]) for row in after]
    if not isinstance(before, dict) or not isinstance(after, dict):
        return []
    return [(key, before.get(key, ""), after.get(key, "")) for key in {**before, **after}]
