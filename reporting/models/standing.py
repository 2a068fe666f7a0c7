"""Where a filing stands, and every question that is asked about it. This is the only place that reads what a filing's
state and its marks (`after_lock`, `exempt_at_lock`) say together.

Each question is one condition, a Q: `Filing.objects.filter(FILED)` asks it of many, `filing.meets(FILED)` of one
(reporting.models.asking), so that a list, a letter and a total cannot answer differently.
"""

from __future__ import annotations

from datetime import date
from enum import Enum

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Cast

from accounts.models import Scope
from reporting.models.period import Period

FIRM, DISTRICT, CITY, NOBODY = Scope.ENTERPRISE, Scope.DISTRICT, Scope.CITY, ""


class State(models.TextChoices):
    """What was done to a filing last; the numbers are those of code list C20.

    20 and 25 (check failed, check passed) are a draft together with `Filing.checked`; L is `Filing.late`. 99 is ours
    and not of C20: the firm left before the period's end or joins after it, so it owes nothing and is counted nowhere.
    """

    NOT_STARTED = "00", "未填报"
    DRAFT = "10", "草稿"
    SUBMITTED = "30", "已上报，待区县审核"
    QUERIED = "35", "区县查询中"
    RETURNED = "40", "区县退回"
    APPROVED = "50", "区县审核通过，待市级"
    CITY_QUERIED = "55", "市级查询中"
    CITY_RETURNED = "60", "市级退回区县"
    LOCKED = "80", "已锁定"
    AMENDING = "90", "修订中"
    EXEMPT = "99", "不须报"


NOT_LET_IN, ONLY_LET_IN, EITHER = [False], [True], [False, True]  # what Filing.after_lock is


class Standing(Enum):
    """Where a filing stands: in one of the states, or let in by a 补报 after the lock of its period, which is counted
    by itself and under no state. Each with its colour, who is to act next, and what that one may do, unless it is SHUT.

    The colours are those of `.state` in static/app.css: done, wait, warn, block, todo.
    """

    NOT_STARTED = [State.NOT_STARTED], NOT_LET_IN, "todo", FIRM, "开始填报"
    DRAFT = [State.DRAFT], NOT_LET_IN, "todo", FIRM, "继续填报"
    WAITING = [State.SUBMITTED], NOT_LET_IN, "wait", DISTRICT, "审核"
    QUERIED = [State.QUERIED], NOT_LET_IN, "warn", FIRM, "答复查询"
    RETURNED = [State.RETURNED], NOT_LET_IN, "block", FIRM, "修改退回"
    APPROVED = [State.APPROVED], NOT_LET_IN, "done", CITY, "锁定"
    CITY_QUERIED = [State.CITY_QUERIED], NOT_LET_IN, "warn", DISTRICT, "答复市级"
    CITY_RETURNED = [State.CITY_RETURNED], NOT_LET_IN, "block", DISTRICT, "答复市级"
    LOCKED = [State.LOCKED], NOT_LET_IN, "done", NOBODY, ""
    AMENDING = [State.AMENDING], NOT_LET_IN, "wait", FIRM, "继续修订"
    EXEMPT = [State.EXEMPT], EITHER, "todo", NOBODY, ""
    LET_IN = [State.NOT_STARTED], ONLY_LET_IN, "todo", FIRM, "开始填报"
    LET_IN_DRAFT = [State.DRAFT], ONLY_LET_IN, "todo", FIRM, "继续填报"
    LET_IN_WAITING = [State.SUBMITTED, State.CITY_QUERIED, State.CITY_RETURNED], ONLY_LET_IN, "wait", DISTRICT, "审核"
    LET_IN_QUERIED = [State.QUERIED], ONLY_LET_IN, "warn", FIRM, "答复查询"
    LET_IN_RETURNED = [State.RETURNED], ONLY_LET_IN, "block", FIRM, "修改退回"
    LET_IN_AMENDING = [State.AMENDING], ONLY_LET_IN, "wait", FIRM, "继续修订"
    LET_IN_APPROVED = [State.APPROVED, State.LOCKED], ONLY_LET_IN, "done", NOBODY, ""

    def __init__(self, states: list[State], after_lock: list[bool], tone: str, next_by: str, next_step: str):
        self.states, self.after_lock = states, after_lock
        self.tone, self.next_by, self.next_step = tone, next_by, next_step

    @property
    def key(self) -> str:
        """What the database calls it."""
        return self.name.lower()

    @property
    def is_let_in(self) -> bool:
        return self.after_lock == ONLY_LET_IN

    @property
    def words(self) -> str:
        if self is Standing.LET_IN_APPROVED:
            return "锁定后补报，已通过"
        return f"锁定后补报：{self.states[0].label}" if self.is_let_in else self.states[0].label

    @classmethod
    def of(cls, state: str, after_lock: bool) -> Standing:
        return STANDING_OF[state, after_lock]


STANDS_BY = ("state", "after_lock", "exempt_at_lock")  # the columns of which only this module makes something
STANDING_OF = {(state, let_in): each for each in Standing for state in each.states for let_in in each.after_lock}
ALL_LET_IN = [standing for standing in Standing if standing.is_let_in]


