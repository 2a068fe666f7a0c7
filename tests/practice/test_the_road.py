"""演练: the real road from the first cell to the district's word, marked on every page and letter, beside the real
period or without it."""

import re
from datetime import date
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import JournalEntry, Letter
from accounts.post import outbox
from reporting import workflow
from reporting.filing.judging import facts_for
from reporting.models import Filing, ParameterValue, Period, Scan, State
from reporting.models.practice import in_practice
from tests.cast import AT, make_enterprise, make_user
from tests.history.books import stand
from tests.may import CLEAN_MAY, fresh, make_may, open_period
from tests.officials import file_may, make_it_be, sign_in
from tests.practice.training import CODE, MAY, fill, practised, send, train
from tests.reading import markup_of, words_on

pytestmark = pytest.mark.django_db
FILING, QUEUE = reverse("filing", args=[CODE]), reverse("district_queue", args=[CODE])


@pytest.fixture(autouse=True)
def today():
    make_it_be(date(2024, 6, 5))


@pytest.fixture
def firm(cast):
    return sign_in(cast.li_na)


@pytest.fixture
def district(cast):
    return sign_in(cast.chen_yu)


def test_goes_from_the_first_cell_to_the_districts_word(cast, firm, district):
    train(cast)
    assert f'href="{FILING}"' in markup_of(firm.get("/"))
    sent = send(firm)
    assert (sent.receipt[:8], sent.on_time) == (f"{CODE}-", True)
    assert "待审核 1 份" in words_on(district.get(reverse("district_home")))
    assert sent.receipt in markup_of(district.get(QUEUE))
    review = reverse("district_review", args=[sent.receipt])
    assert "重庆云图软件有限公司 · 2024年5月（演练）" in words_on(district.get(review))
    reasons = {"cell": ["2010.c1"], "reason": ["请核实"]}
    district.post(reverse("district_send_back", args=[sent.receipt]), reasons)
    assert practised(cast.yuntu).state == State.RETURNED
    again = send(firm, version=1, _2050="401")
    assert again.number == 2
    district.get(reverse("district_review", args=[again.receipt]))
    district.post(reverse("district_approve", args=[again.receipt]), {"note": "通过"})
    assert practised(cast.yuntu).approved == again
    analyst = sign_in(cast.liu_fang)
    listed = words_on(analyst.get(reverse("city_submissions"), {"period": CODE}))
    assert "2024年5月（演练） · 上报件" in listed
    analyst.post(reverse("city_query", args=[again.receipt]), {"note": "请说明"})
    assert practised(cast.yuntu).state == State.CITY_QUERIED
    district.post(reverse("district_answer_city", args=[again.receipt]), {"note": "已核实"})
    assert practised(cast.yuntu).state == State.APPROVED


def test_passes_clean_ones_on_together(cast, firm, district):
    train(cast)
    sent = send(firm)
    done = district.post(reverse("district_approve_clean", args=[CODE]), {"receipt": [sent.receipt]})
    assert "批量审核" in words_on(done)
    assert "【演练】" in markup_of(done)


def test_says_so_on_every_page_of_the_road_and_on_no_other(cast, firm, district):
    make_may(cast)
    train(cast)
    sent = send(firm)
    analyst = sign_in(cast.liu_fang)
    pages = [
        firm.get(FILING),
        firm.get(reverse("sheet", args=[CODE, "t6"])),
        firm.get(reverse("submit", args=[CODE])),
        firm.get(reverse("wrong_cells", args=[CODE])),
        firm.get(reverse("submission", args=[CODE, 1])),
        district.get(QUEUE),
        district.get(reverse("district_review", args=[sent.receipt])),
        analyst.get(reverse("city_submissions"), {"period": CODE}),
        analyst.get(reverse("city_submission", args=[sent.receipt])),
        analyst.get(reverse("wipe_practice", args=[CODE])),
    ]
    for page in pages:
        said = markup_of(page)
        assert "<title>【演练】" in said and 'class="practice-band"' in said and "practice-mark" in said
        assert "2024年5月（演练）" in words_on(page)
        assert reverse("practice") in said and "截止还有" not in words_on(page)
    for page in (firm.get("/"), firm.get(reverse("filing", args=["2024M05"])), district.get(reverse("district_home"))):
        assert "practice-band" not in markup_of(page)


def test_every_link_of_the_road_leads_on_in_practice_or_out_of_it(cast, firm, district):
    """No page of a practice offers what practice has not."""
    train(cast)
    sent = send(firm)
    city = sign_in(cast.zhou_tao)
    pages = [
        (firm, FILING),
        (firm, reverse("sheet", args=[CODE, "t6"])),
        (firm, reverse("submission", args=[CODE, 1])),
        (district, QUEUE),
        (district, reverse("district_review", args=[sent.receipt])),
        (city, f"{reverse('city_submissions')}?period={CODE}"),
        (city, reverse("city_submission", args=[sent.receipt])),
    ]
    for person, path in pages:
        for link in set(links_on(person.get(path))):
            assert person.get(link).status_code in (200, 302, 405), (path, link)


