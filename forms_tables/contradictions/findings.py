"""What can be told of rules before anybody files by them: errors that nobody can satisfy together, a derived rule that
its row's formula does not bear out, rules that others say already, that always hold, that never apply.

Each is proven of every filing there can be (rulebook) or has come up in a filing on trial (trials). What is proven is
looked for in all the trials as well, and where Decimals find otherwise nothing is said; nor is anything said where a
rule is not linear or a proof would be too long. Proofs speak of filings in which all that the rules read is filled in,
and of parameters as they are entered now."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from functools import cached_property
from threading import Lock

from forms_tables.contradictions.proving import DemandName
from forms_tables.contradictions.rulebook import FREQUENCIES, ReadCondition, Rulebook, Surroundings, rulebook_of
from forms_tables.contradictions.trials import ZEROS, Trial, trials_of
from forms_tables.contradictions.what_is_known import CARRIED, COMPUTED, INSTEAD, figures_in
from forms_tables.edition.address import CellAddress
from forms_tables.edition.model import Edition, Rule
from forms_tables.filling.completion import EXACT
from forms_tables.notation.names import Cell, Meaning, reads_of
from forms_tables.notation.trees import Comparison, Number, parts_of
from forms_tables.repair.linear import Inequality, Sum
from forms_tables.rules.checks import Condition

MOST_CONDITIONS = 60  # of one text, to show that others say it already
MOST_AT_ONCE = 12  # rules named together

EMPTY, NOT_DERIVED = "empty", "not derived"
SAME, IMPLIED, ALWAYS, NEVER = "same", "implied", "always", "never"
ONLY_ZERO, NOT_ZERO, UNLISTED = "only zero", "not zero", "unlisted"
BOOKS = Lock()  # rulebooks are kept and grow while they are read; a process has several threads
STOPS = (EMPTY, NOT_DERIVED)


@dataclass(frozen=True)
class Flaw:
    """What is wrong with one text of a rule, and with which others (for SAME and IMPLIED: which say it already)."""

    sort: str
    condition: Condition
    others: tuple[Condition, ...] = ()
    cells: tuple[str, ...] = ()  # what is computed or carried and has a part in it; for ONLY_ZERO the cell itself
    places: int = 1  # in how many columns and rows it is so
    trial: Trial | None = None  # where it came up
    missing: Meaning | None = None  # what can never be read
    unlisted: tuple[tuple[str, str], ...] = ()  # cells, and the code each is compared with that is in no list

    @property
    def stops(self) -> bool:
        return self.sort in STOPS

    @property
    def rules(self) -> frozenset[str]:
        return frozenset(one.rule.id for one in (self.condition, *self.others))


def flaws_in(edition: Edition, changed: frozenset[str], setting: Surroundings) -> list[Flaw]:
    """All that stops whoever fills in what the rules read; of the changed rules (by their ids) also what is worth a
    word. Every text must make sense (checks.proofread)."""
    with BOOKS, localcontext(EXACT):
        books = [rulebook_of(edition, setting, frequency) for frequency in FREQUENCIES]
        return [flaw for book in books for flaw in _Inquiry(book, changed).of_all()]


def flaws_of(edition: Edition, rule: Rule, setting: Surroundings) -> list[Flaw]:
    """What is to be said of one rule as it is being written, beside the edition's others."""
    with BOOKS, localcontext(EXACT):
        books = [rulebook_of(edition, setting, frequency).with_rule(rule) for frequency in FREQUENCIES]
        return [flaw for book in books for flaw in _Inquiry(book, frozenset([rule.id])).of_one(rule.id)]


