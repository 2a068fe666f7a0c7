"""Which addresses lead into a practice. They carry its code, as a period's addresses carry theirs: a filing's, a
queue's, and the number of a receipt. Within one, only the pages of the road a practice goes are open."""

import re
from http import HTTPStatus

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from forms_tables.edition.periods import PRACTISED
from reporting.models import Period
from reporting.models.practice import in_practice

CODE = re.compile(rf"[12][0-9]{{3}}{PRACTISED}(?:[0-9]{{2}})?")
IN_ADDRESS = re.compile(rf"(?:^|/)({CODE.pattern})(?=[-/.]|$)")
THE_ROAD = frozenset(
    """
    filing sheet known_beside_sheet code_list check wrong_cells explain workbook confirm_workbook submit recall amend
    abandon_amendment answer marked_workbook submission submission_workbook attach_scan filing_paper
    submission_paper reviewed_paper
    district_current_queue district_queue district_approve_clean district_undo_clean district_review district_approve
    district_undo district_send_back district_query district_answer_city district_record
    city_submissions city_submission city_query city_return
    wipe_practice
    """.split()
)


def code_in(request: HttpRequest) -> str:
    """The code of the practice an address leads into; empty for all others."""
    if found := IN_ADDRESS.search(request.path_info):
        return found[1]
    asked = request.GET.get("period", "")
    return asked if CODE.fullmatch(asked) else ""


class IntoPractice:
    """Middleware: an address of a practice is answered out of what is practised."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not code_in(request):
            return self.get_response(request)
        with in_practice():
            return self.get_response(request)

    def process_view(self, request, view, args, kwargs) -> HttpResponse | None:
        if not (code := code_in(request)):
            return None
        if request.resolver_match.url_name not in THE_ROAD:
            return render(request, "practice/closed.html", status=HTTPStatus.NOT_FOUND)
        return None if is_there(code) else gone(request)

    def process_exception(self, request, exception) -> HttpResponse | None:
        """Wiped between two questions of a press, whose transaction is over: nothing of it was stored."""
        if not (code := code_in(request)):
            return None
        missed = isinstance(exception, ObjectDoesNotExist)
        return gone(request) if missed or isinstance(exception, Http404) and not is_there(code) else None


def is_there(code: str) -> bool:
    return Period.objects.filter(pk=code).exists()


def gone(request: HttpRequest) -> HttpResponse:
    return render(request, "practice/gone.html", status=HTTPStatus.GONE)
