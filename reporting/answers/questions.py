"""常见问题: written, changed, published and withdrawn by who keeps them; found by everybody who has signed in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.db.models import Q

from accounts import journal
from accounts.access import DoneAlready, Refused
from accounts.models import User
from reporting.answers.searching import TextPart, marked, words_of
from reporting.models import FrequentQuestion
from reporting.models.in_force import current_edition
from reporting.workflow.guards import brief

MOST_FOUND = 50
MOST_OF_ABOUT = 200
ANSWERED, KEPT = "frequent_questions:codes", 600  # where every page finds the codes without asking the database
LABELS = {"question": "问题", "answer": "答复", "about": "有关", "published": "公开"}


class QuestionOvertaken(Refused):
    """Somebody else changed it since the page was opened."""


@dataclass(frozen=True)
class FoundQuestion:
    entry: FrequentQuestion
    question: list[TextPart]
    answer: list[TextPart]


def be_a_keeper(by: User) -> None:
    if not by.may.train:
        raise Refused("常见问题由协会和市级编写。")


@dataclass(frozen=True)
class QuestionWords:
    """An entry as somebody typed it."""

    question: str
    answer: str
    about: str = ""
    published: bool = False


@transaction.atomic
def write(said: QuestionWords, *, by: User, at: datetime) -> FrequentQuestion:
    """A new entry; the same question with the same answer is the second press."""
    be_a_keeper(by)
    User.objects.select_for_update().get(pk=by.pk)
    facts = in_order(said)
    if FrequentQuestion.objects.filter(question=facts["question"], answer=facts["answer"]).exists():
        raise DoneAlready("同样的问题和答复已经有了，没有再存一条。")
    entry = FrequentQuestion.objects.create(**facts, by=by, at=at, changed_at=at)
    journal.record(by=by, at=at, action="编写常见问题", subject=entry.question, after=told(entry))
    forget_codes()
    return entry


@transaction.atomic
def change(entry: FrequentQuestion, said: QuestionWords, version: int, *, by: User, at: datetime) -> FrequentQuestion:
    """Words, and whether it is published; refused to who has not seen what somebody else changed since."""
    be_a_keeper(by)
    entry = FrequentQuestion.objects.select_for_update().get(pk=entry.pk)
    before, facts = told(entry), in_order(said, entry.codes)
    for name, value in facts.items():
        setattr(entry, name, value)
    if before == told(entry):
        raise DoneAlready("内容没有改动。")
    if entry.version != version:
        raise QuestionOvertaken("您打开之后，别人改过这一条。下面是您填写的；请核对，再保存就以您的为准。")
    entry.version, entry.changed_at = entry.version + 1, at
    entry.save(update_fields=[*facts, "version", "changed_at"])
    before, after = journal.changes(before, told(entry))
    journal.record(by=by, at=at, action="修改常见问题", subject=entry.question, before=before, after=after)
    forget_codes()
    return entry


def in_order(said: QuestionWords, stand: Iterable[str] = ()) -> dict[str, Any]:
    question = " ".join(brief(said.question, 200, "问题").split())
    answer = brief(said.answer.replace("\r\n", "\n"), 5000, "答复")
    if not question or not answer:
        raise Refused("问题和答复都要写。")
    about = codes_in(said.about, stand)
    return {"question": question, "answer": answer, "about": about, "published": said.published}


def codes_in(typed: str, stand: Iterable[str]) -> str:
    """Codes of tables, indicators and rules, between blanks; refused where the edition has none of that name. Those
    that `stand` in the entry may be an earlier edition's."""
    edition = current_edition()
    known = {
        *(table.code for table in edition.tables),
        *edition.indicators,
        *(rule.id for rule in edition.rules),
        *stand,
    }
    codes = list(dict.fromkeys(filter(None, re.split(r"[\s,，、;；]+", typed.upper()))))
    if strangers := [code for code in codes if code not in known]:
        named = "、".join(strangers[:5])
        raise Refused(
            f"现行制度里没有“{named}”。请写表号、指标代码或审核关系编号，例如 软统企6、2010、R605，用空格隔开。"
        )
    about = f" {' '.join(codes)} " if codes else ""
    if len(about) > MOST_OF_ABOUT:
        raise Refused("有关的表、指标、审核关系写得太多，请只留最有关的几个。")
    return about


def told(entry: FrequentQuestion) -> dict[str, str]:
    said = {name: str(getattr(entry, name)).strip() for name in ("question", "answer", "about")}
    return {LABELS[name]: words for name, words in said.items()} | {"公开": "是" if entry.published else "否"}


def found(user: User, asked: str = "", about: str = "") -> list[FoundQuestion]:
    """What this person may read that holds all the words; without any, all there is."""
    entries = FrequentQuestion.objects.readable_by(user)
    if about:
        entries = entries.concerning(about)
    words = words_of(asked)
    if asked and not words:  # signs alone
        return []
    for word in words:
        entries = entries.filter(Q(question__icontains=word) | Q(answer__icontains=word) | Q(about__icontains=word))
    return [
        FoundQuestion(entry, marked(entry.question, words), marked(entry.answer, words))
        for entry in entries[:MOST_FOUND]
    ]


def codes_answered() -> frozenset[str]:
    """The tables, indicators and rules of which something is published, for links beside them."""
    kept = cache.get(ANSWERED)
    if kept is None:
        about = FrequentQuestion.objects.filter(published=True).exclude(about="").values_list("about", flat=True)
        kept = frozenset(code for codes in about for code in codes.split())
        cache.set(ANSWERED, kept, KEPT)
    return kept


def forget_codes() -> None:
    transaction.on_commit(lambda: cache.delete(ANSWERED))
