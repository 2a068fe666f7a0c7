"""What a browser sends, cleaned before anything reads it, what it keeps of an answer, and what a refusal leaves in the
log."""

from collections.abc import Callable
from http import HTTPStatus
from logging import LogRecord

from django.core.exceptions import BadRequest
from django.http import Http404, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from text.incoming import without_control, without_hidden


def clean_request(get_response):
    """Control characters never reach a view. Our pages are UTF-8, so nothing honest is sent in another charset; an
    address with NUL in it is that of no row, and PostgreSQL would stumble over it."""

    def clean(request):
        if request.content_params.get("charset", "utf-8").lower() != "utf-8":
            raise BadRequest("A body in another charset than UTF-8")
        if "\0" in request.path_info:
            raise Http404("NUL in the address")
        request.GET = cleaned(request.GET, without_hidden)  # what somebody looks for, by what can be seen
        request.POST = cleaned(request.POST, without_control)  # a hidden mark is the field's affair
        return get_response(request)

    return clean


def keep_parts_from_pages(get_response):
    """What a page's scripts ask for comes without the header and the navigation (base.html). A browser that has kept it
    does not show it for the page when somebody goes back to the address."""

    def keep_apart(request):
        response = get_response(request)
        patch_vary_headers(response, ["HX-Request"])
        return response

    return keep_apart


def explain_not_allowed(get_response):
    """Whoever opens an address that only takes a POST reads why nothing happened; most come from signing in again after
    the session had ended under a button, and Django's own answer is a white page."""

    def explain(request):
        response = get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or request.method != "GET":
            return response
        explained = render(request, "405.html", status=HTTPStatus.METHOD_NOT_ALLOWED)
        explained["Allow"] = response["Allow"]
        return explained

    return explain


def cleaned(given: QueryDict, clean_text: Callable[[str], str]) -> QueryDict:
    if all(text.isprintable() for name, texts in given.lists() for text in (name, *texts)):
        return given
    clean = QueryDict(mutable=True, encoding=given.encoding)
    for name, texts in given.lists():
        clean.setlist(clean_text(name), [clean_text(text) for text in texts])
    return clean


def without_traceback(record: LogRecord) -> bool:
    """A refusal (403, 404, 400) is one line: where it was raised is of interest for a fault of ours only."""
    if getattr(record, "status_code", 500) < 500:
        record.exc_info = None
    return True
