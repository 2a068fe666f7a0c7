import contextlib
import functools
import os
import runpy
import signal
import socket
import sqlite3
import subprocess
import sys
import tarfile
from argparse import Namespace
from datetime import datetime, timedelta

import pytest

from launch import backups, environment, real
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


def test_two_lanes_beside_each_other_are_both_run_and_only_one_is_on_postgresql():
    test = runpy.run_path(str(environment.ROOT / "test"))
    for lane, other in test["BESIDE"].items():
        assert {lane, other} <= set(test["LANES"]) and not {lane, other} <= test["ON_POSTGRES"]
    assert not set(test["BESIDE"]) & set(test["BESIDE"].values())


# ---- a real city in a folder of its own ----


def test_an_empty_folder_becomes_a_real_city_and_stays_one(tmp_path):
    assert real.be_the_real_city(tmp_path)
    (tmp_path / "db.sqlite3").touch()
    assert not real.be_the_real_city(tmp_path)  # a first start that broke off, or the next day
    with pytest.raises(CannotStart, match="里是一座实际城市，不装入演示数据"):
        real.be_a_demonstration(tmp_path)


@pytest.mark.parametrize("kept", ["db.sqlite3", "postgres"])
def test_a_folder_that_holds_a_demonstration_is_no_real_city(tmp_path, kept):
    (tmp_path / kept).mkdir()
    real.be_a_demonstration(tmp_path)
    with pytest.raises(CannotStart, match=f"（{kept}），实际城市不与它混用"):
        real.be_the_real_city(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == [kept]


def test_a_folder_whose_first_start_was_refused_is_nothing_again(tmp_path):
    real.be_the_real_city(tmp_path)
    real.be_nothing_again(tmp_path)
    real.be_a_demonstration(tmp_path)


@pytest.mark.parametrize(("url", "named"), [("", "SQLite"), ("postgres://u:p@127.0.0.1:1/postgres", "PostgreSQL")])
def test_a_city_is_not_started_with_another_database_than_its_own(tmp_path, url, named):
    real.be_the_real_city(tmp_path)
    for is_sqlite in (True, False):
        real.stay_with_its_database(is_sqlite, tmp_path)  # before anything is there
    real.keep({"SITE_URL": "http://127.0.0.1:8000", "DATABASE_URL": url}, tmp_path)
    real.stay_with_its_database(not url, tmp_path)
    with pytest.raises(CannotStart, match=f"这座城市的数据在 {named} 里"):
        real.stay_with_its_database(bool(url), tmp_path)


def test_commands_beside_a_real_city_speak_to_it(tmp_path):
    real.keep({"SITE_URL": "https://stat.example.cn", "EMAIL_URL": "smtp://u:a=b@mail", "HOME": "/root"}, tmp_path)
    mine = {}
    real.speak_to_the_real_city(mine, tmp_path)
    key = (tmp_path / "secret_key").read_text()
    assert mine == {"SITE_URL": "https://stat.example.cn", "EMAIL_URL": "smtp://u:a=b@mail", "SECRET_KEY": key}
    assert (tmp_path / real.KEPT).stat().st_mode & 0o077 == 0
    assert len(key) > 60 and real.secret_key(tmp_path) == key


@pytest.mark.parametrize("mine", [{"DATABASE_URL": "postgres://elsewhere/stat"}, {"VAR_DIR": "/elsewhere"}])
def test_commands_for_another_city_are_left_alone(tmp_path, mine):
    real.keep({"SITE_URL": "https://stat.example.cn"}, tmp_path)
    before = dict(mine)
    real.speak_to_the_real_city(mine, tmp_path)
    assert mine == before


def test_a_folder_without_a_real_city_says_nothing(tmp_path):
    mine = {}
    real.speak_to_the_real_city(mine, tmp_path)
    assert mine == {} and list(tmp_path.iterdir()) == []


def test_http_is_reached_on_the_port_of_the_address_and_https_through_a_proxy():
    first, second = free_port(), free_port()
    assert real.bound_to(f"http://stat.example.cn:{first}", second) == f"0.0.0.0:{first}"
    assert real.bound_to(f"http://127.0.0.1:{first}", second) == f"127.0.0.1:{first}"
    assert real.bound_to("https://stat.example.cn", second) == f"127.0.0.1:{second}"


def test_a_port_that_is_taken_is_said_and_no_other_one_chosen():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotStart, match=f"端口 {port} 用不了"):
            real.bound_to(f"http://stat.example.cn:{port}", 8000)


