"""How far review has to go: the city says so, with a reason."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from accounts import journal
from accounts.access import DoneAlready
from accounts.models import User
from reporting.models import ReviewLimits, review_limits
from reporting.models.submission import WATCHED_WORDS
from reporting.workflow.guards import Refused, be_the_city, said_something

LEAST_POINTS = Decimal("0.01")
MOST_REASON = 300


@dataclass(frozen=True)
class Limits:
    """As the city wants them (`ReviewLimits`)."""

    points: Decimal
    watched: Collection[str]
    bulk_share: Decimal


@transaction.atomic
def choose_review_limits(wanted: Limits, by: User, at: datetime, reason: str) -> ReviewLimits:
    """From now on. What was passed before stays passed."""
    be_the_city(by)
    why = said_something(reason, "请写明依据。", "依据", MOST_REASON)
    if not LEAST_POINTS <= wanted.points <= ReviewLimits.MOST_POINTS:
        raise Refused(f"预期误差上限应在 {LEAST_POINTS}% 与 {ReviewLimits.MOST_POINTS}% 之间。")
    if not 0 <= wanted.bulk_share <= 100:
        raise Refused("须逐份打开的占比应在 0 与 100 之间。")
    watched = [role for role in WATCHED_WORDS if role in wanted.watched]
    if not watched or len(watched) < len(set(wanted.watched)):
        raise Refused("控制误差的指标至少选一项，只能在列出的指标里选。")
    before = review_limits()
    if (before.points, before.watched, before.bulk_share) == (wanted.points, watched, wanted.bulk_share):
        raise DoneAlready("与现在的界限相同，没有改动。")
    chosen = ReviewLimits.objects.create(
        points=wanted.points, watched=watched, bulk_share=wanted.bulk_share, reason=why, by=by, at=at
    )
    journal.record(
        by=by,
        at=at,
        action="设定审核界限",
        subject="审核界限",
        before=before.in_words,
        after=chosen.in_words,
        why=why,
    )
    return chosen
