"""Officials from a workbook: tried first, then all of them or none."""

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from accounts import people
from accounts.access import DoneAlready, Refused
from accounts.models import District, JournalEntry, Letter, User
from reporting.invitations import officials
from tests.cast import AT, make_district
from tests.officials import make_it_be, sign_in
from tests.reading import markup_of, words_on
from text.package import Unreadable

ZHANG = ("张敏", "区县", "南岸区", "zhangmin@cq.gov.cn", "13900000001")
LI = ("李强", "市级", "", "liqiang@cq.gov.cn", "")


def workbook(*rows, heads=officials.COLUMNS) -> io.BytesIO:
    book = Workbook()
    for row in (heads, *rows):
        book.active.append(list(row))
    return saved(book)


def saved(book: Workbook) -> io.BytesIO:
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


def tried(cast, *rows):
    return officials.try_officials(workbook(*rows), "x.xlsx", cast.zhou_tao, AT.date())


def sentences(cast, *rows) -> list[tuple[int, str, str]]:
    found = tried(cast, *rows)
    assert not found.is_clean
    return [(problem.row, problem.column, problem.sentence) for problem in found.problems]


def test_the_dry_run_writes_nothing_and_the_act_invites_all(cast):
    found = tried(cast, ZHANG, LI)
    assert found.is_clean and [each["username"] for each in found.new] == ["zhangmin", "liqiang"]
    assert not Letter.objects.exists() and not User.objects.filter(name="张敏").exists()
    officials.invite_officials(workbook(ZHANG, LI), "x.xlsx", by=cast.zhou_tao, at=AT)
    zhang = User.objects.get(username="zhangmin")
    assert (zhang.district, zhang.mobile, zhang.has_usable_password()) == (cast.nanan, "13900000001", False)
    assert set(Letter.objects.values_list("to", "stem")) == {(ZHANG[3], "activation"), (LI[3], "activation")}
    assert JournalEntry.objects.filter(action="开通账号").count() == 2


def test_a_second_act_is_told_and_invites_nobody(cast):
    officials.invite_officials(workbook(ZHANG), "x.xlsx", by=cast.zhou_tao, at=AT)
    with pytest.raises(DoneAlready):
        officials.invite_officials(workbook(ZHANG), "x.xlsx", by=cast.zhou_tao, at=AT)
    assert Letter.objects.count() == 1


def test_who_is_there_as_the_file_says_is_unchanged_and_told(cast):
    there = ("陈宇", "区县", "500103", "YUZHONG@example.com", "")
    found = tried(cast, there, ZHANG)
    assert found.is_clean and found.known == [cast.chen_yu] and len(found.new) == 1


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (("", "区县", "南岸区", "a@b.cn", ""), "姓名", "请填写姓名"),
        (("甲", "局长", "", "a@b.cn", ""), "角色", "“局长”不是您能开通的角色，请写区县、行业协会、市级中的一个。"),
        (("甲", "系统管理", "", "a@b.cn", ""), "角色", "不是您能开通的角色"),
        (("甲", "企业", "", "a@b.cn", ""), "角色", "不是您能开通的角色"),
        (("甲", "区县", "南安区", "a@b.cn", ""), "区县", "没有叫“南安区”的区县"),
        (("甲", "区县", "南安区", "a@b.cn", ""), "区县", "是不是“南岸区”？"),
        (("甲", "区县", "南岸", "a@b.cn", ""), "区县", "没有叫“南岸”的区县，是不是“南岸区”？请写"),
        (("甲", "协会", "", "a@b.cn", ""), "角色", "是不是“行业协会”？请写"),
        (("甲", "", "", "a@b.cn", ""), "角色", "“”不是您能开通的角色，请写区县"),
        (("甲", "区县", "", "a@b.cn", ""), "区县", "必须写明区县"),
        (("甲", "市级", "南岸区", "a@b.cn", ""), "区县", "其他账号不写区县"),
        (("甲", "市级", "", "a.b.cn", ""), "邮箱", "邮箱写法不对"),
        (("甲", "市级", "", "", ""), "邮箱", "请填写邮箱"),
        (("甲", "市级", "", "a@b.cn", "139"), "手机", "手机号应为 11 位"),
        (("甲", "市级", "", "=1/0", ""), "邮箱", "是公式"),
        (("陈雨", "区县", "渝中区", "yuzhong@example.com", ""), "姓名", "写的是“陈宇”，表里是“陈雨”"),
        (("陈宇", "市级", "", "yuzhong@example.com", ""), "角色", "写的是“区县”，表里是“市级”"),
        (("甲", "市级", "", "91500103ma5u12346b@example.com", ""), "邮箱", "企业账号的邮箱"),
    ],
)
def test_a_wrong_row_is_said_with_its_place(cast, row, column, words):
    problems = sentences(cast, ZHANG, row)
    assert problems[0][:2] == (3, column) and words in problems[0][2]


@pytest.mark.parametrize("said", ["江北区", "500105", "江北"])
def test_an_abolished_district_says_since_when_and_which_took_its_place(cast, said):
    gone = make_district("500105", "江北区", 5, valid_to=date(2024, 1, 24), successor=cast.nanan)
    [(row, column, words)] = sentences(cast, ("甲", "区县", said, "a@b.cn", ""))
    assert (row, column) == (2, "区县")
    assert words == "“江北区”自2024年1月25日起已经撤销，由南岸区接替，请写“南岸区”。"
    District.objects.filter(pk=gone.pk).update(successor=None, reviewed_by=cast.yuzhong)
    assert "由渝中区接替" in sentences(cast, ("甲", "区县", said, "a@b.cn", ""))[0][2]
    District.objects.filter(pk=gone.pk).update(reviewed_by=None)
    assert "已经撤销，请改写现在的区县" in sentences(cast, ("甲", "区县", said, "a@b.cn", ""))[0][2]


