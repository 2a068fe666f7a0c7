from __future__ import annotations

from functools import cached_property

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string

from accounts.models.districts import District
from accounts.models.enterprises import Enterprise
from accounts.models.roles import (
    DUTIES,
    STANDING_IN,
    Ability,
    Duties,
    May,
    Role,
    Scope,
    roles_that_may,
    roles_to_invite,
    roles_within,
)

CITY_WIDE = roles_within(Scope.CITY)


class UserQuerySet(models.QuerySet):
    def visible_to(self, user) -> UserQuerySet:
        """Accounts this user may look after: a firm its colleagues, a district its firms' people, who manages users
        the firms' and those they may open; anyone else their own."""
        if not user.is_authenticated:
            return self.none()
        if user.may.manage_users:
            return self.filter(role__in=user.manages)
        if user.scope == Scope.ENTERPRISE:
            return self.filter(enterprise_id=user.enterprise_id)
        if user.may.keep_accounts:
            return self.filter(enterprise__in=Enterprise.objects.visible_to(user))
        return self.filter(pk=user.pk)

    def who_may(self, ability: Ability) -> UserQuerySet:
        """Active accounts of the roles with this ability."""
        return self.filter(role__in=roles_that_may(ability), is_active=True)

    def activated(self) -> UserQuerySet:
        """Whose person has set a password of their own."""
        return self.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)


class UserManager(DjangoUserManager.from_queryset(UserQuerySet)):
    use_in_migrations = False


