"""Accounts come and go. Nobody is ever given a password: a person gets a link by mail and chooses their own."""

from __future__ import annotations

import datetime
from itertools import count
from typing import TypedDict, Unpack

from django.db import transaction

from accounts import contacts, emails, first_accounts, journal
from accounts.access import DoneAlready, Refused
from accounts.backends import as_typed_plainly
from accounts.models import DUTIES, Ability, District, Enterprise, Role, Scope, User, roles_to_invite
from accounts.models.people import UserQuerySet

MOST_OF_A_FIRM = 5  # accounts in use


def first_account(enterprise: Enterprise) -> User | None:
    """The account named by the credit code; it alone stops and starts colleagues."""
    return User.objects.filter(username=enterprise.credit_code).first()


def is_first_account(user: User) -> bool:
    return user.enterprise_id is not None and user.username == user.enterprise.credit_code


def looks_after(by: User, enterprise: Enterprise) -> bool:
    return first_accounts.looked_after_by(by).filter(pk=enterprise.pk).exists()


def be_within_a_firms_number(enterprise: Enterprise) -> None:
    """The caller holds the firm."""
    if enterprise.users.filter(is_active=True).count() >= MOST_OF_A_FIRM:
        raise Refused(
            f"一家企业最多 {MOST_OF_A_FIRM} 个在用的账号，{enterprise.name}已有这么多；请先停用或更换不再经办的人。"
        )


def next_username(enterprise: Enterprise) -> str:
    """Of a further account of the firm. What was another firm's code by mistake may have numbers already, of people who
    kept their names when it was corrected: those are passed over."""
    begun = f"{enterprise.credit_code}-"
    alike = User.objects.filter(username__istartswith=begun).values_list("username", flat=True)
    taken = {username.upper() for username in alike}
    names = (f"{begun}{number}" for number in count(enterprise.users.count() + 1))
    return next(name for name in names if name.upper() not in taken)


def be_nobody_elses_in_the_firm(email: str, enterprise: Enterprise, but: User | None = None) -> None:
    """Two of a firm who recover each other need a mailbox each."""
    others = enterprise.users.filter(email__iexact=email, is_active=True).exclude(pk=but and but.pk)
    if other := others.first():
        raise Refused(f"邮箱 {email} 已是本企业{other}（{other.username}）的，请填各人自己的邮箱。")


def be_the_firms_mailbox(email: str) -> None:
    if email.lower() in first_accounts.mailboxes_of_offices():
        raise Refused(f"邮箱 {email} 是工作账号的，企业的激活邮件须发到企业自己的邮箱。")


def be_an_offices_mailbox(email: str) -> None:
    """An official who reads a firm's mail could open its account and write its figures."""
    if other := User.objects.filter(email__iexact=email).exclude(enterprise=None).select_related("enterprise").first():
        raise Refused(f"邮箱 {email} 是{other.enterprise}的企业账号的，工作账号须用自己的工作邮箱。")


def be_not_succeeded_yet(before: User) -> None:
    if before.successor:
        raise Refused(f"账号“{before.username}”已由{before.successor}（{before.successor.username}）接替，不能再办。")


@transaction.atomic
def open_first_account(enterprise: Enterprise, *, by: User, at: datetime.datetime, told: str = "") -> User:
    """`told` is what the letter says beside the link: what the firm has to report."""
    if not looks_after(by, enterprise):
        raise Refused("只有企业所在区县可以为它开通账号。")
    first_accounts.hold([enterprise.pk])
    if first_account(enterprise):
        raise Refused(f"{enterprise.name}已有账号，请重发激活邮件。")
    if not enterprise.email:
        raise Refused(f"{enterprise.name}没有登记邮箱，无法发送激活邮件；请先补登联系人邮箱。")
    be_the_firms_mailbox(enterprise.email)
    [user] = first_accounts.open_accounts([(enterprise, enterprise.email)], by=by, at=at)
    emails.activation(user, at, told)
    return user


