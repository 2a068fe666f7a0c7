"""The whole chain in another city, through its pages, and then every address as every role: `python -m
tests.another_city.walk`, with DEFINITIONS_DIR and an empty database. Says nothing, or breaks."""

import io
import logging
import os
import re
from datetime import datetime
from itertools import product
from unittest import mock
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402  (after setup)
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from django.urls import get_resolver, reverse  # noqa: E402
from django.urls.resolvers import URLPattern  # noqa: E402
from openpyxl import load_workbook  # noqa: E402

from accounts import clock  # noqa: E402
from accounts.links import activation_link  # noqa: E402
from accounts.models import Application, District, Enterprise, Letter, User  # noqa: E402
from accounts.post.outbox import message_of  # noqa: E402
from forms_tables.edition.credit_code import check_character, organisation_check_character  # noqa: E402
from reporting.models import Filing, Period, Sheet, Submission  # noqa: E402
from reporting.register.facts import platform  # noqa: E402
from tests.another_city.folder import CODE  # noqa: E402
from tests.officials import press_through  # noqa: E402
from tests.reading import markup_of  # noqa: E402

SHANGHAI = ZoneInfo("Asia/Shanghai")
OURS = re.compile("重庆|渝")
PASSWORD = "临江楼上-秋水-2024"
MONTH, YEAR = "2024M05", "2023A"
TABLES = {"t1": "企调一", "t2": "企调二", "t3": "企调三"}
FILLED = {
    MONTH: {
        "t2": {"S1.n": "500", "S2.n": "300", "S3.n": "12"}
        | {"S1.q": "400", "S2.q": "200", "S3.q": "10", "S1.z": "350", "S2.z": "250", "S3.z": "12"},
    },
    YEAR: {
        "t1": {"12.a": "江风软件", "13.a": "甲", "14.a": "是"},
        "t3": {"N1.j": "1000", "N2.j": "600", "N3.j": "400", "N1.w": "900", "N2.w": "500", "N3.w": "400"},
    },
}


def credit_code(number: int) -> str:
    first = f"91339101{number:08d}"
    first += organisation_check_character(first[8:16])
    return first + check_character(first)


def official(username: str, role: str, **more) -> User:
    user = User(username=username, name=username, role=role, email=f"{username}@example.com", **more)
    user.set_password(PASSWORD)
    user.save()
    return user


