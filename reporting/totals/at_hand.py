"""What takes long to work out, kept while nothing it rests on changes."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache import cache

KEPT = 600  # seconds
AtHand = TypeVar("AtHand")


def at_hand(place: str, mark: Any, work_out: Callable[[], AtHand]) -> AtHand:
    """Turning from table to table adds nothing up again."""
    kept = cache.get(place)
    if kept is None or kept[0] != mark:
        kept = (mark, work_out())
        cache.set(place, kept, KEPT)
    return kept[1]
