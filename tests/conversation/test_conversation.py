"""The conversation on a filing: who may speak, what is unread for whom, the thread, the daily letter."""

import re
from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.access import Refused
from accounts.models import DeadAddress, JournalEntry, Letter
from reporting import workflow
from reporting.conversation.threads import mark_read, plan_digest, say, talk_about, threads_of, unread_for
from reporting.models import Filing, Message, Period, ThreadSeen
from reporting.register import moves
from tests.cast import AT, SHANGHAI, make_user
from tests.may import fresh, make_may
from tests.officials import file_may, make_it_be, sign_in
from tests.reading import markup_of, words_on

DAY = AT.date()
FIVE = datetime(2024, 6, 5, 17, 0, tzinfo=SHANGHAI)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def may(cast):
    make_it_be(DAY)
    return make_may(cast)


def unread(user) -> int:
    return unread_for(user, DAY).messages


def path_of(filing: Filing) -> str:
    return reverse("thread", args=[filing.pk])


# Who may speak, and about what


@pytest.mark.parametrize("person", ["li_na", "wang_lei", "chen_yu", "liu_fang", "zhou_tao"])
def test_the_firm_its_district_the_association_and_the_city_may_speak(may, cast, person):
    say(may.filing, "请看一下。", getattr(cast, person), AT)
    assert Message.objects.get().by == getattr(cast, person)


@pytest.mark.parametrize("person", ["zhao_min", "sun_jie", "he_qing", "wu_gang"])
def test_another_firm_another_district_and_the_system_may_not(may, cast, person):
    with pytest.raises(Refused, match="只有填报企业、报送区县、市级和协会"):
        say(may.filing, "请看一下。", getattr(cast, person), AT)
    assert not Message.objects.exists()


def test_the_district_of_the_time_speaks_and_not_the_one_the_firm_moved_to(may, cast):
    cast.yuntu.residences.update(district=cast.nanan)
    say(may.filing, "这一期仍归渝中区。", cast.chen_yu, AT)
    with pytest.raises(Refused):
        say(may.filing, "新的区县。", cast.he_qing, AT)


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_nothing_is_no_message(may, text):
    with pytest.raises(Refused, match="请先写留言的内容"):
        say(may.filing, text, may.clerk, AT)


def test_a_thousand_characters_are_taken_and_one_more_is_not(may):
    assert len(say(may.filing, "数" * 998 + "\r\n数", may.clerk, AT).text) == 1000  # a line's end is one character
    with pytest.raises(Refused, match="最多 1000 字，现在有 1001 字"):
        say(may.filing, "数" * 1001, may.clerk, AT)


@pytest.mark.parametrize("cell", ["2010.c9", "9999.c1", "F301.y", "nonsense", "2010"])
def test_a_cell_that_is_not_on_this_form_is_refused(may, cell):
    """F301.y is a cell of the annual form, and this is a month."""
    with pytest.raises(Refused, match=f"本期报表里没有“{cell}”"):
        say(may.filing, "这一格", may.clerk, AT, cell)


def test_what_was_said_is_never_changed_or_removed(may):
    message = say(may.filing, "请看一下。", may.clerk, AT)
    message.text = "别的话"
    for change in (message.save, message.delete, Message.objects.all().delete):
        with pytest.raises(TypeError):
            change()
    with pytest.raises(TypeError):
        Message.objects.update(text="别的话")


def test_a_message_is_journalled_with_its_place_and_words(may):
    say(may.filing, "为什么这么大？", may.reviewer, AT, "2010.c1", for_city=True)
    entry = JournalEntry.objects.get(action="留言")
    assert (entry.by, entry.enterprise, entry.district, entry.period) == (
        may.reviewer,
        may.firm,
        may.reviewer.district,
        "2024M05",
    )
    assert "2010" in entry.subject and entry.why == "为什么这么大？" and entry.after == {"请市级答复": "是"}


