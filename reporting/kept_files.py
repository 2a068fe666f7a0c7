"""Uploaded files that wait for somebody and are cleared away when nobody came."""

from contextlib import suppress
from datetime import datetime

from django.core.files.storage import default_storage


def remove_older(folder: str, moment: datetime) -> list[str]:
    """Ages are told by the files' own times: a demonstration city's clock is days behind, its disk is not."""
    removed = []
    with suppress(FileNotFoundError):  # nothing was ever kept there
        for name in default_storage.listdir(folder)[1]:
            path = f"{folder}/{name}"
            with suppress(FileNotFoundError):  # somebody else has just cleared it away
                if default_storage.get_modified_time(path) < moment:
                    default_storage.delete(path)
                    removed.append(path)
    return removed
