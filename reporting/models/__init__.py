"""What happens in a period: the period itself, each firm's filing, and what was frozen out of it."""

from reporting.models.filing import Explanation, Filing, Sheet, State
from reporting.models.period import Deadline, ParameterValue, Period, PublishedEdition
from reporting.models.request import BaseAdjustment, LateRequest
from reporting.models.scan import Scan
from reporting.models.submission import Review, Submission

__all__ = [
    "BaseAdjustment",
    "Deadline",
    "Explanation",
    "Filing",
    "LateRequest",
    "ParameterValue",
    "Period",
    "PublishedEdition",
    "Review",
    "Scan",
    "Sheet",
    "State",
    "Submission",
]
