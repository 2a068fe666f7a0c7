"""Changes to the register: contacts, facts, the city's named lists, moving district, leaving."""

from __future__ import annotations

import datetime

from django.db import transaction

from accounts import journal, people
from accounts.access import Refused
from accounts.models import District, Enterprise, Residence, User
from reporting import workflow
from reporting.conversation import hand_over
from reporting.models import Filing, Period
from reporting.register_facts import CITY_WRITES, FIRM_WRITES, in_words, label_of, name_of, read_fact

CONTACT = ("contact_name", "phone", "mobile", "email", "address")


@transaction.atomic
def change_contact(enterprise: Enterprise, contact: dict[str, str], *, by: User, at: datetime.datetime) -> None:
    """By the firm itself, or by its district when nobody of the firm can be reached."""
    if not (by.enterprise_id == enterprise.pk or people.looks_after(by, enterprise)):
        raise Refused("企业联系方式由企业自己或所在区县修改。")
    enterprise = Enterprise.objects.select_for_update().get(pk=enterprise.pk)
    labels = {name: enterprise._meta.get_field(name).verbose_name for name in CONTACT}
    before = {labels[name]: getattr(enterprise, name) for name in CONTACT}
    after = {labels[name]: contact[name] for name in CONTACT}
    if before == after:
        return
    for name in CONTACT:
        setattr(enterprise, name, contact[name])
    enterprise.save(update_fields=CONTACT)
    before, after = journal.changes(before, after)
    journal.record(
        by=by,
        at=at,
        action="修改企业联系方式",
        subject=enterprise.name,
        enterprise=enterprise,
        before=before,
        after=after,
    )


@transaction.atomic
def change_facts(enterprise: Enterprise, facts: dict[str, str], *, by: User, at: datetime.datetime) -> None:
    """What the firm says about itself: nobody else may say it for the firm on a screen."""
    if by.role != User.Role.ENTERPRISE or by.enterprise_id != enterprise.pk:
        raise Refused("登记事项由企业自己修改。")
    if outside := set(facts) - set(FIRM_WRITES):
        raise Refused(f"{'、'.join(label_of(code) for code in sorted(outside))}由市级名单写入，企业不能修改。")
    read = {code: read_fact(code, typed) for code, typed in facts.items()}
    enterprise = Enterprise.objects.select_for_update().get(pk=enterprise.pk)
    _write_facts(enterprise, read, "修改登记事项", by, at)


@transaction.atomic
def name_key_firm(enterprise: Enterprise, code: str, value: str, *, by: User, at: datetime.datetime, why: str) -> None:
    """Put a firm on one of the city's named lists (A38, A39, A40), or take it off."""
    if by.role != User.Role.CITY:
        raise Refused("重点名单只能由市级写入。")
    if code not in CITY_WRITES:
        raise Refused(f"{label_of(code)}不是市级名单。")
    if not why.strip():
        raise Refused("列入或移出名单要写明依据，例如文件文号。")
    value = read_fact(code, value)
    enterprise = Enterprise.objects.select_for_update().get(pk=enterprise.pk)
    if enterprise.attributes.get(code, "") == value:
        raise Refused(f"{enterprise.name}的“{label_of(code)}”已经是“{name_of(code, value)}”。")
    _write_facts(enterprise, {code: value}, "修改重点名单", by, at, why.strip())


@transaction.atomic
def move_enterprise(
    enterprise: Enterprise,
    district: District,
    *,
    since: datetime.date,
    reason: str,
    by: User,
    at: datetime.datetime,
) -> Residence:
    """From `since` on the firm belongs to another district. What it reported before stays where it was;
    what it owes for open periods ending on or after that day and has not sent yet goes with it."""
    enterprise = Enterprise.objects.select_for_update().get(pk=enterprise.pk)
    now_in = enterprise.residence
    if not people.looks_after(by, enterprise):
        raise Refused("迁移由企业现在所属的区县或市级办理。")
    if not reason.strip():
        raise Refused("迁移要写明事由。")
    if since > at.date():
        raise Refused("迁移日期不能晚于今天。")
    if now_in and now_in.district_id == district.pk:
        raise Refused(f"{enterprise.name}已经属于{district.name}。")
    if not district.holds_on(at.date()):
        raise Refused(f"{district.name}现在不是报送区县，请另选。")
    if now_in and since <= now_in.since:
        raise Refused(f"迁移日期应晚于归属{now_in.district.name}的起始日期 {now_in.since:%Y-%m-%d}。")
    if now_in:
        now_in.until = since - datetime.timedelta(days=1)
        now_in.save(update_fields=["until"])
    residence = Residence.objects.create(
        enterprise=enterprise, district=district, since=since, reason=reason.strip(), by=by
    )
    taken_along = _take_along(enterprise, district, since)
    before = now_in.district if now_in else None
    for place in filter(None, (before, district)):
        journal.record(
            by=by,
            at=at,
            action="迁移区县",
            subject=enterprise.name,
            enterprise=enterprise,
            district=place,
            before={"区县": before.name if before else ""},
            after={"区县": district.name, "起": since, "随迁报告期": taken_along},
            why=reason.strip(),
        )
    return residence


@transaction.atomic
def stop_reporting(
    enterprise: Enterprise, *, left_on: datetime.date, reason: str, by: User, at: datetime.datetime
) -> None:
    """The last day the firm reports for. Its history and accounts stay; what it has not sent of open periods ending
    later is no longer owed. Another day may be set again."""
    if not people.looks_after(by, enterprise):
        raise Refused("停报由企业所属区县或市级办理。")
    if not reason.strip():
        raise Refused("停报要写明事由。")
    enterprise = Enterprise.objects.select_for_update().get(pk=enterprise.pk)
    if left_on < enterprise.joined_on:
        raise Refused(f"停报日期不能早于起报日期 {enterprise.joined_on:%Y-%m-%d}。")
    before = enterprise.left_on
    enterprise.left_on = left_on
    enterprise.save(update_fields=["left_on"])
    journal.record(
        by=by,
        at=at,
        action="停报",
        subject=enterprise.name,
        enterprise=enterprise,
        before={"停报日期": before},
        after={"停报日期": left_on},
        why=reason.strip(),
    )
    workflow.settle_owed(enterprise, by, at, reason.strip())


def _write_facts(
    enterprise: Enterprise, facts: dict[str, str], action: str, by: User, at: datetime.datetime, why: str = ""
) -> None:
    before, after = journal.changes({code: enterprise.attributes.get(code, "") for code in facts}, facts)
    if not after:
        return
    enterprise.attributes = {**enterprise.attributes, **after}
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


def _take_along(enterprise: Enterprise, district: District, since: datetime.date) -> list[str]:
    unsent = Filing.objects.filter(
        enterprise=enterprise, period__state=Period.OPEN, in_force=None, state__in=Filing.UNSENT
    ).select_related("period")
    moving = [filing for filing in unsent if filing.period.parsed.end >= since]
    for filing in moving:
        filing.district = district
        filing.save(update_fields=["district"])
        hand_over(filing)
    return [filing.period_id for filing in moving]
