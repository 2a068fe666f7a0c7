"""What is refused before a workbook is opened, and where its parts lie.

An .xlsx is a zip of XML files made by somebody else. Everything here is bounded: nothing is unpacked to disk, parts are
read as a stream, and reading stops at the first limit passed. Whoever made the file, a part is found by the package's
own rules (relationships, whatever it is called; `\\` and other letter case as some programs write them), and judged are
the parts there are, not what is declared for parts there are not.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import PurePath
from typing import IO
from urllib.parse import unquote
from xml.parsers import expat

MAX_FILE_BYTES = 5 * 1024 * 1024
MAX_UNPACKED_BYTES = 64 * 1024 * 1024
MAX_MEMBERS = 1_000
MAX_RATIO = 300
RATIO_COUNTS_FROM = 8 * 1024 * 1024
CHUNK = 256 * 1024
BookSource = IO[bytes] | str | PathLike[str]  # where a workbook comes from: a binary file, or a path
MOST_MARKS = 4_000_000  # of all parts read: 20,000 rows of 14 columns, no two cells alike, have two and a half million
LONGEST_TAG = 4 * CHUNK
KEPT_BYTES = 4 * 1024 * 1024  # of a package that small, what was unpacked to be looked at is not unpacked again

OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

ANOTHER = "请从本平台重新下载一份，填好后再上传。"
SAVE_AS = "请在 Excel 或 WPS 中另存为“Excel 工作簿（.xlsx）”后再上传。"
WITHOUT_MACROS = "请另存为不含宏的“Excel 工作簿（.xlsx）”后再上传。"
MACROS = f"文件里含有宏代码，不接收。{WITHOUT_MACROS}"
BINARY = "这是二进制工作簿（.xlsb），不接收。请另存为“Excel 工作簿（.xlsx）”后再上传。"
WRONG_EXTENSION = {
    ".xls": f"这是旧版 Excel 97—2003 文件（.xls）。{SAVE_AS}",
    ".xlsm": f"这是启用宏的工作簿（.xlsm），不接收。{WITHOUT_MACROS}",
    ".xltm": f"这是启用宏的模板（.xltm），不接收。{WITHOUT_MACROS}",
    ".xlsb": BINARY,
    ".csv": "这是 CSV 文本（.csv），不接收。请从本平台下载空表，填好后上传 .xlsx。",
    ".et": "这是 WPS 表格文件（.et）。请在 WPS 中另存为“Excel 工作簿（.xlsx）”后再上传。",
    ".ods": f"这是 OpenDocument 表格（.ods）。{SAVE_AS}",
}

# What stands at the beginning of a part's name, and what is said of it.
REFUSED_PARTS = {
    "xl/macrosheets/": f"文件里含有宏表，不接收。{WITHOUT_MACROS}",
    "xl/externallinks/": "文件引用了别的工作簿（外部链接）。请在 Excel“数据”—“编辑链接”中断开链接、只留数值，再上传。",
    "xl/activex/": f"文件里含有 ActiveX 控件，不接收。{ANOTHER}",
    "xl/embeddings/": "文件里嵌入了别的文件，不接收。请删除嵌入的对象后再上传。",
    "xl/connections.xml": "文件里含有外部数据连接，不接收。请在 Excel“数据”—“查询和连接”中删除后再上传。",
    "xl/querytables/": "文件里含有外部数据查询，不接收。请在 Excel“数据”—“查询和连接”中删除后再上传。",
}

DAMAGED = "文件已损坏或没有传完，打不开。请在电脑上打开确认无误后重新保存，再上传。"
NO_WORKBOOK = f"文件内容不是 Excel 工作簿（可能只是改了扩展名）。{SAVE_AS}"
TOO_LARGE = f"文件解压后过大，没有打开。{ANOTHER}"
ENTITIES = f"文件里含有 XML 实体定义，可能是被改造过的文件，没有打开。{ANOTHER}"
RARE_ZIP = "文件用了少见的压缩方式，打不开。请在 Excel 或 WPS 中打开后重新保存为 .xlsx，再上传。"
ENCRYPTED = "文件加了密码，无法读取。请取消密码后再上传。"
NOT_OPENED = {
    FileNotFoundError: "没有这个文件",
    PermissionError: "没有读取的权限",
    IsADirectoryError: "这是文件夹",
}


class Unreadable(Exception):
    """The whole workbook cannot be taken; its text is the sentence for the person who sent it."""


@dataclass(frozen=True)
class Relation:
    """What a part points at: the last word of the kind ("worksheet", the same in Strict files), and the part."""

    kind: str
    target: str


class Package:
    """A zip found safe to read. Parts are asked for by name, whatever letters and slashes the zip has it in."""

    def __init__(self, source: BookSource, name: str = "", room: int = 1) -> None:
        """`source` is a path or a binary file. Raises Unreadable for whatever is no plain .xlsx, and for what is more
        than `room` times the largest form or register."""
        is_path = isinstance(source, str | PathLike)
        refuse_extension(name or str(source if is_path else getattr(source, "name", "") or ""))
        content = read_bounded(source, room)
        refuse_signature(content)
        self._room = room
        self._unpacked = self._marks = 0
        self._kept: dict[str, bytes] = {}
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(content))
            self._parts = parts_of(self._archive, len(content), room)
            self.main = self._main_part()
            self.pointed = self.relations(self.main)  # at by the workbook
            self._refuse_what_hides()
        except (zipfile.BadZipFile, ValueError) as damaged:
            raise Unreadable(DAMAGED) from damaged

    def __contains__(self, name: str) -> bool:
        return plain_name(name) in self._parts

    def written_name(self, name: str) -> str:
        """As the zip has it."""
        return self._parts[plain_name(name)].filename

    def content(self, name: str) -> bytes:
        """A part as it is written. Raises Unreadable when it is not there or too large."""
        pieces: list[bytes] = []
        try:
            self._stream(self._parts[plain_name(name)], pieces.append)
        except KeyError as damaged:
            raise Unreadable(DAMAGED) from damaged
        content = b"".join(pieces)
        self._marks += content.count(b"<")
        if self._marks > MOST_MARKS * self._room:
            raise Unreadable(TOO_LARGE)
        return content

    def scan(self, name: str, scanner: expat.XMLParserType) -> None:
        follow(self.content(name), scanner)

    def relations(self, name: str = "") -> dict[str, Relation]:
        """What a part (or, without a name, the package) points at inside the file, by the relation's id."""
        folder, _, last = plain_name(name).rpartition("/")
        listed = f"{folder}/_rels/{last}.rels".lstrip("/")
        found: dict[str, Relation] = {}

        def note(tag: str, attributes: dict[str, str]) -> None:
            if local(tag) == "Relationship" and attributes.get("TargetMode", "").lower() != "external":
                kind = attributes.get("Type", "").rpartition("/")[2]
                if len(found) > MAX_MEMBERS:
                    raise Unreadable(TOO_LARGE)
                target = resolved(folder, attributes.get("Target", ""))
                found[attributes.get("Id", "")] = Relation(kind, target)

        if listed in self:
            self.scan(listed, with_handlers(note))
        return found

    def _main_part(self) -> str:
        """The workbook's own part. Raises Unreadable when there is none, or when it is one with macros."""
        kinds = self._declared_kinds()
        pointed = [each.target for each in self.relations().values() if each.kind == "officeDocument"]
        declared = [name for name, kind in kinds.items() if kind.endswith("spreadsheetml.sheet.main+xml")]
        main = next((name for name in (*pointed, *declared, "xl/workbook.xml") if name in self), "")
        if not main or not main.startswith("xl/") and "spreadsheetml" not in kinds[main]:
            raise Unreadable(NO_WORKBOOK)  # a text document is such a package too
        if main.endswith(".bin"):
            raise Unreadable(BINARY)
        if "macroenabled" in kinds[main]:
            raise Unreadable(MACROS)
        return main

    def _declared_kinds(self) -> dict[str, str]:
        """What [Content_Types].xml says of each part there is, in small letters."""
        if "[content_types].xml" not in self:
            raise Unreadable(NO_WORKBOOK)
        by_ending: dict[str, str] = {}
        by_name: dict[str, str] = {}

        def note(tag: str, attributes: dict[str, str]) -> None:
            kind = attributes.get("ContentType", "").lower()
            if local(tag) == "Default":
                by_ending[attributes.get("Extension", "").lower().lstrip(".")] = kind
            elif local(tag) == "Override" and (name := plain_name(attributes.get("PartName", ""))) in self._parts:
                by_name[name] = kind

        self.scan("[content_types].xml", with_handlers(note))
        return {name: by_name.get(name) or by_ending.get(name.rpartition(".")[2], "") for name in self._parts}

    def _refuse_what_hides(self) -> None:
        """Parts no form of ours has, and what unpacks to more than the zip's own directory says."""
        macros = [each for each in self.pointed.values() if each.kind == "vbaProject"]
        if any("vbaproject" in name for name in self._parts) or any(each.target in self for each in macros):
            raise Unreadable(MACROS)
        for name in self._parts:
            for beginning, sentence in REFUSED_PARTS.items():
                if name.startswith(beginning):
                    raise Unreadable(sentence)
        if sum(member.file_size for member in self._parts.values()) < KEPT_BYTES:
            self._kept = {member.filename: self._whole(member) for member in self._parts.values()}
        else:
            for member in self._parts.values():
                self._stream(member, lambda _chunk: None)
        self._unpacked = 0  # the parts that are read are counted on their own

    def _whole(self, member: zipfile.ZipInfo) -> bytes:
        """No more of it than the directory says is read."""
        with damage_told():
            return self._archive.read(member)

    def _stream(self, member: zipfile.ZipInfo, take: Callable[[bytes], object]) -> None:
        if (kept := self._kept.get(member.filename)) is not None:
            take(kept)
            return
        with damage_told(), self._archive.open(member) as part:
            while chunk := part.read(CHUNK):
                # The directory of a zip can lie about sizes, so what really comes out is counted.
                self._unpacked += len(chunk)
                if self._unpacked > MAX_UNPACKED_BYTES * self._room:
                    raise Unreadable(TOO_LARGE)
                take(chunk)


