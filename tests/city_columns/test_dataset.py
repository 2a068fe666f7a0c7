"""The stored columns of a period: they say of every filing what judging it says, and follow the record."""

import os
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import polars as pl
import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Enterprise, JournalEntry, User
from forms_tables.edition import drafting
from forms_tables.edition.catalog import load_edition
from forms_tables.rules.checks import examine, findings_of_cells
from reporting import city_columns, workflow
from reporting.city_columns import files, tasks
from reporting.city_columns.files import if_free, in_turn, path_of
from reporting.city_columns.marks import counting_in, counting_of
from reporting.city_columns.repairing import mended
from reporting.city_columns.scaling import ScaledColumns, scaled, together
from reporting.demo import city
from reporting.editions import drafts
from reporting.filing.judging import facts_for, judge, submission_values
from reporting.models import BaseAdjustment, Filing, Period, Rehearsal, Sheet, State, Submission
from reporting.models.standing import OWED, WITH_FIRM
from reporting.recheck import recheck, rechecked
from reporting.register import upkeep
from tests.cast import AT, SHANGHAI, make_enterprise
from tests.filling.figures import file_values
from tests.may import CLEAN_MAY, fresh, make_may, open_period
from tests.officials import file_may, freeze

pytestmark = pytest.mark.django_db
# 嘉陵 makes chips and owes 软统企7, which it has not begun; 山城's embedded software needs its coefficient.
LAST_MAY = {"2010.c1": "950.00", "2020.c1": "800.00", "2021.c1": "450.00", "20211.c1": "90.00", "2112.c1": "38"}
APRIL = {"2010.c1": "1100.00", "2020.c1": "700.00", "2112.c1": "40"}


@pytest.fixture
def may(cast):
    return make_may(cast)


@pytest.fixture
def drafted(may):
    workflow.save_sheet(may.filing, "软统企6", CLEAN_MAY, 0, may.clerk, AT)
    return may


def filed_before(may, code: str, values: dict[str, str], filing: Filing | None = None) -> Submission:
    filing = filing or may.filing
    period = Period.objects.filter(pk=code).first() or open_period(code, date(2024, 1, 1))
    before = Filing.objects.create(
        enterprise=filing.enterprise, period=period, district=filing.district, state=State.APPROVED
    )
    return file_values(before, values, may.clerk)


def column(period: Period, label: str) -> list[Decimal | str | None]:
    """A column of the ledger as values."""
    stored = city_columns.load(period, [label])
    places = stored.ledger.scales.get(label)
    values = stored.ledger.frame[label].to_list()
    return values if places is None else [None if v is None else Decimal(v).scaleb(-places) for v in values]


def found_alone(filing: Filing) -> list[tuple]:
    """What judging this one filing finds: rule and cells of each finding."""
    if filing.is_with_firm:
        judgement = judge(filing)
        findings = [*findings_of_cells(judgement.edition, judgement.completed), *judgement.findings]
        unruled = [p for p in judgement.completed.problems if not p.rule]
        return sorted(
            [(f.rule, f.cells) for f in findings] + [("-", (f"{p.table}!{p.code}.{p.column}",)) for p in unruled]
        )
    facts = replace(facts_for(filing), attributes=filing.in_force.attributes)
    return sorted((f.rule, f.cells) for f in examine(filing.edition, submission_values(filing.in_force), facts))


def found_together(period: Period) -> dict[int, list[tuple]]:
    found = recheck(period)
    listed: dict[int, list[tuple]] = {filing: [] for filing in found.judged["filing"]}
    for row in found.findings.iter_rows(named=True):
        listed[row["filing"]].append((row["rule"], found.cells_of(row)))
    return {filing: sorted(rows) for filing, rows in listed.items()}


def judged(period: Period) -> set[int]:
    """Which filings of a period are judged: with the firm and something typed, or submitted and owed."""
    typed = Sheet.objects.filter(filing__period=period).exclude(cells={}).values("filing")
    with_firm = Filing.objects.filter(WITH_FIRM, period=period, pk__in=typed)
    sent = Filing.objects.filter(~WITH_FIRM & OWED, period=period)
    return {*with_firm.values_list("pk", flat=True), *sent.exclude(in_force=None).values_list("pk", flat=True)}


def agrees(period: Period) -> int:
    """Every filing of the period found together as it is found alone; how many findings that were."""
    together_, filings = found_together(period), Filing.objects.in_bulk(judged(period))
    assert together_.keys() == filings.keys()
    for pk, rows in together_.items():
        assert rows == found_alone(fresh(filings[pk])), filings[pk]
    return sum(map(len, together_.values()))


