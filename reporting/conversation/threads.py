"""留言: what firm, district and city say to one another about a filing, perhaps about one of its cells.

Messages are part of the record. What is unread is counted when a message is written, one row for each reader and
filing, so that asking for it costs the same however much has been said. A firm and a district read all that the others
say about their filings; the city and the association read along once they were asked or have spoken.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import (
    BooleanField,
    Case,
    Count,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.clock import SHANGHAI
from accounts.models import DUTIES, Ability, Grant, Letter, Scope, User, roles_that_may, roles_within
from accounts.post import dead_addresses
from accounts.post.letters import compose, post
from accounts.standing_in import within_firm
from forms_tables.edition.address import CellAddress
from reporting.conversation import announcements
from reporting.models import Filing, Message, Submission, Thread, ThreadSeen
from reporting.workflow.guards import Refused, brief, locked, record

MOST_WORDS = 1000
SAME_CLICK = timedelta(minutes=1)
DIGEST_HOUR = 17
LISTED_IN_LETTER = 10


@transaction.atomic
def say(filing: Filing, text: str, by: User, at: datetime, cell: str = "", for_city: bool = False) -> Message:
    """Add a message, also after the lock: it is not a figure. The second click (the same words by the same person
    about the same thing within a minute) is the first."""
    filing = locked(filing)
    be_part_of(filing, by)
    text = brief(text.replace("\r\n", "\n"), MOST_WORDS)
    if not text:
        raise Refused("请先写留言的内容。")
    if cell and not is_on_form(filing, cell):
        raise Refused(f"本期报表里没有“{cell}”这一格。请从报表页面点“就这一格留言”，或不针对具体数据留言。")
    twin = filing.messages.filter(by=by, cell=cell, text=text, at__gt=at - SAME_CLICK).first()
    if twin:
        return twin
    for_city = for_city and by.scope != Scope.CITY
    message = Message.objects.create(filing=filing, cell=cell, text=text, by=by, at=at, for_city=for_city)
    _tell_readers(message)
    subject = filing.edition.place_of(cell) if cell else ""
    record(filing, by, at, "留言", subject=subject, after={"请市级答复": "是"} if for_city else None, why=text[:500])
    return message


@transaction.atomic
def mark_read(filing: Filing, user: User) -> int | None:
    """All that has been said so far counts as read. Returns the last message read before (0: none was), and nothing
    when nothing was unread."""
    seen = ThreadSeen.objects.select_for_update().filter(filing=filing, user=user, unread__gt=0).first()
    if not seen:
        return None
    before = seen.upto_id or 0
    seen.upto, seen.unread = filing.messages.order_by("pk").last(), 0
    seen.save(update_fields=["upto", "unread"])
    return before


def be_part_of(filing: Filing, by: User) -> None:
    if not Filing.objects.visible_to(by).filter(pk=filing.pk).exists():
        raise Refused("只有填报企业、报送区县、市级和协会可以在这里留言。")


def is_on_form(filing: Filing, cell: str) -> bool:
    """Whether the filing's period has a table with this cell."""
    edition = filing.edition
    if not edition.has_cell(cell):
        return False
    table = edition.table(edition.indicator(CellAddress.parse(cell).code).table)
    return table.frequency == filing.period.parsed.frequency


def _tell_readers(message: Message) -> None:
    """One more unread for everybody of another office who reads this conversation; the filing's row is locked."""
    filing = message.filing
    thread = Thread.objects.filter(filing=filing).first() or Thread(filing=filing)
    before, thread.last = thread.last_id, message
    thread.city_reads = thread.city_reads or message.for_city or message.by.scope == Scope.CITY
    thread.save()
    others = list(readers(filing, thread).exclude(role__in=roles_within(message.by.scope)).values_list("pk", flat=True))
    rows = [ThreadSeen(filing=filing, user_id=reader, upto_id=before) for reader in others]
    ThreadSeen.objects.bulk_create(rows, ignore_conflicts=True)
    ThreadSeen.objects.filter(filing=filing, user__in=others).update(unread=F("unread") + 1)


