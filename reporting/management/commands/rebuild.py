from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from reporting.models import Release
from reporting.releases.rebuilding import CannotRebuild, rebuilt


class Command(BaseCommand):
    help = "A release's workbook, byte for byte, from what it froze. Where it cannot be: exit 1, the place, no file."

    def add_arguments(self, parser):
        parser.add_argument("release", help="as `releases` lists it: 2024M05-1")
        parser.add_argument("--out", type=Path, required=True, help="where to write the workbook")

    def handle(self, *, release, out: Path, **options):
        found = release_called(release)
        try:
            content = rebuilt(found)
        except CannotRebuild as problem:
            raise CommandError(f"{problem}没有写出文件。") from problem
        try:
            out.write_bytes(content)
        except OSError as error:
            raise CommandError(f"无法写入{out}：{error.strerror}。") from error
        self.stdout.write(f"{found.code} 的汇总表已写入 {out}，与发布时逐字节相同（SHA-256 {found.digest}）。")


def release_called(code: str) -> Release:
    period, _, number = code.rpartition("-")
    found = Release.objects.filter(period=period, number=number).first() if number.isdecimal() else None
    if found is None:
        raise CommandError(f"没有发布“{code}”。写作 2024M05-1（报告期-第几次）；有哪些，见 ./manage.py releases。")
    return found
