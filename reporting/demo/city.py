"""Loads the demonstration city: districts and people, the periods, and the firms' stories in bulk."""

import secrets
from collections.abc import Callable, Container, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import islice
from multiprocessing import get_context
from zoneinfo import ZoneInfo

import django
from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from accounts.clock import real_now
from accounts.models import District, DistrictContact, Enterprise, Installation, JournalEntry, Residence, User
from forms_tables.edition.catalog import edition_codes
from reporting.demo.firms import Firm, make_firm
from reporting.demo.rows import RowsToWrite
from reporting.demo.stories import EDITION, FX, OPEN_ANNUAL, OPEN_MONTH, PERIODS, stories_of
from reporting.demo.threads import talk
from reporting.demo.training import teach
from reporting.demo.year import mobile_of
from reporting.editions.governance import ACTION as SET_BEGINNING
from reporting.models import (
    Deadline,
    DistrictResult,
    FrozenRelease,
    ParameterValue,
    Period,
    PublishedEdition,
    Release,
)
from reporting.models.in_force import governing
from reporting.releases.making import freeze_lock
from reporting.releases.missing import missing_of
from reporting.results import tallies
from reporting.workflow.period import store_deadlines

DEMO_DAY = date(2024, 6, 6)
SHANGHAI = ZoneInfo("Asia/Shanghai")
JOINED_ON = date(2022, 1, 1)
MOVING_DAY = date(2023, 7, 1)
OFFICIALS = [
    (User.Role.ASSOCIATION, "xiehui", "协会分析员"),
    (User.Role.CITY, "shiji", "市级管理员"),
    (User.Role.SYSTEM, "xitong", "系统管理员"),
]
CHUNK = 150
RELEASED = 3  # of the last locked months: enough to look at, and the city is soon built
WORTH_A_POOL = 60


@transaction.atomic
def build(enterprises: int, seed: int, say: Callable[[str], None]) -> int:
    """Make the city hold `enterprises` firms of `seed`, leaving those it has; returns how many came."""
    refuse_all_but_our_own()
    districts = prepare_city()
    codes = tuple(districts)
    known = set(Enterprise.objects.values_list("credit_code", flat=True))
    firms = [make_firm(number, seed, codes) for number in range(enterprises)]
    new = [firm for firm in firms if firm.credit_code not in known]
    done = 0
    for chunk in chunks(told(new), CHUNK):
        load_firms(chunk, districts)
        done += len(chunk)
        say(f"已装入 {done}/{len(new)} 家企业")
    freeze_results(anew=bool(new))
    release_the_last(anew=bool(new))
    talk(moment(DEMO_DAY, 9))
    teach(moment(DEMO_DAY, 9))
    return done


def freeze_results(anew: bool) -> None:
    """What the locks of the past would have kept of each district; counted anew when the city has grown."""
    if anew:
        DistrictResult.objects.all().delete()
    for period in Period.objects.filter(state=Period.LOCKED, results=None):
        tallies.freeze(period, period.locked_at)


def release_the_last(anew: bool) -> None:
    """The releases of the last locked months, made anew when the city has grown; of the earlier ones a visitor makes
    them, as a city does that locked them before there were any."""
    if anew:
        for rows in (FrozenRelease.objects.all(), Release.objects.all()):
            QuerySet.delete(rows)  # a demonstration's alone: elsewhere a release stays
    by = User.objects.filter(role=User.Role.CITY).first()
    locked = Period.objects.filter(state=Period.LOCKED, releases=None).prefetch_related("deadlines")
    for period in locked.order_by("-opens_on", "-code")[:RELEASED]:
        left_out = missing_of(period).explained({}, "演示：多次催报未果，按缺报处理")
        freeze_lock(period, by, period.locked_at, "演示：截止日已过，个别企业缺报", left_out)


def demo_enterprise(seed: int) -> Enterprise:
    """The firm whose account is shown to visitors: nothing filed yet in either open period."""
    codes = tuple(District.objects.valid_on(DEMO_DAY).values_list("code", flat=True))
    return Enterprise.objects.get(credit_code=make_firm(0, seed, codes).credit_code)


