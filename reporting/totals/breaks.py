"""Where a period is compared with one of another edition: which rows continue which, and which have nothing before
them, in words."""

import re

from forms_tables.edition.catalog import Edition, Indicator
from forms_tables.edition.continuity import counterparts
from forms_tables.edition.periods import PeriodCode
from reporting.models import Period, published_edition
from reporting.models.in_force import Ungoverned, edition_in_force

THEN = {"year_ago": "上年同期", "prev": "上期", "last_annual": "上年", "december": "上年12月"}


def breaks_in(period: PeriodCode, edition: Edition) -> tuple[str, ...]:
    """A sentence for each earlier period, filed under another edition, that the period's columns look back to."""
    sentences = []
    for word in words_looking_back(edition, period.frequency):
        base = period.behind(word)
        before = edition_of(base) if base else None
        if before and before.family != edition.family:
            compared = differences(edition, before, period.frequency)
            sentences.append(f"{THEN[word]}（{base.label}）按{before.title}填报：{compared}")
    return tuple(sentences)


def words_looking_back(edition: Edition, frequency: str) -> list[str]:
    """The words of the columns filled from what was filed before, each once, in the order of the form."""
    tables = [table for table in edition.tables if table.frequency == frequency]
    carried = [column.carry for table in tables for column in table.columns if column.carry]
    found = (re.match(r"\w+", carry)[0] for carry in carried)
    return [word for word in dict.fromkeys(found) if word in THEN]


def edition_of(period: PeriodCode) -> Edition | None:
    """What the period was filed under, or would be."""
    opened = Period.objects.filter(pk=period.code).first()
    if opened:
        return opened.edition
    try:
        return published_edition(edition_in_force(period))
    except Ungoverned:
        return None


def differences(edition: Edition, before: Edition, frequency: str) -> str:
    rows, former = rows_of(edition, frequency), rows_of(before, frequency)
    then = counterparts(edition, before)
    renamed = [f"{named(row)}按原代码{then[row.code]}对照" for row in rows if then.get(row.code, row.code) != row.code]
    fresh = [named(row) for row in rows if row.code not in then]
    ended = [named(row) for row in former if row.code not in then.values()]
    told = [
        *renamed,
        *([f"{'、'.join(fresh)}在原制度中没有可比的指标，同比、环比不可比"] if fresh else []),
        *([f"原制度的{'、'.join(ended)}本期不再填报"] if ended else []),
    ]
    return f"{'；'.join(told) or '各指标逐一对照'}。"


def rows_of(edition: Edition, frequency: str) -> list[Indicator]:
    tables = [table for table in edition.tables if table.frequency == frequency]
    return [row for table in tables for row in table.indicators if row.is_figure]


def named(row: Indicator) -> str:
    return f"{row.code}“{row.name}”"
