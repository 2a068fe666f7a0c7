"""The course of one long export: asked for → written by a worker under a lease → fetched, or cleared away."""

import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta

from django.core.files import File
from django.db import transaction

from accounts import journal
from accounts.access import Refused
from accounts.models import User
from reporting.exports.kinds import KINDS, ExportOrder
from reporting.kept_files import remove_older
from reporting.leases import FAILED, JUST_NOW, Hand, ask_again, carry_out, is_lost, spoken_at
from reporting.models import LongExport

KEPT_FOR = timedelta(days=3)
NOT_YOURS_NOW = "您的账号已不能导出这一类内容，没有生成。"


@transaction.atomic
def begin(order: ExportOrder, total: int, by: User, at: datetime, real: datetime) -> LongExport:
    """Ask for a file; the one that runs already, or was asked for a moment ago, when the same person wants the same."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # of two presses the second finds the first
    same = {"by": by, "kind": order.kind, "asked": dict(order.asked)}
    newest = LongExport.objects.filter(**same).first()
    if newest and is_the_same_press(newest, real):
        return newest
    record_export(order, by, at)
    effect = {"spoken": real.isoformat()}
    return LongExport.objects.create(**same, name=order.name, total=total, effect=effect, at=at)


def is_the_same_press(stored: LongExport, real: datetime) -> bool:
    if stored.is_running:
        return not is_lost(stored, real)
    return stored.state == LongExport.DONE and not stored.is_expired and spoken_at(stored) > real - JUST_NOW


def record_export(order: ExportOrder, by: User, at: datetime) -> None:
    """Who took what out. A firm's own journal is its own affair."""
    if not by.enterprise_id:
        journal.record(by=by, at=at, action=KINDS[order.kind].action, district=by.district, **order.said)


def run(pk: int, now: Callable[[], datetime]) -> None:
    """Write the file. `now` is the machine's clock; the file is dated when it was asked for."""
    stored = LongExport.objects.select_related("by__district", "by__enterprise").get(pk=pk)

    def work(hand: Hand) -> None:
        kind = KINDS[stored.kind]
        try:
            if not stored.by.is_active or kind.needs not in stored.by.duties.abilities:
                raise Refused(NOT_YOURS_NOW)
            with tempfile.TemporaryFile() as out:
                kind.write(out, stored.by, stored.asked, stored.at, lambda done: hand.speak(done, stored.total))
                hand.speak(stored.total, stored.total)
                stored.file.save(stored.name, File(out), save=False)
        except Refused as refused:
            hand.end(FAILED, {"refused": str(refused)})
        else:
            hand.end(LongExport.DONE, {}, file=stored.file.name)

    carry_out(stored, now, work)


def try_again(stored: LongExport, real: datetime) -> bool:
    """One whose worker was lost, or that broke; False where somebody has asked already or there is nothing to ask."""
    if is_lost(stored, real):
        return ask_again(stored, stored.effect, real, done=0)
    if stored.state == LongExport.FAILED:
        return ask_again(stored, {}, real, state=LongExport.RUNNING, done=0)
    return False


def take_up(real: datetime) -> list[int]:
    """The exports whose worker was lost, or that no worker was ever told of; each is given out once. What was kept
    long enough goes: the rows stay, and say that their file is gone."""
    removed = remove_older(LongExport.FOLDER, real - KEPT_FOR)
    LongExport.objects.filter(file__in=removed).update(file="")
    running = LongExport.objects.filter(state=LongExport.RUNNING)
    return [stored.pk for stored in running if is_lost(stored, real) and ask_again(stored, stored.effect, real)]
