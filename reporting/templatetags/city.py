"""What templates of every room ask for: names of city and office, as the edition in force has them, for letters too,
which no request stands behind; the options of a list of codes; the reader's own pages."""

from functools import lru_cache

from django import template
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from accounts.standing_in import plainly, within_firm
from forms_tables.edition.catalog import CodeEntry
from reporting.register.facts import platform

register = template.Library()


@register.simple_tag
def city(name: str) -> str:
    """{% city "site" %}: one of the names of platform.toml, [city]."""
    return getattr(platform().city, name)


@register.simple_tag
def own_url(name: str) -> str:
    """A page of the reader's own, also from a page on which they work for another firm."""
    return plainly(reverse(name))


@register.simple_tag
def firm_url(firm: int) -> str:
    """The first page of a firm that is not the reader's own."""
    return within_firm(firm, "/")


@register.simple_tag
@lru_cache(maxsize=200)
def options(entries: tuple[CodeEntry, ...], chosen: str) -> SafeString:
    """{% options overview.reasons chosen %}: one for each code. A page has the same list beside every warning."""
    selected = mark_safe(" selected")  # noqa: S308
    told = ((entry.code, selected if entry.code == chosen else "", entry.code, entry.name) for entry in entries)
    return format_html_join("\n", '<option value="{}"{}>{} {}</option>', told)
