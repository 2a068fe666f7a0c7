"""Who signed up and came, and which firms never were, as workbooks."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import localtime
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from accounts.models import Residence, User
from reporting.models import SignUp, TrainingSession
from text.writing import save_as_of, text_cell

HEADS = ("单位", "统一社会信用代码", "区县", "参加人", "电话", "状态", "报名时间", "签到时间", "备注")
WIDTHS = (36, 22, 16, 12, 18, 10, 18, 18, 12)
FIRM_HEADS = ("单位", "统一社会信用代码", "区县", "起报日期", "报名场次", "参加场次", "最近一次", "联系人", "电话")
FIRM_WIDTHS = (36, 22, 16, 14, 10, 10, 14, 12, 18)


def sign_ups_of(session: TrainingSession, user: User) -> QuerySet[SignUp]:
    """All this person sees, those who stepped back at the end."""
    found = session.sign_ups.visible_to(user).select_related("enterprise", "district")
    return found.order_by("cancelled_at", "at", "pk")


def write_roster(session: TrainingSession, user: User, at: datetime) -> bytes:
    sign_ups = list(sign_ups_of(session, user))
    firms = {each.enterprise_id for each in sign_ups if each.enterprise_id}
    homes = Residence.objects.filter(enterprise__in=firms, until__isnull=True)
    districts = dict(homes.values_list("enterprise", "district__name"))
    rows = (
        (
            each.office,
            each.enterprise.credit_code if each.enterprise else "",
            districts.get(each.enterprise_id, "") if each.enterprise_id else each.office,
            each.name,
            each.phone,
            each.get_state_display(),
            stamp(each.at),
            stamp(each.came_at),
            "现场登记" if each.at_the_door else "",
        )
        for each in sign_ups
    )
    return written("报名和签到", HEADS, WIDTHS, rows, at)


def write_firms(firms: Iterable[Any], at: datetime) -> bytes:
    rows = (
        (
            firm.name,
            firm.credit_code,
            firm.district_name or "",
            f"{firm.joined_on:%Y-%m-%d}",
            firm.times_signed,
            firm.times_come,
            f"{firm.last_come:%Y-%m-%d}" if firm.last_come else "",
            firm.contact_name,
            firm.mobile or firm.phone,
        )
        for firm in firms
    )
    return written("企业参加培训情况", FIRM_HEADS, FIRM_WIDTHS, rows, at)


def stamp(moment: datetime | None) -> str:
    return f"{localtime(moment):%Y-%m-%d %H:%M}" if moment else ""


def written(
    title: str, heads: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[str | int]], at: datetime
) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "B2"
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    cells = [text_cell(sheet, head) for head in heads]
    for cell in cells:
        cell.font = Font(bold=True)
    sheet.append(cells)
    for row in rows:
        sheet.append([text_cell(sheet, each) if isinstance(each, str) else each for each in row])
    out = io.BytesIO()
    save_as_of(book, out, at)
    return out.getvalue()
