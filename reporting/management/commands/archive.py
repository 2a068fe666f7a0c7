"""manage.py archive 2024M05 --out F.zip: everything of a period in one package, for the office's own archive."""

import os
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts import clock
from reporting.archive.handing_out import hand_out
from reporting.models import Period
from reporting.totals.history import imported_period
from reporting.workflow.guards import Refused


class Command(BaseCommand):
    help = "把一个报告期的全部内容打成一个归档包：上报件、说明、审核、操作日志、制度版本、汇总表和摘要清单。"

    def add_arguments(self, parser):
        parser.add_argument("period", help="报告期，如 2024M05 或 2023A")
        parser.add_argument("--out", required=True, type=Path, help="写到哪个 .zip 文件")
        parser.add_argument("--open", dest="unlocked", action="store_true", help="未锁定的报告期也打包，包内写明未锁定")
        parser.add_argument("--force", action="store_true", help="文件已经存在时覆盖它")

    def handle(self, *, period: str, out: Path, unlocked: bool, force: bool, **options):
        found = Period.objects.filter(pk=period).first()
        if found is None:
            raise CommandError(why_there_is_none(period))
        refuse_place(out, force)
        try:
            pieces = hand_out(found, None, clock.now(), unlocked)
        except Refused as refusal:
            raise CommandError(f"{refusal}确需在锁定之前留存的，请加 --open，包内会写明未锁定。") from refusal
        try:
            digest = write_whole(pieces, out)
        except OSError as error:
            raise CommandError(f"写不成 {out}：{error.strerror}。请检查磁盘空间和文件夹的权限后再执行一次。") from error
        self.stdout.write(
            f"{found.label}{'' if found.is_locked else '（未锁定）'}的归档包已写入 {out}，"
            f"{out.stat().st_size:,} 字节，SHA-256 {digest}。"
        )


def why_there_is_none(code: str) -> str:
    if withdrawn := Period.withdrawn_too.filter(pk=code).first():
        return f"{withdrawn.label}已撤回，没有可以归档的内容；需要时请先重新开启。"
    if imported := imported_period(code):
        return (
            f"{imported.parsed.label}只有导入历史，没有开启过，不按报告期归档；导入的文件在“导入历史”页可以原样下载。"
        )
    return f"没有报告期“{code}”：尚未开启，或代码有误（月报写作 2024M05，年报写作 2023A）。"


def refuse_place(out: Path, force: bool) -> None:
    if out.suffix.lower() != ".zip":
        raise CommandError(f"--out 应是 .zip 文件，现在是“{out}”。")
    if not out.parent.is_dir():
        raise CommandError(f"没有文件夹“{out.parent}”。请先建立它，或把 --out 写到已有的文件夹里。")
    if out.is_dir():
        raise CommandError(f"“{out}”是一个文件夹。请在 --out 写明文件名。")
    if out.exists() and not force:
        raise CommandError(f"文件“{out}”已经存在，没有改动它。请换一个名字；确要覆盖的，请加 --force。")


def write_whole(pieces: Iterable[bytes], out: Path) -> str:
    """Under its name stands only what is whole; nobody else on the machine may read it. Returns its digest."""
    partial, digest = out.with_name(f"{out.name}.part"), sha256()
    try:
        with open(partial, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            for piece in pieces:
                file.write(piece)
                digest.update(piece)
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)
    return digest.hexdigest()
