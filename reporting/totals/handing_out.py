"""The totals' workbook as somebody asks for it: the city's, or what may leave for a district's own desk."""

from dataclasses import replace
from datetime import datetime
from typing import BinaryIO

from accounts.models import District
from reporting.models import Filing, ImportedFiling
from reporting.totals.aggregation import Summary
from reporting.totals.history import imported_period
from reporting.totals.listing import ListOfFilings
from reporting.totals.rounding.shown import MoneyMeasure
from reporting.totals.tabulation import write_summary


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
    left_out = tuple(firm for firm in summary.left_out if firm.district == code)
    released = replace(summary.released, changes=()) if summary.released else None
    return replace(summary, city=area, districts=(area,), filings=filings, left_out=left_out, released=released)


def write_totals(
    out: BinaryIO, summary: Summary, measure: MoneyMeasure, at: datetime, whole: Summary | None = None
) -> None:
    """Dated when it is written. `whole` is the city's, where one district was cut out of it."""
    write_summary(replace(summary, at=at), out, measure, whole)
