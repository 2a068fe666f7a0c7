from django.conf import settings
from django.core.checks import Tags
from django.core.management import BaseCommand, call_command

from accounts.models import Enterprise, Installation
from reporting.demo import city


class Command(BaseCommand):
    help = "Bring the database up: migrate, load the edition, and make an empty one the demonstration city (for ./run)."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--enterprises", type=int, default=300)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *, enterprises: int, seed: int, **options) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        if settings.LOCAL and not Enterprise.objects.exists():
            city.be_the_demonstration()  # before anything is stamped: the editions are published by the same clock
        call_command("load_edition", stdout=self.stdout)
        self.check(tags=[Tags.database], databases=["default"])  # every published edition stands as it was published
        installation = Installation.current()
        if installation.demo_secrets:  # the accounts come last: an interrupted first start is taken up again
            return
        if Enterprise.objects.exists() and not installation.is_demo:
            self.stdout.write("数据库中已有企业，又不是演示库：不装入演示数据。")
            return
        if not settings.LOCAL:
            self.stdout.write("SITE_URL 不在本机：这是正式环境，不装入演示数据。")
            return
        self.stdout.write(f"正在生成演示城市（{enterprises} 家企业），只需这一次……")
        self.stdout.flush()
        call_command("demo", enterprises=enterprises, seed=seed, stdout=self.stdout)
