"""Which firms of the register somebody asks for."""

from collections.abc import Mapping

from django.db.models import Q

from accounts.models import CodeCorrection, Enterprise, User
from accounts.models.enterprises import EnterpriseQuerySet
from reporting.register.facts import platform

# The filters of the register's page, as its labels say them.
FILTERS = {"q": "名称、代码或联系人", "district": "区县", "scope": "纳统类别", "key": "重点", "account": "账号"}


def wanted_firms(user: User, asked: Mapping[str, str]) -> EnterpriseQuerySet:
    """Within this person's reach, with their district's name: what the filters of the page leave."""
    found = Enterprise.objects.visible_to(user).with_district()
    if words := asked.get("q", "").strip()[:60]:
        found = found.filter(
            Q(name__icontains=words)
            | Q(credit_code__icontains=words)
            | Q(contact_name__icontains=words)
            | Q(pk__in=CodeCorrection.objects.done().filter(wrong__icontains=words).values("enterprise"))
        )
    if (scope := asked.get("scope")) and platform().rows.scope:
        found = found.filter(**{f"attributes__{platform().rows.scope}__icontains": scope})
    if district := asked.get("district"):
        found = found.filter(residences__until__isnull=True, residences__district__code=district)
    if (key := asked.get("key")) in platform().city_writes:
        off = ["", platform().unnamed[key]]
        found = found.exclude(**{f"attributes__{key}__in": off}).filter(attributes__has_key=key)
    if asked.get("account") == "none":
        found = found.filter(users__isnull=True)
    if asked.get("left") == "yes":
        return found.filter(left_on__isnull=False)
    return found
