"""The verification code of a certificate or a receipt, which people copy from paper: six groups of three random
characters and one that checks them.

89 bits cannot be guessed. The alphabet has 31 characters, none of them to be taken for another (0 O, 1 I L), and 31 is
a prime: a wrong character or two exchanged ones always show, and so do groups in the wrong order.
"""

import re
import secrets
import unicodedata

from text.incoming import without_hidden

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
GROUPS, IN_GROUP = 6, 4
LENGTH = GROUPS * IN_GROUP
SEPARATORS = re.compile(r"[\s\-_·.,‐-―－]+")


def new_code() -> str:
    drawn = ["".join(secrets.choice(ALPHABET) for _ in range(IN_GROUP - 1)) for _ in range(GROUPS)]
    return "".join(three + check_character(three, number) for number, three in enumerate(drawn, start=1))


def check_character(three: str, number: int) -> str:
    """Of group `number`: the weights of the characters differ, and the group's place counts."""
    total = sum(ALPHABET.index(character) * weight for weight, character in enumerate(three, start=1))
    return ALPHABET[(total + number) % len(ALPHABET)]


def normalise(text: str) -> str:
    """As it is stored: full-width made plain, capitals, without what separates the groups."""
    return SEPARATORS.sub("", unicodedata.normalize("NFKC", without_hidden(text))).upper()


def groups_of(code: str) -> list[str]:
    return [code[start : start + IN_GROUP] for start in range(0, len(code), IN_GROUP)]


def in_groups(code: str) -> str:
    return "-".join(groups_of(code))


def problem_with(code: str) -> str:
    """Why a normalised code cannot be right, as a sentence; empty when it can."""
    if len(code) != LENGTH:
        return (
            f"验证码应为 {GROUPS} 组、每组 {IN_GROUP} 个字符，共 {LENGTH} 个，现在是 {len(code)} 个，请对照纸面核对。"
        )
    wrong = [number for number, group in enumerate(groups_of(code), start=1) if not is_right(group, number)]
    if wrong:
        return f"验证码有误，请核对第 {'、'.join(map(str, wrong))} 组。验证码里没有数字 0、1 和字母 O、I、L。"
    return ""


def is_right(group: str, number: int) -> bool:
    return set(group) <= set(ALPHABET) and check_character(group[:-1], number) == group[-1]
