"""操作手册: docs/manual.md as a page, open to everyone."""

from functools import cache

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from markdown import Markdown

MANUAL = settings.BASE_DIR / "docs" / "manual.md"


@login_not_required
def manual(request: HttpRequest) -> HttpResponse:
    text, contents = read_manual()
    return render(request, "manual.html", {"text": text, "contents": contents})


@cache
def read_manual() -> tuple[SafeString, SafeString]:
    """The manual and its table of contents. Our own file, so its HTML is as safe as a template's."""
    markdown = Markdown(extensions=["toc", "tables"], extension_configs={"toc": {"toc_depth": "2-3"}})
    text = markdown.convert(MANUAL.read_text(encoding="utf-8"))
    return mark_safe(text), mark_safe(markdown.toc)
