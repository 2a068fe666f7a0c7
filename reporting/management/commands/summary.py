import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts import clock
from reporting.models import Period
from reporting.models.history import IMPORTED
from reporting.totals.aggregation import after_lock_in_words, as_json, share_in_words
from reporting.totals.frozen import totals_of
from reporting.totals.history import imported_period, summarise_history
from reporting.totals.tabulation import write_summary


class Command(BaseCommand):
    help = "The city's totals of a period: an .xlsx with --out, JSON with --json."

    def add_arguments(self, parser):
        parser.add_argument("period", help="2024M05, 2023A")
        parser.add_argument("--out", type=Path, help="where to write the workbook")
        parser.add_argument("--json", action="store_true")
        parser.add_argument(
            "--include-submitted", action="store_true", help="add what waits for its district, labelled so"
        )

    def handle(self, *, period, out, json: bool, include_submitted, **options):
        if imported := imported_period(period):
            summary = summarise_history(imported.parsed, clock.now())
        elif found := Period.objects.filter(code=period).first():
            summary = totals_of(found, clock.now(), include_submitted)
        else:
            raise CommandError(
                f"没有报告期{period}：尚未开始填报、已撤回，或代码有误（年报写作2024A，月报写作2024M05）。"
            )
        if out:
            try:
                write_summary(summary, out)
            except OSError as error:
                raise CommandError(f"无法写入{out}：{error.strerror}。") from error
        self.stdout.write(as_text(summary, out) if not json else in_json(summary))


def in_json(summary) -> str:
    return json.dumps(as_json(summary), ensure_ascii=False)


def as_text(summary, out: Path | None) -> str:
    coverage = summary.city.coverage
    if summary.is_imported:
        lines = [f"{summary.period.label}（{IMPORTED}）：{coverage.imported} 家。"]
        lines += [base.in_words for base in summary.city.bases]
        return "\n".join([*lines, *([f"汇总表已写入 {out}。"] if out else [])])
    lines = [
        f"{summary.period.label}：应报 {coverage.owed} 家，已报 {coverage.filed} 家，审核通过 {coverage.approved} 家。",
        share_in_words(coverage, summary.revenue_basis),
    ]
    if words := after_lock_in_words(coverage.filed_after_lock):
        lines.append(words)
    if summary.released:
        lines.append(f"{summary.released.words}。")
    if out:
        lines.append(f"汇总表已写入 {out}。")
    return "\n".join(lines)
