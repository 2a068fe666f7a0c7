"""附件2 as a workbook, out and in: a row for each district. Read, compared with what stands, and all of it stored or
nothing. A district stores its own row alone, the city any."""

from __future__ import annotations

import datetime
import io
import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import BinaryIO

from django.db import transaction
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from accounts import contacts, journal
from accounts.access import DoneAlready, Refused
from accounts.models import District, DistrictContact, User
from reporting.invitations import lists
from reporting.invitations.lists import RowProblem
from text.incoming import without_hidden
from text.opening import open_book
from text.package import Unreadable
from text.sheets import SheetRow, Worksheet
from text.writing import save_as_of, text_cell

TITLE = "附件2 区县统计工作联系人"
DISTRICT = "区县"
COLUMNS = {each.name: str(each.verbose_name) for each in DistrictContact._meta.fields if each.name in contacts.FIELDS}
HEADS = (DISTRICT, *COLUMNS.values())
NOT_IN_THE_NOTICE = ("邮箱",)  # may be missing from somebody's own list, and stays as it is then
WIDTHS = (20, 16, 16, 20, 22, 30)
MOST_ROWS = 500
HEAD_WITHIN = 5  # rows: a title, perhaps a number, stand above the names of the columns


@dataclass(frozen=True)
class ContactChange:
    district: District
    line: dict[str, str]  # as contacts.change_contact takes it
    before: dict[str, str]
    after: dict[str, str]

    @property
    def listed(self) -> list[tuple[str, str, str]]:
        return [(column, self.before[column], self.after[column]) for column in self.after]


@dataclass
class TriedContacts:
    changes: list[ContactChange] = field(default_factory=list)
    unchanged: list[District] = field(default_factory=list)
    blank: list[District] = field(default_factory=list)
    not_taken: list[District] = field(default_factory=list)  # others', which stand otherwise by now
    hidden_rows: list[int] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return bool(self.changes) and not self.problems

    @property
    def digest(self) -> str:
        """What was seen: another change by somebody else makes it another."""
        said = [(change.district.code, change.before, change.after) for change in self.changes]
        return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def try_contacts(source: BinaryIO, name: str, by: User, day: datetime.date) -> TriedContacts:
    """What the file comes to. Raises Unreadable where there is no list of contacts in it."""
    sheet = lists.the_sheet(open_book(source, name))
    head, places = heads_of(sheet)
    tried = TriedContacts(hidden_rows=[number for number in sheet.hidden_rows if number > head])
    districts = lists.DistrictsToName(day)
    seen: dict[int, int] = {}
    rows = [row for row in sheet if row.number > head and lists.holds_something(row, places)]
    if not rows:
        raise Unreadable("表里只有列名，没有区县。请下载现有名单，在上面改好再上传。")
    for row in rows:
        texts = texts_of(row, places)
        district = districts.called.get(texts[DISTRICT])
        if district and not contacts.may_change(district, by):
            pass_over(district, texts, tried)
            continue
        wrong = lists.unreadable(row, places) or judge(row.number, texts, districts, seen, tried)
        tried.problems += [RowProblem(row.number, *each) for each in wrong]
    return tried


def texts_of(row: SheetRow, places: dict[str, int]) -> dict[str, str]:
    """As they stand there: hidden marks are taken out of the district here, of the rest by the form, which refuses
    them in names."""
    texts = lists.texts_of(row, places)
    return texts | {DISTRICT: without_hidden(texts[DISTRICT]).strip()}


def pass_over(district: District, texts: dict[str, str], tried: TriedContacts) -> None:
    """Another district's row, whatever stands there: it may have changed its own since the list was handed out."""
    stands = line_of(contacts.contact_of(district))
    if not says_nothing_new(district, typed_in(texts), stands, tried) and district not in tried.not_taken:
        tried.not_taken.append(district)


def typed_in(texts: dict[str, str]) -> dict[str, str]:
    return {name: texts[column] for name, column in COLUMNS.items() if column in texts}


def says_nothing_new(district: District, typed: dict[str, str], stands: dict[str, str], tried: TriedContacts) -> bool:
    """Whether a row is blank or as it stands, which is noted."""
    if not any(typed.values()):
        tried.blank.append(district)
    elif all(stands[name] == words for name, words in typed.items()):
        tried.unchanged.append(district)
    else:
        return False
    return True


