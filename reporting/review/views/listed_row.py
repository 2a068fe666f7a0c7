"""One line of a list of filings: where it stands, what it weighs and why, what was found and what its firm says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from reporting import workflow
from reporting.consequence.ordering import Placed, Weight
from reporting.consequence.wording import part_in_words
from reporting.models import Filing, Standing
from reporting.pages.comparison import FindingInWords, findings_of
from reporting.pages.grid import show, signed
from reporting.review.weighing import KnownOfFiling, Weighed

LONG = 120  # characters that stand open in a line; more is folded
TENTH, LEAST = Decimal("0.1"), Decimal("0.01")
UNKNOWN = "算不出"


@dataclass(frozen=True)
class ListedRow:
    filing: Filing
    placed: Placed | None = None
    known: KnownOfFiling | None = None
    headline: str = ""
    opened_first: str = ""  # why it is not to be passed on unopened

    @property
    def waits(self) -> bool:
        """For its district to decide."""
        return self.filing.standing in (Standing.WAITING, Standing.LET_IN_WAITING)

    @property
    def is_clean(self) -> bool:
        """Whether the district may pass it on without opening it."""
        submission = self.filing.in_force
        return self.waits and submission is not None and submission.is_clean and not self.opened_first

    @property
    def before_stop(self) -> bool:
        return bool(self.placed and self.placed.before_stop)

    @property
    def words(self) -> str:
        """What else to mind about the submission in force."""
        submission = self.filing.in_force
        due = self.filing.due_on if self.filing.extended_to and self.filing.is_with_firm else None
        extension = [f"延期至 {due.month}月{due.day}日"] if due else []
        if submission is None:
            return "".join(extension)
        said = [
            (f"第 {submission.number} 次", submission.number > 1),
            (submission.timing, submission.extended or not submission.on_time),
            ("预估数", submission.estimated),
            ("修订上报", submission.reason),
            ("尚未打开", self.waits and not submission.opened_at),
        ]
        return "、".join(extension + [words for words, holds in said if holds])

    @property
    def weight(self) -> Weight | None:
        return next(iter(self.placed.weights.values()), None) if self.placed else None

    @property
    def revenue(self) -> str:
        if self.weight:
            return show(self.weight.now, 2)
        return show(self.known.revenue, 2) if self.known else ""

    @property
    def change(self) -> str:
        """Growth of the headline figure; blank where there is nothing to compare with."""
        of = self.weight or self.known
        return "" if of is None or of.change is None else signed(_rounded(of.change, TENTH))

    @property
    def moves_district(self) -> str:
        return moved_in_words(self.weight.moves_district) if self.weight else ""

    @property
    def moves_city(self) -> str:
        return moved_in_words(self.weight.moves_city) if self.weight else ""

    @property
    def reasons(self) -> Sequence[str]:
        """Why it stands in its place."""
        if self.placed:
            return self.placed.reasons
        if not self.known or not self.known.missing:
            return []
        if self.known.absent is None:
            return [f"还没有上报，也没有可比的{self.headline}。"]
        part = _rounded(self.known.absent, LEAST)
        share = f"占 {part}%" if part >= LEAST else "占不足 0.01%"
        if self.known.before is None:
            return [f"还没有上报；上年同期数不详，按上年收入折算{share}。"]
        return [f"还没有上报；上年同期{self.headline} {show(self.known.before, 2)}，{share}。"]

    @property
    def findings(self) -> list[FindingInWords]:
        submission = self.filing.in_force
        if submission is None or not submission.findings:
            return []
        general, by_row = findings_of(submission, submission.edition)
        return [*general, *(said for row in by_row.values() for said in row)]

    @property
    def is_long(self) -> bool:
        return sum(len(said.message) + len(said.explanation) for said in self.findings) > LONG


def rows_of(filings: Sequence[Filing], weighed: Weighed, limit: Decimal) -> list[ListedRow]:
    keys = [filing.pk for filing in filings]
    placed = weighed.placed(keys)
    others = [key for key in keys if key not in placed]
    known = weighed.known(others) if others else {}
    headline = weighed.headline.name if weighed.headline else ""
    return [
        ListedRow(
            filing,
            placed.get(filing.pk),
            known.get(filing.pk),
            headline,
            workflow.why_opened_first(filing.in_force, placed, limit) if filing.in_force else "",
        )
        for filing in filings
    ]


def moved_in_words(moves: float | None) -> str:
    """By how much a total would move were the firm to say what was expected of it, in per cent of the total."""
    return UNKNOWN if moves is None else part_in_words(moves)


def _rounded(figure: float, least: Decimal) -> Decimal:
    return _decimal(figure).quantize(least, ROUND_HALF_UP)


def _decimal(figure: float) -> Decimal:
    return Decimal(repr(figure))
