"""How each column of the register's workbook is read, and written back the same way."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts import fields as account_fields
from accounts.models import Enterprise
from reporting.register.facts import platform, read_fact
from text.incoming import hidden_mark, no_plain_address, without_hidden
from text.shortened import day_as_number

WHO, WHOM_TO_ASK = ("统一社会信用代码", "单位详细名称", "报送区县"), ("联系人", "固定电话", "手机", "邮箱", "起报日期")
TOLD = ("credit_code", "name", "district_name", "attributes", "contact_name", "phone", "mobile", "email", "joined_on")
LONGEST_MAIL = Enterprise._meta.get_field("email").max_length
# What a column holds, by the names of forms_tables.parsing, where a spreadsheet may have made another thing of it.
KINDS = {"统一社会信用代码": "credit_code", "固定电话": "phone", "起报日期": "date"}


def facts_in_columns() -> dict[str, str]:
    """The facts the workbook holds, code to the head of its column, in order."""
    told = platform()
    return {code: told.facts[code].short for code in told.columns}


def columns() -> tuple[str, ...]:
    return (*WHO, *facts_in_columns().values(), *WHOM_TO_ASK)


def told(firm: Any, facts: dict[str, str]) -> dict[str, str]:
    """What the register says of a firm, by column in the order of the template, without its code and district."""
    said, since = firm.attributes, firm.joined_on
    return {
        "单位详细名称": firm.name,
        **{head: said.get(code, "") for code, head in facts.items()},
        "联系人": firm.contact_name,
        "固定电话": firm.phone,
        "手机": firm.mobile,
        "邮箱": firm.email,
        "起报日期": since.isoformat() if since else "",
    }


def needed_of_new() -> tuple[str, ...]:
    """The columns a newcomer's row must fill, beside its district."""
    scope = facts_in_columns().get(platform().rows.scope)
    return ("单位详细名称", scope) if scope else ("单位详细名称",)


@dataclass(frozen=True)
class RegisterColumn:
    """How a column is read; raises ValueError with a sentence. A blank cell says nothing of a firm known already."""

    name: str  # of the firm's own, or the code of a fact
    head: str
    read: Callable[[str], Any]


def columns_to_read() -> tuple[RegisterColumn, ...]:
    """All but the code, which says whose row it is, and the district, which is asked of the row as a whole."""
    facts = [RegisterColumn(code, head, partial(read_fact, code)) for code, head in facts_in_columns().items()]
    return (
        RegisterColumn("name", "单位详细名称", partial(read_line, 120)),
        *facts,
        RegisterColumn("contact_name", "联系人", partial(read_line, 40)),
        RegisterColumn("phone", "固定电话", partial(read_checked, account_fields.clean_phone)),
        RegisterColumn("mobile", "手机", partial(read_checked, account_fields.clean_mobile)),
        RegisterColumn("email", "邮箱", partial(read_checked, read_mail)),
        RegisterColumn("joined_on", "起报日期", read_day),
    )


def read_line(longest: int, typed: str) -> str:
    text = typed.strip()
    if len(text) > longest:
        raise ValueError(f"超过 {longest} 个字，请缩短。")
    if mark := hidden_mark(text):
        raise ValueError(f"{mark}。")
    if "\n" in text or "\r" in text:
        raise ValueError("单元格里有换行，请删去，写在一行里。")
    return text


def read_checked(read: Callable[[str], str], typed: str) -> str:
    """By a function of the forms, which refuses in their way."""
    try:
        return read(without_hidden(typed).strip())
    except ValidationError as refused:
        raise ValueError("".join(refused.messages)) from refused


def read_day(typed: str) -> datetime.date:
    """A year of two figures is asked about, not completed."""
    text = re.sub("[/.年月]", "-", without_hidden(typed).strip()).rstrip("日")
    if found := re.fullmatch(r"([0-9]{2})-([0-9]{1,2})-([0-9]{1,2})", text):
        year, month, day = (int(part) for part in found.groups())
        meant = f"{2000 + year}-{month:02}-{day:02}"
        raise ValueError(f"“{typed}”的年份只有两位；如果是 {2000 + year} 年，请写成 {meant}。")
    if number := day_as_number(text):
        raise ValueError(number)
    try:
        year, month, day = (int(part) for part in text.split("-"))
        return datetime.date(year, month, day)
    except ValueError as wrong:
        raise ValueError(f"“{typed}”不是日期，请写成 2024-01-01。") from wrong


def read_mail(text: str) -> str:
    if why := no_plain_address(text):
        raise ValidationError(f"{why}。")
    try:
        validate_email(text)
    except ValidationError as refused:
        raise ValidationError("邮箱写法不对，应像 name@example.com。") from refused
    if len(text) > LONGEST_MAIL:
        raise ValidationError(f"邮箱超过 {LONGEST_MAIL} 个字，请核对。")
    return text
