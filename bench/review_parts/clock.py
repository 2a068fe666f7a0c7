"""A reviewer's clock: forty filings decided in a real browser, from the queue to the last of them."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Browser, Page

from bench.clerk import MAY, Hands, sign_in
from reporting.models import Filing, State

ASKED_FOR = {"document", "xhr", "fetch"}  # what the server answers; style, scripts and pictures are kept
RETURNED, ASKED = (5, 15, 25), (10, 30)  # at which places of the order one is not approved
CELL = "2020.c1"
A_LOOK = 400  # ms in which the page takes a second click for a slip of the hand
REASON = "疑似计量单位错误（应以万元填报），请核实。"
QUESTION = "请说明人数增加的原因。"


class Reviewer(Hands):
    """Hands that also count what the server is asked."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.requests = 0
        page.on("request", self._count_request)

    def _count_request(self, request) -> None:
        self.requests += request.resource_type in ASKED_FOR


@dataclass(frozen=True)
class Took:
    clicks: int
    keys: int
    requests: int
    pages: int
    processor: float
    wall: float

    def __str__(self) -> str:
        return (
            f"{self.clicks:>7}{self.keys:>7}{self.requests:>10}{self.pages:>7}{self.processor:>12.2f}{self.wall:>9.1f}"
        )


HEAD = f"{'':24}{'clicks':>7}{'keys':>7}{'requests':>10}{'pages':>7}{'processor s':>12}{'wall s':>9}"


def by_clicks(hands: Reviewer, number: int) -> None:
    """With the mouse: each is read, decided by a click, and the next one is there."""
    open_the_first(hands)
    decide_all(hands, number, hands_on_the_mouse)


def by_keys(hands: Reviewer, number: int) -> None:
    """Without it: a, r and q, the first cell in doubt by d, a ready reason by Tab and Enter."""
    open_the_first(hands)
    decide_all(hands, number, hands_on_the_keys)


def decide_all(hands: Reviewer, number: int, decide: Callable[[Reviewer, int], None]) -> None:
    heading = hands.page.locator("h1").first
    for place in range(1, number + 1):
        firm = heading.inner_text()
        decide(hands, place)
        hands.page.wait_for_function("firm => document.querySelector('h1').innerText !== firm", arg=firm)


def hands_on_the_mouse(hands: Reviewer, place: int) -> None:
    page = hands.page
    page.wait_for_timeout(A_LOOK)
    if place in RETURNED:
        hands.click(page.locator(f'td[data-cell="{CELL}"]').first)
        hands.press(REASON)
        hands.press("退回企业修改")
    elif place in ASKED:
        hands.click(page.get_by_role("link", name="查询"))
        hands.type(QUESTION)
        hands.press("发出查询")
    else:
        hands.click(page.locator('[data-key="a"]'))


def hands_on_the_keys(hands: Reviewer, place: int) -> None:
    page = hands.page
    if place in RETURNED:
        if page.locator('[data-key="d"]').is_visible():
            hands.key("d", "r")
        else:  # nothing is in doubt: the cell is pointed at
            hands.click(page.locator(f'td[data-cell="{CELL}"]').first)
        while page.evaluate("document.activeElement.textContent") != REASON:
            hands.key("Tab")
        hands.key("Enter", "Control+Enter")
    elif place in ASKED:
        hands.key("q")
        hands.type(QUESTION)
        hands.key("Control+Enter")
    else:
        hands.key("a")


def open_the_first(hands: Reviewer) -> None:
    """What waits, the first of the list opened."""
    page = hands.page
    page.goto(f"/district/queue/{MAY}/?state=waiting")
    hands.click(page.locator("table.listing tbody tr a").first)
    page.get_by_role("button", name="审核通过").first.wait_for()
    page.wait_for_load_state("networkidle")  # what takes the keys has come


WAYS: dict[str, Callable[[Reviewer, int], None]] = {"clicks": by_clicks, "keys": by_keys}


def measure(chromium: Browser, address: str, way: str, number: int, processes: Callable[[], float]) -> Took:
    """One walk through all that waits, and what was decided looked at afterwards."""
    context = chromium.new_context(base_url=address, locale="zh-CN", timezone_id="Asia/Shanghai")
    try:
        hands = Reviewer(context.new_page())
        sign_in(hands, "qx500103")
        hands.clicks = hands.keys = hands.requests = hands.loads = 0
        spent, begun = processes(), time.perf_counter()
        WAYS[way](hands, number)
        wall, processor = time.perf_counter() - begun, processes() - spent
    finally:
        context.close()
    be_decided(number)
    return Took(hands.clicks, hands.keys, hands.requests, hands.loads, processor, wall)


def be_decided(number: int) -> None:
    """As it was meant: a walk that decides otherwise has measured nothing."""
    returned = len([place for place in RETURNED if place <= number])
    asked = len([place for place in ASKED if place <= number])
    wanted = {State.RETURNED: returned, State.QUERIED: asked, State.APPROVED: number - returned - asked}
    for state, many in wanted.items():
        found = Filing.objects.filter(period=MAY, state=state).count()
        if found != many:
            raise SystemExit(f"{found} filings are {state.label}, not {many}.")
