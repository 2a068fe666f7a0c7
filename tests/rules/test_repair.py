"""Which cell is wrong: the smallest set of cells, what is said of it, and what is never suggested. Worked by hand."""

from dataclasses import replace
from decimal import Decimal
from itertools import combinations

import pytest
from django.urls import reverse

from forms_tables.edition.catalog import load_edition
from forms_tables.edition.model import Rule
from forms_tables.edition.periods import PeriodCode
from forms_tables.filling.completion import Facts, complete
from forms_tables.notation.decimals import Reading
from forms_tables.notation.names import TextScope
from forms_tables.notation.trees import BACKWARD, FUNCTIONS, OVER_ROWS, parse, walk
from forms_tables.repair import wrong_cells
from forms_tables.repair.linear import Linear
from forms_tables.repair.mistypings import SHIFTED, SIGN, SWAPPED, TIMES, Mistyping
from forms_tables.repair.wrong_cells import suggest
from forms_tables.rules.checks import examine
from forms_tables.rules.proofreading import ANY, NUMBER, SIGNATURES, TEXT, TRUTH
from reporting import workflow
from tests.cast import AT, FREE_CODE, assemble
from tests.may import CLEAN_MAY, fresh, make_may
from tests.reading import markup_of, words_on

EDITION = load_edition("chongqing-2024")
FACTS = Facts(PeriodCode(2024, 5), {"A36": "否"})
TEN_THOUSAND = Mistyping(TIMES, Decimal(10_000))


def with_rules(*texts, level="error"):
    rules = [
        Rule(f"T{n}", level, "rule", "软统企6", columns=("c1",), texts=(text,), message="不对")
        for n, text in enumerate(texts, start=1)
    ]
    return replace(EDITION, rules=tuple(rules))


def may(**changed):
    """The clean form of May with some cells typed otherwise: m2021="5"."""
    return CLEAN_MAY | {f"{code[1:]}.c1": text for code, text in changed.items()}


def typed(**cells):
    return {f"{code[1:]}.c1": text for code, text in cells.items()}


def cells_in(hint):
    """For each wrong cell the cells any of which it may be."""
    return [{change.cell.removesuffix(".c1") for change in (s.change, *s.others)} for s in hint.wrong_cells]


def only(hint):
    (wrong_cell,) = hint.wrong_cells
    assert not wrong_cell.others and not wrong_cell.more
    return wrong_cell.change


# One cell


def test_it_says_nothing_of_a_form_without_errors():
    assert suggest(EDITION, CLEAN_MAY, FACTS) == wrong_cells.NOTHING


def test_it_names_the_one_cell_that_three_failed_rules_share():
    """20211 ≤ 2021, 20212 ≤ 2021 and 100 + 50 ≤ 2021 + 0.02 fail with 2021 = 5; 2020 ≤ 2010 leaves 2021 at most
    1000.01 − 300 − 100. Without 2021 it would take both 20211 and 20212."""
    hint = suggest(EDITION, may(m2021="5"), FACTS)
    change = only(hint)
    assert (change.cell, change.low, change.high) == ("2021.c1", Decimal("149.98"), Decimal("600.01"))
    assert hint.repaired == ("R602", "R603", "R604") and hint.left_out == ()


def test_two_equations_pin_the_figure_they_share():
    """2010 = 2021 + 2022 is 1334, 2050 = 2021 + 2051 is 1300: only 2021 = 1234 does for both, and 元 was typed."""
    edition = with_rules("near(M2010, M2021 + M2022, eps(2))", "near(M2050, M2021 + M2051, eps(2))")
    figures = typed(m2010="1334", m2021="12340000", m2022="100", m2050="1300", m2051="66")
    change = only(suggest(edition, figures, FACTS))
    assert (change.cell, change.instead, change.mistyping) == ("2021.c1", Decimal("1234.00"), TEN_THOUSAND)
    assert change.is_settled


@pytest.mark.parametrize(
    ("wrong", "mistyping"),
    [
        ("1324", Mistyping(SWAPPED)),
        ("-1234", Mistyping(SIGN)),
        ("12.34", Mistyping(TIMES, Decimal(100))),
        ("777", None),
    ],
)
def test_a_known_mistyping_explains_a_pinned_figure(wrong, mistyping):
    edition = with_rules("near(M2090, M2021 + M2022, eps(2))", "near(M2090, M2051 + M2050, eps(2))")
    figures = typed(m2021="1000", m2022="234", m2050="1200", m2051="34", m2090=wrong)
    change = only(suggest(edition, figures, FACTS))
    assert (change.cell, change.instead, change.mistyping) == ("2090.c1", Decimal("1234.00"), mistyping)


