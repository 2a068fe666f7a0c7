"""复核: the whole city judged again: what is counted, shown and handed out, and to whom."""

import json
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reporting import city_columns, workflow
from reporting.filing.judging import judge
from reporting.models import Filing, Period
from reporting.recheck import explained, recheck, rechecked
from reporting.recheck.tallies import by_district, by_firm, by_rule, whole_of
from reporting.recheck.words import told
from tests.cast import AT, make_enterprise
from tests.may import CLEAN_MAY, fresh, make_may
from tests.officials import WARNED_MAY, file_may, freeze, make_it_be, sign_in
from tests.reading import markup_of, words_on

pytestmark = pytest.mark.django_db
# 2020 is 500 + 300 + 100; 20211 above 2021 breaks R602, and R604 with it.
BROKEN = {**CLEAN_MAY, "20211.c1": "600"}


@pytest.fixture
def may(cast):
    make_it_be(date(2024, 6, 5))
    return make_may(cast)


@pytest.fixture
def city(may):
    """云图 sent a loss that asks for a word; 山城 is still at it and has basic software above all its products."""
    may.submission = file_may(may.filing, may.clerk, WARNED_MAY)
    workflow.save_sheet(may.other_filing, "软统企6", BROKEN, 0, may.other_clerk, AT)
    return may


def tally_of(period: Period, rule: str):
    return next(tally for tally in by_rule(recheck(period), explained(period)) if tally.rule == rule)


def test_a_rule_is_counted_by_filings_sent_and_drafts_apart(city):
    loss = tally_of(city.may, "R628")
    assert (loss.sent, loss.drafts, loss.filings, loss.judged) == (1, 0, 1, 2)
    assert loss.rate == Decimal("50.0") and loss.headline == Decimal("900.00")
    above = tally_of(city.may, "R602")
    assert above.headline == 0  # a draft's figures enter no sum
    assert (above.sent, above.drafts, above.level) == (0, 1, "error")


def test_an_explanation_is_accepted_when_the_submission_it_was_given_in_passes(city):
    waiting = tally_of(city.may, "R628")
    assert (waiting.explained, waiting.accepted, waiting.refused, waiting.acceptance) == (1, 0, 0, None)
    workflow.approve(city.submission, city.reviewer, AT)
    passed = tally_of(city.may, "R628")
    assert (passed.explained, passed.accepted, passed.refused, passed.acceptance) == (1, 1, 0, Decimal("100.0"))


def test_it_is_refused_when_the_submission_was_sent_back_and_the_next_one_counts_anew(city):
    workflow.send_back(city.submission, [{"cell": "2090.c1", "reason": "说明不足。"}], city.reviewer, AT)
    assert tally_of(city.may, "R628").refused == 1 and tally_of(city.may, "R628").acceptance == 0
    again = file_may(city.filing, city.clerk, {**WARNED_MAY, "2090.c1": "-800"}, reason="按区县意见更正。")
    workflow.approve(again, city.reviewer, AT)
    both = tally_of(city.may, "R628")
    assert (both.explained, both.accepted, both.refused, both.acceptance) == (2, 1, 1, Decimal("50.0"))


def test_what_the_city_returns_is_no_longer_accepted_and_what_was_recalled_never_counted(city):
    workflow.approve(city.submission, city.reviewer, AT)
    workflow.city_return(city.submission, [{"cell": "", "reason": "请核实。"}], city.city, AT)
    assert (tally_of(city.may, "R628").accepted, tally_of(city.may, "R628").refused) == (0, 1)


def test_a_recalled_explanation_is_not_counted(city):
    workflow.recall(city.filing, city.clerk, AT)
    assert tally_of(city.may, "R628").explained == 0 and tally_of(city.may, "R628").drafts == 1


def test_districts_and_firms_are_counted_from_the_same_findings(city):
    found = recheck(city.may)
    tallies = by_district(found)
    yuzhong, nanan = tallies["500103"], tallies["500108"]
    assert (yuzhong.judged, yuzhong.with_errors, yuzhong.with_warnings) == (1, 0, 1)
    assert nanan.with_errors == 1 and nanan.errors + yuzhong.errors == whole_of(found).findings - (
        nanan.warnings + yuzhong.warnings
    )
    firms = by_firm(found, {})
    assert firms["errors"].sum() + firms["warnings"].sum() == whole_of(found).findings
    assert by_firm(found, {"district": "500103"})["filing"].to_list() == [city.filing.pk]
    assert by_firm(found, {"kind": "draft"})["filing"].to_list() == [city.other_filing.pk]
    assert by_firm(found, {"rule": "R602", "level": "warning"}).height == 0
    assert by_firm(found, {"enterprises": []}).height == 0


