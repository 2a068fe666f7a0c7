"""合并重复登记: what a merger of two entries would do, and doing just that.

One entry stays. The other stays too, stopped and pointing to it; what was locked under it stays under it, to the digit,
and is read as the firm's history (FilingQuerySet.of_one_firm). Of the open periods the firm owes one filing each: where
both entries have something the office says which is worked on, the other one is put aside to be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from django.db import transaction

from accounts import journal
from accounts.access import DoneAlready, Refused
from accounts.models import DeadAddress, Enterprise, User
from accounts.post import letters
from reporting import workflow
from reporting.letters import about_mending
from reporting.letters.reminding import topic_of
from reporting.mending import reports
from reporting.mending.left_behind import take_books, take_practised, take_sign_ups
from reporting.models import Filing, ImportedFiling, Period, State, ThreadSeen
from reporting.register.facts import label_of, name_of, platform, under_every_code
from reporting.register.upkeep import CONTACT, reside_from
from reporting.standing_in import granting
from reporting.workflow.guards import be_the_city, record, said_something
from reporting.workflow.owing import labels

MOST_WORDS = 200
CHANGED = "在您查看之后，这两条登记有变化，没有合并。请看过现在的对照再合并。"
KEPT, MERGED = "kept", "merged"


@dataclass(frozen=True)
class FactBeside:
    """One fact as both entries have it. The kept entry's goes before, unless the office takes the other's."""

    name: str
    label: str
    kept: str
    merged: str
    kept_words: str
    merged_words: str

    @property
    def differs(self) -> bool:
        return self.kept != self.merged and bool(self.merged)

    @property
    def fills_a_gap(self) -> bool:
        return not self.kept and bool(self.merged)


@dataclass(frozen=True)
class PeriodBeside:
    """One period, and what each entry has of it."""

    period: Period
    kept: Filing | None
    merged: Filing | None

    @property
    def is_locked(self) -> bool:
        return self.period.is_locked

    @property
    def both(self) -> list[tuple[Filing | None, str]]:
        """With the heads of their columns."""
        return [(self.kept, "保留的登记"), (self.merged, "另一条登记")]

    @property
    def must_choose(self) -> bool:
        """Both have something typed or sent, and nothing about it is locked."""
        return not self.is_locked and how_far(self.kept) > 0 and how_far(self.merged) > 0

    @property
    def proposed(self) -> str:
        return MERGED if how_far(self.merged) > how_far(self.kept) else KEPT

    @property
    def outcome(self) -> str:
        """What becomes of it, in a sentence."""
        if self.is_locked and self.merged and self.merged.counted_id:
            twice = "锁定时两份都计入了汇总，" if self.kept and self.kept.counted_id else ""
            return f"{twice}都留在原处，锁定的汇总不变。"
        if self.is_locked:
            return "不变。"
        if self.must_choose:
            return "两份都有数据：选一份办理，另一份只供查阅，不计入汇总。"
        if self.proposed == KEPT:
            return "以保留登记的一份为准；另一份没有数据，不再须报。" if self.merged and self.kept else "不变。"
        return "转到保留企业名下，由它现在的区县审核。"


def how_far(filing: Filing | None) -> int:
    """What there is of it: approved, sent, typed; nothing yet; not owed, or not there."""
    if filing is None or not filing.is_owed:
        return -1
    if filing.approved_id:
        return 3
    return 2 if filing.in_force_id else int(any(sheet.cells for sheet in filing.drafts.values()))


@dataclass(frozen=True)
class Merger:
    """What is known of both before they are merged; `seen` is the mark of what a page showed."""

    kept: Enterprise
    merged: Enterprise
    facts: tuple[FactBeside, ...]
    periods: tuple[PeriodBeside, ...]
    people: tuple[User, ...]  # of the merged entry; they go to the kept one
    colleagues: tuple[User, ...]  # of the kept one
    imported: Mapping[int, int]  # how many periods of history each entry brought
    obstacles: tuple[str, ...]
    seen: str

    @property
    def open_ones(self) -> list[PeriodBeside]:
        return [beside for beside in self.periods if not beside.is_locked]

    @property
    def locked_ones(self) -> list[PeriodBeside]:
        return [beside for beside in self.periods if beside.is_locked]

    @property
    def takes_first_account(self) -> User | None:
        """The kept entry has no account named by its code: the merged one's gets that name."""
        if any(user.username == self.kept.credit_code for user in self.colleagues):
            return None
        return next((user for user in self.people if user.username == self.merged.credit_code), None)


