"""A firm's monthly figures: flows drawn month by month, in whole hundredths, and summed into the cumulative columns."""

from collections.abc import Mapping
from functools import cache

from reporting.demo.firms import Firm

FIRST_YEAR = 2021
# What of a year's revenue falls in each report: the first covers January and February.
SHARES = {2: 12, 3: 8, 4: 8, 5: 8, 6: 9, 7: 8, 8: 8, 9: 9, 10: 8, 11: 9, 12: 13}
INSIDE = {
    "2021": ("20211", "20212"),
    "2022": ("20221", "20222", "20223", "20224", "20225"),
    "2023": ("20231",),
}
DOLLAR = 7.1  # only to draw plausible dollar figures; never used to judge any


@cache
def year_of(firm: Firm, year: int) -> Mapping[str, float]:
    """The year's revenue and the shares that hold for it; they drift a little from year to year."""
    dice = firm.dice(f"year {year}")
    growth = 1.0
    for each in range(FIRST_YEAR + 1, year + 1):
        growth *= 1 + firm.growth + firm.dice(f"growth {each}").uniform(-0.08, 0.08)
    drift = {code: dice.uniform(0.92, 1.08) for code in ("software", "cost", "fees", "research", "export")}
    staff = max(1, round(firm.revenue * growth * 0.24 / 100 / (firm.wage * 12)))
    return {
        "revenue": firm.revenue * growth,
        "software": min(0.98, firm.software * drift["software"]),
        "cost": firm.cost * drift["cost"],
        "fees": firm.fees * drift["fees"],
        "research": min(firm.research * drift["research"], firm.fees * drift["fees"] * 0.6),
        "export": firm.export * drift["export"],
        "wage": firm.wage * (1.04 ** (year - FIRST_YEAR)),
        "staff": staff,
    }


@cache
def flows(firm: Firm, year: int, month: int) -> Mapping[str, int]:
    """What was added in one report of the year, in hundredths of 万元 (or 万美元) under the codes of 软统企6."""
    habits = year_of(firm, year)
    dice = firm.dice(f"{year} {month}")
    main = int(habits["revenue"] * SHARES[month] / 100 * dice.uniform(0.93, 1.07))
    mix = firm.business.mix
    flow = {"2010": main}
    if firm.is_embedded:
        product = int(main * 0.78)
        flow["20241"] = product
        flow["2024"] = product * int(firm.coefficient[2:]) // 100
        software = flow["2024"] * 100 // mix[3]
        flow["20421"] = int(product * 0.06 / DOLLAR) if firm.number % 3 == 0 else 0
        flow["2042"] = flow["20421"] * int(firm.coefficient[2:]) // 100
    else:
        software = int(main * habits["software"])
        flow.update({"20241": 0, "2024": 0, "20421": 0, "2042": 0})
    for code, hundredths in zip(("2021", "2022", "2023"), mix[:3], strict=True):
        flow[code] = software * hundredths // 100
        for part in INSIDE[code]:
            flow[part] = flow[code] * firm.business.inside.get(part, 0) // 100
    exported = int(software * habits["export"] / DOLLAR) if not firm.is_embedded else 0
    flow["2041"] = exported * 6 // 10
    flow["2043"] = exported - flow["2041"]
    flow["2050"] = int(main * habits["cost"])
    flow["2051"] = flow["2050"] * (60 if firm.is_embedded else 15) // 100
    flow["2080"] = int(main * habits["fees"])
    flow["2110"] = int(main * habits["research"])
    flow["2090"] = main - flow["2050"] - flow["2080"] + main // 100
    months = 2 if month == 2 else 1
    flow["2111"] = int(habits["staff"] * habits["wage"] * 100) * months
    return flow


@cache
def cumulative(firm: Firm, year: int, month: int) -> Mapping[str, int]:
    """January to `month`: amounts in hundredths, 2112 in persons, 2113 in tenths of a per cent."""
    total: dict[str, int] = {}
    for each in range(2, month + 1):
        for code, amount in flows(firm, year, each).items():
            total[code] = total.get(code, 0) + amount
    dice = firm.dice(f"orders {year} {month}")
    total["2112"] = year_of(firm, year)["staff"]
    total["2113"] = dice.choice([-1, 1, 1, 1]) * dice.randint(15, 280)
    return total


def monthly_cells(firm: Firm, year: int, month: int, has_year_ago: bool, has_prev: bool) -> dict[str, str]:
    """The typed cells of 软统企6 and 7: this period, and the bases no earlier filing can fill."""
    typed = {f"{code}.c1": as_text(code, amount) for code, amount in cumulative(firm, year, month).items()}
    if not has_year_ago:
        typed |= {f"{code}.c2": as_text(code, v) for code, v in cumulative(firm, year - 1, month).items()}
    if not has_prev and month > 2:
        typed |= {f"{code}.c3": as_text(code, v) for code, v in cumulative(firm, year, month - 1).items()}
    if firm.key_ic:
        typed |= _chip_cells(firm, year, month, has_year_ago, has_prev)
    if firm.key_platform:
        typed |= _platform_cells(firm, year, month, has_year_ago, has_prev)
    return typed


def as_text(code: str, amount: int) -> str:
    if code == "2112":
        return str(amount)
    return f"{amount / 10:.1f}" if code == "2113" else money(amount)


def money(hundredths: int) -> str:
    """Whole hundredths as the decimal text of the form: 12345 is 123.45."""
    sign, amount = ("-" if hundredths < 0 else ""), abs(hundredths)
    return f"{sign}{amount // 100}.{amount % 100:02d}"


def _columns(firm: Firm, year: int, month: int, has_year_ago: bool, has_prev: bool):
    yield "c1", year, month
    if not has_year_ago:
        yield "c2", year - 1, month
    if not has_prev and month > 2:
        yield "c3", year, month - 1


def _chip_cells(firm: Firm, year: int, month: int, has_year_ago: bool, has_prev: bool) -> dict[str, str]:
    cells = {}
    for column, y, m in _columns(firm, year, month, has_year_ago, has_prev):
        design = cumulative(firm, y, m)["20225"]
        chips = design * 6 // 10
        cells |= {
            f"G702.{column}": money(design * 3 // 10),
            f"G703.{column}": money(chips),
            f"G704.{column}": money(design // 20),
            f"G711.{column}": money(max(1, chips // 4)),
            f"G712.{column}": money(max(1, chips // 40)) if cumulative(firm, y, m)["2043"] else "0.00",
            f"G713.{column}": str(max(1, chips // 50_000)),
            f"G714.{column}": str(m // 3),
            f"G715.{column}": str(3 + firm.number % 5),
            f"G716.{column}": str(2 + firm.number % 7),
        }
    return cells


def _platform_cells(firm: Firm, year: int, month: int, has_year_ago: bool, has_prev: bool) -> dict[str, str]:
    cells = {}
    for column, y, m in _columns(firm, year, month, has_year_ago, has_prev):
        age = (y - FIRST_YEAR) * 12 + m
        size = 40 + firm.number % 60
        cells |= {
            f"G761.{column}": money(size * (20 + age)),
            f"G762.{column}": money(size * m),
            f"G763.{column}": str(size * 3 + age),
            f"G764.{column}": str(size * 2 + age),
            f"G765.{column}": str(size * 10 + age * 6),
            f"G766.{column}": str(size * 6 + age * 4),
            f"G767.{column}": str(size * 7 + age * 5),
            f"G768.{column}": str(size * 4 + age),
            f"G769.{column}": str(size * 9 + age * 3),
        }
    return cells
