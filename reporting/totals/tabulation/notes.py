"""The sheets around the figures: what went in, how complete it is, and the list of filings (for internal use)."""

from __future__ import annotations

from decimal import Decimal
from math import ceil

from reporting.models.history import IMPORTED
from reporting.totals.aggregation import AreaSummary, Summary
from reporting.totals.coverage import (
    Coverage,
    after_lock_in_words,
    imported_in_words,
    reopened_in_words,
    share,
    share_in_words,
)
from reporting.totals.released import by_reason, left_out_in_words
from reporting.totals.rounding.shown import ShownTotals
from reporting.totals.tabulation.page import GREY, PROVISIONAL, Field, TotalsBook
from reporting.totals.tabulation.tables import DISTRICT, DISTRICT_CODE, tables_of

NOTES = [Field("label", "项目", 20), Field("text", "说明", 110)]
COVERAGE = [
    DISTRICT_CODE,
    DISTRICT,
    Field("owed", "应报企业\n（家）", 12),
    Field("filed", "已报企业\n（家）", 12),
    Field("approved", "审核通过\n（家）", 12),
    Field("filed_rate", "报送率\n（%）", 12),
    Field("approved_rate", "通过率\n（%）", 12),
    Field("filed_share", "已报企业上年\n收入占比（%）", 16),
    Field("approved_share", "通过企业上年\n收入占比（%）", 16),
]
LIST = [
    DISTRICT_CODE,
    DISTRICT,
    Field("credit_code", "统一社会信用代码", 22),
    Field("name", "单位详细名称", 44),
    Field("counted", "是否纳入", 9),
    Field("state", "状态", 22),
    Field("late", "迟报", 7),
    Field("extended", "延期内", 7),
    Field("number", "上报件\n序号", 9),
    Field("receipt", "回执号", 30),
    Field("submitted_at", "上报时间", 18),
]
OUT = [
    *LIST[:4],
    Field("state", "状态", 22),
    Field("revenue", "上年收入", 16),
    Field("share", "占应报企业\n上年收入（%）", 14),
    Field("reason", "原因", 60),
]
NAMED, MOST_LINES = 5, 24


def write_notes(book: TotalsBook) -> None:
    sheet = book.add_sheet("说明", NOTES, repeat=1)
    book.write_title(sheet, 0, f"{book.summary.period.label}汇总表说明", 1)
    told = [*notes_on(book.shown), ("金额单位", "\n".join(book.shown.in_words))]
    for row, (label, text) in enumerate(told, start=1):
        sheet.set_row(row, 15 * lines_needed(text))
        sheet.write_string(row, 0, label, book.boxed(bold=True, valign="top"))
        sheet.write_string(row, 1, text, book.boxed(text_wrap=True, valign="top"))
    sheet.activate()


def lines_needed(text: str) -> int:
    """How many lines the text takes; a Chinese character is as wide as two others."""
    room = NOTES[1].width - 6
    return sum(max(1, ceil(sum(2 if ord(sign) > 255 else 1 for sign in line) / room)) for line in text.split("\n"))


def notes_on(shown: ShownTotals) -> list[tuple[str, str]]:
    summary = shown.summary
    counted = sum(listed.is_counted for listed in summary.filings)
    return [
        ("报告期", f"{summary.period.label}（{summary.period.code}）"),
        ("制度版本", f"{summary.edition.title}（{summary.edition.code}）\n{summary.edition.basis}"),
        ("制度版本摘要", summary.edition.digest),
        *other_digests(summary),
        ("制表时间", f"{summary.at:%Y-%m-%d %H:%M:%S}"),
        *whether_locked(summary),
        *which_release(summary),
        ("纳入口径", scope_of(summary)),
        *how_it_came_in(summary, counted),
        ("合计", f"各指标合计数由纳入的上报件逐家相加。{shown.blank_in_words}"),
        (
            "同比、环比",
            "同比由合计数重新计算，是同口径的，保留一位小数；上年同期合计不大于 0 时留空。"
            "累计指标的环比不由两期累计数相除，留空；按当月数计算的环比见“增长”页。",
        ),
        *([("与原制度的对照", "\n".join(summary.breaks))] if summary.breaks else []),
        ("不加总的指标", "百分比、系数不加总，留空。"),
        ("区县", districts_in_words(summary)),
        ("企业数", "每行右端为该指标第一个可加总列填有数字（含 0）的企业数。"),
        ("工作表", sheets_in_words(summary)),
        (
            "保密",
            "内部资料。纳入清单列有单个企业；分区县各表中企业数少的行可能推断出单个企业的数据。"
            "依照《统计法》，不得对外提供或公布。",
        ),
    ]


