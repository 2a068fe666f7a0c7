"""What the lane of Spark stands on: a Java that it runs on, and pyspark in a folder of its own."""

import hashlib
import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

from launch.environment import ROOT, VAR
from launch.servers import CannotStart

FOLDER = VAR / "spark"
REQUIREMENTS = ROOT / "requirements-spark.txt"
OLDEST_JAVA = 17


def has_java() -> bool:
    """Whether `java` is there and new enough for Spark 4."""
    if not shutil.which("java"):
        return False
    said = subprocess.run(["java", "-version"], capture_output=True, text=True).stderr
    version = re.search(r'version "(\d+)', said)
    return bool(version) and int(version[1]) >= OLDEST_JAVA


def install_spark() -> Path:
    """The folder to put on PYTHONPATH; recognised by a stamp when it is there."""
    stamp, wanted = FOLDER / "installed", hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return FOLDER
    shutil.rmtree(FOLDER, ignore_errors=True)
    has_pip = importlib.util.find_spec("pip") is not None
    pip = [sys.executable, "-m", "pip"] if has_pip else [sys._base_executable, "-m", "pip", "--python", sys.executable]
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    command = [*pip, "install", *quiet, "--require-hashes", "--target", str(FOLDER), "-r", str(REQUIREMENTS)]
    if subprocess.run(command, cwd=ROOT).returncode:
        raise CannotStart("没有装上 pyspark，请看上面的原因。")
    stamp.write_text(wanted)
    return FOLDER
