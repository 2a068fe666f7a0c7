from datetime import datetime

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts import clock, journal
from accounts.models import Ability, Installation, User, roles_that_may
from forms_tables.edition.catalog import DefinitionError, edition_codes, load_edition
from reporting.editions.districts import how_many, place_districts
from reporting.editions.governance import adopt_proposals, govern
from reporting.models import DraftEdition, Period, PublishedEdition, Submission
from reporting.models.in_force import proposed, stretches, waiting
from reporting.register.upkeep import follow_codes
from reporting.workflow import Refused

HOW = "./manage.py load_edition {code} --from 2024A --reason 通知文号 --by 市级账号"


class Command(BaseCommand):
    help = (
        "Publish the editions under forms_tables/definitions and their districts, and say from which period each "
        "governs. Running it again changes nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument("edition", nargs="?", help="one edition alone, such as chongqing-2025")
        parser.add_argument("--from", dest="first", default="", metavar="PERIOD", help="the first period it governs")
        parser.add_argument("--to", dest="last", default="", metavar="PERIOD", help="the last one, if none follows it")
        parser.add_argument("--reason", default="", help="the notice it rests on")
        parser.add_argument("--by", default="", metavar="USER", help="the city official who decides it")

    @transaction.atomic
    def handle(self, *, edition: str | None, first: str, last: str, reason: str, by: str, **options):
        if (first or last or reason or by) and not (edition and first):
            raise CommandError("请写明是哪一个制度自哪个报告期起执行：load_edition 制度 --from 报告期。")
        at = clock.now()
        try:
            self.publish([edition] if edition else edition_codes(), at)
            adopt_proposals(at, leaving=edition if first else "")
            if first:
                govern(edition, first, last, the_city(by), at, reason)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.ask_from_when(edition)
        for stretch in stretches():
            self.stdout.write(f"适用：{stretch.family}，{stretch.label}。")

    def publish(self, codes, at: datetime) -> None:
        try:
            editions = sorted(map(load_edition, codes), key=lambda each: proposed(each.code).first)
        except DefinitionError as error:
            raise CommandError(str(error)) from error
        for edition in editions:
            published = PublishedEdition.objects.filter(code=edition.code).first()
            if published and published.digest == edition.digest:
                self.stdout.write(f"{edition.title}：已发布，未变。")
                continue
            if published and not may_replace(published):
                raise CommandError(
                    f"{edition.title}已发布，且已有报告期、修订稿或上报件以它为依据，不能再改动"
                    f"（已发布摘要 {published.digest[:12]}，现有文件 {edition.digest[:12]}）。"
                    "请恢复原文件，或把改动放进新的制度版本目录。"
                )
            before = published and published.digest
            published = published or PublishedEdition(code=edition.code)
            published.family, published.title, published.digest = edition.code, edition.title, edition.digest
            published.published_at = at
            published.save()
            journal.record(
                by=None,
                at=at,
                action="发布制度版本",
                subject=edition.title,
                before={"摘要": before} if before else None,
                after={"摘要": edition.digest} | place_districts(edition) | follow_codes(edition),
            )
            self.stdout.write(
                f"{edition.title}：已发布，{len(edition.tables)} 张表、{len(edition.indicators)} 个指标、"
                f"{len(edition.rules)} 条审核关系、{how_many(edition, at.date())}，摘要 {edition.digest[:12]}。"
            )

    def ask_from_when(self, named: str | None) -> None:
        """An edition that waits does no harm, and a start of the site must not fail for it; who loads it by name is
        asked."""
        for code in waiting():
            question = (
                f"“{code}”自哪个报告期起执行，还没有写明：已有制度适用到那时以后。"
                f"请由市级在“制度版本”页设定，或执行 {HOW.format(code=code)}。"
            )
            if code == named:
                raise CommandError(question)
            self.stdout.write(question)


def the_city(username: str) -> User | None:
    """Who decides; nobody need be named while there is no city official."""
    officials = User.objects.filter(role__in=roles_that_may(Ability.REVISE), is_active=True)
    if not username and not officials.exists():
        return None
    try:
        return officials.get(username=username)
    except User.DoesNotExist:
        raise CommandError("请用 --by 写明是哪一位市级管理员的决定（账号）。") from None


def may_replace(published: PublishedEdition) -> bool:
    """A published text may be replaced only while nobody has used it, or in a demonstration city."""
    used = (
        Period.objects.filter(edition_code=published.code),
        Submission.objects.filter(edition_code=published.code),
        DraftEdition.objects.filter(based_on=published),
        PublishedEdition.objects.filter(based_on=published),
    )
    return Installation.current().is_demo or not any(rows.exists() for rows in used)
