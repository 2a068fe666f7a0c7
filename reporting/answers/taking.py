"""列入常见问题: an answer of an office in a conversation becomes a draft, without anything that names the firm."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts import journal
from accounts.access import DoneAlready, Refused
from accounts.models import Enterprise, Scope, User
from forms_tables.edition.address import CellAddress
from reporting.models import Filing, FrequentQuestion, Message

ENDINGS = re.compile(r"(股份|有限|责任|集团|控股)*(公司|研究院|厂)(（.*）)?$")
LIKE_A_NUMBER = re.compile(
    r"[0-9A-Z]{18}|1[3-9]\d(?:[ -]?\d{4}){2}|0\d{2,3}[ -]?\d{7,8}|[\w.+-]+@[\w-]+\.[\w.]+", re.IGNORECASE
)
SHORTEST_NAME = 2
THE_FIRM, LEFT_OUT = "本企业", "（略）"


class TakenAlready(DoneAlready):
    """It was taken before; `entry` is the one."""

    def __init__(self, entry: FrequentQuestion) -> None:
        super().__init__(f"这条答复已经列入常见问题（{'已公开' if entry.published else '草稿'}）。")
        self.entry = entry


def take(message: Message, *, by: User, at: datetime) -> FrequentQuestion:
    """One press; who keeps 常见问题 edits the draft before it is published. A second press finds the first draft."""
    be_an_office(message, by)
    if message.by.scope == Scope.ENTERPRISE:
        raise Refused("请在区县、协会或市级的答复上点“列入常见问题”，企业的问题会一并带上。")
    question = question_before(message)
    if taken := FrequentQuestion.objects.filter(source=message).first():
        raise TakenAlready(taken)
    filing = message.filing
    asked = without_the_firm(question.text if question else "", filing)
    facts = {
        "question": " ".join(asked.split())[:200] or "（请写明问题）",
        "answer": without_the_firm(message.text, filing),
        "about": about_of(message.cell or (question.cell if question else ""), filing),
    }
    try:
        with transaction.atomic():
            entry = FrequentQuestion.objects.create(**facts, source=message, by=by, at=at, changed_at=at)
            after = {"问题": entry.question, "答复": entry.answer}
            journal.record(by=by, at=at, action="列入常见问题草稿", subject=entry.question, after=after)
    except IntegrityError:  # somebody else pressed at the same moment
        raise TakenAlready(FrequentQuestion.objects.get(source=message)) from None
    return entry


def be_an_office(message: Message, by: User) -> None:
    reads = Filing.objects.visible_to(by).filter(pk=message.filing_id).exists()
    if by.scope == Scope.ENTERPRISE or not by.may.talk or not reads:
        raise Refused("只有参与这条留言的区县、协会和市级可以把答复列入常见问题。")


def question_before(message: Message) -> Message | None:
    """What the firm said last before this answer."""
    said = message.filing.messages.filter(pk__lt=message.pk, by__enterprise__isnull=False)
    return said.order_by("-pk").first()


def about_of(cell: str, filing: Filing) -> str:
    """The table and the row of the cell that was spoken of."""
    if not cell:
        return ""
    code = CellAddress.parse(cell).code
    return f" {filing.edition.indicator(code).table} {code} "


def without_the_firm(text: str, filing: Filing) -> str:
    """Name, short name, code, people, numbers and addresses of the firm taken out, as far as a machine can tell them.
    Who publishes reads it once more."""
    entries = list(Enterprise.objects.one_firm(filing.enterprise.firm_id))
    people = [*(entry.contact_name for entry in entries), *_who_spoke(filing, entries)]
    for name in sorted({name for entry in entries for name in names_of(entry.name)}, key=len, reverse=True):
        text = text.replace(name, THE_FIRM)
    for name in filter(lambda name: len(name) >= SHORTEST_NAME, people):
        text = text.replace(name, LEFT_OUT)
    return LIKE_A_NUMBER.sub(LEFT_OUT, text)


def _who_spoke(filing: Filing, entries: list[Enterprise]) -> list[str]:
    """The firm's people, of every entry it ever had, and who wrote here: an account may have gone to another entry."""
    said = filing.messages.filter(by__enterprise__isnull=False).values("by")
    people = User.objects.filter(Q(enterprise__in=entries) | Q(pk__in=said))
    return list(people.values_list("name", flat=True))


def names_of(name: str) -> list[str]:
    """The full name and what people make of it, the longest first: without its kind, without its city."""
    short = ENDINGS.sub("", name)
    without_city = re.sub(r"^(重庆市?|中国)", "", short)
    core = re.sub(r"(软件|科技|信息|网络|技术|电子|智能|数据|装备|微电子)+$", "", without_city)
    names = sorted({name, short, without_city, core}, key=len, reverse=True)
    return [each for each in names if len(each) >= SHORTEST_NAME]
