"""Errors planted in a month of a small city with habits: the harmful ones stand first, where other orders miss them."""

import pytest

from bench.review_parts.planted import plant, told

pytestmark = pytest.mark.django_db
JUNE = 6


def test_what_is_wrong_and_moves_a_total_stands_first():
    """Of 200 firms one is off by ten in every amount, one copied last month and one last year: each moves a total."""
    outcome = plant(200, seed=3, month=JUNE)
    harmful = [one for one in outcome.planted if one.harmful]
    assert sorted(one.slip.kind for one in harmful) == ["copied month", "copied year", "unit ×10"]
    assert outcome.first == 10  # five in a hundred
    assert {queue: outcome.found(queue) for queue in ("ours", "revenue", "warnings")} == {
        "ours": 3,
        "revenue": 1,
        "warnings": 1,
    }
    stopped = {one.slip.kind for one in outcome.planted if one.stopped}
    assert {"unit ×10000", "unit ÷10"} <= stopped  # the edition's rules let neither in
    assert told([outcome])[-1].split()[-4:] == ["3", "3", "1", "1"]
