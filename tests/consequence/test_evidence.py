"""What speaks against a filing's figures: each piece alone, worked by hand, and all of them together."""

import numpy as np
import pytest

from reporting.consequence.evidence import (
    ALREADY,
    APPEARED,
    BASE,
    COPIED_LAST,
    COPIED_STEP,
    COPIED_YEAR,
    DIGIT,
    ESTIMATE,
    LATE,
    MONTH,
    MOST_WARNINGS,
    NEW,
    PARTS,
    SIGN,
    TABLE,
    UNIT,
    VANISHED,
    WARNED,
    YEAR,
    Examined,
    find,
)
from reporting.consequence.suspicion import STRANGE

NAN = float("nan")
# Four measures: software revenue, revenue, people, and a class of the first.
USUAL = [110.0, 220.0, 12.0, 110.0]
BEFORE = [100.0, 200.0, 10.0, 100.0]
LAST = [85.0, 171.0, 12.0, 85.0]
HB = [0.5, 0.5, 0.5, NAN]


def figures(now=USUAL, *, before=BEFORE, prev=LAST, last_but_one=None, expected=USUAL, year=HB, month=HB, **more):
    rows = [np.array([each], dtype=float) for each in (now, before, prev)]
    then = None if last_but_one is None else np.array([last_but_one], dtype=float)
    known = {"warnings": 0.0, "estimated": False, "late": False, **more}
    return Examined(
        *rows, then, *(np.array([each], dtype=float) for each in (expected, year, month)),
        (0, 1, 2), (0, 1, 3), (), *(np.array([known[name]]) for name in ("warnings", "estimated", "late")),
    )  # fmt: skip


def found(**said) -> dict[str, float]:
    """What speaks against it, what next to nothing says aside."""
    return {key: float(each[0]) for key, each in find(figures(**said)).weights.items() if each[0] > 0.001}


def test_nothing_speaks_against_what_is_as_expected():
    assert found() == {}
    assert find(figures()).suspicion[0] == pytest.approx(BASE, abs=0.001)


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ({"now": [1100, 2200, 12, 1100]}, UNIT),
        ({"now": [0.011, 0.022, 12, 0.011]}, UNIT),
        ({"now": [110, 220, 120, 110]}, DIGIT),
        ({"now": LAST, "expected": LAST}, COPIED_LAST),
        ({"now": [100, 200, 11, 100], "expected": BEFORE}, COPIED_YEAR),
        ({"last_but_one": [60, 122, 12, 60]}, COPIED_STEP),  # 110 − 85 = 85 − 60, 220 − 171 = 171 − 122
        ({"now": [-110, 220, 12, -110]}, SIGN),
        ({"before": [-100, 200, 10, 100]}, SIGN),
        ({"before": [NAN] * 4, "prev": [NAN] * 4}, NEW),
        ({"now": [0, 0, 0, 0]}, VANISHED),
        ({"now": [110, NAN, 12, 110]}, VANISHED),
        ({"before": [0] * 4, "prev": [0] * 4}, APPEARED),
        ({"before": [NAN] * 4, "prev": [0, NAN, NAN, NAN]}, APPEARED),
        ({"estimated": True}, ESTIMATE),
        ({"late": True}, LATE),
    ],
)
def test_each_piece_of_evidence_is_found_alone(said, key):
    assert found(**said) == {key: TABLE[key].weight}


def test_a_power_of_ten_is_told_with_where_it_is_first():
    one = find(figures(now=[110, 2200, 12, 110]))
    assert (one.power[0], one.power_of[0]) == (1, 1)
    one = find(figures(now=[0.11, 0.22, 12, 0.11]))
    assert (one.power[0], one.power_of[0]) == (-3, 0)
    assert find(figures()).power_of[0] == -1


def test_what_was_nought_a_period_before_is_half_as_strange():
    nought = found(now=[0, 220, 12, 0], prev=[0, 171, 12, 0])
    assert nought == {VANISHED: pytest.approx(TABLE[VANISHED].weight * ALREADY)}