@transaction.atomic
def invite_colleague(*, name: str, mobile: str, email: str, by: User, at: datetime.datetime) -> User:
    """Any person of a firm may: whoever is alone in a firm is lost with the mailbox."""
    if by.enterprise is None:
        raise Refused("同事由本企业自己的人邀请。")
    enterprise = Enterprise.objects.hold(by.enterprise)
    if there := enterprise.users.filter(email__iexact=email, name=name, mobile=mobile, is_active=True).first():
        raise DoneAlready(f"{name}已有账号 {there.username}，没有再邀请一次；没收到邮件的，请点“发链接”。")
    be_within_a_firms_number(enterprise)
    be_the_firms_mailbox(email)
    be_nobody_elses_in_the_firm(email, enterprise)
    user = create(
        username=next_username(enterprise),
        name=name,
        role=Role.ENTERPRISE,
        enterprise=enterprise,
        email=email,
        mobile=mobile,
    )
    journal.record(
        by=by,
        at=at,
        action="邀请同事",
        subject=f"{name}（{user.username}）",
        enterprise=enterprise,
        after={"邮箱": email},
    )
    emails.activation(user, at)
    return user


class Official(TypedDict):
    username: str
    name: str
    role: str
    district: District | None
    email: str
    mobile: str


def may_give(role: str, district: District | None, by: User) -> None:
    """Whether this person may let somebody work in that role, there."""
    wanted = DUTIES[role]
    if not by.may.manage_users:
        raise Refused("只有市级和系统管理员可以开通工作账号。")
    if wanted.scope == Scope.ENTERPRISE:
        raise Refused("企业账号由企业申请、区县批准后开通。")
    if role not in roles_to_invite(by.role):
        openers = "、".join(DUTIES[opener].person for opener in wanted.invited_by)
        raise Refused(f"{wanted.label}账号只能由{openers}开通。")
    if (wanted.scope == Scope.DISTRICT) != (district is not None):
        raise Refused("区县账号必须写明区县，其他账号不写区县。")


@transaction.atomic
def invite_official(*, by: User, at: datetime.datetime, **asked: Unpack[Official]) -> User:
    district = asked["district"]
    may_give(asked["role"], district, by)
    asked["username"] = username = as_typed_plainly(asked["username"]).lower()
    if same := User.objects.filter(username__iexact=username).first():
        if all(getattr(same, name) == value for name, value in asked.items()):
            raise DoneAlready(f"{same}已有账号“{username}”，没有再开通一次；没收到激活邮件的，请点“重发”。")
        raise Refused(f"用户名“{username}”已被使用，请换一个。")
    be_an_offices_mailbox(asked["email"])
    user = create(**asked)
    journal.record(
        by=by,
        at=at,
        action="开通账号",
        subject=f"{user.name}（{username}）",
        district=district,
        after={"角色": user.duties.label, "邮箱": user.email},
    )
    emails.activation(user, at)
    return user


@transaction.atomic
def first_administrator(*, username: str, name: str, email: str, at: datetime.datetime) -> User:
    """Whoever runs the machine begins here; nobody invited them. Until the account is activated it may be asked for
    again, with another mail address."""
    if first := system_administrators().activated().order_by("pk").first():
        raise Refused(
            f"已有系统管理员：{first}（{first.username}）。其余账号由他在“用户”页开通；忘记密码，请在登录页找回。"
        )
    waiting = system_administrators().order_by("pk").first()
    username = as_typed_plainly(username).lower()
    others = User.objects.filter(username__iexact=username)
    if others.exclude(pk=waiting and waiting.pk).exists():
        raise Refused(f"用户名“{username}”已被使用，请用 --username 换一个。")
    user = waiting or User(role=Role.SYSTEM)
    user.username, user.name, user.email = username, name, email
    user.set_unusable_password()  # another one: links that were made earlier end
    user.save()
    after = {"角色": user.duties.label, "邮箱": email}
    journal.record(by=None, at=at, action="开通账号", subject=f"{name}（{username}）", after=after, why="命令行")
    return user


def system_administrators() -> UserQuerySet:
    return User.objects.who_may(Ability.OPERATE)


def is_awaited_first_administrator(user: User) -> bool:
    return user.may.operate and not system_administrators().activated().exists()


def write_firm_contact(
    firm: Enterprise, contact: dict[str, str], *, by: User, at: datetime.datetime, why: str = ""
) -> None:
    """How the register reaches the firm, by the names of its fields. The caller holds the firm, and has asked whether
    this person may."""
    labels = {name: str(firm._meta.get_field(name).verbose_name) for name in contact}
    before = {labels[name]: getattr(firm, name) for name in contact}
    before, after = journal.changes(before, {labels[name]: contact[name] for name in contact})
    if not after:
        return
    for name in contact:
        setattr(firm, name, contact[name])
    firm.save(update_fields=list(contact))
    journal.record(
        by=by,
        at=at,
        action="修改企业联系方式",
        subject=firm.name,
        enterprise=firm,
        before=before,
        after=after,
        why=why,
    )


