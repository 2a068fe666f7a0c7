"""What the firm itself filed before, beside the row it is filling: the last periods' figures, and what it explained."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Table
from forms_tables.edition.continuity import carried_over
from forms_tables.edition.periods import PeriodCode
from forms_tables.edition.shape import own_column
from reporting.filing.judging import submission_values, what_stands
from reporting.models import Filing, ImportedFiling, Submission
from reporting.models.filing import own_last

MONTHS, YEARS = 12, 5  # how far back a row's line goes


def past_of(filing: Filing, table: Table) -> dict[str, Any]:
    """The figures of the table's own column in the periods before, the oldest first, and which of these stand beside
    this one: the period before in the same year, the same month of last year, last year's annual form."""
    now = filing.period.parsed
    codes, stand = periods_before(now), standing_in(filing, periods_before(now))
    figures: dict[str, list[str | None]] = {}
    for row in table.indicators:
        cell = f"{row.code}.{own_column(row)}"
        if row.is_figure and any(cell in values for values in stand.values()):
            figures[cell] = [_as_text(stand.get(code.code, {}).get(cell)) for code in codes]
    words = ("last_annual",) if now.is_annual else ("prev", "year_ago")
    before = {word: codes.index(code) for word in words if (code := now.behind(word)) in codes}
    return {
        "periods": [[code.year, code.month] for code in codes],
        "now": [now.year, now.month],
        "before": before,
        "figures": figures,
        "cumulative": [cell for cell in figures if _is_cumulative(filing, cell)],
    }


def periods_before(now: PeriodCode) -> list[PeriodCode]:
    if now.month is None:
        return [PeriodCode(now.year - back) for back in range(YEARS, 0, -1)]
    return months_until(now, MONTHS + 1)[:-1]


def months_until(last: PeriodCode, count: int) -> list[PeriodCode]:
    """So many months, `last` (of an annual its December) the last of them."""
    numbers = (last.year * 12 + (last.month or MONTHS) - 1 - back for back in reversed(range(count)))
    return [PeriodCode(number // 12, number % 12 + 1) for number in numbers]


def month_alone(month: int, now: Decimal | None, before: Decimal | None) -> Decimal | None:
    """A sum since January without that of the month before. February holds January too: its form has no figure before
    it, whether or not the city has January reported by itself."""
    if now is None or month <= 2:
        return now
    return None if before is None else now - before


def standing_in(filing: Filing, codes: list[PeriodCode]) -> dict[str, Mapping[str, Decimal | str | None]]:
    """What stands of the firm in each period, under the cells of this filing's edition."""
    firm, own, named = filing.enterprise_id, {filing.enterprise_id}, [code.code for code in codes]
    filings = Filing.everywhere.of_one_firm(firm).filter(period__in=named)
    filed = {each.period_id: each for each in own_last(filings.select_related("in_force", "approved", "period"), own)}
    imports = own_last(ImportedFiling.objects.under(firm).filter(period__in=named), own)
    imported = {each.period: each for each in imports}
    stands = {code: what_stands(filed.get(code), imported.get(code)) for code in named}
    return {
        code: carried_over(submission_values(stood), stood.edition, filing.edition)
        for code, stood in stands.items()
        if stood
    }


def offered(filing: Filing) -> list[dict[str, str]]:
    """What the firm explained in its last filing, by rule and the first cell of the finding: words to begin with."""
    for word in ("prev", "last_annual", "year_ago"):
        before = filing.before.get(word)
        stood = what_stands(before, None)
        if before and isinstance(stood, Submission):
            return explained_in(stood, before.period.label)
    return []


def explained_in(submission: Submission, period: str) -> list[dict[str, str]]:
    cells = {found["fingerprint"]: found["cells"] for found in submission.findings}
    return [
        {
            "rule": said["rule"],
            "cell": CellAddress.parse_place(place).cell if (place := next(iter(about), "")) else "",
            "period": period,
            "reason": said["reason_code"],
            "text": said["text"],
        }
        for said in submission.explanations
        for about in [cells.get(said["fingerprint"], [])]
    ]


def _is_cumulative(filing: Filing, cell: str) -> bool:
    return filing.edition.indicator(CellAddress.parse(cell).code).nature == "累计"


def _as_text(value: Decimal | str | None) -> str | None:
    return f"{value:f}" if isinstance(value, Decimal) else None
