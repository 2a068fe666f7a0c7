"""A revision in the demonstration city: the draft as a whole, its rehearsals, and the page it is published from."""

from collections.abc import Iterator

from accounts import clock
from accounts.models import User
from forms_tables.edition import drafting
from reporting.editions import drafts, rehearsal, tasks
from reporting.models import DraftEdition, Period, PublishedEdition, Rehearsal
from tests.browser.desk_walk import drafted
from tests.browser.walk import MONTH, Screen, official

ROW = {
    "code": "2114", "name": "云服务收入", "columns": ["c1"], "unit": "万元", "required": True, "source": "演示",
    "provenance": "derived",
}  # fmt: skip


def of_the_draft() -> Iterator[Screen]:
    """Behind the screens of the rules, since the draft is published at the end, from a month to come."""
    city, association = official(User.Role.CITY), official(User.Role.ASSOCIATION)
    seen = rehearsed(drafted(city), city)
    for name, path in {
        "draft": "",
        "parameters": "parameters/",
        "parameter": "parameters/YOY_LIMIT/",
        "parameter-new": "parameters/new/",
        "indicators": "indicators/?table=t6",
        "indicator": "indicators/20211/",
        "indicator-new": "indicators/new/t6/",
        "publish": "publish/",
        "rehearsal": f"rehearsals/{seen.pk}/",
        "rehearsal-list": f"rehearsals/{seen.pk}/blocked/",
    }.items():
        yield Screen(f"city-desk-{name}", f"/city/desk/{path}", city)
    yield Screen("association-desk-draft", "/city/desk/", association)
    Rehearsal.objects.filter(pk=seen.pk).update(state=Rehearsal.RUNNING, done=1200, total=3000)
    yield Screen("city-desk-rehearsal-running", f"/city/desk/rehearsals/{seen.pk}/", city)
    Rehearsal.objects.filter(pk=seen.pk).update(state=Rehearsal.DONE)
    published = publish(seen, city)
    yield Screen("city-desk-none", "/city/desk/", city)
    yield Screen("city-desk-revision", f"/city/desk/revisions/{published.code}/", city)
    yield Screen("city-edition-revision", f"/city/editions/{published.code}/", city)
    go_back(published, city)


def go_back(published: PublishedEdition, by: User) -> None:
    """The text of before as the next revision, so that the city can be walked again."""
    draft = drafts.begin_draft(published.family, by, clock.now())
    before = published.based_on.content
    draft = drafts.change_draft(draft, draft.version, before, by, clock.now(), "恢复上一版")
    publish(seen_in(draft, by), by)


def rehearsed(draft: DraftEdition, by: User) -> Rehearsal:
    at = clock.now()
    content = drafting.with_new_indicator(draft.content, "软统企6", ROW, after="2113")
    content = drafting.with_parameter(content, "YOY_LIMIT", {"default": "30"})
    return seen_in(drafts.change_draft(draft, draft.version, content, by, at, "新增指标 2114"), by)


def seen_in(draft: DraftEdition, by: User) -> Rehearsal:
    month, at = Period.objects.get(code=MONTH), clock.now()
    begun = rehearsal.begin(draft, draft.version, month, by, at, clock.real_now())
    tasks.rehearse(begun.pk)
    begun.refresh_from_db()
    return begun


def publish(seen: Rehearsal, by: User) -> PublishedEdition:
    """From a period nothing of the demonstration is filed in."""
    return drafts.publish(seen.draft, seen.version, "2024M12", "演示：补充云服务收入", seen, by, clock.now())
