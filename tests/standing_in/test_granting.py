"""代填: given by the firm or its district, accepted by the person, ended by any of the three; told and journalled."""

import pytest
from django.urls import reverse

from accounts.access import DoneAlready, Refused
from accounts.models import Grant, JournalEntry, Letter
from reporting.mending import merging
from reporting.standing_in import granting
from tests.cast import AT, make_enterprise, make_user
from tests.officials import sign_in
from tests.reading import words_on
from tests.standing_in.granting import give, let_stand_in

pytestmark = pytest.mark.django_db
ACTIONS = ("授权代填", "接受代填", "不接受代填", "结束代填", "代填提醒")


def lines(cast) -> list[tuple]:
    found = JournalEntry.objects.filter(action__in=ACTIONS).order_by("pk")
    return list(found.values_list("action", "by__name", "enterprise__name"))


def told() -> set[tuple[str, str]]:
    return set(Letter.objects.filter(stem__startswith="grant/").values_list("stem", "to"))


def test_a_firm_lets_somebody_of_another_firm_stand_in_and_both_are_told(cast):
    cast.yuntu.email = "contact@example.com"
    cast.yuntu.save()
    grant = give(cast)
    assert (grant.person, grant.state) == (cast.zhao_min, Grant.State.ASKED)
    firm = {("grant/told", to) for to in ("contact@example.com", cast.li_na.email, cast.wang_lei.email)}
    assert told() == {("grant/asked", cast.zhao_min.email), *firm}
    granting.accept(grant, by=cast.zhao_min, at=AT, reminded=False)
    assert Grant.objects.in_force().get() == grant
    assert lines(cast) == [("授权代填", "李娜", cast.yuntu.name), ("接受代填", "赵敏", cast.yuntu.name)]


@pytest.mark.parametrize("account", ["13800000003", "91500103ma5x88079d", " 91500103MA5X88079D@EXAMPLE.com"])
def test_a_person_is_found_by_user_name_mobile_or_mailbox_together_with_the_name(cast, account):
    assert give(cast, account=account).person == cast.zhao_min


def test_another_name_finds_nobody_and_says_nothing_of_whose_account_it_is(cast):
    with pytest.raises(Refused, match="没有姓名是“赵明”、用户名或手机是“13800000003”的企业账号") as said:
        give(cast, name="赵明", account="13800000003")
    assert "赵敏" not in str(said.value) and not Grant.objects.exists()


def test_an_official_is_never_found_and_no_stopped_account(cast):
    for person in (cast.chen_yu, cast.zhou_tao, cast.liu_fang, cast.wu_gang):
        with pytest.raises(Refused, match="没有姓名是"):
            give(cast, name=person.name, account=person.username)
    cast.zhao_min.is_active = False
    cast.zhao_min.save()
    with pytest.raises(Refused, match="没有姓名是"):
        give(cast)


def test_an_official_cannot_accept_what_was_sent_to_their_mailbox(cast, client):
    grant = give(cast, name=cast.chen_yu.name, account=cast.chen_yu.email)
    with pytest.raises(Refused, match="请用您在企业的账号登录"):
        granting.accept(grant, by=cast.chen_yu, at=AT, reminded=False)
    path = reverse("invitation_to_stand_in", args=[granting.token_of(grant)])
    assert sign_in(cast.chen_yu).post(path).status_code == 403


def test_two_accounts_that_fit_are_told_apart_by_the_user_name(cast):
    make_user("zhaomin2", "赵敏", "enterprise", enterprise=cast.shancheng, mobile="13800000003")
    with pytest.raises(Refused, match="请改填其中一个的用户名"):
        give(cast, account="13800000003")


def test_a_colleague_needs_no_grant(cast):
    with pytest.raises(Refused, match="王磊是本企业的账号，本来就能填报"):
        give(cast, name="王磊", account=cast.wang_lei.username)


