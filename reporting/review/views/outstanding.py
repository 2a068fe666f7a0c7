"""Whom to call: the firms that still have to send a period, as an .xlsx for the desk beside the telephone."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from accounts import clock, journal
from accounts.access import needs
from accounts.models import Ability
from reporting.models import Filing, Period
from reporting.pages.downloads import workbook_answer
from reporting.review.weighing import WEIGHT, KnownOfFiling, Weighed, areas_of, weighed
from text.writing import TextWorkbook

COLUMNS = {
    "企业名称": 34, "统一社会信用代码": 22, "区县": 14, "状态": 24, "上年同期收入": 16,
    "占上年同期合计（%）": 20, "联系人": 12, "电话": 16, "手机": 14, "邮箱": 30,
}  # fmt: skip


@needs(Ability.READ_FILINGS)
@require_GET
def outstanding(request, code):
    period = get_object_or_404(Period, pk=code)
    at = clock.now()
    known = weighed(period, at, areas_of(request.user) or [None])
    found = Filing.objects.visible_to(request.user).of(period).outstanding()
    read = found.select_related("enterprise", "district").in_bulk()
    filings = [read[pk] for pk in known.keys(WEIGHT, read)]
    content = write_outstanding(filings, known, at)
    journal.record(
        by=request.user, at=at, action="导出未报名单", subject=period.label, district=request.user.district,
        period=period.code, after={"企业": f"{len(filings)} 家"},
    )  # fmt: skip
    return workbook_answer(content, f"{period.label}_未报名单_{at:%Y%m%d}.xlsx")


def write_outstanding(filings: Sequence[Filing], known: Weighed, at: datetime) -> bytes:
    """Everything is written as text: a credit code is no number, and a name that begins with = is no formula. Whose
    absence can move most comes first."""
    weights = known.known([filing.pk for filing in filings])
    out = BytesIO()
    with TextWorkbook(out, {"in_memory": True}, at) as book:
        sheet, bold = book.add_worksheet("未报名单"), book.add_format({"bold": True, "bg_color": "#E9F0F9"})
        sheet.freeze_panes(1, 1)
        for column, (head, width) in enumerate(COLUMNS.items()):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, head, bold)
        for row, filing in enumerate(filings, start=1):
            for column, text in enumerate(line_of(filing, weights.get(filing.pk))):
                sheet.write_string(row, column, text)
    return out.getvalue()


def line_of(filing: Filing, known: KnownOfFiling | None) -> tuple[str, ...]:
    firm = filing.enterprise
    who = (firm.contact_name, firm.phone, firm.mobile, firm.email)
    had = known.had if known else ("", "")
    return (firm.name, firm.credit_code, filing.district.name, filing.state_words, *had, *who)
