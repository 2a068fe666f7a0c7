"""发信情况 by receiving domain: what waits, goes slower, failed; and everything once more when the cause is mended."""

from datetime import timedelta

import pytest

from accounts.clock import real_now
from accounts.models import DeadAddress, JournalEntry, Letter, ReceivingDomain
from accounts.models.letters import domain_of
from accounts.post import pacing, troubles
from accounts.post.answers import About
from accounts.post.by_domain import by_domain
from accounts.post.letters import compose, post
from reporting.letters.reminding import topic_of
from tests.cast import AT
from tests.may import make_may
from tests.officials import file_may, make_it_be, sign_in
from tests.reading import markup_of, words_on

FACTS = {"name": "李娜", "username": "yuntu", "at": "2024-06-05 09:30"}
POLICY = "550 Mail content denied"


@pytest.fixture
def may(cast):
    make_it_be(AT.date())
    return make_may(cast)


def write(number: int, domain: str = "qq.com", key: str = "test", **changed) -> None:
    letters = [compose("password_changed", "密码", FACTS, f"a{n}@{domain}", key=key, at=AT) for n in range(number)]
    post(letters)
    Letter.objects.filter(key__in=[letter.key for letter in letters]).update(**changed)


def failed(number: int, domain: str = "qq.com", about: str = About.OFFICE, key: str = "failed", **more) -> None:
    write(number, domain, key, state="failed", trouble=POLICY, about=about, attempts=30, tried_since=AT, **more)


def state_of(name: str, at=AT):
    return next(state for state in by_domain(at) if state.name == name)


@pytest.mark.parametrize("address", ["A@QQ.com", "a.b@x.Example.cn", '"a@b"@c.example', "nobody"])
def test_page_and_database_know_an_address_by_the_same_domain(db, address):
    post([compose("password_changed", "密码", FACTS, address, key="test", at=AT)])
    assert Letter.objects.get().domain == domain_of(address)


def test_each_domain_is_counted_for_itself(db):
    write(3)
    write(2, key="sent", state="sent", sent_at=AT)
    write(4, key="yesterday", state="sent", sent_at=AT - timedelta(days=1))
    failed(2)
    failed(1, about=About.MAILBOX, key="dead")
    failed(5, "old.example", key="old", written_at=AT - timedelta(days=31))
    DeadAddress.objects.create(address="x@QQ.com", noticed_at=AT)
    DeadAddress.objects.create(address="y@qq.com", noticed_at=AT, settled_at=AT)
    qq = state_of("qq.com")
    assert (qq.waiting, qq.sent_today, qq.failed, qq.again, qq.dead) == (3, 2, 3, 2, 1)
    assert "old.example" not in [state.name for state in by_domain(AT)]


def test_who_complains_comes_first_with_the_words_and_till_when_it_waits(db):
    write(9, "a.example")
    write(1)
    pacing.pause("qq.com", POLICY, AT, timedelta(minutes=5), timedelta(hours=4))
    pacing.halve("qq.com")
    troubles.note("qq.com", About.OFFICE, POLICY, AT)
    first, second = by_domain(AT)
    assert (first.name, first.paused_until, first.complaints[0].words) == ("qq.com", AT + timedelta(minutes=5), POLICY)
    assert first.pace == ReceivingDomain.objects.get(name="qq.com").pace
    assert (second.name, second.pace, second.paused_until) == ("a.example", 0, None)
    assert state_of("qq.com", AT + timedelta(minutes=5)).paused_until is None


@pytest.mark.parametrize("who", ["zhou_tao", "wu_gang"])
def test_the_page_says_who_refuses_with_the_words_and_what_waits(may, cast, who):
    write(3)
    failed(2)
    pacing.pause("qq.com", POLICY, real_now(), timedelta(minutes=5), timedelta(hours=4))
    troubles.note("qq.com", About.OFFICE, POLICY, real_now())
    client = sign_in(getattr(cast, who))
    shown = words_on(client.get("/outbox/"))
    assert "有域名拒收" in shown and "拒收我们的" in shown and POLICY in shown
    assert "待发送 3 封，今日已发 0 封，近 30 天发送失败 2 封，未处理的失效邮箱 0 个" in shown
    assert "暂停至" in shown and "重发 2 封" in shown and "重发全部 2 封失败或被拒收的信" in shown
    home = {"zhou_tao": "/city/", "wu_gang": "/users/"}[who]
    assert "qq.com 拒收本系统的信" in words_on(client.get(home))


def test_without_trouble_the_page_is_quiet(may, cast):
    Letter.objects.all().delete()
    shown = words_on(sign_in(cast.wu_gang).get("/outbox/"))
    assert "正常" in shown and "没有在等的信，也没有发送失败的信" in shown
    assert "拒收" not in shown and "重发全部" not in shown


