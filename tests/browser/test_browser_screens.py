"""The firm's, the register's and the system's screens in each state: nothing blocked, no sideways scrolling, no axe
finding at a desk or on a phone. The officials' own are in test_officials_screens.py."""

from datetime import date

import pytest

from reporting import workflow
from reporting.models import LateRequest
from reporting.register import moves
from tests.browser.desks import Office
from tests.browser.soundness import WIDTHS, must_look_right
from tests.cast import AT
from tests.may import AFTER_DUE, CLEAN_MAY, fresh, make_may
from tests.officials import WARNED_MAY, file_may, make_it_be

pytestmark = pytest.mark.browser
MAY = "/filings/2024M05/"
SHEET = f"{MAY}t6/"
FOR_A_FIRM = [
    "/",
    "/history/",
    "/account/",
    "/account/password/",
    "/account/colleagues/",
    "/account/firm/",
    "/journal/",
]
FOR_A_DISTRICT = [
    "/firms/",
    "/firms/import/",
    "/applications/",
    "/moves/",
    "/contacts/",
    "/contacts/edit/",
    "/journal/",
]
FOR_A_CITY = ["/key-firms/", "/users/", "/users/invite/", "/firms/", "/firms/import/", "/journal/", "/contacts/"]
FOR_THE_SYSTEM = ["/users/", "/journal/", "/letters/", "/account/"]


@pytest.fixture
def may(cast, settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"  # the page of kept letters
    settings.EMAIL_FILE_PATH = tmp_path / "letters"
    make_it_be(AT.date())
    return make_may(cast)


def look_at(office: Office, user, addresses: list[str], width: int, status: int = 200) -> None:
    page = office.seat_without_the_form(user)
    for address in addresses:
        must_look_right(page, address, width, status)


def draft(may, cells) -> None:
    workflow.save_sheet(may.filing, "软统企6", cells, 0, may.clerk, AT)
    workflow.check(may.filing, may.clerk, AT)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_firm_before_it_has_begun(office, may, width):
    look_at(office, may.clerk, [*FOR_A_FIRM, MAY, SHEET, f"{MAY}submit/"], width)
    look_at(office, may.clerk, ["/city/"], width, status=403)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_draft_with_errors_and_warnings(office, may, width):
    draft(may, WARNED_MAY | {"20211.c1": "600", "2050.c1": "1.2亿", "2110.c1": ""})
    look_at(office, may.clerk, ["/", MAY, SHEET, f"{MAY}submit/"], width)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_checked_draft_ready_to_be_sent(office, may, width):
    draft(may, CLEAN_MAY)
    look_at(office, may.clerk, [SHEET, f"{MAY}submit/"], width)


@pytest.mark.parametrize("width", WIDTHS)
def test_what_was_submitted_returned_and_asked(office, may, width):
    submission = file_may(may.filing, may.clerk, WARNED_MAY)
    receipt = f"{MAY}submissions/1/"
    look_at(office, may.clerk, [MAY, SHEET, receipt], width)
    workflow.query(submission, may.reviewer, AT, "请说明亏损原因")
    look_at(office, may.clerk, ["/", MAY], width)
    workflow.answer(fresh(may.filing), may.clerk, AT, "项目延期")
    workflow.send_back(fresh(may.filing).in_force, [{"cell": "2090.c1", "reason": "请核实"}], may.reviewer, AT)
    look_at(office, may.clerk, ["/", MAY, SHEET, f"{MAY}submit/", receipt], width)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_firm_that_is_late(office, may, width):
    draft(may, CLEAN_MAY)
    make_it_be(AFTER_DUE.date())
    look_at(office, may.clerk, ["/", MAY, f"{MAY}submit/"], width)
    LateRequest.objects.create(filing=may.filing, reason="财务交接", asked_by=may.clerk, asked_at=AFTER_DUE)
    look_at(office, may.clerk, [MAY], width)
    look_at(office, may.reviewer, ["/district/", "/district/requests/"], width)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_register(office, may, width):
    firm = f"/firms/{may.firm.credit_code}/"
    look_at(office, may.reviewer, [*FOR_A_DISTRICT, firm, f"{firm}contact/", f"{firm}move/", f"{firm}stop/"], width)
    look_at(office, may.reviewer, [f"{firm}first-day/", f"{firm}resume/"], width)
    look_at(office, may.city, [*FOR_A_CITY, f"/account/{may.reviewer.pk}/switch/"], width)
    look_at(office, may.system, FOR_THE_SYSTEM, width)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_move_that_waits_for_the_other_district(office, may, cast, width):
    said = {"since": date(2024, 5, 10), "reason": "经营场所搬迁", "at": AT}
    move = moves.propose_move(may.firm, cast.nanan, by=may.reviewer, **said)
    look_at(office, may.other_reviewer, ["/district/", "/moves/", f"/moves/{move.pk}/"], width)
    look_at(office, may.reviewer, [f"/firms/{may.firm.credit_code}/", f"/moves/{move.pk}/"], width)
    look_at(office, may.clerk, ["/account/firm/"], width)
