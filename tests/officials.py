"""How the tests of the officials' pages bring a filing of May 2024 before its district, and who looks at it."""

import re
from datetime import date

from django.test import Client

from accounts.clock import real_now
from accounts.models import Installation, User
from reporting import workflow
from reporting.filing.judging import judge
from reporting.models import Filing, State, Submission
from tests.cast import AT
from tests.may import CLEAN_MAY, fresh
from tests.reading import markup_of

WARNED_MAY = {**CLEAN_MAY, "2090.c1": "-900"}  # a loss as large as the income asks for a word


def make_it_be(day: date) -> None:
    """The pages read the clock; a demonstration's clock can be set."""
    Installation.objects.update_or_create(
        pk=1, defaults={"is_demo": True, "demo_day": day, "demo_since": real_now().date()}
    )


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="accounts.backends.NameCodeOrMobile")
    return client


def press_through(client: Client, path: str, given: dict):
    """Press, and once more where the page asks first: with the letters, or whom it obliges, as they were shown."""
    answer = client.post(path, given, follow=True)
    seen = re.search(r'name="seen" value="([^"]+)"', markup_of(answer, answer.status_code))
    return client.post(path, given | {"seen": seen[1]}, follow=True) if seen else answer


def file_may(filing: Filing, clerk: User, cells: dict[str, str] = CLEAN_MAY, reason: str = "", at=AT) -> Submission:
    """Save, check, explain and submit 软统企6 as the firm does."""
    sheet = filing.sheets.filter(table="软统企6").first()
    workflow.save_sheet(filing, "软统企6", cells, sheet.version if sheet else 0, clerk, at)
    workflow.check(filing, clerk, at)
    for finding in judge(fresh(filing)).warnings:
        workflow.explain(filing, finding.rule, finding.fingerprint, clerk, at, reason_code="01")
    return workflow.submit(filing, clerk, at, signer="王经理", committed=True, reason=reason)


def freeze(filing: Filing, by: User, values: dict[str, str], findings: list[dict] | None = None) -> Submission:
    """A submission as it lies before the district, whatever the rules would have said of its figures."""
    submission = Submission.objects.create(
        filing=filing,
        number=1,
        receipt=f"{filing.period_id}-{filing.district.code}-{filing.pk:06d}-1",
        values=values,
        tables=["软统企6"],
        edition_code=filing.edition.code,
        edition_digest=filing.edition.digest,
        findings=findings or [],
        signer="王经理",
        on_time=True,
        submitted_by=by,
        submitted_at=AT,
        from_state=State.DRAFT,
    )
    filing.in_force, filing.state = submission, State.SUBMITTED
    filing.save(update_fields=["in_force", "state"])
    return submission


WARNING = {"rule": "R628", "level": "warning", "cells": ["软统企6!2090.c1"], "message": "请说明。", "fingerprint": "1"}
