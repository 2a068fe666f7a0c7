"""The annual rules by hand in numpy: int64 figures with a mask of blanks beside each, nothing computed twice that a
careful programmer would see, products that may pass int64 done again in Python's integers for those few rows."""

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from bench.rules_judges.by_hand import AGAINST_DECEMBER, AT_MOST, EQUAL, FLOWS, PRODUCTS, STOCKS, SUMS
from bench.rules_judges.filings import City
from forms_tables.edition.credit_code import ALPHABET, ORGANISATION_WEIGHTS

Verdict = tuple[np.ndarray, np.ndarray]  # holds, does not apply
LOW, HIGH, YOY, RATIO_SW, RATIO_IC = 5000, 20000, 50, 30, 60
FX = 70467  # ten-thousandths
PERIOD_MONTH = "2023-12"

ORDER = np.full(128, -1)  # from a character to its place in the alphabet of credit codes
ORDER[[ord(letter) for letter in ALPHABET]] = np.arange(len(ALPHABET))
BASE_36 = np.zeros(128, np.int64)
BASE_36[[ord(letter) for letter in ALPHABET]] = [int(letter, 36) for letter in ALPHABET]
POWERS = np.array([pow(3, place, 31) for place in range(17)])
WEIGHTS = np.array(ORGANISATION_WEIGHTS)
ORGANISATION_LETTERS = np.array([ord(letter) for letter in "0123456789X"])
SIZES = (
    ((65,), (300, 100, 10), (10000, 1000, 50)),
    ((63, 64), (2000, 100, 10), (100000, 1000, 100)),
    (tuple(range(6, 47)), (1000, 300, 20), (40000, 2000, 300)),
)

STANDARD_OF = np.full(100, -1)  # from an industry's division to its standard
for standard, (divisions, _, _) in enumerate(SIZES):
    STANDARD_OF[list(divisions)] = standard


