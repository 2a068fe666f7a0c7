"""舍位平衡: what every rounding keeps, over random tables; the worked examples of practice; what cannot be balanced."""

from decimal import Decimal
from itertools import product
from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reporting.totals.rounding.balance import Addition, Failure, Unbalanced, balance

WAN = Decimal(10_000)


def decimals(**texts):
    return {key: Decimal(text) for key, text in texts.items()}


def test_a_part_goes_up_where_the_rounded_parts_fall_short():
    figures = decimals(first="50.23", second="5.24", total="55.47")
    rounded = balance(figures, [Addition("total", ("first", "second"))], Decimal(10), 2)
    assert rounded == decimals(first="5.02", second="0.53", total="5.55")


def test_a_loss_among_the_parts_is_balanced_like_any_other():
    """In practice the surplus of 0.02 is taken off the last addends; here it is taken where it moves figures least."""
    figures = decimals(a="13451", b="45150", c="2250", d="-5649", total="55202")
    rounded = balance(figures, [Addition("total", ("a", "b", "c", "d"))], WAN, 2)
    by_practice = decimals(a="1.35", b="4.52", c="0.22", d="-0.57", total="5.52")
    assert rounded == decimals(a="1.35", b="4.51", c="0.22", d="-0.56", total="5.52")
    assert sum(rounded[key] for key in "abcd") == rounded["total"]
    moved = [sum(abs(each[key] - figures[key] / WAN) for key in figures) for each in (rounded, by_practice)]
    assert moved[0] <= moved[1]


def test_what_is_a_whole_number_of_steps_stays():
    figures = decimals(zero="0", whole="300", half="50", total="350")
    rounded = balance(figures, [Addition("total", ("zero", "whole", "half"))], Decimal(100), 0)
    assert (rounded["zero"], rounded["whole"]) == (0, 3)
    assert rounded["half"] + 3 == rounded["total"]


def test_a_part_within_a_total_does_not_pass_it():
    figures = decimals(revenue="0.62", software="0.61", other="0.79", city="1.41")
    relations = [Addition("revenue", ("software",), at_most=True), Addition("city", ("revenue", "other"))]
    rounded = balance(figures, relations, Decimal(1), 0)
    assert rounded["software"] <= rounded["revenue"]
    assert rounded["revenue"] + rounded["other"] == rounded["city"]


def test_what_is_taken_off_balances_too():
    figures = decimals(income="10.4", cost="6.6", profit="3.8")
    rounded = balance(figures, [Addition("profit", ("income",), ("cost",))], Decimal(1), 0)
    assert rounded["income"] - rounded["cost"] == rounded["profit"]


def test_figures_that_do_not_add_up_are_refused_by_name():
    with pytest.raises(Unbalanced, match="“one＋other 等于 total”不能成立") as refused:
        balance(decimals(one="1.5", other="1", total="4.7"), [Addition("total", ("one", "other"))], Decimal(1), 0)
    assert refused.value.relations == (Addition("total", ("one", "other")),)


def test_three_directions_may_have_no_balance():
    """Halves of which each two make one: whichever two go apart, the third cannot differ from both."""
    figures = decimals(a="0.5", b="0.5", c="0.5", ab="1", bc="1", ca="1")
    relations = [Addition("ab", ("a", "b")), Addition("bc", ("b", "c")), Addition("ca", ("c", "a"))]
    assert set(balance(figures, relations[:2], Decimal(1), 0).values()) == {0, 1}
    with pytest.raises(Unbalanced) as refused:
        balance(figures, relations, Decimal(1), 0)
    assert refused.value.relations == (relations[2],)


