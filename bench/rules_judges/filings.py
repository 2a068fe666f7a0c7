"""A city of annual filings for the benchmark, drawn straight into columns: consistent forms, then real life on them.

Amounts are whole hundredths (万元, 万美元), heads whole, coefficients millionths: as a ledger stores them. The same
size and seed give the same city.
"""

from dataclasses import dataclass, field

import numpy as np

from bench.rules_judges.texts import DISTRICTS, INDUSTRIES, SCOPES, Figures, draw_texts

SEED = 2023
FILED_BEFORE = 0.85  # of the firms have an annual filing of last year and a December return
DOLLAR = 7.0467  # what FX of the benchmark's parameters is
NOT_BLANK = ("A01", "A07", "register(A07)")

# A total and what it is made of, from the top down: 软统企4, and the income of 软统企5.
MADE_OF = {
    "E0": "E1 E2 E3 E4",
    "E1": "E11 E12 E13 E14 E15 E19",
    "E11": "E111 E112 E113 E114 E119",
    "E12": "E121 E122 E129",
    "E13": "E131 E132",
    "E132": "E1321 E1322 E1323 E1324 E1325 E1326 E1327 E1328 E1329",
    "E14": "E141 E142 E143 E144 E149",
    "E2": "E21 E22 E23 E24 E25 E26 E27 E28",
    "E24": "E241 E242 E243 E249",
    "E25": "E251 E252 E253 E259",
    "E26": "E261 E262 E269",
    "E27": "E271 E272 E273",
    "E3": "E31 E32",
    "E31": "E311 E312 E313 E314 E319",
    "E32": "E321 E322 E323 E329",
    "AI11": "AI111 AI112 AI113 AI114 AI115",
    "AI12": "AI121 AI122 AI123 AI124 AI125",
    "AI13": "AI131 AI132 AI133 AI134 AI135 AI136 AI137 AI139",
}
# 软统企3 takes over what stands in 软统企2 and 4.
TAKEN_OVER = {
    "Y2010": "F302", "Y2050": "F311", "Y2051": "F312", "Y2080": "F330", "Y2090": "F360",
    "Y2020": "E0", "Y2021": "E1", "Y2022": "E2", "Y2023": "E3", "Y2024": "E4", "Y20211": "E11", "Y20212": "E14",
    "Y20221": "E25", "Y20222": "E24", "Y20223": "E261", "Y20224": "E262", "Y20225": "E27", "Y20231": "E33",
}  # fmt: skip
PRODUCTS = ("E41", "E42", "E43", "E44", "E45", "E49")
IN_DECEMBER = "2010 2020 2021 2022 2023 2024 2040 2090 2110 2111 2112".split()
OPTIONAL = (
    "F104 F106 F125 F127 F128 F129 F164 F165 F171 F198 F335 F336 F342 F352 F383 "
    "Y2030 Y3101 Y3122 Y3123 Y3202 Y3313 Y3314 Y3601 Y3602 Y3603 AI30 AI61 AI62 AI71"
).split()


@dataclass
class City:
    """Figures as int64, 0 where blank, and texts with "" for a blank; a mask beside each (True is blank)."""

    size: int
    figures: Figures = field(default_factory=dict)
    blank: Figures = field(default_factory=dict)
    texts: Figures = field(default_factory=dict)


