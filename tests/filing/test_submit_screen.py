import pytest
from django.urls import reverse

from reporting.filing.judging import judge
from tests.filing.test_enterprise_pages import MAY, cast, explain_everything, firm, plain_backend, save, submit  # noqa: F401
from tests.may import CLEAN_MAY, fresh
from tests.reading import markup_of, words_on

pytestmark = pytest.mark.django_db


def submit_page(firm):  # noqa: F811
    return firm.get(reverse("submit", args=[MAY]))


def test_the_headline_names_software_revenue_and_its_column(firm):  # noqa: F811
    save(firm)
    page = words_on(submit_page(firm))
    assert "2020 软件业务收入合计" in page and "本年本期累计" in page
    assert '<span class="code">2021</span>' not in markup_of(submit_page(firm))


def test_a_filing_that_only_wants_the_check_offers_it_there(firm, cast):  # noqa: F811
    save(firm)
    explain_everything(cast)
    page = submit_page(firm)
    assert "请先做“数据审核”" in words_on(page)
    assert f'action="{reverse("check", args=[MAY])}"' in markup_of(page)
    save(firm, {**CLEAN_MAY, "2112.c1": ""}, version=1)
    assert f'action="{reverse("check", args=[MAY])}"' not in markup_of(submit_page(firm))


def test_the_way_back_leads_to_the_first_problem(firm):  # noqa: F811
    assert f'href="{reverse("filing", args=[MAY])}">回去处理' in markup_of(submit_page(firm))
    save(firm, {**CLEAN_MAY, "2112.c1": ""})
    assert f'href="{reverse("sheet", args=[MAY, "t6"])}#cell-2112.c1">回去处理' in markup_of(submit_page(firm))


def test_the_signer_of_last_time_is_proposed(firm, cast):  # noqa: F811
    submit(firm, cast)
    firm.post(reverse("recall", args=[MAY]))
    assert "王经理" in words_on(submit_page(firm))


def test_an_explanation_tells_the_page_to_count_again(firm, cast):  # noqa: F811
    save(firm, {**CLEAN_MAY, "2111.c1": "90000"})
    finding = judge(fresh(cast.filing)).warnings[0]
    sent = {"rule": finding.rule, "fingerprint": finding.fingerprint, "text": "太短"}
    headers = {"HX-Request": "true"}
    assert "HX-Trigger-After-Swap" not in firm.post(reverse("explain", args=[MAY]), sent, headers=headers)
    answer = firm.post(reverse("explain", args=[MAY]), {**sent, "reason_code": "01"}, headers=headers)
    assert "explained" in answer["HX-Trigger-After-Swap"]


def test_a_save_after_submission_is_refused_without_speaking_of_a_conflict(firm, cast):  # noqa: F811
    submit(firm, cast)
    page = markup_of(save(firm, version=1), 409)
    assert "不能进行这项操作" in page and "data-conflict" not in page
