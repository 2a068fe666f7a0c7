"""A wrong file taken back: nothing of it stands any more, and of each firm's period stands again what stood before."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts import journal
from accounts.access import DoneAlready
from accounts.models import District, Enterprise, User
from forms_tables.edition.periods import PeriodCode
from reporting.history.correcting import corrected
from reporting.history.importing import be_the_city
from reporting.models import HistoryFile, HistoryObjection, ImportedFiling, PublishedEdition
from reporting.workflow.guards import said_something

ACTION = "撤下导入历史"
STOOD = ("enterprise_id", "period", "district_id")  # of two years of a city no more is read than is written down


@dataclass(frozen=True)
class WithdrawnHistory:
    rows: int
    stand_again: int


@transaction.atomic
def withdraw(file: HistoryFile, by: User, at: datetime, why: str) -> WithdrawnHistory:
    """The whole file, with a reason. The file and its rows are kept."""
    be_the_city(by)
    why = said_something(why, "请写明撤下的原因。", "撤下原因")
    PublishedEdition.objects.hold_still()  # no other history comes in beside
    file = HistoryFile.objects.select_for_update().get(pk=file.pk)
    if file.withdrawn_at:
        raise DoneAlready(f"“{file.name}”已经撤下，没有再撤一次。")
    file.withdrawn_by, file.withdrawn_at, file.why_withdrawn = by, at, why
    file.save(update_fields=["withdrawn_by", "withdrawn_at", "why_withdrawn"])
    stood = list(file.filings.standing().order_by("enterprise", "period").values_list(*STOOD, named=True))
    file.filings.standing().stand_back()
    same = ImportedFiling.objects.filter(enterprise=OuterRef("enterprise"), period=OuterRef("period"), source=file)
    of_the_same = ImportedFiling.objects.filter(Exists(same))
    anew = of_the_same.stand_again()
    of_some = HistoryObjection.objects.filter(granted=True).values("period")  # few, where a file is two years of a city
    corrected(list(of_the_same.standing().filter(period__in=of_some)))
    write_down(file, stood, anew)
    return WithdrawnHistory(len(stood), anew)


def write_down(file: HistoryFile, stood: Sequence[Any], again: int) -> None:
    """A line for the office, and one for each firm of which something stood."""
    said: dict[str, Any] = {"by": file.withdrawn_by, "at": file.withdrawn_at, "action": ACTION, "subject": file.name}
    said["why"] = file.why_withdrawn
    periods = Counter(row.period for row in stood)
    labels = "、".join(f"{PeriodCode.parse(code).label} {periods[code]} 家" for code in sorted(periods))
    counts = {"撤下": f"{len(stood)} 行", "报告期": labels, "恢复以前导入的": f"{again} 行"}
    of_firm = Counter(row.enterprise_id for row in stood)
    last = {row.enterprise_id: row.district_id for row in stood}
    firms, districts = Enterprise.objects.in_bulk(list(of_firm)), District.objects.in_bulk(set(last.values()))
    lines = [
        journal.compose(
            **said,
            enterprise=firms[firm],
            district=districts[last[firm]],
            after={"撤下": f"{count} 期", "来源文件": file.name},
        )
        for firm, count in of_firm.items()
    ]
    journal.record_all([journal.compose(**said, after=counts), *lines])