def foreseen(kept: Enterprise, merged: Enterprise) -> Merger:
    of_kept, of_merged = _filings(kept), _filings(merged)
    periods = Period.objects.in_bulk({*of_kept, *of_merged})
    in_order = sorted(periods.values(), key=lambda period: (period.opens_on, period.pk), reverse=True)
    beside = tuple(PeriodBeside(period, of_kept.get(period.pk), of_merged.get(period.pk)) for period in in_order)
    facts = tuple(_facts_beside(kept, merged))
    people = tuple(merged.users.order_by("pk"))
    colleagues = tuple(kept.users.order_by("pk"))
    imported = {
        each.pk: ImportedFiling.objects.standing().filter(enterprise=each).order_by().count() for each in (kept, merged)
    }
    obstacles = tuple(_obstacles(kept, merged, beside))
    rests_on = [
        [(each.pk, each.credit_code, str(each.joined_on), str(each.left_on), each.residence and each.residence.pk)
         for each in (kept, merged)],
        [(fact.name, fact.kept, fact.merged) for fact in facts],
        [(filing.pk, filing.state, filing.in_force_id, filing.approved_id, filing.period.state)
         for filing in (*of_kept.values(), *of_merged.values())],
        [(user.pk, user.username, user.is_active) for user in (*people, *colleagues)],
    ]  # fmt: skip
    seen = blake2b(repr(rests_on).encode(), digest_size=12).hexdigest()
    return Merger(kept, merged, facts, beside, people, colleagues, imported, obstacles, seen)


def _filings(entry: Enterprise) -> dict[str, Filing]:
    found = Filing.objects.filter(enterprise=entry, superseded_by=None).order_by("pk")
    found = found.select_related("enterprise", "period", "district", "in_force", "approved").prefetch_related("sheets")
    return {filing.period_id: filing for filing in found}


def _facts_beside(kept: Enterprise, merged: Enterprise):
    for name in ("name", *CONTACT):
        label = str(getattr(Enterprise._meta.get_field(name), "verbose_name", name))
        ours, theirs = getattr(kept, name), getattr(merged, name)
        yield FactBeside(name, label, ours, theirs, ours, theirs)
    for code in platform().facts:
        ours, theirs = kept.attributes.get(code, ""), merged.attributes.get(code, "")
        if ours or theirs:
            words = [name_of(code, value) if value else "" for value in (ours, theirs)]
            yield FactBeside(code, label_of(code), ours, theirs, *words)


def _obstacles(kept: Enterprise, merged: Enterprise, periods: tuple[PeriodBeside, ...]):
    """What must be settled before, each with how."""
    if kept.pk == merged.pk:
        yield "两条登记是同一条，请选另一条。"
    for entry in (kept, merged):
        if instead := entry.merged_into:
            yield f"{entry.credit_code} 的登记已并入{instead.name}（{instead.credit_code}），不能再合并。"
    if move := merged.moves.waiting().first():
        yield f"{merged.name}迁往{move.district.name}的迁移正在等待接收，请先在“迁入迁出”答复或撤回。"
    if merged.takeovers.open().exists():
        yield f"{merged.credit_code} 的账号移交还没有办完，请先确认、撤回或等它办完。"
    for entry in (kept, merged):
        if entry.code_corrections.waiting().exists():
            yield f"{entry.credit_code} 的信用代码更正正在等待确认，请先确认或撤回。"
    for beside in periods:
        if beside.is_locked and beside.merged and beside.merged.is_owed and not beside.merged.is_shut:
            yield f"{merged.credit_code} 的{beside.period.label}正在锁定后补报，请先办结或等它办完。"
    if kept.residence is None:
        yield f"{kept.name}没有归属区县，请先登记。"


