"""上报回执: what ties a paper to the submission it was printed from, and whether such a paper is genuine."""

from __future__ import annotations

import json
from datetime import UTC
from hashlib import sha256

from accounts.old_codes import entries_of_firms_with
from reporting.models import Submission

SHOWN = 16  # characters of a digest, on paper and to whoever verifies it


def digest_of(submission: Submission) -> str:
    """Of all that was frozen with it: another figure, signer or moment is another digest."""
    frozen = {
        "receipt": submission.receipt,
        "verification": submission.verification,
        "edition": submission.edition_digest,
        "tables": submission.tables,
        "values": submission.values,
        "attributes": submission.attributes,
        "explanations": submission.explanations,
        "signer": submission.signer,
        "reason": submission.reason,
        "estimated": submission.estimated,
        "submitted_at": submission.submitted_at.astimezone(UTC).isoformat(),
    }
    return sha256(json.dumps(frozen, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def in_short(digest: str) -> str:
    """Its beginning, as people compare it."""
    return " ".join(digest[start : start + 4] for start in range(0, SHOWN, 4))


def genuine(code: str, credit_code: str) -> Submission | None:
    """The submission whose receipt has this code, of a firm that has or had this credit code. One question whatever is
    wrong, so that how long it takes tells nobody which."""
    entries = entries_of_firms_with(credit_code).values("pk")
    return Submission.objects.filter(filing__enterprise__in=entries, verification=code).first()
