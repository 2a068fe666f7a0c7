"""What a mail server's answer, or a returned letter, speaks of: the mailbox, a passing trouble, or us.

A reply code says little: QQ and 163 answer throttling and policy with the 550 that elsewhere means "no such mailbox",
and a full box has been called 5.1.1. So the words are asked first, then the enhanced status (RFC 3463), then the reply
code (RFC 5321). Whether an answer is final is another question, which the reply code's first digit answers: a 4xx is
tried again whatever it speaks of.
"""

from __future__ import annotations

import re
from enum import StrEnum


class About(StrEnum):
    """The only class by which an address is dead is `MAILBOX`; what is not understood is the office's to look at."""

    MAILBOX = "mailbox"  # nobody lives there: no such person, or no such domain
    FULL = "full"  # full, suspended or unreachable for now: tried again, and a task only when it lasts for days
    LATER = "later"  # throttled, greylisted, a trouble of the moment: slow down, and go on
    OFFICE = "office"  # policy, spam, SPF, reputation, size, relaying, our sender: somebody must see the words


MOST_WORDS = 2000  # the reason stands at the beginning; what follows may be the letter itself
ADDRESS = re.compile(r"<?\b[\w.+=-]{1,64}@[\w.-]{1,190}>?", re.ASCII)  # "no-spam@…" says nothing of spam
CODE = re.compile(r"(?<![\d.:/])([245]\d\d)(?=[ -]|$)")
STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")


def _any(*patterns: str) -> re.Pattern:
    return re.compile("|".join(patterns), re.IGNORECASE)


