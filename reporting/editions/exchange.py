"""审核关系 out to Excel and back into the open draft: first a dry run that says row by row what would become of it,
then all of it or nothing."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from import_export import fields, resources, widgets
from import_export.instance_loaders import BaseInstanceLoader

from accounts.models import User
from forms_tables.edition import drafting
from forms_tables.edition.model import Edition
from forms_tables.rules.checks import rows_of, slips_in_rule
from reporting.editions.drafts import Overtaken, change_draft
from reporting.editions.formula_words import formula_of
from reporting.editions.rules import TEXTUAL, rows_resting_on, rule_from, used_ids
from reporting.editions.words import CHOICES
from reporting.editions.workbook import (
    COLUMNS,
    DO,
    DROP,
    MOST_TEXTS,
    TEXTS,
    ReadRules,
    RuleRowProblem,
    read_rules,
    write_rules,
)
from reporting.models import DraftEdition, PublishedEdition

LEVELS, KINDS = CHOICES["level"], CHOICES["kind"]
RULE_ID = re.compile(r"[A-Z][A-Z0-9]{1,9}")
USED = "这个编号已经用过，同一编号不能指两条审核关系，请换一个；本稿删去的，请在“修订”页撤销删除。"
OF_THE_SYSTEM = ("kind", "where", "columns", "each", "when", "texts")  # what nobody may change of a rule it carries out
BETWEEN = re.compile(r"[、，,；;\s]+")


class Word(widgets.Widget):
    """One of a few words, each standing for what the definitions write."""

    def __init__(self, words: Mapping[str, str]):
        self.words = words

    def clean(self, value, row=None, **kwargs):
        for name, word in self.words.items():
            if value == word:
                return name
        raise ValueError(f"“{value}”不能用，请写 {'、'.join(self.words.values())} 中的一个。" if value else "没有填。")

    def render(self, value, obj=None, **kwargs):
        return self.words[value]


class Plain(widgets.Widget):
    def __init__(self, needed: bool = False):
        self.needed = needed

    def clean(self, value, row=None, **kwargs):
        if self.needed and not value:
            raise ValueError("没有填。")
        return value

    def render(self, value, obj=None, **kwargs):
        return value or ""


class ListWidget(widgets.Widget):
    """c1、c2、c3."""

    def clean(self, value, row=None, **kwargs):
        return [part for part in BETWEEN.split(value) if part]

    def render(self, value, obj=None, **kwargs):
        return "、".join(value or ())


class Lines(widgets.Widget):
    def clean(self, value, row=None, **kwargs):
        texts = value.splitlines()
        if len(texts) > MOST_TEXTS:
            raise ValueError(f"写了 {len(texts)} 条，最多 {MOST_TEXTS} 条。请分成几条审核关系。")
        return texts

    def render(self, value, obj=None, **kwargs):
        return "\n".join(value or ())


class RuleId(widgets.Widget):
    def clean(self, value, row=None, **kwargs):
        if not RULE_ID.fullmatch(value):
            raise ValueError(
                f"“{value}”不能作编号；编号须以半角大写字母开头，后接字母或数字，最多10个，如 R640。"
                if value
                else "没有填编号。"
            )
        return value


class RuleResource(resources.Resource):
    id = fields.Field("id", "编号", RuleId())
    level = fields.Field("level", "级别", Word(LEVELS))
    kind = fields.Field("kind", "在哪里执行", Word(KINDS))
    where = fields.Field("where", "所在的表", Plain(needed=True))
    columns = fields.Field("columns", "列", ListWidget())
    each = fields.Field("each", "行（逐行）", ListWidget())
    when = fields.Field("when", "适用条件", Plain())
    texts = fields.Field("texts", TEXTS, Lines())
    message = fields.Field("message", "提示语", Plain(needed=True))
    formula = fields.Field("formula", "公式的文字写法", Plain())
    basis = fields.Field("basis", "依据", Plain())
    note = fields.Field("note", "说明", Plain())
    waits_for = fields.Field("waits_for", "等待参数", ListWidget())
    do = fields.Field("do", DO, Plain())

    class Meta:
        import_id_fields = ["id"]
        instance_loader_class = BaseInstanceLoader
        skip_unchanged = True
        report_skipped = True
        skip_diff = True  # the words before are kept in after_init_instance
        use_transactions = False  # nothing is written: the rules become one content for the draft

    def __init__(self, draft: DraftEdition | None = None):
        super().__init__()
        self.edition = draft and draft.edition
        self.standing = {rule["id"]: rule for rule in draft.content[drafting.RULES]["rule"]} if draft else {}
        published = draft.based_on.content[drafting.RULES]["rule"] if draft else ()
        self.published = {rule["id"]: rule for rule in published}
        self.rules = dict(self.standing)
        self.used = used_ids(draft.family) if draft else set()
        self.seen = Counter()
        self.above = ""
        self.changes: list[RowChange] = []

    def get_instance(self, instance_loader, row):
        return SimpleNamespace(**self.standing[row["编号"]]) if row["编号"] in self.standing else None

    def init_instance(self, row=None):
        return SimpleNamespace()

    def after_init_instance(self, instance, new, row, **kwargs):
        instance.before = {} if new else self.words(instance)
        instance.above, self.above = self.above, row["编号"]
        self.seen[row["编号"]] += 1
        if row["编号"] and self.seen[row["编号"]] > 1:
            raise ValidationError({"id": "这个编号在表里出现了不止一次，请只留一行。"})
        if row[DO] not in ("", DROP):
            raise ValidationError({"do": f"“{row[DO]}”不能用；要删去这一条写“{DROP}”，否则留空。"})

    def for_delete(self, row, instance):
        if row[DO] == DROP and not instance.before:
            raise ValidationError({"do": "修订稿里没有这一条，无从删除。"})
        return row[DO] == DROP

    def delete_instance(self, instance, row, **kwargs):
        if instance.kind not in TEXTUAL:
            raise ValidationError({"do": "这一条由系统执行，不能删除。"})
        if rows := rows_resting_on(self.edition, instance.id):
            raise ValidationError({"do": f"指标{'、'.join(rows[:5])}的说明引用了它，请先改这些指标，再删除。"})
        del self.rules[instance.id]
        self.changes.append(RowChange(kwargs["row_number"], instance.id, "删除", ()))

    def skip_row(self, instance, original, row, import_validation_errors=None):
        return not import_validation_errors and self.words(instance) == instance.before

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        errors = dict(import_validation_errors or {})
        if not errors:
            errors = problems_of(self.said(instance), self.standing.get(instance.id, {}), self.edition)
            if instance.id in self.used and not instance.before:
                errors["id"] = USED
        if errors:
            raise ValidationError(errors)

    def save_instance(self, instance, is_create, row, **kwargs):
        written = rule_from(drafting.merged_rule({}, self.said(instance)))
        if written.kind in TEXTUAL:
            known = (rules.get(instance.id, {}) for rules in (self.standing, self.published))
            instance.formula = formula_of(self.edition, written, *known)
        rule = drafting.merged_rule(self.rules.get(instance.id, {}), self.said(instance))
        if is_create:
            self.rules = _inserted(self.rules, instance.above, rule)
        else:
            self.rules[instance.id] = rule
        after = self.words(instance)
        fields_changed = tuple(
            (column, instance.before.get(column, ""), text)
            for column, text in after.items()
            if instance.before.get(column, "") != text and column != "编号"
        )
        word = "新增" if is_create else "修改"
        self.changes.append(RowChange(kwargs["row_number"], instance.id, word, fields_changed))

    def said(self, instance) -> dict[str, Any]:
        return {name: getattr(instance, name, None) for name in self.fields if name != "do"}

    def words(self, instance) -> dict[str, str]:
        return {each.column_name: each.export(instance) for name, each in self.fields.items() if name != "do"}


def _inserted(rules: dict[str, Any], above: str, rule: dict[str, Any]) -> dict[str, Any]:
    """Behind the rule it follows in the sheet, or at the end."""
    if above not in rules:
        return {**rules, rule["id"]: rule}
    ordered: dict[str, Any] = {}
    for name, each in rules.items():
        ordered[name] = each
        if name == above:
            ordered[rule["id"]] = rule
    return ordered


def problems_of(said: dict[str, Any], standing: dict[str, Any], edition: Edition) -> dict[str, list[str]]:
    """What keeps a row's rule from being used, by field: the checks of the page."""
    rule = rule_from(drafting.merged_rule({}, said))
    if standing and standing["kind"] not in TEXTUAL:
        moved = [name for name in OF_THE_SYSTEM if (said[name] or None) != (standing.get(name) or None)]
        return {name: ["这一条由系统执行，这一列不能改。"] for name in moved}
    if rule.kind not in TEXTUAL:
        return {"kind": [f"由系统执行的不能在这里新增，请写 {'、'.join(KINDS[kind] for kind in TEXTUAL)} 中的一个。"]}
    found: dict[str, list[str]] = {}
    if not rule.texts:
        found["texts"] = ["没有公式，无从判断。"]
    known = {column.key for table in edition.tables for column in table.columns}
    if strangers := [column for column in rule.columns if column not in known]:
        found["columns"] = [f"没有一张表有“{'、'.join(strangers)}”列。"]
    if strangers := [name for name in rule.waits_for if name not in edition.parameters]:
        found["waits_for"] = [f"没有名为“{'、'.join(strangers)}”的参数。"]
    try:
        rows_of(edition, rule)
    except ValueError as error:
        found["each"] = [f"{error}。"]
    if "each" in found or "columns" in found:
        return found
    for slip in slips_in_rule(edition, rule):
        place = f"第{slip.at}个字符起：" if slip.at else ""
        if slip.text == rule.when:
            found.setdefault("when", []).append(f"{place}{slip.reason}。")
        else:
            line = f"第{rule.texts.index(slip.text) + 1}行，" if len(rule.texts) > 1 else ""
            found.setdefault("texts", []).append(f"{line}{place}{slip.reason}。")
    return found


