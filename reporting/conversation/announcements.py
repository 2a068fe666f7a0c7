"""公告: what the city tells all firms, all districts or both. Withdrawn with a reason, never deleted or rewritten."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.timezone import localtime

from accounts import journal
from accounts.access import Refused
from accounts.models import District, Enterprise, Letter, User
from accounts.post.letters import compose, post, withdraw
from reporting.letters import recipients
from reporting.models import Announcement, AnnouncementSeen
from reporting.workflow.guards import brief

SAME_CLICK = timedelta(minutes=1)
FIRMS_AT_ONCE = 1000


@transaction.atomic
def publish(announcement: Announcement, by: User, at: datetime) -> Announcement:
    """Publish an unsaved announcement; its letters are written by the next `plan`. The second click is the first."""
    be_the_city(by)
    for_somebody(announcement, at)
    User.objects.select_for_update().get(pk=by.pk)  # two clicks at once follow one another
    twin = Announcement.objects.filter(
        by=by, title=announcement.title, text=announcement.text, at__gt=at - SAME_CLICK, withdrawn_at=None
    ).first()
    if twin:
        return twin
    announcement.by, announcement.at = by, at
    announcement.save()
    after = {"发给": announcement.audience, "显示至": announcement.shown_until, "同时发邮件": announcement.by_mail}
    journal.record(by=by, at=at, action="发布公告", subject=announcement.title, after=after)
    return announcement


@transaction.atomic
def take_down(announcement: Announcement, by: User, at: datetime, why: str) -> Announcement:
    """撤下: shown to nobody any more, letters not sent yet stay unsent; it remains on record with the reason."""
    be_the_city(by)
    announcement = Announcement.objects.select_for_update().get(pk=announcement.pk)
    if announcement.withdrawn_at:
        raise Refused(f"这条公告已于 {localtime(announcement.withdrawn_at):%Y-%m-%d} 撤下。")
    why = brief(why, 300, "撤下原因")
    if not why:
        raise Refused("请写明撤下的原因。")
    announcement.withdrawn_at, announcement.withdrawn_by, announcement.why_withdrawn = at, by, why
    announcement.save(update_fields=["withdrawn_at", "withdrawn_by", "why_withdrawn"])
    withdraw(topic_of(announcement))
    journal.record(by=by, at=at, action="撤下公告", subject=announcement.title, why=why)
    return announcement


def acknowledge(announcement: Announcement, user: User, at: datetime) -> None:
    """知道了: it no longer counts as unread for this person."""
    if user.may.acknowledge:
        AnnouncementSeen.objects.get_or_create(announcement=announcement, user=user, defaults={"at": at})


def unread_by(user: User, today: date) -> QuerySet[Announcement]:
    """Those shown now that are addressed to this person and not acknowledged. The city writes them and has none."""
    if not user.may.acknowledge:
        return Announcement.objects.none()
    seen = AnnouncementSeen.objects.filter(announcement=OuterRef("pk"), user=user)
    return Announcement.objects.shown(today).addressed_to(user).filter(~Exists(seen))


def listed_for(user: User, today: date) -> QuerySet[Announcement]:
    """What the page of announcements lists: to the city every one with its state, to others what is shown to them."""
    if user.may.announce:
        return Announcement.objects.select_related("by", "withdrawn_by")
    return Announcement.objects.shown(today).addressed_to(user)


def on_the_door(today: date) -> QuerySet[Announcement]:
    """Those to the firms, for the page where one signs in; only title and date are shown there."""
    return Announcement.objects.shown(today).filter(to_firms=True).only("title", "at")[:5]


# Letters


def plan(at: datetime) -> int:
    """Write the letters of what was published by mail, nobody waiting for 40,000 rows."""
    unwritten = Announcement.objects.filter(by_mail=True, mailed_at=None, withdrawn_at=None)
    return sum(write_letters(announcement, at) for announcement in unwritten)


def write_letters(announcement: Announcement, at: datetime) -> int:
    """One letter to each address, a thousand firms at a time, until it is taken down. Begun again after a lost worker,
    it writes what is missing."""
    written, day = 0, localtime(announcement.at).date()
    for firms, districts in batches(announcement, day):
        with transaction.atomic():
            if Announcement.objects.select_for_update().get(pk=announcement.pk).withdrawn_at:
                return written
            letters = [letter(announcement, to, at, enterprise=firm) for firm, to in flat(recipients.of_firms(firms))]
            letters += [letter(announcement, to, at, district=d) for d, to in flat(recipients.of_districts(districts))]
            written += post(letters)
    announcement.mailed_at = at
    announcement.save(update_fields=["mailed_at"])
    return written


def batches(announcement: Announcement, day: date) -> Iterator[tuple[list[int], list[int]]]:
    """Ids of firms and of districts it is addressed to."""
    if announcement.to_districts:
        yield [], list(District.objects.valid_on(day).values_list("pk", flat=True))
    if announcement.to_firms:
        firms = list(Enterprise.objects.reporting_on(day).order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(firms), FIRMS_AT_ONCE):
            yield firms[start : start + FIRMS_AT_ONCE], []


def flat(addresses: dict[int, list[str]]) -> Iterator[tuple[int, str]]:
    return ((reader, to) for reader, those in addresses.items() for to in those)


def letter(
    announcement: Announcement, to: str, at: datetime, enterprise: int | None = None, district: int | None = None
) -> Letter:
    facts = {
        "title": announcement.title,
        "text": announcement.text,
        "path": reverse("announcement", args=[announcement.pk or 0]),
    }
    topic = topic_of(announcement)
    composed = compose(
        "announcement", f"公告：{announcement.title}", facts, to, key=topic, at=at, topic=topic, bulk=True
    )
    composed.enterprise_id, composed.district_id = enterprise, district  # 40,000 rows need not be fetched for it
    return composed


def reach_of(announcement: Announcement, day: date) -> dict[str, int]:
    """How many firms, districts and addresses it would reach, for the preview."""
    reach = {}
    if announcement.to_firms:
        firms = list(Enterprise.objects.reporting_on(day).values_list("pk", flat=True))
        reach["firms"] = len(firms)
        if announcement.by_mail:
            reach["firm_addresses"] = sum(map(len, recipients.of_firms(firms).values()))
    if announcement.to_districts:
        districts = list(District.objects.valid_on(day).values_list("pk", flat=True))
        reach["districts"] = len(districts)
        if announcement.by_mail:
            reach["district_addresses"] = sum(map(len, recipients.of_districts(districts).values()))
    return reach


def letters_of(reach: dict[str, int]) -> int:
    return reach.get("firm_addresses", 0) + reach.get("district_addresses", 0)


def topic_of(announcement: Announcement) -> str:
    return f"announcement:{announcement.pk}"


# May they


def be_the_city(by: User) -> None:
    if not by.may.announce:
        raise Refused("公告只能由市级发布和撤下。")


def for_somebody(announcement: Announcement, at: datetime) -> None:
    if not announcement.title.strip() or not announcement.text.strip():
        raise Refused("请写明公告的标题和正文。")
    if not announcement.to_firms and not announcement.to_districts:
        raise Refused("请选择发给企业、区县，或两者都选。")
    if announcement.is_over(at.date()):
        raise Refused("“显示至”不能早于今天。")
