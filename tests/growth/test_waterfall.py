"""The picture of a bridge: each bar begins where the one before ended."""

from decimal import Decimal

from reporting.growth.bridge import BASE, CAME, LEFT, LEVEL, PUBLISHED, STAYED, Bridge
from reporting.growth.waterfall import LEFT as EDGE
from reporting.growth.waterfall import WIDTH, draw


def bridge_of(**amounts: int) -> Bridge:
    bridge = Bridge()
    for step, amount in amounts.items():
        bridge.amounts[step], bridge.firms[step] = Decimal(amount), 1
    return bridge


def places(bridge: Bridge) -> dict[str, tuple[int, int]]:
    return {bar.line.key: (bar.x - EDGE, bar.end - EDGE) for bar in draw(bridge.lines()).bars}


def test_steps_stand_between_their_levels():
    """0 … 200 over 350 units: 100 is 175, 40 is 70."""
    assert WIDTH == 350
    assert places(bridge_of(published=100, came=100, left=-40, grew_stayed=40)) == {
        PUBLISHED: (0, 175),
        CAME: (175, 350),
        LEFT: (280, 350),
        BASE: (0, 280),
        STAYED: (280, 350),
        LEVEL: (0, 350),
    }


def test_small_steps_are_seen_because_the_axis_begins_below_them_and_says_so():
    drawn = draw(bridge_of(published=1000, grew_stayed=10).lines())
    assert drawn.starts_at == Decimal(990)
    assert [(bar.line.key, bar.x - EDGE, bar.end - EDGE) for bar in drawn.bars] == [
        (PUBLISHED, 0, 175), (BASE, 0, 175), (STAYED, 175, 350), (LEVEL, 0, 350),
    ]  # fmt: skip


def test_a_loss_stands_left_of_nought():
    drawn = draw(bridge_of(published=-100, grew_stayed=200).lines())
    assert drawn.starts_at == 0
    assert places(bridge_of(published=-100, grew_stayed=200)) == {
        PUBLISHED: (0, 175), BASE: (0, 175), STAYED: (0, 350), LEVEL: (175, 350),
    }  # fmt: skip
