"""Changes to the register: contacts, facts, the city's named lists, first and last day. Moves are in moves.py."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db import transaction

from accounts import journal, people
from accounts.access import Refused
from accounts.models import Enterprise, User
from forms_tables.edition.continuity import codes_of
from forms_tables.edition.model import Edition
from reporting import workflow
from reporting.letters import about_register
from reporting.register.facts import (
    in_words,
    label_of,
    name_of,
    platform,
    read_fact,
    under_every_code,
    unlikely_day,
)

CONTACT = ("contact_name", "phone", "mobile", "email", "address")


@transaction.atomic
def change_contact(enterprise: Enterprise, contact: dict[str, str], *, by: User, at: datetime.datetime) -> None:
    """By the firm itself, or by its district when nobody of the firm can be reached."""
    if not (by.enterprise_id == enterprise.pk or people.looks_after(by, enterprise)):
        raise Refused("企业联系方式由企业自己或所在区县修改。")
    wanted = {name: contact[name] for name in CONTACT}
    people.write_firm_contact(Enterprise.objects.hold(enterprise), wanted, by=by, at=at)


@transaction.atomic
def change_facts(enterprise: Enterprise, facts: dict[str, str], *, by: User, at: datetime.datetime) -> None:
    """What the firm says about itself: nobody else may say it for the firm on a screen."""
    if not by.may.keep_firm or by.enterprise_id != enterprise.pk:
        raise Refused("登记事项由企业自己修改。")
    if outside := set(facts) - set(platform().firm_writes):
        raise Refused(f"{'、'.join(label_of(code) for code in sorted(outside))}由市级名单写入，企业不能修改。")
    read = {code: read_fact(code, typed) for code, typed in facts.items()}
    enterprise = Enterprise.objects.hold(enterprise)
    _write_facts(enterprise, read, "修改登记事项", by, at)


@transaction.atomic
def follow_codes(edition: Edition) -> dict[str, str]:
    """What is known of firms is kept under the codes as well that an edition coming in gives its rows. Returns which,
    in words for the journal."""
    renamed = {(old, new) for new in edition.platform.facts for old in codes_of(edition, new) - {new}}
    if not renamed:
        return {}
    firms = list(Enterprise.objects.select_for_update())
    for firm in firms:
        known = {new: firm.attributes[old] for old, new in renamed if old in firm.attributes}
        firm.attributes = {**known, **firm.attributes}
    Enterprise.objects.bulk_update(firms, ["attributes"], batch_size=500)
    return {"名录事项的新代码": "、".join(f"{old}→{new}" for old, new in sorted(renamed))}


@transaction.atomic
def name_key_firm(enterprise: Enterprise, code: str, value: str, *, by: User, at: datetime.datetime, why: str) -> None:
    """Put a firm on one of the city's named lists, or take it off."""
    if not by.may.administer:
        raise Refused("重点名单只能由市级写入。")
    if code not in platform().city_writes:
        raise Refused(f"{label_of(code)}不是市级名单。")
    if not why.strip():
        raise Refused("列入或移出名单要写明依据，例如文件文号。")
    value = read_fact(code, value)
    enterprise = Enterprise.objects.hold(enterprise)
    if enterprise.attributes.get(code, "") == value:
        raise Refused(f"{enterprise.name}的“{label_of(code)}”已经是“{name_of(code, value)}”。")
    _write_facts(enterprise, {code: value}, "修改重点名单", by, at, why.strip())


@transaction.atomic
def correct_first_day(
    enterprise: Enterprise, *, joined_on: datetime.date, reason: str, by: User, at: datetime.datetime
) -> workflow.Owing:
    """Another first day of reporting: open periods it leaves out, with nothing sent, are no longer owed, those it
    brings in are. Corrected back, they come back. What was sent, and what is locked, stays as it is."""
    if not people.looks_after(by, enterprise):
        raise Refused("起报日期由企业所属区县或市级更正。")
    if not reason.strip():
        raise Refused("更正起报日期要写明事由。")
    if unlikely := unlikely_day(joined_on, at.date()):
        raise Refused(f"起报日期{unlikely}")
    enterprise = Enterprise.objects.hold(enterprise)
    before = enterprise.joined_on
    if joined_on == before:
        return workflow.Owing()  # the second click
    if enterprise.left_on and joined_on > enterprise.left_on:
        raise Refused(f"起报日期不能晚于停报日期 {enterprise.left_on:%Y-%m-%d}。")
    reside_from(enterprise, before, joined_on)
    enterprise.joined_on = joined_on
    enterprise.save(update_fields=["joined_on"])
    return _settle(enterprise, OtherDay("更正起报日期", "起报日期", before, joined_on), reason, by, at)


