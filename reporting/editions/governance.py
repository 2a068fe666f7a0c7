"""From which period an edition governs: said by the city, with a reason, and never over what was submitted."""

from datetime import datetime

from django.db import transaction

from accounts import journal
from accounts.models import User
from forms_tables.edition.catalog import edition_codes
from forms_tables.edition.periods import BadPeriod, PeriodCode
from reporting.editions.handing_over import hand_over
from reporting.models import Filing, Period, PublishedEdition, Submission
from reporting.models.in_force import Stretch, edition_in_force, following, governing, proposed, said, stored, stretches
from reporting.workflow.guards import Refused, be_an_author, brief

ACTION = "设定制度执行起点"


@transaction.atomic
def govern(code: str, first: str, last: str, by: User | None, at: datetime, reason: str) -> PublishedEdition:
    """执行起点: the edition governs from `first` on, until another begins or, where `last` is given, to there.

    The one that governed until then ends where this one begins. Open periods that change hands and have no submission
    are filed under the other edition from now on, their drafts with them. `by` is None in an installation that has no
    city official yet.
    """
    if by is not None:
        be_an_author(by)
    wanted = _stretch(code, first, last)
    PublishedEdition.objects.hold_still()
    published = PublishedEdition.objects.shipped().filter(code=code).first()
    if published is None:
        raise Refused(f"没有装载过名为“{code}”的制度，请系统管理员先装载。")
    if (published.holds_from, published.holds_to) == _as_kept(wanted):
        return published  # the second click
    if not (reason := brief(reason)):
        raise Refused("请写明依据，如统计调查通知的名称和文号。")
    adopt_proposals(at, leaving=code)
    others = [each for each in said() if each.family != code]
    _begin_alone(wanted, others)
    handed_over = _handed_over(stretches(), following([*others, wanted]))
    before = next((each.label for each in stored() if each.family == code), "")
    _keep(published, wanted)
    for period in handed_over:
        hand_over(period, edition_in_force(period.parsed), by, at, reason)
    after = {"适用": wanted.label}
    if handed_over:
        after["改按本制度填报"] = "、".join(period.label for period in handed_over)
    journal.record(
        by=by,
        at=at,
        action=ACTION,
        subject=published.title,
        before={"适用": before} if before else None,
        after=after,
        why=reason,
    )
    return published


def adopt_proposals(at: datetime, leaving: str = "") -> None:
    """What the folders propose becomes a fact for the editions nobody has said anything of, except where another
    governs at their beginning: from when the one takes over from the other is for the city to say."""
    unsaid = PublishedEdition.objects.shipped().filter(holds_from="", code__in=edition_codes()).exclude(code=leaving)
    for published in sorted(unsaid, key=lambda each: proposed(each.code).first):
        wanted = proposed(published.code)
        if governing(wanted.first, stored()):
            continue
        _keep(published, wanted)
        after, why = {"适用": wanted.label}, "按制度自身写明的年份"
        journal.record(by=None, at=at, action=ACTION, subject=published.title, after=after, why=why)


def _stretch(code: str, first: str, last: str) -> Stretch:
    try:
        wanted = Stretch(code, PeriodCode.parse(first.strip()), PeriodCode.parse(last.strip()) if last else None)
    except BadPeriod as error:
        raise Refused(f"请写明自哪个报告期起执行：{error}") from error
    if wanted.last and wanted.last < wanted.first:
        raise Refused(f"止期{wanted.last.label}早于起期{wanted.first.label}，请核对。")
    return wanted


def _as_kept(wanted: Stretch) -> tuple[str, str]:
    return wanted.first.code, wanted.last.code if wanted.last else ""


def _keep(published: PublishedEdition, wanted: Stretch) -> None:
    published.holds_from, published.holds_to = _as_kept(wanted)
    published.save(update_fields=["holds_from", "holds_to"])


def _begin_alone(wanted: Stretch, others: list[Stretch]) -> None:
    if taken := [each.family for each in others if each.first == wanted.first]:
        raise Refused(f"“{taken[0]}”也自{wanted.first.label}起执行，同一报告期只能有一个制度开始执行。")


def _handed_over(before: list[Stretch], after: list[Stretch]) -> list[Period]:
    """The open periods another edition governs after this, locked with their filings; refused where one must
    stay. Those that were withdrawn go along with their drafts, for they may be opened again."""
    handed_over = []
    for period in Period.withdrawn_too.order_by("code").select_for_update():
        now = governing(period.parsed, after)
        if now == governing(period.parsed, before) or (period.is_withdrawn and not now):
            continue
        list(Filing.objects.filter(period=period).order_by("pk").select_for_update().values_list("pk"))
        if number := Submission.objects.filter(filing__period=period).count():
            raise Refused(f"{period.label}已有 {number} 份上报件，适用的制度不能再改；请选更晚的报告期。")
        if period.is_locked:
            raise Refused(f"{period.label}已锁定，适用的制度不能再改；请选更晚的报告期。")
        if not now:
            raise Refused(f"{period.label}已开启，这样改后就没有适用的制度版本；请先写明由哪个制度接替。")
        handed_over.append(period)
    return handed_over
