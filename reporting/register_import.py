"""The register from Excel: first a dry run that says row by row what is wrong, then all of it or nothing."""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass
from typing import BinaryIO

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from import_export import fields, resources
from import_export.instance_loaders import CachedInstanceLoader
from import_export.results import RowResult

from accounts import forms as account_forms
from accounts import journal
from accounts.access import Refused
from accounts.models import District, Enterprise, Residence, User
from forms_tables import credit_code as credit_codes
from reporting.models import Filing, Period
from reporting.register_columns import (
    NEEDED_OF_NEW,
    CheckedWidget,
    CreditCodeWidget,
    DayWidget,
    Fact,
    FactWidget,
    KeepWhatIsThere,
    TextWidget,
    read_mail,
)
from reporting.register_facts import UNNAMED, odd_day
from reporting.register_reading import ReadRegister, RowProblem, read_register
from reporting.registration import owed_in_words, propose_first_day
from text.incoming import without_hidden

MOST_DAYS_SAID = 20


class RegisterResource(resources.ModelResource):
    credit_code = fields.Field("credit_code", "统一社会信用代码", CreditCodeWidget())
    name = KeepWhatIsThere("name", "单位详细名称", TextWidget(120))
    district = fields.Field("district_name", "报送区县", readonly=True)
    a34 = Fact("A34", "纳统类别", FactWidget("A34"))
    a22 = Fact("A22", "行业代码", FactWidget("A22"))
    a36 = Fact("A36", "嵌入式", FactWidget("A36"))
    a37 = Fact("A37", "人工智能", FactWidget("A37"))
    a38 = Fact("A38", "IC重点", FactWidget("A38"))
    a39 = Fact("A39", "平台重点", FactWidget("A39"))
    contact_name = KeepWhatIsThere("contact_name", "联系人", TextWidget(40))
    phone = KeepWhatIsThere("phone", "固定电话", CheckedWidget(account_forms.clean_phone))
    mobile = KeepWhatIsThere("mobile", "手机", CheckedWidget(account_forms.clean_mobile))
    email = KeepWhatIsThere("email", "邮箱", CheckedWidget(read_mail))
    joined_on = KeepWhatIsThere("joined_on", "起报日期", DayWidget())

    class Meta:
        model = Enterprise
        fields = (
            "credit_code",
            "name",
            "district",
            "a34",
            "a22",
            "a36",
            "a37",
            "a38",
            "a39",
            "contact_name",
            "phone",
            "mobile",
            "email",
            "joined_on",
        )
        import_id_fields = ["credit_code"]
        instance_loader_class = CachedInstanceLoader
        skip_unchanged = True
        report_skipped = True
        skip_diff = True  # the words before are kept in after_init_instance, at a fraction of the cost

    def __init__(self, by: User, at: datetime.datetime):
        super().__init__()
        self.by, self.at = by, at
        self.districts = {}
        self.lives_in = {}
        self.seen = Counter()
        self.newcomers, self.lines = [], []
        self.first_day = propose_first_day(at.date())  # where a newcomer's is left blank
        self.first_days = Counter()

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
        self.seen[code] += 1
        if problem := credit_codes.problem_with(code):
            wrong["credit_code"] = problem
        elif self.seen[code] > 1:
            wrong["credit_code"] = "这个代码在表里出现了不止一次，请只留一行。"
        if new:
            instance.attributes, instance.joined_on = dict(UNNAMED), self.first_day
            missing = [column for column in NEEDED_OF_NEW if not str(row[column] or "").strip()]
            wrong |= {column: "新企业必须填写这一列。" for column in missing}
        if joined := row["起报日期"]:
            wrong |= self._wrong_day(instance, new, joined)
        instance.register_before = {} if new else self._words(instance)
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
        return self._words(instance) == instance.register_before

    def save_instance(self, instance, is_create, row, **kwargs):
        if is_create:
            self.first_days[instance.joined_on] += 1
        instance.save()
        if is_create:
            self.newcomers.append((instance, instance.register_district))
        old, new = journal.changes(instance.register_before, self._words(instance))
        line = journal.compose(
            by=self.by,
            at=self.at,
            action="导入新企业" if is_create else "导入修改名录",
            subject=instance.name,
            enterprise=instance,
            district=instance.register_district if is_create else self.lives_in.get(instance.pk),
            before=None if is_create else old,
            after=new,
        )
        self.lines.append(line)

    def after_import(self, dataset, result, **kwargs):
        """What follows from the rows is written in bulk: a city's register is thousands of firms."""
        Residence.objects.bulk_create(
            [
                Residence(enterprise=firm, district=district, since=firm.joined_on, reason="名录导入", by=self.by)
                for firm, district in self.newcomers
            ],
            batch_size=1000,
        )
        # One that is opened or locked just now is waited for: either side would miss the other.
        open_periods = list(Period.objects.filter(state=Period.OPEN).order_by("pk").select_for_update())
        Filing.objects.bulk_create(
            [
                Filing(enterprise=firm, period=period, district=district)
                for period in open_periods
                for firm, district in self.newcomers
                if firm.joined_on <= period.parsed.end
            ],
            batch_size=1000,
        )
        journal.record_all(self.lines)

    def _words(self, instance: Enterprise) -> dict[str, str]:
        return {
            field.column_name: field.export(instance)
            for name, field in self.fields.items()
            if name not in ("district", "credit_code")
        }

    def _wrong_day(self, instance, new, joined) -> dict[str, str]:
        try:
            day = DayWidget().clean(joined)
        except ValueError:
            return {}  # the column itself says what is wrong with it
        if odd := odd_day(day, self.at.date()):
            return {"joined_on": odd}
        if new or day == instance.joined_on:
            return {}
        known = f"已登记的起报日期是 {instance.joined_on}，不能用导入修改"
        return {"joined_on": f"{known}；请留空或照原样填写，要改请在企业页更正。"}

    def _wrong_district(self, instance, new, typed) -> dict[str, str]:
        own = self.by.district if self.by.role == User.Role.DISTRICT else None
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
        if self.by.role == User.Role.CITY:
            return {}
        wrong = {}
        for code, column in (("A38", "IC重点"), ("A39", "平台重点")):
            typed = without_hidden(str(row[column] or "")).strip()
            if typed and typed != instance.attributes.get(code, UNNAMED[code]):
                wrong[code] = "重点名单由市级写入，请留空或照原样填写。"
        return wrong


