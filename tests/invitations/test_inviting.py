"""Firms' accounts in bulk: how each stands, whom a letter would reach, and that nobody is written to twice."""

import json
import threading
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import emails, first_accounts, people
from accounts.access import DoneAlready, Refused
from accounts.first_accounts import AccountState, WhyNot
from accounts.links import ACTIVATION_LIFE
from accounts.models import DeadAddress, Enterprise, Installation, JournalEntry, Letter, User
from accounts.post import outbox
from reporting.invitations import course, inviting
from reporting.invitations.inviting import ChosenFirms
from tests.cast import AT, assemble
from tests.invitations.many import many_firms
from tests.may import make_may
from tests.officials import make_it_be, sign_in
from tests.reading import markup_of, words_on

NONE = ChosenFirms(AccountState.NONE)
HOUR = timedelta(hours=1)


@pytest.fixture
def cast(cast):
    whom_to_call()
    return cast


def whom_to_call() -> None:
    Installation.objects.update_or_create(pk=1, defaults={"phone": "023-63000001"})


@pytest.fixture
def unopened(cast):
    """嘉陵 and 山城 have no account."""
    User.objects.filter(enterprise__in=[cast.jialing, cast.shancheng]).delete()
    return cast


def leave() -> None:
    """The letters written so far are sent."""
    Letter.objects.update(state=Letter.State.SENT)


def states(by, at=AT) -> dict[str, str]:
    return {firm.name[2:4]: firm.account_state for firm in inviting.group(by, ChosenFirms(), at)}


def test_the_account_stands_as_its_letters_and_its_password_say(unopened, cast):
    assert states(cast.zhou_tao) == {"云图": "activated", "嘉陵": "no-account", "山城": "no-account"}
    jialing = people.open_first_account(cast.jialing, by=cast.chen_yu, at=AT)
    assert states(cast.zhou_tao)["嘉陵"] == "invited"
    almost, over = AT + ACTIVATION_LIFE - timedelta(seconds=1), AT + ACTIVATION_LIFE
    assert [states(cast.zhou_tao, at)["嘉陵"] for at in (almost, over)] == ["invited", "expired"]
    people.deactivate(jialing, by=cast.chen_yu, at=AT, why="重复开通。")
    people.deactivate(cast.li_na, by=cast.chen_yu, at=AT, why="企业停业。")
    assert states(cast.zhou_tao) == {"云图": "stopped", "嘉陵": "stopped", "山城": "no-account"}


def test_a_colleagues_account_is_not_the_firms_first(cast):
    cast.li_na.delete()
    assert states(cast.zhou_tao)["云图"] == "no-account"


def test_a_district_sees_and_writes_to_its_own(unopened, cast):
    assert states(cast.he_qing) == {"山城": "no-account"}
    assert inviting.invite(ChosenFirms(), by=cast.he_qing, at=AT).opened == 1
    assert list(Letter.objects.values_list("to", flat=True)) == [cast.shancheng.email]
    with pytest.raises(DoneAlready):  # ticked by hand, and none of theirs
        inviting.invite(ChosenFirms(ticked=(cast.jialing.pk,)), by=cast.he_qing, at=AT)


def test_a_district_follows_the_letters_to_its_firms(unopened, cast):
    inviting.invite(ChosenFirms(), by=cast.zhou_tao, at=AT)
    people.resend_activation(User.objects.get(enterprise=cast.jialing), by=cast.chen_yu, at=AT + 3 * HOUR)
    emails.password_changed(cast.li_na, AT)
    emails.password_changed(cast.zhou_tao, AT)
    followed = {name: Letter.objects.visible_to(getattr(cast, name)) for name in ("chen_yu", "he_qing")}
    assert set(followed["he_qing"].values_list("to", flat=True)) == {cast.shancheng.email}
    assert set(followed["chen_yu"].values_list("to", flat=True)) == {cast.jialing.email, cast.li_na.email}
    assert followed["chen_yu"].count() == 3


