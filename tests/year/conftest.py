from tests.releases.conftest import two_people_lock  # noqa: F401  (a fixture: the real limit, and two who lock)
