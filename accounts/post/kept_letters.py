"""Letters that lie in a folder because no mail server is configured."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

BETWEEN_LETTERS = b"\n" + b"-" * 79 + b"\n"  # how Django's file mail writes several letters into one file


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