def test_people_go_on_talking_after_the_lock(may):
    Period.objects.update(state=Period.LOCKED)
    say(fresh(may.filing), "锁定以后再问一句。", may.clerk, AT)
    assert unread(may.reviewer) == 1


@pytest.mark.parametrize(("later", "messages"), [(59, 1), (60, 2)])
def test_the_second_click_within_a_minute_is_the_first(may, later, messages):
    first = say(may.filing, "请看一下。", may.clerk, AT)
    second = say(may.filing, " 请看一下。\r\n", may.clerk, AT + timedelta(seconds=later))
    assert (first == second) is (messages == 1)
    assert Message.objects.count() == unread(may.reviewer) == messages


def test_the_same_words_by_another_or_about_another_cell_are_another_message(may, cast):
    say(may.filing, "同意。", cast.li_na, AT)
    say(may.filing, "同意。", cast.wang_lei, AT)
    say(may.filing, "同意。", cast.li_na, AT, "2010.c1")
    assert Message.objects.count() == 3


# What is unread


def test_a_word_of_the_firm_waits_for_its_district_and_not_for_colleagues_or_the_city(may, cast):
    say(may.filing, "请看一下。", cast.li_na, AT)
    people = [cast.li_na, cast.wang_lei, cast.chen_yu, cast.he_qing, cast.zhou_tao, cast.liu_fang, cast.zhao_min]
    assert [unread(person) for person in people] == [0, 0, 1, 0, 0, 0, 0]


def test_a_word_of_the_district_waits_for_everybody_of_the_firm(may, cast):
    say(may.filing, "请看一下。", cast.chen_yu, AT)
    assert [unread(person) for person in (cast.li_na, cast.wang_lei, cast.chen_yu, cast.sun_jie)] == [1, 1, 0, 0]


def test_the_city_and_the_association_read_along_once_they_are_asked(may, cast):
    say(may.filing, "先问区县。", cast.li_na, AT)
    say(may.filing, "请市级看一下。", cast.chen_yu, AT, for_city=True)
    say(may.filing, "谢谢。", cast.li_na, AT)
    assert (unread(cast.zhou_tao), unread(cast.liu_fang)) == (2, 2)  # from the request on
    assert (unread(cast.chen_yu), unread(cast.li_na)) == (2, 1)


def test_the_city_cannot_ask_itself(may, cast):
    assert not say(may.filing, "收到。", cast.zhou_tao, AT, for_city=True).for_city


def test_the_city_reads_along_once_it_has_spoken(may, cast):
    say(may.filing, "市级看到了这一期。", cast.zhou_tao, AT)
    assert (unread(cast.liu_fang), unread(cast.li_na), unread(cast.chen_yu)) == (0, 1, 1)
    say(may.filing, "收到。", cast.li_na, AT)
    assert (unread(cast.zhou_tao), unread(cast.liu_fang)) == (1, 1)


def test_reading_one_thread_leaves_the_others_and_other_readers_as_they_are(may, cast):
    other = Filing.objects.get(enterprise=cast.jialing)
    for words in ("一", "二"):
        say(may.filing, words, cast.li_na, AT)
    say(other, "三", cast.zhao_min, AT)
    second = make_user("yuzhong2", "林涛", "district", district=cast.yuzhong)
    say(may.filing, "四", cast.li_na, AT)
    assert mark_read(may.filing, cast.chen_yu) == 0
    assert (unread(cast.chen_yu), unread(second)) == (1, 1)
    assert mark_read(may.filing, cast.chen_yu) is None
    say(may.filing, "五", cast.li_na, AT)
    assert unread(cast.chen_yu) == 2
    assert mark_read(may.filing, cast.chen_yu) == Message.objects.get(text="四").pk


def test_somebody_who_has_left_is_told_nothing(may, cast):
    cast.wang_lei.is_active = False
    cast.wang_lei.save()
    say(may.filing, "请看一下。", cast.chen_yu, AT)
    assert not ThreadSeen.objects.filter(user=cast.wang_lei).exists()


