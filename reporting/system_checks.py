"""Every published rule and formula, read once at start: it parses, every name it reads exists, a revision still says
what was published, and each period has one edition."""

import json
from collections.abc import Iterator

from django.core.checks import CheckMessage, Error, Info, Tags, Warning, register
from django.db import DEFAULT_DB_ALIAS, connections

from forms_tables.edition.catalog import DefinitionError, edition_codes, edition_from, load_edition, platform_said
from forms_tables.edition.continuity import slips_in_concordance
from forms_tables.edition.digest import digest_of
from forms_tables.edition.lacking import Lacking, lacking_in
from forms_tables.edition.laid_aside import platform_without_lacking
from forms_tables.edition.model import Edition
from forms_tables.rules.checks import proofread
from reporting.models import Period, PublishedEdition
from reporting.models.in_force import Stretch, gaps, overlaps, proposed, stretches, waiting

RESTORE = "Restore this row of reporting_publishededition from a backup: filings were judged by its text."
PUT_IT_BACK = "请在制度的文件里补上，或在它的 platform.toml 里改写成有的（见 docs/edition.md）。"
HOW_TO_MEND = {
    "district": "请从 platform.toml 的 [map] 里删去这些代码的行（整段 [map] 都可以不要），"
    "或在 districts.toml 里补上这些区县（见 docs/edition.md）。"
}
LAID_ASIDE = "The platform does without it for this revision, which was published before it was asked for."
READ_FROM_THE_ROW = {"code", "family", "number", "digest", "text", "holds_from", "holds_to"}
SAY_FROM_WHEN = "The city says it on the page of the editions, or: manage.py load_edition EDITION --from PERIOD."


@register()
def check_editions_make_sense(app_configs, **kwargs):
    """The editions shipped with the software."""
    for code in edition_codes():
        try:
            edition = load_edition(code)
        except DefinitionError as error:
            yield Error(f"Edition {code}: {error}", hint="Correct its definitions.", id="reporting.E001")
            continue
        yield from slips_in(code, edition)


@register()
def check_what_folders_propose(app_configs, **kwargs):
    """Two folders that speak of the same years are no fault where it was said from when each governs."""
    for sentence in overlaps(proposed_stretches()):
        yield Info(f"As the folders have it: {sentence}", hint="check --database default.", id="reporting.I001")


def proposed_stretches() -> list[Stretch]:
    try:
        return sorted(map(proposed, edition_codes()), key=lambda each: each.first)
    except DefinitionError:
        return []  # told by check_editions_make_sense


@register(Tags.database)
def check_published_editions_stand(app_configs, databases=None, **kwargs):
    """The editions published here, with `check --database default`: at each start of ./run and of production."""
    for alias in databases or ():
        if is_migrated(alias):
            for published in PublishedEdition.objects.using(alias).defer("effect", "reason"):
                yield from slips_in_revision(published) if published.is_revision else lost_text(published)


@register(Tags.database)
def check_every_period_has_one_edition(app_configs, databases=None, **kwargs):
    if DEFAULT_DB_ALIAS not in (databases or ()) or not is_migrated(DEFAULT_DB_ALIAS):
        return
    try:
        governed = stretches()
    except DefinitionError:
        return  # told by check_editions_make_sense
    for sentence in overlaps(governed):
        yield Error(sentence, hint=SAY_FROM_WHEN, id="reporting.E005")
    for sentence in gaps(governed):
        yield Warning(sentence, hint=SAY_FROM_WHEN, id="reporting.W001")
    for code in waiting():
        yield Warning(f"“{code}”还没有写明自哪个报告期起执行。", hint=SAY_FROM_WHEN, id="reporting.W002")
    known = {*edition_codes(), *PublishedEdition.objects.values_list("code", flat=True)}
    for period in Period.objects.exclude(edition_code__in=known):
        sentence = f"{period.label}按“{period.edition_code}”填报，而这里没有这个制度。"
        yield Error(sentence, hint="Put its folder back under forms_tables/definitions.", id="reporting.E006")


def is_migrated(alias: str) -> bool:
    """`migrate` itself runs this check before there is a table, or all of its columns."""
    connection, table = connections[alias], PublishedEdition._meta.db_table
    with connection.cursor() as cursor:
        if table not in connection.introspection.table_names(cursor):
            return False
        described = connection.introspection.get_table_description(cursor, table)
    return {column.name for column in described} >= READ_FROM_THE_ROW


def slips_in_revision(published: PublishedEdition) -> Iterator[CheckMessage]:
    name = f"Edition {published.code} ({published})"
    try:
        content = json.loads(published.text)
        is_its_text = digest_of(content) == published.digest and published.digest[:8] in published.code
    except (ValueError, TypeError, RecursionError):
        is_its_text = False
    if not is_its_text:
        yield Error(f"{name}: its text is not the one that was published.", hint=RESTORE, id="reporting.E003")
        return
    try:
        said = platform_said(published.family)
        lacks = lacking_in(edition_from(published.code, content, said))
        edition = edition_from(published.code, content, platform_without_lacking(content, said))
    except (DefinitionError, ValueError, KeyError, TypeError) as error:
        yield Error(f"{name}: {error}", hint="Publish a corrected revision.", id="reporting.E001")
        return
    yield from slips_in(published.code, edition)
    left = lacking_in(edition)
    for sentence, _ in told_together([each for each in lacks if each not in left]):
        yield Warning(f"Edition {published.code}: platform.toml {sentence}", hint=LAID_ASIDE, id="reporting.W003")


def told_together(lacks: list[Lacking]) -> Iterator[tuple[str, str]]:
    """What is wrong at one place for one reason is one sentence, with how to mend it: a folder made from another city's
    names all of that city's districts on its map."""
    codes: dict[tuple[str, str, str], list[str]] = {}
    for one in lacks:
        codes.setdefault((one.named_by, one.reason, one.sort), []).append(one.code)
    for (named_by, reason, sort), each in codes.items():
        yield f"{named_by}：{'、'.join(each)} {reason}", HOW_TO_MEND.get(sort, PUT_IT_BACK)


def lost_text(published: PublishedEdition) -> Iterator[CheckMessage]:
    """A shipped edition whose files went, or say something else than was published."""
    name = f"Edition {published.code} ({published})"
    if published.code not in edition_codes():
        hint = "Put its folder back under forms_tables/definitions."
        yield Error(f"{name}: it was published, but is no longer shipped.", hint=hint, id="reporting.E004")
    elif not is_as_published(published):
        hint = (
            "Put the published files back; a change is a new revision. (A demonstration city: manage.py load_edition.)"
        )
        yield Error(f"{name}: its files are not the ones that were published.", hint=hint, id="reporting.E003")


def is_as_published(published: PublishedEdition) -> bool:
    try:
        return load_edition(published.code).digest == published.digest
    except DefinitionError:
        return True  # told by check_editions_make_sense


def slips_in(code: str, edition: Edition) -> Iterator[CheckMessage]:
    for slip in proofread(edition):
        yield Error(f"Edition {code}: {slip}", hint=f"Correct this text of {slip.owner}.", id="reporting.E002")
    for sentence, hint in told_together(lacking_in(edition)):
        yield Error(f"Edition {code}: platform.toml {sentence}", hint=hint, id="reporting.E008")
    for wrong in slips_in_concordance(edition):
        hint = "Correct its concordance.toml: growth would be taken from nothing."
        yield Error(f"Edition {code}: concordance.toml {wrong}", hint=hint, id="reporting.E007")
