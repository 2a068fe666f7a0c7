"""Bridges close to the last digit for a random city and every group of every cut: entries, exits, moves,
reclassifications, restatements, cells left blank in either year, merged entries, figures no column holds."""

from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms_tables.edition.catalog import load_edition
from reporting.cuts.dimensions import DIMENSIONS
from reporting.growth.bridge import CAME, EMPTIED, FILLED, LEFT, MISSING, NEW, NEWLY_FILLED, bridges, paired
from reporting.growth.comparing import AskedGrowth, compare
from reporting.growth.figures import FirmRow, Place
from tests.growth.city import NANAN, PARKS, YUZHONG, make_growing_city

NOW, THEN = "2024M05", "2023M05"
DISTRICTS = (PARKS, YUZHONG, NANAN)
ROWS = load_edition("chongqing-2024").platform.rows
SAID = {  # a row of the questionnaire → what firms say of themselves
    ROWS.industry: ("6510", "6513", "6450"),
    ROWS.size: ("1", "2"),
    ROWS.ownership: ("1", "2"),
    ROWS.park: ("01", ""),
    ROWS.scope: ("1", "1,3A"),
    ROWS.key_firm: ("0", "1"),
    ROWS.founded: ("2019-05", "2020-01"),
}
UNTIMED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
CLASSES = ("2021", "2022", "2023")


def a_figure(dice: Random) -> str:
    if dice.random() < 0.05:  # too long for a column
        return f"{dice.randrange(10**15)}.{dice.randrange(10**8):08d}"
    return f"{Decimal(dice.randrange(-(10**6), 10**8)).scaleb(-2):.2f}"


class RandomCity:
    """What was filed, kept beside the record: of each filing its groups and its figures."""

    def __init__(self, dice: Random) -> None:
        self.city, self.dice, self.rows = make_growing_city(), dice, {NOW: [], THEN: []}
        for number in range(dice.randint(1, 7)):
            name, facts, then = f"企业{number}", self.facts(), None
            if dice.random() < 0.8:
                then = self.filed(name, THEN, facts, self.figure())
            if dice.random() < 0.3:
                self.filed(f"{name}旧", THEN, self.facts(), {"2090.c1": a_figure(dice)})
                self.city.firm(f"{name}旧", merged_into=name)
            if dice.random() < 0.8:
                said = then["2090.c1"] if then and dice.random() < 0.6 else a_figure(dice)
                said = {"2090.c2": said} if dice.random() < 0.9 else {}
                facts = facts if dice.random() < 0.6 else self.facts()
                self.filed(name, NOW, facts, self.figure() | said)

    def figure(self) -> dict[str, str]:
        """Some leave the cell blank."""
        return {"2090.c1": a_figure(self.dice)} if self.dice.random() < 0.85 else {}

    def facts(self) -> dict[str, str]:
        dice = self.dice
        told = {row: dice.choice(texts) for row, texts in SAID.items()}
        return told | {"district": dice.choice(DISTRICTS), "class": dice.choice(CLASSES)}

    def filed(self, name: str, period: str, facts: dict[str, str], values: dict[str, str]) -> dict[str, str]:
        self.rows[period].append((facts, values))
        attributes = {row: facts[row] for row in SAID}
        self.city.files(name, period, values | {f"{facts['class']}.c1": "5"}, facts["district"], **attributes)
        return values

    def sums(self, period: str, cell: str, key: str, within: str = "") -> dict[str, Decimal]:
        """By group, added up outside."""
        found = defaultdict(Decimal)
        for facts, values in self.rows[period]:
            if cell in values and within in ("", facts["district"]):
                found[self.group(facts, key)] += Decimal(values[cell])
        return found

    @staticmethod
    def group(facts: dict[str, str], key: str) -> str:
        dimension = DIMENSIONS[key]
        said = facts[getattr(ROWS, dimension.row)] if dimension.row else facts[key]
        return said[: dimension.shorten] if dimension.shorten else said


