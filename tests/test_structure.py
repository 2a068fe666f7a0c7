"""Holds the picture in docs/architecture.md: config → reporting → accounts, forms_tables → text."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import JSONField

from tests.rooms import arrows_back, arrows_of, imports_of, is_page, modules_of

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ["accounts", "config", "forms_tables", "reporting", "text"]
KNOWS = {
    "config": {"config", "reporting", "accounts", "forms_tables", "text", "launch"},
    "reporting": {"reporting", "accounts", "forms_tables", "text"},
    "accounts": {"accounts", "text"},
    "forms_tables": {"forms_tables", "text"},
    "text": {"text"},
    "launch": {"launch"},
}
COMMANDS = "management/commands"  # Django's own face of forms_tables; its core knows no Django
LONGEST = 380
LONG_VIEW = {"migrations"}
MOST_MODULES = 20


def sources(*folders: str) -> list[Path]:
    files = [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]
    return [file for file in files if not LONG_VIEW & set(file.parts)]


def imported(file: Path) -> set[str]:
    """The top package and the full name of everything a file imports, wherever in the file it does so."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            names.add(node.module)
    return names


def packages(file: Path) -> set[str]:
    return {name.split(".")[0] for name in imported(file)}


def test_no_rooms_stand_in_a_circle():
    assert arrows_back(arrows_of(ROOT)) == []


def test_only_pages_read_pages():
    modules = modules_of(ROOT)
    inner = [module for module in modules if not is_page(module) and module.startswith(("accounts.", "reporting."))]
    reading = {module: [other for other in imports_of(modules[module], modules) if is_page(other)] for module in inner}
    assert {module: pages for module, pages in reading.items() if pages} == {}


def test_every_room_says_what_it_is_and_can_be_taken_in_at_a_glance():
    for room in (folder for layer in ("accounts", "forms_tables", "reporting") for folder in rooms_in(ROOT / layer)):
        modules = list(room.glob("*.py"))
        assert len(modules) <= MOST_MODULES, f"{room.relative_to(ROOT)} has {len(modules)} modules"
        if room.name != "views" and "management" not in room.parts:
            said = ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8")))
            assert said, f"{room.relative_to(ROOT)}/__init__.py does not say what is in it"


def rooms_in(layer: Path) -> list[Path]:
    inits = layer.rglob("__init__.py")
    return [file.parent for file in inits if file.parent != layer and not LONG_VIEW & set(file.parts)]


@pytest.mark.parametrize("folder", KNOWS)
def test_it_imports_only_what_its_layer_knows(folder):
    for file in sources(folder):
        strangers = (packages(file) & set(KNOWS) | packages(file) & {"tests"}) - KNOWS[folder]
        assert not strangers, f"{file.relative_to(ROOT)} imports {strangers}"


def test_the_core_of_forms_tables_imports_no_django():
    for file in sources("forms_tables"):
        if COMMANDS in str(file) or file.name == "apps.py":
            continue
        assert "django" not in packages(file), file.relative_to(ROOT)


def test_only_the_clock_reads_the_clock():
    for file in sources(*LAYERS):
        if file == ROOT / "accounts/clock.py":
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            assert not called.endswith(("timezone.now", "datetime.now", "date.today", "datetime.utcnow")), (
                f"{file.relative_to(ROOT)}:{node.lineno} reads the clock"
            )


def test_nothing_is_wired_by_signals():
    for file in sources(*LAYERS):
        assert not {name for name in imported(file) if name.startswith("django.") and "signals" in name}, file


def test_no_file_has_grown_into_two_subjects():
    long = {
        str(file.relative_to(ROOT)): lines
        for file in sources(*LAYERS, "launch")
        if (lines := len(file.read_text().splitlines())) > LONGEST
    }
    assert long == {}


# Views that draw a refusal on their own page themselves; everywhere else accounts.access.refusals_on says it.
SAID_BY_HAND = {
    "reporting/certificates/views/record.py": 1,
    "reporting/editions/views/parameters.py": 1,
    "reporting/editions/views/publish.py": 1,
    "reporting/editions/views/rows.py": 1,
    "reporting/editions/views/rule.py": 1,
    "reporting/editions/views/workbook.py": 1,
    "reporting/firm/views/adjustments.py": 1,
    "reporting/firm/views/filing.py": 1,
    "reporting/firm/views/sheet.py": 2,
    "reporting/firm/views/submitting.py": 1,
    "reporting/periods/views/periods.py": 1,
    "reporting/register/views/imports.py": 1,
}


def test_a_refusal_is_said_in_one_way():
    """Of 56 handlers in views that each made a message of it twelve are left, which do something else with it."""
    by_hand = {}
    for file in sources("accounts", "reporting"):
        caught = [node.type for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.ExceptHandler)]
        count = sum(bool(re.search(r"\bRefused\b", ast.unparse(kind))) for kind in caught if kind)
        if count and "views" in str(file):
            by_hand[str(file.relative_to(ROOT))] = count
    assert by_hand == SAID_BY_HAND


def test_no_import_hides_inside_a_function():
    for file in sources(*LAYERS):
        if file.name == "apps.py":  # ready() is the one place where Django asks for it
            continue
        functions = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef)]
        hidden = [n.lineno for f in functions for n in ast.walk(f) if isinstance(n, ast.Import | ast.ImportFrom)]
        assert not hidden, f"{file.relative_to(ROOT)}:{hidden}"


