"""What a returned letter says: delivery status notifications (RFC 3464), and the free-form ones of mail providers that
send none. Read without trust: whatever cannot be understood is left alone and said so."""

from __future__ import annotations

import email
import email.message
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.utils import parseaddr

from text.incoming import without_control, without_hidden

MOST_BYTES = 3 * 1024 * 1024  # our letters are a few kilobytes; what is longer is cut
MOST_PARTS = 60
MOST_SAID = 20_000  # letters of a notification in a provider's own words; the reason stands at its beginning
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
