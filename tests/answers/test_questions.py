"""常见问题: written, published, found by words beside the manual; taken from a conversation without the firm's name."""

import pytest
from django.core.cache import cache

from accounts.access import DoneAlready, Refused
from accounts.models import DistrictContact, JournalEntry
from reporting import workflow
from reporting.answers import questions, searching, taking
from reporting.answers.questions import QuestionWords
from reporting.conversation.threads import say
from reporting.frame.manual import MANUAL, parts_of, passages_on
from reporting.models import FrequentQuestion, Message
from tests.cast import AT
from tests.may import CLEAN_MAY, make_may
from tests.mending.twins import make_twins, merge
from tests.officials import make_it_be, sign_in
from tests.reading import markup_of, words_on

CLOUD = QuestionWords("托管费算不算云服务收入？", "按合同性质区分：\n托管计入云服务。", "软统企6 2022", True)
DRAFT = QuestionWords("嵌入式怎么折算？", "等市级录入系数。")


@pytest.fixture
def may(cast):
    make_it_be(AT.date())
    cache.clear()
    return make_may(cast)


def write(cast, said=CLOUD) -> FrequentQuestion:
    return questions.write(said, by=cast.liu_fang, at=AT)


def questions_in(found) -> list[str]:
    return [each.entry.question for each in found]


# Searching


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("延期 截止日", ["延期", "截止日"]),
        ("延期，截止日？延期", ["延期", "截止日"]),
        ("Ｒ６０５　软统企6", ["r605", "软统企6"]),
        ("30% ", ["30%"]),
        ("！？", []),
        ("\u200b延期", ["延期"]),
    ],
)
def test_words_are_parted_by_blanks_and_signs(asked, words):
    assert searching.words_of(asked) == words


def test_hits_are_marked_and_the_rest_stays():
    parts = searching.marked("云服务收入和<云>收入", ["云", "收入"])
    assert [part.text for part in parts if part.is_hit] == ["云", "收入", "云", "收入"]
    assert "".join(part.text for part in parts) == "云服务收入和<云>收入"


def test_a_long_text_is_shown_around_its_first_hit():
    shown = searching.excerpt("前" * 100 + "延期" + "后" * 200, ["延期"])
    assert shown.startswith("……前") and "延期" in shown and shown.endswith("后……") and len(shown) < 200


def test_what_is_published_is_found_by_all_its_words(cast):
    write(cast)
    write(cast, DRAFT)
    for asked in ("托管", "云服务 合同", "2022 托管", ""):
        assert questions_in(questions.found(cast.li_na, asked)) == [CLOUD.question]
    for asked in ("托管 嵌入式", "？！", "不存在的词"):
        assert questions.found(cast.li_na, asked) == []
    assert len(questions.found(cast.zhou_tao)) == 2  # who keeps them sees the drafts
    assert questions_in(questions.found(cast.chen_yu, about="2022")) == [CLOUD.question]
    assert questions.found(cast.chen_yu, about="202") == []


def test_the_manual_finds_its_own_passages_under_their_headings():
    found = passages_on("延期 截止日")
    titles = ["".join(part.text for part in each.title) for each in found]
    assert "企业 · 赶不上截止日" in titles
    assert all(any(part.is_hit for part in passage) for each in found for passage in each.passages)
    assert len(parts_of(MANUAL)) > 40 and passages_on("独角兽") == []


def test_the_manuals_page_finds_both_and_says_whom_to_ask(may, cast, client):
    write(cast)
    firm = sign_in(cast.li_na)
    page = firm.get("/manual/", {"q": "云服务"})
    assert CLOUD.question in words_on(page) and "<mark>云服务</mark>" in markup_of(page)
    assert 'href="/manual/#' in markup_of(firm.get("/manual/", {"q": "延期 截止日"}))
    DistrictContact.objects.create(district=cast.yuzhong, leader="张", clerk="陈宇", post="科员", phone="023-63890000")
    assert "请问：渝中区 陈宇 023-63890000" in words_on(firm.get("/manual/", {"q": "独角兽"}))
    stranger = words_on(client.get("/manual/", {"q": "云服务"}))
    assert CLOUD.question not in stranger
    assert "报送区县" in words_on(client.get("/manual/", {"q": "独角兽"}))
    assert "<script>" not in markup_of(client.get("/manual/", {"q": "<script>alert(1)</script>"}))


# Writing


def test_only_who_keeps_them_writes_and_everything_is_journalled(cast):
    for stranger in (cast.li_na, cast.chen_yu, cast.wu_gang):
        with pytest.raises(Refused, match="协会和市级"):
            questions.write(CLOUD, by=stranger, at=AT)
    entry = write(cast)
    with pytest.raises(DoneAlready, match="已经有了"):
        write(cast)
    said = QuestionWords(CLOUD.question, "另一个答复", "r605、软统企6", False)
    entry = questions.change(entry, said, 0, by=cast.zhou_tao, at=AT)
    assert (entry.codes, entry.published) == (["R605", "软统企6"], False)
    line = JournalEntry.objects.get(action="修改常见问题")
    assert line.before["答复"] == CLOUD.answer and line.after["公开"] == "否" and line.by == cast.zhou_tao
    with pytest.raises(DoneAlready, match="没有改动"):
        questions.change(entry, said, 1, by=cast.zhou_tao, at=AT)
    with pytest.raises(questions.QuestionOvertaken, match="别人改过"):
        questions.change(entry, CLOUD, 0, by=cast.liu_fang, at=AT)


