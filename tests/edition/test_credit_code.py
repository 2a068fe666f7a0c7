"""The credit codes here are those of listed companies, as printed in their annual reports."""

import pytest

from forms_tables.edition.credit_code import (
    normalise,
    organisation_check_character,
    organisation_code,
    problem_with,
    problem_with_organisation_code,
)


@pytest.mark.parametrize(
    "code", ["9144030071526726XG", "91330100799655058B", "91110000802100433B", "914403001922038216"]
)
def test_it_accepts_codes_in_use(code):
    assert problem_with(code) is None


def test_it_accepts_a_code_that_begins_with_a_letter():
    assert problem_with("N2500112MA6012340R") is None


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("9144030071526726X", "应为18位，现在是17位"),
        ("91440300715267260O", "不使用字符“O”"),
        ("91A40300715267260X", "第3至8位"),
        ("9144030071526726XH", "校验位（第18位）不符"),
        ("9144030017526726XG", "校验位（第18位）不符"),  # two digits changed places
        ("91440300715267260N", "组织机构代码"),  # the 18th agrees with a wrong 17th
    ],
)
def test_it_says_what_is_wrong(code, words):
    assert words in problem_with(code)


def test_it_finds_every_single_wrong_digit():
    good = "914403001922038216"
    for place in range(18):
        for digit in set("0123456789") - {good[place]}:
            assert problem_with(good[:place] + digit + good[place + 1 :])


def test_it_reads_lower_case_and_full_width():
    assert normalise("　９１４４03007152６７26xg ") == "9144030071526726XG"


def test_it_takes_the_organisation_code_out():
    assert organisation_code("9144030071526726XG") == "71526726X"
    assert problem_with_organisation_code("71526726X") is None
    assert "校验位" in problem_with_organisation_code("715267261")
    assert "9位" in problem_with_organisation_code("71526726")


def test_it_works_out_the_organisation_check_by_the_standard():
    # GB 11714's own example, D2143569-X: 13×3+2×7+1×9+4×10+3×5+5×8+6×4+9×2 = 199; 11 − 199 mod 11 = 10, written X
    assert organisation_check_character("D2143569") == "X"
