"""下载 PDF on the pages: who gets which paper, and which nobody does."""

from urllib.parse import unquote

import pytest
from django.urls import reverse

from reporting import workflow
from tests.cast import AT
from tests.may import CLEAN_MAY, fresh, make_may
from tests.officials import file_may, make_it_be, sign_in
from tests.paper.reading import pages_of, text_of
from tests.practice.training import CODE, fill, send, sent_by, train


@pytest.fixture
def may(cast):
    make_it_be(AT.date())
    return make_may(cast)


def name_of(answer) -> str:
    return unquote(answer["Content-Disposition"].partition("filename*=utf-8''")[2])


def test_a_firm_downloads_its_draft_whole_or_a_table_of_it(may):
    workflow.save_sheet(may.filing, "软统企6", CLEAN_MAY, 0, may.clerk, AT)
    client = sign_in(may.clerk)
    whole = client.get("/filings/2024M05/paper.pdf")
    assert whole["Content-Type"] == "application/pdf" and whole["Content-Disposition"].startswith("attachment")
    assert name_of(whole) == "重庆云图软件有限公司_2024年5月_草稿.pdf"
    assert all("草稿" in page for page in pages_of(whole.content))
    assert name_of(client.get("/filings/2024M05/paper.pdf?table=t6")).endswith("_软统企6_草稿.pdf")
    assert client.get("/filings/2024M05/paper.pdf?table=t7").status_code == 404  # which it does not owe
    assert client.get("/filings/2024M05/paper.pdf?table=%23").status_code == 404


def test_once_it_is_sent_the_draft_is_the_submission(may):
    file_may(may.filing, may.clerk)
    client = sign_in(may.clerk)
    answer = client.get("/filings/2024M05/paper.pdf?table=t6")
    assert answer.url == "/filings/2024M05/submissions/1/paper.pdf?table=t6"
    assert name_of(client.get(answer.url)) == "重庆云图软件有限公司_2024年5月_软统企6_第1次上报.pdf"
    said = text_of(client.get(answer.url).content)
    assert "上报回执" not in said and "验证码" in said and "数据摘要" in said  # a table alone can be verified too
    workflow.recall(fresh(may.filing), may.clerk, AT)
    assert "草稿" in text_of(client.get("/filings/2024M05/paper.pdf").content)
    recalled = client.get("/filings/2024M05/submissions/1/paper.pdf")
    assert "已撤回" in text_of(recalled.content) and "上报回执" in text_of(recalled.content)


def test_the_pages_lead_to_it(may):
    clerk = sign_in(may.clerk)
    assert 'href="/filings/2024M05/paper.pdf"' in clerk.get("/filings/2024M05/").text
    assert 'href="/filings/2024M05/paper.pdf?table=t6"' in clerk.get("/filings/2024M05/t6/").text
    sent = file_may(may.filing, may.clerk)
    page = clerk.get("/filings/2024M05/submissions/1/").text
    assert 'href="/filings/2024M05/submissions/1/paper.pdf"' in page
    assert 'href="/filings/2024M05/submissions/1/paper.pdf?table=t6"' in page
    paper = reverse("reviewed_paper", args=[sent.receipt])
    assert f'href="{paper}"' in sign_in(may.reviewer).get(reverse("district_review", args=[sent.receipt])).text
    assert f'href="{paper}"' in sign_in(may.city).get(reverse("city_submission", args=[sent.receipt])).text


def test_offices_download_what_they_may_read(may):
    paper = reverse("reviewed_paper", args=[file_may(may.filing, may.clerk).receipt])
    for reader in (may.city, may.analyst, may.reviewer):
        answer = sign_in(reader).get(f"{paper}?table=t6")
        assert "主营业务收入" in text_of(answer.content), reader
        assert answer.status_code == 200
    for stranger, status in ((may.other_reviewer, 404), (may.clerk, 403), (may.other_clerk, 403), (may.system, 403)):
        assert sign_in(stranger).get(paper).status_code == status, stranger
    assert sign_in(may.other_clerk).get("/filings/2024M05/submissions/1/paper.pdf").status_code == 404


def test_a_district_that_prints_it_has_opened_it_and_the_city_has_not(may):
    sent = file_may(may.filing, may.clerk)
    paper = reverse("reviewed_paper", args=[sent.receipt])
    sign_in(may.city).get(paper)
    sent.refresh_from_db()
    assert sent.opened_at is None
    for _ in range(2):
        sign_in(may.reviewer).get(paper)
    sent.refresh_from_db()
    assert sent.opened_by == may.reviewer
    refused = sign_in(may.clerk).post("/filings/2024M05/recall/", follow=True)
    assert "打开" in refused.text and fresh(may.filing).in_force == sent


def test_a_paper_of_a_practice_says_so(may, cast):
    train(cast)
    client = sign_in(cast.li_na)
    fill(client)
    assert all("演练·草稿" in page for page in pages_of(client.get(f"/filings/{CODE}/paper.pdf").content))
    send(client, version=1)
    receipt = sent_by(client, CODE).receipt
    said = text_of(client.get(f"/filings/{CODE}/submissions/1/paper.pdf").content)
    assert "演练" in said and "草稿" not in said and "演练的回执，不作任何凭证" in said
    answer = sign_in(cast.chen_yu).get(f"/submissions/{receipt}/paper.pdf")
    assert "演练" in name_of(answer) and "演练" in text_of(answer.content)
