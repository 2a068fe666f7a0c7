"""The course of one import: uploaded → tried → confirmed → imported, each long step in a worker under a lease."""

from collections.abc import Callable
from datetime import datetime

from django.core.files import File
from django.core.files.base import ContentFile
from django.db import transaction

from accounts.access import Refused
from accounts.models import User
from reporting.leases import Hand
from reporting.long_imports import (
    be_confirmable,
    begun,
    carry_out_import,
    confirmed,
    lost,
)
from reporting.models import RegisterImport
from reporting.register.imports.importing import RegisterDryRun, be_the_office, import_register, try_import
from reporting.register.imports.outcome import as_file, counts_of
from text.package import read_bounded, refuse_extension

MOVED = "试导入之后名录或报告期有变动，没有导入。下面是按现在的名录重新核对的结果，请看过再确认。"


def begin(upload: File, by: User, at: datetime, real: datetime) -> RegisterImport:
    """Store the file and ask for its dry run; the one that the same person asked for a moment ago with the same file.
    Raises Unreadable for what can be told at once, the rest is found by the worker."""
    be_the_office(by)
    refuse_extension(upload.name)
    file = ContentFile(read_bounded(upload), "register.xlsx")
    return begun(RegisterImport, upload.name, file, by=by, at=at, real=real, district=by.district)


@transaction.atomic
def confirm(stored: RegisterImport, seen: str, by: User, at: datetime, real: datetime) -> RegisterImport:
    """Ask for the import itself. `seen` is the digest of what the person was shown; only that will be imported."""
    be_the_office(by)
    stored = RegisterImport.objects.select_for_update().get(pk=stored.pk)
    be_confirmable(stored, seen, "名录")
    if stored.effect["problems"]:
        raise Refused("名录里还有问题，没有导入。请改好后重新上传。")
    if not stored.effect["new"] + stored.effect["changed"]:
        raise Refused("与名录完全一致，没有要导入的内容。")
    return confirmed(stored, by, at, real)


def take_up(real: datetime) -> list[int]:
    return lost(RegisterImport, real)


def run(pk: int, now: Callable[[], datetime], at: datetime) -> None:
    """The dry run of what was uploaded, or the import of what was confirmed. `now` is the machine's clock."""
    stored = RegisterImport.objects.select_related("by__district", "confirmed_by__district").get(pk=pk)

    carry_out_import(stored, now, lambda hand: try_out(stored, hand, at), lambda hand: carry_in(stored, hand, at))


def try_out(stored: RegisterImport, hand: Hand, at: datetime) -> None:
    tried = try_import(stored.file, stored.name, by=stored.by, at=at, say=hand.speak)
    show(stored, hand, tried)


def carry_in(stored: RegisterImport, hand: Hand, at: datetime) -> None:
    """Done is written in the transaction of the import itself: a worker killed between the two would import twice."""
    shown = stored.effect["digest"]

    def seal(done: RegisterDryRun) -> None:
        hand.end(RegisterImport.DONE, counts_of(done))

    found = import_register(
        stored.file, stored.name, by=stored.confirmed_by, at=at, say=hand.speak, shown=shown, seal=seal
    )
    if not found.is_clean or found.digest != shown:
        show(stored, hand, found, moved=True)


def show(stored: RegisterImport, hand: Hand, tried: RegisterDryRun, *, moved: bool = False) -> None:
    stored.outcome.save("outcome.json", as_file(tried), save=False)
    hand.end(
        RegisterImport.TRIED,
        {**counts_of(tried), "moved": moved},
        outcome=stored.outcome.name,
        confirmed_by=None,
        confirmed_at=None,
    )
