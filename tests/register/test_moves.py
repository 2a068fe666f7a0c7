"""A firm moves: at once, or back over open periods when the other district accepts, never back over a locked one."""

from datetime import date, datetime, timedelta

import pytest

from accounts.access import Refused
from accounts.models import DeadAddress, Enterprise, JournalEntry, Letter, Move
from accounts.post.outbox import message_of
from reporting import workflow
from reporting.models import Filing, LateRequest, Period, State
from reporting.register import moves
from reporting.totals.progress import requests_waiting
from reporting.workflow import owe
from reporting.workflow.owing import labels
from tests.cast import AT, SHANGHAI, make_district
from tests.may import AFTER_DUE, CLEAN_MAY, fresh, make_may, open_period
from tests.officials import file_may, make_it_be, sign_in
from tests.reading import markup_of, words_on

JUNE = date(2024, 6, 1)
TENTH = date(2024, 5, 10)


@pytest.fixture
def may(cast):
    make_it_be(AT.date())
    return make_may(cast)


def period(code: str, opens_on: date, state: str = Period.OPEN) -> Period:
    return Period.objects.create(code=code, edition_code="chongqing-2024", opens_on=opens_on, state=state)


def move(cast, by, district=None, since=JUNE, reason="搬迁到南岸", at=AT):
    return moves.move_enterprise(cast.yuntu, district or cast.nanan, since=since, reason=reason, by=by, at=at)


def propose(cast, by=None, district=None, since=TENTH, reason="搬迁到南岸", at=AT) -> Move:
    said = {"since": since, "reason": reason, "by": by or cast.chen_yu, "at": at}
    return moves.propose_move(cast.yuntu, district or cast.nanan, **said)


def told(stem: str = "register/move") -> set[str]:
    return set(Letter.objects.filter(stem=stem).values_list("to", flat=True))


# At once


def test_a_firm_that_moves_keeps_its_history_where_it_was(cast):
    april, may, june = (
        period("2024M04", date(2024, 5, 1), Period.LOCKED),
        period("2024M05", JUNE),
        period("2024M06", JUNE),
    )
    filings = {
        each: Filing.objects.create(enterprise=cast.yuntu, period=each, district=cast.yuzhong)
        for each in (april, may, june)
    }
    move(cast, cast.chen_yu)
    assert cast.yuntu.district_on(date(2024, 5, 31)) == cast.yuzhong
    assert cast.yuntu.district_on(JUNE) == cast.nanan
    assert [fresh(filings[each]).district for each in (april, may, june)] == [cast.yuzhong, cast.yuzhong, cast.nanan]
    assert set(JournalEntry.objects.filter(action="迁移区县").values_list("district", flat=True)) == {
        cast.yuzhong.pk,
        cast.nanan.pk,
    }
    assert cast.yuntu in Enterprise.objects.visible_to(cast.he_qing)


def test_what_was_sent_stays_with_the_old_district(cast):
    sent = Filing.objects.create(
        enterprise=cast.yuntu, period=period("2024M06", JUNE), district=cast.yuzhong, state=State.SUBMITTED
    )
    move(cast, cast.zhou_tao)
    assert fresh(sent).district == cast.yuzhong


def test_everybody_is_told_of_a_move_but_who_made_it(cast):
    move(cast, cast.chen_yu)
    assert told() == {cast.he_qing.email, cast.li_na.email, cast.wang_lei.email}
    Letter.objects.all().delete()
    moves.move_enterprise(cast.yuntu, cast.yuzhong, since=AT.date(), reason="搬回", by=cast.zhou_tao, at=AT)
    assert told() == {cast.chen_yu.email, cast.he_qing.email, cast.li_na.email, cast.wang_lei.email}


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"by": "he_qing"}, "现在所属的区县"),
        ({"by": "li_na"}, "现在所属的区县"),
        ({"by": "liu_fang"}, "现在所属的区县"),
        ({"reason": " "}, "事由"),
        ({"since": AT.date() + timedelta(days=1)}, "不能晚于今天"),
        ({"district": "yuzhong"}, "已经属于"),
        ({"since": date(2023, 1, 1)}, "应晚于"),
    ],
)
def test_a_move_is_refused(cast, changed, sentence):
    named = {
        name: getattr(cast, value) if isinstance(value, str) and hasattr(cast, value) else value
        for name, value in changed.items()
    }
    for ask in (move, propose):
        with pytest.raises(Refused, match=sentence):
            ask(cast, **({"by": cast.chen_yu} | named))


def test_a_firm_does_not_move_to_an_abolished_district(cast):
    gone = make_district("500105", "江北区", 5, valid_to=date(2024, 1, 1))
    with pytest.raises(Refused, match="不是报送区县"):
        move(cast, cast.chen_yu, gone)


