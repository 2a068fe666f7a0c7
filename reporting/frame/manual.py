"""操作手册 and 规则写法: docs/manual.md as a page open to everyone, docs/notation.md for whoever reads the rules."""

from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from markdown import Markdown

from accounts.access import needs
from accounts.models import Ability
from reporting.models.in_force import current_edition

MANUAL = settings.BASE_DIR / "docs" / "manual.md"
NOTATION = settings.BASE_DIR / "docs" / "notation.md"
BOX = '<div class="table-box" tabindex="0" role="region" aria-label="表">'  # a wide table scrolls on its own


@login_not_required
def manual(request: HttpRequest) -> HttpResponse:
    text, contents = read_page(MANUAL)
    return render(request, "manual.html", {"text": text, "contents": contents})


@needs(Ability.READ_CITY)
def notation(request: HttpRequest) -> HttpResponse:
    text, contents = read_page(NOTATION)
    return render(request, "editions/notation.html", {"text": text, "contents": contents, "edition": current_edition()})


@cache
def read_page(path: Path) -> tuple[SafeString, SafeString]:
    """A page and its table of contents. Our own file, so its HTML is as safe as a template's."""
    markdown = Markdown(extensions=["toc", "tables"], extension_configs={"toc": {"toc_depth": "2-3"}})
    text = markdown.convert(path.read_text(encoding="utf-8"))
    text = text.replace("<table>", BOX + "<table>").replace("</table>", "</table></div>")
    return mark_safe(text), mark_safe(markdown.toc)
