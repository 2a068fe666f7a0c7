"""分组汇总: the table of a cut, what may be chosen for it, and the views that were saved."""

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse

from accounts import clock
from accounts.access import needs
from accounts.models import Ability
from reporting.cuts.choosing import address_of, be_sizeable, behind, choice_of, cut_asked
from reporting.cuts.cutting import CannotCut, Cut, CutPeriod, cut
from reporting.cuts.files import table_of_cut
from reporting.cuts.laying_out import FIRMS, CutBlock, CutLine, LaidOut, lay_out
from reporting.cuts.views.choosing import area_of, file_answer, form_of, to_the_page
from reporting.cuts.views.saved import saved_for
from reporting.pages.grid import show

PAGE = 100


@needs(Ability.READ_CITY, Ability.REVIEW)
def table(request):
    asked = cut_asked(request.GET, request.user, clock.today())
    if asked is None:
        return render(request, "cuts/no_period.html")
    around = {
        "asked": asked,
        "is_first": "by" not in request.GET,
        "address": address_of(choice_of(asked)),
        "area": area_of(request.user),
        "saved": saved_for(request.user),
    }
    try:
        around |= on_the_page(laid_out(asked, request), request.GET.get("page"))
    except CannotCut as cannot:
        around["cannot"] = str(cannot)
    return render(request, "cuts/table.html", around | {"form": form_of(asked, request.user)})


def laid_out(asked: Cut, request: HttpRequest) -> LaidOut:
    be_sizeable(asked)
    return lay_out(cut(asked), request.GET.get("sort", ""))


def on_the_page(laid: LaidOut, page: str | None) -> dict:
    shown = Paginator(range(len(laid.groups)), PAGE).get_page(page)
    start = (shown.number - 1) * PAGE
    return {
        "laid": laid,
        "dimensions": list(zip(laid.asked.by, laid.by, strict=True)),
        "heads": [heads_of(laid, each.code) for each in laid.coverage],
        "columns": 1 + 2 * len(laid.heads),
        "page": shown,
        "lines": [line_shown(laid, line) for line in laid.lines(start, start + PAGE)],
        "whole": line_shown(laid, laid.whole) | {"names": ["合计", *[""] * (len(laid.by) - 1)]},
    }


def heads_of(laid: LaidOut, period: str) -> list[tuple[str, str, str]]:
    """The columns of one period: the word it is sorted by, its name and its unit."""
    cells = [(f"{period}/{head.cell}", head.label, head.unit) for head in laid.heads]
    return [(f"{period}/{FIRMS}", "企业数", "家"), *cells]


def line_shown(laid: LaidOut, line: CutLine) -> dict:
    blocks = [block_shown(laid.asked, line, *each) for each in zip(laid.periods, line.blocks, strict=True)]
    return {"names": line.names or ("合计",), "more": " · ".join(line.names[1:]), "blocks": blocks}


def block_shown(asked: Cut, line: CutLine, period: CutPeriod, block: CutBlock) -> dict:
    """With the address of the firms behind it; the whole has those of all groups."""
    address = address_of(choice_of(behind(asked, period, line.group)))
    return {
        "firms": f"{block.firms:,}",
        "address": f"{reverse('cut_firms')}?{address}" if block.firms else "",
        "figures": [(show(each.figure, each.head.decimals), each.share) for each in block.figures],
    }


@needs(Ability.READ_CITY, Ability.REVIEW)
def table_file(request, kind):
    at = clock.now()
    asked = cut_asked(request.GET, request.user, at.date())
    if asked is None:
        return to_the_page("cut", request)
    try:
        laid = laid_out(asked, request)
    except CannotCut:
        return to_the_page("cut", request)
    area = area_of(request.user)
    return file_answer(table_of_cut(laid, area), f"{area}分组汇总", kind, at)