@pytest.mark.parametrize("somebody", ["li_na", "liu_fang", "wu_gang"])
def test_nobody_else_invites(unopened, cast, somebody):
    with pytest.raises(Refused, match="区县或市级"):
        inviting.invite(NONE, by=getattr(cast, somebody), at=AT)
    assert not Letter.objects.exists()


def test_a_firm_that_left_is_not_asked(unopened, cast):
    Enterprise.objects.filter(pk=cast.jialing.pk).update(left_on=AT.date() - timedelta(days=1))
    assert "嘉陵" not in states(cast.zhou_tao)
    Enterprise.objects.filter(pk=cast.jialing.pk).update(left_on=AT.date())
    assert "嘉陵" in states(cast.zhou_tao)


def test_it_opens_and_writes_again_each_with_what_the_firm_owes(unopened, cast):
    make_may(cast)
    people.open_first_account(cast.jialing, by=cast.chen_yu, at=AT)
    leave()
    later = AT + 2 * HOUR
    done = inviting.invite(ChosenFirms(), by=cast.zhou_tao, at=later)
    assert (done.opened, done.resent, done.left_out) == (1, 1, {WhyNot.ACTIVATED: 1})
    new = User.objects.get(username=cast.shancheng.credit_code)
    assert (new.enterprise, new.role, new.email, new.has_usable_password()) == (
        cast.shancheng,
        "enterprise",
        cast.shancheng.email,
        False,
    )
    letters = Letter.objects.filter(written_at=later)
    assert {letter.to for letter in letters} == {cast.jialing.email, cast.shancheng.email}
    for letter in letters:
        assert letter.bulk and letter.secret
        assert "须报：2024年5月" in outbox.message_of(letter).body and "/activate/" in outbox.message_of(letter).body
    lines = JournalEntry.objects.filter(at=later).order_by("pk")
    assert [(line.action, line.district and line.district.name) for line in lines] == [
        ("开通账号", "南岸区"),
        ("重发激活邮件", "渝中区"),
        ("批量邀请企业", None),
    ]
    assert lines.last().after == {"开通账号": 1, "重发激活邮件": 1, "没有发": 1}


def test_the_link_of_the_letter_opens_the_account(unopened, cast, client):
    inviting.invite(NONE, by=cast.zhou_tao, at=AT)
    body = outbox.message_of(Letter.objects.get(to=cast.jialing.email)).body
    link = next(word for word in body.split() if "/activate/" in word)
    page = client.get("/" + link.split("/", 3)[3], follow=True)
    client.post(page.request["PATH_INFO"], dict.fromkeys(("new_password1", "new_password2"), "江风又一程-2024"))
    assert User.objects.get(username=cast.jialing.credit_code).has_usable_password()
    assert states(cast.zhou_tao)["嘉陵"] == "activated"


# Who gets no letter


def test_it_says_who_gets_none_and_why(unopened, cast):
    Enterprise.objects.filter(pk=cast.jialing.pk).update(email="")
    DeadAddress.objects.create(address=cast.shancheng.email.lower(), reason="550", noticed_at=AT)
    reach = inviting.reach(inviting.group(cast.zhou_tao, NONE, AT), AT)
    assert reach.letters == 0
    assert dict(reach.without) == {
        cast.jialing.pk: WhyNot.NO_ADDRESS,
        cast.shancheng.pk: WhyNot.DEAD_ADDRESS,
    }
    with pytest.raises(DoneAlready, match="没有一家能收到"):
        inviting.invite(NONE, by=cast.zhou_tao, at=AT)
    assert not User.objects.filter(enterprise=cast.jialing).exists()


def test_what_is_only_said_of_an_address_does_not_keep_the_letter_back(unopened, cast):
    DeadAddress.objects.create(address=cast.shancheng.email, reason="退信", noticed_at=AT, hearsay=True)
    assert inviting.invite(NONE, by=cast.he_qing, at=AT).opened == 1


