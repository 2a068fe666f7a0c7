"""May they? Every page is closed to strangers by LoginRequiredMiddleware; a page that is open says so with
login_not_required, and every other one names its roles here."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied

from accounts.models import User

EVERYONE = tuple(User.Role.values)


class Refused(Exception):
    """The office says no; the sentence is shown to the person as it is."""


def require(*roles: str) -> Callable:
    """Only these roles may open the page; anyone else is told whose page it is (403).
    Whose row it is stays a question for the queryset: fetch from visible_to(user) or answer 404."""
    unknown = set(roles) - set(EVERYONE)
    if unknown or not roles:
        raise ValueError(f"require() needs known roles, not {sorted(unknown)}.")
    owners = "、".join(str(User.Role(role).label) for role in roles)

    def guard(view: Callable) -> Callable:
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if request.user.role not in roles:
                raise PermissionDenied(f"这一页供{owners}账号使用，您登录的是{request.user.get_role_display()}账号。")
            return view(request, *args, **kwargs)

        guarded.roles = roles
        return guarded

    return guard
