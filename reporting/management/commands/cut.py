import json
import unicodedata

from django.core.management.base import BaseCommand, CommandError

from reporting.cuts.choosing import UNSAID
from reporting.cuts.coverage import CutCoverage
from reporting.cuts.cutting import CannotCut, Cut, cut
from reporting.cuts.dimensions import NOW, THEN, UNKNOWN
from reporting.cuts.laying_out import CutBlock, CutLine, LaidOut, lay_out


class Command(BaseCommand):
    help = "Totals cut by what describes a firm: a table, or JSON with --json."

    def add_arguments(self, parser):
        parser.add_argument("periods", nargs="+", help="2024M05, 2023A; several side by side")
        parser.add_argument("--by", default="", help="dimensions, with commas: district,size")
        parser.add_argument("--show", default="", help="cells, with commas: 2020.c1,2010.c1")
        parser.add_argument(
            "--where",
            action="append",
            default=[],
            help="only these groups of a dimension: size=1,2 (with ; between codes that hold a comma; - is 未填报)",
        )
        parser.add_argument("--districts", choices=[THEN, NOW], default=THEN, help="where firms that moved are counted")
        parser.add_argument(
            "--include-submitted", action="store_true", help="add what waits for its district, labelled so"
        )
        parser.add_argument("--json", action="store_true")

    def handle(self, *, json: bool, **given):
        try:
            laid = lay_out(cut(cut_given(given)))
        except CannotCut as cannot:
            raise CommandError(str(cannot)) from cannot
        self.stdout.write(as_json(laid) if json else as_table(laid))


def cut_given(given: dict) -> Cut:
    return Cut(
        periods=tuple(dict.fromkeys(given["periods"])),
        by=listed(given["by"]),
        show=listed(given["show"]),
        where=dict(narrowing(each) for each in given["where"]),
        districts=given["districts"],
        include_submitted=given["include_submitted"],
    )


def listed(text: str, between: str = ",") -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for part in map(str.strip, text.split(between)) if part))


def narrowing(text: str) -> tuple[str, frozenset[str]]:
    key, equals, codes = text.partition("=")
    if not equals or not codes:
        raise CommandError(f"--where {text} 写法不对，应像 --where size=1,2。")
    between = ";" if ";" in codes else ","
    return key.strip(), frozenset(UNKNOWN if code == UNSAID else code for code in listed(codes, between))


def as_json(laid: LaidOut) -> str:
    asked = laid.asked
    said = {
        "by": asked.by,
        "show": asked.show,
        "where": {key: sorted(codes) for key, codes in asked.where.items()},
        "districts": asked.districts,
        "include_submitted": asked.include_submitted,
    }
    lines, whole, periods = list(laid.lines()), laid.whole, []
    for at, coverage in enumerate(laid.coverage):
        rows = [
            dict(zip(asked.by, line.group, strict=True))
            | {"names": dict(zip(asked.by, line.names, strict=True))}
            | sums_of(line.blocks[at])
            for line in lines
            if line.blocks[at].firms
        ]
        periods.append(told(coverage) | {"rows": rows, "whole": sums_of(whole.blocks[at])})
    return json.dumps({"cut": said, "periods": periods, "said": laid.said}, ensure_ascii=False)


def told(coverage: CutCoverage) -> dict:
    share = coverage.rests.share if coverage.rests else None
    return {
        "period": coverage.code,
        "provisional": coverage.provisional,
        "release": coverage.release if coverage.is_frozen else None,
        "imported": coverage.rests is None,
        "owed": coverage.coverage.owed,
        "filed": coverage.coverage.filed,
        "counted": coverage.coverage.approved,
        "share_of_last_year": None if share is None else f"{share:f}",
    }


def sums_of(block: CutBlock) -> dict:
    figures = {each.head.cell: None if each.figure is None else f"{each.figure:f}" for each in block.figures}
    return {"firms": block.firms} | figures


def as_table(laid: LaidOut) -> str:
    several = len(laid.coverage) > 1
    heads = list(laid.by) or [""]
    for coverage in laid.coverage:
        names = ["企业数", *(f"{head.label}（{head.unit}）" for head in laid.heads)]
        heads += [f"{coverage.label} {name}" if several else name for name in names]
    rows = [heads, *(row_of(line, max(1, len(laid.by))) for line in (*laid.lines(), laid.whole))]
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    named = max(1, len(laid.by))
    said = [f"{coverage.in_words}。" for coverage in laid.coverage]
    return "\n".join([*said, *laid.said, *(aligned(row, widths, named) for row in rows)])


def row_of(line: CutLine, named: int) -> list[str]:
    cells = [*line.names, *[""] * (named - len(line.names))] if line.group else ["合计", *[""] * (named - 1)]
    for block in line.blocks:
        cells += [f"{block.firms:,}", *("" if each.figure is None else f"{each.figure:,f}" for each in block.figures)]
    return cells


def aligned(row: list[str], widths: list[int], named: int) -> str:
    """Names to the left, figures to the right."""
    cells = []
    for number, (text, wide) in enumerate(zip(row, widths, strict=True)):
        space = " " * (wide - width(text))
        cells.append(text + space if number < named else space + text)
    return "  ".join(cells).rstrip()


def width(text: str) -> int:
    """In columns of a terminal, where a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
