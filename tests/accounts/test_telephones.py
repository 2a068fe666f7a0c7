"""Whom the reader of a letter may ring up: the firm's district, else the city."""

import pytest

from accounts.models import DistrictContact, Installation, JournalEntry, Letter
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


def test_a_live_city_without_a_telephone_opens_nothing(cast):
    Installation.objects.update_or_create(pk=1, defaults={"live_since": AT})
    with pytest.raises(Refused, match="先填写市级电话"):
        opened_as_seen("2024M05", False, "", cast.zhou_tao, AT)
    Installation.objects.update(phone=CITY)
    assert opened_as_seen("2024M05", False, "", cast.zhou_tao, AT)[1].firms == 3
