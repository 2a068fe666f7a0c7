"""Which entries of the register may be one firm: they are called alike, have the same code but for a sign, or give the
same telephone, mailbox or address."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from django.db.models import F, Q

from accounts.models import DoubleReport, Enterprise, Residence, Scope, User
from forms_tables.edition import credit_code as credit_codes

SHARED_BY_MANY = 4  # a telephone or mailbox of more firms is a bookkeeper's and says nothing
MOST_SHOWN = 200
NO_LETTER = re.compile(r"[\W_]+")
SAME_NAME, SAME_CODE = "名称相同", "代码只差一位"
GIVEN = {"mobile": "手机相同", "phone": "固定电话相同", "email": "邮箱相同", "address": "地址相同"}


@dataclass(frozen=True)
class RegisterEntry:
    pk: int
    name: str
    credit_code: str
    mobile: str
    phone: str
    email: str
    address: str


@dataclass(frozen=True)
class LikelyDouble:
    """Two entries, by their keys the lower first, and what they have in common."""

    one: Enterprise
    other: Enterprise
    why: tuple[str, ...]

    @property
    def why_words(self) -> str:
        return "、".join(self.why)


def plain_name(name: str) -> str:
    """As it is called, however it was written: width, spaces, brackets, 有限责任公司 or 有限公司."""
    plain = NO_LETTER.sub("", unicodedata.normalize("NFKC", name)).lower()
    return plain.replace("有限责任公司", "有限公司")


def likely(user: User) -> list[LikelyDouble]:
    """The pairs nobody has judged, those with most in common first; a district's have one entry of its own."""
    pairs = alike(_entries())
    for one, other in DoubleReport.objects.values_list("enterprise", "other"):
        pairs.pop((min(one, other), max(one, other)), None)
    own = set(Enterprise.objects.visible_to(user).values_list("pk", flat=True)) if user.scope != Scope.CITY else None
    wanted = [(pair, why) for pair, why in pairs.items() if own is None or own & set(pair)]
    wanted.sort(key=lambda found: (-len(found[1]), SAME_NAME not in found[1], found[0]))
    shown = wanted[:MOST_SHOWN]
    firms = Enterprise.objects.with_district().in_bulk({pk for pair, _ in shown for pk in pair})
    return [LikelyDouble(firms[one], firms[other], tuple(why)) for (one, other), why in shown]


def _entries() -> Iterator[RegisterEntry]:
    """Those that live: a merged one is settled, and one with no district is no firm's."""
    living = Enterprise.objects.filter(merged_into=None).filter(Q(left_on=None) | Q(left_on__gte=F("joined_on")))
    return (RegisterEntry(*row) for row in living.order_by().values_list(*RegisterEntry.__dataclass_fields__))


def alike(entries: Iterable[RegisterEntry]) -> dict[tuple[int, int], list[str]]:
    """Pairs of entries and why, each entry looked at once."""
    entries, pairs = list(entries), defaultdict(list)
    for why, groups in _grouped(entries):
        for group in groups:
            for one, other in combinations(sorted(group), 2):
                pairs[one, other].append(why)
    for one, other in _but_for_a_sign(entries):
        pairs[one, other].append(SAME_CODE)
    return pairs


def _grouped(entries: list[RegisterEntry]) -> Iterator[tuple[str, list[list[int]]]]:
    by_name = defaultdict(list)
    for entry in entries:
        by_name[plain_name(entry.name)].append(entry.pk)
    yield SAME_NAME, list(by_name.values())
    for field, why in GIVEN.items():
        by_value = defaultdict(list)
        for entry in entries:
            if value := getattr(entry, field).strip().lower():
                by_value[value].append(entry.pk)
        yield why, [group for group in by_value.values() if len(group) <= SHARED_BY_MANY]


def _but_for_a_sign(entries: list[RegisterEntry]) -> Iterator[tuple[int, int]]:
    """Two right codes differ in two signs at least, since the last one is reckoned from the others: one of such a pair
    is wrong, and only from wrong ones it is looked for."""
    by_code = {entry.credit_code: entry.pk for entry in entries}
    for entry in entries:
        code = entry.credit_code
        if credit_codes.problem_with(code) is None:
            continue
        for place in range(len(code)):
            for sign in credit_codes.ALPHABET:
                near = code[:place] + sign + code[place + 1 :]
                if near != code and near in by_code:
                    pair = sorted((entry.pk, by_code[near]))
                    if credit_codes.problem_with(near) is None or entry.pk == pair[0]:
                        yield pair[0], pair[1]


def district_names(pks: Iterable[int]) -> dict[int, str]:
    now = Residence.objects.filter(enterprise__in=list(pks), until=None)
    return dict(now.values_list("enterprise", "district__name"))
