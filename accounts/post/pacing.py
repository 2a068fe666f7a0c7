"""How fast letters leave, by receiving domain: so many a minute, fewer when somebody there complains, none for a while
when a day's measure is full, and by and by as many as before. How many that is: MAIL_PACE in config/settings.py.

A domain's row is locked while letters to it are taken, so any number of workers keep one pace together. What a killed
worker had taken counts as taken, and its letters are taken again. A pause holds back bulk; of the letters that somebody
waits for, one a minute is let through, since what is refused to many is often granted to one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from accounts.models import ReceivingDomain

SERVER = ""  # the name of the row that stands for the mail server itself
WINDOW = timedelta(minutes=1)
SLACK = timedelta(seconds=5)  # the beat that comes once a minute is not always punctual
CALM = 20  # letters taken without a complaint before the pace doubles again
MORNING, NOON = time(7), time(12)
MORNING_PAUSE = timedelta(hours=2)  # a measure that counts back over 24 hours is still full in the morning
# A measure of a whole day. Sources: Gmail 5.4.5 (daily sending quota), Exchange 5.1.90 (daily message limit), 163
# MI:STC (当天的连接数量超限), QQ 邮箱每日发信限额, Yahoo and others "per day", "24 hours".
A_DAYS = re.compile(
    r"\bdaily\b|(per|each|a|this|24.?hour) ?day\b|24.?h(ou)?rs?\b|today|tomorrow"
    r"|MI:STC|当[天日]|每[天日]|今[天日]|24 ?小时",
    re.IGNORECASE,
)


class Shut:
    """What may not be taken now: bulk to these domains, or anything to them."""

    def __init__(self, at: datetime) -> None:
        self.at, self.for_bulk, self.for_all = at, set(), set()
        self.server_is_slow = False  # while it is not, nobody waits for its row
        busy = Q(paused_until__gt=at) | Q(window_at__gt=at - WINDOW + SLACK) | Q(name=SERVER, slowness__gt=0)
        for row in ReceivingDomain.objects.filter(busy):
            self.note(row)
            self.server_is_slow |= row.name == SERVER and (row.slowness > 0 or row.paused(at))

    def note(self, row: ReceivingDomain) -> None:
        if not room(row, True, self.at):
            self.for_bulk.add(row.name)
        if not room(row, False, self.at):
            self.for_all.add(row.name)

    @property
    def server(self) -> str:
        """What of all letters is shut: "", "bulk" or "all"."""
        return "all" if SERVER in self.for_all else "bulk" if SERVER in self.for_bulk else ""


def room(row: ReceivingDomain, bulk: bool, at: datetime) -> int:
    """How many more of these letters may be taken in this minute."""
    taken = row.taken if is_counting(row, at) else 0
    if row.paused(at):
        return 0 if bulk else max(0, 1 - taken)
    kept_free = 0 if bulk else max(1, row.whole_pace // 5)
    return max(0, row.pace + kept_free - taken)


def is_counting(row: ReceivingDomain, at: datetime) -> bool:
    """Whether the minute in which letters were last taken still runs."""
    return row.window_at is not None and row.window_at > at - WINDOW + SLACK


def admit(wanted: list[tuple[int, str, bool]], shut: Shut) -> list[int]:
    """Of these letters (number, domain, bulk) in their order those for which there is room, taken. Domains that have no
    more are noted in `shut`. Called within the transaction that claims the letters."""
    names = {domain for _, domain, _ in wanted} | ({SERVER} if shut.server_is_slow else set())
    rows = hold(names)
    admitted, taken = [], Counter()
    for number, domain, bulk in wanted:
        asked = [rows[name] for name in {domain, SERVER} & rows.keys()]
        if all(room(row, bulk, shut.at) > 0 for row in asked):
            admitted.append(number)
            taken.update(row.name for row in asked)
            for row in asked:
                _take_one(row, shut.at)
    ReceivingDomain.objects.bulk_update([rows[name] for name in taken], ["window_at", "taken"])
    for row in rows.values():
        shut.note(row)
    return admitted


def _take_one(row: ReceivingDomain, at: datetime) -> None:
    if not is_counting(row, at):
        row.window_at, row.taken = at, 0
    row.taken += 1


def hold(names: Iterable[str]) -> dict[str, ReceivingDomain]:
    """The rows of these domains, locked in one order for all; made when a domain is new."""
    wanted = ReceivingDomain.objects.filter(name__in=names)
    new = sorted(set(names) - set(wanted.values_list("name", flat=True)))
    # Before a row is locked: who waits for another's new row holds none that the other may want.
    ReceivingDomain.objects.bulk_create([ReceivingDomain(name=name) for name in new], ignore_conflicts=True)
    return {row.name: row for row in wanted.order_by("name").select_for_update()}


@transaction.atomic
def pause(name: str, words: str, at: datetime, first: timedelta, longest: timedelta) -> bool:
    """Nothing in bulk for a while, which doubles as long as nothing is taken, or till another day when the words say
    so. False when there is a pause already: another worker was told, or a letter that was let through."""
    row = hold([name])[name]
    if row.paused(at):
        return False
    row.paused_until = next_day(at) if A_DAYS.search(words) else at + min(first * 2 ** min(row.in_vain, 20), longest)
    row.in_vain += 1
    row.accepted = 0
    row.save(update_fields=["paused_until", "in_vain", "accepted"])
    return True


@transaction.atomic
def halve(name: str) -> None:
    """From now on half as many a minute, and never none."""
    row = hold([name])[name]
    row.slowness = min(row.slowness + 1, row.whole_pace.bit_length() - 1)
    row.save(update_fields=["slowness"])


def go_on(names: Iterable[str]) -> None:
    """Somebody has seen to it: nobody waits for the end of a pause."""
    ReceivingDomain.objects.filter(name__in=names).update(paused_until=None, in_vain=0)


def next_day(at: datetime) -> datetime:
    """When a day's measure is worth another try: the next morning, and in the morning itself somewhat later."""
    local = at.astimezone(ZoneInfo(settings.TIME_ZONE))
    if MORNING <= local.time() < NOON:
        return at + MORNING_PAUSE
    day = local.date() + timedelta(days=local.time() >= MORNING)
    return datetime.combine(day, MORNING, local.tzinfo)


def went_through(name: str, letters: int) -> bool:
    """So many letters were taken without a complaint. Whether that ends a slow time."""
    slow = ReceivingDomain.objects.filter(name=name).filter(Q(slowness__gt=0) | Q(in_vain__gt=0))
    if not slow.update(accepted=F("accepted") + letters, in_vain=0):
        return False
    slow.filter(slowness__gt=0, accepted__gte=CALM).update(slowness=F("slowness") - 1, accepted=0)
    return not slow.filter(slowness__gt=0).exists()