def test_a_second_press_gives_no_second_grant(cast):
    give(cast)
    with pytest.raises(DoneAlready, match="已于 2024-06-05 授权赵敏（待本人接受），没有再授权一次"):
        give(cast, account="13800000003")
    assert Grant.objects.count() == 1 and len(lines(cast)) == 1


def test_a_firm_has_no_more_than_five_at_once(cast):
    for number in range(granting.MOST_OF_A_FIRM):
        give(cast, name="外人", account=f"w{number}@example.com")
    with pytest.raises(Refused, match="最多同时授权 5 人"):
        give(cast)


def test_a_district_grants_for_its_own_firms_and_a_grantee_may_live_elsewhere(cast):
    grant = give(cast, by=cast.chen_yu, name="孙洁", account=cast.sun_jie.username, basis="企业 6月3日 来函")
    granting.accept(grant, by=cast.sun_jie, at=AT, reminded=False)
    assert Grant.objects.in_force().filter(person=cast.sun_jie).exists()  # of 南岸区
    for stranger in (cast.he_qing, cast.zhou_tao, cast.zhao_min, cast.liu_fang):
        with pytest.raises(Refused, match="由企业自己授权"):
            give(cast, by=stranger)


def test_who_stands_in_cannot_grant_on(cast):
    let_stand_in(cast)
    cast.zhao_min.working_for = cast.yuntu
    with pytest.raises(Refused, match="由企业自己授权"):
        give(cast, by=cast.zhao_min, name="孙洁", account=cast.sun_jie.username)


def test_nobody_accepts_or_declines_for_another(cast):
    grant = give(cast)
    for verb in (granting.decline, lambda grant, **who: granting.accept(grant, reminded=False, **who)):
        with pytest.raises(Refused, match="给别人的"):
            verb(grant, by=cast.sun_jie, at=AT)


def test_declined_it_does_not_hold_and_may_be_given_again(cast):
    grant = granting.decline(give(cast), by=cast.zhao_min, at=AT)
    assert not Grant.objects.in_force().exists()
    with pytest.raises(DoneAlready):
        granting.decline(grant, by=cast.zhao_min, at=AT)
    with pytest.raises(Refused, match="未接受，不能再答复"):
        granting.accept(grant, by=cast.zhao_min, at=AT, reminded=False)
    assert give(cast).pk != grant.pk


@pytest.mark.parametrize("who", ["wang_lei", "chen_yu", "zhao_min"])
def test_the_firm_its_district_and_the_person_end_it(cast, who):
    grant = granting.accept(give(cast), by=cast.zhao_min, at=AT, reminded=True)
    by = getattr(cast, who)
    Letter.objects.all().delete()
    granting.end(grant, why="项目结束", by=by, at=AT)
    assert not Grant.objects.in_force().exists()
    assert lines(cast)[-1] == ("结束代填", by.name, cast.yuntu.name)
    assert {to for _, to in told()} == {cast.yuntu.email, cast.li_na.email, cast.wang_lei.email, cast.zhao_min.email}
    with pytest.raises(DoneAlready):
        granting.end(grant, why="项目结束", by=by, at=AT)


def test_nobody_else_ends_it(cast):
    grant = give(cast)
    for stranger in (cast.sun_jie, cast.he_qing, cast.zhou_tao):
        with pytest.raises(Refused, match="由企业、它所在的区县或代填人本人结束"):
            granting.end(grant, why="不行", by=stranger, at=AT)


def test_an_invitation_is_accepted_by_whoever_reads_the_mailbox_under_that_name(cast):
    grant = give(cast, name="孙洁", account="sun@new.example.com")
    assert grant.person is None and granting.token_of(grant)
    path = Letter.objects.get(stem="grant/asked").facts["path"]
    assert words_on(sign_in(cast.sun_jie).get(path)).count("请您代为填报")
    refused = sign_in(cast.zhao_min).post(path, follow=True)
    assert "这份邀请是给“孙洁”的，您登录的账号姓名是“赵敏”" in words_on(refused)
    sign_in(cast.sun_jie).post(path, {"reminded": "yes"})
    grant.refresh_from_db()
    assert (grant.person, grant.reminded, grant.is_accepted) == (cast.sun_jie, True, True)
    again = sign_in(cast.sun_jie).post(path, follow=True)
    assert "您已接受为" in words_on(again)
    assert sign_in(cast.sun_jie).get(path.replace(":", ":x")).status_code == 404