def test_a_filing_that_went_to_another_district_waits_for_the_old_one_no_more(may, cast):
    say(may.filing, "请看一下。", cast.li_na, AT)
    second = make_user("nanan2", "林涛", "district", district=cast.nanan)
    move_to_nanan(cast)
    assert (unread(cast.chen_yu), unread(cast.he_qing), unread(second)) == (0, 1, 1)
    assert not threads_of(cast.chen_yu).exists() and threads_of(cast.he_qing).exists()


def move_to_nanan(cast):
    said = {"since": date(2024, 5, 20), "reason": "迁址"}
    proposed = moves.propose_move(cast.yuntu, cast.nanan, **said, by=cast.zhou_tao, at=AT)
    return moves.accept_move(proposed, by=cast.he_qing, at=AT)


def test_what_is_said_goes_along_when_a_submission_is_recalled_after_the_move(may, cast):
    file_may(may.filing, may.clerk)
    say(may.filing, "请看一下。", cast.li_na, AT)
    move_to_nanan(cast)
    assert (unread(cast.chen_yu), unread(cast.he_qing)) == (1, 0)  # what was sent is reviewed where it was sent to
    workflow.recall(may.filing, may.clerk, AT)
    assert (unread(cast.chen_yu), unread(cast.he_qing)) == (0, 1)


def test_the_new_district_is_told_of_what_nobody_of_the_old_one_has_read(may, cast):
    colleague = make_user("yuzhong2", "林涛", "district", district=cast.yuzhong)
    say(may.filing, "第一句。", cast.li_na, AT)
    mark_read(may.filing, colleague)  # read for the office
    say(may.filing, "第二句。", cast.li_na, AT + MINUTE)
    say(may.filing, "第三句。", cast.li_na, AT + 2 * MINUTE)
    move_to_nanan(cast)
    assert unread(cast.he_qing) == 2
    assert mark_read(may.filing, cast.he_qing) == Message.objects.get(text="第一句。").pk


def test_what_was_said_to_a_district_without_people_waits_for_the_next_one(may, cast):
    cast.chen_yu.is_active = False
    cast.chen_yu.save()
    say(may.filing, "有人吗？", cast.li_na, AT)
    say(may.filing, "市级看到了。", cast.zhou_tao, AT)
    move_to_nanan(cast)
    assert unread(cast.he_qing) == 2


def test_a_thread_that_was_read_is_no_news_to_the_new_district(may, cast):
    say(may.filing, "请看一下。", cast.li_na, AT)
    mark_read(may.filing, cast.chen_yu)
    move_to_nanan(cast)
    assert unread(cast.he_qing) == 0 and threads_of(cast.he_qing).exists()


def test_the_new_districts_daily_letter_tells_of_what_came_along(may, cast):
    say(may.filing, "请看一下。", cast.li_na, AT)
    plan_digest(AT.replace(hour=17))
    move_to_nanan(cast)
    plan_digest(AT.replace(hour=17) + timedelta(days=1))
    told = Letter.objects.filter(stem="message_digest").values_list("to", flat=True)
    assert cast.he_qing.email in told


def test_the_header_costs_one_query_for_every_role(may, cast, django_assert_num_queries):
    say(may.filing, "请看一下。", cast.chen_yu, AT, for_city=True)
    for user in (cast.li_na, cast.chen_yu, cast.liu_fang, cast.zhou_tao):
        with django_assert_num_queries(1):
            unread_for(user, DAY)


