"""What is refused before a workbook is opened.

An .xlsx is a zip of XML files made by somebody else. Everything here is bounded: nothing is unpacked to disk, members
are read as a stream, and reading stops at the first limit passed.
"""

import io
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import BinaryIO
from xml.parsers import expat

MAX_FILE_BYTES = 5 * 1024 * 1024
MAX_UNPACKED_BYTES = 64 * 1024 * 1024
MAX_MEMBERS = 1_000
MAX_RATIO = 300
RATIO_COUNTS_FROM = 8 * 1024 * 1024
MAX_ROWS = 2_000
MAX_COLUMNS = 60
LAST_ROW = 20_000
MAX_STRINGS_BYTES = 4 * 1024 * 1024
MAX_OTHER_BYTES = 512 * 1024  # styles, names and the like are loaded whole
CHUNK = 256 * 1024

OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

WRONG_EXTENSION = {
    ".xls": "这是旧版 Excel 97—2003 文件（.xls）。请在 Excel 或 WPS 中另存为“Excel 工作簿（.xlsx）”后再上传。",
    ".xlsm": "这是启用宏的工作簿（.xlsm），不接收。请另存为不含宏的“Excel 工作簿（.xlsx）”后再上传。",
    ".xltm": "这是启用宏的模板（.xltm），不接收。请另存为不含宏的“Excel 工作簿（.xlsx）”后再上传。",
    ".xlsb": "这是二进制工作簿（.xlsb），不接收。请另存为“Excel 工作簿（.xlsx）”后再上传。",
    ".csv": "这是 CSV 文本（.csv），里面没有表号、指标代码和栏次，不接收。请下载本平台的表样，填好后上传 .xlsx。",
    ".et": "这是 WPS 表格文件（.et）。请在 WPS 中另存为“Excel 工作簿（.xlsx）”后再上传。",
}

REFUSED_PARTS = {
    "vbaproject": "文件里含有宏代码，不接收。请另存为不含宏的“Excel 工作簿（.xlsx）”后再上传。",
    "xl/macrosheets/": "文件里含有宏表，不接收。请另存为不含宏的“Excel 工作簿（.xlsx）”后再上传。",
    "xl/externallinks/": "文件引用了别的工作簿（外部链接）。请在 Excel“数据”—“编辑链接”中断开链接、只留数值，再上传。",
    "xl/activex/": "文件里含有 ActiveX 控件，不接收。请下载新的表样，只填数后再上传。",
    "xl/embeddings/": "文件里嵌入了别的文件，不接收。请删除嵌入的对象后再上传。",
    "xl/connections.xml": "文件里含有外部数据连接，不接收。请在 Excel“数据”—“查询和连接”中删除后再上传。",
    "xl/querytables/": "文件里含有外部数据查询，不接收。请在 Excel“数据”—“查询和连接”中删除后再上传。",
}

DAMAGED = "文件已损坏或没有传完，打不开。请在电脑上打开确认无误后重新保存，再上传。"


class Unreadable(Exception):
    """The whole workbook cannot be taken; its text is the sentence for the person who sent it."""


@dataclass
class WorksheetOutline:
    """What was seen of one worksheet without opening it."""

    part: str
    rows: int = 0
    last_row: int = 0
    last_column: int = 0
    merged: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Package:
    """A workbook found safe to open, with the outline of each of its worksheets by the part's path."""

    content: bytes
    outlines: dict[str, WorksheetOutline]

    def stream(self) -> BinaryIO:
        return io.BytesIO(self.content)