# Told to send less, or more slowly, by whoever answers.
# Sources: QQ 邮箱退信说明 (service.mail.qq.com, 122/166 and 172–175); 网易邮箱退信代码 (mail.163.com, HL:ICC, HL:IFC,
# MI:DMC, MI:SFQ, MI:STC, RP:DRC, RP:QRC, RP:TRC); Gmail 4.2.1, 4.7.28, 5.2.1, 5.4.5 (support.google.com/a/answer/3726730);
# Exchange Online 4.5.127, 5.1.90, 5.2.121 (learn.microsoft.com, NDR error codes); Yahoo 421 [TSS04].
SLOWER = _any(
    r"frequency limited|mailbox unavailable or access denied|发信(频率|量).{0,12}(限|过)|频率(过高|过快|超)|过于频繁",
    r"\b(HL:(ICC|IFC)|MI:(DMC|SFQ|STC)|RP:(DRC|QRC|TRC|RCL))\b",
    r"too (many|much) (?!hops|received|invalid|unknown|bad|error)|too frequent|too fast|at a rate|rate.?limit|throttl",
    r"(rate|sending|messages?|daily|hourly|connections?|recipients?) (quota|limits?) .{0,20}(exceed|reached)",
    r"(exceeded|reached).{0,40}(sending|hourly|daily|rate|connection|recipient)s? .{0,12}(limit|quota)",
    r"unusual rate|concurrent connections|reduce .{0,20}(rate|number)|slow down",
)
# Ours by the sender's address, its proofs or its reputation: here "unknown", "invalid", "not found" are said of us.
# Sources: RFC 7208, 6376, 7489 and their status codes (RFC 7372); Postfix reject_unknown_client_hostname,
# reject_unknown_sender_domain, reject_invalid_helo_hostname (postconf.5); QQ and 163 as above (DT:SPM, HL:REP, MI:SPF …).
OURS = _any(
    r"\b(SPF|DKIM|DMARC|domainkeys|PTR|rDNS|HELO|EHLO|RBL|DNSBL|DNSWL)\b|authenticat|\bauth(orization)? (check|fail|requir)",
    r"\b(DT:(SPM|SUM|RBL)|HL:(REP|MEP|IHU|IPB)|MI:(NHD|IMF|SPF|DMA|SPB|CEL|CCL)|RP:(FRL|CEL|CCL)|WM:BL[IU])\b",
    r"reverse (dns|lookup|host)|resolve .{0,40}(your|client|ip address)|find your (host|reverse)|your (host|domain) ?name",
    r"client host|sender.{0,30}(address|domain|verif|reject|invalid|denied|refused|unknown|not exist|not found|not allowed)",
    r"(address|domain) of (the )?sender|return.path|envelope from|\bMAIL FROM.{0,60}(reject|denied|invalid|refused)",
    r"relay(ing)? (access |is |was |not |operation )?(denied|prohibited|permitted|allowed|restricted)",
    r"(configured|unable|allowed|permitted|refuse[sd]?|cannot|won't|not) (to )?relay|rcpthosts|not (a |an )?(open )?relay",
    r"spam|junk mail|unsolicited|bulk mail|phish|virus|malware|malicious|suspicious|reputation|spamhaus|spamcop|垃圾|病毒",
    r"(black|block|deny).?list|too many (invalid|unknown|bad)|blocked (for|by|due|because|using|-|\()",
    r"content (reject|denied|filter)|mail content|contain.{0,30}(attachment|executable)|policy|违规|拒绝(接收)?",
    r"(message|mail|letter|header).{0,20}(size|too (big|large|long))|(size|length).{0,30}(exceed|limit)|邮件过大|超过.{0,8}大小",
    r"too many (hops|received)|hop count|mail loop|loop(s|ing)? (back|detect)|loopback",
)
# Full, suspended or asleep. Sources: RFC 3463 x.2.1, x.2.2; Gmail OverQuotaTemp, OverQuotaPerm, DisabledUser; Exim and
# Postfix "Disk quota exceeded"; QQ 122/168 收件人空间不足; 163 "User suspended"; Yahoo [#102].
HOUSE_SHUT = _any(
    r"over ?quota|quota .{0,30}(exceed|full)|exceed.{0,40}(quota|storage|allowed size|space)|out of (storage|quota|space)",
    r"(mail)?box.{0,20}\bfull\b|\bfull (mail|in)?box|insufficient|not enough .{0,20}(space|storage|room)|no space|disk full",
    r"\b(storage|space)\b.{0,30}(limit|full|exceed)|空间不足|容量(不足|已满|超)|(邮箱|信箱)(已)?满|いっぱい|容量",
    r"(account|user|mailbox|recipient|address|inbox).{0,40}(disabled|suspend|inactiv|deactivat|locked|dormant|frozen|discontinued)",
    r"(disabled|suspended|inactive|deactivated|locked|dormant|frozen) .{0,20}(account|user|mailbox|recipient|address)",
    r"冻结|停用|禁用|休眠|锁定|長時間|未登录",
)
# Nobody lives there. Sources: RFC 3463 x.1.1–x.1.6, x.1.10; RFC 7505 (null MX); Postfix, Exim ("Unrouteable address"),
# sendmail, qmail, Courier, Domino, Exchange (RESOLVER.ADR…) and Gmail (NoSuchUser) by their documentation; QQ 122/169.
NOBODY = _any(
    r"(user|account|mailbox|recipient|address(ee)?|person|customer|local.?part|alias|name)\W{0,3}.{0,60}"
    r"\b(unknown|not (known|found|exist|valid|registered|listed|recogni[sz]ed|here)|(doe?s ?n.t|does not|do not) exist|invalid)",
    r"\b(unknown|invalid|non.?existent|no such|bad|undefined|illegal|unresolvable) "
    r"(\w+ )?(user|account|mailbox|recipient|address(ee)?|destination|local|domain|host|person|alias|here)",
    r"\bno (mailbox|user|account|one|recipient|person)\b.{0,40}(here|name|found|such)|nosuchuser|not (our|a) customer",
    r"(not|doesn.t|does not) have an? .{0,30}account|no longer (exist|valid|in use|accepts|available|employed|works|with)",
    r"(host|domain).{0,60}(not found|unknown|does not exist|not exist|doesn.t exist|invalid)|unrouteable|nxdomain|null ?mx",
    r"couldn.t find (any|a) |no (mx|mail exchanger|valid mx)|domain does not accept mail|Recip(ient)?NotFound|NonExistentDomain",
    r"has moved|mailbox moved|user has left|5\.4\.1 .{0,80}recipient address rejected|recipient address rejected\W{0,3}$",
    r"(用户|邮箱|账号|帐号|地址|收件人|域名|帳號|賬號).{0,8}(不存在|无效|未开通|未注册|已注销)|(不存在|无效)的?(用户|邮箱|地址|收件人|账号|帐号)|查无此人",
    r"(アドレス|ユーザー?|宛先|メールボックス).{0,20}(存在し(ない|ません)|不明|見つかりません|ありません)|宛先不明",
)
# A trouble of the way there that may pass. Sources: Postfix, Exim, sendmail and qmail by their documentation; RFC 3463 x.4.x.
UNREACHABLE = _any(
    r"timed? ?out|time.?out|connection (was )?(refused|reset|lost|dropped|closed|interrupted|died)|lost connection",
    r"unreachable|no route to host|network (error|is down)|(host|server).{0,20}(down|not respond)|giving up|give up",
    r"could ?n.t (connect|establish)|(not|unable|failed|failure) .{0,20}(connect|contact|reach)|establish an smtp connection",
    r"queue too long|retry (time|limit)|(delivery|message|retry|queue) .{0,20}expired|cannot send message for|for a long time",
    r"(name server|name service|dns|lookup).{0,30}(tempor|error|fail|try again)|超时|连接失败|无法连接",
)
MOMENT = _any(r"gr[ea]y.?list|try again|try later|tempora|deferred|retry|busy|稍后|暂时|overload|unavailable right now")
DENIED = _any(
    r"denied|refused|rejected|not (allowed|permitted|accepted|authori)|prohibited|restricted|blocked|forbidden"
)