def test_it_lists_unread_threads_first_and_then_the_latest(may, cast):
    other = Filing.objects.get(enterprise=cast.jialing)
    say(other, "嘉陵先说。", cast.zhao_min, AT)
    say(may.filing, "云图后说。", cast.li_na, AT + MINUTE)
    assert [thread.filing for thread in threads_of(cast.chen_yu)] == [may.filing, other]
    mark_read(may.filing, cast.chen_yu)
    assert [(thread.filing, thread.unread) for thread in threads_of(cast.chen_yu)] == [(other, 1), (may.filing, 0)]
    assert [thread.filing for thread in threads_of(cast.chen_yu, only_unread=True)] == [other]
    assert [thread.filing for thread in threads_of(cast.chen_yu, "云图")] == [may.filing]
    assert [thread.filing for thread in threads_of(cast.li_na)] == [may.filing]
    assert not threads_of(cast.zhou_tao) and not threads_of(cast.he_qing) and not threads_of(cast.wu_gang)


# The pages


def test_the_thread_shows_messages_and_reviews_in_the_order_of_time(may, cast):
    submission = file_may(may.filing, may.clerk)
    say(may.filing, "已上报，请审核。", cast.li_na, AT + MINUTE)
    reasons = [{"cell": "2010.c1", "reason": "请核对合同"}]
    workflow.send_back(submission, reasons, may.reviewer, AT + 2 * MINUTE)
    say(may.filing, "马上改。", cast.wang_lei, AT + 3 * MINUTE, "2010.c1")
    page = markup_of(sign_in(cast.li_na).get(path_of(may.filing)))
    words = ["第 1 次上报", "已上报，请审核。", "退回企业", "请核对合同", "马上改。"]
    assert sorted(words, key=page.index) == words
    assert "李娜</b> · 重庆云图软件有限公司" in page and "陈宇 · 渝中区" in page


def test_a_cell_leads_to_the_readers_own_screen(may, cast):
    say(may.filing, "这一格。", cast.li_na, AT, "2010.c1", for_city=True)
    before = markup_of(sign_in(cast.chen_yu).get(path_of(may.filing)))
    assert "软统企6表2010" in before and "#cell-2010.c1" not in before  # nothing submitted: no screen to lead to
    receipt = file_may(may.filing, may.clerk).receipt
    for person, screen in [
        (cast.li_na, "/filings/2024M05/t6/"),
        (cast.chen_yu, f"/district/submissions/{receipt}/"),
        (cast.zhou_tao, f"/city/submissions/{receipt}/"),
    ]:
        page = markup_of(sign_in(person).get(path_of(may.filing)))
        assert f'href="{screen}#cell-2010.c1"' in page
        assert 'id="cell-2010.c1"' in markup_of(sign_in(person).get(screen))


def test_opening_the_thread_reads_it_and_marks_what_was_new_once(may, cast):
    say(may.filing, "请看一下。", cast.chen_yu, AT)
    client = sign_in(cast.li_na)
    assert "未读</span>" in markup_of(client.get(path_of(may.filing)))
    assert unread(cast.li_na) == 0
    assert "未读</span>" not in markup_of(client.get(path_of(may.filing)))


def test_sending_ends_at_the_message_and_a_refusal_keeps_the_words(may, cast):
    client = sign_in(cast.chen_yu)
    answer = client.post(path_of(may.filing), {"text": "请说明。", "cell": "2010.c1", "for_city": "yes"})
    message = Message.objects.get()
    assert answer.url == f"{path_of(may.filing)}#message-{message.pk}"
    assert (message.cell, message.for_city, message.by) == ("2010.c1", True, cast.chen_yu)
    refused = client.post(path_of(may.filing), {"text": "长" * 1001, "cell": "2010.c1"})
    page = markup_of(refused, 409)
    assert refused.status_code == 409 and "最多 1000 字" in page and "长" * 1001 in page and 'value="2010.c1"' in page


def test_a_cell_asked_for_in_the_address_is_filled_in_and_nonsense_is_not(may):
    client = sign_in(may.clerk)
    page = markup_of(client.get(path_of(may.filing), {"cell": "2010.c1"}))
    assert 'name="cell" value="2010.c1"' in page and "不针对具体数据" in page
    assert 'name="cell"' not in markup_of(client.get(path_of(may.filing), {"cell": "<b>"}))


