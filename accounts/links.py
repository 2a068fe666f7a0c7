"""Links that prove their reader has the mailbox. Used up once the password is set, because the hash reads it."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import base36_to_int, urlsafe_base64_encode

from accounts.models import User

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


def activation_link(user: User) -> str:
    return _link("activate", user, activation_tokens)


def reset_link(user: User) -> str:
    return _link("reset_password", user, reset_tokens)


def _link(name: str, user: User, tokens: ActivationTokens) -> str:
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return settings.SITE_URL + reverse(name, args=[uid, tokens.make_token(user)])
