"""A city's totals without its firms: all districts of the edition, random figures that add up as the form says."""

from collections import Counter
from datetime import datetime
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from forms_tables.edition.catalog import load_edition
from forms_tables.edition.periods import PeriodCode
from reporting.totals.adding_up import AreaTotals, add_areas, cells_with_totals, total_cells
from reporting.totals.aggregation import AreaSummary, Coverage, ListedFiling, Summary
from reporting.totals.rounding.relations import sums_in

FIRMS = 9  # of a district
AT = datetime(2024, 6, 14, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


def imagined(code: str, seed: int = 1) -> Summary:
    edition, period, dice = load_edition("chongqing-2024"), PeriodCode.parse(code), Random(seed)
    cells = cells_with_totals(edition, period)
    sums = {added.total: added for added in sums_in(edition, period.frequency) if not added.at_most}
    names = {district.code: district.name for district in edition.districts_on(period.end)}
    totals = {code: totals_of([cell.key for cell in cells if cell.formula is None], sums, dice) for code in names}

    def area(code: str, name: str, added: AreaTotals) -> AreaSummary:
        covered = Coverage(owed=FIRMS, filed=FIRMS, approved=FIRMS - 1)
        return AreaSummary(code, name, covered, added, total_cells(edition, period, cells, added))

    return Summary(
        period=period,
        edition=edition,
        at=AT,
        include_submitted=False,
        revenue_basis="",
        city=area("", "全市", add_areas(totals.values())),
        districts=tuple(area(code, name, totals[code]) for code, name in names.items()),
        filings=tuple(filing(code, number) for code in names for number in range(FIRMS)),
    )


def totals_of(cells: list[str], sums: dict, dice: Random) -> AreaTotals:
    figures: dict[str, Decimal] = {}

    def figure_of(cell: str) -> Decimal:
        if cell not in figures:
            if added := sums.get(cell):
                figures[cell] = sum(map(figure_of, added.parts)) - sum(map(figure_of, added.less))
            else:
                figures[cell] = Decimal(0) if dice.random() < 0.3 else Decimal(dice.randrange(10**9)) / 100
        return figures[cell]

    for cell in cells:
        figure_of(cell)
    tables = {table.code: FIRMS - 1 for table in load_edition("chongqing-2024").tables}
    return AreaTotals(figures, Counter(dict.fromkeys(figures, FIRMS - 1)), Counter(tables))


def filing(district: str, number: int) -> ListedFiling:
    counted = number > 0
    return ListedFiling(
        district=district,
        credit_code=f"91500000MA5U{district[-4:]:0>4}{number:02}",
        name=f"重庆第{number}软件有限公司",
        state="区县审核通过" if counted else "待区县审核",
        late=False,
        extended=False,
        is_filed_after_lock=False,
        is_counted_as_owed=True,
        is_filed=True,
        is_approved=counted,
        is_reopened=False,
        is_counted=counted,
        number=1,
        receipt="",
        submitted_at=AT,
    )
