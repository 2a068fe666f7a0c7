"""From which period an edition governs: a fact beside it, said by the city, never over what was submitted."""

import json
from io import StringIO

import pytest
from django.core.checks import Tags, run_checks
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from accounts.models import District, JournalEntry
from forms_tables.edition.catalog import load_edition, shipped_content
from forms_tables.edition.periods import PeriodCode
from reporting import workflow
from reporting.editions.drafts import begin_draft
from reporting.editions.governance import govern
from reporting.models import DraftEdition, Filing, Period, PublishedEdition
from reporting.models.in_force import Ungoverned, asked_once, current_edition, edition_in_force, stretches
from reporting.workflow import Refused
from tests.cast import AT, make_district
from tests.editions.next_year import NEXT, THIS, copy, folders, make_next_year
from tests.may import make_may, open_period
from tests.officials import file_may, make_it_be, sign_in
from tests.reading import markup_of

pytestmark = pytest.mark.django_db
WHY = "渝经信软件〔2025〕3号"


@pytest.fixture
def place(tmp_path, monkeypatch):
    with folders(tmp_path / "definitions", monkeypatch) as place:
        yield place


@pytest.fixture
def both(place, cast):
    """This year's edition and next year's, loaded; nobody has said from when the second governs."""
    make_next_year(place)
    load()
    return cast


def load(*words: str) -> str:
    out = StringIO()
    call_command("load_edition", *words, stdout=out)
    return out.getvalue()


def told() -> list[str]:
    return [each.msg for each in run_checks(tags=[Tags.database], databases=["default"])]


def labels() -> dict[str, str]:
    return {each.family: each.label for each in stretches()}


def parsed(*codes: str) -> list[PeriodCode]:
    return [PeriodCode.parse(code) for code in codes]


# The order of periods


def test_an_annual_report_stands_between_its_december_and_the_next_january():
    ordered = parsed("2024M11", "2024M12", "2024A", "2025M01", "2025M02")
    assert sorted(reversed(ordered)) == ordered
    assert [period.following for period in ordered[:-1]] == ordered[1:]
    assert [period.preceding for period in ordered[1:]] == ordered[:-1]


# What is proposed, and what is said


def test_where_nothing_is_said_the_folder_proposes_its_years(place):
    assert labels() == {THIS: "2021年1月起"}
    with pytest.raises(Ungoverned, match="2020年年报没有适用的制度版本"):
        edition_in_force(PeriodCode(2020))
    load()
    assert labels() == {THIS: "2021年1月起"} and PublishedEdition.objects.get().holds_from == "2021M01"


def test_loading_it_again_changes_and_says_nothing_new(place):
    load()
    lines = JournalEntry.objects.count()
    assert "已发布，未变" in load() and JournalEntry.objects.count() == lines


def test_a_folder_that_says_where_it_ends_leaves_the_rest_without_one(place):
    copy(place, "chongqing-2020", valid_from="2019\nvalid_to = 2020")
    load()
    assert labels() == {"chongqing-2020": "2019年1月起，至2020年年报", THIS: "2021年1月起"} and told() == []
    load("chongqing-2020", "--from", "2019M01", "--to", "2020M06", "--reason", WHY)
    assert told() == ["2020年7月至2020年年报没有适用的制度版本，不能开启。"]


def test_two_folders_that_speak_of_one_year_are_told_before_anything_is_loaded(place):
    make_next_year(place)
    [sentence] = told()
    assert sentence == (f"“{THIS}”与“{NEXT}”都适用2024年1月起的报告期，这些报告期不能开启。")
    assert any(sentence in each.msg for each in run_checks())
    with pytest.raises(Ungoverned, match=f"2024年年报有 2 个适用的制度版本（{THIS}、{NEXT}），须恰有一个"):
        edition_in_force(PeriodCode(2024))


def test_a_second_folder_waits_until_somebody_says_from_when(both):
    assert labels() == {THIS: "2021年1月起"}
    assert told() == [f"“{NEXT}”还没有写明自哪个报告期起执行。"]
    assert f"“{NEXT}”自哪个报告期起执行，还没有写明" in load()
    with pytest.raises(CommandError, match="自哪个报告期起执行，还没有写明"):
        load(NEXT)


def test_the_earlier_ends_where_the_next_begins(both):
    out = load(NEXT, "--from", "2024A", "--reason", WHY, "--by", "zhoutao")
    assert f"适用：{THIS}，2021年1月起，至2024年12月。" in out and f"适用：{NEXT}，2024年年报起。" in out
    assert told() == []
    codes = ("2023A", "2024M12", "2024A", "2025M02", "2025A")
    assert [edition_in_force(period) for period in parsed(*codes)] == [THIS, THIS, NEXT, NEXT, NEXT]
    line = JournalEntry.objects.get(action="设定制度执行起点", by=both.zhou_tao)
    assert (line.why, line.after) == (WHY, {"适用": "2024年年报起"})
    load(NEXT, "--from", "2024A", "--reason", WHY, "--by", "zhoutao")  # the second time
    assert JournalEntry.objects.filter(action="设定制度执行起点", by=both.zhou_tao).count() == 1


