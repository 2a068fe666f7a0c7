"""Writing a release's workbook again from what it froze, and saying where it is otherwise than it was."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from itertools import zip_longest
from xml.sax.saxutils import unescape
from zipfile import BadZipFile, ZipFile
from zlib import decompress
from zlib import error as ZlibError

from reporting.models import FrozenRelease, Release
from reporting.releases.layouts import WRITERS, written
from reporting.totals.frozen import thawed_summary, unpacked

TITLE = re.compile(rb'<sheet name="([^"]*)"')
CELL = re.compile(rb'<c r="([A-Z]+\d+)"')


class CannotRebuild(Exception):
    """The workbook cannot be written as it was; said in a sentence, with the place where there is one."""


@dataclass(frozen=True)
class KeptContent:
    """What a release froze, and what is wrong with it, if anything is."""

    text: bytes
    workbook: bytes
    wrong: str


def rebuilt(release: Release) -> bytes:
    """The same bytes as when it was made. Raises CannotRebuild."""
    frozen = frozen_of(release)
    if release.layout not in WRITERS:
        raise CannotRebuild(f"{release.code} 用的是版式 {release.layout}，本软件没有这个版式：请用发布时的软件重建。")
    try:
        content = written(thawed_summary(json.loads(frozen.text)), release.layout)
    except (ValueError, KeyError, TypeError, ArithmeticError, AttributeError) as error:
        why = frozen.wrong or "冻结的内容读不出来"
        raise CannotRebuild(f"{release.code} {why}（{error}）：请从备份恢复数据库中的这一行。") from error
    if sha256(content).hexdigest() == release.digest and not frozen.wrong:
        return content
    place = first_difference(frozen.workbook, content) if frozen.workbook else "发布时的汇总表已不在，说不出在哪一格"
    if frozen.wrong:
        raise CannotRebuild(f"{release.code} {frozen.wrong}：{place or '汇总表不受影响'}。请从备份恢复。")
    raise CannotRebuild(f"{release.code} 重建的汇总表与发布时不同：{place}。冻结的内容没有变，是写表的程序变了。")


def handed_out(release: Release) -> bytes:
    """The workbook as it was written then, while it is what its digest says, whatever writes it by now; else written
    again. Raises CannotRebuild."""
    kept = FrozenRelease.objects.filter(pk=release.pk).first()
    return (_workbook_then(kept, release) if kept else b"") or rebuilt(release)


def frozen_of(release: Release) -> KeptContent:
    kept = FrozenRelease.objects.filter(pk=release.pk).first()
    if kept is None:
        raise CannotRebuild(f"{release.code} 冻结的内容已不在，不能重建：请从备份恢复数据库。")
    try:
        text = unpacked(kept.content)
    except ZlibError as error:
        raise CannotRebuild(f"{release.code} 冻结的内容已损坏，读不出来：请从备份恢复数据库。") from error
    wrong = ""
    if sha256(text).hexdigest() != release.frozen_digest:
        wrong = "冻结的内容与发布时的摘要不符，已被改动"
    elif sha256(bytes(kept.rows)).hexdigest() != json.loads(text)["rows"]:
        wrong = "冻结的各家明细与发布时的摘要不符，已被改动"
    return KeptContent(text, _workbook_then(kept, release), wrong)


def _workbook_then(kept: FrozenRelease, release: Release) -> bytes:
    """As it was written, to find a place in; nothing where that was touched as well."""
    try:
        workbook = decompress(bytes(kept.workbook))
    except ZlibError:
        return b""
    return workbook if sha256(workbook).hexdigest() == release.digest else b""


def first_difference(then: bytes, now: bytes) -> str:
    """Sheet and cell in words; empty where there is none."""
    try:
        before, after = ZipFile(BytesIO(then)), ZipFile(BytesIO(now))
    except BadZipFile:
        return "文件不是工作簿"
    titles = [unescape(name.decode()) for name in TITLE.findall(before.read("xl/workbook.xml"))]
    now_titles = [unescape(name.decode()) for name in TITLE.findall(after.read("xl/workbook.xml"))]
    if titles != now_titles:
        return f"工作表原为“{'、'.join(titles)}”，现为“{'、'.join(now_titles)}”"
    for number, title in enumerate(titles, start=1):
        part = f"xl/worksheets/sheet{number}.xml"
        if (old := before.read(part)) != (new := after.read(part)):
            return f"工作表“{title}”{_cell(old, new)}"
    parts = dict.fromkeys([*before.namelist(), *after.namelist()])
    held = [{name: package.read(name) for name in package.namelist()} for package in (before, after)]
    other = next((name for name in parts if held[0].get(name) != held[1].get(name)), "")
    return f"部件 {other}" if other else "各部件相同，次序或压缩不同" if then != now else ""


def _cell(then: bytes, now: bytes) -> str:
    """The first cell, in the order of the sheet, that is otherwise."""
    old, new = (CELL.split(content) for content in (then, now))
    if old[0] != new[0]:
        return "的页面设置或列宽"
    for (cell, was), (other, its) in zip_longest(_pairs(old), _pairs(new), fillvalue=(b"", b"")):
        if (cell, was) != (other, its):
            return f"单元格 {(cell or other).decode()}"
    return "末尾"


def _pairs(pieces: list[bytes]) -> list[tuple[bytes, bytes]]:
    return list(zip(pieces[1::2], pieces[2::2], strict=True))