def evaluate(city: City, districts: Sequence[str]) -> dict[str, list[Verdict]]:
    """The verdicts of every rule, in the rule's own order."""
    v, blank, text = city.figures, city.blank, city.texts
    verdicts: dict[str, list[Verdict]] = defaultdict(list)

    def blanks(*labels: str) -> np.ndarray:
        first, *others = labels
        if not others:
            return blank[first]
        mask = blank[first] | blank[others[0]]
        for label in others[1:]:
            mask |= blank[label]
        return mask

    def total(labels: Sequence[str]) -> np.ndarray:
        amount = v[labels[0]] + v[labels[1]]
        for label in labels[2:]:
            amount += v[label]
        return amount

    def exactly(holds_of: Callable[..., np.ndarray], limit: int, *labels: str) -> np.ndarray:
        """In int64; rows with a figure beyond the limit again in Python's integers."""
        figures = [v[label] for label in labels]
        holds = holds_of(*figures)
        large = [rows for figure in figures for rows in [np.flatnonzero(np.abs(figure) > limit)] if len(rows)]
        if large:
            rows = np.unique(np.concatenate(large))
            holds[rows] = holds_of(*(figure[rows].astype(object) for figure in figures)).astype(bool)
        return holds

    def rule(name: str, holds: np.ndarray, *needs: str, unless: np.ndarray | None = None) -> None:
        """What reads a blank, or whose premise fails (`unless`), does not apply."""
        mask = blanks(*needs)
        verdicts[name].append((holds, mask if unless is None else mask | unless))

    for name, columns, whole, listed in SUMS:
        for column in columns:
            parts = listed.split()
            labels = [f"{part.lstrip('-')}.{column}" for part in parts]
            if "-" in listed:
                rest = v[f"{whole}.{column}"].copy()
                for part, label in zip(parts, labels, strict=True):
                    rest = rest + v[label] if part.startswith("-") else rest - v[label]
            else:
                rest = total(labels)
                rest -= v[f"{whole}.{column}"]
            np.abs(rest, out=rest)
            rule(name, rest <= len(parts), f"{whole}.{column}", *labels)

    for name, columns, left, right in EQUAL:
        for column in columns:
            one, other = f"{left}.{column}", f"{right}.{column}"
            rule(name, v[one] == v[other], one, other)

    # 软统企2
    rule("R206", v["F124.e"] <= v["F121.e"] - v["F122.e"] + 2, "F124.e", "F121.e", "F122.e")
    rule("R208", v["F123.y"] <= v["F122.e"] + 1, "F123.y", "F122.e")
    other_standard = (text["A26"] != "1") | blank["A26"]
    for column in "yp":
        rest = v[f"F350.{column}"] - v[f"F301.{column}"]
        for code in ("F310", "F320", "F331", "F332", "F333", "F334"):
            rest += v[f"{code}.{column}"]
        for code in ("F341", "F343", "F344", "F345", "F346", "F347"):
            rest -= v[f"{code}.{column}"]
        codes = "F350 F301 F310 F320 F331 F332 F333 F334 F341 F343 F344 F345 F346 F347".split()
        labels = [f"{code}.{column}" for code in codes]
        rule("R213", np.abs(rest) <= 13, *labels, unless=other_standard)
    interest = v["F334.y"]
    difference = np.abs(interest - (v["F335.y"] - v["F336.y"]))
    rule(
        "R219",
        2 * difference <= np.maximum(10_000, np.abs(interest)),
        "F334.y",
        unless=blank["F335.y"] & blank["F336.y"],
    )
    for code in STOCKS:
        rule("R220", v[f"{code}.b"] == v[f"last_annual({code}.e)"], f"{code}.b", f"last_annual({code}.e)")
    for code in FLOWS:
        rule("R221", v[f"{code}.p"] == v[f"last_annual({code}.y)"], f"{code}.p", f"last_annual({code}.y)")
    rule("R222", v["F190.e"] >= 0, "F190.e")
    profit, tax, income, vat = v["F360.y"], v["F361.y"], v["F301.y"], v["F381.y"]
    rule("R223", (profit > 0) | (tax <= 0), "F360.y", "F361.y")
    rule("R224", 100 * tax <= 30 * profit, "F360.y", "F361.y", unless=profit <= 0)
    rule("R225", (vat >= 0) & (100 * vat <= 13 * income), "F381.y", "F301.y", unless=income <= 0)
    rule("R226", v["F342.y"] <= vat, "F342.y", "F381.y", unless=v["F342.y"] <= 0)
    rule("R227", profit <= income, "F360.y", "F301.y", unless=income <= 0)
    rule("R228", 10 * v["F103.e"] <= 12 * income, "F103.e", "F301.y", unless=income <= 0)
    before = v["F301.p"]
    steady = ((100 - YOY) * before <= 100 * income) & (100 * income <= (100 + YOY) * before)
    rule("R229", steady, "F301.p", "F301.y", unless=before < 10_000)
    bands: list[list[Verdict]] = [[], []]
    for codes, now, then in ((FLOWS, "y", "p"), (STOCKS, "e", "b")):
        larger, smaller = [], []
        for code in codes:
            one, other = v[f"{code}.{now}"], v[f"{code}.{then}"]
            mask, small = blanks(f"{code}.{now}", f"{code}.{then}"), other < 100
            larger.append((small | (one < LOW * other) | (one > HIGH * other), mask))
            smaller.append((small | (LOW * one > other) | (HIGH * one < other), mask))
        bands.append([*larger, *smaller])
    verdicts["R230"] = [verdict for band in bands for verdict in band]
    is_high_tech = (text["A43"] == "是") | (text["A42"] == "是")
    research = v["F333.y"] + v["F395.y"]
    rule("R231", 100 * research >= 5 * income, "F333.y", "F395.y", "F301.y", unless=~is_high_tech)

    # 软统企3
    within = exactly(lambda usd, soft: usd * FX <= soft * 11_000, 10**14, "Y2040.y", "Y2020.y")
    rule("R305", within, "Y2040.y", "Y2020.y")
    staff = [f"Y{code}.y" for code in (3111, 3112, 3113, 3114)]
    rule("R307", v["Y3100.y"] == total(staff), "Y3100.y", *staff)
    heads, graduates = v["Y3100.y"], v["Y3120.y"]
    rule("R308", (graduates >= v["Y3121.y"]) & (graduates <= heads), "Y3120.y", "Y3121.y", "Y3100.y")
    average = v["Y2112.y"]
    rule("R310", (2 * average >= heads) & (average <= 2 * heads), "Y2112.y", "Y3100.y", unless=heads <= 0)
    rule(
        "R312",
        v["Y3301.y"] == v["Y3301.p"] + v["Y3302.y"],
        "Y3301.y", "Y3301.p", "Y3302.y", "last_annual(Y3301.y)",
    )  # fmt: skip
    wages = v["Y2111.y"]
    rule("R313", (wages >= 200 * average) & (wages <= 8000 * average), "Y2111.y", "Y2112.y", unless=average <= 0)
    markets = ["Y3601.y", "Y3602.y", "Y3603.y"]
    none_given = blank["Y3601.y"] & blank["Y3602.y"] & blank["Y3603.y"]
    rule("R315", np.abs(total(markets) - v["Y2020.y"]) <= 3, "Y2020.y", unless=none_given)
    abroad = exactly(lambda given, usd: 5 * np.abs(given * 10_000 - usd * FX) <= usd * FX, 10**13, "Y3603.y", "Y2040.y")
    rule("R316", abroad, "Y3603.y", "Y2040.y")

    # 软统企4, 5
    for code in PRODUCTS:
        sold, part, figure = f"{code}.v", f"{code}.k", f"{code}.y"
        near = exactly(lambda y, x, k: np.abs(y * 1_000_000 - x * k) <= 10_000 * 100, 2 * 10**12, figure, sold, part)
        rule("R408", near, figure, sold, part)
    for code in PRODUCTS:
        part = v[f"{code}.k"]
        rule("R408", (part >= 0) & (part <= 1_000_000), f"{code}.k")
    is_embedded, not_embedded = text["A36"] == "是", text["A36"] == "否"
    sold = [f"{code}.v" for code in PRODUCTS]
    rule("R409", np.abs(total(sold) - v["E40.v"]) <= 6, "E40.v", *sold, unless=~is_embedded)
    others = [f"{code}.y" for code in ("E119", "E129", "E19", "E149", "E28", "E319", "E329")]
    software = v["E0.y"]
    rule("R410", 2 * total(others) <= software, "E0.y", *others, unless=software <= 0)
    rule("R505", v["AI40.y"] > 0, "AI40.y", "AI10.y", unless=v["AI10.y"] <= 0)
    rule("R506", (v["AI121.y"] == 0) | (v["AI71.y"] >= 1), "AI121.y")

    for name, columns, listed, whole, allowed in AT_MOST:
        for column in columns:
            parts = listed.split()
            labels = [f"{part.rstrip('?')}.{column}" for part in parts]
            amount = total(labels) if len(labels) > 1 else v[labels[0]]
            limit = v[f"{whole}.{column}"]
            needs = [label for part, label in zip(parts, labels, strict=True) if not part.endswith("?")]
            rule(name, amount <= (limit + allowed if allowed else limit), f"{whole}.{column}", *needs)

    # across tables
    rule("K08", v["Y20241.y"] == v["E40.v"], "Y20241.y", "E40.v")
    rule("K09", (text["A37"] == "是") == (v["AI10.y"] > 0), "A37")
    spent = v["Y2110.y"]
    rule("K14", 5 * np.abs(spent - research) <= np.maximum(25_000, spent), "Y2110.y", "F333.y", "F395.y")
    rule("K16", v["A35.v"] == heads, "A35.v", "Y3100.y")
    typed, reckoned = text["A24"], class_of_size(text["A22"], v["A35.v"], income)
    rule("K17", typed == reckoned, "A24", "A22", "A35.v", "F301.y", unless=reckoned == "")
    nothing = (v["E4.y"] == 0) & (v["Y20421.y"] == 0)
    rule("K18", ~not_embedded | nothing, "A36", "E4.y", "Y20421.y")
    rule("K18", ~is_embedded | (v["E40.v"] > 0), "A36", "E40.v")
    begins = np.strings.startswith
    rule("K19", begins(text["A22"], "64") | begins(text["A22"], "65") | (v["E4.y"] > 0), "A22")
    kinds = ["E1.y", "E2.y", "E3.y", "E4.y"]
    largest = np.maximum(np.maximum(v["E1.y"], v["E2.y"]), np.maximum(v["E3.y"], v["E4.y"]))
    any_blank = blanks("A23", "E0.y", *kinds)
    for kind in kinds:
        holds = ~begins(text["A23"], kind[:2]) | (v[kind] >= largest)
        verdicts["K20"].append((holds, any_blank | (software <= 0)))
    listed, owned = text["A27"] != "0", text["A30"] == "是"
    rule("K21", ~listed | ~blank["A28.v"], "A27")
    rule("K21", ~listed | ~blank["A29.v"], "A27")
    rule("K21", ~owned | ~blank["A31.v"], "A30")
    rule("K21", ~owned | ~blank["A32.v"], "A30")
    letters = text["A01"].view(np.uint32).reshape(city.size, -1)
    rule("K22", are_valid(letters), "A01")
    organisation = np.ascontiguousarray(letters[:, 8:17]).view("U9").reshape(city.size)
    rule("K22", text["A02"] == organisation, "A02", "A01")
    registered = text["A04"].astype("U6")
    rule("K23", np.isin(registered, districts), "A04")
    moved = has_of(text["register(A07)"], text["A07"])
    rule("K23", (text["A07"] == registered) | moved, "A07", "A04")
    capital = v["F191.e"]
    for part, code in (("F192.e", "1"), ("F197.e", "5")):
        holds = (2 * v[part] < capital) | (text["A19"] == code)
        rule("K24", holds, part, "F191.e", "A19", unless=capital <= 0)
    rule("K25", text["A16"] <= PERIOD_MONTH, "A16")

    # against the monthly returns
    for name, audited, monthly, hundredths in AGAINST_DECEMBER:
        figure, december = v[audited], f"december({monthly})"
        rule(name, 10_000 * np.abs(figure - v[december]) <= hundredths * figure, audited, december)
    figure = v["Y2090.y"]
    difference = np.abs(figure - v["december(2090.c1)"])
    rule("M05", 20 * difference <= np.maximum(100_000, np.abs(figure)), "Y2090.y", "december(2090.c1)")
    for cell, december in (("Y20225.y", "december(G701.c1)"), ("Y20223.y", "december(G751.c1)")):
        rule("M10", v[cell] == v[december], cell, december)

    # scope
    scope, main, soft = text["A34"], v["Y2010.y"], v["Y2020.y"]
    first, second, third = (has(scope, code) for code in "123")
    special = second | third
    no_income = main <= 0
    rule("S01", 100 * soft >= RATIO_SW * main, "Y2020.y", "Y2010.y", unless=~first | special | no_income)
    holds = (100 * v["Y20225.y"] > RATIO_IC * main) | (text["A22"] == "6520")
    rule("S02", holds, "Y20225.y", "Y2010.y", "A22", unless=~second | no_income)
    key_fields = ["Y20211.y", "Y20212.y", "Y2023.y", "Y20223.y", "Y20222.y"]
    rule("S03", total(key_fields) > 0, *key_fields, unless=~third)
    rule("S04", (main >= 200_000) | ((main >= 50_000) & special), "Y2010.y")
    verdicts["S06"].append((~blank["A34.v"], np.zeros(city.size, bool)))
    holds = exactly(
        lambda s, m, s0, m0: 10 * np.abs(s * m0 - s0 * m) <= 3 * m * m0,
        600_000_000, "Y2020.y", "Y2010.y", "Y2020.p", "Y2010.p",
    )  # fmt: skip
    rule("S07", holds, "Y2020.y", "Y2010.y", "Y2020.p", "Y2010.p", unless=no_income | (v["Y2010.p"] <= 0))
    contact = text["contact_name"]
    rule("P10", (contact == text["A10"]) | (contact == text["A11"]), "contact_name", "A10", "A11")
    return verdicts


