"""What a mail server's answer, or a returned letter, speaks of: the mailbox, a passing trouble, or us.

A reply code says little: QQ and 163 answer throttling and policy with the 550 that elsewhere means "no such mailbox",
and a full box has been called 5.1.1. So the words are asked first, then the enhanced status (RFC 3463), then weaker
words, then the code's first digit. Whether an answer is final is another question, and that digit's to answer: a 4xx
is tried again whatever it speaks of.
"""

from __future__ import annotations

import re
from enum import StrEnum


class About(StrEnum):
    """Only by `MAILBOX` is an address dead; what is not understood is the office's to look at."""

    MAILBOX = "mailbox"  # nobody lives there: no such person, or no such domain
    FULL = "full"  # full, suspended or unreachable for now: tried again, and a task only when it lasts for days
    LATER = "later"  # throttled, greylisted, a trouble of the moment: slow down, and go on
    OFFICE = "office"  # policy, spam, SPF, reputation, size, relaying, our sender: somebody must see the words


MOST_WORDS = 2000  # letters; the reason stands at the beginning, what follows may be the letter itself
ADDRESS = re.compile(r"<?\b[\w.+=-]{1,64}@[\w.-]{1,190}>?", re.ASCII)  # "no-spam@…" says nothing of spam
CODE = re.compile(r"(?<![\d.:/])([245]\d\d)(?=[ -]|$)")
STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")


def _any(*phrases: str) -> re.Pattern:
    return re.compile("|".join(phrases), re.IGNORECASE)


# Greylisting concerns one letter, and often comes with the word "policy"; so does Postfix's address verification.
GREYLISTED = _any(r"gr[ea]y.?list|verification in progress", "灰名单")

# Told to send less, or more slowly, by whoever answers. Of QQ the help pages 122/166 (the person gets too much at once)
# and 122/172–175; of 163 and 126 the list of 退信代码 in their help; of Gmail "SMTP error reference" 4.2.1, 4.7.28,
# 5.2.1, 5.4.5; of Exchange Online "NDR error codes" 4.3.2, 4.5.127, 5.1.90, 5.2.121; of Yahoo "SMTP error codes" TSS04;
# of Aliyun mail the table of its 退信 (504, 505, 552).
SLOWER = _any(
    r"frequency limited|connection denied|mailbox unavailable or access den",
    r"\b(HL:(ICC|IFC)|MI:(DMC|SFQ|STC)|RP:(DRC|QRC|TRC|RCL)|TSS0\d)\b",
    r"too (many|much) (?!hops|received|invalid|unknown|unwanted|bad|error|fail)|too (frequent|fast|quick)",
    r"at a rate|rate.?(limit|control)|throttl|slow down|server busy|unusual (rate|number)|unexpected volume",
    r"\b(rate|sending|messages?|daily|hourly|connections?|recipients?) (quota|limits?) .{0,20}(exceed|reach)",
    r"(exceed|reach).{0,40}\b(sending|hourly|daily|rate|connections?|recipients?) (limit|quota)",
    r"concurrent connections|reduce .{0,20}(rate|number|frequency)|per (minute|hour|day)\b|sending quota|thread limit"
    r"|maximum threshold",
    "频率.{0,6}(限|高|快)|过于频繁|发信(量|数).{0,6}(超|限|达)|(并发|连接)数.{0,6}(超|大)",
)

