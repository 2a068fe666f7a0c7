"""修订三角: one figure of the city as each release of each period had it, first, later and last, and by how much it was
revised: how far first figures can be relied on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO

from forms_tables.edition.catalog import Edition
from forms_tables.edition.periods import PeriodCode
from forms_tables.edition.shape import headline_of, own_column
from reporting.models import Release, published_edition
from text.writing import TextWorkbook

MONTHS, ANNUALS = "month", "annual"
FONT, HEAD = "宋体", "#EEF2F7"


@dataclass(frozen=True)
class Revisable:
    """A figure whose revisions can be followed: the cell in which a row has its own figure of the period."""

    cell: str
    name: str
    unit: str
    frequency: str

    @property
    def label(self) -> str:
        return f"{self.name}（{self.unit}）" if self.unit else self.name


@dataclass(frozen=True)
class RevisedPeriod:
    """`figures` in the order of its releases; None where a release has none."""

    period: PeriodCode
    releases: tuple[str, ...]
    figures: tuple[Decimal | None, ...]

    @property
    def first(self) -> Decimal | None:
        return self.figures[0]

    @property
    def last(self) -> Decimal | None:
        return self.figures[-1]

    @property
    def revision(self) -> Decimal | None:
        return None if self.first is None or self.last is None else self.last - self.first

    @property
    def percent(self) -> Decimal | None:
        """Of the first figure, with two decimals, rounded for reading only."""
        exact = self.exact_percent
        return None if exact is None else exact.quantize(Decimal("0.01"), ROUND_HALF_UP)

    @property
    def exact_percent(self) -> Decimal | None:
        return self.revision * 100 / abs(self.first) if self.revision is not None and self.first else None


@dataclass(frozen=True)
class Revisions:
    """`periods` the newest first, each with as many figures as it has releases; `most` is how many any has."""

    of: Revisable
    periods: tuple[RevisedPeriod, ...]

    @property
    def name(self) -> str:
        return self.of.name

    @property
    def most(self) -> int:
        return max((len(each.figures) for each in self.periods), default=0)

    @property
    def numbers(self) -> range:
        return range(1, self.most + 1)

    @property
    def revised(self) -> int:
        return sum(bool(each.revision) for each in self.periods)

    @property
    def mean_absolute(self) -> Decimal | None:
        """Of last less first, over all periods that have both; what was never revised is a revision of nought."""
        return mean([abs(each.revision) for each in self.periods if each.revision is not None])

    @property
    def mean_absolute_percent(self) -> Decimal | None:
        return mean([abs(each.exact_percent) for each in self.periods if each.exact_percent is not None])

    @property
    def mean_percent(self) -> Decimal | None:
        """With its sign: whether first figures are too low or too high as a rule."""
        return mean([each.exact_percent for each in self.periods if each.exact_percent is not None])


def mean(figures: list[Decimal]) -> Decimal | None:
    return (sum(figures, Decimal(0)) / len(figures)).quantize(Decimal("0.01"), ROUND_HALF_UP) if figures else None


def revisable() -> list[Revisable]:
    """The headline figure of the months, then the others in the order of the forms of the newest releases."""
    found: dict[str, Revisable] = {}
    for frequency in (MONTHS, ANNUALS):
        of_kind = [code for code in _released() if PeriodCode.parse(code).frequency == frequency]
        if of_kind:
            newest = max(of_kind, key=PeriodCode.parse)
            edition = published_edition(Release.objects.filter(period=newest).latest("number").edition_code)
            found |= {each.cell: each for each in rows_of(edition, frequency)}
    return list(found.values())


def _released() -> list[str]:
    return list(Release.objects.order_by().values_list("period", flat=True).distinct())


def rows_of(edition: Edition, frequency: str) -> list[Revisable]:
    headline = headline_of(edition, frequency)
    rows = [row for table in edition.tables if table.frequency == frequency for row in table.indicators]
    cells = [(row, own_column(row)) for row in rows]
    found = [
        Revisable(f"{row.code}.{key}", f"{row.code} {row.name}", row.unit, frequency)
        for row, key in cells
        if key and row.adds_up_in(key)
    ]
    return sorted(found, key=lambda each: not headline or each.cell != headline.cell)


def revisions_of(chosen: Revisable) -> Revisions:
    by_period: dict[str, list[Release]] = {}
    for release in Release.objects.order_by("period", "number").only("period_id", "number", "figures"):
        if PeriodCode.parse(release.period_id).frequency == chosen.frequency:
            by_period.setdefault(release.period_id, []).append(release)
    rows = []
    for code, releases in by_period.items():
        texts = [release.figures.get(chosen.cell) for release in releases]
        if any(texts):
            figures = tuple(None if text is None else Decimal(text) for text in texts)
            rows.append(RevisedPeriod(PeriodCode.parse(code), tuple(each.code for each in releases), figures))
    return Revisions(chosen, tuple(sorted(rows, key=lambda row: row.period, reverse=True)))


def write_revisions(revisions: Revisions, at: datetime) -> bytes:
    out = BytesIO()
    with TextWorkbook(out, {"in_memory": True}, at, title=f"{revisions.name}修订三角") as book:
        style = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
        head = book.add_format(style | {"bold": True, "bg_color": HEAD, "border": 1, "text_wrap": True})
        text = book.add_format(style | {"border": 1})
        figure = book.add_format(style | {"border": 1, "num_format": "#,##0.00"})
        sheet = book.add_worksheet("修订三角")
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(3)
        sheet.freeze_panes(4, 1)
        sheet.set_column(0, 0, 14)
        sheet.set_column(1, revisions.most + 3, 18)
        title = book.add_format(style | {"bold": True, "font_size": 15})
        sheet.write_string(0, 0, f"{revisions.of.label}修订三角", title)
        sheet.write_string(1, 0, in_words(revisions), book.add_format(style))
        heads = ["报告期", *(f"第{number}次发布" for number in revisions.numbers), "最新", "修订量", "修订幅度（%）"]
        for column, words in enumerate(heads):
            sheet.write_string(3, column, words, head)
        for row, each in enumerate(revisions.periods, start=4):
            sheet.write_string(row, 0, each.period.label, text)
            blank = (None,) * (revisions.most - len(each.figures))
            for column, value in enumerate((*each.figures, *blank, each.last, each.revision, each.percent), start=1):
                if value is None:
                    sheet.write_blank(row, column, None, figure)
                else:
                    sheet.write_number(row, column, float(value), figure)
    return out.getvalue()


def in_words(revisions: Revisions) -> str:
    if not revisions.periods:
        return "还没有发布过这项指标。"
    told = f"{len(revisions.periods)} 期中有 {revisions.revised} 期修订过"
    if revisions.mean_absolute_percent is None:
        return f"{told}。"
    return (
        f"{told}，平均绝对修订 {revisions.mean_absolute:,f}（{revisions.mean_absolute_percent}%），"
        f"平均修订 {revisions.mean_percent:+}%：没有修订的按 0 计。"
    )
