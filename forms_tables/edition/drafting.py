"""Changing what an edition says: a content in, a new content out, and what lies between two of them.

A content is an edition's definitions as plain values (`from_toml.content_of`). Nothing here judges whether the result
makes sense; `from_toml.edition_from` and `checks.proofread` do.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forms_tables.edition.digest import Content

Entry = Mapping[str, Any]

RULES, HEAD, CODES = "rules.toml", "edition.toml", "codes.toml"
CONCORDANCE = "concordance.toml"
LISTED = ("rule", "indicator", "parameters")  # what of a file changes entry by entry
SORTS = {"rule": "审核关系", "parameter": "参数", "indicator": "指标", "head": "版本", "other": "其他定义"}


class NotThere(KeyError):
    """No rule, parameter or row of that name in the content."""


@dataclass(frozen=True)
class DefinitionChange:
    """One thing that differs: `before` is empty for what was added, `after` for what was dropped."""

    sort: str  # a key of SORTS
    code: str
    title: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def word(self) -> str:
        if not self.before:
            return "新增"
        return "修改" if self.after else "删除"

    @property
    def fields(self) -> tuple[str, ...]:
        """What about it differs, in the order it is written."""
        names = dict.fromkeys([*self.before, *self.after])
        return tuple(name for name in names if self.before.get(name) != self.after.get(name))

    @property
    def sort_words(self) -> str:
        return SORTS[self.sort]


def raw_rule(content: Content, rule_id: str) -> dict[str, Any]:
    return _found(content[RULES]["rule"], "id", rule_id)


def raw_parameter(content: Content, name: str) -> dict[str, Any]:
    try:
        return dict(content[HEAD]["parameters"][name])
    except KeyError:
        raise NotThere(name) from None


def raw_indicator(content: Content, code: str) -> dict[str, Any]:
    return _found(content[_file_of(content, code)]["indicator"], "code", code)


def with_rule(content: Content, rule_id: str, fields: Entry) -> dict[str, Any]:
    """The rule with these fields in place of its own."""
    raw_rule(content, rule_id)
    return _with_list(
        content, RULES, "rule", [_merged(r, _said(fields)) if r["id"] == rule_id else r for r in _rules(content)]
    )


def with_new_rule(content: Content, fields: Entry, after: str = "") -> dict[str, Any]:
    """A new rule, behind the rule `after` or at the end."""
    return _with_list(content, RULES, "rule", _inserted(_rules(content), "id", after, _merged({}, _said(fields))))


def without_rule(content: Content, rule_id: str) -> dict[str, Any]:
    raw_rule(content, rule_id)
    return _with_list(content, RULES, "rule", [rule for rule in _rules(content) if rule["id"] != rule_id])


def with_rules(content: Content, rules: Sequence[Entry]) -> dict[str, Any]:
    """These rules in the place of all."""
    return _with_list(content, RULES, "rule", list(rules))


def merged_rule(rule: Entry, fields: Entry) -> dict[str, Any]:
    """The rule with these fields in place of its own; what they leave empty it does not say."""
    return _merged(rule, _said(fields))


def with_parameter(content: Content, name: str, fields: Entry) -> dict[str, Any]:
    """The parameter with these fields, or a new one of that name."""
    changed = _copy(content)
    parameters = changed[HEAD].setdefault("parameters", {})
    parameters[name] = _merged(parameters.get(name, {}), _said(fields))
    return changed


def without_parameter(content: Content, name: str) -> dict[str, Any]:
    raw_parameter(content, name)
    changed = _copy(content)
    del changed[HEAD]["parameters"][name]
    return changed


def with_code(content: Content, which: str, code: str, name: str) -> dict[str, Any]:
    """A code list with one entry more, or with another name of an entry it has. Nothing is taken out of a list: what
    was filed under a code keeps its name."""
    changed = copy.deepcopy(dict(content))
    if "entries" not in changed[CODES]["lists"].get(which, {}):
        raise NotThere(which)  # nor a list that is read off the districts or a table
    entries = changed[CODES]["lists"][which]["entries"]
    stands = next((entry for entry in entries if entry[0] == code), None)
    if stands is None:
        entries.append([code, name])
    else:
        stands[1] = name
    return changed


def with_indicator(content: Content, code: str, fields: Entry) -> dict[str, Any]:
    file = _file_of(content, code)
    rows = [_merged(row, fields) if row["code"] == code else row for row in content[file]["indicator"]]
    return _with_list(content, file, "indicator", rows)


def with_new_indicator(content: Content, table: str, fields: Entry, after: str = "") -> dict[str, Any]:
    """A new row in the table of that code (软统企6), behind the row `after` or at the end."""
    file = _file_of_table(content, table)
    return _with_list(
        content, file, "indicator", _inserted(content[file]["indicator"], "code", after, _merged({}, fields))
    )


def without_indicator(content: Content, code: str) -> dict[str, Any]:
    """Nothing continues any more what it continued."""
    file = _file_of(content, code)
    changed = _with_list(content, file, "indicator", [row for row in content[file]["indicator"] if row["code"] != code])
    for old, new in _continued(content).items():
        if new == code:
            changed[CONCORDANCE]["codes"][old] = ""
    return changed


def put_back(content: Content, published: Content, sort: str, code: str) -> dict[str, Any]:
    """The content in which this one entry is again as published: changed back, taken out, or in its old place."""
    if sort == "parameter":
        return _with_parameters(content, _put_back(_pairs(content), _pairs(published), 0, code))
    if sort == "rule":
        return _with_list(content, RULES, "rule", _put_back(_rules(content), _rules(published), "id", code))
    if sort == "indicator":
        file = _file_of(published if code in _indicators(published) else content, code)
        rows = _put_back(content[file]["indicator"], published[file]["indicator"], "code", code)
        restored = _with_list(content, file, "indicator", rows)
        for old, new in _continued(published).items():
            if new == code:
                restored[CONCORDANCE]["codes"][old] = code
        return restored
    kept = {key: value for key, value in content.get(code, {}).items() if key in LISTED}
    said = {key: value for key, value in published.get(code, {}).items() if key not in LISTED}
    return copy.deepcopy({**content, code: {**said, **kept}})


def _put_back(now: Sequence[Any], then: Sequence[Any], key: str | int, code: str) -> list[Any]:
    """`then`'s entry of that code in the place of `now`'s, or behind the neighbour it had; gone when it had none."""
    old = next((entry for entry in then if entry[key] == code), None)
    if old is None:
        return [entry for entry in now if entry[key] != code]
    if any(entry[key] == code for entry in now):
        return [old if entry[key] == code else entry for entry in now]
    there = {entry[key] for entry in now}
    before = [entry[key] for entry in then[: then.index(old)] if entry[key] in there]
    place = next((n + 1 for n, entry in enumerate(now) if before and entry[key] == before[-1]), 0)
    return [*now[:place], old, *now[place:]]


def _pairs(content: Content) -> list[tuple[str, Entry]]:
    return list(_parameters(content).items())


def _with_parameters(content: Content, pairs: Sequence[tuple[str, Entry]]) -> dict[str, Any]:
    changed = _copy(content)
    changed[HEAD]["parameters"] = copy.deepcopy(dict(pairs))
    return changed


def changes_between(before: Content, after: Content) -> list[DefinitionChange]:
    """Everything that differs, rules first, then parameters, rows of tables, and whatever else."""
    return [
        *_changes("rule", _by(_rules(before), "id"), _by(_rules(after), "id"), "message"),
        *_changes("parameter", _parameters(before), _parameters(after), "title"),
        *_changes("indicator", _indicators(before), _indicators(after), "name"),
        *_other_changes(before, after),
    ]


def _changes(
    sort: str, before: Mapping[str, Entry], after: Mapping[str, Entry], title: str
) -> Iterator[DefinitionChange]:
    for code in dict.fromkeys([*after, *before]):
        old, new = before.get(code, {}), after.get(code, {})
        if old != new:
            yield DefinitionChange(sort, code, (new or old).get(title, ""), old, new)


def _other_changes(before: Content, after: Content) -> Iterator[DefinitionChange]:
    for file in dict.fromkeys([*after, *before]):
        old, new = ({k: v for k, v in each.get(file, {}).items() if k not in LISTED} for each in (before, after))
        if old != new:
            yield DefinitionChange("head" if file == HEAD else "other", file, file, old, new)


def _rules(content: Content) -> Sequence[Entry]:
    return content.get(RULES, {}).get("rule", [])


def _parameters(content: Content) -> Mapping[str, Entry]:
    return content[HEAD].get("parameters", {})


def _indicators(content: Content) -> dict[str, Entry]:
    return {row["code"]: row for file in content.values() for row in file.get("indicator", [])}


def _continued(content: Content) -> Mapping[str, str]:
    return content.get(CONCORDANCE, {}).get("codes", {})


def _by(entries: Sequence[Entry], key: str) -> dict[str, Entry]:
    return {entry[key]: entry for entry in entries}


def _found(entries: Sequence[Entry], key: str, code: str) -> dict[str, Any]:
    for entry in entries:
        if entry[key] == code:
            return dict(entry)
    raise NotThere(code)


def _file_of(content: Content, code: str) -> str:
    for name, file in content.items():
        if any(row["code"] == code for row in file.get("indicator", [])):
            return name
    raise NotThere(code)


def _file_of_table(content: Content, table: str) -> str:
    for name, file in content.items():
        if file.get("table", {}).get("code") == table:
            return name
    raise NotThere(table)


def _merged(entry: Entry, fields: Entry) -> dict[str, Any]:
    """A field of None is taken away. "" and [] stay: in a row of a table they overrule the table's defaults."""
    return {key: value for key, value in {**entry, **fields}.items() if value is not None}


def _said(fields: Entry) -> dict[str, Any]:
    """What a rule or a parameter does not say is not written."""
    return {key: value if value not in ("", [], ()) else None for key, value in fields.items()}


def _inserted(entries: Sequence[Entry], key: str, after: str, entry: Entry) -> list[Entry]:
    place = next((n + 1 for n, each in enumerate(entries) if each[key] == after), len(entries))
    return [*entries[:place], entry, *entries[place:]]


def _with_list(content: Content, file: str, key: str, entries: list[Entry]) -> dict[str, Any]:
    changed = _copy(content)
    changed.setdefault(file, {})[key] = copy.deepcopy(entries)
    return changed


def _copy(content: Content) -> dict[str, dict[str, Any]]:
    """The same content, to be changed."""
    return {file: copy.deepcopy(dict(said)) for file, said in content.items()}
