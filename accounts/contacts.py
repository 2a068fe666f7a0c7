"""附件2: each district keeps its own line; the city the telephone that letters name beside or instead of it."""

from __future__ import annotations

import datetime

from django.db import transaction

from accounts import journal
from accounts.access import Refused
from accounts.models import DUTIES, District, DistrictContact, Installation, User

FIELDS = ("leader", "clerk", "post", "phone", "email")


def contact_of(district: District) -> DistrictContact:
    return DistrictContact.objects.filter(district=district).first() or DistrictContact(district=district)


def whom_to_ask(user: User) -> str:
    """Who can help with this account: a firm's district with the telephone it wrote down, else those who open such
    accounts."""
    district = user.enterprise.district if user.enterprise else None
    return district.to_ask if district else "、".join(DUTIES[role].person for role in user.duties.invited_by)


@transaction.atomic
def change_contact(district: District, line: dict[str, str], *, by: User, at: datetime.datetime) -> None:
    if not by.may.review or by.district_id != district.pk:
        raise Refused("区县联系人由本区县自己维护。")
    District.objects.select_for_update().get(pk=district.pk)
    contact = contact_of(district)
    before = {contact._meta.get_field(name).verbose_name: getattr(contact, name) for name in FIELDS}
    after = {contact._meta.get_field(name).verbose_name: line[name] for name in FIELDS}
    if before == after:
        return
    for name in FIELDS:
        setattr(contact, name, line[name])
    contact.save()
    before, after = journal.changes(before, after)
    journal.record(
        by=by, at=at, action="修改区县联系人", subject=district.name, district=district, before=before, after=after
    )


@transaction.atomic
def change_city_phone(phone: str, *, by: User, at: datetime.datetime) -> None:
    """What a letter names where a district has no telephone, and to whoever works in an office."""
    if not by.may.administer:
        raise Refused("市级电话由市级填写。")
    if not phone:
        raise Refused("市级电话不能空着：每封信都要写明可以打的电话。")
    Installation.objects.get_or_create(pk=1)
    installation = Installation.objects.select_for_update().get(pk=1)
    before, installation.phone = installation.phone, phone
    if before == phone:
        return  # the second click
    installation.save(update_fields=["phone"])
    journal.record(by=by, at=at, action="修改市级电话", before={"电话": before}, after={"电话": phone})
