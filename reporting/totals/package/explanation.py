"""编制说明: what the figures are, on what they rest and what is missing; and 企业名单."""

from __future__ import annotations

from collections import Counter

from reporting.models import State
from reporting.totals.aggregation import Summary
from reporting.totals.breaks import THEN
from reporting.totals.listing import ListedFiling
from reporting.totals.package.districts import COVERAGE_SHEET, MAIN_SHEET, main_cells
from reporting.totals.package.earlier import LAST_YEAR, PaperFigures
from reporting.totals.package.official import is_published, rows_left_out
from reporting.totals.package.paper import LINE_HEIGHT, PageHead, PaperBook, lines_needed
from reporting.totals.tabulation.notes import districts_in_words, how_it_came_in, scope_of, whether_locked
from reporting.totals.tabulation.page import Field
from reporting.totals.tabulation.tables import leaves_running_growth, tables_of

EXPLAINED = [Field("label", "项目", 16), Field("text", "说明", 84)]
FIRMS = [
    Field("", "序号", 6),
    Field("", "区县", 16),
    Field("", "统一社会信用代码", 21),
    Field("", "单位详细名称", 40),
    Field("", "是否纳入", 9),
    Field("", "报送情况", 28),
]
COUNTED = "已计入"
EXPLANATION_SHEET, FIRMS_SHEET = "编制说明", "企业名单"


def write_explanation(book: PaperBook, figures: PaperFigures) -> None:
    title = PageHead(f"{book.summary.period.label}统计资料编制说明", [])
    sheet, row = book.add_page(EXPLANATION_SHEET, EXPLAINED, title)
    for label, text in explanation_of(figures):
        sheet.set_row(row, LINE_HEIGHT * lines_needed(text, EXPLAINED[1].width))
        sheet.write_string(row, 0, label, book.boxed(bold=True, valign="top"))
        sheet.write_string(row, 1, text, book.boxed(text_wrap=True, valign="top"))
        row += 1
    book.write_foot(sheet, row, [], EXPLAINED)


def explanation_of(figures: PaperFigures) -> list[tuple[str, str]]:
    summary = figures.now.summary
    counted = sum(listed.is_counted for listed in summary.filings)
    return [
        ("报告期", summary.period.label),
        *whether_locked(summary),
        ("制度", f"{summary.edition.title}\n{summary.edition.basis}"),
        ("统计范围", f"{scope_of(summary)}\n{districts_in_words(summary)}"),
        *how_it_came_in(summary, counted),
        ("缺报情况", missing_in_words(summary)),
        ("金额单位", "\n".join(figures.now.in_words)),
        ("增速口径", growth_in_words(figures)),
        *([("与原制度的对照", "\n".join(summary.breaks))] if summary.breaks else []),
        ("空白与 0", f"{figures.now.blank_in_words}百分比、系数不加总，留空。"),
        ("表式", forms_in_words(summary)),
        ("本套材料", papers_in_words(summary)),
    ]


def missing_in_words(summary: Summary) -> str:
    """Which districts' firms are not in, and how many; a district of which nothing is in is named as such."""
    names = {area.code: area.name for area in summary.districts}
    out = Counter(listed.district for listed in summary.filings if listed.is_counted_as_owed and not listed.is_counted)
    none = [area.name for area in summary.districts if not sum(area.totals.firms.values())]
    told = []
    if out:
        listed = "、".join(f"{name} {out[code]} 家" for code, name in names.items() if out[code])
        told.append(f"应报而未纳入的企业 {out.total()} 家：{listed}。逐家见企业名单。")
    if none:
        told.append(f"没有纳入任何企业的区县：{'、'.join(none)}，各表中留空。")
    return "\n".join(told) or "应报企业全部纳入。"


def growth_in_words(figures: PaperFigures) -> str:
    summary = figures.now.summary
    word = LAST_YEAR[summary.period.frequency]
    base = summary.period.behind(word)
    then = f"{THEN[word]}（{base.label}）" if base else THEN[word]
    told = [
        f"同比＝本期合计÷{THEN[word]}合计－1。{then}的数由本期纳入的企业填报，按它计算的增速与按已公布数计算的可能不同；"
        "用未舍位的数计算，保留一位小数；基数不大于 0 或没有填报的不计算。"
    ]
    told += [
        f"表中没有{THEN[word]}一栏的，用{earlier.summary.period.label}的汇总数。"
        for word, earlier in figures.earlier.items()
    ]
    if any(leaves_running_growth(table.indicators) for table in tables_of(summary)):
        told.append("累计指标的环比不由两期累计数相除，各表留空。")
    return "\n".join(told)


def forms_in_words(summary: Summary) -> str:
    told = ["各表按制度表式的行序、列名排列，不含平台自加的行和代码。"]
    for table in tables_of(summary):
        if not is_published(table):
            told.append(f"{table.code}的官方表式未公布，指标据公开资料编列，不印指标代码。")
        elif names := "、".join(row.name.lstrip("*") for row in rows_left_out(table)):
            told.append(f"{table.code}中平台补列的{names}不列入。")
    return "\n".join(told)


def papers_in_words(summary: Summary) -> str:
    sheets = [
        f"{EXPLANATION_SHEET}（本表）",
        *([f"{MAIN_SHEET}：各区县主要指标及同比"] if main_cells(summary) else []),
        *([] if summary.is_imported else [f"{COVERAGE_SHEET}：各区县应报、已报、通过家数与收入占比"]),
        *(f"{table.code}：{table.title}" for table in tables_of(summary)),
        f"{FIRMS_SHEET}（另册）：应报企业与是否纳入",
    ]
    return "\n".join(sheets)


def state_in_words(listed: ListedFiling) -> str:
    """A lock says nothing of a firm: what is in it counts."""
    return COUNTED if listed.is_counted and listed.state == State.LOCKED.label else listed.state


def write_firms(book: PaperBook, figures: PaperFigures) -> None:
    summary = figures.now.summary
    counted = sum(listed.is_counted for listed in summary.filings)
    left = [f"报告期：{summary.period.label}", f"共 {len(summary.filings)} 家，纳入汇总 {counted} 家"]
    head = PageHead(f"{summary.period.label}{FIRMS_SHEET}", left, ["列有单个企业，内部资料"])
    sheet, row = book.add_page(FIRMS_SHEET, FIRMS, head)
    names = {area.code: area.name for area in summary.districts}
    text, middle = book.boxed(text_wrap=True), book.boxed(align="center")
    for number, listed in enumerate(summary.filings, start=1):
        state = state_in_words(listed)
        sheet.set_row(
            row,
            LINE_HEIGHT * max(lines_needed(listed.name, FIRMS[3].width), lines_needed(state, FIRMS[5].width)),
        )
        book.write_figure(sheet, row, 0, number, book.figure(0))
        sheet.write_string(row, 1, names[listed.district], text)
        sheet.write_string(row, 2, listed.credit_code, middle)
        sheet.write_string(row, 3, listed.name, text)
        sheet.write_string(row, 4, "是" if listed.is_counted else "否", middle)
        sheet.write_string(row, 5, state, text)
        row += 1
    book.write_foot(sheet, row, [], FIRMS)
