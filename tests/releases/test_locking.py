"""Who is missing by weight, why, and when two people lock."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts import clock
from accounts.access import DoneAlready
from accounts.models import JournalEntry
from reporting import workflow
from reporting.models import Filing, LockProposal, Period, Release, State, lock_limit
from reporting.releases.missing import missing_of
from reporting.totals.frozen import latest
from reporting.workflow import Refused, locking
from tests.cast import make_user
from tests.filling.figures import file_values
from tests.officials import sign_in
from tests.reading import markup_of, words_on
from tests.releases.conftest import LOCKED_AT

pytestmark = pytest.mark.django_db


def propose(city, by=None, **said) -> LockProposal:
    return workflow.propose_lock(city.may, by or city.by, LOCKED_AT, "多次催报未果", **said)


def test_what_is_missing_is_weighed_by_last_years_revenue(city):
    missing = missing_of(city.may)
    assert [(firm.name, firm.revenue) for firm in missing.firms] == [("三峡数据", 3000), ("万州云谷", 1000)]
    assert missing.in_words == "未纳入 2 家，占应报企业2023年年报主营业务收入的 40.0%。"
    assert [(area.name, area.firms, area.owed, area.part) for area in missing.where] == [
        ("全市", 2, 4, "40.0%"),
        ("万州区", 2, 2, "100.0%"),
    ]
    assert missing.is_above(Decimal("39.9")) and not missing.is_above(Decimal(40))


def test_where_nothing_is_known_of_last_year_firms_are_counted(city):
    Filing.objects.filter(period=city.annual).update(counted=None)
    missing = missing_of(city.may)
    assert "没有上年数据" in missing.in_words and "占应报 4 家的 50.0%" in missing.in_words
    assert missing.is_above(Decimal("49.9")) and not missing.is_above(Decimal(50))
    with pytest.raises(Refused, match="50.0%.+须由市级两个人办理"):
        workflow.lock(city.may, city.by, LOCKED_AT, "多次催报未果")


def test_a_firm_without_a_last_year_counts_as_one_of_all(city):
    Filing.objects.filter(enterprise=city.firms["三峡数据"], period=city.annual).update(counted=None)
    missing = missing_of(city.may)  # 1000 of 7000, and one firm of four
    assert missing.is_above(Decimal("24.9")) and not missing.is_above(Decimal(25))


def test_above_the_limit_nobody_locks_alone(city):
    with pytest.raises(Refused, match="40.0%.+超过 5%，须由市级两个人办理"):
        workflow.lock(city.may, city.by, LOCKED_AT, "多次催报未果")
    assert not Release.objects.exists()
    proposal = propose(city)
    with pytest.raises(Refused, match="不能自己确认"):
        workflow.confirm_lock(proposal, city.by, LOCKED_AT)
    assert workflow.confirm_lock(proposal, city.second, LOCKED_AT).is_locked
    lines = JournalEntry.objects.filter(period="2024M05").order_by("pk")
    assert [(line.action, line.by) for line in lines] == [("提出锁定", city.by), ("锁定报告期", city.second)]
    assert lines[1].after["提出人"] == city.by.signed


def test_what_stands_in_the_way_is_asked_once_while_nothing_can_change(city, monkeypatch):
    asked, stands = [], locking.standing_in_the_way
    monkeypatch.setattr(locking, "standing_in_the_way", lambda period: asked.append(period) or stands(period))
    proposal = propose(city)
    assert asked == [city.may]
    workflow.confirm_lock(proposal, city.second, LOCKED_AT)
    assert asked == [city.may] * 2
    line = JournalEntry.objects.get(action="锁定报告期")
    assert (line.after["草稿"], line.after["已上报，待区县审核"]) == (1, 1)


def test_at_the_limit_one_person_locks(city):
    workflow.choose_lock_limit(Decimal("39.9"), city.second, LOCKED_AT, "市局会议纪要")
    with pytest.raises(Refused, match="超过 39.9%"):
        workflow.lock(city.may, city.by, LOCKED_AT, "多次催报未果")
    workflow.choose_lock_limit(Decimal(40), city.second, LOCKED_AT, "市局会议纪要")
    assert workflow.lock(city.may, city.by, LOCKED_AT, "多次催报未果").is_locked


def test_who_raises_the_limit_for_himself_locks_nothing_with_it(city):
    workflow.choose_lock_limit(Decimal(100), city.by, LOCKED_AT, "市局会议纪要")
    with pytest.raises(Refused, match="超过 5%"):
        workflow.lock(city.may, city.by, LOCKED_AT, "多次催报未果")
    workflow.choose_lock_limit(Decimal(99), city.second, LOCKED_AT, "市局会议纪要")  # lowered, not agreed to
    with pytest.raises(Refused, match="超过 5%"):
        workflow.lock(city.may, city.by, LOCKED_AT, "多次催报未果")
    page = words_on(sign_in(city.by).get(reverse("city_releases")))
    assert "自己调高的比例，对自己一个人锁定这一期不起作用" in page


def test_a_limit_raised_before_the_period_was_opened_holds_for_it(city):
    workflow.choose_lock_limit(Decimal(40), city.by, LOCKED_AT - timedelta(days=30), "市局会议纪要")
    assert workflow.lock(city.may, city.by, LOCKED_AT, "多次催报未果").is_locked


def test_the_limit_is_changed_once_with_a_reason_within_its_bounds(city):
    with pytest.raises(DoneAlready, match="现在就是 5%"):
        workflow.choose_lock_limit(Decimal(5), city.by, LOCKED_AT, "试")
    with pytest.raises(Refused, match="请写明依据"):
        workflow.choose_lock_limit(Decimal(6), city.by, LOCKED_AT, " ")
    with pytest.raises(Refused, match="0 与 100 之间"):
        workflow.choose_lock_limit(Decimal(101), city.by, LOCKED_AT, "试")
    workflow.choose_lock_limit(Decimal(6), city.by, LOCKED_AT, "会议纪要")
    assert (lock_limit(), JournalEntry.objects.get().after) == (6, {"比例": "6%"})


def test_each_missing_firm_needs_a_reason_of_its_own_its_districts_or_its_standings(city):
    Filing.objects.filter(enterprise=city.firms["山城软件"], period=city.may).update(counted=None, state=State.RETURNED)
    reasons = {"firm:91500000MA5U000003": "系统更换", "standing:draft": "停业"}
    with pytest.raises(Refused, match="没有写明原因的有 1 家：山城软件"):
        workflow.propose_lock(city.may, city.by, LOCKED_AT, "", reasons)
    proposal = workflow.propose_lock(city.may, city.by, LOCKED_AT, "", reasons | {"district:500103": "核查中"})
    workflow.confirm_lock(proposal, city.second, LOCKED_AT)
    assert {firm.name: firm.reason for firm in latest("2024M05").left_out} == {
        "山城软件": "核查中",
        "三峡数据": "系统更换",
        "万州云谷": "停业",
    }


def test_what_has_changed_since_a_proposal_needs_a_new_one(city):
    proposal = propose(city)
    filing = Filing.objects.get(enterprise=city.firms["三峡数据"], period=city.may)
    filing.state = State.APPROVED
    file_values(filing, {"2010.c1": "500.00"}, city.by)
    with pytest.raises(Refused, match="三峡数据已不再缺少.+重新提出"):
        workflow.confirm_lock(proposal, city.second, LOCKED_AT)
    assert not Period.objects.get(pk="2024M05").is_locked
    anew = propose(city, city.second)
    proposal.refresh_from_db()
    assert proposal.outcome == LockProposal.OVERTAKEN
    with pytest.raises(Refused, match="情况有变，已失效，请重新提出"):
        workflow.confirm_lock(proposal, city.second, LOCKED_AT)
    assert workflow.confirm_lock(anew, city.by, LOCKED_AT).is_locked


def test_what_is_counted_and_opened_again_since_a_proposal_needs_a_new_one(city):
    """Nobody more is missing by it, and yet it is not what was proposed."""
    proposal = propose(city)
    Filing.objects.filter(enterprise=city.firms["山城软件"], period=city.may).update(state=State.CITY_RETURNED)
    with pytest.raises(Refused, match="提出以后情况有变：未完成的“市级退回区县”由 0 家变为 1 家"):
        workflow.confirm_lock(proposal, city.second, LOCKED_AT)


def test_another_last_year_since_a_proposal_needs_a_new_one(city):
    proposal = propose(city)
    Filing.objects.filter(enterprise=city.firms["山城软件"], period=city.annual).update(counted=None)
    with pytest.raises(Refused, match="上年收入由 4,000.00（应报企业共 10,000.00）变为 4,000.00（共 4,000.00）"):
        workflow.confirm_lock(proposal, city.second, LOCKED_AT)


def test_a_stale_second_proposal_is_told_who_was_first(city, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: LOCKED_AT)
    propose(city)
    answer = sign_in(city.second).post(reverse("city_lock", args=["2024M05"]), {"reason": "另一个原因"})
    assert f"{city.by}已提出锁定2024年5月，请由另一人确认" in words_on(answer, 409)


def test_one_proposal_stands_at_a_time_and_can_be_withdrawn(city):
    proposal = propose(city)
    assert propose(city) == proposal  # the second click
    with pytest.raises(Refused, match="已提出锁定2024年5月，请由另一人确认"):
        propose(city, city.second)
    workflow.withdraw_lock(proposal, city.second, LOCKED_AT)
    assert workflow.withdraw_lock(proposal, city.second, LOCKED_AT).outcome == LockProposal.WITHDRAWN
    with pytest.raises(Refused, match="已撤回，请重新提出"):
        workflow.confirm_lock(proposal, city.second, LOCKED_AT)
    assert JournalEntry.objects.filter(action="撤回拟锁定").count() == 1


def test_a_lock_by_two_cannot_be_withdrawn_or_proposed_any_more(city):
    proposal = propose(city)
    workflow.confirm_lock(proposal, city.second, LOCKED_AT)
    with pytest.raises(Refused, match="不能再撤回"):
        workflow.withdraw_lock(proposal, city.by, LOCKED_AT)
    with pytest.raises(DoneAlready, match="已经锁定"):
        propose(city)


def test_the_page_leads_two_people_through(city, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: LOCKED_AT)
    page = reverse("city_period", args=["2024M05"])
    first, second = sign_in(city.by), sign_in(city.second)
    asked = words_on(first.get(page))
    assert "全市 2/4 40.0% —\n万州区 2/2 40.0% 100.0%" in asked
    assert "须由市级两个人办理" in asked and "提出锁定2024年5月" in asked
    assert "三峡数据 万州区 已上报，待区县审核 30.0%" in asked
    given = {"reason": "多次催报未果", "firm:91500000MA5U000003": "系统更换"}
    told = words_on(first.post(reverse("city_lock", args=["2024M05"]), given, follow=True))
    assert "请市级另一人登录后在这里确认" in told and "确认锁定2024年5月" not in told
    seen = words_on(second.get(page))
    assert "三峡数据（万州区，已上报，待区县审核）：系统更换" in seen
    assert "万州云谷（万州区，草稿）：多次催报未果" in seen
    proposal = LockProposal.objects.get()
    assert "待确认的锁定：" in words_on(second.get(reverse("city_home")))
    refused = first.post(reverse("city_confirm_lock", args=["2024M05", proposal.pk]), follow=True)
    assert "不能自己确认" in words_on(refused)
    done = words_on(second.post(reverse("city_confirm_lock", args=["2024M05", proposal.pk]), follow=True))
    assert "2024年5月已锁定" in done and "2024M05-1" in done
    assert "待确认的锁定" not in words_on(second.get(reverse("city_home")))
    who = f"{city.by.get_short_name()}提出，{city.second.get_short_name()}确认"
    assert who in words_on(second.get(reverse("city_releases")))
    shown = second.get(reverse("city_release", args=["2024M05-1"]))
    assert who in (read := words_on(shown))
    words = shown.context["summary"].released.words
    assert f"{city.by.signed}提出，{city.second.signed}确认" in words
    assert "三峡数据 万州区 已上报，待区县审核 30.0% 系统更换" in read
    assert '<a href="/city/periods/" aria-current' in markup_of(shown)
    totals = words_on(second.get(reverse("city_totals"), {"period": "2024M05"}))
    assert "2024M05-1，第 1 次发布（锁定）" in totals
    assert "系统更换：1 家，占 30.0%" in totals


def test_a_districts_desk_reads_nothing_of_other_districts_in_the_citys_reason(city):
    reasons = {"district:500103": "核查中"}
    Filing.objects.filter(enterprise=city.firms["山城软件"], period=city.may).update(counted=None, state=State.RETURNED)
    proposal = workflow.propose_lock(city.may, city.by, LOCKED_AT, "万州云谷停业", reasons)
    workflow.confirm_lock(proposal, city.second, LOCKED_AT)

    def read_in(district):
        clerk = make_user(f"clerk{district}", "区县", "district", district=city.districts[district])
        return words_on(sign_in(clerk).get(reverse("district_totals"), {"period": "2024M05"}))

    page = read_in("500103")
    assert "2024M05-1，第 1 次发布，2024-06-14" in page and "核查中" in page
    assert "万州" not in page and city.second.signed not in page
    assert "万州云谷停业" not in (other := read_in("500101")) and "见市级锁定时的说明" in other


def test_a_lock_without_a_reason_is_refused_on_the_page(city, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: LOCKED_AT)
    answer = sign_in(city.by).post(reverse("city_lock", args=["2024M05"]), {"reason": ""})
    assert "没有写明原因的有 2 家" in words_on(answer, 409)
