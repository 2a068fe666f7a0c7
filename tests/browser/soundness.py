"""When a screen is sound: it answers, fits its width, and axe finds nothing by WCAG 2.2 AA and its best practice."""

from axe_playwright_python.sync_playwright import Axe

WIDTHS = [1440, 390]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES = {"target-size": {"enabled": True}}  # wcag22aa, and off by itself in axe
# Contrast costs three quarters of the time, and a phone has the same colours: the tests ask for it once.
NO_CONTRAST = {"color-contrast": {"enabled": False}}
AXE = Axe().axe_script
RUN = "options => axe.run(document, options).then(answer => answer.violations)"


def must_look_right(page, address: str, width: int, status: int = 200) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    assert page.goto(address).status == status, address
    assert width_needed(page) <= width, f"{address} scrolls sideways at {width}"
    issues = grave_issues(page, with_contrast=width == max(WIDTHS))
    assert not issues, f"{address}: {issues}"


def width_needed(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth")


def grave_issues(page, with_contrast: bool = True) -> list[str]:
    """Every violation, of whatever impact. axe comes into the page by the debugger's own way, which no CSP holds up."""
    if not page.evaluate("Boolean(globalThis.axe)"):
        page.evaluate(AXE)
    rules = RULES if with_contrast else RULES | NO_CONTRAST
    options = {"runOnly": {"type": "tag", "values": TAGS}, "rules": rules, "resultTypes": ["violations"]}
    return [
        f"{issue['id']} ({issue['impact']}): {node['html'][:200]}"
        for issue in page.evaluate(RUN, options | {"preload": False})
        for node in issue["nodes"]
    ]
