"""What every test of a file begins with, built once for the file: each test gets a copy of it with its files, and what
it does to the record is undone. Not for a file with a test that commits, since all of it is one transaction."""

import copy
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import transaction
from django.test import override_settings


@dataclass
class Stage:
    built: object
    folder: Path

    def set_up(self, settings, folder: Path) -> object:
        """The people and rows as they were built, for one test, whose files lie in its own folder."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        for name, place in places(folder).items():
            setattr(settings, name, place)
        return copy.deepcopy(self.built)


def places(folder: Path) -> dict:
    return {
        "MEDIA_ROOT": folder / "media",
        "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "EMAIL_FILE_PATH": folder / "letters",
    }


def built_once(build: Callable[[], object]):
    """A fixture of the file. The database stays open to what is built until the file's last test has ended."""

    @pytest.fixture(scope="module")
    def stage(django_db_setup, django_db_blocker, tmp_path_factory):
        folder = tmp_path_factory.mktemp("stage")
        with django_db_blocker.unblock(), transaction.atomic():
            with override_settings(**places(folder)):
                built = build()
            yield Stage(built, folder)
            transaction.set_rollback(True)

    return stage
