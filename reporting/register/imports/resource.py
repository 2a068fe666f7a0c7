"""The rows of the register's workbook, judged one by one; what follows from them is stored in bulk, all at once."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from import_export import fields, resources
from import_export.instance_loaders import CachedInstanceLoader

from accounts import fields as account_fields
from accounts import journal
from accounts.models import District, Enterprise, JournalEntry, Residence, User
from accounts.old_codes import OldCodes
from forms_tables.edition import credit_code as credit_codes
from reporting.long_imports import Say, say_nothing
from reporting.models import Filing, Period
from reporting.register.applications import propose_first_day
from reporting.register.facts import platform, under_every_code, unlikely_day
from reporting.register.imports.columns import (
    AttributeField,
    CheckedWidget,
    CreditCodeWidget,
    DayWidget,
    FactWidget,
    KeepWhatIsThere,
    TextWidget,
    facts_in_columns,
    needed_of_new,
    read_mail,
    told,
)
from text.incoming import without_hidden

EVERY = 200  # rows between two words about how far it is
BATCH = 1000
WRITTEN = ("name", "attributes", "contact_name", "phone", "mobile", "email", "joined_on")


class RegisterHasMoved(Exception):
    """The register is no longer as it was when the rows were judged."""


@dataclass(frozen=True)
class RegisterChange:
    """What one row does to the register, in the words of its columns. `before` is None for a newcomer."""

    row: int
    code: str
    name: str
    district: str
    before: dict[str, str] | None
    after: dict[str, str]

    @property
    def is_new(self) -> bool:
        return self.before is None

    @property
    def fields(self) -> list[tuple[str, str, str]]:
        """Column, what stood there, what will."""
        before = self.before or {}
        return [(column, before.get(column, ""), after) for column, after in self.after.items()]

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What a newcomer is registered with beside its name."""
        return [(column, after) for column, after in self.after.items() if after and column != "单位详细名称"]


def standing(firm: Enterprise) -> list:
    return [getattr(firm, name) for name in WRITTEN]