def links_on(page) -> list[str]:
    links = re.findall(r'(?:href|action)="(/[^"#]*|\?[^"#]*)', markup_of(page))
    return [link.replace("&amp;", "&") for link in links if link.startswith("/") and not link.startswith("/static/")]


def test_the_letters_say_it_first_of_all_and_in_both_parts(cast, firm, district):
    train(cast)
    sent = send(firm)
    district.post(reverse("district_query", args=[sent.receipt]), {"note": "请说明"})
    letters = list(Letter.objects.all())
    assert {letter.stem for letter in letters} == {"filing/submitted", "filing/queried"}
    for letter in letters:
        assert letter.subject.startswith("【演练】")
        message = outbox.message_of(letter)
        assert message.subject.startswith("【演练】〔软统直报〕2024年5月（演练）")
        for part in (message.body, message.alternatives[0].content):
            assert "这是演练的信件" in part and f"/filings/{CODE}/" in part


def test_reads_what_was_really_reported_before_and_the_citys_parameters(cast, firm):
    april = open_period("2024M04", date(2024, 5, 1))
    before = Filing.objects.create(enterprise=cast.yuntu, period=april, district=cast.yuzhong)
    sent = file_may(before, cast.li_na, {**CLEAN_MAY, "2010.c1": "990"}, at=AT.replace(month=5))
    workflow.approve(sent, cast.chen_yu, AT.replace(month=5))
    real = make_may(cast)
    ParameterValue.objects.create(name="FX", period=real.may, value="7.2", source="公告")
    train(cast)
    shown = firm.get(reverse("sheet", args=[CODE, "t6"]))
    assert shown.context["filing"].before["prev"] == before
    with in_practice():
        practised_facts = facts_for(practised(cast.yuntu))
    assert practised_facts.parameters == facts_for(fresh(real.filing)).parameters
    assert practised_facts.history == facts_for(fresh(real.filing)).history


def test_imported_history_stands_behind_it_as_behind_the_real_one(cast, firm):
    stand(cast.yuntu, "2024M04", {"2010.c1": "990"})
    train(cast)
    assert "导入历史" in words_on(firm.get(FILING))


def test_an_estimate_of_the_real_month_before_does_not_hold_it_up(cast, firm):
    april = open_period("2024M04", date(2024, 5, 1))
    Period.objects.update(estimates_allowed=True)
    before = Filing.objects.create(enterprise=cast.yuntu, period=april, district=cast.yuzhong)
    said = {"signer": "王经理", "committed": True, "estimated": True}
    early = AT.replace(month=5)
    workflow.save_sheet(before, "软统企6", {**CLEAN_MAY, "2010.c1": "990"}, 0, cast.li_na, early)
    for finding in workflow.check(before, cast.li_na, early).warnings:
        workflow.explain(before, finding.rule, finding.fingerprint, cast.li_na, early, reason_code="01")
    workflow.submit(before, cast.li_na, early, **said)
    train(cast)
    assert send(firm)


def test_a_firm_files_both_at_once_and_neither_knows_of_the_other(cast, firm):
    real = make_may(cast)
    train(cast)
    fill(firm, _2050="401")
    fill(firm, "2024M05", _2050="402")
    with in_practice():
        assert practised(cast.yuntu).sheets.get().cells["2050.c1"] == "401"
    assert fresh(real.filing).sheets.get().cells["2050.c1"] == "402"
    assert Filing.objects.get(enterprise=cast.yuntu).period_id == "2024M05"


def test_nobody_is_late_in_practice(cast, firm, district):
    train(cast)
    make_it_be(date(2024, 7, 5))
    sent = send(firm)
    assert (sent.on_time, sent.extended) == (True, False)
    district.post(reverse("district_approve", args=[sent.receipt]), {"note": ""})
    with in_practice():
        assert practised(cast.yuntu).late is False
        assert sent.reviews.get().on_time is None


def test_a_workbook_of_the_one_is_refused_for_the_other(cast, firm):
    make_may(cast)
    train(cast)
    books = {code: download(firm, code) for code in (CODE, "2024M05")}
    practice = load_workbook(BytesIO(books[CODE]))
    assert practice["软统企6"]["A1"].value.startswith("【演练】")
    assert "演练" in practice["软统企6"].oddHeader.center.text
    assert practice.worksheets[0]["A1"].value.startswith("【演练】2024年5月（演练）")
    real = load_workbook(BytesIO(books["2024M05"]))
    assert not real["软统企6"]["A1"].value.startswith("【演练】")
    for code, other in ((CODE, "2024M05"), ("2024M05", CODE)):
        said = words_on(upload(firm, code, books[other]), 422)
        assert "没有读取" in said and "2024年5月（演练）（2024P05）" in said
    assert "没有读取" not in words_on(upload(firm, CODE, books[CODE]))


def download(firm, code: str) -> bytes:
    return b"".join(firm.get(reverse("workbook", args=[code])).streaming_content)


