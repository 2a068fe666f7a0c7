"""名录导入 from its upload to its import: stored, tried by a worker, shown old → new, imported once."""

import io
import os
from datetime import date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, TestCase
from django.utils.timezone import localtime
from openpyxl import Workbook, load_workbook

from accounts.clock import real_now
from accounts.models import Enterprise, JournalEntry, Residence
from reporting.leases import LEASE
from reporting.long_imports import clear_forgotten
from reporting.models import RegisterImport
from reporting.register import tasks
from reporting.register.imports import importing, judging, steps
from reporting.register.imports.outcome import rows_in_words
from tests.cast import AT, FREE_CODE
from tests.may import open_period
from tests.officials import make_it_be
from tests.reading import markup_of, words_on
from tests.register.test_register_import import COLUMNS, NEW, known, workbook

pytestmark = pytest.mark.django_db
PAGE = "/firms/import/"


def file_of(*rows: dict, columns=COLUMNS, name="名录.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, workbook(*rows, columns=columns).getvalue())


def uploaded(client, by, *rows: dict, **more):
    """The page of the import that an upload leads to."""
    client.force_login(by)
    return client.post(PAGE, {"workbook": file_of(*rows, **more)}, follow=True)


def newest() -> RegisterImport:
    return RegisterImport.objects.first()


def confirmed(client, stored: RegisterImport, seen: str = ""):
    body = {"seen": seen or stored.effect["digest"]}
    return client.post(f"{PAGE}{stored.pk}/confirm/", body, follow=True)


class Browser(Client):
    """What waits for the end of a request's transaction is done at the end of the request, while the test's goes on."""

    def request(self, **request):
        with TestCase.captureOnCommitCallbacks(execute=True):
            return super().request(**request)


@pytest.fixture
def client():
    return Browser()


def test_what_changes_is_shown_old_to_new_before_it_is_confirmed(client, cast):
    page = uploaded(
        client, cast.zhou_tao, NEW, known(cast.yuntu, 单位详细名称="重庆云图数字科技有限公司", 人工智能="是")
    )
    words = words_on(page)
    assert page.redirect_chain == [(f"{PAGE}{newest().pk}/", 302)]
    assert "单位详细名称 重庆云图软件有限公司 重庆云图数字科技" in words and "人工智能 否 是" in words
    assert not JournalEntry.objects.exists() and not Enterprise.objects.filter(credit_code=FREE_CODE).exists()
    new = words_on(client.get(f"{PAGE}{newest().pk}/?show=new"))
    assert f"{FREE_CODE} 渝中区 纳统类别 1,3B；行业代码 6513；" in new and "起报日期 2024-06-01" in new
    done = confirmed(client, newest())
    assert "导入完成：新增 1 家，变更 1 家，不变 0 家。" in words_on(done)
    cast.yuntu.refresh_from_db()
    assert cast.yuntu.name == "重庆云图数字科技有限公司" and Enterprise.objects.filter(credit_code=FREE_CODE).exists()
    assert JournalEntry.objects.filter(action="导入名录", by=cast.zhou_tao).count() == 1


def test_what_an_import_would_blank_is_said_in_words(client, cast):
    page = uploaded(client, cast.zhou_tao, known(cast.yuntu, 手机="-"))
    assert f"手机 {cast.yuntu.mobile} （空）" in words_on(page)


def test_a_second_confirmation_is_told_that_it_is_done(client, cast):
    uploaded(client, cast.zhou_tao, NEW)
    stored = newest()
    confirmed(client, stored)
    again = confirmed(client, stored)
    assert "这份名录已经导入，没有再导入一次。" in words_on(again)
    assert '<li class="info">' in markup_of(again)  # it is no fault
    assert JournalEntry.objects.filter(action="导入名录").count() == 1


def test_of_two_who_confirm_at_once_one_is_told(client, cast):
    uploaded(client, cast.zhou_tao, NEW)
    stored = newest()
    steps.confirm(stored, stored.effect["digest"], cast.zhou_tao, AT, real_now())  # its worker has not come yet
    assert "已经确认过，正在导入" in words_on(confirmed(client, stored))
    tasks.carry_out_import(stored.pk)
    tasks.carry_out_import(stored.pk)  # and its message comes twice
    assert newest().state == RegisterImport.DONE
    assert JournalEntry.objects.filter(action="导入名录").count() == 1


def test_a_register_that_has_moved_is_shown_anew_and_not_imported(client, cast):
    uploaded(client, cast.zhou_tao, known(cast.yuntu, 联系人="新人"))
    stored = newest()
    Enterprise.objects.filter(pk=cast.yuntu.pk).update(contact_name="旁人")
    page = confirmed(client, stored)
    assert "试导入之后名录或报告期有变动，没有导入" in words_on(page) and "联系人 旁人 新人" in words_on(page)
    assert Enterprise.objects.get(pk=cast.yuntu.pk).contact_name == "旁人"
    assert "您看到的对照已经不是最新的" in words_on(confirmed(client, stored))  # a tab that still shows the old one
    assert "导入完成：新增 0 家，变更 1 家" in words_on(confirmed(client, newest()))


def test_a_register_that_has_moved_so_that_the_file_is_wrong_shows_the_problems(client, cast):
    uploaded(client, cast.chen_yu, known(cast.yuntu, 联系人="新人"))
    Residence.objects.filter(enterprise=cast.yuntu).update(district=cast.nanan)
    page = words_on(confirmed(client, newest()))
    assert "试导入之后名录或报告期有变动" in page and "由南岸区管理" in page and "确认导入：" not in page


def test_a_period_opened_since_changes_what_newcomers_owe_and_is_shown_first(client, cast):
    uploaded(client, cast.zhou_tao, NEW | {"起报日期": "2024-05-01"})
    open_period("2024M05", date(2024, 6, 1))
    assert "将须报：2024年5月" in words_on(confirmed(client, newest()))
    assert not Enterprise.objects.filter(credit_code=FREE_CODE).exists()


@pytest.fixture
def meanwhile(monkeypatch):
    """Something happens once, between the judging of the rows and their storing."""

    def happens(what):
        judge, left = importing.judge, [what]

        def judged_and_then(*args):
            done = judge(*args)
            if left:
                left.pop()()
            return done

        monkeypatch.setattr(importing, "judge", judged_and_then)

    return happens


def test_a_firm_changed_while_the_rows_were_judged_is_judged_again(cast, meanwhile):
    firm = Enterprise.objects.filter(pk=cast.yuntu.pk)
    meanwhile(lambda: firm.update(contact_name="旁人", mobile="13911111111"))
    rows = workbook(known(cast.yuntu, 联系人="新人"))
    done = importing.import_register(rows, "名录.xlsx", by=cast.zhou_tao, at=AT)
    assert done.changes[0].before == {"联系人": "旁人"}
    assert (firm.get().contact_name, firm.get().mobile) == ("新人", "13911111111")


def test_a_firm_that_moved_while_the_rows_were_judged_is_judged_again(cast, meanwhile):
    meanwhile(lambda: Residence.objects.filter(enterprise=cast.yuntu).update(district=cast.nanan))
    rows = workbook(known(cast.yuntu, 联系人="新人"))
    [wrong] = importing.import_register(rows, "名录.xlsx", by=cast.chen_yu, at=AT).problems
    assert "由南岸区管理" in wrong.reason


def test_a_newcomer_let_in_while_the_rows_were_judged_is_no_newcomer(cast, meanwhile):
    def the_district_lets_it_in():
        firm = Enterprise.objects.create(credit_code=FREE_CODE, name="先到", joined_on=date(2024, 6, 1))
        Residence.objects.create(enterprise=firm, district=cast.yuzhong, since=date(2024, 6, 1))

    meanwhile(the_district_lets_it_in)
    done = importing.import_register(workbook(NEW), "名录.xlsx", by=cast.zhou_tao, at=AT)
    assert (done.new, done.changed) == (0, 1) and done.changes[0].before["单位详细名称"] == "先到"


def test_a_period_opened_while_the_rows_were_judged_gives_newcomers_their_first_day(cast, meanwhile):
    open_period("2024M05", date(2024, 6, 1))
    meanwhile(lambda: open_period("2023A", date(2024, 1, 1)))
    importing.import_register(workbook(NEW | {"起报日期": ""}), "名录.xlsx", by=cast.zhou_tao, at=AT)
    assert Enterprise.objects.get(credit_code=FREE_CODE).joined_on == date(2023, 1, 1)


def test_what_another_district_uploaded_is_not_there(client, cast):
    uploaded(client, cast.chen_yu, NEW | {"报送区县": ""})
    stored = newest()
    for stranger in (cast.he_qing, cast.zhou_tao):
        client.force_login(stranger)
        assert "名录.xlsx" not in words_on(client.get(PAGE))
        for address in ("", "marked.xlsx"):
            assert client.get(f"{PAGE}{stored.pk}/{address}").status_code == 404
        for address in ("confirm/", "again/"):
            assert client.post(f"{PAGE}{stored.pk}/{address}", {"seen": stored.effect["digest"]}).status_code == 404
    assert not Enterprise.objects.filter(credit_code=FREE_CODE).exists()


def test_an_upload_can_be_left_and_found_again_by_whoever_signs_in(client, cast):
    uploaded(client, cast.zhou_tao, NEW)
    client.logout()
    client.force_login(cast.zhou_tao)
    listed = words_on(client.get(PAGE))
    assert "名录.xlsx" in listed and "待确认 新增 1 家，变更 0 家，不变 0 家" in listed


def test_a_double_click_is_one_import_and_the_next_day_another(client, cast):
    content = workbook(NEW).getvalue()

    def press(at):
        return steps.begin(SimpleUploadedFile("名录.xlsx", content), cast.zhou_tao, AT, at)

    first = press(real_now())
    assert press(real_now()) == first  # no worker has come
    tasks.carry_out_import(first.pk)
    assert press(real_now()) == first
    assert press(real_now() + timedelta(days=1)) != first
    uploaded(client, cast.zhou_tao, NEW | {"联系人": "别人"})
    assert RegisterImport.objects.count() == 3


def waiting(cast, *rows) -> RegisterImport:
    """Uploaded, and no worker has come yet."""
    return steps.begin(file_of(*rows), cast.zhou_tao, AT, real_now())


def test_while_it_runs_the_page_says_how_far_it_is(client, cast):
    stored = waiting(cast, NEW)
    client.force_login(cast.zhou_tao)
    assert "已排队，等前面的做完" in words_on(client.get(f"{PAGE}{stored.pk}/"))
    assert "试导入中 已排队" in words_on(client.get(PAGE))
    RegisterImport.objects.filter(pk=stored.pk).update(effect=stored.effect | {"hand": "a worker"})
    assert "正在读取文件" in words_on(client.get(f"{PAGE}{stored.pk}/"))
    assert "试导入中 正在读取文件" in words_on(client.get(PAGE))
    RegisterImport.objects.filter(pk=stored.pk).update(done=400, total=20000)
    assert "试导入中 已核对 400 / 20000 行" in words_on(client.get(PAGE))
    page = client.get(f"{PAGE}{stored.pk}/")
    assert "已核对 400 / 20000 行" in words_on(page) and 'hx-trigger="every 2s"' in markup_of(page)
    RegisterImport.objects.filter(pk=stored.pk).update(done=20000, state=RegisterImport.IMPORTING)
    assert "20000 行都已核对，正在写入名录" in words_on(client.get(f"{PAGE}{stored.pk}/"))


def test_how_far_it_is_can_be_read_by_others_while_it_is_judged(cast, monkeypatch):
    monkeypatch.setattr(judging, "EVERY", 1)
    stored, seen = waiting(cast, NEW, known(cast.yuntu, 联系人="新人"), known(cast.jialing)), []
    judge_row = judging.RegisterRows.judge_row

    def look(*args, **kwargs):
        seen.append(RegisterImport.objects.values_list("done", "total").get(pk=stored.pk))
        return judge_row(*args, **kwargs)

    monkeypatch.setattr(judging.RegisterRows, "judge_row", look)
    tasks.carry_out_import(stored.pk)
    assert seen == [(0, 3), (1, 3), (2, 3)]


def fall_silent(stored: RegisterImport) -> None:
    """Its worker was killed some time ago."""
    stored.refresh_from_db()
    long_ago = (real_now() - LEASE - timedelta(seconds=5)).isoformat()
    RegisterImport.objects.filter(pk=stored.pk).update(effect={**stored.effect, "spoken": long_ago})


def test_one_that_fell_silent_may_be_asked_for_again_and_goes_on(client, cast):
    stored = waiting(cast, NEW)
    client.force_login(cast.zhou_tao)
    client.post(f"{PAGE}{stored.pk}/again/")
    assert newest().state == RegisterImport.TRYING, "a worker may still be on its way"
    fall_silent(stored)
    assert "可能已中断" in words_on(client.get(f"{PAGE}{stored.pk}/"))
    page = client.post(f"{PAGE}{stored.pk}/again/", follow=True)
    assert "确认导入：新增 1 家" in words_on(page) and newest().state == RegisterImport.TRIED


def test_the_beat_takes_up_what_was_lost_once(cast):
    stored = waiting(cast, NEW)
    assert steps.take_up(real_now()) == []
    fall_silent(stored)
    assert steps.take_up(real_now()) == [stored.pk]
    assert steps.take_up(real_now()) == []
    fall_silent(stored)
    tasks.take_up_imports()
    assert newest().state == RegisterImport.TRIED


def test_a_worker_thought_dead_imports_nothing_a_second_time(client, cast, monkeypatch):
    """The first comes back when the second has done it all: what it was about to store is taken back."""
    uploaded(client, cast.zhou_tao, known(cast.yuntu, 联系人="新人"))
    stored = newest()
    steps.confirm(stored, stored.effect["digest"], cast.zhou_tao, AT, real_now())
    store = importing.store

    def overtaken(judged):
        store(judged)
        monkeypatch.setattr(importing, "store", store)
        newer = RegisterImport.objects.get(pk=stored.pk)
        RegisterImport.objects.filter(pk=stored.pk).update(effect={**newer.effect, "hand": "another"})

    monkeypatch.setattr(importing, "store", overtaken)
    tasks.carry_out_import(stored.pk)
    assert Enterprise.objects.get(pk=cast.yuntu.pk).contact_name == "统计员"
    assert not JournalEntry.objects.exists() and newest().state == RegisterImport.IMPORTING


def test_what_breaks_is_kept_and_can_be_tried_again(client, cast, monkeypatch):
    stored = waiting(cast, NEW)
    with monkeypatch.context() as broken:
        broken.setattr(importing, "judge", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            tasks.carry_out_import(stored.pk)
    client.force_login(cast.zhou_tao)
    page = words_on(client.get(f"{PAGE}{stored.pk}/"))
    assert "没有完成，什么也没有写入" in page and "重新试导入" in page
    assert "确认导入：新增 1 家" in words_on(client.post(f"{PAGE}{stored.pk}/again/", follow=True))


def test_a_file_that_is_no_register_is_refused_with_its_sentence(client, cast):
    page = uploaded(client, cast.zhou_tao, NEW, name="名录.xls")
    assert "另存为" in words_on(page) and not RegisterImport.objects.exists()
    page = uploaded(client, cast.zhou_tao, NEW, columns=COLUMNS[:-1])
    assert "第 1 行缺少列：起报日期" in words_on(page) and "重新上传" in words_on(page)
    assert "没有读取 第 1 行缺少列：起报日期" in words_on(client.get(PAGE))


def test_hidden_rows_are_named(client, cast):
    book = load_workbook(workbook(known(cast.yuntu, 联系人="新人"), known(cast.jialing), known(cast.shancheng)))
    for number in (2, 3):
        book.active.row_dimensions[number].hidden = True
    out = io.BytesIO()
    book.save(out)
    client.force_login(cast.zhou_tao)
    page = words_on(client.post(PAGE, {"workbook": SimpleUploadedFile("名录.xlsx", out.getvalue())}, follow=True))
    assert "隐藏行：第 2–3 行（共 2 行）在文件里是隐藏的，和其他行一样导入。" in page and "2（隐藏）" in page
    assert rows_in_words([9, 3, 5, 4, 12]) == "3–5、9、12"
    assert rows_in_words(range(2, 80, 2)).endswith("24等")


def test_a_cell_that_was_not_read_is_a_problem_and_nothing_else_is_said_of_it(cast):
    wrong = workbook(NEW | {"手机": "#N/A", "邮箱": "x"})
    tried = importing.try_import(wrong, "名录.xlsx", by=cast.zhou_tao, at=AT)
    assert [(problem.column, problem.reason) for problem in tried.problems] == [
        ("手机", "L2 是电子表格的错误值 #N/A，请改正后填写。"),
        ("邮箱", "邮箱写法不对，应像 name@example.com。"),
    ]


def test_the_file_comes_back_marked_and_is_uploaded_again_when_mended(client, cast):
    rows = [{}, NEW | {"手机": "0139", "备注": "=1+1", "起报日期": datetime(2024, 6, 1)}, known(cast.yuntu, 邮箱="x")]
    columns = ("备注", *COLUMNS)
    book = Workbook()
    book.active.append(columns)
    for row in rows:
        book.active.append(["'" + row["备注"] if c == "备注" and row.get(c) else row.get(c) for c in columns])
    out = io.BytesIO()
    book.save(out)
    client.force_login(cast.zhou_tao)
    client.post(PAGE, {"workbook": SimpleUploadedFile("名录.xlsx", out.getvalue())})
    answer = client.get(f"{PAGE}{newest().pk}/marked.xlsx")
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    sheet = book.active
    heads = [cell.value for cell in sheet[1]]
    assert heads == [*columns, "问题"]
    wrong, fine = sheet.cell(3, heads.index("手机") + 1), sheet.cell(3, heads.index("统一社会信用代码") + 1)
    assert (wrong.value, wrong.number_format, wrong.fill.fgColor.rgb) == ("0139", "@", "FFF8D7D3")
    assert (fine.value, fine.number_format, fine.fill.fill_type) == (FREE_CODE, "@", None)
    assert sheet.cell(3, heads.index("起报日期") + 1).value == "2024-06-01"
    assert sheet.cell(3, 1).value == "'=1+1"
    assert sheet.cell(3, len(heads)).value.startswith("手机：手机号应为 11 位")
    assert sheet.cell(4, len(heads)).value == "邮箱：邮箱写法不对，应像 name@example.com。"
    wrong.value, sheet.cell(4, heads.index("邮箱") + 1).value = "13900000001", "x@example.com"
    mended = io.BytesIO()
    book.save(mended)
    page = client.post(PAGE, {"workbook": SimpleUploadedFile("名录.xlsx", mended.getvalue())}, follow=True)
    assert "确认导入：新增 1 家，变更 1 家" in words_on(page)


def test_a_year_nobody_saw_does_not_come_back_with_the_problems(client, cast):
    """Uploaded again as it was fetched, the row would be imported with the year Excel made up."""
    book = load_workbook(workbook(NEW | {"起报日期": datetime(2024, 3, 5)}))
    place = COLUMNS.index("起报日期") + 1
    book.active.cell(2, place).number_format = "m月d日"
    out = io.BytesIO()
    book.save(out)
    client.force_login(cast.zhou_tao)
    client.post(PAGE, {"workbook": SimpleUploadedFile("名录.xlsx", out.getvalue())})
    marked = b"".join(client.get(f"{PAGE}{newest().pk}/marked.xlsx").streaming_content)
    assert load_workbook(io.BytesIO(marked)).active.cell(2, place).value == "3月5日"
    page = client.post(PAGE, {"workbook": SimpleUploadedFile("改.xlsx", marked)}, follow=True)
    assert "“3月5日”不是日期，请写成 2024-01-01" in words_on(page)


def test_a_file_marked_twice_has_one_column_of_problems(client, cast):
    wrong = NEW | {"手机": "1", "问题": "手机：手机号应为 11 位"}
    uploaded(client, cast.zhou_tao, wrong, columns=(*COLUMNS, "问题"))
    answer = client.get(f"{PAGE}{newest().pk}/marked.xlsx")
    heads = [cell.value for cell in load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active[1]]
    assert heads == [*COLUMNS, "问题"]


def test_a_clean_import_has_nothing_to_fetch_back(client, cast):
    uploaded(client, cast.zhou_tao, NEW)
    assert client.get(f"{PAGE}{newest().pk}/marked.xlsx").status_code == 404


def test_problems_leave_nothing_to_confirm(client, cast):
    page = uploaded(client, cast.zhou_tao, NEW | {"手机": "1"}, known(cast.yuntu, 联系人="新人"))
    assert "手机号应为 11 位" in words_on(page) and "确认导入：" not in words_on(page)
    assert "名录里还有问题，没有导入" in words_on(confirmed(client, newest()))
    assert not JournalEntry.objects.exists()


def test_a_file_that_says_what_the_register_says_has_nothing_to_import(client, cast):
    page = uploaded(client, cast.zhou_tao, known(cast.yuntu))
    assert "与名录完全一致，没有要导入的内容。" in words_on(page)
    assert "没有要导入的内容" in words_on(confirmed(client, newest()))


def test_twenty_thousand_rows_are_paged(client, cast):
    rows = [NEW | {"统一社会信用代码": f"9150010{n}", "手机": "1"} for n in range(60)]
    page = uploaded(client, cast.zhou_tao, *rows)
    assert "第 1 / 3 页，共 120 条" in words_on(page)
    last = words_on(client.get(f"{PAGE}{newest().pk}/?show=problems&page=3"))
    assert "第 3 / 3 页" in last and "61 手机" in last


def test_what_nobody_confirms_is_cleared_after_a_week_and_says_so(client, cast, settings):
    uploaded(client, cast.zhou_tao, NEW)
    stored = newest()
    files = list((settings.MEDIA_ROOT / RegisterImport.FOLDER).iterdir())
    assert len(files) == 2  # the file and its comparison
    for age, stays in [(timedelta(days=6, hours=23), 2), (timedelta(days=7, hours=1), 0)]:
        long_ago = (real_now() - age).timestamp()
        for file in files:
            os.utime(file, (long_ago, long_ago))
        clear_forgotten(RegisterImport, real_now())
        assert len(list((settings.MEDIA_ROOT / RegisterImport.FOLDER).iterdir())) == stays
    page = words_on(client.get(f"{PAGE}{stored.pk}/"))
    assert "已过期：上传的文件保留 7 天" in page and "新增\n1" in page and "确认导入：" not in page
    assert "已过期" in words_on(client.get(PAGE))
    assert "上传的文件已清除，请重新上传。" in words_on(confirmed(client, stored))
    fall_silent(stored)
    RegisterImport.objects.filter(pk=stored.pk).update(state=RegisterImport.IMPORTING, confirmed_by=cast.zhou_tao)
    tasks.carry_out_import(stored.pk)
    assert newest().effect["refused"] == "上传的文件已清除，请重新上传。"


def test_only_the_office_confirms(cast):
    stored = waiting(cast, NEW)
    with pytest.raises(importing.Refused, match="区县和市级"):
        steps.confirm(stored, "", cast.li_na, AT, real_now())
    with pytest.raises(importing.Refused, match="区县和市级"):
        steps.begin(file_of(NEW), cast.liu_fang, AT, real_now())


def test_a_confirmation_on_a_later_day_is_journalled_on_that_day(client, cast):
    make_it_be(date(2024, 6, 5))
    uploaded(client, cast.zhou_tao, NEW)
    make_it_be(date(2024, 6, 7))
    confirmed(client, newest())
    assert localtime(JournalEntry.objects.get(action="导入名录").at).date() == date(2024, 6, 7)
