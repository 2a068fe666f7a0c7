"""更正信用代码: the office says which code is right, the firm confirms it on its own page or objects.

A firm nobody of which has an account yet is spoken for by the city, and never by whoever proposed it. Documents,
receipts and the journal keep the old code, which goes on leading to the firm (accounts.old_codes).
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import journal, people
from accounts.access import DoneAlready, Refused
from accounts.models import Application, CodeCorrection, Enterprise, User
from forms_tables.edition import credit_code as credit_codes
from reporting.letters import about_mending
from reporting.workflow.guards import said_something

MOST_WORDS = 200


def has_somebody(enterprise: Enterprise) -> bool:
    """Somebody of the firm can sign in and answer."""
    return any(user.has_usable_password() for user in enterprise.users.filter(is_active=True))


@transaction.atomic
def propose(enterprise: Enterprise, typed: str, *, reason: str, by: User, at: datetime) -> CodeCorrection:
    if not people.looks_after(by, enterprise):
        raise Refused("信用代码由企业现在所属的区县或市级提出更正。")
    enterprise = Enterprise.objects.hold(enterprise)
    right = credit_codes.normalise(typed)
    be_free(enterprise, right)
    if waiting := enterprise.code_corrections.waiting().first():
        if waiting.right == right:
            raise DoneAlready(f"更正为 {right} 已经提出，正在等确认。")
        raise Refused(f"更正为 {waiting.right} 正在等确认，请先撤回那一份。")
    reason = said_something(reason, "请写明更正的事由和依据，例如营业执照。", most=MOST_WORDS)
    correction = CodeCorrection.objects.create(
        enterprise=enterprise,
        wrong=enterprise.credit_code,
        right=right,
        reason=reason,
        proposed_by=by,
        proposed_at=at,
    )
    _record(correction, "提出更正信用代码", by, at, reason)
    about_mending.code_proposed(correction, to_the_firm=has_somebody(enterprise))
    return correction


def be_free(enterprise: Enterprise, right: str) -> None:
    """Whether the firm can have this code."""
    if problem := credit_codes.problem_with(right):
        raise Refused(problem)
    if right == enterprise.credit_code:
        raise Refused(f"{right} 就是现在登记的代码，请填正确的代码。")
    if other := Enterprise.objects.filter(credit_code=right).exclude(pk=enterprise.pk).first():
        raise Refused(f"{right} 已是{other.name}的代码。如果是同一家企业登记了两次，请办理“合并重复登记”，不要改代码。")
    if User.objects.filter(username__iexact=right).exists():
        raise Refused(f"{right} 已是别的账号的用户名，请先由市级在“用户”页处理。")
    if Application.objects.waiting().filter(credit_code=right).exists():
        raise Refused(f"{right} 有一份注册申请在等受理，请先受理或不予通过。")
    if other := CodeCorrection.objects.waiting().filter(right=right).exclude(enterprise=enterprise).first():
        raise Refused(f"另一家企业正在等确认更正为 {right}，请先核对哪一家是对的。")


def who_confirms(correction: CodeCorrection) -> str:
    return "企业" if has_somebody(correction.enterprise) else "市级另一位工作人员"


def may_confirm(correction: CodeCorrection, by: User) -> bool:
    """The firm; where nobody of it can, the city, by somebody else than who proposed it."""
    if has_somebody(correction.enterprise):
        return by.may.keep_firm and by.enterprise_id == correction.enterprise_id
    return by.may.administer and by.pk != correction.proposed_by_id


@transaction.atomic
def confirm(correction: CodeCorrection, *, by: User, at: datetime) -> CodeCorrection:
    """The entry has the right code from now on. The first account is called by it; who signs in by it is told."""
    correction, enterprise = _held(correction)
    if not may_confirm(correction, by):
        raise Refused(_not_yours(correction, by))
    if correction.state == CodeCorrection.State.DONE:
        raise DoneAlready(f"信用代码已经更正为 {correction.right}。")
    _be_waiting(correction)
    if enterprise.credit_code != correction.wrong or enterprise.merged_into_id:
        raise Refused("登记的代码在提出之后已经变化，这份更正不能再确认，请区县撤回后重新提出。")
    be_free(enterprise, correction.right)
    first = people.first_account(enterprise)
    enterprise.credit_code = correction.right
    enterprise.save(update_fields=["credit_code"])
    if first and first.enterprise_id == enterprise.pk:
        first.username = correction.right
        first.save(update_fields=["username"])
    correction.enterprise = enterprise
    _decide(correction, CodeCorrection.State.DONE, by, at)
    _record(correction, "更正信用代码", by, at, correction.reason)
    about_mending.code_corrected(correction)
    return correction


@transaction.atomic
def object_to(correction: CodeCorrection, *, answer: str, by: User, at: datetime) -> CodeCorrection:
    """The firm says that its code is right as it is."""
    correction, _ = _held(correction)
    if not may_confirm(correction, by):
        raise Refused(_not_yours(correction, by))
    if correction.state == CodeCorrection.State.OBJECTED:
        raise DoneAlready("已经答复有异议。")
    _be_waiting(correction)
    answer = said_something(answer, "请写明为什么不对，例如营业执照上的代码。", most=MOST_WORDS)
    _decide(correction, CodeCorrection.State.OBJECTED, by, at, answer)
    _record(correction, "不同意更正信用代码", by, at, answer)
    about_mending.code_answered(correction)
    return correction


@transaction.atomic
def withdraw(correction: CodeCorrection, *, by: User, at: datetime) -> CodeCorrection:
    correction, enterprise = _held(correction)
    if not people.looks_after(by, enterprise):
        raise Refused("更正由企业现在所属的区县或市级撤回。")
    if correction.state == CodeCorrection.State.WITHDRAWN:
        raise DoneAlready("这份更正已经撤回。")
    _be_waiting(correction)
    _decide(correction, CodeCorrection.State.WITHDRAWN, by, at)
    _record(correction, "撤回更正信用代码", by, at, "")
    about_mending.code_answered(correction)
    return correction


def _held(correction: CodeCorrection) -> tuple[CodeCorrection, Enterprise]:
    enterprise = Enterprise.objects.hold(correction.enterprise)
    return CodeCorrection.objects.select_related("enterprise", "proposed_by").get(pk=correction.pk), enterprise


def _be_waiting(correction: CodeCorrection) -> None:
    if not correction.is_waiting:
        raise Refused(f"这份更正{correction.get_state_display()}，不能再答复。")


def _not_yours(correction: CodeCorrection, by: User) -> str:
    if has_somebody(correction.enterprise):
        return "信用代码的更正由企业自己的账号确认。"
    if by.may.administer and by.pk == correction.proposed_by_id:
        return "提出和确认须是两个人：请另一位市级工作人员确认。"
    return "企业还没有人激活账号，这份更正由市级另一位工作人员确认。"


def _decide(correction: CodeCorrection, state: str, by: User, at: datetime, answer: str = "") -> None:
    correction.state, correction.decided_by, correction.decided_at, correction.answer = state, by, at, answer
    correction.save(update_fields=["state", "decided_by", "decided_at", "answer"])


def _record(correction: CodeCorrection, action: str, by: User, at: datetime, why: str) -> None:
    journal.record(
        by=by,
        at=at,
        action=action,
        subject=correction.enterprise.name,
        enterprise=correction.enterprise,
        before={"统一社会信用代码": correction.wrong},
        after={"统一社会信用代码": correction.right},
        why=why,
    )