def test_it_finds_in_a_whole_city_what_judging_each_filing_finds(db):
    """24 firms of the demonstration: every state, chip and platform firms, new ones without a past, returned ones."""
    call_command("load_edition", verbosity=0)
    city.build(24, 3, lambda words: None)
    edition, shiji = load_edition(city.EDITION), User.objects.get(username="shiji")
    for name in [name for name in edition.parameters if name.startswith("k_")]:
        workflow.set_parameter(edition, name, None, Decimal("0.25"), shiji, AT, "附录三")
    month, annual = Period.objects.get(pk="2024M05"), Period.objects.get(pk="2023A")
    adjust(Filing.objects.filter(period=month, in_force=None, state=State.DRAFT).first(), "2021.c2", "12345.67")
    adjust(Filing.objects.filter(period=month, state=State.APPROVED).first(), "2010.c3", "1.00")
    states = {filing.state for filing in Filing.objects.in_bulk(judged(month) | judged(annual)).values()}
    assert {State.DRAFT, State.SUBMITTED, State.RETURNED, State.APPROVED} <= states
    for code in ("2024M05", "2023A", "2024M04", "2023M12"):
        agrees(Period.objects.get(pk=code))
    assert agrees(month) > 5 and column(month, "k") != [None] * len(judged(month))


def adjust(filing: Filing, cell: str, new: str) -> None:
    BaseAdjustment.objects.create(
        filing=filing, cell=cell, old="0", new=new, reason="合并", granted=True, asked_at=AT,
        asked_by=User.objects.first(),
    )  # fmt: skip


def test_it_reads_the_draft_while_the_firm_has_it_and_the_frozen_figures_otherwise(may):
    assert judged(may.may) == set() and len(city_columns.load(may.may).filings) == 0  # nobody has typed a word
    workflow.save_sheet(may.filing, "软统企6", {"2010.c1": "7", "2112.c1": "三"}, 0, may.clerk, AT)
    assert column(may.may, "2010.c1") == [7] and agrees(may.may) > 3
    sheet = may.filing.sheets.get()
    workflow.save_sheet(may.filing, "软统企6", CLEAN_MAY, sheet.version, may.clerk, AT)
    assert column(may.may, "2010.c1") == [1000] and column(may.may, "2020.c1") == [900]  # worked out: 500 + 300 + 100
    workflow.check(may.filing, may.clerk, AT)
    for finding in judge(fresh(may.filing)).warnings:
        workflow.explain(may.filing, finding.rule, finding.fingerprint, may.clerk, AT, reason_code="01")
    workflow.submit(may.filing, may.clerk, AT, signer="王经理", committed=True)
    stored = city_columns.load(may.may)
    assert stored.filings.select("filing", "state", "submission", "headline").rows() == [
        (may.filing.pk, State.SUBMITTED, fresh(may.filing).in_force_id, 90000)
    ]
    workflow.recall(may.filing, may.clerk, AT)
    assert city_columns.load(may.may).filings["submission"].to_list() == [None]
    agrees(may.may)


def test_it_reads_the_register_as_it_was_when_the_filing_was_sent_and_as_it_is_for_a_draft(drafted):
    assert column(drafted.may, "A34") == ["1"] and column(drafted.may, "contact_name") == ["统计员"]
    upkeep.change_facts(drafted.firm, {"A34": "2"}, by=drafted.clerk, at=AT)
    assert column(drafted.may, "register(A34)") == ["2"] and agrees(drafted.may) >= 0
    sheet = drafted.filing.sheets.get()
    file_may(drafted.filing, drafted.clerk, {**CLEAN_MAY, "2041.c1": "1", "2040.c1": ""})
    upkeep.change_facts(drafted.firm, {"A34": "3A"}, by=drafted.clerk, at=AT)
    assert sheet and column(drafted.may, "A34") == ["2"]
    agrees(drafted.may)


