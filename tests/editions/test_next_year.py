"""Next year is a folder: chongqing-2025 beside a city full of what was submitted under chongqing-2024: a row more, one
less, a code changed, a rule changed, a district more. Both years work on every screen."""

import re
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from html import unescape
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import District, Enterprise, JournalEntry
from forms_tables.edition import continuity, drafting
from forms_tables.edition.catalog import edition_from, load_edition, platform_said, shipped_content
from forms_tables.rules.checks import examine
from reporting import city_columns, workflow
from reporting.cuts.cutting import CannotCut, Cut, cut
from reporting.editions import drafts, rehearsal
from reporting.editions.effects import periods_with_submissions
from reporting.filing.judging import facts_for, history_of, judge, submission_values
from reporting.firm.views.home import has_the_headline_of
from reporting.growth.comparing import AskedGrowth, compare
from reporting.models import Filing, Period, State, Submission
from reporting.recheck import recheck
from reporting.register.upkeep import change_facts
from reporting.totals.aggregation import summarise
from reporting.totals.last_year import base_revenues
from reporting.workflow import Refused
from tests.cast import AT, SHANGHAI
from tests.editions.next_year import NEXT, THIS, change, folders, forget, make_next_year
from tests.may import CLEAN_MAY, fresh
from tests.officials import file_may, make_it_be, sign_in
from tests.reading import markup_of, words_on
from tests.test_every_url import OPEN, PAGES, named_patterns

pytestmark = pytest.mark.django_db
LATER = datetime(2025, 6, 5, 9, 30, tzinfo=SHANGHAI)
NEXT_MAY = {
    **{key: text for key, text in CLEAN_MAY.items() if key not in ("2051.c1", "2113.c1")},
    "2052.c1": "25",
    "2053.c1": "5",
}
DIGEST = "164c7cc8"  # of chongqing-2024, as it was shipped


