"""What is told in rows, for people and spreadsheets: heads in the office's words, one CSV file each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from accounts.clock import SHANGHAI
from forms_tables.edition.catalog import Edition
from forms_tables.edition.shape import reason_called
from reporting.archive.names import scan_path, workbook_path
from reporting.archive.record import PeriodRecord, in_order, kept_as
from reporting.models import BaseAdjustment, DistrictResult, ExtensionRequest, Filing, LateRequest, Submission
from reporting.models.request import Request
from reporting.results.measures import NUMBERS

ArchivedRow = tuple[Any, ...]
FIRM = ("统一社会信用代码", "企业", "区县代码", "区县")
FILINGS = (
    *FIRM, "进度", "迟报", "企业截止日", "有效上报件序号", "审核通过的上报件序号", "计入汇总的上报件序号",
)  # fmt: skip
SUBMISSIONS = (
    *FIRM, "序号", "回执号", "制度版本", "制度版本摘要", "报表", "计入汇总", "上报时间", "上报人", "单位负责人", "按时",
    "延期内上报", "当时的企业截止日", "预估数", "修订原因", "区县打开时间", "区县打开人", "撤回时间", "工作簿",
)  # fmt: skip
FIGURES = (*FIRM, "序号", "计入汇总", "报表", "指标代码", "指标名称", "栏", "栏名", "计量单位", "填报内容")
EXPLANATIONS = (*FIRM, "序号", "审核关系", "提示", "单元格", "原因码", "原因", "说明")
REVIEWS = (*FIRM, "序号", "决定", "意见", "逐项理由", "审核人", "时间", "当时的区县截止日", "区县按时")
REQUESTS = (*FIRM, "申请", "内容", "理由", "申请人", "申请时间", "决定", "答复", "决定人", "决定时间")
MESSAGES = (*FIRM, "单元格", "内容", "请市级答复", "发言人", "时间")
SCANS = (*FIRM, "序号", "页数", "上传人", "上传时间", "扫描件")
JOURNAL = ("时间", "操作人", "操作", "对象", "统一社会信用代码", "企业", "当时区县", "原值", "新值", "事由")
RESULT_WORDS = {
    "owed": "应报（家）", "filed": "已报（家）", "on_time": "按时（家）", "extended": "其中延期内（家）",
    "late": "迟报（家）",
    "missing": "缺报（家）", "returned": "被退回（家）", "rounds": "退回次数", "most_rounds": "最多退回次数",
    "decided": "已办结（家）", "held": "办理用时合计（秒）", "longest_held": "最长办理用时（秒）",
    "district_judged": "计入区县时效（家）", "district_late": "区县逾期（家）", "revenue": "应报企业上年收入",
    "revenue_in": "已报企业上年收入",
}  # fmt: skip
RESULTS = ("区县代码", "区县", "核定时间", *(RESULT_WORDS.get(name, name) for name in NUMBERS))
GONE = "平台的存储里已没有这份文件"


@dataclass(frozen=True)
class FormCell:
    """A cell of a form, as a row of figures says where it stands."""

    key: str
    table: str
    code: str
    name: str
    column: str
    label: str
    unit: str


def in_cells(heads: ArchivedRow, rows: Iterable[ArchivedRow]) -> Iterator[list[str]]:
    """As CSV holds it: moments with their offset, 是 and 否, nothing where there is nothing."""
    yield list(heads)
    for row in rows:
        yield [in_cell(value) for value in row]


def in_cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case datetime():
            return value.astimezone(SHANGHAI).isoformat()
        case date():
            return value.isoformat()
        case dict() | list():
            return json.dumps(value, ensure_ascii=False)
    return str(value)


def firm_of(filing: Filing) -> ArchivedRow:
    firm, district = filing.enterprise, filing.district
    return firm.credit_code, firm.name, district.code, district.name


def filings(record: PeriodRecord) -> Iterator[ArchivedRow]:
    numbers = dict(record.submissions.values_list("pk", "number"))
    for filing in in_order(record.filings):
        filing.period = record.period
        three = (filing.in_force_id, filing.approved_id, filing.counted_id)
        named = (numbers.get(submission or 0) for submission in three)
        yield (*firm_of(filing), filing.standing.words, filing.late, filing.due_on, *named)


def submissions(record: PeriodRecord) -> Iterator[ArchivedRow]:
    for sent in in_order(record.submissions.defer(*Submission.HEAVY)):
        yield (
            *firm_of(sent.filing), sent.number, sent.receipt, sent.edition_code, sent.edition_digest,
            "、".join(sent.tables), is_counted(sent), sent.submitted_at, record.signed(sent.submitted_by_id),
            sent.signer, sent.on_time, sent.extended, sent.due_on, sent.estimated, sent.reason, sent.opened_at,
            record.signed(sent.opened_by_id), sent.recalled_at, workbook_path(sent),
        )  # fmt: skip


def is_counted(sent: Submission) -> bool:
    return sent.filing.counted_id == sent.pk


def figures(record: PeriodRecord) -> Iterator[ArchivedRow]:
    """Every frozen cell as it is written in the record, in the order of its form."""
    for sent in in_order(record.submissions):
        whose = *firm_of(sent.filing), sent.number, is_counted(sent)
        for cell in cells_of(sent.edition):
            if cell.key in sent.values:
                place = cell.table, cell.code, cell.name, cell.column, cell.label, cell.unit
                yield (*whose, *place, sent.values[cell.key])


@lru_cache(maxsize=32)
def cells_of(edition: Edition) -> tuple[FormCell, ...]:
    return tuple(
        FormCell(
            f"{row.code}.{column.key}",
            table.code,
            row.code,
            row.name,
            column.key,
            column.label,
            column.unit or row.unit,
        )
        for table in edition.tables
        for row in table.indicators
        for column in row.column_definitions
    )


def explanations(record: PeriodRecord) -> Iterator[ArchivedRow]:
    """What firms said of the warnings of what they sent; of an unsent draft it is still their own."""
    for sent in in_order(record.submissions.defer("values", "attributes")):
        found = {(finding["rule"], finding["fingerprint"]): finding for finding in sent.findings}
        for said in sent.explanations:
            finding = found.get((said["rule"], said["fingerprint"]), {"message": "", "cells": []})
            code = said["reason_code"]
            reason = reason_called(sent.edition, code) if code else ""
            about = said["rule"], finding["message"], "、".join(finding["cells"])
            yield (*firm_of(sent.filing), sent.number, *about, code, reason, said["text"])


def reviews(record: PeriodRecord) -> Iterator[ArchivedRow]:
    for review in in_order(record.reviews):
        sent = review.submission
        reasons = "；".join(f"{reason['place']}：{reason['reason']}" for reason in review.placed_reasons)
        yield (
            *firm_of(sent.filing), sent.number, review.get_decision_display(), review.note, reasons,
            record.signed(review.by_id), review.at, review.due_on, review.on_time,
        )  # fmt: skip


def requests(record: PeriodRecord) -> Iterator[ArchivedRow]:
    for kind in (ExtensionRequest, LateRequest, BaseAdjustment):
        rows = kind.objects.filter(filing__period=record.period)
        rows = rows.select_related("filing__enterprise", "filing__district", "filing__in_force")
        for asked in in_order(rows.order_by("asked_at", "pk")):
            asked.filing.period = record.period
            yield (
                *firm_of(asked.filing), kind._meta.verbose_name, subject_of(asked), asked.reason,
                record.signed(asked.asked_by_id), asked.asked_at, asked.state_words, asked.answer,
                record.signed(asked.decided_by_id), asked.decided_at,
            )  # fmt: skip


def subject_of(asked: Request) -> str:
    match asked:
        case ExtensionRequest():
            granted = f"，同意至 {asked.granted_until}" if asked.granted_until else ""
            return f"申请延期至 {asked.until}{granted}"
        case BaseAdjustment():
            return f"{asked.place}：{asked.old} 改为 {asked.new}"
        case LateRequest(spent_at=datetime() as spent_at):
            return f"已用，{in_cell(spent_at)}"
    return ""


def messages(record: PeriodRecord) -> Iterator[ArchivedRow]:
    for message in in_order(record.messages):
        message.filing.period = record.period
        said = message.place, message.text, message.for_city
        yield (*firm_of(message.filing), *said, record.signed(message.by_id), message.at)


def scans(record: PeriodRecord) -> Iterator[ArchivedRow]:
    for scan in in_order(record.scans):
        facts = scan.submission.number, scan.pages, record.signed(scan.by_id), scan.at
        yield (*firm_of(scan.submission.filing), *facts, scan_path(scan) if kept_as(scan) else GONE)


def journal(record: PeriodRecord) -> Iterator[ArchivedRow]:
    for line in in_order(record.journal):
        firm, district = line.enterprise, line.district
        whose = (firm.credit_code, firm.name) if firm else ("", "")
        acted = line.at, line.by_name, line.action, line.subject
        yield (*acted, *whose, district.name if district else "", line.before, line.after, line.why)


def results(record: PeriodRecord) -> Iterator[ArchivedRow]:
    rows = DistrictResult.objects.filter(period=record.period).select_related("district")
    for row in rows.order_by("district__code"):
        counted = (row.measures.get(name) for name in NUMBERS)
        yield (row.district.code, row.district.name, row.at, *counted)
