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


def test_white_space_in_the_markup_is_as_a_browser_takes_it():
    page = '<p\n  class="hint"\n>\n  两行\n  <b>话</b> 和\n  <a href="/a/" >去\n  看</a>\n</p>'
    assert markup_of(HttpResponse(page)) == '<p class="hint">两行 <b>话</b> 和 <a href="/a/">去 看</a></p>'


def test_no_test_looks_for_words_in_a_whole_page():
    csv = r'(?!"utf-8-sig"\))'  # its file is text
    whole_page = re.compile(rf"\.content\.decode\({csv}|assert(Not)?Contains|\b(answer|page|response)\.text\b")
    files = set(Path(__file__).parent.rglob("*.py")) - {Path(__file__), Path(__file__).with_name("reading.py")}
    assert [file.name for file in files if whole_page.search(file.read_text())] == []
