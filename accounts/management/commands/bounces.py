import logging
import sys
from pathlib import Path

from django.core.management import BaseCommand, CommandError
from django.db import DatabaseError

from accounts import clock
from accounts.post import bounces
from accounts.post.returned import MOST_BYTES

logger = logging.getLogger(__name__)
LATER = 75  # EX_TEMPFAIL: the mail server keeps the notification and pipes it again


class Command(BaseCommand):
    help = "Read letters that came back (delivery status notifications) from files or, without any, from stdin."

    def add_arguments(self, parser) -> None:
        parser.add_argument("files", nargs="*", metavar="FILE")

    def handle(self, *, files: list[str], **options) -> None:
        at = clock.real_now()
        if not files:
            self.stdout.write(self.receive(self.read_all(sys.stdin.buffer), at))
        for name in files:
            try:
                with Path(name).open("rb") as file:
                    source = self.read_all(file)
            except OSError as error:
                self.stdout.write(f"{name}：读不了，未处理：{error.strerror}。")
                continue
            self.stdout.write(f"{name}：{self.receive(source, at)}")

    def read_all(self, file) -> bytes:
        """The beginning is enough; the rest is read and dropped, or the mail server would take the pipe for broken."""
        source = file.read(MOST_BYTES)
        while file.read(65536):
            pass
        return source

    def receive(self, source: bytes, at) -> str:
        try:
            return bounces.receive(source, at)
        except DatabaseError as error:
            raise CommandError(f"数据库不可用，请稍后再投：{error}", returncode=LATER) from error
        except Exception as error:  # a mail nobody has thought of must not come back to its sender
            logger.exception("A returned letter cannot be read")
            return f"读不懂这封邮件，未处理：{type(error).__name__}。"