def browser(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client


def sent(answer, *words: str) -> str:
    """What a page says: answered, nothing of ours on it, and these words."""
    page = markup_of(answer)
    assert not OURS.search(page), (answer.request["PATH_INFO"], OURS.search(page))
    for word in words:
        assert word in page, (word, answer.request["PATH_INFO"], page)
    return page


def breaks(answer) -> str:
    """What is wrong with an answer: it broke, or speaks of another city than this one."""
    if answer.status_code >= 500:
        return str(answer.status_code)
    is_page = "text/html" in answer.headers.get("Content-Type", "")
    found = OURS.search(markup_of(answer, answer.status_code)) if is_page else None
    return f"speaks of {found[0]}" if found else ""


class Walk:
    def __init__(self):
        self.city, self.system = official("city", "city"), official("system", "system")
        self.district = official("east", "district", district=District.objects.get(code="339101"))
        self.association = official("association", "association")
        self.code = credit_code(12345)

    def register(self) -> None:
        """A firm asks, its district lets it in, its clerk sets a password."""
        stranger = Client()
        sent(stranger.get(reverse("sign_in")), "临江市软件业统计直报")
        sent(stranger.get(reverse("credit_code_answer"), {"credit_code": self.code}), "东岸区")
        asked = {"credit_code": self.code, "name": "江风软件", "district": self.district.district_id}
        asked |= {"contact_name": "江风", "mobile": "13900000001", "email": "firm@example.com"}
        asked |= {"13": ["甲"], "14": "是"} if platform().questions else {}
        sent(stranger.post(reverse("apply"), asked, follow=True), "江风软件")
        application = Application.objects.get()
        desk = browser(self.district)
        sent(desk.get(reverse("application", args=[application.pk])), "江风软件")
        sent(desk.post(reverse("approve_application", args=[application.pk]), {"joined_on": "2023-01-01"}, follow=True))
        self.firm = Enterprise.objects.get()
        self.clerk = User.objects.get(role="enterprise")
        way = urlsplit(activation_link(self.clerk)).path
        chosen = {"new_password1": PASSWORD, "new_password2": PASSWORD, "name": "江风", "mobile": "13900000001"}
        stranger.post(stranger.get(way, follow=True).request["PATH_INFO"], chosen, follow=True)
        self.clerk.refresh_from_db()
        assert self.clerk.has_usable_password()
        if platform().city_writes:
            named = {"credit_code": self.code, "value": "是", "why": "临统〔2024〕2号"}
            sent(browser(self.city).post(reverse("key_firms"), named, follow=True), "江风软件")

    def open(self, period: str) -> None:
        """The letters name the city's telephone, so that comes first."""
        sent(browser(self.city).post(reverse("edit_city_phone"), {"phone": "0576-88880000"}, follow=True))
        sent(press_through(browser(self.city), reverse("city_open_period"), {"code": period}))
        assert Filing.objects.filter(period=period).count() == 1

    def fill(self, period: str, sheets: dict[str, dict[str, str]], wrong: dict[str, str]) -> Submission:
        """Typed wrongly first; then right, checked, explained, sent; the district passes it on."""
        firm = browser(self.clerk)
        for key, cells in sheets.items():
            way = reverse("sheet", args=[period, key])
            sent(firm.get(way))
            if bad := {cell: text for cell, text in wrong.items() if cell in cells}:
                sent(firm.post(way, {**cells, **bad, "version": 0, "then": "check"}, follow=True))
                assert not Submission.objects.filter(filing__period=period).exists()
            version = Sheet.objects.filter(filing__period=period, table=TABLES[key]).values_list("version", flat=True)
            sent(firm.post(way, {**cells, "version": next(iter(version), 0), "then": "save"}, follow=True))
        sent(firm.post(reverse("check", args=[period]), follow=True))
        page = markup_of(firm.get(reverse("filing", args=[period])))
        for rule, fingerprint in re.findall(r'"rule" value="(\w+)">\s*<input [^>]*"fingerprint" value="(\w+)"', page):
            said = {"rule": rule, "fingerprint": fingerprint, "text": "本月集中结算上一季度的项目款。"}
            sent(firm.post(reverse("explain", args=[period]), said, follow=True))
        sent(firm.get(reverse("submit", args=[period])))
        sent(firm.post(reverse("submit", args=[period]), {"signer": "江风", "committed": "yes"}, follow=True))
        submission = Submission.objects.get(filing__period=period)
        desk = browser(self.district)
        sent(desk.get(reverse("district_review", args=[submission.receipt])))
        sent(desk.post(reverse("district_approve", args=[submission.receipt]), follow=True))
        return submission

    def lock(self, period: str) -> None:
        city = browser(self.city)
        sent(city.post(reverse("city_lock", args=[period]), {"reason": "到期"}, follow=True))
        assert Period.objects.get(pk=period).is_locked
        totals = city.get(reverse("city_workbook", args=[period]))
        assert totals.status_code == 200
        book = load_workbook(io.BytesIO(b"".join(totals.streaming_content) if totals.streaming else totals.content))
        for sheet in book:
            for row in sheet.iter_rows(values_only=True):
                assert not OURS.search(" ".join(str(value) for value in row if value is not None)), (sheet.title, row)

    def every_address(self) -> None:
        """No page breaks, and none speaks of another city."""
        browser(self.city).post(reverse("city_desk_begin"))
        people = [self.clerk, self.district, self.association, self.city, self.system]
        addresses = [address for name, pattern in patterns().items() for address in self.ways(name, pattern)]
        assert len(addresses) > 120
        clients = [Client(raise_request_exception=False), *map(browser, people)]
        broken = [
            f"{address}: {what}"
            for client, address in product(clients, addresses)
            if address != reverse("sign_out") and (what := breaks(client.get(address)))
        ]
        assert not broken, "\n".join(dict.fromkeys(broken))

    def ways(self, name: str, pattern: URLPattern) -> list[str]:
        wanted = pattern.pattern.converters or pattern.pattern.regex.groupindex
        receipts = list(Submission.objects.values_list("receipt", flat=True))
        editions = "edition" in name or name in ("city_code_lists", "city_rules", "city_desk_revision")
        known = {
            "period": [MONTH, YEAR],
            "key": ["t1", "t2", "t3"],
            "number": [1],
            "receipt": receipts,
            "code": [CODE] if editions else ["S1", "13"] if "indicator" in name else [MONTH, YEAR],
            "edition": [CODE],
            "mark": ["0"],
            "code_list": ["L1"],
            "level": ["enterprise"],
            "credit_code": [self.code],
            "kind": ["csv"],
            "uidb64": ["MQ"],
            "token": ["abc"],
            "pk": [1],
            "year": [2024],
            "district": ["339101"],
            "measure": ["on_time_rate", "revenue_share"],
            "rule_id": ["D1", "D3", "new"],
            "rule": ["D1", "D2"],
            "which": ["blocked"],
            "sort": ["rule"],
            "name": ["EPS"],
            "frequency": ["month", "annual"],
            **dict.fromkeys(("one", "other", "kept", "merged"), [self.code]),
        }
        if name == "key_firms":
            known["code"] = ["15"]
        if "token" in wanted and name in ("urging_outcome", "preview_urging", "send_urging"):
            return []
        return [
            reverse(name, kwargs=dict(zip(wanted, values, strict=True)))
            for values in product(*(known[each] for each in wanted))
        ]

    def letters(self) -> None:
        """Written in the city's own name."""
        assert Letter.objects.exists()
        for letter in Letter.objects.all():
            message = message_of(letter)
            page = message.alternatives[0][0]
            assert not OURS.search(f"{message.from_email}{message.subject}{message.body}{page}"), message.body
            assert "临江软件直报" in page
            assert letter.stem != "activation" or "临江市软件业统计直报" in message.body


def patterns(of=None) -> dict[str, URLPattern]:
    found = {}
    for pattern in get_resolver().url_patterns if of is None else of:
        if isinstance(pattern, URLPattern):
            found[pattern.name] = pattern
        else:
            found |= patterns(pattern.url_patterns)
    return found


def the_clock_at(at: datetime):
    return mock.patch.object(clock, "real_now", lambda: at)


def main() -> None:
    setup_test_environment()
    logging.disable(logging.WARNING)  # most addresses are not for most roles
    with the_clock_at(datetime(2024, 3, 11, 9, tzinfo=SHANGHAI)):
        call_command("load_edition", verbosity=0, stdout=io.StringIO())
        walk = Walk()
        walk.register()
        walk.open(YEAR)
        FILLED[YEAR]["t1"]["11.a"] = walk.code
        walk.fill(YEAR, FILLED[YEAR], {"N1.j": "5"})
    with the_clock_at(datetime(2024, 6, 5, 9, tzinfo=SHANGHAI)):
        walk.open(MONTH)
        walk.fill(MONTH, FILLED[MONTH], {"S2.n": "900"})
        walk.every_address()
    with the_clock_at(datetime(2024, 7, 30, 9, tzinfo=SHANGHAI)):
        for period in (MONTH, YEAR):
            walk.lock(period)
        walk.every_address()
        walk.letters()


if __name__ == "__main__":
    main()