@pytest.mark.parametrize(
    "address",
    [
        "stat.example.cn",
        "ftp://stat.example.cn",
        "https://stat.example.cn/sub",
        "http://stat:port",
        "https://",
        "http://a?b",
    ],
)
def test_an_address_that_is_not_understood_is_refused(address):
    with pytest.raises(CannotStart, match="看不懂"):
        real.bound_to(address, 8000)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--real", "--demo"], "请去掉 demo、--demo 和 --once"),
        (["demo", "--once", "--real"], "请去掉 demo、--demo 和 --once"),
        (["--address", "https://stat.example.cn"], "请加上 --real"),
        (["--no-mail"], "请加上 --real"),
        (["--restore", "F"], "请写 ./run --real --restore"),
        (["--real", "--port", "abc"], "端口 abc 不是 1 到 65535 的整数"),
        (["--real", "--port", "70000"], "端口 70000 不是"),
        (["--real", "--adress"], "没有启动：unrecognized arguments"),
    ],
)
def test_words_that_do_not_go_together_are_said_in_chinese(monkeypatch, words, said, capsys):
    run = runpy.run_path(str(environment.ROOT / "run"))
    monkeypatch.setitem(run["main"].__globals__, "enter_environment", lambda: None)
    monkeypatch.setattr(sys, "argv", ["run", *words])
    with pytest.raises(SystemExit):
        run["main"]()
    assert said in capsys.readouterr().err


def test_what_a_command_of_the_start_refuses_is_said_with_its_reason():
    run = runpy.run_path(str(environment.ROOT / "run"))
    with pytest.raises(CannotStart, match=r"没有成功（manage.py prepare_real）：EMAIL_URL 看不懂"):
        run["manage"]({"PATH": os.environ["PATH"], "EMAIL_URL": "smpt://h"}, "prepare_real")


LAST = {"SITE_URL": "https://stat.example.cn", "EMAIL_URL": "smtps://u:geheim@mail:465", "MAIL_FROM": "stat@example.cn"}


def test_a_restart_in_a_fresh_terminal_forgets_nothing(tmp_path):
    assert not any(real.told({}, no_mail=False, address="", var=tmp_path).values())  # before the first start
    real.keep({**LAST, "DEFINITIONS_DIR": "/cities", "REDIS_URL": "redis://:p@127.0.0.1:1/0"}, tmp_path)
    told = real.told({"EMAIL_URL": ""}, no_mail=False, address="", var=tmp_path)
    assert told == {**LAST, "DEFINITIONS_DIR": "/cities", "ALLOWED_HOSTS": ""}
    words = real.mail_in_words(told, {})
    assert "smtps://mail:465 发出，发件人 stat@example.cn（EMAIL_URL、MAIL_FROM 沿用" in words and "geheim" not in words
    told = real.told({"EMAIL_URL": "smtp://other"}, no_mail=False, address="", var=tmp_path)
    assert "smtp://other 发出，发件人 stat@example.cn（MAIL_FROM 沿用" in real.mail_in_words(told, {"EMAIL_URL": "x"})


def test_it_goes_without_mail_where_that_is_said(tmp_path):
    real.keep(LAST, tmp_path)
    told = real.told({"EMAIL_URL": "smtp://mail"}, no_mail=True, address="", var=tmp_path)
    assert told["EMAIL_URL"] == told["MAIL_FROM"] == "" and told["SITE_URL"] == LAST["SITE_URL"]


def test_another_address_takes_the_place_of_the_last_one_with_its_names(tmp_path):
    real.keep({**LAST, "ALLOWED_HOSTS": "stat.example.cn,stat"}, tmp_path)
    assert real.told({}, False, "", tmp_path)["ALLOWED_HOSTS"] == "stat.example.cn,stat"
    told = real.told({}, False, "http://other.example.cn/", tmp_path)
    assert (told["SITE_URL"], told["ALLOWED_HOSTS"]) == ("http://other.example.cn", "")
    real.keep({"SITE_URL": "http://127.0.0.1:9000"}, tmp_path)
    assert real.told({}, False, "", tmp_path)["SITE_URL"] == ""  # the machine itself, at the port that is asked for


