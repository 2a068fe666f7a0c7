"""Working for another firm: its address says for which; only under a grant that holds; only what standing in allows."""

import json
import uuid
from datetime import date

import pytest
from django.urls import get_script_prefix, reverse

from accounts import clock, journal, people
from accounts.access import Refused
from accounts.models import STANDING_IN, Grant, JournalEntry, Letter
from reporting import workflow
from reporting.conversation import threads
from reporting.models import BaseAdjustment, Submission, ThreadSeen
from reporting.standing_in import granting
from tests.cast import AT, PASSWORD
from tests.may import AFTER_DUE, CLEAN_MAY, fresh, make_may
from tests.officials import freeze, sign_in
from tests.reading import markup_of, words_on
from tests.standing_in.granting import at_firm, let_stand_in
from tests.test_every_url import PAGES, named_patterns

pytestmark = pytest.mark.django_db
SHEET = "/filings/2024M05/t6/"


@pytest.fixture
def may(cast, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)
    monkeypatch.setattr(clock, "today", lambda: AT.date())
    return make_may(cast)


@pytest.fixture
def grant(cast, may):
    return let_stand_in(cast)


@pytest.fixture
def person(cast, grant):
    return sign_in(cast.zhao_min)


def keep(client, path, cells, **more):
    sent = {**cells, "version": 0, "then": "keep", **more}
    return client.post(path, sent, headers={"Accept": "application/json"})


def cells_of(filing) -> dict:
    sheet = filing.sheets.filter(table="软统企6").first()
    return sheet.cells if sheet else {}


def test_a_month_is_filled_checked_and_submitted_for_another_firm(cast, may, person):
    home = words_on(person.get(at_firm(cast.yuntu)))
    assert f"赵敏 · 代填 {cast.yuntu}" in home and "2024年5月" in home
    answer = person.post(at_firm(cast.yuntu, SHEET), {**CLEAN_MAY, "version": 0, "then": "check"})
    assert answer.status_code == 200
    for finding in workflow.check(may.filing, cast.li_na, AT).warnings:
        workflow.explain(may.filing, finding.rule, finding.fingerprint, cast.li_na, AT, reason_code="01")
    path = at_firm(cast.yuntu, "/filings/2024M05/submit/")
    receipt = person.post(path, {"signer": "王经理", "committed": "yes"}, follow=True)
    assert receipt.redirect_chain[-1][0].startswith(at_firm(cast.yuntu, "/filings/2024M05/submissions/1/"))
    sent = Submission.objects.get(filing=may.filing)
    said = f"赵敏（{cast.jialing}，代{cast.yuntu}）"
    assert (sent.submitted_by, sent.sender) == (cast.zhao_min, said)
    assert said in words_on(receipt)
    written = JournalEntry.objects.get(action="确定上报")
    assert (written.by, written.by_name, written.enterprise) == (cast.zhao_min, said, cast.yuntu)
    assert person.post(at_firm(cast.yuntu, "/filings/2024M05/recall/"), follow=True).status_code == 200
    assert fresh(may.filing).in_force is None


def test_every_link_of_a_page_stays_with_its_firm(cast, may, person):
    for path in ("/", "/history/", "/filings/2024M05/", SHEET, "/filings/2024M05/submit/", "/record/", "/messages/"):
        page = markup_of(person.get(at_firm(cast.yuntu, path)))
        assert f'href="{at_firm(cast.yuntu, "/history/")}"' in page
        assert 'action="/logout/"' in page and 'href="/account/"' in page  # the person's own
        assert 'href="/filings/' not in page and 'action="/filings/' not in page


def test_notes_that_are_kept_for_all_firms_know_of_none(cast, may, person, monkeypatch):
    monkeypatch.setattr("reporting.firm.views.sheet.codes_answered", lambda: {"2010", "2050"})
    assert f"{at_firm(cast.yuntu)}questions/" not in markup_of(person.get(at_firm(cast.yuntu, SHEET)))
    assert f"{at_firm(cast.yuntu)}questions/" not in markup_of(sign_in(cast.li_na).get(SHEET))


