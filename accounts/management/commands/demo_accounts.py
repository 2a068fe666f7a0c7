import json

from django.core.management.base import BaseCommand, CommandError

from accounts.models import DUTIES, Installation


class Command(BaseCommand):
    help = "Print one account per role of the demonstration city. Refuses on any other database."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="JSON instead of a table")

    def handle(self, *args, **options):
        installation = Installation.current()
        if not installation.is_demo:
            raise CommandError("这不是演示库：正式库里没有任何人知道的密码，账号由本人通过激活邮件设置密码。")
        if not installation.demo_secrets:
            raise CommandError("演示库还没有建好，请先运行 ./manage.py demo。")
        if options["json"]:
            self.stdout.write(json.dumps(installation.demo_secrets, ensure_ascii=False))
            return
        for known in installation.demo_secrets:
            role = DUTIES[known["role"]].label
            self.stdout.write(f"{role}\t{known['user']}\t{known['password']}")
