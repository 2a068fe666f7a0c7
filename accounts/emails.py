"""One function per letter about people and the register."""

from __future__ import annotations

from accounts.letters import deliver_after_commit
from accounts.links import ACTIVATION_LIFE, RESET_LIFE, activation_link, reset_link
from accounts.models import Application, User


def activation(user: User) -> None:
    context = {"user": user, "link": activation_link(user), "days": ACTIVATION_LIFE.days}
    deliver_after_commit("请激活您的账号", "activation", context, user.email)


def password_reset(user: User) -> None:
    context = {"user": user, "link": reset_link(user), "hours": int(RESET_LIFE.total_seconds() // 3600)}
    deliver_after_commit("重新设置密码", "password_reset", context, user.email)


def password_changed(user: User, at) -> None:
    deliver_after_commit("您的密码已修改", "password_changed", {"user": user, "at": at}, user.email)


def application_received(application: Application) -> None:
    deliver_after_commit("注册申请已收到", "application_received", {"application": application}, application.email)


def application_waiting(application: Application, to: list[str]) -> None:
    deliver_after_commit("有一家企业申请注册", "application_waiting", {"application": application}, to)


def application_refused(application: Application) -> None:
    deliver_after_commit("注册申请未通过", "application_refused", {"application": application}, application.email)
