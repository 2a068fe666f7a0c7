"""A list of filings to search, narrow to a state, sort and page through: the district's queue, the city's list."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.http import QueryDict

from accounts.models import District, User
from reporting.consequence.board import Measure
from reporting.filing.punctuality import held_past_due, is_over_for_districts
from reporting.models import Filing, Period, State, review_limits
from reporting.models.standing import UNSENT
from reporting.pages.kept_choice import ListChoice, choice_on
from reporting.review.views.listed_row import ListedRow, rows_of
from reporting.review.weighing import FIGURES, WEIGHT, Weighed, weighed
from reporting.totals.progress import GROUPS, LISTED, NUMBERS, in_group

PAGE = 50
SORTS = {
    "name": "enterprise__name",
    "code": "enterprise__credit_code",
    "district": "district__position",
    "state": "state",
    "submitted": "in_force__submitted_at",
}
PRACTISED_FIRST = "-submitted"  # what is practised is not weighed
BY_WEIGHT = (WEIGHT, *FIGURES)
MORE_GROUPS = {
    "approved": "已通过",
    "late": "迟报",
    "overdue": "逾期未报",
    "held": "区县逾期未审",
    "after_lock": "锁定后补报",
}
LABELS = {name: label for name, (label, _) in GROUPS.items()} | MORE_GROUPS
EVERY, ALL, UNSENT_ONES = "every", "all", "unsent"
RARE = ("held", "after_lock")  # offered only where there are some


@dataclass(frozen=True)
class FilterChoice:
    name: str
    label: str
    count: int
    current: bool


@dataclass(frozen=True)
class Listing:
    page: Page
    rows: list[ListedRow]
    choices: list[FilterChoice]
    choice: ListChoice
    weighed: Weighed

    @property
    def group(self) -> str:
        return self.choice.state

    @property
    def search(self) -> str:
        return self.choice.search

    @property
    def sort(self) -> str:
        return self.choice.sort

    @property
    def first(self) -> str:
        """The order that the list comes with."""
        return WEIGHT if self.weighed.orders else PRACTISED_FIRST

    @property
    def headline(self) -> Measure | None:
        return self.weighed.headline

    @property
    def has_clean(self) -> bool:
        return any(row.is_clean for row in self.rows)

    @property
    def stops(self) -> list[str]:
        """Where review may stop, in words, in each of the areas in which something waits."""
        return [f"{name}{stop.in_words}" for name, stop in self.weighed.stops if stop.waiting]

    @property
    def as_of(self) -> str:
        orders = self.weighed.orders
        return orders[0].as_of_in_words if orders else ""

    @property
    def last_before_stop(self) -> int:
        """The filing below which the line is drawn; 0 where the list does not show it."""
        is_whole = self.sort == WEIGHT and not self.search and self.group in ("", "waiting")
        if not is_whole or len(self.weighed.stops) != 1:
            return 0
        [(_, stop)] = self.weighed.stops
        last = [row.filing.pk for row in self.rows if row.placed and row.placed.place == stop.first]
        return last[0] if last and not stop.cannot_say else 0


def chosen_on(user: User, page: str, asked: QueryDict, period: Period) -> ListChoice:
    """`page` is the name of the list's address."""
    if period.is_practice:
        return choice_on(user, page, asked, SORTS, PRACTISED_FIRST)
    return choice_on(user, page, asked, (*BY_WEIGHT, *SORTS), WEIGHT)


def list_filings(
    filings: QuerySet, period: Period, areas: Iterable[District | None], choice: ListChoice, number: str, at: datetime
) -> Listing:
    """`filings` are those this person may see, of one period; `areas` what they are weighed in."""
    search, group = choice.search, choice.state
    found = filings
    if search:
        found = filings.filter(Q(enterprise__name__icontains=search) | Q(enterprise__credit_code__icontains=search))
    counts = counts_of(found, period, at)
    chosen, known = in_group(found, group, at), weighed(period, at, areas)
    pages = Paginator(keys_of(chosen, known, choice), PAGE)
    pages.count = counts[group if group in LABELS else ALL]
    page = pages.get_page(number)
    read = (
        Filing.objects.select_related("enterprise", "district", "in_force", "period")
        .prefetch_related("period__deadlines")
        .defer("enterprise__attributes", "in_force__values", "in_force__attributes")
        .in_bulk(list(page))
    )
    rows = rows_of([read[pk] for pk in page if pk in read], known, review_limits().bulk_share)
    return Listing(page, rows, choices_of(counts, group), choice, known)


def keys_of(filings: QuerySet, known: Weighed, choice: ListChoice) -> Sequence[int]:
    """The filings in the chosen order, by their keys: of a page alone everything is read."""
    name = choice.sort.removeprefix("-")
    if name in BY_WEIGHT:
        return ByWeight(filings, known, choice.sort)
    return filings.order_by(sorted_by(choice), "pk").values_list("pk", flat=True)


def sorted_by(choice: ListChoice) -> str:
    """What it is sorted by: the name of a weight, or the field of a filing."""
    name = choice.sort.removeprefix("-")
    return choice.sort if name in BY_WEIGHT else choice.sort[: -len(name)] + SORTS[name]


class ByWeight(Sequence[int]):
    """Asked for a page, it looks no further than what waits where that fills it."""

    def __init__(self, filings: QuerySet, known: Weighed, sort: str):
        self.filings, self.known, self.sort = filings.order_by(), known, sort

    @cached_property
    def every(self) -> list[int]:
        return self.known.keys(self.sort, list(self.filings.values_list("pk", flat=True)))

    def __len__(self) -> int:
        return self.filings.count()

    def __getitem__(self, which):
        if self.sort == WEIGHT and isinstance(which, slice):
            heaviest = self.known.heaviest(which.stop)
            if len(heaviest) == which.stop and self.filings.filter(pk__in=heaviest).count() == which.stop:
                return heaviest[which]
        return self.every[which]


def counts_of(filings: QuerySet, period: Period, at: datetime) -> dict[str, int]:
    """How many each of the groups would show, EVERY who owes, and ALL of them. What no filing can be is not asked."""
    asked = {name: NUMBERS[number] for name, number in LISTED.items()}
    asked |= {EVERY: NUMBERS["owed"], ALL: Q(), UNSENT_ONES: UNSENT, "held": Q(state=State.SUBMITTED)}
    numbers = {f"n_{name}": Count("pk", filter=question) for name, question in asked.items()}
    counts = {name.removeprefix("n_"): count for name, count in filings.order_by().aggregate(**numbers).items()}
    counts["overdue"] = filings.overdue(at).count() if counts.pop(UNSENT_ONES) else 0
    if counts["held"]:
        counts["held"] = held_past_due(filings, at).count() if is_over_for_districts(period, at) else 0
    return counts


def choices_of(counts: Mapping[str, int], group: str) -> list[FilterChoice]:
    """The states one may narrow the list to, each with how many it would show."""
    every = FilterChoice("", "全部", counts[EVERY], group not in LABELS)
    choices = [FilterChoice(name, label, counts[name], name == group) for name, label in LABELS.items()]
    return [every, *(choice for choice in choices if choice.count or choice.current or choice.name not in RARE)]