def test_the_figure_of_the_next_row_explains_a_pinned_figure():
    """2050 must be 1200; it holds 600, and 1200 stands in 2051 below it."""
    edition = with_rules("near(M2050, M2021 + M2022, eps(2))", "near(M2050 + M2090, M2010, eps(2))")
    figures = typed(m2021="1000", m2022="200", m2010="1500", m2090="300", m2050="600", m2051="1200")
    assert only(suggest(edition, figures, FACTS)).mistyping == Mistyping(SHIFTED, beside="2051.c1")


def test_it_may_be_any_of_the_cells_of_one_equation():
    hint = suggest(EDITION, may(m2051="500"), FACTS)
    assert cells_in(hint) == [{"2050", "2051"}]
    by_cell = {change.cell: change for change in (hint.wrong_cells[0].change, *hint.wrong_cells[0].others)}
    assert (by_cell["2051.c1"].low, by_cell["2051.c1"].high) == (Decimal(0), Decimal(400))
    assert (by_cell["2050.c1"].low, by_cell["2050.c1"].high) == (Decimal(500), None)


SIX = "near(M2010, M2021 + M2022 + M2023 + M2041 + M2043, eps(1))"


def test_of_many_it_names_some_and_says_so():
    figures = typed(m2010="49", m2021="10", m2022="10", m2023="10", m2041="10", m2043="10")
    (wrong_cell,) = suggest(with_rules(SIX), figures, FACTS).wrong_cells
    assert len(wrong_cell.others) == 3 and wrong_cell.more


def test_a_part_that_would_have_to_be_less_than_nothing_is_not_named():
    figures = typed(m2010="1", m2021="10", m2022="10", m2023="10", m2041="10", m2043="10")
    assert only(suggest(with_rules(SIX), figures, FACTS)).cell == "2010.c1"


def test_a_figure_beyond_the_cells_decimals_is_no_answer():
    """Half a person: 2112 counts people, so only 2113 can be twice an odd number."""
    edition = with_rules("2 * M2112 == M2113")
    assert only(suggest(edition, typed(m2112="3", m2113="7"), FACTS)).cell == "2113.c1"


def test_strictly_more_is_the_next_figure_the_cell_can_hold():
    edition = with_rules("M2112 > 5")
    assert only(suggest(edition, typed(m2112="5"), FACTS)).low == Decimal(6)


# Several cells


def test_two_mistakes_are_two_cells():
    hint = suggest(EDITION, may(m2021="5", m20231="1000000"), FACTS)
    assert cells_in(hint) == [{"2021"}, {"20231"}]
    assert hint.wrong_cells[1].change.mistyping == TEN_THOUSAND
    assert hint.repaired == ("R602", "R603", "R604", "R607")


def test_one_cell_more_is_needed_where_the_first_alone_would_break_another_rule():
    """2021 must be 600 and then 2022 can be 300 no longer: the two may hold 800 together."""
    edition = with_rules("M2021 == 600", "M2021 + M2022 <= 800")
    hint = suggest(edition, typed(m2021="400", m2022="300"), FACTS)
    assert cells_in(hint) == [{"2021"}, {"2022"}]
    assert [s.change.instead for s in hint.wrong_cells] == [Decimal(600), Decimal(200)]


# What is never suggested


def test_a_change_that_would_break_a_rule_that_holds_is_not_suggested():
    """2021 could be raised to 649.98 for 20211 = 600, but then 2020 > 2010."""
    change = only(suggest(EDITION, may(m20211="600"), FACTS))
    assert (change.cell, change.high) == ("20211.c1", Decimal("450.02"))


def test_a_warning_holds_nobody_back():
    edition = replace(
        EDITION, rules=(*with_rules("M2021 <= 100").rules, *with_rules("M2021 >= 200", level="warning").rules)
    )
    assert only(suggest(edition, typed(m2021="300"), FACTS)).high == Decimal(100)


def test_nothing_is_found_where_no_figure_would_do():
    hint = suggest(with_rules("M2021 + M2022 <= -5"), typed(m2021="1", m2022="2"), FACTS)
    assert not hint and hint.left_out == ()