def test_a_submission_is_told_in_the_words_of_its_own_check_and_a_draft_without_its_figures(city):
    sent, draft = city.filing.pk, city.other_filing.pk
    said = told(recheck(city.may), [sent, draft])
    assert [one.words for one in said[sent]] == [finding["message"] for finding in city.submission.findings]
    above = next(one for one in said[draft] if one.rule == "R602")
    assert above.words == "" and "基础软件收入" in above.place + above.message and "软统企6!20211.c1" in above.cells
    assert "600" not in "".join(one.words + one.place + one.message for one in said[draft])


def test_an_unreadable_cell_is_found_and_told_without_what_was_typed(city):
    sheet = city.other_filing.sheets.get()
    workflow.save_sheet(
        city.other_filing, "软统企6", {**BROKEN, "2112.c1": "四十"}, sheet.version, city.other_clerk, AT
    )
    found = recheck(city.may)
    unreadable = [one for one in told(found, [city.other_filing.pk])[city.other_filing.pk] if "2112.c1" in one.cells[0]]
    assert unreadable[0].rule == "" and "四十" not in unreadable[0].message
    assert "四十" not in run("2024M05", "--json") and '"软统企6!2112.c1"' in run("2024M05", "--json")
    assert next(tally for tally in by_rule(found, explained(city.may)) if tally.rule == "-").drafts == 1


def test_what_was_found_is_kept_until_something_changes(city, monkeypatch):
    first = rechecked(city.may)
    monkeypatch.setattr("reporting.recheck.recheck", lambda period: 1 / 0)
    kept = rechecked(city.may)
    assert kept.findings.equals(first.findings) and kept.judged.equals(first.judged)
    city_columns.files.path_of("2024M05", "findings").write_bytes(b"torn")
    with pytest.raises(ZeroDivisionError):
        rechecked(city.may)
    monkeypatch.undo()
    sheet = city.other_filing.sheets.get()
    workflow.save_sheet(city.other_filing, "软统企6", CLEAN_MAY, sheet.version, city.other_clerk, AT)
    assert "R602" not in set(rechecked(city.may).findings["rule"])


# The command