def refuse_all_but_our_own() -> None:
    """Demonstration data go where there are some, or where nobody has done anything. It may be asked of a database that
    was never migrated, and writes nothing."""
    tables = set(connection.introspection.table_names())
    if is_demonstration(tables):
        return
    if is_real(tables):
        raise CommandError(
            f"数据库 {connection.settings_dict['NAME']} 里是一座实际城市，不会装入演示数据，什么都没有改动。"
            "运行它，请执行 ./run --real；要看演示，请另用一个文件夹或一个空数据库。"
        )
    if found := traces_of_work(tables):
        raise CommandError(
            f"数据库 {connection.settings_dict['NAME']} 不是演示库，里面已有{'、'.join(found)}，不会装入演示数据，"
            "什么都没有改动。请用 DATABASE_URL 指定一个空数据库。"
        )
    if not settings.LOCAL:
        raise CommandError("SITE_URL 不在本机，这是正式环境，不会装入演示数据。请把 SITE_URL 设为本机地址，或不设。")


def refuse_another_city() -> None:
    """Its firms are told in the codes of one edition's tables; in any other city its periods would have none."""
    if EDITION not in edition_codes():
        raise CommandError(
            f"演示数据是按制度“{EDITION}”编的，这里的制度是{'、'.join(edition_codes()) or '空的'}，不会装入演示数据，"
            "什么都没有改动。"
        )


def refuse_other_governance() -> None:
    """Nor where that edition is here, but was given other periods."""
    if others := [period.label for period in PERIODS if governing(period) != [EDITION]]:
        raise CommandError(
            f"演示数据的报告期{others[0]}等 {len(others)} 期在这里不适用制度“{EDITION}”，不会装入演示数据，"
            "什么都没有改动。"
        )


def is_demonstration(tables: Container[str]) -> bool:
    return Installation._meta.db_table in tables and Installation.objects.filter(pk=1, is_demo=True).exists()


def is_real(tables: Container[str]) -> bool:
    """What `./run --real` has prepared is a city from then on, though nobody has worked there yet."""
    return Installation._meta.db_table in tables and Installation.objects.filter(pk=1, is_demo=False).exists()


def traces_of_work(tables: Container[str]) -> list[str]:
    """What people have made here, by name: more than the migrations and `load_edition` leave in an unused database."""
    if Installation._meta.db_table not in tables:
        return ["别的程序的表"] if tables else []
    unused = {
        Installation: Q(pk__isnull=False),
        District: Q(pk__isnull=False),
        PublishedEdition: Q(code=F("family")),
        JournalEntry: Q(by=None, action__in=("发布制度版本", SET_BEGINNING)),
    }
    ours = [*apps.get_app_config("accounts").get_models(), *apps.get_app_config("reporting").get_models()]
    rows = {
        model: model._base_manager.exclude(unused.get(model, Q(pk=None)))
        for model in ours
        if model._meta.db_table in tables
    }
    return [model._meta.verbose_name for model in rows if rows[model].exists()]


def be_the_demonstration() -> None:
    """The installation's mark. Its clock begins on the demonstration's day and is never set back."""
    if not Installation.current().is_demo:
        begun = {"is_demo": True, "demo_day": DEMO_DAY, "demo_since": real_now().date(), "phone": "023-60000001"}
        Installation.objects.update_or_create(pk=1, defaults=begun)


def prepare_city() -> dict[str, District]:
    """The installation's mark, the officials, the periods with their dates; made once."""
    be_the_demonstration()
    districts = {district.code: district for district in District.objects.valid_on(DEMO_DAY)}
    for district in districts.values():
        make_clerk(district)
    for role, username, name in OFFICIALS:
        User.objects.get_or_create(
            username=username,
            defaults={"role": role, "name": name, "email": f"{username}@demo.invalid", "password": "!"},
        )
    for code in PERIODS:
        if not Period.objects.filter(code=code.code).exists():
            prepare_period(code)
    return districts


def make_clerk(district: District) -> None:
    clerk = f"{district.name}统计员"
    User.objects.get_or_create(
        username=f"qx{district.code}",
        defaults={
            "role": User.Role.DISTRICT,
            "district": district,
            "name": clerk,
            "email": f"qx-{district.code.lower()}@demo.invalid",
            "password": "!",
        },
    )
    DistrictContact.objects.get_or_create(
        district=district,
        defaults={"leader": "（演示）分管领导", "clerk": clerk, "post": "科员", "phone": "023-60000000"},
    )


