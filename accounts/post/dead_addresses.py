"""Addresses that take no mail: noticed when a server refuses one or a letter comes back, settled by the district."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Min, QuerySet
from django.db.models.functions import Lower

from accounts import journal
from accounts.access import Refused
from accounts.models import DeadAddress, Enterprise, Letter, Scope, User
from text.incoming import without_hidden

CORRECTED = "邮箱已更正，原地址不再有人使用"
MOST_WORDS = 200


@transaction.atomic
def notice(letter: Letter, reason: str, at: datetime, hearsay: bool = False) -> DeadAddress:
    """A task for whoever can find a better address; one address is one task however many letters come back."""
    firm = firm_of(letter)
    task, _ = DeadAddress.objects.get_or_create(
        address=letter.to.lower(),
        settled_at=None,
        defaults={
            "enterprise": firm,
            "district": firm.district or letter.district if firm else None,
            "reason": reason[:300],
            "hearsay": hearsay,
            "noticed_at": at,
        },
    )
    if task.hearsay and not hearsay:  # what was only said is now known
        task.hearsay, task.reason = False, reason[:300]
        task.save(update_fields=["hearsay", "reason"])
    return task


def full_for_days(address: str, at: datetime) -> bool:
    """Whether the mailbox has been full for days, and no letter was taken since it first was. What was met longer ago
    than a letter is tried is no sign of today. `at` by the machine's clock."""
    there = Letter.objects.filter(to__iexact=address)
    full = there.filter(full_since__gt=at - settings.MAILBOX_FULL_DAYS - settings.LETTER_DAYS)
    if taken := there.filter(state=Letter.State.SENT).aggregate(at=Max("claimed_at"))["at"]:
        full = full.filter(full_since__gt=taken)
    since = full.aggregate(at=Min("full_since"))["at"]
    return since is not None and at - since >= settings.MAILBOX_FULL_DAYS


def firm_of(letter: Letter) -> Enterprise | None:
    """The firm whose address it is: that of the person who reads it, else the register's. None for an official."""
    reader = User.objects.filter(email__iexact=letter.to).select_related("enterprise").order_by("-is_active").first()
    if reader is not None:
        return reader.enterprise
    return letter.enterprise or Enterprise.objects.filter(email__iexact=letter.to).first()


def known() -> set[str]:
    """The addresses that letters pass over, in lower case; what is hearsay is not among them."""
    open_tasks = DeadAddress.objects.filter(settled_at=None, hearsay=False)
    return {address.lower() for address in open_tasks.values_list("address", flat=True)}


def visible_to(user: User) -> QuerySet[DeadAddress]:
    """A district sees its firms' addresses; those of officials, and of nobody's firm, are the city's to see to."""
    tasks = DeadAddress.objects.select_related("enterprise", "district", "settled_by")
    return tasks.filter(user.reach()) if user.may.remind else tasks.none()


@transaction.atomic
def confirm(task: DeadAddress, words: str, by: User, at: datetime) -> DeadAddress:
    """Somebody has asked, and the address takes mail: letters go there again."""
    if not (by.may.remind and (by.scope == Scope.CITY or by.district_id == task.district_id)):
        raise Refused("失效邮箱由企业所在区县或市级处理。")
    task = DeadAddress.objects.select_for_update(of=("self",)).select_related("enterprise", "district").get(pk=task.pk)
    if task.settled_at:
        return task  # the second click
    words = without_hidden(words).strip()
    if not words:
        raise Refused("请写明怎样确认邮箱可用，例如“电话核实，邮箱已清理”。")
    if len(words) > MOST_WORDS:
        raise Refused(f"最多 {MOST_WORDS} 字，现在有 {len(words)} 字，请精简后再提交。")
    task.settled_at, task.settled_by, task.how = at, by, words
    task.save(update_fields=["settled_at", "settled_by", "how"])
    Letter.objects.filter(to__iexact=task.address).update(full_since=None)  # if it is full again, the days begin anew
    journal.record(
        by=by,
        at=at,
        action="确认邮箱可用",
        subject=task.address,
        enterprise=task.enterprise,
        district=task.district,
        before={"失效原因": task.reason},
        why=words,
    )
    return task


def plan(at: datetime) -> int:
    """Settle the tasks of addresses that nobody uses any more, wherever they were changed. Writes no letter."""
    settle_corrected(DeadAddress.objects.all(), at)
    return 0


def settle_corrected(tasks: QuerySet[DeadAddress], at: datetime) -> int:
    still_open = dict(tasks.filter(settled_at=None).order_by().values_list("pk", Lower("address")))
    used = in_use(set(still_open.values())) if still_open else set()
    corrected = [pk for pk, address in still_open.items() if address not in used]
    waiting = DeadAddress.objects.filter(pk__in=corrected, settled_at=None)
    return waiting.update(settled_at=at, how=CORRECTED) if corrected else 0


def in_use(addresses: set[str]) -> set[str]:
    """Those to which letters would still go."""
    people = User.objects.filter(is_active=True).annotate(lower=Lower("email")).filter(lower__in=addresses)
    firms = Enterprise.objects.annotate(lower=Lower("email")).filter(lower__in=addresses)
    return {*people.order_by().values_list("lower", flat=True), *firms.order_by().values_list("lower", flat=True)}
