"""The named people and firms of the tests: two districts, three firms, one person per role. See the fixture `cast`."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import get_hasher, make_password

from accounts.models import District, Enterprise, Residence, User

SHANGHAI = ZoneInfo("Asia/Shanghai")
AT = datetime(2024, 6, 5, 9, 30, tzinfo=SHANGHAI)
PASSWORD = "嘉陵江边-晨雾-2024"
FREE_CODE = "91500103MA7AAAA12K"  # a right code of 渝中区 that nobody has registered
UNUSED_CODE = "91500103MA5U77772B"  # another one
ABOLISHED_CODE = "91500105MAABC1230J"  # registered in 江北区, which was abolished in 2026
ELSEWHERE_CODE = "911101085514001076"  # a right code of Beijing


@dataclass
class Cast:
    yuzhong: District
    nanan: District
    yuntu: Enterprise  # 渝中区, plain software
    jialing: Enterprise  # 渝中区, a key IC-design firm
    shancheng: Enterprise  # 南岸区, makes devices with software inside
    li_na: User  # 云图's first account
    wang_lei: User  # 云图's second
    zhao_min: User  # 嘉陵
    sun_jie: User  # 山城
    chen_yu: User  # clerk of 渝中区
    he_qing: User  # clerk of 南岸区
    liu_fang: User  # the association's analyst
    zhou_tao: User  # the city
    wu_gang: User  # the system administrator

    @property
    def one_per_role(self) -> dict[str, User]:
        return {user.role: user for user in (self.li_na, self.chen_yu, self.liu_fang, self.zhou_tao, self.wu_gang)}


def assemble() -> Cast:
    yuzhong = make_district("500103", "渝中区", 3)
    nanan = make_district("500108", "南岸区", 8)
    yuntu = make_enterprise("91500103MA5U12346B", "重庆云图软件有限公司", yuzhong, A22="6513", A34="1")
    jialing = make_enterprise("91500103MA5X88079D", "重庆嘉陵微电子有限公司", yuzhong, A22="6520", A34="2", A38="是")
    shancheng = make_enterprise("91500108MA60K5T996", "重庆山城智能装备有限公司", nanan, A34="1,3B", A36="是")
    return Cast(
        yuzhong,
        nanan,
        yuntu,
        jialing,
        shancheng,
        li_na=make_user(yuntu.credit_code, "李娜", "enterprise", enterprise=yuntu, mobile="13800000001"),
        wang_lei=make_user(f"{yuntu.credit_code}-2", "王磊", "enterprise", enterprise=yuntu, mobile="13800000002"),
        zhao_min=make_user(jialing.credit_code, "赵敏", "enterprise", enterprise=jialing, mobile="13800000003"),
        sun_jie=make_user(shancheng.credit_code, "孙洁", "enterprise", enterprise=shancheng, mobile="13800000004"),
        chen_yu=make_user("yuzhong", "陈宇", "district", district=yuzhong),
        he_qing=make_user("nanan", "何清", "district", district=nanan),
        liu_fang=make_user("liufang", "刘芳", "association"),
        zhou_tao=make_user("zhoutao", "周涛", "city"),
        wu_gang=make_user("wugang", "吴刚", "system"),
    )


def make_district(code: str, name: str, position: int, **more) -> District:
    facts = {"name": name, "kind": "区", "position": position, "valid_from": date(2021, 1, 1), **more}
    return District.objects.update_or_create(code=code, defaults=facts)[0]


def make_enterprise(
    credit_code: str, name: str, district: District, joined_on: date = date(2023, 1, 1), **attributes: str
) -> Enterprise:
    facts = {"A22": "6513", "A34": "1", "A36": "否", "A37": "否", "A38": "否", "A39": "否", "A40": "0"}
    enterprise = Enterprise.objects.create(
        credit_code=credit_code,
        name=name,
        attributes=facts | attributes,
        contact_name="统计员",
        mobile="13800000000",
        email=f"{credit_code.lower()}@example.com",
        joined_on=joined_on,
    )
    Residence.objects.create(enterprise=enterprise, district=district, since=joined_on)
    return enterprise


def make_user(username: str, name: str, role: str, **more) -> User:
    facts = {"email": f"{username.lower()}@example.com", "password": hashed_password(get_hasher().algorithm), **more}
    return User.objects.create(username=username, name=name, role=role, **facts)


@cache
def hashed_password(algorithm: str) -> str:
    return make_password(PASSWORD, hasher=algorithm)
