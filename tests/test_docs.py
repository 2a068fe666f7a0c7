"""The documents say what is there: names in code marks, commands with their options, the buttons of the manual."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from forms_tables.edition.keys import KEYS
from tests.rooms import LAYERS, modules_of

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = ["README.md", "docs/architecture.md", "docs/contributing.md"]
FOLDERS = (*LAYERS, "launch", "tests")
COMMANDED = [*DOCUMENTS, "docs/manual.md", "deploy/README.md"]
# Marked because it is written in just these signs, not because it is a name of ours.
NOT_NAMES = re.compile(
    r"20\d\d[AMP]?\d*(\.\w+)?|[a-z_]+\(x\)|\\|@supports|X-Possible-Repeat|__init__.py|urls.py|python3|pip install .*"
    r"|--\w+( \w+)?"
)
ELSEWHERE = {"is_superuser", "exists", "every"}  # Django's; words of the notation


@cache
def defined() -> dict[str, set[str]]:
    """Every name of ours, with the modules and classes it is defined in: fields, arguments and keywords of them too."""
    found: dict[str, set[str]] = {}

    def note(name: str, *places: str) -> None:
        found.setdefault(name, set()).update(places)

    for module, file in modules_of(ROOT, FOLDERS).items():
        names = module.split(".")
        for name, place in zip(names[1:], names, strict=False):
            note(name, place)
        note(names[0], "")
        tree = ast.parse(file.read_text(encoding="utf-8"))
        visit(tree, {names[-1], names[-2] if len(names) > 1 else names[-1]}, note)
    return found


@cache
def capitals() -> set[str]:
    """Constants of any module and variables of the environment; `test` and `run` have no ending."""
    files = [ROOT / "test", ROOT / "run", *(file for name in FOLDERS for file in (ROOT / name).rglob("*.py"))]
    written = r"(?m)^([A-Z_]{3,})\b[^=\n]*=|environ\W+(?:get\W+)?([A-Z_]{3,})|env\w*\(\W*([A-Z_]{3,})"
    found = (re.findall(written, file.read_text(encoding="utf-8")) for file in files)
    return {name for names in found for each in names for name in each}


def visit(node: ast.AST, places: set[str], note) -> None:
    for child in ast.iter_child_nodes(node):
        inside = places
        if isinstance(child, ast.ClassDef | ast.FunctionDef):
            note(child.name, *places)
            inside = {child.name}
        elif isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            note(child.id, *places)
        elif isinstance(child, ast.arg):
            note(child.arg, *places)
        elif isinstance(child, ast.ImportFrom):
            for alias in child.names:
                note(alias.asname or alias.name, *places)
        visit(child, inside, note)


def marked(document: str) -> list[str]:
    text = re.sub(r"```.*?```", "", (ROOT / document).read_text(encoding="utf-8"), flags=re.S)
    return sorted(set(re.findall(r"`([^`\n]+)`", text)))


def is_there(mark: str) -> bool:
    mark = mark.removesuffix("()").removesuffix("(…)")
    if NOT_NAMES.fullmatch(mark) or mark in ELSEWHERE or mark.startswith(("./", "python ")):
        return True  # commands have a test of their own
    if re.fullmatch(r"[A-Z_]{3,}(=.*)?", mark):
        return mark.partition("=")[0] in capitals()
    if mark in KEYS or (ROOT / mark).exists() or re.fullmatch(r"\.\w+", mark):
        return True
    if mark.startswith("--"):
        return mark in (ROOT / "static/app.css").read_text(encoding="utf-8")
    if "/" in mark or mark.startswith("."):
        return path_is_there(mark)
    *places, name = mark.split(".")
    held = defined().get(name, set())
    return bool(held) and (not places or places[-1] in held or places[-1] == "objects")


def path_is_there(mark: str) -> bool:
    """From the root, or as a room of a layer; an address of a page begins with a stroke."""
    mark = re.sub(r"<\w+>", "*", mark)
    if mark.startswith("/"):
        return any(mark.strip("/") in file.read_text(encoding="utf-8") for file in ROOT.rglob("urls.py"))
    if mark.partition("/")[0] in ("var", ".venv"):
        return True  # made by running
    places = [ROOT, *(ROOT / layer for layer in LAYERS), *(ROOT / "reporting").iterdir()]
    return any(list(place.glob(mark.split(" ")[0].rstrip("/") + "*")) for place in places if place.is_dir())


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_name_in_code_marks_is_there(document):
    assert [mark for mark in marked(document) if not is_there(mark)] == []


def test_a_name_that_is_not_there_is_noticed():
    strangers = ["reporting/revisions/", "workflow.levitate", "Filing.levitates", "levitate", "LEVITATION"]
    assert [mark for mark in strangers if is_there(mark)] == []


SPOKEN = re.compile(
    r"\b(?:accounts|bench|config|deploy|docs|forms_tables|reporting|static|templates|tests)/[\w./-]+\.\w+"
)


def test_every_file_the_code_speaks_of_is_there():
    """In comments as well, which no other check reads."""
    files = [file for end in ("py", "js", "css", "toml", "html") for file in ROOT.rglob(f"*.{end}")]
    ours = [file for file in files if not {".venv", "var", "vendor"} & set(file.relative_to(ROOT).parts)]
    said = {(file.name, path) for file in ours for path in SPOKEN.findall(file.read_text(encoding="utf-8"))}
    places = (ROOT, ROOT / "templates")
    assert sorted(pair for pair in said if not any((place / pair[1]).exists() for place in places)) == []


OPENED = re.compile(r"""(?:ROOT|BASE_DIR|parents?(?:\[\d\])?) / "([\w./-]+)\"""")
MADE = {".venv", "var"}


