"""A firm's filing record, the certificate that freezes it, and the page where anybody checks one."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import JournalEntry
from reporting.certificates import issuing
from reporting.certificates.views.verify import MOST_FAILURES
from reporting.models import Certificate, State
from reporting.workflow import Refused
from reporting.workflow.period import owe
from tests.cast import make_district, make_user
from tests.may import LAST_SECOND, lock_by_two, open_period
from tests.officials import make_it_be, sign_in
from tests.reading import markup_of, words_on
from tests.results.test_results import LOOKED_AT, decided, june, may, put, sent  # noqa: F401  (may is the fixture)
from text.codes import ALPHABET, LENGTH, in_groups, new_code, normalise, problem_with

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_failures_yet():
    cache.clear()


@pytest.fixture
def past(may):  # noqa: F811
    make_it_be(date(2024, 6, 20))
    return may


def issue(may, firm="云图", by=None, at=LOOKED_AT, first="", last="", **more):  # noqa: F811
    return issuing.issue(may.firms[firm], first, last, by or may.clerk, at, **more)


def words_of(may, firm: str, at=LOOKED_AT) -> list[tuple[str, str]]:  # noqa: F811
    return [(timeline.period, timeline.words) for timeline in issuing.record_of(may.firms[firm], at)]


def test_the_record_says_how_each_period_went(may):  # noqa: F811
    assert words_of(may, "云图")[-1] == ("2024M05", "按时")
    assert words_of(may, "嘉陵")[-1] == ("2024M05", "延期内按时")
    assert words_of(may, "迟到")[-1] == ("2024M05", "迟报")
    assert words_of(may, "撤回") == [("2024M05", "缺报")]
    assert words_of(may, "停报") == [("2024M05", "不须报")]
    assert words_of(may, "退回")[-1] == ("2024M05", "退回后未再报")


@pytest.mark.parametrize("firm", ["云图", "嘉陵", "迟到", "撤回", "停报", "退回"])
def test_the_firms_first_page_says_the_same_as_its_record(past, firm):
    clerk = make_user("jianchashou", "检查", "enterprise", enterprise=past.firms[firm])
    marks = sign_in(clerk).get("/").context["marks"]
    assert [(mark["filing"].period_id, mark["words"]) for mark in marks] == words_of(past, firm)


def test_before_the_date_nothing_is_missing(may):  # noqa: F811
    assert words_of(may, "撤回", LAST_SECOND) == [("2024M05", "未到期")]
    assert words_of(may, "撤回", LAST_SECOND + timedelta(seconds=1)) == [("2024M05", "缺报")]


def test_the_record_holds_no_figure_of_the_firms_tables(past, cast):
    text = words_on(sign_in(cast.li_na).get("/record/"))
    assert "2024年5月" in text and "2024-06-05 09:30" in text
    assert not {"2010", "100"} & set(text.split())


def test_what_was_filed_after_the_lock_is_said_to_be(may, cast):  # noqa: F811
    lock_by_two(may.may, may.city, june(20), "逾期未报的按缺报处理")
    decided(sent(may.filings["撤回"], cast.li_na, june(28), on_time=False), "approve", cast.chen_yu, june(29))
    put(may.filings["撤回"], after_lock=True, late=True)
    assert words_of(may, "撤回", june(30)) == [("2024M05", "锁定后补报")]


def test_a_span_holds_both_its_ends(may, cast):  # noqa: F811
    open_period("2023A", date(2024, 1, 1))
    owe(cast.yuntu, open_period("2024M02", date(2024, 3, 1)))
    timelines = issuing.record_of(cast.yuntu, LOOKED_AT)
    assert [timeline.period for timeline in timelines] == ["2023M12", "2024M02", "2024M05"]
    assert [c.period for c in issuing.within(timelines, "2024M02", "2024M05")] == ["2024M02", "2024M05"]
    assert [c.period for c in issuing.within(timelines, "", "2023A")] == ["2023M12"]
    assert len(issuing.within(timelines, "", "")) == 3


def test_exchanged_ends_and_nonsense_are_refused(may, cast):  # noqa: F811
    with pytest.raises(Refused, match="起始报告期（2024年5月）晚于截止报告期（2023年12月）"):
        issuing.within([], "2024M05", "2023M12")
    with pytest.raises(Refused, match="不是报告期代码"):
        issuing.within([], "五月", "")


def test_counts_say_what_is_owed_and_how_it_went():
    outcomes = ["on_time", "on_time", "extended", "late", "missing", "exempt", "after_lock"]
    assert issuing.counts_of(outcomes) == [
        ("应报", 6), ("按时上报", 3), ("其中延期内上报", 1), ("迟报", 1), ("缺报", 1), ("锁定后补报", 1), ("不须报", 1),
    ]  # fmt: skip
    assert issuing.counts_of(["on_time"]) == [("应报", 1), ("按时上报", 1), ("迟报", 0), ("缺报", 0)]


def test_a_certificate_freezes_the_record_of_the_span(may):  # noqa: F811
    certificate = issue(may, purpose="申报奖励")
    assert (certificate.first, certificate.last, certificate.purpose) == ("2023M12", "2024M05", "申报奖励")
    assert certificate.rows[-1] == {
        "period": "2024M05", "label": "2024年5月", "due_on": "2024-06-12", "submitted_on": "2024-06-05",
        "outcome": "on_time", "rounds": 2, "approved_on": "2024-06-11",
    }  # fmt: skip
    entry = JournalEntry.objects.get(action="开具填报情况证明")
    assert (entry.subject, entry.why, entry.enterprise) == ("2023年12月至2024年5月", "申报奖励", may.firm)
    assert certificate.code not in str(vars(entry))


def test_only_periods_whose_date_has_passed_are_certified(may):  # noqa: F811
    assert issue(may, at=LAST_SECOND).last == "2023M12"
    assert issue(may, at=LAST_SECOND + timedelta(seconds=1)).last == "2024M05"


def test_a_firm_with_an_extension_is_certified_after_its_own_date(may, cast):  # noqa: F811
    assert issue(may, "嘉陵", by=cast.zhao_min).last == "2023M12"  # on the 14th it may still send until the 17th
    assert issue(may, "嘉陵", by=cast.zhao_min, at=june(18)).last == "2024M05"


def test_a_span_of_which_nothing_is_due_gives_no_certificate(may):  # noqa: F811
    with pytest.raises(Refused, match="没有企业截止日已过的报告期"):
        issue(may, at=LAST_SECOND, first="2024M05")
    assert not Certificate.objects.exists()


def test_the_second_click_within_a_minute_gives_the_same_certificate(may, cast):  # noqa: F811
    first = issue(may)
    assert issue(may, at=LOOKED_AT + timedelta(seconds=59)) == first
    assert issue(may, at=LOOKED_AT + timedelta(seconds=60)) != first
    assert issue(may, purpose="别的用途") != first
    assert issue(may, first="2024M05") != first
    assert issue(may, by=cast.chen_yu) != first


@pytest.mark.parametrize("who", ["sun_jie", "he_qing", "liu_fang", "wu_gang"])
def test_another_firm_or_district_the_association_and_the_system_issue_none(who, may, cast):  # noqa: F811
    with pytest.raises(Refused, match="由企业本身、所属区县或市级开具"):
        issue(may, by=getattr(cast, who))


@pytest.mark.parametrize("who", ["wang_lei", "chen_yu", "zhou_tao"])
def test_the_firm_its_district_and_the_city_issue_one(who, may, cast):  # noqa: F811
    assert issue(may, by=getattr(cast, who)).issued_by == getattr(cast, who)


def test_a_purpose_that_is_too_long_is_refused(may):  # noqa: F811
    with pytest.raises(Refused, match="最多 200 字，现在有 201 字"):
        issue(may, purpose="长" * 201)


def test_a_certificate_is_never_written_again(may):  # noqa: F811
    with pytest.raises(TypeError):
        issue(may).save()


def test_the_pages_issue_and_list_and_print_it(past, cast):
    desk = sign_in(cast.li_na)
    answer = desk.post("/record/certificate/", {"first": "2024M05", "last": "2024M05", "purpose": "申报奖励"})
    certificate = Certificate.objects.get()
    assert answer.url == f"/certificates/{certificate.code}/"
    text = words_on(desk.get(answer.url))
    for words in (in_groups(certificate.code), "重庆云图软件有限公司", "91500103MA5U12346B", "申报奖励", "/verify/"):
        assert words in text
    assert answer.url in markup_of(desk.get("/record/"))
    assert sign_in(cast.zhou_tao).get(answer.url).status_code == 200
    assert sign_in(cast.chen_yu).get(answer.url).status_code == 200


def test_the_page_names_the_span_that_will_be_certified(past, cast):
    text = markup_of(sign_in(cast.li_na).get("/record/?first=2024M05&last=2024M05"))
    assert "期间：<b>2024年5月至2024年5月</b>" in text


def test_the_page_names_what_is_not_due_before_the_certificate_is_made(past, cast):
    address = f"/firms/{cast.yuntu.credit_code}/record/"
    assert "不写入证明" not in words_on(sign_in(past.clerk).get("/record/"))
    owe(past.firms["云图"], open_period("2024M06", date(2024, 6, 20)))
    page = words_on(sign_in(cast.chen_yu).get(address))
    assert "其中 2024年6月 未到期，不写入证明" in page
    assert "不写入证明" not in words_on(sign_in(cast.chen_yu).get(address, {"last": "2024M05"}))


def test_a_refusal_keeps_what_was_typed(past, cast):
    typed = {"first": "2024M05", "last": "2023M12", "purpose": "申报奖励"}
    answer = sign_in(cast.li_na).post("/record/certificate/", typed)
    assert answer.status_code == 409
    text = markup_of(answer, 409)
    assert text.count("晚于截止报告期") == 1 and 'value="申报奖励"' in text


def test_another_firm_or_district_does_not_see_it(past, cast):
    code = issue(past).code
    for stranger in (cast.sun_jie, cast.he_qing):
        assert sign_in(stranger).get(f"/certificates/{code}/").status_code == 404
    assert sign_in(cast.he_qing).get("/firms/91500103MA5U12346B/record/").status_code == 404
    assert sign_in(cast.he_qing).post("/firms/91500103MA5U12346B/record/certificate/").status_code == 404
    assert Certificate.objects.count() == 1


def test_the_association_reads_the_record_and_is_offered_no_certificate(past, cast):
    page = sign_in(cast.liu_fang).get("/firms/91500103MA5U12346B/record/")
    assert page.status_code == 200 and '<button class="btn btn-primary">开具证明' not in markup_of(page)


def test_a_new_firm_is_told_that_there_is_nothing_yet(past, cast):
    clerk = make_user("new", "新来", "enterprise", enterprise=past.firms["停报"])
    past.filings["停报"].period.filings.filter(pk=past.filings["停报"].pk).delete()
    assert "也就没有填报记录" in words_on(sign_in(clerk).get("/record/"))


# The code


def test_a_code_is_long_random_and_readable():
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200 and all(len(code) == LENGTH == 24 for code in codes)
    assert not set("".join(codes)) & set("01OIL")
    assert len(ALPHABET) ** 18 > 2**80
    assert not any(problem_with(code) for code in codes)


def test_one_wrong_character_is_told_by_its_group():
    code = new_code()
    for place in range(LENGTH):
        wrong = next(c for c in ALPHABET if c != code[place])
        mistyped = code[:place] + wrong + code[place + 1 :]
        assert f"请核对第 {place // 4 + 1} 组" in problem_with(mistyped)


def test_two_exchanged_characters_of_a_group_are_told():
    code = next(c for c in (new_code() for _ in range(99)) if c[0] != c[1])
    assert "请核对第 1 组" in problem_with(code[1] + code[0] + code[2:])


def test_groups_in_the_wrong_order_are_told():
    code = new_code()
    assert "请核对第 1、2 组" in problem_with(code[4:8] + code[:4] + code[8:])


def test_a_character_that_no_code_has_is_told():
    assert "请核对第 6 组" in problem_with(new_code()[:-1] + "0")


def test_a_part_of_a_code_is_told():
    assert "现在是 20 个" in problem_with(new_code()[:20])


def test_full_width_small_letters_spaces_and_dashes_are_read():
    code = new_code()
    full_width = "".join(chr(ord(c) + 0xFEE0) for c in code)
    grouped = in_groups(code)
    marks = [grouped.replace("-", mark) for mark in ("－", "—", " ", "　")]
    for typed in (code.lower(), grouped, full_width, f"　{code}　", *marks):
        assert normalise(typed) == code


# The page for everybody


def ask(code: str, **more) -> str:
    return words_on(Client().get("/verify/", {"code": code}, **more))


def test_anybody_with_the_code_reads_what_the_certificate_says_and_no_more(past):
    certificate = issue(past, purpose="申报奖励")
    text = ask(in_groups(certificate.code).lower())
    for words in (
        "本系统出具过这份证明",
        "重庆云图软件有限公司",
        "2023年12月至2024年5月",
        "按时上报 2 期",
        "2024年6月14日",
    ):
        assert words in text
    for words in ("91500103MA5U12346B", "申报奖励", "李娜", "2024-06-05"):
        assert words not in text


def test_an_unknown_code_and_a_mistyped_one_are_told_apart(past):
    code = issue(past).code
    unknown = next(c for c in (new_code(), new_code()) if c != code)
    assert "查无此证明" in ask(unknown)
    mistyped = ask(("3" if code[0] == "2" else "2") + code[1:])
    assert "请核对第 1 组" in mistyped and "查无此证明" not in mistyped


def test_a_certificate_holds_when_the_facts_change_later(past, cast):
    certificate = issue(past, "撤回", by=cast.chen_yu)
    decided(sent(past.filings["撤回"], cast.li_na, june(28), on_time=False), "approve", cast.chen_yu, june(29))
    put(past.filings["撤回"], after_lock=True, late=True, state=State.LOCKED)
    past.firms["撤回"].name = "重庆改名软件有限公司"
    past.firms["撤回"].save()
    text = ask(certificate.code)
    assert "缺报 1 期" in text and "重庆撤回软件有限公司" in text and "2024年6月14日" in text


def test_after_thirty_failures_in_an_hour_an_address_must_wait(past):
    code = issue(past).code
    for _ in range(MOST_FAILURES):
        assert "查无此证明" in ask(new_code())
    refused = Client().get("/verify/", {"code": code})
    assert "一小时后再试" in words_on(refused, 429)
    assert "重庆云图" in ask(code, REMOTE_ADDR="10.0.0.9")


def test_true_certificates_may_be_checked_without_end(past):
    code = issue(past).code
    for _ in range(MOST_FAILURES + 1):
        assert "重庆云图" in ask(code)


def test_the_empty_page_asks_for_a_code():
    assert Client().get("/verify/").status_code == 200
    assert "查无" not in ask("")


def test_a_moved_firms_new_district_certifies_the_whole_record(past, cast):
    new_home = make_district("500120", "璧山区", 20)
    residence = cast.yuntu.residence
    residence.district = new_home
    residence.save()
    clerk = make_user("bishan", "璧山", "district", district=new_home)
    certificate = issuing.issue(cast.yuntu, "", "", clerk, LOOKED_AT)
    assert [row["period"] for row in certificate.rows] == ["2023M12", "2024M05"]
    with pytest.raises(Refused):
        issue(past, by=cast.chen_yu)
