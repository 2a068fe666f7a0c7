"""What the city types of one row of a table, and what is wrong with it, at its field."""

import re
from collections.abc import Mapping
from graphlib import CycleError
from typing import Any

from django import forms

from accounts.change_forms import ChangeForm, Checkbox, Checkboxes
from forms_tables.edition import drafting
from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import DefinitionError, Edition, edition_from
from forms_tables.edition.from_toml import SILENT
from forms_tables.edition.model import KINDS, Table, symbol_of
from forms_tables.filling.completion import plans_of
from forms_tables.rules.one_name import objection_to
from forms_tables.rules.proofreading import slips_in_formulas
from reporting.editions.definition_words import in_words
from reporting.editions.obstacles import place_of
from reporting.editions.words import CHOICES
from reporting.models import DraftEdition
from reporting.models.edition import platform_under

CODE = re.compile(r"[0-9]{3,7}[a-z]?|[A-Z]{1,3}[0-9]{1,6}[A-Z]?")
LINE = re.compile(r"\s*(\*|[a-z][0-9]?)\s*[:：]\s*(\S.*?)\s*")
KIND_WORDS = {
    "": "数字（按计量单位）", "heading": "标题，不填写", "text": "文字", "yes_no": "是或否", "code": "代码，选一项",
    "codes": "代码，可选多项", "activity": "主营业务", "region": "区县", "month": "年月", "date": "日期",
    "phone": "电话", "mobile": "手机", "email": "邮箱", "postal_code": "邮编", "credit_code": "统一社会信用代码",
    "organisation_code": "组织机构代码", "stock_code": "股票代码",
}  # fmt: skip
TEXTS = {"spellcheck": "false", "autocapitalize": "off", "autocomplete": "off"}
LISTS = ("columns", "nonnegative")
OF_SLIPS = {"applies_when": "applies_when", "required_when": "required_when"}