def test_the_old_district_loses_sight_of_the_firm_by_its_page(client, cast):
    client.force_login(cast.chen_yu)
    assert client.get(f"/firms/{cast.yuntu.credit_code}/").status_code == 200
    client.post(
        f"/firms/{cast.yuntu.credit_code}/move/", {"district": cast.nanan.pk, "since": "2024-06-01", "reason": "搬迁"}
    )
    assert client.get(f"/firms/{cast.yuntu.credit_code}/").status_code == 404


def test_where_its_filings_stayed_the_page_says_where_the_firm_went(cast, may):
    address = f"/firms/{cast.yuntu.credit_code}/"
    move(cast, cast.chen_yu)
    assert f'href="{address}"' in markup_of(sign_in(cast.chen_yu).get("/district/queue/2024M05/"))
    gone = sign_in(cast.chen_yu).get(address)
    assert "已迁出本区县，现属南岸区" in words_on(gone, 404) and cast.yuntu.mobile not in words_on(gone, 404)
    move(cast, cast.he_qing, district=cast.yuzhong, since=date(2024, 6, 3))
    assert "现属" not in words_on(sign_in(cast.he_qing).get(address), 404)


# Back over what is locked


def test_no_move_reaches_back_over_a_locked_period(cast, may):
    period("2024M04", date(2024, 5, 1), Period.LOCKED)
    for ask in (move, propose):
        with pytest.raises(Refused, match="2024年4月已由市级锁定.*2024-05-01 或以后"):
            ask(cast, cast.chen_yu, since=date(2024, 4, 30))
    assert propose(cast, since=date(2024, 5, 1)).is_waiting
    assert cast.yuntu.district_on(date(2024, 4, 30)) == cast.yuzhong


def test_a_proposal_cannot_be_accepted_over_a_lock_that_came_between(cast, may):
    proposed = propose(cast)
    Period.objects.filter(pk="2024M05").update(state=Period.LOCKED)
    with pytest.raises(Refused, match="2024年5月已由市级锁定"):
        moves.accept_move(proposed, by=cast.he_qing, at=AT)
    proposed.refresh_from_db()
    assert proposed.is_waiting and cast.yuntu.district == cast.yuzhong
    assert moves.withdraw_move(proposed, by=cast.chen_yu, at=AT).state == Move.State.WITHDRAWN


# Back over what is open


def test_a_move_over_an_open_period_is_not_done_at_once(cast, may):
    for by in (cast.chen_yu, cast.zhou_tao):
        with pytest.raises(Refused, match="2024年5月已经开启.*南岸区接收"):
            move(cast, by, since=TENTH)


def test_before_it_is_accepted_nothing_moves_and_everybody_sees_it(cast, may):
    proposed = propose(cast)
    assert (cast.yuntu.district, fresh(may.filing).district) == (cast.yuzhong, cast.yuzhong)
    assert told() == {cast.he_qing.email, cast.li_na.email, cast.wang_lei.email}
    for person in (cast.chen_yu, cast.he_qing, cast.zhou_tao):
        assert "待南岸区接收" in words_on(sign_in(person).get(f"/moves/{proposed.pk}/"))
        assert cast.yuntu.name in words_on(sign_in(person).get("/moves/"))
    assert "1 家企业申请迁入" in words_on(sign_in(cast.he_qing).get("/district/"))
    assert "待南岸区接收" in words_on(sign_in(cast.chen_yu).get(f"/firms/{cast.yuntu.credit_code}/"))
    assert "待南岸区接收" in words_on(sign_in(cast.li_na).get("/account/firm/"))
    assert sign_in(cast.he_qing).get(f"/firms/{cast.yuntu.credit_code}/").status_code == 404
    entries = JournalEntry.objects.filter(action="提出迁移", by=cast.chen_yu, why="搬迁到南岸")
    assert set(entries.values_list("district", flat=True)) == {cast.yuzhong.pk, cast.nanan.pk}