def test_the_next_year_may_be_loaded_before_this_one(place):
    make_next_year(place)
    load(NEXT, "--from", "2024A", "--reason", WHY)
    assert labels() == {NEXT: "2024年年报起"}
    load()
    assert labels() == {THIS: "2021年1月起，至2024年12月", NEXT: "2024年年报起"}


def test_the_check_says_which_edition_governs_which_period(both):
    out = StringIO()
    call_command("check", databases=["default"], stdout=out, stderr=out)
    assert f"适用：{THIS}，2021年1月起。" in out.getvalue() and f"“{NEXT}”还没有写明" in out.getvalue()


def test_who_decides_is_named(both):
    for who in ((), ("--by", "chenyu"), ("--by", "yuzhong")):
        with pytest.raises(CommandError, match="请用 --by 写明"):
            load(NEXT, "--from", "2024A", "--reason", WHY, *who)
    with pytest.raises(CommandError, match="哪一个制度"):
        load("--from", "2024A")
    assert labels() == {THIS: "2021年1月起"}


def test_a_loading_that_is_refused_loads_nothing(place, cast):
    load()
    make_next_year(place)
    with pytest.raises(CommandError, match="请写明自哪个报告期起执行"):
        load(NEXT, "--from", "2024Q1", "--reason", WHY, "--by", "zhoutao")
    assert not PublishedEdition.objects.filter(code=NEXT).exists()
    assert not District.objects.filter(code="500159").exists()


# The act


def test_only_the_city_says_it_and_with_a_reason(both):
    for person in (both.li_na, both.chen_yu, both.liu_fang, both.wu_gang):
        with pytest.raises(Refused, match="只有市级"):
            govern(NEXT, "2024A", "", person, AT, WHY)
    with pytest.raises(Refused, match="请写明依据"):
        govern(NEXT, "2024A", "", both.zhou_tao, AT, " ")
    with pytest.raises(Refused, match="没有装载过"):
        govern("chongqing-1999", "2024A", "", both.zhou_tao, AT, WHY)
    with pytest.raises(Refused, match="早于起期"):
        govern(NEXT, "2024A", "2024M12", both.zhou_tao, AT, WHY)
    with pytest.raises(Refused, match=f"“{THIS}”也自2021年1月起执行"):
        govern(NEXT, "2021M01", "", both.zhou_tao, AT, WHY)
    assert not JournalEntry.objects.filter(by__isnull=False).exists()


def test_two_beginnings_at_once_cannot_be_stored(both):
    row = PublishedEdition.objects.get(code=NEXT)
    row.holds_from = "2021M01"
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_never_over_a_period_that_has_submissions(both):
    may = make_may(both)
    file_may(may.filing, may.clerk)
    with pytest.raises(Refused, match="2024年5月已有 1 份上报件，适用的制度不能再改"):
        govern(NEXT, "2024M03", "", both.zhou_tao, AT, WHY)
    workflow.recall(may.filing, may.clerk, AT)
    with pytest.raises(Refused, match="2024年5月已有 1 份上报件"):  # what was taken back was judged by it too
        govern(NEXT, "2024M05", "", both.zhou_tao, AT, WHY)
    with pytest.raises(Refused, match="2024年5月已有 1 份上报件"):  # from the other side
        govern(THIS, "2024M06", "", both.zhou_tao, AT, WHY)
    govern(NEXT, "2024M06", "", both.zhou_tao, AT, WHY)
    assert Period.objects.get(pk="2024M05").edition_code == THIS


def test_an_open_period_without_submissions_changes_hands_and_back(both):
    may = make_may(both)
    Filing.objects.update(checked="passed")
    govern(NEXT, "2024M05", "", both.zhou_tao, AT, WHY)
    assert Period.objects.get().edition_code == NEXT
    assert set(Filing.objects.values_list("checked", flat=True)) == {Filing.UNCHECKED}
    govern(NEXT, "2024A", "", both.zhou_tao, AT, WHY)
    assert Period.objects.get().edition_code == THIS
    after = list(JournalEntry.objects.filter(by=may.city).order_by("pk").values_list("before", "after"))
    moved = {"改按本制度填报": "2024年5月"}
    assert after == [
        (None, {"适用": "2024年5月起"} | moved),
        ({"适用": "2024年5月起"}, {"适用": "2024年年报起"} | moved),
    ]