def test_no_official_gets_a_firms_letter(unopened, cast):
    Enterprise.objects.filter(pk=cast.jialing.pk).update(email=cast.chen_yu.email.upper())
    done = inviting.invite(NONE, by=cast.zhou_tao, at=AT)
    assert (done.opened, done.left_out) == (1, {WhyNot.OFFICE_ADDRESS: 1})


def test_a_code_that_is_somebodys_name_is_told_and_breaks_nothing(unopened, cast):
    User.objects.filter(pk=cast.wang_lei.pk).update(username=cast.jialing.credit_code)
    done = inviting.invite(NONE, by=cast.zhou_tao, at=AT)
    assert (done.opened, done.left_out) == (1, {WhyNot.NAME_TAKEN: 1})


def test_an_account_nobody_opened_follows_what_the_register_was_put_right_to(unopened, cast):
    people.open_first_account(cast.jialing, by=cast.chen_yu, at=AT)
    Letter.objects.update(state=Letter.State.SENT)
    Enterprise.objects.filter(pk=cast.jialing.pk).update(email="right@example.com")
    assert inviting.invite(ChosenFirms(ticked=(cast.jialing.pk,)), by=cast.chen_yu, at=AT).resent == 1
    assert Letter.objects.latest("pk").to == User.objects.get(username=cast.jialing.credit_code).email
    assert Letter.objects.latest("pk").to == "right@example.com"


def test_an_address_put_right_on_the_firms_page_is_the_registers_too(unopened, cast):
    user = people.open_first_account(cast.jialing, by=cast.chen_yu, at=AT)
    people.resend_activation(user, by=cast.chen_yu, at=AT, email="right@example.com")
    cast.jialing.refresh_from_db()
    assert cast.jialing.email == "right@example.com"
    assert JournalEntry.objects.get(action="修改企业联系方式").before == {"邮箱": user.email}
    Letter.objects.update(state=Letter.State.SENT)
    later = AT + timedelta(hours=2)
    inviting.invite(ChosenFirms(ticked=(cast.jialing.pk,)), by=cast.chen_yu, at=later)
    assert Letter.objects.latest("pk").to == "right@example.com"


def test_a_mailbox_that_takes_nothing_gives_way_to_the_registers(unopened, cast):
    people.open_first_account(cast.jialing, by=cast.chen_yu, at=AT)
    DeadAddress.objects.create(address=cast.jialing.email, reason="550", noticed_at=AT)
    Enterprise.objects.filter(pk=cast.jialing.pk).update(email="right@example.com")
    assert inviting.invite(ChosenFirms(), by=cast.chen_yu, at=AT).resent == 1  # within the hour: nobody got the first
    assert User.objects.get(username=cast.jialing.credit_code).email == "right@example.com"
    line = JournalEntry.objects.get(action="重发激活邮件")
    assert (line.before, line.after) == ({"邮箱": cast.jialing.email}, {"邮箱": "right@example.com"})


# Nobody is written to twice


def test_a_second_press_writes_nothing(unopened, cast):
    assert inviting.invite(NONE, by=cast.zhou_tao, at=AT).letters == 2
    for chosen in (NONE, ChosenFirms(), ChosenFirms(ticked=(cast.jialing.pk, cast.shancheng.pk))):
        with pytest.raises(DoneAlready):
            inviting.invite(chosen, by=cast.chen_yu, at=AT + timedelta(minutes=59), previewed_at=AT)
    assert Letter.objects.count() == 2
    assert JournalEntry.objects.filter(action="批量邀请企业").count() == 1


def test_whoever_was_written_to_since_the_preview_is_passed_over_however_late_the_press(unopened, cast):
    inviting.invite(NONE, by=cast.zhou_tao, at=AT + timedelta(minutes=1))
    leave()
    late = AT + 5 * HOUR
    with pytest.raises(DoneAlready):
        inviting.invite(ChosenFirms(), by=cast.zhou_tao, at=late, previewed_at=AT)
    assert inviting.invite(ChosenFirms(), by=cast.zhou_tao, at=late, previewed_at=late).resent == 2