@pytest.mark.parametrize("wrong", [{"EMAIL_URL": "smpt://h"}, {"DEFINITIONS_DIR": "/nowhere"}, {"SITE_URL": "x"}])
def test_a_start_is_told_at_once_what_it_does_not_understand(wrong):
    real.be_understood({"PATH": os.environ["PATH"], "SITE_URL": "https://stat.example.cn"})
    with pytest.raises(CannotStart, match="看不懂|不是一个文件夹") as refused:
        real.be_understood({"PATH": os.environ["PATH"], **wrong})
    assert str(refused.value).endswith("什么都没有改动。") and "Traceback" not in str(refused.value)


# ---- the copies of a real city ----

NIGHT = datetime(2026, 11, 30, 2, 30)


def a_city(var):
    """A database in use, written to and not yet folded in, and an uploaded file."""
    open_connection = sqlite3.connect(var / "db.sqlite3")
    open_connection.execute("PRAGMA journal_mode=WAL")
    open_connection.execute("CREATE TABLE firms (name TEXT)")
    open_connection.execute("INSERT INTO firms VALUES ('云图')")
    open_connection.commit()
    (var / "media" / "scans").mkdir(parents=True)
    (var / "media" / "scans" / "1.pdf").write_text("scan")
    (var / "media" / "dataset").mkdir()
    (var / "media" / "dataset" / "2024M05.parquet").write_text("made again")
    return open_connection


def test_a_copy_holds_what_was_written_while_the_city_works(tmp_path):
    with contextlib.closing(a_city(tmp_path)):
        made = backups.back_up(tmp_path, "", NIGHT)
    assert firms_in(made) == ["云图"]
    with tarfile.open(tmp_path / "backups" / "files-20261130-023000.tar.gz") as files:
        assert [name for name in files.getnames() if "." in name] == ["media/scans/1.pdf"]
    assert made.name == "record-20261130-023000.sqlite3" and made.stat().st_mode & 0o077 == 0
    assert (tmp_path / "backups").stat().st_mode & 0o077 == 0
    assert not list((tmp_path / "backups").glob("*.partial*"))


def test_it_is_made_once_a_day(tmp_path):
    with contextlib.closing(a_city(tmp_path)):
        folder = tmp_path / "backups"
        assert backups.is_due(folder, NIGHT)
        backups.back_up(tmp_path, "", NIGHT)
    (folder / "record-mine.sqlite3").touch()  # a copy somebody made by hand
    assert not backups.is_due(folder, NIGHT + timedelta(hours=23, minutes=59))
    assert backups.is_due(folder, NIGHT + timedelta(days=1))


@pytest.mark.parametrize(
    ("hours", "is_written", "one_more"), [(0.9, True, False), (1, True, True), (1, False, False), (30, False, False)]
)
def test_when_it_is_stopped_the_work_since_the_last_copy_is_copied(tmp_path, hours, is_written, one_more):
    assert not backups.is_worth_one_more(tmp_path, "", NIGHT)  # nothing there
    a_city(tmp_path).close()
    assert backups.is_worth_one_more(tmp_path, "", NIGHT)
    backups.back_up(tmp_path, "", NIGHT)
    written = (NIGHT + timedelta(minutes=5 if is_written else -5)).replace(tzinfo=backups.OFFICE).timestamp()
    for file in tmp_path.glob("db.sqlite3*"):
        os.utime(file, (written, written))
    then = NIGHT + timedelta(hours=hours)
    assert backups.is_worth_one_more(tmp_path, "", then) is one_more
    assert backups.is_worth_one_more(tmp_path, "postgres://u", then) is (hours >= 1)  # which is not seen from outside