def readers(filing: Filing, thread: Thread) -> QuerySet[User]:
    """Everybody who reads the conversation: the firm's people, who stands in for them, its district's, and where they
    take part the city's."""
    standing_in = Grant.objects.in_force().filter(enterprise=filing.enterprise_id).values("person")
    who = Q(enterprise=filing.enterprise_id) | Q(pk__in=standing_in) | Q(district=filing.district_id)
    if thread.city_reads:
        who |= Q(role__in=roles_that_may(Ability.TALK), enterprise=None, district=None)
    return User.objects.filter(who, is_active=True)


# What is unread


@dataclass(frozen=True)
class Unread:
    messages: int = 0
    announcements: int = 0

    @property
    def total(self) -> int:
        return self.messages + self.announcements


def unread_for(user: User, today: date) -> Unread:
    """The numbers of the header, in one query over what is unread, whatever was ever written. Of a firm's conversations
    those of the firm somebody works for now."""
    if not (user.may.talk or user.may.acknowledge):
        return Unread()
    waiting = ThreadSeen.objects.filter(user=OuterRef("pk"), unread__gt=0).order_by().values("user")
    if user.scope == Scope.ENTERPRISE:
        waiting = waiting.filter(filing__enterprise=user.firm_id)
    news = announcements.unread_by(user, today).order_by().annotate(one=Value(1)).values("one")
    counted = User.objects.filter(pk=user.pk).values_list(
        Coalesce(Subquery(waiting.annotate(n=Sum("unread")).values("n")), 0),
        Coalesce(Subquery(news.annotate(n=Count("pk")).values("n")), 0) if user.may.acknowledge else Value(0),
    )
    return Unread(*counted.order_by().get())


def threads_of(user: User, search: str = "", only_unread: bool = False) -> QuerySet[Thread]:
    """The conversations this person reads, those with something unread first, then the latest."""
    if not user.may.talk:
        return Thread.objects.none()
    taking_part = Q(city_reads=True) if user.scope == Scope.CITY else user.reach("filing__")
    threads = Thread.objects.filter(taking_part)
    if search:
        firm = Q(filing__enterprise__name__icontains=search) | Q(filing__enterprise__credit_code__icontains=search)
        threads = threads.filter(firm)
    threads = threads.annotate(
        mark=FilteredRelation("filing__seen", condition=Q(filing__seen__user=user)),
        unread=Coalesce("mark__unread", 0),
        is_new=Case(When(mark__unread__gt=0, then=True), default=False, output_field=BooleanField()),
    )
    if only_unread:
        threads = threads.filter(is_new=True)
    read = ("filing__enterprise", "filing__district", "filing__period", "filing__in_force", "last__by")
    threads = threads.select_related(*read).defer(*(f"filing__in_force__{field}" for field in Submission.HEAVY))
    return threads.defer("filing__enterprise__attributes").order_by("-is_new", "-last")


@dataclass(frozen=True)
class Talk:
    """What a page about a filing says of its conversation."""

    filing: Filing
    messages: list[Message]
    unread: int

    @property
    def on_cells(self) -> list[Message]:
        return [message for message in self.messages if message.cell]

    def of_table(self, table: str) -> list[Message]:
        edition = self.filing.edition
        rows = {indicator.code for indicator in edition.table(table).indicators}
        return [message for message in self.on_cells if CellAddress.parse(message.cell).code in rows]


def talk_about(filing: Filing, user: User) -> Talk:
    if not filing.has_messages:
        return Talk(filing, [], 0)
    seen = ThreadSeen.objects.filter(filing=OuterRef("filing"), user=user)
    messages = filing.messages.select_related("by__enterprise", "by__district")
    messages = list(messages.annotate(unread=Subquery(seen.values("unread"))))
    return Talk(filing, messages, messages[0].unread or 0 if messages else 0)


# The daily letter