def test_it_reads_what_was_filed_before_and_the_bases_granted_since(drafted):
    """去年同期 of 2021 was 450, of which 20211 was 90; granted 100 for 20211, 2021 is added up again on the form."""
    assert column(drafted.may, "year_ago(2010.c1)") == [None]
    filed_before(drafted, "2023M05", LAST_MAY)
    filed_before(drafted, "2024M04", APRIL)
    assert column(drafted.may, "year_ago(2010.c1)") == [950] and column(drafted.may, "prev(2010.c1)") == [1100]
    assert column(drafted.may, "2010.c2") == [950] and column(drafted.may, "2010.c3") == [1100]
    agrees(drafted.may)
    asked = workflow.ask_adjustment(drafted.filing, "20211.c2", "100", drafted.clerk, AT, "吸收合并一家企业。")
    assert column(drafted.may, "20211.c2") == [90]
    workflow.decide_adjustment(asked, True, drafted.reviewer, AT)
    assert column(drafted.may, "year_ago(20211.c1)") == [100] and column(drafted.may, "20211.c2") == [100]
    assert column(drafted.may, "year_ago(2010.c1)") == [950]
    agrees(drafted.may)


def test_it_reads_a_base_granted_where_nobody_filed_for_that_period(drafted):
    adjust(drafted.filing, "2010.c2", "33.5")
    assert column(drafted.may, "year_ago(2010.c1)") == [Decimal("33.5")] and column(drafted.may, "2010.c2") == [33.5]
    agrees(drafted.may)


def test_it_works_out_each_firms_own_coefficient(may):
    """山城 sold 300 of E41 and 100 of E44; with 0.4 and 0.1 its k is (120 + 10) ÷ 400 = 0.325."""
    annual = {"E41.v": "300.00", "E44.v": "100.00"}
    filed_before(may, "2023A", annual, may.other_filing)
    workflow.save_sheet(may.filing, "软统企6", CLEAN_MAY, 0, may.clerk, AT)
    cells = {**CLEAN_MAY, "20241.c1": "1000", "20421.c1": "10"}
    workflow.save_sheet(may.other_filing, "软统企6", cells, 0, may.other_clerk, AT)
    assert "k" not in city_columns.ledger(may.may, ["k"]).frame.columns
    for name, value in (("k_E41", "0.4"), ("k_E44", "0.1")):
        workflow.set_parameter(may.may.edition, name, None, Decimal(value), may.city, AT, "附录三")
    assert column(may.may, "k") == [None, Decimal("0.325")]
    assert column(may.may, "2024.c1") == [0, 325]  # completed again, for the parameter is another
    agrees(may.may)


def test_a_parameter_entered_for_the_period_completes_and_judges_anew(drafted):
    city_columns.refresh(drafted.may)
    workflow.set_parameter(drafted.may.edition, "FX", drafted.may, Decimal("7.1"), drafted.city, AT, "公布的中间价")
    assert city_columns.ledger(drafted.may).parameters["FX"] == Decimal("7.1")
    agrees(drafted.may)


def test_an_amended_filing_is_judged_by_its_draft_and_stands_in_history_as_it_was_approved(may):
    submission = file_may(may.filing, may.clerk)
    workflow.approve(submission, may.reviewer, AT)
    workflow.amend(may.filing, may.clerk, AT, "更正一处录入错误。")
    sheet = may.filing.sheets.get()
    workflow.save_sheet(may.filing, "软统企6", {**CLEAN_MAY, "2010.c1": "1001"}, sheet.version, may.clerk, AT)
    june = open_period("2024M06", date(2024, 7, 1))
    next_one = Filing.objects.create(enterprise=may.firm, period=june, district=may.filing.district)
    workflow.save_sheet(next_one, "软统企6", {"2010.c1": "1200"}, 0, may.clerk, datetime(2024, 7, 2, tzinfo=SHANGHAI))
    assert column(may.may, "2010.c1") == [1001]
    assert column(june, "prev(2010.c1)") == [1000] and column(june, "2010.c3") == [1000]
    agrees(may.may)
    agrees(june)


def test_what_is_exempt_or_untouched_has_no_row(may):
    file_may(may.filing, may.clerk)
    workflow.save_sheet(may.other_filing, "软统企6", {"2010.c1": "1"}, 0, may.other_clerk, AT)
    assert len(city_columns.load(may.may).filings) == 2
    Filing.objects.filter(pk__in=[may.filing.pk, may.other_filing.pk]).update(state=State.EXEMPT)
    assert len(city_columns.load(may.may).filings) == 0


def test_nothing_changed_costs_six_questions_and_writes_nothing(drafted):
    city_columns.refresh(drafted.may)
    written = {path: path.stat().st_mtime_ns for path in path_of("2024M05", "x").parent.iterdir()}
    with CaptureQueriesContext(connection) as asked:
        city_columns.refresh(drafted.may)
    assert len(asked) == 6 and len(written) == 3
    assert written == {path: path.stat().st_mtime_ns for path in path_of("2024M05", "x").parent.iterdir()}


