from django.core.checks import Tags
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connection

from accounts.models import Installation
from forms_tables.edition.catalog import edition_codes
from reporting.demo import city
from reporting.demo.stories import EDITION

NOT_ASKED = "数据库 {} 还没有人用过，但由 DATABASE_URL 指定：没有 --demo 不会写入。"
HOW = "请执行 ./run --demo；正式安装请看 deploy/README.md。"


class Command(BaseCommand):
    help = (
        "Bring a demonstration city up: migrate and load the edition (for ./run). Writes nothing into another database."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("--demo", action="store_true", help="make an empty database a demonstration city")
        parser.add_argument("--enterprises", type=int, default=300)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *, demo: bool, enterprises: int, seed: int, **options) -> None:
        if EDITION not in edition_codes():
            return self.prepare_another_city(demo)
        city.refuse_all_but_our_own()
        if not demo and not city.is_demonstration(connection.introspection.table_names()):
            raise CommandError(f"{NOT_ASKED.format(connection.settings_dict['NAME'])}要在其中建立演示城市，{HOW}")
        call_command("migrate", verbosity=0, interactive=False)
        city.be_the_demonstration()  # before anything is stamped: the editions are published by the same clock
        call_command("load_edition", stdout=self.stdout)
        self.check(tags=[Tags.database], databases=["default"])  # every published edition stands as it was published
        if Installation.current().demo_secrets:  # the accounts come last: an interrupted first start is taken up again
            return
        self.stdout.write(f"正在生成演示城市（{enterprises} 家企业），只需这一次……")
        self.stdout.flush()
        call_command("demo", enterprises=enterprises, seed=seed, stdout=self.stdout)

    def prepare_another_city(self, asked: bool) -> None:
        """The demonstration speaks of the city we ship. Another city's installation begins empty, by the machine's
        clock, and with nobody in it."""
        if not asked:
            raise CommandError(f"{NOT_ASKED.format(connection.settings_dict['NAME'])}要用它，{HOW}")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("load_edition", stdout=self.stdout)
        self.check(tags=[Tags.database], databases=["default"])
        self.stdout.write(
            f"演示城市只有“{EDITION}”一套，这里的制度是{'、'.join(edition_codes())}：建立的是空的安装。"
            "第一个账号：./manage.py first_administrator 邮箱，见 README.md。"
        )
