"""What a lock freezes: release 1, rebuilt byte for byte whatever changes afterwards."""

import json
from decimal import Decimal
from io import BytesIO, StringIO
from zlib import compress, decompress

import polars as pl
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import District, Enterprise, JournalEntry, Residence, User
from reporting import workflow
from reporting.models import Filing, FrozenRelease, ParameterValue, Period, Release
from reporting.releases import making, rebuilding
from reporting.releases.making import freeze_found, locked_without_release
from reporting.releases.rebuilding import CannotRebuild, rebuilt
from reporting.totals import frozen
from reporting.totals.frozen import totals_of
from reporting.workflow import Refused
from tests.cast import make_district, make_user
from tests.officials import sign_in
from tests.reading import words_on
from tests.releases.conftest import LOCKED_AT


def lock(city) -> Release:
    """As two people do."""
    proposal = workflow.propose_lock(city.may, city.by, LOCKED_AT, "多次催报未果")
    workflow.confirm_lock(proposal, city.second, LOCKED_AT)
    return Release.objects.get(period=city.may)


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out, stderr=StringIO())
    return out.getvalue()


def listed(*words: str) -> list[dict]:
    return json.loads(run("releases", *words, "--json"))


def test_a_lock_makes_release_1_of_the_hand_worked_totals(city):
    release = lock(city)
    assert (release.code, release.kind, release.number) == ("2024M05-1", Release.LOCK, 1)
    kept = frozen.latest("2024M05")
    assert kept.city.cells["2010.c1"] == Decimal("3000.35")
    assert release.figures["2010.c1"] == "3000.35"
    assert [area.name for area in kept.districts] == ["万州区", "渝中区", "大渡口区"]
    assert {listed.name: listed.is_counted for listed in kept.filings} == {
        "山城软件": True, "两江芯片": True, "三峡数据": False, "万州云谷": False,
    }  # fmt: skip
    assert JournalEntry.objects.get(action="锁定报告期").after["汇总表摘要"] == release.digest


def test_a_frozen_summary_is_what_was_added_up(city):
    live = totals_of(city.may, LOCKED_AT)
    lock(city)
    kept = frozen.latest("2024M05")
    assert (kept.edition.code, kept.edition.digest) == (live.edition.code, live.edition.digest)
    assert [table.title for table in kept.edition.tables] == [table.title for table in live.edition.tables]
    assert (kept.city.cells, kept.city.totals) == (live.city.cells, live.city.totals)
    assert [area.coverage for area in kept.districts] == [area.coverage for area in live.districts]
    assert kept.city.totals.figures.keys() == live.city.totals.figures.keys()
    assert type(kept.city.cells["2010.c1"]) is Decimal


def test_the_command_lists_what_rebuild_takes(city, tmp_path):
    release = lock(city)
    (told,) = listed("2024M05")
    expected = {"release": "2024M05-1", "period": "2024M05", "number": 1, "digest": release.digest}
    assert told | expected == told
    assert listed() == [told]
    assert "逐字节相同" in run("rebuild", told["release"], "--out", str(tmp_path / "F.xlsx"))
    assert rebuilding.sha256((tmp_path / "F.xlsx").read_bytes()).hexdigest() == told["digest"]


def change_the_world() -> None:
    """Every firm renamed, moved and described otherwise, every district and person renamed, another parameter."""
    elsewhere = make_district("500109", "北碚区", 9)
    for number, firm in enumerate(Enterprise.objects.order_by("pk")):
        firm.name, firm.attributes = f"改名企业{number}", {"A22": "6531"}
        firm.save()
        Residence.objects.filter(enterprise=firm).delete()
        Residence.objects.create(enterprise=firm, district=elsewhere, since=firm.joined_on)
    Filing.objects.update(district=elsewhere)
    for district in District.objects.all():
        District.objects.filter(pk=district.pk).update(name=f"新{district.name}", position=99 - district.position)
    ParameterValue.objects.create(name="FX", value=Decimal("9.9"), source="改")
    User.objects.update(name="改名人")
    Period.objects.filter(pk="2024M05").update(locked_at=None)


def test_it_is_rebuilt_byte_for_byte_after_everything_else_has_changed(city, tmp_path):
    release = lock(city)
    before = rebuilt(release)
    change_the_world()
    run("rebuild", release.code, "--out", str(tmp_path / "F.xlsx"))
    assert (tmp_path / "F.xlsx").read_bytes() == before
    names = {listed.name for listed in frozen.latest("2024M05").filings}
    assert names == {"山城软件", "两江芯片", "三峡数据", "万州云谷"}


