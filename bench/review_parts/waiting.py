"""A district whose firms have sent in a month: what waits for its reviewer, some of it with warnings explained."""

from collections.abc import Sequence
from datetime import date, datetime

from django.contrib.auth.hashers import make_password

from accounts.clock import SHANGHAI
from accounts.models import District, User
from bench.clerk import APRIL, LAST_MAY, MAY, PASSWORD, be_it, register
from bench.keystrokes import freeze, owe
from reporting import workflow
from reporting.demo.firms import Firm, make_firm
from reporting.demo.months import monthly_cells
from reporting.filing.judging import judge
from reporting.filing.whole import read_whole
from reporting.models import Filing

TODAY = date(2024, 6, 11)
SENT_AT = datetime(2024, 6, 5, 9, 30, tzinfo=SHANGHAI)
DOUBTFUL = 4  # one firm in so many says what makes the rules ask why
TABLE = "软统企6"


def district_that_waits(number: int) -> User:
    """So many firms have sent in May, with April and last May behind it; the reviewer who is to decide on them."""
    be_it(TODAY)
    firms = alike(number)
    enterprises = [register(firm) for firm in firms]
    for code, opens_on in ((LAST_MAY, date(2023, 6, 1)), (APRIL, date(2024, 5, 1)), (MAY, date(2024, 6, 1))):
        for place, (firm, enterprise) in enumerate(zip(firms, enterprises, strict=True)):
            filing = owe(enterprise, code, opens_on)
            typed = monthly_cells(firm, int(code[:4]), int(code[5:]), code != LAST_MAY, code == MAY)
            if code == MAY:
                send_in(filing, typed | (doubtful(typed) if place % DOUBTFUL == 0 else {}))
            else:
                freeze(filing, enterprise.users.get(), typed)
    return User.objects.create(
        username="qx500103", role=User.Role.DISTRICT, district=District.objects.get(), name="渝中区统计员",
        password=make_password(PASSWORD),
    )  # fmt: skip


def alike(number: int) -> Sequence[Firm]:
    """Of one edition's month alone: firms with tables of their own for chips and platforms are left out."""
    made = (make_firm(each, 1, ("500103",)) for each in range(4 * number))
    return [firm for firm in made if not (firm.is_embedded or firm.key_ic or firm.key_platform)][:number]


def doubtful(typed: dict[str, str]) -> dict[str, str]:
    """Twice the people at the same pay, and pay that jumps with nobody more: the rules ask why."""
    return {"2112.c1": str(2 * int(typed["2112.c1"])), "2113.c1": "480.0"}


def send_in(filing: Filing, typed: dict[str, str]) -> None:
    """As the firm does it: saved, checked, each warning explained, 确定上报."""
    by = filing.enterprise.users.get()
    workflow.save_sheet(filing, TABLE, typed, 0, by, SENT_AT)
    workflow.check(filing, by, SENT_AT)
    said: dict[str, list[str]] = {}
    for finding in judge(read_whole(filing.enterprise_id, MAY)).warnings:
        said.setdefault(finding.rule, []).append(finding.fingerprint)
    for rule, fingerprints in said.items():
        workflow.explain_alike(filing, rule, fingerprints, by, SENT_AT, "01")
    workflow.submit(filing, by, SENT_AT, signer="王经理", committed=True)
