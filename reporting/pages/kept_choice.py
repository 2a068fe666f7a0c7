"""The order and the filters of a list: what the address says, else what this person chose last (KeptChoice)."""

from collections.abc import Collection
from dataclasses import dataclass

from django.http import QueryDict

from accounts.models import User
from reporting.models import KeptChoice

FILTERS = ("state", "district")
KEEP = "keep"  # the form of the list says so; a link from another page narrows the list for once


@dataclass(frozen=True)
class ListChoice:
    """`search` is of this once; `is_own`: it is another than the list comes with."""

    sort: str
    state: str
    district: str
    search: str
    is_own: bool


def choice_on(user: User, page: str, asked: QueryDict, sorts: Collection[str], first: str) -> ListChoice:
    """An order that is asked for is kept at once, filters where they were chosen in the list's own form. An address
    that names one filter means all of them."""
    row = KeptChoice.objects.filter(user=user, page=page).first() or KeptChoice(user=user, page=page)
    kept = dict(row.chosen)
    if asked.get("sort", "").removeprefix("-") in sorts:
        kept["sort"] = asked["sort"]
    filters = {name: kept.get(name, "") for name in FILTERS}
    if any(name in asked for name in (*FILTERS, "q")):
        filters = {name: asked.get(name, "")[:20] for name in FILTERS}
        if KEEP in asked:
            kept |= filters
    if kept != row.chosen:
        KeptChoice.objects.update_or_create(user=user, page=page, defaults={"chosen": kept})
    sort = kept.get("sort", first)
    sort = sort if sort.removeprefix("-") in sorts else first
    return ListChoice(sort, **filters, search=asked.get("q", "").strip(), is_own=sort != first or any(filters.values()))
