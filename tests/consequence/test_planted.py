"""Errors planted in a month of a small city with habits: the harmful ones stand first, where other orders miss them."""

import pytest

from bench.review_parts.planted import plant, told

pytestmark = pytest.mark.django_db
FEBRUARY, JUNE = 2, 6


def test_what_is_wrong_and_moves_a_total_stands_first():
    """Of 200 firms one is off by ten in every amount, one copied last month and one last year, and one that never had
    anything says it has: each moves a total."""
    outcome = plant(200, seed=3, month=JUNE)
    harmful = [one for one in outcome.planted if one.harmful]
    assert sorted(one.slip.kind for one in harmful) == ["appeared", "copied month", "copied year", "unit ×10"]
    assert outcome.first == 10  # five in a hundred
    assert {queue: outcome.found(queue) for queue in ("ours", "revenue", "warnings")} == {
        "ours": 4,
        "revenue": 1,
        "warnings": 2,
    }
    stopped = {one.slip.kind for one in outcome.planted if one.stopped}
    assert {"unit ×10000", "unit ÷10", "vanished"} <= stopped  # the edition's rules let none of them in
    assert told([outcome])[-1].split()[-4:] == ["4", "4", "1", "2"]


def test_what_vanished_or_appeared_in_a_first_month_stands_first():
    """In February no sum can have shrunk, and the rules let a revenue of nought in."""
    outcome = plant(200, seed=3, month=FEBRUARY)
    found = {one.slip.kind: one for one in outcome.planted if one.harmful and one.slip.is_large}
    assert not found["vanished"].stopped and found["vanished"].places["ours"] <= outcome.first
    assert found["vanished"].places["revenue"] > outcome.first
    assert found["appeared"].places["ours"] <= outcome.first
