from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from accounts import people
from accounts.access import Refused
from accounts.clock import now
from accounts.links import ACTIVATION_LIFE, activation_link


class Command(BaseCommand):
    help = (
        "Open the account of the first system administrator and print the link by which they choose their password. "
        "Without a mail address: say whether there is one."
    )

    def add_arguments(self, parser):
        parser.add_argument("email", nargs="?", default="", help="their mail address")
        parser.add_argument("--name", default="系统管理员", help="their name, as the journal says it")
        parser.add_argument("--username", default="admin")

    def handle(self, *, email: str, name: str, username: str, **options):
        if not email:
            self.stdout.write(self.how_it_stands())
            return
        try:
            validate_email(email)
            is_again = people.system_administrators().exists()
            user = people.first_administrator(username=username, name=name, email=email, at=now())
        except ValidationError:
            raise CommandError(f"“{email}”不是邮箱地址，请照 name@example.cn 的样子写。") from None
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        if is_again:
            self.stdout.write("先前印出的链接已作废，只有下面这个有效。")
        self.stdout.write(
            f"请 {name} 打开下面的链接，自己设定密码。链接只能用一次，{ACTIVATION_LIFE.days} 天内有效，请勿转给别人：\n"
            f"{activation_link(user)}\n"
            f"以后用“{user.username}”登录，在“用户”页邀请市级管理员，“上线”页写着其余要办的事。"
        )

    def how_it_stands(self) -> str:
        if people.system_administrators().activated().exists():
            return "已有系统管理员。"
        return (
            "还没有系统管理员：请另开一个终端，执行 ./manage.py first_administrator 邮箱 --name 姓名 ，"
            "打开印出的链接，自己设定密码。"
        )