def test_a_letter_that_still_waits_is_not_written_again(unopened, cast):
    inviting.invite(NONE, by=cast.zhou_tao, at=AT)
    with pytest.raises(DoneAlready):
        inviting.invite(ChosenFirms(), by=cast.zhou_tao, at=AT + 5 * HOUR)
    leave()
    assert inviting.invite(ChosenFirms(), by=cast.zhou_tao, at=AT + 5 * HOUR).resent == 2


def test_two_who_chose_the_same_firms_write_one_letter_each(unopened, cast):
    """The second has read its list before the first wrote, and finds under the lock what was done."""
    chosen = [cast.jialing.pk, cast.shancheng.pk]
    done = [
        first_accounts.write_to_many(chosen, first_accounts.MassLetter(by, AT, AT - HOUR, lambda firms: {})).letters
        for by in (cast.zhou_tao, None)
    ]
    assert done == [2, 0]
    assert Letter.objects.count() == 2


@pytest.mark.worker
def test_four_presses_at_once_write_each_firm_one_letter(transactional_db):
    cast = assemble()
    whom_to_call()
    User.objects.filter(enterprise__in=[cast.jialing, cast.shancheng]).delete()
    many_firms(cast, 60)
    start, written, failures = threading.Barrier(4), [], []

    def press_at_once(by):
        start.wait()
        try:
            written.append(inviting.invite(NONE, by=by, at=AT).letters)
        except DoneAlready:
            written.append(0)
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    people_pressing = (cast.zhou_tao, cast.chen_yu, cast.he_qing, cast.zhou_tao)
    workers = [threading.Thread(target=press_at_once, args=[by]) for by in people_pressing]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == [] and sum(written) == 62
    assert Letter.objects.filter(stem="activation").count() == 62
    assert JournalEntry.objects.filter(action="开通账号").count() == 62


def test_one_letter_from_the_firms_page_counts_too(unopened, cast):
    user = people.open_first_account(cast.jialing, by=cast.chen_yu, at=AT)
    people.resend_activation(user, by=cast.chen_yu, at=AT + 3 * HOUR)
    leave()
    with pytest.raises(DoneAlready):
        inviting.invite(ChosenFirms(AccountState.INVITED), by=cast.zhou_tao, at=AT + 3 * HOUR + timedelta(minutes=30))


# A whole city


def questions_of(work) -> int:
    """How often the database is asked; rows are written in as many pieces as it takes at once."""
    with CaptureQueriesContext(connection) as asked:
        work()
    return sum(query["sql"].startswith("SELECT") for query in asked.captured_queries)


def test_ten_times_the_firms_ask_no_more(cast):
    many_firms(cast, 40)
    few = questions_of(lambda: inviting.invite(NONE, by=cast.zhou_tao, at=AT))
    looked = questions_of(lambda: inviting.reach(inviting.group(cast.zhou_tao, ChosenFirms(), AT), AT))
    many_firms(cast, 400, begin=40)
    assert questions_of(lambda: inviting.invite(NONE, by=cast.zhou_tao, at=AT)) == few
    assert questions_of(lambda: inviting.reach(inviting.group(cast.zhou_tao, ChosenFirms(), AT), AT)) == looked <= 4
    assert questions_of(lambda: course.by_district(inviting.reporting_firms(cast.zhou_tao, AT), AT)) <= 4


def test_2900_firms_are_invited_in_batches(cast):
    many_firms(cast, 2900)
    asked = questions_of(lambda: inviting.invite(NONE, by=cast.zhou_tao, at=AT))
    assert Letter.objects.filter(stem="activation").count() == 2900
    assert User.objects.filter(invited_at=AT).count() == 2900
    assert asked < 100
    lines, whole = course.by_district(inviting.reporting_firms(cast.zhou_tao, AT), AT)
    assert {line.name: line.states[AccountState.INVITED] for line in lines} == {"渝中区": 1450, "南岸区": 1450}
    assert whole.firms == 2903


