"""Another city is another folder: with nothing of ours in it the whole chain works, and `./run` begins an empty
installation. Each in processes of its own, since a process reads its definitions once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.another_city.folder import write

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(params=["its own rows named", "the names of the city alone"])
def elsewhere(request, tmp_path) -> dict[str, str]:
    """The environment of an installation of that city."""
    definitions = write(tmp_path / "definitions", bare=request.param == "the names of the city alone")
    outside = {"REDIS_URL", "EMAIL_URL", "SITE_URL"}
    return {name: value for name, value in os.environ.items() if name not in outside} | {
        "DEFINITIONS_DIR": str(definitions),
        "VAR_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
    }


def python(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-W", "ignore", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True)


def test_the_whole_chain_and_every_address(elsewhere):
    checked = python(elsewhere, "manage.py", "check")
    assert checked.returncode == 0, checked.stderr
    begun = python(elsewhere, "manage.py", "prepare", "--demo")
    assert begun.returncode == 0, begun.stderr
    assert "临江市软件业统计调查（2024）：已发布，3 张表" in begun.stdout and "空的安装" in begun.stdout
    again = python(elsewhere, "manage.py", "prepare", "--demo")
    assert again.returncode == 0 and "未变" in again.stdout, again.stderr
    walked = python(elsewhere, "-m", "tests.another_city.walk")
    assert walked.returncode == 0, walked.stderr[-4000:]
