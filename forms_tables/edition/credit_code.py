"""The unified social credit code: GB 32100—2015, with the organisation code of GB 11714—1997 inside it."""

import re

from text.incoming import without_hidden

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I, O, S, V, Z: they look like digits and each other
PLACES = {character: place for place, character in enumerate(ALPHABET)}
WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
FULL_WIDTH = {code: chr(code - 0xFEE0) for code in range(ord("！"), ord("～") + 1)}


def normalise(text: str) -> str:
    """As it is stored: without surrounding spaces and what cannot be seen, letters in capitals, full-width characters
    made plain."""
    return without_hidden(text).translate(FULL_WIDTH).strip().upper()


def problem_with(code: str) -> str | None:
    """Why a normalised code cannot be right, as a Chinese sentence; None when both check digits agree."""
    if len(code) != 18:
        return f"统一社会信用代码应为18位，现在是{len(code)}位。"
    if wrong := sorted(set(code) - PLACES.keys()):
        return f"统一社会信用代码不使用字符“{'、'.join(wrong)}”，请对照营业执照核对（数字0、1与字母O、I易混）。"
    if not re.fullmatch("[0-9]{6}", code[2:8]):
        return "统一社会信用代码第3至8位是登记机关行政区划码，应为数字。"
    if check_character(code[:17]) != code[17]:
        return "统一社会信用代码的校验位（第18位）不符，请对照营业执照核对。"
    if organisation_check_character(code[8:16]) != code[16]:
        return "统一社会信用代码第9至17位（组织机构代码）的校验位不符，请对照营业执照核对。"
    return None


def problem_with_organisation_code(code: str) -> str | None:
    if not re.fullmatch("[0-9A-Z]{8}[0-9X]", code):
        return "组织机构代码应为9位：前8位为数字或大写字母，最后一位为数字或X。"
    if organisation_check_character(code[:8]) != code[8]:
        return "组织机构代码的校验位（第9位）不符，请核对。"
    return None


def organisation_code(code: str) -> str:
    """The 9 characters of GB 11714 inside a credit code."""
    return code[8:17]


def check_character(first_17: str) -> str:
    """GB 32100: weights are powers of 3 modulo 31."""
    total = sum(PLACES[character] * weight for character, weight in zip(first_17, WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def organisation_check_character(first_8: str) -> str:
    """GB 11714: A counts 10, B 11 … Z 35; a remainder of 10 is written X."""
    total = sum(int(character, 36) * weight for character, weight in zip(first_8, ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]
