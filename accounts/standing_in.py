"""代填: the address says for which firm somebody works. /for/17/filings/2024M05/t6/ is that sheet of the firm 17, so a
tab that stands open on one firm never writes into another, whatever its reader does in the next tab.

Under such an address are the pages that show a firm its own and need no more than who stands in may do; every link on
them leads on within it. Any other page is the person's own and has its plain address, to which they are led.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import get_script_prefix, set_script_prefix
from django.utils.timezone import localtime

from accounts.models import STANDING_IN, Enterprise, Grant, User

ADDRESS = re.compile(r"/for/([1-9][0-9]{0,8})(/(?!/).*)", re.DOTALL)
PLAIN = "/"


def within_firm(firm: int, path: str) -> str:
    """A plain path as it is for who works for this firm, which is not their own."""
    return f"/for/{firm}{path}"


def plainly(path: str) -> str:
    """An address for anybody, made while somebody works for another firm: for letters and what is printed."""
    return PLAIN + path.removeprefix(get_script_prefix())


@contextmanager
def addresses_under(prefix: str) -> Iterator[None]:
    """What is reversed within leads there; PLAIN for what is kept for others."""
    before = get_script_prefix()
    set_script_prefix(prefix)
    try:
        yield
    finally:
        set_script_prefix(before)


class ForAnotherFirm:
    """Middleware: under /for/<firm>/ the request is that firm's, where a grant of it holds at this moment."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not (found := ADDRESS.fullmatch(request.path_info)):
            return self.get_response(request)
        firm, request.path_info = int(found[1]), found[2]
        if isinstance(reader := request.user, User):
            if reader.enterprise_id == firm:
                return to_the_plain_address(request)
            grant = Grant.objects.in_force().filter(person=reader, enterprise=firm).select_related("enterprise").first()
            if grant is None:
                return refused(request, reader, firm)
            reader.working_for = grant.enterprise
        with addresses_under(within_firm(firm, PLAIN)):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, args, kwargs) -> HttpResponse | None:
        if get_script_prefix() == PLAIN or is_for_another_firm(view):
            return None
        return to_the_plain_address(request)


def is_for_another_firm(view: Callable) -> bool:
    needed = getattr(view, "abilities", ())
    return bool(STANDING_IN.abilities.intersection(needed)) or getattr(view, "for_another_firm", False)


def to_the_plain_address(request: HttpRequest) -> HttpResponse:
    """Nothing that was pressed goes along: it was meant for another firm, or is nothing to be done for one."""
    if request.method not in ("GET", "HEAD"):
        raise Http404
    query = request.META.get("QUERY_STRING", "")
    return HttpResponseRedirect(quote(request.path_info) + (f"?{query}" if query else ""))


def refused(request: HttpRequest, reader: User, firm: int) -> HttpResponse:
    """To whom the firm never gave a grant there is no such page. Whoever had one is told, so that what they have typed
    stays where it is; a form that saves itself reads it as any other refusal (reporting/firm/views/sheet.py)."""
    answered = Grant.objects.filter(person=reader, enterprise=firm).exclude(answered_at=None)
    last = answered.select_related("enterprise__merged_into").first()
    if last is None or last.state == Grant.State.DECLINED:
        raise Http404
    sentence = why_over(last)
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"refusal": f"没有保存：{sentence}"}, status=HTTPStatus.CONFLICT)
    return render(request, "standing_in/over.html", {"why": sentence}, status=HTTPStatus.FORBIDDEN)


def why_over(grant: Grant) -> str:
    firm: Enterprise = grant.enterprise
    if firm.merged_into:
        return f"{firm}的登记已并入{firm.merged_into}，不再填报。"
    when = f"已于 {localtime(grant.ended_at):%Y-%m-%d %H:%M} 结束" if grant.ended_at else "已经结束"
    return f"您为{firm}代填的授权{when}，不能再打开或保存它的报表。要继续代填，请由该企业重新授权。"
