"""The same workbook as other programs write it: each changes how it is packed and written, not one figure of it."""

import io
import re
import zipfile
from collections.abc import Callable

Parts = dict[str, bytes]
SPREADSHEET = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONSHIPS = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES, BOOK, BOOK_RELATIONS, STYLES = (
    "[Content_Types].xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
)


def repacked(good: bytes, change: Callable[[Parts], Parts | None]) -> bytes:
    """The workbook with its parts changed, in their order."""
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts = change(parts) or parts
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def replaced(parts: Parts, name: str, old: bytes, new: bytes) -> None:
    assert old in parts[name], (name, old)
    parts[name] = parts[name].replace(old, new)


def declared(parts: Parts, line: bytes) -> None:
    replaced(parts, TYPES, b"</Types>", line + b"</Types>")


def sheetjs(parts: Parts) -> None:
    """SheetJS declares every .bin as a workbook with macros, and writes none."""
    kind = b"application/vnd.ms-excel.sheet.binary.macroEnabled.main"
    declared(parts, b'<Default Extension="bin" ContentType="' + kind + b'"/>')


def dotnet(parts: Parts) -> None:
    """System.IO.Packaging keeps the core properties under a name of its own."""
    kind = b"application/vnd.openxmlformats-package.core-properties+xml"
    declared(parts, b'<Default Extension="psmdcp" ContentType="' + kind + b'"/>')
    parts["package/services/metadata/core-properties/0a1b.psmdcp"] = parts.pop("docProps/core.xml")


def with_sheet_of(kind: str) -> Callable[[Parts], None]:
    def add(parts: Parts) -> None:
        content = f'<{kind}sheet xmlns="{SPREADSHEET.decode()}"/>'.encode()
        parts[f"xl/{kind}sheets/sheet1.xml"] = content
        target = f'<Relationship Id="rX" Type="{RELATIONSHIPS.decode()}/{kind}sheet" Target="{kind}sheets/sheet1.xml"/>'
        replaced(parts, BOOK_RELATIONS, b"</Relationships>", target.encode() + b"</Relationships>")
        listed = f'<sheet name="图" sheetId="99" xmlns:z="{RELATIONSHIPS.decode()}" z:id="rX"/>'
        replaced(parts, BOOK, b"<sheets>", b"<sheets>" + listed.encode())

    return add


def icons(parts: Parts) -> None:
    """A picture of Excel 365: an svg, which may have a document type of its own."""
    parts["xl/media/image1.svg"] = b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd"><svg/>'
    declared(parts, b'<Default Extension="svg" ContentType="image/svg+xml"/>')


def big_styles(parts: Parts) -> None:
    unused = b"".join(b'<cellStyle name="s%d" xfId="0"/>' % number for number in range(40_000))
    replaced(parts, STYLES, b"</styleSheet>", b"<x>" + unused + b"</x></styleSheet>")


def empty_fill(parts: Parts) -> None:
    parts[STYLES] = re.sub(rb"<fills[^>]*>", b"<fills><fill/>", parts[STYLES])


def workbook2(parts: Parts) -> None:
    parts["xl/workbook2.xml"] = parts.pop(BOOK)
    parts["xl/_rels/workbook2.xml.rels"] = parts.pop(BOOK_RELATIONS)
    for name in (TYPES, "_rels/.rels"):
        replaced(parts, name, b"xl/workbook.xml", b"xl/workbook2.xml")


def elsewhere(parts: Parts) -> Parts:
    """A main part that lies in no folder named xl, and relative targets that climb."""
    moved = {re.sub("^xl/", "content/book/", name): content for name, content in parts.items()}
    for name, content in moved.items():
        if name.endswith(".rels") or name == TYPES:
            moved[name] = content.replace(b"/xl/", b"/content/book/").replace(b'"xl/', b'"content/book/')
    return moved


def backslashes(parts: Parts) -> Parts:
    return {name.replace("/", "\\"): content for name, content in parts.items()}


def other_case(parts: Parts) -> Parts:
    return {name.replace("xl/", "XL/").replace("sheet", "Sheet"): content for name, content in parts.items()}


def absolute(parts: Parts) -> None:
    parts[BOOK_RELATIONS] = re.sub(rb'Target="(?!/)', b'Target="/xl/', parts[BOOK_RELATIONS])


def strict(parts: Parts) -> Parts:
    """Strict Open XML has namespaces and relation types of its own."""
    pure = b"http://purl.oclc.org/ooxml/"
    return {
        name: content.replace(SPREADSHEET, pure + b"spreadsheetml/main").replace(
            RELATIONSHIPS, pure + b"officeDocument/relationships"
        )
        for name, content in parts.items()
    }


def of_sheets(change: Callable[[bytes], bytes]) -> Callable[[Parts], None]:
    def each(parts: Parts) -> None:
        for name in [name for name in parts if name.startswith("xl/worksheets/sheet")]:
            parts[name] = change(parts[name])

    return each


def prefixed(xml: bytes) -> bytes:
    """The Open XML SDK writes x:row."""
    xml = re.sub(rb"<(/?)(?=[a-zA-Z])", rb"<\1x:", xml)
    return xml.replace(b'xmlns="' + SPREADSHEET, b'xmlns:x="' + SPREADSHEET)


def in_utf16(xml: bytes) -> bytes:
    text = re.sub(r"^<\?xml[^>]*\?>", "", xml.decode())
    return f'<?xml version="1.0" encoding="UTF-16"?>{text}'.encode("utf-16")


def with_mark(xml: bytes) -> bytes:
    return b"\xef\xbb\xbf" + xml


def without_dimension(xml: bytes) -> bytes:
    return re.sub(rb"<dimension[^>]*/>", b'<dimension ref="A1"/>', xml)


def many_empty_rows(xml: bytes) -> bytes:
    return xml.replace(b"</sheetData>", b'<row r="9000"><c r="A9000"/></row>' * 3 + b"</sheetData>")


def without_properties(parts: Parts) -> None:
    for name in [name for name in parts if name.startswith("docProps/")]:
        del parts[name]


def unknown_extensions(parts: Parts) -> None:
    """What a newer Excel adds, wherever a format lets it."""
    more = b'<extLst><ext xmlns:x14="urn:x14"><x14:cfRule><x14:f>A1</x14:f></x14:cfRule></ext></extLst>'
    of_sheets(lambda xml: xml.replace(b"</worksheet>", more + b"</worksheet>"))(parts)


def folders_too(parts: Parts) -> Parts:
    return {"xl/": b"", "xl/worksheets/": b"", **parts}


WRITERS = {
    "sheetjs": sheetjs,
    "dotnet": dotnet,
    "chart sheet": with_sheet_of("chart"),
    "dialog sheet": with_sheet_of("dialog"),
    "icons": icons,
    "big styles": big_styles,
    "empty fill": empty_fill,
    "workbook2": workbook2,
    "no folder xl": elsewhere,
    "backslashes": backslashes,
    "other case": other_case,
    "absolute targets": absolute,
    "strict": strict,
    "prefixes": of_sheets(prefixed),
    "utf-16": of_sheets(in_utf16),
    "byte order mark": of_sheets(with_mark),
    "wrong dimension": of_sheets(without_dimension),
    "empty rows": of_sheets(many_empty_rows),
    "no properties": without_properties,
    "extensions": unknown_extensions,
    "folders": folders_too,
}
