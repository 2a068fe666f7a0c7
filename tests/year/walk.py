"""One walk through the office's days: who pressed what and when, what was seen after it, what was not as it ought."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from django.db import transaction
from django.http import HttpResponse
from django.template.base import Template
from django.test import Client

from accounts import clock
from accounts.models import User
from tests.officials import sign_in
from tests.reading import markup_of
from tests.year.city import FIRST_DAY, City, moment
from tests.year.pages import Form, forms_of
from tests.year.seen import Seen

SELDOM = 0.15  # how often a page is opened that nothing hangs on
ALERT = re.compile(r'<(?:p|div|section|li|ul)[^>]*role="alert"[^>]*>(.*?)</(?:p|div|section|ul)>', re.S)
TAGS = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Violation:
    checker: str
    at: datetime
    sentence: str
    step: int  # how many steps had been made

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} [{self.checker}] {self.sentence}"


@dataclass
class Walk:
    """`after_each` and `after_day` are checkers: each yields a sentence for what is not as it ought."""

    city: City
    seed: int
    after_each: tuple[Callable[[Walk], Iterator[str]], ...] = ()
    after_day: tuple[Callable[[Walk], Iterator[str]], ...] = ()
    at: datetime = moment(FIRST_DAY, 8 * 3600)
    steps: list[str] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    presses: Counter[str] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)
    pages: int = 0
    days: int = 0

    def __post_init__(self) -> None:
        self.dice = Random(self.seed)
        self.glance = Random(f"glance {self.seed}")  # where one looks changes nothing of what is done
        self.clients: dict[int, Client] = {}
        self.known: dict = {}  # what a checker remembers from day to day
        self.seen = Seen.of_today(self.at)

    # Time

    @property
    def today(self) -> date:
        return self.at.date()

    def begin_day(self, day: date) -> None:
        self.at = moment(day, 8 * 3600)
        self.days += 1

    def pass_time(self, seconds: int) -> None:
        """Later, and still today."""
        self.at = min(self.at + timedelta(seconds=seconds), moment(self.today, 24 * 3600 - 1))

    # Pages

    def client_of(self, person: User) -> Client:
        """A person's browser; it is signed in once."""
        if person.pk not in self.clients:
            self.clients[person.pk] = sign_in(person)
            self.clients[person.pk].raise_request_exception = False
        return self.clients[person.pk]

    def look(self, person: User, path: str) -> HttpResponse:
        """Open a page."""
        self.pages += 1
        return self._noted(self.client_of(person).get(path), person, f"GET {path}")

    def form(self, person: User, page: str, action: str) -> Form | None:
        """The form of that page which goes to `action`, if the page offers one."""
        answer = self.look(person, page)
        if answer.status_code != 200:
            return None
        path = page.partition("?")[0]
        for form in forms_of(markup_of(answer)):
            if form.method == "post" and (form.action or path).partition("?")[0] == action:
                return form
        return None

    def press(self, person: User, action: str, page: str = "", **typed: str | list[str] | None) -> HttpResponse:
        """Fill the form as the page offers it and send it. Where the page does not offer it any more, send what was
        typed all the same: a tab that stood open, or somebody who writes addresses by hand."""
        form = self.form(person, page, action) if page else None
        return self.send(person, action, (form or Form(action)).sent(**typed))

    def press_through(self, person: User, action: str, page: str, **typed: str | list[str] | None) -> HttpResponse:
        """The same, and the button of the page that asks first, as it was shown."""
        answer = self.press(person, action, page, **typed)
        asked = next((form for form in self.forms_on(answer) if "seen" in form.fields), None)
        return self.send(person, action, asked.sent()) if asked else answer

    def press_button(self, person: User, action: str, page: str, **typed: str | list[str] | None) -> HttpResponse:
        """The same where a form holds nothing but what is typed: its page need not be opened anew each time."""
        return self.press(person, action, page if self.glance.random() < SELDOM else "", **typed)

    @staticmethod
    def forms_on(answer: HttpResponse) -> list[Form]:
        return forms_of(markup_of(answer)) if answer.status_code == 200 else []

    def send(self, person: User, action: str, fields: dict[str, list[str]]) -> HttpResponse:
        """POST, now and then go where it leads, and look at what changed."""
        before = self.seen.last_line
        answer = self._noted(self.client_of(person).post(action, fields), person, f"POST {action}")
        if answer.status_code in (302, 303) and self.glance.random() < SELDOM:
            answer = self.look(person, answer["Location"].partition("#")[0])
        self.look_round()
        verb = re.sub(r"\d[\w-]*|9150\w+", "", action).strip("/").replace("//", "/")
        self.presses[verb] += 1
        self.accepted[verb] += self.seen.last_line != before
        return answer

    def _noted(self, answer: HttpResponse, person: User, what: str) -> HttpResponse:
        self.steps.append(f"{self.at:%m-%d %H:%M:%S} {person.username} {what} → {answer.status_code}")
        if answer.status_code >= 500:
            kind, error, _ = getattr(answer, "exc_info", None) or (None, "", None)
            self.violate("no_500", f"{what} as {person.role}: {kind and kind.__name__}: {error}")
        return answer

    # What is not as it ought

    def look_round(self) -> None:
        """What the last step changed, and whether it may have."""
        self.seen.look(self.at)
        for checker in self.after_each:
            self.check(checker)

    def end_day(self) -> None:
        self.look_round()
        for checker in self.after_day:
            self.check(checker)

    def check(self, checker: Callable[[Walk], Iterator[str]]) -> None:
        for sentence in checker(self):
            self.violate(checker.__name__, sentence)

    def violate(self, checker: str, sentence: str) -> None:
        if sentence not in self.known.setdefault("violated", set()):
            self.known["violated"].add(sentence)
            self.violations.append(Violation(checker, self.at, sentence, len(self.steps)))
            print(self.violations[-1])

    def trail(self, most: int = 30) -> str:
        """What was pressed before the first violation."""
        pressed = (
            [step for step in self.steps[: self.violations[0].step] if " POST " in step] if self.violations else []
        )
        return "\n".join(pressed[-most:])

    @contextmanager
    def trial(self) -> Iterator[None]:
        """What happens in here never happened: it asks what the office would say."""
        at = self.at
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
        self.at = at


@contextmanager
def clock_of(walk: Walk, monkeypatch) -> Iterator[None]:
    """The office reads the walk's clock. Pages are drawn as for people: what the test client notes of every template is
    not read here and takes half the time."""
    with monkeypatch.context() as patch:
        patch.setattr(clock, "real_now", lambda: walk.at)
        patch.setattr(Template, "_render", lambda template, context: template.nodelist.render(context))
        yield


def alerts_of(answer: HttpResponse) -> str:
    """What the page refuses, in its words."""
    found = ALERT.findall(markup_of(answer, answer.status_code)) if "html" in answer.get("Content-Type", "") else []
    return " ".join(" ".join(TAGS.sub(" ", words).split()) for words in found)[:200]