MARKS = ("after_lock", "exempt_at_lock")
ASKING = {"Q", "When", "filter", "exclude", "get", "alias", "annotate", "values", "values_list", "order_by"}
TELLS_STATES = {"reporting/models/standing.py", "reporting/workflow/guards.py"}  # here they are told apart, and moved


def of_the_office() -> list[Path]:
    """Those of the office, without what wrote it once and what invents it."""
    return [file.relative_to(ROOT) for file in sources("reporting") if "demo" not in file.parts]


def reads_of_a_mark(tree: ast.AST) -> list[int]:
    """Where a mark is read of a filing or asked of many; to write one is the affair of the workflow."""
    lines = [node.lineno for node in ast.walk(tree) if is_read(node)]
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if ast.unparse(call.func).rpartition(".")[2] in ASKING:
            named = [keyword.arg or "" for keyword in call.keywords]
            named += [str(each.value) for each in call.args if isinstance(each, ast.Constant)]
            lines += [call.lineno for name in named if any(mark in name.split("__") for mark in MARKS)]
    return lines


def is_read(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in MARKS and isinstance(node.ctx, ast.Load)


def lists_of_states(tree: ast.AST) -> list[int]:
    """Where two or more states are named together: which they are, and why these, is a question of standing."""
    lists = [node for node in ast.walk(tree) if isinstance(node, ast.List | ast.Tuple | ast.Set)]
    return [each.lineno for each in lists if sum(ast.unparse(one).startswith("State.") for one in each.elts) > 1]


def test_only_the_table_of_standings_reads_what_state_and_marks_say_together():
    for file in of_the_office():
        tree = ast.parse((ROOT / file).read_text())
        if file != Path("reporting/models/standing.py"):
            marks = reads_of_a_mark(tree)
            allowed = 1 if file == Path("reporting/models/filing.py") else 0  # Filing.standing hands them to the table
            assert len(marks) == allowed, f"{file}:{marks} reads a mark of a filing; ask reporting.models.standing"
        if str(file) not in TELLS_STATES:
            assert not (found := lists_of_states(tree)), f"{file}:{found} names states together"


def test_no_template_judges_by_a_state_or_a_mark():
    for file in sorted((ROOT / "templates").rglob("*.html")):
        assert not re.findall(r"filing\.(?:state|after_lock|exempt_at_lock|get_state_display)\b", file.read_text()), (
            file
        )


def test_the_structure_is_looked_at_with_open_eyes():
    bad = ["x = filing.after_lock", "f.filter(after_lock=True)", "f.exclude(filing__exempt_at_lock=True)"]
    assert all(reads_of_a_mark(ast.parse(line)) for line in [*bad, "f.values_list('after_lock')"])
    assert not reads_of_a_mark(ast.parse("filing.after_lock = True\nfiling.save(update_fields=['after_lock'])"))
    assert lists_of_states(ast.parse("f.filter(state__in=[State.DRAFT, State.RETURNED])"))


# What PostgreSQL does otherwise than SQLite: tests that name it run on both.
OF_THE_DATABASE = (
    r"select_for_update|transaction=True|transactional_db|on_commit|atomic|savepoint|IntegrityError|DataError|"
    r"OperationalError|cursor\(|\.raw\(|RawSQL|\.annotate\(|\.aggregate\(|\.distinct\(|\.extra\(|iregex|live_server"
)


def marked_once(text: str) -> str:
    """What of a file runs on one database alone: all of it, or the tests that are marked."""
    parts = [part for part in ast.parse(text).body if not isinstance(part, ast.ClassDef)]
    if any(isinstance(part, ast.Assign) and "one_database" in ast.unparse(part) for part in parts):
        return text
    tests = [part for part in parts if isinstance(part, ast.FunctionDef)]
    return "\n".join(ast.unparse(each) for each in tests if "one_database" in ast.unparse(each).partition("def ")[0])


def test_what_runs_on_one_database_names_nothing_in_which_databases_differ():
    json = {field.name for model in apps.get_models() for field in model._meta.fields if isinstance(field, JSONField)}
    differs = re.compile(rf"{OF_THE_DATABASE}|\b(?:{'|'.join(sorted(json))})__\w")
    files = set((ROOT / "tests").rglob("test_*.py")) - {Path(__file__)}
    found = {file.name: differs.findall(text) for file in files if (text := marked_once(file.read_text()))}
    assert len(found) > 5
    assert {file: words for file, words in found.items() if words} == {}


# Where the office's decisions, its counts and what runs at the same time are tested: all of it on both databases.
ON_BOTH = (
    "calendar",
    "city_columns",
    "mending",
    "post",
    "practice",
    "reminders",
    "standing_in",
    "succession",
    "totals",
    "workflow",
)


def test_no_room_of_decisions_or_counts_runs_on_one_database():
    assert not [
        file for room in ON_BOTH for file in (ROOT / "tests" / room).glob("*.py") if marked_once(file.read_text())
    ]
    assert not marked_once((ROOT / "tests/test_every_url.py").read_text())


def test_a_lane_of_its_own_is_named_as_the_collection_looks_for_it():
    """tests/conftest.py reads the text of a file before it reads its tests."""
    for file in set((ROOT / "tests").rglob("*.py")) - {Path(__file__)}:
        assert not re.search(r"(?<!pytest\.)\bmark\.(worker|browser|spark)\b|from pytest import", file.read_text()), (
            file
        )