IN_ORDER = (  # the first that is found decides
    (SLOWER, About.LATER),
    (OURS, About.OFFICE),
    (HOUSE_SHUT, About.FULL),
    (NOBODY, About.MAILBOX),
)
BY_STATUS = (  # RFC 3463; what stands in no row is the office's when it begins with a 5
    (re.compile(r"[45]\.1\.(1|3|6|10)$|5\.1\.2$|5\.4\.4$"), About.MAILBOX),
    (re.compile(r"[45]\.2\.[12]$|[45]\.4\.(1|2|7|316|312)$|4\.4\.\d+$"), About.FULL),
    (re.compile(r"[45]\.(7|6)\.\d+$|5\.1\.[78]$"), About.OFFICE),
)


def about(words: str, code: int = 0, status: str = "") -> About:
    """What `words`, a server's own, speak of. `code` is its reply code and `status` its enhanced status; both are
    looked for in the words when they are not given. Never raises."""
    said = _plain(words)
    for pattern, speaks_of in IN_ORDER:
        if pattern.search(said):
            return speaks_of
    status = status or _first(STATUS, said)
    for pattern, speaks_of in BY_STATUS:
        if pattern.match(status):
            return speaks_of
    if MOMENT.search(said):
        return About.LATER
    if UNREACHABLE.search(said):
        return About.FULL
    if DENIED.search(said):
        return About.OFFICE
    digit = status[:1] or str(code or _first(CODE, said))[:1]
    return About.LATER if digit == "4" else About.OFFICE


def wants_slower(words: str) -> bool:
    """Whether an answer tells us to send less or more slowly to everybody there. A greylisting concerns one letter
    only and is no such answer; nor is "try again later" alone."""
    return bool(SLOWER.search(_plain(words)))


def _plain(words: str) -> str:
    return " ".join(ADDRESS.sub(" ", words[:MOST_WORDS]).split())


def _first(pattern: re.Pattern, said: str) -> str:
    found = pattern.search(said)
    return found.group(1) if found else ""
