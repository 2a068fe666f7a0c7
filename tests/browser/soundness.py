"""When a screen is sound: it answers, fits its width, and axe finds nothing serious or critical."""

from axe_playwright_python.sync_playwright import Axe

WIDTHS = [1440, 390]
AXE = {"resultTypes": ["violations"]}


def must_look_right(page, address: str, width: int, status: int = 200) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    assert page.goto(address).status == status, address
    assert width_needed(page) <= width, f"{address} scrolls sideways at {width}"
    issues = grave_issues(page, with_contrast=width == max(WIDTHS))
    assert not issues, f"{address}: {issues}"


def width_needed(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth")


def grave_issues(page, with_contrast: bool = True) -> list[str]:
    """Contrast costs three quarters of the time, and a phone has the same colours: the tests ask for it once."""
    options = AXE if with_contrast else AXE | {"rules": {"color-contrast": {"enabled": False}}}
    return [
        f"{issue['id']} ({issue['impact']}): {node['html'][:200]}"
        for issue in Axe().run(page, options=options).response["violations"]
        if issue["impact"] in {"serious", "critical"}
        for node in issue["nodes"]
    ]
