"""How the tests let 赵敏 of 嘉陵 stand in for 云图, and where she then works."""

from accounts.models import Enterprise, Grant, User
from accounts.standing_in import within_firm
from reporting.standing_in import granting
from tests.cast import AT, Cast


def give(cast: Cast, **other) -> Grant:
    facts = {"name": "赵敏", "account": cast.zhao_min.username, "basis": "集团统一填报", "by": cast.li_na, "at": AT}
    return granting.give(other.pop("enterprise", cast.yuntu), **facts | other)


def let_stand_in(cast: Cast, person: User | None = None, enterprise: Enterprise | None = None) -> Grant:
    """By the table alone, where how it was given is not the matter."""
    person, enterprise = person or cast.zhao_min, enterprise or cast.yuntu
    return Grant.objects.create(
        enterprise=enterprise,
        person=person,
        name=person.name,
        email=person.email,
        basis="集团统一填报",
        state=Grant.State.ACCEPTED,
        given_by=cast.li_na,
        given_at=AT,
        answered_at=AT,
    )


def at_firm(enterprise: Enterprise, path: str = "/") -> str:
    return within_firm(enterprise.pk, path)
