"""云图 registered twice: beside its entry in 渝中区 another one in 南岸区, with a person, with May to file."""

from datetime import date
from types import SimpleNamespace

from accounts.models import Enterprise
from reporting.mending import merging
from reporting.models import Filing, Period
from reporting.workflow.period import owe
from tests.cast import AT, Cast, make_enterprise, make_user
from tests.may import make_may, open_period

TWIN_CODE = "91500108MA5U88885J"
REASON = "营业执照核对，同一家企业。"


def make_twins(cast: Cast) -> SimpleNamespace:
    may = make_may(cast)
    twin = make_enterprise(TWIN_CODE, "重庆云图软件有限责任公司", cast.nanan, date(2022, 1, 1))
    Enterprise.objects.filter(pk=twin.pk).update(address="南岸区南坪路1号", phone="023-62880000")
    may.twin = Enterprise.objects.get(pk=twin.pk)
    may.twin_filing = owe(twin, may.may)
    may.hu_bin = make_user(TWIN_CODE, "胡斌", "enterprise", enterprise=twin, mobile="13800000009")
    may.kept = may.firm
    return may


def locked_april(*, of: Enterprise, with_others: tuple[Enterprise, ...] = ()) -> tuple[Period, Filing]:
    period = open_period("2024M04", date(2024, 5, 1))
    filings = [owe(firm, period) for firm in (of, *with_others)]
    return period, filings[0]


def wanted(
    kept: Enterprise, merged: Enterprise, *, take=(), reason: str = REASON, **periods: str
) -> merging.MergeChoice:
    chosen = {name.removeprefix("p"): value for name, value in periods.items()}
    return merging.MergeChoice(frozenset(take), chosen, merging.foreseen(kept, merged).seen, reason)


def merge(cast: Cast, kept: Enterprise, merged: Enterprise, at=AT, by=None, **more) -> merging.Merger:
    kept, merged = Enterprise.objects.get(pk=kept.pk), Enterprise.objects.get(pk=merged.pk)
    return merging.merge(kept, merged, wanted(kept, merged, **more), by=by or cast.zhou_tao, at=at)
