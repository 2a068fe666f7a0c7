"""What a returned letter says: delivery status notifications (RFC 3464), and the free-form ones of mail systems that
send none. Read without trust: whatever cannot be understood is left alone and said so."""

from __future__ import annotations

import email
import email.message
import email.policy
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr
from itertools import islice

from accounts.post import answers
from accounts.post.answers import About
from text.incoming import without_control, without_hidden

MOST_BYTES = 512 * 1024  # our letters are a few kilobytes; what is longer is cut
MOST_PARTS = 60
MOST_SAID = 20_000  # letters of a notification in a system's own words; the reason stands at its beginning
MOST_WORDS = 240  # of a server's answer, as it is kept
FAILED, DELAYED = "failed", "delayed"

# RFC 3464 and 6533. Read as text: the parser would make a message of every blank line in it.
REPORT_TYPE = re.compile(rb"message/(global-)?delivery-status", re.IGNORECASE)
REPORT = "text/x-delivery-status"
NO_BOUNCES = {"message/feedback-report": "垃圾邮件投诉", "message/disposition-notification": "阅读回执"}

OUR_ID = re.compile(r"<[0-9a-f]{40}@[^<>\s]{1,80}>")
ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+", re.ASCII)
STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
# As a server says it: "550 5.1.1 …", "<<< 554-Denied", "(#5.1.1)"; a telephone number or an address of a host is none.
REPLY = re.compile(
    r"(?<![\w.:/+-])[45][0-7]\d(?:\s{1,8}|-|: ?)(?=[#\[(<'\"]?(?:[45]\.|[^\W\d]|<))"
    r"|(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])"
)
GIVES_UP = re.compile(
    "notificationtype|退信|(邮件|信件)[^，。；]{0,6}退回|无法投递|无法送达|未能送达|投递失败|发送失败|不存在|送信できま|配信できま|送信エラー"
    r"|undeliver|deliver.{0,30}(fail|problem|error|abort)|(mail|non).?delivery|failure (notice|deliver)"
    r"|(not|n.t|unable to) (be )?(deliver|send|sent)|delivery (status|report|notif)"
    r"|(returned|returning|failed).{0,12}(mail|message|sender)|(mail|message).{0,20}(failed|failure|error|returned)"
    r"|did not reach|fatal error|user unknown|unknown user|недоставлен|не доставлен",
    re.IGNORECASE,
)
REFUSES = re.compile(r"rejected|blocked|delayed|refused|denied|拒", re.IGNORECASE)
STILL_TRYING = re.compile(
    r"(will|shall) (be|continue|keep).{0,20}(retr|try)|still being retried|warning only|temporary failure report"
    r"|message (has been |is )?delayed|not need to re-?send"
    r"|attempts will continue|not yet been delivered|仍在(尝试|重试)|继续尝试",
    re.IGNORECASE,
)
ARRIVED = re.compile(r"\((success|relay|expanded)|success\w* (deliver|relay)|report that you requested", re.IGNORECASE)
NEWS = re.compile(r"notificationtype\W{1,9}(\w+)", re.IGNORECASE)  # Amazon SES tells of everything in JSON
MACHINE = re.compile(
    r"sns\.amazonaws|mailer.?daemon|po+stmaster|(mail|message).{0,9}(deliver|admin|system)|delivery.?(sub)?system|退信|邮件系统",
    re.IGNORECASE,
)
# The rest of the subject is our letter's, and that may say that a form was 退回.
ANSWERS_BY_ITSELF = re.compile(r"自动(回复|答复)|auto(matic)?[ -]?(reply|response)|out of (the )?office", re.IGNORECASE)
FAILURE = re.compile(
    r"\W{0,9}(undeliver|deliver\w* (status|fail|notif|problem|error)|non.?delivery|failure notice|returned mail"
    r"|mail (delivery|fail|error)|(系统)?退信|投递失败)",
    re.IGNORECASE,
)
AT_RECIPIENT = re.compile(r"\bRCPT|recipient address|like recipient", re.IGNORECASE)
LINE_OF_ADDRESS = re.compile(r"^[\s*\"'<]{0,9}[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,130}", re.ASCII | re.MULTILINE)
OF_A_PERSON = re.compile(r"\s{0,9}(re|fwd?|回复|答复|转发)\s*[:：]", re.IGNORECASE)
TAGS = re.compile(r"<(style|script)\b.{0,2000}?</\1>|<[^<>]{0,2000}>", re.IGNORECASE | re.DOTALL)
LETTER_BEGINS = re.compile(  # a header of it, or a line that announces it
    r"^[ \t>|]{0,9}(?:(?:return-path|received|message-id|mime-version|dkim-signature):[ \t]"
    r"|-{2}.{0,60}\b(?:copy|headers?|unsent|original|returned)\b"
    r"|.{0,60}\b(?:original|unsent|returned) (?:message|mail|e-mail|headers?)\b(?:.{0,20}(?:follow|below)|[ \t]*:)"
    r"|.{0,60}\bmessage (?:headers?|text|body) follow|.{0,20}\bcopy of (?:the|your) (?:original )?(?:message|mail)"
    r"|.{0,30}原(?:始)?邮件.{0,10}-{3})",
    re.IGNORECASE | re.MULTILINE,
)
BLANK_LINE = re.compile(r"\n[ \t]*\n")
NEXT_ADDRESS = re.compile(r"\n[ \t]*\n|\n[\s\"'<\[]{0,9}[\w.+-]{1,64}@[\w.-]{1,190}[\"'>\]]?:?[ \t]*\n", re.ASCII)
EMBEDDED = re.compile(
    r"^(?:final-recipient|original-recipient|action):[^\n]*(?:\n[^\n]+){1,12}", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True)