def test_accepted_what_is_unsent_comes_along(cast, may):
    april = open_period("2024M04", date(2024, 5, 1))
    before = owe(cast.yuntu, april)
    workflow.save_sheet(may.filing, "软统企6", CLEAN_MAY, 0, may.clerk, AT)
    LateRequest.objects.create(filing=may.filing, reason="财务交接", asked_by=may.clerk, asked_at=AFTER_DUE)
    DeadAddress.objects.create(
        address="old@example.com", enterprise=cast.yuntu, district=cast.yuzhong, reason="550", noticed_at=AT
    )
    proposed = propose(cast)
    Letter.objects.all().delete()
    moves.accept_move(proposed, by=cast.he_qing, at=AT)
    assert cast.yuntu.district_on(TENTH) == cast.nanan
    assert cast.yuntu.district_on(TENTH - timedelta(days=1)) == cast.yuzhong
    assert (fresh(may.filing).district, fresh(before).district) == (cast.nanan, cast.yuzhong)
    assert (requests_waiting(cast.he_qing)["late"], requests_waiting(cast.chen_yu)["late"]) == (1, 0)
    assert DeadAddress.objects.get().district == cast.nanan
    assert told() == {cast.chen_yu.email, cast.li_na.email, cast.wang_lei.email}
    assert JournalEntry.objects.filter(action="接收迁移", by=cast.he_qing).count() == 2
    moved = JournalEntry.objects.get(action="迁移区县", district=cast.nanan)
    assert moved.after["随迁报告期"] == ["2024年5月"]
    file_may(fresh(may.filing), may.clerk)
    assert workflow.approve(fresh(may.filing).in_force, cast.he_qing, AT)


def test_what_was_recalled_is_unsent_and_comes_along(cast, may):
    file_may(may.filing, may.clerk)
    workflow.recall(fresh(may.filing), may.clerk, AT)
    moves.accept_move(propose(cast), by=cast.he_qing, at=AT)
    assert fresh(may.filing).district == cast.nanan
    file_may(fresh(may.filing), may.clerk, reason="核对后再报")
    assert workflow.approve(fresh(may.filing).in_force, cast.he_qing, AT)


@pytest.mark.parametrize("then", ["waiting", "returned", "approved"])
def test_what_was_sent_is_reviewed_where_it_was_sent_to(cast, may, then):
    submission = file_may(may.filing, may.clerk)
    if then == "returned":
        workflow.send_back(submission, [{"cell": "", "reason": "请核对"}], may.reviewer, AT)
    elif then == "approved":
        workflow.approve(submission, may.reviewer, AT)
    moves.accept_move(propose(cast), by=cast.he_qing, at=AT)
    assert fresh(may.filing).district == cast.yuzhong
    if then == "returned":
        submission = file_may(fresh(may.filing), may.clerk, reason="已核对")
    if then != "approved":
        workflow.approve(submission, may.reviewer, AT)


def test_what_is_not_owed_for_now_comes_along_too(cast, may):
    Filing.objects.filter(pk=may.filing.pk).update(state=State.EXEMPT)
    moves.accept_move(propose(cast), by=cast.he_qing, at=AT)
    assert fresh(may.filing).district == cast.nanan
    assert not JournalEntry.objects.get(action="迁移区县", district=cast.nanan).after["随迁报告期"]


def test_declined_with_a_reason_everything_stays(cast, may):
    proposed = propose(cast)
    with pytest.raises(Refused, match="写明理由"):
        moves.decline_move(proposed, answer=" ", by=cast.he_qing, at=AT)
    client = sign_in(cast.he_qing)
    assert "写明" in words_on(client.post(f"/moves/{proposed.pk}/decline/", {"answer": ""}), 422)
    Letter.objects.all().delete()
    client.post(f"/moves/{proposed.pk}/decline/", {"answer": "实际经营地仍在渝中"})
    proposed.refresh_from_db()
    assert (proposed.state, cast.yuntu.district) == (Move.State.DECLINED, cast.yuzhong)
    assert fresh(may.filing).district == cast.yuzhong
    assert told() == {cast.chen_yu.email, cast.li_na.email, cast.wang_lei.email}
    (letter,) = Letter.objects.filter(to=cast.li_na.email, facts__answer="实际经营地仍在渝中")
    for part in (message_of(letter).body, message_of(letter).alternatives[0].content):
        assert "企业仍属渝中区，填报照旧" in part and "原区县审核完毕" not in part
    page = words_on(sign_in(cast.li_na).get("/account/firm/"))
    assert "未接收" in page and "实际经营地仍在渝中" in page
    assert propose(cast, reason="再次提出").is_waiting


@pytest.mark.parametrize("is_taken", [True, False])
def test_once_decided_only_its_own_district_reads_on_about_the_firm(cast, may, is_taken):
    proposed = propose(cast)
    page = f"/moves/{proposed.pk}/"
    for person in (cast.chen_yu, cast.he_qing):
        assert cast.yuntu.mobile in words_on(sign_in(person).get(page))
    if is_taken:
        moves.accept_move(proposed, by=cast.he_qing, at=AT)
    else:
        moves.decline_move(proposed, answer="实际经营地仍在渝中", by=cast.he_qing, at=AT)
    sees, lost = (cast.he_qing, cast.chen_yu) if is_taken else (cast.chen_yu, cast.he_qing)
    Enterprise.objects.filter(pk=cast.yuntu.pk).update(mobile="13912345678", contact_name="周敏")
    assert "周敏 13912345678" in words_on(sign_in(sees).get(page))
    shown = words_on(sign_in(lost).get(page))
    assert "搬迁到南岸" in shown and "13912345678" not in shown and "纳统类别" not in shown


