"""manage.py dataset [PERIOD]: the stored columns brought up to the record, made anew, or proved equal to it.

Exit 1 with --verify where a row, a cell or a sum is another; each place is named.
"""

from time import perf_counter

from django.core.management.base import BaseCommand, CommandError

from forms_tables.edition.periods import PeriodCode
from reporting.city_columns import frozen
from reporting.totals.verifying import lasting_differences, stored_periods
from reporting.totals.verifying import rebuild as make_anew

MOST_NAMED = 200


class Command(BaseCommand):
    help = "列存数据：更新到与记录一致；--rebuild 全部重做；--verify 逐行、逐格、逐项合计与记录核对。"

    def add_arguments(self, parser):
        parser.add_argument("period", nargs="?", help="报告期，如 2024M05 或 2023A；不写为全部")
        parser.add_argument("--verify", action="store_true", help="与记录核对，不一致时退出码为 1")
        parser.add_argument("--rebuild", action="store_true", help="删去已有的列存，从记录重做")

    def handle(self, *, period, verify: bool, rebuild: bool, **options):
        codes = stored_periods()
        if period and period not in codes:
            raise CommandError(
                f"没有报告期{period}：尚未开始填报、已撤回，或代码有误（年报写作2024A，月报写作2024M05）。"
            )
        wrong = 0
        for code in [period] if period else codes:
            begun = perf_counter()
            if rebuild:
                make_anew(code)
            else:
                frozen.refresh([code])
            done, seconds = "已重做" if rebuild else "已更新", perf_counter() - begun
            self.stdout.write(f"{PeriodCode.parse(code).label}：{done}，{seconds:.1f} 秒。")
            if verify:
                wrong += self.verified(code)
        if wrong:
            raise CommandError(f"列存与记录有 {wrong} 处不一致；用 manage.py dataset --rebuild 重做后再核对。")

    def verified(self, code: str) -> int:
        found = lasting_differences(code, MOST_NAMED + 1)
        for each in found[:MOST_NAMED]:
            self.stderr.write(each.in_words)
        if len(found) > MOST_NAMED:
            self.stderr.write(f"{code} 还有更多，只列出 {MOST_NAMED} 处。")
        if not found:
            self.stdout.write(f"{PeriodCode.parse(code).label}：列存与记录逐格一致。")
        return len(found)
