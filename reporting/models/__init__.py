"""What happens in a period: the period itself, each firm's filing, and what was frozen out of it."""

from reporting.models.calendar import (
    Arrangement,
    ReadingChoice,
    calendar_in_force,
    choice_in_force,
    reading_in_force,
)
from reporting.models.conversation import Announcement, AnnouncementSeen, Message, Thread, ThreadSeen
from reporting.models.edition import DraftEdition, PublishedEdition, Rehearsal, published_content, published_edition
from reporting.models.filing import Explanation, Filing, Sheet
from reporting.models.history import (
    BooksMapping,
    HistoryCode,
    HistoryFile,
    HistoryImport,
    HistoryObjection,
    ImportedFiling,
)
from reporting.models.in_force import edition_in_force
from reporting.models.long_import import LongExport, RegisterImport
from reporting.models.period import Deadline, ParameterValue, Period
from reporting.models.record import Certificate, DistrictResult, KeptChoice, SavedCut
from reporting.models.release import FrozenRelease, LockLimit, LockProposal, Release, lock_limit, lock_limit_for
from reporting.models.reminder import ReminderChoice, Urging
from reporting.models.request import BaseAdjustment, ExtensionRequest, LateRequest
from reporting.models.standing import Standing, State
from reporting.models.submission import Review, ReviewLimits, Scan, Submission, review_limits
from reporting.models.training import FrequentQuestion, SignUp, TrainingMaterial, TrainingSession

__all__ = [
    "Announcement",
    "AnnouncementSeen",
    "Arrangement",
    "BaseAdjustment",
    "BooksMapping",
    "Certificate",
    "Deadline",
    "Urging",
    "DraftEdition",
    "DistrictResult",
    "Explanation",
    "ExtensionRequest",
    "Filing",
    "FrequentQuestion",
    "FrozenRelease",
    "HistoryCode",
    "HistoryFile",
    "HistoryImport",
    "HistoryObjection",
    "ImportedFiling",
    "KeptChoice",
    "LateRequest",
    "LockLimit",
    "LockProposal",
    "Message",
    "ParameterValue",
    "Period",
    "PublishedEdition",
    "ReadingChoice",
    "RegisterImport",
    "LongExport",
    "Rehearsal",
    "Release",
    "ReminderChoice",
    "Review",
    "ReviewLimits",
    "SavedCut",
    "Scan",
    "Sheet",
    "SignUp",
    "Standing",
    "State",
    "Submission",
    "Thread",
    "ThreadSeen",
    "TrainingMaterial",
    "TrainingSession",
    "calendar_in_force",
    "choice_in_force",
    "edition_in_force",
    "lock_limit",
    "lock_limit_for",
    "published_content",
    "published_edition",
    "reading_in_force",
    "review_limits",
]
