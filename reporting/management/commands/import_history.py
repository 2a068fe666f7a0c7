"""manage.py import_history F.xlsx: past periods come in as imported history, all rows or none.
F.zip or a folder holds filled workbooks of the platform, one to a firm and period.

Exit 0 when everything was taken, would be taken, or was taken before from this very file; 1 when rows were refused and
nothing was taken; 2 when the file cannot be read.
"""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts import clock
from accounts.access import Refused
from accounts.models import User
from forms_tables.edition.periods import PeriodCode
from reporting.history.importing import import_history, try_history
from reporting.history.reading.given import given
from reporting.history.report import HistoryReport
from reporting.models.in_force import asked_once
from text.package import Unreadable

REFUSED, UNREADABLE = 1, 2
MOST_SHOWN = 200


class Command(BaseCommand):
    help = "从 Excel 导入以往报告期的数据（导入历史）：每家企业每期一行；全部导入，或有一行不对就都不导入。"

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="历史数据：.xlsx，或装有填好的表样的 .zip、文件夹")
        parser.add_argument("--check", action="store_true", help="只核对，什么也不写入")
        parser.add_argument("--concordance", type=Path, help="另一个文件里的对照表：原代码、现代码两列")
        parser.add_argument("--replace", default="", metavar="WHY", help="替换已导入的同一企业同一期，写明原因")
        parser.add_argument("--by", default="", metavar="USER", help="由哪一位市级管理员导入（账号）；不写就是系统")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *, file: Path, check: bool, concordance: Path | None, replace: str, by: str, **options):
        bring_in = try_history if check else import_history
        try:
            official = user_called(by)
            with asked_once():  # each line of the journal names the office of whose act it is
                report = bring_in(given(file, file.name, concordance, replace.strip()), by=official, at=clock.now())
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        except Unreadable as unreadable:
            self.tell_unreadable(str(unreadable), as_json=options["json"])
            sys.exit(UNREADABLE)
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False))
        else:
            self.tell(report, check)
        if report.refused and not report.done_before:
            sys.exit(REFUSED)

    def tell_unreadable(self, why: str, *, as_json: bool) -> None:
        if as_json:
            refused = [{"row": 0, "column": "", "why": why}]
            found = {"rows": 0, "taken": 0, "refused": refused, "periods": {}, "missing": []}
            self.stdout.write(json.dumps(found, ensure_ascii=False))
        else:
            self.stderr.write(why)

    def tell(self, report: HistoryReport, check: bool) -> None:
        for problem in report.refused[:MOST_SHOWN]:
            row = f"“{problem.part}”" if problem.part else f"第 {problem.row} 行" if problem.row else ""
            place = row + (f"“{problem.column}”" if problem.column else "")
            self.stdout.write("：".join(filter(None, [place, problem.why])))
        if len(report.refused) > MOST_SHOWN:
            self.stdout.write(f"……共 {len(report.refused)} 处，其余用 --json 查看。")
        for head, now in report.read_as.items():
            self.stdout.write(f"按对照表，“{head}”作“{now}”读。")
        if report.left_out:
            self.stdout.write(f"按对照表，不导入的列：{'、'.join(report.left_out)}。")
        for period, count in report.periods.items():
            self.stdout.write(f"{PeriodCode.parse(period).label}：{count} 家")
        for label, count in report.missing_by_period:
            self.stdout.write(f"提示：{count} 家缺{label}，前后各期都有。")
        for name, count in report.replaced.items():
            self.stdout.write(f"替换“{name}”的 {count} 行。")
        if report.corrected:
            self.stdout.write(f"其中 {report.corrected} 行有企业更正过的数，仍以企业的为准。")
        done = "可以导入" if check else "已导入"
        taken = f"{done} {report.taken} 行。" if report.taken else "没有导入。"
        self.stdout.write(f"共 {report.rows} 行，{taken}")


def user_called(username: str) -> User | None:
    if not username:
        return None
    try:
        return User.objects.get(username=username, is_active=True)
    except User.DoesNotExist:
        raise CommandError(f"没有账号“{username}”，请用 --by 写明市级管理员的账号。") from None
