"""The outlines of a city's districts as a drawing: places in whole units of a picture, no coordinates of the earth.
They are a file beside platform.toml that it names, and no part of the edition's digest."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from forms_tables.edition import catalog
from forms_tables.edition.keys import DefinitionError
from forms_tables.edition.model import Edition

FILE_NAME = re.compile(r"[\w-]+\.json", re.ASCII)
PATH = re.compile(r"(M\d+ \d+(L\d+ \d+)+Z)+")  # nothing but places joined by straight lines


@dataclass(frozen=True)
class Outline:
    """A district's outline as the d of an SVG path, and where there is room to write in it."""

    code: str
    x: int
    y: int
    path: str


@dataclass(frozen=True)
class Outlines:
    """`inset` are those too small to write in, enlarged, within `frame` (x, y, width, height) where the picture is
    empty; `note` is where they come from, in a sentence for the page."""

    width: int
    height: int
    note: str
    outlines: tuple[Outline, ...]
    inset: tuple[Outline, ...] = ()
    frame: tuple[int, int, int, int] | None = None


def outlines_of(edition: Edition) -> Outlines | None:
    """None where its platform.toml names none. Raises DefinitionError where the file is no such drawing."""
    name = edition.platform.outlines
    return _read(edition.family, name) if name else None


@cache
def _read(family: str, name: str) -> Outlines:
    if not FILE_NAME.fullmatch(name):
        raise DefinitionError(f"[map] outlines: {name!r} is not the name of a .json file beside platform.toml")
    try:
        said = json.loads((catalog.DEFINITIONS / family / name).read_text(encoding="utf-8"))
        frame = said.get("frame")
        return Outlines(
            width=_whole(said["width"]),
            height=_whole(said["height"]),
            note=str(said["note"]),
            outlines=tuple(map(_outline, said["outlines"])),
            inset=tuple(map(_outline, said.get("inset", ()))),
            frame=(_whole(frame[0]), _whole(frame[1]), _whole(frame[2]), _whole(frame[3])) if frame else None,
        )
    except FileNotFoundError as error:
        raise DefinitionError(f"[map] outlines: {name}: there is no such file beside platform.toml") from error
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise DefinitionError(f"{name}: a value is not of the kind docs/edition.md says ({error!r})") from error


def _outline(said: Mapping[str, Any]) -> Outline:
    path = said["path"]
    if not PATH.fullmatch(path):
        raise ValueError(f"{said['code']}: its path is not of places joined by straight lines")
    return Outline(str(said["code"]), _whole(said["x"]), _whole(said["y"]), path)


def _whole(number: Any) -> int:
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise ValueError(f"{number!r} is no whole number")
    return number