@dataclass(frozen=True)
class MergeChoice:
    """What the office chose on the page: facts taken from the merged entry, which filing counts by its period."""

    facts: frozenset[str]
    periods: Mapping[str, str]
    seen: str
    reason: str


@transaction.atomic
def merge(kept: Enterprise, merged: Enterprise, wanted: MergeChoice, *, by: User, at: datetime) -> Merger:
    """All of it at once, or nothing. The firms are held in one order, so that two who merge the same pair the two ways
    round find one of them done."""
    be_the_city(by)
    kept, merged = _held(kept, merged)
    if merged.merged_into_id == kept.pk:
        raise DoneAlready(f"{merged.credit_code} 的登记已经并入{kept.name}，没有重复合并。")
    reason = said_something(wanted.reason, "请写明合并的依据，例如营业执照、电话核实。", "合并依据", MOST_WORDS)
    # Periods before filings, as the lock takes them.
    list(Period.objects.order_by("pk").select_for_update().values_list("pk"))
    list(Filing.objects.filter(enterprise__in=[kept, merged]).order_by("pk").select_for_update().values_list("pk"))
    merger = foreseen(kept, merged)
    for obstacle in merger.obstacles:
        raise Refused(obstacle)
    if merger.seen != wanted.seen:
        raise Refused(CHANGED)
    chosen = {beside.period.pk: _choice(beside, wanted.periods) for beside in merger.periods}
    of_merged_before = merged.district
    _join_facts(merger, wanted.facts, at)
    filings = [line for beside in merger.periods if (line := _settle(beside, chosen, merger, by, at, reason))]
    names = _take_people(merger, by, at, reason)
    granting.follow_merged(merged, kept, by=by, at=at)
    take_sign_ups(kept, merged, at)
    take_practised(kept, merged)
    take_books(kept, merged)
    Enterprise.objects.filter(merged_into=merged).update(merged_into=kept)
    DeadAddress.objects.filter(enterprise=merged, settled_at=None).update(enterprise=kept, district=kept.district)
    owed = _owe(kept)
    reports.note_merged(kept, merged, by, at)
    said = {"并入": f"{kept.name}（{kept.credit_code}）", "报表": filings, "新增应报": labels(owed)}
    places = {kept: kept.district, merged: of_merged_before}
    for entry, place in places.items():
        journal.record(
            by=by,
            at=at,
            action="合并重复登记",
            subject=f"{merged.name}（{merged.credit_code}）",
            enterprise=entry,
            district=place,
            before={"登记": f"{merged.name}（{merged.credit_code}）"},
            after={name: words for name, words in said.items() if words},
            why=reason,
        )
    about_mending.merged(merger, names, of_merged_before, reason, by, at)
    return merger


def _held(kept: Enterprise, merged: Enterprise) -> tuple[Enterprise, Enterprise]:
    found = Enterprise.objects.held([kept.pk, merged.pk]).in_bulk()
    return found[kept.pk], found[merged.pk]


def _choice(beside: PeriodBeside, said: Mapping[str, str]) -> str:
    if not beside.must_choose:
        return beside.proposed
    if (choice := said.get(beside.period.pk, "")) not in (KEPT, MERGED):
        raise Refused(f"{beside.period.label}两条登记都有数据，请选以哪一份为准。")
    return choice


def _join_facts(merger: Merger, taken: frozenset[str], at: datetime) -> None:
    """The kept entry's facts, its gaps filled, what was chosen taken; the earlier first day, the later last one."""
    kept, merged = merger.kept, merger.merged
    attributes = dict(kept.attributes)
    for fact in merger.facts:
        if not fact.differs or not (fact.fills_a_gap or fact.name in taken):
            continue
        if fact.name in ("name", *CONTACT):
            setattr(kept, fact.name, fact.merged)
        else:
            attributes |= under_every_code({fact.name: fact.merged})
    kept.attributes = attributes
    first = min(kept.joined_on, merged.joined_on)
    reside_from(kept, kept.joined_on, first)
    kept.joined_on = first
    kept.left_on = max(kept.left_on, merged.left_on) if kept.left_on and merged.left_on else None
    kept.save()
    merged.left_on = merged.left_on or max(merged.joined_on, at.date() - timedelta(days=1))
    merged.merged_into = kept
    merged.save(update_fields=["left_on", "merged_into"])


