"""A city of which every figure is said by the test: May 2024 of many firms, last year's beside it on the form."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from accounts.models import District, Enterprise, User
from reporting.models import Filing, Period, State, Submission
from tests.cast import SHANGHAI, make_district, make_user
from tests.filling.figures import file_values
from tests.may import open_period

YUZHONG, NANAN = "500103", "500108"
NOW = datetime(2024, 6, 11, 14, 10, tzinfo=SHANGHAI)
LATER = NOW + timedelta(minutes=13)  # the classes are measured anew


@dataclass
class OrderedCity:
    period: Period
    city: User
    reviewer: User
    yuzhong: District
    nanan: District
    filings: dict[str, Filing] = field(default_factory=dict)

    def files(
        self,
        name: str,
        revenue: float | None,
        before: float | None = None,
        *,
        state: str = State.SUBMITTED,
        district: str = YUZHONG,
        people: tuple[int, int] = (10, 10),
        cells: dict[str, str] | None = None,
        **more,
    ) -> Submission:
        """Software revenue, all of it from products, and a revenue twice as large."""
        code = f"91500000MA6H{len(self.filings):06d}"
        firm = Enterprise.objects.create(credit_code=code, name=name, joined_on=date(2020, 1, 1))
        where = District.objects.get(code=district)
        late = more.pop("late", False)
        filing = Filing.objects.create(enterprise=firm, period=self.period, district=where, state=state, late=late)
        self.filings[name] = filing
        return self.submits(name, figures_of(revenue, before, people) | (cells or {}), **more)

    def submits(self, name: str, values: dict[str, str], **more) -> Submission:
        return file_values(self.filings[name], values, self.city, **more)

    def stood_before(self, code: str, name: str, values: dict[str, str]) -> None:
        """What it filed for an earlier period."""
        period = Period.objects.filter(code=code).first() or open_period(code, date(2024, 4, 1))
        filing = self.filings[name]
        before = Filing.objects.create(
            enterprise=filing.enterprise, period=period, district=filing.district, state=State.LOCKED
        )
        file_values(before, values, self.city)

    def stands(self, name: str, state: str) -> None:
        """As its district decides."""
        filing = self.filings[name]
        filing.state = state
        if state == State.APPROVED:
            filing.approved = filing.counted = filing.in_force
        filing.save()

    def names(self, filings) -> list[str]:
        by_key = {filing.pk: name for name, filing in self.filings.items()}
        return [by_key[each] for each in filings]


def figures_of(revenue, before, people) -> dict[str, str]:
    said = {}
    for figure, column in ((revenue, "c1"), (before, "c2")):
        if figure is not None:
            said |= {f"{row}.{column}": f"{figure:.2f}" for row in ("2020", "2021")}
            said[f"2010.{column}"] = f"{2 * figure:.2f}"
    return said | {"2112.c1": str(people[0]), "2112.c2": str(people[1])}


def make_ordered_city(steady: int = 12) -> OrderedCity:
    """`steady` firms of 100 each grew by 10 per cent, and so is what everybody is held against; all are approved."""
    yuzhong, nanan = make_district(YUZHONG, "渝中区", 1), make_district(NANAN, "南岸区", 2)
    city = OrderedCity(
        open_period("2024M05", date(2024, 6, 1)),
        make_user("city", "市级", "city"),
        make_user("yuzhong", "渝中审核", "district", district=yuzhong),
        yuzhong,
        nanan,
    )
    for number in range(steady):
        city.files(f"平稳{number}", 110, 100, state=State.APPROVED)
    return city
