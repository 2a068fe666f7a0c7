"""A cut: the counted filings of some periods, put into groups, with the sums of some cells in each group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

import polars as pl

from accounts.models import District
from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition
from forms_tables.edition.continuity import counterparts
from forms_tables.edition.periods import PeriodCode
from reporting.city_columns.counted import Counted, counted
from reporting.city_columns.past import cells_then, names_then
from reporting.city_columns.scaling import UNSTORABLE, ScaledColumns
from reporting.city_columns.sums import groups_of, parted, there
from reporting.city_columns.sums import summed as added_up
from reporting.cuts.dimensions import DIMENSIONS, THEN, UNKNOWN, cells_of_classes, dimensions_of, grouped, names_of
from reporting.models import ImportedFiling, Period, Release
from reporting.totals.adding_up import EXACT, cells_that_add_up, figure_of
from reporting.totals.from_columns import record_named_by
from reporting.totals.frozen import release_read_for
from reporting.totals.frozen_rows import named_rows, recorded_in
from reporting.totals.history import edition_read_by

MOST_FIGURES = 500_000  # groups × periods × columns


class CannotCut(Exception):
    """What is asked for cannot be cut; said in a sentence for whoever asks."""


@dataclass(frozen=True)
class Cut:
    """What is asked for: periods side by side (codes), dimensions (keys), cells, groups it is narrowed to (dimension →
    codes), cells and codes as the newest of the periods calls them, where firms that moved are counted, and whether
    what waits for its district counts. `within` are the codes of the districts whoever asks may see: whatever else is
    asked, nothing that was filed elsewhere is read."""

    periods: tuple[str, ...]
    by: tuple[str, ...] = ()
    show: tuple[str, ...] = ()
    where: Mapping[str, frozenset[str]] = field(default_factory=dict)
    districts: str = THEN
    include_submitted: bool = False
    within: frozenset[str] | None = None


Group = tuple[str, ...]  # codes, in the order of Cut.by


@dataclass(frozen=True)
class Sums:
    """Of one group in one period: how many firms, and of each cell the sum (None where nobody filled it) and by how
    many firms it was filled."""

    firms: int
    figures: Mapping[str, Decimal | None]
    filled: Mapping[str, int]


NOBODY = Sums(0, {}, {})


@dataclass(frozen=True, kw_only=True)
class CutRows(Counted):
    """The counted rows of one period with the cells asked for, under the names `named_by` has for them; of a locked one
    those that its newest release froze."""

    named_by: Edition
    release: Release | None = None

    @cached_property
    def record(self) -> Mapping[int, Mapping[str, str]]:
        """Of the rows that no column holds: their cells, by their submission."""
        if self.release:
            return recorded_in(self.odd, self.edition, self.named_by)
        return record_named_by(self.odd["submission"].to_list(), self.named_by)


@dataclass(frozen=True)
class CutPeriod:
    """What came of one period; `whole` is all of its groups together. `cells` and `codes` (of rows) are what those of
    the newest period were called in this one's edition, where that is another."""

    period: PeriodCode
    edition: Edition
    groups: Mapping[Group, Sums]
    whole: Sums
    is_imported: bool
    cells: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CutTable:
    asked: Cut
    periods: tuple[CutPeriod, ...]

    @property
    def groups(self) -> list[Group]:
        """Those of any period, in the order of their codes."""
        return sorted({group for each in self.periods for group in each.groups})


def cut(asked: Cut) -> CutTable:
    """Raises CannotCut where a period, dimension or cell is none, or nothing is left."""
    named_by = edition_of_newest(asked)
    table = CutTable(asked, tuple(cut_period(asked, code, named_by) for code in asked.periods))
    if not table.groups:
        raise CannotCut(nobody_left(asked))
    be_readable(table)
    return table


def be_readable(table: CutTable) -> None:
    """Raises CannotCut where it has more figures than a page or a file can be made of."""
    asked, groups = table.asked, len(table.groups)
    figures = groups * len(asked.periods) * (1 + len(asked.show))
    if figures > MOST_FIGURES:
        raise CannotCut(
            f"这样分成 {groups:,} 组，{len(asked.periods)} 个报告期、{len(asked.show)} 个指标共 {figures:,} 个数，"
            f"最多 {MOST_FIGURES:,} 个：请去掉一个分组依据，或少选几个报告期、指标，或加上筛选。"
        )


def nobody_left(asked: Cut) -> str:
    """With what could be widened."""
    labels = "、".join(DIMENSIONS[key].label for key in asked.where)
    wider = [f"放宽筛选（{labels}）"] if asked.where else []
    wider += [] if asked.include_submitted else ["加上待审核的"]
    return f"这样选择之后没有一家企业：请{'，或'.join([*wider, '换一个报告期'])}。"


