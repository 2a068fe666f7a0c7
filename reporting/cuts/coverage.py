"""How far a period's figures may still change: how many of those who owe it are in, by number and by last year's
revenue. It is said of all that whoever asks may see, whatever the cut is narrowed to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from forms_tables.edition.periods import PeriodCode
from reporting.cuts.cutting import Cut
from reporting.models import Filing, Period
from reporting.totals.progress import WHOLE, RevenueShare, progress_of, revenue_shares


@dataclass(frozen=True)
class CutCoverage:
    """`provisional` while the period is open; imported history neither owes nor changes."""

    code: str
    label: str
    provisional: bool = False
    imported: bool = False
    owed: int = 0
    filed: int = 0
    counted: int = 0
    share: Decimal | None = None  # of last year's revenue, carried by those that count, in percent

    @property
    def in_words(self) -> str:
        """A sentence without its end."""
        if self.imported:
            return f"{self.label}为导入历史，未在本平台上报和审核"
        carried = "没有上年数据，不能计算收入占比" if self.share is None else f"占上年收入 {self.share}%"
        if self.provisional:
            return f"{self.label}未锁定：应报 {self.owed} 家，审核通过 {self.counted} 家，{carried}"
        return f"{self.label}已锁定：应报 {self.owed} 家，计入 {self.counted} 家"


def coverage_of(asked: Cut, code: str) -> CutCoverage:
    period = Period.objects.filter(pk=code).first()
    if period is None:
        return CutCoverage(code, label_of_period(code), imported=True)
    filings = Filing.objects.of(period)
    if asked.within is not None:
        filings = filings.filter(district__code__in=asked.within)
    progress = progress_of(filings)
    share = revenue_shares(filings, period).get(WHOLE, RevenueShare()).percent
    return CutCoverage(
        code,
        period.label,
        provisional=not period.is_locked,
        owed=progress.owed,
        filed=progress.filed,
        counted=progress.approved,
        share=share,
    )


def label_of_period(code: str) -> str:
    """As screens say it; a text that is no code as it stands."""
    try:
        return PeriodCode.parse_any(code).label
    except ValueError:
        return code
