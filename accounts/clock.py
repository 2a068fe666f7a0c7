"""The only place that reads the clock. Read it once per request or command and pass `at` on."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

from accounts.models import Installation

SHANGHAI = ZoneInfo("Asia/Shanghai")


def real_now() -> datetime.datetime:
    """What the machine's own clock says, in a demonstration too: for leases and pauses between attempts, which are
    about how long something took and not about the office's day. No person is shown it; see `shown`."""
    return datetime.datetime.now(SHANGHAI)


def now() -> datetime.datetime:
    """The office's time. A demonstration city's clock is the machine's, a whole number of days behind: it began on
    its own day and goes on from there, past midnight too, so that no act lies before an earlier one."""
    return shown(real_now())


def shown(moment: datetime.datetime) -> datetime.datetime:
    """A moment of the machine's clock as the office's clock has it."""
    return moment - Installation.current().behind(moment.astimezone(SHANGHAI).date())


def of_machine(at: datetime.datetime) -> datetime.datetime:
    """The moment of the machine's clock that the office's shows as `at`."""
    return at + Installation.current().behind(real_now().date())


def today() -> datetime.date:
    return now().date()


def read_the_installation_once(get_response):
    """Middleware: how far the office's clock is behind is asked all over a request, and read once."""

    def answer(request):
        with Installation.read_once():
            return get_response(request)

    return answer
