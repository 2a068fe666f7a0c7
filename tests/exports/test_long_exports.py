"""导出 of many rows: asked for by a press, written by a worker, found again, fetched by who asked, cleared away."""

import os
from datetime import timedelta

import pytest
from django.test import Client, TestCase
from openpyxl import load_workbook

from accounts.clock import real_now
from accounts.models import Enterprise, JournalEntry
from reporting.exports import kinds, steps, tasks
from reporting.exports.views import asking
from reporting.leases import LEASE
from reporting.models import LongExport
from tests.cast import AT
from tests.officials import make_it_be
from tests.reading import words_on

pytestmark = pytest.mark.django_db
ASK = "/firms/export.xlsx"


class Browser(Client):
    """What waits for the end of a request's transaction is done at the end of the request, while the test's goes on."""

    def request(self, **request):
        with TestCase.captureOnCommitCallbacks(execute=True):
            return super().request(**request)


@pytest.fixture
def client():
    return Browser()


@pytest.fixture(autouse=True)
def many(monkeypatch, settings, tmp_path):
    """Three firms are many."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(asking, "AT_ONCE", 2)
    make_it_be(AT.date())


def newest() -> LongExport:
    return LongExport.objects.first()


def waiting(by) -> LongExport:
    """Asked for, and its worker has not come yet."""
    order = kinds.ExportOrder("register", {}, "企业名录.xlsx", {})
    return steps.begin(order, 3, by, AT, real_now())


def fall_silent(stored: LongExport) -> None:
    stored.refresh_from_db()
    long_ago = (real_now() - LEASE - timedelta(seconds=5)).isoformat()
    LongExport.objects.filter(pk=stored.pk).update(effect={**stored.effect, "spoken": long_ago})


def names_in(content: bytes, tmp_path) -> list[str]:
    (tmp_path / "got.xlsx").write_bytes(content)
    return sorted(row[1].value for row in load_workbook(tmp_path / "got.xlsx")["企业名录"].iter_rows(min_row=2))


def test_many_rows_are_asked_for_written_and_fetched(client, cast, tmp_path):
    client.force_login(cast.zhou_tao)
    page = client.get(f"{ASK}?q=重庆")
    assert "共 3 行，在后台生成" in words_on(page) and not LongExport.objects.exists()
    page = client.post(f"{ASK}?q=重庆", follow=True)
    assert page.redirect_chain == [(f"/exports/{newest().pk}/", 302)] and "文件已生成" in words_on(page)
    answer = client.get(f"/exports/{newest().pk}/file/")
    assert names_in(b"".join(answer), tmp_path) == sorted(Enterprise.objects.values_list("name", flat=True))
    assert "spreadsheetml" in answer["Content-Type"]
    line = JournalEntry.objects.get(action="导出企业名录")
    assert (line.by, line.after) == (cast.zhou_tao, {"名称、代码或联系人": "重庆"})


def test_few_rows_are_handed_out_at_once(client, cast, tmp_path):
    client.force_login(cast.chen_yu)  # two firms are hers
    assert len(names_in(client.get(ASK).content, tmp_path)) == 2
    assert not LongExport.objects.exists() and JournalEntry.objects.filter(action="导出企业名录").count() == 1


def test_it_holds_what_its_asker_may_see(cast, monkeypatch, client, tmp_path):
    monkeypatch.setattr(asking, "AT_ONCE", 1)
    client.force_login(cast.chen_yu)
    client.post(ASK)
    names = names_in(b"".join(client.get(f"/exports/{newest().pk}/file/")), tmp_path)
    assert names == sorted([cast.yuntu.name, cast.jialing.name])


def test_asked_twice_it_is_the_same(client, cast):
    first = waiting(cast.zhou_tao)
    assert waiting(cast.zhou_tao) == first and waiting(cast.chen_yu) != first
    tasks.carry_out_export(first.pk)
    assert waiting(cast.zhou_tao) == first, "it was written a moment ago"
    fall_silent(first)
    assert waiting(cast.zhou_tao) != first, "the register may have changed since"
    assert JournalEntry.objects.filter(action="导出企业名录").count() == 3


def test_one_may_leave_and_finds_it_again(client, cast):
    stored = waiting(cast.zhou_tao)
    client.force_login(cast.zhou_tao)
    assert "已排队" in words_on(client.get(f"/exports/{stored.pk}/"))
    assert "企业名录.xlsx" in words_on(client.get("/exports/"))
    assert client.get(f"/exports/{stored.pk}/file/").status_code == 404, "it is not written yet"
    tasks.carry_out_export(stored.pk)
    tasks.carry_out_export(stored.pk)  # its message comes twice
    assert "下载" in words_on(client.get(f"/exports/{stored.pk}/"))


def test_nobody_else_gets_to_it(client, cast):
    stored = waiting(cast.zhou_tao)
    tasks.carry_out_export(stored.pk)
    client.force_login(cast.chen_yu)
    assert [client.get(f"/exports/{stored.pk}/{more}").status_code for more in ("", "file/")] == [404, 404]
    assert client.post(f"/exports/{stored.pk}/again/").status_code == 404
    assert "企业名录.xlsx" not in words_on(client.get("/exports/"))


def test_a_worker_that_was_lost_is_told_and_asked_for_again(client, cast):
    stored = waiting(cast.zhou_tao)
    client.force_login(cast.zhou_tao)
    client.post(f"/exports/{stored.pk}/again/")
    assert newest().is_running, "a worker may still be on its way"
    fall_silent(stored)
    assert "可能已中断" in words_on(client.get(f"/exports/{stored.pk}/"))
    client.post(f"/exports/{stored.pk}/again/")
    assert newest().state == LongExport.DONE


def test_the_beat_takes_up_what_was_lost_once(cast):
    stored = waiting(cast.zhou_tao)
    assert steps.take_up(real_now()) == []
    fall_silent(stored)
    assert steps.take_up(real_now()) == [stored.pk]
    assert steps.take_up(real_now()) == []
    fall_silent(stored)
    tasks.take_up_exports()
    assert newest().state == LongExport.DONE


def test_what_breaks_is_said_and_may_be_asked_for_again(client, cast, monkeypatch):
    stored = waiting(cast.zhou_tao)
    whole = kinds.KINDS["register"]

    def breaks(*_):
        raise OSError("no space left")

    monkeypatch.setitem(kinds.KINDS, "register", kinds.Kind(whole.action, whole.needs, whole.rows, breaks))
    with pytest.raises(OSError, match="no space"):
        tasks.carry_out_export(stored.pk)
    monkeypatch.setitem(kinds.KINDS, "register", whole)
    client.force_login(cast.zhou_tao)
    assert "没有完成，没有生成文件" in words_on(client.get(f"/exports/{stored.pk}/"))
    client.post(f"/exports/{stored.pk}/again/")
    assert newest().state == LongExport.DONE


def test_who_lost_the_office_gets_nothing(client, cast):
    stored, later = waiting(cast.zhou_tao), waiting(cast.chen_yu)
    tasks.carry_out_export(stored.pk)
    for person in (cast.zhou_tao, cast.chen_yu):
        person.role, person.district, person.enterprise = "enterprise", None, cast.yuntu
        person.save()
    tasks.carry_out_export(later.pk)
    later.refresh_from_db()
    assert (later.state, later.effect["refused"]) == (LongExport.FAILED, steps.NOT_YOURS_NOW)
    client.force_login(cast.zhou_tao)
    assert client.get(f"/exports/{stored.pk}/file/").status_code == 404


def test_files_go_and_the_rows_say_so(client, cast):
    stored = waiting(cast.zhou_tao)
    tasks.carry_out_export(stored.pk)
    stored.refresh_from_db()
    path = stored.file.path
    old = (real_now() - steps.KEPT_FOR - timedelta(minutes=1)).timestamp()
    steps.take_up(real_now())
    assert os.path.exists(path)
    os.utime(path, (old, old))
    steps.take_up(real_now())
    assert not os.path.exists(path)
    client.force_login(cast.zhou_tao)
    assert "现已清除" in words_on(client.get(f"/exports/{stored.pk}/"))
    assert client.get(f"/exports/{stored.pk}/file/").status_code == 404


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_journal_is_such_an_export(client, cast, kind):
    for number in range(4):
        JournalEntry.objects.create(by=cast.li_na, by_name="李娜", at=AT, action="保存", why=f"=第{number}次")
    client.force_login(cast.zhou_tao)
    page = client.post(f"/journal/export.{kind}?action=保存", follow=True)
    assert "文件已生成" in words_on(page) and newest().total == 4
    content = b"".join(client.get(f"/exports/{newest().pk}/file/"))
    assert content.startswith(b"PK" if kind == "xlsx" else b"\xef\xbb\xbf")
    if kind == "csv":
        assert content.decode("utf-8-sig").count("'=第") == 4


def test_a_workbook_of_totals_is_such_an_export(client, cast):
    """Of what is gone when the worker comes, a sentence is left."""
    order = kinds.ExportOrder("city_totals", {"period": "2024M05"}, "汇总表.xlsx", {})
    stored = steps.begin(order, 9, cast.zhou_tao, AT, real_now())
    tasks.carry_out_export(stored.pk)
    assert newest().effect["refused"] == "这个报告期已经撤回，没有汇总可以导出。"