class User(AbstractUser):
    """One person. There are no groups or permissions in our screens: the role says it all,
    and is_superuser opens nothing."""

    Role = Role

    first_name = None
    last_name = None
    name = models.CharField("姓名", max_length=40, blank=True)
    role = models.CharField("角色", max_length=12, choices=Role.choices)
    enterprise = models.ForeignKey(
        Enterprise, verbose_name="企业", null=True, blank=True, on_delete=models.PROTECT, related_name="users"
    )
    district = models.ForeignKey(
        District, verbose_name="区县", null=True, blank=True, on_delete=models.PROTECT, related_name="users"
    )
    mobile = models.CharField("手机", max_length=20, blank=True, db_index=True)
    invited_at = models.DateTimeField("最近邀请时间", null=True, blank=True)  # the newest link's
    successor = models.ForeignKey(  # who took this person's place; what this one did stays under this name
        "self", verbose_name="接替人", null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors"
    )

    working_for: Enterprise | None = None  # another firm, by a grant of it, in this request (accounts.standing_in)
    has_grants = False  # whether there is one to work for or to answer, as who is signed in is read

    objects = UserManager()

    REQUIRED_FIELDS = ["email", "role"]

    class Meta:
        ordering = ["role", "username"]
        verbose_name = verbose_name_plural = "账号"
        constraints = [
            models.CheckConstraint(
                condition=Q(role="enterprise", enterprise__isnull=False, district__isnull=True)
                | Q(role="district", enterprise__isnull=True, district__isnull=False)
                | Q(role__in=CITY_WIDE, enterprise__isnull=True, district__isnull=True),
                name="role_agrees_with_enterprise_and_district",
            ),
            models.UniqueConstraint(Lower("username"), name="user_names_differ_in_more_than_case"),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def _get_session_auth_hash(self, secret=None) -> str:
        """What a session holds good by: who is given another role or district begins a new one."""
        of_password = super()._get_session_auth_hash(secret=secret)
        place = f"{of_password}:{self.role}:{self.district_id or ''}"
        return salted_hmac("accounts.sessions", place, secret=secret, algorithm="sha256").hexdigest()

    def get_full_name(self) -> str:
        return self.name or self.username

    def get_short_name(self) -> str:
        return self.get_full_name()

    @property
    def firm(self) -> Enterprise | None:
        """Whose tables these are now: the own firm's, or another's that this person works for."""
        return self.working_for or self.enterprise

    @property
    def firm_id(self) -> int | None:
        return self.working_for.pk if self.working_for else self.enterprise_id

    @property
    def signed(self) -> str:
        """Name and office; the office once where the name has it (渝中区统计员). For another firm: for which."""
        if self.working_for:
            return f"{self}（{self.office}，代{self.working_for}）"
        return str(self) if self.office in str(self) else f"{self}（{self.office}）"

    @property
    def office(self) -> str:
        """For whom this person acts, as the page header says it."""
        if self.enterprise_id:
            return self.enterprise.name
        if self.district_id:
            return self.district.name
        name_of = import_string(settings.OFFICE_NAMES)  # the city's edition names them, and accounts know none
        return name_of(self.duties.office) if self.duties.office else self.duties.label

    @property
    def duties(self) -> Duties:
        return STANDING_IN if self.working_for else DUTIES[self.role]

    @property
    def may(self) -> May:
        return self.duties.may

    @property
    def scope(self) -> Scope:
        return self.duties.scope

    @property
    def manages(self) -> list[str]:
        """The roles of the accounts that somebody who manages users looks after: the firms', and those they open."""
        return [*roles_within(Scope.ENTERPRISE), *roles_to_invite(self.role)]

    @cached_property
    def districts(self) -> list[int]:
        """The own district, and those abolished that left it what was under way with them."""
        if self.district_id is None:
            return []
        left_to_it = District.objects.filter(reviewed_by=self.district_id).order_by().values_list("pk", flat=True)
        return [self.district_id, *left_to_it]

    def reach(self, prefix: str = "") -> Q:
        """The rows of the firm this person works for, the own districts or the whole city; `prefix` leads to what has
        the two fields."""
        if self.scope == Scope.CITY:
            return Q()
        if self.scope == Scope.DISTRICT and len(self.districts) > 1:
            return Q(**{f"{prefix}district__in": self.districts})
        where = self.firm_id if self.scope == Scope.ENTERPRISE else self.district_id
        return Q(**{f"{prefix}{self.scope}": where})


class ApplicationQuerySet(models.QuerySet):
    def visible_to(self, user) -> ApplicationQuerySet:
        return self.filter(user.reach()) if user.is_authenticated and user.may.keep_register else self.none()

    def waiting(self) -> ApplicationQuerySet:
        return self.filter(state=Application.State.APPLIED)


class Application(models.Model):
    """A firm that is not in the register yet asks its district to be let in."""

    class State(models.TextChoices):
        APPLIED = "applied", "待区县受理"
        APPROVED = "approved", "已通过"
        REFUSED = "refused", "未通过"

    credit_code = models.CharField("统一社会信用代码", max_length=18)
    name = models.CharField("单位详细名称", max_length=120)
    district = models.ForeignKey(
        District, verbose_name="报送区县", on_delete=models.PROTECT, related_name="applications"
    )
    contact_name = models.CharField("联系人", max_length=40)
    phone = models.CharField("固定电话", max_length=40, blank=True)
    mobile = models.CharField("手机", max_length=20)
    email = models.EmailField("邮箱")
    scope = models.CharField("纳统类别", max_length=20)
    attributes = models.JSONField("登记事项", default=dict, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.APPLIED)
    lookup_key = models.CharField("查询码", max_length=12)
    applied_at = models.DateTimeField("申请时间")
    decided_by = models.ForeignKey(
        User, verbose_name="受理人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField("受理时间", null=True, blank=True)
    reason = models.CharField("理由", max_length=300, blank=True)
    enterprise = models.OneToOneField(
        Enterprise,
        verbose_name="建立的企业",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="application",
    )

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["applied_at"]
        verbose_name = verbose_name_plural = "注册申请"
        constraints = [
            models.UniqueConstraint(
                fields=["credit_code"], condition=Q(state="applied"), name="one_waiting_application_per_credit_code"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.get_state_display()}）"
