"""The rooms of the house and who imports whom. `python tests/rooms.py [folder]` draws the picture of a checkout.

A room is a folder of a layer (`reporting/letters`) with its pages, or a module that lies beside the rooms.
"""

import ast
import sys
from collections import defaultdict
from pathlib import Path

LAYERS = ("config", "reporting", "accounts", "forms_tables", "text")
PAGES = {"views", "urls", "forms"}


def modules_of(root: Path, folders: tuple[str, ...] = LAYERS) -> dict[str, Path]:
    """Dotted name to file; migrations aside."""
    found = {}
    for layer in folders:
        for file in sorted((root / layer).rglob("*.py")):
            parts = file.relative_to(root).with_suffix("").parts
            if "migrations" not in parts:
                found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def imports_of(file: Path, modules: dict[str, Path]) -> set[str]:
    """The modules of ours a file names: `from a.b import c` is a.b.c where that is a module, else a.b."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            full = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in modules else node.module for name in full}
    return found & set(modules)


def room_of(module: str) -> str:
    """reporting.letters.sent and reporting.letters.views.x → reporting.letters."""
    layer, *inside = module.split(".")
    if layer not in ("reporting", "accounts", "forms_tables"):
        return layer
    if "management" in inside:
        return f"{layer} commands"
    return ".".join([layer, *inside[:1]])


def is_page(module: str) -> bool:
    return bool(PAGES & set(module.split(".")[1:]))


def arrows_of(root: Path) -> dict[str, dict[str, set[tuple[str, str]]]]:
    """Room to room, with the imports that make the arrow."""
    modules = modules_of(root)
    arrows: dict = defaultdict(lambda: defaultdict(set))
    for module, file in modules.items():
        here = room_of(module)
        arrows[here]  # a room that asks nobody is one, too
        for other in imports_of(file, modules):
            if room_of(other) != here:
                arrows[here][room_of(other)].add((module, other))
    return arrows


def floors_of(arrows: dict[str, dict]) -> dict[str, int]:
    """How high a room stands: one above the highest it asks. Rooms in a circle, and what stands on them, have none."""
    floors: dict[str, int] = {}
    while True:
        ready = {
            room: 1 + max((floors[other] for other in asked), default=-1)
            for room, asked in arrows.items()
            if room not in floors and all(other in floors for other in asked)
        }
        if not ready:
            return floors
        floors |= ready


def arrows_back(arrows: dict[str, dict]) -> list[str]:
    """The arrows between rooms that reach each other, with one import that makes each."""

    def reached(start: str) -> set[str]:
        seen, waiting = set(), [start]
        while waiting:
            new = set(arrows[waiting.pop()]) - seen
            seen |= new
            waiting += new
        return seen

    reach = {room: reached(room) for room in arrows}
    return [
        f"{room} → {other}: {' → '.join(min(imports))}"
        for room, asked in sorted(arrows.items())
        for other, imports in sorted(asked.items())
        if room in reach[other]
    ]


def main() -> None:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    arrows, sizes = arrows_of(root), defaultdict(int)
    for module, file in modules_of(root).items():
        sizes[room_of(module)] += bool(file.read_text(encoding="utf-8").strip())
    floors = floors_of(arrows)
    for room in sorted(arrows, key=lambda room: (-floors.get(room, -1), room)):
        floor = floors.get(room, "circle")
        print(f"{floor:>6}  {room:28} {sizes[room]:3} modules  → {', '.join(sorted(arrows[room])) or '—'}")
    back = arrows_back(arrows)
    print(f"\n{len(arrows)} rooms, {sum(map(len, arrows.values()))} arrows, {len(back)} of them in circles")
    print("\n".join(back))


if __name__ == "__main__":
    main()
