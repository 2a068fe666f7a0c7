"""What a person sees on a page: its forms with what they would send, and the words and figures of its tables."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

Fields = dict[str, list[str]]


@dataclass
class Form:
    """A form as a browser would send it when nothing is touched."""

    action: str
    method: str = "get"
    fields: Fields = field(default_factory=dict)

    def says(self, name: str, value: str) -> None:
        self.fields.setdefault(name, []).append(value)

    def sent(self, **typed: str | list[str] | None) -> Fields:
        """With what was typed over it; None leaves the control out, as an unticked box does."""
        sent = dict(self.fields)
        for name, value in typed.items():
            sent.pop(name, None)
            if value is not None:
                sent[name] = value if isinstance(value, list) else [value]
        return sent


class FormReader(HTMLParser):
    """Reads the forms of a page. Disabled controls and buttons send nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.form: Form | None = None
        self.select: tuple[str, list[str], str | None] | None = None  # name, chosen, the first option
        self.option: str | None = None
        self.area: str | None = None
        self.text = ""

    def handle_starttag(self, tag: str, attrs) -> None:
        given = dict(attrs)
        name = given.get("name")
        if tag == "form":
            self.form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self.form)
        if self.form is None or "disabled" in given:
            return
        if tag == "input" and name:
            kind = given.get("type", "text")
            if kind in ("checkbox", "radio"):
                if "checked" in given:
                    self.form.says(name, given.get("value", "on"))
            elif kind not in ("submit", "button", "file"):
                self.form.says(name, given.get("value") or "")
        elif tag == "select" and name:
            self.select = name, [], None
        elif tag == "option" and self.select:
            value = given.get("value", "")
            name, chosen, first = self.select
            self.select = name, chosen + [value] * ("selected" in given), value if first is None else first
        elif tag == "textarea" and name:
            self.area, self.text = name, ""

    def handle_data(self, text: str) -> None:
        self.text += text

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "select" and self.select and self.form:
            name, chosen, first = self.select
            for value in chosen or [first or ""]:
                self.form.says(name, value)
            self.select = None
        elif tag == "textarea" and self.area and self.form:
            self.form.says(self.area, self.text.strip())
            self.area = None


def forms_of(html: str) -> list[Form]:
    reader = FormReader()
    reader.feed(html)
    return reader.forms


class TableReader(HTMLParser):
    """Reads tables as rows of cells; each cell is its visible words."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.in_cell = False

    def handle_starttag(self, tag: str, attrs) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
            self.in_cell = True

    def handle_data(self, text: str) -> None:
        if self.in_cell:
            self.rows[-1][-1] += text

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.in_cell = False


def rows_of(html: str) -> list[list[str]]:
    reader = TableReader()
    reader.feed(html)
    return [[" ".join(cell.split()) for cell in row] for row in reader.rows]
