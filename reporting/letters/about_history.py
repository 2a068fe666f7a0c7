"""The letters about imported history: look at yours, a firm objects to a figure, what was decided."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from accounts.models import Enterprise, Letter
from accounts.post.letters import compose, post
from forms_tables.edition.periods import PeriodCode
from reporting.letters import recipients
from reporting.models import HistoryFile, HistoryObjection


def look(source: HistoryFile, firm: Enterprise, periods: Sequence[PeriodCode], to: str, at: datetime) -> Letter:
    """To one address of a firm; not posted here."""
    span = periods[0].label if len(periods) == 1 else f"{periods[0].label}至{periods[-1].label}，共 {len(periods)} 期"
    facts = {"firm": firm.name, "span": span, "path": f"{reverse('history')}#imported"}
    key = f"history-look:{source.pk}:{firm.pk}"
    subject = "请核对本单位的导入历史"
    return compose("history/look", subject, facts, to, key=key, at=at, enterprise=firm, bulk=True)


def objected(objection: HistoryObjection) -> None:
    """To the firm's district, which decides; to the city where it has none."""
    district = objection.firm.district
    to = recipients.of_districts([district.pk]).get(district.pk, []) if district else recipients.of_city()
    subject = f"{objection.enterprise.name}申请更正{objection.label}的导入历史"
    facts = _facts(objection) | {"reason": objection.reason, "path": reverse("history_objections")}
    _send("objected", subject, facts, to, objection, objection.asked_at)


def decided(objection: HistoryObjection, at: datetime) -> None:
    """To the firm, whose people are those of the entry it was merged into."""
    firm = objection.enterprise
    path = reverse("imported_period", args=[objection.period])
    facts = _facts(objection) | {"decision": objection.state_words, "answer": objection.answer, "path": path}
    to = recipients.of_firms([firm.firm_id]).get(firm.firm_id, [])
    _send("decided", f"导入历史更正：{objection.state_words}", facts, to, objection, at)


def _send(
    stem: str, subject: str, facts: dict, addresses: Sequence[str], objection: HistoryObjection, at: datetime
) -> None:
    firm, district = objection.enterprise, objection.firm.district
    key = f"history-{stem}:{objection.pk}"
    post(
        compose(f"history/{stem}", subject, facts, to, key=key, at=at, enterprise=firm, district=district)
        for to in addresses
    )


def _facts(objection: HistoryObjection) -> dict:
    return {
        "firm": objection.enterprise.name,
        "period": objection.label,
        "place": objection.place,
        "old": objection.old or "空",
        "new": objection.new,
        "granted": bool(objection.granted),
    }
