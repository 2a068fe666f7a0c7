"""The binding that reads a condition as what it demands of every filing there can be, not of one.

Figures are unknowns: a cell, an earlier filing's cell, a parameter nobody has entered, a product of them, and what no
sum says (a growth, |…|, the smaller of two) under a name of its own. Texts are choices of what their code list has. A
parameter with a value is that value. What is asked is always: *where everything it reads is filled in*; of `filled` and
`empty` nothing is said but of cells that always are. So whatever is proven of these demands holds of the filings, and
what cannot be said raises NotLinear. What can never be read in a filing of the frequency is None, as a blank is for
every judge."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from forms_tables.edition.model import CHOICE_KINDS, FIGURE_KINDS, CodeList, Edition, Indicator
from forms_tables.edition.periods import PeriodCode
from forms_tables.notation.decimals import CALCULATIONS, Reading
from forms_tables.notation.names import HISTORY, Cell, Fact, Meaning, Moment, RowCode, Setting
from forms_tables.notation.trees import MIRRORED, Membership, Name, Node, Text, parts_of
from forms_tables.repair.linear import (
    COMPARED,
    All,
    Any,
    Choice,
    Linear,
    NotLinear,
    Part,
    Row,
    Sum,
    Wanted,
    all_of,
    any_of,
    choice,
    negated,
    row,
)

MOST_TERMS = 40  # of one sum; a product of sums is written out
TIMES = "×"
YES, NO = "是", "否"
EITHER = frozenset({YES, NO})
POINTWISE = ("first", "starts_with", "has", "organisation_code", "valid_credit_code")


@dataclass(frozen=True)
class Said:
    """A text that a filing or the register holds: what each thing that `of` can stand for makes it; None: anything."""

    of: str
    means: Mapping[str, str] | None = field(default=None, compare=False)
    is_open: bool = field(default=False, compare=False)  # other codes may stand there: only some of them are in `means`
    listed: frozenset[str] = field(default=frozenset(), compare=False)  # the codes its list names


@dataclass(eq=False)
class World:
    """What can be known of the filings of one frequency; what is met of them is collected here."""

    edition: Edition
    frequency: str
    parameters: Mapping[str, Decimal | None]
    behind: Mapping[str, str]  # which frequency of filing each word of history reads; a word that reads none is missing
    mentioned: frozenset[str] = frozenset()  # every text that stands in quotes in one of the rules
    met: dict[str, Meaning] = field(default_factory=dict)
    named: dict[tuple, str] = field(default_factory=dict)  # what no sum says, under its name
    known: dict[str, Wanted] = field(default_factory=dict)  # and what is known of it
    unlisted: set[tuple[str, str]] = field(default_factory=set)  # cells compared with a code that their list has not
    loose: set[str] = field(default_factory=set)  # names of what no sum and no list says

    def is_loose(self, wanted: Wanted) -> bool:
        """Whether it speaks of what no sum and no list says, so that two of a kind may exclude each other unseen."""
        match wanted:
            case Row(sum=over):
                return any(TIMES in figure or figure in self.loose for figure in over.times)
            case Choice(of=of):
                return of in self.loose
            case All(parts=parts) | Any(parts=parts):
                return any(map(self.is_loose, parts))
        return False

    def has(self, meaning: Meaning) -> bool:
        """Whether a filing of this frequency can ever read it."""
        match meaning:
            case Cell(period="", indicator=indicator):
                return self.frequency_of(indicator) == self.frequency
            case Cell(period=word, indicator=indicator):
                return self.behind.get(word) == self.frequency_of(indicator)
            case Fact(period=word, code=code) if word in HISTORY and code in self.edition.indicators:
                return self.behind.get(word) == self.frequency_of(self.edition.indicator(code))
        return True

    def frequency_of(self, indicator: Indicator) -> str:
        return self.edition.table(indicator.table).frequency

    def parameter(self, name: str) -> Decimal | None:
        return self.parameters.get(name, self.edition.parameters[name].default)

    def name_for(self, function: str, arguments: Sequence[Part]) -> tuple[str, bool]:
        """A name for what no sum says, and whether it is new."""
        key = function, *map(_canonical, arguments)
        fresh = key not in self.named
        return self.named.setdefault(key, f"{function}#{len(self.named)}"), fresh

    def can_be(self, indicator: Indicator) -> frozenset[str] | None:
        """All the texts that can stand in a row of codes, one standing for those nobody speaks of; None: anything."""
        if indicator.kind == "yes_no":
            return EITHER
        if indicator.kind != "code" or indicator.choices is None:
            return None
        listed = {entry.code for entry in indicator.choices.entries}
        return frozenset(listed | self.beyond(indicator.choices))

    def beyond(self, choices: CodeList) -> set[str]:
        if not choices.also:
            return set()
        tails = ("", "0", "00", "000", "0000", "9", "99", "999", "9999")
        written = {text + tail for text in {*self.mentioned, ""} for tail in tails}
        return {text for text in written if re.fullmatch(choices.also, text)}


def texts_in(trees: Sequence[Node]) -> frozenset[str]:
    """Every text in quotes."""
    found = set()
    for part in (part for tree in trees for part in parts_of(tree)):
        match part:
            case Text(value=value):
                found.add(value)
            case Membership(options=options):
                found.update(options)
    return frozenset(found)


@dataclass(frozen=True)
class Propositions(Linear):
    """Linear of figures nobody has filled in yet."""

    world: World = None

    @classmethod
    def of(cls, world: World, scope) -> "Propositions":
        period = PeriodCode(world.edition.valid_from, None if world.frequency == "annual" else 12)
        return cls(scope, Reading(world.edition, period, {}, {}, world.parameters), {}, world)

    def name(self, name: Name) -> Part | Said:
        meaning = self.scope.meaning(name)
        if not self.world.has(meaning):
            return None
        match meaning:
            case RowCode(code=code):
                return code
            case Setting(name=setting) if (value := self.world.parameter(setting)) is not None:
                return Sum(value)
            case Moment(name="month") if self.world.frequency == "annual":
                return Sum(Decimal(12))
            case Moment(name="period_month"):
                return Said("period_month")
            case Cell(indicator=indicator, column=column) if indicator.kind_in(column) not in FIGURE_KINDS:
                return self.said(meaning.label, indicator)
            case Fact(period=word, code=code):
                if word:  # the register and an earlier form mostly say what this one does
                    self.world.loose.add(meaning.label)
                return self.said(meaning.label, self.world.edition.indicators.get(code))
        self.world.met[meaning.label] = meaning
        return Sum(Decimal(0), {meaning.label: Decimal(1)})

    def said(self, label: str, indicator: Indicator | None) -> Said:
        if indicator is None:
            return Said(label)
        can_be = self.world.can_be(indicator)
        choices = indicator.choices if indicator.kind in CHOICE_KINDS else None
        listed = frozenset(entry.code for entry in choices.entries) if choices else can_be or frozenset()
        is_open = bool(choices and choices.also)
        return Said(label, {text: text for text in can_be} if can_be else None, is_open, listed)

    def look_up(self, said: Said, texts: Sequence[str], as_beginning: bool = False) -> None:
        """Notes a code that is in no list."""
        for text in texts:
            there = any(code.startswith(text) for code in said.listed) if as_beginning else text in said.listed
            if said.listed and not there:
                self.world.unlisted.add((said.of, text))

    # Figures

    def arithmetic(self, sign: str, left: Sum | None, right: Sum | None) -> Sum | None:
        if sign != "*" or left is None or right is None or not (left.times and right.times):
            return super().arithmetic(sign, left, right)
        total = (
            left.scaled(right.constant).plus(right.scaled(left.constant)).plus(Sum(left.constant * right.constant), -1)
        )
        for one, of in left.times.items():
            for other, by in right.times.items():
                together = TIMES.join(sorted([*one.split(TIMES), *other.split(TIMES)]))
                total = total.plus(Sum(Decimal(0), {together: of * by}))
        if len(total.times) > MOST_TERMS:
            raise NotLinear
        return total

    def unknown(self, function: str, arguments: Sequence[Part]) -> tuple[Sum, bool]:
        name, is_new = self.world.name_for(function, arguments)
        return Sum(Decimal(0), {name: Decimal(1)}), is_new

    def extreme(self, function: str, arguments: Sequence[Sum]) -> Sum:
        """The smallest or the largest: one of them, and none lies beyond it."""
        found, is_new = self.unknown(function, arguments)
        if is_new:
            sign = -1 if function == "max" else 1
            within = [row(found.plus(each, -1).scaled(Decimal(sign))) for each in arguments]
            is_one = [row(found.plus(each, -1).scaled(Decimal(-sign))) for each in arguments]
            self.world.known[next(iter(found.times))] = all_of([*within, any_of(is_one)])
        return found

    # Texts

    def comparison(self, sign: str, left: Part | Said, right: Part | Said) -> Wanted | None:
        if not (isinstance(left, Said) or isinstance(right, Said)):
            return super().comparison(sign, left, right)
        if left is None or right is None:
            return None
        if not isinstance(left, Said):
            sign, left, right = MIRRORED[sign], right, left
        if isinstance(right, str) and left.is_open and sign not in ("==", "!="):
            return self.either_way(f"{left.of}{sorted(left.means.items())}{sign}{right}")
        if isinstance(right, str):
            self.look_up(left, [right])
            return self.where(left, lambda text: COMPARED[sign](text, right), f"{sign}{right}")
        if sign == "!=":
            return negated(self.comparison("==", left, right))
        return self.either_way(f"{left.of}{sign}{right.of}" if left.of <= right.of else f"{right.of}{sign}{left.of}")

    def membership(self, inside: bool, left: str | Said | None, options: tuple[str, ...]) -> Wanted | None:
        if not isinstance(left, Said):
            return super().membership(inside, left, options)
        found = any_of([self.comparison("==", left, option) for option in options])
        if left.means is not None:  # said at once, not code by code
            found = self.where(left, lambda text: text in options, "")
        return found if inside else negated(found)

    def where(self, said: Said, test: Callable[[str], bool], words: str) -> Wanted:
        if said.means is None:
            if words.startswith("!="):
                return negated(self.either_way(f"{said.of}=={words[2:]}"))
            return self.either_way(said.of + words)
        among = frozenset(of for of, text in said.means.items() if test(text))
        return choice(said.of, among, frozenset(said.means))

    def either_way(self, of: str) -> Wanted:
        """What may hold or not, whatever else does."""
        self.world.loose.add(of)
        return choice(of, frozenset({YES}), EITHER)

    # Functions

    def when(self, premise: Wanted | None, conclusion: Wanted | None) -> Wanted | None:
        if not isinstance(premise, bool | None):
            raise NotLinear
        return conclusion if premise else None

    def call(self, function: str, arguments: Sequence[Part | Said]) -> Part | Said:
        first, *others = arguments
        match function:
            case "filled" | "empty" if first is not None:
                if not self.always_filled(first):  # what reads it elsewhere does so only where it is filled in
                    raise NotLinear
                return function == "filled"
            case "has" if None in others:
                return None
            case "has" if any(isinstance(part, Said) for part in arguments):
                return False if first is None else self.among_the_chosen(first, others)
            case "eps" if first is not None:
                tolerance = self.world.parameter("EPS")
                return None if tolerance is None else first.scaled(tolerance)
        return super().call(function, arguments)

    def always_filled(self, part: Part | Said) -> bool:
        """Whether a filing that can be sent at all has it: a required cell of a row that always applies."""
        meaning = self.world.met.get(next(iter(part.times), "")) if isinstance(part, Sum) else None
        if not isinstance(part, Sum) or not part.times:
            return isinstance(part, Sum | str)
        if len(part.times) > 1 or not isinstance(meaning, Cell) or meaning.period:
            return False
        own, table = meaning.indicator, self.world.edition.table(meaning.indicator.table)
        column = own.column(meaning.column)
        return own.required and column.required and not (own.applies_when or column.applies_when or table.applies_when)

    def among_the_chosen(self, said: str | Said, codes: Sequence[str | Said]) -> Wanted:
        if isinstance(said, str) or any(not isinstance(code, str) for code in codes):
            return self.either_way(f"has{_canonical(said)}{[_canonical(code) for code in codes]}")
        self.look_up(said, codes, as_beginning=True)
        if said.means is not None:
            return self.where(said, lambda text: CALCULATIONS["has"](text, *codes), "")
        can = [code for code in codes if not said.listed or any(entry.startswith(code) for entry in said.listed)]
        return any_of([self.either_way(f"{said.of} has {code}") for code in can])

    def calculated(self, function: str, arguments: Sequence[Part | Said]) -> Part | Said:
        if not any(map(_varies, arguments)):
            return super().calculated(function, arguments)
        first, *others = arguments
        if function == "starts_with" and isinstance(first, Said):
            self.look_up(first, [text for text in others if isinstance(text, str)], as_beginning=True)
        if (
            function in POINTWISE
            and isinstance(first, Said)
            and first.means is not None
            and not any(map(_varies, others))
        ):
            return self.pointwise(function, first, others)
        match function:
            case "min" | "max":
                return self.extreme(function, arguments)
            case "abs":
                return self.extreme("max", [first, first.scaled(Decimal(-1))])
            case "growth":
                found, _ = self.unknown(function, arguments)
                self.world.loose.update(found.times)
                return found
            case "first" | "organisation_code":
                return Said(f"{function}{[_canonical(each) for each in arguments]}")
            case "size_class":
                name = f"{function}{[_canonical(each) for each in arguments]}"
                self.world.loose.add(name)
                return Said(name, {size: size for size in "1234"})
        return self.either_way(f"{function}{[_canonical(each) for each in arguments]}")

    def pointwise(self, function: str, said: Said, others: Sequence[Sum | str]) -> Said | Wanted:
        """What is worked out of one text alone, for each thing it can be."""
        plain = [each.constant if isinstance(each, Sum) else each for each in others]
        results = {of: CALCULATIONS[function](text, *plain) for of, text in said.means.items()}
        if all(isinstance(result, str) for result in results.values()):
            return Said(said.of, results, said.is_open)
        return choice(said.of, frozenset(of for of, holds in results.items() if holds), frozenset(results))


def _varies(part: Part | Said) -> bool:
    """Whether it is not the same in every filing."""
    return isinstance(part, Said) or (isinstance(part, Sum) and bool(part.times))


def _canonical(part: Part | Said) -> str:
    """The same words for the same value."""
    if isinstance(part, Sum):
        terms = sorted((label, factor.normalize()) for label, factor in part.times.items())
        return f"{part.constant.normalize()}{terms}"
    return part.of + str(sorted(part.means.items()) if part.means else "") if isinstance(part, Said) else repr(part)
