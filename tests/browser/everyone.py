"""Whether somebody who goes by keys sees where they are on a page, and whether it keeps its shape when it is printed or
made large (everyone.js does the looking, inside the page)."""

from pathlib import Path

from playwright.sync_api import Page

from tests.browser.soundness import AXE, width_needed

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
DOUBLED = {"width": 720, "height": 450}  # 1440 × 900 at 200 %
NARROWEST = {"width": 320, "height": 640}  # 1280 × 2560 at 400 % (WCAG 1.4.10)
LOOKS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
AT_ONCE = 20  # Tabs between two questions whether the page has ended


def begin_to_look(page: Page) -> None:
    """Once a page, before the rest."""
    page.evaluate(AXE)
    page.evaluate(LOOKS)


def go_through_by_tab(page: Page) -> list[str]:
    """From the top of the page to its end."""
    page.evaluate("everyone.begin()")
    for _ in range(page.evaluate("everyone.count()") // AT_ONCE + 2):
        for _ in range(AT_ONCE):
            page.keyboard.press("Tab")
        if page.evaluate("everyone.hasLeft()"):
            break
    return page.evaluate("everyone.end()")


def look_at_each_stop(page: Page, size: dict) -> list[str]:
    """The same stops at another size of the window, without pressing Tab for each."""
    page.set_viewport_size(size)
    page.keyboard.press("Tab")  # from then on what has the focus is drawn as for somebody who goes by keys
    return [f"{size['width']} px: {said}" for said in page.evaluate("everyone.lookAtEach()")]


def sideways(page: Page, size: dict) -> list[str]:
    """Only a table in a box of its own may be wider than the window."""
    page.set_viewport_size(size)
    needs = width_needed(page)
    return [f"{size['width']} px: scrolls sideways, {needs} px"] if needs > size["width"] else []


def on_paper(page: Page) -> list[str]:
    """What a print does not need: navigation, bars, buttons."""
    page.emulate_media(media="print")
    shown = page.evaluate("everyone.onPaper()")
    page.emulate_media(media="screen")
    return [f"printed: {said}" for said in shown]


def as_a_document(page: Page) -> list[str]:
    """What a screen reader says first: the title, and the one heading of the page."""
    return page.evaluate("everyone.asADocument()")