@transaction.atomic
def stop_reporting(
    enterprise: Enterprise, *, left_on: datetime.date, reason: str, by: User, at: datetime.datetime
) -> workflow.Owing:
    """The last day the firm reports for. Its history and accounts stay; what it has not sent of open periods ending
    later is no longer owed. Another day may be set again."""
    if not people.looks_after(by, enterprise):
        raise Refused("停报由企业所属区县或市级办理。")
    if not reason.strip():
        raise Refused("停报要写明事由。")
    if unlikely := unlikely_day(left_on, at.date()):
        raise Refused(f"停报日期{unlikely}")
    enterprise = Enterprise.objects.hold(enterprise)
    if left_on < enterprise.joined_on:
        raise Refused(f"停报日期不能早于起报日期 {enterprise.joined_on:%Y-%m-%d}。")
    before = enterprise.left_on
    if left_on == before:
        return workflow.Owing()  # the second click
    enterprise.left_on = left_on
    enterprise.save(update_fields=["left_on"])
    return _settle(enterprise, OtherDay("停报", "停报日期", before, left_on), reason, by, at, away_after=before)


@transaction.atomic
def resume_reporting(enterprise: Enterprise, *, reason: str, by: User, at: datetime.datetime) -> workflow.Owing:
    """停报 was a mistake, or is over: the firm owes the open periods at once, those opened meanwhile too; for what was
    locked meanwhile it may ask for a 补报."""
    if not people.looks_after(by, enterprise):
        raise Refused("恢复填报由企业所属区县或市级办理。")
    if not reason.strip():
        raise Refused("恢复填报要写明事由。")
    enterprise = Enterprise.objects.hold(enterprise)
    before = enterprise.left_on
    if before is None:
        raise Refused(f"{enterprise.name}没有登记停报，不需要恢复。")
    enterprise.left_on = None
    enterprise.save(update_fields=["left_on"])
    return _settle(enterprise, OtherDay("恢复填报", "停报日期", before, None), reason, by, at, away_after=before)


@dataclass(frozen=True)
class OtherDay:
    """What was done, and which day of the register is another one now."""

    action: str
    what: str
    before: datetime.date | None
    after: datetime.date | None


def _settle(
    enterprise: Enterprise,
    day: OtherDay,
    reason: str,
    by: User,
    at: datetime.datetime,
    away_after: datetime.date | None = None,
) -> workflow.Owing:
    """Journal the day, bring what is owed into line with it, and tell the firm what that changes for it."""
    journal.record(
        by=by,
        at=at,
        action=day.action,
        subject=enterprise.name,
        enterprise=enterprise,
        before={day.what: day.before},
        after={day.what: day.after},
        why=reason.strip(),
    )
    owing = workflow.settle_owed(enterprise, by, at, reason.strip(), away_after)
    if owing.changes_something:
        about_register.owed_changed(enterprise, day.action, owing.in_words, reason.strip(), at)
    return owing


def reside_from(enterprise: Enterprise, before: datetime.date, joined_on: datetime.date) -> None:
    """The firm belonged to its first district from its first day on, whichever that is said to be."""
    first = enterprise.residences.order_by("since").first()
    if first is None:
        return
    begun_with = first.since == before and (first.until is None or joined_on <= first.until)
    if joined_on < first.since or begun_with:
        first.since = joined_on
        first.save(update_fields=["since"])


def _write_facts(
    enterprise: Enterprise, facts: dict[str, str], action: str, by: User, at: datetime.datetime, why: str = ""
) -> None:
    before, after = journal.changes({code: enterprise.attributes.get(code, "") for code in facts}, facts)
    if not after:
        return
    enterprise.attributes = {**enterprise.attributes, **under_every_code(after)}
    enterprise.save(update_fields=["attributes"])
    journal.record(
        by=by,
        at=at,
        action=action,
        subject=enterprise.name,
        enterprise=enterprise,
        before=in_words(before),
        after=in_words(after),
        why=why,
    )
