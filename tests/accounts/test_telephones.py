"""Whom the reader of a letter may ring up: the firm's district, else the city."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import DistrictContact, Installation, JournalEntry, Letter, User
from reporting.invitations import inviting
from reporting.invitations.inviting import ChosenFirms
from reporting.models import Period
from reporting.periods.previews import opened_as_seen
from reporting.workflow import Refused
from tests.cast import AT
from tests.officials import sign_in
from tests.reading import words_on

CITY = "023-63000001"


def asked(to: str, **about) -> str:
    return Letter(to=to, **about).to_ask


def test_a_firm_asks_its_district_and_an_office_the_city(cast):
    Installation.objects.update_or_create(pk=1, defaults={"phone": CITY})
    DistrictContact.objects.create(district=cast.yuzhong, clerk="陈宇", phone="023-63820001")
    assert asked(cast.li_na.email, enterprise=cast.yuntu) == "渝中区 陈宇 023-63820001"
    assert asked("new@example.com", district=cast.yuzhong) == "渝中区 陈宇 023-63820001"
    assert asked(cast.chen_yu.email.upper(), enterprise=cast.yuntu, district=cast.yuzhong).endswith(CITY)
    assert "渝中区" not in asked(cast.zhou_tao.email, district=cast.yuzhong)


def test_beside_a_district_that_has_named_none_stands_the_citys(cast):
    Installation.objects.update_or_create(pk=1, defaults={"phone": CITY})
    DistrictContact.objects.create(district=cast.nanan, clerk="何清")
    assert asked(cast.sun_jie.email, enterprise=cast.shancheng) == f"南岸区 何清；市经济信息委 {CITY}"
    assert asked(cast.li_na.email, enterprise=cast.yuntu) == f"渝中区；市经济信息委 {CITY}"


def test_the_city_writes_its_telephone_down_once(cast):
    desk = sign_in(cast.zhou_tao)
    assert "市级电话还没有填写" in words_on(desk.get("/contacts/"))
    assert "023-63890000" in words_on(desk.post("/contacts/city/", {"phone": "六三〇〇"}), 422)
    words_on(desk.post("/contacts/city/", {"phone": ""}), 422)
    for _ in range(2):
        assert CITY in words_on(desk.post("/contacts/city/", {"phone": CITY}, follow=True))
    line = JournalEntry.objects.get(action="修改市级电话")
    assert (line.by, line.before, line.after) == (cast.zhou_tao, {"电话": ""}, {"电话": CITY})


@pytest.mark.parametrize("who", ["chen_yu", "liu_fang", "li_na", "wu_gang"])
def test_nobody_else_does(cast, who):
    assert sign_in(getattr(cast, who)).post("/contacts/city/", {"phone": CITY}).status_code == 403
    assert not Installation.objects.exclude(phone="").exists()


def a_number_for(district) -> None:
    DistrictContact.objects.create(district=district, clerk="统计员", phone="023-63820001")


@pytest.mark.parametrize("live_since", [None, AT])
def test_a_city_without_a_telephone_opens_nothing_and_invites_nobody(cast, live_since):
    Installation.objects.update_or_create(pk=1, defaults={"live_since": live_since})
    User.objects.filter(enterprise=cast.shancheng).delete()
    a_number_for(cast.yuzhong)

    def invite():
        return inviting.invite(ChosenFirms("no-account"), by=cast.zhou_tao, at=AT)

    for act in (lambda: opened_as_seen("2024M05", False, "", cast.zhou_tao, AT), invite):
        with pytest.raises(Refused, match="南岸区没有填写，市级电话也没有填写。请先在“区县联系人”页填写市级电话"):
            act()
    with pytest.raises(CommandError, match="请先在“区县联系人”页填写市级电话"):
        call_command("invite", "--firms", "--json")
    assert not Letter.objects.exists() and not Period.objects.exists()
    page = words_on(sign_in(cast.he_qing).post("/firm-accounts/preview/", {"which": "all", "state": "no-account"}))
    assert "市级电话也没有填写" in page and "发送 1 封" not in page
    a_number_for(cast.nanan)  # now every firm has somebody to ring up
    assert opened_as_seen("2024M05", False, "", cast.zhou_tao, AT)[1].firms == 3
    assert invite().letters == 1


def test_the_citys_telephone_is_enough_and_a_demonstration_needs_none(cast):
    for installed in ({"phone": CITY, "is_demo": False}, {"phone": "", "is_demo": True}):
        Installation.objects.update_or_create(pk=1, defaults=installed)
        assert opened_as_seen("2024M05", False, "", cast.zhou_tao, AT)[1].firms == 3


def test_a_district_invites_where_its_own_firms_have_a_number(cast):
    User.objects.filter(enterprise__in=[cast.jialing, cast.shancheng]).delete()
    a_number_for(cast.yuzhong)
    assert inviting.invite(ChosenFirms("no-account"), by=cast.chen_yu, at=AT).letters == 1
    with pytest.raises(Refused, match="南岸区没有填写"):
        inviting.invite(ChosenFirms("no-account"), by=cast.he_qing, at=AT)
