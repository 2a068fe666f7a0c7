"""What a merger leaves of an entry beside its filings and its people goes to the one that stays as well: who signed up
to a training, and what is practised."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from accounts.models import Enterprise
from reporting.models import Filing, SignUp
from reporting.models.practice import in_practice


def take_sign_ups(kept: Enterprise, merged: Enterprise) -> None:
    """Whoever stands on both entries' lists stands on the kept one's."""
    twin = SignUp.objects.standing().filter(enterprise=kept, session=OuterRef("session"), name=OuterRef("name"))
    SignUp.objects.filter(enterprise=merged).exclude(Exists(twin)).update(enterprise=kept)


def take_practised(kept: Enterprise, merged: Enterprise) -> None:
    """To the kept firm where it practises, which is where it belongs; not what it practises itself."""
    with in_practice():
        own = Filing.objects.filter(enterprise=kept).values("period")
        theirs = Filing.objects.filter(enterprise=merged, superseded_by=None).exclude(period__in=own)
        pks = list(theirs.order_by("pk").select_for_update().values_list("pk", flat=True))
        Filing.objects.filter(pk__in=pks).update(enterprise=kept, district=kept.district)