def test_only_what_changed_is_completed_again(may, monkeypatch):
    workflow.save_sheet(may.filing, "软统企6", CLEAN_MAY, 0, may.clerk, AT)
    workflow.save_sheet(may.other_filing, "软统企6", {"2010.c1": "1"}, 0, may.other_clerk, AT)
    completed = []
    as_it_is = city_columns.drafts.completed_form
    monkeypatch.setattr(
        city_columns.drafts,
        "completed_form",
        lambda edition, each: completed.append(each.filing) or as_it_is(edition, each),
    )
    city_columns.refresh(may.may)
    assert completed == [may.filing.pk, may.other_filing.pk]
    workflow.save_sheet(may.other_filing, "软统企6", {"2010.c1": "2"}, 1, may.other_clerk, AT)
    city_columns.refresh(may.may)
    assert completed[2:] == [may.other_filing.pk]
    assert column(may.may, "2010.c1") == [1000, 2]


def test_a_district_that_decides_changes_the_state_and_reads_no_figure_again(may, monkeypatch):
    submission = file_may(may.filing, may.clerk)
    city_columns.refresh(may.may)
    monkeypatch.setattr(
        city_columns.frozen, "columns_of_submissions", lambda wanted, frequency: [] if not wanted else 1 / 0
    )
    workflow.approve(submission, may.reviewer, AT)
    assert city_columns.load(may.may).filings["state"].to_list() == [State.APPROVED]


@pytest.mark.parametrize("name", ["filings", "submissions", "drafts"])
@pytest.mark.parametrize("harm", [b"", b"PAR1 nonsense PAR1", None])
def test_a_broken_or_missing_file_is_made_again(may, name, harm):
    file_may(may.filing, may.clerk)
    workflow.save_sheet(may.other_filing, "软统企6", {"2010.c1": "1"}, 0, may.other_clerk, AT)
    before = city_columns.load(may.may)
    path = path_of("2024M05", name)
    path.write_bytes(path.read_bytes()[:-600] if harm is None else harm)
    again = city_columns.load(may.may)
    assert again.ledger.frame.equals(before.ledger.frame) and again.filings.equals(before.filings)


@pytest.mark.parametrize("broken", ["filings", "drafts"])
def test_a_file_that_looks_broken_while_it_is_written_is_read_again_and_kept(may, broken):
    file_may(may.filing, may.clerk)
    city_columns.refresh(may.may)
    path, looks = path_of("2024M05", broken), []
    there = path.stat()

    def reading():
        looks.append(path.exists())
        if len(looks) == 1:
            raise files.Broken(path)
        return "read"

    assert mended(reading, lambda: pytest.fail("made again")) == "read"
    assert looks == [True, True] and os.path.samestat(there, path.stat())


def test_a_file_that_another_took_the_place_of_is_not_taken_away(may):
    file_may(may.filing, may.clerk)
    city_columns.refresh(may.may)
    path, looks = path_of("2024M05", "filings"), []

    def reading():
        """Behind at each look, and each time another one, as another process writes them."""
        looks.append(path.exists())
        broken = files.Broken(path)
        beside = path.with_suffix(".new")
        beside.write_bytes(path.read_bytes())
        beside.replace(path)
        if len(looks) < 4:
            raise broken
        return "read"

    assert mended(reading, lambda: pytest.fail("made again")) == "read" and all(looks)


def test_a_page_torn_out_of_a_file_is_found_when_it_is_read(may):
    """The end of the file, where its columns are listed, is whole; a column in its midst is not."""
    file_may(may.filing, may.clerk)
    before = city_columns.load(may.may)
    path = path_of("2024M05", "submissions")
    content = path.read_bytes()
    path.write_bytes(content[:8] + b"\xff" * 3000 + content[3008:])
    assert city_columns.load(may.may).ledger.frame.equals(before.ledger.frame)


