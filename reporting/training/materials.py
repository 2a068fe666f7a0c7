"""培训资料: files of a session, handed to whom the session is for."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from pathlib import PurePath

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts import journal
from accounts.access import DoneAlready, Refused
from accounts.models import User
from reporting.models import TrainingMaterial, TrainingSession
from reporting.training.sessions import be_a_trainer, be_held, locked_session
from text.incoming import without_hidden

LARGEST = 20 * 1024 * 1024  # bytes
LONGEST_NAME = 120  # its end says its kind
PACKAGE, OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
# How a file of each kind begins: what it says it is, it is.
KINDS = {
    "pdf": b"%PDF-",
    **dict.fromkeys(("docx", "xlsx", "pptx", "wps", "et", "dps", "zip"), PACKAGE),
    **dict.fromkeys(("doc", "xls", "ppt"), OLD_OFFICE),
    "png": b"\x89PNG",
    **dict.fromkeys(("jpg", "jpeg"), b"\xff\xd8\xff"),
}
OF_EITHER_KIND = ("wps", "et", "dps")  # WPS keeps its own as one or the other


@transaction.atomic
def attach(session: TrainingSession, file: UploadedFile[bytes], *, by: User, at: datetime) -> TrainingMaterial:
    """Also after the session: the slides often come last. The same file a second time is the first."""
    be_a_trainer(by)
    session = locked_session(session)
    be_held(session)
    name = named(file)
    digest = sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    said = {"digest": digest.hexdigest(), "withdrawn_at": None}
    if twin := session.materials.filter(**said).first():
        raise DoneAlready(f"同一个文件已经上传过（{twin.name}），没有再存一份。")
    size = file.size or 0
    file.name = f"{session.pk}{PurePath(name).suffix}"  # what a person called it is kept beside it
    material = TrainingMaterial.objects.create(session=session, file=file, name=name, size=size, by=by, at=at, **said)
    journal.record(by=by, at=at, action="上传培训资料", subject=session.title, after={"文件": name})
    return material


@transaction.atomic
def withdraw(material: TrainingMaterial, *, by: User, at: datetime) -> None:
    be_a_trainer(by)
    material = TrainingMaterial.objects.select_for_update().get(pk=material.pk)
    if material.withdrawn_at:
        raise DoneAlready(f"“{material.name}”已经撤下。")
    material.withdrawn_at = at
    material.save(update_fields=["withdrawn_at"])
    journal.record(by=by, at=at, action="撤下培训资料", subject=material.session.title, before={"文件": material.name})


def named(file: UploadedFile[bytes]) -> str:
    """The file's own name, where it is what it says and no larger than we take."""
    name = without_hidden(file.name or "").strip()[-LONGEST_NAME:]
    kind = PurePath(name).suffix.lower().removeprefix(".")
    if kind not in KINDS:
        raise Refused(f"“{name}”不是可以上传的文件。请上传 PDF、Word、Excel、PPT、WPS、图片或 zip 文件。")
    if not file.size:
        raise Refused(f"“{name}”是空的，没有内容。请重新保存后再上传。")
    if file.size > LARGEST:
        raise Refused(
            f"“{name}”有 {file.size / 1024 / 1024:.0f} MB，超过 20 MB。请压缩后上传，或把下载链接写进内容里。"
        )
    beginning = file.read(8)
    file.seek(0)
    wanted = (PACKAGE, OLD_OFFICE) if kind in OF_EITHER_KIND else (KINDS[kind],)
    if not beginning.startswith(wanted):
        raise Refused(f"“{name}”的内容不是 .{kind} 文件。请用原来的程序重新另存后上传，不要只改扩展名。")
    return name
