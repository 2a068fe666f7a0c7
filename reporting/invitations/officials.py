"""Officials from a workbook, one row each: read, tried against who is there, and all of them invited or none."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from django.db import transaction
from django.db.models.functions import Lower
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from accounts import people
from accounts.access import DoneAlready, Refused
from accounts.fields import MailField, MobileField
from accounts.form_words import NameField, PlainForm
from accounts.models import DUTIES, District, User, roles_to_invite
from accounts.officials import name_for
from accounts.people import Official
from reporting.invitations import lists
from reporting.invitations.lists import RowProblem
from text.incoming import without_hidden
from text.opening import open_book
from text.package import Unreadable
from text.sheets import SheetRow, Worksheet
from text.writing import save_as_of, text_cell

COLUMNS = ("姓名", "角色", "区县", "邮箱", "手机")
FIELDS = dict(zip(("name", "role", "district", "email", "mobile"), COLUMNS, strict=True))
MOST_ROWS = 1_000
TWICE = {"邮箱": "一个邮箱只开一个账号", "手机": "两个账号同一个手机，就都不能用它登录"}
ASK_FOR_TEMPLATE = "请下载模板，照着列名填写。"


class OfficialRowForm(PlainForm):
    """What a row says of the person, judged as on the page."""

    name = NameField(label="姓名", max_length=40)
    email = MailField()
    mobile = MobileField(required=False)


@dataclass(frozen=True)
class OfficialRow:
    number: int
    texts: dict[str, str]


@dataclass
class TriedOfficials:
    """What the file comes to: whom it would invite, who is there as it says, and what is wrong, with its place."""

    new: list[Official] = field(default_factory=list)
    known: list[User] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)

    @property
    def listed(self) -> list[dict]:
        return [{**official, "label": DUTIES[official["role"]].label} for official in self.new]

    @property
    def is_clean(self) -> bool:
        return bool(self.new) and not self.problems


def read_officials(source: BinaryIO, name: str, tried: TriedOfficials) -> list[OfficialRow]:
    """The rows that can be read; what keeps others from it is noted. Raises Unreadable where there is no list."""
    sheet = lists.the_sheet(open_book(source, name))
    places = places_of(sheet)
    tried.hidden_rows = [number for number in sheet.hidden_rows if number > 1]
    rows = [row for row in sheet if row.number > 1 and lists.holds_something(row, places)]
    if not rows:
        raise Unreadable("表里只有列名，没有人员。请从第 2 行起，一人一行。")
    wrong = {row.number: lists.unreadable(row, places) for row in rows}
    tried.problems += [RowProblem(number, *each) for number, said in wrong.items() for each in said]
    return [OfficialRow(row.number, texts_of(row, places)) for row in rows if not wrong[row.number]]


def texts_of(row: SheetRow, places: dict[str, int]) -> dict[str, str]:
    return {column: without_hidden(text).strip() for column, text in lists.texts_of(row, places).items()}


def places_of(sheet: Worksheet) -> dict[str, int]:
    if sheet.last_row > MOST_ROWS + 1:
        raise Unreadable(f"表里到第 {sheet.last_row:,} 行还有内容，超过 {MOST_ROWS:,} 人。请分成几个文件，再上传。")
    head = sheet.rows.get(1) or SheetRow(1)
    return lists.places_of(sheet, head, COLUMNS, (), ASK_FOR_TEMPLATE)


def try_officials(source: BinaryIO, name: str, by: User, day: datetime.date) -> TriedOfficials:
    tried = TriedOfficials()
    there = {user.email.lower(): user for user in who_has_a_mailbox()}
    taken = set(User.objects.values_list(Lower("username"), flat=True))
    districts = lists.DistrictsToName(day)
    seen: dict[tuple[str, str], int] = {}
    for row in read_officials(source, name, tried):
        asked, wrong = judged(row, by, districts, taken)
        wrong = wrong or list(twice(row, seen))
        address = row.texts["邮箱"].lower()
        if not wrong and asked and (user := there.get(address)):
            wrong = list(differences(user, asked))
            tried.known += [] if wrong else [user]
        elif not wrong and asked:
            tried.new.append(asked)
            taken.add(asked["username"].lower())
        tried.problems += [RowProblem(row.number, column, sentence) for column, sentence in wrong]
    tried.problems.sort(key=lambda problem: problem.row)
    return tried


def who_has_a_mailbox() -> list[User]:
    """Of two at one address the last is the one to compare with: who works there now, not who handed over to them."""
    there = User.objects.exclude(email="").filter(successor=None).select_related("district")
    return list(there.order_by("is_active", "pk"))


def twice(row: OfficialRow, seen: dict[tuple[str, str], int]) -> Iterator[tuple[str, str]]:
    """What another row says as well, and may be said of one person only; notes what this one says."""
    for column, why in TWICE.items():
        said = row.texts[column].lower()
        first = seen.setdefault((column, said), row.number)
        if said and first != row.number:
            yield column, f"与第 {first} 行的{column}相同。{why}，请核对后只留一行。"


def judged(
    row: OfficialRow, by: User, districts: lists.DistrictsToName, taken: set[str]
) -> tuple[Official | None, list[tuple[str, str]]]:
    """Whom the row would invite; else the columns that are wrong."""
    texts = row.texts
    roles = {DUTIES[role].label: role for role in roles_to_invite(by.role)}
    role, district = roles.get(texts["角色"]), districts.called.get(texts["区县"])
    if role is None:
        perhaps = lists.suggestion(texts["角色"], roles) if texts["角色"] else ""
        return None, [("角色", f"“{texts['角色']}”不是您能开通的角色，{perhaps}请写{'、'.join(roles)}中的一个。")]
    if texts["区县"] and district is None:
        return None, [("区县", districts.why_none_is(texts["区县"]))]
    form = OfficialRowForm({name: texts[FIELDS[name]] for name in OfficialRowForm.base_fields})
    if not form.is_valid():
        return None, [(FIELDS[name], str(sentence)) for name, said in form.errors.items() for sentence in said]
    try:
        people.may_give(role, district, by)
    except Refused as refused:
        return None, [("区县", str(refused))]
    username = name_for(form.cleaned_data["email"], role, taken)
    typed = form.cleaned_data
    official = Official(username=username, role=role, district=district, **typed)  # type: ignore[typeddict-item]
    return official, []


def differences(user: User, asked: Official) -> Iterator[tuple[str, str]]:
    """What keeps an account that is there from being the one the row means; it is changed on its own page, not here."""
    if user.enterprise_id:
        yield "邮箱", f"是{user.enterprise}的企业账号的邮箱。工作账号请另用一个邮箱。"
    elif not user.is_active:
        yield "邮箱", f"已有账号“{user.username}”，现在是停用的。请在“用户”里启用，并从表里删去这一行。"
    else:
        for name in ("name", "role", "district", "mobile"):
            stands, said = getattr(user, name), dict(asked)[name]
            if stands != said:
                first, second = (DUTIES[str(each)].label if name == "role" else each or "空" for each in (stands, said))
                sentence = f"已有账号“{user.username}”写的是“{first}”，表里是“{second}”。"
                yield FIELDS[name], f"{sentence}要改的请在“用户”里点“修改”，表里照原样写或删去这一行。"


@transaction.atomic
def invite_officials(source: BinaryIO, name: str, *, by: User, at: datetime.datetime) -> TriedOfficials:
    """All of the file or none of it: tried once more, since others invite too."""
    User.objects.select_for_update().get(pk=by.pk)  # whose second press waits for the first
    tried = try_officials(source, name, by, at.date())
    if tried.problems:
        raise Refused("其间有人改过账号，文件里有的行已不能照此开通，没有开通任何人。请重新上传，看过结果再确认。")
    if not tried.new:
        raise DoneAlready("文件里的人员都已有账号，没有要开通的。")
    for official in tried.new:
        people.invite_official(**official, by=by, at=at)
    return tried


def write_template(by: User, at: datetime.datetime) -> bytes:
    """The columns, and beside them on a second sheet the roles and districts there are."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("工作人员")
    for number, column in enumerate(COLUMNS, start=1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = 28 if column == "邮箱" else 16
        sheet.column_dimensions[letter].number_format = "@"
    heads = [text_cell(sheet, column) for column in COLUMNS]
    for head in heads:
        head.font = Font(bold=True)
    sheet.append(heads)
    told = book.create_sheet(lists.TOLD)
    for line in how_to(by, at.date()):
        told.append([text_cell(told, line)])
    out = io.BytesIO()
    save_as_of(book, out, at)
    return out.getvalue()


def how_to(by: User, day: datetime.date) -> list[str]:
    roles = "、".join(DUTIES[role].label for role in roles_to_invite(by.role))
    return [
        "一人一行，第 1 行是列名，不要改动。",
        f"角色：{roles}。",
        "区县：区县角色必填，写全称或区划代码；其他角色留空。",
        "邮箱：激活链接发到这里；用户名取邮箱 @ 前面的部分，写在信里。",
        "手机：可以不填；填了可以用来登录。",
        "已有账号、内容相同的，不变；内容不同的，请在“用户”里修改。",
        *(f"{district.name} {district.code}" for district in District.objects.valid_on(day)),
    ]
