"""What can be exported: who may, how many rows that would be, and how it is written. What was asked for is a plain
dictionary of texts, for a worker answers it after the request is gone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from accounts.access import Refused
from accounts.journal_files import MOST_ROWS, entries_for, write_journal
from accounts.models import Ability, User
from reporting.register.finding import wanted_firms
from reporting.register.workbook import write_register
from reporting.totals.handing_out import filings_in, of_district, write_totals
from reporting.totals.history import summary_of
from reporting.totals.rounding.shown import AS_FILED, MEASURES, MoneyMeasure

AskedFor = Mapping[str, str]
SayRows = Callable[[int], None]  # how many rows were written


@dataclass(frozen=True)
class Kind:
    action: str  # as the journal says it
    needs: Ability
    rows: Callable[[User, AskedFor], int]
    write: Callable[[BinaryIO, User, AskedFor, datetime, SayRows], None]


@dataclass(frozen=True)
class ExportOrder:
    """What somebody asks for."""

    kind: str
    asked: AskedFor
    name: str  # of the file
    said: dict  # of it in the journal


def journal_rows(user: User, asked: AskedFor) -> int:
    return min(MOST_ROWS, entries_for(user, asked).count())


def journal(out: BinaryIO, user: User, asked: AskedFor, at: datetime, say: SayRows) -> None:
    write_journal(out, entries_for(user, asked), asked["file"], at, say)


def register_rows(user: User, asked: AskedFor) -> int:
    return wanted_firms(user, asked).count()


def register(out: BinaryIO, user: User, asked: AskedFor, at: datetime, say: SayRows) -> None:
    write_register(out, wanted_firms(user, asked), at, say)


def totals_rows(user: User, asked: AskedFor) -> int:
    return filings_in(asked["period"], user.district)


def totals(out: BinaryIO, user: User, asked: AskedFor, at: datetime, say: SayRows) -> None:
    summary = summary_of(asked["period"], at, asked.get("submitted") == "yes")
    if summary is None:
        raise Refused("这个报告期已经撤回，没有汇总可以导出。")
    own = of_district(summary, user.district.code) if user.district else summary
    if own is None:
        raise Refused("本区县在这个报告期没有应报的企业。")
    write_totals(out, own, measure_of(asked), at, summary)


def measure_of(asked: AskedFor) -> MoneyMeasure:
    return MEASURES.get(asked.get("unit", ""), AS_FILED)


KINDS = {
    "journal": Kind("导出操作日志", Ability.READ_JOURNAL, journal_rows, journal),
    "register": Kind("导出企业名录", Ability.READ_REGISTER, register_rows, register),
    "city_totals": Kind("导出汇总表", Ability.READ_CITY, totals_rows, totals),
    "district_totals": Kind("导出汇总表", Ability.REVIEW, totals_rows, totals),
}