@contextmanager
def damage_told() -> Iterator[None]:
    try:
        yield
    except NotImplementedError as rare:
        raise Unreadable(RARE_ZIP) from rare
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError) as damaged:
        raise Unreadable(DAMAGED) from damaged


def follow(content: bytes, scanner: expat.XMLParserType) -> None:
    """Have a parser follow what is written. Raises Unreadable where it cannot, or where one tag has no end in sight: a
    small file unpacks to one with millions of attributes."""
    scanner.StartDoctypeDeclHandler = scanner.EntityDeclHandler = refuse_entities
    try:
        for at in range(0, len(content), CHUNK):
            piece = content[at : at + CHUNK]
            scanner.Parse(piece)
            if at + len(piece) - scanner.CurrentByteIndex > LONGEST_TAG:
                raise Unreadable(TOO_LARGE)
        scanner.Parse(b"", True)
    except expat.ExpatError as damaged:
        raise Unreadable(DAMAGED) from damaged


def with_handlers(start: Callable, end: Callable | None = None, text: Callable | None = None) -> expat.XMLParserType:
    """A parser that hands over elements and text in whole pieces."""
    scanner = expat.ParserCreate()
    scanner.buffer_text = True
    scanner.StartElementHandler = start
    if end:
        scanner.EndElementHandler = end
    if text:
        scanner.CharacterDataHandler = text
    return scanner


