"""Which entries may be one firm."""

import pytest

from accounts.models import Enterprise
from reporting.mending.doubles import RegisterEntry, alike, likely, plain_name
from tests.cast import make_enterprise
from tests.officials import sign_in
from tests.reading import words_on

RIGHT, ONE_SIGN_OFF = "91500103MA5U12346B", "91500103MA5U12846B"


def entry(pk: int, name: str, code: str = "", **given) -> RegisterEntry:
    rest = {"mobile": "", "phone": "", "email": "", "address": ""} | given
    return RegisterEntry(pk, name, code or str(pk) * 18, **rest)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("重庆云图软件有限公司", "重庆云图软件有限责任公司"),
        ("重庆（云图）软件有限公司", "重庆(云图) 软件有限公司"),
        ("重庆ＡＢＣ软件有限公司", "重庆abc软件有限公司"),
    ],
)
def test_names_are_compared_as_they_are_called(one, other):
    assert plain_name(one) == plain_name(other)
    assert alike([entry(1, one), entry(2, other)]) == {(1, 2): ["名称相同"]}


def test_a_code_but_for_one_sign_is_found(db):
    assert alike([entry(7, "甲", ONE_SIGN_OFF), entry(3, "乙", RIGHT)]) == {(3, 7): ["代码只差一位"]}


def test_what_both_give_is_named_and_a_bookkeepers_is_not():
    two = [entry(1, "甲", mobile="13800000001", email="A@b.cn"), entry(2, "乙", mobile="13800000001", email="a@b.cn")]
    assert alike(two) == {(1, 2): ["手机相同", "邮箱相同"]}
    assert alike([entry(n, f"企业{n}", phone="023-63890000") for n in range(9)]) == {}


def test_a_district_is_proposed_only_pairs_with_a_firm_of_its_own(cast):
    Enterprise.objects.update(mobile="")
    make_enterprise("91500103MA5U77772B", "重庆云图软件有限责任公司", cast.yuzhong)
    Enterprise.objects.update(mobile="")
    assert [pair.why_words for pair in likely(cast.zhou_tao)] == ["名称相同"]
    assert len(likely(cast.chen_yu)) == 1 and likely(cast.he_qing) == []
    assert "没有疑似重复的登记" in words_on(sign_in(cast.he_qing).get("/doubles/"))
