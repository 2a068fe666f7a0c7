"""What is around every page: header, countdown, navigation, error pages, the manual."""

import re
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import resolve, reverse

from accounts.models import DUTIES
from reporting.frame.context import InForce, entries_for, navigation_of, period_in_force
from reporting.models import State
from tests.cast import assemble
from tests.may import make_may
from tests.reading import markup_of
from tests.test_every_url import named_patterns

ROOT = Path(settings.BASE_DIR)


@pytest.mark.parametrize(
    ("days_left", "words", "urgency"),
    [
        (4, "距 6月12日 截止还有 4 天", ""),
        (3, "距 6月12日 截止还有 3 天", "soon"),
        (0, "今天（6月12日）截止", "soon"),
        (-1, "2024年6月12日已截止", "past"),
        (-619, "2024年6月12日已截止", "past"),
    ],
)
def test_the_countdown_speaks_in_words(days_left, words, urgency):
    in_force = InForce("2024年5月", date(2024, 6, 12), days_left)
    assert (in_force.countdown, in_force.urgency) == (words, urgency)


def test_navigation_fits_the_bottom_bar_of_a_phone():
    for duties in DUTIES.values():
        entries = entries_for(duties)
        assert len(entries) <= 7
        assert all(len(entry.label) <= 4 for entry in entries)


@pytest.mark.parametrize(
    ("role", "path", "labels"),
    [
        ("enterprise", "/", ["首页"]),
        ("enterprise", "/filings/2024M05/t6/", ["首页"]),
        ("enterprise", "/manual/", []),
        ("district", "/district/queue/2024M05/", ["审核"]),
        ("city", "/key-firms/A38/", ["管理"]),
        ("city", "/journal/", ["管理"]),
        ("association", "/key-firms/A38/", ["名录"]),
        ("district", "/moves/", ["企业"]),
        ("city", "/moves/3/", ["管理"]),
        ("city", "/city/review-limits/", ["上报件"]),
        ("city", "/outbox/", ["催报"]),
        ("system", "/outbox/", ["发信"]),
    ],
)
def test_navigation_knows_where_the_reader_is(role, path, labels):
    assert [entry["label"] for entry in navigation_of(DUTIES[role], path) if entry["current"]] == labels


def test_every_page_of_the_editions_stands_under_them():
    lost = []
    for name, pattern in named_patterns().items():
        if pattern.callback.__module__.startswith("reporting.editions.") and "<" not in str(pattern.pattern):
            here = [each["label"] for each in navigation_of(DUTIES["city"], reverse(name)) if each["current"]]
            lost += [] if here == ["制度"] else [name]
    assert lost == []


@pytest.mark.parametrize("role", DUTIES)
def test_every_entry_of_the_navigation_leads_somewhere_its_role_may_go(role):
    duties = DUTIES[role]
    for entry in entries_for(duties):
        assert duties.abilities.intersection(getattr(resolve(entry.path).func, "abilities", duties.abilities)), entry


@pytest.mark.parametrize("role", DUTIES)
def test_the_first_entry_of_the_navigation_is_the_first_page_of_the_role(role):
    assert entries_for(DUTIES[role])[0].path == reverse(DUTIES[role].home)


@pytest.mark.django_db
def test_each_level_counts_down_to_its_own_date():
    make_may(assemble())
    assert period_in_force("enterprise", date(2024, 6, 5)).date == date(2024, 6, 12)
    assert period_in_force("district", date(2024, 6, 5)).date == date(2024, 6, 13)
    assert period_in_force("enterprise", date(2024, 6, 20)).days_left == -8
    assert period_in_force("", date(2024, 6, 5)) is None


@pytest.mark.django_db
def test_a_firm_that_has_filed_is_no_longer_counted_down():
    cast = make_may(assemble())
    assert period_in_force("enterprise", date(2024, 6, 5), cast.firm).days_left == 7
    cast.filing.state = State.SUBMITTED
    cast.filing.save()
    assert period_in_force("enterprise", date(2024, 6, 5), cast.firm) is None


@pytest.mark.parametrize("page", ["400", "403", "403_csrf", "404", "405", "500"])
def test_error_pages_stand_without_anybody_signed_in(page):
    assert "回到首页" in render_to_string(f"{page}.html")


@pytest.mark.django_db
def test_the_manual_opens_for_a_stranger(client):
    page = markup_of(client.get("/manual/"))
    assert "<h2 id=" in page and "确定上报" in page


def test_templates_hold_no_inline_script_style_or_handler():
    for template in (ROOT / "templates").rglob("*.html"):
        if "emails" in template.parts:
            continue
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|\son\w+=|<style|<script>|javascript:", text), template


def test_vendored_files_are_the_ones_written_down():
    listed = re.findall(r"`([\w.-]+)` \|.*`([0-9a-f]{64})`", (ROOT / "static/vendor/README.md").read_text())
    assert listed
    for name, digest in listed:
        assert sha256((ROOT / "static/vendor" / name).read_bytes()).hexdigest() == digest


@pytest.mark.parametrize("address", ["/firms/", "/city/submissions/", "/journal/"])
def test_a_nul_is_not_handed_to_the_database(client, cast, address):
    client.force_login(cast.zhou_tao)
    assert client.get(address, {"q": "\0", "who": "\0"}).status_code == 200
    assert client.post("/users/invite/", {"name": "\0"}).status_code == 200


@pytest.mark.django_db
def test_a_browser_does_not_show_a_part_it_has_kept_for_the_page(client):
    """Back to an address at which a script has asked for a part since; that comes without header and navigation."""
    cast = assemble()
    client.force_login(cast.zhou_tao)
    for headers in ({}, {"HX-Request": "true"}):
        page = client.get(reverse("city_periods"), headers=headers)
        assert ('aria-label="主导航"' in markup_of(page)) != bool(headers)
        assert "HX-Request" in page["Vary"]
