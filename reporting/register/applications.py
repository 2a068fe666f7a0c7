"""A firm that is not in the register asks to be let in; its district answers."""

from __future__ import annotations

import datetime
import secrets
from dataclasses import dataclass
from typing import TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts import emails, journal, people
from accounts.access import Refused
from accounts.models import Application, District, Enterprise, Residence, User
from forms_tables.edition import credit_code as credit_codes
from reporting import workflow
from reporting.models import Period
from reporting.register.facts import platform, under_every_code, unlikely_day
from reporting.register.first_letters import told_to_the_firm
from reporting.workflow.owing import labels
from text.incoming import without_hidden

KEY_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


@dataclass(frozen=True)
class CreditCodeAnswer:
    code: str
    sentence: str
    may_apply: bool
    district: District | None = None


def judge_credit_code(typed: str, day: datetime.date) -> CreditCodeAnswer:
    """What the apply page says while the code is typed: wrong and why, already known, or good and whose."""
    code = credit_codes.normalise(typed)
    if problem := credit_codes.problem_with(code):
        return CreditCodeAnswer(code, problem, False)
    if Enterprise.objects.filter(credit_code=code).exists():
        return CreditCodeAnswer(
            code, "这个代码已经登记。请直接登录；忘记密码可在登录页找回，没有账号请联系所在区县。", False
        )
    if Application.objects.waiting().filter(credit_code=code).exists():
        return CreditCodeAnswer(code, "这个代码已有一份申请在等区县受理，不必重复申请，可以查询办理情况。", False)
    district = propose_district(code, day)
    if district:
        words = f"代码有效。按登记机关推荐报送区县：{district.name}"
        but = "；在功能区经营的请改选功能区。" if platform().city.where else "。"
        return CreditCodeAnswer(code, words + but, True, district)
    city = platform().city.short
    return CreditCodeAnswer(code, f"代码有效，可以申请。登记机关不是{city}的区县，请自行选择报送区县。", True)


def propose_district(code: str, day: datetime.date) -> District | None:
    """Digits 3 to 8 are the region of the registering office; an abolished one leads to its successor."""
    district = District.objects.filter(code=code[2:8]).select_related("successor").first()
    if district and not district.holds_on(day):
        district = district.successor
    return district if district and district.holds_on(day) else None


class Asked(TypedDict):
    """What a firm says of itself when it asks to be let in."""

    credit_code: str
    name: str
    district: District
    contact_name: str
    phone: str
    mobile: str
    email: str
    scope: str
    attributes: dict[str, str]


@transaction.atomic
def apply(*, at: datetime.datetime, **asked: Unpack[Asked]) -> Application:
    answer, district = judge_credit_code(asked["credit_code"], at.date()), asked["district"]
    if not answer.may_apply:
        raise Refused(answer.sentence)
    if not district.holds_on(at.date()):
        raise Refused(f"{district.name}现在不是报送区县，请另选。")
    try:
        with transaction.atomic():
            application = Application.objects.create(
                **asked | {"credit_code": answer.code},
                lookup_key="".join(secrets.choice(KEY_ALPHABET) for _ in range(8)),
                applied_at=at,
            )
    except IntegrityError as twice:
        raise Refused("这个代码已有一份申请在等区县受理，不必重复申请。") from twice
    journal.record(
        by=None,
        at=at,
        action="申请注册",
        subject=f"{application.name}（{answer.code}）",
        district=district,
        after={"联系人": application.contact_name, "手机": application.mobile, "邮箱": application.email},
    )
    emails.application_received(application)
    clerks = User.objects.filter(district=district, is_active=True).exclude(email="").values_list("email", flat=True)
    emails.application_waiting(application, list(clerks))
    return application


def look_up_application(credit_code: str, key: str) -> Application | None:
    """The latest application of that code, for someone who knows its key or the telephone it gave."""
    key = key.strip()
    if not key:
        return None
    return (
        Application.objects.filter(credit_code=credit_codes.normalise(credit_code))
        .filter(Q(lookup_key=key.upper()) | Q(mobile=key) | Q(phone=key))
        .order_by("-applied_at")
        .first()
    )


