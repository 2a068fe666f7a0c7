"""试算: what a whole draft edition would change in the filings of one real period.

Each filing is judged twice with the same facts: by the revision in force, whose place the draft would take, and by the
draft. Under which revision it was submitted does not matter: what already holds is no news. A submission is completed
again from what was typed in it, so that what the draft computes otherwise, asks for anew or asks for no more is seen as
the firm would see it.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from forms_tables.edition.drafting import changes_between
from reporting import city_columns
from reporting.editions.by_columns import leaves_forms_alone, outcomes_by_columns
from reporting.editions.drafts import Overtaken
from reporting.editions.obstacles import unusable_in
from reporting.editions.one_by_one import outcomes_of
from reporting.editions.tally import EffectTally
from reporting.leases import JUST_NOW, Hand, carry_out, is_lost, spoken_at
from reporting.models import DraftEdition, Filing, ParameterValue, Period, PublishedEdition, Rehearsal, Sheet
from reporting.models.standing import WITH_FIRM
from reporting.workflow import Refused
from reporting.workflow.guards import be_an_author

EVERY = 100  # filings between two words about how far it is


def periods_to_rehearse(draft: DraftEdition) -> list[Period]:
    """Those under the draft's own edition in which anything was filed, the newest first: the filings of another year's
    tables say nothing of it."""
    filed = Filing.objects.filter(Q(sheets__isnull=False) | Q(in_force__isnull=False)).values("period").distinct()
    return [period for period in Period.objects.filter(pk__in=filed) if period.family == draft.family]


def default_period(periods: list[Period]) -> Period | None:
    """The last one with submissions."""
    submitted = set(Filing.objects.exclude(in_force=None).values_list("period", flat=True).distinct())
    return next((period for period in periods if period.code in submitted), periods[0] if periods else None)


@transaction.atomic
def begin(draft: DraftEdition, version: int, period: Period, by: User, at: datetime, real: datetime) -> Rehearsal:
    """Ask for a rehearsal; the one that runs already, or was done a moment ago, when there is one.
    `real` is the machine's time: a rehearsal whose worker was lost is not waited for."""
    be_an_author(by)
    draft = DraftEdition.objects.select_for_update().get(pk=draft.pk)
    if draft.state != DraftEdition.OPEN:
        raise Refused(f"这份修订稿{draft.get_state_display()}，不再试算。")
    if draft.version != version:
        raise Overtaken(draft)
    if period.family != draft.family:
        raise Refused(f"{period.label}不按这个制度填报，不能用来试算。")
    if found := unusable_in(draft):
        raise Refused(f"还有 {len(found)} 处须改正，改正后才能试算。第一处：{found[0]}。")
    for standing in draft.rehearsals.filter(version=version, period=period):
        if standing.state == Rehearsal.RUNNING and not is_lost(standing, real):
            return standing
        if standing.state == Rehearsal.DONE and spoken_at(standing) > real - JUST_NOW:
            return standing
        break  # only the newest counts
    draft.rehearsals.filter(state=Rehearsal.RUNNING, period=period).update(state=Rehearsal.FAILED)
    effect = {"spoken": real.isoformat()}
    return Rehearsal.objects.create(draft=draft, version=version, period=period, by=by, at=at, effect=effect)


def run(pk: int, now: Callable[[], datetime]) -> None:
    """Carry a rehearsal out. Whoever takes it up last goes on; one that was begun anew meanwhile is let be."""
    rehearsal = Rehearsal.objects.select_related("draft__based_on", "period").get(pk=pk)

    def work(hand: Hand) -> None:
        if rehearsal.draft.version != rehearsal.version:  # changed before a worker came: there is only the text of now
            words = f"修订稿已改到第{rehearsal.draft.version}稿，请按现在的稿试算"
            hand.end(Rehearsal.FAILED, {"failure": words})
        else:
            hand.end(Rehearsal.DONE, rehearse(rehearsal, hand.speak))

    carry_out(rehearsal, now, work)


def rehearse(rehearsal: Rehearsal, speak: Callable[[int, int], None] = lambda done, total: None) -> dict:
    """The effect as it is stored."""
    draft, period = rehearsal.draft, rehearsal.period
    standing = PublishedEdition.objects.of_family(draft.family).last()
    editions = period.judged_by(standing.edition), period.judged_by(draft.edition)
    judged = filings_to_judge(period)
    total = judged.count()
    tally = EffectTally(draft.edition, standing.edition, period.parsed.frequency)
    outcomes = outcomes_of
    if leaves_forms_alone(period, judged, *editions):
        city_columns.refresh(period, speak)
        outcomes = outcomes_by_columns
    for number, outcome in enumerate(outcomes(period, judged, *editions), start=1):
        tally.add(outcome)
        if number % EVERY == 1:
            speak(number, total)
    speak(total, total)
    notes = list(notes_on(draft, standing, period))
    return {"label": period.label, "against": f"第{standing.number}版", **tally.effect(), "notes": notes}


def filings_to_judge(period: Period) -> QuerySet[Filing]:
    """What is with its firm and has something typed, and what was submitted; nothing that is not owed."""
    typed = Sheet.objects.filter(filing=OuterRef("pk")).exclude(cells={})
    chosen = (WITH_FIRM & Exists(typed)) | (~WITH_FIRM & Q(in_force__isnull=False))
    return Filing.objects.of(period).filter(chosen)


def notes_on(draft: DraftEdition, in_force: PublishedEdition, period: Period) -> Iterator[str]:
    """What of the draft has no effect, since the city entered something that goes before it."""
    entered = entered_for(period)
    for change in changes_between(in_force.content, draft.content):
        if change.sort == "parameter" and change.after and "default" in change.fields and change.code in entered:
            yield (
                f"参数“{change.after.get('title', change.code)}”（{change.code}）改了默认值，但市级已录入 "
                f"{entered[change.code]}，录入的取值优先，这一处改动对{period.label}没有影响。"
            )


def entered_for(period: Period | None) -> dict[str, str]:
    """What the city entered, by the name of the parameter: for the period, or for all that have none of their own."""
    rows = ParameterValue.objects.filter(Q(period=None) | Q(period=period))
    return {row.name: row.figure for row in sorted(rows, key=lambda row: row.period_id is not None)}


def effect_in_words(effect: Mapping) -> str:
    """The effect in one sentence. Those it stops come first: what was sent is not judged again. What was rehearsed
    before this was told apart says what it said then."""
    if "filings" not in effect or "blocked" not in effect:
        return ""
    against = f"，与{effect['against']}相比" if effect.get("against") else ""
    parts = [
        f"{effect.get('label', '')}试算 {effect['filings']} 家{against}：将不能上报 {effect['blocked']['filings']} 家"
    ]
    if sent := effect.get("sent", {}).get("filings"):
        parts.append(f"已上报的 {sent} 家照修订稿不能通过，但不再做数据审核")
    if unfilled := "sent" in effect and effect["unfilled"]["filings"]:
        parts.append(f"{unfilled} 家须补填新增指标")
    parts += [f"可以上报 {effect['freed']['filings']} 家", f"新增提示 {effect['warned']['filings']} 家"]
    return "，".join(parts)
