"""What the official form's script sends and is answered: what changed, in JSON; and whose page it is."""

import pytest
from django.urls import reverse

from accounts import clock
from accounts.models import JournalEntry
from reporting import workflow
from reporting.firm.views import answers
from reporting.models import Filing
from tests.cast import AT, Cast
from tests.filing.test_two_people import LATER, MAY, cells_of, save
from tests.may import CLEAN_MAY, fresh, make_may
from tests.officials import sign_in
from tests.reading import markup_of, words_on

pytestmark = pytest.mark.django_db
SHEET = reverse("sheet", args=["2024M05", "t6"])


@pytest.fixture
def may(cast: Cast, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: LATER)
    return make_may(cast)


def press(user, cells, version, then="save", status=200, **more):
    sent = {**cells, "version": version, "then": then, **more}
    answer = sign_in(user).post(SHEET, sent, headers={"Accept": "application/json"})
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/json")
    return answer.json()


def test_an_autosave_stores_judges_nothing_and_says_what_it_is(cast, may, monkeypatch):
    monkeypatch.setattr("reporting.filing.judging.judge_cells", lambda *_: pytest.fail("judged"))
    assert press(cast.li_na, CLEAN_MAY, 0, "keep") == {"version": 1, "saved": "09:35", "others": {}}
    assert press(cast.li_na, {"2050.c1": " 410 "}, 1, "keep") == {"version": 2, "saved": "09:35", "others": {}}
    assert cells_of(may.filing) == {**CLEAN_MAY, "2050.c1": "410"}
    line = JournalEntry.objects.filter(action=f"保存{MAY}").order_by("pk").last()
    assert (line.by, line.subject, line.before, line.after) == (
        cast.li_na,
        "自动保存",
        {"2050.c1": "400"},
        {"2050.c1": "410"},
    )


def test_an_autosave_takes_the_verdict_of_the_last_check_away(cast, may):
    save(may.filing, cast.li_na, CLEAN_MAY, 0)
    workflow.check(may.filing, cast.li_na, AT)
    press(cast.li_na, {"2050.c1": "410"}, 1, "keep")
    assert fresh(may.filing).checked == Filing.UNCHECKED


def test_what_was_not_heard_is_sent_again_and_changes_nothing(cast, may):
    for _ in range(2):
        assert press(cast.li_na, CLEAN_MAY, 0, "keep")["version"] == 1
    assert JournalEntry.objects.filter(action=f"保存{MAY}").count() == 1


@pytest.mark.parametrize("then", ["keep", "save"])
def test_what_others_saved_before_a_press_is_told_whatever_they_save_after_it(cast, may, monkeypatch, then):
    save(may.filing, cast.wang_lei, {"2010.c1": "1000"}, 0)
    answered = answers.kept

    def saved_meanwhile(sheet, press):
        save(may.filing, cast.wang_lei, {"2090.c1": "280"}, sheet.version)
        return answered(sheet, press)

    monkeypatch.setattr(answers, "kept", saved_meanwhile)
    answer = press(cast.li_na, {"2050.c1": "400"}, 0, then)
    assert (answer["version"], answer["others"].keys()) == (2, {"2010.c1"})


def test_a_save_is_answered_with_figures_remarks_tabs_and_findings(cast, may):
    said = press(cast.li_na, {**CLEAN_MAY, "20211.c1": "600"}, 0)
    assert said["figures"]["2020.c1"] == "900.00"  # 500 + 300 + 100
    assert "2010.c1" not in said["figures"]
    assert said["says"]["20211.c1"]["wrong"] and "R602" in said["says"]["20211.c1"]["words"]
    assert "has-error" in said["says"]["20211.c1"]["marks"].split()
    assert said["title"].startswith("2024年5月 软统企6 · 草稿，") and "处须修改" in said["title"]
    for part in ('id="tabs"', 'id="bar"', 'id="found"', "R602"):
        assert part in said["html"]
    assert len(said["html"]) < 20_000 and "grid-form" not in said["html"]


def test_a_check_is_answered_in_the_same_shape(cast, may):
    said = press(cast.li_na, CLEAN_MAY, 0, "check")
    assert said.keys() == {"version", "saved", "others", "title", "figures", "says", "html"}
    assert fresh(may.filing).checked == Filing.PASSED


