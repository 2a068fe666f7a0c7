"""How far a period's figures may still change: how many of those who owe it are in, by number and by last year's
revenue. It is said of all that whoever asks may see, whatever the cut is narrowed to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from accounts.models import District
from forms_tables.edition.periods import PeriodCode
from reporting.city_columns.counted import filings_of
from reporting.cuts.cutting import Cut, own_districts, release_of
from reporting.models import Period, Release
from reporting.totals.coverage import Coverage, Rests, coverage_of, rests_on, together
from reporting.totals.frozen import release_at_hand, release_read_for
from reporting.totals.last_year import last_year_of


@dataclass(frozen=True)
class CutCoverage:
    """Of one period; imported history neither owes nor changes and rests on nothing. `release` is the code of the
    newest release of a locked one, `is_frozen` whether the figures are those."""

    code: str
    label: str
    coverage: Coverage = field(default_factory=Coverage)
    rests: Rests | None = None
    release: str = ""
    is_frozen: bool = False

    @property
    def provisional(self) -> bool:
        return self.rests is not None and self.rests.is_provisional

    @property
    def in_words(self) -> str:
        """A sentence without its end."""
        if self.rests is None:
            return f"{self.label}为导入历史，未在本平台上报和审核"
        if self.provisional:
            return f"{self.label}{self.rests.in_words}"
        firms = f"{self.rests.firms} 家（应报 {self.rests.owed} 家）"
        if self.is_frozen:
            return f"{self.label}已锁定，按发布 {self.release}，{firms}"
        if self.release:
            return f"{self.label}已锁定，{firms}；按现在的上报件另行汇总，不是发布 {self.release} 的数"
        return f"{self.label}已锁定，{firms}"

    @property
    def rests_on(self) -> str:
        """In a word, beside each row of a file."""
        if self.is_frozen:
            return f"发布 {self.release}"
        return f"{self.label}{'导入历史' if self.rests is None else '未锁定' if self.provisional else '现在的上报件'}"


def coverage_of_cut(asked: Cut, code: str) -> CutCoverage:
    """As the stored list has it, which the cut that was made before has brought up to the record."""
    period = Period.objects.filter(pk=code).first()
    if period is None:
        return CutCoverage(code, label_of_period(code))
    release = release_read_for(code)
    is_frozen = release_of(asked, code) is not None
    whole = _frozen(release, asked) if release and is_frozen else _together(period, own_districts(asked))
    rests = rests_on(whole, asked.include_submitted, not period.is_locked)
    return CutCoverage(code, period.label, whole, rests, release.code if release else "", is_frozen)


def _frozen(release: Release, asked: Cut) -> Coverage:
    summary = release_at_hand(release)
    if asked.within is None:
        return summary.city.coverage
    return together(area.coverage for area in summary.districts if area.code in asked.within)


def _together(period: Period, districts: Sequence[District] | None) -> Coverage:
    filings = filings_of(period.parsed, districts)
    return together(coverage_of(filings, last_year_of(period), filings["district"].unique().to_list()).values())


def label_of_period(code: str) -> str:
    """As screens say it; a text that is no code as it stands."""
    try:
        return PeriodCode.parse_any(code).label
    except ValueError:
        return code