def test_files_of_another_layout_or_another_text_of_an_edition_are_made_again(may, monkeypatch):
    file_may(may.filing, may.clerk)
    city_columns.refresh(may.may)
    monkeypatch.setattr(city_columns.kept, "digests", lambda codes: {city.EDITION: "another text"})
    for name in ("filings", "submissions"):
        path_of("2024M05", name).unlink()
    city_columns.refresh(may.may)  # the notes now name a text that is not the edition's
    monkeypatch.undo()
    written = path_of("2024M05", "submissions").stat().st_mtime_ns
    city_columns.refresh(may.may)
    assert path_of("2024M05", "submissions").stat().st_mtime_ns > written
    assert column(may.may, "2010.c1") == [1000]
    monkeypatch.setattr(city_columns.files, "layout", lambda: "0:old")
    assert city_columns.files.notes_of("2024M05", "filings") is None and column(may.may, "2010.c1") == [1000]


def test_of_two_writers_the_slower_one_does_no_harm(may):
    """It stores an older state than there is; the next reader sees that it is older and refreshes it."""
    submission = file_may(may.filing, may.clerk)
    city_columns.refresh(may.may)
    older = {name: path_of("2024M05", name).read_bytes() for name in ("filings", "submissions", "drafts")}
    workflow.send_back(submission, [{"cell": "", "reason": "请核对全表。"}], may.reviewer, AT)
    file_may(may.filing, may.clerk, {**CLEAN_MAY, "2010.c1": "1001"}, reason="按区县意见更正。")
    newest = city_columns.load(may.may)
    for name in older:
        path_of("2024M05", name).write_bytes(older[name])
        assert city_columns.load(may.may).filings.equals(newest.filings), name
        assert column(may.may, "2010.c1") == [1001]


def test_a_slower_process_never_puts_an_older_state_in_the_place_of_a_newer_one(may, monkeypatch):
    """It asked where the filings stand, then waited; what it stores after that is where they stand now."""
    workflow.save_sheet(may.filing, "软统企6", {"2010.c1": "1"}, 0, may.clerk, AT)
    stand, asked = city_columns._standing, []

    def then_overtaken(period):
        found = stand(period)
        if not asked:
            asked.append(found)
            workflow.save_sheet(may.filing, "软统企6", {"2010.c1": "2"}, 1, may.clerk, AT)
            assert column(may.may, "2010.c1") == [2]  # another process, from beginning to end
        return found

    monkeypatch.setattr(city_columns, "_standing", then_overtaken)
    mark = city_columns.refresh(may.may)
    assert asked and mark != asked[0][1] and mark == city_columns.drafts.notes_of("2024M05", "drafts")["mark"]
    assert city_columns.ledger(may.may, ["2010.c1"], fresh=False).frame["2010.c1"].to_list() == [200]


@pytest.mark.parametrize("times", [1, 9])
def test_what_moves_while_it_is_listed_and_moves_back_does_not_stay(may, monkeypatch, times):
    """The marks are asked, the filing is another when it is listed, and later it is again as it was when they were
    asked: once, and at every listing."""
    city_columns.refresh(may.may)
    workflow.save_sheet(may.filing, "软统企6", CLEAN_MAY, 0, may.clerk, AT)
    listed, at = city_columns.frozen.listed, []

    def be(state):
        Filing.objects.filter(pk=may.filing.pk).update(state=state)

    def then_overtaken(code, districts=None):
        at.append(code)
        if len(at) <= times:
            be(State.AMENDING if len(at) % 2 else State.RETURNED)
        return listed(code, districts)

    monkeypatch.setattr(city_columns.frozen, "listed", then_overtaken)
    city_columns.refresh(may.may)
    monkeypatch.undo()
    be(State.DRAFT)
    assert at and city_columns.load(may.may).filings["state"].to_list() == [State.DRAFT]


def test_a_draft_that_was_sent_while_it_was_read_is_there_when_it_comes_back(may, monkeypatch):
    workflow.save_sheet(may.filing, "软统企6", CLEAN_MAY, 0, may.clerk, AT)
    stamps_of = city_columns.drafts.stamps_of

    def then_sent(period):
        Filing.objects.filter(pk=may.filing.pk).update(state=State.EXEMPT)
        return stamps_of(period)

    monkeypatch.setattr(city_columns.drafts, "stamps_of", then_sent)
    city_columns.refresh(may.may)
    monkeypatch.undo()
    Filing.objects.filter(pk=may.filing.pk).update(state=State.DRAFT)
    assert city_columns.load(may.may).filings["filing"].to_list() == [may.filing.pk]


def test_what_is_listed_again_of_one_district_says_what_counts(may):
    """Last year's revenue is read without listing where what counts is what is stored."""
    submission = file_may(may.filing, may.clerk)
    city_columns.refresh(may.may)
    workflow.approve(submission, may.reviewer, AT)
    city_columns.frozen.refresh(["2024M05"], may.filing.district)
    assert files.notes_of("2024M05", "filings")["counting"] == counting_of(["2024M05"])["2024M05"]


