"""What a revision changes, told field by field in the words of the office."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forms_tables.edition.drafting import DefinitionChange

FIELDS = {
    "rule": {
        "id": "编号", "level": "级别", "kind": "在哪里执行", "where": "所在的表", "columns": "列", "each": "行",
        "when": "适用条件", "texts": "公式", "message": "提示语", "formula": "公式的文字写法", "basis": "依据",
        "note": "说明", "waits_for": "等待的参数",
    },
    "parameter": {
        "title": "名称", "default": "默认值", "unit": "单位", "note": "说明", "provenance": "标注",
        "settable": "由市级录入", "above": "须大于", "least": "须不小于", "most": "须不大于", "below": "须小于",
    },
    "indicator": {
        "code": "代码", "name": "名称", "unit": "计量单位", "kind": "填写内容", "hint": "填写提示", "columns": "列",
        "parent": "上级指标", "relation": "与上级的关系", "depth": "层次", "required": "必填",
        "required_when": "必填条件", "nonnegative": "不得为负的列", "nonnegative_rule": "非负的审核关系",
        "whole_rule": "取整的审核关系", "applies_when": "适用条件", "otherwise": "不适用时填", "auto": "自动计算",
        "starred": "带星号", "decimals": "小数位", "nature": "时期", "code_list": "代码表", "origin": "由谁写入",
        "group": "分组", "note": "指标解释", "source": "出处", "provenance": "标注", "column": "个别列的写法",
    },
    "head": {"title": "名称", "basis": "依据", "valid_from": "年份起", "valid_to": "年份止", "units": "计量单位"},
    "other": {"columns": "列", "defaults": "各行共同的写法", "table": "表头", "lists": "代码表", "district": "区县"},
}  # fmt: skip
CHOICES = {
    "level": {"error": "错误", "warning": "提示"},
    "kind": {"rule": "审核关系", "cell": "单元格类型", "derived": "派生单元格", "workflow": "流程"},
    "provenance": {"official": "有据", "derived": "推定"},
    "origin": {"register": "名录", "submission": "上报时"},
}
LONGEST = 600


@dataclass(frozen=True)
class FieldChange:
    label: str
    before: str
    after: str


def told(change: DefinitionChange) -> list[FieldChange]:
    """Each field that differs, before and after; of an entry that is new or dropped, all it says."""
    labels = FIELDS[change.sort]
    return [
        FieldChange(labels.get(name, name), _said(name, change.before.get(name)), _said(name, change.after.get(name)))
        for name in change.fields
    ]


def as_facts(change: DefinitionChange) -> tuple[dict[str, str] | None, dict[str, str] | None]:
    """The same for the journal: before and after."""
    rows = told(change)
    before, after = ({row.label: getattr(row, side) for row in rows} for side in ("before", "after"))
    return (before if change.before else None), (after if change.after else None)


def _said(name: str, value: Any) -> str:
    if value is None or value == "" or value == [] or value == {}:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Mapping):
        return _cut("；".join(f"{'各列' if key == '*' else key}：{_said('', each)}" for key, each in value.items()))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _cut(("\n" if name == "texts" else "、").join(_said("", each) for each in value))
    return _cut(CHOICES.get(name, {}).get(value, str(value)))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}……"
