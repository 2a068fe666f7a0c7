"""Finding by words: what holds all of them, wherever they stand, with the hits marked. Chinese has no blanks between
words, so a word is found as a part of the text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from text.incoming import without_hidden

MOST_ASKED = 100
MOST_WORDS = 8
AROUND = 60  # characters shown on either side of the first hit


@dataclass(frozen=True)
class TextPart:
    text: str
    is_hit: bool


def words_of(asked: str) -> list[str]:
    """The words, each once; full-width letters and digits are plain ones, punctuation parts words."""
    plain = unicodedata.normalize("NFKC", without_hidden(asked))[:MOST_ASKED].casefold()
    words = (word.strip("-—.") for word in re.split(r"[^\w.%—-]+", plain))
    return list(dict.fromkeys(filter(None, words)))[:MOST_WORDS]


def holds_all(text: str, words: Sequence[str]) -> bool:
    lowered = text.casefold()
    return bool(words) and all(word in lowered for word in words)


def marked(text: str, words: Iterable[str]) -> list[TextPart]:
    """The text in parts, those that were asked for told from the rest."""
    asked = sorted((re.escape(word) for word in words), key=len, reverse=True)
    if not asked:
        return [TextPart(text, False)]
    parts = re.split(f"({'|'.join(asked)})", text, flags=re.IGNORECASE)
    return [TextPart(part, number % 2 == 1) for number, part in enumerate(parts) if part]


def excerpt(text: str, words: Sequence[str]) -> str:
    """The text around the first hit, where it is long."""
    lowered = text.casefold()
    first = min((place for word in words if (place := lowered.find(word)) >= 0), default=0)
    begin, end = max(0, first - AROUND), first + 2 * AROUND
    return f"{'……' if begin else ''}{text[begin:end]}{'……' if end < len(text) else ''}"
