"""The one maker of letters. Which letters there are: accounts/emails.py and reporting/emails.py."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import formataddr, make_msgid, parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string

from accounts.tasks import send_letter

SENDER = "重庆软件统计直报"
BETWEEN_LETTERS = b"\n" + b"-" * 79 + b"\n"  # how Django's file mail writes several letters into one file


def deliver_after_commit(subject: str, template_stem: str, context: dict, to: str | list[str]) -> None:
    """Write the letter now, from templates/emails/<stem>.txt and .html, and queue it once the change is certain.
    A letter to nobody (a firm without a mailbox) is not an error."""
    addresses = [to] if isinstance(to, str) else list(to)
    addresses = [address for address in addresses if address]
    if not addresses:
        return
    context = {"site_url": settings.SITE_URL, "subject": subject, **context}
    text = render_to_string(f"emails/{template_stem}.txt", context)
    html = render_to_string(f"emails/{template_stem}.html", context)
    message_id = make_msgid(domain=urlsplit(settings.SITE_URL).hostname)
    transaction.on_commit(
        lambda: send_letter.delay(f"〔软统直报〕{subject}", text, html, sender(), addresses, message_id), robust=True
    )


def sender() -> str:
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((name or SENDER, address), charset="utf-8")


@dataclass(frozen=True)
class KeptLetter:
    key: str
    subject: str
    to: str
    sent: datetime | None
    text: str


def kept_folder() -> Path | None:
    """Where letters lie when no mail server is configured; None when they really go out."""
    if settings.EMAIL_BACKEND != "django.core.mail.backends.filebased.EmailBackend":
        return None
    return Path(settings.EMAIL_FILE_PATH)


def read_kept_letters(folder: Path, limit: int = 200) -> list[KeptLetter]:
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    letters = []
    for file in files:
        parts = [part for part in file.read_bytes().split(BETWEEN_LETTERS) if part.strip()]
        letters += [_read_letter(f"{file.stem}-{number}", part) for number, part in reversed(list(enumerate(parts)))]
        if len(letters) >= limit:
            break
    return letters[:limit]


def _read_letter(key: str, source: bytes) -> KeptLetter:
    letter = email.message_from_bytes(source.lstrip(b"\n"), policy=email.policy.default)
    body = letter.get_body(preferencelist=("plain", "html"))
    return KeptLetter(
        key=key,
        subject=str(letter["Subject"] or "（无主题）"),
        to=str(letter["To"] or ""),
        sent=letter["Date"].datetime.replace(tzinfo=UTC) if letter["Date"] else None,  # Django dates letters in UTC
        text=body.get_content() if body else "",
    )