@pytest.fixture
def years(tmp_path, monkeypatch, settings, cast):
    """May 2024 filed and approved; then the next year's folder comes, and May 2025 is filed under it."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "letters"
    with folders(tmp_path / "definitions", monkeypatch) as place:
        call_command("load_edition", verbosity=0)
        this = file_and_approve(cast, "2024M05", CLEAN_MAY, AT)
        workflow.open_period("2023A", cast.zhou_tao, AT)
        make_next_year(place)
        said = ("--from", "2024A", "--reason", "渝经信软件〔2025〕3号", "--by", "zhoutao")
        call_command("load_edition", NEXT, *said, verbosity=0)
        make_it_be(LATER.date())
        for code in ("2024M12", "2024A"):
            workflow.open_period(code, cast.zhou_tao, LATER)
        following = file_and_approve(cast, "2025M05", NEXT_MAY, LATER)
        yield SimpleNamespace(cast=cast, place=place, this=this, next=following)


def file_and_approve(cast, code: str, cells: dict[str, str], at: datetime) -> Submission:
    period = workflow.open_period(code, cast.zhou_tao, at)
    filing = Filing.objects.get(period=period, enterprise=cast.yuntu)
    submission = file_may(filing, cast.li_na, cells, at=at)
    workflow.approve(submission, cast.chen_yu, at)
    return submission


def test_each_period_is_of_its_own_year_and_the_past_is_what_it_was(years):
    assert dict(Period.objects.values_list("code", "edition_code")) == {
        "2023A": THIS, "2024M05": THIS, "2024M12": THIS, "2024A": NEXT, "2025M05": NEXT,
    }  # fmt: skip
    assert (years.this.edition.code, years.next.edition.code) == (THIS, NEXT)
    assert load_edition(THIS).digest.startswith(DIGEST) and years.this.edition_digest == load_edition(THIS).digest
    assert District.objects.get(code="500159").name == "高新东区"
    call_command("check", databases=["default"], verbosity=0)
    call_command("load_edition", verbosity=0)  # and once more
    assert fresh(years.this.filing).state == State.APPROVED


def test_history_is_read_across_the_change_by_the_concordance(years):
    judgement = judge(fresh(years.next.filing))
    values = judgement.completed.values
    assert values["2052.c2"] == Decimal("20.00")  # 2051 of May 2024
    assert values["2052.c4"] == Decimal("25.0")  # 25 after 20
    assert values["2010.c2"] == Decimal("1000.00") and values.get("2053.c2") is None
    history = history_of(fresh(years.next.filing))["year_ago"]
    assert history["2052.c1"] == 20 and not {"2051.c1", "2113.c1", "2053.c1"} & set(history)


def test_what_the_register_knows_of_a_firm_follows_its_codes(years):
    """A37 of 2024 is A97 of 2025; periods of both are open, and whichever the firm fills asks for what it says now."""
    firm = fresh(years.next.filing).enterprise
    change_facts(firm, {"A97": "是"}, by=years.cast.li_na, at=LATER)
    for said, owed in {"是": True, "否": False}.items():
        change_facts(firm, {"A97": said}, by=years.cast.li_na, at=LATER)
        for code in ("2023A", "2024A"):
            filing = Filing.objects.get(period=code, enterprise=firm)
            assert ("软统企5" in [table.code for table in judge(filing).tables]) is owed, code


def test_what_was_known_before_the_new_codes_came_is_known_under_them(next_year, cast):
    cast.yuntu.attributes["A37"] = "是"
    cast.yuntu.save()
    call_command("load_edition", verbosity=0)
    firm = Enterprise.objects.get(pk=cast.yuntu.pk)
    assert (firm.attributes["A37"], firm.attributes["A97"]) == ("是", "是")
    assert JournalEntry.objects.get(subject__contains="2025年口径").after["名录事项的新代码"] == "A37→A97"
    call_command("load_edition", verbosity=0)
    assert Enterprise.objects.get(pk=cast.yuntu.pk).attributes == firm.attributes


def test_the_stored_columns_of_the_city_read_it_as_the_filing_does(years):
    period = Period.objects.get(pk="2025M05")
    labels = ("2052.c2", "year_ago(2052.c1)", "year_ago(2010.c1)", "year_ago(2053.c1)")
    ledger = city_columns.load(period, labels).ledger
    assert ledger.frame.select(labels).rows() == [(2000, 2000, 100000, None)]
    filing = fresh(years.next.filing)
    facts = replace(facts_for(filing), attributes=filing.in_force.attributes)
    alone = {found.rule for found in examine(filing.edition, submission_values(filing.in_force), facts)}
    assert set(recheck(period).findings["rule"]) == alone


def test_growth_over_the_change_says_so_in_words(years):
    said = (
        "上年同期（2024年5月）按软件和信息技术服务业统计调查制度（重庆2024年口径）填报："
        "2052“其中：硬件成本”按原代码2051对照；2053“其中：算力成本”在原制度中没有可比的指标，同比、环比不可比；"
        "原制度的2113“订单同比增长”本期不再填报。"
    )
    assert said in summarise(Period.objects.get(pk="2025M05"), LATER).breaks
    assert summarise(Period.objects.get(pk="2024M05"), LATER).breaks == ()
    city, district = sign_in(years.cast.zhou_tao), sign_in(years.cast.chen_yu)
    assert said in markup_of(city.get("/city/totals/?period=2025M05"))
    assert said in markup_of(district.get("/district/totals/?period=2025M05"))
    assert "按原代码" not in markup_of(city.get("/city/totals/?period=2024M05"))
    sheets = load_workbook(BytesIO(city.get("/city/totals/2025M05.xlsx").content))
    assert any(said in str(row[1].value) for row in sheets["说明"].iter_rows(max_col=2))


def test_a_month_before_the_change_is_told_of_the_other_edition_only_where_it_looks_back_over_it(years):
    [about] = summarise(Period.objects.get(pk="2024A"), LATER).breaks
    assert about.startswith("上年（2023年年报）按") and "本期不再填报" not in about


def test_the_changed_rule_holds_in_its_own_year_alone(years):
    """工业软件 400 beside 基础软件 200 of 500: more than is left, from 2025 on."""
    for submission, cells, fails in ((years.this, CLEAN_MAY, False), (years.next, NEXT_MAY, True)):
        typed = cells | {"20211.c1": "200", "20212.c1": "400"}
        findings = judge(fresh(submission.filing), typed).findings
        assert ("R603" in {found.rule for found in findings}) is fails


@pytest.fixture
def next_year(tmp_path, monkeypatch, db):
    """Its folder, beside this year's, with nothing filed yet."""
    with folders(tmp_path / "definitions", monkeypatch) as place:
        yield make_next_year(place)


