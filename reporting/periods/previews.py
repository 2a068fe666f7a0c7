"""开启前确认: whom a period obliges, by when, and the letters that go, before it is opened; then it is as seen."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from django.db import transaction
from django.db.models import QuerySet

from accounts.contacts import why_out_of_call
from accounts.first_accounts import WhyNot
from accounts.models import Enterprise, User
from reporting import workflow
from reporting.dates.deadlines import Due, is_past, squeezed, time_left
from reporting.filing.judging import tables_for
from reporting.letters import recipients, reminding
from reporting.letters.mass import SampleLetter
from reporting.letters.schedule import OPENED, begins_at, schedule
from reporting.models import Filing, ImportedFiling, Period, calendar_in_force
from reporting.register import first_letters
from reporting.reminders import activating
from reporting.reminders.planner import moment_of_opening, owed_of


@dataclass(frozen=True)
class Obliged:
    """One district or one group of tables: how many firms, and how many of them have no account to open it with."""

    name: str
    firms: int
    without_account: int


@dataclass(frozen=True)
class OpeningPreview:
    """`is_known`: it is open already and only the firms that have joined since are added."""

    period: Period
    is_known: bool
    estimates_allowed: bool
    firms: int
    dues: tuple[Due, ...]
    by_tables: list[Obliged]
    by_district: list[Obliged]
    without_account: int
    letters: int
    activations: int
    unreached: int
    goes_at: datetime | None  # nothing where the city has switched the letter off
    warnings: list[str]
    samples: list[SampleLetter]
    which_firms: str

    @property
    def mark(self) -> str:
        """What was seen: opened is what this says and nothing else."""
        seen = (self.which_firms, self.dues, self.letters, self.activations, self.estimates_allowed)
        return blake2b(repr(seen).encode(), digest_size=16).hexdigest()


def opened_as_seen(
    code: str, estimates_allowed: bool, seen: str, by: User, at: datetime
) -> tuple[Period, OpeningPreview | None]:
    """Open it, where what it would do is what the person has seen, or nothing. Otherwise it is taken back, and what it
    would do now is to be looked at."""
    with transaction.atomic():
        before = Filing.objects.filter(period=code).owed()
        known, owed_before = Period.objects.filter(pk=code).exists(), set(before.values_list("pk", flat=True))
        period = workflow.open_period(code, by, at, estimates_allowed)
        period = Period.objects.prefetch_related("deadlines").get(pk=period.pk)
        added = Filing.objects.of(period).exclude(pk__in=owed_before)
        if known and not added.exists():
            return period, None
        if why_not := why_out_of_call(Enterprise.objects.filter(pk__in=added.values("enterprise"))):
            raise workflow.Refused(why_not)
        preview = preview_of(period, added, known, at)
        if preview.mark == seen:
            return period, None
        transaction.set_rollback(True)
    return period, preview


def preview_of(period: Period, added: QuerySet[Filing], known: bool, at: datetime) -> OpeningPreview:
    has_account = recipients.of_filings(added)
    whys = activating.why_not(added, at - activating.NOT_WITHIN, at)
    # Whose link was written within the hour gets the one that names this period when the hour is over.
    to_activate = [firm for firm, why in whys.items() if why in (None, WhyNot.JUST_WRITTEN)]
    of_tables, of_district, none_yet = Counter[str](), Counter[str](), defaultdict[tuple[str, str], int](int)
    firms = added.order_by("enterprise").values_list("enterprise", flat=True)
    for tables, district, firm in obligations(period, added):
        of_tables[tables] += 1
        of_district[district] += 1
        for group in (("tables", tables), ("district", district)):
            none_yet[group] += firm in whys
    return OpeningPreview(
        period=period,
        is_known=known,
        estimates_allowed=period.estimates_allowed,
        firms=of_district.total(),
        dues=period.dues,
        by_tables=[Obliged(name, firms, none_yet["tables", name]) for name, firms in of_tables.most_common()],
        by_district=[Obliged(name, firms, none_yet["district", name]) for name, firms in of_district.items()],
        without_account=len(whys),
        letters=sum(map(len, has_account.values())),
        activations=len(to_activate),
        unreached=of_district.total() - len(has_account) - len(to_activate),
        goes_at=when_told(period, at),
        warnings=[*warnings_about(period, at), *([] if known else warnings_of_history(period))],
        samples=samples_of(period, added, has_account, to_activate, at),
        which_firms=",".join(map(str, firms)),
    )


def obligations(period: Period, added: QuerySet[Filing]) -> Iterator[tuple[str, str, int]]:
    """Of each firm its tables, its district and itself, in the order of the districts."""
    edition, parsed = period.edition, period.parsed
    rows = added.order_by("district__position", "district__code", "pk")
    for attributes, district, firm in rows.values_list("enterprise__attributes", "district__name", "enterprise"):
        tables = tables_for(edition, parsed, {}, attributes)
        yield "、".join(table.code for table in tables), district, firm


def when_told(period: Period, at: datetime) -> datetime | None:
    opened = schedule()[OPENED.name]
    calendar, due = calendar_in_force(), period.enterprise_deadline.date
    return begins_at(opened, max(at, moment_of_opening(period)), due, calendar) if opened.on else None


def warnings_about(period: Period, at: datetime) -> Iterator[str]:
    calendar, due = calendar_in_force(), period.enterprise_deadline.date
    yield from squeezed(period.dues, calendar).values()
    if is_past(due, at):
        yield (
            f"{period.label}的企业上报截止日 {due:%Y-%m-%d} 已过：一开启，企业就须先申请补报，并记为迟报。"
            "要让企业照常上报，请开启后马上在该期页面人工设定今天或以后的截止日。"
        )
    elif (due - at.date()).days <= 3:
        yield f"离企业上报截止日{time_left(at.date(), due, calendar)}，企业多半来不及。"


def warnings_of_history(period: Period) -> Iterator[str]:
    if firms := ImportedFiling.objects.standing().filter(period=period.pk).one_of_each_firm().count():
        yield f"{period.label}：{firms} 家已有导入历史；开启后本期汇总按上报件计，导入的数不再计入汇总。"


def samples_of(
    period: Period, added: QuerySet[Filing], has_account: dict[int, list[str]], to_activate: list[int], at: datetime
) -> list[SampleLetter]:
    samples = []
    first = added.filter(enterprise__in=list(has_account)[:1]).values_list("pk", flat=True)
    samples += [
        SampleLetter.of(letter) for owed in owed_of(period, first) for letter in reminding.opened(owed, [""], at)
    ]
    if to_activate:
        firm = Enterprise.objects.get(pk=to_activate[0])
        samples.append(SampleLetter.of(first_letters.sample(firm, at, waits=activating.what_waits(period))))
    return samples
