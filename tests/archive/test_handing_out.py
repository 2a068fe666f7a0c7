"""Who gets a package, of which period, and what the command and the page say when nobody does."""

import json
from hashlib import sha256

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.models import JournalEntry
from reporting import workflow
from reporting.archive.handing_out import hand_out
from reporting.management.commands import archive
from reporting.models import Period
from reporting.workflow import Refused
from tests.archive.packages import files_in, make_locked_may, packed_up
from tests.cast import AT
from tests.history.books import stand
from tests.officials import file_may, sign_in
from tests.reading import markup_of, words_on
from tests.workflow.lateness import LATER, make_alike_may

pytestmark = pytest.mark.django_db
PAGE, BUTTON = reverse("city_period", args=["2024M05"]), reverse("city_archive", args=["2024M05"])


@pytest.fixture
def may():
    return make_locked_may()


@pytest.fixture
def open_may():
    may = make_alike_may()
    may.sent = file_may(may.filing, may.clerk)
    return may


def refusal_of(*words: object) -> str:
    with pytest.raises(CommandError) as refused:
        call_command("archive", *map(str, words))
    return str(refused.value)


# The command


def test_the_command_writes_the_package_for_its_owner_alone_and_says_its_digest(may, tmp_path, capsys):
    out = tmp_path / "F.zip"
    call_command("archive", "2024M05", "--out", str(out))
    said = capsys.readouterr().out
    assert f"2024年5月的归档包已写入 {out}" in said and sha256(out.read_bytes()).hexdigest() in said
    assert out.stat().st_mode & 0o777 == 0o600
    assert out.read_bytes() == packed_up(may.may)
    assert [file.name for file in tmp_path.glob("F*")] == ["F.zip"]


def test_it_refuses_a_period_there_is_not(may, tmp_path):
    said = refusal_of("2024M06", "--out", tmp_path / "F.zip")
    assert said == "没有报告期“2024M06”：尚未开启，或代码有误（月报写作 2024M05，年报写作 2023A）。"


def test_it_says_of_a_withdrawn_and_of_an_imported_period_what_they_are(cast, tmp_path):
    workflow.open_period("2024M05", cast.zhou_tao, AT)
    workflow.withdraw_period(Period.objects.get(), cast.zhou_tao, AT, "误开", 0)
    assert refusal_of("2024M05", "--out", tmp_path / "F.zip").startswith("2024年5月已撤回，没有可以归档的内容")
    stand(cast.yuntu, "2024M04", {"2010.c1": "100.00"})
    said = refusal_of("2024M04", "--out", tmp_path / "F.zip")
    assert said.startswith("2024年4月只有导入历史，没有开启过，不按报告期归档") and "“导入历史”页" in said


def test_it_refuses_a_period_that_is_not_locked(open_may, tmp_path):
    said = refusal_of("2024M05", "--out", tmp_path / "F.zip")
    assert said.startswith("2024年5月尚未锁定，数据还会变动，没有打包。请在锁定以后再归档。") and "--open" in said
    assert not (tmp_path / "F.zip").exists() and not JournalEntry.objects.filter(action="导出归档包").exists()


def test_it_does_not_touch_a_file_that_is_there_unless_told_to(may, tmp_path):
    out = tmp_path / "F.zip"
    out.write_bytes(b"of last year")
    said = refusal_of("2024M05", "--out", out)
    assert said == f"文件“{out}”已经存在，没有改动它。请换一个名字；确要覆盖的，请加 --force。"
    assert out.read_bytes() == b"of last year"
    call_command("archive", "2024M05", "--out", str(out), "--force")
    assert "README.txt" in files_in(out.read_bytes())


def test_it_refuses_a_folder_that_is_missing_and_what_is_no_zip(may, tmp_path):
    missing = tmp_path / "2024"
    assert refusal_of("2024M05", "--out", missing / "F.zip").startswith(f"没有文件夹“{missing}”。请先建立它")
    assert "应是 .zip 文件" in refusal_of("2024M05", "--out", tmp_path / "F.rar")
    (tmp_path / "G.zip").mkdir()
    assert "是一个文件夹" in refusal_of("2024M05", "--out", tmp_path / "G.zip", "--force")


def test_a_package_that_breaks_off_leaves_no_file_behind(may, tmp_path, monkeypatch):
    def full_disk(*words):
        yield b"PK"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive, "hand_out", full_disk)
    out = tmp_path / "F.zip"
    out.write_bytes(b"of last year")
    assert "请检查磁盘空间" in refusal_of("2024M05", "--out", out, "--force")
    assert out.read_bytes() == b"of last year" and [file.name for file in tmp_path.glob("F*")] == ["F.zip"]


def test_a_package_of_an_open_period_says_so_wherever_one_looks(open_may, tmp_path, capsys):
    out = tmp_path / "F.zip"
    call_command("archive", "2024M05", "--out", str(out), "--open")
    assert "2024年5月（未锁定）的归档包" in capsys.readouterr().out
    files = files_in(out.read_bytes())
    assert files["NOT-LOCKED.txt"].decode().startswith("【未锁定】打包时2024年5月还没有锁定")
    assert "【未锁定】" in files["README.txt"].decode().splitlines()[2]
    assert "NOT-LOCKED.txt  提醒" in files["README.txt"].decode()
    period = json.loads(files["period.json"])
    assert (period["locked"], period["locked_at"]) == (False, None)
    assert period["record_at"] == "2024-06-05T09:30:00+08:00"  # the last thing that happened, not the clock's moment
    assert packed_up(open_may.may, unlocked=True) == out.read_bytes()


# The page


def test_the_city_downloads_the_same_package_from_the_periods_page(may):
    city = sign_in(may.city)
    assert "下载归档包" in words_on(city.get(PAGE)) and f'action="{BUTTON}"' in markup_of(city.get(PAGE))
    answer = city.post(BUTTON)
    assert answer.streaming and answer["Content-Type"] == "application/zip"
    assert "2024%E5%B9%B45%E6%9C%88_%E5%BD%92%E6%A1%A3.zip" in answer["Content-Disposition"]
    assert b"".join(answer.streaming_content) == packed_up(may.may)


def test_the_page_offers_none_of_an_open_period_and_refuses_to_hand_it_out(open_may):
    city = sign_in(open_may.city)
    assert "下载归档包" not in words_on(city.get(PAGE))
    assert "2024年5月尚未锁定，数据还会变动，没有打包" in words_on(city.post(BUTTON, follow=True))


def test_the_association_reads_the_page_and_gets_no_package(may):
    analyst = sign_in(may.analyst)
    assert "下载归档包" not in words_on(analyst.get(PAGE))
    assert analyst.post(BUTTON).status_code == 403


@pytest.mark.parametrize("who", ["clerk", "reviewer", "analyst", "system"])
def test_only_the_city_is_handed_one(may, who):
    with pytest.raises(Refused, match="只有市级管理员"):
        hand_out(may.may, getattr(may, who), LATER)
    assert not JournalEntry.objects.filter(action="导出归档包").exists()


def test_the_journal_says_who_took_it_and_the_next_package_is_the_same(may):
    first = b"".join(hand_out(may.may, may.city, LATER))
    line = JournalEntry.objects.get(action="导出归档包")
    assert (line.by, line.at, line.period, line.subject) == (may.city, LATER, "2024M05", "2024年5月")
    assert line.after == {"上报件": "3 份", "状态": "已锁定"}
    assert packed_up(may.may) == first
    assert JournalEntry.objects.filter(action="导出归档包").values_list("by_name", flat=True)[0] == "系统"
