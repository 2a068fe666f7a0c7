"""The limits of review: chosen by the city, once each, with a reason."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.access import DoneAlready, Refused
from accounts.models import JournalEntry
from reporting import workflow
from reporting.models import ReviewLimits, review_limits
from tests.cast import AT
from tests.may import make_may
from tests.officials import sign_in
from tests.reading import words_on

WANTED = {"points": Decimal("0.2"), "watched": ["headline", "main"], "bulk_share": Decimal(2)}


@pytest.fixture
def may(cast):
    return make_may(cast)


def choose(by, reason="市局会议纪要", at=AT, **other):
    return workflow.choose_review_limits(workflow.Limits(**WANTED | other), by, at, reason)


def test_until_the_city_chooses_the_default_holds(db):
    limits = review_limits()
    assert (limits.points, limits.watched, limits.bulk_share) == (
        Decimal("0.1"), ["headline", "base", "employed"], Decimal("1.0"),
    )  # fmt: skip
    assert not ReviewLimits.objects.exists()


def test_the_last_choice_holds_and_is_journalled(may):
    choose(may.city)
    choose(may.city, points=Decimal("0.3"), at=AT + timedelta(hours=1))
    limits = review_limits()
    assert (limits.points, limits.watched, limits.bulk_share) == (Decimal("0.30"), ["headline", "main"], 2)
    first, second = JournalEntry.objects.filter(action="设定审核界限").order_by("at")
    assert first.before["预期误差上限"] == "0.1%"
    assert second.before["预期误差上限"] == "0.2%" and second.after == {
        "预期误差上限": "0.3%",
        "控制误差的指标": "软件业务收入、其他主要指标",
        "须逐份打开的占比": "2%",
    }
    assert second.why == "市局会议纪要"


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"points": Decimal(0)}, "在 0.01% 与 5% 之间"),
        ({"points": Decimal("5.01")}, "在 0.01% 与 5% 之间"),
        ({"bulk_share": Decimal(-1)}, "在 0 与 100 之间"),
        ({"bulk_share": Decimal(101)}, "在 0 与 100 之间"),
        ({"watched": []}, "至少选一项"),
        ({"watched": ["headline", "profit"]}, "只能在列出的指标里选"),
        ({"reason": " "}, "请写明依据"),
    ],
)
def test_what_is_out_of_bounds_is_refused_with_the_bounds(may, wanted, sentence):
    with pytest.raises(Refused, match=sentence):
        choose(may.city, **wanted)
    assert not ReviewLimits.objects.exists()


def test_the_same_once_more_is_said_to_be_done_already(may):
    choose(may.city)
    with pytest.raises(DoneAlready, match="没有改动"):
        choose(may.city)


@pytest.mark.parametrize("who", ["analyst", "reviewer"])
def test_nobody_else_chooses(may, who):
    with pytest.raises(Refused, match="只有市级管理员"):
        choose(getattr(may, who))
    assert sign_in(getattr(may, who)).get("/city/review-limits/").status_code == 403


def test_the_city_chooses_on_a_page(may):
    city = sign_in(may.city)
    words = words_on(city.get("/city/review-limits/"))
    assert "这是默认的界限" in words and "四分位数按第 7 类算法" in words and "不足 8 家时" in words
    typed = {"points": "0.25", "watched": ["headline"], "bulk_share": "5", "reason": "会议纪要"}
    page = words_on(city.post("/city/review-limits/", typed, follow=True))
    assert "审核界限已保存" in page and "0.25%" in page and "会议纪要" in page
    assert review_limits().watched == ["headline"]
    assert "没有改动" in words_on(city.post("/city/review-limits/", typed, follow=True))


def test_what_cannot_stand_is_told_beside_its_field(may):
    answer = sign_in(may.city).post("/city/review-limits/", {"points": "9", "watched": [""], "reason": ""})
    assert answer.status_code == 422 and not ReviewLimits.objects.exists()
    assert "预期误差上限（％）不能大于 5" in words_on(answer, 422)


def test_a_share_of_more_than_all_is_told_beside_its_field(may):
    sent = {"points": "0.1", "watched": ["headline"], "bulk_share": "100.1", "reason": "会议纪要"}
    answer = sign_in(may.city).post("/city/review-limits/", sent)
    assert answer.status_code == 422
    assert "须逐份打开的占比（％）不能大于 100" in words_on(answer, 422)


def test_the_page_is_found_from_the_submissions_and_the_periods(may):
    for address in ("/city/submissions/", "/city/periods/"):
        assert "审核界限" in words_on(sign_in(may.city).get(address))
        assert "审核界限" not in words_on(sign_in(may.analyst).get(address))
