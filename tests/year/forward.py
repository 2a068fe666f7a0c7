"""Whether everybody can get on: what the office says is tried, and taken back."""

from __future__ import annotations

from collections.abc import Iterator

from accounts.models import Enterprise, Residence
from forms_tables.edition.periods import PeriodCode
from reporting import workflow
from reporting.models import ExtensionRequest, Filing, LateRequest, Period, lock_limit
from reporting.releases.missing import missing_of
from tests.year import actors, willing
from tests.year.records import Sent, sent_by_filing
from tests.year.walk import Walk


def owed(walk: Walk) -> Iterator[str]:
    """Who reports on a period's last day owes it while it is open, to the district it lived in then; nobody else is
    asked for what was not sent."""
    sent = sent_by_filing()
    filings = {(f.enterprise_id, f.period_id): f for f in Filing.objects.filter(period__state="open")}
    for period in Period.objects.filter(state="open"):
        end = PeriodCode.parse(period.pk).end
        for firm in Enterprise.objects.all():
            owes = firm.joined_on <= end and (firm.left_on is None or firm.left_on >= end)
            filing = filings.get((firm.pk, period.pk))
            is_asked = filing is not None and filing.state != "99"
            standing = filing and any(each.stands_at(walk.at) for each in sent[filing.pk])
            ever = filing and any(each.recalled_at is None for each in sent[filing.pk])
            if owes and not is_asked:
                yield f"{firm.name} 应报 {period.pk}，却{'不须报' if filing else '没有任务'}。"
            if is_asked and not owes and not ever:
                yield f"{firm.name} 不应报 {period.pk}，仍被要求。"
            if is_asked and owes and not ever and not standing:
                home = living_on(firm, end)
                if home and filing.district_id != home:
                    yield f"{firm.name} 的 {period.pk} 没有上报，却留在区县 {filing.district_id}，当时属 {home}。"


def living_on(firm: Enterprise, day) -> int | None:
    homes = Residence.objects.filter(enterprise=firm, since__lte=day).exclude(until__lt=day)
    return homes.order_by("-since").values_list("district", flat=True).first()


def way_forward(walk: Walk) -> Iterator[str]:
    """Every filing that is not finished gets there when everybody is willing: it is tried, and taken back. A filing of
    a locked period of which nothing counts is not finished while its firm still owes it. And every period past its
    dates can be locked."""
    sent = sent_by_filing()
    tried = walk.known.setdefault("tried", {})
    for filing in Filing.objects.select_related("period", "enterprise", "district").order_by("pk"):
        if is_finished(filing, sent[filing.pk], walk):
            continue
        sign = situation(walk, filing, sent)
        if tried.get(filing.pk) == sign:
            continue
        tried[filing.pk] = sign
        if refused := tried_to_the_end(walk, filing):
            who = f"企业 {filing.enterprise_id}，状态 {filing.state}"
            yield f"{filing.period_id} 填报 {filing.pk}（{who}）没有出路：{refused}"
    yield from periods_that_cannot_close(walk)


def is_finished(filing: Filing, sent: list[Sent], walk: Walk) -> bool:
    owes = filing.enterprise.joined_on <= filing.period.parsed.end
    owes = owes and (filing.enterprise.left_on is None or filing.enterprise.left_on >= filing.period.parsed.end)
    if filing.period.is_locked and not filing.after_lock:
        stood = any(each.stands_at(walk.at) or each.approved_at() for each in sent)
        return stood or not owes
    return filing.state in ("50", "80") or (filing.state == "99" and not owes)


def situation(walk: Walk, filing: Filing, sent: dict[int, list[Sent]]) -> tuple:
    """While this is the same, trying again would end the same."""
    before = actors.previous(filing)
    asked = [
        list(model.objects.filter(filing__in=[filing, before] if before else [filing]).values_list("pk", "granted"))
        for model in (LateRequest, ExtensionRequest)
    ]
    return (
        *(
            (each.state, each.after_lock, each.district_id, [(s.pk, s.recalled_at, s.decisions) for s in sent[each.pk]])
            for each in (filing, before)
            if each
        ),
        filing.period.state,
        before and before.period.state,
        walk.today > walk.seen.due[filing.period_id][-1][1],
        filing.enterprise.left_on,
        str(asked),
    )


def tried_to_the_end(walk: Walk, filing: Filing) -> str:
    """Nothing when it was approved in the end; else what was refused last."""
    with walk.trial():
        return willing.bring_to_the_end(walk, filing)


def periods_that_cannot_close(walk: Walk) -> Iterator[str]:
    for period in Period.objects.filter(state="open"):
        if period.deadline("city").date >= walk.today:
            continue
        waits = ExtensionRequest.objects.filter(filing__period=period, granted_until__gte=walk.today)
        if waits.exists():
            continue
        try:
            with walk.trial():
                lock_by_two(walk, period)
        except workflow.Refused as refusal:
            yield f"{period.pk} 三级截止日都已过，不能锁定：{refusal}"


def lock_by_two(walk: Walk, period: Period) -> None:
    """As much as it takes: one person where little is missing."""
    if missing_of(period).is_above(lock_limit()):
        proposal = period.lock_proposals.filter(outcome="").first()
        proposal = proposal or workflow.propose_lock(period, walk.city.city, walk.at, "到期")
        workflow.confirm_lock(proposal, walk.city.second, walk.at)
    else:
        workflow.lock(period, walk.city.city, walk.at, "到期")
