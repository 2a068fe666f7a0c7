"""Reading what may be broken: it is read again first, then taken away and made again from the record."""

from collections.abc import Callable
from typing import TypeVar

from reporting.city_columns.drafts import DRAFTS
from reporting.city_columns.files import Broken, identity, in_turn
from reporting.city_columns.kept import FILINGS

ATTEMPTS = 12  # three files of a period, and those of four earlier ones, may want making again
Read = TypeVar("Read")


def mended(reading: Callable[[], Read], refresh: Callable[[], object]) -> Read:
    """What is read of the stored columns. One file read after another looks broken, too, while somebody writes them: a
    file is taken away only when it is the same and as broken at the second look. `refresh` makes it again."""
    before = None
    for _ in range(ATTEMPTS):
        try:
            return reading()
        except Broken as broken:
            seen = broken.path, broken.seen
            if broken.seen is None or seen == before:
                _take_away(broken)
                refresh()
            before = seen
    refresh()
    return reading()


def _take_away(broken: Broken) -> None:
    """In the turn of those who write it, and unless they have written another by then."""
    period, name = broken.path.parent.name, broken.path.stem
    with in_turn(f"{period}-{DRAFTS if name == DRAFTS else FILINGS}"):
        if broken.seen and identity(broken.path) == broken.seen:
            broken.path.unlink()
