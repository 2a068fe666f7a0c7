"""Who reads the letters to a firm, a district, the city. Addresses known to take no mail are left out."""

from collections import defaultdict
from collections.abc import Iterable

from accounts.models import DeadAddress, Enterprise, User


def of_firms(enterprises: Iterable[int]) -> dict[int, list[str]]:
    """Addresses by enterprise id: its active accounts', or the one in the register when no account has any. A firm
    that no letter reaches is missing. Two queries for each thousand firms, whatever their number."""
    found = defaultdict(set)
    ids = list(enterprises)
    dead = dead_addresses()
    for start in range(0, len(ids), 1000):
        some = ids[start : start + 1000]
        people = User.objects.filter(enterprise__in=some, is_active=True).exclude(email="")
        for firm, email in people.order_by().values_list("enterprise", "email"):
            found[firm].add(email)
        silent = [firm for firm in some if firm not in found]
        for firm, email in Enterprise.objects.filter(pk__in=silent).exclude(email="").values_list("pk", "email"):
            found[firm].add(email)
    alive = {firm: sorted(email for email in emails if email.lower() not in dead) for firm, emails in found.items()}
    return {firm: emails for firm, emails in alive.items() if emails}


def of_districts(districts: Iterable[int]) -> dict[int, list[str]]:
    """Addresses by district id, of its active accounts."""
    found = defaultdict(set)
    clerks = User.objects.filter(role=User.Role.DISTRICT, district__in=districts, is_active=True).exclude(email="")
    dead = dead_addresses()
    for district, email in clerks.order_by().values_list("district", "email"):
        if email.lower() not in dead:
            found[district].add(email)
    return {district: sorted(emails) for district, emails in found.items()}


def of_city() -> list[str]:
    """The city's own accounts."""
    officials = User.objects.filter(role=User.Role.CITY, is_active=True).exclude(email="")
    return sorted(set(officials.values_list("email", flat=True)))


def dead_addresses() -> set[str]:
    """Those of open tasks, in lower case."""
    return {
        address.lower() for address in DeadAddress.objects.filter(settled_at=None).values_list("address", flat=True)
    }
