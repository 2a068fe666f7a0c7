"""The first system administrator: opened on the machine itself, by a link and never with a password."""

import re
from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command

from accounts import people
from accounts.access import Refused
from accounts.links import activation_link
from accounts.models import JournalEntry, User
from tests.cast import AT, make_user
from tests.reading import markup_of, words_on

PASSWORD = "朝天门外-江雾-2026"


def say(*words: str, **options) -> str:
    said = StringIO()
    call_command("first_administrator", *words, stdout=said, **options)
    return said.getvalue()


def path_in(said: str) -> str:
    return re.search(r"https?://[^/\s]+(/activate/\S+)", said).group(1)


@pytest.mark.django_db
def test_it_says_how_while_there_is_none():
    assert "./manage.py first_administrator 邮箱" in say()
    assert not User.objects.exists()


@pytest.mark.django_db
def test_the_link_lets_them_choose_their_own_password(client):
    said = say("Wu.Gang@example.cn", name="吴刚", username="WuGang")
    user = User.objects.get()
    assert (user.role, user.username, user.name, user.email) == ("system", "wugang", "吴刚", "Wu.Gang@example.cn")
    assert not user.has_usable_password() and not user.is_superuser
    form = client.get(path_in(said), follow=True)
    address = form.redirect_chain[-1][0] if form.redirect_chain else path_in(said)
    client.post(address, {"new_password1": PASSWORD, "new_password2": PASSWORD})
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert "已有系统管理员" in say()
    entry = JournalEntry.objects.get(action="开通账号")
    assert entry.by is None and entry.after == {"角色": "系统管理", "邮箱": "Wu.Gang@example.cn"}


@pytest.mark.django_db
def test_asked_for_again_before_it_is_used_the_first_link_ends(client):
    first = path_in(say("a@example.cn"))
    said = say("b@example.cn")
    second = path_in(said)
    assert "先前印出的链接已作废" in said
    assert User.objects.get().email == "b@example.cn"
    assert "new_password1" not in markup_of(client.get(first, follow=True))
    assert "new_password1" in markup_of(client.get(second, follow=True))


@pytest.mark.django_db
def test_a_link_that_ended_says_to_run_the_command_again(client):
    said = say("a@example.cn")
    assert "已作废" not in said
    first = path_in(said)
    say("a@example.cn")
    assert "再执行一次 ./manage.py first_administrator 邮箱" in words_on(client.get(first, follow=True))


def test_a_dead_link_of_anybody_else_says_whom_to_ask(client, cast):
    for user in (cast.zhou_tao, cast.wu_gang):
        link = urlsplit(activation_link(user)).path.rpartition("-")[0] + "-gone/"
        said = words_on(client.get(link, follow=True))
        assert "first_administrator" not in said and "重发激活邮件" in said


def test_where_there_is_one_nobody_else_is_made_on_the_machine(cast):
    before = User.objects.count()
    with pytest.raises(CommandError, match="已有系统管理员：吴刚（wugang）"):
        say("mallory@example.cn")
    assert User.objects.count() == before


@pytest.mark.django_db
@pytest.mark.parametrize("email", ["wugang", "a@", "a b@example.cn"])
def test_what_is_no_address_is_refused(email):
    with pytest.raises(CommandError, match="不是邮箱地址"):
        say(email)
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_name_that_is_taken_is_refused():
    make_user("admin", "别人", "city")
    with pytest.raises(Refused, match="已被使用"):
        people.first_administrator(username="Admin", name="吴刚", email="wu@example.cn", at=AT)
