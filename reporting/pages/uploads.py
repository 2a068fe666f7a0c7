"""An uploaded file between its dry run and the confirmation: it waits under a signed name."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core import signing
from django.core.files import File
from django.core.files.storage import default_storage
from import_export.tmp_storages import MediaStorage

from accounts.access import Refused
from accounts.models import User
from reporting.kept_files import remove_older

HOURS_TO_CONFIRM = 2
KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Kept:
    """A file as it was uploaded, and what was noted with it."""

    storage: MediaStorage
    content: bytes
    notes: dict[str, Any]

    @property
    def name(self) -> str:
        return self.notes["file"]

    @property
    def number(self) -> str:
        """What this upload is called in the journal; another confirmation of it has the same."""
        return number_in(self.notes)

    def ticket(self, salt: str, **notes) -> str:
        """A ticket for the same file with other notes: what was noted is out of date."""
        return signing.dumps({**self.notes, **notes}, salt=salt)

    def remove(self) -> None:
        self.storage.remove()


class NotKept(Refused):
    """The file waits no longer. `notes` are those of its ticket, nothing where the ticket is none of ours."""

    def __init__(self, notes: dict[str, Any]) -> None:
        super().__init__(f"上传的文件只保留 {HOURS_TO_CONFIRM} 小时，已过期或已经导入过，请重新上传文件。")
        self.notes = notes


def keep(file: File, by: User, salt: str, **notes) -> str:
    """Put the file by until it is confirmed, and clear away what nobody has confirmed for a day; gives the ticket."""
    file.seek(0)
    storage = MediaStorage()
    storage.save(file.read())
    kept_at = default_storage.get_modified_time(storage.get_full_path())
    remove_older(storage.MEDIA_FOLDER, kept_at - KEPT_FOR)
    return signing.dumps({"name": storage.name, "file": file.name, "by": by.pk, **notes}, salt=salt)


def redeem(ticket: str, by: User, salt: str) -> Kept:
    """The file of a ticket; refused to anybody else, and with NotKept when it is too old, and the second time."""
    notes: dict[str, Any] = {}
    try:
        notes = signing.loads(ticket, salt=salt)
        signing.loads(ticket, salt=salt, max_age=HOURS_TO_CONFIRM * 3600)
        storage = MediaStorage(name=notes["name"])
        content = storage.read()
    except (signing.BadSignature, OSError):
        raise NotKept(notes if notes.get("by") == by.pk else {}) from None
    if notes["by"] != by.pk:
        raise Refused("这次上传不是您做的，请自己上传文件。")
    return Kept(storage, content, notes)


def number_in(notes: dict[str, Any]) -> str:
    return notes["name"][:12]
