"""What the made-up firms say of themselves in 软统企1, and what the register says of them."""

import numpy as np

from forms_tables.edition.credit_code import ALPHABET, ORGANISATION_WEIGHTS

DISTRICTS = np.array(["500103", "500105", "500106", "500107", "500108", "500112", "CQ-LJ", "CQ-GX"])
REGIONS = np.array(["500103", "500105", "500106", "500107", "500108", "500112", "500112", "500107"])
INDUSTRIES = np.array(["6513", "6511", "6531", "6550", "6440", "6431", "6520", "3990"])
SCOPES = np.array(["1", "3A", "1,3B", "1", "3C", "3D", "2", "3B"])
MONTHS = np.array([f"{year}-{month:02d}" for year in range(1999, 2024) for month in range(1, 13)][:-1])

Figures = dict[str, np.ndarray]


def draw_texts(draw: np.random.Generator, firms: Figures, figures: Figures) -> Figures:
    size = len(firms["kind"])
    yes = {True: "是", False: "否"}
    code = draw_credit_codes(draw, REGIONS[firms["district"]])
    industry = INDUSTRIES[firms["kind"]]
    largest = np.argmax([figures[f"E{kind}.y"] for kind in "1234"], axis=0)
    capital, state, foreign = (figures[f"{code}.e"] for code in ("F191", "F192", "F197"))
    listed, owned = draw.random(size) < 0.03, draw.random(size) < 0.2
    person = np.array([f"王{number:03d}" for number in range(500)])[draw.choice(500, size)]
    return {
        "A01": code,
        "A02": code.view("U1").reshape(size, 18)[:, 8:17].copy().view("U9").reshape(size),
        "A04": np.strings.add(REGIONS[firms["district"]], "001"),
        "A07": DISTRICTS[firms["district"]],
        "register(A07)": DISTRICTS[firms["district"]],
        "A10": person,
        "A11": person,
        "contact_name": person,
        "A16": MONTHS[draw.choice(len(MONTHS), size)],
        "A19": np.where(2 * state >= capital, "1", np.where(2 * foreign >= capital, "5", "3")),
        "A22": industry,
        "A23": np.array(["E13", "E22", "E31", "E44"])[largest],
        "A24": class_of_size(industry, figures["A35.v"], figures["F301.y"]),
        "A26": np.full(size, "1"),
        "A27": np.where(listed, "1", "0"),
        "A28.v": np.where(listed, "1", ""),
        "A29.v": np.where(listed, "688001", ""),
        "A30": np.where(owned, yes[True], yes[False]),
        "A31.v": np.where(owned, code, ""),
        "A32.v": np.where(owned, "3", ""),
        "A34": SCOPES[firms["kind"]],
        "A34.v": SCOPES[firms["kind"]],
        "A36": np.where(firms["embedded"], yes[True], yes[False]),
        "A37": np.where(firms["ai"], yes[True], yes[False]),
        "A42": np.where(firms["high_tech"], yes[True], yes[False]),
        "A43": np.where(draw.random(size) < 0.2, yes[True], yes[False]),
    }


def class_of_size(industry: np.ndarray, staff: np.ndarray, income: np.ndarray) -> np.ndarray:
    """C06 as the firms typed it (the judges have their own)."""
    bounds = {"65": ((300, 100, 10), (10000, 1000, 50)), "64": ((2000, 100, 10), (100000, 1000, 100))}
    found = np.full(len(industry), "4")
    for begins in ("65", "64", "39"):
        heads, earned = bounds.get(begins, ((1000, 300, 20), (40000, 2000, 300)))
        here = np.strings.startswith(industry, begins)
        for size in (2, 1, 0):
            found[here & (staff >= heads[size]) & (income >= earned[size] * 100)] = str(size + 1)
    return found


def draw_credit_codes(draw: np.random.Generator, regions: np.ndarray) -> np.ndarray:
    """Codes with both check characters right."""
    letters = np.array(list(ALPHABET))
    numbers = draw.integers(0, 10, (len(regions), 18))
    numbers[:, :2] = [9, 1]
    numbers[:, 2:8] = regions.astype("U6").view("U1").reshape(-1, 6).astype(np.int64)
    organisation = -(numbers[:, 8:16] @ np.array(ORGANISATION_WEIGHTS)) % 11
    clash = organisation == 10  # written X, which stands at 29 in the alphabet of the whole code
    numbers[:, 16] = np.where(clash, ALPHABET.index("X"), organisation)
    numbers[:, 17] = -(numbers[:, :17] @ np.array([pow(3, place, 31) for place in range(17)])) % 31
    return letters[numbers].copy().view("U18").reshape(len(regions))
