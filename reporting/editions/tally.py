"""Counting what a draft changes, filing by filing: per rule, per district, per row of the tables."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal, localcontext

from forms_tables.edition.catalog import Edition
from reporting.editions.one_by_one import ERROR, MISSING, UNREADABLE, Outcome
from reporting.totals.adding_up import EXACT

WARNING = "warning"
KINDS_OF_CHANGE = ("fail", "pass", "harder", "softer")
ZERO = Decimal(0)


class Tally:
    """`effect()` is what is stored: figures as texts, and under `lists` the filings behind each of them."""

    def __init__(self, edition: Edition, base: Edition, frequency: str):
        self.edition, self.base = edition, base
        rows = {
            e: {i.code for t in e.tables if t.frequency == frequency for i in t.indicators} for e in (edition, base)
        }
        self.added = sorted(rows[edition] - rows[base], key=list(edition.indicators).index)
        self.dropped = sorted(rows[base] - rows[edition], key=list(base.indicators).index)
        shared = rows[edition] & rows[base]
        self.changed = [code for code in edition.indicators if code in shared and _differs(code, edition, base)]
        self.filings, self.submitted, self.drafts = 0, 0, 0
        self.lists: dict[str, list[int]] = defaultdict(list)
        self.headline: dict[str, Decimal] = defaultdict(Decimal)
        self.districts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.lost: dict[str, Decimal] = defaultdict(Decimal)
        self.levels: dict[str, list[str]] = {}

    def add(self, outcome: Outcome) -> None:
        with localcontext(EXACT):
            self.filings += 1
            self.submitted += not outcome.unsent  # also what was returned and is being changed, as `sent` counts it
            self.drafts += outcome.unsent
            before, after = outcome.before.broken, outcome.after.broken
            for rule in {**before, **after}:
                self._rule(outcome, rule, before.get(rule, ""), after.get(rule, ""))
            self._standing(outcome, before, after)
            self._rows(outcome)

    def _rule(self, outcome: Outcome, rule: str, before: str, after: str) -> None:
        was, now = self.levels.setdefault(rule, ["", ""])
        self.levels[rule] = [before or was, after or now]
        if before == after:
            self._list(f"{rule}:still", outcome)
        elif not before:
            self._list(f"{rule}:fail", outcome)
        elif not after:
            self._list(f"{rule}:pass", outcome)
        else:
            self._list(f"{rule}:{'harder' if after == ERROR else 'softer'}", outcome)

    def _standing(self, outcome: Outcome, before: Mapping[str, str], after: Mapping[str, str]) -> None:
        """Whether it may still be submitted, and whether it must explain more. Who could not submit before is no news;
        what was sent keeps the revision it was judged by, and a row that is only now asked for can be filled in."""
        if outcome.after.blocks and not outcome.before.blocks:
            name = "unfilled" if self._only_lacks_new_rows(outcome) else "blocked" if outcome.unsent else "sent"
            self._list(name, outcome)
            self.districts[outcome.district][name] += 1
        if outcome.unsent and outcome.before.blocks and not outcome.after.blocks:
            self._list("freed", outcome)
            self.districts[outcome.district]["freed"] += 1
        warned = {rule for rule, level in after.items() if level == WARNING}
        if warned - {rule for rule, level in before.items() if level == WARNING}:
            self._list("warned", outcome)
            self.districts[outcome.district]["warned"] += 1

    def _only_lacks_new_rows(self, outcome: Outcome) -> bool:
        """Whether all that blocks it is that nobody could yet fill what the draft adds."""
        return all(rule == MISSING and row in self.added for rule, row in outcome.after.stops)

    def _rows(self, outcome: Outcome) -> None:
        for code in self.added:
            cells = [f"{code}.{key}" for key in self.edition.indicator(code).columns]
            if code in outcome.after.rows and any(cell not in outcome.after.locked for cell in cells):
                self._list(f"row:{code}:owed", outcome)
        was, now = outcome.before.values, outcome.after.values
        for code in self.dropped:
            self._dropped(outcome, code, was)
        for code in self.changed:
            self._changed(outcome, code, was, now)
        kept = (key for key in was.keys() | now.keys() if self.edition.has_cell(key) and self.base.has_cell(key))
        if any(was.get(key) != now.get(key) for key in kept):
            self._list("moved", outcome)

    def _dropped(self, outcome: Outcome, code: str, was: Mapping) -> None:
        indicator = self.base.indicator(code)
        filled = [key for key in indicator.columns if was.get(f"{code}.{key}") is not None]
        if filled:
            self._list(f"row:{code}:filled", outcome)
        for key in filled if outcome.submitted else ():  # a draft is in no total
            value = was[f"{code}.{key}"]
            if isinstance(value, Decimal) and indicator.adds_up_in(key):
                self.lost[f"{code}.{key}"] += value

    def _changed(self, outcome: Outcome, code: str, was: Mapping, now: Mapping) -> None:
        columns = {*self.base.indicator(code).columns, *self.edition.indicator(code).columns}
        cells = [f"{code}.{key}" for key in columns]
        if any(was.get(cell) is not None for cell in cells):
            self._list(f"row:{code}:filled", outcome)
        if any(was.get(cell) != now.get(cell) for cell in cells):
            self._list(f"row:{code}:moved", outcome)

    def _list(self, name: str, outcome: Outcome) -> None:
        self.lists[name].append(outcome.filing)
        self.headline[name] += outcome.headline

    def effect(self) -> dict:
        return {
            "filings": self.filings,
            "submitted": self.submitted,
            "drafts": self.drafts,
            **{name: self._count(name) for name in ("blocked", "sent", "unfilled", "freed", "warned", "moved")},
            "rules": [self._of_rule(rule) for rule in self._in_order()],
            "districts": {code: dict(counts) for code, counts in sorted(self.districts.items())},
            "added": [self._row(code, self.edition, "owed") for code in self.added],
            "dropped": [{**self._row(code, self.base, "filled"), "sums": self._sums(code)} for code in self.dropped],
            "changed": [{**self._row(code, self.edition, "filled"), **self._moved(code)} for code in self.changed],
            "lists": {name: found for name, found in self.lists.items() if not name.endswith(":still")},
        }

    def _count(self, name: str) -> dict:
        return {"filings": len(self.lists.get(name, ())), "revenue": f"{self.headline.get(name, ZERO):f}"}

    def _in_order(self) -> Iterable[str]:
        """The rules by which anything changes, in the edition's order."""
        changed = {name.partition(":")[0] for name in self.lists if name.rpartition(":")[2] in KINDS_OF_CHANGE}
        order = dict.fromkeys([UNREADABLE, *(r.id for r in self.edition.rules), *(r.id for r in self.base.rules)])
        return [rule for rule in dict.fromkeys([*order, *self.levels]) if rule in changed]

    def _of_rule(self, rule: str) -> dict:
        counts = {kind: self._count(f"{rule}:{kind}") for kind in (*KINDS_OF_CHANGE, "still")}
        was, now = self.levels[rule]
        return {"rule": rule, "was": was, "now": now, "message": self._message(rule), **counts}

    def _message(self, rule: str) -> str:
        for edition in (self.edition, self.base):
            for known in edition.rules:
                if known.id == rule:
                    return known.message
        return "填写的内容无法识别"

    def _row(self, code: str, edition: Edition, which: str) -> dict:
        indicator = edition.indicator(code)
        count = self._count(f"row:{code}:{which}")
        return {"code": code, "name": indicator.name, "table": indicator.table, "unit": indicator.unit, **count}

    def _moved(self, code: str) -> dict:
        return {"moved": self._count(f"row:{code}:moved")["filings"]}

    def _sums(self, code: str) -> dict[str, str]:
        """What of each column would be in no total any more."""
        indicator = self.base.indicator(code)
        return {
            indicator.column(key).label: f"{self.lost[f'{code}.{key}']:f}"
            for key in indicator.columns
            if f"{code}.{key}" in self.lost
        }


def _differs(code: str, edition: Edition, base: Edition) -> bool:
    return edition.indicator(code) != base.indicator(code)
