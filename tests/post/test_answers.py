"""What a mail server's answer speaks of: the words of providers and mail servers, as they are published."""

import pytest

from accounts.post.answers import About, about, wants_slower

SLOWER = """
550 Ip frequency limited [MTIz Blocked IP 198.51.100.7]. http://service.mail.qq.com/cgi-bin/help?subtype=1
550 Connection frequency limited
550 Domain frequency limited
550 Sender frequency limited
550 Mailbox unavailable or access denied
421 HL:ICC 163 mx1
421 HL:IFC 163 mx1
450 MI:DMC 163 mx1
451 MI:SFQ 163 mx1
550 MI:STC 163 mx1
450 RP:DRC 163 mx1
550 RP:TRC 163 mx1
452 4.5.3 Too many recipients
421 4.7.0 Too many concurrent SMTP connections
450 4.7.1 Error: too much mail from 198.51.100.7
450-4.2.1 The user you are trying to contact is receiving mail too quickly
550-5.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages
421-4.7.28 Our system has detected an unusual rate of unsolicited mail originating from your IP
421 4.7.0 [TSS04] Messages from 198.51.100.7 temporarily deferred due to unexpected volume
451 4.7.500 Server busy. Please try again later
451 4.7.650 The mail server [198.51.100.7] has been temporarily rate limited due to IP reputation
550 5.4.5 Daily sending quota exceeded
550 Connection denied
550 5.2.122 The recipient has exceeded their limit for the number of messages they can receive per hour
554 5.3.2 STOREDRV.Deliver; recipient thread limit exceeded
505 the total of RCPTs is achieved the maximum threshold
552 Not enough sending quota
该IP发信频率过高，请稍后再试
"""
LATER = """
450 4.2.0 <li.na@yuntu.example>: Recipient address rejected: Greylisted, see http://example.org/policy
451 4.7.1 Greylisting in action, please come back later
450 4.1.1 <li.na@yuntu.example>: Recipient address rejected: unverified address: Address verification in progress
451 4.3.0 Temporary failure
421 Service not available, closing transmission channel
451 Requested action aborted: local error in processing
"""
OFFICE = """
550 Mail content denied. http://service.mail.qq.com/cgi-bin/help?subtype=1
550 Suspected spam ip
550 Mail is rejected by recipients
550 SPF check failed
550 DMARC check failed
554 DT:SPM 163 smtp7,abc
554 DT:SUM 163 smtp7
421 HL:REP 163 mx1
550 MI:NHD 163 mx1
550 User in blacklist
550 5.7.26 This mail is unauthenticated, which poses a security risk to the sender
554 5.7.1 <li.na@yuntu.example>: Relay access denied
554 5.7.1 Service unavailable; Client host [198.51.100.7] blocked using zen.spamhaus.org
450 4.7.25 Client host rejected: cannot find your hostname
553 5.1.8 <reminder@stat.example.cn>... Domain of sender address reminder@stat.example.cn does not exist
550 5.1.7 No such domain stat.example.cn
501 5.0.0 Invalid domain name
550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup
552 5.3.4 Message size exceeds fixed limit
552 Requested mail action aborted: exceeded mailsize limit
554 5.4.14 Hop count exceeded - possible mail loop
550 too many invalid recipients
550 : User unknown
550 Unknown user li.na@yuntu.example (in reply to end of DATA command)
550 no-such-user@yuntu.example rejected
550
550 Domain may not exist or DNS check failed
554 mail address invalid. (发件人地址不匹配)
550 Recipient rejected due to backscatter protection: invalid or expired email address
550 发件人域名不存在
发信人地址无效
邮件内容违规，被拒绝
"""
FULL = """
552 5.2.2 Mailbox full
552 Quota exceeded or service disabled
552 sorry, mailbox li.na@yuntu.example is over quota temporarily (#5.1.1)
550 User suspended
550 5.2.1 The email account that you tried to reach is disabled
554 delivery error: This account has been disabled or discontinued [#102]
连接超时
552 Mailbox size limit exceeded
552 Mailbox limit exceeded for this email address
收件人邮箱空间不足
该用户邮箱已停用
4.4.1 connect to mx.yuntu.example[192.0.2.25]:25: Connection timed out
connect to mx.yuntu.example[192.0.2.25]:25: Connection refused
4.4.3 Host or domain name not found. Name service error for name=yuntu.example type=MX: Host not found, try again
all hosts have been failing for a long time and were last tried after this message arrived
5.4.7 Delivery time expired
"""
MAILBOX = """
550 Mailbox not found. http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022&&no=1000728
550 User not found: li.na@yuntu.example
550 Invalid User
550 5.1.1 <li.na@yuntu.example>: Recipient address rejected: User unknown in relay recipient table
450 4.1.1 <li.na@yuntu.example>: Recipient address rejected: User unknown in local recipient table
550 5.1.1 <li.na@yuntu.example>... User unknown (in reply to end of DATA command)
550 No such user here
550 "li.na@yuntu.example" is not a known user
551 not our customer
550 Requested action not taken: mailbox unavailable
550 5.4.1 Recipient address rejected: Access denied. AS(201806281)
550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup
550 5.1.6 recipient no longer on server
556 5.1.10 Recipient address has null MX
5.4.4 Host or domain name not found. Name service error for name=yuntu.example type=A: Host not found
554 delivery error: dd This user doesn't have a yahoo.example account
User li.na not listed in Domino Directory
Unrouteable address
收件人邮件地址（li.na@yuntu.example）不存在，邮件无法送达
该用户未开通QQ邮箱
503 Rcptto account isn't a local account
559 Invalid rcptto
550 There is no one at this address
551 User not local; please try another
550 #5.1.0 Address rejected
550 Account closed, please remove
550 Utilisateur inconnu
550 Destinatario sconosciuto
Unable to deliver message to <li.na@yuntu.example>. Please check if address is correct.
The account or domain may not exist, they may be blacklisted, or missing the proper dns entries.
发件人写错了地址，该用户不存在
宛先のメールアドレスが存在しません
"""
ALL = [
    (SLOWER, About.LATER),
    (LATER, About.LATER),
    (OFFICE, About.OFFICE),
    (FULL, About.FULL),
    (MAILBOX, About.MAILBOX),
]
ROWS = [(words, speaks_of) for text, speaks_of in ALL for words in text.strip().splitlines()]


