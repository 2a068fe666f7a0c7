"""The city's districts: one comes in, or has other dates, by itself and whatever an edition's list says."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from accounts import journal
from accounts.models import District, User
from forms_tables.edition.periods import PeriodCode
from reporting.models import PublishedEdition, Submission
from reporting.workflow.guards import Refused, be_the_city, brief, person

NAMES = {"name": "名称", "kind": "类型", "valid_from": "生效日期", "valid_to": "失效日期", "successor": "并入"}


@dataclass(frozen=True)
class DistrictFacts:
    """What is said of a district; `valid_to` is its last day, `successor` the code of where its firms go."""

    code: str
    name: str
    kind: str
    valid_from: date
    valid_to: date | None = None
    successor: str = ""


@transaction.atomic
def place_district(wanted: DistrictFacts, by: User, at: datetime, reason: str) -> District:
    """登记区县: a district comes in with its dates, or has other ones. An edition that is loaded later leaves alone
    what was said here. Its dates never leave out a period for which its firms have submitted."""
    be_the_city(by)
    PublishedEdition.objects.hold_still()  # an edition that is being loaded says something of districts as well
    successor = _successor(wanted)
    if wanted.valid_to and wanted.valid_to < wanted.valid_from:
        raise Refused(f"失效日期 {wanted.valid_to} 早于生效日期 {wanted.valid_from}，请核对。")
    known = District.objects.select_for_update().filter(code=wanted.code).first()
    before = _said(known) if known else {}
    after = _of_facts(wanted, successor)
    if before == after:
        return known  # the second click
    if not (reason := brief(reason)):
        raise Refused("请写明依据，如区划调整文件的名称和文号。")
    if namesake := District.objects.filter(name=wanted.name).exclude(code=wanted.code).first():
        raise Refused(f"名称“{wanted.name}”已是区划代码 {namesake.code} 的区县，请核对代码。")
    if known:
        _spare_submitted(known, wanted)
    district = known or District(code=wanted.code, position=_last_position() + 1)
    district.name, district.kind = person(wanted.name, "名称"), wanted.kind
    district.valid_from, district.valid_to, district.successor = wanted.valid_from, wanted.valid_to, successor
    district.by_hand = True
    district.save()
    old, new = journal.changes(before, after)
    journal.record(
        by=by,
        at=at,
        action="变更区县" if known else "新增区县",
        subject=f"{district.name}（{district.code}）",
        district=district,
        before=old if known else None,
        after=new,
        why=reason,
    )
    return district


def _successor(wanted: DistrictFacts) -> District | None:
    if not wanted.successor:
        return None
    found = District.objects.filter(code=wanted.successor).exclude(code=wanted.code).first()
    if found is None:
        raise Refused(f"并入的区县 {wanted.successor} 没有登记，请先登记它。")
    return found


def _said(district: District) -> dict[str, str]:
    return {words: str(getattr(district, name) or "") for name, words in NAMES.items()}


def _of_facts(wanted: DistrictFacts, successor: District | None) -> dict[str, str]:
    stated = {**vars(wanted), "successor": successor}
    return {words: str(stated[name] or "") for name, words in NAMES.items()}


def _spare_submitted(district: District, wanted: DistrictFacts) -> None:
    submitted = Submission.objects.filter(filing__district=district).values_list("filing__period", flat=True)
    for code in sorted(set(submitted), key=PeriodCode.parse):
        period = PeriodCode.parse(code)
        if not wanted.valid_from <= period.end or (wanted.valid_to and period.end > wanted.valid_to):
            number = Submission.objects.filter(filing__district=district, filing__period=code).count()
            raise Refused(f"{district.name}的{period.label}已有 {number} 份上报件，有效期须包括 {period.end}。")


def _last_position() -> int:
    return max(District.objects.values_list("position", flat=True), default=0)
