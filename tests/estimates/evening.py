"""A city of twenty firms in two districts on the evening of May 2024: fourteen are in, six are not. Each had 100 a year
before and says 110; what was locked before is April 2024, when all of them had come."""

from datetime import date, datetime, timedelta

from accounts.models import Enterprise, User
from reporting.models import Filing, Period, State, Submission
from tests.cast import SHANGHAI, Cast, make_enterprise
from tests.growth.city import a_period

DUE = datetime(2024, 6, 13, tzinfo=SHANGHAI)  # the end of the firms' last day
EVENING = datetime(2024, 6, 12, 21, 0, tzinfo=SHANGHAI)
IN, FIRMS = 14, 20


def credit_code(number: int) -> str:
    return f"9150010300000{number:05d}"


def fill_evening(cast: Cast) -> Period:
    """Firm 0 to 9 are of 渝中区, 10 to 19 of 南岸区. Of May, firm n came n + 3 hours before the deadline."""
    april, may = a_period("2024M04"), a_period("2024M05", Period.OPEN)
    Period.objects.filter(pk=april.pk).update(locked_at=datetime(2024, 5, 20, tzinfo=SHANGHAI))
    before = datetime(2024, 5, 13, tzinfo=SHANGHAI)
    for number in range(FIRMS):
        district = cast.yuzhong if number < 10 else cast.nanan
        firm = make_enterprise(credit_code(number), f"重庆{number:02d}号软件有限公司", district, date(2023, 1, 1))
        files(firm, april, said(100, 90), cast.li_na, before - timedelta(hours=number))
        if number < IN:
            files(firm, may, said(110, 100), cast.li_na, DUE - timedelta(hours=number + 3))
        else:
            Filing.objects.create(enterprise=firm, period=may, district=district, state=State.NOT_STARTED)
            files(firm, a_period("2023M05"), {"2020.c1": "100"}, cast.li_na, datetime(2023, 6, 10, tzinfo=SHANGHAI))
    return Period.objects.prefetch_related("deadlines").get(pk=may.pk)


def said(now: int, then: int) -> dict[str, str]:
    return {"2020.c1": str(now), "2020.c2": str(then), "2021.c1": str(now)}


def files(firm: Enterprise, period: Period, values: dict[str, str], by: User, at: datetime) -> Filing:
    """Approved, and in the totals."""
    district = firm.residences.get().district
    filing = Filing.objects.create(enterprise=firm, period=period, district=district, state=State.APPROVED)
    submission = Submission.objects.create(
        filing=filing, number=1, receipt=f"{period.pk}-{firm.pk}-1", values=values, tables=["软统企6"],
        edition_code=filing.edition.code, edition_digest=filing.edition.digest, signer="王经理", on_time=True,
        submitted_by=by, submitted_at=at, from_state=State.DRAFT,
    )  # fmt: skip
    filing.in_force = filing.approved = filing.counted = submission
    filing.state = State.LOCKED if period.is_locked else State.APPROVED
    filing.save()
    return filing


def say_again(period: Period, code: str, values: dict[str, str]) -> Submission:
    """The firm's next submission, which counts in the place of the one before."""
    filing = Filing.objects.get(period=period, enterprise__credit_code=code)
    before = filing.counted
    again = Submission.objects.create(
        filing=filing, number=2, receipt=f"{before.receipt}-2", values=values, tables=before.tables,
        edition_code=before.edition_code, edition_digest=before.edition_digest, signer="王经理", on_time=True,
        submitted_by=before.submitted_by, submitted_at=before.submitted_at, from_state=State.AMENDING,
    )  # fmt: skip
    filing.in_force = filing.approved = filing.counted = again
    filing.save()
    return again
