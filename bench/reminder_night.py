"""A reminder night through a mail server that answers as QQ and 163 do: what is sent, waits, fails, and who is dead.

    python bench/reminder_night.py --size 2900

The reminders are the product's own; the server is real SMTP on loopback and answers for the receiving domains by the
limits below; the clock is the bench's, a minute for each beat, so that days pass in minutes. Nobody may be declared
dead who is not, and no letter may be lost or arrive twice.
"""

import argparse
import logging
import os
import sys
import tempfile
from collections import Counter, defaultdict, deque
from datetime import datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from launch.servers import free_port  # noqa: E402

BEGIN = datetime(2024, 6, 7, 20, tzinfo=ZoneInfo("Asia/Shanghai"))
MENDED = datetime(2024, 6, 8, 10, tzinfo=ZoneInfo("Asia/Shanghai"))  # the office has put its SPF record right
END = BEGIN + timedelta(days=7)
MINUTE = timedelta(minutes=1)
MIX = [("qq.com", 45), ("163.com", 20), ("126.com", 6), ("foxmail.com", 4), ("139.com", 3)]  # per cent; then companies
FIRMS_A_COMPANY_DOMAIN = 3
ARE_DEAD, ARE_FULL, GREYLIST, WANT_SPF = 0.02, 0.01, 0.2, 0.03  # of the addresses; of the company domains
# Letters a minute and a day from one sender, letters over one connection, and every how many-th attempt is called spam.
LIMITS = {
    "qq.com": (20, 900, 15, 53),
    "foxmail.com": (20, 900, 15, 53),
    "163.com": (25, 2000, 40, 41),
    "126.com": (25, 2000, 40, 41),
}
OFTEN = {
    "qq.com": "550 Ip frequency limited. http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022&&no=1000725",
    "163.com": "550 RP:TRC smtp3,C9KowADnSdz 1717,http://mail.163.com/help/help_spam_16.htm",
}
TOO_OFTEN = {"qq.com": "550 Connection frequency limited", "163.com": "421 HL:ICC 163 smtp9"}
DAY_IS_FULL = {"qq.com": "550 Daily sending quota exceeded", "163.com": "550 MI:STC 163 smtp1"}
ONE_LINE = {"qq.com": "550 Too many messages in this connection", "163.com": "451 MI:DMC 163 smtp4"}
SPAM = {"qq.com": "550 Mail content denied. http://service.mail.qq.com", "163.com": "554 DT:SPM 163 smtp2,HdxpCgD3"}
NOBODY = {"qq.com": "550 Mailbox not found. http://service.mail.qq.com", "163.com": "550 User not found: {}"}
FULL = {"qq.com": "550 Mailbox space not enough", "163.com": "552 5.2.2 Mailbox is full"}
HOUSE = {"foxmail.com": "qq.com", "126.com": "163.com"}


class Clock:
    def __init__(self) -> None:
        self.at = BEGIN

    def __call__(self) -> datetime:
        self.at += timedelta(milliseconds=20)  # what a letter takes
        return self.at


