"""Production's static files: a script and what it imports go together."""

import re
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import FileSystemFinder, get_finders

from config.static_files import StaticFiles


def test_what_a_script_imports_is_named_by_its_content(tmp_path):
    storage = StaticFiles(location=tmp_path, base_url="/static/")
    every = FileSystemFinder().list([])
    found = {name: (source, name) for name, source in every if name.startswith(("sheet/", "codes/"))}
    for name, (source, path) in found.items():
        with source.open(path) as content:
            storage.save(name, content)
    for result in storage.post_process(found):
        assert not isinstance(result[2], Exception), result
    script = (tmp_path / storage.stored_name("sheet/start.js")).read_text(encoding="utf-8")
    imported = re.findall(r'^import"\./(.+)";$', script, re.MULTILINE)
    assert imported
    for name in imported:
        assert re.fullmatch(r"\w+\.[0-9a-f]{12}\.js", name)
        assert (tmp_path / "sheet" / name).exists()


def test_production_collects_all_there_is(tmp_path):
    """Other packages' files among them."""
    storage = StaticFiles(location=tmp_path, base_url="/static/")
    found = {}
    for finder in get_finders():
        for name, source in finder.list([]):
            found.setdefault(name, (source, name))
    for name, (source, path) in found.items():
        with source.open(path) as content:
            storage.save(name, content)
    assert [result for result in storage.post_process(found) if isinstance(result[2], Exception)] == []


def test_what_is_vendored_is_what_was_published():
    """Each file by the digest the list beside it gives, with its licence; a script that is not listed is nobody's."""
    vendor = Path(settings.BASE_DIR) / "static/vendor"
    listed = re.findall(
        r"^\| `([^`]+)` .*\| `([0-9a-f]{64})` \|$", (vendor / "README.md").read_text("utf-8"), re.MULTILINE
    )
    assert {name for name, _ in listed} == {path.name for path in vendor.glob("*.js")}
    for name, digest in listed:
        assert sha256((vendor / name).read_bytes()).hexdigest() == digest, name
    licences = re.findall(r"`([\w-]+\.txt)`", (vendor / "README.md").read_text("utf-8"))
    assert {path.name for path in vendor.glob("*.txt")} == set(licences)