def test_what_counts_has_another_word_when_others_of_the_same_sum_take_its_place():
    """1 + 4 = 2 + 3: two approvals undone and two others given, as nobody looked."""
    marks = {counting_in(pl.DataFrame({"counted": counted})) for counted in ([1, 4], [2, 3])}
    assert len(marks) == 2


def test_only_one_process_at_a_time_brings_a_period_up_to_the_record(may):
    workflow.save_sheet(may.filing, "软统企6", {"2010.c1": "1"}, 0, may.clerk, AT)
    with ThreadPoolExecutor(1) as pool, in_turn("2024M05-drafts"):
        with if_free("2024M05-drafts") as is_mine:
            assert not is_mine
        waiting = pool.submit(enter_in_turn, "2024M05-drafts")
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.3)
        with if_free("2024M04-drafts") as is_mine:
            assert is_mine
    assert waiting.result(timeout=10)


def enter_in_turn(name: str) -> bool:
    with in_turn(name):
        return True


def test_a_period_for_which_nobody_files_has_no_rows(cast):
    empty = open_period("2024M05", date(2024, 6, 1))
    stored = city_columns.load(empty)
    assert len(stored.filings) == 0 and stored.ledger.frame.height == 0
    assert city_columns.load(empty, fresh=False).filings.equals(stored.filings)
    assert recheck(empty).findings.height == 0 and rechecked(empty).judged.height == 0


def test_two_filings_that_change_places_are_seen_whatever_their_numbers(may):
    """One is asked a question while another's is answered; their numbers are 997 apart."""
    freeze(may.filing, may.clerk, {"2010.c1": "1.00"})
    district = may.filing.district
    firm = make_enterprise("91500103MA5UAAAA1B", "重庆新图软件有限公司", district)
    twin = Filing.objects.create(pk=may.filing.pk + 997, enterprise=firm, period=may.may, district=district)
    freeze(twin, may.clerk, {"2010.c1": "2.00"})
    Filing.objects.filter(pk=twin.pk).update(state=State.QUERIED)
    assert city_columns.load(may.may).filings["state"].to_list() == [State.SUBMITTED, State.QUERIED]
    Filing.objects.filter(pk=may.filing.pk).update(state=State.QUERIED)
    Filing.objects.filter(pk=twin.pk).update(state=State.SUBMITTED)
    assert city_columns.load(may.may).filings["state"].to_list() == [State.QUERIED, State.SUBMITTED]


def test_a_change_of_the_register_is_seen_though_a_later_one_was_committed_before_it(drafted):
    """On PostgreSQL the numbers of journal lines are dealt out before they are committed."""
    last = JournalEntry.objects.latest("pk").pk
    line = {"at": AT, "action": "修改登记事项"}
    JournalEntry.objects.bulk_create([JournalEntry(pk=last + 9, **line)])
    assert column(drafted.may, "A34") == ["1"]
    Enterprise.objects.filter(pk=drafted.firm.pk).update(attributes={**drafted.firm.attributes, "A34": "2"})
    JournalEntry.objects.bulk_create([JournalEntry(pk=last + 5, **line)])
    assert column(drafted.may, "A34") == ["2"]


def test_another_release_of_what_judges_makes_the_files_anew(monkeypatch, tmp_path):
    for folder in [*files.MADE_BY, "forms_tables/judges"]:
        (tmp_path / folder).mkdir(parents=True)
    for file in files.FILES_MADE_BY:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("A = 1")
    monkeypatch.setattr(files, "ROOT", tmp_path)
    layout, before = files.layout.__wrapped__, files.layout.__wrapped__()
    (tmp_path / "forms_tables/judges/city.py").write_text("B = 2")
    after = layout()
    (tmp_path / "reporting/filing/judging.py").write_text("A = 2")
    assert len({before, after, layout()}) == 3


def test_whatever_writes_a_file_is_among_what_the_files_are_made_by():
    """Who asks for `write` of the stored columns: another release of it may not read what this one wrote."""
    sources = (files.ROOT / "reporting").rglob("*.py")
    asked = re.compile(r"^from reporting\.city_columns\.files import .*\bwrite\b", re.MULTILINE)
    writers = {source.relative_to(files.ROOT).as_posix() for source in sources if asked.search(source.read_text())}
    made_by = (*(f"{folder}/" for folder in files.MADE_BY), *files.FILES_MADE_BY)
    assert len(writers) > 5 and [writer for writer in writers if not writer.startswith(made_by)] == []