@pytest.mark.django_db
@given(seed=st.integers(0, 10**9))
@settings(max_examples=12, deadline=None, suppress_health_check=UNTIMED)
def test_bridges_close_for_the_city_and_every_group_of_every_cut(request, seed):
    media = request.getfixturevalue("settings")
    media.MEDIA_ROOT = Path(request.getfixturevalue("tmp_path")) / str(seed)
    with transaction.atomic():
        filed = RandomCity(Random(seed))
        if all(filed.rows.values()):
            for key in DIMENSIONS:
                it_closes(filed, key)
            for district in DISTRICTS:
                it_closes(filed, "size", district)
        transaction.set_rollback(True)


def it_closes(filed: RandomCity, key: str, within: str = "") -> None:
    compared = compare(AskedGrowth(NOW, "2090.c1", by=key, within=within))
    wanted = [filed.sums(*asked, key, within) for asked in ((THEN, "2090.c1"), (NOW, "2090.c2"), (NOW, "2090.c1"))]
    for group, bridge in compared.groups.items():
        assert [bridge.published, bridge.base, bridge.level] == [sums[group] for sums in wanted], (key, group)
        steps = [line.amount for line in bridge.lines() if not line.is_level]
        assert bridge.published + sum(steps) == bridge.level
    assert {group for sums in wanted for group in sums} <= set(compared.groups)
    whole = compared.whole
    assert [whole.published, whole.base, whole.level] == [sum(sums.values()) for sums in wanted]
    it_cancels(whole, compared.groups, within)


def it_cancels(whole, groups, within: str) -> None:
    """Over the groups; the whole has no such step, but a district those to and from others."""
    for step in ("reclassified", "moved"):
        over = sum(bridge.amounts[f"{step}_in"] + bridge.amounts[f"{step}_out"] for bridge in groups.values())
        assert over == whole.amounts[f"{step}_in"] + whole.amounts[f"{step}_out"]
        if step == "reclassified" or not within:
            assert over == 0 and not whole.firms[f"{step}_in"] and not whole.firms[f"{step}_out"]


FIGURES = st.none() | st.decimals(-(10**12), 10**12, places=4, allow_nan=False)
PLACES = st.builds(Place, st.sampled_from(["a", "b"]), st.sampled_from(["x", "y"]))


@st.composite
def rows(draw, figures: int):
    values = st.tuples(*[FIGURES] * figures)
    whose = st.tuples(st.integers(1, 4), st.booleans(), PLACES, values)
    return [
        FirmRow(firm, is_own, place.district, place, number, found)
        for number, (firm, is_own, place, found) in enumerate(draw(st.lists(whose, max_size=8)))
    ]


@settings(deadline=None, suppress_health_check=UNTIMED)
@given(rows(2), rows(1), st.sampled_from(["", "a", "b"]))
def test_they_close_however_many_rows_a_firm_has(now, then, within):
    """Merged entries may have filed several times, in several groups, in either year."""

    def level(rows, position, group=None):
        return sum(
            row.figures[position] or Decimal(0)
            for row in rows
            if within in ("", row.place.district) and group in (None, row.place.group)
        )

    whole, groups = bridges(paired(now, then), within)
    for group, bridge in [(None, whole), *groups.items()]:
        wanted = (level(then, 0, group), level(now, 1, group), level(now, 0, group))
        assert (bridge.published, bridge.base, bridge.level) == wanted
        assert bridge.lines()[-1].total == bridge.level
    it_cancels(whole, groups, within)


@settings(deadline=None)
@given(rows(2), rows(1), st.sets(st.integers(1, 4)))
def test_nobody_comes_or_leaves_who_filed_in_both_years(now, then, missing):
    filed, filed_then = {row.firm for row in now}, {row.firm for row in then}
    for firm, pair in paired(now, then, missing - filed).items():
        steps = {step for _, step, _ in pair.steps()}
        if firm in filed & filed_then:
            assert not steps & {CAME, NEW, LEFT, MISSING}
        else:
            assert not steps & {FILLED, NEWLY_FILLED, EMPTIED}
