"""What has to be there before a city can work, in the order in which it is done: a line for each, one query each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q

from accounts.models import DUTIES, Ability, District, Enterprise, Installation, Residence, User, roles_that_may
from forms_tables.edition.catalog import Edition
from reporting.models import ParameterValue, Period, calendar_in_force


@dataclass(frozen=True)
class Reached:
    """How much of a line is there, and of how much. Of nothing at all, nothing is there."""

    there: int
    wanted: int

    @property
    def is_done(self) -> bool:
        return self.there >= self.wanted > 0


@dataclass(frozen=True)
class Step:
    """A line of the page. `words` says its number; `page` is where it is done, which `opens` lets somebody see; who has
    the ability `done_by` may do it."""

    key: str
    title: str
    hint: str
    words: Callable[[Reached], str]
    ask: Callable[[date, Edition], Reached]
    page: str
    opens: Ability
    done_by: Ability


@dataclass(frozen=True)
class Line:
    step: Step
    reached: Reached

    @property
    def is_done(self) -> bool:
        return self.reached.is_done

    @property
    def number(self) -> str:
        return self.step.words(self.reached)

    @property
    def who(self) -> str:
        return "、".join(DUTIES[role].label for role in roles_that_may(self.step.done_by))

    def is_for(self, user: User) -> bool:
        return self.step.done_by in user.duties.abilities

    def is_open_to(self, user: User) -> bool:
        return self.step.opens in user.duties.abilities


def lines_on(today: date, edition: Edition) -> list[Line]:
    return [Line(step, step.ask(today, edition)) for step in STEPS]


def city_account(today: date, edition: Edition) -> Reached:
    return Reached(User.objects.who_may(Ability.ADMINISTER).activated().count(), 1)


def officials(today: date, edition: Edition) -> Reached:
    """Districts in which somebody can review: has chosen a password."""
    reviewers = User.objects.who_may(Ability.REVIEW).activated().filter(district=OuterRef("pk"))
    return of_districts(today, Exists(reviewers))


def contacts(today: date, edition: Edition) -> Reached:
    """附件2 names a person with a telephone number: letters to firms say whom to call."""
    return of_districts(today, Q(contact__clerk__gt="", contact__phone__gt=""))


def of_districts(today: date, there: Q | Exists) -> Reached:
    """Those that have firms, once there is a register: in a small city the others have nothing to do here."""
    of_firms = Residence.objects.filter(enterprise__in=Enterprise.objects.not_gone_by(today), until__isnull=True)
    has_firms = Exists(of_firms.filter(district=OuterRef("pk")))
    counts = {
        "there": Count("pk", filter=there),
        "wanted": Count("pk"),
        "there_with_firms": Count("pk", filter=Q(there) & Q(has_firms)),
        "with_firms": Count("pk", filter=has_firms),
    }
    found = District.objects.valid_on(today).aggregate(**counts)
    if found["with_firms"]:
        return Reached(found["there_with_firms"], found["with_firms"])
    return Reached(found["there"], found["wanted"])


def city_phone(today: date, edition: Edition) -> Reached:
    """Letters name it where a district has no telephone; without it some would name none."""
    return Reached(Installation.objects.exclude(phone="").count(), 1)


def register(today: date, edition: Edition) -> Reached:
    return Reached(Enterprise.objects.not_gone_by(today).count(), 1)


def accounts_of_firms(today: date, edition: Edition) -> Reached:
    """Every firm that still reports has an account; whether its person opens it is then theirs."""
    accounts = User.objects.filter(enterprise=OuterRef("pk"), is_active=True)
    counted = Enterprise.objects.not_gone_by(today).aggregate(
        there=Count("pk", filter=Exists(accounts)), wanted=Count("pk")
    )
    return Reached(**counted)


def calendar(today: date, edition: Edition) -> Reached:
    """The year's days off: shipped, or entered by the city."""
    return Reached(int(today.year in calendar_in_force().years), 1)