def test_a_cell_holds_fifteen_digits_at_most():
    edition = with_rules("M2021 >= 1000 * M2022", "M2022 >= 900000000000")
    assert cells_in(suggest(edition, typed(m2021="1", m2022="900000000000"), FACTS)) == [{"2021"}]
    assert not suggest(with_rules("M2021 >= 2000 * M2112", "M2112 == 900000000000"), typed(m2021="1", m2112="1"), FACTS)


def test_blanks_stay_blank():
    """With 2022 blank the first rule does not apply; 2021 is not blamed for it, and 2022 is not suggested."""
    edition = with_rules("M2021 + M2022 <= 10", "M2021 + or_zero(M2022) <= 100")
    assert only(suggest(edition, typed(m2021="300"), FACTS)).high == Decimal(100)


def test_a_tolerance_nobody_has_entered_is_a_blank():
    edition = with_rules("M2051 <= M2050 + or_zero(eps(2))")
    hint = suggest(edition, typed(m2051="7", m2050="5"), replace(FACTS, parameters={"EPS": None}))
    assert cells_in(hint) == [{"2050", "2051"}]


def test_a_link_of_a_chain_is_mended_while_the_other_end_is_blank():
    edition = with_rules("M2022 <= M2021 <= 10")
    assert only(suggest(edition, typed(m2021="300"), FACTS)).high == Decimal(10)


def test_what_was_filed_before_is_not_suggested():
    filed = {"20211.c1": Decimal(9), "2021.c1": Decimal(5)}
    facts = replace(FACTS, history={"year_ago": filed})
    hint = suggest(EDITION, CLEAN_MAY, facts)
    assert not hint and set(hint.left_out) == {"R602"}


def test_products_of_two_figures_are_left_out_and_named():
    edition = with_rules("M2021 * M2022 <= 100", "M2051 <= M2050")
    figures = typed(m2021="50", m2022="3", m2051="7", m2050="5")
    hint = suggest(edition, figures, FACTS)
    assert hint.left_out == ("T1",) and hint.repaired == ("T2",)
    assert cells_in(hint) == [{"2050", "2051"}]


def test_a_rule_that_is_not_linear_must_not_be_broken_either():
    """2051 ≤ 2050 could be had by raising 2050, but 2050 × 2050 ≤ 30 holds with 5 and not with 7."""
    edition = with_rules("M2051 <= M2050", "M2050 * M2050 <= 30")
    change = only(suggest(edition, typed(m2051="7", m2050="5"), FACTS))
    assert change.cell == "2051.c1"


def test_what_does_not_prove_right_is_not_shown(monkeypatch):
    monkeypatch.setattr(wrong_cells._Search, "proves_right", lambda *_: False)
    assert not suggest(EDITION, may(m2021="5"), FACTS)


# Automatic cells


def test_a_computed_total_is_no_wrong_cell_but_its_parts_may_be():
    """2020 = 2021 + 2022 + 2023 + 2024 is over 2010 by 8,600 because of 2022 alone or of 2010."""
    hint = suggest(EDITION, may(m2022="9000", m2010="1000"), FACTS)
    assert cells_in(hint) == [{"2010", "2022"}]


def test_a_total_typed_over_goes_back_to_what_the_system_computes():
    """2021 = 601 would agree with the total typed, but then 2020 is still over 2010."""
    change = only(suggest(EDITION, may(m2020="1001"), FACTS))
    assert (change.cell, change.instead, change.is_automatic) == ("2020.c1", Decimal(900), True)


def test_a_part_may_be_what_a_total_typed_over_shows_to_be_wrong():
    """2020 typed 950 agrees with 2010; 2021 = 550 would make the sum so."""
    hint = suggest(EDITION, may(m2020="950"), FACTS)
    assert cells_in(hint)[0] >= {"2020", "2021"}


# Either, or


def test_a_mistaken_unit_is_said():
    """Ten million where 900 stood a year ago: X16 refuses a range around 10,000 times."""
    filed = {key: Decimal(text) * 9 / 10 for key, text in CLEAN_MAY.items()}
    hint = suggest(EDITION, may(m2010="10000000"), replace(FACTS, history={"year_ago": filed}))
    change = only(hint)
    assert (change.cell, change.instead, change.mistyping) == ("2010.c1", Decimal(1000), TEN_THOUSAND)


def test_a_unit_is_not_blamed_where_the_figure_would_then_be_out_of_all_proportion():
    """20211 = 600 is over 2021 = 500; 0.06 would do as well as anything, but nothing speaks for it."""
    filed = {key: Decimal(text) * 9 / 10 for key, text in CLEAN_MAY.items()}
    change = only(suggest(EDITION, may(m20211="600"), replace(FACTS, history={"year_ago": filed})))
    assert (change.cell, change.mistyping) == ("20211.c1", None)


