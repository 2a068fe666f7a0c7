"""Letters that came back: delivery status notifications (RFC 3464), and the free-form ones of mail providers that send
none. Read without trust: whatever cannot be understood is left alone and said so."""

from __future__ import annotations

import email
import email.message
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.header import decode_header, make_header
from email.utils import parseaddr

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts import dead_addresses, refusals
from accounts.answers import About, about
from accounts.clock import shown
from accounts.models import Letter
from text.incoming import without_control, without_hidden

MOST_BYTES = 3 * 1024 * 1024  # our letters are a few kilobytes; what is longer is cut
MOST_PARTS = 60
MOST_SAID = 20_000  # letters of a notification in a provider's own words; the reason stands at its beginning
LATELY = timedelta(days=7)
RETURN_PAUSES = timedelta(hours=4), timedelta(hours=12), timedelta(days=1)  # before a returned letter goes again
FAILED, DELAYED = "failed", "delayed"

OUR_ID = re.compile(r"<[0-9a-f]{40}@[^<>\s]{1,80}>")
ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+", re.ASCII)
STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
REFUSAL = re.compile(r"\b5\d\d[ -]|\b5\.\d{1,3}\.\d{1,3}\b")
GIVES_UP = re.compile(
    "退信|(邮件|信件)[^，。；]{0,6}退回|无法投递|无法送达|投递失败|发送失败|不存在"
    "|undeliver|delivery (has )?failed|returned mail|failure notice",
    re.IGNORECASE,
)
MACHINE = re.compile(r"mailer-daemon|postmaster|mail delivery|退信", re.IGNORECASE)
# The rest of the subject is our letter's, and that may say that a form was 退回.
ANSWERS_BY_ITSELF = re.compile(r"自动(回复|答复)|auto(matic)?[ -]?(reply|response)|out of (the )?office", re.IGNORECASE)
TAGS = re.compile(r"<(style|script).*?</\1>|<[^<>]{0,2000}>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Bounce:
    """What a notification says: failed or delayed, of which letter, of whom, in the server's words."""

    action: str
    words: str
    message_ids: tuple[str, ...] = ()
    recipient: str = ""

    @property
    def about(self) -> About:
        return about(self.words)


def receive(source: bytes, at: datetime) -> str:
    """Note what a returned letter says; answers in one line what was done. `at` by the machine's clock."""
    bounce = read(source)
    if isinstance(bounce, str):
        return f"不是退信通知，未处理：{bounce}。"
    letter = sent_under(bounce.message_ids, shown(at))
    named = letter is not None
    letter = letter or only_letter_to(bounce.recipient, shown(at))
    if letter is None:
        return f"找不到退信对应的信件（{bounce.recipient or '没有收件地址'}），未处理。"
    if bounce.action == DELAYED:
        Letter.objects.filter(pk=letter.pk).exclude(state=Letter.State.FAILED).update(
            trouble=f"对方服务器暂缓收信：{bounce.words}"[:300]
        )
        return f"{letter.to} 暂缓收信，已记在信件上：{bounce.words}。"
    if not named:
        return _is_said_to_have_come_back(letter, bounce, at)
    if bounce.about == About.MAILBOX:
        return _came_back_for_good(letter, bounce, at)
    return _came_back(letter, bounce, at)


@transaction.atomic
def _came_back_for_good(letter: Letter, bounce: Bounce, at: datetime) -> str:
    reason = f"退信：{bounce.words}"
    _take_back(letter, state=Letter.State.FAILED, trouble=reason[:300], about=bounce.about)
    dead_addresses.notice(letter, reason, shown(at))
    return f"{letter.to} 的信件被退回，已列入失效邮箱：{bounce.words}。"


def _came_back(letter: Letter, bounce: Bounce, at: datetime) -> str:
    """For a reason that may pass: it waits again, for longer each time; what nobody needs any more, or has come back
    too often, has failed."""
    slower = refusals.slow_domain(letter.domain, bounce.about, bounce.words, at)
    known = {"trouble": f"退信：{bounce.words}"[:300], "about": bounce.about}
    if bounce.about == About.FULL:
        known["full_since"] = letter.full_since or letter.claimed_at or at
    with transaction.atomic():
        again = _may_go_again(letter, at)
        if again:
            pause = RETURN_PAUSES[letter.returns]
            waits = {"state": Letter.State.WAITING, "due_at": at + pause, "sent_at": None}
            again = _take_back(letter, **known, **waits, returns=letter.returns + 1)
        if not again:
            _take_back(letter, **known, state=Letter.State.FAILED)
        full = bounce.about == About.FULL and refusals.notice_when_full_for_days(letter, known["trouble"], at)
    done = "邮箱满了或连不上已有多日，已列入失效邮箱" if full else "原因不在邮箱，只记在信件上"
    done += "，稍后再发" if again else ""
    return f"{letter.to} 的信件被退回，{done}{'，发往这个域名的信放慢' if slower else ''}：{bounce.words}。"


def _may_go_again(letter: Letter, at: datetime) -> bool:
    if letter.unwanted or letter.secret or letter.returns >= len(RETURN_PAUSES):
        return False
    return at - (letter.tried_since or at) < settings.LETTER_DAYS


def _take_back(letter: Letter, **outcome) -> int:
    """Unless it was taken back already; of a worker that has not noted yet that it was sent the claim is taken away."""
    given_over = Letter.objects.filter(pk=letter.pk, state__in=[Letter.State.SENT, Letter.State.HANDED])
    if outcome["state"] == Letter.State.WAITING:
        given_over = given_over.filter(unwanted=False)
    return given_over.update(claim="", **outcome)


@transaction.atomic
def _is_said_to_have_come_back(letter: Letter, bounce: Bounce, at: datetime) -> str:
    """Without the letter's own number anybody could have written it who knows the address: somebody is to ask, and
    letters go on until then."""
    said = f"据称退信：{bounce.words}"
    Letter.objects.filter(pk=letter.pk, state=Letter.State.SENT).update(trouble=said[:300])
    if bounce.about != About.MAILBOX:
        return f"{letter.to} 的信件据称被退回，但原因不在邮箱，只记在信件上：{bounce.words}。"
    dead_addresses.notice(letter, said, shown(at), hearsay=True)
    return f"{letter.to} 的信件据称被退回，没有附上原信，已请区县核实：{bounce.words}。"


def sent_under(message_ids: tuple[str, ...], at: datetime) -> Letter | None:
    """The letter sent in the last days under one of these numbers, or just now in a worker's hands."""
    lately = Q(sent_at__gt=at - LATELY) | Q(state=Letter.State.HANDED)
    return Letter.objects.filter(lately, message_id__in=message_ids).order_by("-pk").first()


def only_letter_to(address: str, at: datetime) -> Letter | None:
    """The only letter sent to the address in the last days; among several nobody knows which is meant."""
    lately = Letter.objects.filter(to__iexact=address, sent_at__gt=at - LATELY).order_by("-sent_at")[:2]
    return lately[0] if len(lately) == 1 else None


def read(source: bytes) -> Bounce | str:
    """The bounce in a mail, or why it is none."""
    message = email.message_from_bytes(source[:MOST_BYTES], policy=email.policy.compat32)
    parts = list(_parts(message))
    if reports := [part for part in parts if part.get_content_type() == "message/delivery-status"]:
        return _from_report(reports[0], parts, source)
    answers = _header(message, "Auto-Submitted").lower().startswith("auto-replied") or message["X-Autoreply"]
    if answers or ANSWERS_BY_ITSELF.search(_header(message, "Subject")):
        return "自动回复"
    return _from_words(message, parts, source)


def _from_report(report: email.message.Message, parts: list, source: bytes) -> Bounce | str:
    """RFC 3464: one block about the message, then one for each recipient."""
    blocks = report.get_payload() if isinstance(report.get_payload(), list) else []
    if not blocks:  # written without the right type inside, or cut
        blocks = [email.message_from_string(block) for block in re.split(r"\r?\n\s*\n", _text(report))]
    told = [block for block in blocks if block["Action"] or block["Status"] or block["Final-Recipient"]]
    for block in told:
        status = STATUS.search(_header(block, "Status"))
        action = _header(block, "Action").split()[:1] or [""]
        action = action[0].lower()
        if action not in ("failed", "delayed", "delivered", "relayed", "expanded"):
            action = {"5": "failed", "4": "delayed"}.get(status.group(1)[0], "delivered") if status else ""
        if action in (FAILED, DELAYED):
            words = _header(block, "Diagnostic-Code").partition(";")[2] or _header(block, "Diagnostic-Code")
            words = _squeeze(words) or (status.group(1) if status else action)
            if status and status.group(1) not in words:
                words = f"{status.group(1)} {words}"
            return Bounce(action, words[:240], _our_ids(parts, source), _recipient(block))
    return "没有失败的收件人（送达回执）"


def _from_words(message: email.message.Message, parts: list, source: bytes) -> Bounce | str:
    """A provider's own notification: from its postmaster, in its own words, our letter somewhere in it."""
    if not MACHINE.search(_header(message, "From")) and _header(message, "Return-Path") != "<>":
        return "发信人不是邮件系统"
    said = "\n".join(_text(part) for part in parts if part.get_content_type() in ("text/plain", "text/html"))
    said = _squeeze(TAGS.sub(" ", said[:MOST_SAID]))
    subject = _header(message, "Subject")
    if refusal := REFUSAL.search(said):
        words = said[refusal.start() :]
    elif given_up := GIVES_UP.search(said):
        words = said[max(0, given_up.start() - 20) :]
    elif GIVES_UP.search(subject):
        words = f"{subject}：{said}"
    else:
        return "没有写明退信"
    own = parseaddr(_header(message, "To"))[1].lower()
    machine = parseaddr(_header(message, "From"))[1].lower()
    named = _header(message, "X-Failed-Recipients") or said
    others = [found for found in ADDRESS.findall(named) if found.lower() not in (own, machine)]
    return Bounce(FAILED, words[:200].strip(), _our_ids(parts, source), others[0] if others else "")


def _our_ids(parts: list, source: bytes) -> tuple[str, ...]:
    """Message-IDs of our making, wherever they stand: the returned letter's headers first."""
    headers = [_header(part, "Message-ID") for part in parts]
    bodies = [_text(part) for part in parts if not part.is_multipart()]
    texts = [*headers, *bodies, source[:MOST_BYTES].decode("ascii", "replace")]
    return tuple(dict.fromkeys(found for text in texts for found in OUR_ID.findall(text)))[:20]


def _recipient(block: email.message.Message) -> str:
    for name in ("Original-Recipient", "Final-Recipient"):
        value = _header(block, name)
        found = ADDRESS.search(value.partition(";")[2] or value)
        if found:
            return found.group()
    return ""


def _parts(message: email.message.Message) -> Iterator[email.message.Message]:
    for number, part in enumerate(message.walk()):
        if number >= MOST_PARTS:
            return
        yield part


def _text(part: email.message.Message) -> str:
    """A part's words. GBK is tried where the mail does not say, or says wrongly, how it is written."""
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        payload = None
    if payload is None:
        payload = "".join(str(inner) for inner in part.get_payload() or []).encode("utf-8", "replace")
    for charset in (part.get_content_charset(), "utf-8", "gb18030"):
        try:
            return payload.decode(charset) if charset else payload.decode("ascii")
        except (LookupError, UnicodeDecodeError):
            continue
    return payload.decode("utf-8", "replace")


def _header(part: email.message.Message, name: str) -> str:
    value = part[name]
    if value is None:
        return ""
    try:
        said = str(make_header(decode_header(str(value))))
    except (LookupError, ValueError, email.errors.HeaderParseError):
        said = str(value)
    return without_control(said)  # bytes of no declared charset come as halves of surrogate pairs


def _squeeze(text: str) -> str:
    return " ".join(without_hidden(text).split())
