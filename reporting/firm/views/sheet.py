"""The official form of one table: shown, and saved by 保存, 数据审核, 确定上报… and by itself while it is filled in.

One address takes what was typed, whoever asks, in one shape: a form's fields, of which each cell is one under its own
name (the boxes of several codes share theirs and have an empty companion). A cell that is not sent is not touched.
Beside them `version`, the sheet's when the page was opened; `page`, whose page of which filing it is; and `then`, what
is to follow: save, keep, check or submit.

Without JavaScript the form sends all its cells and is answered with the page: 200, 409 with what stands in the way, or
on to 确定上报. The page's script (static/sheet/saving.js) sends the cells that changed, asks for `application/json`
and is answered with what changed; answers.py says in which words:

    keep     200  version, saved, others                        stored by itself: nothing is judged
    save     200  the same, and title, figures, says, html      stored, judged for the page, not yet 数据审核
    check    200  the same                                      数据审核 of what is typed
    submit   200  onwards                                       stored; the address to go on to
    any      409  refusal, and after a conflict version, theirs, others

Who is signed out is led to the sign-in page, as from every page; signed in again, the same is sent again.

Sent once more every press finds nothing to change, so whoever hears no answer sends it again. `others` are the cells
that somebody else has stored since `version`: the page takes them over, for it is at the new version from now on.
`theirs` are those that were changed here too, to other text: then nothing was stored, and the script sends the rest
again at the version it was told, and each of these when its person has settled it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts import clock
from accounts.access import needs
from accounts.models import Ability, User
from forms_tables.edition.catalog import Table
from reporting import workflow
from reporting.answers.questions import codes_answered
from reporting.books.terms import can_be_fed
from reporting.conversation.threads import talk_about
from reporting.filing.beside import rules_of
from reporting.filing.idle import idle_cells
from reporting.filing.judging import imported_behind, typed_cells
from reporting.filing.known import facts_known, figures_known, filled_in
from reporting.firm.forms import SavePress
from reporting.firm.views import answers
from reporting.firm.views.answers import SentCells
from reporting.firm.views.filing import filing_of, filing_to_keep, owed_table, person_of, pressed_filing
from reporting.firm.views.newcomer import opened_columns
from reporting.firm.views.overview import Overview
from reporting.models import Filing, Sheet
from reporting.pages.grid import LONGEST_IN_PAGE, Theirs, lay_out, suggestions_in
from reporting.pages.markup import rows_of
from reporting.pages.notes import notes_of

MOST_NAMED = 3  # cells told by name; the page marks them all
NOTHING: Mapping[str, Theirs] = {}
BY_ITSELF = "自动保存"


@needs(Ability.FILL)
def sheet(request: HttpRequest, period: str, key: str) -> HttpResponse:
    """The official form of one table as a grid of plain inputs."""
    if request.method == "POST":
        return save(request, period, key)
    overview = Overview(filing_of(request, period), clock.now())
    return render_sheet(request, overview, owed_table(overview.filing, key))


def save(request: HttpRequest, period: str, key: str) -> HttpResponse:
    """What was typed is stored; see the top of this file for what is sent and answered."""
    at, then = clock.now(), SavePress(request.POST).said["then"]
    in_json = request.headers.get("Accept") == answers.JSON
    if in_json and then == "keep":
        return keep(request, period, key, at)
    filing = pressed_filing(request, period)
    press = press_of(request, owed_table(filing, key), at)
    try:
        be_of_this_page(request, filing)
        overview = pressed(filing, press, then)
    except workflow.Refused as refused:
        if in_json:
            return JsonResponse(answers.refused(refused, press), status=409)
        return render_refused(request, filing_of(request, period), press, refused)
    submit = reverse("submit", args=[period])
    if in_json and then != "submit":
        return JsonResponse(answers.stored(request, overview, press))
    tell_what_others_saved(request, overview.sheets[press.table.code], press)
    if then == "submit":
        return JsonResponse({"onwards": submit}) if in_json else redirect(submit)
    return render_sheet(request, overview, press.table)


def keep(request: HttpRequest, period: str, key: str, at: datetime) -> JsonResponse:
    """An autosave, which comes every few seconds from everybody who fills in a form: the filing is read once, under its
    lock, and nothing is judged."""
    try:
        with transaction.atomic():
            filing = filing_to_keep(request, period)
            press = press_of(request, owed_table(filing, key), at)
            be_of_this_page(request, filing)
            kept = workflow.save_held(filing, *press.sent, proposed=shown_by(filing, press), subject=BY_ITSELF)
    except workflow.Refused as refused:
        return JsonResponse(answers.refused(refused, press), status=409)
    return JsonResponse(answers.kept(kept, press))


def press_of(request: HttpRequest, table: Table, at: datetime) -> SentCells:
    return SentCells(table, posted_cells(request.POST, table), posted_version(request.POST), person_of(request), at)


def pressed(filing: Filing, press: SentCells, then: str) -> Overview:
    """The filing as it is after the press."""
    act = workflow.save_and_check if then == "check" else workflow.save_and_read
    done = act(filing, *press.sent, proposed=shown_by(filing, press))
    return Overview(done, press.at) if isinstance(done, Filing) else Overview.of(done, press.at)


def shown_by(filing: Filing, press: SentCells) -> workflow.Proposed:
    """What the page of an empty table was filled in with."""
    return partial(filled_in, filing, press.table, press.by)


def be_of_this_page(request: HttpRequest, filing: Filing) -> None:
    """On a shared computer the next person signs in while a page of the last one is still open, and that page sends
    again: its figures are not theirs."""
    page = page_of(person_of(request), filing)
    if request.POST.get("page", page) != page:
        raise workflow.Refused(
            "没有保存：本页是另一个账号或另一家企业打开的。请用原来的账号重新登录，或重新载入本页再填写。"
        )


def page_of(user: User, filing: Filing) -> str:
    """Whose page of which filing: also under which a browser keeps what is not stored yet (static/sheet/kept.js)."""
    return f"{user.pk}-{filing.pk}"


def render_refused(request: HttpRequest, filing: Filing, press: SentCells, refused: workflow.Refused) -> HttpResponse:
    """The form with what was typed still in it and the reason above it."""
    if isinstance(refused, workflow.Conflict):
        return render_conflict(request, filing, press, refused)
    typed_over = Overview(filing, press.at, {**typed_cells(filing), **press.cells})
    return render_sheet(request, typed_over, press.table, refusal=refused, version=press.version)


def render_conflict(
    request: HttpRequest, filing: Filing, press: SentCells, conflict: workflow.Conflict
) -> HttpResponse:
    """The form with this person's changes over what is stored now; the next press saves them knowingly."""
    table, by, stored = press.table, press.by, conflict.sheet.cells
    others = {key: text for key, text in typed_cells(filing).items() if key not in cells_of(table)}
    overview = Overview(filing, press.at, {**others, **stored, **conflict.own})
    theirs = {
        key: Theirs(stored.get(key, ""), change.saver(by), change.at, str(by))
        for key, change in conflict.theirs.items()
    }
    return render_sheet(request, overview, table, refusal=conflict, version=conflict.sheet.version, theirs=theirs)