def test_an_edition_revised_under_it_changes_nothing(city, monkeypatch):
    release = lock(city)
    before = rebuilt(release)

    def another(code):
        raise AssertionError(f"{code} is read from the definitions and not from what was frozen")

    for name in ("published_content", "platform_under"):
        monkeypatch.setattr(f"reporting.totals.frozen.{name}", another)
    monkeypatch.setattr("reporting.models.period.published_edition", another)
    frozen._edition.cache_clear()
    assert rebuilt(release) == before


def test_the_totals_of_a_locked_period_are_its_release(city):
    lock(city)
    change_the_world()
    period = Period.objects.get(pk="2024M05")
    period.state = Period.LOCKED
    shown = totals_of(period, LOCKED_AT)
    assert shown.released.code == "2024M05-1"
    assert "山城软件" in [listed.name for listed in shown.filings]


def test_it_freezes_each_firm_with_its_cells_and_what_describes_it(city):
    release = lock(city)
    rows = pl.read_parquet(BytesIO(bytes(release.frozen.rows)))
    assert rows["name"].to_list() == ["山城软件", "两江芯片"]
    assert rows["2010.c1"].to_list() == [100010, 200025]
    assert {"by_district", "by_size", "credit_code"} <= set(rows.columns)


def test_the_workbook_names_who_is_not_in_it_and_why(city):
    reasons = {"firm:91500000MA5U000003": "财务系统更换"}
    proposal = workflow.propose_lock(city.may, city.by, LOCKED_AT, "多次催报未果", reasons)
    workflow.confirm_lock(proposal, city.second, LOCKED_AT)
    book = load_workbook(BytesIO(rebuilt(Release.objects.get())))
    notes = {row[0].value: row[1].value for row in book["说明"].iter_rows() if row[0].value}
    assert "未纳入 2 家，占应报企业2023年年报主营业务收入的 40.0%" in notes["未纳入的企业"]
    assert "财务系统更换（1 家，占 30.0%）：三峡数据" in notes["未纳入的企业"]
    assert notes["发布"].startswith("2024M05-1，第 1 次发布（锁定）")
    rows = [[cell.value for cell in row] for row in book["未纳入清单"].iter_rows(min_row=5)]
    assert [(row[3], row[6], row[7]) for row in rows] == [
        ("三峡数据", 30, "财务系统更换"),
        ("万州云谷", 10, "多次催报未果"),
    ]


def tampered(release: Release, **columns) -> None:
    """As somebody with the database's password could."""
    frozen = FrozenRelease._meta.db_table
    with connection.cursor() as cursor:
        for name, value in columns.items():
            cursor.execute(f"UPDATE {frozen} SET {name} = %s WHERE release_id = %s", [value, release.pk])


def frozen_with(release: Release, old: str, new: str) -> bytes:
    text = decompress(bytes(release.frozen.content)).decode()
    assert old in text
    return compress(text.replace(old, new).encode())


def test_a_figure_altered_in_what_was_frozen_is_found_with_its_place(city, tmp_path):
    release = lock(city)
    tampered(release, content=frozen_with(release, '"2010.c1":"3000.35"', '"2010.c1":"3000.36"'))
    with pytest.raises(CommandError, match="已被改动：工作表“软统企6”单元格 D7") as refused:
        run("rebuild", release.code, "--out", str(tmp_path / "F.xlsx"))
    assert refused.value.returncode == 1
    assert not (tmp_path / "F.xlsx").exists()
    with pytest.raises(CommandError, match="2024M05-1"):
        run("releases", "--verify")


def test_a_writer_that_writes_otherwise_is_found_with_its_place(city, monkeypatch):
    release = lock(city)
    with monkeypatch.context() as changed:
        changed.setattr("reporting.totals.tabulation.page.NUMBER_FORMATS", {})
        with pytest.raises(CannotRebuild, match="与发布时不同：.+是写表的程序变了"):
            rebuilt(release)
        with pytest.raises(CommandError):
            run("releases", "--verify")
        desk = sign_in(city.by)
        handed = desk.get(reverse("city_release_workbook", args=[release.code]))
        assert rebuilding.sha256(handed.content).hexdigest() == release.digest
        page = words_on(desk.get(reverse("city_release", args=[release.code]), {"check": "yes"}))
        assert "是写表的程序变了。发布时写下的汇总表原样存着，与摘要相符，下载的是它。" in page
    assert rebuilt(release)


