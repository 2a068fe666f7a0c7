"""A small city whose totals can be worked out by hand: three districts, four firms, May 2024 and the annual of 2023."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

from accounts.models import District, Enterprise, User
from reporting.models import Filing, Period, State, Submission

AT = datetime(2024, 6, 14, 1, 30, tzinfo=UTC)

# Firm → its district, the state of its filing of May, and what it reported there.
MAY = {
    "山城软件": (
        "500103",
        State.APPROVED,
        {
            "2010.c1": "1000.10",
            "2010.c2": "900.05",
            "2010.c3": "800.00",
            "2020.c1": "700.33",
            "2020.c2": "0.00",
            "2090.c1": "-12.34",
            "2090.c2": "-50.00",
            "2112.c1": "25",
            "2113.c1": "5.50",
        },
    ),
    "两江芯片": (
        "500103",
        State.LOCKED,
        {
            "2010.c1": "2000.25",
            "2010.c3": "1500.15",
            "2020.c1": "0.07",
            "2020.c2": "500.11",
            "2090.c1": "20.00",
            "2112.c1": "30",
            "G711.c1": "12.5",
        },
    ),
    "三峡数据": ("500101", State.SUBMITTED, {"2010.c1": "500.00", "2010.c2": "400.00", "2020.c1": "300.00"}),
    "万州云谷": ("500101", State.DRAFT, None),
}
# Last year's annual: 两江芯片 is new and has none.
ANNUAL = {"山城软件": "6000.00", "三峡数据": "3000.00", "万州云谷": "1000.00"}


def make_city() -> SimpleNamespace:
    districts = {}
    for position, (code, name) in enumerate([("500101", "万州区"), ("500103", "渝中区"), ("500104", "大渡口区")]):
        districts[code], _ = District.objects.update_or_create(
            code=code, defaults={"name": name, "kind": "区", "position": position}
        )
    District.objects.exclude(code__in=districts).update(valid_to=date(2020, 1, 1))
    may = Period.objects.create(code="2024M05", edition_code="chongqing-2024", opens_on=date(2024, 6, 1))
    annual = Period.objects.create(code="2023A", edition_code="chongqing-2024", opens_on=date(2024, 1, 1))
    by = User.objects.create(username="市级管理员", role=User.Role.CITY)
    firms = {}
    for number, (name, (district, state, values)) in enumerate(MAY.items(), start=1):
        firms[name] = Enterprise.objects.create(
            credit_code=f"91500000MA5U0000{number:02d}", name=name, joined_on=date(2023, 1, 1)
        )
        filing = Filing.objects.create(enterprise=firms[name], period=may, district=districts[district], state=state)
        if values is not None:
            file_values(filing, values, by)
        if name in ANNUAL:
            filing = Filing.objects.create(
                enterprise=firms[name], period=annual, district=districts[district], state=State.LOCKED
            )
            file_values(filing, {"Y2010.y": ANNUAL[name], "A18.v": "112", "A17.v": "100.00", "A34.v": "1,3A"}, by)
    return SimpleNamespace(districts=districts, may=may, annual=annual, firms=firms, by=by)


def file_values(filing: Filing, values: dict[str, str], by: User, **more) -> Submission:
    """The next submission of a filing, approved when the filing's state says so."""
    submission = Submission.objects.create(
        filing=filing,
        number=filing.submissions.count() + 1,
        receipt=f"{filing.period_id}-{filing.pk}-{filing.submissions.count() + 1}",
        values=values,
        tables=sorted({filing.edition.indicator(key.split(".")[0]).table for key in values}),
        edition_code=filing.edition.code,
        edition_digest=filing.edition.digest,
        signer="负责人",
        on_time=True,
        submitted_by=by,
        submitted_at=AT,
        from_state=State.DRAFT,
        **more,
    )
    filing.in_force = submission
    if filing.state in (State.APPROVED, State.LOCKED):
        filing.approved = filing.counted = submission
    filing.save()
    return submission
