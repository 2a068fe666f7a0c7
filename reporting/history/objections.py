"""A firm holds another figure right in a cell of its imported history, and says which and why. Its office grants or
refuses it: no official writes a firm's figure."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localtime

from accounts import journal
from accounts.access import DoneAlready, Refused
from accounts.models import Enterprise, User
from forms_tables.edition.address import CellAddress
from forms_tables.edition.periods import PeriodCode
from forms_tables.edition.shape import own_column
from forms_tables.filling.parsing import Problem, parse
from reporting.history.correcting import corrected
from reporting.history.importing import FIRM
from reporting.letters import about_history
from reporting.models import Filing, HistoryObjection, ImportedFiling, PublishedEdition
from reporting.models.standing import STANDING_SUBMISSION
from reporting.workflow.guards import brief, said_something

WITHDRAWN = "这一期的导入历史已经撤下，没有可以更正的数"


@transaction.atomic
def object_to(imported: ImportedFiling, cell: str, new: str, by: User, at: datetime, reason: str) -> HistoryObjection:
    """One cell, with the figure that is right and the reason. A second one while the first waits is refused."""
    own = Enterprise.objects.one_firm(by.firm_id or 0).filter(pk=imported.enterprise_id)
    if not by.may.fill or not own.exists():
        raise Refused("只有本企业的账号可以申请更正本企业的导入历史。")
    PublishedEdition.objects.hold_still()  # of two presses the second finds the first
    if not (row := ImportedFiling.objects.standing().filter(pk=imported.pk).first()):
        raise Refused("这一期的导入历史刚刚换过，请看过现在的数再申请。")
    if why_not := why_not_objected(row):
        raise Refused(why_not)
    if cell not in row.values and cell not in missing_from(row):
        raise Refused("请选择要更正的数据。")
    waiting = HistoryObjection.objects.filter(enterprise=row.enterprise_id, period=row.period, cell=cell, granted=None)
    if first := waiting.first():
        raise DoneAlready(
            f"{first.place}已于 {localtime(first.asked_at):%Y-%m-%d} 申请更正为 {first.new}，正等待决定。"
        )
    objection = HistoryObjection.objects.create(
        enterprise=row.enterprise,
        period=row.period,
        edition_code=row.edition_code,
        cell=cell,
        old=row.values.get(cell, ""),
        new=figure_for(row, cell, new),
        reason=said_something(reason, "请写明为什么这个数不对、依据是什么。", "理由"),
        asked_by=by,
        asked_at=at,
    )
    write_down(objection, by, at, "申请更正导入历史", objection.reason)
    about_history.objected(objection)
    return objection


def why_not_objected(row: ImportedFiling) -> str:
    """Where the firm has filed the period here itself, that stands and not what was imported."""
    filed = Filing.objects.of_one_firm(row.enterprise.firm_id).filter(period=row.period)
    if filed.annotate(submission_standing=STANDING_SUBMISSION).exclude(submission_standing=None).exists():
        return f"{row.label}已由贵单位在本平台上报，以上报件为准，不必更正导入的数。"
    return ""


def missing_from(row: ImportedFiling) -> list[str]:
    """The figures of the period's forms that its file does not hold: a firm may say what they were."""
    frequency = PeriodCode.parse(row.period).frequency
    asked = (line for table in row.edition.tables if table.frequency == frequency for line in table.indicators)
    own = (f"{line.code}.{own_column(line)}" for line in asked if line.is_figure and own_column(line))
    return [cell for cell in own if cell not in row.values]


def figure_for(row: ImportedFiling, cell: str, typed: str) -> str:
    at = CellAddress.parse(cell)
    value = parse(row.edition.indicator(at.code), at.column, typed)
    if isinstance(value, Problem):
        raise Refused(value.problem)
    if value is None:
        raise Refused("请填写贵单位认为正确的数；没有发生额请填0。")
    said = row.edition.values_as_text({cell: value})[cell]
    if said == row.values.get(cell):
        raise Refused(f"与导入的数 {said} 相同，不需要更正。")
    return said


@transaction.atomic
def decide(objection: HistoryObjection, granted: bool, by: User, at: datetime, answer: str = "") -> HistoryObjection:
    """Granted, the firm's figure stands in the place of the file's, which is kept beside it; a refusal says why."""
    be_its_office(by, objection)
    PublishedEdition.objects.hold_still()  # no file comes in or is withdrawn beside
    objection = HistoryObjection.objects.select_for_update().get(pk=objection.pk)
    if not objection.is_open:
        day = localtime(objection.decided_at or at)
        raise DoneAlready(f"这份申请已于 {day:%Y-%m-%d} 决定：{objection.state_words}。")
    row = rows_meant([objection]).get(objection.pk)
    if granted and (why_not := why_not_granted(objection, row)):
        raise Refused(why_not)
    words = brief(answer, what="答复") if granted else said_something(answer, "不同意时请写明理由。", "答复")
    objection.granted, objection.decided_by, objection.decided_at, objection.answer = granted, by, at, words
    objection.save(update_fields=["granted", "decided_by", "decided_at", "answer"])
    if granted and row:
        corrected([row])
    write_down(objection, by, at, "同意更正导入历史" if granted else "不同意更正导入历史", words)
    about_history.decided(objection, at)
    return objection


def rows_meant(objections: Iterable[HistoryObjection]) -> Mapping[int, ImportedFiling]:
    """What speaks for the firm of each today, where anything stands; in one query."""
    whose = {objection.pk: (objection.firm.pk, objection.period) for objection in objections}
    rows = ImportedFiling.objects.standing().one_of_each_firm().annotate(kept=FIRM)
    rows = rows.filter(
        kept__in={firm for firm, _ in whose.values()}, period__in={period for _, period in whose.values()}
    )
    found = {(row.enterprise.firm_id, row.period): row for row in rows.select_related("enterprise")}
    return {key: found[its] for key, its in whose.items() if its in found}


def why_not_granted(objection: HistoryObjection, row: ImportedFiling | None) -> str:
    """The firm asked about a figure it saw. Where another stands there now, in another file's row or that of the entry
    it was merged into, nobody asked about that one."""
    if row is None or not row.edition.has_cell(objection.cell):
        return f"{WITHDRAWN}，不能同意。请写明理由，按不同意处理。"
    stands = row.values.get(objection.cell, "")
    if row.enterprise_id != objection.enterprise_id or stands != objection.old:
        return (
            f"申请以后这一期的导入历史换过：企业看到的是 {objection.old or '空'}，现在是 {stands or '空'}，不能同意。"
            "请写明理由，按不同意处理；企业看过现在的数，可以再申请。"
        )
    return ""


def be_its_office(by: User, objection: HistoryObjection) -> None:
    """Its district of today, or the city, which brought the file in."""
    district = objection.firm.district
    of_its_district = by.may.review and district is not None and by.district_id == district.pk
    if not of_its_district and not by.may.administer:
        raise Refused("由企业所在区县或市级决定。")


def write_down(objection: HistoryObjection, by: User, at: datetime, action: str, why: str) -> None:
    journal.record(
        by=by,
        at=at,
        action=action,
        subject=objection.place,
        enterprise=objection.enterprise,
        period=objection.period,
        before={objection.cell: objection.old},
        after={objection.cell: objection.new},
        why=why,
    )
