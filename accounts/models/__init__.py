"""Who people and enterprises are. Every "until" and "to" date is the last day on which the row holds."""

from accounts.models.districts import District, DistrictContact
from accounts.models.enterprises import Enterprise, Move, Residence
from accounts.models.grants import Grant
from accounts.models.installation import Installation
from accounts.models.journal import JournalEntry
from accounts.models.letters import DeadAddress, Letter
from accounts.models.mail import MailTrouble, ReceivingDomain
from accounts.models.mending import CodeCorrection, DistrictChange, DistrictChangeFirm, DoubleReport
from accounts.models.people import Application, User
from accounts.models.roles import (
    DUTIES,
    STANDING_IN,
    Ability,
    Duties,
    Role,
    Scope,
    roles_that_may,
    roles_to_invite,
    roles_within,
)
from accounts.models.takeovers import Takeover

__all__ = [
    "DUTIES",
    "STANDING_IN",
    "Ability",
    "Application",
    "CodeCorrection",
    "DeadAddress",
    "District",
    "DistrictChange",
    "DistrictChangeFirm",
    "Duties",
    "DistrictContact",
    "DoubleReport",
    "Enterprise",
    "Grant",
    "Installation",
    "JournalEntry",
    "Letter",
    "MailTrouble",
    "Move",
    "ReceivingDomain",
    "Residence",
    "Role",
    "Scope",
    "Takeover",
    "User",
    "roles_that_may",
    "roles_to_invite",
    "roles_within",
]