def test_what_is_frozen_and_gone_or_unreadable_is_said(city, tmp_path):
    release = lock(city)
    tampered(release, content=b"nothing")
    with pytest.raises(CannotRebuild, match="已损坏"):
        rebuilt(release)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {FrozenRelease._meta.db_table}")
    with pytest.raises(CommandError, match="冻结的内容已不在"):
        run("rebuild", release.code, "--out", str(tmp_path / "F.xlsx"))
    with pytest.raises(Refused, match="2024M05-1 冻结的内容已不在"):
        totals_of(Period.objects.get(pk="2024M05"), LOCKED_AT)
    page = sign_in(city.by).get(reverse("city_totals"), {"period": "2024M05"})
    assert "2024M05-1 冻结的内容已不在" in words_on(page, 410)


def test_an_older_release_never_stands_in_for_the_newest(city):
    lock(city)
    Release.objects.create(period=city.may, number=2, kind=Release.CORRECTION, at=LOCKED_AT, layout=1)
    with pytest.raises(Refused, match="2024M05-2 冻结的内容已不在"):
        totals_of(Period.objects.get(pk="2024M05"), LOCKED_AT)
    with pytest.raises(CommandError, match="2024M05-2 冻结的内容已不在"):
        run("summary", "2024M05")


@pytest.mark.parametrize("code", ["2024M05-9", "2024M05", "没有-1", "2024M05-x"])
def test_a_release_that_is_none_is_refused_in_words(city, code, tmp_path):
    with pytest.raises(CommandError, match="没有发布"):
        run("rebuild", code, "--out", str(tmp_path / "F.xlsx"))


def test_a_release_is_never_changed(city):
    release = lock(city)
    for change in (release.save, release.delete, Release.objects.all().delete, release.frozen.save):
        with pytest.raises(TypeError):
            change()
    with pytest.raises(TypeError):
        Release.objects.update(number=2)


def test_a_lock_that_is_killed_on_its_way_leaves_nothing_half_done(city, monkeypatch):
    proposal = workflow.propose_lock(city.may, city.by, LOCKED_AT, "多次催报未果")
    with monkeypatch.context() as killed:
        killed.setattr(making.FrozenRelease.objects, "create", lambda **row: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            workflow.confirm_lock(proposal, city.second, LOCKED_AT)
    assert not Period.objects.get(pk="2024M05").is_locked
    assert not Release.objects.exists()
    assert workflow.confirm_lock(proposal, city.second, LOCKED_AT).is_locked
    assert Release.objects.count() == 1


def test_a_second_press_makes_no_second_release(city):
    lock(city)
    proposal = city.may.lock_proposals.get()
    assert workflow.confirm_lock(proposal, city.second, LOCKED_AT).is_locked
    assert workflow.lock(city.may, city.by, LOCKED_AT, "再锁").is_locked
    assert Release.objects.count() == 1


def test_a_period_locked_before_there_were_releases_gets_one_that_says_so(city):
    Period.objects.filter(pk="2024M05").update(state=Period.LOCKED, locked_at=LOCKED_AT)
    assert [period.code for period in locked_without_release()] == ["2024M05"]
    assert [each["kind"] for each in listed("--make-missing")] == ["found"]
    release = Release.objects.get()
    assert "当时没有留下发布" in release.reason
    assert rebuilt(release)
    assert freeze_found(city.may, None, LOCKED_AT) is None
    assert len(listed("--make-missing")) == 1


def test_verify_says_of_each_whether_it_rebuilds(city):
    lock(city)
    assert [each["rebuilds"] for each in listed("--verify")] == [True]
    assert "重建一致" in run("releases", "2024M05", "--verify")


@pytest.mark.parametrize(("code", "why"), [("2024X", "不是报告期代码"), ("2024M07", "没有报告期2024M07")])
def test_it_lists_nothing_of_a_period_there_is_not(city, code, why):
    with pytest.raises(CommandError, match=why):
        run("releases", code)


def test_an_official_of_a_district_locks_nothing(city):
    clerk = make_user("clerk", "区县", "district", district=city.districts["500103"])
    for verb in (
        lambda: workflow.propose_lock(city.may, clerk, LOCKED_AT, "x"),
        lambda: workflow.correct(city.may, clerk, LOCKED_AT, "x"),
        lambda: workflow.choose_lock_limit(Decimal(9), clerk, LOCKED_AT, "x"),
    ):
        with pytest.raises(Refused, match="只有市级管理员"):
            verb()