# How it goes


def test_the_course_counts_letters_and_activations_of_a_day(unopened, cast):
    inviting.invite(NONE, by=cast.zhou_tao, at=AT)
    Letter.objects.filter(to=cast.jialing.email).update(state=Letter.State.FAILED)
    Letter.objects.filter(to=cast.shancheng.email).update(state=Letter.State.SENT)
    sun = User.objects.get(username=cast.shancheng.credit_code)
    for user, at in ((sun, AT + timedelta(days=1)), (cast.wang_lei, AT)):  # a colleague's is not counted
        JournalEntry.objects.create(
            at=at, by=user, by_name="x", action="激活账号", subject=user.username, enterprise=user.enterprise
        )
    firms = inviting.reporting_firms(cast.zhou_tao, AT)
    days = course.by_day(firms, AT + timedelta(days=2))
    assert [(line.day.day, line.written, line.sent, line.waiting, line.failed, line.activated) for line in days] == [
        (6, 0, 0, 0, 0, 1),
        (5, 2, 1, 0, 1, 0),
    ]
    assert [line.written for line in course.by_day(inviting.reporting_firms(cast.he_qing, AT), AT)] == [0, 1]


def test_a_stopped_accounts_letter_that_has_not_left_is_not_sent(unopened, cast):
    inviting.invite(NONE, by=cast.zhou_tao, at=AT)
    people.deactivate(User.objects.get(username=cast.jialing.credit_code), by=cast.chen_yu, at=AT, why="停业。")
    letter = Letter.objects.get(to=cast.jialing.email, stem="activation")
    assert letter.state == Letter.State.WITHDRAWN


# The pages


def press(client, name: str, **typed):
    return client.post(reverse(name), typed)


def test_a_district_previews_and_sends(unopened, cast):
    make_it_be(AT.date())
    client = sign_in(cast.chen_yu)
    page = words_on(client.get(reverse("firm_accounts"), {"state": "no-account"}))
    assert "重庆嘉陵微电子有限公司" in page and "没有账号" in page and "山城" not in page and "云图" not in page
    answer = press(client, "preview_invitations", state="no-account", which="all")
    page = words_on(answer)
    assert "将发出的激活邮件\n1" in page and "发送 1 封激活邮件" in page and "（每家企业自己的链接）" in page
    assert not Letter.objects.exists() and not User.objects.filter(enterprise=cast.jialing).exists()
    typed = {"state": "no-account", "which": "all", "previewed_at": answer.context["previewed_at"], "seen": "1"}
    assert "新开通 1 家" in words_on(client.post(reverse("send_invitations"), typed, follow=True))
    leave()
    assert "刚刚已经发过" in words_on(client.post(reverse("send_invitations"), typed, follow=True))
    assert Letter.objects.count() == 1


def test_ticked_firms_are_these_and_no_others(unopened, cast):
    make_it_be(AT.date())
    client = sign_in(cast.zhou_tao)
    answer = press(client, "preview_invitations", which="ticked", firm=[cast.shancheng.pk, cast.yuntu.pk])
    page = words_on(answer)
    assert "勾选的 2 家" in page and "发送 1 封" in page and "账号已激活" in page
    assert f'name="firm" value="{cast.shancheng.pk}"' in markup_of(answer)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"which": "ticked"}, "还没有勾选企业"),
        ({"which": "ticked", "firm": ["x"]}, "请重新勾选"),
        ({"which": "ticked", "firm": ["9" * 30]}, "请重新勾选"),
        ({"which": "all", "state": "lost"}, "账号状态不在可用的选项里"),
        ({}, "请选择范围"),
    ],
)
def test_a_choice_that_makes_no_sense_is_said(cast, typed, sentence):
    assert sentence in words_on(press(sign_in(cast.zhou_tao), "preview_invitations", **typed), 422)


