"""What a paper says, as plain data for the template: the head of the official form, the cells of a table as they are
read, the foot, and the receipt. A submission's figures, and who and what it was of, are those frozen with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime

from accounts.models import District
from accounts.standing_in import plainly
from forms_tables.edition.catalog import CodeList, Edition, Indicator, Table
from forms_tables.edition.shape import is_questionnaire, papers_of
from forms_tables.filling.completion import Facts
from reporting.filing.idle import idle_cells
from reporting.filing.judging import Judgement, Values, telephones_of
from reporting.models import Filing, State, Submission
from reporting.pages.grid import most_common_unit, show
from reporting.paper.receipts import digest_of, in_short

PaperContents = dict[str, Any]

NOT_HERE, NOT_NOW = "—", "／"  # the row has no such column; the cell does not apply to this firm or period
DAY, MINUTE, SECOND = "Y年n月j日", "Y年n月j日 H:i", "Y年n月j日 H:i:s"
HEAD = ("统一社会信用代码", "组织机构代码", "单位详细名称")
FOOT = ("单位负责人", "统计负责人", "填表人", "移动电话", "固定电话")
ROOM_FOR = {"有效期至": "　　　年　　月"}
SIGNS = f"“{NOT_HERE}”为本行没有的栏，“{NOT_NOW}”为本期或本单位不适用的栏，空白为没有填报。"
DERIVED = "官方表式未公布，本表据公开资料编制，待市级核定。"


@dataclass(frozen=True)
class PaperSource:
    """One filing's figures as they go on paper, and what is known of who filed them."""

    filing: Filing
    edition: Edition
    facts: Facts
    values: Values
    people: Mapping[str, str]  # by the label they have at the foot
    reported_on: str
    marks: tuple[str, ...]
    line: str  # at the foot of every page

    @property
    def attributes(self) -> Mapping[str, str]:
        return self.facts.attributes

    def said_in(self, row: str) -> str:
        """What the register said of the firm then, or where that was not kept, says now."""
        return self.attributes.get(row) or ""

    @property
    def firm(self) -> str:
        return self.said_in(self.edition.platform.rows.name) or self.filing.enterprise.name

    @property
    def credit_code(self) -> str:
        return self.said_in(self.edition.platform.rows.credit_code) or self.filing.enterprise.credit_code

    @property
    def district(self) -> str:
        """Where it was sent; a merger or a change of districts may have moved the filing since."""
        then = District.objects.filter(code=self.said_in(self.edition.platform.rows.district)).first()
        return (then or self.filing.district).name


# What is filed


def drafted(filing: Filing, judgement: Judgement, at: datetime) -> PaperSource:
    """The drafts as they are, until they are sent. What cannot be read is left out: nobody could tell what it says."""
    printed = f"草稿，{date_format(localtime(at), MINUTE)} 打印，未经上报"
    marks = practised(filing) + (("草稿",) if filing.is_with_firm or filing.in_force is None else ())
    values = judgement.completed.values
    said = {**judgement.facts.attributes, **telephones_of(filing.enterprise)}
    people = people_of(judgement.edition, values, said)
    return PaperSource(filing, judgement.edition, judgement.facts, values, people, "", marks, printed)


def submitted(submission: Submission) -> PaperSource:
    """Just what was sent, under the edition it was judged by."""
    filing = submission.filing
    edition = filing.period.judged_by(submission.edition)
    values = edition.values_from_text(submission.values)
    facts = Facts(filing.period.parsed, submission.attributes)
    people = people_of(edition, values, submission.attributes)
    firm = submission.attributes.get(edition.platform.rows.name) or filing.enterprise.name
    people |= {"单位负责人": submission.signer, "填表人": people["填表人"] or submission.sender_for(firm)}
    digest = in_short(digest_of(submission))
    line = f"回执 {submission.receipt}　验证码 {submission.printed_code}　数据摘要 {digest}"
    marks = practised(filing) + overtaken(submission)
    sent_on = date_format(localtime(submission.submitted_at), DAY)
    return PaperSource(filing, edition, facts, values, people, sent_on, marks, line)


def sent_of(filing: Filing) -> Submission | None:
    """What a paper of the filing shows once it has left the firm; the drafts until then, and again when reopened."""
    return None if filing.is_with_firm else filing.in_force


def practised(filing: Filing) -> tuple[str, ...]:
    return ("演练",) if filing.period.is_practice else ()


def overtaken(submission: Submission) -> tuple[str, ...]:
    """What has become of it since, where it stands no more."""
    filing = submission.filing
    if submission.recalled_at:
        return ("已撤回",)
    if filing.in_force_id != submission.pk:
        return ("已被取代",)
    return ("已退回",) if filing.state == State.RETURNED else ()


def people_of(edition: Edition, values: Values, attributes: Mapping[str, str]) -> dict[str, str]:
    """Who stands at the foot: as the questionnaire names them, where the filing has one, else as the register did. What
    was not frozen stays blank, to be written by hand."""
    people = {
        "单位负责人": attributes.get(edition.platform.rows.signer) or "",
        "统计负责人": attributes.get("contact_name") or "",
        "填表人": "",
        "移动电话": attributes.get("contact_mobile") or "",
        "固定电话": attributes.get("contact_phone") or "",
    }
    for row in edition.indicators.values():
        label = row.name.partition("（")[0]
        if label in people and not row.is_heading and (said := values.get(f"{row.code}.{row.columns[0]}")):
            people[label] = str(said)
    return people


# A paper


