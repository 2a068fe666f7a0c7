"""The small city that is walked through a year: its people, its firms, and a clock that only the walk moves."""

from dataclasses import dataclass, field
from datetime import date, datetime

from accounts.models import District, Enterprise, Installation, User
from forms_tables.edition.catalog import load_edition
from reporting.demo.firms import Firm, make_firm
from reporting.demo.months import monthly_cells
from reporting.demo.year import annual_cells
from reporting.models import Filing
from tests.cast import SHANGHAI, make_district, make_enterprise, make_user

FIRST_DAY = date(2024, 3, 1)  # February's report may be opened; January has none
DISTRICTS = (("500103", "渝中区", 3), ("500108", "南岸区", 8), ("500112", "渝北区", 12))
NEWCOMERS = 6
PLAIN = ("6513", "6511", "6531", "6550", "6440")  # industries without tables of their own


@dataclass
class City:
    districts: list[District]
    city: User
    second: User  # of the city too: where much is missing it takes two to lock
    association: User
    system: User
    clerks: dict[int, User]  # by district
    habits: dict[str, Firm] = field(default_factory=dict)  # by credit code: what its figures are drawn from
    newcomers: list[Firm] = field(default_factory=list)  # who may still ask to be let in

    @property
    def firms(self) -> list[Enterprise]:
        return list(Enterprise.objects.order_by("pk"))

    def clerk_of(self, filing: Filing) -> User:
        return self.clerks[filing.district_id]

    def person_of(self, enterprise: Enterprise) -> User | None:
        return User.objects.filter(enterprise=enterprise, is_active=True).order_by("pk").first()


def found(firms: int, seed: int) -> City:
    """A city of three districts and so many firms. What a firm reports is drawn from the seed."""
    District.objects.exclude(code__in=[code for code, _, _ in DISTRICTS]).update(valid_to=date(2020, 1, 1))
    districts = [make_district(*facts) for facts in DISTRICTS]
    Installation.objects.update_or_create(pk=1, defaults={"phone": "023-63890000"})
    city = City(
        districts,
        make_user("zhoutao", "周涛", "city"),
        make_user("zhengzhong", "郑重", "city"),
        make_user("liufang", "刘芳", "association"),
        make_user("wugang", "吴刚", "system"),
        {
            district.pk: make_user(f"clerk{district.code}", f"{district.name}统计员", "district", district=district)
            for district in districts
        },
    )
    *known, embedded = habits(seed, firms + NEWCOMERS)
    city.newcomers = known[firms - 1 :]
    for habit in [*known[: firms - 1], embedded]:
        enterprise = make_enterprise(
            habit.credit_code,
            habit.name,
            next(district for district in districts if district.code == habit.district),
            **habit.attributes,
        )
        make_user(enterprise.credit_code, f"{habit.contact}", "enterprise", enterprise=enterprise)
        city.habits[enterprise.credit_code] = habit
    return city


def habits(seed: int, count: int) -> list[Firm]:
    """Firms of plain software business, and one that makes devices with software inside."""
    codes = tuple(code for code, _, _ in DISTRICTS)
    drawn = (make_firm(number, seed, codes) for number in range(200))
    plain = (firm for firm in drawn if firm.business.industry in PLAIN and not firm.has_ai)
    embedded = next(firm for firm in (make_firm(n, seed, codes) for n in range(200)) if firm.is_embedded)
    return [next(plain) for _ in range(count - 1)] + [embedded]


def cells_for(habit: Firm, filing: Filing) -> dict[str, str]:
    """All that the firm could type for a period; the page says which of it is the firm's to type."""
    code = filing.period.parsed
    if code.is_annual:
        return annual_cells(habit, code.year) | {"A07.v": filing.district.code}
    return monthly_cells(habit, code.year, code.month, has_year_ago=False, has_prev=False)


def moment(day: date, seconds: int) -> datetime:
    """So many seconds into the day, in Chongqing."""
    hours, rest = divmod(seconds, 3600)
    return datetime(day.year, day.month, day.day, hours, rest // 60, rest % 60, tzinfo=SHANGHAI)


EDITION = load_edition("chongqing-2024")
