"""May 2024 is due from the firms on Wednesday 12 June, from the districts on Thursday 13 June; 14 June is a Friday."""

from datetime import date, datetime
from types import SimpleNamespace

from accounts.models import Enterprise
from reporting import workflow
from reporting.models import ExtensionRequest, LateRequest
from tests.cast import AT, SHANGHAI, assemble
from tests.may import AFTER_DUE, make_may

THE_13TH, THE_14TH = date(2024, 6, 13), date(2024, 6, 14)
WHY = "审计报告延后出具"


def moment(day: int, hour: int = 0, minute: int = 0, second: int = 0, month: int = 6) -> datetime:
    return datetime(2024, month, day, hour, minute, second, tzinfo=SHANGHAI)


END_OF_13TH, START_OF_14TH = moment(13, 23, 59, 59), moment(14)
LATER = moment(25, 10)  # when May has long been locked


def make_alike_may() -> SimpleNamespace:
    """山城 without its embedded software, so that 云图's figures are whole for it too."""
    may = make_may(assemble())
    Enterprise.objects.filter(pk=may.other_filing.enterprise_id).update(attributes=may.firm.attributes)
    return may


def extend(may, until: date = THE_13TH, at: datetime = AT) -> ExtensionRequest:
    asked = workflow.ask_extension(may.filing, until, may.clerk, at, WHY)
    return workflow.decide_extension(asked, True, may.reviewer, at)


def let_in_late(may, at: datetime = AFTER_DUE) -> LateRequest:
    asked = workflow.ask_late(may.filing, may.clerk, at, "财务交接")
    return workflow.decide_late(asked, True, may.reviewer, at)


def move_district(may, day: date) -> None:
    may.may.deadlines.filter(level="district").update(date=day)
    may.may.deadlines.filter(level="city").update(date=day)
