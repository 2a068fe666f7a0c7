"""Which cell is wrong? A hint beside the errors of a draft, worked out when the page asks for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import clock
from accounts.access import needs
from accounts.models import Ability
from forms_tables.edition.address import CellAddress
from forms_tables.repair.mistypings import SHIFTED, SIGN, SWAPPED, TIMES, UNIT_MISTAKEN
from forms_tables.repair.wrong_cells import Hint, Repair, WrongCell, suggest
from forms_tables.words.rules import figure
from reporting.conversation.threads import talk_about
from reporting.filing.judging import cells_in
from reporting.firm.views.filing import filing_of
from reporting.firm.views.findings import CellLink
from reporting.firm.views.overview import Overview


@dataclass(frozen=True)
class WrongCellInWords:
    link: CellLink
    words: str
    others: Sequence["WrongCellInWords"] = ()
    more: bool = False


@needs(Ability.FILL)
def wrong_cells(request: HttpRequest, period: str) -> HttpResponse:
    """The fewest cells whose change satisfies the failed rules; part of a page for htmx, else a page of its own."""
    overview = Overview(filing_of(request, period), clock.now())
    hint = hint_for(overview)
    context = {
        "filing": overview.filing,
        "overview": overview,
        "hint": hint,
        "wrong_cells": [say(s, overview) for s in hint.wrong_cells],
    }
    if request.htmx:
        return render(request, "firm/_wrong_cells.html", context)
    context |= {"tabs": overview.tabs(), "talk": talk_about(overview.filing, request.user)}
    return render(request, "firm/wrong_cells.html", context)


def hint_for(overview: Overview) -> Hint:
    judgement = overview.judgement
    return suggest(judgement.edition, cells_in(judgement.tables, overview.typed), judgement.facts)


def say(wrong_cell: WrongCell, overview: Overview) -> WrongCellInWords:
    first, *others = (
        WrongCellInWords(overview.link_cell(change.cell), words_of(change, overview))
        for change in (wrong_cell.change, *wrong_cell.others)
    )
    return replace(first, others=others, more=wrong_cell.more)


def words_of(change: Repair, overview: Overview) -> str:
    """现填 600.00 万元；若为 60.00 万元，则各式均成立，与现填数相差 10 倍。"""
    unit = unit_of(change.cell, overview)
    now, instead = figure(change.now, unit), figure(change.instead, unit)
    if change.is_automatic:
        return f"现为 {now}；恢复为系统计算的 {instead}，则各式均成立"
    if change.mistyping or change.is_settled:
        return f"现填 {now}；若为 {instead}，则各式均成立{mistyping_in_words(change, overview)}"
    if change.high is None and change.low is None:
        return f"现填 {now}；例如为 {instead}时，各式均成立"
    if change.high is None:
        return f"现填 {now}；不小于 {figure(change.low, unit)}时，各式均成立"
    if not change.low:
        return f"现填 {now}；不大于 {figure(change.high, unit)}时，各式均成立"
    low, high = figure(change.low, unit).removesuffix(f" {unit}"), figure(change.high, unit)
    return f"现填 {now}；在 {low} 至 {high}之间时，各式均成立"


def mistyping_in_words(change: Repair, overview: Overview) -> str:
    mistyping = change.mistyping
    match mistyping and mistyping.kind:
        case kind if kind == TIMES:
            by_unit = mistyping.factor == UNIT_MISTAKEN and unit_of(change.cell, overview).startswith("万")
            return f"，与现填数相差 {mistyping.factor:,} 倍" + ("，请核对是否以万为单位" if by_unit else "")
        case kind if kind == SIGN:
            return "，与现填数正负号相反"
        case kind if kind == SWAPPED:
            return "，与现填数有相邻两位数字颠倒"
        case kind if kind == SHIFTED:
            return f"，与 {CellAddress.parse(mistyping.beside).code} 行所填的数相同，请核对是否错行"
    return ""


def unit_of(cell: str, overview: Overview) -> str:
    at = CellAddress.parse(cell)
    indicator = overview.filing.edition.indicator(at.code)
    return indicator.column(at.column).unit or indicator.unit
