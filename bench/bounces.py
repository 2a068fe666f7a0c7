"""Returned letters of a folder: how many of the dead mailboxes are found, how many of the rest are declared dead, and
how many bounces are not seen as such.

    python bench/bounces.py --folder FOLDER

The folder holds mails and an expected.csv with a row for each: `file`, and `speaks_of`: "mailbox", "later or the
office", or "report" for what is no bounce. Without a folder the samples of the tests are read.
"""

import argparse
import csv
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from accounts.post.answers import About  # noqa: E402
from accounts.post.returned import FAILED, Bounce, read  # noqa: E402

DEAD, REST, REPORT = "mailbox", "later or the office", "report"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=ROOT / "tests/post/bounces", help="mails and their expected.csv")
    parser.add_argument("--size", type=int, help="mails read at most (default all)")
    arguments = parser.parse_args()
    with (arguments.folder / "expected.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))[: arguments.size]
    table, wrong = Counter(), []
    for row in rows:
        found = read((arguments.folder / row["file"]).read_bytes())
        kind = kind_of(found)
        table[row["speaks_of"], kind] += 1
        if not is_right(row["speaks_of"], kind):
            wrong.append(f"{row['file']} ({row['speaks_of']}): {kind}: {getattr(found, 'words', found)[:100]}")
    print("\n".join(wrong))
    show(table)


def kind_of(found: Bounce | str) -> str:
    """As the table counts it: "dead", the class of another bounce, or "unseen"."""
    if isinstance(found, str):
        return "unseen"
    return "dead" if found.action == FAILED and found.about is About.MAILBOX else f"{found.action}, {found.about}"


def is_right(speaks_of: str, kind: str) -> bool:
    return kind == {DEAD: "dead", REPORT: "unseen"}.get(speaks_of, kind) and (
        speaks_of != REST or kind not in ("dead", "unseen")
    )


def show(table: Counter) -> None:
    kinds = sorted({kind for _, kind in table})
    print(f"\n{'':22}" + "".join(f"{kind:>18}" for kind in kinds))
    for speaks_of in (DEAD, REST, REPORT):
        print(f"{speaks_of:22}" + "".join(f"{table[speaks_of, kind]:18}" for kind in kinds))
    print()
    share("dead mailboxes found", table[DEAD, "dead"], count(table, DEAD))
    share("of the rest declared dead", table[REST, "dead"] + table[REPORT, "dead"], count(table, REST, REPORT))
    share("bounces not seen", table[DEAD, "unseen"] + table[REST, "unseen"], count(table, DEAD, REST))


def count(table: Counter, *speaks_of: str) -> int:
    return sum(number for (of, _), number in table.items() if of in speaks_of)


def share(what: str, some: int, of_all: int) -> None:
    print(f"{what:28}{some:5} of {of_all:5}" + (f"{some / of_all:9.1%}" if of_all else ""))


if __name__ == "__main__":
    main()
