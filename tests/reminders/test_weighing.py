"""催报 begins with whoever leaves most of last year's revenue out, and can be cut to the few that carry most of it."""

import re
from datetime import date
from decimal import Decimal

import pytest

from accounts import clock
from accounts.models import Letter
from reporting import workflow
from reporting.models import Urging
from reporting.reminders import urging
from reporting.reminders.urging import Chosen
from reporting.reminders.weighing import weigh
from reporting.workflow.period import owe
from tests.cast import AT, make_enterprise
from tests.may import make_may, open_period
from tests.officials import file_may, freeze, make_it_be, sign_in
from tests.reading import markup_of, words_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def may(cast):
    """渝中区 owes with 云图 (150 last year), 嘉陵 (600), 巴渝 (50) and 新芽, of which nothing is known; 南岸区 with
    山城 (200)."""
    return owing_with(cast, "600.00")


def owing_with(cast, of_jialing: str):
    make_it_be(date(2024, 6, 10))
    may = make_may(cast)
    december = open_period("2023M12", date(2024, 1, 1))
    bayu = make_enterprise("91500103MA7AAAA12K", "重庆巴渝软件有限公司", cast.yuzhong)
    may.sprout = owe(make_enterprise("91500103MA5U77772B", "重庆新芽软件有限公司", cast.yuzhong), may.may)
    may.bayu = owe(bayu, may.may)
    may.jialing = cast.jialing.filings.get(period=may.may)
    last_year = {cast.yuntu: "150.00", cast.jialing: of_jialing, bayu: "50.00", cast.shancheng: "200.00"}
    for firm, figure in last_year.items():
        before = owe(firm, december)
        reviewer = cast.he_qing if firm == cast.shancheng else cast.chen_yu
        workflow.approve(freeze(before, may.clerk, {"2010.c1": figure}), reviewer, AT)
    return may


def weighed(user, may, **chosen):
    wanted = Chosen(**chosen)
    return weigh(user, may.may, wanted, urging.group(user, may.may, wanted, AT))


def test_the_district_begins_with_the_largest_and_ends_with_those_of_whom_nothing_is_known(may, cast):
    absence = weighed(cast.chen_yu, may)
    assert absence.order == [may.jialing.pk, may.filing.pk, may.bayu.pk, may.sprout.pk]
    # of 800: 600, 150, 50
    assert [row.share for row in absence.rows] == [Decimal("75.0"), Decimal("18.8"), Decimal("6.3"), None]
    assert [row.reached for row in absence.rows] == [
        Decimal("75.0"), Decimal("93.8"), Decimal("100.0"), Decimal("100.0"),
    ]  # fmt: skip
    assert (absence.carried, absence.missing, absence.unknown) == (Decimal("0.0"), Decimal("100.0"), 1)
    assert absence.first == 2  # 750 of 800; 600 would be three quarters


def test_who_has_filed_is_carried_already_and_the_sum_goes_on_from_there(may, cast):
    file_may(may.filing, may.clerk)
    absence = weighed(cast.zhou_tao, may)
    # the city owes 1,000, of which 150 are in
    assert absence.carried == Decimal("15.0") and absence.missing == Decimal("85.0")
    assert [row.reached for row in absence.rows][:3] == [Decimal("75.0"), Decimal("95.0"), Decimal("100.0")]
    assert absence.first == 2  # 600 and 200 of 850 that are missing; 600 alone are 70.6
    drafting = weighed(cast.zhou_tao, may, state="drafting")
    assert drafting.rows == [] and drafting.first == 0
    of_nanan = weighed(cast.zhou_tao, may, district="500108")
    assert [row.share for row in of_nanan.rows] == [Decimal("100.0")] and of_nanan.first == 0


def test_without_a_last_year_nothing_is_said_of_shares(cast):
    make_it_be(date(2024, 6, 10))
    may = make_may(cast)
    page = words_on(sign_in(cast.chen_yu).get("/reminders/"))
    assert "没有上年收入可以比较" in page and "占上年收入" not in page and "选前" not in page
    assert weighed(cast.chen_yu, may).first == 0


def test_a_last_year_below_nothing_is_no_share_of_anything(cast):
    may = owing_with(cast, "-900.00")
    absence = weighed(cast.chen_yu, may)
    # -900, 150 and 50: the area's base is below nought, so no part of it can be said
    assert [row.share for row in absence.rows] == [None] * 4
    # without 嘉陵 the total is 900 off, if upwards
    assert absence.order == [may.jialing.pk, may.filing.pk, may.bayu.pk, may.sprout.pk]
    assert sign_in(cast.chen_yu).get("/reminders/").status_code == 200


def test_the_page_offers_the_few_that_carry_most_and_writes_to_them_alone(
    may, cast, django_capture_on_commit_callbacks
):
    desk = sign_in(cast.chen_yu)
    page = words_on(desk.get("/reminders/"))
    assert (
        page.index("重庆嘉陵微电子有限公司") < page.index("重庆云图软件有限公司") < page.index("重庆新芽软件有限公司")
    )
    assert "选前 2 家（占未报企业上年收入的 80%）" in page and "93.8%" in page and "没有上年收入，排在最后" in page
    cut = desk.get("/reminders/?first=2")
    assert "正在看上年收入最大的 2 家" in words_on(cut) and "巴渝" not in words_on(cut)
    form = {"period": "2024M05", "state": "", "district": "", "q": "", "words": "", "first": "2"}
    preview = markup_of(desk.post("/reminders/preview/", form))
    sent = form | {
        name: re.search(rf'name="{name}" value="([^"]+)"', preview)[1]
        for name in ("token", "previewed_at", "seen", "of")
    }
    assert sent["of"].split() == [str(may.jialing.pk), str(may.filing.pk)]
    file_may(may.filing, may.clerk, at=clock.now())  # 巴渝 does not take its place
    with django_capture_on_commit_callbacks(execute=True):
        answer = desk.post("/reminders/send/", sent)
    assert set(Letter.objects.filter(stem="reminder/urged").values_list("to", flat=True)) == {
        cast.zhao_min.email,
    }  # fmt: skip
    made = Urging.objects.get()
    assert (made.firms, made.submitted) == (1, 1)
    assert "上年收入最大的 2 家" in words_on(desk.get(answer.url))


@pytest.mark.parametrize("of", ["", "1;2", "x"])
def test_what_the_preview_sent_on_and_somebody_changed_is_refused(may, cast, of):
    form = {"period": "2024M05", "first": "2", "of": of, "token": "6f1f4b52-9f0c-4c3e-8c1d-0a8d0b7c1f11"}
    answer = sign_in(cast.chen_yu).post("/reminders/send/", form | {"previewed_at": "2024-06-10 09:00", "seen": "3"})
    assert "请重新预览后再发送" in words_on(answer, 422) and not Urging.objects.exists()


def test_anothers_filings_named_in_the_form_are_not_reached(may, cast):
    chosen = Chosen(first=1, of=[may.other_filing.pk])
    assert not urging.group(cast.chen_yu, may.may, chosen, AT).exists()
    assert "没有符合条件的企业" in words_on(sign_in(cast.chen_yu).get("/reminders/?first=9&q=没有这家"))
    assert sign_in(cast.chen_yu).get("/reminders/?first=abc").status_code == 200