def test_two_tabs_on_two_firms_write_each_into_its_own(cast, may, person):
    """And in any order: nothing of which firm it is lies in the session."""
    assert person.get(SHEET).status_code == person.get(at_firm(cast.yuntu, SHEET)).status_code == 200
    assert keep(person, SHEET, {"2010.c1": "1"}).status_code == 200
    assert keep(person, at_firm(cast.yuntu, SHEET), {"2010.c1": "2"}).status_code == 200
    assert keep(person, SHEET, {"2050.c1": "3"}, version=1).status_code == 200
    assert keep(person, at_firm(cast.yuntu, SHEET), {"2050.c1": "4"}, version=1).status_code == 200
    own = cast.jialing.filings.get()
    assert cells_of(own) == {"2010.c1": "1", "2050.c1": "3"}
    assert cells_of(may.filing) == {"2010.c1": "2", "2050.c1": "4"}


def test_a_page_of_one_firm_sent_to_another_is_refused(cast, may, person):
    page = f"{cast.zhao_min.pk}-{may.filing.pk}"
    refused = keep(person, SHEET, {"2010.c1": "1"}, page=page)
    assert refused.status_code == 409 and "另一家企业打开的" in refused.json()["refusal"]
    assert cells_of(cast.jialing.filings.get()) == {}


def test_without_a_grant_there_is_no_such_page(cast, may):
    for client in (sign_in(cast.sun_jie), sign_in(cast.chen_yu), sign_in(cast.zhou_tao)):
        assert client.get(at_firm(cast.yuntu, SHEET)).status_code == 404
        assert keep(client, at_firm(cast.yuntu, SHEET), {"2010.c1": "1"}).status_code == 404
    granting.give(cast.yuntu, name="孙洁", account="13800000004", basis="集团", by=cast.li_na, at=AT)
    assert sign_in(cast.sun_jie).get(at_firm(cast.yuntu)).status_code == 404  # not accepted yet
    assert cells_of(may.filing) == {}


def test_a_stranger_signs_in_and_comes_back(cast, may, client, grant):
    answer = client.get(at_firm(cast.yuntu, SHEET))
    assert answer.url == f"/login/?next={at_firm(cast.yuntu, SHEET)}"
    sent = {"username": cast.zhao_min.username, "password": PASSWORD}
    assert client.post(answer.url, sent).url == at_firm(cast.yuntu, SHEET)
    assert client.get(at_firm(cast.yuntu, "/login/")).url == "/login/"


def test_ended_while_a_sheet_is_open_the_save_says_so_and_nothing_is_stored(cast, may, person, grant):
    assert keep(person, at_firm(cast.yuntu, SHEET), {"2010.c1": "1"}).status_code == 200
    granting.end(grant, why="不再需要", by=cast.li_na, at=AT)
    refused = keep(person, at_firm(cast.yuntu, SHEET), {"2010.c1": "2"}, version=1)
    assert refused.status_code == 409
    assert json.loads(refused.content)["refusal"].startswith(
        f"没有保存：您为{cast.yuntu}代填的授权已于 2024-06-05 09:30 结束"
    )
    assert cells_of(may.filing) == {"2010.c1": "1"}
    page = person.get(at_firm(cast.yuntu, SHEET))
    assert "代填已结束" in words_on(page, 403)
    assert person.post(at_firm(cast.yuntu, "/filings/2024M05/submit/")).status_code == 403
    let_stand_in(cast)
    assert person.get(at_firm(cast.yuntu, SHEET)).status_code == 200


def test_a_person_whose_account_is_stopped_works_for_nobody(cast, may, person):
    people.deactivate(cast.zhao_min, by=cast.chen_yu, at=AT, why="离职")
    assert "/login/" in person.get(at_firm(cast.yuntu, SHEET)).url
    assert not Grant.objects.in_force().exists()
    assert "账号已停用，不能代填" in words_on(sign_in(cast.li_na).get(reverse("grants")))