def test_no_page_hands_out_the_stored_files(drafted, client):
    city_columns.refresh(drafted.may)
    client.force_login(drafted.city)
    for folder in ("media", "static", "dataset"):
        assert client.get(f"/{folder}/dataset/2024M05/drafts.parquet").status_code == 404


# The beat


def test_the_beat_stores_the_open_periods_so_that_the_first_look_finds_them(drafted, monkeypatch):
    shut = open_period("2024M04", date(2024, 5, 1))
    Period.objects.filter(pk=shut.pk).update(state=Period.LOCKED)
    tasks.store_columns()
    assert path_of("2024M05", "drafts").exists() and not path_of("2024M04", "drafts").exists()
    monkeypatch.setattr(city_columns.drafts, "refresh", lambda *asked: pytest.fail("It is stored already."))
    assert column(drafted.may, "2010.c1") == [1000]


def test_the_beat_sweeps_what_a_killed_writer_left_a_day_ago(drafted):
    city_columns.refresh(drafted.may)
    old, young = (path_of("2024M05", name).with_name(f".filings.{name}.tmp") for name in ("old", "young"))
    for each in (old, young):
        each.write_bytes(b"PAR1")
    os.utime(old, (0, old.stat().st_mtime - 25 * 3600))
    tasks.store_columns()
    assert not old.exists() and young.exists() and path_of("2024M05", "filings").exists()


def test_a_second_worker_leaves_the_beat_to_the_first(drafted):
    with if_free("store_columns") as is_mine:
        assert is_mine
        tasks.store_columns()
    assert not path_of("2024M05", "drafts").exists()
    tasks.store_columns()
    assert path_of("2024M05", "drafts").exists()


def test_a_period_that_cannot_be_stored_is_logged_and_keeps_no_other_from_it(drafted, monkeypatch, caplog):
    open_period("2024M06", date(2024, 7, 1))
    as_it_is = city_columns.refresh

    def refresh(period):
        if period.code == "2024M06":
            raise OSError("disk full")
        return as_it_is(period)

    monkeypatch.setattr(city_columns, "refresh", refresh)
    tasks.store_columns()
    assert path_of("2024M05", "drafts").exists()
    assert "2024M06" in caplog.text and "disk full" in caplog.text


def test_many_may_write_one_file_and_it_is_always_whole(tmp_path):
    stored = [ScaledColumns(pl.DataFrame({"filing": [number] * 1000}), {}) for number in range(8)]

    def write_and_read(each: ScaledColumns) -> bool:
        city_columns.files.write("2024M05", "filings", each, mark=str(each.frame["filing"][0]))
        found, notes = city_columns.read("2024M05", "filings")
        return set(found.frame["filing"]) == {int(notes["mark"])}

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(write_and_read, stored * 5))
    assert [path.name for path in path_of("2024M05", "x").parent.iterdir()] == ["filings.parquet"]


def test_a_filing_that_holds_something_odd_is_judged_by_itself_and_named(may):
    """A figure longer than a column holds, and one that is none: the other filings are columns all the same."""
    long, strange = f"{10**19}.00", "壹佰"
    freeze(may.filing, may.clerk, {"2010.c1": long, "2020.c1": "5.00"})
    freeze(may.other_filing, may.other_clerk, {"2010.c1": strange})
    third = Filing.objects.get(period=may.may, in_force=None)
    freeze(third, may.clerk, {"2010.c1": "10.00", "2020.c1": "20.00"})
    stored = city_columns.load(may.may)
    assert stored.filings["filing"].to_list() == [third.pk]
    assert {unstorable.filing: unstorable.why for unstorable in stored.unstorable} == {
        may.filing.pk: f"2010.c1 的值“{long}”不能作为数字列入",
        may.other_filing.pk: "2010.c1 的值“壹佰”不能作为数字列入",
    }
    found = recheck(may.may)
    assert found_together(may.may)[may.filing.pk] == found_alone(fresh(may.filing))
    said = found.findings.filter(pl.col("filing") == may.other_filing.pk).row(0, named=True)
    assert said["rule"] == "-" and "这份填报不能做数据审核：2010.c1 的值“壹佰”" in said["words"]


