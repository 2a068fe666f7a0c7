"""Somebody at a browser: cookies, forms as the page offers them, and every request counted."""

import http.client
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from tests.reading import in_one_space, words_in
from tests.year.pages import Form, forms_of

REDIRECTS = (301, 302, 303)
Typed = str | list[str] | None


@dataclass
class Page:
    path: str
    status: int
    content: bytes

    @property
    def markup(self) -> str:
        """For links, fields and attributes, as tests.reading.markup_of gives it."""
        return in_one_space(self.sent)

    @property
    def sent(self) -> str:
        return str(self.content, "utf-8")

    @property
    def words(self) -> str:
        return words_in(self.sent)

    @property
    def forms(self) -> list[Form]:
        return forms_of(self.sent)

    def form(self, action: str, **holding: str) -> Form:
        """The form that goes to `action`; of several the one whose hidden fields hold this."""
        for form in self.forms:
            goes_to = (form.action or self.path).partition("?")[0]
            if (
                form.method == "post"
                and goes_to == action
                and all(form.fields.get(k) == [v] for k, v in holding.items())
            ):
                return form
        raise AssertionError(f"{self.path} has no form to {action}: {self.status} {self.words[:600]}")


def forms_to(page: Page, action: str) -> list[Form]:
    return [form for form in page.forms if (form.action or page.path) == action]


@dataclass
class Browser:
    """One person's, on a site that is called `host` and listens at `port` of this machine."""

    host: str
    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    requests: int = 0
    line: http.client.HTTPConnection | None = None

    def get(self, path: str) -> Page:
        return self.follow(self.ask("GET", path))

    def post(
        self, path: str, fields: Mapping[str, list[str]], files: Mapping[str, tuple[str, bytes]] | None = None
    ) -> Page:
        return self.follow(self.send(path, fields, files))

    def send(self, path: str, fields: Mapping[str, list[str]], files: Mapping[str, tuple[str, bytes]] | None = None):
        """POST, and stay where it answers."""
        if not files:
            return self.ask("POST", path, urlencode(fields, doseq=True).encode(), "application/x-www-form-urlencoded")
        between = secrets.token_hex(16)
        body = b"".join(parts(between, fields, files)) + f"--{between}--\r\n".encode()
        return self.ask("POST", path, body, f"multipart/form-data; boundary={between}")

    def press(self, page: Page, action: str, holding: Mapping[str, str] | None = None, **typed: Typed) -> Page:
        """Fill in the form of this page that goes to `action`, and send it."""
        return self.post(action, page.form(action, **(holding or {})).sent(**typed))

    def press_through(self, page: Page, action: str, holding: Mapping[str, str] | None = None, **typed: Typed) -> Page:
        """The same where the site may first show what the press would do, and ask."""
        answer = self.press(page, action, holding, **typed)
        asks = any("seen" in form.fields for form in forms_to(answer, action))
        return self.press(answer, action) if asks else answer

    def upload(self, page: Page, action: str, name: str, content: bytes, **typed: Typed) -> Page:
        return self.post(action, page.form(action).sent(**typed), {"workbook": (name, content)})

    def follow(self, answer: tuple[Page, str]) -> Page:
        page, leads_to = answer
        while page.status in REDIRECTS:
            page, leads_to = self.ask("GET", leads_to)
        assert page.status == 200, f"{page.path} answered {page.status}: {page.words[:900]}"
        return page

    def ask(self, verb: str, address: str, body: bytes | None = None, kind: str = "") -> tuple[Page, str]:
        """A page, and where it leads."""
        url = urlsplit(address)
        path = f"{url.path}?{url.query}" if url.query else url.path
        heads = {"Host": self.host, "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if kind:
            heads["Content-Type"] = kind
        self.requests += 1
        answer = self.once(verb, path, body, heads)
        content = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Page(url.path, answer.status, content), answer.headers.get("Location", "")

    def once(self, verb: str, path: str, body: bytes | None, heads: Mapping[str, str]) -> http.client.HTTPResponse:
        """A line the server has let go of while nobody asked is opened anew."""
        for line in (self.line, None):
            self.line = line or http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
            try:
                self.line.request(verb, path, body=body, headers=dict(heads))
                return self.line.getresponse()
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self.line.close()
                if line is None:
                    raise
        raise AssertionError


def parts(between: str, fields: Mapping[str, list[str]], files: Mapping[str, tuple[str, bytes]]):
    said = f'--{between}\r\nContent-Disposition: form-data; name="'
    for name, values in fields.items():
        yield from (f'{said}{name}"\r\n\r\n{value}\r\n'.encode() for value in values)
    for name, (called, content) in files.items():
        yield f'{said}{name}"; filename="{called}"\r\nContent-Type: application/octet-stream\r\n\r\n'.encode()
        yield content + b"\r\n"
