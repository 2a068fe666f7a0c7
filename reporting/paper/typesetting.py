"""A paper's contents set as PDF by typst. What is printed reaches the template as data and is never read as its source;
the fonts come with the product (pylopdf-fonts-zh-cn: Noto Serif SC and Noto Sans SC), never from the machine."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import typst
from fontTools.ttLib import TTFont
from pylopdf_fonts_zh_cn import sans_path, serif_path

TEMPLATE = Path(__file__).parent / "paper.typ"
FONT_FILES = (serif_path(), sans_path())
BREAKS = "\n\t"


def typeset(contents: dict[str, Any]) -> bytes:
    """The same contents are the same bytes: no clock and no machine is in them. Some 40 ms, and others may work
    meanwhile: typst holds no lock of Python's."""
    seen = Drawable()
    drawn = seen.all_in(contents) | {"rare": sorted(seen.missing)}
    given = {"paper": json.dumps(drawn, ensure_ascii=False)}
    return typst.compile(template(), font_paths=fonts(), ignore_system_fonts=True, sys_inputs=given)


@cache
def template() -> bytes:
    return TEMPLATE.read_bytes()


@cache
def fonts() -> typst.Fonts:
    folders = {str(file.parent) for file in FONT_FILES}
    return typst.Fonts(font_paths=[*folders], include_system_fonts=False, include_embedded_fonts=False)


@cache
def known_characters() -> frozenset[int]:
    """What the fonts can draw: all of GB 18030's common characters (GBK, extension A), few of the later extensions."""
    return frozenset(code for file in FONT_FILES for code in TTFont(file, lazy=True).getBestCmap())


@dataclass
class Drawable:
    """Text as the fonts can draw it. What they cannot is printed as its number, 〔U+2CE93〕, and the paper says so: it
    never becomes a box."""

    missing: set[str] = field(default_factory=set)

    def all_in(self, value: Any) -> Any:
        if isinstance(value, str):
            return "".join(map(self.one, value))
        if isinstance(value, dict):
            return {key: self.all_in(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.all_in(each) for each in value]
        return value

    def one(self, character: str) -> str:
        if ord(character) in known_characters() or character in BREAKS:
            return character
        number = f"〔U+{ord(character):04X}〕"
        self.missing.add(number)
        return number
