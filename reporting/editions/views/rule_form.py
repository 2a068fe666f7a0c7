"""What the city types of one rule, and what is wrong with it, at its place and in words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from accounts.change_forms import ChangeForm
from forms_tables.edition.model import Edition, Rule
from forms_tables.notation.names import Cell
from forms_tables.notation.trees import MAX_LENGTH
from forms_tables.rules.checks import rows_of, slips_in_rule, spread
from forms_tables.rules.proofreading import Slip
from forms_tables.words.rules import say
from reporting.editions.formula_words import READ_BY, in_words
from reporting.editions.rules import TEXTUAL, rule_from
from reporting.editions.views.editions import KINDS, where_in_words

MOST_TEXTS = 40
ORDER = ("id", "texts", "when", "level", "columns", "each", "message", "formula", "where", "kind", "basis", "note")
ID = re.compile(r"[A-Z][A-Z0-9]{1,9}")
WORD = re.compile(r"\w[\w.]*")  # a name or a number is marked as a whole
LISTED = re.compile(r"[\s,，、;；]+")
IN_CODE = {"spellcheck": "false", "autocapitalize": "off", "autocomplete": "off"}


class OneLine(forms.CharField):
    """A sentence that may be longer than the box is wide: the box grows with it, the sentence stays one line."""

    widget = forms.Textarea(attrs={"rows": 1})

    def to_python(self, value: str) -> str:
        return " ".join(super().to_python(value).splitlines())


class RuleForm(ChangeForm):
    """A rule of the draft (`standing`) or a new one, which gets its number here. While it is only tried and not saved,
    what is still to be written is no mistake."""

    is_saved = False

    id = forms.CharField(label="编号", max_length=10, help_text="大写字母开头，后接数字，如 R640；发布后不再改。")
    level = forms.ChoiceField(label="级别", choices=[("error", "错误：须更正才能上报"), ("warning", "提示：须说明")])
    kind = forms.ChoiceField(label="在哪里执行", choices=[(kind, KINDS[kind]) for kind in TEXTUAL])
    where = forms.CharField(label="所在的表", max_length=100, help_text="如 软统企6；跨表写 软统企3↔软统企6。")
    texts = forms.CharField(
        label="公式（须成立）",
        required=False,
        max_length=MOST_TEXTS * (MAX_LENGTH + 2),
        widget=forms.Textarea(attrs={"rows": 3, **IN_CODE}),
        help_text=f"一行一条，每条最多{MAX_LENGTH}个字符；每条都须成立。",
    )
    when = forms.CharField(
        label="适用条件", required=False, max_length=5000, strip=True, widget=forms.TextInput(attrs=IN_CODE)
    )
    columns = forms.CharField(
        label="列", required=False, max_length=200, help_text="公式中没有写列的指标依次取这些列，如 c1 c2 c3。"
    )
    each = forms.CharField(
        label="行",
        required=False,
        max_length=2000,
        help_text="x 依次代表的行：2010 2020；软统企6 为全表，软统企6:累计 为其中累计数，-2090 为除去这一行。",
    )
    message = OneLine(label="提示语", max_length=200)
    formula = OneLine(
        label="公式的文字写法",
        required=False,
        max_length=300,
        help_text="列在“制度”里；改了公式而没改这里，保存时按公式重写。",
    )
    basis = OneLine(label="依据", required=False, max_length=200)
    note = OneLine(label="说明", required=False, max_length=300)

    def __init__(self, *args, edition: Edition, standing: Mapping[str, Any] | None = None, **kwargs):
        self.edition, self.standing = edition, standing or {}
        super().__init__(*args, initial=typed_from(self.standing), **kwargs)
        if self.standing:
            del self.fields["id"]
        if self.is_system:
            for name in ("kind", "where", "texts", "when", "columns", "each"):
                del self.fields[name]
        self.order_fields(ORDER)
        for name, field in self.fields.items():
            field.show_hidden_initial = name in (*READ_BY, "formula")
            field.widget.attrs["aria-describedby"] = f"says-{name}" + (f" hint-{name}" if field.help_text else "")

    @property
    def is_system(self) -> bool:
        """Carried out by the program and not by a text of its own."""
        return bool(self.standing) and self.standing["kind"] not in TEXTUAL

    @property
    def step(self) -> str:
        """When the program carries it out."""
        return where_in_words(self.standing["where"])

    def clean_id(self) -> str:
        if not ID.fullmatch(self.cleaned_data["id"]):
            raise forms.ValidationError("编号须以大写字母开头，后接字母或数字，最多10个，如 R640。")
        return self.cleaned_data["id"]

    def clean_texts(self) -> list[str]:
        texts = [line.strip() for line in self.cleaned_data["texts"].replace("\r\n", "\n").split("\n") if line.strip()]
        if not texts:
            raise forms.ValidationError("请至少写一条须成立的条件，例如 M20211 <= M2021。", code="required")
        if len(texts) > MOST_TEXTS:
            raise forms.ValidationError(f"一条审核关系最多{MOST_TEXTS}条公式，现有{len(texts)}条，请分成几条审核关系。")
        return texts

    def clean_columns(self) -> list[str]:
        columns = listed(self.cleaned_data["columns"])
        known = {column.key for table in self.edition.tables for column in table.columns}
        if strange := [column for column in columns if column not in known]:
            raise forms.ValidationError(f"没有“{strange[0]}”列，可写的列：{'、'.join(sorted(known))}。")
        return columns

    def clean_each(self) -> list[str]:
        each = listed(self.cleaned_data["each"])
        try:
            rows_of(self.edition, Rule("", "error", "rule", "", each=tuple(each)))
        except ValueError as error:
            raise forms.ValidationError(f"{error}，例如 2010、软统企6、软统企6:累计、-2090。") from error
        return each

    def clean(self) -> dict[str, Any]:
        """The texts are proofread once everything they are read with is right."""
        self.mistakes: list[Mistake] = []
        if "texts" in self.fields and not {"texts", "when", "columns", "each"} & self.errors.keys():
            slips = slips_in_rule(self.edition, self.rule)
            self.mistakes = [Mistake.of(slip, self.rule) for slip in slips]
        for mistake in self.mistakes:
            self.add_error(mistake.field, f"{mistake.where}{mistake.reason}。")
        if "texts" in self.fields and not self.errors:
            self._keep_the_sentence_true()
        return self.cleaned_data

    def _keep_the_sentence_true(self) -> None:
        """Changed is what differs from the page as it was opened, so that a second click writes the same again."""
        changed = set(self.changed_data)
        if "formula" not in changed and changed & set(READ_BY):
            self.cleaned_data["formula"] = in_words(self.edition, self.rule)

    @property
    def said(self) -> dict[str, Any]:
        """The fields as the draft keeps them."""
        return {name: self.cleaned_data[name] for name in self.fields if name in self.cleaned_data}

    @property
    def rule(self) -> Rule:
        """The rule as it is typed, to be judged by; what is judged needs no number and no words yet."""
        spare = {"id": "", "level": "error", "kind": "rule", "where": ""}
        return rule_from({**spare, **self.standing, **self.said})

    @property
    def can_be_judged(self) -> bool:
        return self.is_bound and not {"texts", "when", "columns", "each", "level"} & self.errors.keys()

    def texts_in_words(self) -> list["TextInWords"]:
        return texts_in_words(self.edition, self.rule) if self.can_be_judged and not self.is_system else []

    def fields_with_mistakes(self) -> list[tuple[forms.BoundField, list[str], list["Mistake"]]]:
        """Each field with what is said of it, and its mistakes that have a place in a text."""
        marked = getattr(self, "mistakes", [])
        return [(field, self.said_of(field.name), [m for m in marked if m.field == field.name]) for field in self]

    def said_of(self, name: str) -> list[str]:
        found = self.errors.as_data().get(name, [])
        return [words for error in found if self.is_saved or error.code != "required" for words in error.messages]

    @property
    def has_mistakes(self) -> bool:
        return any(self.said_of(name) for name in self.fields)


@dataclass(frozen=True)
class Mistake:
    """A text that cannot be used, cut where it goes wrong."""

    field: str
    where: str
    reason: str
    before: str = ""
    marked: str = ""
    rest: str = ""

    @classmethod
    def of(cls, slip: Slip, rule: Rule) -> "Mistake":
        in_when = slip.text == rule.when
        number = "" if in_when or len(rule.texts) == 1 else f"第{rule.texts.index(slip.text) + 1}条，"
        where = f"{number}第{slip.at}个字符起：" if slip.at else number
        start, word = slip.at - 1, WORD.match(slip.text, max(slip.at - 1, 0))
        end = word.end() if word else start + 1
        cut = (slip.text[:start], slip.text[start:end], slip.text[end:]) if slip.at else ("", "", "")
        return cls("when" if in_when else "texts", where, slip.reason, *cut)


@dataclass(frozen=True)
class TextInWords:
    """One text in the form's words, which rows it names, and where it is judged."""

    words: str
    names: tuple[str, ...]
    premise: str
    columns: tuple[str, ...]
    rows: int
    places: int


