"""The box in the header of every page of an office."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import CodeCorrection, Enterprise
from reporting.models import Release
from reporting.search import looking
from tests.cast import ABOLISHED_CODE, AT, make_enterprise
from tests.cuts.cutting_city import cut_city
from tests.invented import credit_code_of
from tests.officials import sign_in
from tests.reading import markup_of, words_on


@pytest.fixture
def may(cast):
    return cut_city(cast)


def lines_for(user, text) -> list[str]:
    return words_on(sign_in(user).get("/search/", {"q": text})).splitlines()


def test_the_box_is_on_every_page_of_an_office_and_on_no_firms(may):
    for user, page in ((may.city, "/city/"), (may.analyst, "/city/totals/"), (may.reviewer, "/district/")):
        assert 'action="/search/"' in markup_of(sign_in(user).get(page))
    assert 'action="/search/"' not in markup_of(sign_in(may.clerk).get("/"))
    assert 'action="/search/"' not in markup_of(sign_in(may.system).get("/users/"))


def test_the_box_holds_what_was_looked_for_and_no_words_of_the_page(may):
    """The page of the notation calls its words text as well."""
    city = sign_in(may.city)
    assert 'type="search" value="" ' in markup_of(city.get("/city/notation/"))
    assert 'type="search" value="云图" ' in markup_of(city.get("/search/", {"q": "云图"}))


def test_a_firm_is_found_by_a_part_of_its_name_or_the_beginning_of_its_code(may):
    wanted = "重庆云图软件有限公司 91500103MA5U12346B 渝中区 统计员"
    assert wanted in lines_for(may.city, "云图")
    assert wanted in lines_for(may.analyst, "91500103MA5U1")
    assert wanted in lines_for(may.reviewer, "９１５００１０３ma5u1")


def test_a_whole_code_leads_to_the_firm(may):
    for text in ("91500103MA5U12346B", " 91500103ma5u12346b "):
        answer = sign_in(may.city).get("/search/", {"q": text})
        assert answer.url == "/firms/91500103MA5U12346B/"


def test_a_code_that_was_corrected_leads_to_the_firm_it_is_of_now(may):
    CodeCorrection.objects.create(
        enterprise=may.firm, wrong=ABOLISHED_CODE, right=may.firm.credit_code, reason="抄错",
        proposed_by=may.reviewer, proposed_at=AT, state=CodeCorrection.State.DONE, decided_at=AT,
    )  # fmt: skip
    answer = sign_in(may.city).get("/search/", {"q": ABOLISHED_CODE})
    assert answer.url == "/firms/91500103MA5U12346B/"


def test_a_receipt_or_its_verification_code_leads_to_the_submission(may):
    submission = may.filing.in_force
    for text in (may.receipt, may.receipt.lower(), submission.printed_code, submission.verification.lower()):
        assert sign_in(may.city).get("/search/", {"q": text}).url == f"/city/submissions/{may.receipt}/"
        assert sign_in(may.reviewer).get("/search/", {"q": text}).url == f"/district/submissions/{may.receipt}/"


def test_the_beginning_of_a_receipt_lists_what_has_it(may):
    lines = lines_for(may.city, may.receipt.rpartition("-")[0])
    assert any(line.startswith(f"{may.receipt} 重庆云图软件有限公司 2024年5月") for line in lines)


def test_people_are_found_by_name_user_name_or_telephone(may):
    assert any(line.startswith("李娜 91500103MA5U12346B 企业 重庆云图软件") for line in lines_for(may.city, "李娜"))
    assert any(line.startswith("李娜 ") for line in lines_for(may.analyst, "13800000001"))
    assert any(line.startswith("陈宇 yuzhong 区县 渝中区") for line in lines_for(may.city, "yuzh"))
    Enterprise.objects.filter(pk=may.firm.pk).update(contact_name="秦川")
    assert "秦川 重庆云图软件有限公司 13800000000" in lines_for(may.reviewer, "秦川")


def test_a_district_finds_its_own_and_nothing_of_another(may):
    for text in ("山城", "91500108MA60K5T9", may.other_receipt.rpartition("-")[0], "孙洁", "何清"):
        assert f"没有找到“{text}”。" in lines_for(may.reviewer, text)
    for text in ("91500108MA60K5T996", may.other_receipt, may.other_filing.in_force.verification):
        assert f"没有找到“{text}”。" in lines_for(may.reviewer, text)
        assert sign_in(may.other_reviewer).get("/search/", {"q": text}).status_code == 302


def test_nothing_found_says_what_to_do(may):
    text = words_on(sign_in(may.reviewer).get("/search/", {"q": "没有这家"}))
    assert "没有找到“没有这家”。" in text and "这里只找本区县的企业、上报件和人员。" in text
    assert "请减少几个字" in text
    assert "在页面顶上的框里输入要找的内容。" in words_on(sign_in(may.city).get("/search/"))


def test_it_lists_a_few_and_says_that_there_are_more(may):
    for number in range(looking.MOST + 1):
        make_enterprise(credit_code_of(number), f"重庆批量{number:02d}科技有限公司", may.cast.yuzhong)
    page = words_on(sign_in(may.city).get("/search/", {"q": "批量"}))
    assert sum(line.startswith("重庆批量") for line in page.splitlines()) == looking.MOST
    assert "只列前 20 家，还有更多" in page


def test_it_asks_as_much_whatever_there_is(may):
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get("/search/", {"q": "重庆"}).status_code == 200
        return len(queries)

    client = sign_in(may.city)
    before = asked()
    for number in range(30):
        make_enterprise(credit_code_of(number), f"重庆批量{number:02d}科技有限公司", may.cast.yuzhong)
    assert asked() == before


@pytest.mark.parametrize("text", ["\0", "%", "_", "'", "\u202e云图", "x" * 500, "1" * 24])
def test_odd_words_find_nothing_and_break_nothing(may, text):
    assert sign_in(may.city).get("/search/", {"q": text}).status_code == 200


def test_it_is_no_page_of_a_firm(may):
    assert sign_in(may.clerk).get("/search/", {"q": "山城"}).status_code == 403


def test_the_code_of_a_release_leads_to_it_for_those_who_read_the_city(may):
    said = {"code_version": "1", "layout": 1, "edition_code": "chongqing-2024", "edition_digest": "0"}
    Release.objects.create(period=may.may, number=1, kind=Release.LOCK, at=AT, digest="0", frozen_digest="0", **said)
    for user in (may.city, may.analyst):
        assert sign_in(user).get("/search/", {"q": " 2024m05-1"}).url == "/city/releases/2024M05-1/"
    assert sign_in(may.city).get("/search/", {"q": "2024M05-2"}).status_code == 200
    assert sign_in(may.reviewer).get("/search/", {"q": "2024M05-1"}).status_code == 200


def test_a_beginning_that_is_too_short_is_asked_to_be_longer(may):
    said = " ".join(lines_for(may.city, "13"))
    assert "请再多输几位" in said and "减少几个字" not in said
    assert "请减少几个字" in " ".join(lines_for(may.city, "没有这样的企业"))
