"""On what base growth stands: of how many firms the earlier period is a submission, imported history, or neither."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import polars as pl
from django.db.models import Count, F, Sum

from accounts.models import Enterprise
from forms_tables.edition.catalog import Edition
from forms_tables.edition.continuity import carried_over
from forms_tables.edition.periods import PeriodCode
from reporting.city_columns import frozen
from reporting.city_columns.past import standing_of
from reporting.city_columns.repairing import mended
from reporting.models import Filing, ImportedFiling, Submission
from reporting.models.history import IMPORTED
from reporting.models.standing import STANDING_SUBMISSION
from reporting.totals.breaks import THEN, words_looking_back

FILED, TYPED, IN_FILE, NONE = "上报件", "企业自填", "文件所列", "没有"
KINDS = (IMPORTED, FILED, TYPED)
CHUNK = 500
Stood = TypeVar("Stood")


@dataclass(frozen=True)
class GrowthBase:
    """One earlier period that the figures of an area are compared with, and of how many firms it is what."""

    then: str  # 上年同期（2023年5月）
    firms: Mapping[str, int]

    @property
    def rests_on_imported(self) -> bool:
        return bool(self.firms.get(IMPORTED))

    @property
    def in_words(self) -> str:
        told = [f"{count} 家为{kind}" for kind, count in self.firms.items() if kind not in (IMPORTED, NONE) and count]
        if self.rests_on_imported:
            told.insert(0, f"{self.firms[IMPORTED]} 家的基期为{IMPORTED}")
        if missing := self.firms.get(NONE):
            high = "，只计入本期，增速因此偏高" if told else "，不能计算增速"
            told.append(f"{missing} 家没有基期数{high}")
        return f"{self.then}：{'，'.join(told)}。"


def bases_behind(edition: Edition, period: PeriodCode) -> dict[str, PeriodCode]:
    """The earlier periods the columns of the form look back to, by their word."""
    words = words_looking_back(edition, period.frequency)
    return {word: base for word in words if (base := period.behind(word))}


def then_in_words(word: str, base: PeriodCode) -> str:
    return f"{THEN[word]}（{base.label}）"


def growth_bases(edition: Edition, period: PeriodCode, firms: pl.DataFrame) -> dict[str, tuple[GrowthBase, ...]]:
    """By district, and under "" for all of them: of the firms (enterprise, district) that count in a period opened
    here. A base that is nowhere imported needs no words."""
    found: dict[str, list[GrowthBase]] = {}
    for word, base in bases_behind(edition, period).items():
        if not standing_imports(base).exists():
            continue
        frozen.refresh([base.code])
        standing = mended(partial(standing_of, base.code), partial(frozen.refresh, [base.code]))
        kind = pl.when(pl.col("standing") < 0).then(pl.lit(IMPORTED)).when(pl.col("standing") > 0).then(pl.lit(FILED))
        kinds = firms.join(standing, on="enterprise", how="left").with_columns(
            kind.otherwise(pl.lit(TYPED)).alias("kind")
        )
        counts: dict[str, Counter[str]] = {}
        for district, each, count in kinds.group_by("district", "kind").len().iter_rows():
            for area in ("", district):
                counts.setdefault(area, Counter())[each] += count
        for area, of_kinds in counts.items():
            told = GrowthBase(then_in_words(word, base), {each: of_kinds[each] for each in KINDS if of_kinds[each]})
            if told.rests_on_imported:
                found.setdefault(area, []).append(told)
    return {district: tuple(bases) for district, bases in found.items()}


def by_district(firms: Iterable[tuple[int, str]], kinds: Mapping[int, str], then: str) -> dict[str, GrowthBase]:
    counts: dict[str, Counter[str]] = {}
    for firm, district in firms:
        for area in ("", district):
            counts.setdefault(area, Counter())[kinds[firm]] += 1
    return {area: GrowthBase(then, dict(count)) for area, count in counts.items()}


def standing_filings(*codes: str):
    return (
        Filing.objects.filter(period__in=codes)
        .annotate(submission_standing=STANDING_SUBMISSION)
        .exclude(submission_standing=None)
    )


def standing_imports(base: PeriodCode):
    return ImportedFiling.objects.standing().filter(period=base.code)


def of_one_firm(stood: Mapping[int, Stood], kept: Mapping[int, int]) -> dict[int, Stood]:
    """What stands under an entry speaks for the one it was merged into (EnterpriseQuerySet.kept_entries), where that
    has nothing of its own. Of several the last does (reporting.models.filing.own_last)."""
    return {kept[entry]: it for entry, it in stood.items() if entry in kept} | dict(stood)


def what_stood(base: PeriodCode, edition: Edition) -> tuple[dict[int, Mapping[str, str]], set[int]]:
    """What stands of an earlier period, by firm, as `edition` names the cells; and of which firms it is imported."""
    imported = {
        row.enterprise_id: carried_over(row.values, row.edition, edition)
        for row in standing_imports(base).order_by("pk").iterator(chunk_size=CHUNK)
    }
    keys = standing_filings(base.code).values("submission_standing")
    submissions = Submission.objects.filter(pk__in=keys).annotate(firm=F("filing__enterprise"))
    submissions = submissions.order_by("filing_id").only("values", "edition_code")
    filed = {row.firm: carried_over(row.values, row.edition, edition) for row in submissions.iterator(chunk_size=CHUNK)}
    kept = Enterprise.objects.kept_entries()
    imported, filed = of_one_firm(imported, kept), of_one_firm(filed, kept)
    return imported | filed, imported.keys() - filed.keys()


def mark_of_bases(edition: Edition, period: PeriodCode) -> str:
    """A short word that changes with what is imported of the period, with what stands of those behind it, and with
    which entries are one firm."""
    behind = [base.code for base in bases_behind(edition, period).values()]
    imported = ImportedFiling.objects.standing().filter(period__in=[period.code, *behind]).order_by("period")
    sums = {"n": Count("pk"), "first": Sum("pk"), "second": Sum(F("pk") * F("pk"))}
    standing = (
        standing_filings(*behind)
        .order_by("period")
        .values("period")
        .annotate(n=Count("pk"), sum=Sum("submission_standing"))
    )
    merged = Enterprise.objects.kept_entries()
    return repr([list(imported.values("period").annotate(**sums)), list(standing), merged])
