"""Colours cells of a workbook somebody sent and writes comments to them; nothing else of the file is touched.

A library that reads a workbook and writes it again leaves out what it does not know: pictures, charts, slicers, rules
of a newer Excel, sizes of comments. Here the parts are copied as they are, and written into are four kinds of them: the
sheet (the style of the marked cells), the styles (theirs with another fill), the sheet's comments and their drawing.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

from text.cells import ENCODING
from text.incoming import without_control
from text.opening import sheet_parts
from text.package import Package, plain_name

PURE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
USUAL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PURE_SHEET = "http://purl.oclc.org/ooxml/spreadsheetml/main"
USUAL_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TYPE_OF_COMMENTS = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
AFTER_DRAWING = ("legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts")
DECLARED = re.compile(r"^\s*<\?xml[^>]*\?>")
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SHAPES = (
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel"'
)
SHAPE_TYPE = (
    f'<v:shapetype {SHAPES} id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)


@dataclass(frozen=True)
class Mark:
    colour: str  # FFF8CBC6
    words: str


def marked(content: bytes, marks: Mapping[str, Mapping[str, Mark]], author: str) -> bytes:
    """A copy of a workbook that `open_book` reads, with these cells marked: by the sheets' titles and references."""
    return Marking(content, author).run(marks)