def tell_what_others_saved(request: HttpRequest, saved: Sheet, press: SentCells) -> None:
    """Which cells of the page give way to what others saved since it was opened."""
    edition, cells = saved.filing.edition, press.cells
    ours = {key: saved.cells.get(key, "") for key in cells}
    given_way = [key for key, text in cells.items() if not workflow.same(edition, key, ours[key], text.strip())]
    if not given_way:
        return
    changes = saved.meanwhile or {}
    names = "、".join(dict.fromkeys(changes[key].saver(press.by) for key in given_way if key in changes))
    places = "、".join(edition.place_of(key) for key in given_way[:MOST_NAMED])
    more = f"等 {len(given_way)} 格" if len(given_way) > MOST_NAMED else ""
    messages.info(request, f"{places}{more}在您打开之后由{names or '他人'}保存过，您没有改动，已换成保存的内容。")


def render_sheet(
    request: HttpRequest,
    overview: Overview,
    table: Table,
    refusal: workflow.Refused | None = None,
    version: int | None = None,
    theirs: Mapping[str, Theirs] = NOTHING,
) -> HttpResponse:
    """The form; after a refusal with the typed text still in it and the version it was opened at, after a conflict
    with the other side's text beside it."""
    stored = overview.sheets.get(table.code)
    text = overview.typed
    prefilled = not overview.has_text(table) and not refusal and overview.may_write
    judgement, reader = overview.judgement, person_of(request)
    facts = facts_known(overview.filing, table, judgement.facts.history, reader) if overview.may_write else {}
    if prefilled:
        text = {key: known.text for key, known in facts.items()} | {key: said for key, said in text.items() if said}
    completed = judgement.completed
    talk = talk_about(overview.filing, reader)
    known = facts | figures_known(judgement, table) if overview.may_write else {}
    idle = idle_cells(judgement.edition, judgement.facts, completed.values)
    remarks = replace(overview.remarks(table, theirs), known=known, filled_in=prefilled, idle=idle)
    grid = lay_out(table, text, completed, remarks)
    context = {
        "filing": overview.filing,
        "imported": imported_behind(overview.filing),
        "overview": overview,
        "table": table,
        "grid": grid,
        "rows": rows_of(grid, overview.may_write),
        "notes": notes_of(overview.filing.edition, grid, codes_answered()),
        "tabs": overview.tabs(table),
        "summary": overview.summary(table),
        "stored": stored,
        "version": (stored.version if stored else 0) if version is None else version,
        "refusal": refusal,
        "theirs": theirs,
        "rules": rules_of(overview.filing, table),
        "opened_columns": opened_columns(overview.filing.edition, grid, judgement.facts.history),
        "prefilled": prefilled and any(key in text for key in cells_of(table)),
        "takes_books": overview.may_write and not overview.filing.period.is_practice and can_be_fed(table),
        "page": page_of(reader, overview.filing),
        "suggestions": suggestions_in(grid),
        "longest_in_page": LONGEST_IN_PAGE,
        **answers.found_in(overview, table),
        "talk": talk,
        "said": talk.of_table(table.code),
    }
    return render(request, "firm/sheet.html", context, status=409 if refusal else 200)


def posted_version(posted: QueryDict) -> int:
    """The version the page was opened at; without a readable one the save can only be a first one."""
    text = posted.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def posted_cells(posted: QueryDict, table: Table) -> dict[str, str]:
    """The text of the form's cells; several ticked codes become one list."""
    return {key: ",".join(text for text in posted.getlist(key) if text) for key in cells_of(table) if key in posted}


def cells_of(table: Table) -> list[str]:
    return [f"{indicator.code}.{key}" for indicator in table.indicators for key in indicator.columns]
