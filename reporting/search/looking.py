"""What somebody of an office finds by a word: firms by name or code, submissions by receipt or verification code,
people. Each kind is one question for a few rows more than are shown, of what this person may see anyway."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.models import CodeCorrection, Enterprise, User
from accounts.old_codes import entry_now
from reporting.models import Release, Submission
from reporting.totals.progress import submissions_visible_to
from text.codes import LENGTH, normalise
from text.incoming import without_hidden

LONGEST, MOST = 60, 20
CREDIT_CODE = re.compile(r"[0-9A-Z]{18}")
SHORTEST = 4
PART_OF_A_CODE = re.compile(rf"[0-9A-Z]{{{SHORTEST},18}}")
RELEASE = re.compile(r"[12][0-9]{3}(A|M[0-9]{2})-[0-9]{1,4}")
RECEIPT = re.compile(r"[12][0-9]{3}[AM][0-9]{0,2}-[0-9A-Z]+-[0-9]{3,}(-[0-9]*)?")


@dataclass(frozen=True)
class Found:
    """The first rows of one kind; `more` says that there are others."""

    rows: Sequence
    more: bool


def few(rows: QuerySet, add: Callable = list) -> Found:
    found = add(rows[: MOST + 1])
    return Found(found[:MOST], len(found) > MOST)


def as_typed(text: str) -> str:
    """Without what nobody sees, and full-width signs made plain."""
    return " ".join(unicodedata.normalize("NFKC", without_hidden(text)).split())[:LONGEST]


def firm_of_code(text: str, user: User) -> Enterprise | None:
    """The firm whose code this is, or was before it was corrected."""
    code = text.replace(" ", "").upper()
    if not CREDIT_CODE.fullmatch(code):
        return None
    seen = Enterprise.objects.visible_to(user)
    if found := seen.filter(credit_code=code).first():
        return found
    now = entry_now(code)
    return seen.filter(pk=now.pk).first() if now else None


def submission_of(text: str, user: User) -> Submission | None:
    """The one with this receipt or verification code."""
    asked = Q(receipt=text.replace(" ", "").upper())
    if len(code := normalise(text)) == LENGTH:
        asked |= Q(verification=code)
    return submissions_visible_to(user).filter(asked).defer(*Submission.HEAVY).first()


def release_of(text: str, user: User) -> Release | None:
    """The one of this code (2024M05-1), for those who read the city's."""
    code = text.replace(" ", "").upper()
    if not (user.may.read_city and RELEASE.fullmatch(code)):
        return None
    period, _, number = code.partition("-")
    return Release.objects.filter(period=period, number=number).first()


def is_too_short(text: str) -> bool:
    """The beginning of a code that is too short to be looked for."""
    return text.isdigit() and len(text) < SHORTEST


def firms_like(text: str, user: User) -> Found:
    """Those called so or in part, those of a code that begins so, and those that had such a code once."""
    asked = Q(name__icontains=text)
    code = text.replace(" ", "").upper()
    if PART_OF_A_CODE.fullmatch(code):
        once = CodeCorrection.objects.done().filter(wrong__startswith=code).values("enterprise")
        asked |= Q(credit_code__startswith=code) | Q(pk__in=once)
    found = Enterprise.objects.visible_to(user).filter(asked).with_district()
    return few(found.defer("attributes").order_by("name", "pk"))


def submissions_like(text: str, user: User) -> Found:
    """Those whose receipt begins so: all of one filing."""
    beginning = text.replace(" ", "").upper()
    if not RECEIPT.fullmatch(beginning):
        return Found((), False)
    found = submissions_visible_to(user).filter(receipt__startswith=beginning)
    return few(found.defer(*Submission.HEAVY).order_by("receipt"))


def contacts_like(text: str, user: User) -> Found:
    """The firms' contacts."""
    asked = Q(contact_name__icontains=text)
    if text.isdigit() and len(text) >= 7:
        asked |= Q(mobile=text) | Q(phone=text)
    found = Enterprise.objects.visible_to(user).filter(asked)
    return few(found.defer("attributes").order_by("contact_name", "name"))


def people_like(text: str, user: User) -> Found:
    """People with an account: of the firms this person sees, of the own office, and those whose accounts it keeps."""
    asked = Q(name__icontains=text) | Q(username__istartswith=text) | Q(mobile=text)
    reach = Q(enterprise__in=Enterprise.objects.visible_to(user)) | Q(pk__in=User.objects.visible_to(user).values("pk"))
    colleagues = Q(role=user.role, district=user.district_id)
    found = User.objects.filter(asked).filter(reach | colleagues)
    return few(found.select_related("enterprise", "district").order_by("name", "username"))
