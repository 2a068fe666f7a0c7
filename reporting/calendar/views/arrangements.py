"""The State Council's days off, year by year. Everybody reads; the city enters a year, after a dry run."""

from dataclasses import replace
from datetime import datetime
from functools import partial

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.models import Ability
from reporting import workflow
from reporting.calendar import files
from reporting.calendar.entry import FestivalLines, NoticeForm, festivals_of, lines_to_fill
from reporting.calendar.notice import year_missing
from reporting.calendar.views.months import months_of
from reporting.dates.arrangements import Notice, contradictions, doubts, notice_kept, rows_to_keep
from reporting.letters.mass import done_as_seen, rehearsed
from reporting.models import Arrangement, calendar_in_force
from reporting.pages.downloads import XLSX
from text.package import Unreadable

YEARS = range(2000, 2101)
SALT = "calendar-entry"
HOURS_TO_CONFIRM = 2
KINDS = {"csv": ("text/csv; charset=utf-8", files.write_rows), "xlsx": (XLSX, files.write_workbook)}


@require_GET
def calendar(request):
    return redirect("calendar_year", clock.today().year)


@require_GET
def calendar_year(request, year):
    refuse_strange(year)
    today, known = clock.today(), calendar_in_force()
    notice = known.notice_for(year)
    entered = Arrangement.objects.filter(year=year).select_related("entered_by")
    context = {
        "year": year,
        "years": years_to_show(known.years, today.year, year),
        "notice": notice,
        "months": months_of(year, known) if notice else [],
        "record": entered if request.user.may.read_city else [],
        "missing": year_missing(known, today),
    }
    return render(request, "calendar/year.html", context)


def refuse_strange(year: int) -> None:
    if year not in YEARS:
        raise Http404


def years_to_show(known: frozenset[int], this_year: int, asked: int) -> list[int]:
    return sorted({*known, this_year, max([*known, this_year]) + 1, asked})


@needs(Ability.ADMINISTER)
def enter_calendar(request, year):
    """Dry run: what is typed or uploaded is drawn, with what it would change; nothing is written."""
    refuse_strange(year)
    in_force = calendar_in_force().notice_for(year)
    if request.method != "POST":
        return entry_page(request, year, NoticeForm(initial=head_of(in_force, year)), lines_of(year, in_force))
    form = NoticeForm(request.POST, request.FILES)
    lines = lines_of(year, in_force, request.POST)
    if not form.is_valid() or not lines.is_valid():
        return entry_page(request, year, form, lines, status=422)
    notice, problems, notes = notice_given(form, lines, year)
    if problems:
        return entry_page(request, year, form, lines, status=422, problems=problems, notes=notes)
    with refusals_on(form, "number"):
        workflow.refuse_known(notice, form.cleaned_data["correction"])
        return preview(request, notice, [*doubts(notice), *notes], form.cleaned_data["correction"])
    return entry_page(request, year, form, lines, status=409)


def entry_page(request, year, form, lines, status=200, **told):
    """`told`: the problems of what was given, and the notes on it."""
    context = {"year": year, "form": form, "lines": lines, **told}
    context["columns"] = files.NEEDED
    return render(request, "calendar/enter.html", context, status=status)


def lines_of(year: int, notice: Notice | None, posted=None):
    """What they begin with tells afterwards whether anything was typed."""
    incomplete = {"missing_management_form": "节日各行没有完整送到，请刷新页面后重新填写。"}
    return FestivalLines(
        posted, initial=lines_to_fill(notice), prefix="lines", form_kwargs={"year": year}, error_messages=incomplete
    )


def head_of(notice: Notice | None, year: int) -> dict:
    if notice:
        return {"number": notice.number, "title": notice.title, "url": notice.url}
    return {"title": f"国务院办公厅关于{year}年部分节假日安排的通知"}


def notice_given(form, lines, year: int) -> tuple[Notice, list, list[str]]:
    """The notice as typed or as in the file, what is wrong with it, and what to know."""
    given, file = form.cleaned_data, form.cleaned_data["file"]
    notice = Notice(year, given["title"], given["number"], given["url"], festivals_of(lines, given["number"]))
    if not file:
        return notice, problems_of(notice), []
    if notice.festivals and lines.has_changed():
        both = "既上传了文件，又逐行填写了节日。请只用一种方式。"
        return notice, [files.NoticeProblem("文件", both)], []
    try:
        read = files.read_arrangement(file, file.name, year, given["number"])
    except Unreadable as refusal:
        return notice, [files.NoticeProblem(f"文件 {file.name}", str(refusal))], []
    notice = replace(notice, festivals=read.festivals, url=notice.url or read.url)
    return notice, read.problems or problems_of(notice), read.notes


def problems_of(notice: Notice) -> list[files.NoticeProblem]:
    return [files.NoticeProblem("放假安排", sentence) for sentence in contradictions(notice)]


def preview(request, notice: Notice, doubtful: list[str], correction: str, has_changed: bool = False):
    in_force = calendar_in_force()
    tried = in_force.overlaid([notice])
    head = {"year": notice.year, "title": notice.title, "number": notice.number, "url": notice.url}
    ticket = {"head": head, "rows": rows_to_keep(notice), "correction": correction, "by": request.user.pk}
    effects = workflow.effects_of(tried)
    at = clock.now()
    letters = rehearsed(lambda: workflow.enter_arrangement(notice, request.user, at, correction), at)
    ticket |= {"at": at.isoformat(), "letters": letters.letters}
    context = {
        "year": notice.year,
        "notice": notice,
        "months": months_of(notice.year, tried),
        "doubts": doubtful,
        "effects": effects,
        "letters": letters,
        "squeezed": workflow.squeezed_by(effects.settled, tried),
        "replaced": in_force.notice_for(notice.year),
        "correction": correction,
        "has_changed": has_changed,
        "ticket": signing.dumps(ticket, salt=SALT, compress=True),
    }
    return render(request, "calendar/preview.html", context)


@needs(Ability.ADMINISTER)
@require_POST
def confirm_calendar(request, year):
    try:
        kept = signing.loads(request.POST.get("ticket", ""), salt=SALT, max_age=HOURS_TO_CONFIRM * 3600)
    except signing.BadSignature:
        kept = {"by": None}
    if kept["by"] != request.user.pk or kept["head"]["year"] != year:
        messages.error(request, "这次预览已过期，或不是您做的，请重新填写。")
        return redirect("enter_calendar", year)
    notice = notice_kept(kept["head"], kept["rows"])
    with refusals_on(request):
        at, given = clock.now(), (kept["correction"], datetime.fromisoformat(kept["at"]))
        act = partial(workflow.enter_arrangement, notice, request.user, at, *given)
        if done_as_seen(act, at, str(kept["letters"])):
            return preview(request, notice, doubts(notice), kept["correction"], has_changed=True)
        messages.success(request, f"{year}年放假安排（{notice.number}）已录入。")
        return redirect("calendar_year", year)
    return redirect("enter_calendar", year)


@needs(Ability.ADMINISTER)
@require_GET
def calendar_template(request, year, kind):
    refuse_strange(year)
    if kind not in KINDS:
        raise Http404
    content_type, write = KINDS[kind]
    content = write(files.rows_to_fill(calendar_in_force(), year))
    name = content_disposition_header(True, f"{year}年放假安排模板.{kind}")
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": name})
