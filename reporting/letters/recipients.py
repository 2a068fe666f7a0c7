"""Who reads the letters to a firm, a district, the city. Addresses known to take no mail are left out."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import QuerySet

from accounts.models import Ability, District, Enterprise, Grant, User
from accounts.models.people import UserQuerySet
from accounts.post import dead_addresses


def of_firms(enterprises: Iterable[int]) -> dict[int, list[str]]:
    """Addresses by enterprise id: its active accounts', or the one in the register when no account has any. A firm
    that no letter reaches is missing. Two queries for each thousand firms, whatever their number."""
    ids = list(enterprises)
    found = {}
    for start in range(0, len(ids), 1000):
        found |= _known(ids[start : start + 1000])
    return _alive(found)


def with_account(firms: list[int] | QuerySet) -> dict[int, list[str]]:
    """Addresses by enterprise id of those who can open a form: active accounts whose person has set a password. To
    anybody else a letter that leads to one is of no use."""
    return _alive(_of_people(_people_of(firms).activated()))


def of_filings(filings: QuerySet) -> dict[int, list[str]]:
    """The same for the firms of these filings, in two queries whatever their number."""
    return with_account(filings.order_by().values("enterprise"))


def who_stand_in(firm: int) -> list[str]:
    """Of the people of other firms who file for this one those who want its letters too."""
    wanted = _grants_with_letters(firm).exclude(person__email="")
    return _alive({firm: set(wanted.order_by().values_list("person__email", flat=True))}).get(firm, [])


def is_told(user: User) -> bool:
    """Whether what the district decides on the firm they work for is written to them; who stands in asks for it."""
    return not user.working_for or _grants_with_letters(user.working_for.pk).filter(person=user).exists()


def _grants_with_letters(firm: int) -> QuerySet[Grant]:
    return Grant.objects.in_force().filter(enterprise=firm, reminded=True)


def _known(firms: list[int] | QuerySet) -> dict[int, set[str]]:
    found = _of_people(_people_of(firms))
    asked_for = Enterprise.objects.filter(pk__in=firms).exclude(email="").order_by().values_list("pk", "email")
    return {firm: {email} for firm, email in asked_for if firm not in found} | found


def _people_of(firms: list[int] | QuerySet) -> UserQuerySet:
    return User.objects.filter(enterprise__in=firms, is_active=True).exclude(email="")


def _of_people(people: QuerySet) -> dict[int, set[str]]:
    found = defaultdict(set)
    for firm, email in people.order_by().values_list("enterprise", "email"):
        found[firm].add(email)
    return found


def _alive(found: dict[int, set[str]]) -> dict[int, list[str]]:
    dead = dead_addresses.known()
    alive = {reader: sorted(email for email in emails if email.lower() not in dead) for reader, emails in found.items()}
    return {reader: emails for reader, emails in alive.items() if emails}


def of_districts(districts: Iterable[int]) -> dict[int, list[str]]:
    """Addresses by district id, of its active accounts; of an abolished one those of the district that decides in its
    place."""
    asked = list(districts)
    decides = dict(District.objects.filter(pk__in=asked, reviewed_by__isnull=False).values_list("pk", "reviewed_by"))
    of_each = defaultdict(set)
    wanted = {decides.get(district, district) for district in asked}
    clerks = User.objects.who_may(Ability.REVIEW).filter(district__in=wanted).exclude(email="")
    for district, email in clerks.order_by().values_list("district", "email"):
        of_each[district].add(email)
    return _alive({each: of_each[decides.get(each, each)] for each in asked if decides.get(each, each) in of_each})


def of_city() -> list[str]:
    """The city's own accounts."""
    officials = User.objects.who_may(Ability.ADMINISTER).exclude(email="")
    dead = dead_addresses.known()
    return sorted({email for email in officials.values_list("email", flat=True) if email.lower() not in dead})