def test_four_mistakes_at_once_under_rules_that_can_hold_in_several_ways():
    """With last year's figures there, X16 gives every cell several ranges to be in. 20231 is in two failed rules. With
    2010 = 1000 no 2021 is large enough for 20211 = 1000 and small enough for 2020."""
    filed = {key: Decimal(text) * 9 / 10 for key, text in CLEAN_MAY.items()}
    figures = may(m20211="1000", m20231="100000", m2051="900", m2010="10000000")
    hint = suggest(EDITION, figures, replace(FACTS, history={"year_ago": filed}))
    assert cells_in(hint) == [{"2010"}, {"20211"}, {"20231"}, {"2050", "2051"}]
    assert hint.wrong_cells[0].change.mistyping == TEN_THOUSAND


def test_staff_and_wages_go_together():
    """Wages of 250 without staff: R624 would do with wages of 0, but R623 wants staff where there is revenue."""
    change = only(suggest(EDITION, may(m2112="0"), FACTS))
    assert (change.cell, change.low, change.instead) == ("2112.c1", Decimal(1), Decimal(1))


def test_a_premise_may_be_what_is_wrong():
    edition = with_rules("implies(M2010 > 0, M2112 >= 1)", "M2112 == 0")
    assert only(suggest(edition, typed(m2010="5", m2112="0"), FACTS)).cell == "2010.c1"


# Exactness


def test_amounts_of_fifteen_digits_are_judged_to_the_cent():
    """123456789012345.67 − 123456789012300.00 is 45.67, and so is 46 − 0.33: 45.76 is nine cents off."""
    edition = with_rules("near(M2010, M2021 + M2022, eps(2))", "near(M2050, M2022 + M2051, eps(2))")
    figures = typed(m2010="123456789012345.67", m2021="123456789012300.00", m2022="45.76", m2050="46", m2051="0.33")
    change = only(suggest(edition, figures, FACTS))
    assert (change.cell, change.instead, change.mistyping) == ("2022.c1", Decimal("45.67"), Mistyping(SWAPPED))


def test_every_suggestion_satisfies_what_it_says():
    """Each cell of the clean form is typed wrong in turn; with the first suggestion applied no error is left."""
    found = 0
    for cell in CLEAN_MAY:
        for wrong in ("0", "70", "4999.99", "12000000"):
            figures = CLEAN_MAY | {cell: wrong}
            hint = suggest(EDITION, figures, FACTS)
            if hint:
                found += 1
                applied = figures | {s.change.cell: format(s.change.instead, "f") for s in hint.wrong_cells}
                findings = examine(EDITION, complete(EDITION, applied, FACTS), FACTS)
                assert [f.rule for f in findings if f.level == "error"] == [], (cell, wrong)
    assert found > 30


def errors_with(figures, facts, changes):
    typed = {cell: text for cell, text in figures.items() if cell not in {change.cell for change in changes}}
    typed |= {change.cell: format(change.instead, "f") for change in changes if not change.is_automatic}
    return {f.rule for f in examine(EDITION, complete(EDITION, typed, facts), facts) if f.level == "error"}


def figures_told(change):
    """The figure suggested, and the ends where the page names the range."""
    ends = [] if change.mistyping or change.is_settled else [change.low, change.high]
    return [change, *(replace(change, instead=end) for end in ends if end is not None)]


WRONG = {
    "2010": "10000000",
    "2021": "5",
    "20211": "1000",
    "20231": "100000",
    "2051": "900",
    "2022": "9000",
    "2112": "0",
}


@pytest.mark.parametrize("size", [2, 3, 4])
def test_whatever_is_said_of_a_cell_holds_with_the_others_as_suggested(size):
    filed = {key: Decimal(text) * 9 / 10 for key, text in CLEAN_MAY.items()}
    facts, several = replace(FACTS, history={"year_ago": filed}), 0
    for wrong in combinations(WRONG, size):
        figures = CLEAN_MAY | {f"{code}.c1": WRONG[code] for code in wrong}
        hint = suggest(EDITION, figures, facts)
        several += len(hint.wrong_cells) > 1
        for wrong_cell in hint.wrong_cells:
            rest = [other.change for other in hint.wrong_cells if other is not wrong_cell]
            for change in (wrong_cell.change, *wrong_cell.others):
                for told in figures_told(change):
                    assert errors_with(figures, facts, [*rest, told]) <= set(hint.left_out), (wrong, told)
    assert several > 10


