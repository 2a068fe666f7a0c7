import datetime
import os

from django.core.checks import Tags
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connection

from accounts import clock
from accounts.models import Installation
from forms_tables.edition.catalog import edition_codes, load_edition
from reporting.demo import city
from reporting.editions.districts import how_many


class Command(BaseCommand):
    help = "Bring a real city up: migrate and load the editions (for ./run --real). Refuses a demonstration."

    def handle(self, **options) -> None:
        tables = set(connection.introspection.table_names())
        name = connection.settings_dict["NAME"]
        if city.is_demonstration(tables):
            raise CommandError(
                f"数据库 {name} 是演示城市，不能当作实际城市用，什么都没有改动。"
                "请另用一个文件夹，或用 DATABASE_URL 指定一个空数据库。"
            )
        if Installation._meta.db_table not in tables and tables - ours():
            raise CommandError(f"数据库 {name} 里已有别的程序的表，什么都没有改动。请指定一个空数据库。")
        if Installation._meta.db_table not in tables:
            self.stdout.write(whose_system(clock.real_now().date()))
            self.stdout.flush()
        call_command("migrate", verbosity=0, interactive=False)
        call_command("load_edition", stdout=self.stdout)
        Installation.objects.get_or_create(pk=1)  # from now on no demonstration is written here
        self.check(tags=[Tags.database], databases=["default"])  # every published edition stands as it was published


def whose_system(today: datetime.date) -> str:
    """Said before anything is made: the first start of another city by our tables is begun again more easily now than
    after the register."""
    edition = max(map(load_edition, edition_codes()), key=lambda each: (each.valid_from, each.code))
    said = f"按{edition.platform.city.name}的制度启动，{how_many(edition, today)}"
    if os.environ.get("DEFINITIONS_DIR"):
        return f"{said}。"
    return (
        f"{said}；别的城市请先看 README 的 A small real city 第 0 步：按 Ctrl-C 停止，移走 var/，备好自己的制度再启动。"
    )


def ours() -> set[str]:
    """Migrations that broke off have left some of them."""
    return {*connection.introspection.django_table_names(), "django_migrations"}
