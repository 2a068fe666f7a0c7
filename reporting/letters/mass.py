"""Letters to many: how many an act would write, to whom, and how one of each kind reads, before it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from accounts.access import Refused
from accounts.models import Letter, User
from accounts.post.outbox import message_of


@dataclass(frozen=True)
class SampleLetter:
    subject: str
    text: str

    @classmethod
    def of(cls, letter: Letter) -> SampleLetter:
        message = message_of(letter)
        return cls(str(message.subject), str(message.body))


@dataclass(frozen=True)
class MassPreview:
    """`firms` are written to about themselves; the rest goes to districts and the city, of a firm or not; one sample of
    each kind, the firms' first."""

    letters: int
    firms: int
    to_offices: int
    samples: tuple[SampleLetter, ...]

    @classmethod
    def of(cls, written: QuerySet[Letter]) -> MassPreview:
        written = written.order_by().alias(reader=Lower("to"))
        is_to_firm = Q(enterprise__isnull=False) & ~Q(reader__in=_of_offices())
        to_firms, letters = written.filter(is_to_firm), written.count()
        firsts: dict[tuple[str, bool], Letter] = {}
        for stem in written.values_list("stem", flat=True).distinct():
            for to_office in (False, True):
                kind = written.filter(~is_to_firm if to_office else is_to_firm, stem=stem)
                if first := kind.order_by("pk").first():
                    firsts[stem, to_office] = first
        samples = tuple(SampleLetter.of(firsts[key]) for key in sorted(firsts, key=lambda key: (key[1], key[0])))
        firms = to_firms.values("enterprise").distinct().count()
        return cls(letters, firms, letters - to_firms.count(), samples)


def _of_offices() -> list[str]:
    """The addresses of districts and the city, as a letter to one of them has it."""
    people = User.objects.filter(enterprise=None).exclude(email="").order_by()
    return list(people.annotate(address=Lower("email")).values_list("address", flat=True))


class MoreThanSeen(Refused):
    """An act would write more letters than the person has seen announced, who looks again before it is done."""


def be_as_seen(letters: int, seen: int | None) -> None:
    """Fewer surprise nobody: others were faster. `seen` is nothing where nobody looks: a command's letters are counted
    by who runs it."""
    if seen is not None and letters > seen:
        raise MoreThanSeen("预览之后，要发的信多了，还没有发。请看过新的数字再发送。")


def rehearsed(act: Callable[[], object], at: datetime) -> MassPreview:
    """What an act would write that is done at this moment: it is done and taken back. What it refuses is refused."""
    with transaction.atomic():
        act()
        preview = MassPreview.of(Letter.objects.filter(written_at=at))
        transaction.set_rollback(True)
    return preview


def done_as_seen(act: Callable[[], object], at: datetime, seen: str, may_grow: bool = False) -> MassPreview | None:
    """Do it, where it writes just as many letters as the person has seen announced (`seen`), or none. Otherwise it is
    taken back, and what it would write is returned to be looked at. `may_grow`: they were told "at least so many",
    because those who are written to become more while somebody reads."""
    with transaction.atomic():
        act()
        written = Letter.objects.filter(written_at=at)
        number, announced = written.count(), int(seen) if seen.isdecimal() else None
        if number in (0, announced) or (may_grow and announced is not None and number > announced):
            return None
        preview = MassPreview.of(written)
        transaction.set_rollback(True)
    return preview
