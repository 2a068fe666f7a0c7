"""What the official form's script fetches to judge while somebody types: an edition's rules, and one filing's facts."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import needs
from accounts.models import Ability
from forms_tables.judges.sheets import SheetRules, sheet_rules
from reporting.filing.beside import known_beside
from reporting.filing.judging import history_of, typed_cells
from reporting.filing.known import facts_known
from reporting.firm.views.filing import filing_of, owed_table, person_of
from reporting.models import PublishedEdition, published_edition

FOR_EVER = "private, max-age=31536000, immutable"
ASK_AGAIN = "private, no-cache"


@needs(Ability.FILL)
@require_safe
def sheet_rules_as_json(request: HttpRequest, edition: str, key: str, mark: str) -> HttpResponse:
    """The rules of one table, the same for every firm. The address has their mark, so it is asked for once; one with an
    older mark, of a page that lay open, is answered with the rules as they are and not kept."""
    rules = rules_called(edition, key)
    kept = FOR_EVER if mark == rules.mark else ASK_AGAIN
    headers = {"ETag": f'"{rules.mark}"', "Cache-Control": kept}
    if request.headers.get("If-None-Match") == headers["ETag"]:
        answer = HttpResponse(status=304, headers=headers)
    elif "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
        answer = HttpResponse(rules.compressed, "application/json", headers=headers)
    else:
        answer = HttpResponse(rules.text, "application/json", headers=headers)
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
