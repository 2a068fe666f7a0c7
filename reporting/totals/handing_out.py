"""The totals' workbook as somebody asks for it: the city's, or what may leave for a district's own desk."""

from dataclasses import replace
from datetime import datetime
from typing import BinaryIO

from accounts.models import District
from reporting.models import Filing, ImportedFiling
from reporting.totals.aggregation import Summary
from reporting.totals.history import imported_period
from reporting.totals.listing import ListOfFilings
from reporting.totals.released import LeftOut, Released
from reporting.totals.rounding.shown import MoneyMeasure
from reporting.totals.tabulation import write_summary

OF_ALL = "见市级锁定时的说明"


def filings_in(code: str, district: District | None) -> int:
    """How many firms the workbook of a period lists, at the most."""
    imported = imported_period(code)
    listed = ImportedFiling.objects.standing().filter(period=code) if imported else Filing.objects.filter(period=code)
    return listed.filter(district=district).count() if district and not imported else listed.count()


def of_district(summary: Summary, code: str) -> Summary | None:
    """The same summary of one district alone: what may leave for that district's own desk. None where it is neither
    valid then nor owed anything."""
    area = next((area for area in summary.districts if area.code == code), None)
    if area is None:
        return None
    filings = ListOfFilings(lambda: (listed for listed in summary.filings if listed.district == code))
    left_out = tuple(said_of_it(firm, summary.released) for firm in summary.left_out if firm.district == code)
    released = number_and_date(summary.released, summary.at) if summary.released else None
    return replace(summary, city=area, districts=(area,), filings=filings, left_out=left_out, released=released)


def number_and_date(released: Released, at: datetime) -> Released:
    """The city's reason and what was corrected may name firms of other districts."""
    return Released(released.code, f"{released.code}，第 {released.code.rpartition('-')[2]} 次发布，{at:%Y-%m-%d}")


def said_of_it(firm: LeftOut, released: Released | None) -> LeftOut:
    """With the reason given for it or its district; what was said of all at once is the city's."""
    of_all = released and firm.reason and released.words.endswith(f"：{firm.reason}")
    return replace(firm, reason=OF_ALL) if of_all else firm


def write_totals(
    out: BinaryIO, summary: Summary, measure: MoneyMeasure, at: datetime, whole: Summary | None = None
) -> None:
    """Dated when it is written. `whole` is the city's, where one district was cut out of it."""
    write_summary(replace(summary, at=at), out, measure, whole)
