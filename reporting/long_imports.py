"""What the imports that a worker carries out have in common: uploaded → tried → confirmed → imported, under a lease."""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, TypeVar

from django.core.files.base import ContentFile
from django.db import transaction

from accounts.access import DoneAlready, Refused
from accounts.models import User
from reporting.kept_files import remove_older
from reporting.leases import FAILED, JUST_NOW, Hand, ask_again, carry_out, is_lost, spoken_at
from reporting.models.long_import import LongImport
from text.package import Unreadable

Say = Callable[[int, int], None]  # how far it is: rows judged, of how many
AnImport = TypeVar("AnImport", bound=LongImport)
KEPT_FOR = timedelta(days=7)
CLEARED = "上传的文件已清除，请重新上传。"


def say_nothing(judged: int, total: int) -> None:
    """For whoever waits for the answer."""


class ConfirmedAlready(DoneAlready):
    """A second press: what it asks for is under way or done."""


def begun(
    kind: type[AnImport], name: str, file: ContentFile, *, by: User, at: datetime, real: datetime, **facts
) -> AnImport:
    """Store a file and ask for its dry run; the one that the same person asked for a moment ago with the same file and
    the same further `facts` of the row."""
    clear_forgotten(kind, real)
    imports: Any = kind._default_manager
    same = {"by": by, "digest": sha256(file.read()).hexdigest(), **facts}
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=by.pk)  # of two presses the second finds the first
        newest = imports.filter(**same).first()
        if newest and is_the_same_press(newest, real):
            return newest
        return imports.create(name=name[-255:], file=file, effect={"spoken": real.isoformat()}, at=at, **same)


def is_the_same_press(stored: LongImport, real: datetime) -> bool:
    if stored.is_running:
        return not is_lost(stored, real)
    return stored.state != LongImport.DONE and spoken_at(stored) > real - JUST_NOW


def be_confirmable(stored: LongImport, seen: str, what: str) -> None:
    """`seen` is the digest of what the person was shown; only that is imported."""
    if stored.state == LongImport.DONE:
        raise ConfirmedAlready(f"这份{what}已经导入，没有再导入一次。")
    if stored.state == LongImport.IMPORTING:
        raise ConfirmedAlready("已经确认过，正在导入，不必再按。")
    if stored.is_expired:
        raise Refused(CLEARED)
    if stored.state != LongImport.TRIED or stored.effect["digest"] != seen:
        raise Refused("您看到的对照已经不是最新的，没有导入。请看过现在的对照再确认。")


def confirmed(stored: AnImport, by: User, at: datetime, real: datetime) -> AnImport:
    """Ask for the import itself."""
    stored.state, stored.done = LongImport.IMPORTING, 0
    stored.confirmed_by, stored.confirmed_at = by, at
    stored.effect = {**stored.effect, "spoken": real.isoformat(), "moved": False}
    stored.save(update_fields=["state", "done", "confirmed_by", "confirmed_at", "effect"])
    return stored


def carry_out_import(
    stored: LongImport, now: Callable[[], datetime], try_out: Callable[[Hand], None], carry_in: Callable[[Hand], None]
) -> None:
    """The dry run of what was uploaded, or the import of what was confirmed. `now` is the machine's clock."""

    def work(hand: Hand) -> None:
        try:
            if stored.is_expired:
                raise Refused(CLEARED)
            with stored.file.open("rb"):
                (carry_in if stored.state == LongImport.IMPORTING else try_out)(hand)
        except (Unreadable, Refused) as refused:
            hand.end(FAILED, {"refused": str(refused)})

    carry_out(stored, now, work)


def try_again(stored: LongImport, real: datetime) -> bool:
    """One whose worker was lost goes on where it was; one that broke is tried from the beginning. False where somebody
    else has asked already, or there is nothing to ask for."""
    if stored.is_expired:
        raise Refused(CLEARED)
    if is_lost(stored, real):
        return ask_again(stored, stored.effect, real)
    if stored.state == LongImport.FAILED:
        return ask_again(stored, {}, real, state=LongImport.TRYING, done=0, total=0)
    return False


def lost(kind: type[LongImport], real: datetime) -> list[int]:
    """The imports whose worker was lost, or that no worker was ever told of; each is given out once."""
    running = kind._default_manager.filter(state__in=[LongImport.TRYING, LongImport.IMPORTING])
    return [stored.pk for stored in running if is_lost(stored, real) and ask_again(stored, stored.effect, real)]


def clear_forgotten(kind: type[LongImport], real: datetime) -> None:
    """The rows stay, and say that their file is gone."""
    removed = remove_older(kind.FOLDER, real - KEPT_FOR)
    uploads: Any = kind._default_manager
    uploads.filter(file__in=removed).update(file="")
    uploads.filter(outcome__in=removed).update(outcome="")
