"""上线准备: the first page of who sets a city up, until everything is there."""

from dataclasses import dataclass

from django.shortcuts import render
from django.urls import reverse

from accounts import clock
from accounts.access import needs
from accounts.models import Ability, User
from accounts.post.state import look
from reporting.going_live.standing import go_live, has_start_page
from reporting.going_live.steps import Line, lines_on
from reporting.models import reading_in_force
from reporting.models.in_force import current_edition
from reporting.periods.openings import openings_on


@dataclass(frozen=True)
class ShownLine:
    """A line as this reader sees it: a link only where they may go."""

    line: Line
    path: str
    is_theirs: bool
    is_next: bool


@needs(Ability.ADMINISTER, Ability.OPERATE)
def start(request):
    at = clock.now()
    lines = lines_on(at.date(), current_edition())
    left = [line for line in lines if not line.is_done]
    if not left and has_start_page(request.user):
        go_live(at)
    around = {
        "lines": [shown(line, request.user, left) for line in lines],
        "done": len(lines) - len(left),
        "all": len(lines),
        "mail": look(at),
        "first": openings_on(at.date(), reading_in_force()).first,
    }
    return render(request, "going_live/start.html", around)


def shown(line: Line, user: User, left: list[Line]) -> ShownLine:
    path = reverse(line.step.page) if line.is_open_to(user) else ""
    return ShownLine(line, path, line.is_for(user), line in left[:1])