class Providers:
    """What the mail server answers, each receiving domain by its own limits."""

    def __init__(self, clock: Clock, dead: set[str], full: set[str], greylist: set[str], want_spf: set[str]) -> None:
        self.clock, self.dead, self.full, self.greylist, self.want_spf = clock, dead, full, greylist, want_spf
        self.arrived: Counter[str] = Counter()
        self.answers: Counter[str] = Counter()
        self.taken = defaultdict(deque)
        self.angry_until, self.seen, self.data = {}, {}, Counter()

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802  (aiosmtpd's names)
        session.host_name, session.here = hostname, Counter()
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        answer = self.of_recipient(session, address) or "250 OK"
        if answer == "250 OK":
            envelope.rcpt_tos.append(address)
        return self.count(answer)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        domain = envelope.rcpt_tos[0].rpartition("@")[2]
        house = HOUSE.get(domain, domain)
        self.data[house] += 1
        if domain in LIMITS and self.data[house] % LIMITS[domain][3] == 0:
            return self.count(SPAM[house])
        self.taken[house].append(self.clock.at)
        session.here[house] += 1
        self.arrived[str(message_from_bytes(envelope.content)["Message-ID"])] += 1
        return self.count("250 OK")

    def count(self, answer: str) -> str:
        self.answers[answer.partition(". ")[0].partition(" smtp")[0].partition(":")[0]] += 1
        return answer

    def of_recipient(self, session, address: str) -> str:
        at, domain = self.clock.at, address.rpartition("@")[2]
        house = HOUSE.get(domain, domain)
        if domain in LIMITS and (answer := self.by_limits(session, house, at, *LIMITS[domain][:3])):
            return answer
        if domain in self.want_spf and at < MENDED:
            return "550 5.7.1 SPF check failed, message rejected by policy"
        if address in self.dead:
            return NOBODY.get(house, "550 5.1.1 <{}>: Recipient address rejected: User unknown").format(address)
        if address in self.full:
            return FULL.get(house, "452 4.2.2 Mailbox full")
        if domain in self.greylist and at - self.seen.setdefault(address, at) < 5 * MINUTE:
            return "450 4.7.1 Greylisted, please try again in 300 seconds"
        return ""

    def by_limits(self, session, house: str, at: datetime, a_minute: int, a_day: int, a_line: int) -> str:
        """Who goes on although the minute is full is shut out for ten."""
        if at < self.angry_until.get(house, at):
            return TOO_OFTEN[house]
        lately = self.taken[house]
        today = sum(taken.date() == at.date() for taken in lately)
        if today >= a_day:
            return DAY_IS_FULL[house]
        if sum(taken > at - MINUTE for taken in lately) >= a_minute:
            self.data[f"{house} full"] += 1
            if self.data[f"{house} full"] % 4 == 0:
                self.angry_until[house] = at + 10 * MINUTE
            return OFTEN[house]
        return ONE_LINE[house] if session.here[house] >= a_line else ""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--size", type=int, default=2_900, help="firms that owe (default 2900)")
    size, port = arguments.parse_args().size, free_port()
    with tempfile.TemporaryDirectory(prefix="bench-night-") as folder:
        os.environ |= {
            "VAR_DIR": folder,
            "DATABASE_URL": "",
            "REDIS_URL": "",
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        }
        import django

        django.setup()
        from django.core.management import call_command

        logging.getLogger("mail.log").setLevel(logging.WARNING)
        call_command("migrate", verbosity=0)
        spend_the_night(size, port)


def spend_the_night(size: int, port: int) -> None:
    from aiosmtpd.controller import Controller

    from bench.reminders import hold_back
    from reporting.reminders import planner

    clock = Clock()
    hold_back(lambda: fill_and_plan(size, planner))
    providers = Providers(clock, *characters())
    controller = Controller(providers, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        pass_the_days(clock)
    finally:
        controller.stop()
    report(size, providers)


def fill_and_plan(size: int, planner) -> None:
    """Firms with the addresses Chinese firms have, and the product's letters five days before the date."""
    from accounts.models import Installation, Letter, User
    from bench.reminders import fill

    fill(size)
    Installation.objects.all().delete()
    random = Random(7)
    domains = [domain for domain, share in MIX for _ in range(share)]
    people = list(User.objects.filter(role=User.Role.ENTERPRISE).order_by("pk"))
    for n, person in enumerate(people):
        drawn = random.randrange(100)
        domain = domains[drawn] if drawn < len(domains) else f"company{n // FIRMS_A_COMPANY_DOMAIN}.example"
        person.email = f"firm{n}@{domain}"
    User.objects.bulk_update(people, ["email"], batch_size=500)
    User.objects.create(username="admin", role=User.Role.SYSTEM, name="系统管理员", email="admin@qq.com")
    planner.plan(BEGIN)
    print(f"{Letter.objects.count()} reminders of {size} firms, written at {BEGIN:%d %B %H:%M}")


def characters() -> tuple[set[str], set[str], set[str], set[str]]:
    from accounts.models import Letter

    random = Random(11)
    addresses = sorted(Letter.objects.values_list("to", flat=True))
    dead = {address for address in addresses if random.random() < ARE_DEAD} | {addresses[0]}
    full = {address for address in addresses if random.random() < ARE_FULL and address not in dead}
    companies = sorted({address.rpartition("@")[2] for address in addresses if address.endswith(".example")})
    greylist = {domain for domain in companies if random.random() < GREYLIST}
    want_spf = {domain for domain in companies if random.random() < WANT_SPF} | set(companies[-1:])
    return dead, full, greylist - want_spf, want_spf


def pass_the_days(clock: Clock) -> None:
    """A beat each minute, the planners' beat every ten, till everything has left or the week is over."""
    from accounts import emails
    from accounts.models import Letter
    from accounts.post import outbox
    from bench.reminders import hold_back

    told = {BEGIN + timedelta(hours=hours) for hours in (1, 4, 12, 14, 16, 24, 48, 96)}
    for minute in range(int((END - BEGIN) / MINUTE)):
        clock.at = max(clock.at, BEGIN + minute * MINUTE)
        while letters := outbox.claim(outbox.BATCH, clock()):
            outbox.send(letters, clock)
        if minute % 10 == 0:
            hold_back(lambda: emails.plan_mail_refused(clock.at))
            if not Letter.objects.filter(state__in=Letter.UNSENT).exists():
                return
        told = tell(told, BEGIN + minute * MINUTE)


def tell(told: set[datetime], at: datetime) -> set[datetime]:
    from accounts.models import Letter, ReceivingDomain

    if at in told:
        states = Counter(Letter.objects.values_list("state", flat=True))
        slow = ReceivingDomain.objects.filter(slowness__gt=0).count()
        counts = "   ".join(f"{state} {states[state]:5}" for state in ("sent", "waiting", "failed"))
        print(f"  {at:%d %B %H:%M}   {counts}   domains slowed {slow:3}")
    return told - {at}


def report(size: int, providers: Providers) -> None:
    from accounts.models import DeadAddress, Letter, MailTrouble

    letters = Letter.objects.filter(stem__startswith="reminder/")
    states = Counter(letters.values_list("state", flat=True))
    dead = set(DeadAddress.objects.filter(settled_at=None).values_list("address", flat=True))
    wrongly = dead - providers.dead - providers.full
    living = letters.exclude(to__in=providers.dead | providers.full)
    last = living.filter(state="sent").order_by("-sent_at").first()
    notices = Letter.objects.filter(stem="mail_refused")
    print(f"of {letters.count()} reminders: {dict(states)}")
    print(f"  the last to a good address left {last.sent_at.astimezone(BEGIN.tzinfo):%d %B %H:%M}")
    print(f"  mailboxes that are not there    {len(providers.dead):6}  found: {len(providers.dead & dead)}")
    print(f"  mailboxes full for days         {len(providers.full):6}  found: {len(providers.full & dead)}")
    print(f"  good addresses declared dead    {len(wrongly):6}")
    troubles = MailTrouble.objects.count()
    print(f"  troubles noted                  {troubles:6}  letters about them: {notices.count()}")
    print(f"  answers of the providers        {dict(providers.answers.most_common())}")
    unsent = living.exclude(state="sent").count()
    repeated = [message_id for message_id, times in providers.arrived.items() if times > 1]
    lost = [letter.to for letter in living.filter(state="sent") if not providers.arrived[letter.message_id]]
    if wrongly or unsent or repeated or lost or not providers.dead <= dead:
        raise SystemExit(f"wrongly dead {wrongly}, unsent {unsent}, repeated {len(repeated)}, lost {lost}")


if __name__ == "__main__":
    main()