def test_every_path_the_code_opens_by_name_is_there():
    """Folders as well: what only a benchmark reads is otherwise missed until it is run."""
    files = [file for name in (*FOLDERS, "bench", "config") for file in (ROOT / name).rglob("*.py")]
    opened = [(file, path) for file in files for path in OPENED.findall(file.read_text(encoding="utf-8"))]
    assert len(opened) > 20
    assert [
        (str(file.relative_to(ROOT)), path)
        for file, path in opened
        if path not in MADE and not any((place / path).exists() for place in (ROOT, *file.parents))
    ] == []


def commands_in(document: str) -> set[tuple[str, ...]]:
    """Each `manage.py` or `./run`, `./test` with what follows it, as far as it is command: name and options."""
    text = (ROOT / document).read_text(encoding="utf-8")
    found = re.findall(r"(?:\./|python )?(manage\.py|\./run|\./test)\b([^`\n]*)", text)
    said = {(program, re.split(r" {2,}|#", rest.strip())[0]) for program, rest in found}  # what it does stands aside
    return {(program, *re.sub(r"[\[\]]", " ", words).split()) for program, words in said}


def test_every_command_and_option_the_documents_name_is_there():
    wrong = []
    for document in COMMANDED:
        for program, *words in commands_in(document):
            options = {word.split("=")[0] for word in words if word.startswith("--") and word != "--"}
            if program == "manage.py":
                known = get_commands()
                if not words:
                    continue
                if words[0] not in known:
                    wrong.append(f"{document}: manage.py {words[0]}")
                    continue
                offered = options_of(words[0])
            else:
                offered = options_of_script(program)
                lanes = {"sqlite", "postgres", "spark", "worker", "browser", "demo"}
                words = words[: words.index("--")] if "--" in words else words
                options = {word for word in words if word.startswith("--")}
                plain = {word for word in words if word.isalpha() and word.islower()}
                wrong += [f"{document}: {program} {word}" for word in plain - lanes]
            wrong += [f"{document}: {program} {' '.join(words[:1])} {option}" for option in options - offered]
    assert wrong == []


def options_of(command: str) -> set[str]:
    app = get_commands()[command]
    found = load_command_class(app, command) if isinstance(app, str) else app
    parser = found.create_parser("manage.py", command)
    return {option for action in parser._actions for option in action.option_strings}


@cache
def options_of_script(program: str) -> set[str]:
    command = [sys.executable, ROOT / program, "--help"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return set(re.findall(r"--[a-z-]+", said.stdout))


@cache
def shown() -> str:
    """All that templates, scripts and Python show."""
    files = [*(ROOT / "templates").rglob("*.*"), *(ROOT / "static").rglob("*.js"), *modules_of(ROOT).values()]
    return re.sub(r"\s+", "", "".join(file.read_text(encoding="utf-8") for file in files))


def bare(words: str) -> str:
    return re.sub(r"\s+|…", "", words)


def test_every_button_of_the_manual_is_on_a_page():
    text = (ROOT / "docs/manual.md").read_text(encoding="utf-8")
    buttons = set(re.findall(r"“\*\*([^*”]+)\*\*”|“([^”\n]{1,12})”", text))
    wanted = {bold or plain for bold, plain in buttons}
    assert len(wanted) > 60
    gone = [
        part for button in wanted for part in re.split(r"/|几点几分|\d+年\d+月", button) if bare(part) not in shown()
    ]
    assert sorted(gone) == []