class RegisterResource(resources.ModelResource):
    credit_code = fields.Field("credit_code", "统一社会信用代码", CreditCodeWidget())
    name = KeepWhatIsThere("name", "单位详细名称", TextWidget(120))
    district = fields.Field("district_name", "报送区县", readonly=True)
    contact_name = KeepWhatIsThere("contact_name", "联系人", TextWidget(40))
    phone = KeepWhatIsThere("phone", "固定电话", CheckedWidget(account_fields.clean_phone))
    mobile = KeepWhatIsThere("mobile", "手机", CheckedWidget(account_fields.clean_mobile))
    email = KeepWhatIsThere("email", "邮箱", CheckedWidget(read_mail))
    joined_on = KeepWhatIsThere("joined_on", "起报日期", DayWidget())

    class Meta:
        model = Enterprise
        fields = ("credit_code", "name", "district", "contact_name", "phone", "mobile", "email", "joined_on")
        import_id_fields = ["credit_code"]
        instance_loader_class = CachedInstanceLoader
        skip_unchanged = True
        report_skipped = True
        skip_diff = True  # the words before are kept in after_init_instance, at a fraction of the cost

    def __init__(self, by: User, at: datetime.datetime, numbers: Sequence[int] = (), say: Say = say_nothing):
        """`numbers` are those of the rows in the sheet; `say` is told how many of them were judged."""
        super().__init__()
        self.facts = facts_in_columns()
        self.fields |= {code: AttributeField(code, head, FactWidget(code)) for code, head in self.facts.items()}
        self.order = (*self._meta.fields[:3], *self.facts, *self._meta.fields[3:])  # of the template
        self.by, self.at, self.numbers, self.say = by, at, numbers, say
        self.districts = {}
        self.lives_in = {}
        self.seen = {}  # the row of the sheet in which each code stands first
        self.newcomers, self.changed = [], []
        self.old_codes = OldCodes()
        # Asked of every row.
        self.may_name, self.unnamed = by.may.administer, platform().unnamed
        self.unnamed_everywhere = under_every_code(self.unnamed)
        self.first_day = propose_first_day(at.date())  # where a newcomer's is left blank

    def get_import_order(self):
        return self.order

    def import_row(self, row, instance_loader, **kwargs):
        """Said here and not in one of the hooks, which would take it for a fault of the row when we are overtaken."""
        if (judged := kwargs["row_number"] - 1) % EVERY == 0:
            self.say(judged, len(self.numbers))
        return super().import_row(row, instance_loader, **kwargs)

    def before_import(self, dataset, **kwargs):
        for district in District.objects.valid_on(self.at.date()):
            self.districts[district.name] = self.districts[district.code] = district
        every = District.objects.in_bulk()
        homes = Residence.objects.filter(until__isnull=True).values_list("enterprise", "district")
        self.lives_in = {enterprise: every[district] for enterprise, district in homes}

    def after_init_instance(self, instance, new, row, **kwargs):
        """What one column cannot know by itself: the code, whose firm it is, who may name key firms."""
        wrong = {}
        code = self.fields["credit_code"].clean(row)
        here = self.numbers[kwargs["row_number"] - 1]
        first = self.seen.setdefault(code, here)
        called = without_hidden(str(row["单位详细名称"] or "")).strip() or instance.name
        if problem := credit_codes.problem_with(code):
            wrong["credit_code"] = problem
        elif first != here:
            wrong["credit_code"] = f"这个代码在第 {first} 行已经有了，请只留一行。"
        elif became := self.old_codes.sentence(code, called):
            wrong["credit_code"] = became
        if new:
            instance.attributes, instance.joined_on = dict(self.unnamed_everywhere), self.first_day
            missing = [column for column in needed_of_new() if not str(row[column] or "").strip()]
            wrong |= {column: "新企业必须填写这一列。" for column in missing}
        if joined := row["起报日期"]:
            wrong |= self._wrong_day(instance, new, joined)
        instance.register_found = standing(instance)
        instance.register_before = {} if new else told(instance, self.facts)
        wrong |= self._wrong_district(instance, new, without_hidden(str(row["报送区县"] or "")).strip())
        wrong |= self._wrong_naming(instance, row)
        instance.register_problems = wrong

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        errors = dict(import_validation_errors or {})
        for name, sentence in instance.register_problems.items():
            errors.setdefault(name, ValidationError(sentence))
        if errors:
            raise ValidationError(errors)

    def skip_row(self, instance, original, row, import_validation_errors=None):
        if instance.register_problems or import_validation_errors:
            return False
        return told(instance, self.facts) == instance.register_before

    def save_instance(self, instance, is_create, row, row_number=0, **kwargs):
        """Nothing yet: see `store`."""
        before, after = journal.changes(instance.register_before, told(instance, self.facts))
        home = instance.register_district if is_create else self.lives_in.get(instance.pk)
        instance.register_change = RegisterChange(
            self.numbers[row_number - 1],
            instance.credit_code,
            instance.name,
            home.name if home else "",
            None if is_create else before,
            after,
        )
        (self.newcomers if is_create else self.changed).append(instance)

    def _wrong_day(self, instance, new, joined) -> dict[str, str]:
        try:
            day = DayWidget().clean(joined)
        except ValueError:
            return {}  # the column itself says what is wrong with it
        if unlikely := unlikely_day(day, self.at.date()):
            return {"joined_on": unlikely}
        if new or day == instance.joined_on:
            return {}
        known = f"已登记的起报日期是 {instance.joined_on}，不能用导入修改"
        return {"joined_on": f"{known}；请留空或照原样填写，要改请在企业页更正。"}

    def _wrong_district(self, instance, new, typed) -> dict[str, str]:
        own = self.by.district
        home = None if new else self.lives_in.get(instance.pk)
        if home and own and home != own:
            return {"district": f"这家企业由{home.name}管理，不能由{own.name}导入；需要迁入请联系{home.name}。"}
        wanted = self.districts.get(typed) or (home or own if not typed else None)
        if typed and not wanted:
            return {"district": f"“{typed}”不是现在的报送区县，请按区县名单填写名称或代码。"}
        if not wanted:
            return {"district": "新企业必须写明报送区县。"}
        if own and wanted != own:
            return {"district": f"区县只能导入自己的企业，请改为{own.name}或删去这一行。"}
        if home and wanted != home:
            return {"district": f"这家企业现属{home.name}；改区县请在企业页办理迁移，写明日期和事由。"}
        instance.register_district = wanted
        return {}

    def _wrong_naming(self, instance, row) -> dict[str, str]:
        if self.may_name:
            return {}
        wrong = {}
        for code, unnamed in self.unnamed.items():
            typed = without_hidden(str(row[self.facts[code]] or "")).strip() if code in self.facts else ""
            if typed and typed != instance.attributes.get(code, unnamed):
                wrong[code] = "重点名单由市级写入，请留空或照原样填写。"
        return wrong


