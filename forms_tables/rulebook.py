"""The rules of one frequency as what they demand of every filing, and the questions that can be asked of them: what
cannot be met together, with everything known of the figures beside it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, partial

from forms_tables.checks import Condition, spread
from forms_tables.edition import Edition, Rule
from forms_tables.elimination import TooMany
from forms_tables.expressions import walk
from forms_tables.linear import NotLinear, Wanted, all_of, any_of, negated
from forms_tables.propositions import Propositions, World, texts_in
from forms_tables.proving import Name, Point, Prover, Unproven
from forms_tables.scopes import Meaning
from forms_tables.what_is_known import Knowledge, figures_of, unit_of

MOST_NEAR = 50  # conditions asked together where one is asked about: those that share figures with it, the nearest first


@dataclass(frozen=True)
class Setting:
    """What the rules are read with: the parameters entered, and by frequency which filing each word of history reads."""

    parameters: tuple[tuple[str, Decimal | None], ...]
    behind: Mapping[str, Mapping[str, str]] = field(hash=False)


@dataclass(frozen=True, eq=False)  # each is itself
class Read:
    """A condition as what it demands: where it applies, and what must hold there. `missing` can never be read."""

    name: Name
    condition: Condition
    premise: Wanted = True
    holds: Wanted = True
    missing: Meaning | None = None

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
        return figures_of(self.kept) | figures_of(self.passed)


class Rulebook:
    def __init__(self, edition: Edition, rules: Sequence[Rule], setting: Setting, frequency: str):
        conditions = [c for rule in rules for text in rule.texts for c in spread(edition, rule, text)]
        conditions = [condition for condition in conditions if condition.frequency == frequency]
        trees = [tree for one in conditions for tree in (one.tree, one.premise) if tree]
        known = dict(setting.parameters)
        self.world = World(edition, frequency, known, setting.behind[frequency], texts_in(trees))
        found = [self._read(f"rule {number}", condition) for number, condition in enumerate(conditions)]
        self.reads = {read.name: read for read in found if read}
        self.knowledge = Knowledge(self.world)

    @cached_property
    def prover(self) -> Prover:
        return Prover(partial(unit_of, self.world))

    def _read(self, name: Name, condition: Condition) -> Read | None:
        """None where it cannot be said as sums of figures."""
        binding = Propositions.of(self.world, condition.scope)
        try:
            holds = walk(condition.tree, binding)
            premise = walk(condition.premise, binding) if condition.premise else True
        except NotLinear:
            return None
        if holds is not None and premise is not None:
            return Read(name, condition, premise, holds)
        missing = next((one for one in condition.reads if not self.world.has(one)), None)
        return Read(name, condition, missing=missing) if missing else None

    def of_rule(self, rule_id: str) -> list[Read]:
        return [read for read in self.reads.values() if read.rule.id == rule_id]

    def near(self, reads: Iterable[Read], among: Iterable[Read]) -> dict[Name, Read]:
        """Those of `among` whose figures are tied to these by what others say of them, the nearest first."""
        reached = frozenset().union(*(self._tied(read) for read in reads))
        found, left = {}, [read for read in among if read.missing is None]
        while left and len(found) < MOST_NEAR:
            touching = [read for read in left if self._tied(read) & reached]
            if not touching:
                break
            found |= {read.name: read for read in touching[: MOST_NEAR - len(found)]}
            reached = reached.union(*(self._tied(read) for read in touching))
            left = [read for read in left if read.name not in found]
        return found

    def _tied(self, read: Read) -> frozenset[str]:
        """Its figures, and those they are computed from."""
        if read.name not in self._all_tied:
            known = self.knowledge.bearing_on([read.passed])
            tied = read.figures.union(*(figures_of(one.wanted) for one in known))
            self._all_tied[read.name] = tied - {"month", "year"}  # which tie nothing to nothing
        return self._all_tied[read.name]

    @cached_property
    def _all_tied(self) -> dict[Name, frozenset[str]]:
        return {}

    def core(self, wanted: Mapping[Name, Wanted]) -> frozenset[Name] | None:
        """The names of some that cannot be met together, none of which can be spared; None when nothing is proven."""
        return self.prover.core(self._with_known(wanted))

    def meets(self, wanted: Mapping[Name, Wanted]) -> bool | None:
        """Whether all can be met together; None when that is not known."""
        try:
            return isinstance(self.prover.meet(self._with_known(wanted).items()), Point)
        except (Unproven, TooMany):
            return None

    def _with_known(self, wanted: Mapping[Name, Wanted]) -> dict[Name, Wanted]:
        known = self.knowledge.bearing_on(wanted.values())
        return {**wanted, **{one.name: one.wanted for one in known}}