def _settle(
    beside: PeriodBeside, chosen: Mapping[str, str], merger: Merger, by: User, at: datetime, reason: str
) -> str:
    """One period: what becomes of the two filings, in words for the journal; nothing where nothing does."""
    if beside.is_locked or beside.merged is None:
        return ""
    if beside.kept is None:
        if not beside.merged.is_owed:
            return ""
        _bring(beside.merged, merger.kept, by, at, reason)
        return f"{beside.period.label}转入"
    if chosen[beside.period.pk] == MERGED:
        _put_aside(beside.kept, beside.merged, merger.merged, by, at, reason)
        _bring(beside.merged, merger.kept, by, at, reason)
        return f"{beside.period.label}以{merger.merged.credit_code}的一份为准"
    _put_aside(beside.merged, beside.kept, merger.merged, by, at, reason)
    return f"{beside.period.label}以{merger.kept.credit_code}的一份为准"


def _bring(filing: Filing, kept: Enterprise, by: User, at: datetime, reason: str) -> None:
    """To the firm, and to the district it belongs to at the period's end: there it counts once."""
    before, district = filing.district, kept.district_on(filing.period.parsed.end) or kept.district
    filing.enterprise, filing.district = kept, district or before
    filing.save(update_fields=["enterprise", "district"])
    ThreadSeen.objects.hand_over(filing)
    record(
        filing, by, at, "转入合并后的企业",
        before={"区县": before.name},
        after={"区县": filing.district.name, "状态": filing.get_state_display()}, why=reason,
    )  # fmt: skip


def _put_aside(filing: Filing, instead: Filing, merged: Enterprise, by: User, at: datetime, reason: str) -> None:
    """The other of two for one period: under the merged entry, read by whoever looks, counted and owed nowhere."""
    letters.withdraw(topic_of(filing.pk))
    before = filing.get_state_display()
    record(filing, by, at, "重复上报，以另一份为准", before={"状态": before}, after={"状态": "只供查阅"}, why=reason)
    filing.superseded_by, filing.enterprise, filing.state = instead, merged, State.EXEMPT
    filing.approved = filing.counted = None
    filing.save(update_fields=["superseded_by", "enterprise", "state", "approved", "counted"])


@dataclass(frozen=True)
class SignInName:
    """How a person of the merged entry signs in from now on."""

    user: User
    before: str

    @property
    def is_new(self) -> bool:
        return self.user.username != self.before


def _take_people(merger: Merger, by: User, at: datetime, reason: str) -> list[SignInName]:
    """Everybody of the merged entry works for the kept one, under the name they know; the first account gets its code
    as name where that is nobody's."""
    names, first = [], merger.takes_first_account
    if first and User.objects.filter(username__iexact=merger.kept.credit_code).exists():
        raise Refused(f"用户名 {merger.kept.credit_code} 已是别的账号的，请先在“用户”页处理。")
    for user in merger.people:
        before = user.username
        user.enterprise = merger.kept
        if user == first:
            user.username = merger.kept.credit_code
        user.save(update_fields=["enterprise", "username"])
        names.append(SignInName(user, before))
        journal.record(
            by=by,
            at=at,
            action="账号转入合并后的企业",
            subject=f"{user}（{before}）",
            enterprise=merger.kept,
            before={"企业": merger.merged.credit_code, "用户名": before},
            after={"企业": merger.kept.credit_code, "用户名": user.username},
            why=reason,
        )
    return names


def _owe(kept: Enterprise) -> list[Period]:
    """What only the merged entry's days made owed, where nothing came over."""
    missing = Period.objects.filter(state=Period.OPEN).exclude(filings__enterprise=kept)
    owing: list[Any] = [p for p in missing.order_by("pk") if kept.reports_on(p.parsed.end) and workflow.owe(kept, p)]
    return owing
