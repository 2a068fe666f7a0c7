"""What firms ask of their district, one kind on a page: the district decides it, the city and the association read."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

from reporting.models.request import RequestQuerySet
from reporting.totals.progress import REQUESTS, requests_waiting

PAGE = 50


@dataclass(frozen=True)
class RequestKind:
    name: str
    label: str
    waiting: int
    current: bool


def kinds_of(request: HttpRequest, asked: str = "") -> list[RequestKind]:
    """The kinds of requests with how many wait; without a choice, the first of which any do."""
    waiting = requests_waiting(request.user)
    asked = asked or request.GET.get("kind", "")
    chosen = asked if asked in REQUESTS else next((kind for kind in waiting if waiting[kind]), "extension")
    return [RequestKind(kind, label, waiting[kind], kind == chosen) for kind, (label, _) in REQUESTS.items()]


def chosen_kind(kinds: list[RequestKind]) -> RequestKind:
    return next(kind for kind in kinds if kind.current)


def page_of(request: HttpRequest, found: RequestQuerySet) -> Page:
    found = found.prefetch_related("filing__period__deadlines")
    return Paginator(found, PAGE).get_page(request.GET.get("page"))