def run(*words: str) -> str:
    out = StringIO()
    call_command("recheck", *words, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_command_says_how_many_filings_and_findings_by_rule(city):
    said = run("2024M05")
    assert "复核 2 份填报（已上报 1 份，企业填报中 1 份）" in said
    assert "R602  错误       1 份       1 处" in said and "基础软件收入不得大于软件产品收入" in said
    assert "R602" not in run("2024M05", "--rule", "R628")


def test_the_command_lists_every_finding_as_json(city):
    said = json.loads(run("2024M05", "--json"))
    assert (said["filings"], said["submitted"], said["drafts"]) == (2, 1, 1)
    assert len(said["findings"]) == sum(rule["findings"] for rule in said["rules"])
    above = next(row for row in said["findings"] if row["rule"] == "R602")
    assert (above["enterprise"], above["district"]) == (city.other_filing.enterprise.credit_code, "500108")
    assert (above["level"], above["column"], above["submission"]) == ("error", "c1", None)
    assert set(above["cells"]) == {"软统企6!20211.c1", "软统企6!2021.c1"}
    judged = {(finding.rule, finding.cells) for finding in judge(fresh(city.other_filing)).findings}
    assert {(row["rule"], tuple(row["cells"])) for row in said["findings"] if row["submission"] is None} >= judged


def test_the_command_refuses_a_period_or_a_rule_there_is_not(city):
    with pytest.raises(CommandError, match="没有开设报告期“2031M05”"):
        run("2031M05")
    with pytest.raises(CommandError, match="没有审核关系“R999”"):
        run("2024M05", "--rule", "R999")


# The pages


@pytest.fixture
def desk(city):
    return sign_in(city.city)


def page(desk, name: str, *args: str, **asked: str) -> str:
    return words_on(desk.get(reverse(name, args=args), asked))


def test_the_city_sees_the_rules_that_fire_and_may_narrow_and_sort_them(desk):
    first = page(desk, "recheck")
    assert "R602" in first and "R628" in first and "另有" in first and "截至 2024年6月5日" in first
    assert "R628" not in page(desk, "recheck", level="error")
    assert "R602" not in page(desk, "recheck", q="利润")
    assert "没有符合条件的审核关系" in page(desk, "recheck", q="没有这样的")
    assert page(desk, "recheck", quiet="1").count("\n") > first.count("\n")
    page(desk, "recheck", sort="-acceptance")
    page(desk, "recheck", sort="nonsense", page="999")


def test_from_a_rule_one_comes_to_the_firms_their_cells_and_the_submission(desk, city):
    sent = page(desk, "recheck_rule", "R628")
    link = reverse("city_submission", args=[city.submission.receipt])
    assert link in markup_of(desk.get(reverse("recheck_rule", args=["R628"])))
    assert city.submission.findings[0]["message"].split("：")[0] in sent and "软统企6!2090.c1" in sent
    draft = page(desk, "recheck_rule", "R602")
    assert "重庆山城智能装备有限公司" in draft and "软统企6!20211.c1" in draft and "600" not in draft
    assert "没有符合条件的填报" in page(desk, "recheck_rule", "R602", kind="sent")
    assert desk.get(reverse("recheck_rule", args=["R999"])).status_code == 404


def test_by_district_and_by_firm(desk, city):
    assert "南岸区" in page(desk, "recheck_districts")
    firms = page(desk, "recheck_firms", q="山城")
    assert "重庆山城智能装备有限公司" in firms and "重庆云图软件有限公司" not in firms
    assert "没有符合条件的填报" in page(desk, "recheck_firms", q="没有这家")
    own = page(desk, "recheck_firm", city.firm.credit_code)
    assert city.submission.findings[0]["message"][:20] in own
    untouched = page(desk, "recheck_firm", Filing.objects.get(in_force=None, sheets=None).enterprise.credit_code)
    assert "还没有开始填报" in untouched
    assert desk.get(reverse("recheck_firm", args=["91500000000000000X"])).status_code == 404


def test_the_pages_are_there_before_anybody_files_anything(may):
    desk = sign_in(may.city)
    assert "还没有在填或已上报的填报" in page(desk, "recheck") + page(desk, "recheck_districts")
    assert "没有一份填报有不符之处" in page(desk, "recheck_firms")
    book = desk.get(reverse("recheck_workbook", args=["2024M05"]))
    assert rows_of(book)[1] == ("共 0 处，截至 2024-06-05", None)


def test_the_pages_are_there_before_the_first_period(cast):
    desk = sign_in(cast.zhou_tao)
    for name in ("recheck", "recheck_districts", "recheck_firms"):
        assert desk.get(reverse(name)).status_code == 200
    assert desk.get(reverse("recheck_rule", args=["R602"])).status_code == 200
    assert desk.get(reverse("recheck_firm", args=[cast.yuntu.credit_code])).status_code == 404


def rows_of(answer) -> list[tuple]:
    """Head, first line cut before the hour, and the lines."""
    sheet = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content)))["复核结果"]
    rows = [tuple(cell.value for cell in row) for row in sheet.iter_rows()]
    return [rows[0], (rows[1][0][:19], rows[1][1]), *rows[2:]]


def test_the_workbook_lists_every_finding_or_those_of_the_page(desk, city):
    every = rows_of(desk.get(reverse("recheck_workbook", args=["2024M05"])))
    assert len(every) == 3 + rechecked(city.may).findings.height
    rows = rows_of(desk.get(reverse("recheck_workbook", args=["2024M05"]), {"rule": "R602"}))
    assert rows[3][:6] == ("南岸区", "91500108MA60K5T996", "重庆山城智能装备有限公司", "企业填报中", "错误", "R602")
    assert rows[3][7] == "软统企6!20211.c1、软统企6!2021.c1" and len(rows) == 4


@pytest.mark.parametrize("name", ["recheck", "recheck_districts", "recheck_firms", "recheck_rule"])
def test_a_page_of_many_firms_asks_no_more_than_a_page_of_few(desk, city, name):
    args = ["R628"] if name == "recheck_rule" else []
    few = queries(desk, name, *args)
    for number in range(12):
        firm = make_enterprise(f"9150010{number:011d}", f"企业{number}", city.filing.district)
        filing = Filing.objects.create(enterprise=firm, period=city.may, district=city.filing.district)
        freeze(filing, city.clerk, city.submission.values)
    assert tally_of(city.may, "R628").filings == 13
    assert queries(desk, name, *args) == few


def queries(desk, name: str, *args: str) -> int:
    page(desk, name, *args)
    with CaptureQueriesContext(connection) as asked:
        page(desk, name, *args)
    return len(asked)
