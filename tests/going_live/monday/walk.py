"""The script: what everybody does from the empty machine to the second month, and how long each step took."""

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from tests.going_live.monday import paper
from tests.going_live.monday.browser import Browser, Page, forms_to
from tests.going_live.monday.machine import Machine, link_in, wait_until
from tests.going_live.monday.paper import NEXT, THIS, OnPaper

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 6, 1, 8, 30, tzinfo=SHANGHAI)
FIRMS_FILE = datetime(2026, 6, 4, 9, tzinfo=SHANGHAI)
DISTRICTS_DECIDE = datetime(2026, 6, 9, 9, tzinfo=SHANGHAI)
CITY_LOCKS = datetime(2026, 6, 26, 9, tzinfo=SHANGHAI)
NEXT_MONTH = datetime(2026, 7, 1, 9, tzinfo=SHANGHAI)
PASSWORD = "嘉陵江边-晨雾-2026"
CITY_MAIL = "zhoutao@city.example.com"
ONE_PERSON_LOCKS = """
from django.utils import timezone
from accounts.models import User
from reporting.models import LockLimit
by = User.objects.create(username="limits", role="city")
chosen = {"percent": 100, "reason": "会议纪要", "by": by, "at": timezone.now()}
LockLimit.objects.create(**chosen)
"""
AT_ONCE = 4  # people at their browsers at the same moment
PATIENCE = 1800
RECEIPT = re.compile(r'/district/submissions/([^/"]+)/"')
CLEAN = re.compile(r'name="receipt" value="([^"]+)"')
CITY_PHONE = re.compile(r'href="([^"]+)"[^>]*>填写市级电话')
PARAMETERS = {
    "FX": "7.1",
    "k_E41": "0.3",
    "k_E42": "0.3",
    "k_E43": "0.3",
    "k_E44": "0.3",
    "k_E45": "0.3",
    "k_E49": "0.3",
}


@dataclass
class Step:
    """What was done and how long it took; what was in it is what its floor is made of."""

    name: str
    seconds: float = 0
    requests: int = 0
    letters: int = 0
    rows: int = 0
    commands: int = 0


