"""修订制度: the city writes the next revision of an edition in a draft, sees what it changes, and publishes it."""

import json
from datetime import datetime
from typing import Any, Unpack

from django.db import transaction

from accounts import journal
from accounts.models import User
from forms_tables.edition.digest import Content, digest_of
from forms_tables.edition.periods import BadPeriod, PeriodCode
from reporting.editions.definition_words import in_words
from reporting.editions.obstacles import obstacles_to
from reporting.models import DraftEdition, Filing, Period, PublishedEdition, Rehearsal
from reporting.models.in_force import Ungoverned, family_in_force, governing, stretches
from reporting.workflow.guards import Refused, be_an_author, brief


class Overtaken(Refused):
    """Somebody else changed the draft since the page was opened; `draft` is what stands now."""

    def __init__(self, draft: DraftEdition):
        super().__init__(
            f"修订稿在您打开之后已由{draft.changed_by}改动过（第{draft.version}稿），您的改动尚未保存。"
            "请刷新页面，对照现在的内容再改。"
        )
        self.draft = draft


@transaction.atomic
def begin_draft(family: str, by: User, at: datetime) -> DraftEdition:
    """Start the next revision from the newest one; the draft that is open already, when there is one."""
    be_an_author(by)
    newest = PublishedEdition.objects.select_for_update().filter(family=family).order_by("number").last()
    if newest is None:
        raise Refused(f"没有已发布的制度“{family}”，不能起草修订。")
    if standing := DraftEdition.objects.filter(family=family, state=DraftEdition.OPEN).first():
        return standing  # the second click
    text = json.dumps(newest.content, ensure_ascii=False)
    draft = DraftEdition.objects.create(
        family=family, based_on=newest, text=text, begun_by=by, begun_at=at, changed_by=by, changed_at=at
    )
    _record(draft, by, at, "起草修订稿", after={"依据": str(newest)})
    return draft


@transaction.atomic
def change_draft(
    draft: DraftEdition,
    version: int,
    content: Content,
    by: User,
    at: datetime,
    what: str,
    **facts: Unpack[journal.JournalWords],
) -> DraftEdition:
    """Put `content` in the place of the draft's, where it is still as it was when the page was opened (`version`).

    `facts` are what it was before and is after, for the journal.
    A draft may hold texts that cannot be used yet (a rule that reads a row about to be added); publishing refuses them.
    What cannot be an edition at all is refused here.
    """
    draft = _open_draft(draft, by, version)
    text = json.dumps(content, ensure_ascii=False)
    if text == draft.text:
        return draft  # the second click
    draft.text = text
    _be_an_edition(draft)
    draft.version, draft.changed_by, draft.changed_at = draft.version + 1, by, at
    draft.save(update_fields=["text", "version", "changed_by", "changed_at"])
    _record(draft, by, at, "修改修订稿", what, **facts)
    return draft


@transaction.atomic
def abandon_draft(draft: DraftEdition, by: User, at: datetime) -> DraftEdition:
    """Leave a draft for good; what it said stays in the record."""
    draft = _open_draft(draft, by)
    draft.state = DraftEdition.ABANDONED
    draft.save(update_fields=["state"])
    _record(draft, by, at, "放弃修订稿")
    return draft


