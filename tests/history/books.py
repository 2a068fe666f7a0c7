"""Workbooks of past periods for the tests, and the import as the command does it."""

import io
import json
from datetime import datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from openpyxl import Workbook

from accounts.models import Enterprise
from reporting.history import importing
from reporting.history.reading.given import given
from reporting.history.report import HistoryReport
from reporting.models import HistoryFile, ImportedFiling
from tests.cast import AT

CODE, PERIOD = "统一社会信用代码", "报告期"
NAME = "历史.xlsx"


def book(*rows: dict, head: list | None = None, change=None, **sheets: list[list]) -> bytes:
    """One row per firm and period; the columns are those of all rows. `sheets` stand beside, `change` sees it last."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "历史数据"
    heads = head or list(dict.fromkeys(key for row in rows for key in row))
    sheet.append(heads)
    for row in rows:
        sheet.append([row.get(key) for key in heads])
    for title, lines in sheets.items():
        beside = workbook.create_sheet(title)
        for line in lines:
            beside.append(line)
    if change:
        change(sheet)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def of(firm: Enterprise | str, period, **more) -> dict:
    """A row, to which its cells are added: of(firm, "2023M12") | {"2010.c1": 1}."""
    return {CODE: firm if isinstance(firm, str) else firm.credit_code, PERIOD: period, **more}


def brought_in(
    content: bytes, *, by=None, at: datetime = AT, concordance=None, name: str = NAME, replaces: str = ""
) -> HistoryReport:
    file = given(io.BytesIO(content), name, concordance, replaces)
    return importing.import_history(file, by=by, at=at)


def tried(content: bytes, *, by=None, at: datetime = AT, name: str = NAME, replaces: str = "") -> HistoryReport:
    return importing.try_history(given(io.BytesIO(content), name, None, replaces), by=by, at=at)


def whys(report: HistoryReport) -> list[tuple[int, str, str]]:
    return [(problem.row, problem.column, problem.why) for problem in report.refused]


def the_why(content: bytes, at: datetime = AT) -> tuple[int, str, str]:
    """The one thing that is wrong, and that nothing was written."""
    report = brought_in(content, at=at)
    assert report.taken == 0 and not ImportedFiling.objects.exists() and not HistoryFile.objects.exists()
    (one,) = whys(report)
    return one


def by_command(path: Path, *options: str, capsys) -> tuple[int, dict]:
    """The exit code and the JSON."""
    code = 0
    try:
        call_command("import_history", str(path), "--json", *options)
    except SystemExit as ended:
        code = ended.code
    return code, json.loads(capsys.readouterr().out)


def stand(firm: Enterprise, period: str, values: dict[str, str], edition: str = "chongqing-2024") -> ImportedFiling:
    """Imported as it is, whatever an import would have said of it."""
    source = HistoryFile.objects.get_or_create(digest="0" * 64, defaults={"name": NAME, "at": AT})[0]
    return ImportedFiling.objects.create(
        enterprise=firm,
        period=period,
        edition_code=edition,
        district=firm.district,
        values=values,
        source=source,
        row=2,
    )


def frozen():
    return pytest.raises(TypeError, match="frozen|deleted")