def facts_in(application: Application) -> dict[str, str]:
    """What an application says of its firm, under the codes of the register."""
    scope = {platform().rows.scope: application.scope} if platform().rows.scope else {}
    return {**application.attributes, **scope}


@transaction.atomic
def approve_application(
    application: Application, *, joined_on: datetime.date, by: User, at: datetime.datetime
) -> Enterprise:
    """Let the firm in from its first reporting day, and send its contact the link that opens the first account."""
    if unlikely := unlikely_day(joined_on, at.date()):
        raise Refused(f"起报日期{unlikely}")
    application = _waiting(application, by)
    if Enterprise.objects.filter(credit_code=application.credit_code).exists():
        raise Refused("这个代码已经登记在名录里，请写明理由后不予通过。")
    enterprise = Enterprise.objects.create(
        credit_code=application.credit_code,
        name=application.name,
        attributes=under_every_code({**platform().unnamed, **facts_in(application)}),
        contact_name=application.contact_name,
        phone=application.phone,
        mobile=application.mobile,
        email=application.email,
        joined_on=joined_on,
    )
    Residence.objects.create(
        enterprise=enterprise, district=application.district, since=joined_on, reason="注册", by=by
    )
    _decide(application, Application.State.APPROVED, by, at, enterprise=enterprise)
    owed = owe_open_periods(enterprise)
    journal.record(
        by=by,
        at=at,
        action="批准注册",
        subject=f"{application.name}（{application.credit_code}）",
        enterprise=enterprise,
        after={"起报日期": joined_on, "须报": labels(owed)},
    )
    people.open_first_account(enterprise, by=by, at=at, told=told_to_the_firm(enterprise))
    return enterprise


@transaction.atomic
def refuse_application(application: Application, *, reason: str, by: User, at: datetime.datetime) -> Application:
    application = _waiting(application, by)
    if not (reason := without_hidden(reason).strip()):
        raise Refused("不予通过要写明理由，理由会发给申请人。")
    _decide(application, Application.State.REFUSED, by, at, reason=reason)
    journal.record(
        by=by,
        at=at,
        action="不予注册",
        subject=f"{application.name}（{application.credit_code}）",
        district=application.district,
        why=reason.strip(),
    )
    emails.application_refused(application)
    return application


def propose_first_day(day: datetime.date) -> datetime.date:
    """Where nobody knows better, a newcomer reports from the beginning of the earliest open period: it owes all that
    can be filed. With none open, from that of the month that is opened next."""
    begun = [period.parsed.begin for period in Period.objects.filter(state=Period.OPEN)]
    if begun:
        return min(begun)
    month_over = (day.replace(day=1) - datetime.timedelta(days=1)).replace(day=1)
    is_locked = Period.objects.filter(code=f"{month_over:%YM%m}").exists()
    return day.replace(day=1) if is_locked else month_over


def owed_in_words(first_day: datetime.date) -> str:
    """What a firm reporting from that day on has to file now: shown beside the date, and told to the firm."""
    if owed := workflow.owed_from(first_day):
        return f"将须报：{labels(owed)}。"
    return f"已开启的各期都不须报；{first_day:%Y-%m-%d} 当天及以后结束的报告期，开启后须报。"


def owe_open_periods(enterprise: Enterprise) -> list[Period]:
    """A firm that joins while periods are open owes those that end on or after its first day."""
    # One that is opened or locked just now is waited for: either side would miss the other.
    list(Period.objects.order_by("pk").select_for_update().values_list("pk"))
    return [period for period in workflow.owed_from(enterprise.joined_on) if workflow.owe(enterprise, period)]


def _waiting(application: Application, by: User) -> Application:
    if not by.may.receive or by.district_id != application.district_id:
        raise Refused("注册申请由所报区县受理。")
    application = Application.objects.select_for_update(of=("self",)).select_related("district").get(pk=application.pk)
    if application.state != Application.State.APPLIED:
        raise Refused(f"这份申请{application.get_state_display()}，不能再次受理。")
    return application


def _decide(application: Application, state: str, by: User, at: datetime.datetime, **more) -> None:
    application.state, application.decided_by, application.decided_at = state, by, at
    for name, value in more.items():
        setattr(application, name, value)
    application.save(update_fields=["state", "decided_by", "decided_at", *more])