def test_what_is_said_is_shown_as_text(may):
    say(may.filing, "<script>alert(1)</script>\n第二行", may.clerk, AT)
    page = markup_of(sign_in(may.reviewer).get(path_of(may.filing)))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>第二行" in page and "<script>alert" not in page


@pytest.mark.parametrize("person", ["zhao_min", "he_qing"])
def test_another_firm_or_district_finds_no_thread_and_cannot_write_to_it(may, cast, person):
    client = sign_in(getattr(cast, person))
    assert client.get(path_of(may.filing)).status_code == 404
    assert client.post(path_of(may.filing), {"text": "别处"}).status_code == 404
    assert not Message.objects.exists()


def test_the_way_to_the_thread_says_how_much_is_unread(may, cast):
    submission = file_may(may.filing, may.clerk)
    for words in ("一", "二"):
        say(may.filing, words, cast.chen_yu, AT, "2010.c1")
    for screen in ("/filings/2024M05/", "/filings/2024M05/t6/"):
        page = markup_of(sign_in(cast.li_na).get(screen))
        assert "留言 2 条" in page and "2 条未读" in page and path_of(may.filing) in page
    assert "本表的留言" in page
    page = markup_of(sign_in(cast.chen_yu).get(f"/district/submissions/{submission.receipt}/"))
    assert "留言 2 条" in page and "条未读</b>" not in page and "就单元格的留言" in page
    assert talk_about(may.filing, cast.li_na).unread == 2


@pytest.mark.parametrize(("person", "number"), [("li_na", "2"), ("zhao_min", "")])
def test_every_page_says_in_its_header_what_is_unread(may, cast, person, number):
    for words in ("一", "二"):
        say(may.filing, words, cast.chen_yu, AT)
    page = markup_of(sign_in(getattr(cast, person)).get("/account/"))
    assert ('<b class="new">2<' in page) is bool(number)


def test_the_inbox_asks_the_database_no_more_for_more_threads(may, cast, django_assert_max_num_queries):
    client = sign_in(cast.chen_yu)
    assert "还没有留言" in words_on(client.get("/messages/"))
    say(may.filing, "请看一下。", cast.li_na, AT, "2010.c1")
    with django_assert_max_num_queries(12) as one:
        client.get("/messages/")
    say(Filing.objects.get(enterprise=cast.jialing), "请看一下。", cast.zhao_min, AT, "2010.c1")
    with django_assert_max_num_queries(len(one)):
        page = markup_of(client.get("/messages/"))
    assert "重庆云图" in page and "重庆嘉陵" in page and len(re.findall(r"1 条未读</span>\s*</p>", page)) == 2
    page = markup_of(client.get("/messages/?show=unread&q=嘉陵"))
    assert "重庆嘉陵" in page and "重庆云图" not in page


# The daily letter


def digests() -> dict[str, Letter]:
    return {letter.to: letter for letter in Letter.objects.filter(stem="message_digest")}


@pytest.mark.parametrize(("at", "written"), [(FIVE - timedelta(seconds=1), 0), (FIVE, 1)])
def test_it_is_written_at_five(may, cast, at, written):
    say(may.filing, "请看一下。", cast.li_na, AT)
    assert plan_digest(at) == len(digests()) == written


def test_it_says_what_was_said_where_by_whom_and_leads_there(may, cast, mailoutbox, django_capture_on_commit_callbacks):
    say(may.filing, "为什么这么大？" + "数" * 80, cast.chen_yu, AT, "2010.c1")
    with django_capture_on_commit_callbacks(execute=True):
        assert plan_digest(FIVE) == 2
    assert {letter.to[0] for letter in mailoutbox} == {cast.li_na.email, cast.wang_lei.email}
    letter = mailoutbox[0]
    assert letter.subject.endswith("您有 1 条未读留言")
    for body in (letter.body, letter.alternatives[0][0]):
        assert "重庆云图软件有限公司" in body and "2024年5月" in body and "软统企6表2010" in body
        assert "陈宇：为什么这么大？" in body and "……" in body and path_of(may.filing) in body and "/messages/" in body