def how_it_came_in(summary: Summary, counted: int) -> list[tuple[str, str]]:
    city = summary.city.coverage
    bases = [("基期", "\n".join(base.in_words for base in summary.city.bases))] if summary.city.bases else []
    if summary.is_imported:
        return [("覆盖", f"本期没有在本平台报送，本表由{IMPORTED}合计，纳入 {counted} 家企业。"), *bases]
    filed = f"应报 {city.owed} 家，已报 {city.filed} 家，审核通过 {city.approved} 家，本表纳入 {counted} 家。"
    beside = reopened_in_words(city) + after_lock_in_words(city.filed_after_lock) + imported_in_words(city)
    shares = [("收入占比", share_in_words(city, summary.revenue_basis))]
    return [("报送情况", filed + beside), *shares, *who_is_left_out(summary), *bases]


def whether_locked(summary: Summary) -> list[tuple[str, str]]:
    """Said only while the figures may still change."""
    if not summary.provisional:
        return []
    return [(PROVISIONAL, f"{summary.provisional}。锁定以前的上报、审核和更正会改变这些数，不是定数。")]


def which_release(summary: Summary) -> list[tuple[str, str]]:
    if not summary.released:
        return []
    changes = at_most(list(summary.released.changes), "处改动")
    return [("发布", summary.released.words), *([("更正", "\n".join(changes))] if changes else [])]


def who_is_left_out(summary: Summary) -> list[tuple[str, str]]:
    """How much is missing, and for each reason the firms, the largest first; all of them have a sheet of their own."""
    whole = summary.city.coverage.revenue_owed
    if not summary.left_out:
        return []
    lines = [left_out_in_words(summary.left_out, whole, summary.revenue_basis)]
    for group in by_reason(summary.left_out, whole):
        names = "、".join(firm.name for firm in group.firms[:NAMED]) + ("等" if len(group.firms) > NAMED else "")
        part = f"，占 {group.share}" if group.share else ""
        lines.append(f"{group.reason or '没有写明原因'}（{len(group.firms)} 家{part}）：{names}")
    return [("未纳入的企业", "\n".join(at_most(lines, "项原因")))]


def at_most(lines: list[str], what: str) -> list[str]:
    """As many as a row of a sheet can show."""
    if len(lines) <= MOST_LINES:
        return lines
    return [*lines[:MOST_LINES], f"另有 {len(lines) - MOST_LINES} {what}，见发布页。"]


def write_left_out(book: TotalsBook) -> None:
    summary, last = book.summary, len(OUT) - 1
    whole = summary.city.coverage.revenue_owed
    sheet = book.add_sheet("未纳入清单", OUT, repeat=4)
    book.write_title(sheet, 0, f"{summary.period.label}未纳入清单（内部）", last)
    book.write_aside(
        sheet, 1, left_out_in_words(summary.left_out, whole, summary.revenue_basis), "内部资料，不得对外提供", last
    )
    top = row = book.write_fields(sheet, 2, OUT)
    sheet.freeze_panes(row, 4)
    text, middle = book.boxed(text_wrap=True), book.boxed(align="center")
    for row, firm in enumerate(summary.left_out, start=top):
        sheet.write_string(row, 0, firm.district, book.boxed(font_color=GREY, align="center"))
        sheet.write_string(row, 1, firm.district_name, text)
        sheet.write_string(row, 2, firm.credit_code, middle)
        sheet.write_string(row, 3, firm.name, text)
        sheet.write_string(row, 4, firm.state, text)
        book.write_figure(sheet, row, 5, firm.revenue, book.figure(2))
        book.write_figure(sheet, row, 6, exact_part(firm.weight, whole), book.figure(2))
        sheet.write_string(row, 7, firm.reason, text)
    sheet.autofilter(top - 1, 0, max(top, row), last)


def exact_part(part: Decimal, whole: Decimal) -> Decimal | None:
    return part * 100 / whole if whole > 0 else None


def other_digests(summary: Summary) -> list[tuple[str, str]]:
    others = sorted(summary.digests - {summary.edition.digest})
    if not others:
        return []
    return [("不同摘要的上报件", "以下摘要的上报件也已纳入，其制度内容与现行摘要不同：\n" + "\n".join(others))]