def test_a_code_nobody_knows_is_refused_with_examples(cast):
    with pytest.raises(Refused, match="没有“9999、X”.*软统企6、2010、R605"):
        write(cast, QuestionWords("问", "答", "9999 x 2010"))
    entry = FrequentQuestion.objects.create(
        question="旧", answer="旧", about=" OLD1 ", by=cast.liu_fang, at=AT, changed_at=AT
    )
    entry = questions.change(entry, QuestionWords("旧", "新", "OLD1 2010"), 0, by=cast.liu_fang, at=AT)
    assert entry.codes == ["OLD1", "2010"]  # an earlier edition's may stay


def test_the_pages_write_and_change(may, cast):
    client = sign_in(cast.liu_fang)
    assert "还没有常见问题" in words_on(client.get("/questions/"))
    said = {"question": CLOUD.question, "answer": CLOUD.answer, "about": "软统企6 9999", "published": "on"}
    assert "没有“9999”" in words_on(client.post("/questions/write/", said), 422)
    said["about"] = "软统企6 2022"
    assert "已保存并公开" in words_on(client.post("/questions/write/", said, follow=True))
    entry = FrequentQuestion.objects.get()
    address = f"/questions/{entry.pk}/"
    said |= {"answer": "新答复", "published": ""}
    assert "别人改过" in words_on(client.post(address, said), 422)
    assert "还没有公开" in words_on(client.post(address, {**said, "version": "0"}, follow=True))
    assert "新答复" not in words_on(sign_in(cast.li_na).get("/questions/"))


# Beside tables and rules


def test_a_table_and_a_finding_lead_to_what_concerns_them(may, cast, django_capture_on_commit_callbacks):
    workflow.save_sheet(may.filing, "软统企6", {**CLEAN_MAY, "2090.c1": "-900"}, 0, may.clerk, AT)
    page = sign_in(may.clerk).get("/filings/2024M05/t6/")
    assert "/questions/" not in markup_of(page) and "R628" in words_on(page)
    with django_capture_on_commit_callbacks(execute=True):
        write(cast, QuestionWords("亏损要说明吗", "要说明。", "软统企6 2090 R628", True))
    page = markup_of(sign_in(may.clerk).get("/filings/2024M05/t6/"))
    assert 'href="/questions/?about=R628"' in page and 'href="/questions/?about=2090"' in page
    assert "软统企6的常见问题" in page
    edition = markup_of(sign_in(cast.zhou_tao).get("/city/editions/chongqing-2024/tables/t6/"))
    assert "/questions/?about=" in edition


# Taken from a conversation


def test_nothing_of_a_merged_entry_stays_in_a_draft(cast):
    """Its people went to the other entry, and write their numbers as people do."""
    twins = make_twins(cast)
    said = "我是胡斌，91500108ma5u88885j，电话 023 62880000、139 0000 0001，云图软件和重庆云图软件有限责任公司是一家。"
    say(twins.twin_filing, said, twins.hu_bin, AT)
    answer = say(twins.twin_filing, "胡斌你好，请按 2022 填。", cast.he_qing, AT)
    merge(cast, twins.kept, twins.twin)
    entry = taking.take(Message.objects.get(pk=answer.pk), by=cast.liu_fang, at=AT)
    kept = entry.question + entry.answer
    assert not [word for word in ("胡斌", "88885", "6288", "0001", "云图") if word in kept], kept
    assert "请按 2022 填" in kept


def test_an_answer_becomes_a_draft_without_the_firm(may, cast):
    say(
        may.filing,
        "重庆云图软件有限公司（91500103MA5U12346B）的云图托管费怎么填？李娜 13800000001",
        may.clerk,
        AT,
        "2022.c1",
    )
    answer = say(may.filing, "云图软件的托管费计入云服务，请李娜核对。", may.reviewer, AT)
    entry = taking.take(answer, by=cast.liu_fang, at=AT)
    assert entry.question == "本企业（（略））的本企业托管费怎么填？（略） （略）"
    assert entry.answer == "本企业的托管费计入云服务，请（略）核对。"
    assert (entry.codes, entry.published, entry.source) == (["软统企6", "2022"], False, answer)
    with pytest.raises(taking.TakenAlready, match="已经列入") as before:
        taking.take(answer, by=cast.zhou_tao, at=AT)
    assert before.value.entry == entry and FrequentQuestion.objects.count() == 1
    lines = JournalEntry.objects.filter(action="列入常见问题草稿")
    assert "云图" not in str(list(lines.values()))


def test_only_an_office_that_takes_part_takes_an_answer(may, cast):
    asked = say(may.filing, "怎么填？", may.clerk, AT)
    answer = say(may.filing, "照合同填。", may.reviewer, AT)
    with pytest.raises(Refused, match="答复上点"):
        taking.take(asked, by=cast.liu_fang, at=AT)
    for stranger in (may.clerk, cast.he_qing, cast.wu_gang):
        with pytest.raises(Refused, match="参与这条留言"):
            taking.take(answer, by=stranger, at=AT)
    assert taking.take(answer, by=cast.chen_yu, at=AT).by == cast.chen_yu


def test_the_button_in_a_conversation(may, cast):
    say(may.filing, "怎么填？", may.clerk, AT)
    answer = say(may.filing, "照合同填。", may.reviewer, AT)
    address, page = f"/questions/from-message/{answer.pk}/", f"/threads/{may.filing.pk}/"
    assert f'action="{address}"' in markup_of(sign_in(cast.chen_yu).get(page))
    assert address not in markup_of(sign_in(may.clerk).get(page))
    assert sign_in(cast.he_qing).post(address).status_code == 404
    district = sign_in(cast.chen_yu)
    assert "已存为常见问题草稿" in words_on(district.post(address, follow=True))
    keeper = sign_in(cast.liu_fang)
    again = keeper.post(address, follow=True)
    assert "已经列入常见问题（草稿）" in words_on(again) and "通读一遍" in words_on(again)
    assert FrequentQuestion.objects.get().question == "怎么填？"
