"""What the official form's script fetches: an edition's rules to judge by while somebody types, its code lists to pick
from, and one filing's facts."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import needs
from accounts.models import Ability
from forms_tables.judges.code_lists import list_text
from forms_tables.judges.fetched import Fetched
from forms_tables.judges.sheets import SheetRules, sheet_rules
from reporting.filing.beside import known_beside
from reporting.filing.judging import history_of, typed_cells
from reporting.filing.known import facts_known
from reporting.firm.views.filing import filing_of, owed_table, person_of, pressed_filing
from reporting.models import PublishedEdition, published_edition

FOR_EVER = "private, max-age=31536000, immutable"
ASK_AGAIN = "private, no-cache"


@needs(Ability.FILL)
@require_safe
def sheet_rules_as_json(request: HttpRequest, edition: str, key: str, mark: str) -> HttpResponse:
    """The rules of one table, the same for every firm. The address has their mark, so it is asked for once; one with an
    older mark, of a page that lay open, is answered with the rules as they are and not kept."""
    return kept_by_its_mark(request, rules_called(edition, key), mark)


@needs(Ability.FILL)
@require_safe
def codes_as_json(request: HttpRequest, period: str, code_list: str, mark: str) -> HttpResponse:
    """A code list as the filings of a period are judged by it, in the same way: the same for every firm."""
    found = pressed_filing(request, period).edition.code_lists.get(code_list)
    if found is None:
        raise Http404("这个制度版本没有这个代码表。")
    return kept_by_its_mark(request, list_text(found), mark)


def kept_by_its_mark(request: HttpRequest, said: Fetched, mark: str) -> HttpResponse:
    kept = FOR_EVER if mark == said.mark else ASK_AGAIN
    headers = {"ETag": f'"{said.mark}"', "Cache-Control": kept}
    if request.headers.get("If-None-Match") == headers["ETag"]:
        answer = HttpResponse(status=304, headers=headers)
    elif "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
        answer = HttpResponse(said.compressed, "application/json", headers=headers)
    else:
        answer = HttpResponse(said.text, "application/json", headers=headers)
    patch_vary_headers(answer, ["Accept-Encoding"])
    return answer


def rules_called(edition: str, key: str) -> SheetRules:
    try:
        found = published_edition(edition)
    except PublishedEdition.DoesNotExist:
        raise Http404("没有这个制度版本。") from None
    table = next((table for table in found.tables if table.key == key), None)
    if table is None:
        raise Http404("这个制度版本没有这张表。")
    return sheet_rules(found, table.code)


@needs(Ability.FILL)
@require_safe
@never_cache
def known_beside_sheet(request: HttpRequest, period: str, key: str) -> HttpResponse:
    """What one filing's sheet is judged beside, its own firm's alone."""
    filing = filing_of(request, period)
    table = owed_table(filing, key)
    facts = facts_known(filing, table, history_of(filing), person_of(request))
    stored = {key: text for key, text in typed_cells(filing).items() if text}
    return JsonResponse(known_beside(filing, table, {key: known.text for key, known in facts.items()} | stored))
