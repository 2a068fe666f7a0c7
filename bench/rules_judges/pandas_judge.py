"""The annual rules by hand in ordinary pandas: nullable Int64 and text columns, a Series expression per line."""

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from bench.rules_judges.by_hand import AGAINST_DECEMBER, AT_MOST, EQUAL, FLOWS, PRODUCTS, STOCKS, SUMS
from bench.rules_judges.filings import City
from bench.rules_judges.numpy_judge import FX, HIGH, LOW, PERIOD_MONTH, RATIO_IC, RATIO_SW, SIZES, YOY
from forms_tables.edition import credit_code


def table_of(city: City) -> pd.DataFrame:
    columns = {
        label: pd.Series(pd.arrays.IntegerArray(figure.copy(), city.blank[label].copy()))
        for label, figure in city.figures.items()
    }
    for label, text in city.texts.items():
        columns[label] = pd.Series(text.astype(object), dtype="str").mask(city.blank[label])
    return pd.DataFrame(columns)


def evaluate(df: pd.DataFrame, districts: Sequence[str]) -> dict[str, list[pd.Series]]:
    """The verdicts of every rule, in the rule's own order; <NA> where it does not apply."""
    verdicts: dict[str, list[pd.Series]] = defaultdict(list)

    def given(*labels: str) -> pd.Series:
        filled = df[labels[0]].notna()
        for label in labels[1:]:
            filled &= df[label].notna()
        return filled

    def rule(name: str, holds: pd.Series, *needs: str, when: pd.Series | None = None) -> None:
        """`needs` where an "and" or "or" would answer although one side is blank."""
        if needs:
            holds = holds.astype("boolean").where(given(*needs))
        if when is not None:
            holds = holds.astype("boolean").where(when.fillna(False))
        verdicts[name].append(holds)

    def exactly(holds_of: Callable[..., pd.Series], limit: int, *labels: str) -> pd.Series:
        holds = holds_of(*(df[label] for label in labels))
        large = (df[list(labels)].abs() > limit).any(axis=1)
        if large.any():
            rows = df.loc[large, list(labels)].dropna()
            holds[rows.index] = holds_of(*(rows[label].astype(object) for label in labels)).astype("boolean")
        return holds

    for name, columns, whole, listed in SUMS:
        for column in columns:
            rest = df[f"{whole}.{column}"]
            for part in listed.split():
                label = f"{part.lstrip('-')}.{column}"
                rest = rest + df[label] if part.startswith("-") else rest - df[label]
            rule(name, rest.abs() <= len(listed.split()))

    for name, columns, left, right in EQUAL:
        for column in columns:
            rule(name, df[f"{left}.{column}"] == df[f"{right}.{column}"])

    # 软统企2
    rule("R206", df["F124.e"] <= df["F121.e"] - df["F122.e"] + 2)
    rule("R208", df["F123.y"] <= df["F122.e"] + 1)
    for column in "yp":
        rest = df[f"F350.{column}"] - df[f"F301.{column}"]
        for code in ("F310", "F320", "F331", "F332", "F333", "F334"):
            rest = rest + df[f"{code}.{column}"]
        for code in ("F341", "F343", "F344", "F345", "F346", "F347"):
            rest = rest - df[f"{code}.{column}"]
        rule("R213", rest.abs() <= 13, when=df["A26"] == "1")
    interest = df["F334.y"]
    difference = (interest - (df["F335.y"].fillna(0) - df["F336.y"].fillna(0))).abs()
    holds = 2 * difference <= interest.abs().clip(lower=10_000)
    rule("R219", holds, when=df["F335.y"].notna() | df["F336.y"].notna())
    for code in STOCKS:
        rule("R220", df[f"{code}.b"] == df[f"last_annual({code}.e)"])
    for code in FLOWS:
        rule("R221", df[f"{code}.p"] == df[f"last_annual({code}.y)"])
    rule("R222", df["F190.e"] >= 0)
    profit, tax, income, vat = df["F360.y"], df["F361.y"], df["F301.y"], df["F381.y"]
    rule("R223", (profit > 0) | (tax <= 0), "F360.y", "F361.y")
    rule("R224", 100 * tax <= 30 * profit, when=profit > 0)
    rule("R225", (vat >= 0) & (100 * vat <= 13 * income), "F381.y", "F301.y", when=income > 0)
    rule("R226", df["F342.y"] <= vat, when=df["F342.y"] > 0)
    rule("R227", profit <= income, when=income > 0)
    rule("R228", 10 * df["F103.e"] <= 12 * income, when=income > 0)
    before = df["F301.p"]
    steady = ((100 - YOY) * before <= 100 * income) & (100 * income <= (100 + YOY) * before)
    rule("R229", steady, "F301.p", "F301.y", when=before >= 10_000)
    for codes, now, then in ((FLOWS, "y", "p"), (STOCKS, "e", "b")):
        for code in codes:
            one, other = df[f"{code}.{now}"], df[f"{code}.{then}"]
            holds = (other < 100) | (one < LOW * other) | (one > HIGH * other)
            rule("R230", holds, f"{code}.{now}", f"{code}.{then}")
        for code in codes:
            one, other = df[f"{code}.{now}"], df[f"{code}.{then}"]
            holds = (other < 100) | (LOW * one > other) | (HIGH * one < other)
            rule("R230", holds, f"{code}.{now}", f"{code}.{then}")
    research = df["F333.y"] + df["F395.y"]
    is_high_tech = (df["A43"] == "是") | (df["A42"] == "是")
    rule("R231", 100 * research >= 5 * income, when=is_high_tech)

    # 软统企3
    rule("R305", exactly(lambda usd, soft: usd * FX <= soft * 11_000, 10**14, "Y2040.y", "Y2020.y"))
    heads, graduates, average, wages = df["Y3100.y"], df["Y3120.y"], df["Y2112.y"], df["Y2111.y"]
    rule("R307", heads == df["Y3111.y"] + df["Y3112.y"] + df["Y3113.y"] + df["Y3114.y"])
    holds = (graduates >= df["Y3121.y"]) & (graduates <= heads)
    rule("R308", holds, "Y3121.y", "Y3120.y", "Y3100.y")
    rule("R310", (2 * average >= heads) & (average <= 2 * heads), "Y2112.y", when=heads > 0)
    rule("R312", df["Y3301.y"] == df["Y3301.p"] + df["Y3302.y"], when=df["last_annual(Y3301.y)"].notna())
    rule("R313", (wages >= 200 * average) & (wages <= 8000 * average), "Y2111.y", when=average > 0)
    markets = df[["Y3601.y", "Y3602.y", "Y3603.y"]]
    rest = markets.fillna(0).sum(axis=1) - df["Y2020.y"]
    rule("R315", rest.abs() <= 3, when=markets.notna().any(axis=1))
    rule(
        "R316",
        exactly(lambda x, usd: 5 * (x * 10_000 - usd * FX).abs() <= usd * FX, 10**13, "Y3603.y", "Y2040.y"),
    )

    # 软统企4, 5
    for code in PRODUCTS:
        labels = f"{code}.y", f"{code}.v", f"{code}.k"
        near = exactly(lambda y, x, k: (y * 1_000_000 - x * k).abs() <= 1_000_000, 2 * 10**12, *labels)
        rule("R408", near)
    for code in PRODUCTS:
        rule("R408", df[f"{code}.k"].between(0, 1_000_000))
    sold = df["E41.v"] + df["E42.v"] + df["E43.v"] + df["E44.v"] + df["E45.v"] + df["E49.v"]
    rule("R409", (sold - df["E40.v"]).abs() <= 6, when=df["A36"] == "是")
    others = df["E119.y"] + df["E129.y"] + df["E19.y"] + df["E149.y"] + df["E28.y"] + df["E319.y"] + df["E329.y"]
    software = df["E0.y"]
    rule("R410", 2 * others <= software, when=software > 0)
    rule("R505", df["AI40.y"] > 0, when=df["AI10.y"] > 0)
    rule("R506", (df["AI121.y"] == 0) | (df["AI71.y"].fillna(0) >= 1), "AI121.y")

    for name, columns, listed, whole, allowed in AT_MOST:
        for column in columns:
            amount = 0
            for part in listed.split():
                figure = df[f"{part.rstrip('?')}.{column}"]
                amount = amount + (figure.fillna(0) if part.endswith("?") else figure)
            rule(name, amount <= df[f"{whole}.{column}"] + allowed)

    # across tables
    rule("K08", df["Y20241.y"] == df["E40.v"])
    rule("K09", (df["A37"] == "是") == (df["AI10.y"].fillna(0) > 0), "A37")
    spent = df["Y2110.y"]
    rule("K14", 5 * (spent - research).abs() <= spent.clip(lower=25_000))
    rule("K16", df["A35.v"] == heads)
    reckoned = class_of_size(df["A22"], df["A35.v"], income)
    rule("K17", df["A24"] == reckoned, "A24", when=reckoned.notna())
    is_embedded, not_embedded = df["A36"] == "是", df["A36"] == "否"
    nothing = (df["E4.y"] == 0) & (df["Y20421.y"] == 0)
    rule("K18", ~not_embedded | nothing, "A36", "E4.y", "Y20421.y")
    rule("K18", ~is_embedded | (df["E40.v"] > 0), "A36", "E40.v")
    rule("K19", df["A22"].str.startswith(("64", "65")) | (df["E4.y"].fillna(0) > 0), "A22")
    kinds = df[["E1.y", "E2.y", "E3.y", "E4.y"]]
    largest = kinds.max(axis=1)
    for kind in kinds:
        holds = ~df["A23"].str.startswith(kind[:2]) | (df[kind] >= largest)
        rule("K20", holds, "A23", *kinds, when=software > 0)
    rule("K21", (df["A27"] == "0") | df["A28.v"].notna(), "A27")
    rule("K21", (df["A27"] == "0") | df["A29.v"].notna(), "A27")
    rule("K21", (df["A30"] != "是") | df["A31.v"].notna(), "A30")
    rule("K21", (df["A30"] != "是") | df["A32.v"].notna(), "A30")
    code = df["A01"]
    rule("K22", code.map(lambda code: credit_code.problem_with(code) is None, na_action="ignore"), "A01")
    rule("K22", df["A02"] == code.str[8:17], "A02", "A01")
    rule("K23", df["A04"].str[:6].isin(districts), "A04")
    moved = pd.Series(
        [
            isinstance(registered, str) and any(choice.startswith(here) for choice in registered.split(","))
            for registered, here in zip(df["register(A07)"], df["A07"].fillna("-"), strict=True)
        ]
    )
    rule("K23", (df["A07"] == df["A04"].str[:6]) | moved, "A07", "A04")
    capital = df["F191.e"]
    for part, kind in (("F192.e", "1"), ("F197.e", "5")):
        holds = (2 * df[part] < capital) | (df["A19"] == kind)
        rule("K24", holds, part, "A19", when=capital > 0)
    rule("K25", df["A16"] <= PERIOD_MONTH, "A16")

    # against the monthly returns
    for name, audited, monthly, hundredths in AGAINST_DECEMBER:
        figure, december = df[audited], df[f"december({monthly})"]
        rule(name, 10_000 * (figure - december).abs() <= hundredths * figure)
    figure, december = df["Y2090.y"], df["december(2090.c1)"]
    rule("M05", 20 * (figure - december).abs() <= figure.abs().clip(lower=100_000))
    rule("M10", df["Y20225.y"] == df["december(G701.c1)"])
    rule("M10", df["Y20223.y"] == df["december(G751.c1)"])

    # scope
    main, soft = df["Y2010.y"], df["Y2020.y"]
    first, second, third = (df["A34"].str.contains(f"(?:^|,){code}", na=False) for code in "123")
    special = second | third
    rule("S01", 100 * soft >= RATIO_SW * main, when=first & ~special & (main > 0))
    holds = (100 * df["Y20225.y"] > RATIO_IC * main) | (df["A22"] == "6520")
    rule("S02", holds, "Y20225.y", "A22", when=second & (main > 0))
    key_fields = df["Y20211.y"] + df["Y20212.y"] + df["Y2023.y"] + df["Y20223.y"] + df["Y20222.y"]
    rule("S03", key_fields > 0, when=third)
    rule("S04", (main >= 200_000) | ((main >= 50_000) & special), "Y2010.y")
    rule("S06", df["A34.v"].notna())
    labels = "Y2020.y", "Y2010.y", "Y2020.p", "Y2010.p"
    steady = exactly(lambda s, m, s0, m0: 10 * (s * m0 - s0 * m).abs() <= 3 * m * m0, 600_000_000, *labels)
    rule("S07", steady, when=(main > 0) & (df["Y2010.p"] > 0))
    contact = df["contact_name"]
    rule("P10", (contact == df["A10"]) | (contact == df["A11"]), "contact_name", "A10", "A11")
    return verdicts


def class_of_size(industry: pd.Series, staff: pd.Series, income: pd.Series) -> pd.Series:
    """C06: the largest class whose two bounds are both met; blank where no standard is for the industry."""
    found = pd.Series(pd.NA, index=industry.index, dtype="str")
    division = industry.str[:2]
    known = industry.notna() & staff.notna() & income.notna()
    for listed, heads, earned in SIZES:
        here = division.isin([f"{number:02d}" for number in listed]) & known
        found[here] = "4"
        for size in (2, 1, 0):
            met = here & (staff >= heads[size]) & (income >= 100 * earned[size])
            found[met.fillna(False)] = str(size + 1)
    return found


def frame_of(verdicts: list[pd.Series]) -> pd.DataFrame:
    return pd.concat(verdicts, axis=1, ignore_index=True).astype("boolean")


def as_codes(verdicts: pd.DataFrame) -> np.ndarray:
    """1 holds, 0 does not, 2 does not apply: to be compared with the others'."""
    return verdicts.astype("Int8").fillna(2).to_numpy(dtype=np.int8)
