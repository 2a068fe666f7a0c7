"""从财务报表取数: the firm's own statement is given, read beside one table, and what is ticked goes into the draft."""

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.access import Refused, needs, refusals_on
from accounts.models import Ability
from forms_tables.edition.catalog import Table
from reporting.books.matching import BooksPreview
from reporting.books.memory import memory_of
from reporting.books.taking import (
    BooksMoved,
    BooksPress,
    BooksTakenAlready,
    NothingTicked,
    beside_the_draft,
    books_again,
    checked_in,
    given_books,
    take,
)
from reporting.books.terms import can_be_fed
from reporting.firm.forms import GiveBooksPress, TakeBooksPress
from reporting.firm.views.books_lines import CheckedLine, laid_out
from reporting.firm.views.filing import filing_of, owed_table, person_of
from reporting.models import Filing
from reporting.pages.uploads import HOURS_TO_CONFIRM, Kept, NotKept, keep, number_in, redeem
from reporting.workbooks.upload import is_stored
from text.package import Unreadable

SALT = "firm-books"
UNCONFIRMED = "报表的期间或单位与本期填报不符，没有存入。请核对；确实要取的，请勾选“已核对，仍从这份报表取数”。"


@needs(Ability.FILL)
def books(request: HttpRequest, period: str, key: str) -> HttpResponse:
    """GET asks for the statement; POST reads it and shows what it would put where. Nothing is stored."""
    filing = filing_of(request, period)
    table = fed_table(filing, key)
    if request.method != "POST":
        return ask(request, filing, table)
    file = request.FILES.get("books")
    with refusals_on(request):
        pasted = GiveBooksPress(request.POST).said["pasted"]
        try:
            given = given_books(file, pasted, filing, table, person_of(request), clock.now())
        except Unreadable as why:
            return ask(request, filing, table, str(why), pasted)
        notes = {"filing": filing.pk, "table": table.code, "pasted": given.is_pasted}
        press = TakeBooksPress(request.POST, table=table)
        found = beside_the_draft(filing, table, given.statements, press.choices)
        return show(request, found, press, keep(given.file, person_of(request), SALT, **notes))
    return redirect("sheet", period, key)


@needs(Ability.FILL)
@require_POST
def take_books(request: HttpRequest, period: str, key: str) -> HttpResponse:
    """存入草稿 stores what is ticked; the other buttons show the same books in another reading."""
    filing, at = filing_of(request, period), clock.now()
    table = fed_table(filing, key)
    press = TakeBooksPress(request.POST, table=table)
    with refusals_on(request):
        kept = kept_for(filing, table, request)
        statements = books_again(kept.content, kept.name, filing, table, pasted=kept.notes["pasted"])
        found = beside_the_draft(filing, table, statements, press.choices)
        ticket = request.POST["ticket"]
        if not press.takes:
            return show(request, found, press, ticket)
        if found.doubts and not press.has_checked:
            return show(request, found, press, ticket, UNCONFIRMED, HTTPStatus.UNPROCESSABLE_ENTITY)
        confirmed = BooksPress(
            filing, table, statements, press.choices, press.ticked, press.fingerprint, kept.name, kept.number
        )
        try:
            number = take(confirmed, person_of(request), at)
        except BooksMoved as moved:
            return show(request, moved.found, press, ticket, str(moved), HTTPStatus.CONFLICT)
        except NothingTicked as refused:
            return show(request, found, press, ticket, str(refused), HTTPStatus.UNPROCESSABLE_ENTITY)
        kept.remove()
        messages.success(request, f"已从财务报表取 {number} 格存入{table.code}的草稿。请核对后做数据审核。")
        return redirect("sheet", period, key)
    return redirect("books", period, key)


def fed_table(filing: Filing, key: str) -> Table:
    table = owed_table(filing, key)
    if not can_be_fed(table):
        raise Http404("这张表的指标不在财务报表里，不能从财务报表取数。")
    return table


def kept_for(filing: Filing, table: Table, request: HttpRequest) -> Kept:
    """The books that wait for their confirmation. Raises BooksTakenAlready, and Refused when there are none of this
    person, filing and table."""
    try:
        kept = redeem(request.POST.get("ticket", ""), person_of(request), SALT)
    except NotKept as gone:
        if gone.notes and is_stored(filing, number_in(gone.notes)):
            raise BooksTakenAlready from None
        raise Refused(f"财务报表只保留 {HOURS_TO_CONFIRM} 小时，这一份已经不在，没有存入。请重新上传或粘贴。") from None
    if (kept.notes["filing"], kept.notes["table"]) != (filing.pk, table.code):
        raise Refused(f"这份财务报表不是在{filing.period.label}{table.code}给出的，没有存入。请在本页重新上传或粘贴。")
    if is_stored(filing, kept.number):
        raise BooksTakenAlready
    return kept


def ask(request: HttpRequest, filing: Filing, table: Table, problem: str = "", pasted: str = "") -> HttpResponse:
    told = {"problem": problem, "pasted": pasted, "memory": memory_of(filing).stored}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return render(request, "firm/books.html", {"filing": filing, "table": table, **told}, status=status)


def show(
    request: HttpRequest,
    found: BooksPreview,
    press: TakeBooksPress,
    ticket: str,
    refusal: str = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    laid = laid_out(found, press)
    context = {
        "filing": found.filing,
        "table": found.table,
        "found": found,
        "laid": laid,
        "checked": [CheckedLine(told) for told in checked_in(found, laid.ticked)],
        "ticket": ticket,
        "hours": HOURS_TO_CONFIRM,
        "refusal": refusal,
    }
    return render(request, "firm/books_preview.html", context, status=status)
