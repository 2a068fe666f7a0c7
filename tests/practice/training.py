"""A practice of May 2024, opened by the association, and people who practise."""

from datetime import date

from django.test import Client
from django.urls import reverse

from forms_tables.edition.periods import PeriodCode
from reporting.models import Filing, Period, Submission
from reporting.models.practice import in_practice
from reporting.practice.choosing import EVERYBODY, Participants
from reporting.practice.opening import open_practice
from tests.cast import AT, Cast
from tests.may import CLEAN_MAY

MAY = PeriodCode(2024, 5)
CODE = "2024P05"
UNTIL = date(2024, 6, 20)
ALL = Participants(EVERYBODY)


def train(cast: Cast, chosen: Participants = ALL, real: PeriodCode = MAY, until: date = UNTIL) -> Period:
    return open_practice(real, until, chosen, cast.liu_fang, AT).period


def fill(client: Client, code: str = CODE, version: int = 0, **figures: str):
    cells = {**CLEAN_MAY, **{f"{row[1:]}.c1": figure for row, figure in figures.items()}}
    return client.post(reverse("sheet", args=[code, "t6"]), {**cells, "version": version, "then": "save"}, follow=True)


def send(client: Client, code: str = CODE, version: int = 0, **figures: str) -> Submission:
    """The firm's road as its pages go it: fill, save, 数据审核, explain, 确定上报."""
    fill(client, code, version, **figures)
    checked = client.post(reverse("check", args=[code]))
    for shown in checked.context["warnings"]:
        said = {"rule": shown.rule, "fingerprint": list(shown.fingerprints), "reason_code": "01"}
        client.post(reverse("explain", args=[code]), said)
    client.post(reverse("submit", args=[code]), {"signer": "王经理", "committed": "yes", "reason": "更正"})
    return sent_by(client, code)


def sent_by(client: Client, code: str) -> Submission:
    filing = client.get(reverse("filing", args=[code])).context["filing"]
    return filing.in_force


def practised(firm, code: str = CODE) -> Filing:
    with in_practice():
        return Filing.objects.select_related("period", "in_force", "approved").get(enterprise=firm, period=code)