def test_last_years_revenue_is_the_base_figure_of_last_years_edition(next_year):
    change(next_year / "platform.toml", r'base = "2010.c1"', 'base = "2052.c1"')
    forget()
    for code, edition in {"2024M05": THIS, "2024M12": THIS, "2024A": NEXT, "2025M05": NEXT}.items():
        Period.objects.create(code=code, edition_code=edition, opens_on=f"{code[:4]}-06-01")
    bases = {before.code: cell for before, cell, _ in base_revenues(Period.objects.get(pk="2025M05"))}
    assert bases == {"2024A": "Y2010.y", "2024M12": "2010.c1", "2024M05": "2010.c1"}


def test_a_row_that_continues_another_can_still_be_dropped_and_put_back(next_year):
    content = shipped_content(NEXT)
    dropped = drafting.without_indicator(content, "2052")
    assert edition_from(NEXT, dropped, platform_said(NEXT)).concordance.codes == {"2051": "", "A37": "A97"}
    assert drafting.put_back(dropped, content, "indicator", "2052") == content


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (f'follows = "{NEXT}"\n[codes]\n', f"follows 写的是它自己（{NEXT}）"),
        (f'follows = "{THIS}"\n[codes]\n"2O51" = "2052"\n', f"2O51 不是 {THIS} 的指标代码"),
    ],
    ids=["itself", "a slip of the pen"],
)
def test_a_concordance_that_cannot_be_is_told_at_start_and_leads_round_in_no_circle(next_year, said, reason):
    (next_year / "concordance.toml").write_text(said, encoding="utf-8")
    forget()
    [told] = [each.msg for each in run_checks() if each.id == "reporting.E007"]
    assert reason in told
    steps = continuity.concordances_between(load_edition(NEXT), load_edition(THIS))
    assert steps == [load_edition(NEXT).concordance]


def test_a_column_in_another_unit_continues_nothing(next_year):
    change(next_year / "t6.toml", r'code = "2052"\n', 'code = "2052"\ncolumn.c1.unit = "个"\n')
    forget()
    then = continuity.cells_before(load_edition(NEXT), load_edition(THIS))
    assert "2052.c1" not in then and then["2052.c2"] == "2051.c2"


# Every screen, of both years


def known_of(submission: Submission) -> dict[str, object]:
    period = submission.filing.period
    return {
        "period": period.code,
        "key": "t6",
        "number": submission.number,
        "receipt": submission.receipt,
        "level": "enterprise",
        "credit_code": submission.filing.enterprise.credit_code,
        "year": period.parsed.year,
        "district": submission.filing.district.code,
        "measure": "on_time_rate",
        "rule_id": "R604",
        "rule": "R604",
        "pk": submission.filing.pk,
    }


def addresses(submission: Submission) -> dict[str, str]:
    """Every page that can be opened and speaks of a period, a filing or an edition; other rows have their own tests."""
    known, found = known_of(submission), {}
    for name, pattern in named_patterns().items():
        wanted = pattern.pattern.converters or pattern.pattern.regex.groupindex
        of_edition = "edition" in name or name in ("city_code_lists", "city_rules")
        code = submission.edition.code if of_edition else submission.filing.period_id
        stated = known | {"code": "A38" if name == "key_firms" else code}
        is_of_rows = "pk" in wanted and name != "thread" or "desk" in name and set(wanted) - {"code"}
        if not PAGES[name].startswith("POST") and not is_of_rows and set(wanted) <= set(stated):
            found[name] = reverse(name, kwargs={argument: stated[argument] for argument in wanted})
    return found


# None of these was made here.
WANTS_MORE = {
    "city_release",
    "city_release_workbook",
    "city_desk_revision",
    "city_desk_draft_workbook",
    "certificate",
    "imported_period",
    "wipe_practice",
}


