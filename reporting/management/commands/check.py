"""manage.py check F.xlsx: read a filled workbook and judge it against the firm's history, without storing anything.

Exit 0 when there is nothing worse than a warning, 1 with errors, 2 when the workbook cannot be read.
Without a file it is Django's own system check, whose name it shares; with --database it says as well which edition
governs which period.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path

from django.core.management.commands.check import Command as SystemCheck
from django.db import DEFAULT_DB_ALIAS

from forms_tables.rules.checks import findings_of_cells
from forms_tables.workbooks.template import Unreadable
from reporting.models.in_force import stretches
from reporting.system_checks import is_migrated
from reporting.workbooks.exchange import JudgedWorkbook, judge_workbook

LEVELS = {"error": "错误", "warning": "提示"}


class Command(SystemCheck):
    help = "对一份填好的工作簿（.xlsx）做数据审核；不给文件时，是 Django 的系统检查。"

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *app_labels, **options):
        if not any(is_workbook(label) for label in app_labels):
            super().handle(*app_labels, **options)
            return self.write_what_governs(options.get("databases"))
        found = report(app_labels[0])
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
        else:
            self.write_in_words(found)
        sys.exit(exit_code(found))

    def write_what_governs(self, databases: list[str] | None) -> None:
        """Which edition governs which period; asks a database only where one is named."""
        if DEFAULT_DB_ALIAS in (databases or ()) and is_migrated(DEFAULT_DB_ALIAS):
            for stretch in stretches():
                self.stdout.write(f"适用：{stretch.family}，{stretch.label}。")

    def write_in_words(self, found: dict) -> None:
        if "unreadable" in found:
            self.stderr.write(found["unreadable"])
            return
        for cell in found["cells"]:
            self.stdout.write(f"[单元格] {cell['problem']}")
        told = {cell["problem"] for cell in found["cells"]}
        for finding in found["findings"]:
            if finding["message"] not in told:
                self.stdout.write(f"[{LEVELS[finding['level']]} {finding['rule']}] {finding['message']}")
        errors = sum(finding["level"] == "error" for finding in found["findings"])
        warnings = len(found["findings"]) - errors
        self.stdout.write(f"单元格问题 {len(found['cells'])} 处，错误 {errors} 处，提示 {warnings} 处。")


def is_workbook(label: str) -> bool:
    return not label.isidentifier() or Path(label).is_file()


def report(path: str) -> dict:
    """What check --json prints. A cell that breaks a rule (R621, R622) is told as a cell and as that rule's finding."""
    try:
        judged = judge_workbook(path)
    except Unreadable as refused:
        return {"cells": [], "findings": [], "unreadable": str(refused)}
    return {"cells": cells_of(judged), "findings": findings_of(judged)}


def cells_of(judged: JudgedWorkbook) -> list[dict]:
    return [
        {"table": problem.table, "code": problem.code, "column": problem.column, "problem": problem.problem}
        for problem in judged.problems
    ]


def findings_of(judged: JudgedWorkbook) -> list[dict]:
    cells = replace(judged.judgement.completed, problems=tuple(p for p in judged.problems if p.code))
    found = {
        (finding.rule, finding.cells): finding
        for finding in (*findings_of_cells(judged.filing.edition, cells), *judged.judgement.findings)
    }
    return [
        {"rule": finding.rule, "level": finding.level, "cells": list(finding.cells), "message": finding.message}
        for finding in found.values()
    ]


def exit_code(found: dict) -> int:
    if "unreadable" in found:
        return 2
    return 1 if found["cells"] or any(finding["level"] == "error" for finding in found["findings"]) else 0