class Bounce:
    """What a notification says: failed or delayed, of which letter, of whom, in the server's words, and what those
    speak of."""

    action: str
    words: str
    message_ids: tuple[str, ...] = ()
    recipient: str = ""
    about: About = About.OFFICE


def read(source: bytes) -> Bounce | str:
    """The bounce in a mail, or why it is none."""
    source = REPORT_TYPE.sub(REPORT.encode(), source[:MOST_BYTES])
    message = email.message_from_bytes(source, policy=email.policy.compat32)
    own = list(_own_parts(message))
    for part in own:
        if why := NO_BOUNCES.get(part.get_content_type()):
            return why
    ids = _our_ids(list(_parts(message)), source)
    said = _said(own)
    if (news := NEWS.search(said)) and news.group(1).lower() != "bounce":
        return "不是退信的发送通知"
    for block in _blocks(part for part in own if part.get_content_type() == REPORT) or _embedded(said):
        action = _action(block)
        if action in (FAILED, DELAYED):
            return _from_block(block, action, said, ids)
        if action:
            return "没有失败的收件人（送达回执）"
    gives_back = any(part.get_content_type() in ("message/rfc822", "text/rfc822-headers") for part in own)
    return _from_words(message, said, ids, gives_back)


def _blocks(reports: Iterable[Message]) -> list[Message]:
    """One block about the message, then one for each recipient; here those of the recipients, the failed ones first."""
    texts = [_text(report)[:MOST_SAID] for report in islice(reports, 3)]
    blocks = [
        email.message_from_string(block) for text in texts for block in BLANK_LINE.split(text.lstrip())[:MOST_PARTS]
    ]
    told = [block for block in blocks if block["Action"] or block["Status"] or block["Final-Recipient"]]
    order = {FAILED: 0, DELAYED: 1}
    return sorted(told, key=lambda block: order.get(_action(block), 2))


def _embedded(said: str) -> list[Message]:
    """The report of a notification whose parts came out as one text."""
    found = EMBEDDED.search(said)
    return [email.message_from_string(found.group())] if found else []


def _action(block: Message) -> str:
    said = _header(block, "Action").lower()
    for word in ("fail", "delay", "deliver", "relay", "expand"):
        if said.startswith(word):
            return {"fail": FAILED, "delay": DELAYED}.get(word, word)
    status = STATUS.search(_header(block, "Status") or _header(block, "Diagnostic-Code"))
    return {"5": FAILED, "4": DELAYED, "2": "deliver"}[status.group(1)[0]] if status else ""


