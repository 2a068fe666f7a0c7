"""Every published rule and formula, read once at start: it parses, and every name it reads exists."""

from django.core.checks import Error, register

from forms_tables.catalog import DefinitionError, edition_codes, load_edition
from forms_tables.checks import proofread


@register()
def check_editions_make_sense(app_configs, **kwargs):
    for code in edition_codes():
        try:
            edition = load_edition(code)
        except DefinitionError as error:
            yield Error(f"Edition {code}: {error}", hint="Correct its definitions.", id="reporting.E001")
            continue
        for slip in proofread(edition):
            yield Error(f"Edition {code}: {slip}", hint=f"Correct this text of {slip.owner}.", id="reporting.E002")
