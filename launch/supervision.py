"""Children are started in a session of their own, watched, and ended by their own id."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from launch.environment import ROOT

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def _die_with_parent() -> None:
    """A supervisor that is killed outright leaves nobody behind (Linux)."""
    if sys.platform == "linux":
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    name: str
    process: subprocess.Popen
    stop_signal: int = signal.SIGTERM

    def running(self) -> bool:
        return self.process.poll() is None

    def stop(self, patience: float = 10) -> None:
        """Ask, wait, and only then kill the child with what it started."""
        if self.running():
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


def start(name: str, command: list, environment: dict | None = None, stop_signal=signal.SIGTERM, **options) -> Child:
    options.setdefault("cwd", ROOT)
    options.setdefault("stdin", subprocess.DEVNULL)
    process = subprocess.Popen(
        [str(part) for part in command],
        env=environment,
        start_new_session=True,
        preexec_fn=_die_with_parent,
        **options,
    )
    return Child(name, process, stop_signal)


class Supervisor:
    """Stops everything, last started first, when asked to or when one of the children has ended."""

    def __init__(self) -> None:
        self.children: list[Child] = []
        self.folders: list[Path] = []  # thrown away once the children are gone
        self.stopping = False

    def __enter__(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        return self

    def _stop(self, number, frame) -> None:
        """Impatience does not interrupt the stopping itself."""
        if not self.stopping:
            self.stopping = True
            raise KeyboardInterrupt

    def add(self, child: Child) -> Child:
        self.children.append(child)
        return child

    def watch(self) -> str:
        """Wait until a child ends by itself; says which."""
        while True:
            for child in self.children:
                if not child.running():
                    return f"{child.name} 已退出（代码 {child.process.returncode}）"
            time.sleep(0.5)

    def __exit__(self, *raised) -> None:
        self.stopping = True
        for child in reversed(self.children):
            child.stop()
        for folder in self.folders:
            shutil.rmtree(folder, ignore_errors=True)
