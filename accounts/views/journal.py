from collections.abc import Iterable
from itertools import groupby

from django.core.paginator import Paginator
from django.shortcuts import render

from accounts.access import needs
from accounts.clock import SHANGHAI
from accounts.forms import asked_of_journal
from accounts.journal_files import entries_for
from accounts.models import Ability, JournalEntry


@needs(Ability.READ_JOURNAL)
def journal(request):
    form, wanted = asked_of_journal(request)
    page = Paginator(entries_for(request.user, wanted), 50).get_page(request.GET.get("page"))
    asked = request.GET.copy()
    asked.pop("page", None)
    context = {"form": form, "page": page, "runs": runs_of(page), "asked": asked.urlencode()}
    return render(request, "accounts/journal.html", context)


def runs_of(entries: Iterable[JournalEntry]) -> list[list[JournalEntry]]:
    """What one person did over and over on one day, a line each time (a form that saves itself), is one row of the
    page, and its lines stand in it. The files hold a row for each line."""

    def deed(entry: JournalEntry) -> tuple:
        whose = entry.by_name, entry.enterprise_id, entry.district_id, entry.period
        return *whose, entry.action, entry.subject, entry.why, entry.at.astimezone(SHANGHAI).date()

    return [list(run) for _, run in groupby(entries, deed)]
