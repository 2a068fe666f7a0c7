"""Names of city and office, as the edition in force has them: for letters too, which no request stands behind."""

from django import template

from reporting.register.facts import platform

register = template.Library()


@register.simple_tag
def city(name: str) -> str:
    """{% city "site" %}: one of the names of platform.toml, [city]."""
    return getattr(platform().city, name)
