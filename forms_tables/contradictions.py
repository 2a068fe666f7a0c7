"""What can be told of rules before anybody files by them: errors that nobody can satisfy together, a derived rule that
its row's formula does not bear out, rules that others say already, that always hold, that never apply.

Each is proven of every filing there can be (propositions, what_is_known, proving) or has come up in a filing on trial
(trials). What is proven is looked for in all the trials as well, and where Decimals find otherwise nothing is said;
nor is anything said where a rule is not linear or a proof would be too long. Proofs speak of filings in which all that
the rules read is filled in, and of parameters as they are entered now."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from functools import cached_property

from forms_tables.checks import Condition, spread
from forms_tables.completion import EXACT, plans_of
from forms_tables.edition import Edition, Rule
from forms_tables.expressions import walk
from forms_tables.linear import NotLinear, Row, Sum, Wanted, all_of, any_of, negated
from forms_tables.propositions import Propositions, World, texts_in
from forms_tables.proving import Name, Point, Prover, Unproven
from forms_tables.scopes import Cell, Meaning
from forms_tables.trials import ZEROS, Trial, trials_of
from forms_tables.what_is_known import NEVER_NEGATIVE, OTHER, figures_of, known_of, units_of

FREQUENCIES = ("month", "annual")
MOST_CONDITIONS = 60  # of one text, to show that others say it already
MOST_AT_ONCE = 12  # rules named together

EMPTY, NOT_DERIVED = "empty", "not derived"
SAME, IMPLIED, ALWAYS, NEVER, UNLISTED, ONLY_ZERO, NOT_ZERO = (
    "same", "implied", "always", "never", "unlisted", "only zero", "not zero",
)  # fmt: skip
STOPS = (EMPTY, NOT_DERIVED)


@dataclass(frozen=True, eq=False)
class Read:
    """A condition as what it demands: where it applies, and what must hold there. `missing` can never be read."""

    condition: Condition
    premise: Wanted = True
    holds: Wanted = True
    missing: Meaning | None = None

    @property
    def blocks(self) -> bool:
        return self.condition.rule.level == "error"

    @property
    def kept(self) -> Wanted:
        """What holds of a filing that does not fail it."""
        return any_of([negated(self.premise), self.holds])

    @property
    def broken(self) -> Wanted:
        return all_of([self.premise, negated(self.holds)])

    @property
    def passed(self) -> Wanted:
        return all_of([self.premise, self.holds])


@dataclass(frozen=True)
class Flaw:
    """What is wrong with one text of a rule, and with which others (for SAME and IMPLIED: which say it already)."""

    sort: str
    condition: Condition
    others: tuple[Condition, ...] = ()
    cells: tuple[str, ...] = ()  # what is computed or carried and has a part in it
    places: int = 1  # in how many columns and rows it is so
    trial: Trial | None = None  # where it came up
    missing: Meaning | None = None
    code: str = ""  # the text that is in no list

    @property
    def stops(self) -> bool:
        return self.sort in STOPS

    @property
    def rules(self) -> frozenset[str]:
        return frozenset(one.rule.id for one in (self.condition, *self.others))


@dataclass(frozen=True)
class Setting:
    """What the rules are read with: the parameters entered, and which filings each word of history reads, by
    frequency."""

    parameters: tuple[tuple[str, Decimal | None], ...]
    behind: Mapping[str, Mapping[str, str]] = field(hash=False)


def flaws_in(edition: Edition, rules: Sequence[Rule], changed: frozenset[str], setting: Setting) -> list[Flaw]:
    """All that stops whoever fills in what the rules read; of the changed rules (by their ids) also what is worth a
    word. Every text must make sense (checks.proofread)."""
    with localcontext(EXACT):
        return [flaw for each in FREQUENCIES for flaw in _Inquiry(edition, rules, changed, setting, each).flaws()]


class _Inquiry:
    """The rules of one frequency."""

    def __init__(
        self, edition: Edition, rules: Sequence[Rule], changed: frozenset[str], setting: Setting, frequency: str
    ):
        self.edition, self.changed, self.frequency = edition, changed, frequency
        self.setting = setting
        conditions = [c for rule in rules for text in rule.texts for c in spread(edition, rule, text)]
        conditions = [condition for condition in conditions if condition.frequency == frequency]
        trees = [tree for one in conditions for tree in (one.tree, one.premise) if tree]
        self.world = World(
            edition, frequency, dict(setting.parameters), setting.behind[frequency], texts_in(trees)
        )
        self.read = [read for condition in conditions if (read := self.read_as_demand(condition))]

    def read_as_demand(self, condition: Condition) -> Read | None:
        """None where it cannot be said as sums of figures."""
        missing = next((one for one in condition.reads if not self.world.has(one)), None)
        binding = Propositions.of(self.world, condition.scope)
        try:
            holds = walk(condition.tree, binding)
            premise = walk(condition.premise, binding) if condition.premise else True
        except NotLinear:
            return None
        if holds is None or premise is None:
            return Read(condition, missing=missing) if missing else None
        return Read(condition, premise, holds)

    @cached_property
    def trials(self) -> tuple[Trial, ...]:
        return trials_of(self.edition, self.frequency, self.setting.parameters)

    @cached_property
    def judged(self) -> list[Read]:
        """Those that can be proven something of."""
        return [read for read in self.read if read.missing is None]

    def flaws(self) -> Iterator[Flaw]:
        yield from self.not_derived()
        empty = list(self.empty())
        yield from empty
        stopped = frozenset(rule for flaw in empty for rule in flaw.rules)
        for rule in dict.fromkeys(read.condition.rule.id for read in self.read):
            if rule in self.changed and rule not in stopped:
                yield from self.of_changed(rule)

    # Derived rules, on trial

    def not_derived(self) -> Iterator[Flaw]:
        """A rule of what the system computes that fails where the firm changed nothing the system wrote."""
        found: dict[tuple[str, str], Flaw] = {}
        for read in self.read:
            condition = read.condition
            key = condition.rule.id, condition.text
            if condition.rule.kind != "derived" or not read.blocks or key in found:
                continue
            trial = next((one for one in self.trials if condition.verdict(one.reading) is False), None)
            if trial:
                cells = tuple(c for each in condition.cells if (c := each.partition("!")[2]) in trial.completed.locked)
                found[key] = Flaw(NOT_DERIVED, condition, cells=cells, trial=trial)
        yield from found.values()

    # Errors that cannot be satisfied together

    def empty(self) -> Iterator[Flaw]:
        found: dict[frozenset, Flaw] = {}
        for core, read in self.cores():
            others = tuple(self.judged[n].condition for n in core if isinstance(n, int) and self.judged[n] is not read)
            flaw = Flaw(EMPTY, read.condition, others, _cells(core))
            key = frozenset((one.rule.id, one.text) for one in (flaw.condition, *others))
            if key in found:
                found[key] = _once_more(found[key])
            elif len(flaw.rules) <= MOST_AT_ONCE and self.agrees(lambda t: not _all_hold((flaw.condition, *others), t)):
                found[key] = flaw
        yield from found.values()

    def cores(self) -> Iterator[tuple[frozenset[Name], Read]]:
        """The names of demands no filing meets to which one rule applies, and the rule; then of two changed ones whose
        conditions are met at once."""
        errors = {n: read for n, read in enumerate(self.judged) if read.blocks and read.condition.rule.kind == "rule"}
        left, tried = [list(errors)], set()
        while left:
            asked = left.pop()
            wanted = {n: read.passed if n in asked else read.kept for n, read in errors.items()}
            point = self.meets(wanted)
            if isinstance(point, Point) or not asked:
                continue
            if len(asked) > 1:
                left += [asked[: len(asked) // 2], asked[len(asked) // 2 :]]
            elif core := self.core(wanted):
                tried.add(core)
                if self.can_apply([errors[n] for n in core if n in asked]):
                    yield core, errors[asked[0]]
        yield from self.cores_of_two(errors)

    def cores_of_two(self, errors: Mapping[int, Read]) -> Iterator[tuple[frozenset[Name], Read]]:
        for n, read in errors.items():
            if read.condition.rule.id not in self.changed or read.premise is True:
                continue
            figures = figures_of(read.passed)
            for m, other in errors.items():
                both_changed = other.condition.rule.id in self.changed
                if other.premise is True or m == n or (both_changed and m < n) or not figures & figures_of(other.holds):
                    continue
                core = self.core({n: read.passed, m: other.passed})
                if core and {n, m} <= core and self.can_apply([read, other]):
                    yield core, read

    def can_apply(self, reads: Sequence[Read]) -> bool:
        """Whether their conditions can be met at once: else they are of different firms."""
        return self.core({n: read.premise for n, read in enumerate(reads)}) is None

    # What is worth a word of a rule that was changed

    def of_changed(self, rule: str) -> Iterator[Flaw]:
        own = [read for read in self.read if read.condition.rule.id == rule]
        for text in dict.fromkeys(read.condition.text for read in own):
            reads = [read for read in own if read.condition.text == text]
            if len(reads) <= MOST_CONDITIONS and (flaw := self.of_text(reads)):
                yield flaw
        yield from self.with_zeros(own)

    def of_text(self, reads: list[Read]) -> Flaw | None:
        first, places = reads[0], len(reads)
        if all(read.missing or self.never_applies(read) for read in reads):
            if self.agrees(lambda trial: all(read.condition.verdict(trial.reading) is None for read in reads)):
                return Flaw(NEVER, first.condition, places=places, missing=first.missing)
            return None
        judged = [read for read in reads if not read.missing]
        if self.derived(first):
            return None
        cores = []
        for read in judged:
            core = self.already_said(read)
            if core is None:
                return None
            cores.append(core)
        rules = dict.fromkeys(n for core in cores for n in sorted(n for n in core if isinstance(n, int)))
        others = tuple({(c := self.judged[n].condition).rule.id: c for n in rules}.values())
        if len(others) > MOST_AT_ONCE or not self.agrees(lambda trial: not self.contradicted(judged, cores, trial)):
            return None
        cells = tuple(dict.fromkeys(cell for core in cores for cell in _cells(core)))
        sort = ALWAYS if not others else SAME if self.is_same(judged, cores) else IMPLIED
        return Flaw(sort, first.condition, others, cells, places)

    def derived(self, read: Read) -> bool:
        """A derived rule is meant to follow from the formula."""
        return read.condition.rule.kind == "derived"

    def never_applies(self, read: Read) -> bool:
        return read.premise is not True and self.core({"premise": read.premise}) is not None

    def already_said(self, read: Read) -> frozenset[Name] | None:
        """The names of demands a filing that fails the rule cannot meet; none of its own."""
        levels = ("error",) if read.blocks else ("error", "warning")
        others = {
            n: other.kept
            for n, other in enumerate(self.judged)
            if other.condition.rule.id != read.condition.rule.id
            and other.condition.rule.level in levels
            and (other.condition.rule.kind == "rule" or not self.derived(read))
        }
        core = self.core({**others, "broken": read.broken})
        return None if core is None else core - {"broken"}

    def is_same(self, reads: Sequence[Read], cores: Sequence[frozenset[Name]]) -> bool:
        """Whether each is also said by the one rule it follows from."""
        for read, core in zip(reads, cores, strict=True):
            rules = [n for n in core if isinstance(n, int)]
            if len(rules) != 1 or self.core({"kept": read.kept, "broken": self.judged[rules[0]].broken}) is None:
                return False
        return True

    def contradicted(self, reads: Sequence[Read], cores: Sequence[frozenset[Name]], trial: Trial) -> bool:
        """Whether one fails in the trial though what it is said to follow from holds."""
        return any(
            read.condition.verdict(trial.reading) is False
            and _all_hold([self.judged[n].condition for n in core if isinstance(n, int)], trial)
            for read, core in zip(reads, cores, strict=True)
        )

    def with_zeros(self, reads: Sequence[Read]) -> Iterator[Flaw]:
        """What of it stops a firm that has nothing to report, and what it leaves nobody but 0 to fill in."""
        for read in reads:
            if not read.blocks or read.missing:
                continue
            zeros = next((t for t in self.trials if t.sort == ZEROS and read.condition.verdict(t.reading) is False), None)
            if zeros:
                yield Flaw(NOT_ZERO, read.condition, trial=zeros)
                return
        for read in reads:
            if read.blocks and not read.missing and (flaw := self.only_zero(read)):
                yield flaw
                return

    def only_zero(self, read: Read) -> Flaw | None:
        errors = {n: other.kept for n, other in enumerate(self.judged) if other.blocks and other is not read}
        for meaning in read.condition.reads:
            if not isinstance(meaning, Cell) or meaning.period or meaning.label not in self.world.met:
                continue
            more = Row(Sum(Decimal(0), {meaning.label: Decimal(-1)}), strict=True)
            core = self.core({**errors, "own": read.passed, "more": more})
            if core and {"own", "more"} <= core:
                conditions = tuple(self.judged[n].condition for n in core if isinstance(n, int))
                others = tuple({one.rule.id: one for one in conditions}.values())
                asked = (read.condition, *conditions)
                if self.agrees(lambda t: not (_all_hold(asked, t) and t.reading.values.get(meaning.key, 0) > 0)):
                    return Flaw(ONLY_ZERO, read.condition, others, (meaning.key,))
        return None

    # Proofs

    def core(self, wanted: Mapping[Name, Wanted]) -> frozenset[Name] | None:
        return self.prover(wanted).core(self.with_known(wanted))

    def meets(self, wanted: Mapping[Name, Wanted]) -> Point | frozenset[Name] | None:
        try:
            return self.prover(wanted).meet(self.with_known(wanted).items())
        except Unproven:
            return None

    def prover(self, wanted: Mapping[Name, Wanted]) -> Prover:
        return Prover(units_of(self.world, frozenset(self.world.met)))

    def with_known(self, wanted: Mapping[Name, Wanted]) -> dict[Name, Wanted]:
        known = known_of(self.world, list(wanted.values()))
        return {**wanted, **{(one.sort, one.figure, n): one.wanted for n, one in enumerate(known)}}

    def agrees(self, test: Callable[[Trial], bool]) -> bool:
        """Whether Decimals find nothing else in any filing on trial."""
        return all(map(test, self.trials))


def _all_hold(conditions: Iterable[Condition], trial: Trial) -> bool:
    return all(one.verdict(trial.reading) is True for one in conditions)


def _cells(core: frozenset[Name]) -> tuple[str, ...]:
    """The computed and carried cells that have a part in it."""
    known = [name for name in core if isinstance(name, tuple) and name[0] not in (NEVER_NEGATIVE, OTHER)]
    return tuple(sorted({figure for _, figure, _ in known}))


def _once_more(flaw: Flaw) -> Flaw:
    return Flaw(flaw.sort, flaw.condition, flaw.others, flaw.cells, flaw.places + 1)
