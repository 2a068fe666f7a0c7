"""What the files of an edition say, and its digest."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

Content = Mapping[str, Mapping[str, Any]]  # file name to what it says: all of an edition, as plain values


def digest_of(content: Mapping[str, Any]) -> str:
    """The same on every machine: of what the files say, not of how they are laid out."""
    return hashlib.sha256(as_digested(content)).hexdigest()


def as_digested(content: Mapping[str, Any]) -> bytes:
    """What the digest is of. The order of columns and parameters is not in it."""
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_as_text)
    return canonical.encode()


def as_plain(content: Content) -> dict[str, dict[str, Any]]:
    """The same content as JSON keeps it; its digest is the same."""
    return json.loads(json.dumps(content, ensure_ascii=False, default=_as_text))


def _as_text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} has no place in a definition")