# Ours, by the sender's address, its proofs, its reputation or the letter itself: "unknown" and "not found" are said of
# us here. RFC 7208, 6376, 7489, 7372; of Postfix the reject_* restrictions on client, HELO and sender (postconf.5) and
# its relay and size limits; of Exchange Online 5.7.x; of QQ 122/59, 122/171 and the SPF, DMARC answers; of 163 DT, HL …
OURS = _any(
    r"\b(SPF|DKIM|DMARC|domainkeys|PTR|rDNS|HELO|EHLO|RBL|DNSBL)\b|authenticat|authori[sz]",
    r"\b(DT:(SPM|SUM|RBL)|HL:(REP|MEP|IHU|IPB)|MI:(NHD|IMF|SPF|DMA|SPB|CEL|CCL)|RP:(FRL|CEL|CCL)|WM:BL[IU])\b",
    r"reverse (dns|lookup|host)|(resolve|find|verify).{0,30}\byour\b|your (host|domain|server|ip)\b|client host",
    r"\b5\.1\.[78]\b|\bfrom: .{0,30}invalid|\bvalid from\b",
    r"sender.{0,40}(address|domain|verif|reject|invalid|denied|refused|unknown|exist|not found|not allowed|block)",
    r"(address|domain) of (the )?sender|return.path|\bmail from\b.{0,60}(reject|denied|invalid|refused)",
    r"backscatter|dns check failed|发[件信](?!时|后|失)[^，。；]{0,10}(不存在|不匹配|不合法|无效|未|拒|禁)",
    r"\brelay(ing)?\b.{0,20}(den|prohibit|permit|allow|restrict|authori|refus|not)|rcpthosts",
    r"(configured|unable|allowed|permitted|refused?|cannot|won't|do not|to) relay|open relay",
    r"spam|junk|unsolicited|bulk|phish|virus|malware|malicious|suspicious|reputation|unwanted|垃圾|病毒",
    r"(?<!may be )(black|block|deny).?list|blocked|user in black|黑名单",
    r"(invalid|bad) ip\b|too many (invalid|unknown|bad|fail)",
    r"polic(y|ies)|content.{0,20}(reject|den|filter)|mail content",
    r"\b(illegal|with|accept\w*|block\w*|forbidden)\b.{0,20}(attachment|executable)",
    r"内容.{0,6}(拒|含|违|被)|违规|拒(收|绝)",
    r"\b(message|e?-?mail|letter|header|body)\b.{0,20}(\bsize|too (big|large|long))|mailsize",
    r"\b(message|mail|header|line) (size|length)|(?<!box )size limit|(邮件|附件).{0,6}(过大|太大|超)",
    r"too many (hops|received)|hop count|loop(s|ing|ed)?\b|forwarded more than",
)

# Full, suspended or asleep. RFC 3463 x.2.1, x.2.2; of Gmail OverQuota and DisabledUser; of Exim and Postfix "Disk quota
# exceeded"; of QQ 收件人空间不足; of 163 "User suspended", 休眠; of Yahoo [#102]; of au and docomo the Japanese.
SHUT = _any(
    r"over ?quota|quota.{0,30}(exceed|full|reach)|exceed.{0,40}\b(quota|storage|space|size)",
    r"out of (storage|quota|space)",
    r"(box|folder|account)\b.{0,20}\bfull\b|disk quota|\bfull (mail|in)?box|disk (is )?full",
    r"\b(no|not (have )?enough)\b.{0,12}(space|storage|room)|overdrawn",
    r"insufficient.{0,12}(space|storage|disk|quota|resource)",
    r"\b(storage|space|mail ?box)\b.{0,30}(limit|full|exceed|not enough)",
    r"\b(account|user|mailbox|recipient|address|inbox)\b.{0,40}"
    r"(disabled|suspend|inactiv|deactivat|locked|dormant|frozen|discontinued|over its)",
    r"\b(disabled|suspended|inactive|deactivated|locked|dormant|frozen)\b.{0,20}(account|user|mailbox|recipient|address)",
    "(空间|容量).{0,4}(不足|满|超)|(邮箱|信箱|收件箱)已?满|冻结|停用|禁用|休眠|锁定|未激活|いっぱい|容量",
)