def judge(
    number: int, texts: dict[str, str], districts: lists.DistrictsToName, seen: dict[int, int], tried: TriedContacts
) -> list[tuple[str, str]]:
    """Notes what the row comes to; gives the columns that are wrong, with their sentences."""
    named = texts[DISTRICT]
    district = districts.called.get(named)
    if district is None:
        return [(DISTRICT, districts.why_none_is(named))]
    if district.pk in seen:
        return [(DISTRICT, f"{district}在第 {seen[district.pk]} 行已经有了。一个区县一行，请核对后只留一行。")]
    seen[district.pk] = number
    contact = contacts.contact_of(district)
    stands, typed = line_of(contact), typed_in(texts)
    if says_nothing_new(district, typed, stands, tried):
        return []
    form = contacts.DistrictContactForm(typed, instance=contact)
    if not form.is_valid():
        return [(COLUMNS[name], str(sentence)) for name, said in form.errors.items() for sentence in said]
    line = {name: form.cleaned_data[name] for name in contacts.FIELDS}
    before, after = journal.changes(in_columns(stands), in_columns(line))
    if after:
        tried.changes.append(ContactChange(district, line, before, after))
    else:
        tried.unchanged.append(district)
    return []


def line_of(contact: DistrictContact) -> dict[str, str]:
    return {name: getattr(contact, name) for name in contacts.FIELDS}


def in_columns(line: dict[str, str]) -> dict[str, str]:
    return {COLUMNS[name]: words for name, words in line.items()}


def heads_of(sheet: Worksheet) -> tuple[int, dict[str, int]]:
    """The row of the columns' names, and where each column stands."""
    if sheet.last_row > MOST_ROWS:
        raise Unreadable(f"表里到第 {sheet.last_row:,} 行还有内容，不像区县联系人名单。请核对是不是拿错了文件。")
    for row in sheet:
        if row.number > HEAD_WITHIN:
            break
        if DISTRICT in dict(lists.head_of(row)):
            hint = "请下载现有名单，照着列名填写。"
            return row.number, lists.places_of(sheet, row, HEADS, NOT_IN_THE_NOTICE, hint)
    raise Unreadable(f"前 {HEAD_WITHIN} 行里没有列名“{DISTRICT}”。请下载现有名单，在上面改好再上传。")


@transaction.atomic
def store_contacts(source: BinaryIO, name: str, seen: str, *, by: User, at: datetime.datetime) -> TriedContacts:
    """All of the file or none of it, and only what was seen: tried once more, since others change theirs too."""
    User.objects.select_for_update().get(pk=by.pk)  # whose second press waits for the first
    tried = try_contacts(source, name, by, at.date())
    if not tried.problems and not tried.changes:
        raise DoneAlready("联系人已经和文件里的一样，没有要改的。")
    if tried.problems or tried.digest != seen:
        raise Refused("其间有人改过联系人，和您看到的不一样了，没有存入。请重新上传，看过对照再确认。")
    for change in tried.changes:
        contacts.change_contact(change.district, change.line, by=by, at=at)
    return tried


def write_contacts(at: datetime.datetime) -> bytes:
    """The list as it stands, ready to be printed or filled in and sent back."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("区县联系人")
    sheet.freeze_panes = "B3"
    sheet.print_title_rows = "1:2"
    for number, width in enumerate(WIDTHS, start=1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = width
        sheet.column_dimensions[letter].number_format = "@"  # a telephone number keeps its 0
    title = text_cell(sheet, TITLE)
    title.font = Font(bold=True, size=14)
    sheet.append([title])
    sheet.append([head_of(sheet, head) for head in HEADS])
    for district in District.objects.valid_on(at.date()).select_related("contact"):
        contact = getattr(district, "contact", None)
        line = [getattr(contact, name, "") for name in contacts.FIELDS]
        cells = [text_cell(sheet, words) for words in (district.name, *line)]
        for cell in cells:
            cell.number_format = "@"
        sheet.append(cells)
    told = book.create_sheet(lists.TOLD)
    told.column_dimensions["A"].width = 90
    for words in HOW_TO:
        told.append([text_cell(told, words)])
    out = io.BytesIO()
    save_as_of(book, out, at)
    return out.getvalue()


def head_of(sheet, words: str):
    cell = text_cell(sheet, words)
    cell.font, cell.alignment = Font(bold=True), Alignment(horizontal="center")
    cell.fill = PatternFill("solid", fgColor="E9F0F9")
    return cell


HOW_TO = (
    "一个区县一行，列名不要改动，不要合并单元格。",
    "区县写全称或区划代码；别的区县的行照原样留着，或删去，都不会动。",
    "责任领导、工作人员、职务、电话都要填；除区县外整行空着的，不改。",
    "电话写“区号-号码”或手机号；单元格格式是文本，号码前面的 0 不会丢。",
    "邮箱可以空着；没有“邮箱”这一列的，邮箱不改。",
    "上传后先列出改动和问题，什么都不存入；看过再确认，要么全部存入，要么都不存入。",
)