@transaction.atomic
def publish(
    draft: DraftEdition, version: int, holds_from: str, reason: str, seen: Rehearsal | None, by: User, at: datetime
) -> PublishedEdition:
    """发布: make the draft the next immutable revision, which holds from a period on.

    The open periods from then on take it over for whoever has not submitted yet; a filing that was submitted keeps the
    revision it was judged by. `seen` is the rehearsal of this very version that the city looked at.
    """
    be_an_author(by)
    draft = DraftEdition.objects.select_for_update().get(pk=draft.pk)
    if draft.state == DraftEdition.PUBLISHED and draft.published_as:
        return draft.published_as  # the second click
    draft = _open_draft(draft, by, version)
    first = _period_it_holds_from(draft, holds_from)
    if not (reason := brief(reason)):
        raise Refused("请写明修订的原因和依据，如通知的名称和文号。")
    _be_worth_publishing(draft)
    if seen is None or seen.draft_id != draft.pk or seen.version != draft.version or seen.state != Rehearsal.DONE:
        raise Refused(f"第{draft.version}稿还没有试算过。请先选一个报告期试算，看过影响再发布。")
    PublishedEdition.objects.hold_still()
    governed = stretches()
    taking_over = [
        period
        for period in Period.objects.select_for_update()
        if first <= period.parsed and governing(period.parsed, governed) == [draft.family]
    ]
    if shut := [period.label for period in taking_over if period.is_locked]:
        raise Refused(f"{'、'.join(shut)}已锁定，修订不能从{first.label}起执行；请选更晚的报告期。")
    content = draft.content
    published = PublishedEdition.objects.create(
        code=_free_code(draft),
        family=draft.family,
        number=draft.based_on.number + 1,
        title=content["edition.toml"]["title"],
        digest=digest_of(content),
        text=draft.text,
        based_on=draft.based_on,
        holds_from=str(first),
        reason=reason,
        effect=_as_seen(seen),
        published_by=by,
        published_at=at,
    )
    codes = [period.code for period in taking_over]
    Period.objects.filter(code__in=codes).update(edition_code=published.code)
    # What the last check said of a draft that nobody submitted was said under the old rules.
    unsent = Filing.objects.filter(period__in=codes, in_force=None).exclude(checked=Filing.UNCHECKED)
    unsent.update(checked=Filing.UNCHECKED)
    draft.state, draft.published_as = DraftEdition.PUBLISHED, published
    draft.save(update_fields=["state", "published_as"])
    after = {"版本": str(published), "自": first.label, "摘要": published.digest}
    _record(draft, by, at, "发布制度版本", before={"版本": str(draft.based_on)}, after=after, why=reason)
    return published


def _as_seen(seen: Rehearsal) -> dict[str, Any]:
    """The figures of a rehearsal, whose and of when; the lists of filings behind them stay with the rehearsal."""
    figures = {name: value for name, value in seen.effect.items() if name != "lists"}
    return {
        **figures,
        "rehearsal": seen.pk,
        "period": seen.period_id,
        "at": seen.at.isoformat(),
        "by": seen.by.username,
    }


def _open_draft(draft: DraftEdition, by: User, version: int | None = None) -> DraftEdition:
    """The draft's row, locked: may they, is it still open, is it still what the page showed."""
    be_an_author(by)
    draft = (
        DraftEdition.objects.select_for_update(of=("self",)).select_related("based_on", "changed_by").get(pk=draft.pk)
    )
    if draft.state != DraftEdition.OPEN:
        raise Refused(f"这份修订稿{draft.get_state_display()}，不能再改；需要改动请另起修订稿。")
    if version is not None and version != draft.version:
        raise Overtaken(draft)
    return draft


def _be_an_edition(draft: DraftEdition) -> None:
    try:
        draft.edition  # noqa: B018
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise Refused(f"这样改后不能成为一个制度版本：{in_words(error, draft.based_on.edition)}。") from error


def _be_worth_publishing(draft: DraftEdition) -> None:
    _be_an_edition(draft)
    if found := obstacles_to(draft):
        raise Refused(f"还有 {len(found)} 处须改正，不能发布。第一处：{found[0]}。")
    newest = PublishedEdition.objects.of_family(draft.family).last()
    if newest != draft.based_on:
        raise Refused(f"起草之后又发布了{newest}，请放弃本稿，在新版本上另起修订稿。")
    if digest_of(draft.content) == newest.digest:
        raise Refused("修订稿与现行版本没有差别，无须发布。")


def _free_code(draft: DraftEdition) -> str:
    """A revision that goes back to the text of an earlier one is a revision of its own."""
    taken = PublishedEdition.objects.filter(code=draft.code).exists()
    return f"{draft.code}.{draft.based_on.number + 1}" if taken else draft.code


def _period_it_holds_from(draft: DraftEdition, code: str) -> PeriodCode:
    try:
        first = PeriodCode.parse(code.strip())
        family = family_in_force(first)
    except (BadPeriod, Ungoverned) as error:
        raise Refused(f"请选修订自哪个报告期起执行：{error}") from error
    if family != draft.family:
        raise Refused(f"{first.label}不适用这套制度。")
    before = draft.based_on.holds_from
    if before and first < PeriodCode.parse(before):
        raise Refused(f"上一版自{draft.based_on.holds_from_label}起执行，新的修订不能早于它。")
    return first


def _record(
    draft: DraftEdition, by: User, at: datetime, action: str, what: str = "", **more: Unpack[journal.JournalWords]
) -> None:
    """`what` was done may be long, and is told with whose draft it is; the action is what people look for."""
    number = f" 第{draft.version}稿" if draft.version else ""  # nothing was changed in it yet
    subject = f"{draft}{number}" + (f"：{what}" if what else "")
    journal.record(by=by, at=at, action=action, subject=subject, **more)
