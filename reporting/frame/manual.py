"""操作手册 and 规则写法: docs/manual.md as a page open to everyone, with 常见问题 found by words beside it;
docs/notation.md for whoever reads the rules."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from html import escape, unescape
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from markdown import Markdown

from accounts.access import needs
from accounts.contacts import whom_to_ask
from accounts.models import Ability
from reporting.answers import questions
from reporting.answers.searching import MOST_ASKED, TextPart, excerpt, holds_all, marked, words_of
from reporting.models.in_force import current_edition

MANUAL = settings.BASE_DIR / "docs" / "manual.md"
NOTATION = settings.BASE_DIR / "docs" / "notation.md"
BOX = '<div class="table-box" tabindex="0" role="region" aria-label="{}">'  # a wide table scrolls on its own
HEADING = re.compile(r'<h([123]) id="([^"]+)">(.*?)</h\1>', re.DOTALL)
END_OF_PARAGRAPH = re.compile(r"</(?:p|li|tr|td|th)>")


@dataclass(frozen=True)
class ManualPart:
    """What stands under one heading of the manual; the title says the chapter too."""

    anchor: str
    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class FoundPart:
    anchor: str
    title: list[TextPart]
    passages: list[list[TextPart]]


@login_not_required
def manual(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("q", "").strip()[:MOST_ASKED]
    text, contents = read_page(MANUAL)
    if not asked:
        return render(request, "manual.html", {"text": text, "contents": contents})
    context = {
        "asked": asked,
        "found": questions.found(request.user, asked) if request.user.is_authenticated else [],
        "parts": passages_on(asked),
        "to_ask": whom_to_ask(request.user) if request.user.is_authenticated else "",
    }
    return render(request, "manual.html", context)


@needs(Ability.READ_CITY)
def notation(request: HttpRequest) -> HttpResponse:
    text, contents = read_page(NOTATION)
    return render(request, "editions/notation.html", {"text": text, "contents": contents, "edition": current_edition()})


@cache
def read_page(path: Path) -> tuple[SafeString, SafeString]:
    """A page and its table of contents. Our own file, so its HTML is as safe as a template's."""
    markdown = Markdown(extensions=["toc", "tables"], extension_configs={"toc": {"toc_depth": "2-3"}})
    text = markdown.convert(path.read_text(encoding="utf-8"))
    return mark_safe(in_boxes(text)), mark_safe(markdown.toc)


def in_boxes(text: str) -> str:
    """Each table in a box, called after the heading it stands under: a reader jumps from one region to the next."""
    under, named = "", Counter()
    parts = []
    for part in re.split(r"(<table>|<h[123] id=.*?</h[123]>)", text, flags=re.DOTALL):
        if part == "<table>":
            named[under] += 1
            number = f" {named[under]}" if named[under] > 1 else ""
            part = BOX.format(escape(f"{under}：表{number}")) + part
        elif part.startswith("<h"):
            under = plain(part)
        parts.append(part)
    return "".join(parts).replace("</table>", "</table></div>")


@cache
def parts_of(path: Path) -> tuple[ManualPart, ...]:
    pieces = HEADING.split(read_page(path)[0])[1:]  # level, anchor, title and text of each heading in turn
    found, chapter = [], ""
    for level, anchor, title, text in zip(*(pieces[number::4] for number in range(4)), strict=True):
        title = plain(title)
        chapter = title if level == "2" else chapter
        named = f"{chapter} · {title}" if level == "3" else title
        paragraphs = tuple(filter(None, map(plain, END_OF_PARAGRAPH.split(text))))
        found.append(ManualPart(anchor, named, paragraphs))
    return tuple(found)


def plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


def passages_on(asked: str) -> list[FoundPart]:
    """The headings under which all the words stand, with the paragraphs that hold any of them."""
    words = words_of(asked)
    found = []
    for part in parts_of(MANUAL):
        if holds_all("\n".join((part.title, *part.paragraphs)), words):
            hits = [text for text in part.paragraphs if any(word in text.casefold() for word in words)]
            passages = [marked(excerpt(text, words), words) for text in hits[:3]]
            found.append(FoundPart(part.anchor, marked(part.title, words), passages))
    return found
