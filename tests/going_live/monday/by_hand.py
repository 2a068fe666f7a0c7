"""Two firms whose figures are plain enough to be worked by hand; tests/going_live/test_monday.py does it."""

from dataclasses import dataclass
from decimal import Decimal

DISTRICT = "500229"  # 城口县, where nobody else is
MAY = (2025, 5)

# What a firm without embedded software adds up to in a month at scale 1; it breaks no rule.
A_MONTH = {
    "2010": 1000, "2021": 500, "20211": 100, "20212": 50, "2022": 300, "20221": 60, "20222": 40, "20223": 0, "20224": 0,
    "20225": 0, "2023": 100, "20231": 10, "2041": 0, "2043": 0, "2050": 400, "2051": 20, "2080": 300, "2090": 280,
    "2110": 120, "2111": 250,
}  # fmt: skip


@dataclass(frozen=True)
class ByHand:
    """`rates`: by year, how many times A_MONTH it earns in a month. `in_may`: what was otherwise in May 2025."""

    code: str
    name: str
    rates: dict[int, str]
    staff: int
    in_may: dict[str, int]

    @property
    def attributes(self) -> dict[str, str]:
        return {"A22": "6513", "A34": "1", "A36": "否", "A37": "否", "A38": "否", "A39": "否", "A40": "0"}

    def typed(self, year: int, month: int) -> dict[str, str]:
        times = Decimal(self.rates[year]) * month
        figures = {code: times * amount for code, amount in A_MONTH.items()}
        if (year, month) == MAY:
            figures |= {code: Decimal(amount) for code, amount in self.in_may.items()}
        cells = {f"{code}.c1": f"{figure:.2f}" for code, figure in figures.items()}
        return cells | {"2112.c1": str(self.staff), "2113.c1": "12.5"}


BY_HAND = (
    ByHand("91500229MA5U123466", "重庆甲木软件有限公司", {2024: "1.4", 2025: "1.6", 2026: "2"}, 400, {"2022": 2600}),
    ByHand("91500229MA5X880798", "重庆乙木软件有限公司", {2024: "0.38", 2025: "0.4", 2026: "0.34"}, 68, {}),
)
