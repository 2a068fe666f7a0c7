from __future__ import annotations

import unicodedata

from django.contrib.auth.backends import ModelBackend
from django.db.models import Exists, OuterRef

from accounts.models import Grant, User
from text.incoming import without_hidden


def as_typed_plainly(name: str) -> str:
    """Full-width letters and stray spaces are how Chinese keyboards write the same name; credit codes are capitals."""
    return "".join(unicodedata.normalize("NFKC", without_hidden(name)).split())


def find_by_sign_in_name(name: str) -> User | None:
    """By user name (a firm's first account is named by its credit code), else by a mobile only one person has."""
    plain = as_typed_plainly(name)
    by_name = User.objects.filter(username__iexact=plain).first()
    if by_name or not plain:
        return by_name
    by_mobile = User.objects.filter(mobile=plain)
    found = by_mobile.filter(is_active=True)[:2] or by_mobile[:2]  # whose only account is stopped is told so
    return found[0] if len(found) == 1 else None


class NameCodeOrMobile(ModelBackend):
    def get_user(self, user_id: int) -> User | None:
        """Who is signed in, with the office every page names and whether they have other firms to file for."""
        grants = Grant.objects.open().filter(person=OuterRef("pk")).order_by()
        users = User.objects.select_related("enterprise", "district").annotate(has_grants=Exists(grants))
        user = users.filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None

    def authenticate(self, request, username=None, password=None, **kwargs):
        if not username or password is None:
            return None
        user = find_by_sign_in_name(username)
        if user is None:
            User().set_password(password)  # as slow as a real answer, so names cannot be told apart by time
            return None
        return user if user.check_password(password) else None  # a stopped account's owner is told so by the form