def upload(firm, code: str, content: bytes):
    return firm.post(
        reverse("workbook", args=[code]), {"workbook": SimpleUploadedFile("报表.xlsx", content)}, follow=True
    )


def test_the_workbook_of_a_submission_is_marked_too(cast, firm):
    train(cast)
    send(firm)
    answer = firm.get(reverse("submission_workbook", args=[CODE, 1]))
    book = load_workbook(BytesIO(b"".join(answer.streaming_content)))
    assert book["软统企6"]["A1"].value.startswith("【演练】")


@pytest.mark.parametrize("name", ["city_totals", "district_totals", "city_home", "district_home", "recheck"])
def test_has_no_totals_and_no_progress(name, cast):
    train(cast)
    person = cast.chen_yu if name.startswith("district") else cast.liu_fang
    assert "演练没有这一页" in words_on(sign_in(person).get(reverse(name), {"period": CODE}), 404)


@pytest.mark.parametrize("name", ["extension", "late", "adjustments"])
def test_has_nothing_to_ask_the_district_for(name, cast, firm):
    train(cast)
    said = {"until": "2024-06-15", "reason": "财务交接"}
    assert "演练没有这一页" in words_on(firm.post(reverse(name, args=[CODE]), said), 404)


def test_a_practice_is_met_at_its_own_addresses_only(cast, firm):
    train(cast)
    fill(firm)
    filing = practised(cast.yuntu)
    assert firm.get(reverse("thread", args=[filing.pk])).status_code == 404
    assert sign_in(cast.zhou_tao).get(reverse("city_period", args=[CODE])).status_code == 404
    assert not Period.objects.filter(pk=CODE).exists()
    with pytest.raises(Filing.DoesNotExist):
        workflow.check(filing, cast.li_na, AT)


def test_one_firm_never_reaches_anothers_practice(cast, firm, district):
    train(cast)
    sent = send(firm)
    other_firm, other_district = sign_in(cast.sun_jie), sign_in(cast.he_qing)
    assert other_firm.get(reverse("submission", args=[CODE, 1])).status_code == 404
    assert other_district.get(reverse("district_review", args=[sent.receipt])).status_code == 404
    assert sent.receipt not in markup_of(other_district.get(QUEUE))
    other_district.post(reverse("district_approve", args=[sent.receipt]), {"note": ""})
    assert practised(cast.yuntu).state == State.SUBMITTED


def test_a_stranger_is_asked_to_sign_in(cast, client):
    train(cast)
    assert client.get(FILING).url.startswith("/login/")
    assert client.get(reverse("practice")).url.startswith("/login/")


def test_a_firm_that_owes_nothing_yet_practises(cast):
    """Registered yesterday, to report from the next year on."""
    new = make_enterprise(
        "91500103MA7AAAA12K", "重庆新来软件有限公司", cast.yuzhong, date(2024, 6, 4), A22="6513", A34="1"
    )
    clerk = make_user(new.credit_code, "新来", "enterprise", enterprise=new)
    new.joined_on = date(2025, 1, 1)
    new.save()
    train(cast)
    assert send(sign_in(clerk)).receipt.startswith(CODE)


def test_the_record_of_the_firm_says_nothing_of_it(cast, firm):
    train(cast)
    send(firm)
    assert "演练" not in words_on(firm.get(reverse("history")))
    assert not JournalEntry.objects.visible_to(cast.li_na).filter(period=CODE, enterprise=cast.yuntu).exists()
    assert JournalEntry.objects.filter(practice=True, period=CODE, action="确定上报").exists()


def test_who_reviews_reads_what_was_done_in_it(cast, firm, district):
    train(cast)
    sent = send(firm)
    assert "确定上报" in words_on(district.get(reverse("district_record", args=[sent.receipt])))


def test_a_stamped_paper_of_practice_opens_to_who_may_see_the_filing(cast, firm):
    train(cast)
    sent = send(firm)
    with in_practice():
        scan = Scan(submission=sent, pages=1, by=cast.li_na, at=AT)
        scan.file.save("scan.pdf", ContentFile(b"%PDF-1.4"))
    path = reverse("scan", args=[scan.pk])
    assert [sign_in(person).get(path).status_code for person in (cast.li_na, cast.chen_yu, cast.sun_jie)] == [
        200,
        200,
        404,
    ]


def test_two_practices_stand_beside_each_other(cast, firm):
    train(cast)
    train(cast, real=MAY.previous())
    fill(firm)
    fill(firm, "2024P04")
    home = markup_of(firm.get("/"))
    assert 'href="/filings/2024P04/"' in home and f'href="{FILING}"' in home


def test_a_second_version_of_a_sheet_is_compared_within_practice(cast, firm):
    train(cast)
    fill(firm, _2050="401")
    second = sign_in(cast.wang_lei)
    answer = fill(second, version=0, _2050="402")
    assert answer.status_code == 409
    assert "李娜" in words_on(answer, 409)
