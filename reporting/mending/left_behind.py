"""What a merger leaves of an entry beside its filings and its people goes to the one that stays as well: who signed up
to a training, what is practised, and how the firm's own books are read."""

from __future__ import annotations

from datetime import datetime

from accounts.models import Enterprise
from reporting.models import BooksMapping, Filing, SignUp
from reporting.models.practice import in_practice


def take_sign_ups(kept: Enterprise, merged: Enterprise, at: datetime) -> None:
    """Whoever stands on both entries' lists stands once on the kept one's, with the better of the two: came before did
    not, a seat before waiting. The seat that is left over goes to who waits (training.signing_up.plan)."""
    own = {(each.session_id, each.name): each for each in SignUp.objects.standing().filter(enterprise=kept)}
    for theirs in SignUp.objects.filter(enterprise=merged).select_for_update():
        twin = None if theirs.is_cancelled else own.get((theirs.session_id, theirs.name))
        if twin:
            worse = min(theirs, twin, key=lambda each: (bool(each.came_at), each.is_signed))
            worse.state, worse.cancelled_at, worse.came_at = SignUp.State.CANCELLED, at, None
            worse.save(update_fields=["state", "cancelled_at", "came_at"])
        theirs.enterprise = kept
        theirs.save(update_fields=["enterprise"])


def take_practised(kept: Enterprise, merged: Enterprise) -> None:
    """To the kept firm where it practises, which is where it belongs; not what it practises itself."""
    with in_practice():
        own = Filing.objects.filter(enterprise=kept).values("period")
        theirs = Filing.objects.filter(enterprise=merged, superseded_by=None).exclude(period__in=own)
        pks = list(theirs.order_by("pk").select_for_update().values_list("pk", flat=True))
        Filing.objects.filter(pk__in=pks).update(enterprise=kept, district=kept.district)


def take_books(kept: Enterprise, merged: Enterprise) -> None:
    """How its statements are read, where the kept firm has not confirmed that itself."""
    own = BooksMapping.objects.filter(enterprise=kept).values_list("frequency", flat=True)
    BooksMapping.objects.filter(enterprise=merged).exclude(frequency__in=list(own)).update(enterprise=kept)