@dataclass(frozen=True)
class RowChange:
    """What a row of the sheet would make of a rule: the columns that change, before and after."""

    row: int
    rule: str
    word: str
    fields: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class RulesDryRun:
    changes: tuple[RowChange, ...]
    problems: tuple[RuleRowProblem, ...]
    unchanged: int
    missing: tuple[str, ...]  # rules of the draft the sheet does not name: they stay
    stems_from_elsewhere: (
        str  # the draft or edition the workbook was written from, where that is not the draft as it is
    )
    rules: tuple[dict[str, Any], ...]
    hidden: tuple[int, ...] = ()  # rows of the sheet that nobody sees there, and that are read all the same

    @property
    def is_clean(self) -> bool:
        return not self.problems

    def count(self, word: str) -> int:
        return sum(change.word == word for change in self.changes)

    @property
    def counts(self) -> dict[str, int]:
        words = {word: self.count(word) for word in ("新增", "修改", DROP)}
        return {**words, "不变": self.unchanged, "问题": len(self.problems)}

    @property
    def sentence(self) -> str:
        return "，".join(f"{word} {self.count(word)} 条" for word in ("新增", "修改", DROP) if self.count(word))


def export_draft(draft: DraftEdition) -> bytes:
    return write_rules(_rows(draft.content), origin_of(draft))