def prepare_period(code) -> None:
    period = Period.objects.create(code=code.code, edition_code=EDITION, opens_on=code.end + timedelta(days=1))
    store_deadlines(period)
    if code not in (OPEN_MONTH, OPEN_ANNUAL):
        period.state = Period.LOCKED
        period.locked_at = moment(period.deadline(Deadline.CITY).date + timedelta(days=5), 18)
        period.save(update_fields=["state", "locked_at"])
    ParameterValue.objects.create(name="FX", period=period, value=FX, source="演示值，非公布中间价")
    if code == OPEN_ANNUAL:
        postpone(period)


def postpone(period: Period) -> None:
    """The annual is still being collected on the demonstration's day: its dates are set by hand, and say so."""
    days = {Deadline.ENTERPRISE: 14, Deadline.DISTRICT: 19, Deadline.CITY: 25}
    for deadline in period.deadlines.all():
        deadline.date = DEMO_DAY + timedelta(days=days[deadline.level])
        deadline.moved, deadline.by_hand = True, True
        deadline.why = "市级人工设定：演示城市把年报延至6月，以便同时演示月报和年报。"
        deadline.notice_number = "无"
        deadline.save(update_fields=["date", "moved", "by_hand", "why", "notice_number"])


def told(firms: list[Firm]) -> Iterator[tuple[Firm, list]]:
    """Each firm with its stories; on all processors when there are many."""
    if len(firms) < WORTH_A_POOL:
        yield from ((firm, stories_of(firm)) for firm in firms)
        return
    # Processes of their own from the start: what is forked would share the connection, in the middle of a transaction.
    with ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=django.setup) as pool:
        yield from zip(firms, pool.map(stories_of, firms, chunksize=5), strict=True)


def chunks(rows: Iterable, size: int) -> Iterator[list]:
    rows = iter(rows)
    while chunk := list(islice(rows, size)):
        yield chunk


def load_firms(told_firms: list[tuple[Firm, list]], districts: dict[str, District]) -> None:
    firms = [firm for firm, _ in told_firms]
    rows = Enterprise.objects.bulk_create(enterprise_row(firm) for firm in firms)
    moved = {firm.number: other_district(firm, districts) for firm in firms if firm.number % 97 == 11}
    Residence.objects.bulk_create(
        residence
        for firm, row in zip(firms, rows, strict=True)
        for residence in residences(row, districts[firm.district], moved.get(firm.number))
    )
    people = User.objects.bulk_create(account_row(firm, row) for firm, row in zip(firms, rows, strict=True))
    clerks = {user.district_id: user for user in User.objects.filter(role=User.Role.DISTRICT)}
    ledger = RowsToWrite(clerks)
    for (firm, stories), row, person in zip(told_firms, rows, people, strict=True):
        for story in stories:
            former = moved.get(firm.number)
            here = districts[firm.district]
            lived = former if former and story.period < f"{MOVING_DAY:%YM%m}" and "M" in story.period else here
            ledger.add(story, row, person, lived, firm.number + 1)
    ledger.write()


def enterprise_row(firm: Firm) -> Enterprise:
    return Enterprise(
        credit_code=firm.credit_code,
        name=firm.name,
        attributes=firm.attributes,
        contact_name=firm.contact,
        phone=f"023-6{firm.number % 10_000_000:07d}",
        mobile=mobile_of(firm),
        email=f"firm{firm.number:05d}@demo.invalid",
        address=f"重庆市示范路{firm.number + 1}号",
        joined_on=JOINED_ON,
    )


def account_row(firm: Firm, enterprise: Enterprise) -> User:
    return User(
        username=firm.credit_code,
        role=User.Role.ENTERPRISE,
        enterprise=enterprise,
        name=firm.contact,
        email=enterprise.email,
        mobile=enterprise.mobile,
        password=a_password(),
    )


@cache
def a_password() -> str:
    """Nobody knows it: whoever has filed has opened their account, and no reminder is an activation here."""
    return make_password(secrets.token_hex())


def other_district(firm: Firm, districts: dict[str, District]) -> District:
    codes = [code for code in districts if code != firm.district]
    return districts[firm.dice("moved").choice(codes)]


def residences(enterprise: Enterprise, here: District, former: District | None) -> list[Residence]:
    if former is None:
        return [Residence(enterprise=enterprise, district=here, since=JOINED_ON)]
    return [
        Residence(enterprise=enterprise, district=former, since=JOINED_ON, until=MOVING_DAY - timedelta(days=1)),
        Residence(enterprise=enterprise, district=here, since=MOVING_DAY, reason="注册地迁移（演示）"),
    ]


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), SHANGHAI)
