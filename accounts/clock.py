"""The only place that reads the clock. Read it once per request or command and pass `at` on."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

from accounts.models import Installation

SHANGHAI = ZoneInfo("Asia/Shanghai")


def real_now() -> datetime.datetime:
    """What the machine's own clock says, in a demonstration too: for leases and pauses between attempts, which are
    about how long something took and not about the office's day."""
    return datetime.datetime.now(SHANGHAI)


def now() -> datetime.datetime:
    """The time in Chongqing; in a demonstration city, the demonstration's day at the real time of day."""
    real = real_now()
    day = Installation.current().demo_day
    return datetime.datetime.combine(day, real.timetz()) if day else real


def today() -> datetime.date:
    return now().date()