def scope_of(summary: Summary) -> str:
    if summary.is_imported:
        return f"{IMPORTED}：由市级从以往的报表导入，未在本平台上报和审核；企业更正过并同意的，以企业的数为准。"
    if summary.include_submitted:
        return "区县审核通过的上报件，以及已上报、尚待区县审核的上报件。含未审核数据，非审定数。"
    return "只纳入区县审核通过的上报件；修订中的企业按最近一次审核通过的上报件计。"


def districts_in_words(summary: Summary) -> str:
    if summary.is_imported and not summary.is_of_one_district:
        return f"按报告期末的区县划分归集，列出当时有效的区县 {len(summary.districts)} 个。"
    if summary.is_of_one_district:
        return f"只含报送区县为{summary.city.name}的企业。"
    return f"按填报时的报送区县归集，列出报告期末有效的区县 {len(summary.districts)} 个。"


def sheets_in_words(summary: Summary) -> str:
    names = "{0}" if summary.is_of_one_district else "{0}、{0}分区县"
    tables = [f"{names.format(table.code)}：{table.title}" for table in tables_of(summary)]
    return "\n".join(
        [
            *tables,
            *([] if summary.is_imported else ["区县报送情况：各区县应报、已报、通过家数与收入占比"]),
            "纳入清单：逐家列明是否纳入及上报件序号（内部）",
            *(["未纳入清单：应报而未纳入的企业及原因，按上年收入从大到小（内部）"] if summary.left_out else []),
        ]
    )


def write_coverage(book: TotalsBook) -> None:
    last = len(COVERAGE) - 1
    sheet = book.add_sheet("区县报送情况", COVERAGE, repeat=4)
    book.write_title(sheet, 0, f"{book.summary.period.label}区县报送情况", last)
    basis = book.summary.revenue_basis or "没有上年数据，收入占比留空"
    book.write_aside(sheet, 1, f"上年收入：{basis}", "", last)
    top = row = book.write_fields(sheet, 2, COVERAGE)
    sheet.freeze_panes(row, 2)
    areas = book.summary.districts if book.summary.is_of_one_district else (book.summary.city, *book.summary.districts)
    for row, area in enumerate(areas, start=top):
        write_coverage_line(book, sheet, row, area, bold=area is book.summary.city)
    sheet.autofilter(top - 1, 0, row, last)


def write_coverage_line(book: TotalsBook, sheet, row: int, area: AreaSummary, bold: bool = False) -> None:
    coverage = area.coverage
    sheet.write_string(row, 0, area.code, book.boxed(font_color=GREY, align="center"))
    sheet.write_string(row, 1, area.name, book.boxed(bold=bold))
    for column, count in enumerate((coverage.owed, coverage.filed, coverage.approved), start=2):
        book.write_figure(sheet, row, column, count, book.figure(0, bold))
    for column, part in enumerate(shares_of(coverage), start=5):
        book.write_figure(sheet, row, column, part, book.figure(1, bold))


def shares_of(coverage: Coverage) -> tuple[Decimal | None, ...]:
    """Who is in and who is passed, by count and by last year's revenue."""
    return (
        share(coverage.filed, coverage.owed),
        share(coverage.approved, coverage.owed),
        coverage.share_filed,
        coverage.share_approved,
    )


def write_list(book: TotalsBook) -> None:
    last = len(LIST) - 1
    sheet = book.add_sheet("纳入清单", LIST, repeat=4)
    book.write_title(sheet, 0, f"{book.summary.period.label}纳入清单（内部）", last)
    book.write_aside(sheet, 1, "内部资料，不得对外提供", "", last)
    top = row = book.write_fields(sheet, 2, LIST)
    sheet.freeze_panes(row, 4)
    names = {area.code: area.name for area in book.summary.districts}
    zone = book.summary.at.tzinfo
    text, middle, grey = book.boxed(), book.boxed(align="center"), book.boxed(font_color=GREY, align="center")
    moment = book.boxed(align="center", num_format="yyyy-mm-dd hh:mm")
    for row, listed in enumerate(book.summary.filings, start=top):
        cells = [
            (listed.district, grey),
            (names[listed.district], text),
            (listed.credit_code, middle),
            (listed.name, text),
            ("是" if listed.is_counted else "否", middle),
            (listed.state, text),
            ("是" if listed.late else "", middle),
            ("是" if listed.extended else "", middle),
            (listed.number, book.figure(0)),
            (listed.receipt, middle),
            (listed.submitted_at and listed.submitted_at.astimezone(zone).replace(tzinfo=None), moment),
        ]
        sheet.write_cells(row, 0, cells)
    sheet.autofilter(top - 1, 0, max(top, row), last)
