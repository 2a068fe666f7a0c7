"""How a test reads a page: by the words somebody sees on it.

A page as it is sent holds random letters (CSRF tokens, tickets): a short text looked for in all of it is found by
chance.
"""

import re
from html.parser import HTMLParser

UNSEEN = {"head", "script", "style", "template"}
INLINE = set("a abbr b button cite code del em i input ins kbd label mark s small span strong sub sup u var".split())
EMPTY = set("area base br col embed hr img input link meta source track wbr".split())
TYPED = {"text", "search", "email", "tel", "url", "number", "date", "month", "submit", "button"}
READ_OUT = ("aria-label", "alt", "placeholder", "title", "data-confirm")
INSIDE = re.compile(r"(<[a-z][^<>]*?) ?(>) ?| (</)")
TOKEN = re.compile("""(?<=name="csrfmiddlewaretoken" value=")[^"]*|(?<="X-CSRFToken": ")[^"]*""")


def words_on(answer, status: int = 200) -> str:
    """What a person sees on the page or has read out, a line for every paragraph, row or list entry, one space for any
    white space and between cells. Labels, hints and what stands in a field belong to it, with every choice of a list;
    not the title of the window, hidden fields and whatever is hidden until a script shows it."""
    assert answer.status_code == status, answer
    return words_in(answer.content.decode())


def markup_of(answer, status: int = 200) -> str:
    """The page as it is sent, without the token of every form: for links, fields and attributes. A ticket or the number
    of an urging still stands in it, so ask for a whole attribute and never for a few letters. White space is as in a
    browser: one space for any, none just inside an element."""
    assert answer.status_code == status, answer
    return in_one_space(TOKEN.sub("", answer.content.decode()))


def in_one_space(markup: str) -> str:
    return INSIDE.sub(r"\1\2\3", " ".join(markup.split()))


def words_in(html: str) -> str:
    reader = _WordsOnPage()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.heard).split("\0"))
    return "\n".join(line for line in lines if line)


class _WordsOnPage(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []
        self.unseen: list[str] = []  # the open elements, from the outermost that is not seen

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        said = dict(attributes)
        if self.unseen or tag in UNSEEN or "hidden" in said:
            if tag not in EMPTY:
                self.unseen.append(tag)
            return
        self._part(tag)
        self.heard += (f" {said[name]} " for name in READ_OUT if said.get(name))
        if tag == "input" and said.get("type", "text") in TYPED:
            self.heard.append(f" {said.get('value') or ''} ")

    def handle_endtag(self, tag: str) -> None:
        if not self.unseen:
            self._part(tag)
        elif tag in self.unseen:  # what was left open inside it ends with it
            while self.unseen.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.heard.append(data)

    def _part(self, tag: str) -> None:
        """Cells of a row are told apart by a space, lines by a line."""
        if tag in ("td", "th", "option"):
            self.heard.append(" ")
        elif tag not in INLINE:
            self.heard.append("\0")