# Nobody of the name. RFC 3463 x.1.1–x.1.6 and RFC 5321 551, 553; the words of Postfix, Exim, sendmail, qmail, Courier,
# Domino and Exchange (RESOLVER.ADR…) in their manuals; of Gmail NoSuchUser; of QQ 122/169; of 163 "User not found".
PERSON = r"(users?|user ?(name|id)|rcpt(to)?|account|mail[ -]?box|recipients?|address(ee)?|customer|local.?part|inbox)"
GAP = r"\b(?:(?!\. ).){0,50}"  # within one sentence
NOBODY = _any(
    PERSON + GAP + r"(\bunknown|not.{0,8} (known|found|valid|registered|listed|local\b|recogni[sz]ed|exist)"
    r"|n.t (exist|be found|a (known|valid|local))|\binvalid|\bwrong\b|no longer)",
    r"\b(unknown|invalid|non-?existent|no( such)?|bad|undefined|illegal|incorrect|wrong"
    r"|not? (an? |our |a )?(known|valid|registered|active|existing|local))[ _](\w+ ){0,2}" + PERSON + r"\b(?! is full)",
    r"unavailable (mail )?user|(not|n.t) exists? (that|the|this|such) user|not (a |an )?user (of|on|at)",
    r"nosuchuser|no such (local|person|one)|not (our|a) customer|no one (here|of|by|at)|user not known|not known here",
    r"(not|n.t) have an? .{0,30}(account|mail ?box)|Recip(ient)?(s)?NotFound|not listed in|no valid recipient",
    r"\bno longer (exist|valid|in use|accept|available|employed|work|with|on)|(has|have|mailbox) (moved|left)\b"
    r"|(account|mail ?box) (is |was |has been )?closed",
    r"recipient (address )?rejected(: access denied|\W{0,4}$)|\b5\.1\.0 address rejected|\bbad (destination|mailbox)",
    r"(utilisateur|destinat|usuario|utente|benutzer|empf.nger|adres).{0,40}"
    r"(inconnu|desconocid|sconosciut|unbekannt|inexistent|existiert nicht|no existe|nie istnieje)",
    "(用户|邮箱|账号|帐号|地址|收件人|帳號|賬號).{0,8}(不存在|无效|未开通|未注册|注销|错误)|查无此人",
    "(不存在|无效)的?(用户|邮箱|地址|收件人|账号|帐号)|(找不到|没有)(该|这个|此)?(用户|收件人|邮箱)",
    "(アドレス|ユーザー?|宛先|メールボックス).{0,20}(存在し(ない|ません)|不明|見つか)",
)

# No such place, and what RFC 5321 calls "mailbox unavailable": so with a 5, but with a 4 the answer may pass.
# RFC 3463 x.1.2, x.4.4; RFC 7505 (null MX); of Exim "Unrouteable address"; of Outlook.com and GMX their 550.
NO_PLACE = _any(
    r"\b(host|domain|name or service)" + GAP + r"(not (found|known)|unknown|(not|n.t) exist|invalid|n.t be found)",
    r"domain " + GAP + r"does ?n.t (receive|accept) (e-?)?mail",
    r"\b(unknown|invalid|no such|bad) (host|domain|destination)|unrouteable|nxdomain|null ?mx|NonExistentDomain",
    r"could ?n.t find (any|a) |\bno (valid )?(mx|mail exchanger)|域名.{0,4}(不存在|无效)",
    r"mailbox (is )?(unavailable|not available)|mailbox name not allowed|domain is not reachable",
    r"account or domain may not exist",
)

TRY_AGAIN = _any(r"not found, try again")  # what the resolver says of a name server that does not answer

# Said only after the letter was handed over, or of no address at all, "unknown user" is the person's own filter
# (docomo and au on 受信拒否). A server with a status for it (x.1.1) means what it says.
USER_UNKNOWN = _any(r"user unknown")
FILTERED = _any(r"unknown user|user unknown")
AFTER_THE_LETTER = _any(r"in reply to (the )?(end of )?data|>>> data\b|after (pipelined )?(end of )?data|\[data\]")
OF_NO_ADDRESS = _any(r"\b55\d\s*:\s*user unknown")

BY_WORDS = (  # the first found decides
    (GREYLISTED, About.LATER),
    (SLOWER, About.LATER),
    (OURS, About.OFFICE),
    (SHUT, About.FULL),
    (NOBODY, About.MAILBOX),
    (NO_PLACE, About.MAILBOX),
)

BY_STATUS = (  # RFC 3463 and the registry of IANA; what stands in no row says no more than its first digit
    (re.compile(r"5\.1\.(1|2|3|6|10)$|5\.4\.4$"), About.MAILBOX),
    (re.compile(r"[45]\.2\.[12]$|5\.4\.(1|2|3|7)$|4\.4\.\d+$"), About.FULL),
    (re.compile(r"5\.[67]\.\d+$|5\.1\.[78]$|5\.(2\.3|3\.4)$"), About.OFFICE),
)

