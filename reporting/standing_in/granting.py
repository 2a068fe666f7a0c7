"""A grant to stand in for a firm's people: given, answered, ended, and what becomes of it when firms are merged."""

from __future__ import annotations

from datetime import datetime

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Q

from accounts import journal
from accounts.access import DoneAlready, Refused
from accounts.backends import as_typed_plainly
from accounts.models import Ability, Enterprise, Grant, User
from reporting.letters import about_grants
from reporting.models import ThreadSeen

MOST_OF_A_FIRM = 5  # grants that are not over
invitations = Signer(salt="reporting.standing_in.invitation")


def may_grant(by: User, enterprise: Enterprise) -> bool:
    """The firm for itself, and the district it is in now."""
    if by.may.keep_firm:
        return by.enterprise_id == enterprise.pk
    return by.may.receive and Enterprise.objects.visible_to(by).filter(pk=enterprise.pk).exists()


@transaction.atomic
def give(enterprise: Enterprise, *, name: str, account: str, basis: str, by: User, at: datetime) -> Grant:
    """To whoever is called `name` and has that account: a user name, a mobile, a mailbox. A mailbox that belongs to no
    account is invited: its reader may accept with the account of a firm. `basis`: why, and by which paper."""
    if not may_grant(by, enterprise):
        raise Refused("代填由企业自己授权，或由它所在的区县按企业的书面申请授权。")
    firm = Enterprise.objects.hold(enterprise)
    if firm.merged_into:
        raise Refused(f"这条登记已并入{firm.merged_into}，请在那一条下授权。")
    person, email = whom_to_ask(name, as_typed_plainly(account))
    if person and person.enterprise_id == firm.pk:
        raise Refused(f"{person}是本企业的账号，本来就能填报，不需要授权。")
    same = Q(person=person) if person else Q(person=None, email__iexact=email)
    if there := firm.grants.open().filter(same).first():
        raise DoneAlready(f"已于 {there.given_at:%Y-%m-%d} 授权{there.who}（{there.state_words}），没有再授权一次。")
    if firm.grants.open().count() >= MOST_OF_A_FIRM:
        raise Refused(f"一家企业最多同时授权 {MOST_OF_A_FIRM} 人代填，请先结束不再需要的。")
    grant = Grant.objects.create(
        enterprise=firm, person=person, name=name, email=email, basis=basis, given_by=by, given_at=at
    )
    _record(grant, "授权代填", by, at, why=basis)
    about_grants.asked(grant, at, token_of(grant))
    about_grants.told_the_firm(grant, f"{by.office}授权{name}代贵单位填报，待本人接受", at)
    return grant


def whom_to_ask(name: str, account: str) -> tuple[User | None, str]:
    """The account, and where its person is written to. Both name and account have to fit: a slip of the pen gives
    nothing to a stranger, and nobody learns here whose account that is."""
    is_mailbox = "@" in account
    by_account = Q(email__iexact=account) if is_mailbox else Q(username__iexact=account) | Q(mobile=account)
    found = list(User.objects.who_may(Ability.FILL).filter(by_account, name=name)[:2])
    if len(found) > 1:
        raise Refused(f"{name}有几个账号都登记了“{account}”，请改填其中一个的用户名。")
    if not found and not is_mailbox:
        raise Refused(
            f"没有姓名是“{name}”、用户名或手机是“{account}”的企业账号。请向本人核对；"
            "拿不准的，改填本人的邮箱，邀请会发到那里。"
        )
    return (found[0], found[0].email) if found else (None, account)


@transaction.atomic
def accept(grant: Grant, *, by: User, at: datetime, reminded: bool) -> Grant:
    grant = _held(grant)
    if grant.person and grant.person_id != by.pk:
        raise Refused("这份授权是给别人的。")
    if grant.is_accepted:
        raise DoneAlready(f"您已接受为{grant.enterprise}代填。")
    _be_asked(grant)
    if not by.may.keep_firm:
        raise Refused("代填由别的企业的人办理，请用您在企业的账号登录。")
    if grant.person is None:
        _be_meant(grant, by)
    grant.person, grant.state, grant.answered_at, grant.reminded = by, Grant.State.ACCEPTED, at, reminded
    grant.save(update_fields=["person", "state", "answered_at", "reminded"])
    _record(grant, "接受代填", by, at)
    about_grants.told_the_firm(grant, f"{by.signed}已接受，从现在起可以代贵单位填报、上报", at)
    return grant


def _be_meant(grant: Grant, by: User) -> None:
    """Whoever reads the mailbox that was invited, under the name that was given."""
    if by.name != grant.name:
        raise Refused(
            f"这份邀请是给“{grant.name}”的，您登录的账号姓名是“{by.name}”。请用本人的账号，或请企业重新授权。"
        )
    if by.enterprise_id == grant.enterprise_id:
        raise Refused("您就是这家企业的人，不需要授权。")
    if grant.enterprise.grants.open().filter(person=by).exists():
        raise Refused(f"{grant.enterprise}已经给过您授权，不用再接受这一份。")


