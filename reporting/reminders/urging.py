"""立即催报: the letter an official sends to a filtered group of those who still owe a period."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import localtime

from accounts import journal
from accounts.access import Refused
from accounts.first_accounts import WhyNot
from accounts.models import District, Letter, Scope, User
from reporting.letters import recipients, reminding
from reporting.letters.mass import be_as_seen
from reporting.letters.reminding import Owed, topic_of
from reporting.models import Filing, Period, Urging
from reporting.models.filing import FilingQuerySet
from reporting.register import first_letters
from reporting.register.first_letters import told_to_the_firm
from reporting.reminders import activating
from reporting.reminders.planner import batches, owed_of
from reporting.reminders.planner import write as write_batch
from reporting.totals.progress import in_group

NOT_WITHIN = timedelta(hours=1)  # a firm gets no second 催报 within the hour, from whomever
MOST_WORDS = 500
GROUPS = {"not_started": "未填报", "drafting": "草稿", "returned": "退回", "overdue": "逾期未报"}


@dataclass(frozen=True)
class Chosen:
    """What the group was narrowed to; `district` is a code and the city's choice only. `first` says how many of those
    whose absence weighs most (reporting.reminders.weighing), and `of` which they were when they were shown. `filings`
    are those that were in the group at the press: who comes into it later was not announced."""

    state: str = ""
    district: str = ""
    search: str = ""
    filings: list[int] | None = None
    first: int = 0
    of: list[int] | None = None

    @property
    def in_words(self) -> str:
        words = [GROUPS.get(self.state, "全部未报")]
        words += [f"“{self.search}”"] if self.search else []
        words += [f"上年收入最大的 {self.first} 家"] if self.first else []
        return "、".join(words)


@dataclass(frozen=True)
class Reach:
    """Whom the letter would go to: firms, addresses; whose account is activated first; filings left out because
    nothing reaches them, or just urged."""

    addresses: dict[int, list[str]]  # by filing
    to_activate: list[int]
    unreached: list[int]
    just_urged: list[int]

    @property
    def letters(self) -> int:
        return sum(map(len, self.addresses.values())) + len(self.to_activate)

    @property
    def firms(self) -> int:
        return len(self.addresses) + len(self.to_activate)

    @property
    def filings(self) -> list[int]:
        """The whole group, whether a letter reaches it or not."""
        return sorted([*self.addresses, *self.to_activate, *self.unreached, *self.just_urged])


def group(user: User, period: Period, chosen: Chosen, at: datetime) -> FilingQuerySet:
    """What this person may urge: what is owed in their area and was asked for."""
    owing = asked_for(user, period, chosen).outstanding()
    if chosen.filings is not None:
        owing = owing.filter(pk__in=chosen.filings)
    return in_group(owing, chosen.state, at) if chosen.state in GROUPS else owing


def asked_for(user: User, period: Period, chosen: Chosen) -> FilingQuerySet:
    """The filings this person sees of the firms chosen, whatever their state."""
    filings = Filing.objects.visible_to(user).of(period)
    if chosen.district:
        filings = filings.filter(district__code=chosen.district)
    if chosen.search:
        found = Q(enterprise__name__icontains=chosen.search) | Q(enterprise__credit_code__icontains=chosen.search)
        filings = filings.filter(found)
    return filings if chosen.of is None else filings.filter(pk__in=chosen.of)


def reach(owing: QuerySet[Filing], period: Period, at: datetime, token: uuid.UUID | None = None) -> Reach:
    """In a number of queries that does not grow. `token`: letters of that urging do not count as another 催报."""
    urged = just_urged(period, at, token)
    known = recipients.of_filings(owing)
    whys = activating.why_not(owing, at - NOT_WITHIN, at)
    addresses, to_activate, unreached, left = {}, [], [], []
    for filing, firm in owing.order_by("pk").values_list("pk", "enterprise"):
        if filing in urged:
            left.append(filing)
        elif firm in known:
            addresses[filing] = known[firm]
        elif firm in whys and whys[firm] is None:
            to_activate.append(filing)
        elif whys.get(firm) == WhyNot.JUST_WRITTEN:
            left.append(filing)
        else:
            unreached.append(filing)
    return Reach(addresses, to_activate, unreached, left)


def just_urged(period: Period, at: datetime, token: uuid.UUID | None = None) -> set[int]:
    """Filings whose firm was sent a 催报 within the hour. One that came back or was refused has reached nobody."""
    lately = Letter.objects.filter(period=period.pk, stem="reminder/urged", written_at__gt=at - NOT_WITHIN)
    lately = lately.exclude(state__in=[Letter.State.WITHDRAWN, Letter.State.FAILED])
    if token:
        lately = lately.exclude(key__startswith=f"urge:{token}:")
    return {int(topic.partition(":")[2]) for topic in lately.order_by().values_list("topic", flat=True)}


def sample(period: Period, filings: list[int], words: str, by: User, at: datetime) -> Letter | None:
    """The letter as the first of them will read it."""
    owed = next(owed_of(period, filings[:1]), None)
    return owed and letters_of(uuid.uuid4(), words, by, at)(owed, [""])[0]


def sample_activation(period: Period, filings: list[int], words: str, by: User, at: datetime) -> Letter | None:
    """What the first of those reads who have no account yet."""
    filing = Filing.objects.filter(pk__in=filings[:1]).select_related("enterprise").first()
    if filing is None:
        return None
    told = told_to_the_firm(filing.enterprise) + said_by(by, words)
    return first_letters.sample(filing.enterprise, at, told, activating.what_waits(period))


def said_by(by: User, words: str) -> str:
    return f"{by.office}催报，请尽快激活账号并上报。" + (f"附言：{words}" if words else "")


def letters_of(token, words: str, by: User, at: datetime) -> Callable[[Owed, list[str]], list[Letter]]:
    return lambda owed, to: reminding.urged(owed, to, at, token=str(token), words=words, by=by.office)


@transaction.atomic
def press(
    token: uuid.UUID,
    period: Period,
    chosen: Chosen,
    words: str,
    previewed_at: datetime,
    by: User,
    at: datetime,
    seen: int | None = None,
) -> tuple[Urging, bool]:
    """Note that it is to be sent, where it is no more letters than were `seen`; whether this press was the first. The
    letters are written by `write`."""
    if not by.may.remind:
        raise Refused("催报由区县或市级发送。")
    if chosen.state and chosen.state not in GROUPS:
        raise Refused("请重新选择要催报的状态。")
    district = by.district
    if by.scope == Scope.CITY and chosen.district:
        district = District.objects.filter(code=chosen.district).first()
    words = words.strip()
    if len(words) > MOST_WORDS:
        raise Refused(f"附言最多 {MOST_WORDS} 字，现在有 {len(words)} 字，请精简后再发送。")
    if period.is_locked:
        raise Refused(f"{period.label}已由市级锁定，不再催报。")
    facts = {"period": period, "district": district, "words": words, "by": by, "at": at}
    urging, first = Urging.objects.get_or_create(token=token, defaults=facts | {"previewed_at": previewed_at})
    if first:
        reached = reach(group(by, period, chosen, at), period, at)
        be_as_seen(reached.letters, seen)
        urging.chosen = asdict(replace(chosen, filings=reached.filings))
        urging.save(update_fields=["chosen"])
        journal.record(
            by=by,
            at=at,
            action="立即催报",
            subject=period.label,
            district=district,
            period=period.pk,
            after={"范围": chosen.in_words, "附言": words},
        )
    return urging, first


def write(pk: int, at: datetime) -> Urging:
    """Ask the filter again and write the letters, batch by batch. Begun again after a lost worker, it writes what is
    still missing."""
    urging = Urging.objects.select_related("period", "by__district").get(pk=pk)
    if urging.finished_at:
        return urging
    period = Period.withdrawn_too.prefetch_related("deadlines").get(pk=urging.period_id)
    pressed_at = localtime(urging.at)  # whose day is the office's
    owing = group(urging.by, period, Chosen(**urging.chosen), pressed_at)
    reached = reach(owing, period, pressed_at, urging.token)
    compose = letters_of(urging.token, urging.words, urging.by, pressed_at)
    crossed = set()  # urged by somebody else since
    for batch in batches(list(reached.addresses)):
        urged = cache(lambda: just_urged(period, pressed_at, urging.token))  # asked when the rows are held

        def letters(owed: Owed, to: list[str], urged=urged) -> list[Letter]:
            if owed.filing.pk in urged():
                crossed.add(owed.filing.pk)
                return []
            return compose(owed, to)

        write_batch(period, batch, letters, at)
    activating.write(owing, period, pressed_at, at, urging.by, said_by(urging.by, urging.words))
    written = Letter.objects.filter(period=period.pk, key__startswith=f"urge:{urging.token}:").order_by()
    urging.activations = activated_by(urging, owing)
    urging.letters = written.count() + urging.activations
    urging.firms = written.values("topic").distinct().count() + urging.activations
    urging.submitted = submitted_since(urging, period)
    urging.just_urged, urging.unreached = len(reached.just_urged) + len(crossed), len(reached.unreached)
    urging.finished_at = at
    numbers = ["letters", "firms", "activations", "submitted", "just_urged", "unreached"]
    urging.save(update_fields=[*numbers, "finished_at"])
    return urging


def activated_by(urging: Urging, owing: QuerySet[Filing]) -> int:
    firms = activating.without_account(owing).values("pk")
    since = Letter.objects.filter(period=urging.period_id, stem="activation", written_at__gte=urging.at)
    return since.filter(enterprise__in=firms).exclude(state=Letter.State.WITHDRAWN).count()


def submitted_since(urging: Urging, period: Period) -> int:
    """Who was in the preview's area and has submitted between the preview and the writing."""
    everybody = asked_for(urging.by, period, Chosen(**urging.chosen))
    sent = everybody.filter(in_force__submitted_at__gte=urging.previewed_at)
    return sent.exclude(pk__in=Filing.objects.of(period).outstanding().values("pk")).count()


def plan(at: datetime) -> int:
    """Finish what a lost worker left unwritten."""
    unfinished = Urging.objects.filter(finished_at=None, at__lt=at - timedelta(minutes=5))
    return sum(write(pk, at).letters for pk in unfinished.values_list("pk", flat=True))


def last_urged(filings: list[int]) -> dict[int, datetime]:
    """When each of these filings' firm was last sent a 催报."""
    topics = {topic_of(pk): pk for pk in filings}
    letters = Letter.objects.filter(topic__in=topics, stem="reminder/urged").order_by("written_at")
    return {topics[topic]: at for topic, at in letters.values_list("topic", "written_at")}