def test_an_open_period_is_never_left_without_an_edition_nor_a_locked_one_moved(both):
    may = make_may(both)
    with pytest.raises(Refused, match="2024年5月已开启，这样改后就没有适用的制度版本"):
        govern(THIS, "2024M06", "", both.zhou_tao, AT, WHY)
    Period.objects.filter(pk=may.may.pk).update(state=Period.LOCKED)
    with pytest.raises(Refused, match="2024年5月已锁定，适用的制度不能再改"):
        govern(NEXT, "2024M05", "", both.zhou_tao, AT, WHY)


def test_a_revision_holds_within_its_own_edition(both):
    said = {"title": "制度", "digest": "0", "text": json.dumps(shipped_content(THIS)), "published_at": AT}
    PublishedEdition.objects.create(code=f"{THIS}@2", family=THIS, number=2, holds_from="2024M06", **said)
    PublishedEdition.objects.create(code=f"{NEXT}@2", family=NEXT, number=2, holds_from="2025M03", **said)
    govern(NEXT, "2024A", "", both.zhou_tao, AT, WHY)
    codes = ("2024M05", "2024M06", "2024M12", "2024A", "2025M02", "2025M03")
    assert [edition_in_force(period) for period in parsed(*codes)] == [
        THIS, f"{THIS}@2", f"{THIS}@2", NEXT, NEXT, f"{NEXT}@2",
    ]  # fmt: skip


def test_the_current_edition_is_that_of_the_newest_period_whatever_the_folders_are_called(both, place):
    copy(place, "zz-later", title='"别的"')
    make_it_be(AT.date())
    assert current_edition().code == THIS
    govern(NEXT, "2024A", "", both.zhou_tao, AT, WHY)
    Period.objects.create(code="2024A", edition_code=NEXT, opens_on="2025-01-01")
    Period.objects.create(code="2024M12", edition_code=THIS, opens_on="2025-01-01")
    assert current_edition().code == NEXT


def test_a_draft_begun_before_another_edition_took_over_is_still_on_the_desk(both):
    make_it_be(AT.date())
    desk = sign_in(both.zhou_tao)
    draft = begin_draft(THIS, both.zhou_tao, AT)
    govern(NEXT, "2024A", "", both.zhou_tao, AT, WHY)
    Period.objects.create(code="2024A", edition_code=NEXT, opens_on="2025-01-01")
    assert "起草修订</button>" not in markup_of(desk.get("/city/desk/"))
    markup_of(desk.post("/city/desk/abandon/", {"draft": draft.pk}, follow=True))
    draft.refresh_from_db()
    assert draft.state == draft.ABANDONED
    desk.post("/city/desk/begin/")
    assert DraftEdition.objects.get(state=DraftEdition.OPEN).family == NEXT


def test_one_request_asks_once_which_edition_is_current(both, django_assert_num_queries):
    open_period("2024M05", AT.date())
    current_edition()
    with django_assert_num_queries(1), asked_once():
        assert {current_edition() for _ in range(5)} == {load_edition(THIS)}
    Period.objects.update(edition_code=NEXT)
    assert current_edition().code == NEXT  # and the next one anew


def test_a_period_none_governs_is_refused_in_a_sentence(both):
    govern(THIS, "2021M01", "2024M04", both.zhou_tao, AT, WHY)
    assert told()[0] == "2024年5月起没有适用的制度版本，不能开启。"
    with pytest.raises(Refused, match="2024年5月没有适用的制度版本，不能开启；请系统管理员先装载制度版本。"):
        workflow.open_period("2024M05", both.zhou_tao, AT)


def test_a_period_of_an_edition_that_is_not_here_is_named(both):
    open_period("2024M05", AT.date())
    Period.objects.update(edition_code="nanjing-2024")
    assert "2024年5月按“nanjing-2024”填报，而这里没有这个制度。" in told()


# The page


def test_the_page_says_which_edition_governs_and_takes_the_act(both):
    make_it_be(AT.date())
    desk = sign_in(both.zhou_tao)
    text = markup_of(desk.get("/city/governance/"))
    assert "2021年1月起</td>" in text and f"“{NEXT}”已装载，还没有写明自哪个报告期起执行" in text
    said = {"code": NEXT, "first": "2024A", "last": "", "reason": WHY}
    text = markup_of(desk.post("/city/governance/set/", said, follow=True))
    assert "自2024年年报起执行，已记入操作日志。" in text and "2021年1月起，至2024年12月" in text
    assert "还没有写明" not in text
    refused = markup_of(desk.post("/city/governance/set/", said | {"code": THIS}), 409)
    assert f"“{NEXT}”也自2024年年报起执行" in refused
    assert "请" in markup_of(desk.post("/city/governance/set/", {}), 422)


