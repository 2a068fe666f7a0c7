"""附件2 by Excel: out, tried, all of it stored or nothing; a district its own row, the city any."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from accounts.access import DoneAlready, Refused
from accounts.models import DistrictContact, JournalEntry
from reporting.invitations import contact_list
from tests.cast import AT
from tests.officials import make_it_be, sign_in
from tests.reading import markup_of, words_on
from tests.text.foreign_writers import WRITERS, repacked
from text.package import Unreadable

YUZHONG = ("渝中区", "张局", "陈宇", "科员", "023-63890000", "chenyu@cq.gov.cn")
NANAN = ("南岸区", "李局", "何清", "主任", "13900000001", "")
HEADS = contact_list.HEADS


def book(*rows, heads=HEADS, above=(), spoil=None) -> io.BytesIO:
    made = Workbook()
    for row in (*above, heads, *rows):
        made.active.append(list(row))
    if spoil:
        spoil(made)
    out = io.BytesIO()
    made.save(out)
    out.seek(0)
    return out


def tried(by, *rows, **more):
    return contact_list.try_contacts(book(*rows, **more), "附件2.xlsx", by, AT.date())


def store(by, *rows):
    seen = tried(by, *rows).digest
    return contact_list.store_contacts(book(*rows), "附件2.xlsx", seen, by=by, at=AT)


def problem_of(by, *rows) -> tuple[int, str, str]:
    (problem,) = tried(by, *rows).problems
    return problem.row, problem.column, problem.sentence


def test_the_city_stores_all_rows_and_a_second_press_none(cast):
    done = store(cast.zhou_tao, YUZHONG, NANAN)
    assert [change.district for change in done.changes] == [cast.yuzhong, cast.nanan]
    contact = DistrictContact.objects.get(district=cast.nanan)
    assert (contact.leader, contact.phone, contact.email) == ("李局", "13900000001", "")
    lines = JournalEntry.objects.filter(action="修改区县联系人")
    assert {line.district for line in lines} == {cast.yuzhong, cast.nanan} and lines[0].by == cast.zhou_tao
    with pytest.raises(DoneAlready, match="没有要改的"):
        store(cast.zhou_tao, YUZHONG, NANAN)
    assert lines.count() == 2


def test_a_district_stores_its_own_row_and_no_other(cast):
    store(cast.zhou_tao, NANAN)
    own = tried(cast.chen_yu, YUZHONG, NANAN)  # the other's row as it stands is passed over
    assert [change.district for change in own.changes] == [cast.yuzhong] and own.unchanged == [cast.nanan]
    for other in (("南岸区", "别人", *NANAN[2:]), ("南岸区", "#REF!", "", "", 2363890000, "@")):
        found = tried(cast.chen_yu, YUZHONG, other, other)
        assert found.not_taken == [cast.nanan] and not found.problems and found.is_clean
    store(cast.chen_yu, YUZHONG, other)
    assert DistrictContact.objects.get(district=cast.nanan).leader == "李局"
    assert DistrictContact.objects.get(district=cast.yuzhong).leader == "张局"


def test_what_another_district_changed_since_the_download_does_not_refuse_a_districts_file(cast):
    store(cast.zhou_tao, YUZHONG, NANAN)
    downloaded = load_workbook(io.BytesIO(contact_list.write_contacts(AT)))
    downloaded.worksheets[0]["B3"] = "新局长"
    out = io.BytesIO()
    downloaded.save(out)
    store(cast.he_qing, ("南岸区", "别的局长", *NANAN[2:]))
    upload = SimpleUploadedFile("附件2.xlsx", out.getvalue())
    answer = sign_in(cast.chen_yu).post("/contacts/import/", {"workbook": upload})
    said = words_on(answer)
    assert (
        "将改 1 个区县" in said and "别的区县的行和现在的不一样，没有读：南岸区。" in said and answer.context["ticket"]
    )


def test_a_change_since_it_was_seen_is_not_written_over(cast):
    seen = tried(cast.zhou_tao, YUZHONG).digest
    store(cast.chen_yu, ("渝中区", "新局长", *YUZHONG[2:]))
    with pytest.raises(Refused, match="其间有人改过"):
        contact_list.store_contacts(book(YUZHONG), "x.xlsx", seen, by=cast.zhou_tao, at=AT)
    assert DistrictContact.objects.get(district=cast.yuzhong).leader == "新局长"


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (("渝东区", *YUZHONG[1:]), "区县", "没有叫“渝东区”的区县"),
        (("", *YUZHONG[1:]), "区县", "没有写是哪个区县"),
        ((*YUZHONG[:4], 2363890000, ""), "电话", "去掉了区号前面的 0"),
        ((*YUZHONG[:4], "打办公室", ""), "电话", "区号-号码"),
        ((*YUZHONG[:5], "chenyu@"), "邮箱", "邮箱写法不对"),
        ((*YUZHONG[:3], "", *YUZHONG[4:]), "职务", "请填写职务"),
        (("渝中区", "张\u202e局", *YUZHONG[2:]), "责任领导", "看不见"),
        (("渝中区", "#REF!", *YUZHONG[2:]), "责任领导", "错误值"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(cast, row, column, words):
    number, said_column, sentence = problem_of(cast.zhou_tao, NANAN, row)
    assert (number, said_column) == (3, column) and words in sentence


def test_a_district_twice_is_said_with_both_rows(cast):
    row, column, sentence = problem_of(cast.zhou_tao, YUZHONG, NANAN, ("500103", *YUZHONG[1:]))
    assert (row, column) == (4, "区县") and "第 2 行已经有了" in sentence


def test_what_nobody_can_have_meant_is_cleaned_or_left(cast):
    found = tried(
        cast.zhou_tao, (" 渝中区 ", "张_x0007_局", "陈宇", "科员", 13800000001, None), ("南岸区", *[None] * 5)
    )
    assert not found.problems and found.blank == [cast.nanan]
    (change,) = found.changes
    assert (change.line["phone"], change.line["leader"]) == ("13800000001", "张局")


def merge(place):
    return lambda made: made.active.merge_cells(place)


def second_sheet(made):
    made.create_sheet("旧名单").append(["区县"])


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (book(YUZHONG, spoil=merge("B1:C1")), "合并单元格（B1:C1）"),
        (book(YUZHONG, NANAN, spoil=merge("A2:A3")), "合并单元格（A2:A3）"),
        (book(YUZHONG, spoil=second_sheet), "2 张有内容的工作表.*“旧名单”"),
        (book(YUZHONG, heads=(*HEADS[:5], "电话")), "两列都叫“电话”"),
        (book(YUZHONG[:3], heads=HEADS[:3]), "第 1 行缺少列：职务、电话"),
        (book(), "只有列名"),
        (book(YUZHONG, heads=("单位", *HEADS[1:])), "没有列名“区县”"),
        (book(*[YUZHONG] * 600), "不像区县联系人名单"),
        (io.BytesIO(b"nothing"), "xlsx"),
    ],
)
def test_a_file_that_is_no_list_is_said(cast, file, words):
    with pytest.raises(Unreadable, match=words):
        contact_list.try_contacts(file, "x.xlsx", cast.zhou_tao, AT.date())


def test_the_notices_own_form_is_read_with_its_title_and_without_mail(cast):
    store(cast.zhou_tao, YUZHONG)
    found = tried(
        cast.zhou_tao,
        ("渝中区", "新局长", "陈宇", "科员", "023-63890000"),
        heads=HEADS[:5],
        above=(("附件2", ""), ("联系人名单",)),
        spoil=merge("A2:E2"),
    )
    (change,) = found.changes
    assert change.after == {"责任领导": "新局长"} and change.line["email"] == "chenyu@cq.gov.cn"


def test_another_programs_workbook_is_read_alike(cast):
    ours = tried(cast.zhou_tao, YUZHONG, NANAN).digest
    for program, change in WRITERS.items():
        content = io.BytesIO(repacked(book(YUZHONG, NANAN).getvalue(), change))
        assert contact_list.try_contacts(content, "附件2.xlsx", cast.zhou_tao, AT.date()).digest == ours, program


def test_what_is_handed_out_comes_back_without_a_change(cast):
    store(cast.zhou_tao, YUZHONG)
    content = contact_list.write_contacts(AT)
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    assert sheet["A1"].value == contact_list.TITLE and [cell.value for cell in sheet[2]] == list(HEADS)
    assert [cell.value for cell in sheet[3]] == list(YUZHONG) and sheet["E3"].number_format == "@"
    found = contact_list.try_contacts(io.BytesIO(content), "x.xlsx", cast.chen_yu, AT.date())
    assert (found.unchanged, found.blank) == ([cast.yuzhong], [cast.nanan])
    assert not found.changes and not found.problems


def test_the_page_tries_confirms_and_takes_no_second_press(cast):
    make_it_be(AT.date())
    client = sign_in(cast.chen_yu)
    upload = SimpleUploadedFile("附件2.xlsx", book(YUZHONG).getvalue())
    answer = client.post("/contacts/import/", {"workbook": upload})
    assert "将改 1 个区县，不变 0 个，问题 0 处" in words_on(answer)
    assert "渝中区 责任领导 （空） 张局" in words_on(answer)
    assert not DistrictContact.objects.exists()
    ticket = answer.context["ticket"]
    assert f'name="ticket" value="{ticket}"' in markup_of(answer)
    foreign = sign_in(cast.he_qing).post("/contacts/import/confirm/", {"ticket": ticket}, follow=True)
    assert "不是您做的" in words_on(foreign)
    done = client.post("/contacts/import/confirm/", {"ticket": ticket}, follow=True)
    assert "已存入 1 个区县的联系人" in words_on(done) and "张局" in words_on(done)
    again = client.post("/contacts/import/confirm/", {"ticket": ticket}, follow=True)
    assert "已经导入过" in words_on(again)


def test_the_page_says_what_is_wrong_and_offers_no_button(cast):
    client = sign_in(cast.zhou_tao)
    upload = SimpleUploadedFile("附件2.xlsx", book(YUZHONG, ("渝东区", *NANAN[1:])).getvalue())
    answer = client.post("/contacts/import/", {"workbook": upload})
    assert "3 区县 没有叫“渝东区”的区县" in words_on(answer) and not answer.context["ticket"]
    upload = SimpleUploadedFile("附件2.xlsx", b"nothing")
    assert client.post("/contacts/import/", {"workbook": upload}).status_code == 422


@pytest.mark.parametrize("reference", ["", "A:F", "A1"])
def test_a_merged_reference_of_any_shape_is_no_fault(cast, reference):
    merged = b'<mergeCells count="1"><mergeCell ref="%s"/></mergeCells>' % reference.encode()
    spoilt = repacked(book(YUZHONG).getvalue(), lambda parts: _put_in(parts, merged))
    with pytest.raises(Unreadable, match="合并单元格"):
        contact_list.try_contacts(io.BytesIO(spoilt), "x.xlsx", cast.zhou_tao, AT.date())


def _put_in(parts, merged):
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace(b"</sheetData>", b"</sheetData>" + merged)
