"""Who people and enterprises are. Every "until" and "to" date is the last day on which the row holds."""

from accounts.models.districts import District, DistrictContact
from accounts.models.enterprises import Enterprise, Move, Residence
from accounts.models.installation import Installation
from accounts.models.journal import JournalEntry
from accounts.models.letters import DeadAddress, Letter
from accounts.models.mail import MailTrouble, ReceivingDomain
from accounts.models.people import Application, User

__all__ = [
    "Application",
    "DeadAddress",
    "District",
    "DistrictContact",
    "Enterprise",
    "Installation",
    "JournalEntry",
    "Letter",
    "MailTrouble",
    "Move",
    "ReceivingDomain",
    "Residence",
    "User",
]