def test_the_association_reads_it_and_says_nothing(both):
    make_it_be(AT.date())
    text = markup_of(sign_in(both.liu_fang).get("/city/governance/"))
    assert "各制度适用的报告期" in text and "<h2>设定执行起点" not in text and "登记区县</h3>" not in text


# Districts


def test_a_later_folder_brings_its_districts_and_leaves_the_earlier_digest(place, cast):
    load()
    make_next_year(place)
    load(NEXT, "--from", "2024A", "--reason", WHY, "--by", "zhoutao")
    district = District.objects.get(code="500159")
    assert (district.name, str(district.valid_from)) == ("高新东区", "2024-12-01")
    assert load_edition(THIS).digest.startswith("164c7cc8")
    assert JournalEntry.objects.get(action="发布制度版本", subject__contains="2025").after["新增区县"] == "高新东区"
    assert "已发布，未变" in load() and told() == []
    assert not district.holds_on(PeriodCode(2024, 11).end) and district.holds_on(PeriodCode(2024).end)


def test_the_city_registers_a_district_with_its_dates(both):
    make_it_be(AT.date())
    desk = sign_in(both.zhou_tao)
    said = {
        "code": "500160",
        "name": "临空区",
        "kind": "功能区",
        "valid_from": "2024-07-01",
        "reason": "渝府发9号",
    }
    for _ in range(2):
        assert "临空区已登记" in markup_of(desk.post("/city/governance/districts/", said, follow=True))
    line = JournalEntry.objects.get(action="新增区县")
    assert line.why == said["reason"] and line.after["生效日期"] == "2024-07-01"
    assert "请写明依据" not in markup_of(desk.get("/city/governance/"))
    namesake = markup_of(desk.post("/city/governance/districts/", said | {"code": "500161"}), 409)
    assert "名称“临空区”已是区划代码 500160 的区县" in namesake
    backwards = markup_of(desk.post("/city/governance/districts/", said | {"valid_to": "2024-01-01"}), 409)
    assert "失效日期 2024-01-01 早于生效日期 2024-07-01" in backwards


def test_what_the_city_said_of_a_district_stands_when_a_folder_is_loaded(place, cast):
    load()
    desk = sign_in(cast.zhou_tao)
    make_it_be(AT.date())
    said = {"code": "500159", "name": "高新东区", "kind": "区", "valid_from": "2025-02-01", "reason": "通知"}
    markup_of(desk.post("/city/governance/districts/", said, follow=True))
    make_next_year(place)
    load(NEXT, "--from", "2024A", "--reason", WHY, "--by", "zhoutao")
    assert str(District.objects.get(code="500159").valid_from) == "2025-02-01"


def test_an_earlier_folder_loaded_later_does_not_bring_back_its_districts(place):
    make_next_year(place)
    folder = place / NEXT / "districts.toml"
    folder.write_text(folder.read_text("utf-8").replace('name = "渝中区"', 'name = "渝中新区"'), "utf-8")
    load(NEXT, "--from", "2024A", "--reason", WHY)
    load()
    assert District.objects.get(code="500103").name == "渝中新区"


def test_a_districts_dates_never_leave_out_what_its_firms_submitted(both):
    may = make_may(both)
    file_may(may.filing, may.clerk)
    make_district("500104", "大渡口区", 4)
    desk = sign_in(both.zhou_tao)
    make_it_be(AT.date())
    said = {"code": "500103", "name": "渝中区", "kind": "区", "valid_from": "2021-01-01", "reason": "通知"}
    refused = markup_of(desk.post("/city/governance/districts/", said | {"valid_to": "2024-05-30"}), 409)
    assert "渝中区的2024年5月已有 1 份上报件，有效期须包括 2024-05-31。" in refused
    told_twice = said | {"valid_to": "2024-05-31", "successor": "500104"}
    assert "渝中区已登记" in markup_of(desk.post("/city/governance/districts/", told_twice, follow=True))
    assert District.objects.get(code="500103").successor.code == "500104"


@pytest.mark.parametrize(("ends", "refused"), [("2024-05-30", True), ("2024-05-31", False)])
def test_nor_do_those_of_a_folder_that_is_loaded(place, cast, ends, refused):
    load()
    may = make_may(cast)
    file_may(may.filing, may.clerk)
    make_next_year(place)
    districts = place / NEXT / "districts.toml"
    name = 'name = "渝中区"\n'
    districts.write_text(districts.read_text("utf-8").replace(name, f"{name}valid_to = {ends}\n"), "utf-8")
    if refused:
        with pytest.raises(CommandError, match="渝中区的2024年5月已有 1 份上报件，有效期须包括 2024-05-31"):
            load()
        assert not PublishedEdition.objects.filter(code=NEXT).exists()
    else:
        load()
        assert str(District.objects.get(code="500103").valid_to) == ends
