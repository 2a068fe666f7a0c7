import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.checks import run_checks

from config.environment import (
    PREPARED,
    NotUnderstood,
    read_database_url,
    read_definitions_dir,
    read_email_url,
    read_names,
    read_pace,
    read_redis_url,
    read_site_url,
    read_whole,
    read_yes_no,
)
from forms_tables.edition.catalog import DEFINITIONS
from launch.environment import ROOT


def test_nothing_said_means_sqlite_and_a_folder_of_letters(monkeypatch):
    for name in ("DATABASE_URL", "EMAIL_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    assert read_database_url(Path("/x/db.sqlite3"))["NAME"] == "/x/db.sqlite3"
    assert read_email_url(Path("/x/mail"))["EMAIL_FILE_PATH"] == "/x/mail"
    assert read_redis_url() == ""


def test_a_postgres_address_is_taken_apart(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://st%40t:p%2Fw@db.example.cn:5433/stat?sslmode=require")
    database = read_database_url(Path("/unused"))
    parts = [database[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "NAME", "OPTIONS")]
    assert parts == ["st@t", "p/w", "db.example.cn", 5433, "stat", {"sslmode": "require", **PREPARED}]


def test_a_postgres_socket_is_given_as_host(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres:///stat?host=/run/postgresql")
    database = read_database_url(Path("/unused"))
    assert (database["HOST"], database["NAME"], database["OPTIONS"]) == ("/run/postgresql", "stat", PREPARED)


def test_statements_are_not_prepared_where_the_address_says_so(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://stat@pooler/stat?prepare=no")
    assert read_database_url(Path("/unused"))["OPTIONS"] == {}


@pytest.mark.parametrize(
    ("read", "name", "text"),
    [
        (lambda: read_yes_no("DEBUG", False), "DEBUG", "maybe"),
        (lambda: read_names("ALLOWED_HOSTS", []), "ALLOWED_HOSTS", "a,,b"),
        (lambda: read_whole("LETTER_DAYS", 4, 30, "days"), "LETTER_DAYS", "31"),
        (lambda: read_pace("MAIL_PACE", {}), "MAIL_PACE", "fast"),
        (lambda: read_pace("MAIL_PACE", {}), "MAIL_PACE", "60,qq.com=0"),
        (lambda: read_pace("MAIL_PACE", {}), "MAIL_PACE", "60 qq.com=30"),
        (lambda: read_site_url("http://localhost"), "SITE_URL", "stat.example.cn"),
        (lambda: read_site_url("http://localhost"), "SITE_URL", "https://stat.example.cn/path"),
        (lambda: read_site_url("http://localhost"), "SITE_URL", "http://stat.example.cn:web"),
        (lambda: read_database_url(Path("/")), "DATABASE_URL", "mysql://localhost/stat"),
        (lambda: read_database_url(Path("/")), "DATABASE_URL", "postgres://localhost"),
        (lambda: read_database_url(Path("/")), "DATABASE_URL", "postgres://localhost/stat?ssl=on"),
        (lambda: read_database_url(Path("/")), "DATABASE_URL", "postgres://localhost/stat?prepare=maybe"),
        (lambda: read_database_url(Path("/")), "DATABASE_URL", "sqlite://stat.sqlite3"),
        (lambda: read_redis_url(), "REDIS_URL", "localhost:6379"),
        (lambda: read_email_url(Path("/")), "EMAIL_URL", "mail.example.cn"),
        (lambda: read_email_url(Path("/")), "EMAIL_URL", "smtp://mail.example.cn:twenty"),
        (lambda: read_email_url(Path("/")), "EMAIL_URL", "smpt://u:p@mail.example.cn"),
        (lambda: read_email_url(Path("/")), "EMAIL_URL", "user@example.cn"),
        (lambda: read_email_url(Path("/")), "EMAIL_URL", "smtp://[mail.example.cn"),
        (lambda: read_site_url("http://localhost"), "SITE_URL", "http://stat.example.cn:99999"),
        (lambda: read_database_url(Path("/")), "DATABASE_URL", "postgres://localhost/stat?sslmode"),
        (lambda: read_definitions_dir(), "DEFINITIONS_DIR", "/nowhere"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(monkeypatch, read, name, text):
    monkeypatch.setenv(name, text)
    with pytest.raises(NotUnderstood, match=rf"^{name}.*[：].*请写|^{name}.*[。]$") as refused:
        read()
    assert "p@" not in str(refused.value)  # nobody's password


def test_the_folder_above_the_editions_is_wanted(monkeypatch):
    monkeypatch.setenv("DEFINITIONS_DIR", str(DEFINITIONS))
    read_definitions_dir()
    monkeypatch.setenv("DEFINITIONS_DIR", str(DEFINITIONS / "chongqing-2024"))
    with pytest.raises(NotUnderstood, match="请写它的上一级"):
        read_definitions_dir()


@pytest.mark.parametrize("name_and_value", ["EMAIL_URL=smpt://u:p@h", "DATABASE_URL=mysql://x", "DEFINITIONS_DIR=/no"])
def test_a_command_says_it_in_one_sentence_and_changes_nothing(tmp_path, name_and_value):
    name, value = name_and_value.split("=", 1)
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), name: value}
    command = [sys.executable, str(ROOT / "manage.py"), "prepare_real"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert ended.returncode == 1 and ended.stdout == ""
    assert ended.stderr.startswith(name) and ended.stderr.endswith("什么都没有改动。\n")
    assert ended.stderr.count("\n") == 1 and not (tmp_path / "db.sqlite3").exists()


def test_letters_with_links_to_a_refused_host_are_noticed(settings):
    settings.ALLOWED_HOSTS = ["elsewhere.example.cn"]
    assert "config.E005" in {problem.id for problem in run_checks()}


def test_production_without_queue_and_mail_is_noticed(settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    found = {problem.id for problem in run_checks(include_deployment_checks=True)}
    assert {"config.E001", "config.E002", "config.E003"} <= found


def test_a_pace_takes_the_place_of_the_one_chosen_here(monkeypatch):
    chosen = {"": 60, "qq.com": 30}
    assert read_pace("MAIL_PACE", chosen) == chosen
    monkeypatch.setenv("MAIL_PACE", "90, QQ.com=12,163.com=5")
    assert read_pace("MAIL_PACE", chosen) == {"": 90, "qq.com": 12, "163.com": 5}
