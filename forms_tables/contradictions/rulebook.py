"""The rules of one frequency as what they demand of every filing, and the questions that can be asked of them: what
cannot be met together, with everything known of the figures beside it."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache, partial

from forms_tables.contradictions.propositions import Propositions, World, texts_in
from forms_tables.contradictions.proving import DemandName, Point, Prover, Unproven
from forms_tables.contradictions.what_is_known import Knowledge, figures_in, unit_of
from forms_tables.edition.model import Edition, Rule
from forms_tables.notation.names import Meaning
from forms_tables.notation.trees import walk
from forms_tables.repair.elimination import TooMany
from forms_tables.repair.linear import NotLinear, Wanted, all_of, any_of, negated
from forms_tables.rules.checks import Condition, spread

FREQUENCIES = ("month", "annual")
NEW = "new"  # stands for the number of a rule that has none yet
MOST_NEAR = (
    50  # conditions asked together where one is asked about: those that share figures with it, the nearest first
)


@dataclass(frozen=True)
class Surroundings:
    """What the rules are read with: the parameters entered, and by frequency what each word of history reads."""

    parameters: tuple[tuple[str, Decimal | None], ...]
    behind: Mapping[str, Mapping[str, str]] = field(hash=False)


@dataclass(frozen=True, eq=False)  # each is itself
class ReadCondition:
    """A condition as what it demands: where it applies, and what must hold there. `missing` can never be read."""

    name: DemandName
    condition: Condition
    premise: Wanted = True
    holds: Wanted = True
    missing: Meaning | None = None
    unlisted: tuple[tuple[str, str], ...] = ()  # what of the form it compares with a code that is in no list

    @property
    def rule(self) -> Rule:
        return self.condition.rule

    @property
    def blocks(self) -> bool:
        return self.rule.level == "error"

    @cached_property
    def kept(self) -> Wanted:
        """What holds of a filing that does not fail it."""
        return any_of([negated(self.premise), self.holds])

    @cached_property
    def broken(self) -> Wanted:
        return all_of([self.premise, negated(self.holds)])

    @cached_property
    def passed(self) -> Wanted:
        return all_of([self.premise, self.holds])

    @cached_property
    def figures(self) -> frozenset[str]:
        return figures_in(self.kept) | figures_in(self.passed)


class Rulebook:
    def __init__(self, edition: Edition, rules: Sequence[Rule], setting: Surroundings, frequency: str):
        self.setting = setting
        conditions = [one for rule in rules for one in _conditions(edition, rule, frequency)]
        known = dict(setting.parameters)
        self.world = World(edition, frequency, known, setting.behind[frequency], _texts_in(conditions))
        self.knowledge = Knowledge(self.world)
        self.begin()
        self.tied: dict[ReadCondition, frozenset[str]] = {}
        self.reads = self._read_all(conditions)

    def with_rule(self, rule: Rule) -> "Rulebook":
        """The rules with this one in the place of the one of its number."""
        edition, frequency = self.world.edition, self.world.frequency
        conditions = _conditions(edition, rule, frequency)
        if not _texts_in(conditions) <= self.world.mentioned:  # then a code can be what it could not be before
            others = [one for one in edition.rules if one.id != rule.id]
            return Rulebook(edition, [*others, rule], self.setting, frequency)
        changed = copy(self)
        changed.tied = dict(self.tied)
        kept = {name: read for name, read in self.reads.items() if read.rule.id != rule.id}
        changed.reads = kept | changed._read_all(conditions)
        return changed

    def _read_all(self, conditions: Sequence[Condition]) -> dict[DemandName, ReadCondition]:
        found = [self._read(f"{one.rule.id or NEW} {number}", one) for number, one in enumerate(conditions)]
        return {read.name: read for read in found if read}

    def _read(self, name: DemandName, condition: Condition) -> ReadCondition | None:
        """None where it cannot be said as sums of figures."""
        binding = Propositions.of(self.world, condition.scope)
        self.world.unlisted.clear()
        try:
            holds = walk(condition.tree, binding)
            premise = walk(condition.premise, binding) if condition.premise else True
        except NotLinear:
            return None
        if holds is not None and premise is not None:
            return ReadCondition(name, condition, premise, holds, unlisted=tuple(sorted(self.world.unlisted)))
        missing = next((one for one in condition.reads if not self.world.has(one)), None)
        return ReadCondition(name, condition, missing=missing) if missing else None

    def begin(self) -> None:
        """Another look: what the last one took is not counted against it."""
        self.prover = Prover(partial(unit_of, self.world))

    def of_rule(self, rule_id: str) -> list[ReadCondition]:
        return [read for read in self.reads.values() if read.rule.id == rule_id]

    def near(self, reads: Iterable[ReadCondition], among: Iterable[ReadCondition]) -> dict[DemandName, ReadCondition]:
        """Those of `among` whose figures are tied to these by what others say of them, the nearest first."""
        reached = frozenset().union(*(self._tied(read) for read in reads))
        found: dict[DemandName, ReadCondition] = {}
        left = [read for read in among if read.missing is None]
        while left and len(found) < MOST_NEAR:
            touching = [read for read in left if self._tied(read) & reached]
            if not touching:
                break
            found |= {read.name: read for read in touching[: MOST_NEAR - len(found)]}
            reached = reached.union(*(self._tied(read) for read in touching))
            left = [read for read in left if read.name not in found]
        return found

    def _tied(self, read: ReadCondition) -> frozenset[str]:
        """Its figures, and those they are computed from; month and year tie nothing to nothing."""
        if read not in self.tied:
            known = self.knowledge.bearing_on([read.passed])
            self.tied[read] = read.figures.union(*(figures_in(one.wanted) for one in known)) - {"month", "year"}
        return self.tied[read]

    def core(self, asked: Mapping[DemandName, Wanted]) -> frozenset[DemandName] | None:
        """The names of some that cannot be met together, none of which can be spared; None when nothing is proven."""
        return self.prover.core(asked, self._known(asked))

    def meets(self, asked: Mapping[DemandName, Wanted]) -> bool | None:
        """Whether all can be met together; None when that is not known."""
        try:
            return isinstance(self.prover.meet({**asked, **self._known(asked)}.items()), Point)
        except (Unproven, TooMany):
            return None

    def _known(self, asked: Mapping[DemandName, Wanted]) -> dict[DemandName, Wanted]:
        return {one.name: one.wanted for one in self.knowledge.bearing_on(asked.values())}


@lru_cache(maxsize=8)
def rulebook_of(edition: Edition, setting: Surroundings, frequency: str) -> Rulebook:
    """The edition's own rules. Kept, since a rule is tried beside them at each keystroke."""
    return Rulebook(edition, edition.rules, setting, frequency)


def _conditions(edition: Edition, rule: Rule, frequency: str) -> list[Condition]:
    return [one for text in rule.texts for one in spread(edition, rule, text) if one.frequency == frequency]


def _texts_in(conditions: Sequence[Condition]) -> frozenset[str]:
    return texts_in([tree for one in conditions for tree in (one.tree, one.premise) if tree])
