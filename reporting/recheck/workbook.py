"""The findings of a recheck as an .xlsx: a line for each, as many sheets as they need."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import IO

import polars as pl
from django.utils.timezone import localtime

from accounts.models import District, Enterprise
from reporting.recheck import UNREADABLE, Recheck
from text.writing import TextWorkbook

FONT, HEAD = "宋体", "#EEF2F7"
MOST_ROWS = 1_000_000  # of a sheet; Excel holds 1,048,576
CHUNK = 10_000
FIELDS = [
    ("区县", 12),
    ("统一社会信用代码", 21),
    ("企业", 34),
    ("数据来源", 12),
    ("级别", 7),
    ("审核关系", 10),
    ("提示语", 60),
    ("单元格", 60),
]


def write_findings(found: Recheck, filings: pl.Series, chosen: Mapping[str, object], at: datetime) -> IO[bytes]:
    """Every finding of these filings, of the chosen rule and level, in a file that is gone when it is closed. Of a
    draft as of a submission the cells, not the figures."""
    rows = found.findings.filter(pl.col("filing").is_in(filings.implode()))
    for name in ("rule", "level"):
        if chosen.get(name):
            rows = rows.filter(pl.col(name) == chosen[name])
    out = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115  the response closes it
    with TextWorkbook(out, {"constant_memory": True}, at) as book:
        style = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
        formats = [book.add_format(style | more) for more in ({"bold": True, "font_size": 13}, {}, {"bold": True})]
        formats[2].set_bg_color(HEAD)
        for number, part in enumerate(rows.iter_slices(MOST_ROWS) if rows.height else [rows], start=1):
            sheet = book.add_worksheet(f"复核结果{number}" if rows.height > MOST_ROWS else "复核结果")
            write_head(sheet, f"{found.period.label} 复核结果", rows.height, at, formats)
            for line, values in enumerate(lines_of(found, part), start=3):
                for column, value in enumerate(values):
                    sheet.write_string(line, column, value, formats[1])
    out.seek(0)
    return out


def write_head(sheet, title: str, count: int, at: datetime, formats: list) -> None:
    for column, (_, width) in enumerate(FIELDS):
        sheet.set_column(column, column, width)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)
    sheet.freeze_panes(3, 0)
    sheet.write_string(0, 0, title, formats[0])
    sheet.write_string(1, 0, f"共 {count} 处，截至 {localtime(at):%Y-%m-%d %H:%M} 的数据。", formats[1])
    for column, (words, _) in enumerate(FIELDS):
        sheet.write_string(2, column, words, formats[2])


def lines_of(found: Recheck, rows: pl.DataFrame) -> Iterable[list[str]]:
    firms = {pk: (code, name) for pk, code, name in Enterprise.objects.values_list("pk", "credit_code", "name")}
    districts = dict(District.objects.values_list("code", "name"))
    known = found.judged.select("filing", "enterprise", "district", "submission")
    for chunk in rows.iter_slices(CHUNK):
        for row in chunk.join(known, on="filing", how="left", maintain_order="left").iter_rows(named=True):
            rule = found.rules.get(row["rule"])
            yield [
                districts.get(row["district"], row["district"]),
                *firms[row["enterprise"]],
                "企业填报中" if row["submission"] is None else "上报件",
                "错误" if row["level"] == "error" else "提示",
                "" if row["rule"] == UNREADABLE else row["rule"],
                rule.message if rule else "单元格填写有误，不能读作数据",
                "、".join(found.cells_of(row)),
            ]
