"""What a firm has in the gaps of a form, and what the form's comments say."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from forms_tables.edition.model import FIGURE_KINDS, CodeList, Edition, Indicator, Table
from forms_tables.edition.shape import column_carrying
from forms_tables.filling.completion import CellPlan, Value, plans_of
from forms_tables.workbooks.sheets import NAME, SheetLayout
from forms_tables.workbooks.skeleton import Filling, Validation

LARGEST = "1000000000000"


@dataclass(frozen=True)
class SheetContents:
    """What stands in the cells of the sheets, and in which of them nobody types, and why; what was filed before, by the
    notation's word for its period."""

    values: Mapping[str, Value]
    locked: Mapping[str, str]
    formulas: Mapping[str, str]
    history: Mapping[str, Mapping[str, Value]]


def past_of(table: Table, history: Mapping[str, Mapping[str, Value]]) -> tuple[tuple[str, str], ...]:
    """What the firm filed before of the columns that are a period's own, where the form itself has no column for it."""
    keys = [column.key for column in table.columns if not column.carry and not column.auto]
    return tuple(
        (word, key)
        for word in ("year_ago", "prev", "last_annual")
        if history.get(word)
        for key in keys
        if any(
            row.is_figure
            and key in row.columns
            and isinstance(history[word].get(f"{row.code}.{key}"), Decimal)
            and not column_carrying(row, word, key)
            for row in table.indicators
        )
    )


def filling_of(
    layout: SheetLayout, header: Mapping[str, str], contents: SheetContents, list_ranges: Mapping[str, str]
) -> Filling:
    """What a firm has in the gaps."""
    values: dict[str, Value] = {}
    formulas, closed = {}, []
    validations: dict[Validation, list[str]] = {}
    for row, (label, text) in enumerate(header.items(), start=2):
        values[f"{NAME}{row}"] = f"{label}：{text}"
    for indicator in layout.table.indicators:
        if indicator.is_heading:
            continue
        at = layout.rows[indicator.code]
        values[f"{layout.note_letter}{at}"] = note_of(layout.table, indicator, contents.locked)
        for key in indicator.columns:
            name, reference = f"{indicator.code}.{key}", f"{layout.letters[key]}{at}"
            values[reference] = contents.values.get(name)
            if name in contents.formulas:
                formulas[reference] = contents.formulas[name]
            if name in contents.locked:
                closed.append(reference)
            elif asked := validation_for(indicator, key, list_ranges):
                validations.setdefault(asked, []).append(reference)
        for (word, key), letter in layout.past.items():
            if not column_carrying(indicator, word, key):
                values[f"{letter}{at}"] = contents.history[word].get(f"{indicator.code}.{key}")
    return Filling(values, formulas, frozenset(closed), validations)


def note_of(table: Table, indicator: Indicator, locked: Mapping[str, str]) -> str:
    if indicator.is_heading:
        return ""
    names = [f"{indicator.code}.{key}" for key in indicator.columns]
    if all(name in locked for name in names):
        demand = "系统填写，不用填"
    elif indicator.required:
        demand = "必填，没有填 0" if indicator.is_figure else "必填"
    elif one_of := table.one_of(indicator):
        demand = f"{'、'.join(one_of)} 必填其一"
    elif indicator.required_when:
        demand = "符合条件时必填"
    else:
        demand = "选填"
    if indicator.kind == "codes" and indicator.choices:
        return f"{demand}；可多选，用逗号隔开：{listing(indicator.choices)}"
    return f"{demand}；{indicator.hint}" if indicator.hint else demand


def listing(choices: CodeList) -> str:
    return "，".join(f"{entry.code} {entry.name}" for entry in choices.entries)


def validation_for(indicator: Indicator, key: str, list_ranges: Mapping[str, str]) -> Validation | None:
    kind = indicator.kind_in(key)
    if kind == "yes_no":
        return ("list", '"是,否"', "", "请填“是”或“否”。")
    if kind == "code" and indicator.choices and indicator.choices.code in list_ranges:
        return ("list", list_ranges[indicator.choices.code], "", "请从下拉列表中选一项。")
    if kind in FIGURE_KINDS:
        least = "0" if key in indicator.nonnegative_columns else f"-{LARGEST}"
        return ("decimal", least, LARGEST, "这里应填一个数（不带单位）" + ("，且不小于 0。" if least == "0" else "。"))
    return None


def explanations_of(edition: Edition, table: Table) -> dict[str, str]:
    """What the page says beside a row that is being filled, by the row's code."""
    plans = plans_of(edition, table.frequency)
    return {row.code: explanation_of(row, plans) for row in table.indicators if not row.is_heading}


def explanation_of(indicator: Indicator, plans: Mapping[str, CellPlan]) -> str:
    lines = [f"{indicator.code} {indicator.name}"]
    if indicator.unit:
        lines.append(f"单位：{indicator.unit}{f'，{indicator.nature}数' if indicator.nature else ''}")
    if indicator.hint:
        lines.append(f"填写：{indicator.hint}")
    if indicator.parent:
        lines.append(f"关系：{indicator.parent} 的{indicator.relation.replace('项', '') or '下级'}项")
    cells = [plans[f"{indicator.code}.{key}"] for key in indicator.columns]
    for cell in cells:
        label = indicator.column(cell.column).label
        lines += [f"{label}：{rule.why}" for rule in (cell.carry, cell.formula) if rule]
    lines += dict.fromkeys(cell.row_applies.why for cell in cells if cell.row_applies)
    if indicator.note:
        lines.append(f"说明：{indicator.note}")
    return "\n".join(lines)
