"""Writing letters: composed as rows, posted in the transaction of what they tell, sent by a worker (see outbox).

Which letters there are: accounts/emails.py and reporting/letters/about_filings.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Required, TypedDict, Unpack

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from accounts.models import District, Enterprise, Letter
from accounts.post import pulse
from accounts.post.tasks import send_letters
from accounts.standing_in import plainly

MOST_AT_ONCE = 1000  # topics named in one statement
SENDERS_AT_ONCE = 8  # how many workers one posting may set to work
MOST_OF_SUBJECT = Letter._meta.get_field("subject").max_length


class Row(TypedDict, total=False):
    """What the outbox keeps beside the letter's words. The same `key` to the same address is the same letter.

    due_at: not sent before, by the machine's clock. topic: what `withdraw` calls it by. bulk: goes after letters that
    somebody waits for. secret: the facts (a link that opens an account) are thrown away once it is sent. good_until:
    not tried after that.
    """

    key: Required[str]
    at: Required[datetime]
    due_at: datetime | None
    topic: str
    period: str
    enterprise: Enterprise | None
    district: District | None
    bulk: bool
    secret: bool
    good_until: datetime | None


def compose(stem: str, subject: str, facts: dict, to: str, **row: Unpack[Row]) -> Letter:
    """One letter to one address, not stored yet. Templates emails/<stem>.txt and .html see the `facts`, which are plain
    values; `path` among them becomes the letter's link."""
    key, at = key_to(row.pop("key"), to), row.pop("at")
    due_at = row.pop("due_at", None) or at
    if "path" in facts:
        facts = facts | {"path": plainly(facts["path"])}
    return Letter(
        key=key,
        message_id=message_id_of(key),
        to=to,
        subject=" ".join(subject.split())[:MOST_OF_SUBJECT],
        stem=stem,
        facts=facts,
        written_at=at,
        due_at=due_at,
        **row,
    )


def key_to(key: str, to: str) -> str:
    """What a letter's row is known by: what it is about, and to whom it goes."""
    return f"{key} {to}"


def known_keys(keys: Iterable[str]) -> set[str]:
    """Those of these rows' keys that lie in the outbox already."""
    return set(Letter.objects.filter(key__in=list(keys)).values_list("key", flat=True))


def message_id_of(key: str) -> str:
    """The same for every attempt, and known only to those the letter passed: a returned letter is believed by it."""
    return f"<{salted_hmac('accounts.letters', key, algorithm='sha256').hexdigest()[:40]}@{settings.SITE_HOST}>"


def post(letters: Iterable[Letter]) -> int:
    """Put letters into the outbox with the change they tell of; those that lie there already stay as they are.

    Workers are told after the commit. If that word is lost, the next minute's beat finds the rows. Returns how many
    were handed in, the known ones among them.
    """
    letters = [letter for letter in letters if letter.to]
    if not letters:
        return 0
    Letter.objects.bulk_create(letters, batch_size=1000, ignore_conflicts=True)
    _tell_workers(len(letters))
    return len(letters)


def _tell_workers(letters: int) -> None:
    workers = min(SENDERS_AT_ONCE, 1 + letters // 100)
    transaction.on_commit(lambda: pulse.hand_on(send_letters, times=workers), robust=True)


def withdraw(topic: str) -> int:
    """Letters on this topic are not wanted any more. One that a worker is handing over may still go, but is not tried
    again, nor is one that was sent and comes back."""
    return _withdraw(Letter.objects.filter(topic=topic))


def withdraw_each(topics: Sequence[str]) -> int:
    """The same for many topics."""
    parts = [topics[start : start + MOST_AT_ONCE] for start in range(0, len(topics), MOST_AT_ONCE)]
    return sum(_withdraw(Letter.objects.filter(topic__in=part)) for part in parts)


def withdraw_all(period: str, kind: str) -> int:
    """The same for all topics of a kind ("owed") in a period."""
    return _withdraw(Letter.objects.filter(period=period, topic__startswith=f"{kind}:"))


def _withdraw(unwanted: QuerySet[Letter]) -> int:
    unwanted.filter(state__in=[Letter.State.HANDED, Letter.State.SENT]).update(unwanted=True)
    return withdraw_unsent(unwanted)


def withdraw_unsent(unwanted: QuerySet[Letter]) -> int:
    """Of these letters those that have not left, and nothing else on their topics."""
    return unwanted.filter(state__in=Letter.UNSENT).update(state=Letter.State.WITHDRAWN)


def put_back(letters: Iterable[Letter]) -> int:
    """Those of these letters that were withdrawn before they were sent wait again, with today's facts. One that a
    worker had tried before it was withdrawn may have arrived, and is marked."""
    needed = {letter.key: letter for letter in letters}
    Letter.objects.filter(key__in=needed, unwanted=True).update(unwanted=False)
    rows = Letter.objects.filter(key__in=needed, state=Letter.State.WITHDRAWN, sent_at=None)
    rows = list(rows.order_by("pk").select_for_update())
    for row in rows:
        letter = needed[row.key]
        row.subject, row.facts, row.written_at, row.due_at = (
            letter.subject,
            letter.facts,
            letter.written_at,
            letter.due_at,
        )
        row.state, row.claim, row.doubtful = Letter.State.WAITING, "", row.doubtful or row.attempts > 0
        row.tried_since = row.full_since = None
    changed = ["subject", "facts", "written_at", "due_at", "state", "claim", "doubtful", "tried_since", "full_since"]
    return Letter.objects.bulk_update(rows, changed, batch_size=500)


def try_again(letters: QuerySet[Letter], at: datetime) -> int:
    """Those of these letters that failed for good, or wait for a while, go as if they had never been tried."""
    letters = letters.filter(state__in=[Letter.State.FAILED, Letter.State.WAITING])
    anew = {"attempts": 0, "trouble": "", "about": "", "tried_since": None, "full_since": None, "returns": 0}
    waiting = letters.update(state=Letter.State.WAITING, due_at=at, sent_at=None, unwanted=False, **anew)
    if waiting:
        _tell_workers(waiting)
    return waiting
