"""The totals' workbook as somebody asks for it: the city's, or what may leave for a district's own desk."""

from dataclasses import replace
from datetime import datetime
from typing import BinaryIO

from accounts.models import District
from reporting.models import Filing, ImportedFiling, Period
from reporting.totals.aggregation import Summary, summarise
from reporting.totals.history import imported_period, summarise_history
from reporting.totals.tabulation import write_summary


def filings_in(code: str, district: District | None) -> int:
    """How many firms the workbook of a period lists, at the most."""
    imported = imported_period(code)
    listed = ImportedFiling.objects.standing().filter(period=code) if imported else Filing.objects.filter(period=code)
    return listed.filter(district=district).count() if district and not imported else listed.count()


def fresh_summary(code: str, at: datetime, include_submitted: bool = False) -> Summary:
    """For a workbook, which lists single firms as they are called today. Raises Period.DoesNotExist."""
    if imported := imported_period(code):
        return summarise_history(imported.parsed, at)
    return summarise(Period.objects.get(pk=code), at, include_submitted)


def own_summary(summary: Summary, district: District) -> Summary | None:
    """The period's totals cut down to one district; None where it is neither valid then nor owed anything."""
    area = next((area for area in summary.districts if area.code == district.code), None)
    filings = tuple(listed for listed in summary.filings if listed.district == district.code)
    return replace(summary, city=area, districts=(area,), filings=filings) if area else None


def write_totals(out: BinaryIO, summary: Summary, at: datetime) -> None:
    """Dated when it is written."""
    write_summary(replace(summary, at=at), out)
