import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def nothing_kept():
    """What another test kept: the keys of its rows may be the same as here."""
    cache.clear()