@transaction.atomic
def store(judged: RegisterResource) -> None:
    """All that the rows change, with what follows from it. The firms are locked and looked at again: raises Moved where
    one is no longer as it was judged, or a newcomer is there already."""
    hold_as_judged(judged)
    try:
        with transaction.atomic():
            # In the order of their codes: of two imports of the same newcomers one waits for the other.
            judged.newcomers.sort(key=lambda firm: firm.credit_code)
            Enterprise.objects.bulk_create(judged.newcomers, batch_size=BATCH)
    except IntegrityError as there_already:
        raise RegisterHasMoved from there_already
    Enterprise.objects.bulk_create(
        judged.changed, BATCH, update_conflicts=True, unique_fields=["id"], update_fields=WRITTEN
    )
    newcomers = [(firm, firm.register_district) for firm in judged.newcomers]
    Residence.objects.bulk_create(
        [
            Residence(enterprise=firm, district=district, since=firm.joined_on, reason="名录导入", by=judged.by)
            for firm, district in newcomers
        ],
        batch_size=BATCH,
    )
    # One that is opened or locked just now is waited for: either side would miss the other.
    open_periods = list(Period.objects.filter(state=Period.OPEN).order_by("pk").select_for_update())
    if newcomers and propose_first_day(judged.at.date()) != judged.first_day:
        raise RegisterHasMoved
    Filing.objects.bulk_create(
        [
            Filing(enterprise=firm, period=period, district=district)
            for period in open_periods
            for firm, district in newcomers
            if firm.joined_on <= period.parsed.end
        ],
        batch_size=BATCH,
    )
    journal.record_all([line_of(judged, firm) for firm in (*judged.newcomers, *judged.changed)])


def hold_as_judged(judged: RegisterResource) -> None:
    firms = [firm.pk for firm in judged.changed]
    held = Enterprise.objects.held(firms).in_bulk()
    homes = dict(
        Residence.objects.filter(until__isnull=True, enterprise__in=firms).values_list("enterprise", "district")
    )
    for firm in judged.changed:
        home = judged.lives_in.get(firm.pk)
        if standing(held[firm.pk]) != firm.register_found or homes.get(firm.pk) != (home and home.pk):
            raise RegisterHasMoved


def line_of(judged: RegisterResource, firm: Enterprise) -> JournalEntry:
    change = firm.register_change
    return journal.compose(
        by=judged.by,
        at=judged.at,
        action="导入新企业" if change.is_new else "导入修改名录",
        subject=firm.name,
        enterprise=firm,
        district=firm.register_district if change.is_new else judged.lives_in.get(firm.pk),
        before=change.before,
        after=change.after,
    )
