"""起草审核关系: one rule of a draft is written, added or dropped. A text that cannot be used is refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User
from forms_tables.edition.digest import Content
from forms_tables.edition.drafting import (
    RULES,
    DefinitionChange,
    NotThere,
    raw_rule,
    with_new_rule,
    with_rule,
    without_rule,
)
from forms_tables.edition.model import Edition, Rule
from forms_tables.rules.checks import slips_in_rule
from reporting.editions.drafts import Overtaken, change_draft
from reporting.editions.words import as_facts
from reporting.models import DraftEdition, PublishedEdition
from reporting.workflow.guards import Refused

Fields = Mapping[str, Any]
TEXTUAL = ("rule", "derived")  # what is judged by its texts; the other kinds are carried out by the program


def save_rule(draft: DraftEdition, version: int, rule_id: str, fields: Fields, by: User, at: datetime) -> DraftEdition:
    """Put these fields in the place of the rule's; the second click finds them there and is content."""
    before = _standing(draft, rule_id)
    content = with_rule(draft.content, rule_id, fields)
    after = raw_rule(content, rule_id)
    _be_usable(draft.edition, after)
    return _change(draft, version, content, by, at, Edit("修改", rule_id, before, after))


def add_rule(draft: DraftEdition, version: int, fields: Fields, by: User, at: datetime) -> DraftEdition:
    rule_id = fields["id"]
    content = draft.content
    standing = next((rule for rule in content[RULES]["rule"] if rule["id"] == rule_id), None)
    added = raw_rule(with_new_rule({RULES: {"rule": []}}, fields), rule_id)
    if standing == added:
        return draft  # the second click
    if standing or rule_id in used_ids(draft.family):
        raise Refused(f"编号{rule_id}已经用过，同一编号不能指两条审核关系，请换一个编号。")
    _be_usable(draft.edition, added)
    return _change(draft, version, with_new_rule(content, fields), by, at, Edit("新增", rule_id, {}, added))


def drop_rule(draft: DraftEdition, version: int, rule_id: str, by: User, at: datetime) -> DraftEdition:
    """Take the rule out of the draft; what was published keeps it."""
    content = draft.content
    if not any(rule["id"] == rule_id for rule in content[RULES]["rule"]):
        return draft  # the second click
    before = _standing(draft, rule_id)
    if before["kind"] not in TEXTUAL:
        raise Refused(f"{rule_id}由系统执行（{before['where']}），不能删除。")
    if rows := rows_resting_on(draft.edition, rule_id):
        raise Refused(f"指标{'、'.join(rows[:5])}的说明引用了{rule_id}，请先改这些指标，再删除。")
    return _change(draft, version, without_rule(content, rule_id), by, at, Edit("删除", rule_id, before, {}))


def used_ids(family: str) -> set[str]:
    """Every number a rule of the family ever had: findings and explanations are kept under it."""
    published = PublishedEdition.objects.of_family(family).defer("text", "effect")
    return {rule.id for one in published for rule in one.edition.rules}


def rows_resting_on(edition: Edition, rule_id: str) -> Sequence[str]:
    return [row.code for row in edition.indicators.values() if rule_id in (row.nonnegative_rule, row.whole_rule)]


def rule_from(raw: Fields) -> Rule:
    said: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
    return Rule(**said)


def _standing(draft: DraftEdition, rule_id: str) -> dict[str, Any]:
    try:
        return raw_rule(draft.content, rule_id)
    except NotThere:
        raise Refused(f"修订稿里已经没有{rule_id}，可能刚被删除；请回到审核关系清单核对。") from None


def _be_usable(edition: Edition, raw: Fields) -> None:
    rule = rule_from(raw)
    if rule.kind in TEXTUAL and not rule.texts:
        raise Refused(f"{rule.id}还没有公式，请至少写一条须成立的条件。")
    if slips := slips_in_rule(edition, rule):
        raise Refused(f"{rule.id}有 {len(slips)} 处不能用，没有保存。第一处：{slips[0]}。")


@dataclass(frozen=True)
class Edit:
    verb: str
    rule: str
    before: Fields
    after: Fields


def _change(draft: DraftEdition, version: int, content: Content, by: User, at: datetime, edit: Edit) -> DraftEdition:
    old, new = as_facts(DefinitionChange("rule", "", "", edit.before, edit.after))
    what = f"{edit.verb}审核关系{edit.rule}"
    try:
        return change_draft(draft, version, content, by, at, what, before=old, after=new)
    except Overtaken as overtaken:
        if overtaken.draft.content == content:
            return overtaken.draft  # the second click of a page that the first had outdated
        raise