def test_only_the_district_it_goes_to_decides_and_only_who_may_move_it_takes_it_back(cast, may):
    proposed = propose(cast)
    for by in (cast.chen_yu, cast.zhou_tao, cast.li_na, cast.liu_fang, cast.wu_gang):
        with pytest.raises(Refused, match="由迁往的区县决定"):
            moves.accept_move(proposed, by=by, at=AT)
        with pytest.raises(Refused, match="由迁往的区县决定"):
            moves.decline_move(proposed, answer="不行", by=by, at=AT)
    for by in (cast.he_qing, cast.li_na, cast.liu_fang):
        with pytest.raises(Refused, match="现在所属的区县或市级撤回"):
            moves.withdraw_move(proposed, by=by, at=AT)


def test_a_second_press_is_the_first_and_another_word_comes_too_late(cast, may):
    proposed = propose(cast)
    assert propose(cast) == proposed
    moves.accept_move(proposed, by=cast.he_qing, at=AT)
    lines = JournalEntry.objects.count()
    assert moves.accept_move(proposed, by=cast.he_qing, at=AT).state == Move.State.ACCEPTED
    assert JournalEntry.objects.count() == lines
    with pytest.raises(Refused, match="已接收，不能再作决定"):
        moves.decline_move(proposed, answer="后悔", by=cast.he_qing, at=AT)
    with pytest.raises(Refused, match="已接收，不能再撤回"):
        moves.withdraw_move(proposed, by=cast.zhou_tao, at=AT)


def test_while_one_waits_there_is_no_other(cast, may):
    shapingba = make_district("500106", "沙坪坝区", 6)
    propose(cast)
    for ask in (
        lambda: propose(cast, district=shapingba),
        lambda: propose(cast, since=date(2024, 5, 12)),
        lambda: move(cast, cast.chen_yu, district=shapingba),
    ):
        with pytest.raises(Refused, match="正在等待接收"):
            ask()
    assert Move.objects.count() == 1


def test_a_firm_moves_twice_over_the_same_open_period(cast, may):
    shapingba = make_district("500106", "沙坪坝区", 6)
    moves.accept_move(propose(cast), by=cast.he_qing, at=AT)
    with pytest.raises(Refused, match="应晚于归属南岸区的起始日期 2024-05-10"):
        propose(cast, by=cast.he_qing, district=shapingba, since=TENTH)
    again = propose(cast, by=cast.he_qing, district=cast.yuzhong, since=date(2024, 5, 20))
    moves.accept_move(again, by=cast.chen_yu, at=AT)
    assert fresh(may.filing).district == cast.yuzhong
    homes = cast.yuntu.residences.order_by("since").values_list("district__name", "since", "until")
    assert list(homes) == [
        ("渝中区", date(2023, 1, 1), date(2024, 5, 9)),
        ("南岸区", TENTH, date(2024, 5, 19)),
        ("渝中区", date(2024, 5, 20), None),
    ]


def test_the_page_proposes_where_it_reaches_back_and_moves_where_it_does_not(cast, may):
    client, address = sign_in(cast.chen_yu), f"/firms/{cast.yuntu.credit_code}/move/"
    said = {"district": cast.nanan.pk, "since": "2024-05-10", "reason": "搬迁"}
    proposed = client.post(address, said, follow=True)
    assert "待南岸区接收；接收之前一切不变" in words_on(proposed)
    assert "2024年5月：还没有上报的随企业转到南岸区" in words_on(proposed)
    waiting = Move.objects.get()
    again = client.get(address, follow=True)
    assert again.redirect_chain[-1][0] == f"/moves/{waiting.pk}/"
    assert "要改去向或日期，请先撤回这一份" in words_on(again)
    client.post(f"/moves/{waiting.pk}/withdraw/")
    assert client.post(address, said | {"since": "2024-06-01"}, follow=True).status_code == 200
    assert cast.yuntu.district == cast.nanan


def test_a_firm_without_anything_open_moves_at_once(cast):
    assert labels(moves.reached_back(cast.yuntu, TENTH, AT.date())) == ""
    assert move(cast, cast.chen_yu, since=TENTH).since == TENTH


def test_the_annual_is_reached_back_over_like_a_month(cast):
    annual = open_period("2023A", date(2024, 1, 1))
    filing = owe(cast.yuntu, annual)
    at = datetime(2024, 3, 5, 9, tzinfo=SHANGHAI)
    proposed = propose(cast, since=date(2023, 12, 1), at=at)
    moves.accept_move(proposed, by=cast.he_qing, at=at)
    assert fresh(filing).district == cast.nanan