@transaction.atomic
def resend_activation(user: User, *, by: User, at: datetime.datetime, email: str = "", told: str = "") -> None:
    """A mistyped address may be put right only before the account was ever opened: afterwards a new address
    would hand the firm's account to whoever reads it. The register's follows, since letters to many go there."""
    if not may_look_after(by, user):
        raise Refused("您不能管理这个账号。")
    firm = Enterprise.objects.hold(user.enterprise) if user.enterprise else None
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.has_usable_password():
        raise Refused("这个账号已经激活；忘记密码请本人在登录页用“忘记密码”找回。")
    if not user.is_active:
        raise Refused("这个账号已停用，请先启用。")
    before = user.email
    user.email = email or user.email
    if not user.email:
        raise Refused("这个账号没有邮箱，请先填写邮箱。")
    if user.enterprise_id:
        be_the_firms_mailbox(user.email)
        if user.email != before and user.predecessors.exists():
            raise Refused("这个账号是移交或更换来的，要改邮箱请重新办理移交或更换。")
    user.save(update_fields=["email"])
    journal.record(
        by=by,
        at=at,
        action="重发激活邮件",
        subject=user.username,
        enterprise=user.enterprise,
        district=user.district,
        before={"邮箱": before},
        after={"邮箱": user.email},
    )
    if firm and is_first_account(user) and email:
        write_firm_contact(firm, {"email": email}, by=by, at=at, why="重发激活邮件")
    emails.activation(user, at, told)


def deactivate(user: User, *, by: User, at: datetime.datetime, why: str) -> None:
    _set_active(user, False, "停用账号", by=by, at=at, why=why)


def reactivate(user: User, *, by: User, at: datetime.datetime, why: str) -> None:
    _set_active(user, True, "启用账号", by=by, at=at, why=why)


def may_look_after(by: User, user: User) -> bool:
    """Firms look after their colleagues, districts after their firms' people, who manages users after officials too."""
    if by.may.manage_users and user.role in by.manages:
        return True
    if user.enterprise is None:
        return False
    return (is_first_account(by) and by.enterprise_id == user.enterprise_id) or looks_after(by, user.enterprise)


@transaction.atomic
def change_own_contact(user: User, *, name: str, mobile: str, email: str, at: datetime.datetime) -> None:
    user = User.objects.select_for_update().get(pk=user.pk)
    before = {"姓名": user.name, "手机": user.mobile, "邮箱": user.email}
    after = {"姓名": name, "手机": mobile, "邮箱": email}
    if before == after:
        return
    if email.lower() != user.email.lower():
        if user.enterprise:
            be_the_firms_mailbox(email)
            be_nobody_elses_in_the_firm(email, user.enterprise, but=user)
        else:
            be_an_offices_mailbox(email)
    user.name, user.mobile, user.email = name, mobile, email
    user.save(update_fields=["name", "mobile", "email"])
    before, after = journal.changes(before, after)
    journal.record(
        by=user,
        at=at,
        action="修改本人信息",
        subject=user.username,
        enterprise=user.enterprise,
        district=user.district,
        before=before,
        after=after,
    )


@transaction.atomic
def _set_active(user: User, active: bool, action: str, *, by: User, at: datetime.datetime, why: str) -> None:
    if not may_look_after(by, user):
        raise Refused("您不能管理这个账号。")
    if user.pk == by.pk:
        raise Refused("不能停用自己的账号。")
    if not why.strip():
        raise Refused(f"{action}要写明事由。")
    firm = Enterprise.objects.hold(user.enterprise) if active and user.enterprise else None
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.is_active == active:
        raise Refused(f"账号“{user.username}”已经是{'启用' if active else '停用'}状态。")
    if active and user.successor:
        raise Refused(f"账号“{user.username}”已由{user.successor}（{user.successor.username}）接替，不能再启用。")
    if firm:
        be_within_a_firms_number(firm)
    user.is_active = active
    user.save(update_fields=["is_active"])
    journal.record(
        by=by,
        at=at,
        action=action,
        subject=f"{user}（{user.username}）",
        enterprise=user.enterprise,
        district=user.district,
        why=why,
    )
    if not active:
        emails.account_stopped(user, by, why, contacts.whom_to_ask(user), at)


def create(**facts) -> User:
    user = User(**facts)
    user.set_unusable_password()
    user.save()
    return user