@dataclass(frozen=True)
class DryRun:
    new: int
    changed: int
    unchanged: int
    problems: list[RowProblem]
    owed: tuple[str, ...] = ()  # what the newcomers will have to report, in a sentence for each of their first days

    @property
    def is_clean(self) -> bool:
        return not self.problems

    @property
    def rows(self) -> int:
        return self.new + self.changed + self.unchanged + len({problem.row for problem in self.problems})


@transaction.atomic
def try_import(source: BinaryIO, name: str, *, by: User, at: datetime.datetime) -> DryRun:
    """The import itself, taken back: what passes here is what the database has already stored once."""
    tried = import_register(source, name, by=by, at=at)
    transaction.set_rollback(True)
    return tried


@transaction.atomic
def import_register(source: BinaryIO, name: str, *, by: User, at: datetime.datetime) -> DryRun:
    """All rows or none: whatever was shown in the dry run is judged again on the register as it is now."""
    be_the_office(by)
    done = judge_result(RegisterResource(by, at), read_register(source, name))
    if not done.is_clean:
        transaction.set_rollback(True)
        return done
    journal.record(
        by=by,
        at=at,
        action="导入名录",
        subject=name,
        district=by.district,
        after={"新增": done.new, "变更": done.changed, "不变": done.unchanged},
    )
    return done


def be_the_office(by: User) -> None:
    if by.role not in (User.Role.DISTRICT, User.Role.CITY):
        raise Refused("名录由区县和市级导入。")


def judge_result(resource: RegisterResource, read: ReadRegister) -> DryRun:
    result = resource.import_data(read.dataset, dry_run=False, use_transactions=False)
    if result.has_errors():
        unforeseen = [*result.base_errors, *(error for _, errors in result.row_errors() for error in errors)]
        raise unforeseen[0].error
    unread = {(problem.row, problem.column) for problem in read.problems}
    judged = [
        RowProblem(read.numbers[invalid.number - 1], column_of(resource, name), sentence)
        for invalid in result.invalid_rows
        for name, sentences in invalid.error.message_dict.items()
        for sentence in sentences
    ]
    problems = [*read.problems, *(each for each in judged if (each.row, each.column) not in unread)]
    return DryRun(
        new=result.totals[RowResult.IMPORT_TYPE_NEW],
        changed=result.totals[RowResult.IMPORT_TYPE_UPDATE],
        unchanged=result.totals[RowResult.IMPORT_TYPE_SKIP],
        problems=sorted(problems, key=lambda problem: problem.row),
        owed=tuple(
            f"新增企业中 {firms} 家自 {day:%Y-%m-%d} 起报：{owed_in_words(day)}"
            for day, firms in sorted(resource.first_days.items())[:MOST_DAYS_SAID]
        ),
    )


def column_of(resource: RegisterResource, name: str) -> str:
    """Errors are keyed by attribute; a person looks for the column."""
    for key, field in resource.fields.items():
        if name in (key, field.attribute, field.column_name):
            return field.column_name
    return "" if name == NON_FIELD_ERRORS else name
