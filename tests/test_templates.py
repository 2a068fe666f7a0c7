"""Templates a person can read: one element a line, and no line that goes off the screen."""

import re
from pathlib import Path

from django.conf import settings

TEMPLATES = Path(settings.BASE_DIR) / "templates"
LONGEST = 160
TEMPLATE_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}")
ATTRIBUTE_VALUE = re.compile(r'"[^"]*"')


def can_be_broken(line: str) -> bool:
    """Between two elements, or where white space stands already. Anywhere else a break would be seen as a space between
    Chinese characters, or change an attribute's value."""
    left = ATTRIBUTE_VALUE.sub("", TEMPLATE_TAG.sub("", line.strip()))
    return left.count("<") > 1 or bool(re.search(r"\s", left))


def too_long(html: str) -> list[int]:
    lines = enumerate(html.splitlines(), start=1)
    return [number for number, line in lines if len(line) > LONGEST and can_be_broken(line)]


def test_no_line_of_a_page_goes_off_the_screen():
    """Pages and letters in HTML; in a letter's plain text a line is what the reader sees as a line."""
    pages = sorted(TEMPLATES.rglob("*.html"))
    assert len(pages) > 200
    assert [f"{page.relative_to(TEMPLATES)}:{number}" for page in pages for number in too_long(page.read_text())] == []


def test_a_long_line_is_told_from_one_that_cannot_be_broken():
    row = "<tr>" + "<td>{{ row.figure }}</td>" * 8 + "</tr>"
    link = "<a " + " ".join(f'data-{name}="{{{{ page.{name} }}}}"' for name in "abcdefghij") + ">"
    prose = "统计" * 100
    condition = "{% if a %}统计{% elif b or c %}数据{% endif %}" * 6
    value = 'href="' + "{% url 'a' %}?b={{ c }} d" * 10 + '"'
    assert too_long("\n".join([row, link, prose, condition, value, row[:LONGEST]])) == [1, 2]