def test_the_own_firm_has_its_plain_address_alone(cast, may, person):
    assert person.get(at_firm(cast.jialing, f"{SHEET}?x=1")).url == f"{SHEET}?x=1"
    assert keep(person, at_firm(cast.jialing, SHEET), {"2010.c1": "1"}).status_code == 404


@pytest.mark.parametrize("path", ["/for/1//elsewhere.example/", "/for/0/", "/for/x/", "/for/99999999999/filings/"])
def test_no_odd_address_leads_anywhere(person, path):
    assert person.get(path).status_code == 404


# What standing in allows: the pages of a filing and of what was filed, and nothing of the firm itself.
OF_THE_FIRM = {
    *("home", "history", "filing", "sheet", "sheet_rules", "known_beside_sheet", "check", "wrong_cells", "explain"),
    *("workbook", "confirm_workbook", "marked_workbook", "submit", "submission", "submission_workbook", "recall"),
    *("extension", "late", "amend", "abandon_amendment", "answer", "adjustments", "attach_scan", "scan"),
    *("filing_paper", "submission_paper", "own_record", "certificate", "imported_period", "inbox", "thread"),
    *("deadlines", "deadlines_of_year", "practice", "books", "take_books", "code_list", "firm_year_own"),
}


def test_under_a_firms_address_are_the_pages_of_its_filings_alone(cast, may, person):
    known = {"period": "2024M05", "key": "t6", "kind": "csv", "frequency": "month"}
    stays = set()
    for name, pattern in named_patterns().items():
        wanted = pattern.pattern.converters or pattern.pattern.regex.groupindex
        told = known | ({"token": uuid.uuid4()} if name == "urging_outcome" else {})
        path = reverse(name, kwargs={each: told.get(each, 1) for each in wanted})
        answer = person.get(at_firm(cast.yuntu, path))
        if answer.status_code != 302 or answer.url != path:
            stays.add(name)
        else:
            assert person.post(at_firm(cast.yuntu, path)).status_code == 404, name
    assert stays == OF_THE_FIRM and stays < set(PAGES)


def test_standing_in_is_less_than_being_of_the_firm(cast):
    cast.zhao_min.working_for = cast.yuntu
    assert cast.zhao_min.duties is STANDING_IN
    assert cast.zhao_min.may.fill and cast.zhao_min.may.talk
    assert not (cast.zhao_min.may.keep_firm or cast.zhao_min.may.keep_accounts or cast.zhao_min.may.read_journal)


def test_outside_its_address_a_grant_opens_nothing(cast, may, grant):
    with pytest.raises(Refused, match="只有本企业的账号"):
        workflow.save_sheet(may.filing, "软统企6", {"2010.c1": "1"}, 0, cast.zhao_min, AT)


def test_a_letter_that_is_written_meanwhile_leads_others_to_plain_addresses(cast, may, person):
    path = at_firm(cast.yuntu, "/filings/2024M05/extension/")
    person.post(path, {"until": "2024-06-13", "reason": "财务人员住院"})
    letter = Letter.objects.get(stem="filing/extension_asked")
    assert letter.facts["path"].startswith("/district/")
    assert get_script_prefix() == "/"


def test_a_conflict_names_the_person_and_their_firm(cast, may, person):
    assert keep(person, at_firm(cast.yuntu, SHEET), {"2010.c1": "1"}).status_code == 200
    refused = keep(sign_in(cast.li_na), SHEET, {"2010.c1": "2"})
    assert f"赵敏（{cast.jialing}）" in refused.json()["refusal"]


