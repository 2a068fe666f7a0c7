"""The project's own .venv: made once, then recognised by a stamp over requirements.txt."""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed"
VAR = ROOT / "var"


def enter_environment() -> None:
    """Go on inside .venv: returns at once when already there, else makes it and starts the same command in it."""
    if Path(sys.prefix) == VENV:
        return
    if sys.version_info < (3, 11):  # noqa: UP036  (the caller's python3, before anything is installed)
        sys.exit(f"需要 Python 3.11 或更高版本，现在是 {sys.version.split()[0]}。")
    VAR.mkdir(exist_ok=True)
    with open(VAR / "install.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _stamp() != (STAMP.read_text() if STAMP.exists() else ""):
            _install()
    os.execv(VENV_PYTHON, [str(VENV_PYTHON), *sys.argv])


def _stamp() -> str:
    """Another requirements.txt, another Python or another place of the folder each call for a new environment."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    digest.update(f"{sys.version} {VENV}".encode())
    return digest.hexdigest()


def _install() -> None:
    if VENV.exists() and not STAMP.exists():
        sys.exit(
            f"{VENV} 不是本命令建立的，没有改动它。要用它，请执行 .venv/bin/python {Path(sys.argv[0]).name}；"
            "不要它，请移走后重新执行。"
        )
    print("首次启动：建立 .venv 并安装依赖，约需一两分钟……", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    VENV.mkdir(exist_ok=True)
    STAMP.touch()  # ours from the first moment: an interrupted installation is taken up again
    has_ensurepip = importlib.util.find_spec("ensurepip") is not None
    has_pip = importlib.util.find_spec("pip") is not None
    if not has_ensurepip and not has_pip:
        sys.exit("这个 Python 缺少 venv。请先安装：  sudo apt-get install python3-venv   然后重新执行本命令。")
    without_pip = [] if has_ensurepip else ["--without-pip"]
    _must(sys.executable, "-m", "venv", *without_pip, str(VENV))
    pip = [VENV_PYTHON, "-m", "pip"] if has_ensurepip else [sys.executable, "-m", "pip", "--python", str(VENV_PYTHON)]
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    _must(*pip, "install", *quiet, "--require-hashes", "--only-binary", ":all:", "-r", str(ROOT / "requirements.txt"))
    STAMP.write_text(_stamp())


def _must(*command) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if subprocess.run([str(part) for part in command], cwd=ROOT, env=environment).returncode:
        sys.exit(f"没有成功：{' '.join(str(part) for part in command)}\n请看上面的原因，处理后重新执行。")