def test_the_end_of_a_range_allows_for_the_rounding_of_what_the_system_computes():
    """2042 = 0.35 × 20421 to the cent must be over 1.47: 4.21 gives 1.4735, which is 1.47, and 4.22 gives 1.48."""
    edition = with_rules("M2042 > 1.47", "M2042 <= 5")
    facts = Facts(FACTS.period, {"A36": "是"}, {"k": Decimal("0.35")})
    change = only(suggest(edition, typed(m20421="20"), facts))
    assert (change.cell, change.low, change.high) == ("20421.c1", Decimal("4.22"), Decimal("14.28"))


def test_a_rule_whose_ways_double_with_every_step_is_left_out():
    text = "iff(M2010 > 0, " * 29 + "M2020 > 0" + ")" * 29
    assert suggest(with_rules(f"{text} and M2010 > 5"), typed(m2010="1", m2020="0"), FACTS).left_out == ("T1",)


def test_the_same_form_gets_the_same_hint_and_is_not_changed():
    figures = may(m2051="500", m20231="900")
    before = dict(figures)
    assert suggest(EDITION, figures, FACTS) == suggest(EDITION, figures, FACTS)
    assert figures == before


# On the page


@pytest.fixture
def firm(db, client):
    cast = make_may(assemble())
    client.force_login(cast.clerk, backend="django.contrib.auth.backends.ModelBackend")
    client.cast = cast
    return client


@pytest.fixture(autouse=True)
def plain_backend(settings):
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]


def save(firm, cells):
    workflow.save_sheet(firm.cast.filing, "软统企6", cells, 0, firm.cast.clerk, AT)


def test_the_errors_ask_for_the_hint_and_a_form_without_errors_does_not(firm):
    save(firm, may(m2051="500"))
    address = reverse("wrong_cells", args=["2024M05"])
    for page in (reverse("filing", args=["2024M05"]), reverse("sheet", args=["2024M05", "t6"])):
        assert f'hx-get="{address}"' in markup_of(firm.get(page))
    workflow.save_sheet(firm.cast.filing, "软统企6", CLEAN_MAY, 1, firm.cast.clerk, AT)
    assert address not in markup_of(firm.get(reverse("filing", args=["2024M05"])))


def test_the_hint_leads_to_its_cells_and_is_no_correction(firm):
    save(firm, may(m2021="5", m20231="1000000"))
    before = fresh(firm.cast.filing).sheets.get().cells
    page = markup_of(firm.get(reverse("wrong_cells", args=["2024M05"]), headers={"HX-Request": "true"}))
    assert "<html" not in page and "<form" not in page
    assert "仅供核对，不是更正" in page and "R602、R603、R604、R607 就能成立" in page
    assert 'href="/filings/2024M05/t6/#cell-2021.c1"' in page
    assert "现填 5.00 万元；在 149.98 至 600.01 万元之间时，各式均成立" in page
    assert "若为 100.00 万元，则各式均成立，与现填数相差 10,000 倍，请核对是否以万为单位" in page
    assert fresh(firm.cast.filing).sheets.get().cells == before


def test_the_hint_is_a_page_of_its_own_without_htmx(firm):
    page = markup_of(firm.get(reverse("wrong_cells", args=["2024M05"])))
    assert "<html" in page and "没有须修改的错误，不用找。" in page


def test_it_says_when_nothing_was_found(firm):
    save(firm, may(m2021="-5"))
    page = words_on(firm.get(reverse("wrong_cells", args=["2024M05"])))
    assert "可能出错的单元格" in page


@pytest.mark.parametrize("function", sorted(set(FUNCTIONS) - {*BACKWARD, *OVER_ROWS}))
def test_every_function_of_constants_is_worked_out(function):
    """Where no figure of the form is read; a function that is missing here would break the page of a firm's errors."""
    (fewest, _), (kinds, _) = FUNCTIONS[function], SIGNATURES[function]
    example = {NUMBER: "1", TEXT: f"'{FREE_CODE}'", TRUTH: "1 > 0", ANY: "1"}
    given = ", ".join(example[kinds[min(place, len(kinds) - 1)]] for place in range(fewest))
    filing = Reading(EDITION, PeriodCode(2024, 5), {}, {}, {})
    walk(parse(f"{function}({given})"), Linear(TextScope(EDITION, column="c1"), filing, {}))
