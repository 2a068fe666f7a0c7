"""账号移交: a firm's account whose mailbox or person is gone. Two offices decide, whoever has it is told and may
object; when the days are over it passes by itself. Nobody at an office ever holds a link or a password of it."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import TypedDict, Unpack

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts import emails, journal, people
from accounts.access import DoneAlready, Refused
from accounts.models import Enterprise, Takeover, User
from accounts.old_codes import firm_meant_by
from forms_tables.edition import credit_code as credit_codes
from reporting.due_together import do_each
from reporting.kept_files import be_a_scan
from reporting.letters import about_takeovers
from reporting.models import calendar_in_force
from reporting.succession.succeeding import NewPerson, be_free_to_begin, succeed_in_firm

MOST_ASKED = 3  # requests of one firm that wait at once; more are not kept


class Proposal(TypedDict):
    person: NewPerson
    reason: str
    document: UploadedFile


@transaction.atomic
def ask(credit_code: str, person: NewPerson, reason: str, *, at: datetime) -> Takeover | None:
    """Somebody at the door, who learns nothing from us. None where it is kept nowhere: no such firm, the same asked
    already, too many waiting."""
    firm = firm_meant_by(credit_codes.normalise(credit_code))
    if firm is None:
        return None
    firm = Enterprise.objects.hold(firm)
    waiting = firm.takeovers.filter(state=Takeover.State.ASKED)
    if waiting.filter(email__iexact=person.email).exists() or waiting.count() >= MOST_ASKED:
        return None
    takeover = Takeover.objects.create(
        enterprise=firm, name=person.name, mobile=person.mobile, email=person.email, reason=reason.strip(), asked_at=at
    )
    _record(takeover, "申请账号移交", None, at, after=_in_words(takeover), why=takeover.reason)
    about_takeovers.asked(takeover, at)
    return takeover


@transaction.atomic
def propose(
    enterprise: Enterprise, *, by: User, at: datetime, asked: Takeover | None = None, **said: Unpack[Proposal]
) -> Takeover:
    """The district has made sure who asks, and holds the paper. Who has the account is told at once; pressed twice with
    the same address, it is one proposal."""
    if not by.may.receive or not people.looks_after(by, enterprise):
        raise Refused("账号移交由企业所在区县提出。")
    firm = Enterprise.objects.hold(enterprise)
    person, under_way = said["person"], firm.takeovers.under_way().first()
    if under_way and under_way.email.lower() == person.email.lower():
        return under_way  # the second click
    if under_way:
        raise Refused(
            f"{firm.name}的账号正在移交给{under_way.name}（{under_way.get_state_display()}），请先办结或撤回。"
        )
    before = people.first_account(firm)
    if before is None:
        raise Refused(f"{firm.name}还没有账号，不用移交：请在企业页改好联系邮箱后发送激活邮件。")
    if not said["reason"].strip():
        raise Refused("移交要写明事由。")
    be_free_to_begin(person, before, firm)
    be_a_scan(said["document"])
    takeover = _of(asked, firm)
    takeover.name, takeover.mobile, takeover.email = person.name, person.mobile, person.email
    takeover.reason, takeover.state = said["reason"].strip(), Takeover.State.PROPOSED
    takeover.before, takeover.before_name, takeover.before_email = before, before.name, before.email
    takeover.proposed_by, takeover.proposed_at = by, at
    if somebody_may_object(before, firm):
        takeover.until = _last_day_to_object(at)
    said["document"].name = f"{firm.credit_code}.pdf"
    takeover.document = said["document"]
    takeover.save()
    after = {**_in_words(takeover), "异议截止日": takeover.until or "企业还没有人激活过账号，市级确认后即移交"}
    was = {"经办人": before.name, "邮箱": before.email}
    _record(takeover, "提出账号移交", by, at, before=was, after=after, why=takeover.reason)
    about_takeovers.told(takeover, at)
    about_takeovers.proposed(takeover, at)
    return takeover


@transaction.atomic
def confirm(takeover: Takeover, *, by: User, at: datetime) -> Takeover:
    """The city agrees: a second person, who has looked at the paper too. It passes at once where the days are over."""
    if not by.may.administer:
        raise Refused("账号移交由市级确认。")
    takeover = _held(takeover)
    if takeover.is_agreed:
        raise DoneAlready(f"这次移交已由{takeover.decided_by}在 {takeover.decided_at:%Y-%m-%d} 确认过。")
    _be(takeover, Takeover.State.PROPOSED)
    proposer, before = _proposer(takeover), takeover.before
    if by.pk == proposer.pk or by.email.lower() == proposer.email.lower():
        raise Refused("提出移交的人不能自己确认，请由另一位市级管理员办理。")
    takeover.state, takeover.decided_by, takeover.decided_at = Takeover.State.CONFIRMED, by, at
    if takeover.until is None and before and somebody_may_object(before, takeover.enterprise):  # since it was proposed
        takeover.until = _last_day_to_object(at)
        about_takeovers.told(takeover, at)
    takeover.save(update_fields=["state", "decided_by", "decided_at", "until"])
    _record(takeover, "确认账号移交", by, at, after={**_in_words(takeover), "异议截止日": takeover.until or "无"})
    if takeover.may_pass(at.date()):
        _pass(takeover, at)
    else:
        about_takeovers.confirmed(takeover, by, at)
    return takeover


@transaction.atomic
def refuse(takeover: Takeover, *, answer: str, by: User, at: datetime) -> Takeover:
    """The district does not propose what was asked, or the city does not confirm what was proposed, and says why."""
    takeover = _held(takeover)
    if takeover.state == Takeover.State.REFUSED:
        raise DoneAlready("这次移交已经答复不通过。")
    theirs = people.looks_after(by, takeover.enterprise) and by.may.receive if takeover.is_asked else by.may.administer
    if not theirs:
        raise Refused("企业的申请由所在区县答复，区县提出的移交由市级答复。")
    if not (takeover.is_asked or takeover.is_proposed):
        raise Refused(f"这次移交{takeover.get_state_display()}，不能再作决定。")
    if not answer.strip():
        raise Refused("不通过要写明理由，理由会发给申请人。")
    takeover.decided_by, takeover.decided_at = by, at
    takeover.save(update_fields=["decided_by", "decided_at"])
    _end(takeover, Takeover.State.REFUSED, by, at, answer)
    _record(takeover, "不予账号移交", by, at, why=takeover.answer)
    about_takeovers.ended(takeover, by, at)
    return takeover


@transaction.atomic
def withdraw(takeover: Takeover, *, why: str, by: User, at: datetime) -> Takeover:
    """Whoever looks after the firm takes it back until it has passed."""
    if not people.looks_after(by, takeover.enterprise):
        raise Refused("账号移交由企业所在区县或市级撤回。")
    takeover = _held(takeover)
    if takeover.state == Takeover.State.WITHDRAWN:
        raise DoneAlready("这次移交已经撤回。")
    _be(takeover, *Takeover.UNDER_WAY)
    if not why.strip():
        raise Refused("撤回要写明事由，事由会告诉企业。")
    _end(takeover, Takeover.State.WITHDRAWN, by, at, why)
    _record(takeover, "撤回账号移交", by, at, why=takeover.answer)
    about_takeovers.ended(takeover, by, at)
    return takeover


@transaction.atomic
def object_to(takeover: Takeover, *, words: str, at: datetime, by: User | None = None) -> Takeover:
    """Whoever has the account says no, by the link in the letter or signed in: it stops until it has passed, and the
    offices clear it up with both by telephone."""
    if by and by.enterprise_id != takeover.enterprise_id:
        raise Refused("异议由本企业的人提出。")
    takeover = _held(takeover)
    if takeover.state == Takeover.State.OBJECTED:
        raise DoneAlready("已收到异议，移交已经停止，不必再提。")
    _be(takeover, *Takeover.UNDER_WAY)
    _end(takeover, Takeover.State.OBJECTED, by, at, words.strip() or "（没有写理由）")
    _record(takeover, "对账号移交提出异议", by, at, why=takeover.answer)
    about_takeovers.ended(takeover, by, at)
    return takeover


def plan(at: datetime) -> int:
    """Pass those that the city has confirmed and whose days are over. Returns how many."""
    confirmed = Takeover.objects.filter(state=Takeover.State.CONFIRMED).order_by("pk")
    due = [takeover for takeover in confirmed if takeover.may_pass(at.date())]
    pieces = [(f"Takeover {takeover.pk}", partial(_pass_if_due, takeover, at)) for takeover in due]
    do_each(pieces, "Some accounts did not pass")
    return len(due)


@transaction.atomic
def _pass_if_due(takeover: Takeover, at: datetime) -> None:
    takeover = _held(takeover)
    if takeover.may_pass(at.date()):  # nobody has objected meanwhile
        _pass(takeover, at)


def _pass(takeover: Takeover, at: datetime) -> None:
    """The account is another person's: the one before stops, which ends every session and every link; the firm's code
    is the new one's name. What would not be confirmed today ends it instead."""
    firm, before = takeover.enterprise, User.objects.select_for_update().get(pk=takeover.before_id)
    person = NewPerson(takeover.name, takeover.mobile, takeover.email)
    try:
        if not people.is_first_account(before):
            raise Refused(f"{firm.name}的账号在这期间已经换人，这次移交不再办理。")
        be_free_to_begin(person, before, firm)
    except Refused as refused:
        _end(takeover, Takeover.State.REFUSED, None, at, str(refused))
        _record(takeover, "不予账号移交", None, at, why=takeover.answer)
        about_takeovers.ended(takeover, None, at)
        return
    proposer, decider, mailbox = _proposer(takeover), _decider(takeover), before.email
    after = succeed_in_firm(before, person, firm)
    _follow_in_register(firm, before, after, at)
    _end(takeover, Takeover.State.DONE, None, at)
    _record(
        takeover,
        "账号已移交",
        None,
        at,
        before={"经办人": before.name, "邮箱": mailbox},
        after={**_in_words(takeover), "提出": proposer.signed, "确认": decider.signed},
        why=takeover.reason,
    )
    told = f"您接替{before}，由{proposer.office}提出、{decider.office}确认。原账号已停用。"
    emails.activation(after, at, told)
    about_takeovers.ended(takeover, None, at)