def draw_city(size: int, labels: set[str], seed: int = SEED) -> City:
    """`size` filings in the columns of these labels; drawn as a whole, then kept to what is asked for."""
    draw = np.random.default_rng([seed, size])
    firms = draw_firms(draw, size)
    now = draw_year(draw, firms, growth=1.0)
    then = draw_year(draw, firms, growth=draw.uniform(0.8, 1.15, size))
    figures: Figures = {}
    for label, figure in now.items():
        code, _, column = label.partition(".")
        figures[label] = figure
        if column == "y" and f"{code}.p" in labels:
            figures[f"{code}.p"] = then[label]
        if column == "e" and f"{code}.b" in labels:
            figures[f"{code}.b"] = then[label]
    tie_to_last_year(figures)
    figures |= {f"last_annual({code}.y)": figures[f"{code}.p"] for code, column in pairs(figures, "p")}
    figures |= {f"last_annual({code}.e)": figures[f"{code}.b"] for code, column in pairs(figures, "b")}
    for code in IN_DECEMBER:
        audited = draw.choice([0, 0, 0, 1, -1], size) * (figures[f"Y{code}.y"] // 400)
        figures[f"december({code}.c1)"] = figures[f"Y{code}.y"] - audited
    figures["december(G701.c1)"], figures["december(G751.c1)"] = figures["Y20225.y"], figures["Y20223.y"]
    city = City(size, {label: figure.copy() for label, figure in figures.items() if label in labels})
    city.texts = {label: text for label, text in draw_texts(draw, firms, figures).items() if label in labels}
    if missing := labels - set(city.figures) - set(city.texts):
        raise SystemExit(f"The benchmark's city has nothing for {', '.join(sorted(missing))}.")
    leave_blank(draw, city, firms)
    make_mistakes(draw, city)
    return city


def pairs(figures: Figures, column: str) -> list[tuple[str, str]]:
    return [(label.partition(".")[0], column) for label in figures if label.endswith(f".{column}")]


def draw_firms(draw: np.random.Generator, size: int) -> Figures:
    kind = draw.choice(len(INDUSTRIES), size, p=[0.3, 0.05, 0.26, 0.12, 0.08, 0.07, 0.04, 0.08])
    return {
        "kind": kind,
        "revenue": (np.exp(draw.normal(12.2, 1.6, size)) + 1000).astype(np.int64),  # 0.01 万元
        "software": draw.uniform(0.35, 0.95, size),  # of main income
        "district": draw.choice(len(DISTRICTS), size),
        "embedded": (kind == 7) | (draw.random(size) < 0.05),
        "ai": draw.random(size) < 0.25,
        "high_tech": draw.random(size) < 0.4,
        "filed_before": draw.random(size) < FILED_BEFORE,
    }


def share(draw: np.random.Generator, whole: np.ndarray, low: float, high: float) -> np.ndarray:
    return np.floor(whole * draw.uniform(low, high, len(whole))).astype(np.int64)


def split(draw: np.random.Generator, whole: np.ndarray, parts: int) -> list[np.ndarray]:
    """Whole numbers that add up exactly; most firms have something in a few rows only, and little in the last."""
    weights = draw.random((parts, len(whole))) * (draw.random((parts, len(whole))) < 0.4)
    weights[0] += 0.05
    weights[-1] *= 0.2
    shares = np.floor(whole * (weights / weights.sum(axis=0))).astype(np.int64)
    shares[0] += whole - shares.sum(axis=0)
    return list(shares)


def draw_year(draw: np.random.Generator, firms: Figures, growth: np.ndarray | float) -> Figures:
    """One year's consistent forms: rows of a year under y, of its end under e, of 软统企4's products under v, k."""
    size = len(firms["revenue"])
    main = (firms["revenue"] * growth).astype(np.int64)
    year: Figures = {"F302.y": main}
    software = np.floor(main * np.clip(firms["software"] + draw.normal(0, 0.06, size), 0.3, 0.98)).astype(np.int64)
    draw_software(draw, year, software, firms["embedded"])
    draw_accounts(draw, year, main)
    draw_people(draw, year)
    for code, source in TAKEN_OVER.items():
        year[f"{code}.y"] = year[f"{source}.y"]
    year["Y20241.y"] = year["E40.v"]
    year["Y2030.y"] = share(draw, year["Y2020.y"], 0, 0.5)
    draw_exports(draw, year, firms["embedded"])
    year["Y3601.y"], year["Y3602.y"], abroad = split(draw, year["Y2020.y"], 3)
    year["Y3603.y"] = np.minimum(np.round(year["Y2040.y"] * DOLLAR).astype(np.int64), year["Y2020.y"])
    year["Y3601.y"] += abroad - year["Y3603.y"]
    draw_intelligence(draw, year, firms["ai"])
    year["A35.v"] = year["Y3100.y"]
    assert all(len(figure) == size for figure in year.values())
    return year


def draw_software(draw: np.random.Generator, year: Figures, whole: np.ndarray, embedded: np.ndarray) -> None:
    """软统企4. Embedded software is what its products sold for times their coefficients."""
    total = np.zeros_like(whole)
    for code, products in zip(PRODUCTS, split(draw, np.where(embedded, whole, 0), 6), strict=True):
        coefficient = draw.integers(50_000, 400_000, len(whole))
        year[f"{code}.v"], year[f"{code}.k"] = products, coefficient
        year[f"{code}.y"] = (products * coefficient + 500_000) // 1_000_000
        total += year[f"{code}.y"]
    year["E4.y"], year["E40.v"] = total, sum(year[f"{code}.v"] for code in PRODUCTS)
    year["E1.y"], year["E2.y"], year["E3.y"] = split(draw, whole - total, 3)
    year["E0.y"] = whole
    for code, parts in MADE_OF.items():
        if code not in ("E0",) and not code.startswith("AI"):
            drawn = split(draw, year[f"{code}.y"], len(parts.split()))
            year |= {f"{part}.y": figure for part, figure in zip(parts.split(), drawn, strict=True)}
    year["E33.y"] = share(draw, year["E3.y"], 0, 0.3)


def draw_accounts(draw: np.random.Generator, year: Figures, main: np.ndarray) -> None:
    """软统企2: profit and loss, then the balance sheet."""

    def of(whole: np.ndarray, low: float, high: float) -> np.ndarray:
        return share(draw, whole, low, high)

    y = {"F302": main, "F303": of(main, 0, 0.1)}
    y["F301"] = y["F302"] + y["F303"]
    y["F311"], y["F313"] = of(main, 0.4, 0.65), of(y["F303"], 0.3, 0.9)
    y["F312"], y["F310"] = of(y["F311"], 0, 0.4), y["F311"] + y["F313"]
    y["F320"] = of(main, 0.001, 0.01)
    y["F331"], y["F332"], y["F334"] = of(main, 0.01, 0.08), of(main, 0.01, 0.1), of(main, 0.005, 0.02)
    y["F333"] = of(main, 0.05, 0.12)
    y["F330"] = y["F331"] + y["F332"] + y["F333"] + y["F334"]
    y["F336"] = of(y["F334"], 0, 0.2)
    y["F335"] = y["F334"] + y["F336"]
    y["F381"], y["F382"], y["F383"] = of(main, 0.005, 0.1), of(main, 0, 0.03), of(main, 0, 0.02)
    y["F341"] = of(main, 0, 0.03)
    y["F342"] = np.minimum(of(y["F341"], 0, 0.8), y["F381"])
    y |= {code: of(main, -0.01, 0.02) for code in ("F343", "F344", "F345", "F346", "F347")}
    y["F350"] = y["F301"] - y["F310"] - y["F320"] - y["F330"]
    y["F350"] = y["F350"] + sum(y[code] for code in ("F341", "F343", "F344", "F345", "F346", "F347"))
    y["F351"], y["F353"] = of(main, 0, 0.01), of(main, 0, 0.005)
    y["F352"] = of(y["F351"], 0, 0.9)
    y["F360"] = y["F350"] + y["F351"] - y["F353"]
    y["F361"] = np.maximum(of(y["F360"], 0.1, 0.25), 0)
    y["F370"] = y["F360"] - y["F361"]
    y["F380"] = y["F320"] + y["F381"] + y["F382"]
    y["F391"], y["F395"], y["F123"] = of(main, 0.15, 0.4), of(y["F333"], 0, 0.1), of(main, 0.001, 0.01)

    e = {code: of(main, 0.01, 0.2) for code in ("F101", "F102", "F103", "F104", "F105", "F106")}
    e["F110"] = sum(e.values()) + of(main, 0.05, 0.5)
    e["F121"] = of(main, 0.2, 0.5)
    e["F122"] = np.maximum(of(e["F121"], 0.3, 0.6), y["F123"])
    e["F124"] = e["F121"] - e["F122"]
    e |= {code: of(main, 0, 0.1) for code in ("F125", "F126", "F128", "F129")}
    e["F127"] = of(e["F126"], 0, 0.1)
    e["F140"] = e["F124"] + e["F125"] + e["F126"] + e["F128"] + e["F129"] + of(main, 0, 0.1)
    e["F150"] = e["F110"] + e["F140"]
    e |= {code: of(e["F150"], 0.01, 0.06) for code in ("F161", "F162", "F163", "F164", "F165")}
    e["F170"] = sum(e[code] for code in ("F161", "F162", "F163", "F164", "F165")) + of(main, 0, 0.05)
    e["F175"] = of(e["F150"], 0.01, 0.2)
    e["F171"], e["F180"] = of(e["F175"], 0, 0.9), e["F170"] + e["F175"]
    e["F190"] = e["F150"] - e["F180"]
    capital = np.maximum(of(e["F190"], 0.2, 0.6), 100)
    e |= dict(zip(("F192", "F193", "F194", "F195", "F196", "F197"), split(draw, capital, 6), strict=True))
    e["F191"], e["F198"] = capital, e["F190"] - capital
    year |= {f"{code}.y": figure for code, figure in y.items()} | {f"{code}.e": figure for code, figure in e.items()}


def draw_people(draw: np.random.Generator, year: Figures) -> None:
    """软统企3: heads, wages, research, intellectual property."""
    staff = np.maximum(year["F301.y"] // draw.integers(4_000, 9_000, len(year["F301.y"])), 3)
    year["Y3111.y"], year["Y3112.y"], year["Y3113.y"], year["Y3114.y"] = split(draw, staff, 4)
    year["Y3100.y"] = staff
    year["Y3120.y"] = share(draw, staff, 0.3, 0.6)
    year["Y3121.y"], year["Y3101.y"] = share(draw, year["Y3120.y"], 0.2, 0.9), share(draw, staff, 0.1, 0.5)
    year["Y3122.y"], year["Y3123.y"] = share(draw, staff, 0, 0.2), share(draw, staff, 0, 0.2)
    year["Y2112.y"] = np.maximum(share(draw, staff, 0.85, 1.1), 1 + staff // 2)
    year["Y2111.y"] = share(draw, year["Y2112.y"] * 100, 8, 30)
    year["F391.y"] = np.maximum(year["F391.y"], year["Y2111.y"] + share(draw, year["Y2111.y"], 0.05, 0.3))
    year["Y2110.y"] = share(draw, year["F333.y"] + year["F395.y"], 0.9, 1.1)
    year["Y3202.y"] = share(draw, year["Y2110.y"], 0, 0.5)
    for stock in ("Y3301", "Y3311", "Y3313"):
        year[f"{stock}.y"] = draw.integers(0, 40, len(staff))
    year["Y3302.y"] = share(draw, year["Y3301.y"], 0, 0.5)
    year["Y3312.y"], year["Y3314.y"] = share(draw, year["Y3311.y"], 0, 0.6), share(draw, year["Y3313.y"], 0, 0.6)


def draw_exports(draw: np.random.Generator, year: Figures, embedded: np.ndarray) -> None:
    year["Y20421.y"] = np.where(embedded, share(draw, year["E40.v"], 0, 0.01), 0)
    year["Y2042.y"] = share(draw, year["Y20421.y"], 0, 0.5)
    abroad = share(draw, year["Y2020.y"], 0, 0.1) * (draw.random(len(embedded)) < 0.2)
    year["Y2041.y"], year["Y2043.y"] = split(draw, abroad, 2)
    year["Y2040.y"] = year["Y2041.y"] + year["Y2042.y"] + year["Y2043.y"]


def draw_intelligence(draw: np.random.Generator, year: Figures, ai: np.ndarray) -> None:
    """软统企5 of the firms that have such income; blank later for the others."""
    for code, whole in zip(("AI21", "AI22", "AI23", "AI24"), ("E1", "E2", "E3", "E4"), strict=True):
        year[f"{code}.y"] = share(draw, year[f"{whole}.y"], 0, 0.5)
    year["AI20.y"] = sum(year[f"AI2{part}.y"] for part in "1234")
    year["AI10.y"] = np.maximum(year["AI20.y"], 1)
    year["AI11.y"], year["AI12.y"], year["AI13.y"] = split(draw, year["AI10.y"], 3)
    for code in ("AI11", "AI12", "AI13"):
        parts = MADE_OF[code].split()
        drawn = split(draw, year[f"{code}.y"], len(parts))
        year |= {f"{part}.y": figure for part, figure in zip(parts, drawn, strict=True)}
    kept = np.minimum(year["AI111.y"], year["E27.y"])
    year["AI112.y"], year["AI111.y"] = year["AI112.y"] + year["AI111.y"] - kept, kept
    year["AI30.y"], year["AI40.y"] = share(draw, year["Y2040.y"], 0, 0.3), np.maximum(year["Y2110.y"] // 3, 1)
    year["AI50.y"] = year["Y3100.y"] // 4
    year["AI51.y"] = np.minimum(year["AI50.y"] // 2, year["Y3120.y"])
    year["AI61.y"], year["AI62.y"] = year["Y3312.y"] // 2, year["Y3302.y"] // 2
    year["AI71.y"] = (year["AI121.y"] > 0).astype(np.int64)


def tie_to_last_year(figures: Figures) -> None:
    """What is held at the year's end was held at its beginning or came in."""
    figures["Y3301.y"] = figures["Y3301.p"] + figures["Y3302.y"]


def leave_blank(draw: np.random.Generator, city: City, firms: Figures) -> None:
    """No history for newcomers, no 软统企5 without AI, no products without 嵌入式, optional rows here and there."""
    half = {code: draw.random(city.size) < 0.3 for code in OPTIONAL}
    half |= {"F336": half["F335"], "Y3602": half["Y3601"], "Y3603": half["Y3601"]}  # filled in together or not at all
    for label in city.figures:
        code = label.partition("(")[2].partition(".")[0] if "(" in label else label.partition(".")[0]
        blank = draw.random(city.size) < 0.002
        if code in half and "(" not in label:
            blank |= half[code]
        if label.startswith(("last_annual", "december")):
            blank |= ~firms["filed_before"]
        if label.startswith("december(G"):
            blank |= firms["kind"] % 6 > 0
        if code.startswith("AI"):
            blank |= ~firms["ai"]
        if code in PRODUCTS or code == "E40":
            blank |= ~firms["embedded"]
        city.blank[label] = blank
        city.figures[label][blank] = 0
    for label, text in city.texts.items():
        if label not in NOT_BLANK:
            text = text.copy()
            text[draw.random(city.size) < 0.003] = ""
            city.texts[label] = text


def make_mistakes(draw: np.random.Generator, city: City) -> None:
    """What firms do: a digit more, a sign, 元 for 万元, a total not added up, a neighbour's code."""
    for label, figure in city.figures.items():
        for rate, mistake in ((0.0010, "off"), (0.0004, "ten"), (0.0002, "unit"), (0.0001, "sign")):
            rows = np.flatnonzero((draw.random(city.size) < rate) & ~city.blank[label])
            if mistake == "off":
                figure[rows] += draw.integers(-3, 2_000, len(rows))
            else:
                figure[rows] *= {"ten": 10, "unit": 10_000, "sign": -1}[mistake]
            if label.endswith(".k"):
                figure[rows] %= 2_000_000
    for label, others, rate in (
        ("A07", DISTRICTS, 0.01), ("A22", INDUSTRIES, 0.01), ("A34", SCOPES, 0.01), ("A19", np.array(["1", "9"]), 0.01),
        ("A16", np.array(["2024-03"]), 0.002), ("A37", np.array(["是", "否"]), 0.004),
        ("contact_name", np.array(["李001"]), 0.01),
    ):  # fmt: skip
        rows = np.flatnonzero((draw.random(city.size) < rate) & (city.texts[label] != ""))
        city.texts[label] = city.texts[label].copy()
        city.texts[label][rows] = draw.choice(others, len(rows))
    wrong = np.flatnonzero(draw.random(city.size) < 0.001)
    city.texts["A01"] = city.texts["A01"].copy()
    city.texts["A01"][wrong] = [f"{code[:17]}{'0' if code[17] != '0' else '1'}" for code in city.texts["A01"][wrong]]
    city.texts["A34.v"] = city.texts["A34"]  # the cell itself
    city.blank |= {label: text == "" for label, text in city.texts.items()}
