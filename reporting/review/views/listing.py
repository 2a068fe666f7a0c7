"""A list of filings to search, narrow to a state, sort and page through: the district's queue, the city's list."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from reporting.filing.punctuality import held_past_due
from reporting.models import Filing, Standing
from reporting.totals.progress import GROUPS, in_group, progress_of

PAGE = 50
SORTS = {
    "name": "enterprise__name",
    "code": "enterprise__credit_code",
    "district": "district__position",
    "state": "state",
    "submitted": "in_force__submitted_at",
}
MORE_GROUPS = {
    "approved": "已通过",
    "late": "迟报",
    "overdue": "逾期未报",
    "held": "区县逾期未审",
    "after_lock": "锁定后补报",
}
RARE = ("held", "after_lock")  # offered only where there are some


@dataclass(frozen=True)
class FilterChoice:
    name: str
    label: str
    count: int
    current: bool


@dataclass(frozen=True)
class ListedRow:
    filing: Filing

    @property
    def waits(self) -> bool:
        """For its district to decide."""
        return self.filing.standing in (Standing.WAITING, Standing.LET_IN_WAITING)

    @property
    def is_clean(self) -> bool:
        """Whether the district may pass it on without opening it."""
        return self.waits and self.filing.in_force.is_clean

    @property
    def words(self) -> str:
        """What else to mind about the submission in force."""
        submission = self.filing.in_force
        due = self.filing.due_on if self.filing.extended_to and self.filing.is_with_firm else None
        extension = [f"延期至 {due.month}月{due.day}日"] if due else []
        if submission is None:
            return "".join(extension)
        said = [
            (submission.timing, submission.extended or not submission.on_time),
            ("预估数", submission.estimated),
            ("修订上报", submission.reason),
            ("尚未打开", self.waits and not submission.opened_at),
        ]
        return "、".join(extension + [words for words, holds in said if holds])


@dataclass(frozen=True)
class Listing:
    page: Page
    choices: list[FilterChoice]
    group: str
    search: str
    sort: str

    @property
    def rows(self) -> list[ListedRow]:
        return [ListedRow(filing) for filing in self.page]

    @property
    def has_clean(self) -> bool:
        return any(row.is_clean for row in self.rows)


def list_filings(request: HttpRequest, filings: QuerySet, at: datetime, sort: str = "name") -> Listing:
    """`filings` are those this person may see, of one period."""
    search, group = request.GET.get("q", "").strip(), request.GET.get("state", "")
    asked = request.GET.get("sort", sort)
    sort = asked if asked.removeprefix("-") in SORTS else sort
    found = filings.filter(Q(enterprise__name__icontains=search) | Q(enterprise__credit_code__icontains=search))
    choices = choices_of(found, group, at)
    rows = (
        in_group(found, group, at)
        .select_related("enterprise", "district", "in_force", "period")
        .prefetch_related("period__deadlines")
        .defer("enterprise__attributes", "in_force__values", "in_force__attributes", "in_force__explanations")
        .order_by(("-" if sort.startswith("-") else "") + SORTS[sort.removeprefix("-")], "pk")
    )
    return Listing(Paginator(rows, PAGE).get_page(request.GET.get("page")), choices, group, search, sort)


def choices_of(filings: QuerySet, group: str, at: datetime) -> list[FilterChoice]:
    """The states one may narrow the list to, each with how many it would show."""
    progress = progress_of(filings)
    counts = asdict(progress) | {
        "overdue": filings.overdue(at).count(),
        "held": held_past_due(filings, at).count(),
        "after_lock": progress.let_in,
    }
    labels = {name: label for name, (label, _) in GROUPS.items()} | MORE_GROUPS
    every = FilterChoice("", "全部", progress.owed, group not in labels)
    choices = [FilterChoice(name, label, counts[name], name == group) for name, label in labels.items()]
    return [every, *(choice for choice in choices if choice.count or choice.current or choice.name not in RARE)]
