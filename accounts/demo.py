"""One account per role for the demonstration city, with random passwords that only its own database remembers."""

from __future__ import annotations

import datetime
import secrets

from django.db import transaction

from accounts import journal
from accounts.access import Refused
from accounts.models import DUTIES, Enterprise, Installation, Scope, User

WORDS = "jialing yangtze hotpot pepper bridge lantern harbor summit bamboo river terrace pier steamer fog".split()


@transaction.atomic
def make_accounts(enterprise: Enterprise, at: datetime.datetime) -> list[dict[str, str]]:
    """Uses the people the demonstration has, makes whom it lacks. Running it again keeps the passwords there are."""
    installation = Installation.objects.select_for_update().filter(pk=1, is_demo=True).first()
    if installation is None:
        raise Refused("这不是演示库，不能建立带密码的账号。")
    if installation.demo_secrets:
        return installation.demo_secrets
    district = enterprise.district
    places = {
        Scope.ENTERPRISE: (enterprise.credit_code, {"enterprise": enterprise}),
        Scope.DISTRICT: (f"district-{district.code.lower()}", {"district": district}),
    }
    known = []
    for role, duties in DUTIES.items():
        username, place = places.get(duties.scope, (str(role), {}))
        name = enterprise.contact_name if duties.scope == Scope.ENTERPRISE else f"演示{duties.person}"
        password = random_password()
        there = User.objects.filter(role=role, is_active=True, **place).order_by("pk").first()
        user = there or User(username=username, role=role, name=name, **place)
        user.email = user.email or f"{role}@example.com"
        user.set_password(password)
        user.save()
        journal.record(by=None, at=at, action="建立演示账号", subject=user.username, enterprise=user.enterprise)
        known.append({"role": str(role), "user": user.username, "password": password})
    installation.demo_secrets = known
    installation.save(update_fields=["demo_secrets"])
    return known


def random_password() -> str:
    """Easy to copy by hand, about 60 bits."""
    return "-".join([*(secrets.choice(WORDS) for _ in range(3)), secrets.token_hex(6)])
