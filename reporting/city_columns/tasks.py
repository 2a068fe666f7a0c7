import logging

from celery import shared_task

from reporting import city_columns
from reporting.city_columns.files import if_free
from reporting.models import Period

logger = logging.getLogger(__name__)


@shared_task
def store_columns() -> None:
    """Bring the stored columns of the open periods up to the record, so that whoever looks first, on the night of the
    deadline, need not wait for it. One worker at a time; where it fails, the first to look does it after all."""
    with if_free("store_columns") as is_mine:
        if not is_mine:
            return
        for period in Period.objects.filter(state=Period.OPEN):
            try:
                city_columns.refresh(period)
            except Exception:
                logger.exception("The columns of %s were not stored", period.code)
