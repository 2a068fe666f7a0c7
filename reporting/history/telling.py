"""The letter to the firms of a file that was brought in: look at your history. Its number and a sample are seen
before."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts import journal
from accounts.access import DoneAlready, Refused
from accounts.models import Enterprise, Letter, User
from accounts.post import letters as outbox
from forms_tables.edition.periods import PeriodCode
from reporting.history.importing import FIRM, be_the_city
from reporting.letters import about_history, recipients
from reporting.letters.mass import be_as_seen
from reporting.models import HistoryFile

ACTION = "通知企业核对导入历史"


@dataclass(frozen=True)
class HistoryReach:
    """The letters that are not written yet, of how many firms, how many no letter reaches, how many were told."""

    letters: tuple[Letter, ...]
    firms: int
    unreached: int
    told: int


def reach(source: HistoryFile, at: datetime) -> HistoryReach:
    """In a number of queries that does not grow."""
    periods: dict[int, list[PeriodCode]] = defaultdict(list)
    for firm, code in source.filings.standing().order_by().values_list(FIRM, "period").distinct():
        periods[firm].append(PeriodCode.parse(code))
    addresses = recipients.of_firms(periods)
    firms = Enterprise.objects.in_bulk(list(periods))
    letters = [
        about_history.look(source, firms[firm], sorted(of_it), to, at)
        for firm, of_it in periods.items()
        for to in addresses.get(firm, [])
    ]
    known = outbox.known_keys(letter.key for letter in letters)
    new = tuple(letter for letter in letters if letter.key not in known)
    return HistoryReach(new, len(periods), len(periods.keys() - addresses.keys()), len(letters) - len(new))


@transaction.atomic
def tell(source: HistoryFile, by: User, at: datetime, seen: int | None = None) -> int:
    """No more letters than were `seen`. Asked again: who got the letter since it was previewed gets no second one."""
    be_the_city(by)
    source = HistoryFile.objects.select_for_update().get(pk=source.pk)
    if source.withdrawn_at:
        raise Refused(f"“{source.name}”已经撤下，不再通知企业核对。")
    found = reach(source, at)
    if not found.letters:
        raise DoneAlready("没有要写的信：这份文件的企业都已经通知过，或者没有一家能收到。")
    be_as_seen(len(found.letters), seen)
    outbox.post(found.letters)
    journal.record(by=by, at=at, action=ACTION, subject=source.name, after={"信": len(found.letters)})
    return len(found.letters)
