"""Whom first: what a total lacks without a firm is the same in the queue, in 催报 and on the last evening's page."""

import pytest

from reporting.consequence.absence import absences_of
from reporting.models import Filing, State
from tests.consequence.ordered_city import NOW, make_ordered_city
from tests.officials import make_it_be, sign_in
from tests.reading import words_on

FIRST, SECOND, THIRD = IN_ORDER = ("未报甲", "未报丙", "未报乙")


@pytest.fixture
def city(db):
    """Of May 2023 甲 had 500 and 乙 5; of December 甲 said 1,200, 乙 5,000 and 丙 600; of its May nothing is known."""
    make_it_be(NOW.date())
    city = make_ordered_city()
    for name, headline, revenue in (("未报甲", 500, 1200), ("未报乙", 5, 5000), ("未报丙", None, 600)):
        city.files(name, 1)
        Filing.objects.filter(pk=city.filings[name].pk).update(state=State.NOT_STARTED, in_force=None)
        city.stood_before("2023M12", name, {"2010.c1": f"{revenue}.00"})
        if headline:
            city.stood_before("2023M05", name, {"2020.c1": f"{headline}.00"})
    return city


def test_it_is_the_headline_a_year_before_or_last_years_revenue_in_its_measure(city):
    """甲 and 乙 had 505 of the headline figure on 6,200 of revenue: 丙's 600 stand for 600 × 505 / 6200."""
    found = absences_of(city.period)
    weights = {name: found.weights[city.filings[name].pk] for name in IN_ORDER}
    assert weights == pytest.approx({"未报甲": 500, "未报丙": 600 * 505 / 6200, "未报乙": 5})
    assert found.words == "2023年5月软件业务收入合计（不详的按2023年12月主营业务收入累计折算）"
    assert not found.is_revenue and len(found.weights) == 3


def test_where_nobody_filed_the_headline_figure_it_is_last_years_revenue(city):
    nothing = {"in_force": None, "approved": None, "counted": None, "state": State.NOT_STARTED}
    Filing.objects.filter(period="2023M05").update(**nothing)
    found = absences_of(city.period)
    assert found.is_revenue and found.words == "2023年12月主营业务收入累计"
    assert found.weights[city.filings["未报乙"].pk] == 5000


def test_the_three_pages_say_the_same_firms_first(city):
    desk = sign_in(city.reviewer)
    for page in (
        "/district/queue/2024M05/?state=not_started",
        "/reminders/?period=2024M05",
        "/district/night/2024M05/",
    ):
        text = words_on(desk.get(page))
        text = text[text.find("先给谁打电话") :] if "night" in page else text
        assert sorted(IN_ORDER, key=text.index) == list(IN_ORDER), page
    assert "上年同期数不详，按上年收入折算占" in words_on(desk.get("/district/queue/2024M05/?state=not_started"))
