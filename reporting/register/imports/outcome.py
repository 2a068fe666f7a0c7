"""What a dry run showed, kept as a file beside what was uploaded: thousands of rows, of which a page shows fifty."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from django.core.files.base import ContentFile

from reporting.models import RegisterImport
from reporting.register.imports.importing import RegisterDryRun
from reporting.register.imports.judging import RegisterChange
from reporting.register.imports.sheet_rows import RegisterRowProblem

MOST_RANGES = 12


def as_file(tried: RegisterDryRun) -> ContentFile:
    return ContentFile(json.dumps(asdict(tried), ensure_ascii=False).encode(), "outcome.json")


def outcome_of(stored: RegisterImport) -> RegisterDryRun:
    """Raises FileNotFoundError where it was cleared away just now."""
    with stored.outcome.open("rb") as file:
        said = json.load(file)
    return RegisterDryRun(
        unchanged=said["unchanged"],
        problems=[RegisterRowProblem(**problem) for problem in said["problems"]],
        changes=[RegisterChange(**change) for change in said["changes"]],
        hidden=said["hidden"],
        owed=tuple(said["owed"]),
    )


def counts_of(tried: RegisterDryRun) -> dict:
    """For the row itself: what a list and a confirmation want to know."""
    return {
        "new": tried.new,
        "changed": tried.changed,
        "unchanged": tried.unchanged,
        "problems": len(tried.problems),
        "digest": tried.digest,
    }


def rows_in_words(numbers: Sequence[int]) -> str:
    """3、5–8：neighbours together, the first dozen."""
    ranges: list[list[int]] = []
    for number in sorted(numbers):
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    said = [str(first) if first == last else f"{first}–{last}" for first, last in ranges[:MOST_RANGES]]
    return "、".join(said) + ("等" if len(ranges) > MOST_RANGES else "")
