"""The city's districts: they come in and have their dates by an edition's list, or one by itself, by the city's word,
whatever the list says."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from accounts import journal
from accounts.models import District, User
from forms_tables.edition.catalog import edition_codes, load_edition
from forms_tables.edition.model import Edition
from forms_tables.edition.periods import PeriodCode
from reporting.models import PublishedEdition, Submission
from reporting.models.in_force import proposed
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
        _spare_submitted(known, wanted.valid_from, wanted.valid_to)
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


def how_many(edition: Edition, day: date) -> str:
    """A list of districts holds those of all times, so that past periods keep theirs."""
    all_times, valid = len(edition.districts), sum(each.is_valid_on(day) for each in edition.districts)
    said = f"{all_times} 个区县"
    return said if all_times == valid else f"{said}（含已撤销和新设的，今天有效的 {valid} 个）"


def place_districts(edition: Edition) -> dict[str, str]:
    """The districts of an edition come in with their dates, or have those of it, except where the city said otherwise
    by hand, or an edition of later years that was published before. Returns what came and what changed, in words;
    raises Refused where dates would leave out a period for which firms have submitted."""
    said_later = {
        district.code
        for code in PublishedEdition.objects.shipped().filter(code__in=edition_codes()).values_list("code", flat=True)
        if proposed(code).first > proposed(edition.code).first
        for district in load_edition(code).districts
    }
    known = {each.code: each for each in District.objects.all()}
    came: list[District] = []
    changed: list[str] = []
    settled = said_later | {code for code, each in known.items() if each.by_hand}
    for position, district in enumerate(edition.districts, start=1):
        if district.code in settled:
            continue
        facts = {
            "name": district.name,
            "kind": district.kind,
            "valid_from": district.valid_from,
            "valid_to": district.valid_to,
            "position": position,
        }
        stands = known.get(district.code)
        if stands is None:
            came.append(District(code=district.code, **facts))
        elif any(getattr(stands, name) != value for name, value in facts.items()):
            _spare_submitted(stands, district.valid_from, district.valid_to)
            changed.append(district.name)
            District.objects.filter(code=district.code).update(**facts)
    District.objects.bulk_create(came)
    for district in edition.districts:
        if district.successor and district.code not in settled:
            successor = District.objects.get(code=district.successor)
            District.objects.filter(code=district.code).update(successor=successor)
    said = {"新增区县": [each.name for each in came], "变更区县": changed}
    return {what: "、".join(names) for what, names in said.items() if names}


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


def _spare_submitted(district: District, valid_from: date, valid_to: date | None) -> None:
    submitted = Submission.objects.filter(filing__district=district).values_list("filing__period", flat=True)
    for code in sorted(set(submitted), key=PeriodCode.parse):
        period = PeriodCode.parse(code)
        if period.end < valid_from or (valid_to and period.end > valid_to):
            number = Submission.objects.filter(filing__district=district, filing__period=code).count()
            raise Refused(f"{district.name}的{period.label}已有 {number} 份上报件，有效期须包括 {period.end}。")


def _last_position() -> int:
    return max(District.objects.values_list("position", flat=True), default=0)