class RowForm(ChangeForm):
    """One row; `standing` is what the draft's file says of it, nothing of a new one. What it does not say of itself it
    has from the table (`defaults`)."""

    code = forms.CharField(
        label="代码", max_length=8, help_text="数字（2114）或字母加数字（E51），全套表里不重复；发布后不再改。"
    )
    name = forms.CharField(label="指标名称", max_length=100)
    unit = forms.ChoiceField(label="计量单位", required=False)
    kind = forms.ChoiceField(label="填写内容", required=False)
    code_list = forms.ChoiceField(label="代码表", required=False)
    columns = forms.MultipleChoiceField(
        label="列", required=False, widget=Checkboxes, help_text="这一行要填哪些列；标题不勾。"
    )
    required = forms.BooleanField(label="必填", required=False, widget=Checkbox)
    required_when = forms.CharField(
        label="必填条件",
        required=False,
        max_length=500,
        widget=forms.TextInput(TEXTS),
        help_text="只在这时必填，如 行代码 == '是'。",
    )
    nonnegative = forms.MultipleChoiceField(label="不得为负的列", required=False, widget=Checkboxes)
    nonnegative_rule = forms.ChoiceField(label="为负时按哪条审核关系", required=False)
    applies_when = forms.CharField(
        label="适用条件",
        required=False,
        max_length=500,
        widget=forms.TextInput(TEXTS),
        help_text="条件不成立的企业不填这一行。",
    )
    otherwise = forms.ChoiceField(label="不适用时", required=False, choices=[("", "留空"), ("0", "填0")])
    auto = forms.CharField(
        label="自动计算",
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 2, **TEXTS}),
        help_text="一行一列，如 c1: M2021 + M2022；各列相同写 *: M2021 + M2022。有公式的格由系统计算，企业不填。",
    )
    parent = forms.CharField(label="上级指标的代码", required=False, max_length=8)
    relation = forms.ChoiceField(
        label="与上级的关系", required=False, choices=[("", "无"), ("分项", "分项"), ("其中", "其中")]
    )
    depth = forms.IntegerField(label="层次", min_value=0, max_value=9, help_text="表上缩进几格，最高一层为0。")
    nature = forms.ChoiceField(label="时期", required=False, choices=[("", "无"), ("累计", "累计"), ("期末", "期末")])
    note = forms.CharField(label="指标解释", required=False, max_length=500, widget=forms.Textarea({"rows": 2}))
    source = forms.CharField(label="出处", required=False, max_length=200)
    provenance = forms.ChoiceField(label="标注", choices=list(CHOICES["provenance"].items()))

    def __init__(self, *args, draft: DraftEdition, table: Table, standing: Mapping[str, Any] | None = None, **kwargs):
        self.draft, self.table, self.standing = draft, table, standing
        self.content = draft.content
        self.file = self.content[f"{table.key}.toml"]
        super().__init__(*args, initial=self._shown(standing), **kwargs)
        self._offer(draft.edition)
        if standing is not None:
            del self.fields["code"]
        else:
            self.fields["source"].required = True
            self.fields["source"].error_messages["required"] = "请填写出处：通知的文号，或表式从哪里来。"

    def _offer(self, edition: Edition) -> None:
        units = self.content[drafting.HEAD]["units"]
        columns = [(column.key, f"{column.key} {column.label}") for column in self.table.columns]
        lists = [(code, f"{code} {each.title}") for code, each in edition.code_lists.items()]
        rules = [(rule.id, f"{rule.id} {rule.message}") for rule in edition.rules if rule.kind == "cell"]
        figure_kinds = [(kind, kind) for kind in sorted(KINDS - KIND_WORDS.keys()) if kind == self.initial.get("kind")]
        for name, choices in {
            "unit": [("", "无"), *((unit, unit) for unit in units)],
            "kind": [*KIND_WORDS.items(), *figure_kinds],
            "code_list": [("", "无"), *lists],
            "columns": columns,
            "nonnegative": columns,
            "nonnegative_rule": [("", "无"), *rules],
        }.items():
            self.fields[name].choices = choices

    def _shown(self, standing: Mapping[str, Any] | None) -> dict[str, Any]:
        said = {**self._silent(), **(standing or {"source": "", "provenance": "derived"})}
        auto = "\n".join(f"{column}: {text}" for column, text in said["auto"].items())
        return {**said, "auto": auto, "code_list": said["code_list"]}

    def _silent(self) -> dict[str, Any]:
        """What a row has that says nothing."""
        return {**SILENT, "kind": "", "columns": [], **self.file.get("defaults", {})}

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if not CODE.fullmatch(code):
            raise forms.ValidationError("代码写数字（如2114），或大写字母加数字（如E51）。")
        if code in self.draft.edition.indicators:
            raise forms.ValidationError(f"代码{code}已用于{self.draft.edition.indicator(code).place()}。")
        return code

    def clean_parent(self) -> str:
        parent = self.cleaned_data["parent"]
        if parent and parent not in self.draft.edition.indicators:
            raise forms.ValidationError(f"没有代码为“{parent}”的指标。")
        return parent

    def clean_auto(self) -> dict[str, str]:
        formulas: dict[str, str] = {}
        for number, line in enumerate(self.cleaned_data["auto"].splitlines(), start=1):
            if not line.strip():
                continue
            found = LINE.fullmatch(line)
            if not found:
                raise forms.ValidationError(f"第{number}行须写成“列: 公式”，如 c1: M2021 + M2022。")
            if found[1] in formulas:
                raise forms.ValidationError(f"第{number}行：{found[1]}列已有公式。")
            formulas[found[1]] = found[2]
        return formulas

    def clean(self) -> dict[str, Any]:
        """What the row says by itself first; then the whole edition is read with it, and its texts proofread."""
        said = super().clean()
        if self.standing is None and said.get("nonnegative") and not said.get("nonnegative_rule"):
            self.add_error("nonnegative_rule", "有不得为负的列，请选按哪条审核关系报错。")
        if said.get("unit") and said.get("kind") in KIND_WORDS and said.get("kind"):
            self.add_error("unit", "填文字的行没有计量单位；填数字的，填写内容请选“数字（按计量单位）”。")
        if not said.get("unit") and not said.get("kind"):
            self.add_error("unit", "填数字的行须有计量单位；填文字的，请选填写内容。")
        if said.get("kind") in ("code", "codes", "activity") and not said.get("code_list"):
            self.add_error("code_list", "选代码填写的行须指明代码表。")
        name = symbol_of(said.get("code", "")) if self.standing is None else ""
        if name and (reason := objection_to(name, self.draft.edition, said.get("code_list", ""))):
            self.add_error("code", f"{reason}。")
        if strange := set(said.get("auto") or ()) - {*said.get("columns", ()), "*"}:
            self.add_error("auto", f"这一行没有{'、'.join(sorted(strange))}列。")
        if not self.errors:
            self._read_whole(said)
        return said

    def _read_whole(self, said: Mapping[str, Any]) -> None:
        code = self.row_code
        try:
            edition = edition_from("draft", self.changed(), platform_under(self.draft.based_on_id))
            slips = list(slips_in_formulas(edition))
            before = {(slip.owner, slip.text) for slip in slips_in_formulas(self.draft.edition)}
            for slip in slips:
                owner, _, what = slip.owner.partition(" ")
                if CellAddress.parse(owner).code == code:
                    field = OF_SLIPS.get(what, "auto" if said["auto"] else None)
                    self.add_error(field, f"“{slip.text}”{place_of(slip)}：{slip.reason}。")
                elif (slip.owner, slip.text) not in before:
                    self.add_error(None, f"这样改后，{slip.owner}的“{slip.text}”{place_of(slip)}：{slip.reason}。")
            if not slips:
                plans_of(edition, self.table.frequency)
        except CycleError as error:
            self.add_error("auto", f"这些单元格互相由对方计算，没有先后：{'、'.join(dict.fromkeys(error.args[1]))}。")
        except DefinitionError as error:
            self.add_error(None, f"{in_words(error, self.draft.edition)}。")

    @property
    def row_code(self) -> str:
        return self.standing["code"] if self.standing else self.cleaned_data["code"]

    @property
    def said(self) -> dict[str, Any]:
        """The fields as the file keeps them: what the table says for all its rows is not said again."""
        silent, standing = self._silent(), self.standing or {}
        return {
            name: None if value == silent.get(name, "") and name not in standing else value
            for name, value in self.cleaned_data.items()
            if name in self.fields
        }

    def changed(self, after: str = "") -> dict[str, Any]:
        """The draft's content with the row as typed."""
        if self.standing is not None:
            return drafting.with_indicator(self.content, self.row_code, self.said)
        return drafting.with_new_indicator(self.content, self.table.code, self.said, after)