def export_published(published: PublishedEdition) -> bytes:
    return write_rules(_rows(published.content), f"导出自 {published}（{published.code}）")


def origin_of(draft: DraftEdition) -> str:
    return f"导出自 {draft} 第{draft.version}稿（{draft.code}）"


def _rows(content: drafting.Content) -> list[list[str]]:
    resource = RuleResource()
    entries = [SimpleNamespace(**rule) for rule in content[drafting.RULES]["rule"]]
    return [[str(text) for text in row] for row in resource.export(entries)]


def try_rules(draft: DraftEdition, source: BinaryIO, name: str) -> RulesDryRun:
    """What the workbook would make of the draft as it is; nothing is written. Raises Unreadable."""
    return _judged(draft, read_rules(source, name))


def _judged(draft: DraftEdition, read: ReadRules) -> RulesDryRun:
    resource = RuleResource(draft)
    result = resource.import_data(read.dataset, dry_run=True, use_transactions=False)
    for _, errors in result.row_errors():
        raise errors[0].error  # ours to mend, not the sender's
    problems = [
        RuleRowProblem(read.numbers[invalid.number - 1], invalid.values[0], COLUMN_OF[name], sentence)
        for invalid in result.invalid_rows
        for name, sentences in invalid.error.message_dict.items()
        for sentence in sentences
    ]
    named = {*resource.seen, *(problem.rule for problem in read.problems)}
    changes = [
        RowChange(read.numbers[change.row - 1], change.rule, change.word, change.fields) for change in resource.changes
    ]
    return RulesDryRun(
        changes=tuple(changes),
        problems=tuple(sorted([*read.problems, *problems], key=lambda problem: problem.row)),
        unchanged=result.totals["skip"],
        missing=tuple(name for name in resource.standing if name not in named),
        stems_from_elsewhere="" if read.origin in ("", origin_of(draft)) else read.origin,
        rules=tuple(resource.rules.values()),
        hidden=tuple(read.hidden),
    )


def import_rules(draft: DraftEdition, version: int, source: BinaryIO, name: str, by: User, at: datetime) -> RulesDryRun:
    """All rows or none, into the very version of the draft that the dry run was shown of. Raises Overtaken, Refused."""
    if draft.version != version:
        raise Overtaken(draft)
    done = try_rules(draft, source, name)
    if done.is_clean and done.changes:
        content = drafting.with_rules(draft.content, done.rules)
        before, after = _told(done, 1), _told(done, 2)
        what = f"从工作簿“{name}”导入（{done.sentence}）"
        change_draft(draft, version, content, by, at, what, before=before, after=after)
    return done


def _told(done: RulesDryRun, side: int) -> dict[str, str]:
    """For the journal: R604 提示语 → its words before (1) or after (2); a rule added or dropped in one word."""
    told = {f"{c.rule} {f[0]}": f[side] for c in done.changes if c.word == "修改" for f in c.fields}
    whole = {"新增": 2, DROP: 1}
    return told | {c.rule: c.word for c in done.changes if whole.get(c.word) == side}


COLUMN_OF = {name: each.column_name for name, each in RuleResource().fields.items()}
assert list(COLUMN_OF.values()) == list(COLUMNS)
