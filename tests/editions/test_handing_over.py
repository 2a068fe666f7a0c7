"""An open period goes to another edition while its firms fill it: each text goes along or is named, none is changed."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import JournalEntry
from forms_tables.edition.catalog import load_edition
from reporting import workflow
from reporting.editions.governance import govern
from reporting.editions.handing_over import carried
from reporting.filing.judging import judge, typed_cells
from reporting.models import Filing, Sheet, State
from reporting.models.handover import HANDED_OVER
from reporting.workflow import Conflict
from tests.cast import AT
from tests.editions.next_year import NEXT, THIS, change, folders, forget, make_next_year
from tests.may import CLEAN_MAY, fresh, make_may
from tests.officials import make_it_be, sign_in
from tests.reading import words_on

pytestmark = pytest.mark.django_db
WHY = "渝经信软件〔2025〕3号"
T6 = "软统企6"
LEFT = "软统企6表2113“"


@pytest.fixture
def may(cast, tmp_path, monkeypatch):
    """云图 has typed its May; 2051 goes on as 2052 in the next edition, 2113 ends there, 2053 is new."""
    with folders(tmp_path / "definitions", monkeypatch) as place:
        make_next_year(place)
        call_command("load_edition", stdout=StringIO())
        may = make_may(cast)
        may.place = place
        workflow.save_sheet(may.filing, T6, CLEAN_MAY | {"2052.c1": ""}, 0, may.clerk, AT)
        yield may


def give_to_next(may) -> Filing:
    govern(NEXT, "2024M05", "", may.city, AT, WHY)
    return fresh(may.filing)


def give_back(may) -> Filing:
    govern(NEXT, "2024A", "", may.city, AT, WHY)
    return fresh(may.filing)


def told(may) -> JournalEntry:
    return JournalEntry.objects.filter(action=HANDED_OVER).get()


def test_a_text_goes_to_the_row_that_continues_its_own_letter_for_letter(may):
    workflow.save_sheet(may.filing, T6, {"2051.c1": " 2０,x "}, 1, may.clerk, AT)  # a draft may be wrong, and stays it
    typed = typed_cells(give_to_next(may))
    assert typed == {key: text for key, text in CLEAN_MAY.items() if key != "2051.c1"} | {"2052.c1": "2０,x"}


def test_the_other_edition_judges_what_was_carried(may):
    judged = judge(give_to_next(may))
    assert judged.edition.code == NEXT and judged.completed.values["2052.c1"] == 20


def test_the_journal_says_who_moved_which_cell_and_why(may):
    give_to_next(may)
    line = told(may)
    assert (line.by, line.enterprise, line.period, line.why) == (may.city, may.firm, "2024M05", WHY)
    assert line.before == {"2051.c1": "20", "2052.c1": ""}
    assert {key: line.after[key] for key in line.before} == {"2051.c1": "", "2052.c1": "20"}
    assert line.after["转入对应行的格数"] == len(CLEAN_MAY) - 1
    [(place, text)] = line.after["没有对应的行"].items()
    assert place.startswith(LEFT) and text == "12.5"


def test_what_has_no_counterpart_stays_stored_and_comes_to_light_again(may):
    assert typed_cells(give_to_next(may))["2113.c1"] == "12.5"
    assert typed_cells(give_back(may)) == CLEAN_MAY


def test_a_text_is_never_shown_as_the_figure_of_another_row(may):
    """2010 means something else in this next edition: what was typed there is in the journal alone."""
    change(may.place / NEXT / "concordance.toml", r"\[codes\]", '[codes]\n"2010" = ""')
    forget()
    assert "2010.c1" not in typed_cells(give_to_next(may))
    line = told(may)
    assert (line.before["2010.c1"], line.after["2010.c1"]) == ("1000", "")
    assert "1000" in line.after["没有对应的行"].values()


def test_a_code_used_again_takes_the_text_of_the_row_it_continues(may):
    before, edition = load_edition(THIS), load_edition(NEXT)
    found = carried({"2051.c1": "20", "2052.c1": "astray"}, before, edition)
    assert (found.shown, found.aside, found.left) == ({"2052.c1": "20"}, {}, {})


def test_who_has_not_begun_has_no_line(may):
    give_to_next(may)
    assert told(may).enterprise == may.firm  # of three that owe May


def test_a_page_opened_before_meets_what_was_moved_since(may):
    filing = give_to_next(may)
    with pytest.raises(Conflict) as conflict:
        workflow.save_sheet(filing, T6, {"2052.c1": "7"}, 1, may.clerk, AT)
    assert conflict.value.theirs.keys() == {"2052.c1"}
    workflow.save_sheet(filing, T6, {"2010.c1": "1001"}, 1, may.clerk, AT)
    saved = Sheet.objects.get(filing=filing, table=T6)
    assert (saved.cells["2010.c1"], saved.cells["2052.c1"]) == ("1001", "20")


def test_the_firm_is_told_until_it_has_submitted(may):
    make_it_be(AT.date())
    client = sign_in(may.clerk)
    pages = [reverse("filing", args=["2024M05"]), reverse("sheet", args=["2024M05", "t6"]), "/"]
    assert not any("改按" in words_on(client.get(page)) for page in pages)
    give_to_next(may)
    for page in pages:
        said = words_on(client.get(page))
        assert "改按《软件和信息技术服务业统计调查制度（重庆2025年口径）》填报" in said
        assert f"原来填的 {len(CLEAN_MAY) - 1} 格已转入新制度中对应的行" in said
        assert f"1 格在新制度中没有对应的行，不再显示，原文已留存（{LEFT}" in said
        assert "请核对后重新做数据审核" in said
    Filing.objects.filter(pk=may.filing.pk).update(state=State.RETURNED)  # it was submitted since
    assert not any("改按" in words_on(client.get(page)) for page in pages)


def test_a_withdrawn_period_goes_along_with_its_drafts(may, cast):
    """It may be opened again, and then its rows are those of the edition that governs it."""
    workflow.withdraw_period(may.may, may.city, AT, "误开。", drafts_seen=5)
    govern(NEXT, "2024M05", "", may.city, AT, WHY)
    again = workflow.open_period("2024M05", may.city, AT)
    assert again.edition_code == NEXT
    cells = Sheet.objects.get(filing=may.filing, table=T6).cells
    assert cells["2052.c1"] == CLEAN_MAY["2051.c1"] and "2051.c1" not in cells
