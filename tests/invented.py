"""What firms are invented from: their facts, texts for their cells, credit codes that are right."""

from decimal import Decimal
from random import Random

from forms_tables.edition.credit_code import check_character, organisation_check_character
from forms_tables.edition.model import Edition, Indicator

Filed = dict[str, Decimal | str | None]

FIRMS = 12  # sound firms of a frequency and month, from which all others are spoiled
FACTS = {
    "A22": ["6513", "6520", "6410", "3990", "6"],
    "A34": ["1", "2", "3A", "1,3B", "1,2", "13"],
    **{code: ["是", "否"] for code in ("A36", "A37", "A38", "A39", "A41", "A42", "A43")},
    "A40": ["0", "1", "2"],
    "contact_name": ["王敏", "李强"],
}
YES_NO_TEXTS = ["是", "否"]


def text_for(edition: Edition, indicator: Indicator, dice: Random) -> str:
    match indicator.kind:
        case "yes_no":
            return dice.choice(YES_NO_TEXTS)
        case "code" | "codes" | "activity":
            return dice.choice(indicator.choices.entries).code
        case "region":
            return dice.choice(["500112000000", "500107", "500112"])
        case "month":
            return dice.choice(["2024-05", "1999-12", "2024-12", "2025-01"])
        case "date":
            return "2024-05-31"
        case "credit_code":
            return credit_code_of(dice.randrange(FIRMS))
        case "text":
            return dice.choice(["王敏", "李强", "重庆某某软件有限公司"])
    return "123456"


def credit_code_of(number: int) -> str:
    body = f"M{number:07d}"
    first = f"91500112{body}{organisation_check_character(body)}"
    return first + check_character(first)
