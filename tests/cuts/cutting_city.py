"""May 2024 of the cast, cut by its offices: two firms of 渝中区 that were passed, one of 南岸区, one that waits and one
that has not begun."""

from datetime import date
from types import SimpleNamespace

from reporting import workflow
from reporting.workflow import owe
from tests.cast import AT, FREE_CODE, UNUSED_CODE, Cast, make_enterprise
from tests.may import make_may
from tests.officials import freeze, make_it_be

YUNTU = {"2010.c1": "1000.25", "2020.c1": "800.10", "2021.c1": "500.00", "2022.c1": "300.10"}
JIALING = {"2010.c1": "2000.50", "2020.c1": "1500.05", "2023.c1": "1500.05"}
SHANCHENG = {"2010.c1": "400.00", "2020.c1": "300.00", "2024.c1": "300.00"}
WAITING = {"2010.c1": "50.00", "2020.c1": "40.00"}


def cut_city(cast: Cast) -> SimpleNamespace:
    make_it_be(AT.date())
    may = make_may(cast)
    may.cast = cast
    may.waiting_firm = make_enterprise(FREE_CODE, "重庆待审软件有限公司", cast.yuzhong)
    may.jialing_filing = cast.jialing.filings.get()
    for filing, clerk, reviewer, values in (
        (may.filing, may.clerk, may.reviewer, YUNTU),
        (may.jialing_filing, cast.zhao_min, may.reviewer, JIALING),
        (may.other_filing, may.other_clerk, may.other_reviewer, SHANCHENG),
    ):
        submission = freeze(filing, clerk, values)
        workflow.approve(submission, reviewer, AT)
        filing.refresh_from_db()
    may.receipt = may.filing.in_force.receipt
    may.other_receipt = may.other_filing.in_force.receipt
    may.waiting = owe(may.waiting_firm, may.may)
    freeze(may.waiting, may.clerk, WAITING)
    may.late = owe(
        make_enterprise(UNUSED_CODE, "重庆后到软件有限公司", cast.yuzhong, joined_on=date(2024, 5, 1)), may.may
    )
    return may
