from datetime import date

import pytest

from forms_tables.edition.periods import BadPeriod, PeriodCode

MAY, JANUARY, ANNUAL = PeriodCode(2024, 5), PeriodCode(2024, 1), PeriodCode(2024)
FEBRUARY = PeriodCode(2024, 2)


def test_it_reads_and_writes_period_codes():
    assert PeriodCode.parse("2024M05") == MAY
    assert PeriodCode.parse("2024A") == ANNUAL
    assert (str(MAY), ANNUAL.code) == ("2024M05", "2024A")
    assert (MAY.label, ANNUAL.label) == ("2024年5月", "2024年年报")
    assert (MAY.is_annual, ANNUAL.is_annual) == (False, True)
    assert (MAY.frequency, ANNUAL.frequency) == ("month", "annual")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2024M13", "01至12"),
        ("2024M00", "01至12"),
        ("2024M5", "不是报告期代码"),
        ("２０２４A", "不是报告期代码"),
        ("2024A\n", "不是报告期代码"),
        ("", "不是报告期代码"),
        ("2025Q1", "季报"),
    ],
)
def test_it_refuses_what_is_no_period(text, words):
    with pytest.raises(BadPeriod, match=words):
        PeriodCode.parse(text)


def test_it_knows_the_month_before_but_not_across_the_year():
    assert MAY.previous() == PeriodCode(2024, 4)
    assert FEBRUARY.previous() == JANUARY
    assert JANUARY.previous() is None
    assert ANNUAL.previous() == PeriodCode(2023)


def test_it_knows_the_year_before():
    assert MAY.year_ago() == PeriodCode(2023, 5)
    assert ANNUAL.year_ago() == PeriodCode(2023)
    assert MAY.last_annual() == ANNUAL.last_annual() == PeriodCode(2023)


def test_it_knows_the_december_an_annual_report_agrees_with():
    assert ANNUAL.december() == PeriodCode(2024, 12)


@pytest.mark.parametrize(
    ("period", "end"),
    [(FEBRUARY, date(2024, 2, 29)), (PeriodCode(2023, 2), date(2023, 2, 28)), (ANNUAL, date(2024, 12, 31))],
)
def test_it_knows_its_last_day(period, end):
    assert period.end == end


def test_it_puts_the_annual_report_after_december():
    december, next_february = PeriodCode(2024, 12), PeriodCode(2025, 2)
    assert sorted([next_february, ANNUAL, MAY, december]) == [MAY, december, ANNUAL, next_february]
