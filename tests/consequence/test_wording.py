"""The words for parts of a total."""

import pytest

from reporting.consequence.wording import part_in_words


@pytest.mark.parametrize(
    ("part", "sign", "words"),
    [
        (1.434, "+", "+1.43"),
        (-1234.5, "+", "-1,234.50"),
        (-0.004, "+", "不足 0.01"),
        (0.004, "", "不足 0.01"),
        (-0.005, "+", "-0.01"),
        (0.0, "+", "0.00"),
        (-0.0, "", "0.00"),
        (45.454, "", "45.45"),
    ],
)
def test_a_part_of_a_total_is_said_with_two_decimals_and_a_tiny_one_as_tiny(part, sign, words):
    assert part_in_words(part, sign) == words