def paper_of(filed: PaperSource, tables: Iterable[Table], receipt: PaperContents | None = None) -> PaperContents:
    label = filed.filing.period.label
    return {
        "title": f"{filed.firm} {label}",
        "site": filed.edition.platform.city.site,
        "firm": filed.firm,
        "period": label,
        "marks": list(filed.marks),
        "line": filed.line,
        "tables": [table_on_paper(filed, table) | {"rows": rows_on_paper(filed, table)} for table in tables],
        "signs": SIGNS,
        "receipt": receipt,
    }


def table_on_paper(filed: PaperSource, table: Table) -> PaperContents:
    """All but its rows: what stands around them."""
    is_answers = is_questionnaire(table)
    return {
        "code": table.code,
        "title": table.title,
        "head": head_of(filed, table),
        "papers": [
            [label, text or ROOM_FOR.get(label, "")]
            for label, text in papers_of(filed.edition, table).items()
            if text or label in ROOM_FOR
        ],
        "unit": "" if is_answers else table.unit_note or most_common_unit(table.indicators),
        "columns": [] if is_answers else [column.label for column in table.columns],
        "foot": foot_of(filed, table),
        "remark": "" if table.provenance == "official" else DERIVED,
    }


def rows_on_paper(filed: PaperSource, table: Table) -> list[PaperContents]:
    idle = idle_cells(filed.edition, filed.facts, filed.values)
    cells = _Cells(filed, idle, districts_in(filed.edition))
    line = cells.answers if is_questionnaire(table) else cells.figures
    return [line(table, row) for row in table.indicators]


def head_of(filed: PaperSource, table: Table) -> list[list[str]]:
    """The lines at the left, each with what the register said; 有效期至 belongs to the papers."""
    known = {row.name: filed.said_in(code) for code, row in filed.edition.indicators.items() if row.columns}
    known |= {HEAD[0]: filed.credit_code, HEAD[1]: filed.credit_code[8:17], HEAD[2]: filed.firm}
    labels = [label for label in table.header or HEAD if label not in ROOM_FOR]
    return [[label, known.get(label, "")] for label in labels]


def foot_of(filed: PaperSource, table: Table) -> list[list[str]]:
    return [*([label, filed.people.get(label, "")] for label in table.footer or FOOT), ["报出日期", filed.reported_on]]


@dataclass(frozen=True)
class _Cells:
    filed: PaperSource
    idle: Collection[str]
    districts: CodeList | None

    def figures(self, table: Table, row: Indicator) -> PaperContents:
        return self.line(row) | {"cells": [self.figure(row, column.key) for column in table.columns]}

    def answers(self, table: Table, row: Indicator) -> PaperContents:
        """One answer, or one behind the other where the row asks for several."""
        said = [self.answer(table, row, key) for key in row.columns]
        return self.line(row) | {"cells": ["　".join(text for text in said if text)]}

    def answer(self, table: Table, row: Indicator, column: str) -> str:
        text, label = self.said(row, column), row.column(column).label
        return text if label == table.columns[0].label or not text else f"{label}：{text}"

    def line(self, row: Indicator) -> PaperContents:
        heading = row.is_heading
        return {"name": row.name, "depth": row.depth, "heading": heading, "code": row.code, "unit": row.unit}

    def figure(self, row: Indicator, column: str) -> str:
        return self.said(row, column) if column in row.columns else NOT_HERE

    def said(self, row: Indicator, column: str) -> str:
        key = f"{row.code}.{column}"
        value = self.filed.values.get(key)
        if key in self.idle:
            return NOT_NOW
        if isinstance(value, Decimal):
            return show(value, row.decimals_in(column))
        return self.with_names(row, column, value) if value else ""

    def with_names(self, row: Indicator, column: str, value: str) -> str:
        """A code with what it stands for."""
        kind = row.kind_in(column)
        if kind == "region":
            return named(value, self.districts.name_of(value[:6]) if self.districts else None)
        if kind not in ("code", "codes") or row.choices is None:
            return value
        return "；".join(named(code, row.choices.name_of(code)) for code in value.split(","))


def named(code: str, name: str | None) -> str:
    return f"{code} {name}" if name else code


def districts_in(edition: Edition) -> CodeList | None:
    return next((choices for choices in edition.code_lists.values() if choices.from_districts), None)


# The receipt


def receipt_of(submission: Submission, filed: PaperSource) -> PaperContents:
    filing = submission.filing
    due = f"（当时的截止日 {date_format(submission.due_on, DAY)}）" if submission.due_on else ""
    facts = {
        "回执号": submission.receipt,
        "单位详细名称": filed.firm,
        "统一社会信用代码": filed.credit_code,
        "报告期": f"{filing.period.label}，第 {submission.number} 次上报{'，预估数' if submission.estimated else ''}",
        "上报时间": f"{date_format(localtime(submission.submitted_at), SECOND)}，{submission.timing}{due}",
        "单位负责人": submission.signer,
        "经办人": submission.sender_for(filed.firm),
        "受理区县": filed.district,
        "修订原因": submission.reason,
        "所报的表": "、".join(submission.tables),
        "制度版本": f"{filed.edition.title}（摘要 {in_short(submission.edition_digest)}）",
        "数据摘要": in_short(digest_of(submission)),
    }
    return {
        "facts": [[label, text] for label, text in facts.items() if text],
        "code": submission.printed_code,
        "address": f"{settings.SITE_URL}{plainly(reverse('verify'))}",
        "practice": filing.period.is_practice,
    }
