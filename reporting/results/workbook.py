"""The league table as an .xlsx: the table as it stands on the page, and what each column means."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from io import BytesIO

from django.utils.timezone import localtime

from reporting.results.measures import MEASURES, LeagueMeasure
from reporting.results.tallies import RankedDistrict, Results, median_of
from text.writing import TextWorkbook

FONT, HEAD = "宋体", "#EEF2F7"


def write_league(
    results: Results, rows: Iterable[RankedDistrict], by: LeagueMeasure, at: datetime, with_city: bool
) -> bytes:
    """`rows` are the districts the reader may see, in their order; `with_city` adds the whole city below them."""
    out = BytesIO()
    with TextWorkbook(out, {"in_memory": True}, at) as book:
        style = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
        title = book.add_format(style | {"bold": True, "font_size": 15})
        head = book.add_format(style | {"bold": True, "bg_color": HEAD, "border": 1, "text_wrap": True})
        text = book.add_format(style | {"border": 1, "text_wrap": True})
        whole = book.add_format(style | {"border": 1, "num_format": "#,##0"})
        tenth = book.add_format(style | {"border": 1, "num_format": "0.0"})
        sheet = book.add_worksheet("区县评比")
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(3)
        sheet.freeze_panes(4, 2)
        sheet.set_column(0, 0, 6)
        sheet.set_column(1, 1, 16)
        sheet.set_column(2, 1 + len(MEASURES), 11)
        sheet.write_string(0, 0, f"{results.period.label} 区县填报工作情况", title)
        sheet.write_string(1, 0, state_words(results, at), book.add_format(style))
        sheet.write_string(2, 0, f"名次按“{by.label}”（{by.direction}）", book.add_format(style))
        for column, words in enumerate(["名次", "区县", *(f"{m.label}（{m.unit}）" for m in MEASURES.values())]):
            sheet.write_string(3, column, words, head)
        lines = [
            (row.rank, row.district.name, [measure.of(row.tally) for measure in MEASURES.values()]) for row in rows
        ]
        if with_city:
            lines.append((None, "全市", [measure.of(results.whole) for measure in MEASURES.values()]))
        medians = [median_of(results.tallies.values(), measure) for measure in MEASURES.values()]
        lines.append((None, "各区县中位数", medians))
        for number, (rank, name, values) in enumerate(lines, start=4):
            write_value(sheet, number, 0, rank, whole)
            sheet.write_string(number, 1, name, text)
            for column, (measure, value) in enumerate(zip(MEASURES.values(), values, strict=True), start=2):
                is_median = name == "各区县中位数"
                write_value(sheet, number, column, value, whole if measure.is_whole_number and not is_median else tenth)
        write_definitions(book.add_worksheet("指标定义"), head, text)
    return out.getvalue()


def state_words(results: Results, at: datetime) -> str:
    if results.frozen_at:
        return f"按 {localtime(results.frozen_at):%Y-%m-%d} 锁定时的情况核定；导出时间 {at:%Y-%m-%d %H:%M}"
    return f"本期尚未锁定，按 {at:%Y-%m-%d %H:%M} 的情况计算，锁定时核定"


def write_value(sheet, row: int, column: int, value, style) -> None:
    if value is None:
        sheet.write_blank(row, column, None, style)
    else:
        sheet.write_number(row, column, value, style)


def write_definitions(sheet, head, text) -> None:
    for column, (words, width) in enumerate({"指标": 16, "单位": 8, "定义": 90, "评价方向": 24}.items()):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, words, head)
    for row, measure in enumerate(MEASURES.values(), start=1):
        for column, words in enumerate((measure.label, measure.unit, measure.definition, measure.direction)):
            sheet.write_string(row, column, words, text)