def cube(side):
    """Halves in three directions: no rounding is a vertex that the first relaxation finds."""
    cells = list(product(range(side), repeat=3))
    figures = {f"c{cell}": Decimal(sum((at + 1) * each for at, each in enumerate(cell)) % 7) / 10 for cell in cells}
    relations = []
    for fixed in ((0, 1), (0, 2), (1, 2)):
        for pair in product(range(side), repeat=2):
            parts = tuple(f"c{cell}" for cell in cells if tuple(cell[at] for at in fixed) == pair)
            figures[f"t{fixed}{pair}"] = sum(figures[part] for part in parts)
            relations.append(Addition(f"t{fixed}{pair}", parts))
    return figures, relations


def test_what_the_solver_did_not_prove_is_told_apart_and_not_taken(monkeypatch):
    figures, relations = cube(6)
    balance(figures, relations, Decimal(1), 0)
    monkeypatch.setattr("reporting.totals.rounding.balance.MOST_NODES", 0)
    with pytest.raises(Unbalanced, match="在限定的计算量内没有求出") as refused:
        balance(figures, relations, Decimal(1), 0)
    assert set(refused.value.failures.values()) == {Failure.UNDECIDED}


AMOUNTS = st.one_of(
    st.just(Decimal(0)),
    st.integers(-6, 6).map(lambda halves: Decimal(halves) / 2),  # ties
    st.integers(-900, 900).map(lambda hundredths: Decimal(hundredths) / 100),
)


@st.composite
def tables(draw, most_rows=9, most_districts=5):
    """Rows within rows, for some districts and their city: the figures, and all that adds up."""
    count = draw(st.integers(1, most_rows))
    parents = {row: draw(st.integers(0, row - 1)) for row in range(1, count)}
    children = {row: [child for child, parent in parents.items() if parent == row] for row in range(count)}
    districts = [f"d{number}" for number in range(draw(st.integers(1, most_districts)))]
    figures = {}
    for row in reversed(range(count)):
        for district in districts:
            parts = [figures[f"{child}@{district}"] for child in children[row]]
            figures[f"{row}@{district}"] = sum(parts) if parts else draw(AMOUNTS)
        figures[f"{row}@"] = sum(figures[f"{row}@{district}"] for district in districts)
    down = [
        Addition(f"{row}@{area}", tuple(f"{child}@{area}" for child in below))
        for row, below in children.items()
        for area in ["", *districts]
        if below
    ]
    across = [Addition(f"{row}@", tuple(f"{row}@{district}" for district in districts)) for row in range(count)]
    return figures, down + across


@given(tables(), st.randoms(use_true_random=False))
@settings(max_examples=120, deadline=None)
def test_every_nested_two_way_table_balances(table, dice):
    figures, relations = table
    rounded = balance(figures, relations, Decimal(1), 0)
    for key, figure in figures.items():
        assert abs(rounded[key] - figure) < 1
        assert rounded[key] == figure or figure % 1, "a whole figure moved"
    for relation in relations:
        assert rounded[relation.total] == sum(rounded[part] for part in relation.parts)
    shuffled = dice.sample(sorted(figures.items()), len(figures))
    assert balance(dict(shuffled), dice.sample(relations, len(relations)), Decimal(1), 0) == rounded
    beside = balance(figures | {"beside": Decimal("0.5")}, relations, Decimal(1), 0)
    assert {key: beside[key] for key in figures} == rounded


@given(tables(most_rows=3, most_districts=2))
@settings(max_examples=60, deadline=None)
def test_no_other_rounding_moves_figures_less(table):
    figures, relations = table
    rounded = balance(figures, relations, Decimal(1), 0)
    moved = sum(abs(rounded[key] - figure) for key, figure in figures.items())
    free = [key for key, figure in figures.items() if figure % 1]
    for ups in product((0, 1), repeat=len(free)):
        other = {key: Decimal(floor(figure)) for key, figure in figures.items()}
        other |= {key: other[key] + up for key, up in zip(free, ups, strict=True)}
        if all(other[each.total] == sum(other[part] for part in each.parts) for each in relations):
            assert moved <= sum(abs(other[key] - figure) for key, figure in figures.items())