def local(tag: str) -> str:
    """An element's name without its prefix: some programs write x:row for row."""
    return tag.rpartition(":")[2] if ":" in tag else tag


def plain_name(name: str) -> str:
    """A part's name as all writings of it are compared: slashes, small letters, nothing escaped, no first slash."""
    return unquote(name).replace("\\", "/").lstrip("/").lower()


def resolved(folder: str, target: str) -> str:
    """Where a relation of a part in this folder points; an absolute target begins at the top."""
    target = unquote(target).replace("\\", "/")
    return plain_name(posixpath.normpath(target if target.startswith("/") else posixpath.join("/", folder, target)))


def refuse_extension(name: str) -> None:
    extension = PurePath(name).suffix.lower()
    if extension and extension != ".xlsx":
        raise Unreadable(
            WRONG_EXTENSION.get(
                extension, f"只接收 .xlsx 文件，收到的是“{extension}”。请从本平台下载空表，填好后上传。"
            )
        )


def read_bounded(source: BookSource, room: int = 1) -> bytes:
    most = MAX_FILE_BYTES * room
    if not isinstance(source, str | PathLike):
        source.seek(0)
        content = source.read(most + 1)
    else:
        try:
            with open(source, "rb") as file:
                content = file.read(most + 1)
        except OSError as problem:
            why = NOT_OPENED.get(type(problem), "读取出错")
            raise Unreadable(f"打不开文件“{source}”：{why}。请核对文件名和位置。") from problem
    if not content:
        raise Unreadable("文件是空的，没有内容。请重新保存后再上传。")
    if len(content) > most:
        raise Unreadable(f"文件超过 {most // 1024 // 1024} MB，没有读取。请检查是否夹带了图片或别的工作表。")
    return content


def refuse_signature(content: bytes) -> None:
    if content.startswith(OLE_SIGNATURE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise Unreadable("文件加了打开密码，无法读取。请在 Excel 中取消密码后再上传。")
        raise Unreadable(WRONG_EXTENSION[".xls"])
    if not content.startswith(b"PK"):
        raise Unreadable(NO_WORKBOOK)


def parts_of(archive: zipfile.ZipFile, packed: int, room: int) -> dict[str, zipfile.ZipInfo]:
    """The parts by their plain names; refused is what could not be a workbook anybody fills in."""
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) > MAX_MEMBERS:
        raise Unreadable(f"文件里有 {len(members):,} 个部分，远超正常的工作簿，没有打开。{SAVE_AS}")
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED_BYTES * room or (unpacked > RATIO_COUNTS_FROM and unpacked > MAX_RATIO * packed):
        raise Unreadable(f"文件解压后有 {unpacked / 1024 / 1024:,.0f} MB，远超正常的工作簿，没有打开。{ANOTHER}")
    if any(member.flag_bits & 0x1 for member in members):
        raise Unreadable(ENCRYPTED)
    parts: dict[str, zipfile.ZipInfo] = {}
    for member in members:
        twin = parts.setdefault(plain_name(member.filename), member)
        if (twin.CRC, twin.file_size) != (member.CRC, member.file_size):
            raise Unreadable(f"文件里有两个都叫“{member.filename}”的部分，分不清以哪一个为准。{SAVE_AS}")
    return parts


def refuse_entities(*_: object) -> None:
    raise Unreadable(ENTITIES)