def test_what_makes_a_draft_odd_is_told_to_officials_without_its_figure(drafted, monkeypatch):
    monkeypatch.setattr(city_columns.scaling, "MOST_DIGITS", 3)
    [unstorable] = city_columns.load(drafted.may).unstorable
    assert "1000" in unstorable.why and "1000" not in unstorable.why_shown
    assert [why for why in recheck(drafted.may).judged["why"] if why] == [unstorable.why_shown]


def test_names_of_which_nothing_is_stored_are_blank_for_every_filing(may):
    freeze(may.filing, may.clerk, {"2010.c1": "1.00"})
    freeze(may.other_filing, may.other_clerk, {"2010.c1": "2.00"})
    assert column(may.may, "prev(2010.c1)") == [None, None]


def test_each_filing_of_a_period_is_judged_by_its_own_edition(may):
    """R604 made tighter in the midst of May (100 + 50 is no longer allowed): 云图 sent under the first text, 山城 is
    judged by the second."""
    call_command("load_edition", verbosity=0)
    file_may(may.filing, may.clerk)
    assert agrees(may.may) == 0
    draft = drafts.begin_draft(city.EDITION, may.city, AT)
    content = drafting.with_rule(draft.content, "R604", {"texts": ["or_zero(M20211) + or_zero(M20212) < 100"]})
    draft = drafts.change_draft(draft, draft.version, content, may.city, AT, "")
    facts = {"draft": draft, "version": draft.version, "period": may.may, "state": Rehearsal.DONE}
    seen = Rehearsal.objects.create(**facts, by=may.city, at=AT, effect={})
    drafts.publish(draft, draft.version, "2024M05", "通知", seen, may.city, AT)
    workflow.save_sheet(may.other_filing, "软统企6", CLEAN_MAY, 0, may.other_clerk, AT)
    period = Period.objects.get(pk="2024M05")
    assert city_columns.load(period).filings["edition"].to_list() == [city.EDITION, period.edition_code]
    assert column(period, "2021.c1") == [500, 500]
    found = found_together(period)
    assert "R604" in {rule for rule, _ in found[may.other_filing.pk]}
    assert found[may.filing.pk] == [] and agrees(period) > 0


# Decimal strings as columns

FIGURES = {"m": 2, "n": 0, "t": None}


def columns_of(*rows: dict) -> ScaledColumns:
    return scaled(pl.DataFrame(list(rows), schema=dict.fromkeys(FIGURES, pl.String)), FIGURES)


@pytest.mark.parametrize(
    ("text", "number", "scale"),
    [
        ("12.34", 1234, 2), ("-0.05", -5, 2), ("0.00", 0, 2), ("7", 700, 2), ("7.5", 750, 2), ("12.345", 12345, 3),
        ("1E+2", 10000, 2), ("9999999999999999.99", 999999999999999999, 2), ("-7", -700, 2), (None, None, 2),
    ],
)  # fmt: skip
def test_a_decimal_string_is_a_whole_number_of_its_last_decimal(text, number, scale):
    columns = columns_of({"m": text, "n": "1", "t": "x"})
    assert columns.frame["m"].to_list() == [number] and columns.scales["m"] == scale
    assert columns.frame["unstorable"].to_list() == [None] and columns.frame["t"].to_list() == ["x"]


@pytest.mark.parametrize("text", ["壹", "NaN", "Infinity", "1e30", "0.0000001", "", "12,3", "10000000000000000.00"])
def test_what_is_no_figure_or_too_long_makes_its_row_odd_and_no_other(text):
    columns = columns_of({"m": "1.00"}, {"m": text}, {"m": "2.00"})
    assert columns.frame["m"].to_list() == [100, None, 200]
    assert [bool(words) for words in columns.frame["unstorable"]] == [False, True, False]


def test_rows_of_different_decimals_agree_on_the_most():
    both = together([columns_of({"m": "1.5"}), columns_of({"m": "0.125", "n": "3"})])
    assert both.frame["m"].to_list() == [1500, 125] and both.scales == {"m": 3, "n": 0}


def test_a_cell_that_is_a_text_in_another_edition_makes_its_rows_odd():
    text = scaled(pl.DataFrame({"m": ["甲", None]}, schema={"m": pl.String}), {"m": None})
    both = together([columns_of({"m": "1.00"}), text])
    assert both.frame["m"].to_list() == [100, None, None]
    assert [bool(words) for words in both.frame["unstorable"]] == [False, True, False]