def test_it_tells_each_message_once_and_nothing_that_was_read(may, cast):
    other = Filing.objects.get(enterprise=cast.jialing)
    say(may.filing, "看过的。", cast.li_na, AT)
    mark_read(may.filing, cast.chen_yu)
    say(may.filing, "没看的。", cast.li_na, AT)
    say(other, "也没看。", cast.zhao_min, AT)
    plan_digest(FIVE)
    letter = digests()[cast.chen_yu.email]
    assert [line["words"] for line in letter.facts["messages"]] == ["没看的。", "也没看。"]
    say(other, "五点以后。", cast.zhao_min, FIVE + MINUTE)
    assert plan_digest(FIVE + 10 * MINUTE) == 0  # the next one is tomorrow's
    assert plan_digest(FIVE + timedelta(days=1)) == 1
    newest = Letter.objects.get(key__endswith=f"2024-06-06 {cast.chen_yu.email}")
    assert [line["words"] for line in newest.facts["messages"]] == ["五点以后。"]
    assert plan_digest(FIVE + timedelta(days=2)) == 0


def test_it_leaves_out_what_ones_own_office_said(may, cast):
    say(may.filing, "企业问。", cast.li_na, AT)
    say(may.filing, "区县答。", cast.chen_yu, AT)
    plan_digest(FIVE)
    said = {to: [line["words"] for line in letter.facts["messages"]] for to, letter in digests().items()}
    assert said == {
        cast.chen_yu.email: ["企业问。"],
        cast.li_na.email: ["区县答。"],
        cast.wang_lei.email: ["区县答。"],
    }


def test_somebody_who_came_later_is_told_only_of_what_came_since(may, cast):
    say(may.filing, "以前的。", cast.li_na, AT)
    newcomer = make_user("yuzhong2", "林涛", "district", district=cast.yuzhong)
    say(may.filing, "新来以后的。", cast.li_na, AT)
    plan_digest(FIVE)
    assert [line["words"] for line in digests()[newcomer.email].facts["messages"]] == ["新来以后的。"]
    page = markup_of(sign_in(newcomer).get(path_of(may.filing)))
    assert page.count("未读</span>") == 1


def test_an_evening_without_the_machine_delays_it_to_the_morning(may, cast):
    say(may.filing, "请看一下。", cast.li_na, AT)
    assert plan_digest(FIVE + timedelta(hours=16)) == 1  # nine the next morning
    assert plan_digest(FIVE + timedelta(days=1)) == 0


def test_it_lists_ten_and_says_how_many_more(may, cast):
    for number in range(12):
        say(may.filing, f"第{number}条", cast.li_na, AT)
    plan_digest(FIVE)
    facts = digests()[cast.chen_yu.email].facts
    assert (facts["count"], len(facts["messages"]), facts["more"]) == (12, 10, 2)


def test_it_reaches_nobody_without_an_address_inactive_or_with_a_dead_one(may, cast):
    say(may.filing, "请看一下。", cast.chen_yu, AT)
    cast.li_na.email = ""
    cast.li_na.save()
    DeadAddress.objects.create(address=cast.wang_lei.email.upper(), reason="550", noticed_at=AT)
    assert plan_digest(FIVE) == 0


def test_it_asks_the_database_no_more_for_more_readers(may, cast, django_assert_max_num_queries):
    say(may.filing, "一", cast.li_na, AT)
    with django_assert_max_num_queries(20) as few:
        plan_digest(FIVE)
    for filing in Filing.objects.all():
        for person in (cast.zhou_tao, cast.chen_yu if filing.district == cast.yuzhong else cast.he_qing):
            say(filing, "二", person, FIVE + MINUTE)
    with django_assert_max_num_queries(len(few)):
        assert plan_digest(FIVE + timedelta(days=1)) == 8  # four of the firms, two districts, city and association