def standing_at(*standings: Standing) -> Q:
    """Those that stand at one of these."""
    found = Q(pk__in=[])
    for let_in in EITHER:
        states = [state for each in standings if let_in in each.after_lock for state in each.states]
        found |= Q(after_lock=let_in, state__in=states) if states else Q()
    return found


# The standing of each row, by its key.
STANDING = Case(
    *(When(standing_at(standing), then=Value(standing.key)) for standing in Standing), output_field=models.CharField()
)

# The same and what the lock found, as one number: of each row, for sums that change with any of them.
STANDING_NUMBER = (
    Cast("state", models.IntegerField())
    + 1000 * Cast("after_lock", models.IntegerField())
    + 2000 * Cast("exempt_at_lock", models.IntegerField())
)

# What is with the firm, and what lies with the district as it was sent.
UNSENT_STATES = (State.NOT_STARTED, State.DRAFT)
UNSENT = Q(state__in=UNSENT_STATES)
WITH_FIRM_STATES = (*UNSENT_STATES, State.RETURNED, State.AMENDING)
WITH_FIRM = Q(state__in=WITH_FIRM_STATES)
UNDER_REVIEW = Q(state__in=[State.SUBMITTED, State.QUERIED])

# What is owed: at all; in the numbers of its period, which what a lock found exempt enters with its 补报 only; and by
# those numbers, since what the lock found stands still.
OWED = ~Q(state=State.EXEMPT)
IN_ITS_PERIOD = OWED & ~Q(exempt_at_lock=True, after_lock=False)
COUNTED_AS_OWED = Q(exempt_at_lock=False)

# A submission of it is in the totals of its period; the same or one under review that would be; and how that came in.
COUNTED = Q(counted__isnull=False)
FILED = COUNTED | standing_at(Standing.WAITING, Standing.QUERIED)
FILED_LATE = FILED & Q(late=True)
FILED_ON_TIME = FILED & Q(late=False)
# Counted as it was approved last, while it is being amended, asked about or returned.
REOPENED = COUNTED & Q(after_lock=False) & ~Q(state__in=[State.APPROVED, State.LOCKED])
# What a lock would leave out of the totals.
LEFT_OUT = COUNTED_AS_OWED & ~COUNTED
# What the firm sends would be counted: before the lock, or where what it makes actual is in the totals already.
WOULD_COUNT = COUNTED | Q(after_lock=False)

# A submission of it stands, for later periods to read: see STANDING_SUBMISSION.
STANDS = Q(approved__isnull=False) | UNDER_REVIEW
# Of what was let in: something was filed that is in no total; or all there is was filed after the lock.
NOT_AS_COUNTED = Q(approved__isnull=False) & (Q(counted__isnull=True) | ~Q(counted=F("approved")))
FILED_AFTER_LOCK = standing_at(*ALL_LET_IN) & (UNDER_REVIEW | NOT_AS_COUNTED)
# A correction of the totals takes it in: approved after the lock, and nothing about it is under way.
MAY_BE_TAKEN_IN = standing_at(Standing.LET_IN_APPROVED) & NOT_AS_COUNTED
TAKEN_IN = standing_at(Standing.LET_IN_APPROVED) & Q(approved__isnull=False, counted=F("approved"))
FILED_ONLY_AFTER_LOCK = standing_at(*ALL_LET_IN) & STANDS & ~COUNTED

# What the firms still have to send: not begun, a draft, or returned to them. A returned amendment is theirs to give up:
# what it amends counts, unless that was sent back as well.
OUTSTANDING = UNSENT | (Q(state=State.RETURNED) & (Q(approved__isnull=True) | Q(is_sent_back_after_all=True)))

# Its period was locked, and no 补报 granted since is still to be used: nothing about it changes any more.
SHUT = Q(period__state=Period.LOCKED) & (Q(after_lock=False) | Q(state=State.LOCKED))
# What a 补报 may open after the lock: nothing stands, or only an estimate, or what stands was itself filed after it.
OPENABLE = (
    ~STANDS
    | (Q(approved__isnull=True) & UNDER_REVIEW & Q(in_force__estimated=True))
    | Q(approved__estimated=True)
    | NOT_AS_COUNTED
)
# Its figures are estimates as they stand now (P06). Actual figures that wait for the district make them actual; when it
# returns them, or the firm gives them up, the approved ones stand again.
RESTING_ON_ESTIMATE = (Q(approved__isnull=False) & ~UNDER_REVIEW & Q(approved__estimated=True)) | (
    (Q(approved__isnull=True) | UNDER_REVIEW) & Q(in_force__estimated=True)
)

# The submission later periods read: the approved one, or else the one under review.
STANDING_SUBMISSION = Case(When(approved__isnull=False, then=F("approved")), When(UNDER_REVIEW, then=F("in_force")))


def overdue(day: date) -> Q:
    """Never submitted, or recalled, although the firm's own date was over before that day."""
    return UNSENT & Q(due_on__lt=day)


def next_by(role: str) -> Q:
    """It is for them to do something: not SHUT, and theirs by where it stands."""
    return standing_at(*(standing for standing in Standing if standing.next_by == role)) & ~SHUT
