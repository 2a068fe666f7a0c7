"""What tests/reading.py takes for the words of a page, and that pages are read with it."""

import re
from pathlib import Path

from django.http import HttpResponse

from tests.reading import markup_of, words_in

PAGE = """<!doctype html><head><title>窗口</title><style>p{}</style></head>
<body hx-headers='{"X-CSRFToken": "R3R3"}'><script>"剧本"</script>
<p>一 段<b>话</b>，
  两行&amp;</p><div hidden><p>藏起<br>来的</div><noscript></noscript>
<form><input type="hidden" name="csrfmiddlewaretoken" value="R3R3"><input name="q" value="写了的" placeholder="提示">
<input type="checkbox" value="勾"><select><option value="甲码">甲</option><option>乙</option></select>
<textarea>长文</textarea><button data-confirm="确定吗？" aria-label="删除">×</button></form>
<table><tr><th>头</th><td data-cell="2010">1</td></tr><tr><td>2<td>3</table></body>"""


def test_it_reads_what_a_person_sees_line_by_line():
    assert words_in(PAGE).split("\n") == [
        "一 段话， 两行&",
        "提示 写了的",
        "甲 乙",
        "长文",
        "删除 确定吗？ ×",
        "头 1",
        "2 3",
    ]


def test_the_markup_holds_no_token_of_a_form():
    markup = markup_of(HttpResponse(PAGE))
    assert "R3" not in markup and 'data-cell="2010"' in markup


def test_no_test_looks_for_words_in_a_whole_page():
    whole_page = re.compile(r"""\.content\.decode\((?!"utf-8-sig"\))|assert(Not)?Contains""")  # but a .csv file is text
    files = set(Path(__file__).parent.rglob("*.py")) - {Path(__file__), Path(__file__).with_name("reading.py")}
    assert [file.name for file in files if whole_page.search(file.read_text())] == []
