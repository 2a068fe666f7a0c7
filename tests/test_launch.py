import runpy
import signal
import sys
from argparse import Namespace

import pytest

from launch import environment
from launch.servers import CannotStart, free_port, is_free, wait_for_port
from launch.supervision import Supervisor, start

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"


@pytest.fixture
def signals_put_back():
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_it_stops_every_child_and_throws_its_folders_away(signals_put_back, tmp_path):
    folder = tmp_path / "throwaway"
    folder.mkdir()
    with Supervisor() as supervisor:
        supervisor.folders.append(folder)
        children = [supervisor.add(start(name, SLEEP)) for name in ("web", "worker")]
    assert not any(child.running() for child in children)
    assert not folder.exists()


def test_it_says_which_child_ended_by_itself(signals_put_back):
    with Supervisor() as supervisor:
        supervisor.add(start("web", SLEEP))
        supervisor.add(start("worker", [sys.executable, "-c", "raise SystemExit(3)"]))
        assert supervisor.watch() == "worker 已退出（代码 3）"


def test_it_is_asked_to_stop_only_once(signals_put_back):
    with pytest.raises(KeyboardInterrupt), Supervisor() as supervisor:
        supervisor.add(start("web", SLEEP))
        signal.raise_signal(signal.SIGTERM)
    signal.raise_signal(signal.SIGTERM)  # impatience during the stopping changes nothing


def test_a_child_that_does_not_listen_is_killed(tmp_path):
    with open(tmp_path / "said", "w") as said:
        child = start("deaf", [sys.executable, "-c", DEAF], stdout=said)
    while "deaf" not in (tmp_path / "said").read_text():
        assert child.running()
    child.stop(patience=0.2)
    assert child.process.returncode == -signal.SIGKILL


def test_a_server_that_ends_before_it_answers_is_told_by_name():
    with pytest.raises(CannotStart, match="web 没有启动起来（代码 1）"):
        wait_for_port(start("web", [sys.executable, "-c", "raise SystemExit(1)"]), free_port())


def test_a_free_port_is_free():
    assert is_free(free_port())


def test_other_requirements_call_for_another_environment(monkeypatch, tmp_path):
    (tmp_path / "requirements.txt").write_text("Django==5.2.8\n")
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    before = environment._stamp()
    (tmp_path / "requirements.txt").write_text("Django==5.2.9\n")
    assert environment._stamp() != before


def test_a_folder_somebody_else_made_is_no_environment_of_ours(monkeypatch, tmp_path):
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    monkeypatch.setattr(environment, "VENV", venv)
    monkeypatch.setattr(environment, "STAMP", venv / "installed")
    with pytest.raises(SystemExit, match="不是本命令建立的，没有改动它"):
        environment._install()
    assert (venv / "bin").exists()


@pytest.mark.parametrize(
    ("url", "demo", "postgres", "unasked"),
    [
        ("", False, False, True),
        ("", False, True, True),
        ("postgres://u:p@db/stat", False, False, False),
        ("postgres://u:p@db/stat", True, False, True),
    ],
)
def test_only_its_own_database_becomes_a_demonstration_unasked(monkeypatch, url, demo, postgres, unasked):
    run = runpy.run_path(str(environment.ROOT / "run"))
    monkeypatch.setenv("DATABASE_URL", url)
    words = run["preparation"](Namespace(demo=demo, postgres=postgres, enterprises=45))
    assert words[0] == "prepare" and ("--demo" in words) is unasked


@pytest.mark.parametrize(
    ("lane", "words", "alone"),
    [
        ("sqlite", [], False),
        ("postgres", ["tests/test_frame.py", "-k", "n"], False),
        ("sqlite", ["-x"], False),
        ("worker", [], False),
        ("browser", [], False),
        ("spark", [], True),
        ("sqlite", ["--shuffle", "7"], True),  # the same seed draws the same order again
        ("sqlite", ["tests/year", "-s"], True),
        ("sqlite", ["--pdb"], True),
        ("sqlite", ["-n", "4"], True),  # the caller's number
    ],
)
def test_a_lane_runs_in_several_processes_unless_one_order_or_its_words_are_wanted(lane, words, alone):
    assert (runpy.run_path(str(environment.ROOT / "test"))["in_processes"](lane, words) == []) is alone
