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
    """Each is opened, read, decided by a click, and the next one asked for by another."""
    page = hands.page
    open_the_first(hands)
    for place in range(1, number + 1):
        if place in RETURNED:
            hands.click(page.locator(f'td[data-cell="{CELL}"]').first)
            hands.keys += 3  # down the list of reasons to the second, and Enter: no headless browser draws that list
            page.keyboard.insert_text(REASON)
            hands.press("退回企业修改")
            said = "已退回企业。"
        elif place in ASKED:
            hands.click(page.get_by_label("要问企业的问题"))
            hands.type(QUESTION)
            hands.press("发出查询")
            said = "查询已记下"
        else:
            hands.press("审核通过")
            said = "已审核通过。"
        page.get_by_text(said).first.wait_for()
        if place < number:
            hands.follow("下一份待审核")
            page.get_by_role("button", name="审核通过", exact=True).wait_for()


def open_the_first(hands: Reviewer) -> None:
    """What waits, the first of the list opened."""
    page = hands.page
    page.goto(f"/district/queue/{MAY}/?state=waiting")
    hands.click(page.locator("table.listing tbody tr a").first)
    page.get_by_role("button", name="审核通过", exact=True).wait_for()


WAYS: dict[str, Callable[[Reviewer, int], None]] = {"clicks": by_clicks}


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
