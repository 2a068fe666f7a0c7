"""公式的文字写法 of a rule: as somebody wrote it, and where the texts moved on without it, as the texts read now."""

from collections.abc import Mapping
from typing import Any

from forms_tables.edition.model import Edition, Rule
from forms_tables.rules.checks import spread
from forms_tables.words.rules import say

READ_BY = ("texts", "when", "columns", "each")  # what the sentence is about
LONGEST = 300


def formula_of(edition: Edition, rule: Rule, *known: Mapping[str, Any]) -> str:
    """The sentence of the rule; one that was taken over from a `known` wording of it whose texts were others would go
    on saying what no longer holds."""
    is_left_behind = any(
        rule.formula == (before.get("formula") or "")
        and any(list(getattr(rule, name)) != list(before.get(name) or ()) for name in READ_BY)
        for before in known
    )
    return in_words(edition, rule) if is_left_behind else rule.formula


def in_words(edition: Edition, rule: Rule) -> str:
    """20211＋20212≤0.6×2021＋容差（列：c1、c2、c3）; nothing where it would be too long to be read."""
    firsts = [conditions[0] for text in rule.texts if (conditions := spread(edition, rule, text))]
    around = [f"适用条件：{say(one.premise, one.scope)}" for one in firsts[:1] if one.premise]
    around += [f"列：{'、'.join(rule.columns)}"] if rule.columns else []
    around += [f"行：{'、'.join(rule.each)}，以其中一行为例"] if rule.each else []
    words = "；".join(say(one.tree, one.scope) for one in firsts)
    words += f"（{'；'.join(around)}）" if words and around else ""
    return words if len(words) <= LONGEST else ""
