"""May they? Every page is closed to strangers by LoginRequiredMiddleware; a page that is open says so with
login_not_required, one that is not for everybody who has signed in names the ability it needs here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import HttpRequest

from accounts.models import DUTIES, Ability, roles_that_may


class Refused(Exception):
    """The office says no; the sentence is shown to the person as it is."""


class DoneAlready(Refused):
    """A second press: what it asks for is done or under way. It is told, not complained of."""


@contextmanager
def refusals_on(whom: HttpRequest | BaseForm, field: str | None = None) -> Iterator[None]:
    """A refusal within is said where the person looks, on the form or atop the next page, and the view goes on behind
    the block: back to where they came from."""
    try:
        yield
    except Refused as refused:
        if isinstance(whom, BaseForm):
            whom.add_error(field, str(refused))
        else:
            say = messages.info if isinstance(refused, DoneAlready) else messages.error
            say(whom, str(refused))


@contextmanager
def done_already(request: HttpRequest) -> Iterator[None]:
    """A second press of a form is answered as the first was, with a word that nothing was done again."""
    try:
        yield
    except DoneAlready as done:
        messages.info(request, str(done))


def needs(*abilities: Ability) -> Callable:
    """Only who has one of these abilities may open the page; anyone else is told whose page it is (403).
    Whose row it is stays a question for the queryset: fetch from visible_to(user) or answer 404."""
    if not abilities:
        raise ValueError("needs() needs an ability; what everybody may open needs no needs().")

    def guard(view: Callable) -> Callable:
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not request.user.duties.abilities.intersection(abilities):
                owners = "、".join(DUTIES[role].label for role in roles_that_may(*abilities))
                raise PermissionDenied(f"这一页供{owners}账号使用，您登录的是{request.user.duties.label}账号。")
            return view(request, *args, **kwargs)

        guarded.abilities = abilities
        return guarded

    return guard


def for_another_firm_too(view: Callable) -> Callable:
    """A page that everybody may open, and that shows a firm its own: who stands in for another firm sees that one's.
    Of the pages that need an ability those are it that need one of theirs; see accounts.standing_in."""
    view.for_another_firm = True  # type: ignore[attr-defined]
    return view