def test_words_from_outside_are_escaped(may, cast):
    troubles.note("qq.com", About.OFFICE, "550 <b>bold</b>", real_now())
    shown = markup_of(sign_in(cast.wu_gang).get("/outbox/"))
    assert "&lt;b&gt;bold" in shown and "<b>bold" not in shown


@pytest.mark.parametrize("who", ["zhou_tao", "wu_gang"])
def test_when_the_cause_is_mended_what_failed_goes_again_and_at_once(may, cast, who):
    failed(2)
    failed(1, "163.com")
    failed(1, about=About.MAILBOX, key="dead")
    failed(1, key="secret", secret=True)
    pacing.pause("qq.com", POLICY, AT, timedelta(hours=4), timedelta(hours=4))
    client = sign_in(getattr(cast, who))
    said = words_on(client.post("/outbox/again/", {"domain": "qq.com"}, follow=True))
    assert "2 封信已重新排队" in said
    again = Letter.objects.filter(key__startswith="failed ", domain="qq.com")
    assert set(again.values_list("state", "attempts", "tried_since", "about")) == {("waiting", 0, None, "")}
    assert Letter.objects.filter(state="failed").count() == 3
    assert ReceivingDomain.objects.get(name="qq.com").paused_until is None
    assert JournalEntry.objects.get(action="重发失败的信").subject == "qq.com"
    assert "没有可以重发的信" in words_on(client.post("/outbox/again/", {"domain": "qq.com"}, follow=True))
    assert JournalEntry.objects.filter(action="重发失败的信").count() == 1
    assert "1 封信已重新排队" in words_on(client.post("/outbox/again/", follow=True))


def test_when_the_cause_is_mended_what_waits_after_a_refusal_goes_at_once(may, cast):
    later = real_now() + timedelta(hours=4)
    write(2, key="refused", about=About.OFFICE, attempts=9, due_at=later)
    write(1, key="full", about=About.FULL, due_at=later)
    pacing.pause("qq.com", POLICY, real_now(), timedelta(hours=4), timedelta(hours=4))
    client = sign_in(cast.zhou_tao)
    assert "重发 2 封" in words_on(client.get("/outbox/"))
    assert "2 封信已重新排队" in words_on(client.post("/outbox/again/", {"domain": "qq.com"}, follow=True))
    assert Letter.objects.filter(due_at__lt=real_now(), about="").count() == 2
    assert Letter.objects.get(about=About.FULL).due_at == later
    assert ReceivingDomain.objects.get(name="qq.com").paused_until is None
    assert "没有可以重发的信" in words_on(client.post("/outbox/again/", {"domain": "qq.com"}, follow=True))


def test_a_reminder_of_what_is_no_longer_owed_does_not_go_again(may, cast):
    failed(1, topic=topic_of(may.filing.pk))
    failed(1, "163.com", topic=topic_of(may.other_filing.pk))
    spared = Letter.objects.get(domain="qq.com")
    file_may(may.filing, may.clerk)
    said = words_on(sign_in(cast.zhou_tao).post("/outbox/again/", follow=True))
    assert "1 封信已重新排队" in said and "另有 1 封提醒的报告期已不需要再报" in said
    spared.refresh_from_db()
    assert spared.state == Letter.State.WITHDRAWN


@pytest.mark.parametrize("who", ["chen_yu", "liu_fang", "li_na"])
def test_nobody_else_sends_them_again_or_sees_the_page(may, cast, who):
    failed(1)
    client = sign_in(getattr(cast, who))
    assert client.get("/outbox/").status_code == 403
    assert client.post("/outbox/again/").status_code == 403
    assert Letter.objects.get(domain="qq.com").state == Letter.State.FAILED


def test_a_district_follows_its_own_letters_and_their_words(may, cast):
    failed(1, district=cast.yuzhong)
    failed(1, "163.com", district=cast.nanan)
    shown = words_on(sign_in(cast.chen_yu).get("/reminders/letters/?state=failed"))
    assert "a0@qq.com" in shown and POLICY in shown and "a0@163.com" not in shown


def test_a_visitor_who_forgot_the_password_is_told_of_the_domain_that_takes_less(db, client):
    said = words_on(client.get("/password/forgotten/sent/"))
    assert "几分钟内会收到" in said and "限制收信" not in said
    troubles.note("qq.com", About.LATER, "550 Ip frequency limited", real_now())
    assert "qq.com 的邮箱近来限制收信，可能晚一些" in words_on(client.get("/password/forgotten/sent/"))