def test_a_firm_that_was_merged_takes_its_grants_along(cast):
    twin = make_enterprise("91500108MA5U88885J", "重庆云图软件有限责任公司", cast.yuzhong)
    clerk = make_user(twin.credit_code, "周琳", "enterprise", enterprise=twin)
    moved = let_stand_in(cast, enterprise=twin)
    own = let_stand_in(cast, person=clerk)  # of the entry that stays: now a colleague
    twice = let_stand_in(cast, person=cast.sun_jie, enterprise=twin)
    let_stand_in(cast, person=cast.sun_jie)
    choice = merging.MergeChoice(frozenset(), {}, merging.foreseen(cast.yuntu, twin).seen, "营业执照核对。")
    merging.merge(cast.yuntu, twin, choice, by=cast.zhou_tao, at=AT)
    for grant in (moved, own, twice):
        grant.refresh_from_db()
    assert (moved.enterprise, moved.is_accepted) == (cast.yuntu, True)
    assert (own.state, twice.state) == (Grant.State.ENDED, Grant.State.ENDED)
    assert Grant.objects.in_force().filter(enterprise=cast.yuntu).count() == 2


def test_the_pages_give_and_end_it(cast):
    firm = sign_in(cast.li_na)
    assert "还没有授权别的企业的人代填" in words_on(firm.get(reverse("grants")))
    wrong = firm.post(reverse("grants"), {"name": "赵敏", "account": "13900000000", "basis": "集团"})
    assert "没有姓名是“赵敏”、用户名或手机是“13900000000”的企业账号" in words_on(wrong, 422)
    given = {"name": "赵敏", "account": "13800000003", "basis": "集团"}
    assert "已授权赵敏代填，待本人接受" in words_on(firm.post(reverse("grants"), given, follow=True))
    assert "没有再授权一次" in words_on(firm.post(reverse("grants"), given, follow=True))
    grant = Grant.objects.get()
    person = sign_in(cast.zhao_min)
    assert "重庆云图软件有限公司（91500103MA5U12346B）请您代为填报" in words_on(person.get(reverse("my_firms")))
    assert "已接受" in words_on(person.post(reverse("accept_grant", args=[grant.pk]), follow=True))
    assert "也发给您" in words_on(
        person.post(reverse("grant_reminders", args=[grant.pk]), {"reminded": "yes"}, follow=True)
    )
    district = sign_in(cast.chen_yu)
    page = reverse("firm_grants", args=[cast.yuntu.credit_code])
    assert "代填中" in words_on(district.get(page))
    assert "授权代填" not in words_on(sign_in(cast.zhou_tao).get(page)).split("答复")[1]  # the city reads
    assert "请写明事由" in words_on(district.post(reverse("end_grant", args=[grant.pk]), {"why": ""}), 422)
    done = district.post(reverse("end_grant", args=[grant.pk]), {"why": "企业来函"}, follow=True)
    assert "授权已结束" in words_on(done) and "企业来函" in words_on(done)
    assert "不用再结束" in words_on(district.get(reverse("end_grant", args=[grant.pk])))


def test_a_firm_is_not_told_what_a_district_writes(cast):
    own = sign_in(cast.li_na).get(reverse("grants"))
    assert "区县" not in words_on(own).partition("授权代填")[2]
    district = sign_in(cast.chen_yu).get(reverse("firm_grants", args=[cast.yuntu.credit_code]))
    assert "写明企业书面申请的日期和文号" in words_on(district)