def test_who_stands_in_reads_along_in_the_firms_conversation_until_it_ends(cast, may, person, grant):
    threads.say(may.filing, "请核对合同台账。", cast.chen_yu, AT)
    assert "消息 1 条未读" in words_on(person.get(at_firm(cast.yuntu)))
    assert "消息 1" not in words_on(person.get("/"))
    assert "1 条" in words_on(person.get(reverse("my_firms")))
    threads.plan_digest(AT.replace(hour=17))
    told = Letter.objects.get(stem="message_digest", to=cast.zhao_min.email)
    assert told.facts["messages"][0]["path"] == at_firm(cast.yuntu, f"/threads/{may.filing.pk}/")
    assert "请核对合同台账" in words_on(person.get(told.facts["messages"][0]["path"]))
    granting.end(grant, why="不再需要", by=cast.zhao_min, at=AT)
    assert not ThreadSeen.objects.filter(user=cast.zhao_min).exists()


@pytest.fixture
def typed_everywhere(cast, may, person):
    """云图's own people and 赵敏, for three firms, each a figure that is nowhere else."""
    let_stand_in(cast, enterprise=cast.shancheng)
    workflow.save_sheet(may.filing, "软统企6", {"2010.c1": "7101"}, 0, cast.li_na, AT)
    assert keep(person, at_firm(cast.yuntu, SHEET), {"2010.c1": "7102"}, version=1).status_code == 200
    assert keep(person, at_firm(cast.shancheng, SHEET), {"2010.c1": "7103"}).status_code == 200
    assert keep(person, SHEET, {"2010.c1": "7104"}).status_code == 200


def figures_on(answer) -> set[str]:
    return {figure for figure in ("7101", "7102", "7103", "7104") if figure.encode() in answer.content}


def test_a_firms_history_is_of_that_firm_whoever_changed_it(cast, typed_everywhere, person):
    assert figures_on(person.get(at_firm(cast.yuntu, "/history/"))) == {"7101", "7102"}
    assert figures_on(person.get(at_firm(cast.shancheng, "/history/"))) == {"7103"}
    assert figures_on(person.get("/history/")) == {"7104"}
    assert figures_on(sign_in(cast.li_na).get("/history/")) == {"7101", "7102"}


def test_a_firms_history_shows_who_stands_in_nothing_of_its_people(cast, may, person, grant):
    people.deactivate(cast.wang_lei, by=cast.li_na, at=AT, why="离职")
    shown = person.get(at_firm(cast.yuntu, "/history/")).context["lines"]
    assert "离职" not in {line["entry"].why for line in shown}
    assert "离职" in words_on(sign_in(cast.li_na).get("/history/"))


def test_what_was_done_for_another_firm_is_in_nobodys_journal_but_its_own(cast, typed_everywhere, person, grant):
    pages = ("/history/", "/journal/", "/journal/export.csv")
    assert [figures_on(person.get(page)) for page in pages] == [{"7104"}] * 3
    granting.end(grant, why="不再需要", by=cast.li_na, at=AT)
    assert [figures_on(person.get(page)) for page in pages] == [{"7104"}] * 3
    assert [figures_on(sign_in(cast.li_na).get(page)) for page in pages] == [{"7101", "7102"}] * 3


def test_own_deeds_about_no_firm_stay_in_the_own_journal(cast):
    journal.record(by=cast.zhao_min, at=AT, action="找回密码")
    assert JournalEntry.objects.visible_to(cast.zhao_min).filter(action="找回密码").exists()


def ask_and_decide(cast, may, kind: str) -> None:
    if kind == "extension":
        asked = workflow.ask_extension(may.filing, date(2024, 6, 13), cast.li_na, AT, "财务人员住院")
        workflow.decide_extension(asked, True, cast.chen_yu, AT)
    elif kind == "late":
        asked = workflow.ask_late(may.filing, cast.li_na, AFTER_DUE, "财务人员住院")
        workflow.decide_late(asked, True, cast.chen_yu, AFTER_DUE)
    else:
        asked = BaseAdjustment.objects.create(
            filing=may.filing, cell="2010.c3", old="1", new="2", reason="并购", asked_by=cast.li_na, asked_at=AT
        )
        workflow.decide_adjustment(asked, True, cast.chen_yu, AT)