def test_two_rows_of_one_mobile_are_told(cast):
    [(row, column, words)] = sentences(cast, ZHANG, (*LI[:4], ZHANG[4]))
    assert (row, column) == (3, "手机") and "与第 2 行的手机相同" in words


def test_of_two_at_one_mailbox_who_works_there_counts(cast):
    """The desk went to another person, and kept its address."""
    new = people.create(
        username="xinren", name="新人", role=cast.he_qing.role, district=cast.nanan, email="desk@cq.gov.cn"
    )
    User.objects.filter(pk=cast.he_qing.pk).update(email="desk@cq.gov.cn", is_active=False, successor=new)
    found = tried(cast, ("新人", "区县", "南岸区", "desk@cq.gov.cn", ""), ZHANG)
    assert found.is_clean and found.known == [new]


def test_what_cannot_be_told_apart_is_refused(cast):
    book = load_workbook(workbook(ZHANG))
    other = book.create_sheet("江北")
    other.append(list(officials.COLUMNS))
    other.append(list(LI))
    with pytest.raises(Unreadable, match="2 张有内容的工作表"):
        officials.try_officials(saved(book), "x.xlsx", cast.zhou_tao, AT.date())
    heads = (*officials.COLUMNS, "邮箱")
    with pytest.raises(Unreadable, match="两列都叫“邮箱”"):
        officials.try_officials(workbook(ZHANG, heads=heads), "x.xlsx", cast.zhou_tao, AT.date())


def test_a_hidden_row_is_read_and_told(cast):
    book = load_workbook(workbook(ZHANG, LI))
    book.active.row_dimensions[3].hidden = True
    found = officials.try_officials(saved(book), "x.xlsx", cast.zhou_tao, AT.date())
    assert len(found.new) == 2 and found.hidden_rows == [3]


def test_two_rows_of_one_mailbox_are_told(cast):
    assert sentences(cast, ZHANG, LI[:3] + ("ZhangMin@cq.gov.cn", "")) == [
        (3, "邮箱", "与第 2 行的邮箱相同。一个邮箱只开一个账号，请核对后只留一行。")
    ]


def test_a_stopped_account_is_not_opened_behind_its_stop(cast):
    people.deactivate(cast.chen_yu, by=cast.zhou_tao, at=AT, why="调离。")
    [(_, column, words)] = sentences(cast, ("陈宇", "区县", "渝中区", "yuzhong@example.com", ""))
    assert column == "邮箱" and "停用" in words


def test_one_wrong_row_keeps_all_from_being_invited(cast):
    with pytest.raises(Refused, match="没有开通任何人"):
        officials.invite_officials(workbook(ZHANG, ("甲", "市级", "", "坏", "")), "x.xlsx", by=cast.zhou_tao, at=AT)
    assert not User.objects.filter(name="张敏").exists()


@pytest.mark.parametrize(
    ("book", "words"),
    [
        (workbook(), "没有人员"),
        (workbook(ZHANG[:3], heads=("姓名", "角色", "区县")), "第 1 行缺少列：邮箱、手机"),
        (io.BytesIO(b"nothing"), "xlsx"),
    ],
)
def test_a_file_that_is_no_list_is_said(cast, book, words):
    with pytest.raises(Unreadable, match=words):
        officials.try_officials(book, "x.xlsx", cast.zhou_tao, AT.date())


def test_the_page_tries_confirms_and_takes_no_second_press(cast):
    make_it_be(AT.date())
    client = sign_in(cast.zhou_tao)
    upload = SimpleUploadedFile("名单.xlsx", workbook(ZHANG, LI).getvalue())
    answer = client.post("/users/import/", {"workbook": upload})
    assert "将开通 2 人，已有 0 人不变，问题 0 处" in words_on(answer)
    ticket = answer.context["ticket"]
    assert f'name="ticket" value="{ticket}"' in markup_of(answer)
    assert "已开通 2 个工作账号" in words_on(client.post("/users/import/confirm/", {"ticket": ticket}, follow=True))
    again = words_on(client.post("/users/import/confirm/", {"ticket": ticket}, follow=True))
    assert "已经导入过" in again and Letter.objects.count() == 2


def test_the_page_says_what_is_wrong_and_offers_no_button(cast):
    upload = SimpleUploadedFile("名单.xlsx", workbook(ZHANG, ("甲", "市级", "", "坏", "")).getvalue())
    answer = sign_in(cast.zhou_tao).post("/users/import/", {"workbook": upload})
    assert "3 邮箱 邮箱写法不对" in words_on(answer) and not answer.context["ticket"]
    upload = SimpleUploadedFile("名单.xlsx", b"nothing")
    assert sign_in(cast.zhou_tao).post("/users/import/", {"workbook": upload}).status_code == 422


def test_the_template_comes_back_as_a_list_without_people(cast):
    content = officials.write_template(cast.zhou_tao, AT)
    book = load_workbook(io.BytesIO(content))
    assert [cell.value for cell in book.worksheets[0][1]] == list(officials.COLUMNS)
    assert "南岸区 500108" in [row[0].value for row in book.worksheets[1]]
    with pytest.raises(Unreadable, match="没有人员"):
        officials.try_officials(io.BytesIO(content), "x.xlsx", cast.zhou_tao, AT.date())
