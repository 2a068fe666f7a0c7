"""What falls due together is done each by itself: one that fails does not keep the others from being done."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

logger = logging.getLogger(__name__)


def do_each(pieces: Iterable[tuple[str, Callable[[], object]]], undone: str) -> None:
    """Each of these, called by its name. Whoever called hears of all failures at the end, under the words `undone`."""
    failures = []
    for name, do in pieces:
        try:
            do()
        except Exception as failure:
            logger.exception("%s failed", name)
            failures.append(failure)
    if failures:
        raise ExceptionGroup(undone, failures)