def test_what_others_saved_meanwhile_is_told_with_their_names(cast, may):
    save(may.filing, cast.li_na, {"2010.c1": "1000", "2050.c1": "400"}, 0)
    save(may.filing, cast.li_na, {"2010.c1": "1100"}, 1)
    theirs = {"text": "1100", "shown": "1100", "by": "李娜", "at": "6月5日 09:30"}
    assert press(cast.wang_lei, {"2050.c1": "410"}, 1, "keep")["others"] == {"2010.c1": theirs}
    assert press(cast.wang_lei, {"2050.c1": "411"}, 3, "keep")["others"] == {}


def test_they_are_told_too_where_this_press_finds_nothing_to_change(cast, may):
    save(may.filing, cast.li_na, {"2010.c1": "1000", "2050.c1": "400"}, 0)
    said = press(cast.wang_lei, {"2050.c1": "400"}, 0, "keep")
    assert (said["version"], said["others"].keys()) == (1, {"2010.c1"})


def test_a_conflict_stores_nothing_and_tells_both_kinds_apart(cast, may):
    save(may.filing, cast.li_na, {"2010.c1": "1000", "2050.c1": "400"}, 0)
    save(may.filing, cast.li_na, {"2010.c1": "1100", "2051.c1": "20"}, 1)
    said = press(cast.wang_lei, {"2010.c1": "1200", "2050.c1": "410"}, 1, "keep", status=409)
    assert said["version"] == 2 and "已由李娜改成别的内容" in said["refusal"]
    assert {key: one["text"] for key, one in said["theirs"].items()} == {"2010.c1": "1100"}
    assert {key: one["text"] for key, one in said["others"].items()} == {"2051.c1": "20"}
    assert cells_of(may.filing)["2050.c1"] == "400"
    press(cast.wang_lei, {"2050.c1": "410"}, said["version"], "keep")  # the rest
    press(cast.wang_lei, {"2010.c1": "1200"}, 3, "keep")  # settled: mine
    assert cells_of(may.filing) == {"2010.c1": "1200", "2050.c1": "410", "2051.c1": "20"}


def test_a_settled_cell_that_changed_once_more_is_in_conflict_again(cast, may):
    save(may.filing, cast.li_na, {"2010.c1": "1000"}, 0)
    said = press(cast.wang_lei, {"2010.c1": "1200"}, 0, "keep", status=409)
    save(may.filing, cast.li_na, {"2010.c1": "1300"}, 1)
    assert press(cast.wang_lei, {"2010.c1": "1200"}, said["version"], "keep", status=409)["theirs"].keys() == {
        "2010.c1"
    }


def test_the_autosaves_of_one_sitting_are_one_row_of_the_journal_with_every_change_in_it(cast, may):
    for version, text in enumerate(("100", "200", "300")):
        press(cast.li_na, {"2050.c1": text}, version, "keep")
    press(cast.wang_lei, {"2051.c1": "20"}, 3, "keep")
    page = words_on(sign_in(cast.li_na).get(reverse("journal")))
    assert page.count("自动保存") == 2 and "自 09:35:00 起 3 次" in page
    for text in ("100", "200", "300", "20"):
        assert f"新：2050.c1：{text}" in page or f"新：2051.c1：{text}" in page


def test_a_refusal_says_why(cast, may):
    said = press(cast.li_na, {"2010.c1": "9" * 501}, 0, "keep", status=409)
    assert said.keys() == {"refusal"} and "一格最多 500 字" in said["refusal"]


def test_a_page_another_person_left_open_writes_nothing_of_theirs(cast, may):
    page = f"{cast.li_na.pk}-{may.filing.pk}"
    assert f'name="page" value="{page}"' in markup_of(sign_in(cast.li_na).get(SHEET))
    said = press(cast.wang_lei, CLEAN_MAY, 0, "keep", status=409, page=page)
    assert "本页是另一个账号或另一家企业打开的" in said["refusal"]
    plain = sign_in(cast.wang_lei).post(SHEET, {**CLEAN_MAY, "version": 0, "then": "save", "page": page})
    assert "本页是另一个账号" in words_on(plain, 409)
    assert not may.filing.sheets.exists()
    press(cast.li_na, CLEAN_MAY, 0, "keep", page=page)


def test_a_strangers_page_is_not_there(cast, may):
    answer = sign_in(cast.zhou_tao).post(SHEET, {"version": 0}, headers={"Accept": "application/json"})
    assert answer.status_code == 403


def test_a_plain_form_that_says_keep_is_a_save(cast, may):
    answer = sign_in(cast.li_na).post(SHEET, {**CLEAN_MAY, "version": 0, "then": "keep"})
    assert "上报前" in words_on(answer)


def test_signing_out_tells_the_browser_to_keep_nothing(cast):
    assert sign_in(cast.li_na).post(reverse("sign_out"))["Clear-Site-Data"] == '"storage"'
