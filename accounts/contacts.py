"""附件2: each district keeps its own line, the city may put any right, and has a telephone that letters name beside
or instead of a district's."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts import journal
from accounts.access import Refused
from accounts.change_forms import ChangeModelForm
from accounts.fields import MailField, PhoneField
from accounts.form_words import NameField
from accounts.models import DUTIES, District, DistrictContact, Enterprise, Installation, Residence, User

FIELDS = ("leader", "clerk", "post", "phone", "email")
MOST_NAMED = 5


class DistrictContactForm(ChangeModelForm):
    """A line as it is typed, on the page or in a row of a workbook."""

    phone = PhoneField(label="电话")
    email = MailField(required=False)

    class Meta:
        model = DistrictContact
        fields = ["leader", "clerk", "post", "phone", "email"]
        field_classes = {"leader": NameField, "clerk": NameField, "post": NameField}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("leader", "clerk", "post"):
            self.fields[name].required = True


def contact_of(district: District) -> DistrictContact:
    return DistrictContact.objects.filter(district=district).first() or DistrictContact(district=district)


def whom_to_ask(user: User) -> str:
    """Who can help with this account: a firm's district with the telephone it wrote down, else those who open such
    accounts."""
    district = user.enterprise.district if user.enterprise else None
    return district.to_ask if district else "、".join(DUTIES[role].person for role in user.duties.invited_by)


def why_out_of_call(firms: QuerySet[Enterprise]) -> str:
    """Why no letter may go to these firms yet: for some it would name no telephone, neither their district's nor the
    city's. Nothing where each can ring somebody up, or where the city is a demonstration."""
    city = Installation.current()
    if city.is_demo or city.phone:
        return ""
    home = Residence.objects.filter(enterprise=OuterRef("pk"), until=None)
    without = firms.filter(~Exists(home.filter(district__contact__phone__gt="")))
    if not without.exists():
        return ""
    here = Residence.objects.filter(enterprise__in=without.values("pk"), until=None)
    mute = District.objects.filter(pk__in=here.values("district"))
    names = "、".join(map(str, mute[:MOST_NAMED])) + ("等" if mute.count() > MOST_NAMED else "")
    return (
        f"每封信都要写明可以打的电话：{names or '有的企业所在区县'}没有填写，市级电话也没有填写。"
        "请先在“区县联系人”页填写市级电话（或请这些区县在那里填写自己的），再办理。"
    )


def may_change(district: District, by: User) -> bool:
    return by.may.administer or (by.may.review and by.district_id == district.pk)


def take_over(before: User, after: User) -> str:
    """Where a district's line names the one, it names the other from now on. What changed, in words for the journal."""
    contact = DistrictContact.objects.select_for_update().filter(district=before.district_id).first()
    if contact is None:
        return ""
    same = {"clerk": "name", "email": "email", "phone": "mobile"}
    named = [
        field
        for field, of in same.items()
        if getattr(after, of) and getattr(before, of) and getattr(contact, field) == getattr(before, of)
    ]
    for field in named:
        setattr(contact, field, getattr(after, same[field]))
    contact.save(update_fields=named)
    return "、".join(contact._meta.get_field(field).verbose_name for field in named)


@transaction.atomic
def change_contact(district: District, line: dict[str, str], *, by: User, at: datetime.datetime) -> None:
    if not may_change(district, by):
        raise Refused("区县联系人由本区县自己或市级维护。")
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