@dataclass
class Monday:
    machine: Machine
    size: int
    tell: Callable[[Step], None] = lambda step: None
    steps: list[Step] = field(default_factory=list)
    browsers: list[Browser] = field(default_factory=list)
    at_desk: dict[str, Browser] = field(default_factory=dict)  # by mail address
    active: list[OnPaper] = field(default_factory=list)
    found: dict = field(default_factory=dict)  # what the commands said

    def __post_init__(self) -> None:
        self.firms = paper.city_of(self.size)

    # The day

    def walk(self) -> None:
        self.install()
        self.first_administrator()
        self.officials_from_a_file()
        self.officials_begin()
        self.register()
        self.history()
        self.accounts_of_firms()
        self.half_of_them_activate()
        self.open_period(THIS.code)
        self.machine.set_clock(FIRMS_FILE)
        self.firms_file()
        self.machine.set_clock(DISTRICTS_DECIDE)
        self.districts_approve()
        self.machine.set_clock(CITY_LOCKS)
        self.lock()
        self.machine.set_clock(NEXT_MONTH)
        self.open_period(NEXT.code)

    def install(self) -> None:
        with self.step("install: an empty database, static files, the site"):
            self.machine.manage("prepare_real")
            self.machine.manage("collectstatic", "--noinput", "--verbosity", "0")
            self.machine.start_site()
            page = self.browser().get("/login/")
            for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', page.markup):
                assert self.browser().get(address).content  # under a name that is no local one

    def first_administrator(self) -> None:
        with self.step("the first administrator"):
            said = self.machine.manage("first_administrator", "admin@city.example.com", "--name", "吴刚")
            start = self.activate("admin@city.example.com", link_in(said))
            assert "上线准备" in start.words

    def officials_from_a_file(self) -> None:
        """Tried, then one act; every link lies in a letter."""
        desk, content = self.at_desk["admin@city.example.com"], paper.officials()
        number = len(paper.districts()) + 2
        with self.step("officials from a file", letters=number):
            tried = desk.upload(desk.get("/users/import/"), "/users/import/", "名单.xlsx", content)
            desk.press(tried, "/users/import/confirm/")
            self.wait_for_letters(number)

    def officials_begin(self) -> None:
        """They choose passwords; each district says whom to call, the city enters what nobody publishes."""
        with self.step("officials begin"):
            letters = self.machine.received()
            self.at_once(lambda letter: self.activate(letter.to, letter.link), letters)
            self.at_once(self.say_whom_to_call, [paper.official_mail(each.code) for each in paper.districts()])
            place = CITY_PHONE.search(self.city.get("/contacts/").markup)[1]
            self.city.press(self.city.get(place), place, phone="023-63890001")
            for name, value in PARAMETERS.items():
                page = self.city.get("/city/parameters/")
                self.city.press(
                    page, "/city/parameters/set/", name=name, value=value, source="人民银行公布；经信部门文件"
                )

    def say_whom_to_call(self, mail: str) -> None:
        desk = self.at_desk[mail]
        page = desk.get("/contacts/edit/")
        desk.press(
            page, "/contacts/edit/", leader="刘主任", clerk="陈统计", post="科员", phone="023-63890000", email=mail
        )

    def register(self) -> None:
        content = paper.register(self.firms)
        with self.step(f"register of {self.size}", rows=2 * self.size):
            page = self.city.upload(self.city.get("/firms/import/"), "/firms/import/", "名录.xlsx", content)
            where = page.path
            tried = self.wait_for_page(where, f"{where}confirm/")
            self.city.press(tried, f"{where}confirm/")
            wait_until(
                lambda: "已导入" in self.city.get(where).words, PATIENCE, lambda: self.city.get(where).words[:800]
            )

    def history(self) -> None:
        file = self.machine.folder / "历史.xlsx"
        file.write_bytes(paper.history(self.firms))
        rows = self.size * len(paper.months())
        with self.step(f"history, tried: {rows} rows", rows=rows):
            self.found["tried"] = json.loads(self.machine.manage("import_history", str(file), "--check", "--json"))
        with self.step(f"history, taken: {rows} rows", rows=rows):
            self.found["history"] = json.loads(self.machine.manage("import_history", str(file), "--json"))

    def accounts_of_firms(self) -> None:
        """One district by the command, all others by one press of the city; once more finds nobody to write to."""
        invite = ("invite", "--firms", "--filter", "no-account", "--json")
        before, here = len(self.machine.mailbox.letters), paper.DISTRICT
        self.found["would"] = json.loads(self.machine.manage(*invite, "--check"))
        with self.step("accounts of one district, by the command"):
            self.found["invited"] = json.loads(self.machine.manage(*invite, "--district", here))
        with self.step(f"accounts of {self.size}: the preview"):
            page = self.city.get("/firm-accounts/?state=no-account")
            preview = self.city.press(page, "/firm-accounts/preview/", which="all")
        with self.step(f"accounts of {self.size}: the press"):
            self.city.press(preview, "/firm-accounts/send/")
        with self.step(f"accounts of {self.size}: the letters", letters=self.size):
            self.wait_for_letters(before + self.size)
        self.found["links"] = Counter(letter.to for letter in self.machine.received() if "/activate/" in letter.body)
        self.found["again"] = json.loads(self.machine.manage(*invite))

    def half_of_them_activate(self) -> None:
        """Whoever works by hand, and every second of the others, by the link of the letter."""
        letters = {letter.to: letter for letter in self.machine.received() if "/activate/" in letter.body}
        self.active = [firm for n, firm in enumerate(self.firms) if firm.by_hand or n % 2 == 0]
        with self.step(f"{len(self.active)} firms activate"):
            self.at_once(lambda firm: self.activate(firm.email, letters[firm.email].link), self.active)

    def open_period(self, code: str) -> None:
        with self.step(f"{code} is opened"):
            page = self.city.get("/city/periods/")
            self.city.press_through(page, "/city/periods/open/", {"code": code})

    def firms_file(self) -> None:
        with self.step(f"{len(self.active)} firms file"):
            self.found["asked"] = dict(self.at_once(self.file, self.active))

    def file(self, firm: OnPaper) -> tuple[str, list[str]]:
        """Every table that applies, what is asked of past periods, 数据审核, explanations, 确定上报."""
        desk, base = self.at_desk[firm.email], f"/filings/{THIS.code}/"
        cells, asked = firm.typed(THIS), []
        whole = desk.get(base)
        for key in sorted(set(re.findall(rf'href="{base}(t\d)/"', whole.markup))):
            form = desk.get(f"{base}{key}/").form(f"{base}{key}/")
            asked += [name for name in form.fields if of_the_past(name, cells)]
            typed = {name: cells[name] for name in form.fields if name in cells}
            desk.send(f"{base}{key}/", form.sent(**typed))
        for form in forms_to(desk.press(whole, f"{base}check/"), f"{base}explain/"):
            desk.send(f"{base}explain/", form.sent(reason_code="02"))
        signed = desk.press(desk.get(f"{base}submit/"), f"{base}submit/", signer="王经理", committed="yes")
        assert "已上报" in signed.words or "收件" in signed.words, f"{firm.name}: {signed.words[:900]}"
        return firm.code, asked

    def districts_approve(self) -> None:
        """The clean ones together, the others one by one."""
        with self.step("districts approve"):
            mails = [paper.official_mail(each.code) for each in paper.districts()]
            self.found["approved"] = sum(self.at_once(self.approve, mails))

    def approve(self, mail: str) -> int:
        desk, queue = self.at_desk[mail], f"/district/queue/{THIS.code}/"
        waiting, clean = self.listed(desk, queue)
        if clean:
            page = desk.get(f"{queue}?state=submitted")
            desk.press_through(page, f"{queue}approve/", receipt=sorted(clean))
        for receipt in sorted(waiting - clean):
            path = f"/district/submissions/{receipt}/"
            desk.press(desk.get(path), f"{path}approve/", note="")
        return len(waiting)

    def listed(self, desk: Browser, queue: str) -> tuple[set[str], set[str]]:
        """All that wait for the district, and those it may pass together."""
        waiting, clean = set(), set()
        for number in range(1, 100):
            text = desk.get(f"{queue}?state=submitted&page={number}").markup
            before = len(waiting)
            waiting |= set(RECEIPT.findall(text))
            clean |= set(CLEAN.findall(text))
            if len(waiting) == before:
                return waiting, clean
        raise AssertionError(f"{queue} has no end.")

    def lock(self) -> None:
        with self.step("the city locks, the month is summed and packed"):
            self.machine.manage("shell", "-c", ONE_PERSON_LOCKS)
            path = f"/city/periods/{THIS.code}/"
            self.city.press(self.city.get(path), f"{path}lock/", reason="已到期，未报企业按缺报处理")
            self.found["summary"] = json.loads(self.machine.manage("summary", THIS.code, "--json"))
            self.found["package"] = self.machine.folder / f"{THIS.code}.zip"
            self.machine.manage("archive", THIS.code, "--out", str(self.found["package"]))

    # People

    @property
    def city(self) -> Browser:
        return self.at_desk[CITY_MAIL]

    def browser(self) -> Browser:
        self.browsers.append(self.machine.browser())
        return self.browsers[-1]

    def activate(self, mail: str, link: str) -> Page:
        """Follow the link and choose a password; they are signed in from then on."""
        browser = self.browser()
        page = browser.get(link)
        self.at_desk[mail] = browser
        return browser.press(page, page.path, new_password1=PASSWORD, new_password2=PASSWORD)

    def at_once(self, act: Callable, each: Iterable) -> list:
        with ThreadPoolExecutor(AT_ONCE) as people:
            return list(people.map(act, each))

    def wait_for_page(self, path: str, action: str) -> Page:
        """Till it offers that form."""
        wait_until(
            lambda: bool(forms_to(self.city.get(path), action)), PATIENCE, lambda: self.city.get(path).words[:800]
        )
        return self.city.get(path)

    def wait_for_letters(self, number: int) -> None:
        self.machine.wait_for_letters(lambda there: there >= number, PATIENCE)

    @contextmanager
    def step(self, name: str, letters: int = 0, rows: int = 0) -> Iterator[None]:
        step, began = Step(name, letters=letters, rows=rows), time.monotonic()
        requests, commands = self.asked, self.machine.commands
        yield
        step.seconds = time.monotonic() - began
        step.requests, step.commands = self.asked - requests, self.machine.commands - commands
        self.steps.append(step)
        self.tell(step)

    @property
    def asked(self) -> int:
        return sum(browser.requests for browser in self.browsers)


def of_the_past(name: str, cells: dict[str, str]) -> bool:
    """A cell of a row this firm reports, and of a period that is over."""
    row, _, column = name.partition(".")
    return column in ("c2", "c3") and f"{row}.c1" in cells
