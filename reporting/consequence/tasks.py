import logging

from celery import shared_task

from accounts import clock
from reporting.city_columns.files import if_free
from reporting.consequence.yardstick import renewed
from reporting.models import Period

logger = logging.getLogger(__name__)


@shared_task
def measure_classes() -> None:
    """Bring the yardstick of the open periods up to the record, so that no page of a district has to add up the city.
    One worker at a time; where it fails, the first to look does it after all."""
    with if_free("measure_classes") as is_mine:
        if not is_mine:
            return
        for period in Period.objects.filter(state=Period.OPEN):
            try:
                renewed(period, clock.now())
            except Exception:
                logger.exception("The classes of %s were not measured", period.code)
