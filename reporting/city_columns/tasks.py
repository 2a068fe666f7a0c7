import logging
import time

from celery import shared_task

from reporting import city_columns
from reporting.city_columns.files import if_free, sweep
from reporting.models import Period

logger = logging.getLogger(__name__)
ABANDONED = 24 * 60 * 60  # of the machine's clock, as files are dated


@shared_task
def store_columns() -> None:
    """Bring the stored columns of the open periods up to the record, so that whoever looks first, on the night of the
    deadline, need not wait for it. One worker at a time; where it fails, the first to look does it after all."""
    with if_free("store_columns") as is_mine:
        if not is_mine:
            return
        sweep(time.time() - ABANDONED)
        for period in Period.objects.filter(state=Period.OPEN):
            try:
                city_columns.refresh(period)
            except Exception:
                logger.exception("The columns of %s were not stored", period.code)
