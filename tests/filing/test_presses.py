"""One press, one judgement: what 保存, 数据审核, 说明 and 确定上报 cost, the page that answers them included."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import Installation
from reporting import workflow
from reporting.filing import judging
from reporting.models import Filing
from tests.cast import AT, assemble
from tests.may import CLEAN_MAY, fresh, make_may, open_period
from tests.officials import file_may
from tests.reading import markup_of

pytestmark = pytest.mark.django_db
MOST = 15  # queries of a press, what begins and ends its transaction counted too
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


def save(firm, version: int, figure: str = "400", then: str = "save"):
    return firm.post(SHEET, {**CLEAN_MAY, "2050.c1": figure, "version": version, "then": then}, follow=True)


def explain_first(firm, may):
    warning = judging.judge(fresh(may.filing)).warnings[0]
    return firm.post(
        reverse("explain", args=[PERIOD]),
        {"rule": warning.rule, "fingerprint": warning.fingerprint, "reason_code": "01"},
    )


PRESSES = {
    "the first save": (0, lambda firm, may: save(firm, 0)),
    "a later save": (1, lambda firm, may: save(firm, 1, "401")),
    "a save that changes nothing": (1, lambda firm, may: save(firm, 1)),
    "check of what is typed": (1, lambda firm, may: save(firm, 1, "401", then="check")),
    "check of the filing": (1, lambda firm, may: firm.post(reverse("check", args=[PERIOD]), follow=True)),
}


@pytest.mark.parametrize("before, press", PRESSES.values(), ids=PRESSES)
def test_a_press_judges_once_and_asks_little(
    firm, may, judged, django_assert_max_num_queries, before, press, beside_it=lambda may: None
):
    for version in range(before):
        save(firm, version)
    firm.get(FILING)
    judged.clear()
    with django_assert_max_num_queries(MOST) as asked:
        answer = press(firm, may)
    print(len(asked), answer.redirect_chain if hasattr(answer, "redirect_chain") else "")
    assert len(judged) == 1 and answer.status_code == 200
    assert "2024年5月" in markup_of(answer)
