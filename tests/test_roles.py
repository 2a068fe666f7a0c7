"""What a role may do stands in one table, accounts/models/roles.py; all else asks for an ability or the scope."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from accounts import people
from accounts.access import Refused, needs
from accounts.models import DUTIES, Ability, Duties, Role, Scope, User, roles_that_may
from tests.cast import AT

ROOT = Path(settings.BASE_DIR)
# Files that may name a role: the table, the firms' own accounts, the people of the demonstration city and their walk.
NAMING_ROLES = {
    "accounts/models/roles.py",
    "accounts/first_accounts.py",
    "accounts/people.py",
    "reporting/demo/city.py",
    "reporting/demo/rows.py",
    "reporting/demo/threads.py",
    "reporting/management/commands/rehearse.py",
}
WORDS = {"label": "观察员", "person": "观察员", "home": "city_home"}


def sources(*patterns: str) -> dict[str, str]:
    """What we wrote that runs, by its path."""
    folders = [ROOT / name for name in ("accounts", "config", "forms_tables", "reporting", "templates", "text")]
    files = [file for folder in folders for pattern in patterns for file in folder.rglob(pattern)]
    return {str(file.relative_to(ROOT)): file.read_text() for file in files if "migrations" not in file.parts}


def test_every_role_has_its_line():
    assert set(DUTIES) == set(Role)
    assert [duties.label for duties in DUTIES.values()] == Role.labels


def test_roles_are_named_in_a_few_files_only():
    """They were 65 once, and 23 of them would have to be touched for another role."""
    naming = {path for path, text in sources("*.py").items() if re.search(r"\bRole\.[A-Z]", text)}
    assert naming == NAMING_ROLES


def test_nothing_compares_a_role():
    given = "|".join(Role.values)  # to an element another kind of role is given: region, group
    in_code = rf"\brole (==|!=|in|not in) [\"'(\[]|\brole=[\"']({given})\b"
    found = {path for path, text in sources("*.py").items() if re.search(in_code, text)}
    found |= {path for path, text in sources("*.html", "*.txt").items() if re.search(r"\{[{%][^%}]*\.role\b", text)}
    of_rows_and_columns = ("forms_tables/", "reporting/books/")  # have roles of their own
    found = {path for path in found if not path.startswith(of_rows_and_columns)}
    assert found == {"accounts/models/people.py"}  # the database's own check


def test_every_ability_that_is_asked_for_is_one():
    asked = {
        (path, name)
        for path, text in sources("*.py", "*.html", "*.txt").items()
        for name in re.findall(r"\.may\.([a-z_]+)", text)
    }
    assert len(asked) > 80
    assert {(path, name) for path, name in asked if name not in list(Ability)} == set()


def test_every_ability_is_somebodys_and_asked_for_somewhere():
    texts = " ".join(sources("*.py", "*.html").values())
    for ability in Ability:
        assert roles_that_may(ability), ability
        assert f"may.{ability}" in texts or f"Ability.{ability.name}" in texts, ability


def test_an_unknown_ability_is_an_error():
    with pytest.raises(AttributeError, match="rule_the_world"):
        _ = User(role=Role.CITY).may.rule_the_world


def test_abilities_that_make_no_sense_together_are_refused():
    with pytest.raises(ValueError, match="review"):
        Duties(scope=Scope.CITY, abilities=frozenset({Ability.REVIEW}), **WORDS)
    with pytest.raises(ValueError, match="remind"):
        Duties(scope=Scope.ENTERPRISE, abilities=frozenset({Ability.REMIND}), **WORDS)


def test_a_page_needs_something():
    with pytest.raises(ValueError, match="needs an ability"):
        needs()


@pytest.mark.django_db
def test_a_role_is_opened_by_those_the_table_says(cast, monkeypatch):
    reading = frozenset({Ability.READ_CITY})
    monkeypatch.setitem(
        DUTIES, "observer", Duties(scope=Scope.CITY, abilities=reading, invited_by=(Role.CITY,), **WORDS)
    )
    asked = {"username": "guancha", "name": "许明", "role": "observer", "email": "x@example.com", "mobile": ""}
    with pytest.raises(Refused, match="观察员账号只能由市级管理员开通"):
        people.invite_official(**asked, district=None, by=cast.wu_gang, at=AT)
    with pytest.raises(Refused, match="其他账号不写区县"):
        people.invite_official(**asked, district=cast.yuzhong, by=cast.zhou_tao, at=AT)