class _Inquiry:
    def __init__(self, book: Rulebook, changed: frozenset[str]):
        book.begin()
        self.book, self.changed = book, changed
        self.set_aside: set[str] = set()  # rules at odds with others, from which anything would follow
        self.reads = list(book.reads.values())
        self.errors = [read for read in self.reads if read.blocks and _is_checked(read) and not read.missing]

    @cached_property
    def trials(self) -> tuple[Trial, ...]:
        return trials_of(self.book.world.edition, self.book.world.frequency, self.book.setting.parameters)

    def of_all(self) -> Iterator[Flaw]:
        stopping = [
            *self.not_derived(self.reads),
            *self.empty([*self.at_odds(self.errors)]),
            *self.empty(self.cores(self.suspects())),
        ]
        yield from stopping
        stopped = frozenset(rule for flaw in stopping for rule in flaw.rules)
        for rule in dict.fromkeys(read.rule.id for read in self.reads):
            if rule in self.changed and rule not in stopped:
                yield from self.of_changed(self.book.of_rule(rule))

    def of_one(self, rule: str) -> Iterator[Flaw]:
        own = self.book.of_rule(rule)[:MOST_CONDITIONS]
        others = self.book.near(own, (read for read in self.errors if read.rule.id != rule))
        [*self.at_odds(others.values())]  # the quarrels of others: anything would follow from them
        stopping = [*self.not_derived(own), *self.empty(self.cores(read for read in own if read in self.errors))]
        yield from stopping
        yield from self.of_changed(own) if not stopping else self.unlisted(own)

    # Derived rules, on trial

    def not_derived(self, reads: Iterable[ReadCondition]) -> Iterator[Flaw]:
        """A rule of what the system computes that fails where the firm changed nothing the system wrote."""
        found: dict[tuple[str, str], Flaw] = {}
        for read in reads:
            key = read.rule.id, read.condition.text
            if _is_checked(read) or not read.blocks or key in found:
                continue
            trial = next((one for one in self.trials if read.condition.verdict(one.reading) is False), None)
            if trial:
                cells = [CellAddress.parse_place(cell).cell for cell in read.condition.cells]
                written = tuple(cell for cell in cells if cell in trial.completed.locked)
                found[key] = Flaw(NOT_DERIVED, read.condition, cells=written, trial=trial)
        yield from found.values()

    # Errors that cannot be satisfied together

    def empty(self, cores: Iterable[tuple[frozenset[DemandName], ReadCondition]]) -> Iterator[Flaw]:
        found: dict[frozenset[tuple[str, str]], Flaw] = {}
        for core, read in cores:
            others = _conditions(self.book, core - {read.name})
            key = frozenset((one.rule.id, one.text) for one in (read.condition, *others))
            flaw = Flaw(EMPTY, read.condition, others, _written(core))
            if key in found:
                found[key] = replace(found[key], places=found[key].places + 1)
            elif len(flaw.rules) <= MOST_AT_ONCE and not self.come_up((read.condition, *others)):
                found[key] = flaw
        yield from found.values()

    def standing(self) -> list[ReadCondition]:
        """The errors that are not at odds with others."""
        return self.not_set_aside(self.errors)

    def not_set_aside(self, reads: Iterable[ReadCondition]) -> list[ReadCondition]:
        return [read for read in reads if read.rule.id not in self.set_aside]

    def at_odds(self, among: Collection[ReadCondition]) -> Iterator[tuple[frozenset[DemandName], ReadCondition]]:
        """Errors no filing meets, whatever applies to it; one rule of them, the changed one, is set aside each time."""
        while core := self.book.core({read.name: read.kept for read in self.not_set_aside(among)}):
            reads = [self.book.reads[name] for name in core if name in self.book.reads]
            read = max(reads, key=lambda one: (one.rule.id in self.changed, one.rule.id))
            self.set_aside.add(read.rule.id)
            yield core, read

    def cores(self, suspects: Iterable[ReadCondition]) -> Iterator[tuple[frozenset[DemandName], ReadCondition]]:
        """The names of demands no filing meets to which one error applies, and that error; then of two whose conditions
        can be met at once, of which one was changed."""
        found = set()
        for read in suspects:
            near = self.book.near([read], self.standing())
            wanted = {name: other.kept for name, other in near.items()}
            core = self.book.core({**wanted, read.name: read.passed})
            if core and read.name in core and core not in found and self.can_apply(read, core):
                found.add(core)
                yield core, read
        for read in self.standing():
            if read.rule.id in self.changed and read.premise is not True:
                yield from self.cores_beside(read)

    def suspects(self) -> Iterator[ReadCondition]:
        """Those that cannot apply and hold while all others are kept; halved until each is found or cleared."""
        reads = self.standing()
        left = [reads]
        while left:
            asked = left.pop()
            names = {read.name for read in asked}
            wanted = {read.name: read.passed if read.name in names else read.kept for read in reads}
            if not asked or self.book.meets(wanted):
                continue
            if len(asked) == 1:
                yield from asked
            else:
                left += [asked[: len(asked) // 2], asked[len(asked) // 2 :]]

    def cores_beside(self, read: ReadCondition) -> Iterator[tuple[frozenset[DemandName], ReadCondition]]:
        for other in self.standing():
            if other is read or other.premise is True or not read.figures & figures_in(other.holds):
                continue
            core = self.book.core({read.name: read.passed, other.name: other.passed})
            if core and {read.name, other.name} <= core and self.can_apply_at_once(read, other):
                yield core, read

    def can_apply(self, read: ReadCondition, core: frozenset[DemandName]) -> bool:
        """Whether its condition can be met where the others of the core are kept: else it stops nobody else."""
        others = {name: self.book.reads[name].kept for name in core - {read.name} if name in self.book.reads}
        return self.book.core({**others, read.name: read.premise}) is None

    def can_apply_at_once(self, one: ReadCondition, other: ReadCondition) -> bool:
        """Whether the conditions of both can be met: else they are of different firms. Of what no sum says nobody knows
        what it goes together with, unless a filing on trial shows it."""
        if one.premise != other.premise and any(map(self.book.world.is_loose, (one.premise, other.premise))):
            both = (one.condition, other.condition)
            return any(all(each.verdict(trial.reading) is not None for each in both) for trial in self.trials)
        return self.book.core({one.name: one.premise, other.name: other.premise}) is None

    # What is worth a word of a rule that was changed

    def of_changed(self, reads: list[ReadCondition]) -> Iterator[Flaw]:
        for text in dict.fromkeys(read.condition.text for read in reads):
            own = [read for read in reads if read.condition.text == text]
            yield from self.unlisted(own[:1])
            if (flaw := self.of_text(own)) or own[0].blocks and _is_checked(own[0]) and (flaw := self.with_zeros(own)):
                yield flaw

    def unlisted(self, reads: Iterable[ReadCondition]) -> Iterator[Flaw]:
        for read in reads:
            if read.unlisted:
                yield Flaw(UNLISTED, read.condition, unlisted=read.unlisted)
                return

    def of_text(self, reads: list[ReadCondition]) -> Flaw | None:
        first, places = reads[0], len(reads)
        if all(read.missing or self.never_applies(read) for read in reads):
            applied = any(read.condition.verdict(trial.reading) is not None for trial in self.trials for read in reads)
            return None if applied else Flaw(NEVER, first.condition, places=places, missing=first.missing)
        judged = [read for read in reads if not read.missing]
        if not _is_checked(first) or len(reads) > MOST_CONDITIONS:  # a derived rule is meant to follow from the formula
            return None
        cores: dict[DemandName, frozenset[DemandName]] = {}
        for read in judged:
            core = self.already_said(read)
            if core is None:
                return None
            cores[read.name] = core
        others = _conditions(self.book, frozenset().union(*cores.values()))
        if len(others) > MOST_AT_ONCE or any(self.is_contradicted(cores, trial) for trial in self.trials):
            return None
        sort = ALWAYS if not others else SAME if self.is_same(cores) else IMPLIED
        return Flaw(sort, first.condition, others, _written(frozenset().union(*cores.values())), places)

    def never_applies(self, read: ReadCondition) -> bool:
        return read.premise is not True and self.book.core({"premise": read.premise}) is not None

    def already_said(self, read: ReadCondition) -> frozenset[DemandName] | None:
        """The names of demands a filing that fails the rule cannot meet; none of its own."""
        levels = ("error",) if read.blocks else ("error", "warning")
        others = [one for one in self.reads if one.rule.id != read.rule.id and one.rule.level in levels]
        others = self.not_set_aside(others)
        others.sort(key=lambda one: one.rule.id not in self.changed)  # what stood before is named where it will do
        near = self.book.near([read], filter(_is_checked, others))
        core = self.book.core({**{name: other.kept for name, other in near.items()}, "broken": read.broken})
        return None if core is None or "broken" not in core else core - {"broken"}

    def is_same(self, cores: Mapping[DemandName, frozenset[DemandName]]) -> bool:
        """Whether each also implies the one condition that implies it."""
        for name, core in cores.items():
            said = [self.book.reads[one] for one in core if one in self.book.reads]
            own = self.book.reads[name]
            if len(said) != 1 or self.book.core({"kept": own.kept, "broken": said[0].broken}) is None:
                return False
        return True

    def is_contradicted(self, cores: Mapping[DemandName, frozenset[DemandName]], trial: Trial) -> bool:
        """Whether one fails in the trial though what it is said to follow from holds."""
        return any(
            self.book.reads[name].condition.verdict(trial.reading) is False
            and _all_hold(_conditions(self.book, core), trial)
            for name, core in cores.items()
        )

    def with_zeros(self, reads: Sequence[ReadCondition]) -> Flaw | None:
        """That it stops a firm that has nothing to report, or leaves nobody anything but 0 to fill in."""
        for read in reads:
            condition = read.condition
            if not read.figures:
                continue
            zeros = (trial for trial in self.trials if trial.sort == ZEROS)
            trial = next((one for one in zeros if condition.verdict(one.reading) is False), None)
            if trial:
                return Flaw(NOT_ZERO, condition, trial=trial)
        return None if reads[0].missing else self.only_zero(reads[0])

    def only_zero(self, read: ReadCondition) -> Flaw | None:
        """That with the other errors nobody to whom it applies can fill in as much as 1; unless it says just that."""
        near = self.book.near([read], self.standing())
        errors = {name: other.kept for name, other in near.items() if other is not read}
        for meaning in read.condition.reads:
            if not isinstance(meaning, Cell) or meaning.period or meaning.label not in self.book.world.met:
                continue
            more = Inequality(Sum(Decimal(1), {meaning.label: Decimal(-1)}))
            core = self.book.core({**errors, "own": read.passed, "more": more})
            if core and {"own", "more"} <= core and not self.is_meant_as_zero(read, meaning, more):
                others = _conditions(self.book, core)
                filled = [trial for trial in self.trials if _is_one_or_more(trial.reading.values.get(meaning.key))]
                if not any(_all_hold((read.condition, *others), trial) for trial in filled):
                    return Flaw(ONLY_ZERO, read.condition, others, (meaning.key,))
        return None

    def is_meant_as_zero(self, read: ReadCondition, cell: Cell, more: Inequality) -> bool:
        """Whether it is written out: as the rule's own `… == 0`, or by its condition."""
        for part in parts_of(read.condition.tree):
            match part:
                case Comparison(sign="==", left=left, right=Number(value=value)) if value == 0:
                    if cell in reads_of(left, read.condition.scope):
                        return True
        return self.book.core({"own": read.premise, "more": more}) is not None

    def come_up(self, conditions: Sequence[Condition]) -> bool:
        """Whether Decimals find all of them to hold in a filing on trial."""
        return any(_all_hold(conditions, trial) for trial in self.trials)


def _is_one_or_more(value: Decimal | str | None) -> bool:
    return isinstance(value, Decimal) and value >= 1


def _is_checked(read: ReadCondition) -> bool:
    """A check of what firms type, not of what the system computes."""
    return read.rule.kind == "rule"


def _conditions(book: Rulebook, core: frozenset[DemandName]) -> tuple[Condition, ...]:
    """Of the rules that have a part in it, one condition of each text."""
    reads = [read for name, read in book.reads.items() if name in core]
    return tuple({(read.rule.id, read.condition.text): read.condition for read in reads}.values())


def _all_hold(conditions: Iterable[Condition], trial: Trial) -> bool:
    return all(one.verdict(trial.reading) is True for one in conditions)


def _written(core: frozenset[DemandName]) -> tuple[str, ...]:
    """The computed and carried cells that have a part in it."""
    sorts = (COMPUTED, CARRIED, INSTEAD)
    return tuple(sorted({figure for name in core for sort, _, figure in [name.partition(" ")] if sort in sorts}))
