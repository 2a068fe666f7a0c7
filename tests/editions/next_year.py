"""chongqing-2025, made out of the shipped edition: one row more, one less, two under another code, one district more,
one rule changed; and a concordance of the codes."""

import re
import shutil
from contextlib import contextmanager
from pathlib import Path

from forms_tables.edition import catalog, continuity
from reporting.models.edition import platform_under, published_edition

THIS, NEXT = "chongqing-2024", "chongqing-2025"
CACHES = (
    catalog.load_edition, catalog._shipped_text, catalog._platform_said,
    published_edition, platform_under, continuity.counterparts, continuity.cells_before,
    continuity.codes_of,
)  # fmt: skip
NEW_ROW = """
[[indicator]]
code = "2053"
name = "其中：算力成本"
parent = "2050"
relation = "其中"
depth = 1
nonnegative = ["c1"]
nonnegative_rule = "R621"
"""
NEW_DISTRICT = """
[[district]]
code = "500159"
name = "高新东区"
kind = "区"
valid_from = 2024-12-01
"""
CONCORDANCE = f"""
follows = "{THIS}"

[codes]
"2051" = "2052"
"A37" = "A97"
"""


@contextmanager
def folders(place: Path, monkeypatch):
    """The shipped edition in a place of its own, where others can be put beside it."""
    shutil.copytree(catalog.DEFINITIONS / THIS, place / THIS)
    monkeypatch.setattr(catalog, "DEFINITIONS", place)
    forget()
    yield place
    forget()


def forget() -> None:
    for cache in CACHES:
        cache.cache_clear()


def copy(place: Path, code: str, **changes: str) -> Path:
    """Another edition of the same words, but for `name="value"` at the head of its edition.toml."""
    folder = place / code
    shutil.copytree(place / THIS, folder)
    for name, value in changes.items():
        change(folder / "edition.toml", rf"(?m)^{name} = .*$", f"{name} = {value}")
    return folder


def make_next_year(place: Path) -> Path:
    folder = copy(place, NEXT, title='"软件和信息技术服务业统计调查制度（重庆2025年口径）"', valid_from="2024")
    for file in folder.glob("*.toml"):  # the code of 硬件成本
        change(file, r"(?<![0-9A-Za-z]|Y)(M?)2051(?![0-9])", r"\g<1>2052", needed=False)
        change(file, r"\bA37\b", "A97", needed=False)  # the register keeps it, and it decides who fills 软统企5
    change(folder / "t6.toml", r'\n\[\[indicator\]\]\ncode = "2080"', NEW_ROW + r"\g<0>")
    change(folder / "t6.toml", r'\n\[\[indicator\]\]\ncode = "2113"[^\[]*(\[[^\[]*)*?(?=\n\[\[|\Z)', "")
    rules = (folder / "rules.toml").read_text(encoding="utf-8").split("\n[[rule]]\n")
    rules = [re.sub(r'"2113", |, "2113"(?=\])', "", rule) for rule in rules if "M2113" not in rule]
    (folder / "rules.toml").write_text("\n[[rule]]\n".join(rules), encoding="utf-8")
    change(folder / "rules.toml", r'texts = \["M20212 <= M2021"\]', 'texts = ["M20212 <= M2021 - M20211"]')
    with (folder / "districts.toml").open("a", encoding="utf-8") as districts:
        districts.write(NEW_DISTRICT)
    (folder / "concordance.toml").write_text(CONCORDANCE, encoding="utf-8")
    forget()
    return folder


def change(file: Path, old: str, new: str, needed: bool = True) -> None:
    text, number = re.subn(old, new, file.read_text(encoding="utf-8"))
    assert number or not needed, f"{file.name}: {old}"
    file.write_text(text, encoding="utf-8")
