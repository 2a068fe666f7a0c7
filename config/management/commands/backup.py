import os
from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from launch import backups, real


class Command(BaseCommand):
    help = "Copy the real city of this folder now, as is done once a day: the record and the uploaded files."
    requires_system_checks: list[str] = []  # a city whose rules are broken is copied too

    def handle(self, **options) -> None:
        var, url = Path(settings.VAR_DIR), os.environ.get("DATABASE_URL", "")
        if not (var / real.KEPT).exists():
            raise CommandError("这里不是 ./run --real 的城市，没有备份。正式安装由 deploy/backup 备份。")
        if not os.environ.get(real.OWN):
            raise CommandError("数据库由 DATABASE_URL 指定，请在它自己那里备份。")
        try:
            made = backups.back_up(var, url, backups.office_now())
        except backups.TROUBLES as trouble:
            raise CommandError(f"没有备份成功：{backups.in_words(trouble)}") from trouble
        files = made.with_name(backups.files_of(made))
        self.stdout.write(f"已备份：记录在 {made}，上传的文件在 {files}。请把两个文件另存一份到别的机器。")
