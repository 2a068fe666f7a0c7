"""From 复核 one asks about what a rule found, or sends it back: one firm or many, with one sentence. A district does so
to its firms, the city and the association to the districts; what may be done the workflow says, of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from accounts.models import User
from forms_tables.edition.address import CellAddress
from reporting import workflow
from reporting.models import Filing, Review, Submission
from reporting.recheck import Recheck
from reporting.recheck.words import RecheckedFinding, told
from reporting.workflow.guards import Refused, said_something

MOST_WORDS = 300
MOST_OF_RULE = 120  # of the rule's own words before a question: both together fit into what a review keeps
ASKS = "）："  # between the rule and the question
MOST_CELLS = 8  # that one return names; a rule over a whole table would repeat its reason for each
NO_LONGER = "这份上报件现在不再命中这条审核关系，没有办理；请刷新页面，按最新的结果选择。"


@dataclass(frozen=True)
class Button:
    """One of the two buttons: its words, the verb of the workflow and its name among the allowed moves."""

    label: str
    move: str
    change: Callable[..., Review]
    decision: Review.Decision
    names_cells: bool = False

    def is_open_to(self, filing: Filing) -> bool:
        return filing.state in workflow.MOVES[self.move] and not filing.is_shut


OF_A_DISTRICT = {
    "query": Button("查询企业", "query", workflow.query, Review.Decision.QUERY),
    "return": Button("退回企业", "send_back", workflow.send_back, Review.Decision.SEND_BACK, names_cells=True),
}
OF_THE_CITY = {
    "query": Button("查询区县", "city_query", workflow.city_query, Review.Decision.CITY_QUERY),
    "return": Button("退回区县", "city_return", workflow.city_return, Review.Decision.CITY_RETURN, names_cells=True),
}


def buttons_of(user: User) -> dict[str, Button]:
    """What this person may do from 复核; nothing for who only reads."""
    if user.may.review:
        return OF_A_DISTRICT
    return OF_THE_CITY if user.may.query else {}


@dataclass(frozen=True)
class Decided:
    """What became of each that was chosen: done, done before with the same words, or left and why."""

    done: list[Submission] = field(default_factory=list)
    already: list[tuple[Submission, Review]] = field(default_factory=list)
    left: list[tuple[Submission, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Hits:
    """What one rule fires on in a period, as far as somebody sees it."""

    found: Recheck
    rule: str

    def in_these(self, submissions: Sequence[Submission]) -> dict[int, list[RecheckedFinding]]:
        """By submission; nothing in one that is not what was judged."""
        judged = dict(self.found.judged.select("filing", "submission").iter_rows())
        current = [each for each in submissions if judged.get(each.filing_id) == each.pk]
        said = told(self.found, [each.filing_id for each in current], self.rule)
        return {each.pk: [] for each in submissions} | {each.pk: said[each.filing_id] for each in current}


def decide_on(
    submissions: Sequence[Submission], hits: Hits, button: Button, said: str, by: User, at: datetime
) -> Decided:
    """Ask about these, or return them, because of what the rule found in each. A refusal of one leaves the others."""
    if not submissions:
        raise Refused("请先勾选企业，再查询或退回。")
    said = said_something(said, f"请写明{button.label}的话：要核实什么，或者为什么退回。", "这句话", MOST_WORDS)
    outcome, about = Decided(), hits.in_these(submissions)
    for submission in submissions:
        if twin := said_before(submission, button, said):
            outcome.already.append((submission, twin))
            continue
        try:
            is_current = submission.filing.in_force_id == submission.pk and button.is_open_to(submission.filing)
            if is_current and not about[submission.pk]:
                raise Refused(NO_LONGER)
            button.change(submission, by=by, at=at, **words_about(submission, about[submission.pk], button, said))
            outcome.done.append(submission)
        except Refused as refusal:
            outcome.left.append((submission, str(refusal)))
    return outcome


def words_about(
    submission: Submission, about: Sequence[RecheckedFinding], button: Button, said: str
) -> Mapping[str, object]:
    """A question says which rule it is about; a return names the cells of what was found, or else the whole table."""
    if button.names_cells:
        return {"reasons": [{"cell": cell, "reason": said} for cell in cells_of(submission, about) or [""]]}
    asked = f"{about[0].message[:MOST_OF_RULE]}（{about[0].rule}{ASKS}" if about and about[0].rule else ""
    return {"note": asked + said}


def cells_of(submission: Submission, about: Sequence[RecheckedFinding]) -> list[str]:
    cells = dict.fromkeys(CellAddress.parse_place(place).cell for one in about for place in one.cells)
    return [cell for cell in cells if submission.edition.has_cell(cell)][:MOST_CELLS]


def said_before(submission: Submission, button: Button, said: str) -> Review | None:
    """The last word about the submission, where it is this one: by a second press, or by a colleague."""
    last = submission.reviews.order_by("-pk").select_related("by").first()
    if last is None or last.decision != button.decision:
        return None
    words = {row["reason"] for row in last.reasons} if button.names_cells else {last.note.rpartition(ASKS)[2]}
    return last if words == {said} else None