def cut_period(asked: Cut, code: str, named_by: Edition) -> CutPeriod:
    rows, groups = rows_named_by(named_by, asked, code)
    check_adds_up(asked, named_by)
    keys = list(asked.by)
    frame = rows.rows.frame.with_columns(groups.get_columns())
    found = summed(rows, frame, keys, asked.show)
    whole = found if not keys else summed(rows, frame, [], asked.show)
    return CutPeriod(
        rows.period,
        rows.edition,
        found,
        whole.get((), NOBODY),
        rows.is_imported,
        cells={now: then for then, now in names_then(named_by, rows.edition, asked.show).items()},
        codes=counterparts(named_by, rows.edition),
    )


def rows_of(asked: Cut, code: str, fresh: bool = True) -> tuple[CutRows, pl.DataFrame]:
    """The rows of a period that are asked for, and beside each its group in every dimension of `by`; cells and codes of
    rows are called as in the newest period. Who has asked for them just now need not have the columns brought up to the
    record again (`fresh`)."""
    return rows_named_by(edition_of_newest(asked), asked, code, fresh)


def rows_named_by(named_by: Edition, asked: Cut, code: str, fresh: bool = True) -> tuple[CutRows, pl.DataFrame]:
    period, edition = period_of(code)
    check_then(asked, period, edition, named_by)
    keys = list(dict.fromkeys([*asked.by, *asked.where]))
    if release := release_of(asked, code):
        rows, groups = frozen_and_grouped(asked, release, period, edition, named_by, keys)
    else:
        rows, groups = counted_and_grouped(asked, period, edition, named_by, keys, fresh)
    if "class" in keys and edition.family != named_by.family:
        groups = groups.with_columns(classes_now(groups["class"], period, edition, named_by))
    kept = pl.lit(True)
    for key, codes in asked.where.items():
        kept &= pl.col(key).is_in(list(codes))
    mask = groups.select(kept.alias("kept"))["kept"] if asked.where else None
    if mask is not None:
        rows, groups = narrowed(rows, mask), groups.filter(mask)
    return rows, groups.select(asked.by)


def counted_and_grouped(
    asked: Cut, period: PeriodCode, edition: Edition, named_by: Edition, keys: Sequence[str], fresh: bool
) -> tuple[CutRows, pl.DataFrame]:
    """What counts now. Of another edition, and of imported history, which may stand under any, each filing is read by
    the one it was filed under."""
    is_alike = edition.family == named_by.family and Period.objects.filter(pk=period.code).exists()
    classes = cells_of_classes(edition, period.frequency) if "class" in keys else ()
    wanted = list(dict.fromkeys([*(asked.show if is_alike else ()), *classes]))
    own = own_districts(asked)
    found = counted(period, edition, wanted, fresh=fresh, include_submitted=asked.include_submitted, districts=own)
    groups = grouped(found, keys, asked.districts, fresh)
    rows = found.rows
    if not is_alike and (stored := cells_then(named_by, period.code, asked.show)):
        whose = rows.frame.drop(UNSTORABLE, *classes, strict=False)
        frame = whose.join(stored.frame, on="submission", how="left", maintain_order="left")
        rows = ScaledColumns(frame, stored.scales)
    return CutRows(period, edition, rows, found.is_imported, named_by=named_by), groups


def release_of(asked: Cut, code: str) -> Release | None:
    """What a locked period is read from: its newest release, unless it is asked what would add up now."""
    if asked.include_submitted or asked.districts != THEN:
        return None
    return release_read_for(code)


def frozen_and_grouped(
    asked: Cut, release: Release, period: PeriodCode, edition: Edition, named_by: Edition, keys: Sequence[str]
) -> tuple[CutRows, pl.DataFrame]:
    found, groups = named_rows(release, edition, named_by, asked.show, keys)
    rows = CutRows(period, edition, found, named_by=named_by, release=release)
    if asked.within is None:
        return rows, groups
    own = found.frame["district"].is_in(list(asked.within))
    return narrowed(rows, own), groups.filter(own)


def edition_of_newest(asked: Cut) -> Edition:
    """Of the newest period asked for, which names the cells and codes of all of them."""
    return max((period_of(code) for code in asked.periods), key=lambda found: found[0])[1]


def check_then(asked: Cut, period: PeriodCode, edition: Edition, named_by: Edition) -> None:
    """Raises CannotCut where a cell asked for continues nothing of a period, or is none at all."""
    if edition.family == named_by.family:
        return check(asked, edition, period)
    if strange := [cell for cell in asked.show if not named_by.has_cell(cell)]:
        raise CannotCut(f"{named_by.title}没有“{strange[0]}”这一格：请改选其他指标。")
    names = names_then(named_by, edition, asked.show)
    if fresh := [named_by.place_of(cell) for cell in asked.show if cell not in names.values()]:
        raise CannotCut(
            f"{period.label}按{edition.title}填报，没有可与“{'”“'.join(fresh)}”对照的指标，不能并列："
            f"请去掉{period.label}，或改选其他指标。"
        )
    return check(replace(asked, show=tuple(names)), edition, period)


