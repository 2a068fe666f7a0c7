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

    def remove(self) -> None:
        self.storage.remove()


def keep(file: File, by: User, salt: str, **notes) -> str:
    """Put the file by until it is confirmed, and clear away what nobody has confirmed for a day; gives the ticket."""
    file.seek(0)
    storage = MediaStorage()
    storage.save(file.read())
    kept_at = default_storage.get_modified_time(storage.get_full_path())
    remove_older(storage.MEDIA_FOLDER, kept_at - KEPT_FOR)
    return signing.dumps({"name": storage.name, "file": file.name, "by": by.pk, **notes}, salt=salt)


def redeem(ticket: str, by: User, salt: str) -> Kept:
    """The file of a ticket; refused to anybody else, when it is too old, and the second time."""
    try:
        notes = signing.loads(ticket, salt=salt, max_age=HOURS_TO_CONFIRM * 3600)
        storage = MediaStorage(name=notes["name"])
        content = storage.read()
    except (signing.BadSignature, OSError):
        raise Refused("这次试导入已过期或已经导入过，请重新上传文件。") from None
    if notes["by"] != by.pk:
        raise Refused("这次试导入不是您做的，请自己上传文件。")
    return Kept(storage, content, notes)