def has(codes: np.ndarray, beginning: str) -> np.ndarray:
    """Whether one of the chosen codes (1,3A) begins so."""
    return np.strings.startswith(codes, beginning) | (np.strings.find(codes, f",{beginning}") >= 0)


def has_of(codes: np.ndarray, beginnings: np.ndarray) -> np.ndarray:
    after_comma = np.strings.find(codes, np.strings.add(",", beginnings)) >= 0
    return (codes != "") & (np.strings.startswith(codes, beginnings) | after_comma)


def class_of_size(industry: np.ndarray, staff: np.ndarray, income: np.ndarray) -> np.ndarray:
    """C06: the largest class whose two bounds are both met; nothing where no standard is for the industry."""
    digits = industry.view(np.uint32).reshape(len(industry), -1).astype(np.int64) - ord("0")
    standard = STANDARD_OF[np.clip(digits[:, 0] * 10 + digits[:, 1], 0, 99)]
    found = np.full(len(industry), "")
    for number, (_, heads, earned) in enumerate(SIZES):
        sizes = [(staff >= least) & (income >= 100 * amount) for least, amount in zip(heads, earned, strict=True)]
        found = np.where(standard == number, np.select(sizes, ["1", "2", "3"], "4"), found)
    return found


def are_valid(letters: np.ndarray) -> np.ndarray:
    """GB 32100, a place at a time for all codes; every code of the city has 18."""
    valid = np.ones(len(letters), bool)
    sum_31 = np.zeros(len(letters), np.int64)
    sum_11 = np.zeros(len(letters), np.int64)
    for place in range(18):
        column = letters[:, place]
        value = ORDER[column]
        valid &= value >= 0
        if 2 <= place < 8:
            valid &= value < 10
        if 8 <= place < 16:
            sum_11 += BASE_36[column] * WEIGHTS[place - 8]
        if place < 17:
            sum_31 += value * POWERS[place]
    valid &= -sum_31 % 31 == value
    return valid & (ORGANISATION_LETTERS[-sum_11 % 11] == letters[:, 16])