def inspect_package(source, name: str = "") -> Package:
    """Read `source` (a path or a binary file) within bounds and refuse whatever is not a plain .xlsx."""
    name = name or str(getattr(source, "name", "") or (source if not hasattr(source, "read") else ""))
    refuse_extension(name)
    content = read_bounded(source)
    refuse_signature(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            refuse_members(members, len(content))
            return Package(content, outline_worksheets(archive, members))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as damaged:
        raise Unreadable(DAMAGED) from damaged


def refuse_extension(name: str) -> None:
    extension = PurePath(name).suffix.lower()
    if extension and extension != ".xlsx":
        raise Unreadable(
            WRONG_EXTENSION.get(
                extension, f"只接收 .xlsx 文件，收到的是“{extension}”。请下载本平台的表样，填好后上传。"
            )
        )


def read_bounded(source) -> bytes:
    if hasattr(source, "read"):
        source.seek(0)
        content = source.read(MAX_FILE_BYTES + 1)
    else:
        try:
            with open(source, "rb") as file:
                content = file.read(MAX_FILE_BYTES + 1)
        except OSError as problem:
            raise Unreadable(f"打不开文件“{source}”：{problem.strerror}。") from problem
    if not content:
        raise Unreadable("文件是空的，没有内容。请重新保存后再上传。")
    if len(content) > MAX_FILE_BYTES:
        raise Unreadable("文件超过 5 MB。表样填好后一般不到 200 KB，请检查是否夹带了图片或别的工作表。")
    return content


def refuse_signature(content: bytes) -> None:
    if content.startswith(OLE_SIGNATURE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise Unreadable("文件加了打开密码，无法读取。请在 Excel 中取消密码后再上传。")
        raise Unreadable(WRONG_EXTENSION[".xls"])
    if not content.startswith(b"PK\x03\x04"):
        raise Unreadable("文件内容不是 Excel 工作簿（可能只是改了扩展名）。请在 Excel 或 WPS 中另存为 .xlsx 后再上传。")


def refuse_members(members: list[zipfile.ZipInfo], packed: int) -> None:
    names = [member.filename.lower() for member in members]
    if len(members) > MAX_MEMBERS or len(set(names)) != len(names):
        raise Unreadable(DAMAGED)
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED_BYTES or (unpacked > RATIO_COUNTS_FROM and unpacked > MAX_RATIO * packed):
        raise Unreadable(
            f"文件解压后有 {unpacked / 1024 / 1024:,.0f} MB，远超正常表样，没有打开。请下载新的表样，只填数后再上传。"
        )
    if any(member.flag_bits & 0x1 for member in members):
        raise Unreadable("文件加了密码，无法读取。请取消密码后再上传。")
    for name in names:
        for part, sentence in REFUSED_PARTS.items():
            if part in name:
                raise Unreadable(sentence)
    if "[content_types].xml" not in names or "xl/workbook.xml" not in names:
        raise Unreadable("文件内容不是 Excel 工作簿（可能只是改了扩展名）。请在 Excel 或 WPS 中另存为 .xlsx 后再上传。")


def outline_worksheets(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> dict[str, WorksheetOutline]:
    """Stream every XML part once: no document type or entity anywhere, and worksheets within bounds."""
    outlines = {}
    unpacked = 0
    for member in members:
        lower = member.filename.lower()
        if not lower.endswith((".xml", ".rels")):
            continue
        is_worksheet = lower.startswith("xl/worksheets/") and lower.endswith(".xml")
        outline = WorksheetOutline(member.filename)
        scanner = xml_scanner(outline, worksheet=is_worksheet)
        limit = MAX_UNPACKED_BYTES if is_worksheet else part_limit(lower)
        with archive.open(member) as part:
            size = 0
            try:
                while chunk := part.read(CHUNK):
                    # The directory of a zip can lie about sizes, so what really comes out is counted too.
                    size += len(chunk)
                    unpacked += len(chunk)
                    if unpacked > MAX_UNPACKED_BYTES or size > limit:
                        raise Unreadable("文件解压后过大，没有打开。请下载新的表样，只填数后再上传。")
                    scanner.Parse(chunk, False)
                scanner.Parse(b"", True)
            except expat.ExpatError as damaged:
                raise Unreadable(DAMAGED) from damaged
        if is_worksheet:
            outlines[member.filename] = outline
    return outlines


def part_limit(name: str) -> int:
    return MAX_STRINGS_BYTES if name == "xl/sharedstrings.xml" else MAX_OTHER_BYTES


def xml_scanner(outline: WorksheetOutline, *, worksheet: bool):
    """An expat parser that fills `outline` for a worksheet and, for any part, refuses entities and macros."""
    scanner = expat.ParserCreate()

    def refuse_doctype(*_):
        raise Unreadable("文件里含有 XML 实体定义，可能是被改造过的文件，没有打开。请下载新的表样填报。")

    scanner.StartDoctypeDeclHandler = refuse_doctype
    scanner.EntityDeclHandler = refuse_doctype
    row = column = counted = 0

    def note_worksheet(tag, attributes):
        nonlocal row, column, counted
        tag = tag.rpartition(":")[2]
        if tag == "row":
            row, column = number_of(attributes.get("r")) or row + 1, 0
        elif tag == "c":
            column = column_of(attributes.get("r", "")) or column + 1
            outline.last_column = max(outline.last_column, column)
        elif tag in ("v", "t", "f") and row != counted:
            # Only rows with something in them count: some programs write a million empty ones.
            outline.rows += 1
            counted = row
            outline.last_row = max(outline.last_row, row)
        elif tag == "mergeCell":
            outline.merged.append(attributes.get("ref", ""))

    def refuse_disguises(_tag, attributes):
        """In [Content_Types].xml: macros under an innocent name, or XML under a name this scan passes over."""
        kind = attributes.get("ContentType", "").lower()
        named = "." + attributes.get("PartName", attributes.get("Extension", "")).lower()
        if "macroenabled" in kind:
            raise Unreadable(REFUSED_PARTS["vbaproject"])
        if kind.endswith("+xml") and not named.endswith((".xml", ".rels")):
            raise Unreadable(DAMAGED)

    scanner.StartElementHandler = note_worksheet if worksheet else refuse_disguises
    return scanner


def number_of(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else 0


def column_of(reference: str) -> int:
    """The column number of a reference such as AB12."""
    column = 0
    for letter in reference:
        if not "A" <= letter <= "Z":
            break
        column = column * 26 + ord(letter) - ord("A") + 1
    return column


def refuse_long_sheet(title: str, outline: WorksheetOutline) -> None:
    if outline.rows > MAX_ROWS:
        raise Unreadable(
            f"工作表“{title}”有 {outline.rows:,} 行有内容，超过 {MAX_ROWS:,} 行的上限，没有读取。"
            "表样每张表不到一百行，请检查是否粘贴了别的数据。"
        )
    if outline.last_row > LAST_ROW:
        raise Unreadable(
            f"工作表“{title}”的第 {outline.last_row:,} 行还有内容，远在表样之外，没有读取。请删去表样以下的内容。"
        )
    if outline.last_column > MAX_COLUMNS:
        raise Unreadable(
            f"工作表“{title}”用到了第 {outline.last_column:,} 列，超过 {MAX_COLUMNS} 列的上限，没有读取。"
            "请检查是否粘贴了别的数据。"
        )