def test_a_stop_ends_the_site_before_it_copies(tmp_path, monkeypatch, capsys):
    run = runpy.run_path(str(environment.ROOT / "run"))
    monkeypatch.setitem(run["leave_a_copy"].__globals__, "VAR", tmp_path)
    a_city(tmp_path).close()
    site = [start(name, SLEEP) for name in ("worker", "web")]
    run["leave_a_copy"](site, "")
    assert not any(child.running() for child in site)
    [made] = (tmp_path / "backups").glob("record-*")
    assert f"已备份到 {made}" in capsys.readouterr().out
    run["leave_a_copy"]([], "")
    assert len(list((tmp_path / "backups").glob("record-*"))) == 1


def test_a_newer_program_is_known_by_what_it_changes(tmp_path, monkeypatch):
    assert real.is_newer_program(tmp_path)
    real.note_program(tmp_path)
    assert not real.is_newer_program(tmp_path)
    (tmp_path / "CHANGELOG.md").write_text("- more")
    monkeypatch.setattr(real, "ROOT", tmp_path)
    assert real.is_newer_program(tmp_path)


def test_a_copy_is_made_before_a_newer_program_changes_the_record(tmp_path, monkeypatch, capsys):
    run = runpy.run_path(str(environment.ROOT / "run"))
    prepare = run["put_the_record_right"]
    seen = []
    monkeypatch.setitem(prepare.__globals__, "VAR", tmp_path)
    monkeypatch.setitem(prepare.__globals__, "manage", lambda *words: seen.append(copies_in(tmp_path)))
    monkeypatch.setattr(real, "is_newer_program", functools.partial(real.is_newer_program, tmp_path))
    monkeypatch.setattr(real, "note_program", functools.partial(real.note_program, tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    options = Namespace(restore="", postgres=False)
    prepare(options, {})  # the first start, of nothing
    a_city(tmp_path).close()
    prepare(options, {})
    (tmp_path / real.PROGRAM).write_text("an older one")
    prepare(options, {})
    assert seen == [0, 0, 1] and "程序有更新，先备份到" in capsys.readouterr().out


def copies_in(var) -> int:
    return len(list((var / "backups").glob("record-*"))) if (var / "backups").exists() else 0


def copy_now(var, **told) -> subprocess.CompletedProcess:
    command = [sys.executable, str(environment.ROOT / "manage.py"), "backup"]
    told = {"PATH": os.environ["PATH"], "VAR_DIR": str(var), **told}
    return subprocess.run(command, env=told, capture_output=True, text=True)


def test_a_copy_is_made_when_asked_for(tmp_path):
    with contextlib.closing(a_city(tmp_path)):
        ended = copy_now(tmp_path, **{real.OWN: "yes"})
        assert "这里不是 ./run --real 的城市" in ended.stderr and not copies_in(tmp_path)
        real.keep({"SITE_URL": "http://127.0.0.1:8000"}, tmp_path)
        ended = copy_now(tmp_path, DATABASE_URL="postgres://u:p@db/stat")
        assert "在它自己那里备份" in ended.stderr and not copies_in(tmp_path)
        ended = copy_now(tmp_path, **{real.OWN: "yes"})
    [made] = (tmp_path / "backups").glob("record-*")
    assert f"记录在 {made}" in ended.stdout and "files-" in ended.stdout and firms_in(made) == ["云图"]
    assert abs(backups.made_at(made) - backups.office_now()) < timedelta(hours=1)  # named by one clock, in any zone


def test_a_command_that_failed_is_named_without_the_password():
    said = backups.in_words(subprocess.CalledProcessError(1, ["/usr/bin/pg_dump", "postgres://u:geheim@db/stat"]))
    assert said.startswith("pg_dump 出错") and "geheim" not in said


def test_a_broken_database_is_no_copy(tmp_path):
    (tmp_path / "db.sqlite3").write_bytes(b"not a database" * 1000)
    with pytest.raises(sqlite3.DatabaseError):
        backups.back_up(tmp_path, "", NIGHT)
    assert not list((tmp_path / "backups").glob("record-*"))


def test_what_was_copied_is_put_back_and_what_stood_is_kept(tmp_path):
    with contextlib.closing(a_city(tmp_path)) as city:
        made = backups.back_up(tmp_path, "", NIGHT)
        city.execute("DELETE FROM firms")
        city.commit()
    (tmp_path / "media" / "scans" / "1.pdf").unlink()
    said = backups.restore(made, tmp_path, "", NIGHT + timedelta(hours=7))
    assert firms_in(tmp_path / "db.sqlite3") == ["云图"]
    stood = tmp_path / "backups" / "record-20261130-093000.sqlite3"
    assert firms_in(stood) == [] and said == f"已从 {made} 恢复；原来的存到 {stood}。"
    assert (tmp_path / "media" / "scans" / "1.pdf").read_text() == "scan"
    assert len(list((tmp_path / "backups").iterdir())) == 4  # two of each, and nothing left lying about


def firms_in(database) -> list[str]:
    with contextlib.closing(sqlite3.connect(database)) as copy:
        return [name for (name,) in copy.execute("SELECT name FROM firms")]


def test_a_copy_older_than_copies_are_kept_is_put_back_all_the_same(tmp_path):
    with contextlib.closing(a_city(tmp_path)):
        made = backups.back_up(tmp_path, "", NIGHT)
    for each in (tmp_path / "backups").iterdir():
        os.utime(each, (0, 0))
    backups.restore(made, tmp_path, "", NIGHT + timedelta(days=99))
    assert firms_in(tmp_path / "db.sqlite3") == ["云图"]


def test_a_file_that_is_no_database_is_not_put_back(tmp_path):
    with contextlib.closing(a_city(tmp_path)):
        (tmp_path / "record-20261130-023000.sqlite3").write_bytes(b"not a database" * 1000)
        with pytest.raises(CannotStart, match="不是完好的数据库.*什么都没有改动"):
            backups.restore(tmp_path / "record-20261130-023000.sqlite3", tmp_path, "", NIGHT)
        assert firms_in(tmp_path / "db.sqlite3") == ["云图"] and not (tmp_path / "backups").exists()
        assert not (tmp_path / "restored.partial").exists()


def test_a_copy_whose_files_are_not_beside_it_is_said(tmp_path):
    with contextlib.closing(a_city(tmp_path)):
        made = backups.back_up(tmp_path, "", NIGHT)
    (tmp_path / "backups" / "files-20261130-023000.tar.gz").unlink()
    assert "旁边没有 files-20261130-023000.tar.gz" in backups.restore(made, tmp_path, "", NIGHT + timedelta(hours=7))


def test_an_empty_folder_begins_from_a_copy(tmp_path):
    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir()
    here.mkdir()
    with contextlib.closing(a_city(there)):
        said = backups.restore(backups.back_up(there, "", NIGHT), here, "", NIGHT)
    assert "恢复。" in said and "原来的" not in said
    assert firms_in(here / "db.sqlite3") == ["云图"] and (here / "media" / "scans" / "1.pdf").exists()


@pytest.mark.parametrize(
    ("name", "url"),
    [("record-20261130-023000.dump", ""), ("record-20261130-023000.sqlite3", "postgres://u"), ("nothing.sqlite3", "")],
)
def test_a_copy_of_another_kind_of_database_is_refused(tmp_path, name, url):
    with contextlib.closing(a_city(tmp_path)):
        if name.startswith("record"):
            (tmp_path / name).touch()
        with pytest.raises(CannotStart, match="什么都没有改动"):
            backups.restore(tmp_path / name, tmp_path, url, NIGHT)
        assert firms_in(tmp_path / "db.sqlite3") == ["云图"] and not (tmp_path / "backups").exists()


@pytest.mark.worker  # where a PostgreSQL stands
def test_a_copy_of_postgresql_is_whole(tmp_path):
    made = backups.back_up(tmp_path, os.environ["DATABASE_URL"], NIGHT)
    assert made.name == "record-20261130-023000.dump" and made.read_bytes().startswith(b"PGDMP")


def test_old_copies_go_and_nothing_else_does(tmp_path):
    for name in ("record-20261001-023000.sqlite3", "files-20261001-023000.tar.gz", "notes.txt"):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (0, 0))
    (tmp_path / "record-20261129-023000.dump").touch()
    backups.throw_away_old(tmp_path, datetime.now())
    assert sorted(each.name for each in tmp_path.iterdir()) == ["notes.txt", "record-20261129-023000.dump"]