def parameters(today: date, edition: Edition) -> Reached:
    """The figures nobody has published and the city enters: the exchange rate, the official coefficients. Not the one
    that asks for stamped paper: to enter it is to ask."""
    entered = set(ParameterValue.objects.values_list("name", flat=True))
    asks_for_paper = edition.platform.scan and edition.platform.scan.least
    unpublished = [each.name for each in edition.parameters.values() if each.settable and each.default is None]
    wanted = [name for name in unpublished if name != asks_for_paper]
    return Reached(len(entered.intersection(wanted)), len(wanted)) if wanted else Reached(1, 1)


def first_period(today: date, edition: Edition) -> Reached:
    return Reached(Period.objects.count(), 1)


def out_of(unit: str) -> Callable[[Reached], str]:
    return lambda reached: f"{reached.there:,} / {reached.wanted:,} {unit}"


def so_many(unit: str) -> Callable[[Reached], str]:
    return lambda reached: f"{reached.there:,} {unit}"


STEPS = (
    Step(
        "city_account",
        "市级账号",
        "由系统管理员邀请；本人打开激活邮件、设好密码才算。",
        so_many("人已激活"),
        city_account,
        "users",
        opens=Ability.MANAGE_USERS,
        done_by=Ability.MANAGE_USERS,
    ),
    Step(
        "officials",
        "区县账号",
        "有企业的区县（还没有名录时是全部区县）各至少一人设好密码；“用户”页可以从文件一次开通，没有的区县列在下方，点名称也能邀请。",
        out_of("个区县"),
        officials,
        "users",
        opens=Ability.MANAGE_USERS,
        done_by=Ability.MANAGE_USERS,
    ),
    Step(
        "contacts",
        "区县联系人（附件2）",
        "有企业的区县（还没有名录时是全部区县）写明工作人员和电话，企业收到的信都写明它。",
        out_of("个区县"),
        contacts,
        "contacts",
        opens=Ability.READ_REGISTER,
        done_by=Ability.REVIEW,
    ),
    Step(
        "city_phone",
        "市级电话",
        "每封信都写明可以打的电话；区县没有填写的，写市级的。",
        lambda reached: "已填写" if reached.is_done else "还没有",
        city_phone,
        "edit_city_phone",
        opens=Ability.ADMINISTER,
        done_by=Ability.ADMINISTER,
    ),
    Step(
        "register",
        "企业名录",
        "从 Excel 导入：先试导入，全部没有问题再确认。",
        so_many("家在报"),
        register,
        "import_register",
        opens=Ability.KEEP_REGISTER,
        done_by=Ability.KEEP_REGISTER,
    ),
    Step(
        "accounts_of_firms",
        "企业账号",
        "成批开通，先预览再发激活邮件；没有登记邮箱的列在预览里，补登后再发。以往的数可先导入。",
        out_of("家"),
        accounts_of_firms,
        "firm_accounts",
        opens=Ability.KEEP_REGISTER,
        done_by=Ability.KEEP_REGISTER,
    ),
    Step(
        "calendar",
        "今年的放假安排",
        "截止日由它顺延；国务院公布后录入，随软件带有的不用再录。",
        lambda reached: "已有" if reached.is_done else "还没有",
        calendar,
        "calendar",
        opens=Ability.READ_CITY,
        done_by=Ability.ADMINISTER,
    ),
    Step(
        "parameters",
        "汇率和系数",
        "没有公布、须市级录入的参数，录入时写明依据；没有录入的，读它的审核关系不执行。",
        out_of("项"),
        parameters,
        "city_parameters",
        opens=Ability.READ_CITY,
        done_by=Ability.ADMINISTER,
    ),
    Step(
        "first_period",
        "第一个报告期",
        "前面各项办好再开启：先看哪些企业应报、到哪一天、发多少信，确认以后才开启。",
        so_many("期已开启"),
        first_period,
        "city_periods",
        opens=Ability.READ_CITY,
        done_by=Ability.ADMINISTER,
    ),
)