@transaction.atomic
def plan_digest(at: datetime) -> int:
    """At five o'clock one letter to each person with messages written since the last one and still unread. What the
    letter told is kept with the reader's mark: an evening without the machine delays the letter and loses nothing."""
    until = last_five_oclock(at)
    waiting = untold()
    # Held until the end: who says something now waits, and is in the next letter.
    marks = list(
        waiting.select_for_update(of=("self",)).values_list("pk", "user", "user__role", "filing", "upto", "told")
    )
    news = _news_by_reader(marks, waiting, until)
    if not news:
        return 0
    newest = Message.objects.filter(filing=OuterRef("filing"), at__lte=until).order_by("-pk").values("pk")[:1]
    for start in range(0, len(marks), 5000):
        held = ThreadSeen.objects.filter(pk__in=[mark[0] for mark in marks[start : start + 5000]])
        held.update(told=Coalesce(Subquery(newest), F("told")))
    return post(_digests(news, until, at))


def untold() -> QuerySet[ThreadSeen]:
    """The marks of readers with an address who have not been told of the last message."""
    marks = ThreadSeen.objects.filter(unread__gt=0, user__is_active=True).exclude(user__email="")
    return marks.filter(Q(told=None) | Q(told__lt=F("filing__thread__last")))


def last_five_oclock(at: datetime) -> datetime:
    today = datetime.combine(at.astimezone(SHANGHAI).date(), time(DIGEST_HOUR), SHANGHAI)
    return today if today <= at else today - timedelta(days=1)


def _news_by_reader(marks: list[tuple], waiting: QuerySet[ThreadSeen], until: datetime) -> dict[int, list[int]]:
    """By reader the messages they have neither read nor been told of, in the order they were said. Bare numbers: after
    a long silence these are hundreds of thousands."""
    if not marks:
        return {}
    said = defaultdict(list)
    messages = Message.objects.filter(filing__in=waiting.values("filing"), at__lte=until).order_by("pk")
    for filing, message, role in messages.values_list("filing", "pk", "by__role"):
        said[filing].append((message, DUTIES[role].scope))
    news = defaultdict(list)
    for _, user, role, filing, upto, told in marks:
        known = max(upto or 0, told or 0)
        side = DUTIES[role].scope  # what colleagues write is not news
        news[user] += [message for message, whose in said[filing] if message > known and whose != side]
    return {user: sorted(messages) for user, messages in news.items() if messages}


def _digests(news: dict[int, list[int]], until: datetime, at: datetime) -> Iterator[Letter]:
    people = User.objects.select_related("enterprise", "district").defer("enterprise__attributes").in_bulk(news)
    listed = {number for numbers in news.values() for number in numbers[:LISTED_IN_LETTER]}
    messages = Message.objects.select_related("by", "filing__period", "filing__enterprise", "filing__in_force")
    messages = messages.defer(*(f"filing__in_force__{field}" for field in Submission.HEAVY))
    messages = messages.defer("filing__enterprise__attributes").in_bulk(listed)
    dead = dead_addresses.known()
    for user, numbers in news.items():
        if people[user].email.lower() not in dead:
            said = [messages[number] for number in numbers[:LISTED_IN_LETTER]]
            yield _digest(people[user], len(numbers), said, until, at)


def where_it_is(message: Message, reader: User) -> str:
    path, firm = reverse("thread", args=[message.filing_id]), message.filing.enterprise_id
    return path if reader.enterprise_id in (None, firm) else within_firm(firm, path)


def _digest(user: User, count: int, said: list[Message], until: datetime, at: datetime) -> Letter:
    facts = {
        "name": str(user),
        "count": count,
        "more": count - len(said),
        "messages": [
            {
                "firm": message.filing.enterprise.name,
                "period": message.filing.period.label,
                "place": message.place,
                "by": str(message.by),
                "words": message.text[:60] + ("……" if len(message.text) > 60 else ""),
                "path": where_it_is(message, user),
            }
            for message in said
        ],
        "path": reverse("inbox"),
    }
    return compose(
        "message_digest",
        f"您有 {count} 条未读留言",
        facts,
        user.email,
        key=f"messages:{user.pk}:{until:%Y-%m-%d}",
        at=at,
        enterprise=user.enterprise,
        district=user.district,
        bulk=True,
    )