def _from_block(block: Message, action: str, said: str, ids: tuple[str, ...]) -> Bounce:
    diagnostic = _header(block, "Diagnostic-Code")
    diagnostic = _squeeze(diagnostic.partition(";")[2] or diagnostic)
    told = STATUS.search(_header(block, "Status"))
    inside = STATUS.search(diagnostic)
    status = (inside or told).group(1) if inside or told else ""
    words = diagnostic or _squeeze(_reason(said)) or action
    if status and status not in words:
        words = f"{status} {words}"
    speaks_of = _speaks_of(diagnostic, said, status)
    return Bounce(action, words[:MOST_WORDS], ids, _recipient(block), speaks_of)


def _speaks_of(diagnostic: str, said: str, status: str) -> About:
    """By the server's own words; what the notification says around them only where those are silent, or where it
    tells of a full box: that one is never dead at once."""
    around = _squeeze(_reason(said))
    if after := answers.AFTER_THE_LETTER.search(said):
        diagnostic = f"{diagnostic} ({after.group()})"
    found = answers.in_words(diagnostic, status=status) or answers.in_status(status)
    if found is About.MAILBOX and not REPLY.search(around) and answers.in_words(around, status=status) is About.FULL:
        return About.FULL
    return found or answers.in_words(around, status=status) or answers.about(f"{diagnostic} {around}", status=status)


def _from_words(message: Message, said: str, ids: tuple[str, ...], gives_back: bool) -> Bounce | str:
    """A system's own notification: from its postmaster, in its own words, our letter somewhere in it."""
    subject, failed, reason = _header(message, "Subject"), _header(message, "X-Failed-Recipients"), _reason(said)
    if why := _why_no_bounce(message, said, gives_back):
        return why
    words = _own_words(subject, reason)
    status = STATUS.search(words) if REPLY.search(reason) else None
    speaks_of = _speaks_of(words, f"{reason}\n{subject}", status.group(1) if status else "")
    if speaks_of is About.MAILBOX and not status and _is_hardly_said(words, reason):
        speaks_of = About.OFFICE
    line = LINE_OF_ADDRESS.search(reason)
    named = _named(message, f"{failed} {line.group() if line else ''} {words} {reason}")
    return Bounce(DELAYED if STILL_TRYING.search(said) else FAILED, words, ids, named, speaks_of)


def _why_no_bounce(message: Message, said: str, gives_back: bool) -> str:
    """Nothing when a system wrote it that gives a letter up."""
    subject, sender, reason = _header(message, "Subject"), _header(message, "From"), _reason(said)
    machine = bool(MACHINE.search(sender) or message["X-Failed-Recipients"])
    by_itself = _header(message, "Auto-Submitted").lower().startswith("auto-replied") or message["X-Autoreply"]
    if ANSWERS_BY_ITSELF.search(subject) or (by_itself and not machine):
        return "自动回复"
    of_nobody = _header(message, "Return-Path").upper() in ("<>", "<MAILER-DAEMON>") or sender.rstrip().endswith("<>")
    if not (machine or of_nobody or ((gives_back or FAILURE.match(subject)) and not OF_A_PERSON.match(subject))):
        return "发信人不是邮件系统"
    reply = REPLY.search(reason)
    if not reply and (ARRIVED.search(subject) or ARRIVED.search(said)):
        return "没有失败的收件人（送达回执）"
    gives_up = GIVES_UP.search(subject) or GIVES_UP.search(reason)
    if not (gives_up or (machine and (reply or REFUSES.search(f"{subject} {reason}")))):
        return "没有写明退信"
    return ""


