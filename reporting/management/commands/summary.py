import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts import clock
from reporting.models.history import IMPORTED
from reporting.totals.aggregation import as_json
from reporting.totals.coverage import after_lock_in_words, share_in_words
from reporting.totals.frozen import FrozenGone
from reporting.totals.history import summary_of
from reporting.totals.package.earlier import totals_before
from reporting.totals.package.packing import package_of
from reporting.totals.rounding.shown import AS_FILED, MEASURES
from reporting.totals.tabulation import write_summary


class Command(BaseCommand):
    help = (
        "The city's totals of a period: an .xlsx with --out, the ministry's package with --package, JSON with --json."
    )

    def add_arguments(self, parser):
        parser.add_argument("period", help="2024M05, 2023A")
        parser.add_argument("--out", type=Path, help="where to write the workbook")
        parser.add_argument("--package", type=Path, help="where to write the ministry's package (.zip)")
        parser.add_argument(
            "--unit",
            choices=MEASURES,
            default=AS_FILED.key,
            help="；".join(f"{m.key} {m.label}" for m in MEASURES.values()),
        )
        parser.add_argument("--json", action="store_true")
        parser.add_argument(
            "--include-submitted", action="store_true", help="add what waits for its district, labelled so"
        )

    def handle(self, *, period, out, package, unit: str, json: bool, include_submitted, **options):
        at = clock.now()
        try:
            summary = summary_of(period, at, include_submitted)
        except FrozenGone as gone:
            raise CommandError(str(gone)) from gone
        if summary is None:
            raise CommandError(
                f"没有报告期{period}：尚未开始填报、已撤回，或代码有误（年报写作2024A，月报写作2024M05）。"
            )
        if out:
            with saying_why_not(out):
                write_summary(summary, out, MEASURES[unit])
        if package:
            with saying_why_not(package):
                package.write_bytes(package_of(summary, MEASURES[unit], totals_before(summary)))
        self.stdout.write(in_json(summary) if json else as_text(summary, out, package))


@contextmanager
def saying_why_not(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CommandError(f"无法写入{path}：{error.strerror}。") from error


def in_json(summary) -> str:
    return json.dumps(as_json(summary), ensure_ascii=False)


def as_text(summary, *paths: Path | None) -> str:
    written = [path for path in paths if path]
    coverage = summary.city.coverage
    if summary.is_imported:
        lines = [f"{summary.period.label}（{IMPORTED}）：{coverage.imported} 家。"]
        lines += [base.in_words for base in summary.city.bases]
        return "\n".join([*lines, *(f"已写入 {path}。" for path in written)])
    lines = [
        f"{summary.period.label}：应报 {coverage.owed} 家，已报 {coverage.filed} 家，审核通过 {coverage.approved} 家。",
        share_in_words(coverage, summary.revenue_basis),
    ]
    if words := after_lock_in_words(coverage.filed_after_lock):
        lines.append(words)
    if summary.released:
        lines.append(f"{summary.released.words}。")
    return "\n".join([*lines, *(f"已写入 {path}。" for path in written)])
