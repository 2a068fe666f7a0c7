"""A filing as a workbook: handed out pre-filled, and taken back into the drafts whole or not at all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import localtime

from accounts.models import Enterprise, User
from forms_tables.completion import REQUIRED_RULE
from forms_tables.edition import FIGURE_KINDS, Edition
from forms_tables.parsing import Problem
from forms_tables.workbooks import (
    OpenedWorkbook,
    ReadWorkbook,
    Reporter,
    Unreadable,
    WorkbookMeta,
    formula_problems,
    read_workbook,
    write_template,
)
from reporting.judging import Judgement, facts_for, judge, typed_cells
from reporting.models import Filing, PublishedEdition, Submission
from reporting.workflow import Conflict, save_sheet

MOST_NAMED = 10  # cells in which a draft and a workbook differ


@dataclass(frozen=True)
class Received:
    """What became of an uploaded workbook. With any problem nothing was stored."""

    problems: tuple[str, ...]
    saved: tuple[str, ...] = ()  # the tables whose drafts were written
    passed_over: tuple[str, ...] = ()  # figures in computed cells that differ from the platform's and were not taken
    conflicts: tuple[str, ...] = ()  # drafts saved since the workbook was handed out; with any nothing was stored
    not_owed: tuple[str, ...] = ()  # tables of the workbook that the firm does not owe; nothing of them was taken


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
    write_template(
        filing.edition,
        filing.period.parsed,
        reporter_of(filing, judgement.facts.attributes),
        judgement.tables,
        {**completed.values, **typed},
        completed.locked,
        out,
        parameters=judgement.facts.parameters,
        due=f"{due.year}年{due.month}月{due.day}日",
        versions=versions,
    )


def write_submission_workbook(submission: Submission, out) -> None:
    """Write a frozen submission to `out`: the same sheets, every cell closed and as it was sent."""
    filing, edition = submission.filing, submission.edition
    tables = [edition.table(code) for code in submission.tables]
    frozen = f"第{submission.number}次上报件，已冻结"
    closed = {f"{row.code}.{key}": frozen for table in tables for row in table.indicators for key in row.columns}
    values = edition.values_from_text(submission.values)
    reporter = reporter_of(filing, submission.attributes)
    write_template(edition, filing.period.parsed, reporter, tables, values, closed, out)


def known_cells(filing: Filing) -> dict[str, str]:
    """The drafts, with the register's facts standing in where 软统企1 has not been filled yet."""
    return known_of_register(filing) | {name: text for name, text in typed_cells(filing).items() if text}


def known_of_register(filing: Filing) -> dict[str, str]:
    """The register's facts as cells of 软统企1."""
    if not filing.period.is_annual:
        return {}
    rows = {row.code: row for table in filing.edition.tables for row in table.indicators if not row.origin}
    return {
        f"{code}.{rows[code].columns[0]}": str(fact)
        for code, fact in facts_for(filing).attributes.items()
        if code in rows and fact and not rows[code].formula_in(rows[code].columns[0])
    }


