"""Which edition is in force: never chosen by the order of the folders it is shipped in."""

from accounts import clock
from forms_tables.edition.catalog import Edition
from forms_tables.edition.periods import PeriodCode
from reporting.models import Period, edition_in_force, published_edition


def current_edition() -> Edition:
    """The edition of the newest period; before the first one, what a period of this year would be filed under."""
    newest = Period.objects.first()
    return newest.edition if newest else published_edition(edition_in_force(PeriodCode(clock.now().year)))
