"""One press, one judgement: what 保存, 数据审核, 说明 and 确定上报 cost, the page that answers them included."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Installation
from reporting import workflow
from reporting.conversation.threads import say
from reporting.filing import judging
from reporting.models import BaseAdjustment, Explanation, Filing, State
from tests.cast import AT, assemble
from tests.history.books import stand
from tests.may import CLEAN_MAY, fresh, make_may, open_period
from tests.officials import file_may
from tests.reading import markup_of

pytestmark = pytest.mark.django_db
MOST = 15  # queries of a press, what begins and ends its transaction counted too
CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
PERIOD = "2024M05"
SHEET, FILING = reverse("sheet", args=[PERIOD, "t6"]), reverse("filing", args=[PERIOD])


@pytest.fixture
def may():
    """May, with April approved behind it, on the office's fifth of June."""
    Installation.objects.create(pk=1, is_demo=True, demo_day=date(2024, 6, 5))
    may = make_may(assemble())
    april = open_period("2024M04", date(2024, 5, 1))
    before = Filing.objects.create(enterprise=may.firm, period=april, district=may.filing.district)
    in_may = AT.replace(month=5)
    workflow.approve(file_may(before, may.clerk, {**CLEAN_MAY, "2010.c1": "990"}, at=in_may), may.reviewer, in_may)
    return may


@pytest.fixture
def firm(client, may):
    client.force_login(may.clerk, backend="accounts.backends.NameCodeOrMobile")
    client.defaults["HTTP_HX_REQUEST"] = "true"  # as the page's own scripts send it
    return client


@pytest.fixture
def judged(monkeypatch):
    """Every judging of a filing's cells, whoever asks for it."""
    calls, as_it_is = [], judging.judge_cells
    monkeypatch.setattr(judging, "judge_cells", lambda *given: calls.append(given) or as_it_is(*given))
    return calls


def save(firm, version: int, figure: str = "400", then: str = "save", **more: str):
    return firm.post(SHEET, {**CLEAN_MAY, "2050.c1": figure, **more, "version": version, "then": then}, follow=True)


def check(firm):
    return firm.post(reverse("check", args=[PERIOD]), follow=True)


# What is pressed, after how many saves.
PRESSES = {
    "the first save": (0, lambda firm: save(firm, 0)),
    "a later save": (1, lambda firm: save(firm, 1, "401")),
    "a save that changes nothing": (1, lambda firm: save(firm, 1)),
    "a check of what is typed": (1, lambda firm: save(firm, 1, "401", then="check")),
    "a check of the filing": (1, lambda firm: check(firm)),
}


@pytest.fixture(params=PRESSES.values(), ids=list(PRESSES))
def press(request, firm):
    """One of the presses, all that comes before it done."""
    saves, pressed = request.param
    for version in range(saves):
        save(firm, version)
    firm.get(FILING)  # what a process reads once, it has read
    return lambda: pressed(firm)


def test_a_press_judges_once_and_asks_little(press, judged, django_assert_max_num_queries):
    judged.clear()
    with django_assert_max_num_queries(MOST) as asked:
        answer = press()
    assert (answer.status_code, answer.redirect_chain, len(judged)) == (200, [], 1)
    assert "2024年5月" in markup_of(answer)
    assert sum("FOR UPDATE" in query["sql"] for query in asked.captured_queries) <= 1


def test_with_all_there_can_be_beside_the_filing_it_asks_no_more(press, may, judged):
    """A message, an explanation and another base, a query each; and imported history, which is one more. What begins
    and ends a transaction is not counted."""
    asked = {"filing": may.filing, "reason": "并购", "asked_by": may.clerk, "asked_at": AT}
    BaseAdjustment.objects.create(cell="2010.c3", old="990.00", new="900", granted=True, **asked)
    stand(may.firm, "2023M05", {"2010.c1": "800.00"})
    say(may.filing, "请核对", may.reviewer, AT)
    Explanation.objects.create(filing=may.filing, rule="R629", fingerprint="0" * 64, by=may.clerk, at=AT)
    judged.clear()
    with CaptureQueriesContext(connection) as captured:
        answer = press()
    assert (answer.status_code, len(judged)) == (200, 1)
    lock_of_its_own = not connection.features.has_select_for_update  # SQLite's one writer needs no query for it
    assert (
        sum(not query["sql"].startswith(CONTROL) for query in captured.captured_queries) <= MOST + 1 - lock_of_its_own
    )


def test_without_the_scripts_the_whole_page_answers_and_nothing_is_judged_again(press, firm, judged):
    del firm.defaults["HTTP_HX_REQUEST"]
    judged.clear()
    answer = press()
    assert (answer.status_code, answer.redirect_chain, len(judged)) == (200, [], 1)
    assert 'aria-label="主导航"' in markup_of(answer)


def test_an_explanation_judges_once(firm, may, judged, django_assert_max_num_queries):
    save(firm, 0, "1100", **{"2090.c1": "-400"})  # R620: cost above revenue
    warning = next(w for w in judging.judge(fresh(may.filing)).warnings if w.rule == "R620")
    sent = {"rule": warning.rule, "fingerprint": warning.fingerprint, "reason_code": "01"}
    judged.clear()
    with django_assert_max_num_queries(MOST):
        answer = firm.post(reverse("explain", args=[PERIOD]), sent)
    assert len(judged) == 1
    assert f"已说明 {warning.rule}" in markup_of(answer)
    firm.post(reverse("explain", args=[PERIOD]), {**sent, "reason_code": "02"})
    assert Explanation.objects.get(filing=may.filing, fingerprint=warning.fingerprint).reason_code == "02"


def test_a_submission_judges_once(firm, may, judged, django_assert_max_num_queries):
    save(firm, 0, then="check")
    for warning in judging.judge(fresh(may.filing)).warnings:
        workflow.explain(may.filing, warning.rule, warning.fingerprint, may.clerk, AT, reason_code="01")
    judged.clear()
    with django_assert_max_num_queries(25):  # its two letters among them
        firm.post(reverse("submit", args=[PERIOD]), {"committed": "yes", "signer": "王经理"})
    assert (fresh(may.filing).state, len(judged)) == (State.SUBMITTED, 1)


def test_going_on_to_submit_judges_nothing_and_what_is_to_be_told_waits_there(firm, may, judged):
    """Following a redirect the script would draw that page unseen, and the word about the others' text be gone."""
    save(firm, 0)
    workflow.save_sheet(fresh(may.filing), "软统企6", {"2050.c1": "410"}, 1, may.clerk, AT)
    judged.clear()
    firm.defaults["HTTP_ACCEPT"] = "application/json"
    answer, submit = save(firm, 1, then="submit"), reverse("submit", args=[PERIOD])
    assert (answer.json(), answer.redirect_chain, judged) == ({"onwards": submit}, [], [])
    del firm.defaults["HTTP_ACCEPT"], firm.defaults["HTTP_HX_REQUEST"]
    assert "已换成保存的内容" in markup_of(firm.get(submit))
    assert save(firm, 2, "410", then="submit").redirect_chain == [(submit, 302)]


def test_a_table_is_found_without_judging(firm, judged):
    assert firm.post(reverse("sheet", args=[PERIOD, "t7"]), {"version": 0}).status_code == 404
    assert judged == []
