"""A city of which every figure is said by the test: who filed what for which period, from where."""

from dataclasses import dataclass, field
from datetime import date

from accounts.models import District, Enterprise, User
from reporting.models import Filing, Period, State
from reporting.workflow.period import store_deadlines
from tests.cast import make_district
from tests.filling.figures import file_values

PARKS, YUZHONG, NANAN = "500101", "500103", "500108"


@dataclass
class GrowingCity:
    by: User
    firms: dict[str, Enterprise] = field(default_factory=dict)

    def firm(self, name: str, merged_into: str = "") -> Enterprise:
        if name not in self.firms:
            code = f"91500000MA6G{len(self.firms):06d}"
            self.firms[name] = Enterprise.objects.create(credit_code=code, name=name, joined_on=date(2020, 1, 1))
        if merged_into:
            self.firms[name].merged_into = self.firm(merged_into)
            self.firms[name].save(update_fields=["merged_into"])
        return self.firms[name]

    def files(self, name: str, period: str, values: dict[str, str], district: str = YUZHONG, **facts: str):
        filing = Filing.objects.create(
            enterprise=self.firm(name),
            period=a_period(period),
            district=District.objects.get(code=district),
            state=State.LOCKED,
        )
        return file_values(filing, values, self.by, attributes=facts)


def a_period(code: str, state: str = Period.LOCKED) -> Period:
    facts = {"edition_code": "chongqing-2024", "opens_on": date(2020, 1, 1), "state": state}
    period, is_new = Period.objects.get_or_create(code=code, defaults=facts)
    if is_new:
        store_deadlines(period)
    return period


def make_growing_city() -> GrowingCity:
    for position, (code, name) in enumerate([(PARKS, "万州区"), (YUZHONG, "渝中区"), (NANAN, "南岸区")]):
        make_district(code, name, position)
    return GrowingCity(User.objects.create(username="市级管理员", role=User.Role.CITY))
