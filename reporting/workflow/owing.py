"""What a firm owes by its first and last day of reporting: foreseen for whoever sets one, settled when it is set."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from accounts.models import District, Enterprise, User
from accounts.post import letters
from reporting.letters.reminding import topic_of
from reporting.models import Filing, Period, State
from reporting.models.practice import in_practice
from reporting.models.standing import COUNTED_AS_OWED
from reporting.workflow.guards import record
from reporting.workflow.period import owe


def practise_in(district: District, firms: Iterable[int]) -> None:
    """What firms practise follows them to another district, all of it: it is counted nowhere."""
    with in_practice():
        Filing.objects.filter(enterprise__in=firms).exclude(district=district).update(district=district)


@dataclass
class Owing:
    """What the firm's two days make of the periods. `withdrawn`: let off, nothing was sent; `sent`: outside these days
    but sent, it goes its way; `late`: locked while the firm was let off by mistake, so that a 补报 can be asked for."""

    added: list[Period] = field(default_factory=list)
    withdrawn: list[Period] = field(default_factory=list)
    sent: list[Period] = field(default_factory=list)
    late: list[Period] = field(default_factory=list)

    @property
    def changes_something(self) -> bool:
        return bool(self.added or self.withdrawn or self.late)

    @property
    def in_words(self) -> str:
        said = []
        if self.added:
            said.append(f"将须报：{labels(self.added)}。")
        if self.withdrawn:
            said.append(f"不再须报：{labels(self.withdrawn)}。")
        if self.sent:
            said.append(f"已经上报的照常审核：{labels(self.sent)}。")
        if self.late:
            said.append(f"其间已锁定，可以申请补报：{labels(self.late)}。")
        return "".join(said) or "已开启的各期是否须报没有变化。"


def labels(periods: Iterable[Period]) -> str:
    return "、".join(period.label for period in periods)


def owed_from(first_day: date) -> list[Period]:
    """The open periods that a firm reporting from that day on owes."""
    return [period for period in Period.objects.filter(state=Period.OPEN) if first_day <= period.parsed.end]


def foreseen(enterprise: Enterprise, away_after: date | None = None) -> Owing:
    """What settle_owed would do, by the two days as they stand on this object, saved or not. Nothing locked changes
    but what the firm had been let off: what was locked after `away_after`, its last day that was none, included."""
    filings = {filing.period_id: filing for filing in Filing.objects.filter(enterprise=enterprise)}
    owing = Owing()
    belongs = enterprise.residences.exists()  # from its first day on, whichever that is said to be
    for period in Period.objects.all():
        filing, end = filings.get(period.pk), period.parsed.end
        owes = enterprise.reports_on(end)
        let_off = filing is not None and not filing.is_owed
        unsent = filing is not None and filing.is_unsent
        if period.is_locked:
            missed = filing is None and away_after is not None and end > away_after
            if owes and (let_off or missed):
                owing.late.append(period)
            elif not owes and filing and unsent and not filing.meets(COUNTED_AS_OWED):
                owing.withdrawn.append(period)
        elif owes and (let_off or (filing is None and belongs)):
            owing.added.append(period)
        elif not owes and unsent:
            owing.withdrawn.append(period)
        elif not owes and filing and not let_off:
            owing.sent.append(period)
    return owing


@transaction.atomic
def settle_owed(enterprise: Enterprise, by: User, at: datetime, why: str, away_after: date | None = None) -> Owing:
    """Bring the periods into line with the firm's first and last day: what they leave out and was not sent is no longer
    owed, what an earlier day had let the firm off, or what was opened meanwhile, is owed. What was sent goes its way.
    A locked period stays as it was locked; its filing waits, counted nowhere, for a 补报 to be asked for."""
    # Periods before filings, as the lock takes them: one that is opened or locked just now is waited for.
    list(Period.objects.order_by("pk").select_for_update().values_list("pk"))
    list(Filing.objects.filter(enterprise=enterprise).order_by("pk").select_for_update().values_list("pk"))
    owing = foreseen(enterprise, away_after)
    for period in owing.added:
        _owe_again(enterprise, period, by, at, why)
    for period in owing.late:
        _owe_again(enterprise, period, by, at, why, exempt_at_lock=True)
    for period in owing.withdrawn:
        if filing := _filing(enterprise, period):
            _let_off(filing, by, at, why)
    return owing


def let_off_if_away(filing: Filing, by: User, at: datetime, why: str) -> None:
    """The same for one filing, locked, that is unsent again. Periods are locked before filings, so not here: a lock of
    this one waits for the filing as it is."""
    if not filing.enterprise.reports_on(filing.period.parsed.end):
        _let_off(filing, by, at, why)


def _owe_again(enterprise: Enterprise, period: Period, by: User, at: datetime, why: str, **marks: bool) -> None:
    """A filing that was let off is the firm's again as it was left; where there is none, it begins."""
    filing = _filing(enterprise, period)
    if filing:
        after = State.DRAFT if filing.sheets.exists() else State.NOT_STARTED
        _put(filing, after, "恢复应报", by, at, why, **marks)
    elif filing := owe(enterprise, period):
        for name, value in marks.items():
            setattr(filing, name, value)
        filing.save(update_fields=list(marks))
        record(filing, by, at, "新增应报", after={"状态": filing.get_state_display()}, why=why)


def _let_off(filing: Filing, by: User, at: datetime, why: str) -> None:
    letters.withdraw(topic_of(filing.pk))
    _put(filing, State.EXEMPT, "不须报", by, at, why)


def _put(filing: Filing, after: State, action: str, by: User, at: datetime, why: str, **marks: bool) -> None:
    before, filing.state = filing.get_state_display(), after
    for name, value in marks.items():
        setattr(filing, name, value)
    filing.save(update_fields=["state", *marks])
    record(filing, by, at, action, before={"状态": before}, after={"状态": after.label}, why=why)


def _filing(enterprise: Enterprise, period: Period) -> Filing | None:
    filings = Filing.objects.select_related("enterprise", "period", "district")
    return filings.filter(enterprise=enterprise, period=period).first()
