"""The form of both pages: what may be chosen, and what is."""

from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header

from accounts.models import Scope, User
from forms_tables.edition.catalog import Edition
from forms_tables.edition.periods import PeriodCode
from reporting.cuts.choosing import MOST, UNSAID, CellChoice, cells_to_choose, in_words, name_of_cell
from reporting.cuts.coverage import label_of_period
from reporting.cuts.cutting import CannotCut, Cut, period_of, rows_of
from reporting.cuts.dimensions import NOW, Dimension, dimensions_of, names_of
from reporting.cuts.files import FileTable, as_csv, write_table
from reporting.models.in_force import current_edition
from reporting.pages.chosen_period import periods_to_show
from reporting.pages.downloads import workbook_answer
from reporting.totals.history import imported_periods


@dataclass(frozen=True)
class Narrowing:
    """The groups of a dimension one may narrow to: (code in the address, name, chosen)."""

    dimension: Dimension
    groups: tuple[tuple[str, str, bool], ...]

    @property
    def chosen(self) -> int:
        return sum(chosen for _, _, chosen in self.groups)


@dataclass(frozen=True)
class ChoiceForm:
    asked: Cut
    periods: tuple[tuple[str, str], ...]  # those that may still be added
    dimensions: tuple[Dimension, ...]
    cells: tuple[tuple[str, list[CellChoice]], ...]
    shown: tuple[CellChoice, ...]
    narrowings: tuple[Narrowing, ...]
    words: str  # the choice, as it is printed
    may_move: bool  # whether districts as they are now are this person's to ask for

    @property
    def by(self) -> list[str]:
        """A field for each dimension there may be."""
        return [*self.asked.by, *[""] * (MOST["by"] - len(self.asked.by))]

    @property
    def chosen_periods(self) -> list[tuple[str, str]]:
        return [(code, label_of_period(code)) for code in self.asked.periods]

    @property
    def is_now(self) -> bool:
        return self.asked.districts == NOW


def form_of(asked: Cut, user: User, additive: bool = True) -> ChoiceForm:
    edition, period = read_by(asked)
    opened = [(each.code, each.label) for each in periods_to_show()]
    known = opened + [(each.code, each.label) for each in imported_periods()]
    return ChoiceForm(
        asked=asked,
        periods=tuple((code, label) for code, label in known if code not in asked.periods),
        dimensions=tuple(dimensions_of(edition)),
        cells=tuple(cells_to_choose(edition, period.frequency if period else "month", additive)),
        shown=tuple(CellChoice(cell, name_of_cell(edition, cell)) for cell in asked.show),
        narrowings=narrowings(asked, edition, period),
        words="；".join(f"{name}：{said}" for name, said in in_words(asked, edition).items()),
        may_move=user.scope == Scope.CITY,
    )


def read_by(asked: Cut) -> tuple[Edition, PeriodCode | None]:
    """The newest of the periods that are one, and its edition, which names the cells; else the edition in force."""
    known = []
    for code in asked.periods:
        try:
            known.append(period_of(code))
        except CannotCut:
            continue
    period, edition = max(known, key=lambda found: found[0], default=(None, None))
    return edition or current_edition(), period


def narrowings(asked: Cut, edition: Edition, period: PeriodCode | None) -> tuple[Narrowing, ...]:
    """Every dimension with the groups there are in the period, and those chosen that it has not. The form is made when
    the table is: the columns have just been brought up to the record."""
    dimensions = dimensions_of(edition)
    if period is None:
        return ()
    every = replace(asked, periods=(period.code,), by=tuple(each.key for each in dimensions), show=(), where={})
    _, groups = rows_of(every, period.code, fresh=False)
    found = []
    for each in dimensions:
        chosen = asked.where.get(each.key, frozenset())
        codes = sorted({*groups[each.key].unique().to_list(), *chosen})
        names = names_of(edition, each.key, codes)
        found.append(Narrowing(each, tuple((code or UNSAID, names[code], code in chosen) for code in codes)))
    return tuple(found)


def area_of(user: User) -> str:
    return user.district.name if user.district else "全市"


def to_the_page(page: str, request: HttpRequest) -> HttpResponseRedirect:
    """From a file that cannot be made to the page of the same choice, which says why."""
    return redirect(f"{reverse(page)}?{request.GET.urlencode()}")


def file_answer(table: FileTable, name: str, kind: str, at) -> HttpResponse | StreamingHttpResponse:
    stamped = f"{name}_{at:%Y%m%d_%H%M}.{kind}"
    if kind == "xlsx":
        return workbook_answer(write_table(table, at), stamped)
    headers = {"Content-Disposition": content_disposition_header(True, stamped)}
    return StreamingHttpResponse(as_csv(table), content_type="text/csv; charset=utf-8", headers=headers)
