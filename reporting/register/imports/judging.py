"""The rows of the register's workbook, judged one by one; what follows from them is stored in bulk, all at once."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from accounts import journal
from accounts.models import District, Enterprise, JournalEntry, Residence, User
from accounts.old_codes import OldCodes
from forms_tables.edition import credit_code as credit_codes
from reporting.long_imports import Say, say_nothing
from reporting.models import Filing, Period
from reporting.register.applications import propose_first_day
from reporting.register.facts import platform, under_every_code, unlikely_day
from reporting.register.imports.columns import columns_to_read, facts_in_columns, needed_of_new, read_day, told
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


class RegisterRows:
    """The rows of one file, judged; see `store`."""

    def __init__(self, by: User, at: datetime.datetime, numbers: Sequence[int], say: Say = say_nothing):
        """`numbers` are those of the rows in the sheet; `say` is told how many of them were judged."""
        self.facts = facts_in_columns()
        self.read = columns_to_read()
        self.by, self.at, self.numbers, self.say = by, at, numbers, say
        self.districts = {}
        for district in District.objects.valid_on(at.date()):
            self.districts[district.name] = self.districts[district.code] = district
        every = District.objects.in_bulk()
        homes = Residence.objects.filter(until__isnull=True).values_list("enterprise", "district")
        self.lives_in = {enterprise: every[district] for enterprise, district in homes}
        self.seen: dict[str, int] = {}  # the row of the sheet in which each code stands first
        self.newcomers: list[Any] = []
        self.changed: list[Any] = []
        self.unchanged = 0
        self.wrong: list[tuple[int, str, str]] = []  # row, the name of what is wrong in it, sentence
        self.old_codes = OldCodes()
        # Asked of every row.
        self.may_name, self.unnamed = by.may.administer, platform().unnamed
        self.unnamed_everywhere = under_every_code(self.unnamed)
        self.first_day = propose_first_day(at.date())  # where a newcomer's is left blank

    def judge(self, rows: Sequence[dict[str, str]]) -> None:
        codes = [credit_codes.normalise(row["统一社会信用代码"]) for row in rows]
        known = {firm.credit_code: firm for firm in Enterprise.objects.filter(credit_code__in={*codes})}
        for position, (row, code, here) in enumerate(zip(rows, codes, self.numbers, strict=True)):
            if position % EVERY == 0:
                self.say(position, len(rows))
            firm = known.get(code)
            if firm is None:
                self.judge_row(Enterprise(credit_code=code), True, row, here)
            else:
                self.judge_row(firm, False, row, here)

    def judge_row(self, firm: Any, new: bool, row: dict[str, str], here: int) -> None:
        wrong = self.wrong_as_a_whole(firm, new, row, here)
        unread, facts = {}, {}
        for column in self.read:
            if not (typed := row[column.head]).strip():
                continue
            try:
                said = column.read(typed)
            except ValueError as refused:
                unread[column.name] = str(refused)
                continue
            if column.name in self.facts:
                facts[column.name] = said
            else:
                setattr(firm, column.name, said)
        if wrong := unread | {name: sentence for name, sentence in wrong.items() if name not in unread}:
            self.wrong += [(here, name, sentence) for name, sentence in wrong.items()]
            return
        firm.attributes = {**firm.attributes, **under_every_code(facts)}
        now = told(firm, self.facts)
        if now == firm.register_before:
            self.unchanged += 1
            return
        before, after = journal.changes(firm.register_before, now)
        home = firm.register_district if new else self.lives_in.get(firm.pk)
        named = (here, firm.credit_code, firm.name, home.name if home else "")
        firm.register_change = RegisterChange(*named, None if new else before, after)
        (self.newcomers if new else self.changed).append(firm)

    def wrong_as_a_whole(self, instance: Any, new: bool, row: dict[str, str], here: int) -> dict[str, str]:
        """What one column cannot know by itself: the code, whose firm it is, who may name key firms."""
        wrong = {}
        code = instance.credit_code
        first = self.seen.setdefault(code, here)
        called = without_hidden(row["单位详细名称"]).strip() or instance.name
        if problem := credit_codes.problem_with(code):
            wrong["credit_code"] = problem
        elif first != here:
            wrong["credit_code"] = f"这个代码在第 {first} 行已经有了，请只留一行。"
        elif became := self.old_codes.sentence(code, called):
            wrong["credit_code"] = became
        if new:
            instance.attributes, instance.joined_on = dict(self.unnamed_everywhere), self.first_day
            missing = [column for column in needed_of_new() if not row[column].strip()]
            wrong |= {column: "新企业必须填写这一列。" for column in missing}
        if joined := row["起报日期"]:
            wrong |= self._wrong_day(instance, new, joined)
        instance.register_found = standing(instance)
        instance.register_before = {} if new else told(instance, self.facts)
        wrong |= self._wrong_district(instance, new, without_hidden(row["报送区县"]).strip())
        wrong |= self._wrong_naming(instance, row)
        return wrong

    def _wrong_day(self, instance, new, joined) -> dict[str, str]:
        try:
            day = read_day(joined)
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
            typed = without_hidden(row[self.facts[code]]).strip() if code in self.facts else ""
            if typed and typed != instance.attributes.get(code, unnamed):
                wrong[code] = "重点名单由市级写入，请留空或照原样填写。"
        return wrong


@transaction.atomic
def store(judged: RegisterRows) -> None:
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


def hold_as_judged(judged: RegisterRows) -> None:
    firms = [firm.pk for firm in judged.changed]
    held = Enterprise.objects.held(firms).in_bulk()
    homes = dict(
        Residence.objects.filter(until__isnull=True, enterprise__in=firms).values_list("enterprise", "district")
    )
    for firm in judged.changed:
        home = judged.lives_in.get(firm.pk)
        if standing(held[firm.pk]) != firm.register_found or homes.get(firm.pk) != (home and home.pk):
            raise RegisterHasMoved


def line_of(judged: RegisterRows, firm: Any) -> JournalEntry:
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