@pytest.mark.one_database
def test_every_screen_opens_for_both_years_and_the_annual_between_them(years):
    people = {role: sign_in(person) for role, person in years.cast.one_per_role.items()}
    opened, refused = 0, []
    for submission in (years.this, years.next):
        for name, url in addresses(submission).items():
            if name in WANTS_MORE or PAGES[name] == OPEN:
                continue
            for role in PAGES[name].split():
                status = people[role].get(url).status_code
                opened += 1
                refused += [] if status in (200, 302) else [f"{role} gets {status} from {url}"]
    for code in ("2023A", "2024A", "2024M12"):
        tables = [table.key for table in Period.objects.get(pk=code).edition.tables]
        for url in (f"/filings/{code}/", *(f"/filings/{code}/{key}/" for key in tables), f"/city/periods/{code}/"):
            who = "city" if url.startswith("/city") else "enterprise"
            assert people[who].get(url).status_code in (200, 404), url  # a table of the other frequency is not owed
    assert not refused, "\n".join(refused)
    assert opened > 200


def test_a_draft_is_rehearsed_on_the_filings_of_its_own_edition(years):
    draft = drafts.begin_draft(THIS, years.cast.zhou_tao, LATER)
    assert {period.code for period in rehearsal.periods_to_rehearse(draft)} == {"2024M05"}
    assert [period.code for period in periods_with_submissions(THIS)] == ["2024M05"]
    with pytest.raises(Refused, match="2025年5月不按这个制度填报"):
        rehearsal.begin(draft, draft.version, Period.objects.get(pk="2025M05"), years.cast.zhou_tao, LATER, LATER)


def test_the_firms_line_joins_only_what_continues_the_same_figure(years):
    this, following = fresh(years.this.filing), fresh(years.next.filing)
    assert has_the_headline_of(following, this)
    change(years.place / NEXT / "platform.toml", r'headline = "2020.c1"', 'headline = "2010.c1"')
    forget()
    assert not has_the_headline_of(fresh(following), fresh(this))


def test_beginning_and_end_are_said_with_a_reason_or_not_at_all(years):
    with pytest.raises(CommandError, match="请写明是哪一个制度自哪个报告期起执行"):
        call_command("load_edition", NEXT, "--to", "2025M12", "--reason", "通知", "--by", "zhoutao", verbosity=0)


def test_growth_is_compared_over_the_change_and_a_row_without_counterpart_has_none(years):
    renamed = compare(AskedGrowth("2025M05", "2052.c1"))
    assert (renamed.whole.published, renamed.whole.base, renamed.whole.level) == (20, 20, 25)
    assert str(renamed.on_published(renamed.whole).shown) == "25.0"
    fresh_row = compare(AskedGrowth("2025M05", "2053.c1"))
    why = f"{years.this.edition.title}中没有可比的指标，不计算同比"
    assert fresh_row.on_published(fresh_row.whole).why == fresh_row.comparable(fresh_row.whole).why == why
    page = words_on(sign_in(years.cast.zhou_tao).get("/city/totals/growth/?period=2025M05&cell=2053.c1"))
    assert why in page and "2053“其中：算力成本”在原制度中没有可比的指标" in page and "增长分解" not in page


def test_a_cut_over_the_change_reads_each_period_by_its_own_codes(years):
    both = ("2025M05", "2024M05")
    table = cut(Cut(both, by=("class",), show=("2052.c1", "2010.c1")))
    now, then = table.periods
    assert (now.whole.figures["2052.c1"], then.whole.figures["2052.c1"]) == (25, 20)  # 2051 of May 2024
    assert now.whole.figures["2010.c1"] == then.whole.figures["2010.c1"] == 1000
    with pytest.raises(CannotCut, match=r"2024年5月按.*2024年口径.*没有可与.*2053.*对照的指标"):
        cut(Cut(both, show=("2053.c1",)))
    with pytest.raises(CannotCut, match="2025年口径.*没有“2051.c1”这一格"):
        cut(Cut(both, show=("2051.c1",)))
    page = sign_in(years.cast.zhou_tao).get("/cuts/?period=2024M05&period=2025M05&by=district&show=2052.c1")
    assert "2024年5月按" in words_on(page) and "2052“其中：硬件成本”按原代码2051对照" in words_on(page)
    firms = re.search(r'href="([^"]+)">20.00</a>', markup_of(page))[1]
    assert "show=2051.c1" in firms and "1 家" in words_on(sign_in(years.cast.zhou_tao).get(unescape(firms)))