def texts_in_words(edition: Edition, rule: Rule) -> list[TextInWords]:
    return [_text_in_words(conditions) for text in rule.texts if (conditions := spread(edition, rule, text))]


def _text_in_words(conditions) -> TextInWords:
    first = conditions[0]
    cells = [meaning for meaning in first.reads if isinstance(meaning, Cell)]
    return TextInWords(
        words=say(first.tree, first.scope),
        names=tuple(dict.fromkeys(f"{one.indicator.code} {one.indicator.name}" for one in cells)),
        premise=say(first.premise, first.scope) if first.premise else "",
        columns=tuple(dict.fromkeys(label for one in conditions if (label := _column_label(one)))),
        rows=len({one.scope.row for one in conditions if one.scope.row}),
        places=len(conditions),
    )


def _column_label(condition) -> str:
    column = condition.scope.column
    cells = (meaning for meaning in condition.reads if isinstance(meaning, Cell) and meaning.column == column)
    return next((cell.indicator.column(column).label for cell in cells), "")


def listed(typed: str) -> list[str]:
    return [word for word in LISTED.split(typed) if word]


def typed_from(raw: Mapping[str, Any]) -> dict[str, str]:
    """A rule of a draft as it stands in the boxes."""
    typed = {**raw, "texts": "\n".join(raw.get("texts", []))}
    return typed | {name: " ".join(raw.get(name, [])) for name in ("columns", "each")}
