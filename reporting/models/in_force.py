"""Which edition governs which period, and which revision of it is in force: asked here and nowhere else.

From which period an edition governs is a fact about it, kept beside it (`PublishedEdition.holds_from`) and outside its
digest, so that the next year's tables need no change of this year's. It governs until the next one begins: two that
are stored cannot overlap. While nothing is stored yet, the folders propose their years (`valid_from`, `valid_to`).

One beginning does for months and annual reports alike, in the order of PeriodCode: a notice asks for the months of a
year and for the annual report of the year before, which stands right before them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import combinations, pairwise, zip_longest

from accounts import clock
from forms_tables.edition.catalog import Edition, edition_codes, load_edition
from forms_tables.edition.periods import PeriodCode
from reporting.models.edition import PublishedEdition, published_edition
from reporting.models.period import Period
from reporting.models.practice import on_record

_answer: ContextVar[list[Edition] | None] = ContextVar("current_edition", default=None)


class Ungoverned(ValueError):
    """A period for which there is no edition, or more than one; the sentence says which, `remedy` who can help."""

    def __init__(self, period: PeriodCode, found: Sequence[str]):
        self.remedy = "请市级在“制度版本”页写明各自从哪个报告期起执行" if found else "请系统管理员先装载制度版本"
        many = f"有 {len(found)} 个适用的制度版本（{'、'.join(found)}），须恰有一个"
        super().__init__(f"{period.label}{many if found else '没有适用的制度版本'}")


@dataclass(frozen=True)
class Stretch:
    """The periods an edition governs; `last` is None until another begins."""

    family: str
    first: PeriodCode
    last: PeriodCode | None = None

    def holds(self, period: PeriodCode) -> bool:
        return self.first <= period and (self.last is None or period <= self.last)

    @property
    def label(self) -> str:
        return f"{self.first.label}起" + (f"，至{self.last.label}" if self.last else "")


def stretches() -> list[Stretch]:
    """What governs when, the earliest first."""
    return stored() or sorted(map(proposed, edition_codes()), key=lambda each: each.first)


def stored() -> list[Stretch]:
    """The same, of what has been said here."""
    return following(said())


def said() -> list[Stretch]:
    """As it was said, whatever begins afterwards."""
    begun = PublishedEdition.objects.shipped().exclude(holds_from="")
    return [stretch_of(*row) for row in begun.values_list("code", "holds_from", "holds_to")]


def stretch_of(family: str, first: str, last: str) -> Stretch:
    return Stretch(family, PeriodCode.parse(first), PeriodCode.parse(last) if last else None)


def following(begun: list[Stretch]) -> list[Stretch]:
    """Each ends where the next begins, if it did not end before."""
    begun = sorted(begun, key=lambda each: each.first)
    found = []
    for each, after in zip_longest(begun, begun[1:]):
        ends = [last for last in (each.last, after and after.first.preceding) if last]
        found.append(Stretch(each.family, each.first, min(ends, default=None)))
    return found


def proposed(code: str) -> Stretch:
    """The years its folder speaks of."""
    edition = load_edition(code)
    last = PeriodCode(edition.valid_to) if edition.valid_to else None
    return Stretch(code, PeriodCode(edition.valid_from, 1), last)


def governing(period: PeriodCode, among: Sequence[Stretch] | None = None) -> list[str]:
    """The families that govern a period: one, where all is well."""
    return [each.family for each in (stretches() if among is None else among) if each.holds(period)]


def family_in_force(period: PeriodCode) -> str:
    """The code of the first edition of the family that governs a period; raises Ungoverned."""
    found = governing(period)
    if len(found) != 1:
        raise Ungoverned(period, found)
    return found[0]


def edition_in_force(period: PeriodCode) -> str:
    """The code of the revision a period opened now is filed under: the newest that holds from it or earlier."""
    family = family_in_force(period)
    revisions = PublishedEdition.objects.of_family(family).exclude(text="").values_list("code", "holds_from")
    held = [code for code, first in revisions if not first or PeriodCode.parse(first) <= period]
    return held[-1] if held else family


def current_edition() -> Edition:
    """The edition of the newest period; before the first one, what a period of this year would be filed under."""
    answer = _answer.get()
    if answer is None:
        return _edition_of_the_newest()
    if not answer:
        answer.append(_edition_of_the_newest())
    return answer[0]


@contextmanager
def asked_once() -> Iterator[None]:
    """While one request is answered, or one register read row by row, the current edition is looked up once."""
    token = _answer.set([])
    try:
        yield
    finally:
        _answer.reset(token)


def once_per_request(get_response: Callable) -> Callable:
    """Middleware."""

    def answer(request):
        with asked_once():
            return get_response(request)

    return answer


def _edition_of_the_newest() -> Edition:
    with on_record():
        opened = list(Period.objects.values_list("code", "edition_code"))
    if opened:
        return published_edition(max((PeriodCode.parse(code), edition) for code, edition in opened)[1])
    try:
        return published_edition(edition_in_force(PeriodCode(clock.now().year)))
    except Ungoverned:
        return published_edition(stretches()[-1].family)


def overlaps(among: Sequence[Stretch]) -> Iterator[str]:
    """Where two editions govern a period, in sentences: before anybody tries to open it."""
    for each, after in combinations(among, 2):
        if each.holds(after.first):
            last = min((end for end in (each.last, after.last) if end), default=None)
            until = f"至{last.label}" if last else "起"
            yield f"“{each.family}”与“{after.family}”都适用{after.first.label}{until}的报告期，这些报告期不能开启。"


def gaps(among: Sequence[Stretch]) -> Iterator[str]:
    """Where none does, from the first that any governs on."""
    for each, after in pairwise(among):
        if each.last and each.last < after.first.preceding:
            yield f"{each.last.following.label}至{after.first.preceding.label}没有适用的制度版本，不能开启。"
    if among and (last := among[-1].last):
        yield f"{last.following.label}起没有适用的制度版本，不能开启。"


def waiting() -> list[str]:
    """Editions that are loaded but govern nothing yet, since nobody has said from when."""
    begun = {each.family for each in stretches()}
    loaded = PublishedEdition.objects.shipped().filter(code__in=edition_codes()).values_list("code", flat=True)
    return [code for code in loaded if code not in begun]
