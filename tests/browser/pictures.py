"""Pictures of the walk, and in words what is wrong with a screen: scrolling sideways, a grave axe finding, an error."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from django.conf import settings

from tests.browser.desk_walk import of_the_rules
from tests.browser.draft_walk import of_the_draft
from tests.browser.history_walk import of_history
from tests.browser.import_walk import of_an_import
from tests.browser.soundness import grave_issues, width_needed
from tests.browser.walk import (
    Screen,
    add_what_the_city_lacks,
    after_the_deadline,
    every_screen,
    late_screens,
    session_of,
)

HEIGHTS = {1440: 900, 390: 844}


def take(browser, address: str, folder: Path, words: list[str], with_axe: bool) -> None:
    wanted = (screen for screen in whole_walk() if not words or any(word in screen.name for word in words))
    walk(browser, address, folder, wanted, with_axe)


def whole_walk() -> Iterator[Screen]:
    """One after the other: what a screen is about is made when its turn comes."""
    add_what_the_city_lacks()
    yield from every_screen()
    yield from of_the_rules()
    yield from of_the_draft()
    yield from of_an_import()
    yield from of_history()
    with after_the_deadline():
        yield from late_screens()


def walk(browser, address: str, folder: Path, screens: Iterable[Screen], with_axe: bool) -> None:
    for user, group in groupby(screens, key=lambda screen: screen.user):
        context = browser.new_context(base_url=address, locale="zh-CN", timezone_id="Asia/Shanghai")
        if user:
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session_of(user), "url": address}])
        for screen in group:
            for width, height in HEIGHTS.items():
                page = context.new_page()
                page.set_viewport_size({"width": width, "height": height})
                for sentence in what_is_wrong(page, screen, width, with_axe):
                    print(f"{width} {screen.name} {screen.path}: {sentence}", flush=True)
                # As tall as its content, so that bars at the bottom of the window stand at the bottom of the picture.
                tall = page.evaluate("document.documentElement.scrollHeight")
                page.set_viewport_size({"width": width, "height": min(max(tall, height), 6000)})
                (folder / str(width)).mkdir(parents=True, exist_ok=True)
                page.screenshot(path=folder / str(width) / f"{screen.name}.png")
                page.close()
        context.close()


def what_is_wrong(page, screen: Screen, width: int, with_axe: bool) -> list[str]:
    """Empty for a sound screen."""
    wrong = []
    page.on("pageerror", lambda error: wrong.append(f"script error: {error}"))
    page.on("console", lambda line: wrong.append(line.text) if complains(line, screen) else None)
    answer = page.goto(screen.path)
    if answer.status != screen.status:
        wrong.append(f"answers {answer.status}, not {screen.status}")
    needs = width_needed(page)
    if needs > width:
        wrong.append(f"scrolls sideways: {needs} px")
    return wrong + (grave_issues(page) if with_axe else [])


def complains(line, screen: Screen) -> bool:
    """The browser itself reports a 403 or 404 that the screen is about."""
    return line.type == "error" and not (screen.status >= 400 and "Failed to load resource" in line.text)