def test_nothing_is_sent_without_its_preview(unopened, cast):
    answer = press(sign_in(cast.zhou_tao), "send_invitations", which="all", state="no-account")
    assert "请重新预览" in words_on(answer, 422)
    assert not Letter.objects.exists()


def test_no_more_letters_go_than_the_preview_said(cast):
    make_it_be(AT.date())
    many_firms(cast, 3)
    client = sign_in(cast.zhou_tao)
    answer = press(client, "preview_invitations", state="no-account", which="all")
    assert "发送 3 封激活邮件" in words_on(answer)
    typed = {"state": "no-account", "which": "all", "previewed_at": answer.context["previewed_at"], "seen": "3"}
    many_firms(cast, 50, begin=3)  # somebody brings in a register meanwhile
    page = words_on(client.post(reverse("send_invitations"), typed))
    assert "要发的信有变动" in page and "发送 53 封激活邮件" in page
    assert "要发的信有变动" in words_on(client.post(reverse("send_invitations"), typed | {"seen": ""}))
    assert not Letter.objects.exists() and not JournalEntry.objects.filter(action="批量邀请企业").exists()
    Enterprise.objects.filter(credit_code__endswith="5000").update(email="")  # fewer surprise nobody
    client.post(reverse("send_invitations"), typed | {"seen": "53"})
    assert Letter.objects.count() == 52


def test_the_course_is_read_by_district(unopened, cast):
    make_it_be(AT.date())
    inviting.invite(NONE, by=cast.zhou_tao, at=AT)
    page = words_on(sign_in(cast.zhou_tao).get(reverse("invitations_course"), {"district": "500108"}))
    assert "渝中区 2 0 1 0 1 0 50% 0" in page and "合计 3 0 2 0 1 0 33% 0" in page
    assert "每天的激活邮件和激活：南岸区" in page and "2024-06-05 1 0 1 0 0" in page
    own = words_on(sign_in(cast.he_qing).get(reverse("invitations_course")))
    assert "南岸区 1 0 1 0 0 0 0% 0" in own and "渝中区" not in own


# The command


def run(capsys, *words) -> dict:
    call_command("invite", "--firms", "--json", *words)
    return json.loads(capsys.readouterr().out)


def test_the_command_checks_and_does_the_same(unopened, cast, capsys):
    make_it_be(AT.date())
    Enterprise.objects.filter(pk=cast.jialing.pk).update(email="")
    told = run(capsys, "--filter", "no-account", "--check")
    assert (told["firms"], told["letters"], told["opened"], told["resent"]) == (2, 1, 1, 0)
    assert told["no_letter"] == [
        {
            "credit_code": cast.jialing.credit_code,
            "name": cast.jialing.name,
            "district": "500103",
            "reason": "no-address",
            "words": "没有登记邮箱",
        }
    ]
    assert not Letter.objects.exists()
    assert run(capsys, "--filter", "no-account", "--district", "500103")["letters"] == 0
    assert run(capsys, "--filter", "no-account", "--district", "500108")["opened"] == 1
    assert run(capsys, "--filter", "no-account")["letters"] == 0
    line = JournalEntry.objects.get(action="批量邀请企业")
    assert (line.by, line.by_name, line.district) == (None, "系统", cast.nanan)


def test_the_command_says_its_numbers_in_words_and_knows_its_districts(unopened, cast, capsys):
    make_it_be(AT.date())
    call_command("invite", "--firms", "--check")
    assert "将开通 2 家，将重发 0 家" in capsys.readouterr().out
    with pytest.raises(CommandError, match="没有区划代码是“999999”的区县"):
        call_command("invite", "--firms", "--district", "999999")
    with pytest.raises(CommandError):
        call_command("invite")