@pytest.mark.parametrize(("words", "speaks_of"), ROWS, ids=[words[:60] for words, _ in ROWS])
def test_an_answer_speaks_of_what_its_words_say(words, speaks_of):
    assert about(words) is speaks_of


@pytest.mark.parametrize("text", [SLOWER, LATER, OFFICE, FULL, MAILBOX])
def test_only_who_is_told_to_slow_down_slows_down(text):
    for words in text.strip().splitlines():
        assert wants_slower(words) is (text is SLOWER), words


@pytest.mark.parametrize(
    ("code", "status", "speaks_of"),
    [
        (550, "5.1.1", About.MAILBOX),
        (550, "5.1.2", About.MAILBOX),
        (552, "5.2.2", About.FULL),
        (550, "5.2.1", About.FULL),
        (554, "5.7.1", About.OFFICE),
        (450, "4.1.1", About.LATER),
        (451, "4.7.1", About.LATER),
        (421, "", About.LATER),
        (550, "", About.OFFICE),
        (0, "", About.OFFICE),
    ],
)
def test_where_the_words_say_nothing_the_status_does_and_then_the_code(code, status, speaks_of):
    assert about("", code, status) is speaks_of
    assert about("Sorry", code, status) is speaks_of


def test_words_are_believed_rather_than_a_status():
    assert about("Over quota", 552, "5.1.1") is About.FULL
    assert about("No such user!", 550, "5.7.1") is About.MAILBOX
    assert about("550 5.1.1 Message rejected as spam") is About.OFFICE


def test_a_domain_not_found_for_now_may_be_found_tomorrow():
    assert about("Domain name not found", 0, "4.0.0") is About.FULL
    assert about("Domain name not found", 0, "5.0.0") is About.MAILBOX


def test_an_address_says_nothing_of_the_answer():
    assert about("550 5.1.1 <spam-policy@blocked.example>... User unknown") is About.MAILBOX
    assert about("550 5.7.1 <user.unknown@yuntu.example> rejected as spam") is About.OFFICE


@pytest.mark.parametrize("junk", ["user ", "not ", "a@", "5.1.", "550 ", "<", " ", "\n", "邮件", "\x00\ud800"])
def test_junk_of_any_length_is_an_answer(junk):
    assert about(junk * 200_000) in About
    assert wants_slower(junk * 200_000) is False