def classes_now(classes: pl.Series, period: PeriodCode, edition: Edition, named_by: Edition) -> pl.Series:
    """The classes of a period by their rows' codes of now; raises CannotCut where one is continued by no row."""
    now = {then: code for code, then in counterparts(named_by, edition).items()} | {UNKNOWN: UNKNOWN}
    ended = [code for code in classes.unique().to_list() if code not in now]
    if ended:
        names = "”“".join(names_of(edition, "class", ended).values())
        raise CannotCut(
            f"{period.label}按{edition.title}填报，其业务大类“{names}”没有可对照的，不能并列："
            f"请去掉{period.label}，或换一个分组。"
        )
    return classes.replace_strict(now, return_dtype=pl.String)


def own_districts(asked: Cut) -> list[District] | None:
    """Those whoever asks may see; None of who may see all."""
    return None if asked.within is None else list(District.objects.filter(code__in=asked.within))


def narrowed(rows: CutRows, mask: pl.Series) -> CutRows:
    return replace(rows, rows=replace(rows.rows, frame=rows.rows.frame.filter(mask)))


def period_of(code: str) -> tuple[PeriodCode, Edition]:
    """The period and the edition it is read by; raises CannotCut where there is none."""
    opened = Period.objects.filter(pk=code).first()
    if opened:
        return opened.parsed, opened.edition
    if ImportedFiling.objects.standing().filter(period=code).exists():
        return (period := PeriodCode.parse(code)), edition_read_by(period)
    raise CannotCut(f"没有报告期{code}：尚未开始填报、已撤回，或代码有误（年报写作2024A，月报写作2024M05）。")


def check(asked: Cut, edition: Edition, period: PeriodCode) -> None:
    able = {each.key for each in dimensions_of(edition)}
    for key in (*asked.by, *asked.where):
        if key not in able:
            known = "、".join(f"{each.key}（{each.label}）" for each in DIMENSIONS.values() if each.key in able)
            raise CannotCut(f"{period.label}不能按“{key}”分组；可用的有 {known}。")
    for cell in asked.show:
        if not edition.has_cell(cell):
            raise CannotCut(f"{period.label}适用的{edition.title}没有“{cell}”这一格：请改选其他指标。")
        if frequency_of(edition, cell) != period.frequency:
            forms = "年报" if period.is_annual else "月报"
            raise CannotCut(
                f"{period.label}填的是{forms}，没有“{cell}”（{edition.place_of(cell)}）：请改选{forms}的指标。"
            )


def frequency_of(edition: Edition, cell: str) -> str:
    return edition.table(edition.indicator(CellAddress.parse(cell).code).table).frequency


def check_adds_up(asked: Cut, edition: Edition) -> None:
    adds_up = cells_that_add_up(edition)
    for cell in asked.show:
        if cell not in adds_up:
            raise CannotCut(f"“{cell}”（{edition.place_of(cell)}）不能加总：请改选金额、人数一类的指标。")


def summed(rows: CutRows, frame: pl.DataFrame, keys: Sequence[str], cells: Iterable[str]) -> dict[Group, Sums]:
    """The sums of `frame`, which holds the rows and their groups. Exact: figures that no column holds are added from
    the record, and a sum that 64 bits may not hold is made in 128."""
    cells = list(cells)
    present = there(ScaledColumns(frame, rows.rows.scales), cells)
    plain, odd = parted(frame)
    found = added_up(plain, keys, present)
    groups = {
        group: Sums(firms, figures, filled)
        for group, firms, figures, filled in groups_of(found, keys, present, rows.rows.scales)
        if firms
    }
    for group, added in _odd_ones(rows.record if len(odd) else {}, odd, keys, cells):
        groups[group] = together(groups.get(group, NOBODY), added)
    return groups


def _odd_ones(
    record: Mapping[int, Mapping[str, str]], odd: pl.DataFrame, keys: Sequence[str], cells: Sequence[str]
) -> Iterable[tuple[Group, Sums]]:
    for row in odd.iter_rows(named=True):
        values = record[row["submission"]]
        figures = {cell: figure_of(values.get(cell)) for cell in cells}
        filled = {cell: int(figure is not None) for cell, figure in figures.items()}
        yield tuple(row[key] for key in keys), Sums(1, figures, filled)


def together(one: Sums, other: Sums) -> Sums:
    cells = dict.fromkeys([*one.figures, *other.figures])
    added = {cell: _added(one.figures.get(cell), other.figures.get(cell)) for cell in cells}
    filled = {cell: one.filled.get(cell, 0) + other.filled.get(cell, 0) for cell in cells}
    return Sums(one.firms + other.firms, added, filled)


def _added(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    if one is None or other is None:
        return other if one is None else one
    return EXACT.add(one, other)
