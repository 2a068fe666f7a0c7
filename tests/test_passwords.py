"""How passwords are kept. Every other test keeps them quickly; these ask for what production does."""

import pytest
from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    MD5PasswordHasher,
    PBKDF2PasswordHasher,
    check_password,
    make_password,
)
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.backends import NameCodeOrMobile
from accounts.models import User
from accounts.passwords import Argon2, strength_in_words
from config.settings import PASSWORD_HASHERS
from tests.cast import PASSWORD

OWASP = "argon2$argon2id$v=19$m=19456,t=2,p=1$"


@pytest.fixture(autouse=True)
def as_in_production(settings):
    settings.PASSWORD_HASHERS = PASSWORD_HASHERS


def test_production_keeps_them_by_argon2_with_the_figures_owasp_recommends():
    assert make_password(PASSWORD).startswith(OWASP)


@pytest.mark.parametrize("older", [Argon2PasswordHasher(), PBKDF2PasswordHasher()])
def test_an_older_hash_still_opens_and_is_made_anew_at_that_sign_in(client, cast, older):
    keep(cast.li_na, older.encode(PASSWORD, older.salt()))
    answer = client.post("/login/", {"username": cast.li_na.username, "password": PASSWORD})
    assert answer.status_code == 302
    cast.li_na.refresh_from_db()
    assert cast.li_na.password.startswith(OWASP)
    assert cast.li_na.check_password(PASSWORD)


def test_an_older_hash_stays_as_it_is_when_the_password_was_wrong(client, cast):
    older = Argon2PasswordHasher()
    kept = keep(cast.li_na, older.encode(PASSWORD, older.salt()))
    answer = client.post("/login/", {"username": cast.li_na.username, "password": PASSWORD + "?"})
    assert answer.status_code == 200
    cast.li_na.refresh_from_db()
    assert cast.li_na.password == kept


def test_a_hash_of_today_stays_as_it_is(client, cast):
    kept = keep(cast.li_na, make_password(PASSWORD))
    assert client.post("/login/", {"username": cast.li_na.username, "password": PASSWORD}).status_code == 302
    cast.li_na.refresh_from_db()
    assert cast.li_na.password == kept


def test_a_name_nobody_has_costs_as_many_hashes_as_one_somebody_has(cast, monkeypatch):
    hashed = []
    slow = Argon2.encode
    monkeypatch.setattr(Argon2, "encode", lambda self, *typed: hashed.append(typed[0]) or slow(self, *typed))
    assert NameCodeOrMobile().authenticate(None, username="nobody", password=PASSWORD) is None
    assert hashed == [PASSWORD]


def test_the_quick_way_of_the_other_tests_opens_nothing_in_production(cast):
    kept = keep(cast.li_na, MD5PasswordHasher().encode(PASSWORD, "salt"))
    assert not check_password(PASSWORD, kept)


@pytest.mark.parametrize(
    ("name", "password", "is_refused"),
    [
        ("admin", "admin12345", True),
        ("admin", "5-Chongqing-ADMIN", True),
        ("Wu.Gang", "wu.gang-2026-江雾", True),
        ("wug", "wug-mountain-2026", False),  # three letters stand in many a word
        ("admin", "朝天门外-江雾-2026", False),
    ],
)
def test_a_password_that_holds_the_user_name_is_refused(name, password, is_refused):
    try:
        validate_password(password, User(username=name, name="吴刚", email="w@example.cn"))
        said = ""
    except ValidationError as refused:
        said = "".join(refused.messages)
    assert (f"密码里不能有用户名“{name}”" in said) is is_refused


def test_where_nobody_is_known_no_name_stands_in_the_way():
    assert "用户名" not in strength_in_words("admin-Mountain-2026")


def keep(user, password: str) -> str:
    user.password = password
    user.save(update_fields=["password"])
    return password