@pytest.mark.parametrize(("kind", "page"), [("extension", ""), ("late", ""), ("adjustment", "bases/")])
def test_what_was_asked_for_is_answered_to_who_stands_in_and_wants_letters(cast, may, grant, kind, page):
    granting.be_reminded(grant, True, by=cast.zhao_min, at=AT)
    ask_and_decide(cast, may, kind)
    own = f"/filings/2024M05/{page}"
    told = Letter.objects.filter(stem=f"filing/{kind}_decided")
    assert {letter.to: letter.facts["path"] for letter in told} == {
        cast.li_na.email: own,
        cast.wang_lei.email: own,
        cast.zhao_min.email: at_firm(cast.yuntu, own),
    }


@pytest.mark.parametrize("kind", ["extension", "late", "adjustment"])
def test_who_stands_in_and_wants_no_letters_gets_none(cast, may, grant, kind):
    ask_and_decide(cast, may, kind)
    assert Letter.objects.filter(stem=f"filing/{kind}_decided", to=cast.li_na.email).exists()
    assert not Letter.objects.filter(stem=f"filing/{kind}_decided", to=cast.zhao_min.email).exists()


@pytest.mark.parametrize("kind", ["extension", "late"])
def test_whoever_asks_is_told_who_will_be_written_to(cast, may, person, grant, monkeypatch, kind):
    if kind == "late":
        monkeypatch.setattr(clock, "now", lambda: AFTER_DUE)
    given = {"until": "2024-06-13", "reason": "财务人员住院"}
    path = at_firm(cast.yuntu, f"/filings/2024M05/{kind}/")
    assert f"写信通知{cast.yuntu}的人" in words_on(person.post(path, given, follow=True))
    granting.be_reminded(grant, True, by=cast.zhao_min, at=AT)
    assert "写信通知您" in words_on(person.post(path, given, follow=True))
    assert "写信通知您" in words_on(sign_in(cast.li_na).post(f"/filings/2024M05/{kind}/", given, follow=True))


def test_what_the_district_decided_is_told_to_who_asked_for_it_at_their_own_address(cast, may, grant):
    submission = freeze(may.filing, cast.li_na, CLEAN_MAY)
    workflow.query(submission, cast.chen_yu, AT, "请说明。")
    assert not Letter.objects.filter(stem="filing/queried", to=cast.zhao_min.email).exists()
    workflow.answer(may.filing, cast.li_na, AT, "已核实。")
    granting.be_reminded(grant, True, by=cast.zhao_min, at=AT)
    workflow.send_back(submission, [{"cell": "", "reason": "请核对。"}], cast.chen_yu, AT)
    told = Letter.objects.filter(stem="filing/sent_back")
    own, there = "/filings/2024M05/", at_firm(cast.yuntu, "/filings/2024M05/")
    assert {letter.to: letter.facts["path"] for letter in told} == {
        cast.li_na.email: own,
        cast.wang_lei.email: own,
        cast.zhao_min.email: there,
    }


def test_all_that_is_owed_stands_on_one_page_in_the_order_of_its_dates(cast, may, person):
    may.filing.extended_to = may.filing.period.enterprise_deadline.date.replace(day=13)
    may.filing.save()
    page = words_on(person.get(reverse("my_firms")))
    assert "我的企业：全部待报 2 份" in page
    assert page.index(f"{cast.jialing} 本企业") < page.index(f"{cast.yuntu} 2024年5月")
    assert f'href="{at_firm(cast.yuntu, SHEET)}"' in markup_of(person.get(reverse("my_firms")))
    assert "切换企业" in page and "切换企业" in words_on(person.get("/"))


def test_who_files_for_one_firm_sees_no_switch(cast, may):
    client = sign_in(cast.sun_jie)
    assert "切换企业" not in words_on(client.get("/"))
    page = words_on(client.get(reverse("my_firms")))
    assert "您还没有为别的企业代填" in page and "全部待报 1 份" in page