# A trouble on the way there that may pass: Postfix, Exim, sendmail and qmail by their manuals; RFC 3463 x.4.x.
UNREACHABLE = _any(
    r"timed? ?out|time.?out|connection (was )?(refused|reset|lost|dropped|closed|interrupted|died)|lost connection",
    r"unreachable|no route to host|network (error|is down)|(host|server).{0,20}(down|not respond)|giv(e|ing) up",
    r"(could ?n.t|not|unable|fail).{0,30}(connect|contact|reach|establish)|queue too long|for a long time|too old",
    r"retry (time|limit)|expired|(cannot|could not|not) (send|be delivered).{0,20} for|refused to talk",
    r"(name server|name service|dns|mx).{0,30}(tempor|error|fail|try again)|超时|(连接|解析)失败|无法连接",
)
MOMENT = _any(r"(try|come back) (again|later)|tempora|deferred|\bbusy\b|overload|稍后|暂时|繁忙")
REFUSED = _any(r"denied|refused|rejected|not (allowed|permitted|accepted)|prohibited|restricted|forbidden")
DOUBTED = _any(r"check (if|that|whether) (the )?(e-?mail )?address is (correct|right|valid)")
BY_WEAK_WORDS = (
    (UNREACHABLE, About.FULL),
    (MOMENT, About.LATER),
    (REFUSED, About.OFFICE),
    (DOUBTED, About.MAILBOX),
)


def about(words: str, code: int = 0, status: str = "") -> About:
    """What `words`, a server's own, speak of. `code` is its reply code and `status` its enhanced status; both are
    looked for in the words when they are not given. Raises nothing."""
    code, status = _numbers(words, code, status)
    found = in_words(words, code, status) or in_status(status)
    if found:
        return found
    said = _plain(words)
    for pattern, speaks_of in BY_WEAK_WORDS:
        if pattern.search(said):
            return speaks_of
    return About.LATER if (status or str(code))[0] == "4" else About.OFFICE


def in_words(words: str, code: int = 0, status: str = "") -> About | None:
    """What the words alone make sure of."""
    code, status = _numbers(words, code, status)
    said = f"{status} {_plain(words)}"
    found = next(((pattern, speaks_of) for pattern, speaks_of in BY_WORDS if pattern.search(said)), None)
    if found is None:
        return None
    pattern, speaks_of = found
    if pattern is NO_PLACE and ((status or str(code))[0] == "4" or TRY_AGAIN.search(said)):
        return About.FULL
    if pattern is NO_PLACE and 500 <= code <= 504:  # of a command's grammar: HELO or MAIL FROM, which name us
        return About.OFFICE
    if pattern is NOBODY and FILTERED.search(said) and _by_the_filter(words, status):
        return About.OFFICE
    return speaks_of


def _by_the_filter(words: str, status: str) -> bool:
    late = AFTER_THE_LETTER.search(words[:MOST_WORDS]) or OF_NO_ADDRESS.search(words[:MOST_WORDS])
    return bool(late) and not status.endswith(".1.1")


def in_status(status: str) -> About | None:
    return next((speaks_of for pattern, speaks_of in BY_STATUS if pattern.match(status)), None)


def wants_slower(words: str) -> bool:
    """Whether an answer tells us to send less, or more slowly, to everybody there. A greylisting concerns one letter
    only and is no such answer, nor is "try again later" alone."""
    said = _plain(words)
    return bool(SLOWER.search(said)) and not GREYLISTED.search(said)


def _plain(words: str) -> str:
    return " ".join(ADDRESS.sub(" ", words[:MOST_WORDS]).split())


def _numbers(words: str, code: int, status: str) -> tuple[int, str]:
    found = CODE.search(words[:MOST_WORDS]), STATUS.search(words[:MOST_WORDS])
    return code or int(found[0].group(1) if found[0] else 0), status or (found[1].group(1) if found[1] else "")
