"""One word for one thing, in the code too: no two classes of ours share a name, so a name alone says which is meant."""

import ast
from collections import defaultdict
from pathlib import Path

from tests.rooms import modules_of

ROOT = Path(__file__).resolve().parent.parent

SHARED = {"Command": "Django finds a command by its module and wants its class called so"}


def names_in(file: Path) -> set[str]:
    """The public classes of a module, and the types it names without a class of their own (`Content = Mapping[…]`)."""
    names = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        match node:
            case ast.ClassDef(name=name):
                names.add(name)
            case ast.Assign(targets=[ast.Name(id=name)]) if name[0].isupper() and not name.isupper():
                names.add(name)
    return {name for name in names if not name.startswith("_")}


def test_no_two_classes_share_a_name():
    places = defaultdict(list)
    for module, file in modules_of(ROOT).items():
        for name in names_in(file):
            places[name].append(module)
    twice = {name: modules for name, modules in places.items() if len(modules) > 1 and name not in SHARED}
    assert twice == {}