def reporter_of(filing: Filing, attributes: Mapping[str, str]) -> Reporter:
    firm = filing.enterprise
    header = {
        "统一社会信用代码": firm.credit_code,
        "组织机构代码": firm.credit_code[8:17],
        "单位详细名称": firm.name,
        "是否有嵌入式系统软件业务": attributes.get("A36", ""),
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
    if is_alike(opened.meta, filing.edition):
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
    return JudgedWorkbook(filing, read, judgement, tuple(all_problems(filing, read, judgement)))


def is_alike(meta: WorkbookMeta, edition: Edition) -> bool:
    """Whether a workbook handed out under another revision has the very tables of this one: only rules changed."""
    made = PublishedEdition.objects.filter(code=meta.edition, digest=meta.digest).first()
    if made is None or meta.digest == edition.digest:
        return False
    tables = {table.code: table for table in edition.tables}
    return all(tables.get(table.code) == table for table in made.edition.tables if table.code in meta.tables)


def all_problems(filing: Filing, read: ReadWorkbook, judgement: Judgement) -> Iterator[Problem]:
    """What reading found, then what parsing found, each cell once and with its reference on the sheet."""
    found = [*read.problems, *formula_problems(read, filing.edition, judgement.completed.locked)]
    yield from found
    said = {name_of(problem) for problem in found}
    for problem in judgement.completed.problems:
        absent = problem.rule == REQUIRED_RULE and name_of(problem) not in read.places
        if not absent and name_of(problem) not in said:
            yield replace(problem, problem=read.placed(problem))
    for table in judgement.tables:
        if table.code not in read.meta.tables:
            sentence = f"工作簿里没有 {table.code} {table.title}。{table.why}请重新下载本期表样，或在网页上填写这张表。"
            yield Problem(table.code, "", "", sentence, REQUIRED_RULE)


def name_of(problem: Problem) -> str:
    return f"{problem.code}.{problem.column}"


def receive_workbook(
    filing: Filing, source, by: User, at: datetime, name: str = "", *, overwrite: bool = False
) -> Received:
    """Take an uploaded workbook into the filing's drafts: every table of it, or nothing with the sentences why.
    Cells that others saved since it was handed out are replaced only when the person says so (`overwrite`)."""
    try:
        judged = judge_opened(filing, OpenedWorkbook(source, name))
    except Unreadable as refused:
        return Received((str(refused),))
    if problems := what_stops(judged):
        return Received(problems)
    owed = {table.code for table in judged.judgement.tables}
    taken = tuple(code for code in judged.read.meta.tables if code in owed)
    versions = dict(filing.sheets.values_list("table", "version")) if overwrite else judged.read.meta.versions
    conflicts, why, proposed = [], f"上传工作簿 {name}".strip(), known_of_register(filing)
    with transaction.atomic():
        for code in taken:
            try:
                save_sheet(filing, code, cells_to_take(judged, code), versions.get(code, 0), by, at, why, proposed)
            except Conflict as conflict:
                conflicts.append(words_of(conflict, filing.edition))
        transaction.set_rollback(bool(conflicts))
    if conflicts:
        return Received((), conflicts=tuple(conflicts))
    left = [filing.edition.table(code) for code in judged.read.meta.tables if code not in owed]
    not_owed = tuple(f"{table.code} {table.title}：{table.why_not}" for table in left)
    return Received((), taken, tuple(passed_over(judged)), not_owed=not_owed)


def what_stops(judged: JudgedWorkbook) -> tuple[str, ...]:
    """A draft may have gaps, and a computed cell or a table not owed is not taken anyway; all else stops an upload."""
    owed, locked = {table.code for table in judged.judgement.tables}, judged.judgement.completed.locked
    return tuple(
        problem.problem
        for problem in judged.problems
        if problem.table in owed
        and (problem in judged.read.problems or (problem.rule != REQUIRED_RULE and name_of(problem) not in locked))
    )


def cells_to_take(judged: JudgedWorkbook, table: str) -> dict[str, str]:
    """Every cell of a table as the workbook has it: what is blank there, or not the firm's to type, is blank."""
    locked = judged.judgement.completed.locked
    keys = [f"{row.code}.{key}" for row in judged.filing.edition.table(table).indicators for key in row.columns]
    return {key: "" if key in locked else judged.read.cells.get(key, "") for key in keys}


def words_of(conflict: Conflict, edition: Edition) -> str:
    """Which cells of a draft others changed after the workbook was handed out, with both texts."""
    both = "；".join(
        f"{edition.place_of(cell)}，草稿“{conflict.sheet.cells.get(cell, '')}”"
        f"（{change.by or '他人'} {localtime(change.at):%Y-%m-%d %H:%M} 保存），工作簿“{conflict.own[cell]}”"
        for cell, change in list(conflict.theirs.items())[:MOST_NAMED]
    )
    count = len(conflict.theirs)
    more = f"；等 {count} 格" if count > MOST_NAMED else ""
    return f"{conflict.sheet.table}有 {count} 格在工作簿下载之后又保存过，内容与工作簿不同：{both}{more}。"


def passed_over(judged: JudgedWorkbook) -> list[str]:
    """Each figure typed into a computed cell that is not what the platform works out, with both figures."""
    own = judge(
        judged.filing,
        {cell: text for cell, text in judged.read.cells.items() if cell not in judged.judgement.completed.locked},
    ).completed.values
    sentences = []
    for cell in judged.judgement.completed.locked:
        typed, worked_out = judged.judgement.completed.values.get(cell), own.get(cell)
        text = judged.read.cells.get(cell, "").strip()
        if not text or typed == worked_out:
            continue
        code, key = cell.split(".")
        indicator = judged.filing.edition.indicator(code)
        place = f"{judged.read.places[cell]} {indicator.place(key)}"
        computed = "空" if worked_out is None else figure(worked_out, indicator.kind_in(key))
        sentences.append(f"{place}由系统填写为{computed}，工作簿中的“{text}”没有采用。")
    return sentences


def figure(value: Decimal | str, kind: str) -> str:
    return f" {value:,} " if kind in FIGURE_KINDS and isinstance(value, Decimal) else f"“{value}”"
