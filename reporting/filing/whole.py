"""A filing read for its firm's pages and presses, with what judging it and showing it rest on.

One query for the filing and the earlier ones behind it, one for its dates. Its drafts, and what hangs on it where there
is any, are asked for once each when they are wanted (the cached properties of Filing). A filing so read is one reading:
who changes something reads it anew, under the lock (see workflow.guards.locked_to_judge).
"""

from django.db.models import Exists, OuterRef, prefetch_related_objects

from accounts.models import JournalEntry
from forms_tables.edition.periods import BadPeriod, PeriodCode
from forms_tables.notation.names import earlier
from reporting.models import BaseAdjustment, Explanation, Filing, ImportedFiling, Message, Submission
from reporting.models.filing import own_last
from reporting.models.handover import HANDED_OVER
from reporting.models.practice import practising

JOINED = ("enterprise", "period", "district", "in_force", "approved")


def read_whole(enterprise: int, period: str) -> Filing:
    """A firm's filing for a period, practised only in practice. Raises Filing.DoesNotExist."""
    try:
        code = PeriodCode.parse_any(period)
    except BadPeriod:
        raise Filing.DoesNotExist from None
    if code.practised != practising():
        raise Filing.DoesNotExist
    behind = earlier(code)
    filings = Filing.everywhere.of_one_firm(enterprise).filter(period__in=[period, *map(str, behind.values())])
    of_each = {"filing": OuterRef("pk")}
    of_its_firm = {"enterprise": OuterRef("enterprise"), "period": OuterRef("period")}
    imported = ImportedFiling.objects.under(enterprise).filter(period__in=list(map(str, behind.values())))
    filings = filings.select_related(*JOINED).annotate(
        has_filed_in_time=Exists(Submission.objects.filter(**of_each, on_time=True, recalled_at=None)),
        has_messages=Exists(Message.objects.filter(**of_each)),
        has_explanations=Exists(Explanation.objects.filter(**of_each)),
        has_adjustments=Exists(BaseAdjustment.objects.filter(**of_each, granted=True)),
        has_imported=Exists(imported),
        was_handed_over=Exists(JournalEntry.objects.filter(**of_its_firm, action=HANDED_OVER)),
    )
    in_order = own_last(filings, {enterprise})
    filing = next((each for each in in_order if (each.period_id, each.enterprise_id) == (period, enterprise)), None)
    if filing is None:
        raise Filing.DoesNotExist
    found = {each.period_id: each for each in in_order}
    filing.before = {word: found[code.code] for word, code in behind.items() if code.code in found}
    if not filing.has_imported:
        filing.imported_before = {}
    if not filing.has_explanations:
        filing.said = {}
    if not filing.has_adjustments:
        filing.granted_bases = {}
    if not filing.was_handed_over:
        filing.handover = None
    prefetch_related_objects([filing], "period__deadlines")
    return filing
