"""Where a filing stands."""

from django.db import models


class State(models.TextChoices):
    """Where a filing stands; the numbers are those of code list C20.

    20 and 25 (check failed, check passed) are a draft together with `Filing.checked`; L is `Filing.late`. 99 is ours
    and not of C20: the firm left before the period's end or joins after it, so it owes nothing and is counted nowhere.
    """

    NOT_STARTED = "00", "未填报"
    DRAFT = "10", "草稿"
    SUBMITTED = "30", "已上报，待区县审核"
    QUERIED = "35", "区县查询中"
    RETURNED = "40", "区县退回"
    APPROVED = "50", "区县审核通过，待市级"
    CITY_QUERIED = "55", "市级查询中"
    CITY_RETURNED = "60", "市级退回区县"
    LOCKED = "80", "已锁定"
    AMENDING = "90", "修订中"
    EXEMPT = "99", "不须报"
