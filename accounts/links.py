"""Links that prove their reader has the mailbox. Used up once the password is set, because the hash reads it."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import base36_to_int, urlsafe_base64_encode

from accounts.models import Takeover, User

ACTIVATION_LIFE = datetime.timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
RESET_LIFE = datetime.timedelta(hours=24)


class ActivationTokens(PasswordResetTokenGenerator):
    key_salt = "accounts.links.activation"

    def _make_hash_value(self, user, timestamp):
        return f"{super()._make_hash_value(user, timestamp)}{user.is_active}"


class ResetTokens(ActivationTokens):
    key_salt = "accounts.links.reset"

    def check_token(self, user, token):
        if not super().check_token(user, token):
            return False
        made = base36_to_int(token.split("-")[0])
        return self._num_seconds(self._now()) - made <= RESET_LIFE.total_seconds()


activation_tokens = ActivationTokens()
reset_tokens = ResetTokens()
objections = Signer(salt="accounts.links.objection")


def activation_link(user: User) -> str:
    return _link("activate", user, activation_tokens)


def reset_link(user: User) -> str:
    return _link("reset_password", user, reset_tokens)


def objection_link(takeover: Takeover) -> str:
    """For who has the account, in their letter: it only ever stops this one takeover, and opens nothing else."""
    return settings.SITE_URL + reverse("object_to_takeover", args=[objections.sign(str(takeover.pk))])


def takeover_behind(token: str) -> int | None:
    """The takeover an objection link was made for; None where we made no such link."""
    try:
        return int(objections.unsign(token))
    except (BadSignature, ValueError):
        return None


def _link(name: str, user: User, tokens: ActivationTokens) -> str:
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return settings.SITE_URL + reverse(name, args=[uid, tokens.make_token(user)])
