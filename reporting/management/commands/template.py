"""manage.py template --enterprise CODE --period 2024M05 --out F.xlsx: that firm's workbook, pre-filled."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from reporting.models import Filing
from reporting.workbooks.exchange import write_filing_template


class Command(BaseCommand):
    help = "写出一家企业在一个报告期的填报工作簿：应填的全部表，已知的数已填好。"

    def add_arguments(self, parser):
        parser.add_argument("--enterprise", required=True, metavar="CODE", help="统一社会信用代码")
        parser.add_argument("--period", required=True, help="报告期，如 2024M05、2024A")
        parser.add_argument("--out", required=True, type=Path, help="写到哪个 .xlsx 文件")

    def handle(self, *, enterprise, period, out, **options):
        if out.suffix.lower() != ".xlsx":
            raise CommandError(f"--out 应是 .xlsx 文件，现在是“{out}”。")
        filings = Filing.objects.select_related("enterprise", "period", "district")
        filing = filings.filter(enterprise__credit_code=enterprise, period=period).first()
        if filing is None:
            raise CommandError(f"企业 {enterprise} 在报告期 {period} 没有填报任务。请核对信用代码和报告期。")
        try:
            write_filing_template(filing, out)
        except OSError as error:
            raise CommandError(f"无法写入{out}：{error.strerror}。") from error
        self.stdout.write(f"已写出 {filing.enterprise.name} {filing.period.label}的工作簿：{out}")
