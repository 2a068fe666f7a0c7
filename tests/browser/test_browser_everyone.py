"""Everyone can use it: each screen of the walk, for whoever may see it, by axe at a desk and on a phone, by keys, at
200 % and 400 %, and on paper."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.urls import Resolver404, resolve
from playwright.sync_api import expect

from accounts.models import User
from accounts.standing_in import ADDRESS
from reporting.demo import city
from reporting.models import RegisterImport
from tests.browser import everyone
from tests.browser.everyone import DESK, DOUBLED, NARROWEST, PHONE
from tests.browser.import_walk import uploaded
from tests.browser.pictures import whole_walk
from tests.browser.soundness import grave_issues
from tests.browser.walk import Screen
from tests.cast import AT
from tests.officials import make_it_be

pytestmark = pytest.mark.browser
FIRMS = 45  # as few as have every state
FIRMS_AND_STRANGERS = {None, User.Role.ENTERPRISE}
OFFICES = set(User.Role.values) - FIRMS_AND_STRANGERS


@pytest.fixture
def small_city(live_server, settings, tmp_path):
    """The demonstration, as ./run makes it."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"  # the page of kept letters
    settings.EMAIL_FILE_PATH = tmp_path / "letters"
    city.be_the_demonstration()
    call_command("load_edition", verbosity=0)
    city.build(FIRMS, 1, lambda words: None)


@pytest.mark.parametrize("roles", [FIRMS_AND_STRANGERS, OFFICES], ids=["firms", "offices"])
def test_every_screen(office, small_city, roles):
    wrong, seen, number, sits = [], set(), 0, None
    page = office.empty_seat()  # one for all: a browser reads axe, and the site's own scripts, once
    for screen in whole_walk():
        if role_of(screen) not in roles:
            continue
        if screen.user != sits:
            sits = screen.user
            office.hand_over(page, sits)
        is_new = kind_of(screen) not in seen
        wrong += [f"{screen.name} {screen.path}: {said}" for said in what_is_wrong(page, screen, is_new)]
        seen.add(kind_of(screen))
        number += 1
    assert number > 100 and not wrong, "\n".join(wrong)


def role_of(screen: Screen) -> str | None:
    return screen.user.role if screen.user else None


def kind_of(screen: Screen) -> tuple:
    """Screens of one address differ in words and in the number of their lines. A table of the official form is a kind
    of its own, and so is what somebody sees of another firm."""
    path = screen.path.partition("?")[0]
    another = ADDRESS.fullmatch(path)
    try:
        match = resolve(another[2] if another else path)
    except Resolver404:
        return ("nowhere",)
    return (match.url_name, match.kwargs.get("key"), screen.status, bool(another))


def what_is_wrong(page, screen: Screen, is_new: bool) -> Iterator[str]:
    """One page load for all of it. Of a kind that was seen before: not its colours, nor once more every stop of Tab."""
    page.set_viewport_size(DESK)
    answer = page.goto(screen.path)
    if answer.status != screen.status:
        yield f"answers {answer.status}, not {screen.status}"
        return
    everyone.begin_to_look(page)
    yield from everyone.as_a_document(page)
    yield from grave_issues(page, with_contrast=is_new)
    if is_new:
        yield from everyone.go_through_by_tab(page)
        yield from everyone.on_paper(page)
        yield from everyone.sideways(page, NARROWEST)
        yield from everyone.sideways(page, DOUBLED)
        yield from everyone.look_at_each_stop(page, DOUBLED)
    yield from everyone.sideways(page, PHONE)
    if is_new:
        yield from grave_issues(page, with_contrast=False)
        yield from everyone.look_at_each_stop(page, PHONE)


# What the looks are there to find, each in a page of its own.
BOX = "display:inline-block;width:{0}px;height:{0}px;background:#1f4e8c"
TINY = f"<a href='#' aria-label='甲' style='{BOX.format(9)}'></a>"
SKIPPING = "<button onfocus='next.focus()'>甲</button><a href='#'>乙</a><a href='#' id='next'>丙</a>"
CAUGHT = "<input aria-label='甲' onkeydown='event.key === `Tab` && event.preventDefault()'>"
FAULTS = {
    "in focus it looks as it does without": "<style>:focus-visible{outline:0}</style><button>甲</button>",
    "does not stand out": "<style>:focus-visible{outline:3px solid #ddd}</style><button>甲</button>",
    "in focus it cannot be seen": "<button>甲</button><p style='position:fixed;inset:0;background:#fff'>乙</p>",
    "it has no name": f"<button style='{BOX.format(40)}'></button>",
    "tabindex": "<button tabindex='2'>甲</button><button tabindex='1'>乙</button>",
    "Tab does not come out": CAUGHT,
    "Tab never comes to it": SKIPPING,
    "it has 2 main headings": "<h1>又一个</h1>",
    "target-size": TINY + TINY,
    "color-contrast": "<p style='color:#aaa'>甲乙丙丁</p>",
    "heading-order": "<h4>甲</h4>",
    "1440 px: scrolls sideways": "<p style='width:3000px'>甲</p>",
    "printed: button “甲”": "<button>甲</button>",
}
PAGE = "<!doctype html><html lang='zh-CN'><title>一页</title><main><h1>一页</h1>{}</main></html>"


@pytest.mark.parametrize("said", FAULTS)
def test_the_looks_find(office, said):
    page = office.empty_seat()
    page.set_viewport_size(DESK)
    page.set_content(PAGE.format(FAULTS[said]))
    everyone.begin_to_look(page)
    found = [*everyone.as_a_document(page), *grave_issues(page), *everyone.go_through_by_tab(page)]
    found += [*everyone.on_paper(page), *everyone.sideways(page, DESK)]
    assert any(said in each for each in found), found


def test_the_end_of_long_work_is_said_and_its_progress_is_not(office, cast):
    make_it_be(AT.date())
    stored = uploaded("名录.xlsx", [{"统一社会信用代码": cast.yuntu.credit_code}], cast.zhou_tao)
    imports = RegisterImport.objects.filter(pk=stored.pk)
    running = {"state": RegisterImport.TRYING, "done": 1, "total": 2, "effect": stored.effect | {"hand": "a worker"}}
    imports.update(**running)
    page = office.seat_without_the_form(cast.zhou_tao)
    page.goto(f"/firms/import/{stored.pk}/")
    refresh = page.get_by_role("link", name="手动刷新")
    refresh.focus()
    with page.expect_response(f"**/firms/import/{stored.pk}/"):
        pass  # once more the same
    expect(refresh).to_be_focused()
    expect(page.locator("#said")).to_have_text("")
    imports.update(state=RegisterImport.FAILED)
    expect(page.locator("#said")).to_contain_text("名录.xlsx")
