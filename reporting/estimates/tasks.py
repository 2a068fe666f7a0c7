import logging

from celery import shared_task

from reporting.city_columns.files import if_free
from reporting.estimates.kept import past_before, told_of
from reporting.models import Period

logger = logging.getLogger(__name__)


@shared_task
def keep_past_evenings() -> None:
    """Work out what the locked periods showed of their late firms, so that nobody waits for it on the night of a
    deadline. Where nothing has changed it is a few small questions."""
    with if_free("keep_past_evenings") as is_mine:
        if not is_mine:
            return
        for period in Period.objects.filter(state=Period.OPEN):
            try:
                past_before(period, [], [])
                told_of(period)
            except Exception:
                logger.exception("What the periods before %s showed was not worked out", period.code)