def _follow_in_register(firm: Enterprise, before: User, after: User, at: datetime) -> None:
    """The register's 联系人 is who had the account, where it names the same mailbox."""
    if firm.email.lower() != before.email.lower():
        return
    was = {"联系人": firm.contact_name, "手机": firm.mobile, "邮箱": firm.email}
    firm.contact_name, firm.mobile, firm.email = after.name, after.mobile, after.email
    firm.save(update_fields=["contact_name", "mobile", "email"])
    now = {"联系人": after.name, "手机": after.mobile, "邮箱": after.email}
    journal.record(
        by=None,
        at=at,
        action="修改企业联系方式",
        subject=firm.name,
        enterprise=firm,
        before=was,
        after=now,
        why="账号移交",
    )


def _of(asked: Takeover | None, firm: Enterprise) -> Takeover:
    """The request that is proposed, or a new row where the district begins."""
    if asked is None:
        return Takeover(enterprise=firm)
    asked = _held(asked)
    if asked.enterprise_id != firm.pk:
        raise Refused("这份申请是另一家企业的。")
    if not asked.is_asked:
        raise Refused(f"这份申请{asked.get_state_display()}，不能再提出移交。")
    return asked


def _last_day_to_object(at: datetime) -> date:
    return calendar_in_force().working_days_on(at.date(), settings.TAKEOVER_DAYS)


