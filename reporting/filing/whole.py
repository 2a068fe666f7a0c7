"""A filing read at one go, with all that judging it rests on and its page shows.

One query for the filing with the earlier ones behind it, one each for its drafts and its dates, and one for each kind
of thing beside it that there is any of. A filing so read is one reading: who changes something reads it anew, under the
lock (see workflow.guards.locked_to_judge).
"""

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, prefetch_related_objects

from forms_tables.edition.periods import BadPeriod, PeriodCode
from forms_tables.notation.names import earlier
from reporting.models import BaseAdjustment, Explanation, ExtensionRequest, Filing, LateRequest, Message, Submission

JOINED = ("enterprise", "period", "district", "in_force", "approved")
BESIDE = {
    "explanations": Explanation,
    "base_adjustments": BaseAdjustment,
    "extension_requests": ExtensionRequest,
    "late_requests": LateRequest,
}


def read_whole(enterprise: int, period: str) -> Filing:
    """A firm's filing for a period. Raises Filing.DoesNotExist."""
    try:
        behind = earlier(PeriodCode.parse(period))
    except BadPeriod:
        raise Filing.DoesNotExist from None
    wanted = [period, *(code.code for code in behind.values())]
    filings = Filing.objects.filter(enterprise=enterprise, period__in=wanted).select_related(*JOINED)
    found = {filing.period_id: filing for filing in with_what_there_is(filings)}
    if period not in found:
        raise Filing.DoesNotExist
    filing = found[period]
    filing.before = {word: found[code.code] for word, code in behind.items() if code.code in found}
    prefetch_related_objects([filing], "sheets", "period__deadlines", *whatever_is_beside(filing))
    return filing


def with_what_there_is(filings: QuerySet[Filing]) -> QuerySet[Filing]:
    """Filings that know of each kind of thing whether there is any."""
    own = {name: model.objects.filter(filing=OuterRef("pk")) for name, model in BESIDE.items()}
    in_time = Submission.objects.filter(filing=OuterRef("pk"), on_time=True, recalled_at=None)
    return filings.annotate(
        has_filed_in_time=Exists(in_time),
        has_messages=Exists(Message.objects.filter(filing=OuterRef("pk"))),
        **{f"has_{name}": Exists(rows) for name, rows in own.items()},
    )


def whatever_is_beside(filing: Filing) -> list[Prefetch]:
    """What there is none of need not be asked for."""
    return [
        Prefetch(name, model.objects.all() if getattr(filing, f"has_{name}") else model.objects.none())
        for name, model in BESIDE.items()
    ]
