"""What two editions complete alike is taken over from one to the other, and the outcome is that of completing anew."""

from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms_tables.edition import drafting
from forms_tables.edition.catalog import edition_from, load_edition, platform_said, shipped_content
from forms_tables.edition.periods import PeriodCode
from forms_tables.filling.completion import Facts, alike, complete, complete_like, plans_of

CODE = "chongqing-2024"
SHIPPED = load_edition(CODE)
MAY = PeriodCode.parse("2024M05")
NEW_ROW = {"code": "2114", "name": "云服务收入", "columns": ["c1"], "unit": "万元", "provenance": "derived"}
CHANGES = {
    "nothing": lambda content: content,
    "a row more": lambda content: drafting.with_new_indicator(content, "软统企6", {**NEW_ROW, "required": True}),
    "another formula": lambda content: drafting.with_indicator(content, "2020", {"auto": {"*": "M2021 + M2022"}}),
    "another name": lambda content: drafting.with_indicator(content, "2021", {"name": "别的收入"}),
    "asked for no more": lambda content: drafting.with_indicator(content, "2010", {"required": False}),
    "a row less": lambda content: drafting.without_indicator(content, "2113"),
}


@cache
def changed(what: str):
    return edition_from(CODE, CHANGES[what](shipped_content(CODE)), platform_said(CODE))


@pytest.mark.parametrize("what", CHANGES)
def test_what_is_alike_leaves_out_what_was_changed_and_what_reads_it(what):
    same, cells = alike(changed(what), SHIPPED, "month"), plans_of(SHIPPED, "month").keys()
    if what == "nothing":
        assert same == cells
    else:
        assert 0.5 * len(cells) < len(same) < len(plans_of(changed(what), "month").keys() | cells)
    if what == "another name":  # said of the cells that are computed from it, too
        assert not {"2021.c1", "2020.c1"} & same and "2010.c1" in same


TEXTS = st.one_of(
    st.sampled_from(["0", "1.50", "12,000", "-3", "甲", "", "999999999999999", "0.123", "=1"]),
    st.integers(0, 10**6).map(lambda amount: f"{amount / 100:.2f}"),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    typed=st.dictionaries(st.sampled_from(sorted(plans_of(SHIPPED, "month"))), TEXTS, max_size=60),
    embedded=st.sampled_from(["是", "否"]),
    what=st.sampled_from(sorted(CHANGES)),
    again=st.booleans(),
)
def test_it_is_the_same_as_completing_anew(typed, embedded, what, again):
    """Also for what was frozen: there only what the firm typed is completed by the other."""
    past = complete(SHIPPED, {"2010.c1": "7", "2021.c1": "5"}, Facts(MAY)).values
    facts = Facts(MAY, {"A34": "1", "A36": embedded}, history={"year_ago": past, "prev": past})
    done = complete(SHIPPED, typed, facts)
    if again:
        typed = SHIPPED.values_as_text(done.values)
        done = complete(SHIPPED, typed, facts)
        typed = {key: text for key, text in typed.items() if key not in done.locked or key in done.overridden}
    taken, anew = complete_like(changed(what), typed, facts, SHIPPED, done), complete(changed(what), typed, facts)
    assert (taken.values, taken.locked) == (anew.values, anew.locked)
    assert {*taken.problems} == {*anew.problems} and {*taken.overridden} == {*anew.overridden}
