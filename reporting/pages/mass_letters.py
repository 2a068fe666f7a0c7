"""One step before letters go to many: their number, to whom, the text of one; a second press sends them."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from reporting.letters.mass import MassPreview

NOT_CARRIED_ON = ("csrfmiddlewaretoken", "seen")


@dataclass(frozen=True)
class Question:
    """What the person is asked: the page's `title`, in a sentence what is about to be done, the words of the button,
    and where one goes who would rather not."""

    title: str
    what: str
    button: str
    back: str


def seen_on(request: HttpRequest) -> str:
    """How many letters the person has seen announced; nothing where they were not asked yet."""
    return request.POST.get("seen", "")[:12]


def number_seen(request: HttpRequest) -> int:
    """The same as a number: who has seen none has seen no letter announced."""
    seen = seen_on(request)
    return int(seen) if seen.isdecimal() else 0


def ask_first(
    request: HttpRequest,
    question: Question,
    preview: MassPreview,
    template: str = "mass_letters/ask_first.html",
    **more,
) -> HttpResponse:
    """The page carries on what was posted, and how many letters it has shown. A `template` of its own shows `more`."""
    posted = [(name, value) for name, values in request.POST.lists() if name not in NOT_CARRIED_ON for value in values]
    around = {"question": question, "preview": preview, "posted": posted, "has_changed": bool(seen_on(request))}
    return render(request, template, around | more)
