"""Uploaded files: what is kept as a scan, and what waits for somebody and is cleared away when nobody came."""

from contextlib import suppress
from datetime import datetime

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile

from accounts.access import Refused

LARGEST_SCAN = 20 * 1024 * 1024  # bytes


def be_a_scan(file: "UploadedFile[bytes]") -> None:
    if (size := file.size or 0) > LARGEST_SCAN:
        raise Refused(f"文件有 {size / 1024 / 1024:.0f} MB，超过 20 MB，请降低扫描分辨率后重新上传。")
    beginning = file.read(5)
    file.seek(0)
    if beginning != b"%PDF-":
        raise Refused(f"“{file.name}”不是 PDF 文件，请扫描为 PDF 后上传。")


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