def _own_words(subject: str, reason: str) -> str:
    """What the server said: from its code on; else from the line of the address on, or of what gives up."""
    reply, given_up = REPLY.search(reason), GIVES_UP.search(reason)
    found = reply or given_up
    start = found.start() if found else 0
    lines = [line.start() for line in LINE_OF_ADDRESS.finditer(reason)]
    if reply and "." not in reply.group():  # a code opens what the server said, a status may close it
        words = reason[start:]
    elif lines:
        words = reason[max((line for line in lines if reply and line < start), default=lines[0]) :].lstrip()
    else:
        words = reason[reason.rfind("\n", 0, start) + 1 :] if found else f"{subject}：{reason}"
    if reply and (lines or "." not in reply.group()):
        words = NEXT_ADDRESS.split(words, maxsplit=1)[0]
    return _squeeze(words)[:MOST_WORDS].strip()


def _is_hardly_said(words: str, reason: str) -> bool:
    """Nothing but "user unknown", without a status or the command it answered: a reader's own filter says that too."""
    only = answers.USER_UNKNOWN.search(words) and not AT_RECIPIENT.search(reason)
    return bool(only) and answers.in_words(answers.USER_UNKNOWN.sub(" ", words)) is not About.MAILBOX


def _named(message: Message, text: str) -> str:
    """The first address in the text that is neither the notification's own nor an office's."""
    own = {parseaddr(_header(message, name))[1].lower() for name in ("To", "From")}
    found = (address for address in ADDRESS.findall(text) if not MACHINE.match(address))
    return next((address for address in found if address.lower() not in own), "")


def _said(own: list[Message]) -> str:
    """The notification's own text, line by line; that of its HTML where it has no other."""
    plain = [part for part in own if part.get_content_type().startswith("text/plain")]
    said = "\n".join(map(_text, plain))[:MOST_SAID]
    if not said.strip():
        html = [part for part in own if part.get_content_type().startswith("text/html")]
        said = TAGS.sub(" ", "\n".join(map(_text, html))[:MOST_SAID])
    return said


def _reason(said: str) -> str:
    """What is said before the letter is given back; everything where nothing stands before it."""
    begins = LETTER_BEGINS.search(said)
    before = said[: begins.start()] if begins else said
    return before if before.strip() else said


def _our_ids(parts: list, source: bytes) -> tuple[str, ...]:
    """Message-IDs of our making, wherever they stand: the returned letter's headers first."""
    headers = [_header(part, "Message-ID") for part in parts]
    bodies = [_text(part) for part in parts if not part.is_multipart()]
    texts = [*headers, *bodies, source.decode("ascii", "replace")]
    return tuple(dict.fromkeys(found for text in texts for found in OUR_ID.findall(text)))[:20]


def _recipient(block: Message) -> str:
    for name in ("Original-Recipient", "Final-Recipient"):
        value = _header(block, name)
        found = ADDRESS.search(value.partition(";")[2] or value)
        if found:
            return found.group()
    return ""


def _parts(message: Message) -> Iterator[Message]:
    for number, part in enumerate(message.walk()):
        if number >= MOST_PARTS:
            return
        yield part


def _own_parts(message: Message) -> Iterator[Message]:
    """The notification's parts without those of the letter it gives back."""
    waiting, number = [message], 0
    while waiting and number < MOST_PARTS:
        part = waiting.pop(0)
        number += 1
        yield part
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting = part.get_payload() + waiting


def _text(part: Message) -> str:
    """A part's words. GBK is tried where the mail does not say, or says wrongly, how it is written."""
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        payload = None
    if payload is None:
        payload = "".join(str(inner) for inner in part.get_payload() or []).encode("utf-8", "replace")
    for charset in (part.get_content_charset(), "utf-8", "gb18030"):
        try:
            return payload.decode(charset or "ascii").replace("\r\n", "\n")
        except (LookupError, UnicodeDecodeError):
            continue
    return payload.decode("utf-8", "replace").replace("\r\n", "\n")


def _header(part: Message, name: str) -> str:
    value = part[name]
    if value is None:
        return ""
    try:
        said = str(make_header(decode_header(str(value)[:MOST_SAID])))
    except (LookupError, ValueError, email.errors.HeaderParseError):
        said = str(value)[:MOST_SAID]
    return without_control(said)  # bytes of no declared charset come as halves of surrogate pairs


def _squeeze(text: str) -> str:
    return " ".join(without_hidden(text).split())
