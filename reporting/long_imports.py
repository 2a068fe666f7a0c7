"""What the imports that a worker carries out have in common: uploaded → tried → confirmed → imported, under a lease."""

from collections.abc import Callable
from datetime import datetime, timedelta

from accounts.access import DoneAlready, Refused
from reporting.kept_files import remove_older
from reporting.leases import JUST_NOW, ask_again, is_lost, spoken_at
from reporting.models.long_import import LongImport

Say = Callable[[int, int], None]  # how far it is: rows judged, of how many
KEPT_FOR = timedelta(days=7)
CLEARED = "上传的文件已清除，请重新上传。"


def say_nothing(judged: int, total: int) -> None:
    """For whoever waits for the answer."""


class ConfirmedAlready(DoneAlready):
    """A second press: what it asks for is under way or done."""


def is_the_same_press(stored: LongImport, real: datetime) -> bool:
    if stored.is_running:
        return not is_lost(stored, real)
    return stored.state != LongImport.DONE and spoken_at(stored) > real - JUST_NOW


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
    kind._default_manager.filter(file__in=removed).update(file="")
    kind._default_manager.filter(outcome__in=removed).update(outcome="")
