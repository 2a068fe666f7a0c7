from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts import clock, journal
from accounts.models import District, Installation
from forms_tables.edition.catalog import edition_codes, load_edition
from forms_tables.edition.model import Edition
from reporting.models import DraftEdition, Period, PublishedEdition, Submission


class Command(BaseCommand):
    help = "Publish the editions under forms_tables/definitions and their districts. Running it again changes nothing."

    @transaction.atomic
    def handle(self, *args, **options):
        at = clock.now()
        for code in edition_codes():
            edition = load_edition(code)
            published = PublishedEdition.objects.filter(code=code).first()
            if published and published.digest == edition.digest:
                self.stdout.write(f"{edition.title}：已发布，未变。")
                continue
            if published and not may_replace(published):
                raise CommandError(
                    f"{edition.title}已发布，且已有报告期、修订稿或上报件以它为依据，不能再改动"
                    f"（已发布摘要 {published.digest[:12]}，现有文件 {edition.digest[:12]}）。"
                    "请恢复原文件，或把改动放进新的制度版本目录。"
                )
            before, published = published and published.digest, published or PublishedEdition(code=code)
            published.family, published.title, published.digest = code, edition.title, edition.digest
            published.published_at = at
            published.save()
            place_districts(edition)
            journal.record(
                by=None,
                at=at,
                action="发布制度版本",
                subject=edition.title,
                before={"摘要": before} if before else None,
                after={"摘要": edition.digest},
            )
            self.stdout.write(
                f"{edition.title}：已发布，{len(edition.tables)} 张表、{len(edition.indicators)} 个指标、"
                f"{len(edition.rules)} 条审核关系、{len(edition.districts)} 个报送区县，摘要 {edition.digest[:12]}。"
            )


def may_replace(published: PublishedEdition) -> bool:
    """A published text may be replaced only while nobody has used it, or in a demonstration city."""
    used = (
        Period.objects.filter(edition_code=published.code),
        Submission.objects.filter(edition_code=published.code),
        DraftEdition.objects.filter(based_on=published),
        PublishedEdition.objects.filter(based_on=published),
    )
    return Installation.current().is_demo or not any(rows.exists() for rows in used)


def place_districts(edition: Edition) -> None:
    for position, district in enumerate(edition.districts, start=1):
        District.objects.update_or_create(
            code=district.code,
            defaults={
                "name": district.name,
                "kind": district.kind,
                "valid_from": district.valid_from,
                "valid_to": district.valid_to,
                "position": position,
            },
        )
    for district in edition.districts:
        if district.successor:
            successor = District.objects.get(code=district.successor)
            District.objects.filter(code=district.code).update(successor=successor)
