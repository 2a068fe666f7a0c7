"""What is told exactly, letter for letter as the record has it: JSON Lines, one row a line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from accounts.clock import SHANGHAI
from reporting.archive.names import workbook_path
from reporting.archive.record import PeriodRecord, in_order
from reporting.archive.tables import is_counted
from reporting.models import Deadline, Filing, ParameterValue, Review
from reporting.models.edition import published_edition

ArchivedLine = dict[str, Any]
KEYS = {
    "credit_code": "统一社会信用代码", "enterprise": "企业", "district": "区县代码", "district_name": "区县",
    "number": "第几次上报", "receipt": "回执号", "edition": "制度版本", "edition_digest": "制度版本摘要",
    "tables": "所报的表", "counted": "是否计入本期汇总", "values": "填报内容：“行代码.栏”对小数文本或文字，空格不写",
    "attributes": "上报时名录中的企业属性", "findings": "上报时的审核结果，cells 是所涉单元格，figures 是所涉的数",
    "explanations": "企业对提示的说明，与审核结果按 rule 和 fingerprint 对应", "signer": "单位负责人",
    "reason": "修订原因", "estimated": "是否预估数", "on_time": "是否按时", "extended": "是否在延期内",
    "due_on": "当时的截止日", "submitted_by": "上报人", "submitted_at": "上报时间", "opened_by": "区县打开人",
    "opened_at": "区县打开时间", "recalled_at": "企业撤回时间", "workbook": "包内的工作簿",
    "decision": f"决定：{'，'.join(f'{value} {label}' for value, label in Review.Decision.choices)}",
    "note": "意见", "reasons": "逐项理由", "by": "操作人", "at": "时间", "action": "操作", "subject": "对象",
    "before": "原值", "after": "新值", "why": "事由",
}  # fmt: skip


def moment(at: datetime | None) -> str | None:
    return at.astimezone(SHANGHAI).isoformat() if at else None


def day(on: date | None) -> str | None:
    return on.isoformat() if on else None


def whose(filing: Filing) -> ArchivedLine:
    firm, district = filing.enterprise, filing.district
    return {
        "credit_code": firm.credit_code, "enterprise": firm.name, "district": district.code,
        "district_name": district.name,
    }  # fmt: skip


def submissions(record: PeriodRecord) -> Iterator[ArchivedLine]:
    for sent in in_order(record.submissions):
        yield whose(sent.filing) | {
            "number": sent.number,
            "receipt": sent.receipt,
            "edition": sent.edition_code,
            "edition_digest": sent.edition_digest,
            "tables": sent.tables,
            "counted": is_counted(sent),
            "values": sent.values,
            "attributes": sent.attributes,
            "findings": sent.findings,
            "explanations": sent.explanations,
            "signer": sent.signer,
            "reason": sent.reason,
            "estimated": sent.estimated,
            "on_time": sent.on_time,
            "extended": sent.extended,
            "due_on": day(sent.due_on),
            "submitted_by": record.signed(sent.submitted_by_id),
            "submitted_at": moment(sent.submitted_at),
            "opened_by": record.signed(sent.opened_by_id),
            "opened_at": moment(sent.opened_at),
            "recalled_at": moment(sent.recalled_at),
            "workbook": workbook_path(sent),
        }


def reviews(record: PeriodRecord) -> Iterator[ArchivedLine]:
    for review in in_order(record.reviews):
        yield whose(review.submission.filing) | {
            "number": review.submission.number,
            "receipt": review.submission.receipt,
            "decision": review.decision,
            "note": review.note,
            "reasons": review.reasons,
            "by": record.signed(review.by_id),
            "at": moment(review.at),
            "due_on": day(review.due_on),
            "on_time": review.on_time,
        }


def journal(record: PeriodRecord) -> Iterator[ArchivedLine]:
    for line in in_order(record.journal):
        firm, district = line.enterprise, line.district
        yield {
            "at": moment(line.at),
            "by": line.by_name,
            "action": line.action,
            "subject": line.subject,
            "credit_code": firm.credit_code if firm else "",
            "enterprise": firm.name if firm else "",
            "district": district.code if district else "",
            "district_name": district.name if district else "",
            "before": line.before,
            "after": line.after,
            "why": line.why,
        }


def period(record: PeriodRecord) -> ArchivedLine:
    """The period itself: its state, its dates, its parameters, the editions it was filed under."""
    found = record.period
    deadlines: list[Deadline] = sorted(found.deadlines.all(), key=lambda deadline: deadline.date)
    applying = ParameterValue.objects.filter(period=found) | ParameterValue.objects.filter(period=None)
    return {
        "period": found.code,
        "label": found.label,
        "locked": found.is_locked,
        "locked_at": moment(found.locked_at),
        "record_at": moment(record.at),
        "opens_on": day(found.opens_on),
        "estimates_allowed": found.estimates_allowed,
        "edition": found.edition_code,
        "deadlines": [
            {
                "level": deadline.level,
                "level_name": deadline.get_level_display(),
                "due_on": day(deadline.date),
                "nominal": day(deadline.nominal),
                "how": deadline.how,
                "why": deadline.why,
                "notice_number": deadline.notice_number,
            }
            for deadline in deadlines
        ],
        "parameters": [
            {"name": kept.name, "value": kept.figure, "source": kept.source, "period": kept.period_id or ""}
            for kept in applying.order_by("name", "period")
        ],
        "editions": [
            {"edition": code, "title": published_edition(code).title, "digest": digest, "submissions": number}
            for (code, digest), number in record.editions.items()
        ],
    }
