"""What the firm takes back: a submission nobody has opened, and, by way of an amendment, one that was approved."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from reporting.filing.judging import judge
from reporting.letters import about_filings
from reporting.models import Filing, State, Submission, ThreadSeen
from reporting.workflow.guards import MOVES, Refused, locked_for_firm, move, not_now, record, said_something, words
from reporting.workflow.owing import let_off_if_away


@transaction.atomic
def recall(filing: Filing, by: User, at: datetime) -> Filing:
    """Take a submission back while nobody at the district has opened it."""
    filing = locked_for_firm(filing, by, at)
    submission = filing.in_force
    if filing.state != State.SUBMITTED:
        raise Refused(not_now(filing))
    if submission.opened_at:
        raise Refused("区县已打开这份上报件，不能再撤回；如需修改，请联系区县退回。")
    filing.state = submission.from_state
    _take_back(filing, filing.submissions.filter(pk=submission.pk), at)
    if filing.edition.digest != submission.edition_digest:
        filing.checked = Filing.UNCHECKED  # a revision of meanwhile: what the check said, it said under the old rules
    filing.save(update_fields=["state", "in_force", "late", "checked"])
    record(filing, by, at, "撤回上报", subject=submission.receipt)
    if filing.is_unsent and not filing.period.is_locked:
        _come_home(filing, by, at)
    return filing


@transaction.atomic
def amend(filing: Filing, by: User, at: datetime, reason: str) -> Filing:
    """Begin the next number of an approved filing; the approved one counts until the next is approved."""
    filing = locked_for_firm(filing, by, at)
    reason = said_something(reason, words(filing, "amended_with_words", "请写明修订原因。"))
    move(filing, "amend")
    filing.save(update_fields=["state"])
    record(filing, by, at, "申请修订", subject=filing.in_force.receipt, why=reason)
    about_filings.amendment_begun(filing, reason, at)
    return filing


@transaction.atomic
def abandon_amendment(filing: Filing, by: User, at: datetime) -> Filing:
    """Give an amendment up: the drafts say again what the approved submission says, which has counted all along, and
    what was sent meanwhile and returned is taken back. After the lock that uses up the 补报 too."""
    filing = locked_for_firm(filing, by, at)
    if why_not := why_not_abandoned(filing):
        raise Refused(why_not)
    move(filing, "abandon_amendment")
    before, after = _restore_drafts(filing, by, at)
    _take_back(filing, filing.submissions.filter(number__gt=filing.approved.number), at)
    filing.checked, filing.checked_at = Filing.UNCHECKED, None
    if filing.period.is_locked:
        filing.after_lock = filing.approved_id != filing.counted_id
        filing.late_requests.in_hand().update(spent_at=at)
    filing.save(update_fields=["state", "in_force", "late", "after_lock", "checked", "checked_at"])
    record(filing, by, at, "放弃修订", subject=filing.approved.receipt, before=before, after=after)
    return filing


def why_not_abandoned(filing: Filing) -> str:
    """Why there is no amendment to give up; empty when there is one. What was approved and then sent back, because the
    city had returned it, is to be corrected."""
    if not filing.approved_id or filing.state not in MOVES["abandon_amendment"]:
        return not_now(filing)
    if filing.is_sent_back_after_all:
        return "审核通过的一份已由区县退回，须按退回理由修改后重新上报，不能放弃修订。"
    return ""


def _take_back(filing: Filing, submissions: QuerySet[Submission], at: datetime) -> None:
    """The firm takes these back: in force is the newest that is left, and only what is left can have been late."""
    submissions.filter(recalled_at=None).update(recalled_at=at)
    left = filing.submissions.filter(recalled_at=None)
    filing.in_force = left.order_by("number").last()
    filing.late = left.filter(on_time=False).exists()


def _come_home(filing: Filing, by: User, at: datetime) -> None:
    """What is unsent again is owed as the register has the firm now: to another district, or no longer at all."""
    home = filing.enterprise.district_on(filing.period.parsed.end)
    if home and home != filing.district:
        before, filing.district = filing.district, home
        filing.save(update_fields=["district"])
        ThreadSeen.objects.hand_over(filing)
        record(filing, by, at, "随迁报送区县", before={"区县": before.name}, after={"区县": home.name}, why="撤回上报")
    let_off_if_away(filing, by, at, "撤回上报")


def _restore_drafts(filing: Filing, by: User, at: datetime) -> tuple[dict[str, str], dict[str, str]]:
    """Put the approved figures back into the cells that are open to typing; a cell whose figure is the same keeps its
    text. Returns what changed, before and after."""
    approved, drafted = filing.approved.values, judge(filing).values_as_text()
    shut = judge(filing, approved).completed.locked
    before, after = {}, {}
    for sheet in filing.drafts.values():
        codes = {indicator.code for indicator in filing.edition.table(sheet.table).indicators}
        cells = {
            key: sheet.cells[key] if key in sheet.cells and drafted.get(key) == text else text
            for key, text in approved.items()
            if key.partition(".")[0] in codes and key not in shut
        }
        changed = [key for key in sheet.cells.keys() | cells.keys() if sheet.cells.get(key) != cells.get(key)]
        if not changed:
            continue
        before |= {key: sheet.cells.get(key, "") for key in sorted(changed)}
        after |= {key: cells.get(key, "") for key in sorted(changed)}
        sheet.cells, sheet.version, sheet.saved_at, sheet.saved_by = cells, sheet.version + 1, at, by
        sheet.save(update_fields=["cells", "version", "saved_at", "saved_by"])
    return before, after
