"""导入历史 on the page: uploaded, tried, confirmed once; the files that came in, their letter and their withdrawal."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from accounts.clock import real_now
from accounts.models import JournalEntry, Letter
from reporting.history import steps, tasks
from reporting.leases import LEASE
from reporting.models import HistoryCode, HistoryFile, HistoryImport, ImportedFiling
from reporting.workflow.period import owe
from tests.cast import AT
from tests.history.books import book, brought_in, of
from tests.may import open_period
from tests.officials import make_it_be
from tests.reading import markup_of, words_on
from tests.register.test_imports import Browser

pytestmark = pytest.mark.django_db
PAGE = "/city/history/"


@pytest.fixture
def client(cast):
    make_it_be(AT.date())
    client = Browser()
    client.force_login(cast.zhou_tao)
    return client


def uploaded(client, content: bytes, name="历史.xlsx", **more):
    return client.post(PAGE, {"workbook": SimpleUploadedFile(name, content), **more}, follow=True)


def newest() -> HistoryImport:
    return HistoryImport.objects.first()


def confirmed(client, stored: HistoryImport, seen: str = ""):
    body = {"seen": seen or stored.effect["digest"]}
    return client.post(f"{PAGE}uploads/{stored.pk}/confirm/", body, follow=True)


def good(cast) -> bytes:
    return book(
        of(cast.yuntu, "2023M12") | {"2010.c1": 12000},
        of(cast.yuntu, "2023M10") | {"2010.c1": 10000},
        of(cast.shancheng, "2023M12") | {"2010.c1": 300},
    )


def test_a_file_is_tried_shown_and_brought_in_once(client, cast):
    content = good(cast)
    page = uploaded(client, content)
    said = words_on(page)
    assert page.redirect_chain == [(f"{PAGE}uploads/{newest().pk}/", 302)]
    assert "工作表“历史数据”的行 3" in said.replace("\n", " ") and "确认导入 3 行" in said
    assert "2023年12月 2 12,300.00" in said
    assert "独缺这一期" in words_on(client.get(f"{PAGE}uploads/{newest().pk}/?show=missing"))
    rows = words_on(client.get(f"{PAGE}uploads/{newest().pk}/?show=rows"))
    assert f"{cast.shancheng.credit_code} 2023年12月 南岸区 300.00" in rows.replace("\n", " ")
    assert not ImportedFiling.objects.exists() and not JournalEntry.objects.exists()
    done = confirmed(client, newest())
    assert "已导入 3 行。" in words_on(done)
    assert ImportedFiling.objects.count() == 3 and HistoryFile.objects.get().by == cast.zhou_tao
    again = confirmed(client, newest())
    assert "这份文件已经导入，没有再导入一次。" in words_on(again) and '<li class="info">' in markup_of(again)
    assert ImportedFiling.objects.count() == 3
    assert "以“历史.xlsx”导入，没有再导入一次" in words_on(uploaded(client, content))


def test_what_is_wrong_is_listed_by_kind_and_may_be_downloaded(client, cast):
    content = book(
        of(cast.yuntu, "2023M12") | {"2010.c1": "多"},
        of(cast.yuntu, "2023M11") | {"2010.c1": 1},
        of(cast.yuntu, "2023M11") | {"2010.c1": 1},
        of(cast.yuntu, "2023M10", 报送区县="南岸区") | {"2010.c1": 1},
    )
    said = words_on(uploaded(client, content))
    assert "有 3 处问题，没有导入" in said and "确认导入" not in said
    assert "2 2010.c1 填写" in said and "4 整行 重复" in said and "5 报送区县 与名录不符" in said
    address = f"{PAGE}uploads/{newest().pk}/"
    only = words_on(client.get(f"{address}?show=problems&kind=重复"))
    assert "4 整行 重复" in only and "2010.c1 填写" not in only
    listed = load_workbook(io.BytesIO(client.get(f"{address}problems.xlsx").content)).active
    assert [row[1].value for row in listed.iter_rows(min_row=2)] == ["2", "4", "5"]
    refused = client.post(f"{address}confirm/", {"seen": newest().effect["digest"]}, follow=True)
    assert "文件里还有问题，没有导入" in words_on(refused)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("历史.csv", b"a,b", "CSV 文本"),
        ("历史.xlsx", b"hello", "不是 Excel 工作簿"),
        ("历史.xlsx", b"", "文件是空的"),
    ],
)
def test_what_is_no_such_file_is_said_at_once(client, name, content, words):
    page = client.post(PAGE, {"workbook": SimpleUploadedFile(name, content)})
    assert words in words_on(page) and not HistoryImport.objects.exists()


def test_what_the_worker_cannot_read_is_said_on_its_page(client, cast):
    two = book(of(cast.yuntu, "2023M12") | {"2010.c1": 1}, 另一张=[["甲", "乙"]])
    said = words_on(uploaded(client, two))
    assert "没有读取" in said and "有 2 张有内容的工作表" in said and newest().state == HistoryImport.FAILED


def test_what_changed_meanwhile_is_shown_anew_and_not_brought_in(client, cast):
    uploaded(client, good(cast))
    brought_in(book(of(cast.yuntu, "2023M12") | {"2010.c1": 5}))
    page = confirmed(client, newest())
    assert "有变动，没有导入" in words_on(page) and "第 2 行导入，没有再导入" in words_on(page)
    assert ImportedFiling.objects.count() == 1


def test_a_period_opened_meanwhile_is_the_firms_own(client, cast):
    uploaded(client, good(cast))
    owe(cast.yuntu, open_period("2023M12", AT.date()))
    assert "应由企业自己上报" in words_on(confirmed(client, newest()))
    assert not ImportedFiling.objects.exists()


def test_replacing_is_said_with_a_reason(client, cast):
    brought_in(book(of(cast.yuntu, "2023M12") | {"2010.c1": 5}))
    page = client.post(PAGE, {"workbook": SimpleUploadedFile("新.xlsx", good(cast)), "replaces": "on", "why": " "})
    assert "替换已导入的，请写明原因" in words_on(page)
    said = words_on(uploaded(client, good(cast), "新.xlsx", replaces="on", why="以审计数为准"))
    assert "将替换：“历史.xlsx”的 1 行" in said and "原因：以审计数为准" in said
    confirmed(client, newest())
    assert cast.yuntu.imported_filings.standing().get(period="2023M12").values["2010.c1"] == "12000.00"
    assert "已全部被替换" in words_on(client.get(PAGE))


def test_what_a_lost_worker_left_goes_on(client, cast):
    uploaded(client, good(cast))
    stored = newest()
    effect = {"spoken": (real_now() - LEASE - timedelta(seconds=1)).isoformat(), "hand": "gone"}
    HistoryImport.objects.filter(pk=stored.pk).update(state=HistoryImport.TRYING, effect=effect)
    assert "可能已中断" in words_on(client.get(f"{PAGE}uploads/{stored.pk}/"))
    assert steps.take_up(real_now()) == [stored.pk]
    tasks.carry_out_history(stored.pk)
    assert newest().state == HistoryImport.TRIED
    HistoryImport.objects.filter(pk=stored.pk).update(state=HistoryImport.TRYING, effect=effect)
    client.post(f"{PAGE}uploads/{stored.pk}/again/")
    assert newest().state == HistoryImport.TRIED


def test_the_file_is_kept_withdrawn_and_told_so(client, cast):
    content = good(cast)
    brought_in(content, by=cast.zhou_tao)
    file = HistoryFile.objects.get()
    said = words_on(client.get(f"{PAGE}files/{file.pk}/"))
    assert "2 家企业，2 个报告期，共 3 行" in said and "撤下 3 行" in said
    source = client.get(f"{PAGE}files/{file.pk}/source/")
    assert b"".join(source.streaming_content) == content
    refused = client.post(f"{PAGE}files/{file.pk}/withdraw/", {"why": " "})
    assert "请写明撤下的原因" in words_on(refused, 409)
    done = words_on(client.post(f"{PAGE}files/{file.pk}/withdraw/", {"why": "年份错了"}, follow=True))
    assert "已撤下 3 行" in done and "原因：年份错了" in done and "撤下 3 行" not in done.replace("已撤下 3 行", "")
    again = client.post(f"{PAGE}files/{file.pk}/withdraw/", {"why": "再来"}, follow=True)
    assert "已经撤下，没有再撤一次" in words_on(again, 409)
    assert "已撤下" in words_on(client.get(PAGE))
    assert not ImportedFiling.objects.standing().exists()


def test_firms_are_told_after_number_and_sample_were_seen_and_once(client, cast):
    brought_in(good(cast), by=cast.zhou_tao)
    address = f"{PAGE}files/{HistoryFile.objects.get().pk}/letter/"
    said = words_on(client.get(address))
    letters = Letter.objects.filter(stem="history/look")
    assert "请核对本单位的导入历史" in said and "发送 3 封信" in said and not letters.exists()  # 云图 has two accounts
    for seen in ({}, {"seen": "2"}):
        assert "要发的信有变动" in words_on(client.post(f"{address}send/", seen)) and not letters.exists()
    client.post(f"{address}send/", {"seen": "3"})
    assert {letter.to for letter in letters} == {cast.li_na.email, cast.wang_lei.email, cast.sun_jie.email}
    assert all(letter.bulk for letter in letters) and "2023年10月至2023年12月，共 2 期" in {
        letter.facts["span"] for letter in letters
    }
    again = client.post(f"{address}send/", follow=True)
    assert "没有要写的信" in words_on(again) and letters.count() == 3
    assert JournalEntry.objects.filter(action="通知企业核对导入历史").count() == 1


def test_the_concordance_is_uploaded_kept_and_dropped(client, cast):
    workbook = Workbook()
    for line in (["原代码", "现代码"], ["B01", "2010"]):
        workbook.active.append(line)
    out = io.BytesIO()
    workbook.save(out)

    def upload():
        return client.post(f"{PAGE}codes/", {"workbook": SimpleUploadedFile("对照.xlsx", out.getvalue())}, follow=True)

    assert "已留存 1 行对照" in words_on(upload()) and "与留存的对照完全一致" in words_on(upload())
    kept = load_workbook(io.BytesIO(client.get(f"{PAGE}codes/codes.xlsx").content)).active
    assert [[cell.value for cell in row] for row in kept.iter_rows()] == [["原代码", "现代码"], ["B01", "2010"]]
    assert "B01 → 2010" in words_on(uploaded(client, book(of(cast.yuntu, "2023M12") | {"B01": 7})))
    code = HistoryCode.objects.get()
    drop = f"{PAGE}codes/{code.pk}/drop/"
    assert "已删去“B01”的对照" in words_on(client.post(drop, follow=True))
    assert "已经删去" in words_on(client.post(drop, follow=True))
    wrong = client.post(f"{PAGE}codes/", {"workbook": SimpleUploadedFile("对照.xlsx", book(head=["甲", "乙"]))})
    assert "第一张工作表不是对照表" in words_on(wrong)


def test_the_empty_sheet_is_read_back_as_it_was_handed_out(client, cast):
    for frequency, period, cell in (("month", "2023M12", "2010"), ("annual", "2022A", "Y2010")):
        workbook = load_workbook(io.BytesIO(client.get(f"{PAGE}sheet/{frequency}.xlsx").content))
        heads = {str(each.value).split(" ")[0]: each.column for each in workbook.active[1]}
        for head, value in (("统一社会信用代码", cast.yuntu.credit_code), ("报告期", period), (cell, 12000)):
            workbook.active.cell(2, heads[head]).value = value
        out = io.BytesIO()
        workbook.save(out)
        assert brought_in(out.getvalue()).refused == ()


def test_a_firms_form_of_a_past_period_is_handed_out(client, cast):
    answer = client.get(f"{PAGE}form.xlsx", {"credit_code": cast.yuntu.credit_code, "period": "2023m12"})
    assert load_workbook(io.BytesIO(answer.content))["_meta"]
    for body, words in (
        ({"credit_code": "1", "period": "2023M12"}, "应为18位"),
        ({"credit_code": cast.yuntu.credit_code, "period": "2030M01"}, "还没有结束"),
        ({"credit_code": "", "period": "2023M12"}, "请填写统一社会信用代码"),
    ):
        assert words in words_on(client.get(f"{PAGE}form.xlsx", body, follow=True))