@transaction.atomic
def decline(grant: Grant, *, by: User, at: datetime) -> Grant:
    grant = _held(grant)
    if grant.person_id != by.pk:
        raise Refused("这份授权是给别人的。")
    if grant.state == Grant.State.DECLINED:
        raise DoneAlready("您已答复不接受。")
    _be_asked(grant)
    grant.state, grant.answered_at = Grant.State.DECLINED, at
    grant.save(update_fields=["state", "answered_at"])
    _record(grant, "不接受代填", by, at)
    about_grants.told_the_firm(grant, f"{by.signed}不接受代填", at)
    return grant


@transaction.atomic
def end(grant: Grant, *, why: str, by: User, at: datetime) -> Grant:
    """By the firm, its district of now, or whoever stands in. What they filed stays under their name."""
    grant = _held(grant)
    if not may_end(grant, by):
        raise Refused("代填由企业、它所在的区县或代填人本人结束。")
    if not grant.is_open:
        raise DoneAlready(f"{grant}的授权已经结束。")
    _end(grant, why, by, at)
    return grant


def may_end(grant: Grant, by: User) -> bool:
    return by.pk == grant.person_id or may_grant(by, grant.enterprise)


@transaction.atomic
def be_reminded(grant: Grant, reminded: bool, *, by: User, at: datetime) -> None:
    grant = _held(grant)
    if grant.person_id != by.pk or not grant.is_accepted:
        raise Refused("只有正在代填的人可以选收不收提醒信。")
    if grant.reminded == reminded:
        raise DoneAlready("没有改动。")
    grant.reminded = reminded
    grant.save(update_fields=["reminded"])
    _record(grant, "代填提醒", by, at, after={"收提醒信": reminded})


def follow_merged(merged: Enterprise, kept: Enterprise, *, by: User, at: datetime) -> None:
    """What was granted for the entry that goes is granted for the one that stays, where its person is not of that firm
    now and has no grant of it. The caller holds both and has moved the people."""
    for grant in Grant.objects.open().filter(enterprise__in=[merged, kept]).select_related("person").order_by("pk"):
        here = kept.grants.open().filter(person=grant.person).exclude(pk=grant.pk)
        is_own = grant.person is not None and grant.person.enterprise_id == kept.pk
        if is_own or (grant.enterprise_id == merged.pk and grant.person and here.exists()):
            _end(grant, f"{merged}并入{kept}，不再需要", by, at)
        elif grant.enterprise_id == merged.pk:
            grant.enterprise = kept
            grant.save(update_fields=["enterprise"])
            _record(grant, "代填转入合并后的企业", by, at, before={"企业": merged.credit_code})


def token_of(grant: Grant) -> str:
    """What the invitation to a mailbox leads by; empty where an account is asked."""
    return "" if grant.person_id else invitations.sign(str(grant.pk))


def invited_by(token: str) -> int | None:
    try:
        return int(invitations.unsign(token))
    except (BadSignature, ValueError):
        return None


def _held(grant: Grant) -> Grant:
    """The firm first, as everywhere; then the grant is read afresh."""
    Enterprise.objects.hold(grant.enterprise)
    return Grant.objects.select_related("enterprise", "person__enterprise").get(pk=grant.pk)


def _be_asked(grant: Grant) -> None:
    if not grant.is_asked:
        raise Refused(f"这份授权{grant.get_state_display()}，不能再答复。")
    if grant.enterprise.merged_into:
        raise Refused(f"{grant.enterprise}的登记已并入{grant.enterprise.merged_into}，请那一家重新授权。")


def _end(grant: Grant, why: str, by: User, at: datetime) -> None:
    grant.state, grant.ended_by, grant.ended_at, grant.why = Grant.State.ENDED, by, at, why
    grant.save(update_fields=["state", "ended_by", "ended_at", "why"])
    ThreadSeen.objects.filter(user=grant.person, filing__enterprise=grant.enterprise).delete()  # reads along no more
    _record(grant, "结束代填", by, at, why=why)
    about_grants.told_the_firm(grant, f"{by.signed}结束了{grant.who}的代填", at)
    about_grants.told_the_person(grant, f"{by.signed}结束了您的代填", at)


def _record(grant: Grant, action: str, by: User, at: datetime, **more) -> None:
    known = f"{grant.person}（{grant.person.username}）" if grant.person else f"{grant.name}（{grant.email}）"
    journal.record(by=by, at=at, action=action, subject=known, enterprise=grant.enterprise, **more)
