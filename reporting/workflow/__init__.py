"""What happens to a filing, from the first saved cell to the locked period.

Every function here has the same five beats: may they, is it time, change in one transaction guarded by state and
version, journal it, queue the letter for after the commit. They take `by` and `at`; they read no request and no clock.
No function lets an official write a figure: only `save_sheet` and those beside it (`save_held`, `save_and_read`,
`save_and_check`) do, and only for the firm's own accounts.
"""

from reporting.workflow.amending import abandon_amendment, amend, recall, why_not_abandoned
from reporting.workflow.calendar import (
    choose_reading,
    effects_of,
    enter_arrangement,
    refuse_known,
    settle_provisional,
    squeezed_by,
)
from reporting.workflow.clean import approve_clean, opened_first, passed_by, why_opened_first
from reporting.workflow.filing import (
    MIN_EXPLANATION,
    answer,
    check,
    explain,
    explain_alike,
    explained,
    save_and_check,
    submit,
    unexplained,
    why_not_actual,
)
from reporting.workflow.guards import MOVES, Refused, held
from reporting.workflow.limits import Limits, choose_review_limits
from reporting.workflow.locking import choose_lock_limit, confirm_lock, correct, lock, propose_lock, withdraw_lock
from reporting.workflow.merging import Conflict, Proposed, Save, SavedChange, changes_since, divide, same
from reporting.workflow.owing import Owing, foreseen, owed_from, settle_owed
from reporting.workflow.parameter import set_parameter
from reporting.workflow.period import (
    allow_estimates,
    open_period,
    owe,
    set_deadlines,
    standing_in_the_way,
    too_early_to_lock,
)
from reporting.workflow.request import (
    ask_adjustment,
    ask_extension,
    ask_late,
    decide_adjustment,
    decide_extension,
    decide_late,
    latest_extension,
    why_not_extended,
    why_not_late,
)
from reporting.workflow.review import (
    answer_city,
    approve,
    city_query,
    city_return,
    open_for_review,
    query,
    send_back,
)
from reporting.workflow.saving import save_and_read, save_held, save_sheet, why_not_saved
from reporting.workflow.scan import attach_scan, scan_is_missing, scan_is_wanted
from reporting.workflow.undoing import UNDO_WITHIN, undo_approval, undo_approvals, undoable
from reporting.workflow.withdrawing import drafts_of, why_not_withdrawn, withdraw_period

__all__ = [
    "MIN_EXPLANATION",
    "MOVES",
    "SavedChange",
    "Conflict",
    "Limits",
    "Owing",
    "Proposed",
    "Refused",
    "Save",
    "UNDO_WITHIN",
    "abandon_amendment",
    "allow_estimates",
    "amend",
    "answer",
    "answer_city",
    "approve",
    "approve_clean",
    "ask_adjustment",
    "ask_extension",
    "ask_late",
    "attach_scan",
    "changes_since",
    "check",
    "choose_lock_limit",
    "choose_reading",
    "choose_review_limits",
    "city_query",
    "city_return",
    "confirm_lock",
    "correct",
    "decide_adjustment",
    "decide_extension",
    "decide_late",
    "divide",
    "drafts_of",
    "effects_of",
    "enter_arrangement",
    "explain",
    "explain_alike",
    "explained",
    "foreseen",
    "held",
    "latest_extension",
    "lock",
    "open_for_review",
    "open_period",
    "opened_first",
    "passed_by",
    "owe",
    "owed_from",
    "propose_lock",
    "query",
    "recall",
    "refuse_known",
    "same",
    "save_and_check",
    "save_and_read",
    "save_held",
    "save_sheet",
    "scan_is_missing",
    "scan_is_wanted",
    "send_back",
    "set_deadlines",
    "set_parameter",
    "settle_owed",
    "settle_provisional",
    "squeezed_by",
    "standing_in_the_way",
    "submit",
    "too_early_to_lock",
    "undo_approval",
    "undo_approvals",
    "undoable",
    "unexplained",
    "why_not_abandoned",
    "why_not_actual",
    "why_not_extended",
    "why_not_late",
    "why_not_saved",
    "why_not_withdrawn",
    "why_opened_first",
    "withdraw_lock",
    "withdraw_period",
]
