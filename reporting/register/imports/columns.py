"""How each column of the register's workbook is read, and written back the same way."""

from __future__ import annotations

import datetime
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from import_export import fields, widgets

from accounts.models import Enterprise
from forms_tables.edition import credit_code as credit_codes
from reporting.register.facts import platform, read_fact, under_every_code
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


class KeepWhatIsThere(fields.Field):
    """A blank cell of the workbook says nothing about a firm that is known already."""

    def save(self, instance, row, is_m2m=False, **kwargs):
        if str(row[self.column_name] or "").strip():
            super().save(instance, row, is_m2m, **kwargs)


class AttributeField(KeepWhatIsThere):
    """A column that is kept among the firm's attributes, under its code of the questionnaire."""

    def get_value(self, instance):
        return instance.attributes.get(self.attribute, "")

    def save(self, instance, row, is_m2m=False, **kwargs):
        if str(row[self.column_name] or "").strip():
            said = under_every_code({self.attribute: self.clean(row, **kwargs)})
            instance.attributes = {**instance.attributes, **said}


class CreditCodeWidget(widgets.Widget):
    def clean(self, value, row=None, **kwargs):
        return credit_codes.normalise(str(value or ""))


class TextWidget(widgets.Widget):
    def __init__(self, longest: int):
        self.longest = longest

    def clean(self, value, row=None, **kwargs):
        text = str(value or "").strip()
        if len(text) > self.longest:
            raise ValueError(f"超过 {self.longest} 个字，请缩短。")
        if mark := hidden_mark(text):
            raise ValueError(f"{mark}。")
        if "\n" in text or "\r" in text:
            raise ValueError("单元格里有换行，请删去，写在一行里。")
        return text


class CheckedWidget(widgets.Widget):
    """Reads with a function that raises a sentence."""

    def __init__(self, read):
        self.read = read

    def clean(self, value, row=None, **kwargs):
        try:
            return self.read(without_hidden(str(value or "")).strip())
        except ValidationError as refused:
            raise ValueError("".join(refused.messages)) from refused


class FactWidget(widgets.Widget):
    def __init__(self, code: str):
        self.code = code

    def clean(self, value, row=None, **kwargs):
        return read_fact(self.code, str(value or ""))


class DayWidget(widgets.Widget):
    def clean(self, value, row=None, **kwargs):
        """Raises ValueError with a sentence; a year of two figures is asked about, not completed."""
        text = re.sub("[/.年月]", "-", without_hidden(str(value)).strip()).rstrip("日")
        if found := re.fullmatch(r"([0-9]{2})-([0-9]{1,2})-([0-9]{1,2})", text):
            year, month, day = (int(part) for part in found.groups())
            meant = f"{2000 + year}-{month:02}-{day:02}"
            raise ValueError(f"“{value}”的年份只有两位；如果是 {2000 + year} 年，请写成 {meant}。")
        if number := day_as_number(text):
            raise ValueError(number)
        try:
            year, month, day = (int(part) for part in text.split("-"))
            return datetime.date(year, month, day)
        except ValueError as wrong:
            raise ValueError(f"“{value}”不是日期，请写成 2024-01-01。") from wrong

    def render(self, value, obj=None, **kwargs):
        return value.isoformat() if value else ""


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