class Marking:
    def __init__(self, content: bytes, author: str) -> None:
        self.content, self.author = content, author
        self.package = Package(io.BytesIO(content))
        self.changed: dict[str, str] = {}  # parts by their plain names
        self.styled: dict[tuple[int, str], int] = {}
        self.drawn = 0

    def run(self, marks: Mapping[str, Mapping[str, Mark]]) -> bytes:
        for title, part in sheet_parts(self.package).items():
            if (cells := marks.get(title)) and part in self.package:
                self.colour(part, cells)
                self.comment(part, cells)
        out = io.BytesIO()
        with ZipFile(io.BytesIO(self.content)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
            left = dict(self.changed)
            for member in old.infolist():
                text = left.pop(plain_name(member.filename), None)
                new.writestr(member, old.read(member) if text is None else written(text))
            for name, text in left.items():
                new.writestr(name, written(text))
        return out.getvalue()

    def text(self, part: str) -> str:
        return self.changed[part] if part in self.changed else decoded(self.package.content(part))

    def colour(self, part: str, cells: Mapping[str, Mark]) -> None:
        sheet = self.text(part)
        for reference, mark in cells.items():
            sheet = with_cell(sheet, reference, partial(self.style_in, mark.colour))
        self.changed[part] = sheet

    def style_in(self, colour: str, style: int) -> int:
        """The number of this style with that fill."""
        part = next((each.target for each in self.package.pointed.values() if each.kind == "styles"), "")
        if not part or part not in self.package:
            return style
        if (style, colour) not in self.styled:
            self.changed[part], self.styled[style, colour] = with_style(self.text(part), style, colour)
        return self.styled[style, colour]

    def comment(self, part: str, cells: Mapping[str, Mark]) -> None:
        pointed = {each.kind: each.target for each in self.package.relations(part).values()}
        sheet = self.text(part)
        comments, drawing = pointed.get("comments", ""), self.drawing_of(part, sheet)
        if not comments:
            comments = f"xl/commentsmarks{len(self.changed)}.xml"
            self.point(part, "comments", comments, "rIdMarks")
            self.declare(f'<Override PartName="/{comments}" ContentType="{TYPE_OF_COMMENTS}"/>')
            space = PURE_SHEET if PURE_SHEET in sheet else USUAL_SHEET
            self.changed[comments] = (
                f'<comments xmlns="{space}"><authors></authors><commentList></commentList></comments>'
            )
        if not drawing:
            drawing = f"xl/drawings/vmlmarks{len(self.changed)}.vml"
            self.point(part, "vmlDrawing", drawing, "rIdMarksDrawing")
            self.declare(
                '<Default Extension="vml" ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>'
            )
            self.changed[drawing] = f"<xml {SHAPES}></xml>"
            self.changed[part] = with_drawing(sheet, "rIdMarksDrawing")
        self.changed[comments], new = with_comments(self.text(comments), cells, self.author)
        self.changed[drawing] = self.with_shapes(self.text(drawing), new)

    def drawing_of(self, part: str, sheet: str) -> str:
        found = re.search(r"<(?:[\w.-]+:)?legacyDrawing\s[^<>]*?:id\s*=\s*[\"']([^\"']+)", sheet)
        relation = self.package.relations(part).get(found[1]) if found else None
        return relation.target if relation and relation.target in self.package else ""

    def point(self, part: str, kind: str, target: str, number: str) -> None:
        folder, _, last = self.package.written_name(part).replace("\\", "/").rpartition("/")
        listed = f"{folder}/_rels/{last}.rels"
        listed = plain_name(listed) if listed in self.package else listed
        space = "http://schemas.openxmlformats.org/package/2006/relationships"
        known = self.changed.get(listed) or (self.text(listed) if listed in self.package else "")
        known = known or f'<Relationships xmlns="{space}"></Relationships>'
        base = PURE if PURE in self.text(part) else USUAL
        line = f'<Relationship xmlns="{space}" Id="{number}" Type="{base}/{kind}" Target="/{target}"/>'
        self.changed[listed] = at_end(known, "Relationships", line)

    def declare(self, line: str) -> None:
        types = self.text("[content_types].xml")
        is_known = 'extension="vml"' in types.lower() and "vml" in line
        space = ' xmlns="http://schemas.openxmlformats.org/package/2006/content-types" '
        if not is_known:
            self.changed["[content_types].xml"] = at_end(types, "Types", line.replace(" ", space, 1))

    def with_shapes(self, drawing: str, references: list[str]) -> str:
        shapes = []
        for reference in references:
            letters, row = coordinate_from_string(reference)
            self.drawn += 1
            shapes.append(
                f'<v:shape {SHAPES} id="_x0000_s{90_000 + self.drawn}" type="#_x0000_t202" fillcolor="#ffffe1"'
                ' style="position:absolute;width:260px;height:110px;visibility:hidden" o:insetmode="auto">'
                '<v:fill color2="#ffffe1"/><v:shadow color="black" obscured="t"/><v:path o:connecttype="none"/>'
                '<v:textbox style="mso-direction-alt:auto"/><x:ClientData ObjectType="Note"><x:MoveWithCells/>'
                f"<x:SizeWithCells/><x:AutoFill>False</x:AutoFill><x:Row>{row - 1}</x:Row>"
                f"<x:Column>{column_index_from_string(letters) - 1}</x:Column></x:ClientData></v:shape>"
            )
        kind = "" if '"_x0000_t202"' in drawing.replace("#_x0000_t202", "") else SHAPE_TYPE
        return at_end(drawing, "xml", kind + "".join(shapes))


def decoded(content: bytes) -> str:
    """A part as text, in whatever encoding it is; a parser followed it before."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16")
    declared = ENCODING.match(content)
    return content.decode(declared[1].decode() if declared else "utf-8").removeprefix("\ufeff")


def written(text: str) -> bytes:
    return (DECLARATION + DECLARED.sub("", text).lstrip()).encode()


def prefix_in(xml: str, element: str) -> str:
    """How a part writes the elements of this kind: "x:", or nothing."""
    found = re.search(rf"<([\w.-]+:)?{element}[\s/>]", xml)
    return found[1] or "" if found else ""


def at_end(xml: str, element: str, line: str) -> str:
    """With this line as the last inside the last element of the kind."""
    ends = [*re.finditer(rf"</(?:[\w.-]+:)?{element}\s*>|(<(?P<name>(?:[\w.-]+:)?{element})(?:\s[^<>]*)?)/>", xml)]
    last = ends[-1]
    if last["name"]:
        return f"{xml[: last.start()]}{last[1]}>{line}</{last['name']}>{xml[last.end() :]}"
    return xml[: last.start()] + line + xml[last.start() :]


def with_cell(sheet: str, reference: str, style_for: Callable[[int], int]) -> str:
    """The sheet with another style on one cell, which is made where there is none."""
    p, (letters, row) = prefix_in(sheet, "sheetData"), coordinate_from_string(reference)
    if cell := re.search(rf"<{p}c\s(?:[^<>]*\s)?r\s*=\s*[\"']{reference}[\"'][^<>]*>", sheet):
        style = re.search(r"\ss\s*=\s*[\"']([^\"']*)[\"']", cell[0])
        plain = cell[0].replace(style[0], "") if style else cell[0]
        number = style_for(int(style[1]) if style and style[1].isdecimal() else 0)
        tag = re.sub(r"(\sr\s*=\s*.[A-Z]+[0-9]+.)", rf'\g<1> s="{number}"', plain, count=1)
        return sheet[: cell.start()] + tag + sheet[cell.end() :]
    made = f'<{p}c r="{reference}" s="{style_for(0)}"/>'
    if line := re.search(rf"<{p}row\s(?:[^<>]*\s)?r\s*=\s*[\"']{row}[\"'][^<>]*>", sheet):
        if line[0].endswith("/>"):
            return f"{sheet[: line.start()]}{line[0][:-2]}>{made}</{p}row>{sheet[line.end() :]}"
        end = sheet.index(f"</{p}row", line.end())
        place = place_before(sheet[line.end() : end], rf"<{p}c\s(?:[^<>]*\s)?r\s*=\s*.([A-Z]+)", letters)
        return sheet[: line.end() + place] + made + sheet[line.end() + place :]
    made = f'<{p}row r="{row}">{made}</{p}row>'
    later = (each for each in re.finditer(rf"<{p}row\s(?:[^<>]*\s)?r\s*=\s*.([0-9]+)", sheet) if int(each[1]) > row)
    if after := next(later, None):
        return sheet[: after.start()] + made + sheet[after.start() :]
    return at_end(sheet, "sheetData", made)


def place_before(cells: str, pattern: str, letters: str) -> int:
    column = column_index_from_string(letters)
    later = (each for each in re.finditer(pattern, cells) if column_index_from_string(each[1]) > column)
    return next((each.start() for each in later), len(cells))


def with_style(styles: str, style: int, colour: str) -> tuple[str, int]:
    """The styles with one more, which is this one on that colour, and its number."""
    p = prefix_in(styles, "styleSheet")
    if not re.search(rf"<{p}cellXfs[\s>]", styles):
        return styles, style
    fill = f'<{p}fill><{p}patternFill patternType="solid"><{p}fgColor rgb="{colour}"/></{p}patternFill></{p}fill>'
    fills = elements_in(styles, p, "fills", "fill")
    if not fills and not re.search(rf"<{p}fills[\s/>]", styles):
        styles = re.sub(rf"(?=<{p}(?:borders|cellStyleXfs|cellXfs)[\s>])", f"<{p}fills></{p}fills>", styles, count=1)
    for pattern in ("none", "gray125")[len(fills) :]:  # what a spreadsheet takes the first two for, whatever they are
        styles = at_end(styles, "fills", f'<{p}fill><{p}patternFill patternType="{pattern}"/></{p}fill>')
        fills.append(pattern)
    if fill not in fills:
        styles, fills = at_end(styles, "fills", fill), [*fills, fill]
    formats = elements_in(styles, p, "cellXfs", "xf")
    like = formats[style if style < len(formats) else 0] if formats else f"<{p}xf/>"
    plain = re.sub(r'\s(?:fillId|applyFill)\s*=\s*["\'][^"\']*["\']', "", like)
    made = plain.replace(f"<{p}xf", f'<{p}xf fillId="{fills.index(fill)}" applyFill="1"', 1)
    styles = at_end(styles, "cellXfs", made)
    for group, count in (("fills", len(fills)), ("cellXfs", len(formats) + 1)):
        styles = re.sub(rf'(<{p}{group}\s[^<>]*?count\s*=\s*["\'])[0-9]+', rf"\g<1>{count}", styles, count=1)
    return styles, len(formats)


def elements_in(xml: str, p: str, group: str, element: str) -> list[str]:
    found = re.search(rf"<{p}{group}(?:\s[^<>]*)?>(.*?)</{p}{group}\s*>", xml, re.DOTALL)
    each = rf"<{p}{element}(?:\s[^<>]*?)?(?:/>|>.*?</{p}{element}\s*>)"
    return re.findall(each, found[1], re.DOTALL) if found else []


def with_comments(comments: str, cells: Mapping[str, Mark], author: str) -> tuple[str, list[str]]:
    """The comments with these, and the cells that had none; words follow those that are there."""
    p = prefix_in(comments, "comments")
    number = len(re.findall(rf"<{p}author[\s/>]", comments))
    comments, new = at_end(comments, "authors", f"<{p}author>{escape(author)}</{p}author>"), []
    for reference, mark in cells.items():
        words = escape(without_control(mark.words))
        there = rf"(<{p}comment\s(?:[^<>]*\s)?ref\s*=\s*[\"']{reference}[\"'].*?)(</{p}text\s*>)"
        if found := re.search(there, comments, re.DOTALL):
            run = f'<{p}r><{p}t xml:space="preserve">\n{words}</{p}t></{p}r>'
            comments = comments[: found.end(1)] + run + comments[found.end(1) :]
        else:
            text = f'<{p}text><{p}t xml:space="preserve">{words}</{p}t></{p}text>'
            line = f'<{p}comment ref="{reference}" authorId="{number}">{text}</{p}comment>'
            comments = at_end(comments, "commentList", line)
            new.append(reference)
    return comments, new


def with_drawing(sheet: str, number: str) -> str:
    p, base = prefix_in(sheet, "worksheet"), PURE if PURE in sheet else USUAL
    line = f'<{p}legacyDrawing xmlns:r="{base}" r:id="{number}"/>'
    after = re.search(
        rf"<{p}(?:{'|'.join(AFTER_DRAWING)})[\s/>]|<{p}extLst[\s>](?!.*<{p}extLst[\s>])", sheet, re.DOTALL
    )
    if after:
        return sheet[: after.start()] + line + sheet[after.start() :]
    return at_end(sheet, "worksheet", line)
