"""What the register says about a firm beside its name and place, under the codes of 软统企1."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from forms_tables.filling import parsing
from reporting.models.in_force import current_edition

FIRST_OF_ALL = datetime.date(2000, 1, 1)  # the register of software firms is younger
FAR_AHEAD = datetime.timedelta(days=366)
FIRM_WRITES = ("A22", "A34", "A36", "A37", "A41", "A42", "A43")
CITY_WRITES = ("A38", "A39", "A40")
UNNAMED = {"A38": "否", "A39": "否", "A40": "0"}

SCOPE_IN_PLAIN_WORDS = {
    "1": "主要做软件和信息技术服务，软件业务收入占主营业务收入 30% 以上",
    "2": "主要做集成电路设计，或设计收入占主营业务收入 60% 以上",
    "3A": "主要做基础软件（操作系统、数据库、中间件等）",
    "3B": "主要做工业软件",
    "3C": "主要做信息安全产品和服务",
    "3D": "主要做工业互联网平台服务",
    "3E": "主要做数据服务",
}


class UnreadableFact(ValueError):
    """A fact of the register that cannot stand; the words say why."""


def odd_day(day: datetime.date, today: datetime.date) -> str:
    """Why a day cannot be meant as a firm's first or last day of reporting, as a sentence; empty when it can."""
    if FIRST_OF_ALL <= day <= today + FAR_AHEAD:
        return ""
    return f"{day:%Y-%m-%d} 不在 {FIRST_OF_ALL.year} 年到今后一年之间，请核对年份。"


def label_of(code: str) -> str:
    return current_edition().indicator(code).name


def choices_of(code: str) -> list[tuple[str, str]]:
    """Codes and names a fact may take, for a select."""
    indicator = current_edition().indicator(code)
    if indicator.kind == "yes_no":
        return [("是", "是"), ("否", "否")]
    if code == "A34":
        return [(entry.code, SCOPE_IN_PLAIN_WORDS.get(entry.code, entry.name)) for entry in indicator.choices.entries]
    return [(entry.code, f"{entry.code} {entry.name}") for entry in indicator.choices.entries]


def read_fact(code: str, typed: str) -> str:
    """As the forms read the same cell: one reading of 行业代码 or 纳统类别, wherever it is typed."""
    indicator = current_edition().indicator(code)
    value = parsing.parse(indicator, "v", typed)
    if isinstance(value, parsing.Problem):  # beside its own field or column, the place on 软统企1 only confuses
        raise UnreadableFact(value.problem.removeprefix(f"{indicator.place('v')}："))
    return "" if value is None else str(value)


def in_words(facts: Mapping[str, str]) -> dict[str, str]:
    """Facts by the names of the form, for the journal and the firm's page."""
    return {label_of(code): name_of(code, facts[code]) for code in (*FIRM_WRITES, *CITY_WRITES) if facts.get(code)}


def name_of(code: str, value: str) -> str:
    choices = current_edition().indicator(code).choices
    if not choices or not value:
        return value
    return "、".join(f"{part} {choices.name_of(part) or ''}".strip() for part in value.split(","))