def somebody_may_object(before: User, firm: Enterprise) -> bool:
    """Not where nobody of the firm ever used an account: there is no one to wait for."""
    in_use = User.objects.activated().filter(enterprise=firm, is_active=True)
    return in_use.exists() or before.predecessors.exists()


def _held(takeover: Takeover) -> Takeover:
    """The firm first, as everything that changes its accounts takes it."""
    Enterprise.objects.hold(takeover.enterprise)
    read = ("enterprise", "before", "proposed_by__district", "decided_by")
    return Takeover.objects.select_for_update(of=("self",)).select_related(*read).get(pk=takeover.pk)


def _proposer(takeover: Takeover) -> User:
    """Of one that was proposed."""
    return takeover.proposed_by  # type: ignore[return-value]


def _decider(takeover: Takeover) -> User:
    """Of one that was confirmed."""
    return takeover.decided_by  # type: ignore[return-value]


def _be(takeover: Takeover, *states: str) -> None:
    if takeover.state not in states:
        raise Refused(f"这次移交{takeover.get_state_display()}，不能再办。")


def _end(takeover: Takeover, state: str, by: User | None, at: datetime, answer: str = "") -> None:
    takeover.state, takeover.ended_by, takeover.ended_at, takeover.answer = state, by, at, answer.strip()[:300]
    takeover.save(update_fields=["state", "ended_by", "ended_at", "answer"])
    about_takeovers.no_more_to_object(takeover)


def _in_words(takeover: Takeover) -> dict[str, str]:
    return {"新经办人": takeover.name, "手机": takeover.mobile, "邮箱": takeover.email}


def _record(
    takeover: Takeover, action: str, by: User | None, at: datetime, **words: Unpack[journal.JournalWords]
) -> None:
    firm = takeover.enterprise
    journal.record(by=by, at=at, action=action, subject=firm.name, enterprise=firm, **words)
