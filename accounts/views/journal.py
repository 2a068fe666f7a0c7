import io
from collections.abc import Iterable
from datetime import datetime
from itertools import chain, groupby

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from openpyxl import Workbook

from accounts import journal as journal_of
from accounts.access import needs
from accounts.clock import SHANGHAI, now
from accounts.forms import JournalFilterForm
from accounts.models import Ability, CodeCorrection, JournalEntry, Scope
from text.writing import save_as_of, text_cell, write_csv

MOST_ROWS = 100_000
HEADS = ["时间", "操作人", "操作", "对象", "企业", "信用代码", "当时区县", "报告期", "原值", "新值", "事由"]


@needs(Ability.READ_JOURNAL)
def journal(request):
    entries, form = wanted_entries(request)
    page = Paginator(entries, 50).get_page(request.GET.get("page"))
    asked = request.GET.copy()
    asked.pop("page", None)
    context = {"form": form, "page": page, "runs": runs_of(page), "asked": asked.urlencode()}
    return render(request, "accounts/journal.html", context)


def runs_of(entries: Iterable[JournalEntry]) -> list[list[JournalEntry]]:
    """What one person did over and over on one day, a line each time (a form that saves itself), is one row of the
    page, and its lines stand in it. The files hold a row for each line."""

    def deed(entry: JournalEntry) -> tuple:
        whose = entry.by_name, entry.enterprise_id, entry.district_id, entry.period
        return *whose, entry.action, entry.subject, entry.why, entry.at.astimezone(SHANGHAI).date()

    return [list(run) for _, run in groupby(entries, deed)]


@needs(Ability.READ_JOURNAL)
def export_journal(request, kind):
    """What the filters leave, newest first. An official's export carries other people's affairs and is journalled."""
    entries, form = wanted_entries(request)
    at = now()
    if request.user.scope != Scope.ENTERPRISE:
        asked = {str(field.label): value for name, field in form.fields.items() if (value := request.GET.get(name))}
        journal_of.record(by=request.user, at=at, action="导出操作日志", district=request.user.district, after=asked)
    rows = chain([HEADS], rows_of(entries))
    content, content_type = (
        (write_csv(rows), "text/csv; charset=utf-8")
        if kind == "csv"
        else (
            write_xlsx(rows, at),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
    )
    name = f"操作日志_{at:%Y%m%d_%H%M}.{kind}"
    return HttpResponse(
        content, content_type=content_type, headers={"Content-Disposition": content_disposition_header(True, name)}
    )


def wanted_entries(request):
    visible = JournalEntry.objects.visible_to(request.user)
    actions = visible.order_by("action").values_list("action", flat=True).distinct()
    form = JournalFilterForm(request.GET or None, actions=actions)
    wanted = form.cleaned_data if form.is_valid() else {}
    entries = visible.select_related("enterprise", "district")
    if who := wanted.get("who"):
        entries = entries.filter(Q(by_name__icontains=who) | Q(by__username=who))
    if action := wanted.get("action"):
        entries = entries.filter(action=action)
    if firm := wanted.get("enterprise"):
        entries = entries.filter(
            Q(enterprise__credit_code__iexact=firm.strip())
            | Q(enterprise__name__icontains=firm.strip())
            | Q(enterprise__in=CodeCorrection.objects.done().filter(wrong__iexact=firm.strip()).values("enterprise"))
        )
    if period := wanted.get("period"):
        entries = entries.filter(period__iexact=period.strip())
    if since := wanted.get("since"):
        entries = entries.filter(at__date__gte=since)
    if until := wanted.get("until"):
        entries = entries.filter(at__date__lte=until)
    return entries, form


def rows_of(entries):
    for entry in entries[:MOST_ROWS].iterator(chunk_size=2000):
        yield [
            f"{entry.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
            entry.by_in_words,
            entry.action,
            entry.subject_in_words,
            entry.enterprise.name if entry.enterprise else "",
            entry.enterprise.credit_code if entry.enterprise else "",
            entry.district.name if entry.district else "",
            entry.period,
            entry.before_in_words,
            entry.after_in_words,
            entry.why,
        ]


def write_xlsx(rows: Iterable[list[str]], at: datetime) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("操作日志")
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEFGHIJK", (20, 24, 14, 28, 30, 22, 14, 10, 40, 40, 30), strict=True):
        sheet.column_dimensions[letter].width = width
    for row in rows:
        sheet.append([text_cell(sheet, text) for text in row])
    out = io.BytesIO()
    save_as_of(book, out, at)
    return out.getvalue()