def test_which_measure_vanished_or_appeared_is_told():
    assert find(figures(now=[110, 0, 0, 110])).vanished_of[0] == 1
    assert find(figures(before=[100, 200, 0, 100], prev=[85, 171, 0, 85])).appeared_of[0] == 2


def test_what_is_nought_a_year_before_and_not_known_since_weighs_half():
    assert found(before=[0] * 4, prev=[NAN] * 4) == {APPEARED: pytest.approx(TABLE[APPEARED].weight * ALREADY)}


def test_nought_where_nothing_or_nought_was_expected_has_not_vanished():
    nothing = {"now": [0, 220, 12, 0], "before": [0, 200, 10, 0], "prev": [0, 171, 12, 0]}
    assert found(**nothing, expected=[0, 220, 12, 0]) == {}
    assert found(**nothing, expected=[NAN, 220, 12, NAN]) == {}


def test_what_the_period_before_had_did_not_appear():
    assert APPEARED not in found(before=[0] * 4)
    assert APPEARED not in found(prev=[0] * 4)


@pytest.mark.parametrize("now", [5 * 110, 6 * 110, 15 * 110])
def test_what_is_no_power_of_ten_is_no_unit(now):
    assert not {UNIT, DIGIT} & found(now=[now, 220, 12, 110]).keys()


def test_parts_that_do_not_add_up_to_the_whole():
    told = figures(now=[110, 220, 12, 60])
    parts = Examined(**{**told.__dict__, "parts": (3, 1)})
    assert find(parts).weights[PARTS][0] == TABLE[PARTS].weight  # 60 + 220 is not 110
    assert find(Examined(**{**figures(now=[280, 220, 12, 60]).__dict__, "parts": (3, 1)})).weights[PARTS][0] == 0


def test_what_moved_in_one_measure_is_not_copied():
    assert COPIED_LAST not in found(now=[85, 172, 12, 85], expected=LAST)
    assert COPIED_LAST not in found(now=[0, 171, 12, 0], prev=[0, 171, 12, 0])  # one figure alone may stand still


def test_a_change_beyond_the_class_weighs_half_at_the_limit():
    at_the_limit = found(year=[STRANGE, 0, 0, NAN], month=[NAN] * 4)
    assert at_the_limit == {YEAR: pytest.approx(TABLE[YEAR].weight / 2)}
    assert found(year=[0, -STRANGE, 0, NAN], month=[NAN] * 4) == at_the_limit
    assert find(figures(year=[0, -STRANGE, 0, NAN])).year_of[0] == 1
    assert found(month=[2 * STRANGE, 0, 0, NAN])[MONTH] == pytest.approx(TABLE[MONTH].weight * 16 / 17)


def test_what_was_so_a_period_before_is_half_as_strange():
    new, old = found(year=[STRANGE, 0, 0, NAN], month=[NAN] * 4), found(year=[STRANGE, 0, 0, NAN])
    assert old[YEAR] == pytest.approx(new[YEAR] * ALREADY)


def test_warnings_add_up_to_a_point():
    one, two, many = (found(warnings=float(count))[WARNED] for count in (1, 2, 50))
    assert one == pytest.approx(0.04) and two == pytest.approx(1 - 0.96**2)
    assert many == pytest.approx(1 - 0.96**MOST_WARNINGS)


def test_several_pieces_come_to_more_than_one_and_never_to_more_than_all():
    both = find(figures(estimated=True, late=True)).suspicion[0]
    assert both == pytest.approx(1 - (1 - BASE) * (1 - 0.15) * (1 - 0.03), abs=0.001)
    everything = find(
        figures(
            now=[-1100, 2200, 12, 1100],
            before=[NAN] * 4,
            prev=[NAN] * 4,
            year=[1e9] * 4,
            month=[1e9] * 4,
            warnings=99.0,
            estimated=True,
            late=True,
        )  # fmt: skip
    ).suspicion[0]
    assert both < everything < 1


def test_every_piece_says_why_and_weighs_less_than_certainty():
    assert all(each.why.endswith(".") and 0 < each.weight < 1 for each in TABLE.values())
