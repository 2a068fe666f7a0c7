"""A filing as a workbook: handed out pre-filled, and read and judged when it comes back (see workbook_upload)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from openpyxl.utils.cell import coordinate_to_tuple

from accounts.models import Enterprise
from accounts.old_codes import former_codes
from forms_tables.edition.model import Edition
from forms_tables.filling.parsing import Problem
from forms_tables.workbooks.filled import reference_in
from forms_tables.workbooks.template import (
    OpenedWorkbook,
    ReadWorkbook,
    Reporter,
    Template,
    Unreadable,
    WorkbookMeta,
    formula_problems,
    read_workbook,
    write_template,
)
from reporting.filing.judging import Judgement, judge, typed_cells
from reporting.filing.known import known_cells
from reporting.models import Filing, PublishedEdition, Submission


@dataclass(frozen=True)
class JudgedWorkbook:
    """A workbook read and judged against the firm's history; nothing is stored."""

    filing: Filing
    read: ReadWorkbook
    judgement: Judgement
    problems: tuple[Problem, ...]  # their sentences carry the cell's reference


def write_filing_template(filing: Filing, out) -> None:
    """Write the filing's workbook to `out`: all its tables, pre-filled with the drafts and with what is known."""
    versions = dict(filing.sheets.values_list("table", "version"))  # before the cells: a save in between is noticed
    judgement = judge(filing, known_cells(filing))
    completed = judgement.completed
    due = filing.due_on
    unreadable = {name_of(problem) for problem in completed.problems}
    typed = {name: text for name, text in typed_cells(filing).items() if name in unreadable}
    template = Template(
        filing.edition,
        filing.period.parsed,
        reporter_of(filing, judgement.facts.attributes),
        judgement.tables,
        {**completed.values, **typed},
        completed.locked,
        parameters=judgement.facts.parameters,
        due=f"{due.year}年{due.month}月{due.day}日",
        versions=versions,
        history=judgement.facts.history,
    )
    write_template(template, out)


def write_submission_workbook(submission: Submission, out) -> None:
    """Write a frozen submission to `out`: the same sheets, every cell closed and as it was sent."""
    filing = submission.filing
    edition = filing.period.judged_by(submission.edition)
    tables = [edition.table(code) for code in submission.tables]
    frozen = f"第{submission.number}次上报件，已冻结"
    closed = {f"{row.code}.{key}": frozen for table in tables for row in table.indicators for key in row.columns}
    values = edition.values_from_text(submission.values)
    reporter = reporter_of(filing, submission.attributes)
    form = edition, filing.period.parsed, reporter, tables
    write_template(Template(*form, values, closed, frozen_at=submission.submitted_at), out)


def reporter_of(filing: Filing, attributes: Mapping[str, str]) -> Reporter:
    """Above the tables what `attributes` say, which a submission froze; the guide names the firm as it is now."""
    firm = filing.enterprise
    rows, read = filing.edition.indicators, filing.edition.platform.rows
    credit_code = attributes.get(read.credit_code) or firm.credit_code
    header = {rows[code].name: said for code, said in attributes.items() if code in rows}
    header |= {
        "统一社会信用代码": credit_code,
        "组织机构代码": credit_code[8:17],
        "单位详细名称": attributes.get(read.name) or firm.name,
        "报告期": filing.period.label,
    }
    return Reporter(firm.name, firm.credit_code, header)


def judge_workbook(source, name: str = "") -> JudgedWorkbook:
    """Read a workbook whoever's it is and judge it against that firm's history. Raises Unreadable."""
    opened = OpenedWorkbook(source, name)
    meta = opened.meta
    filing = (
        Filing.objects.select_related("enterprise", "period", "district")
        .filter(enterprise__credit_code=meta.credit_code, period=meta.period)
        .first()
    )
    if filing is None:
        firm = Enterprise.objects.filter(credit_code=meta.credit_code).first()
        who = f"“{firm.name}”（{firm.credit_code}）在报告期 {meta.period} 没有填报任务" if firm else ""
        raise Unreadable(f"{who or f'名录中没有统一社会信用代码为 {meta.credit_code} 的企业'}，不能做数据审核。")
    return judge_opened(filing, opened)


def judge_opened(filing: Filing, opened: OpenedWorkbook) -> JudgedWorkbook:
    firm = filing.enterprise
    if opened.meta.credit_code != firm.credit_code and opened.meta.credit_code in former_codes(firm):
        opened.meta = replace(opened.meta, credit_code=firm.credit_code)  # handed out before it was put right
    if is_alike(opened.meta, filing):
        opened.meta = replace(opened.meta, edition=filing.edition.code, digest=filing.edition.digest)
    known = Enterprise.objects.filter(credit_code__in=[firm.credit_code, opened.meta.credit_code])
    read = read_workbook(
        opened,
        filing.edition,
        filing.period_id,
        firm.credit_code,
        firms=dict(known.values_list("credit_code", "name")),
    )
    judgement = judge(filing, read.cells)
    problems = sorted(all_problems(filing, read, judgement), key=lambda problem: where(problem, read, filing.edition))
    return JudgedWorkbook(filing, read, judgement, tuple(problems))


def is_alike(meta: WorkbookMeta, filing: Filing) -> bool:
    """Whether a workbook handed out under another revision has the very tables of this one: only rules changed."""
    edition = filing.edition
    made = PublishedEdition.objects.filter(code=meta.edition, digest=meta.digest).first()
    if made is None or meta.digest == edition.digest:
        return False
    tables = {table.code: table for table in edition.tables}
    return all(
        tables.get(table.code) == table
        for table in filing.period.judged_by(made.edition).tables
        if table.code in meta.tables
    )


def all_problems(filing: Filing, read: ReadWorkbook, judgement: Judgement) -> Iterator[Problem]:
    """What reading found, then what parsing found, each cell once and with its reference on the sheet."""
    found = [*read.problems, *formula_problems(read, filing.edition, judgement.completed.locked)]
    yield from found
    said = {name_of(problem) for problem in found}
    for problem in judgement.completed.problems:
        absent = problem.missing and name_of(problem) not in read.places
        if not absent and name_of(problem) not in said:
            yield replace(problem, problem=read.placed(problem))
    for table in judgement.tables:
        if table.code not in read.meta.tables:
            sentence = f"工作簿里没有 {table.code} {table.title}。{table.why}请重新下载本期表样，或在网页上填写这张表。"
            rule = filing.edition.platform.rules.get("required", "")
            yield Problem(table.code, "", "", sentence, rule, missing=True)


def where(problem: Problem, read: ReadWorkbook, edition: Edition) -> tuple[int, int, int]:
    """Table, row and column, in the order of the workbook; what is wrong with a sheet as a whole stands first."""
    tables = [table.code for table in edition.tables]
    reference = reference_in(read.places.get(name_of(problem), ""))
    row, column = coordinate_to_tuple(reference) if reference else (0, 0)
    return tables.index(problem.table), row, column


def name_of(problem: Problem) -> str:
    return f"{problem.code}.{problem.column}"
